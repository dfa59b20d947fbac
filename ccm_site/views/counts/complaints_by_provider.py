"""Complaints and concerns by provider."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Register
from ccm_site.views.counted_people import NONE, complaints, named, table
from ccm_site.views.counts import Report


def reports(register: Register, kinds: Kinds, today: date) -> Iterator[Report]:
    """A row for each provider that a complaint or concern is about."""
    t = table(
        "complaints-by-provider", "complaint", complaints(register), lambda c: c.provider.id if c.provider else NONE, {}
    )
    rows = named("provider", t.rows, "No provider named")
    yield Report(t, 40, "Complaints and concerns by provider", "Provider", rows, {})
