"""R-TND: what is set before a tender, its criteria and its notice. `tender_evaluation` and `tender_award` have what follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import limit, over
from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day, mappings, number, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.procurement_scale import Scale
from ccm_site.rules.support import called, found, money

# The states of a tender, each group with those that come after it.
RECOMMENDED = ("recommended", "authorised", "standstill", "awarded")
EVALUATED = ("evaluating", "clarifying", *RECOMMENDED)
_CLOSED = ("closed_for_submission", *EVALUATED)
_ADVERTISED = ("advertised", *_CLOSED)
_SET = ("criteria_set", *_ADVERTISED)  # the criteria are approved and locked
_LOCKED = ("criteria", "scoring_scale", "tie_break")
HUNDRED = Decimal(100)
"""What all weights come to, and the highest score where the tender names none."""


def began(record: Record) -> date | None:
    """The day whose limits and thresholds apply: on which the procurement began, or the first day after it that is known."""
    notice, opening = part_of(record.data, "notice"), part_of(record.data, "opening")
    days = (record.data.get("procurement_commenced"), notice.get("published_on"), opening.get("on"))
    return next((d for d in map(day, days) if d is not None), None)


def reached(scale: Scale, record: Record, code: str) -> tuple[Mapping[str, Any] | None, Decimal | None]:
    """The threshold that a tender's estimated value reaches, of the day on which it `began`, and that value on its VAT basis; None where
    it does not, or where value, day or threshold is not known."""
    on = began(record)
    bound = scale.threshold(code, on) if on else None
    value = scale.on_basis(record.data.get("estimated_value"), bound.get("vat_basis"), on) if bound and on else None
    return (bound, value) if bound is not None and value is not None and over(value, bound) else (None, None)


def codes_of(rows: Any) -> list[str]:
    """The short names of criteria, tenderers or evaluators, in their order."""
    return [str(r.get("code")) for r in mappings(rows)]


def _weight(record: Record, *types: str) -> Decimal:
    """The weights of the criteria of some types together, of all where none is named."""
    rows = mappings(record.data.get("criteria"))
    return sum(
        (number(c.get("weight")) or Decimal(0) for c in rows if not types or c.get("type") in types), start=Decimal(0)
    )


@rule("R-TND-1", "F-3A-iii-2", "F-4-TN-4")
def weights_make_a_hundred(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Every criterion has a weight above 0, and all together make exactly 100.

    Why: tenderers must know beforehand what counts, and how much. Mend: correct the weights, and have them approved, before the notice.
    """
    for record in counting(register, "tender", *_SET):
        rows = mappings(record.data.get("criteria"))
        for index, row in enumerate(rows):
            weight = number(row.get("weight"))
            if weight is not None and weight <= 0:
                yield found(
                    "R-TND-1", "error", record, f"/criteria/{index}/weight",
                    f"the criterion '{row.get('code')}' has the weight {weight}, so it does not count",
                    "give it a weight above 0, or take the criterion out",
                )  # fmt: skip
        if rows and (total := _weight(record)) != HUNDRED:
            yield found(
                "R-TND-1", "error", record, "/criteria", f"the weights make {total}, not 100",
                "correct the weights so that they make exactly 100",
            )  # fmt: skip


@change_rule("R-TND-1", "F-3A-iii-2", "F-4-TN-4")
def criteria_stay(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Criteria, weights, scale and tie-break stay as they were once they are set; before the notice a new approval may change them.

    Why: nobody may be judged by what was not known when the tenders were invited. Mend: put them back as they were; if they are
    wrong, abandon the tender and begin anew.
    """
    for before, after in changes.moves:
        if before is None or after is None or before.kind != "tender" or before.data.get("status") not in _SET:
            continue
        old, new = (day(part_of(r.data, "criteria_approved").get("on")) for r in (before, after))
        anew = "notice" not in before.data and old is not None and new is not None and new > old
        for name in _LOCKED:
            if before.data.get(name) != after.data.get(name) and not anew:
                yield found(
                    "R-TND-1", "error", after, f"/{name}", f"{name} has changed, although the criteria were set",
                    "put it back as it was"
                    + ("" if "notice" in before.data else ", or have the Sourcing Group approve it anew before the notice"),
                )  # fmt: skip


@rule("R-TND-2", "F-3A-iii-1", "F-3A-iii-2", "F-3A-iii-5", "F-4-TN-1", "F-4-TN-4", "F-FC-4")
def the_group_decides_before_the_notice(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The Sourcing Group decided to tender and approved the criteria, both before the day of the notice.

    Why: the group answers for how the market is asked, and by what tenders are judged. Mend: enter the group's decisions with their
    days; if there was none, take the notice back.
    """
    for record in counting(register, "tender", *_SET):
        approved = part_of(record.data, "criteria_approved")
        by, on = approved.get("by_role"), day(approved.get("on"))
        published = day(part_of(record.data, "notice").get("published_on"))
        if approved and by != "sourcing_group":
            yield found(
                "R-TND-2", "error", record, "/criteria_approved/by_role",
                f"the criteria were approved by '{called(register, kinds, 'tender', 'criteria_approved.by_role', by)}', not by the Sourcing Group" if by
                else "does not say that the Sourcing Group approved the criteria",
                "have the Sourcing Group approve them: 'by_role: sourcing_group'",
            )  # fmt: skip
        if on and published and on >= published:
            yield found(
                "R-TND-2", "error", record, "/criteria_approved/on",
                f"the criteria were approved on {on}, not before the notice of {published}",
                "enter the earlier approval; if there was none, take the notice back and advertise anew",
                (record, "/notice/published_on"),
            )  # fmt: skip
        decision = cited(register, "sourcing_decision", record.data.get("sourcing_decision"))
        if decision is None:
            continue
        state = decision.data.get("status")
        decided = day(part_of(decision.data, "decision").get("on"))
        if "voided" in decision.data or state not in ("decided", "superseded"):
            stands = (
                "voided"
                if "voided" in decision.data
                else f"'{called(register, kinds, decision.kind, 'status', state)}'"
            )
            yield found(
                "R-TND-2", "error", record, "/sourcing_decision",
                f"rests on {decision.id}, which is {stands}",
                "cite a decision that the Sourcing Group has taken", (decision, "/status"),
            )  # fmt: skip
        elif decided and published and decided >= published:
            yield found(
                "R-TND-2", "error", record, "/sourcing_decision",
                f"rests on {decision.id} of {decided}, which is not before the notice of {published}",
                "cite the decision that came before the notice", (decision, "/decision/on"),
            )  # fmt: skip


@rule("R-TND-7", "F-3A-iv-1")
def advertised_where_it_must_be(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A tender above the advertising threshold has the number and the day of its notice on Public Contracts Scotland.

    Why: standing orders and the law let every provider hear of it. Mend: enter the number and day of the notice; if it was not
    advertised, advertise it.
    """
    scale = Scale(register)
    for record in counting(register, "tender", *_ADVERTISED):
        notice = part_of(record.data, "notice")
        bound, value = reached(scale, record, "advertising")
        if bound is None or value is None or not notice:
            continue
        if "reference" not in notice:
            yield found(
                "R-TND-7", "error", record, "/notice/reference",
                f"is worth {money(value)}, above the {money(number(bound.get('amount')) or Decimal(0))} from which a tender is advertised, but has no number of its notice",
                "add 'reference:' with the number of the notice on Public Contracts Scotland",
            )  # fmt: skip


@rule("R-TND-8-a", "F-3A-iii-2")
def price_is_not_all(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Price alone never decides.

    Why: the cheapest care is not the best for a child, and the law bars it for larger purchases. Mend: add criteria of quality, and
    have them approved.
    """
    for record in counting(register, "tender", *_SET):
        if (weight := _weight(record, "price")) >= HUNDRED:
            yield found(
                "R-TND-8-a", "error", record, "/criteria", f"price has the weight {weight}, so that nothing else counts",
                "add criteria of quality and lower the weight of price",
            )  # fmt: skip


@rule("R-TND-8-b", "F-3A-iii-2")
def quality_counts_enough(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Quality has at least the weight that the council's policy sets.

    Why: what a child gains depends on it. Mend: give the criteria of quality more weight, before the notice.
    """
    for record in counting(register, "tender", *_SET):
        on = began(record) or day(part_of(record.data, "criteria_approved").get("on"))
        least = limit(register, "least_quality_weight", on) if on else None
        weight = _weight(record, "quality")
        if least is None or not mappings(record.data.get("criteria")) or _weight(record, "price") >= HUNDRED:
            continue
        if weight < least:
            yield found(
                "R-TND-8-b", "warning", record, "/criteria",
                f"quality has the weight {weight}; the policy asks for at least {least}",
                "give the criteria of quality more weight",
            )  # fmt: skip


@rule("R-TND-13", "F-4-TN-3")
def the_group_meets_providers(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Where meetings with providers were held, the Sourcing Group was at one of them.

    Why: those who set and judge the criteria hear there what providers can do. Mend: add 'sourcing_group' to the meeting at which it
    was present; have it there next time.
    """
    for record in counting(register, "tender", *_CLOSED):
        meetings = mappings(record.data.get("provider_meetings"))
        if meetings and not any("sourcing_group" in texts(m.get("roles")) for m in meetings):
            yield found(
                "R-TND-13", "warning", record, "/provider_meetings",
                "the Sourcing Group was at no meeting with providers",
                "add 'sourcing_group' to the roles of the meeting at which it was present",
            )  # fmt: skip
