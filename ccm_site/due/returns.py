"""The returns that monitoring plans call for and that have not been asked for yet. Source: framework 3(B), R-MON-4."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from ccm_site.due.day import Due, last_working_day
from ccm_site.facts.contracts import over_on
from ccm_site.facts.owners import owner_of
from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day, days_after, months_after, period_end
from ccm_site.kinds import Kinds
from ccm_site.model import Record, Register

AHEAD = 24
"""For how many months from today returns are foreseen."""


def due(register: Register, kinds: Kinds, today: date) -> Iterator[Due]:
    """The last day of each period for which a return is still to be asked for, up to the contract's end."""
    asked: dict[str, date] = defaultdict(lambda: date.min)
    for sent in counting(register, "return"):
        name, end = str(sent.data.get("contract")), day(period_end(sent.data))
        if end is not None:
            asked[name] = max(asked[name], end)
    for contract, plan, months in _strictest(register):
        start = day(contract.data.get("start_date"))
        until = min(over_on(register, contract) or date.max, months_after(today, AHEAD))
        if start is None:
            continue
        since = max(asked[contract.id], days_after(months_after(today, -months), -1))
        step = 1
        while (end := days_after(months_after(start, step * months), -1)) <= until:
            step += 1
            if end > since:
                yield Due(
                    end, last_working_day(register, end), "Ask the provider for its return", "returns", plan.key,
                    f"/return_every_months/{end.isoformat()}", owner_of(register, plan), contract.id,
                )  # fmt: skip


def _strictest(register: Register) -> Iterator[tuple[Record, Record, int]]:
    """Each contract in force with the plan that asks for returns most often, and after how many months."""
    plans: dict[str, tuple[int, Record]] = {}
    for plan in counting(register, "monitoring_plan", "active"):
        months, name = plan.data.get("return_every_months"), plan.data.get("contract")
        if isinstance(months, int) and months > 0 and isinstance(name, str):
            plans[name] = min(plans.get(name, (months, plan)), (months, plan), key=lambda p: p[0])
    for name, (months, plan) in sorted(plans.items()):
        contract = cited(register, "contract", name)
        if contract is not None and contract.data.get("status") == "in_force" and "voided" not in contract.data:
            yield contract, plan, months
