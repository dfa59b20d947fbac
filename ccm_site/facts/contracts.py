"""What is so of a contract: its states, its last day, its providers and signatures, since when it is monitored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from ccm_site.facts.records import carried_over_on, cited, citing, counting
from ccm_site.facts.values import day, days_after, mappings, months_after, number, part_of, texts
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
        int(number(e.get("months")) or 0)
        for e in mappings(contract.data.get("extensions"))
        if all_options or "used_on" in e
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


def specification_on(register: Register, contract: Record, on: date) -> Record | None:
    """The version of the specification that holds for a contract on a day: Schedule A, or what a variation in force put in its place."""
    varied = [
        (starts, v.id, v.data["specification"])
        for v in citing(register, contract, "variation")
        if v.data.get("status") in ("approved", "signed") and v.data.get("specification")
        and (starts := day(v.data.get("effective_date"))) is not None and starts <= on
    ]  # fmt: skip
    return cited(register, "specification", max(varied)[2] if varied else contract.data.get("schedule_a"))


def signed_on(contract: Record) -> list[date]:
    """The days of a contract's signatures."""
    return [d for s in mappings(contract.data.get("signatures")) if (d := day(s.get("date")))]


def monitored_since(contract: Record) -> date | None:
    """From when a contract has been monitored here: its start, or the day on which it was carried over where that is later."""
    return max((d for d in (day(contract.data.get("start_date")), carried_over_on(contract)) if d), default=None)


def open_decisions(register: Register) -> Mapping[str, list[date]]:
    """By type of service the days of the Sourcing Group's decisions from which no contract has come yet."""
    spent = {
        str(c.data.get("sourcing_decision"))
        for c in counting(register, "contract")
        if c.data.get("status") != "withdrawn"
    }
    out: dict[str, list[date]] = defaultdict(list)
    for decision in counting(register, "sourcing_decision", "decided"):
        on = day(part_of(decision.data, "decision").get("on"))
        if on and decision.id not in spent:
            out[str(decision.data.get("service_type"))].append(on)
    return out


def is_followed(register: Register, contract: Record, decided: Mapping[str, list[date]]) -> bool:
    """Whether it is decided what follows a contract: by another contract, or by one of the `open_decisions` on its type of service."""
    start = day(contract.data.get("start_date"))
    kind = contract.data.get("service_type")
    if isinstance(kind, str) and any(start is None or on > start for on in decided.get(kind, ())):
        return True
    return any(
        c.data.get("successor_of") == contract.id and c.data.get("status") != "withdrawn"
        for c in citing(register, contract, "contract")
    )
