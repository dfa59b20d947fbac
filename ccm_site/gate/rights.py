"""Who may take a decision on a day: by the council's decision rights, posts and roles, and delegations with their scope and limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.kinds import Kind
from ccm_site.model import Record, Register
from ccm_site.rules.support import amount, cited, counting, entries, in_force, mappings, number, texts

DELEGATED = frozenset({"ccm_delegate", "budget_holder"})
"""Roles that hold only by a delegation: its dates, its scope and its limit decide."""


@dataclass(frozen=True)
class Approver:
    """A person who may approve, in which post and role."""

    person: str
    post: str
    role: str


@dataclass(frozen=True)
class Approval:
    """One approval that a decision needs: by which roles, and who may give it. Empty where nobody may, and ``why`` then says why."""

    roles: tuple[str, ...]
    within_limit: bool
    may: tuple[Approver, ...]
    why: str = ""


def approvals_for(
    register: Register, kind: Kind, record: Record, by: tuple[str, ...], today: date, actor: str
) -> tuple[Approval, ...]:
    """The approvals that bringing a record into its state takes, with those who may give them; never the one who proposes it.

    By the entry of ``policy/decision_rights.yaml`` that fits best (the highest amount from which it applies); by the life cycle's own
    roles (``by``) where no entry does.
    """
    value, category = _value(record), _category(register, record)
    wanted = _fitting(register, kind, record, value, category, today)
    asked = (
        [(tuple(texts(a.get("any_of"))), a.get("within_limit") is True) for a in mappings(wanted.get("approvals"))]
        if wanted
        else [(by, False)]
    )
    return tuple(_approval(register, roles, limited, value, category, record, today, actor) for roles, limited in asked)


def _fitting(
    register: Register, kind: Kind, record: Record, value: Decimal | None, category: Any, today: date
) -> Mapping[str, Any] | None:
    state = record.data.get(kind.life_cycle.field) if kind.life_cycle else None
    fitting = [
        e for e in entries(register, "decision_rights", today)
        if e.get("applies_to") in (("policy",) if kind.is_policy else (kind.name,))
        and e.get("to_status") in (None, state)
        and e.get("purchase_category") in (None, category)
        and ("value_from" not in e or (value is not None and value >= (number(e["value_from"]) or Decimal(0))))
    ]  # fmt: skip
    return max(
        fitting,
        key=lambda e: (e.get("to_status") is not None, number(e.get("value_from")) or Decimal(-1)),
        default=None,
    )


def _category(register: Register, record: Record) -> Any:
    """The purchase category of what is decided: its own, or that of the placement that it authorises."""
    if "purchase_category" in record.data:
        return record.data["purchase_category"]
    placement = cited(register, "placement", record.data.get("placement"))
    return placement.data.get("purchase_category") if placement else None


def _value(record: Record) -> Decimal | None:
    for name in ("estimated_value", "amount", "value_effect", "value"):
        if (found := amount(record.data.get(name))) is not None:
            return found
    return None


def _approval(
    register: Register, roles: tuple[str, ...], limited: bool, value: Decimal | None, category: Any, record: Record, today: date, actor: str
) -> Approval:  # fmt: skip
    found: list[Approver] = []
    nearly: list[Approver] = []
    for role in roles:
        for post in counting(register, "post"):
            if not in_force(post.data, today) or not _holds(
                register, post, role, limited, value, category, record, today
            ):
                continue
            for person in counting(register, "person"):
                if any(h.get("post") == post.id and in_force(h, today) for h in mappings(person.data.get("posts"))):
                    (nearly if person.id == actor else found).append(Approver(person.id, post.id, role))
    why = ""
    if not found:
        why = (
            "only the one who proposes it could, and nobody approves what he or she proposes"
            if nearly
            else (
                "nobody holds such a role today"
                + (", with a delegation whose scope and limit cover it" if set(roles) & DELEGATED else "")
            )
        )
    return Approval(roles, limited, tuple(dict.fromkeys(found)), why)


def _holds(
    register: Register, post: Record, role: str, limited: bool, value: Decimal | None, category: Any, record: Record, today: date
) -> bool:  # fmt: skip
    has_role = any(r.get("role") == role and in_force(r, today) for r in mappings(post.data.get("roles")))
    if role not in DELEGATED:
        return has_role
    return any(
        d.data.get("post") == post.id
        and d.data.get("role") == role
        and _covers(d, limited, value, category, record, today)
        for d in counting(register, "delegation", "active")
    )


def _covers(
    delegation: Record, limited: bool, value: Decimal | None, category: Any, record: Record, today: date
) -> bool:
    data = delegation.data
    scope = data.get("scope")
    scope = scope if isinstance(scope, Mapping) else {}
    categories, centres = texts(scope.get("purchase_categories")), texts(scope.get("cost_centres"))
    centre = record.data.get("cost_centre")
    bound = amount(data.get("limit"))
    return (
        in_force(data, today)
        and (not categories or category is None or category in categories)
        and (not centres or centre is None or centre in centres)
        and (not limited or value is None or (bound is not None and value <= bound))
    )
