"""Placements by contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Register
from ccm_site.views.counted_people import named, placements, table
from ccm_site.views.counts import Report


def reports(register: Register, kinds: Kinds, today: date) -> Iterator[Report]:
    """A row for each contract with placements, other than those made for one placement: a count there would single it out.

    Readers see which contracts were made for one placement, so the second report has what they know of these already.
    """
    counted = placements(register)
    listed = table(
        "placements-by-contract", "placement", counted, lambda p: p.contract.id if p.contract and not p.alone else None, {}
    )  # fmt: skip
    hint = "Only contracts with placements. Those made for one placement are left out: their page says so itself."
    yield Report(listed, 30, "Placements by contract", "Contract", named("contract", listed.rows, ""), {}, hint)
    alone = table(
        "placements-alone", "placement", counted, lambda p: p.contract.id if p.contract and p.alone else None, {}, known=True
    )  # fmt: skip
    yield Report(alone, 90, "", "", {}, {})
