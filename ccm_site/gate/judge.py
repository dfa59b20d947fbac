"""The verdict on a change between two states of a register.

Schemas and policy are those of the *base*: no change rewrites its own judge. What a change adds to them is checked as any record
is, and takes the approval that the base asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from ccm_site.checks.aside import detector_of, unspoken
from ccm_site.checks.discretion import discreet
from ccm_site.checks.run import PENDING, check_loaded, located, soften
from ccm_site.gate.beside import odd_findings
from ccm_site.gate.decisions import decisions_of
from ccm_site.gate.gaps import ended_gaps
from ccm_site.gate.past import past_findings
from ccm_site.gate.rights import approvals_for
from ccm_site.gate.verdict import Decision, Verdict
from ccm_site.gitrepo import Version
from ccm_site.kinds import BadSchema
from ccm_site.model import Finding, Key, Location, Record
from ccm_site.personal_data import scan_texts
from ccm_site.register import Loaded, linked
from ccm_site.rules import Changes, Unchecked, change_findings

NOTHING: Mapping[str, str] = MappingProxyType({})


class UnknownActor(Exception):
    """The one who is said to propose a change is nobody of the register: names those who are nearest."""

    def __init__(self, actor: str, known: Iterable[str]) -> None:
        near = get_close_matches(actor.strip().lower(), list(known), 3, 0.5)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        super().__init__(
            f"there is no person {actor!r} in the register{hint} Mend: name the staff id of people/, as it is written there"
        )


def judge(
    base: Loaded, head: Loaded, actor: str, today: date, texts: Iterable[tuple[str, str]] = (), others: Iterable[str] = (),
    odd: Mapping[str, str] = NOTHING, versions: Sequence[Version] = (), reformed: Loaded | BadSchema | None = None,
) -> Verdict:  # fmt: skip
    """The verdict on a change by a person (a staff id, "" where it is not known).

    Both registers are loaded with the base's schemas. ``texts`` are names and messages of the change itself; ``others`` the changed
    paths that are no records: schemas, handbook, look; ``odd`` what is no plain file; ``versions`` every version of a file that the
    change's history brings; ``reformed`` the head by the forms that the change itself brings, where it changes them. Raises
    `UnknownActor`.
    """
    if actor and Key("person", actor) not in base.register.records:
        raise UnknownActor(actor, [k.id for k in base.register.records if k.kind == "person"])
    kinds = base.kinds
    judged = _with_policy_of(base, head)
    changes = Changes.between(base.register, head.register, actor)
    changed = {r.path for m in changes.moves for r in m if r is not None}
    before = Counter(_mark(f) for f in check_loaded(base, today))
    checked = check_loaded(judged, today)
    found = list(ended_gaps(changes, checked))
    for f in checked:
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
    found += _of_own_policy(base, head, today)
    found += _by_own_forms(reformed, head, today)
    beside = [*odd_findings(odd), *past_findings(base, versions, detector, today)]
    decisions = [d for m in changes.moves for d in decisions_of(base.register, kinds, m, today, actor)]
    decisions += _beside(base, others, today, actor)
    beside += _unapprovable(decisions)
    shut = [r for r in head.shut if r.path in changed and r.seal and not r.seal.erased]
    beside += _unseen(decisions, shut)
    found += unspoken(beside, detector, today)
    found = _not_by_a_pending_exception(found, decisions)
    sealed = tuple(r.id for r in shut)
    found.sort(key=lambda f: f.order)
    return Verdict(
        tuple(decisions),
        tuple(f for f in found if f.severity == "error"),
        tuple(f for f in found if f.severity == "warning"),
        sealed,
        actor,
    ).masked(detector)


def _mark(f: Finding) -> tuple[str, str, str, str, str]:
    return (f.rule, f.severity, f.at.path, f.at.pointer, f.message)


def _of_own_policy(base: Loaded, head: Loaded, today: date) -> list[Finding]:
    """What is wrong in the policy tables that the change itself brings, which do not judge it."""
    own = {
        r.path for r in head.register
        if (kind := base.kinds.get(r.kind)) and kind.is_policy and ((old := base.register.records.get(r.key)) is None or old.data != r.data)
    }  # fmt: skip
    return [f for f in check_loaded(head, today) if f.at.path in own] if own else []


def _by_own_forms(reformed: Loaded | BadSchema | None, head: Loaded, today: date) -> list[Finding]:
    """What the forms that a change brings would find in the register at its end, which they do not judge yet."""
    if reformed is None:
        return []
    if isinstance(reformed, BadSchema):
        return [
            Finding(
                "R-ID-5",
                "error",
                f"cannot be used as a form: {reformed}",
                Location("schemas"),
                "mend the schema that is named",
            )
        ]
    known = {_mark(f) for f in check_loaded(head, today)}
    return [f for f in check_loaded(reformed, today) if f.severity == "error" and _mark(f) not in known]


def _not_by_a_pending_exception(found: Iterable[Finding], decisions: Iterable[Decision]) -> list[Finding]:
    """What has happened may be recorded while its exception waits for approval; nothing is decided on one (design section 4)."""
    decided = {d.path for d in decisions if d.approvals}
    return [replace(f, severity="error") if f.at.path in decided and f.message.endswith(PENDING) else f for f in found]


def _with_policy_of(base: Loaded, head: Loaded) -> Loaded:
    """The head's records under the base's policy tables, where the base has them."""
    records: dict[Key, Record] = dict(head.register.records)
    for key, record in base.register.records.items():
        if (kind := base.kinds.get(key.kind)) and kind.is_policy:
            records[key] = record
    register, broken = linked(records, base.kinds)
    findings = (*(f for f in head.findings if f.rule != "R-ID-2"), *broken)
    return Loaded(head.files, base.kinds, register, findings, head.misfits, head.aside)


def _beside(base: Loaded, others: Iterable[str], today: date, actor: str) -> Iterator[Decision]:
    """Changes of what the register and its site are made by: they take the contracts manager's approval."""
    table, kind = base.register.get("register", "register"), base.kinds.get("register")
    if table is None or kind is None:
        return
    forms = sorted(p for p in others if p.startswith("schemas/"))
    rest = sorted(p for p in others if not p.startswith("schemas/"))
    for name, paths, words in (
        ("schemas", forms, "The register's own forms change"),
        ("site", rest, "Files that are no records change"),
    ):
        if paths:
            approvals = approvals_for(base.register, kind, table, ("ccm",), today, actor)
            more = f" and {len(paths) - 6} more" if len(paths) > 6 else ""
            yield Decision("decide", name, name, paths[0], f"{words}: {', '.join(paths[:6])}{more}", approvals)


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
