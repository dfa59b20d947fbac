"""When contracts end, and by when it is to be decided what follows. Source: R-CON-13."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.due.day import Due, last_working_day
from ccm_site.facts.contracts import final_day, is_followed, open_decisions, over_on
from ccm_site.facts.owners import owner_of
from ccm_site.facts.policy import limit
from ccm_site.facts.records import counting
from ccm_site.facts.values import days_after
from ccm_site.kinds import Kinds
from ccm_site.model import Register


def due(register: Register, kinds: Kinds, today: date) -> Iterator[Due]:
    """The last day of every contract that is signed or in force, with the extensions that were used; and the decision before it."""
    ahead = limit(register, "renewal_notice", today)
    decided = open_decisions(register)
    for contract in counting(register, "contract", "signed", "in_force"):
        last = over_on(register, contract)
        if last is None:
            continue
        post = owner_of(register, contract)
        yield Due(last, last, "Contract ends", "endings", contract.key, "/end_date", post, contract.id, planned=True)
        followed = contract.data.get("placement_specific") is True or is_followed(register, contract, decided)
        if ahead is not None and not followed and final_day(contract) == last:
            by = days_after(last, -int(ahead))
            yield Due(
                by, last_working_day(register, by), "Decide what follows the contract", "endings", contract.key,
                "/end_date/decision", post, contract.id,
            )  # fmt: skip
