"""Who may decide what on a day: the table of decision rights, posts with their roles and cover, and delegations with dates, scope and limit.

The one answer for rules, for the gate and for approval. Posts, cover and delegations hold by their dates. Cover gives the roles of the
post that is covered, but not what was delegated to it: a delegation is to a post by name. Source: framework 3(A)v and vi, 4.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import entries
from ccm_site.facts.records import cited, counting, open_to_check
from ccm_site.facts.values import amount, day, in_force, mappings, number, part_of, texts
from ccm_site.model import Record, Register
from ccm_site.rules.procurement_scale import Scale

DELEGATED = frozenset({"ccm_delegate", "budget_holder"})
"""Roles that exist only by a delegation: whoever acts in them needs one that covers the decision."""
_TYPED = frozenset({"need", "sourcing_decision", "tender", "non_tender", "specification"})
"""Kinds beside contracts that are about one type of service: where none is entered, a scope of types does not take it in."""
UNLIMITED = "ccm"
"""The role that needs no delegation where a decision has to be within a limit."""

Span = Mapping[str, object]


@dataclass(frozen=True)
class RolesHeld:
    """Which posts hold which roles, and which people hold which posts, by dates. Made by `RolesHeld.of`.

    A delegation in force gives its post the role; a narrower role counts as the wider one that the table of roles names (``acts_as``); a
    post that covers another has its roles too.
    """

    by_role: Mapping[str, tuple[tuple[str, Span], ...]]
    covers: Mapping[str, tuple[tuple[str, Span], ...]]
    people: Mapping[str, tuple[tuple[str, Span], ...]]
    delegations: Mapping[tuple[str, str], tuple[Record, ...]]
    """Delegations that were granted, by post and role."""

    @classmethod
    def of(cls, register: Register) -> RolesHeld:
        """What a register says; made once for each register."""
        global _last
        if _last is not None and _last[0]() is register:
            return _last[1]
        made = cls._made(register)
        _last = (weakref.ref(register), made)
        return made

    @classmethod
    def _made(cls, register: Register) -> RolesHeld:
        by_role: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        covers: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        people: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        given: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for post in counting(register, "post"):
            life = {"from": post.data.get("from"), "to": post.data.get("to")}
            for held in mappings(post.data.get("roles")):
                span = {"from": held.get("from") or life["from"], "to": _sooner(held.get("to"), life["to"])}
                by_role[str(held.get("role"))].append((post.id, span))
            for cover in mappings(post.data.get("cover")):
                covers[post.id].append((str(cover.get("post")), cover))
        for d in counting(register, "delegation", "active", "ended"):
            role, holder = str(d.data.get("role")), str(d.data.get("post"))
            by_role[role].append(
                (holder, {"from": d.data.get("from"), "to": _sooner(d.data.get("to"), d.data.get("ended_on"))})
            )
            given[holder, role].append(d)
        for e in mappings(register.table("roles").get("entries")):
            if "acts_as" in e:
                by_role[str(e["acts_as"])].extend(by_role.get(str(e.get("code")), ()))
        for person in counting(register, "person"):
            for held in mappings(person.data.get("posts")):
                people[str(held.get("post"))].append((person.id, held))
        return cls(_frozen(by_role), _frozen(covers), _frozen(people), {k: tuple(v) for k, v in given.items()})

    def posts_with(self, role: str, on: date, *, cover: bool = True) -> frozenset[str]:
        """The ids of the posts that hold a role on a day; with ``cover`` those that cover one too."""
        held = {post for post, span in self.by_role.get(role, ()) if in_force(span, on)}
        also = {by for post in held for by, span in self.covers.get(post, ()) if in_force(span, on)} if cover else set()
        return frozenset(held | also)

    def holders(self, post: str, on: date) -> frozenset[str]:
        """The ids of the people who hold a post on a day."""
        return frozenset(person for person, span in self.people.get(post, ()) if in_force(span, on))

    def people_with(self, roles: Iterable[str], on: date) -> frozenset[str]:
        """The ids of the people who hold a post with one of the roles on a day, or cover one."""
        posts = {post for role in roles for post in self.posts_with(role, on)}
        return frozenset(person for post in posts for person in self.holders(post, on))


_last: tuple[weakref.ref[Register], RolesHeld] | None = None


def _frozen(lists: Mapping[str, list[tuple[str, Span]]]) -> dict[str, tuple[tuple[str, Span], ...]]:
    return {k: tuple(v) for k, v in lists.items()}


def _sooner(one: object, other: object) -> object:
    days = [d for d in (one, other) if isinstance(d, str)]
    return min(days) if days else None


# Delegations


def held_on(delegation: Record, on: date) -> bool:
    """Whether a delegation was granted and stands on a day: its dates, and the day on which it ended early."""
    ended = day(delegation.data.get("ended_on"))
    granted = "voided" not in delegation.data and delegation.data.get("status") in ("active", "ended")
    return granted and in_force(delegation.data, on) and (ended is None or on <= ended)


def outside(delegation: Record, facts: Mapping[str, set[str]], *, unknown_passes: bool = False) -> str:
    """The part of a delegation's scope that a decision lies outside of; "" where it lies within.

    A part that is left empty, or of which the kind of decision knows nothing (it is not in ``facts``), sets no bound. Where the
    decision should say something and does not (an empty set), it lies outside, unless ``unknown_passes``.
    """
    scope = delegation.data.get("scope")
    for name, allowed in scope.items() if isinstance(scope, Mapping) else ():
        has = facts.get(name)
        if has is None or (not has and unknown_passes):
            continue
        if not has & set(texts(allowed)):
            return str(name)
    return ""


def reaches(delegation: Record, value: Decimal | None) -> bool:
    """Whether a delegation's limit covers an amount, which may be equal. An amount that nobody has entered is covered by none."""
    bound = amount(delegation.data.get("limit"))
    return value is not None and bound is not None and value <= bound


def facts_of(register: Register, record: Record, decisions: Iterable[str] = ()) -> dict[str, set[str]]:
    """What a decision about a record is about, by the names of a delegation's scope."""
    facts = {"decisions": set(decisions)}
    placement = cited(register, "placement", record.data.get("placement"))
    contract = record if record.kind == "contract" else cited(register, "contract", record.data.get("contract"))
    if record.kind == "authorisation":
        seen = placement.data if placement is not None and open_to_check(placement) else {}
        code, start = seen.get("resource_type"), day(seen.get("start_date"))
        types = (
            {str(e.get("service_type")) for e in entries(register, "resource_types", start, code)} if code else set()
        )
        return facts | {
            "purchase_categories": _set(category_of(register, record)), "cost_centres": _set(record.data.get("cost_centre")),
            "service_types": types - {"None"}, "contracts": _set(seen.get("contract")),
        }  # fmt: skip
    if contract is not None:
        finance = contract.data.get("finance")
        return facts | {
            "purchase_categories": _set(contract.data.get("purchase_category")), "service_types": _set(contract.data.get("service_type")),
            "contracts": {contract.id}, "cost_centres": _set(finance.get("cost_centre") if isinstance(finance, Mapping) else None),
        }  # fmt: skip
    typed = "service_type" in record.data or record.kind in _TYPED
    return facts | ({"service_types": _set(record.data.get("service_type"))} if typed else {})


def _set(value: Any) -> set[str]:
    return {value} if isinstance(value, str) else set()


def category_of(register: Register, record: Record) -> str | None:
    """The purchase category of what is decided: its own, its placement's or contract's; of an authorisation also by the body that gives it."""
    for source in (
        record,
        cited(register, "placement", record.data.get("placement")),
        cited(register, "contract", record.data.get("contract")),
    ):
        if source is not None and isinstance(source.data.get("purchase_category"), str):
            return str(source.data["purchase_category"])
    return (
        {"crg": "B", "resource_allocation_group": "C"}.get(str(record.data.get("body")))
        if record.kind == "authorisation"
        else None
    )


def value_of(register: Register, record: Record, basis: Any = None, on: date = date.min) -> Decimal | None:
    """The amount in pounds that a decision commits, on a VAT basis where one is named, by the rate of a day.

    A contract's estimated value; for an ending the contract's, for a variation that with what it adds; an amount authorised. None where
    it is not entered, is in another currency, or cannot be told on that basis.
    """

    def pounds(money: Any) -> Decimal | None:
        if not isinstance(money, Mapping) or money.get("currency", "GBP") != "GBP":
            return None
        return amount(money) if basis is None else Scale(register).on_basis(money, basis, on)

    for name in ("estimated_value", "amount"):
        if name in record.data:
            return pounds(record.data[name])
    contract = cited(register, "contract", record.data.get("contract"))
    if contract is None or record.kind == "authorisation":
        return None
    total, effect = pounds(contract.data.get("estimated_value")), record.data.get("value_effect")
    if total is None or not isinstance(effect, Mapping) or effect.get("direction") != "increase":
        return total
    more = pounds(effect.get("amount"))
    return None if more is None else total + more


def commits_within(register: Register, delegation: Record, record: Record, on: date) -> bool:
    """Whether a delegation's limit covers the amount that a decision commits, on the VAT basis of the limit, by the rate of a day."""
    return reaches(delegation, value_of(register, record, part_of(delegation.data, "limit").get("vat_basis"), on))


# Decisions


@dataclass(frozen=True)
class Asked:
    """One approval that a decision needs: whoever holds one of these roles may give it, within a limit where that is asked."""

    roles: tuple[str, ...]
    within_limit: bool


@dataclass(frozen=True)
class Approver:
    """A person who may approve, in which post and role."""

    person: str
    post: str
    role: str


def decision_entry(
    register: Register, applies_to: str, state: Any, value: Decimal | None, on: date, category: str | None = None
) -> Mapping[str, Any] | None:
    """The entry of ``policy/decision_rights.yaml`` in force that fits best; None where none fits.

    One that names the state and the purchase category goes before one that does not; then the highest amount from which it applies.
    An amount that is not known may be any, so the highest entry fits it.
    """
    fit = [
        e for e in entries(register, "decision_rights", on)
        if e.get("applies_to") == applies_to and e.get("to_status") in (None, state) and e.get("purchase_category") in (None, category)
        and (value is None or (number(e.get("value_from")) or Decimal(0)) <= value)
    ]  # fmt: skip
    return max(
        fit, default=None,
        key=lambda e: ("to_status" in e, "purchase_category" in e, number(e.get("value_from")) or Decimal(0)),
    )  # fmt: skip


def asked_for(
    register: Register, record: Record, applies_to: str, state: Any, by: tuple[str, ...], on: date
) -> tuple[tuple[Asked, ...], tuple[str, ...]]:
    """The approvals that bringing a record to a state takes, and the codes of the decision; by the life cycle's own roles (``by``) where
    the council's table has no entry for it."""
    entry = decision_entry(register, applies_to, state, value_of(register, record), on, category_of(register, record))
    if entry is None:
        return (Asked(by, bool(set(by) & DELEGATED)),), ()
    approvals = tuple(
        Asked(tuple(texts(a.get("any_of"))), a.get("within_limit") is True) for a in mappings(entry.get("approvals"))
    )
    return approvals, (str(entry.get("code")),)


def who_may(register: Register, record: Record, ask: Asked, decisions: Iterable[str], on: date) -> tuple[Approver, ...]:
    """The people who may give an approval on a day, in the order of roles, posts and people."""
    held = RolesHeld.of(register)
    facts = facts_of(register, record, decisions)
    found = []
    for role in ask.roles:
        needs_one = role in DELEGATED or (ask.within_limit and role != UNLIMITED)
        for post in sorted(held.posts_with(role, on, cover=not needs_one)):
            if needs_one and not any(
                held_on(d, on)
                and not outside(d, facts)
                and (not ask.within_limit or commits_within(register, d, record, on))
                for d in held.delegations.get((post, role), ())
            ):
                continue
            found += [Approver(person, post, role) for person in sorted(held.holders(post, on))]
    return tuple(dict.fromkeys(found))
