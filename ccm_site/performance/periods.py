"""Spans of days: the periods of returns and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccm_site.facts.values import day, days_after, months_after, part_of


@dataclass(frozen=True, order=True)
class Period:
    """From a first to a last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def holds(self, on: date) -> bool:
        return self.first <= on <= self.last

    def touches(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last


def period_of(data: Mapping[str, Any]) -> Period | None:
    """The ``period`` of a record's data; None where it has none with both days in order."""
    entered = part_of(data, "period")
    first, last = day(entered.get("from")), day(entered.get("to"))
    return Period(first, last) if first and last and first <= last else None


def year_to(last: date) -> Period:
    """The twelve months that end on a day."""
    return Period(days_after(months_after(last, -12), 1), last)
