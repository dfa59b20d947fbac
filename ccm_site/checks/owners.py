"""Whose a finding is: the post that owns the record it is about, or the contract that the record belongs to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ccm_site.model import Finding, Record, Register

_UP = ("contract", "placement", "specification", "tender", "need")
_DEPTH = 4


def owner_of(register: Register, record: Record) -> str:
    """The post that owns a record: its own ``owner_post``, or that of the contract (or placement, …) that it names. "" where none does."""
    for _ in range(_DEPTH):
        post = record.data.get("owner_post")
        if isinstance(post, str):
            return post
        above = next((r for n in _UP if isinstance(v := record.data.get(n), str) and (r := register.get(n, v))), None)
        if above is None:
            return ""
        record = above
    return ""


def by_owner(findings: Iterable[Finding], register: Register) -> Mapping[str, Counter[str]]:
    """How many findings of which rule each post has, "" for those of no post; the post with the most first."""
    by_path = {r.path: r for r in register}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for f in findings:
        record = by_path.get(f.at.path)
        counts[owner_of(register, record) if record else ""][f.rule] += 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1].total(), item[0])))


def as_lines(counts: Mapping[str, Counter[str]]) -> list[str]:
    """``contracts-officer: 3 (R-CON-2 twice, R-REV-1)`` in words for the end of a check."""
    lines = []
    for post, rules in counts.items():
        told = ", ".join(
            f"{rule} {n} times" if n > 1 else rule for rule, n in sorted(rules.items(), key=lambda i: (-i[1], i[0]))
        )
        lines.append(f"{post or 'No post'}: {rules.total():,} ({told})")
    return lines
