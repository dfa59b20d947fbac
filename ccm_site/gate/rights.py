"""The approvals that a change needs, each with those who may give it: never the one who proposes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ccm_site.facts.holders import DELEGATED
from ccm_site.kinds import Kind
from ccm_site.model import Record, Register
from ccm_site.rules.rights import Approver, Asked, asked_for, who_may


@dataclass(frozen=True)
class Approval:
    """One approval that a decision needs: by which roles, and who may give it. Empty where nobody may, and ``why`` then says why."""

    roles: tuple[str, ...]
    within_limit: bool
    may: tuple[Approver, ...]
    why: str = ""


def approvals_for(
    register: Register, kind: Kind, record: Record, by: tuple[str, ...], today: date, actor: str, state: str | None = None
) -> tuple[Approval, ...]:  # fmt: skip
    """The approvals that bringing a record into a state takes (its own where none is named), with those who may give them.

    Never the one who proposes it. ``register`` says who may: posts, delegations and policy of before the change.
    """
    own = record.data.get(kind.life_cycle.field) if kind.life_cycle else None
    asked, codes = asked_for(register, record, "policy" if kind.is_policy else kind.name, state or own, by, today)
    return tuple(_approval(a, who_may(register, record, a, codes, today), actor) for a in asked)


def approvals_of(
    register: Register, record: Record, roles: tuple[str, ...], today: date, actor: str
) -> tuple[Approval, ...]:
    """The one approval of something about a record that holders of some roles may give."""
    asked = Asked(roles, bool(set(roles) & DELEGATED))
    return (_approval(asked, who_may(register, record, asked, (), today), actor),)


def _approval(asked: Asked, may: tuple[Approver, ...], actor: str) -> Approval:
    others = tuple(m for m in may if m.person != actor)
    why = ""
    if not others and may:
        why = "only the one who proposes it could, and nobody approves what he or she proposes"
    elif not others:
        covered = set(asked.roles) & DELEGATED or asked.within_limit
        why = "nobody holds such a role today" + (
            ", with a delegation whose scope and limit cover it" if covered else ""
        )
    return Approval(asked.roles, asked.within_limit, others, why)
