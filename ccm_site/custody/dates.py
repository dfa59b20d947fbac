"""Days in records, and what is in force on one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def day_of(value: Any) -> date | None:
    """The day that a text is (2026-04-01); None where it is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def in_force(entry: Mapping[str, Any], today: date, first: str = "from", last: str = "to") -> bool:
    """Whether a day lies between an entry's first and last day, both included; an absent one sets no bound."""
    start, end = day_of(entry.get(first)), day_of(entry.get(last))
    return (start is None or start <= today) and (end is None or today <= end)


def effective(entry: Mapping[str, Any], today: date) -> bool:
    """Whether an entry of a policy table is in force on a day."""
    return in_force(entry, today, "effective_from", "effective_to")
