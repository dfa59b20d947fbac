"""Complaints and concerns of a provider from all sources and across all its contracts (F-3B-i-8, F-3B-r-3 to r-5, R-CNC-8).

Only for a register in which they can be seen: whoever may not see complaints gets the published counts instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ccm_site.facts.complaints import provider_of
from ccm_site.facts.contracts import providers_of
from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import day
from ccm_site.model import Key, Record, Register
from ccm_site.performance.periods import Period


@dataclass(frozen=True)
class Concerns:
    """The complaints and concerns of a period. ``information_only`` are among ``total``; compliments are counted apart.

    ``rate`` is how many there were for each ten children placed for the whole period; None where none were placed.
    ``repeated`` are the categories that came up more than once, with how often.
    """

    period: Period
    total: int
    information_only: int
    compliments: int
    open: int
    by_category: Mapping[str, int]
    by_source: Mapping[str, int]
    by_type: Mapping[str, int]
    by_result: Mapping[str, int]
    rate: Decimal | None
    sources: tuple[Key, ...]
    shut: int = 0
    """How many complaints of the register cannot be read here: they may belong among these."""

    @property
    def repeated(self) -> Mapping[str, int]:
        return {c: n for c, n in self.by_category.items() if n > 1}


def concerns_of(register: Register, provider: str, period: Period) -> Concerns:
    """The complaints and concerns about a provider that were received in a period. What is sealed and shut is only counted as ``shut``."""
    mine = [c for c in received(register, period) if provider_of(register, c) == provider]
    return replace(summed(mine, period, placed_days(register, provider, period)), shut=shut_complaints(register))


def shut_complaints(register: Register) -> int:
    """How many complaints and concerns cannot be read."""
    return sum(not open_to_check(c) for c in counting(register, "complaint"))


def received(register: Register, period: Period) -> list[Record]:
    """The complaints and concerns received in a period that can be read, the oldest first."""
    found = [
        (on, c) for c in counting(register, "complaint")
        if open_to_check(c) and (on := day(c.data.get("received_on"))) and period.holds(on)
    ]  # fmt: skip
    return [c for _, c in sorted(found, key=lambda f: (f[0], f[1].id))]


def summed(complaints: Iterable[Record], period: Period, placed: int | None = None) -> Concerns:
    """The figures of some complaints and concerns. ``placed`` are the days that children were placed, all together."""
    everything = list(complaints)
    praise = [c for c in everything if c.data.get("entry_type") == "compliment"]
    concerns = [c for c in everything if c.data.get("entry_type") != "compliment"]

    def by(name: str) -> Mapping[str, int]:
        found = Counter(str(c.data.get(name) or "") for c in concerns)
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    results = Counter(str((c.data.get("resolution") or {}).get("result") or "") for c in concerns)
    rate = Decimal(len(concerns)) * 10 * period.days / placed if placed else None
    return Concerns(
        period, len(concerns), sum(c.data.get("entry_type") == "information_only" for c in concerns), len(praise),
        sum(c.data.get("status") not in ("closed", "recorded_only") for c in concerns),
        by("category"), by("source"), by("entry_type"), dict(sorted(results.items(), key=lambda item: (-item[1], item[0]))), rate,
        tuple(c.key for c in everything),
    )  # fmt: skip


def placed_days(register: Register, provider: str, period: Period) -> int | None:
    """For how many days children were placed with a provider in a period, all together; None where a placement cannot be read."""
    contracts = {c.id for c in counting(register, "contract") if provider in providers_of(c)}
    total = 0
    for placement in counting(register, "placement", "active", "ended", "closed", "contracted"):
        if (
            placement.data.get("provider", provider if placement.data.get("contract") in contracts else None)
            != provider
        ):
            continue
        if not open_to_check(placement):
            return None
        start, end = day(placement.data.get("start_date")), day(placement.data.get("ended_on")) or date.max
        if start is not None and start <= period.last and end >= period.first:
            total += (min(end, period.last) - max(start, period.first)).days + 1
    return total
