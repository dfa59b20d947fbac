"""What each changed record decides, and the approvals that this takes. Source: design section 6, policy/decision_rights.yaml.

A record is *recorded* or *decided*. It is decided where a step of its life cycle is; and wherever somebody gets, without such a step,
what otherwise takes one: a record entered in a state behind a decision, one of which that is rewritten or voided, whatever step it
takes besides; an exception that is written as approved.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.values import mappings
from ccm_site.gate.rights import Approval, approvals_for, approvals_of
from ccm_site.gate.verdict import Decision
from ccm_site.kinds import Kind, Kinds, LifeCycle, Transition
from ccm_site.model import Record, Register
from ccm_site.rules import Move

_OF_THE_STEP = frozenset({"status_reason", "exceptions"})
"""Fields that a step may change besides its state: why, and what exceptions are asked for (which are decisions of their own)."""


def decisions_of(register: Register, kinds: Kinds, move: Move, today: date, actor: str) -> Iterator[Decision]:
    """What one change of a record decides or records. ``register`` is that before the change: it says who may approve."""
    record = move.after or move.before
    assert record is not None
    kind = kinds.get(record.kind)
    if kind is None:
        return
    yield _decision(register, kind, move, record, today, actor)
    if move.after is not None:
        yield from _exceptions(register, kind, move, move.after, today, actor)


def _decision(register: Register, kind: Kind, move: Move, record: Record, today: date, actor: str) -> Decision:
    def asked(step: Transition | None, of: Record = record) -> tuple[Approval, ...]:
        by, state = (step.by, step.to) if step else (("ccm",), None)
        return approvals_for(register, kind, of, by, today, actor, state)

    if move.after is None:
        words, needed = f"{kind.title} is taken away", asked(behind(kind.life_cycle, move.before))
        return Decision("decide", kind.name, record.id, record.path, words, needed)
    step, words = _step(kind, move), _told(kind, move)
    before, after = behind(kind.life_cycle, move.before), behind(kind.life_cycle, move.after)
    needed = ()
    if step is not None:
        words = f"{kind.title}: {step.decides}"
        if step.lane == "decide":  # of the whole record, as it then stands
            needed = asked(step)
        elif before is not None and _rewrites(kind, move):
            words, needed = f"{words}, and what was decided is rewritten", asked(before, move.before or record)
    elif after is not None and (move.before is None or kind.lane == "decide" or _rewrites(kind, move)):
        needed = asked(after)
    elif kind.lane == "decide" and (
        kind.life_cycle is None or (move.before is not None and not _is_draft(kind, record))
    ):
        needed = asked(None)
    return Decision(
        "decide" if needed else "record", kind.name, record.id, record.path, words, tuple(dict.fromkeys(needed))
    )


def _step(kind: Kind, move: Move) -> Transition | None:
    """The step of the life cycle that a record takes; None where it takes none, or one that there is not (R-ID-3)."""
    cycle = kind.life_cycle
    if cycle is None or move.before is None or move.after is None:
        return None
    was, now = (r.data.get(cycle.field) for r in (move.before, move.after))
    return next((t for t in cycle.transitions if was != now and (t.from_, t.to) == (was, now)), None)


def behind(cycle: LifeCycle | None, record: Record | None) -> Transition | None:
    """The deciding step without which a record does not come to its state: the nearest one before it; None where it takes none."""
    if cycle is None or record is None:
        return None
    state = str(record.data.get(cycle.field))
    by_record = {s for s in cycle.states if s in cycle.initial}
    while more := {t.to for t in cycle.transitions if t.lane == "record" and t.from_ in by_record} - by_record:
        by_record |= more
    seen: set[str] = set()
    here = [] if state in by_record else [state]
    while here:
        seen |= set(here)
        into = [t for t in cycle.transitions if t.to in here]
        if found := next((t for t in into if t.lane == "decide"), None):
            return found
        here = [t.from_ for t in into if t.from_ not in seen]
    return None


def _is_draft(kind: Kind, record: Record) -> bool:
    """Whether it is in a state that whoever writes it may begin with."""
    return kind.life_cycle is not None and str(record.data.get(kind.life_cycle.field)) in kind.life_cycle.initial


def _rewrites(kind: Kind, move: Move) -> bool:
    """Whether a change takes back or alters something that stood in a record, or voids it. To add to it is no such thing."""
    if move.before is None or move.after is None:
        return False
    before, after = move.before, move.after
    own = _OF_THE_STEP | ({kind.life_cycle.field} if kind.life_cycle else frozenset())
    if ("voided" in after.data) != ("voided" in before.data) or before.path != after.path:
        return True
    shut = any(r.seal and r.seal.shut for r in (before, after))
    if shut and (before.seal and before.seal.text) != (after.seal and after.seal.text):
        return True  # nobody here can see what changed in it
    return any(not _kept(value, after.data.get(name)) for name, value in before.data.items() if name not in own)


def _kept(old: Any, new: Any) -> bool:
    """Whether all of a value is still there in the one that takes its place."""
    if isinstance(old, Mapping):
        return isinstance(new, Mapping) and all(n in new and _kept(v, new[n]) for n, v in old.items())
    if isinstance(old, list):
        return (
            isinstance(new, list) and len(new) >= len(old) and all(_kept(a, b) for a, b in zip(old, new, strict=False))
        )
    return bool(old == new)


def _exceptions(
    register: Register, kind: Kind, move: Move, after: Record, today: date, actor: str
) -> Iterator[Decision]:
    """An exception that is entered as approved is approved by the body that it names, not by whoever writes it down."""
    known = mappings(move.before.data.get("exceptions")) if move.before else []
    for entry in mappings(after.data.get("exceptions")):
        if "approved_on" in entry and entry not in known:
            role = entry.get("approved_by_role")
            needed = approvals_of(register, after, (role if isinstance(role, str) else "",), today, actor)
            words = f"{kind.title}: an exception from {entry.get('rule')} is approved"
            yield Decision("decide", kind.name, after.id, after.path, words, needed)


def _told(kind: Kind, move: Move) -> str:
    if move.before is None:
        return f"{kind.title} is entered"
    assert move.after is not None
    if "voided" in move.after.data and "voided" not in move.before.data:
        return f"{kind.title} is voided"
    names = [f.title for f in kind.fields if move.before.data.get(f.name) != move.after.data.get(f.name)]
    if names:
        return f"{kind.title} changes in {', '.join(names[:6])}{' and more' if len(names) > 6 else ''}"
    return f"{kind.title} moves" if move.before.path != move.after.path else f"{kind.title} changes in its sealed part"
