"""Who may decide what on a day: the table of decision rights, posts with their roles and cover, and delegations with dates, scope and limit.

The one answer for rules, for the gate and for approval; who holds what stands in `facts.holders`. Source: framework 3(A)v and vi, 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.holders import DELEGATED, UNLIMITED, RolesHeld, held_on
from ccm_site.facts.policy import entries
from ccm_site.facts.records import cited, open_to_check
from ccm_site.facts.values import amount, day, mappings, number, part_of, texts
from ccm_site.model import Record, Register
from ccm_site.rules.procurement_scale import Scale

_TYPED = frozenset({"need", "sourcing_decision", "tender", "non_tender", "specification"})
"""Kinds beside contracts that are about one type of service: where none is entered, a scope of types does not take it in."""

# Delegations


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
