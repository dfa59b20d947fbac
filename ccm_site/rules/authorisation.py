"""R-AUT: who may agree to buy or use a placement, by what day, for how much and for how long."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.holders import held_on
from ccm_site.facts.policy import applies, entries, limit, working_days_after
from ccm_site.facts.records import counting, gathered, open_to_check
from ccm_site.facts.values import amount, day, days_after, mappings, part_of
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.placement_cost import MADE, Grant, cost, end_of, merged, stretches
from ccm_site.rules.rights import commits_within, facts_of, outside, value_of
from ccm_site.rules.support import called, found, label, money, severity_then

GRANTED = ("approved", "lapsed", "superseded")
"""States of an authorisation that was given. One that ran out or was replaced still counts for the time before."""
_GROUPS = {
    "B": ("crg", "Community Resource Group", "R-AUT-3"),
    "C": ("resource_allocation_group", "Resource Allocation Group", "R-AUT-5"),
}


@rule("R-AUT-1", "F-3A-v-0")
def category_is_that_of_the_resource(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement's purchase category is the one that its type of resource had on its first day.

    Why: the category decides who must agree. Mend: take the category from policy/resource_types.yaml, or correct the type of resource.
    """
    codes: dict[str, list[Mapping[str, Any]]] = {}
    for e in entries(register, "resource_types"):
        codes.setdefault(str(e.get("code")), []).append(e)
    for placement in _made(register):
        code, start = placement.data.get("resource_type"), day(placement.data.get("start_date"))
        category = placement.data.get("purchase_category")
        if not isinstance(code, str) or start is None or category is None:
            continue
        then = (e for e in codes.get(code, ()) if applies(e, start))
        wanted = next((e.get("purchase_category") for e in then), None)
        if wanted is not None and wanted != category:
            yield found(
                "R-AUT-1", "error", placement, "/purchase_category",
                f"purchase_category is '{category}', but on {start} '{label(register, 'resource_types', code)}' is category '{wanted}'",
                "take the category that policy/resource_types.yaml gives, or correct resource_type",
            )  # fmt: skip


@rule("R-AUT-2", "F-3A-v-A-1", "F-3A-v-A-2")
def category_a_is_checked_before_it_starts(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A category A placement starts when its criteria have been checked and room has been confirmed, not before.

    Why: nobody else agrees to it, so these two checks are all there is. Mend: correct the day, or record an exception with its reason.
    """
    for placement in _made(register):
        start = day(placement.data.get("start_date"))
        if placement.data.get("purchase_category") != "A" or start is None:
            continue
        for name, what in (
            ("criteria_met_on", "the criteria were checked"),
            ("availability_confirmed_on", "room was confirmed"),
        ):
            on = day(placement.data.get(name))
            if on is not None and on > start:
                yield found(
                    "R-AUT-2", severity_then(placement, start), placement, f"/{name}",
                    f"{name} is {on}: {what} after the first day, {start}",
                    "correct the day that is wrong, or record an exception to R-AUT-2 with its reason",
                )  # fmt: skip


@rule("R-AUT-3", "F-3A-v-B-1")
def category_b_is_agreed_before_it_starts(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A category B placement has an authorisation of the Community Resource Group that was given on or before its first day.

    Why: public money is not spent before it is agreed. Mend: record the authorisation; where the child had to move first, record an
    exception, which the group approves.
    """
    yield from _not_agreed(register, "B")


@rule("R-AUT-5", "F-3A-v-C-1", "F-FC-7")
def category_c_is_agreed_before_it_starts(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A category C placement, in-house ones included, has an authorisation of the Resource Allocation Group given on or before its
    first day.

    Why: these are the dearest placements and the greatest steps in a child's life. Mend: record the authorisation; where the child
    had to move first, record an exception, which the group approves.
    """
    yield from _not_agreed(register, "C")


def _not_agreed(register: Register, category: str) -> Iterator[Finding]:
    body, name, id = _GROUPS[category]
    asked = gathered(register, "authorisation", "placement")
    for placement in _made(register):
        start = day(placement.data.get("start_date"))
        if placement.data.get("purchase_category") != category or start is None:
            continue
        granted = _granted(asked.get(placement.id, []), body)
        if granted is None:
            continue
        first = min((d for a in granted if (d := day(a.data.get("decided_on")))), default=None)
        if first is None or first > start:
            when = "has not agreed to it yet" if first is None else f"agreed to it only on {first}"
            yield found(
                id, severity_then(placement, start), placement, "/start_date",
                f"start_date is {start}, but the {name}, which must agree to it, {when}",
                f"record its authorisation of that day or before, or an exception to {id} for the group to approve",
                *((a, "/status") for a in asked.get(placement.id, ())),
            )  # fmt: skip


@rule("R-AUT-4", "F-3A-v-B-2")
def budget_holder_may_agree_to_the_amount(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The budget holder of a category B authorisation has a delegation that covers its cost centre and, that day, at least its amount.

    Why: nobody commits money beyond what was delegated to the post. Mend: name the budget holder whose delegation covers it, or
    enter the delegation. The amount itself is still within the limit.
    """
    held: dict[str, list[Record]] = {}
    for d in counting(register, "delegation", "active", "ended"):
        if d.data.get("role") == "budget_holder":
            held.setdefault(str(d.data.get("post")), []).append(d)
    for a in counting(register, "authorisation", *GRANTED):
        if not open_to_check(a) or a.data.get("body") != "crg":
            continue
        on, holder, wanted = day(a.data.get("decided_on")), a.data.get("budget_holder"), amount(a.data.get("amount"))
        if on is None or not isinstance(holder, str) or wanted is None:
            continue
        valid = [d for d in held.get(holder, ()) if held_on(d, on)]
        yield from _beyond_delegation(register, a, called(register, kinds, a.kind, "budget_holder", holder), on, valid)


def _beyond_delegation(register: Register, a: Record, holder: str, on: date, valid: list[Record]) -> Iterator[Finding]:
    severity = severity_then(a, on)
    if not valid:
        yield found(
            "R-AUT-4", severity, a, "/budget_holder", f"'{holder}' held no delegation as budget holder on {on}",
            "name the post that did, enter its delegation, or record an exception to R-AUT-4",
        )  # fmt: skip
        return
    # What cannot be seen, or is not entered, is not held against the budget holder.
    facts = facts_of(register, a)
    covering = [d for d in valid if not outside(d, facts, unknown_passes=True)]
    if not covering:
        yield found(
            "R-AUT-4", severity, a, "/cost_centre",
            f"cost_centre {a.data.get('cost_centre')} or the service is outside what was delegated to '{holder}' on {on}",
            "name the budget holder whose delegation covers it, or record an exception to R-AUT-4",
            *((d, "/scope") for d in valid),
        )  # fmt: skip
        return
    wanted = amount(a.data.get("amount"))
    if wanted is not None and not any(commits_within(register, d, a, on) for d in covering):
        limits = [part_of(d.data, "limit") for d in covering]
        highest = max((v for v in limits if amount(v) is not None), key=lambda v: amount(v) or 0, default={})
        most = amount(highest)
        wanted = value_of(register, a, highest.get("vat_basis"), on) or wanted
        yield found(
            "R-AUT-4", severity, a, "/amount/amount",
            f"the amount {money(wanted)} is over {money(most) if most is not None else 'nothing'}, the limit of '{holder}' on {on}",
            "name a budget holder with a higher limit, or record an exception to R-AUT-4",
            *((d, "/limit") for d in covering),
        )  # fmt: skip


@rule("R-AUT-7-a")
def emergency_is_agreed_soon_after(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An emergency placement that was agreed to after it began shows so, also where it was within the days allowed.

    Why: the child had to move first, and the group is to see how often that happens. Mend: nothing; it stays on the list of exceptions.
    """
    yield from _late(register, "R-AUT-7-a")


@rule("R-AUT-7-b")
def emergency_is_not_agreed_too_late(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An emergency placement was agreed to within the days allowed after it began, or the group has approved an exception.

    Why: an emergency is no way around the group. Mend: record an exception to R-AUT-3 or R-AUT-5, and have the group approve it.
    """
    yield from _late(register, "R-AUT-7-b")


def _late(register: Register, wanted: str) -> Iterator[Finding]:
    asked = gathered(register, "authorisation", "placement")
    for placement in _made(register):
        start, group = day(placement.data.get("start_date")), _GROUPS.get(str(placement.data.get("purchase_category")))
        if placement.data.get("emergency") is not True or start is None or group is None:
            continue
        granted = _granted(asked.get(placement.id, []), group[0]) or ()
        dated = sorted((d, a.id, a) for a in granted if (d := day(a.data.get("decided_on"))))
        days = limit(register, "late_authorisation", start)
        if not dated or dated[0][0] <= start or days is None:
            continue
        on, _, authorisation = dated[0]
        too_late = on > working_days_after(register, start, int(days)) and not _accepted(placement, group[0], group[2])
        id: str = "R-AUT-7-b" if too_late else "R-AUT-7-a"
        if id == wanted:
            yield found(
                id, severity_then(placement, start) if too_late else "warning", placement, "/emergency",
                f"an emergency: began on {start}, agreed to on {on}"
                + (f", more than {days} working days later" if too_late else ""),
                f"record an exception to {group[2]} and have the {group[1]} approve it" if too_late
                else "nothing is to be mended; the group is told of it",
                (authorisation, "/decided_on"),
            )  # fmt: skip


def _accepted(placement: Record, body: str, id: str) -> bool:
    """Whether the group itself has approved that it was asked late."""
    return any(
        e.get("rule") == id and e.get("approved_on") and e.get("approved_by_role") == body
        for e in mappings(placement.data.get("exceptions"))
    )


@rule("R-AUT-8", "F-3A-v-B-2", "F-3A-v-C-1")
def stays_within_what_was_agreed(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement's days and cost lie within what was authorised for it; the full amount and the last day are still within.

    Why: a longer stay or a higher rate is a new decision. Mend: have it authorised, and enter the further authorisation with the
    earlier one under earlier_authorisation; one that replaces the earlier sets it to superseded.
    """
    asked = gathered(register, "authorisation", "placement")
    for placement in _made(register):
        group = _GROUPS.get(str(placement.data.get("purchase_category")))
        granted = _granted(asked.get(placement.id, []), group[0]) if group else None
        grants = _grants(granted or ())
        start, (end, end_field) = day(placement.data.get("start_date")), end_of(placement)
        if not grants or granted is None or start is None or end is None or end < start:
            continue
        severity = severity_then(placement, start)
        for first, last in stretches(start, end, grants):
            field = "start_date" if first == start else end_field
            yield found(
                "R-AUT-8", severity, placement, f"/{field}",
                f"no authorisation covers {first}" + (f" to {last}" if last > first else ""),
                "correct the days, or have the further time authorised", *((a, "/period") for a in granted),
            )  # fmt: skip
        for grant in merged(grants):
            first, last = max(start, grant.first), min(end, grant.last)
            spent = cost(placement, register, first, last, end, grant.vat)
            if spent is not None and spent > grant.amount:
                yield found(
                    "R-AUT-8", severity, placement, "/rates",
                    f"costs {money(spent)} from {first} to {last}, but {money(grant.amount)} is authorised",
                    "correct the rates, or have the higher cost authorised", *((a, "/amount") for a in granted),
                )  # fmt: skip


def _grants(granted: tuple[Record, ...]) -> list[Grant]:
    """What was authorised, from when to when. One that was replaced ends the day before that which took its place begins."""
    later: dict[str, date] = {}
    for a in granted:
        earlier, period = a.data.get("earlier_authorisation"), a.data.get("period")
        if isinstance(earlier, str) and isinstance(period, Mapping) and (first := day(period.get("from"))):
            later[earlier] = min(first, later.get(earlier, first))
    out = []
    for a in granted:
        period, sum = a.data.get("period"), a.data.get("amount")
        whole = amount(sum)
        if not isinstance(period, Mapping) or not isinstance(sum, Mapping) or whole is None:
            continue
        first, last = day(period.get("from")), day(period.get("to"))
        if first is None or last is None:
            continue
        if a.data.get("status") == "superseded" and a.id in later:
            last = min(last, days_after(later[a.id], -1))
        if first <= last:
            out.append(Grant(first, last, whole, str(sum.get("vat_basis"))))
    return out


@rule("R-AUT-9")
def nobody_agrees_to_what_they_ask_for(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The post that asks for an authorisation neither signs for the group nor is the budget holder.

    Why: two pairs of eyes. Mend: have another post ask or decide; there is no exception.
    """
    for a in counting(register, "authorisation", *GRANTED, "refused", "deferred"):
        asked = a.data.get("requested_by")
        if not open_to_check(a) or not isinstance(asked, str):
            continue
        for name, what in (("decided_by", "decided on it"), ("budget_holder", "answers for its budget")):
            if a.data.get(name) == asked and a.data.get("decision"):
                yield found(
                    "R-AUT-9", "error", a, f"/{name}",
                    f"{name} is '{called(register, kinds, a.kind, name, asked)}': the post that asked for it also {what}",
                    "give the post that asked, or the other post that decided; it cannot be the same",
                )  # fmt: skip


def _made(register: Register) -> Iterator[Record]:
    return (p for p in counting(register, "placement", *MADE) if open_to_check(p))


def _granted(asked: list[Record], body: str) -> tuple[Record, ...] | None:
    """The authorisations that a group gave, of those asked for; None where one of them cannot be looked into."""
    if not all(open_to_check(a) for a in asked):
        return None
    return tuple(a for a in asked if a.data.get("body") == body and a.data.get("status") in GRANTED)
