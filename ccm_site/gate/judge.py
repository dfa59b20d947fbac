"""The verdict on a change between two states of a register.

Schemas and policy are those of the *base*: no change rewrites its own judge. What a change adds to them is checked as any record
is, and takes the approval that the base asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from ccm_site.checks.aside import detector_of, unspoken
from ccm_site.checks.discretion import discreet
from ccm_site.checks.run import check_loaded, located, soften
from ccm_site.gate.rights import approvals_for
from ccm_site.gate.verdict import Decision, Verdict
from ccm_site.kinds import Kind, Kinds
from ccm_site.model import Finding, Key, Location, Record
from ccm_site.personal_data import scan_texts
from ccm_site.register import Loaded, linked
from ccm_site.rules import Changes, Move, Unchecked, change_findings


def judge(
    base: Loaded, head: Loaded, actor: str, today: date, texts: Iterable[tuple[str, str]] = (), others: Iterable[str] = ()
) -> Verdict:  # fmt: skip
    """The verdict on a change by a person (a staff id, "" where it is not known).

    Both registers are loaded with the base's schemas. ``texts`` are names and messages of the change itself; ``others`` the changed
    paths that are no records: schemas, handbook, look.
    """
    kinds = base.kinds
    judged = _with_policy_of(base, head)
    changes = Changes.between(base.register, head.register, actor)
    changed = {r.path for m in changes.moves for r in m if r is not None}
    before = Counter(_mark(f) for f in check_loaded(base, today))
    found: list[Finding] = []
    for f in check_loaded(judged, today):
        if before[_mark(f)]:
            before[_mark(f)] -= 1
        else:
            found.append(f)
    records = [*head.register, *head.misfits]
    stopped: list[Unchecked] | None = [] if any(f.severity == "error" for f in found) else None
    moved = located(head, discreet(soften(change_findings(changes, kinds, today, stopped), records), records))
    detector = detector_of(base.register)
    found += unspoken(moved, detector, today)
    found += scan_texts(texts, detector, today)
    decisions = [d for m in changes.moves for d in _decisions(base, kinds, m, today, actor)]
    decisions += _beside(base, others, today)
    found += _unapprovable(decisions)
    shut = [r for r in head.shut if r.path in changed and r.seal and not r.seal.erased]
    found += _unseen(decisions, shut)
    sealed = tuple(r.id for r in shut)
    found.sort(key=lambda f: f.order)
    return Verdict(
        tuple(decisions),
        tuple(f for f in found if f.severity == "error"),
        tuple(f for f in found if f.severity == "warning"),
        sealed,
    )


def _mark(f: Finding) -> tuple[str, str, str, str, str]:
    return (f.rule, f.severity, f.at.path, f.at.pointer, f.message)


def _with_policy_of(base: Loaded, head: Loaded) -> Loaded:
    """The head's records under the base's policy tables, where the base has them."""
    records: dict[Key, Record] = dict(head.register.records)
    for key, record in base.register.records.items():
        if (kind := base.kinds.get(key.kind)) and kind.is_policy:
            records[key] = record
    register, broken = linked(records, base.kinds)
    findings = (*(f for f in head.findings if f.rule != "R-ID-2"), *broken)
    return Loaded(head.files, base.kinds, register, findings, head.misfits, head.aside)


def _decisions(base: Loaded, kinds: Kinds, move: Move, today: date, actor: str) -> Iterator[Decision]:
    record = move.after or move.before
    assert record is not None
    kind = kinds.get(record.kind)
    if kind is None:
        return
    if move.after is None:
        yield Decision("decide", kind.name, record.id, record.path, f"{kind.title} is taken away")
        return
    cycle = kind.life_cycle
    now = move.after.data.get(cycle.field) if cycle else None
    was = move.before.data.get(cycle.field) if cycle and move.before else None
    step = (
        next((t for t in cycle.transitions if t.from_ == was and t.to == now), None) if cycle and now != was else None
    )
    lane, words = (step.lane, f"{kind.title}: {step.decides}") if step else (kind.lane, _told(kind, move))
    decides = lane == "decide" and (step is not None or kind.life_cycle is None or move.before is not None)
    if decides and cycle is not None and step is None and str(now) in cycle.initial:
        decides = False  # a draft may be worked on by whoever writes it
    approvals = (
        approvals_for(base.register, kind, move.after, step.by if step else ("ccm",), today, actor) if decides else ()
    )
    yield Decision(lane if decides else "record", kind.name, record.id, record.path, words, approvals)


def _told(kind: Kind, move: Move) -> str:
    if move.before is None:
        return f"{kind.title} is entered"
    assert move.after is not None
    names = [f.title for f in kind.fields if move.before.data.get(f.name) != move.after.data.get(f.name)]
    return (
        f"{kind.title} changes in {', '.join(names[:6])}{' and more' if len(names) > 6 else ''}"
        if names
        else f"{kind.title} moves"
    )


def _beside(base: Loaded, others: Iterable[str], today: date) -> Iterator[Decision]:
    """Changes of what the register itself is made by: they take the contracts manager's approval."""
    paths = sorted(p for p in others if p.startswith("schemas/"))
    if paths:
        table = base.register.get("register", "register")
        kind = base.kinds.get("register")
        if table is not None and kind is not None:
            approvals = approvals_for(base.register, kind, table, ("ccm",), today, "")
            yield Decision(
                "decide",
                "schemas",
                "schemas",
                paths[0],
                f"The register's own forms change: {', '.join(paths[:6])}",
                approvals,
            )


def _unseen(decisions: Iterable[Decision], shut: Iterable[Record]) -> Iterator[Finding]:
    """Nothing is decided about what cannot be looked into."""
    decided = {d.path for d in decisions if d.approvals}
    for r in shut:
        if r.path in decided and r.seal:
            yield Finding(
                "R-PRV-9", "error", f"cannot be decided on, since its sealed part is not open: {r.seal.shut}",
                Location(r.path, pointer="/sealed"), "let somebody whose posts may read it run the gate, with the keys",
            )  # fmt: skip


def _unapprovable(decisions: Iterable[Decision]) -> Iterator[Finding]:
    """A decision that nobody may approve today stands in its own way."""
    for d in decisions:
        for a in d.approvals:
            if not a.may:
                yield Finding(
                    "R-ROL-1", "error", f"{d.id} needs approval by {' or '.join(a.roles)}, and {a.why}", Location(d.path),
                    "enter the delegation or the holder of the post first, or let another person propose it",
                )  # fmt: skip
