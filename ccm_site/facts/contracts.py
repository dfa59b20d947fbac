"""What is so of a contract: its states, its last day, its providers and signatures, since when it is monitored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from ccm_site.facts.records import carried_over_on, citing
from ccm_site.facts.values import day, days_after, mappings, months_after, texts
from ccm_site.model import Record, Register

LIVE = ("ready_for_issue", "issued", "signed", "in_force")
"""From the day on which it is put forward for issue until it ends."""
ENDED = ("expired", "terminated", "closed")
READY = (*LIVE, *ENDED)
"""The states that a contract reaches once it is complete."""
BOUND = ("signed", "in_force", *ENDED)
"""Signed by every party, then and ever after."""
ISSUED = ("issued", *BOUND)
"""Issued, then and ever after."""
LEADS = frozenset({"lead_professional", "service_manager", "team_leader", "psychologist"})
"""The roles that the framework calls lead professional."""


def final_day(contract: Record, all_options: bool = False) -> date | None:
    """The contract's last day with the extensions that were used, or with every one that it offers; None where it names none."""
    last = day(contract.data.get("end_date"))
    months = sum(
        int(e.get("months", 0)) for e in mappings(contract.data.get("extensions")) if all_options or "used_on" in e
    )
    # From the day after, so that the last of a month stays the last of a month.
    return days_after(months_after(days_after(last, 1), months), -1) if last else None


def over_on(register: Register, contract: Record) -> date | None:
    """The day on which the contract is over: by notice where it was ended early, else its last day; None where neither is known."""
    if contract.data.get("status") in ("terminated", "closed"):
        for ending in citing(register, contract, "contract_termination"):
            notice = ending.data.get("notice")
            if ending.data.get("status") in ("running_off", "terminated") and isinstance(notice, Mapping):
                return day(ending.data.get("terminated_on")) or day(notice.get("effective_on"))
    return final_day(contract)


def providers_of(contract: Record) -> list[str]:
    """The ids of every provider of a contract, the first one first."""
    return [*texts([contract.data.get("provider")]), *texts(contract.data.get("further_providers"))]


def signed_on(contract: Record) -> list[date]:
    """The days of a contract's signatures."""
    return [d for s in mappings(contract.data.get("signatures")) if (d := day(s.get("date")))]


def monitored_since(contract: Record) -> date | None:
    """From when a contract has been monitored here: its start, or the day on which it was carried over where that is later."""
    return max((d for d in (day(contract.data.get("start_date")), carried_over_on(contract)) if d), default=None)
