"""Good practice, as returns, reports and reviews of a contract tell it (F-3B-i-6)."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.records import citing
from ccm_site.facts.values import day, texts
from ccm_site.model import Record
from ccm_site.performance.periods import period_of
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Said


def practice_of(desk: Desk, contract: Record) -> Iterator[Said]:
    """What was reported as good practice within the period looked back on, the newest first."""
    found = []
    for kind in ("return", "operational_report", "review"):
        for r in citing(desk.register, contract, kind):
            period = period_of(r.data)
            when = day(r.data.get("held_on")) or (period.last if period else None)
            if when is not None and desk.period.holds(when):
                found += [(when, r, text) for text in texts(r.data.get("good_practice"))]
    for when, r, text in sorted(found, key=lambda f: (f[0], f[1].id), reverse=True):
        yield Said(f"{text} ({on(when)})", (r.key,))
