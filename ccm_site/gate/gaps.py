"""Until when a gap of a carried-over contract holds: until it is next varied, reviewed or renewed (design section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from ccm_site.checks.run import GAP
from ccm_site.facts.values import mappings
from ccm_site.model import Finding
from ccm_site.rules import Changes

_FIX = "it is varied, reviewed or renewed by this change, so fill in now what its source did not have: {}"


def ended_gaps(changes: Changes, findings: Iterable[Finding]) -> Iterator[Finding]:
    """What a gap softened in a contract that a change varies, reviews or renews, as the errors that it is from now on.

    ``findings`` are those of the head. A contract is varied once a variation of it is approved, reviewed once the minutes are agreed,
    renewed once an option to extend is used or a contract follows it.
    """
    touched = {r.path for id in _touched(changes) if (r := changes.head.get("contract", id)) is not None}
    for f in findings:
        if f.at.path in touched and f.message.endswith(GAP):
            yield replace(f, severity="error", message=f.message.removesuffix(f" {GAP}"), fix=_FIX.format(f.fix))


def _touched(changes: Changes) -> Iterator[str]:
    for move in (*changes.reaching("variation", "approved"), *changes.reaching("review", "minutes_agreed")):
        if move.after is not None and "voided" not in move.after.data:
            yield str(move.after.data.get("contract"))
    for move in changes.moves:
        if move.after is None or move.after.kind != "contract":
            continue
        used = [e.get("used_on") for e in mappings(move.after.data.get("extensions")) if "used_on" in e]
        known = [e.get("used_on") for e in mappings(move.before.data.get("extensions"))] if move.before else []
        if move.before is not None and any(u not in known for u in used):
            yield move.after.id
        follows = move.after.data.get("successor_of")
        if isinstance(follows, str) and (move.before is None or move.before.data.get("successor_of") != follows):
            yield follows
