"""R-ID: what makes a record one that others can rely on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeGuard

from ccm_site.facts.records import counting
from ccm_site.facts.values import mappings
from ccm_site.kinds import Kinds, LifeCycle
from ccm_site.model import Finding, Key, Location, Record, Register, pointer_tokens
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.support import found

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_ENDS = {"start_date": ("end_date",), "from": ("to", "until"), "effective_from": ("effective_to",)}
"""The fields that may hold the end of what begins on a day."""


@rule("R-ID-4", "F-4-IS-7")
def start_before_end(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A start is not after its end.

    Why: payments, reviews and reminders are reckoned from these dates. Mend: correct the one that is wrong.
    """
    for record in register:
        for pointer, first, last, start, end in _spans(record.data, ""):
            if start > end:
                until, since = (_title(kinds, record, f"{pointer}/{name}") for name in (last, first))
                yield found(
                    "R-ID-4", "error", record, f"{pointer}/{last}", f"'{until}', {end}, is before '{since}', {start}",
                    "correct the one that is wrong", (record, f"{pointer}/{first}"),
                )  # fmt: skip


def _title(kinds: Kinds, record: Record, pointer: str) -> str:
    """What the field at a pointer is called; its name where its kind does not know it."""
    path = ["*" if token.isdigit() else token for token in pointer_tokens(pointer)]
    kind = kinds.get(record.kind)
    field = kind.field(".".join(path)) if kind else None
    return field.title if field else path[-1]


def _is_day(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(_DAY.match(value))


def _spans(data: Any, at: str) -> Iterator[tuple[str, str, str, str, str]]:
    """Every pair of days that begin and end something: where it stands, the two names, the two days."""
    for name, value in data.items() if isinstance(data, Mapping) else enumerate(data):
        if isinstance(value, str):
            for last in _ENDS.get(str(name), ()):
                end = data.get(last)
                if _is_day(value) and _is_day(end):
                    yield at, str(name), last, value, end
        elif isinstance(value, (dict, list, Mapping)):
            yield from _spans(value, f"{at}/{name}")


@change_rule("R-ID-3")
def nothing_goes_and_steps_are_kept(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A record stays where it is under its number, unless a disposal removes it; its status moves only along its life cycle.

    Why: others cite it, and who decided what must be provable for years. Mend: put it back, and mark it as voided where it was entered by
    mistake; take the step that is allowed; or enter the disposal, with its retention rule, first.
    """
    if not len(changes.base):
        return  # the first commit of a register brings what there was before it
    disposed = {key for d in counting(changes.head, "disposal") for key in _removes(d)}
    for before, after in changes.moves:
        if after is None:
            if before is not None and before.key not in disposed:
                yield Finding(
                    "R-ID-3", "error", f"{before.id} is gone, and no disposal says that it was removed under a retention rule",
                    Location(before.path), "put it back under its number; mark it as voided if it was entered by mistake",
                )  # fmt: skip
            continue
        kind = kinds.get(after.kind)
        if kind is None:
            continue
        if (
            before is not None
            and before.path != after.path
            and any(t.of(before.data) == before.path for t in kind.paths)
        ):
            yield found(
                "R-ID-3", "error", after, "", f"lay at {before.path}, and a record is not moved",
                "put it back; void it and enter it anew where it belongs to something else",
            )  # fmt: skip
        if kind.life_cycle is not None:
            yield from _step(kind.life_cycle, before, after)


def _removes(disposal: Record) -> Iterator[Key]:
    """The keys of the records that a disposal removes under a retention rule."""
    if disposal.data.get("method") in ("record_removed", "history_rewritten") and disposal.data.get("retention_rule"):
        for gone in mappings(disposal.data.get("records")):
            yield Key(str(gone.get("kind")), str(gone.get("id")))


def _step(cycle: LifeCycle, before: Record | None, after: Record) -> Iterator[Finding]:
    now = after.data.get(cycle.field)
    was = before.data.get(cycle.field) if before else None
    if not isinstance(now, str) or now == was or now not in cycle.states:
        return
    if not isinstance(was, str):
        if "legacy" not in after.data and not any(now == s or now in _by_record(cycle, s) for s in cycle.initial):
            yield found(
                "R-ID-3", "error", after, f"/{cycle.field}", f"begins as {_named(cycle, now)}; a new one begins as {' or '.join(_named(cycle, s) for s in cycle.initial)}",
                f"enter it as {cycle.initial[0]} and take the steps one by one; what an older register held says so under legacy",
            )  # fmt: skip
        return
    steps = [t.to for t in cycle.next(was)]
    if now not in steps and now not in _by_record(cycle, was):
        after_it = f"next it can become {', '.join(steps)}" if steps else f"{_named(cycle, was)} is its last state"
        yield found(
            "R-ID-3", "error", after, f"/{cycle.field}", f"goes from {_named(cycle, was)} to {_named(cycle, now)}, which is no step of its life cycle",
            f"take the steps one by one: {after_it}",
        )  # fmt: skip


def _named(cycle: LifeCycle, state: str) -> str:
    return f"'{cycle.states[state]['title'] if state in cycle.states else state}'"


def _by_record(cycle: LifeCycle, start: str) -> frozenset[str]:
    """The states that are reached from one by steps that only record what has happened, so that several may be entered at once."""
    reached: set[str] = set()
    todo = [start]
    while todo:
        for step in cycle.next(todo.pop()):
            if step.lane == "record" and step.to not in reached:
                reached.add(step.to)
                todo.append(step.to)
    return frozenset(reached)
