"""Whose findings are: how many of which rule each post has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from ccm_site.facts.owners import owner_of
from ccm_site.model import Finding, Register


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
