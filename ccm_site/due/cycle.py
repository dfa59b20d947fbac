"""The reviews of a contract's cycle that are not in the register yet. Source: framework 4, R-REV-1."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.due.day import Due, last_working_day
from ccm_site.facts.records import counting, gathered
from ccm_site.facts.review_cycle import missing_slots
from ccm_site.kinds import Kinds
from ccm_site.model import Register


def due(register: Register, kinds: Kinds, today: date) -> Iterator[Due]:
    """For every contract that is signed or in force, over its whole life. The lead professional's post takes the chair."""
    reviews = gathered(register, "review", "contract")
    kind = kinds.get("review")
    type_ = kind.field("review_type") if kind else None
    for contract in counting(register, "contract", "signed", "in_force"):
        lead = contract.data.get("lead_professional")
        for by, code in missing_slots(register, contract, reviews[contract.id], today):
            yield Due(
                by=by, on=last_working_day(register, by), what=f"Contract review: {type_.label_of(code) if type_ else code}, not planned yet",
                part="reviews", record=contract.key, pointer="/review_cycle", post=lead if isinstance(lead, str) else "", contract=contract.id,
            )  # fmt: skip
