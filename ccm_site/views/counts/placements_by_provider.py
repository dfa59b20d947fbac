"""Placements by provider and state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Register
from ccm_site.views.counted_people import NONE, named, placements, states, table
from ccm_site.views.counts import Report


def reports(register: Register, kinds: Kinds, today: date) -> Iterator[Report]:
    """A row for each provider with placements, a column for each state."""
    counted = placements(register)
    columns = states(kinds, "placement", counted)
    t = table("placements-by-provider", "placement", counted, lambda p: p.provider.id if p.provider else NONE, columns)
    rows = named("provider", t.rows, "No provider named yet")
    yield Report(t, 10, "Placements by provider", "Provider", rows, columns)
