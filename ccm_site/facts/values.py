"""What a value of a record is: parts and lists, days, numbers, amounts. Anything else than what is asked for counts as none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any


def part_of(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The group of fields under a name; {} where there is none."""
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The entries of a list that are groups of fields; [] for anything else."""
    return [v for v in value if isinstance(v, Mapping)] if isinstance(value, list) else []


def texts(value: Any) -> list[str]:
    """The entries of a list that are texts; [] for anything else."""
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def day(value: Any) -> date | None:
    """The day that a text is; None where it is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def period_end(data: Mapping[str, Any]) -> Any:
    """The last day of the ``period`` of a record or an entry, as it is written; None where there is none."""
    return part_of(data, "period").get("to")


def number(value: Any) -> Decimal | None:
    """The number that a text or whole number is; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def amount(money: Any) -> Decimal | None:
    """The amount of a group of amount, currency and VAT basis, as entered; None where there is none."""
    return number(money.get("amount")) if isinstance(money, Mapping) else None


def months_after(start: date, months: int) -> date:
    """The same day so many months later (or earlier), the last of the month where that month is shorter.

    Beyond the calendar's first and last day it is that day.
    """
    total = start.year * 12 + start.month - 1 + months
    year, month = divmod(total, 12)
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    for last in (start.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(start.day, last))
        except ValueError:
            continue
    raise AssertionError


def days_after(start: date, days: int) -> date:
    """The day so many days later (or earlier); the calendar's first or last day where that lies beyond it."""
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return date.min if days < 0 else date.max


def in_force(entry: Mapping[str, Any], on: date, first: str = "from", last: str = "to") -> bool:
    """Whether a day lies between an entry's first and last day, both included; an absent one sets no bound."""
    start, end = day(entry.get(first)), day(entry.get(last))
    return (start is None or start <= on) and (end is None or on <= end)
