"""The reviews that a contract's cycle calls for, over its whole life. Source: framework 4, flow chart step 17."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from ccm_site.facts.contracts import final_day
from ccm_site.facts.policy import entries
from ccm_site.facts.records import carried_over_on
from ccm_site.facts.values import day, days_after, months_after, number, part_of
from ccm_site.model import Record, Register

_SERVES = {"annual": ("annual", "end_of_contract"), "biannual": ("biannual", "annual", "end_of_contract")}
_LONGEST = 600  # months; a last day such as 9999-12-31 stands for "no end"

Slot = tuple[date, str]
"""The day by which the cycle calls for a review, and its type."""


def slots(register: Register, contract: Record, today: date) -> Sequence[Slot]:
    """Every slot of a contract's life, the extensions that were used included; [] where it names no cycle.

    A contract without a last day has those up to a year (or its own cycle) from ``today``. One that is shorter than its cycle has one
    review before its end, as the table of review cycles says.
    """
    start, end = day(contract.data.get("start_date")), final_day(contract)
    cycle = part_of(contract.data, "review_cycle")
    annual, biannual = _months(cycle, "annual_months"), _months(cycle, "biannual_months")
    if not cycle or start is None or start.year > 9000 or (end and end < start):
        return ()
    last = days_after(min(end or months_after(today, annual or 12), months_after(start, _LONGEST)), 1)
    return _of_the_cycle(start, last, biannual, annual) or _end_slot(register, start, end)


def missing_slots(register: Register, contract: Record, reviews: Sequence[Record], today: date) -> list[Slot]:
    """The slots for which none of a contract's reviews is held or planned; not what was due before it was carried over."""
    due = slots(register, contract, today)
    since = carried_over_on(contract)
    served = _served(due, reviews, _months(part_of(contract.data, "review_cycle"), "biannual_months") or 12)
    return [s for n, s in enumerate(due) if n not in served and (since is None or s[0] > since)]


def _months(cycle: Mapping[str, Any], name: str) -> int:
    """A number of months, 0 where there is no such review."""
    return max(int(number(cycle.get(name)) or 0), 0)


@lru_cache(4096)
def _of_the_cycle(start: date, last: date, biannual: int, annual: int) -> Sequence[Slot]:
    found: dict[date, str] = {}
    for kind, step in (("annual", annual), ("biannual", biannual)):
        months = step
        while step and (due := months_after(start, months)) <= last:
            found.setdefault(due, kind)
            months += step
    return tuple(sorted(found.items()))


def _end_slot(register: Register, start: date, end: date | None) -> Sequence[Slot]:
    for entry in entries(register, "review_cycle", start):
        before = number(entry.get("end_review_days"))
        if end and before:
            return [(days_after(end, -int(before)), "end_of_contract")]
    return []


def _served(slots: Sequence[Slot], reviews: Sequence[Record], apart: int) -> set[int]:
    """The numbers of the slots for which a review is held or in the calendar: the nearest, up to half the months that they are apart."""
    served: set[int] = set()
    for review in reviews:
        due, kind = day(review.data.get("due_by")), review.data.get("review_type")
        if due is None or review.data.get("status") == "cancelled" or not slots:
            continue
        if slots[0][1] == "end_of_contract":
            served |= {0} if kind != "extra" else set()
            continue
        after = bisect_left(slots, (due, ""))
        nearest = min(range(max(after - 1, 0), min(after + 1, len(slots))), key=lambda n: abs(slots[n][0] - due))
        if kind == "end_of_contract":
            served |= set(range(nearest, len(slots)))
        elif kind in _SERVES[slots[nearest][1]] and abs(slots[nearest][0] - due).days <= 15 * apart:
            served.add(nearest)
    return served
