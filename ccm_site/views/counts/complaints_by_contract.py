"""Complaints and concerns by contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Register
from ccm_site.views.counted_people import complaints, named, table
from ccm_site.views.counts import Report


def reports(register: Register, kinds: Kinds, today: date) -> Iterator[Report]:
    """A row for each contract that a complaint or concern is about, other than those made for one placement."""
    t = table(
        "complaints-by-contract", "complaint", complaints(register),
        lambda c: c.contract.id if c.contract and not c.alone else None, {},
    )  # fmt: skip
    hint = "Only contracts with complaints or concerns. Those made for one placement are left out: a count would single the child out."
    yield Report(t, 60, "Complaints and concerns by contract", "Contract", named("contract", t.rows, ""), {}, hint)
