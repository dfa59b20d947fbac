"""Placements by type of service, as their contract states it, and by state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Register
from ccm_site.views.counted_people import NONE, Person, placements, states, table
from ccm_site.views.counts import Report


def reports(register: Register, kinds: Kinds, today: date) -> Iterator[Report]:
    """A row for each type of service with placements, a column for each state."""
    counted = placements(register)
    columns = states(kinds, "placement", counted)
    t = table("placements-by-service-type", "placement", counted, _service_type, columns)
    entries = register.table("service_types").get("entries")
    labels = {e.get("code"): str(e.get("label", "")) for e in entries} if isinstance(entries, list) else {}
    rows = {r: labels.get(r) or r.replace("_", " ").capitalize() for r in t.rows}
    rows |= {NONE: "No contract, or its type is not stated"}
    hint = "The type is the contract's. A placement without a contract, such as in the council's own service, is in the last row."
    yield Report(t, 20, "Placements by type of service", "Type of service", rows, columns, hint)


def _service_type(p: Person) -> str:
    return str(p.contract.data.get("service_type") or NONE) if p.contract else NONE
