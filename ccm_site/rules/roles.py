"""R-ROL: who may decide what. Posts hold roles, people hold posts, cover and delegations stand in, all of it by dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ccm_site.facts.holders import RolesHeld
from ccm_site.facts.policy import entries
from ccm_site.facts.records import open_to_check
from ccm_site.facts.values import day, mappings, texts
from ccm_site.kinds import Kinds, Transition
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, Move, change_rule
from ccm_site.rules.support import called, found

DECISIONS = ("decision", "approval", "adoption", "award", "criteria_approved", "acceptance", "granted_by")
"""The fields in which records say which role decided (``by_role``) and when (``on``)."""
_POSTS = ("decided_by", "budget_holder")


def before_migration(record: Record, on: date) -> bool:
    """Whether a day lies before a record was carried over from another register."""
    legacy = record.data.get("legacy")
    since = day(legacy.get("migrated_on")) if isinstance(legacy, Mapping) else None
    return since is not None and on < since


def transition_of(move: Move, kinds: Kinds) -> Transition | None:
    """The transition of its life cycle that a move makes; None where it makes none."""
    before, after = move
    kind = kinds.get(after.kind) if after else None
    if before is None or after is None or kind is None or kind.life_cycle is None:
        return None
    field = kind.life_cycle.field
    was, now = before.data.get(field), after.data.get(field)
    if not isinstance(was, str) or was == now:
        return None
    return next((t for t in kind.life_cycle.next(was) if t.to == now), None)


def may_decide(register: Register, record: Record, step: Transition, on: date) -> frozenset[str]:
    """The roles that may decide a transition: those of the life cycle, those of the table of decision rights, and the committee."""
    rights = (
        e for e in entries(register, "decision_rights", on)
        if e.get("applies_to") == record.kind and e.get("to_status") == step.to
    )  # fmt: skip
    named = {r for e in rights for a in mappings(e.get("approvals")) for r in texts(a.get("any_of"))}
    wide = {*step.by, *named, "committee"}
    acting = {e.get("code") for e in mappings(register.table("roles").get("entries")) if e.get("acts_as") in wide}
    return frozenset(wide | {a for a in acting if isinstance(a, str)})


@change_rule("R-ROL-1", "F-3A-vi-1", "F-4-TC-1")
def those_decide_who_may(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A step is taken by a role that may take it, and nobody decides on what they propose themselves.

    Why: authority comes from the framework and the council's table of decision rights, and two pairs of eyes protect everybody. Mend: let
    the role decide that may; let somebody else propose or decide.
    """
    held = RolesHeld.of(changes.head)
    for move in changes.moves:
        step, after = transition_of(move, kinds), move.after
        if step is None or after is None or "voided" in after.data:
            continue
        kind = kinds[after.kind]
        status = f"/{kind.life_cycle.field}" if kind.life_cycle else "/status"
        allowed = may_decide(changes.head, after, step, today)
        who = " or ".join(f"'{called(changes.head, kinds, 'delegation', 'role', r)}'" for r in sorted(step.by))
        state = called(changes.head, kinds, kind.name, status[1:], step.to)
        if step.lane == "record":
            if changes.actor and changes.actor not in held.people_with(allowed, today):
                yield found(
                    "R-ROL-1", "error", after, status, f"becomes '{state}' by somebody who holds none of the roles that may say so",
                    f"let {who} enter it, or enter the role, the cover or the delegation that is missing",
                )  # fmt: skip
            continue
        for name in DECISIONS:
            role = _new_role(move, name)
            if role and role not in allowed:
                yield found(
                    "R-ROL-1", "error", after, f"/{name}/by_role",
                    f"says that '{called(changes.head, kinds, 'delegation', 'role', role)}' decided {step.decides}, which it may not",
                    f"let {who} decide; who may is in the life cycle and in policy/decision_rights.yaml",
                )  # fmt: skip
        if not changes.actor:
            continue
        yield from _of_the_posts(changes, kinds, after, step, held, today)
        if held.people and not held.people_with(allowed, today) - {changes.actor}:
            yield found(
                "R-ROL-1", "error", after, status, f"becomes '{state}', and nobody but its proposer could decide that today",
                f"let somebody else propose it, or let another post hold {who}, cover it or act under a delegation",
            )  # fmt: skip


def _of_the_posts(
    changes: Changes, kinds: Kinds, after: Record, step: Transition, held: RolesHeld, today: date
) -> Iterator[Finding]:
    for name in _POSTS if open_to_check(after) else ():
        post = after.data.get(name)
        if not isinstance(post, str) or changes.head.get("post", post) is None:
            continue
        if changes.actor in held.holders(post, today):
            yield found(
                "R-ROL-1", "error", after, f"/{name}",
                f"is proposed by whoever holds '{called(changes.head, kinds, after.kind, name, post)}', which decides {step.decides}",
                "let somebody else propose it, or let another post decide",
            )  # fmt: skip


def _new_role(move: Move, name: str) -> str:
    """The role that a move enters, or changes, under one of `DECISIONS`; "" where it does neither."""
    roles = []
    for record in move:
        group = record.data.get(name) if record else None
        roles.append(group.get("by_role") if isinstance(group, Mapping) else None)
    was, now = roles
    return now if isinstance(now, str) and now != was else ""


@change_rule("R-ROL-2")
def the_manager_needs_a_second(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What the Commissioning and Contracts Manager proposes is decided by a delegate or another role that may.

    Why: whoever writes a contract or a policy table overlooks the same thing twice. Mend: ask a delegate to decide, or let the contracts
    officer propose it.
    """
    held = RolesHeld.of(changes.head)
    manager = bool(changes.actor) and changes.actor in held.people_with(("ccm",), today)
    for move in changes.moves:
        after, step = move.after, transition_of(move, kinds)
        if after is None or "voided" in after.data:
            continue
        kind = kinds.get(after.kind)
        deciding = step is not None and step.lane == "decide"
        if not (deciding or (manager and kind is not None and kind.is_policy)):
            continue
        if not (manager if changes.actor else _author(after) == "ccm"):
            continue
        roles = [r for name in DECISIONS if (r := _new_role(move, name))]
        if (manager and not roles) or "ccm" in roles:
            pointer = next((f"/{n}/by_role" for n in DECISIONS if _new_role(move, n) == "ccm"), "")
            field = kind.life_cycle.field if kind and kind.life_cycle and step else ""
            yield found(
                "R-ROL-2", "warning", after, pointer or (f"/{field}" if field else ""),
                "comes from the Commissioning and Contracts Manager, so that somebody else has to decide",
                "ask a delegate of the manager, or the second approver of policy/decision_rights.yaml, to decide",
            )  # fmt: skip


def _author(record: Record) -> str:
    """The role that wrote or asked for a record, as it says itself; "" where it does not say."""
    request = record.data.get("request")
    named = (record.data.get("assessed_by"), request.get("by_role") if isinstance(request, Mapping) else None)
    return next((n for n in named if isinstance(n, str)), "")
