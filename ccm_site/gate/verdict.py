"""What the gate says of a change, as one screen and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from ccm_site.checks.aside import without_persons
from ccm_site.checks.report import as_text, one_line
from ccm_site.gate.rights import Approval
from ccm_site.model import Finding
from ccm_site.personal_data import Detector


@dataclass(frozen=True)
class Decision:
    """One thing that a change does: in which lane, of which record, in words; the approvals that it needs, none where it is a record."""

    lane: str
    kind: str
    id: str
    path: str
    words: str
    approvals: tuple[Approval, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """Everything about a change. ``blocks`` are errors that stand in its way, ``warnings`` what to look at, ``sealed`` the records that
    could not be looked into."""

    decisions: tuple[Decision, ...]
    blocks: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    sealed: tuple[str, ...] = ()
    actor: str = ""

    def masked(self, detector: Detector) -> Verdict:
        """The same on single lines and without anything that names a person: a verdict is printed and kept."""

        def said(text: str) -> str:
            return without_persons(one_line(text), detector)

        decisions = tuple(replace(d, id=said(d.id), path=said(d.path), words=said(d.words)) for d in self.decisions)
        return replace(self, decisions=decisions, sealed=tuple(said(s) for s in self.sealed))

    @property
    def passes(self) -> bool:
        """Whether nothing stands in its way but the approvals themselves."""
        return not self.blocks

    @property
    def waits(self) -> tuple[Decision, ...]:
        """The decisions that need approval."""
        return tuple(d for d in self.decisions if d.approvals)


def verdict_text(verdict: Verdict) -> str:
    """What would be decided, by whom it may be approved, what stands in the way, and how to mend each."""
    out = []
    decided, recorded = [d for d in verdict.decisions if d.approvals], [d for d in verdict.decisions if not d.approvals]
    if decided:
        out.append("It would decide:")
        for d in decided:
            out.append(f"  {d.id}: {d.words}")
            out += [f"    {_asked(a)}" for a in d.approvals]
    if recorded:
        out.append("It would record:")
        out += [f"  {d.id}: {d.words}" for d in recorded]
    if decided and not verdict.actor:
        out.append(
            "  Who proposes it is not named (--actor), so it was not looked at that nobody approves what he or she proposes (R-ROL-1)."
        )
    if not verdict.decisions:
        out.append("It changes no record.")
    if verdict.sealed:
        out.append(
            f"Sealed, not checked: {len(verdict.sealed)} records. What needs them cannot be approved without the keys: {_few(verdict.sealed)}"
        )
    if verdict.blocks:
        out.append("In its way:")
        out += [f"  {line}" for line in as_text(verdict.blocks).splitlines()[:-1]]
    if verdict.warnings:
        out.append("To look at:")
        out += [f"  {line}" for line in as_text(verdict.warnings).splitlines()[:-1]]
    out.append(_end(verdict))
    return "\n".join(out) + "\n"


def _asked(a: Approval) -> str:
    roles = " or ".join(a.roles)
    limit = " within a limit that covers it" if a.within_limit else ""
    if not a.may:
        return f"needs approval by {roles}{limit}: {a.why}"
    return f"needs approval by {roles}{limit}: {', '.join(f'{m.person} ({m.post})' for m in a.may[:8])}"


def _few(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _end(verdict: Verdict) -> str:
    if verdict.blocks:
        return f"It cannot go ahead: {len(verdict.blocks)} in its way."
    if verdict.waits:
        return "It may go ahead once it is approved."
    return "It may go ahead at once."


def verdict_json(verdict: Verdict) -> str:
    """``{"passes", "decisions": [...], "blocks": [...], "warnings": [...], "sealed": [...]}``; findings as in ``ccm check --format json``."""
    out = {"passes": verdict.passes, "needs_approval": bool(verdict.waits), **asdict(verdict)}
    return json.dumps(out, ensure_ascii=False, indent=1, default=str) + "\n"
