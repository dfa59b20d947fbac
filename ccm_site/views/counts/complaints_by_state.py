"""Complaints and concerns by how far they have got."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Register
from ccm_site.views.counted_people import complaints, states, table
from ccm_site.views.counts import Report


def reports(register: Register, kinds: Kinds, today: date) -> Iterator[Report]:
    """A count for each state of a complaint or concern."""
    counted = complaints(register)
    columns = states(kinds, "complaint", counted)
    t = table("complaints-by-state", "complaint", counted, lambda c: "", columns)
    yield Report(t, 50, "Complaints and concerns by state", "State", {}, columns, upright=True)
