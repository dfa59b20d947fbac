"""Periods as people write them: two days, a month, a quarter, half a year or a year of the calendar."""

from __future__ import annotations

import re
from datetime import date, timedelta

from ccm_site.exports.result import CannotExport

_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})\Z", re.ASCII)
_PART = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])|H([12])))?\Z", re.ASCII | re.IGNORECASE)
FORMS = "2026-07-01..2026-09-30, 2026-07, 2026-Q3 (July to September), 2026-H1 (January to June) or 2026"


def read_period(text: str) -> tuple[date, date]:
    """The first and the last day, both included. Raises `CannotExport` where it is no period."""
    try:
        if days := _DAYS.match(text):
            first, last = (date.fromisoformat(d) for d in days.groups())
        elif part := _PART.match(text):
            year, month, quarter, half = (int(p) if p else 0 for p in part.groups())
            start, months = (
                (month, 1) if month else (quarter * 3 - 2, 3) if quarter else (half * 6 - 5, 6) if half else (1, 12)
            )
            first = date(year, start, 1)
            after = start + months
            last = date(year + (after > 12), after - 12 if after > 12 else after, 1) - timedelta(days=1)
        else:
            raise ValueError
    except (ValueError, OverflowError):
        raise CannotExport(f"'{text[:40]}' is no period. Write it as {FORMS}") from None
    if last < first:
        raise CannotExport(f"the period ends on {last}, before it begins on {first}. Write the earlier day first")
    return first, last
