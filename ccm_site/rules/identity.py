"""R-ID: what makes a record one that others can rely on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeGuard

from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Location, Register
from ccm_site.rules import rule

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_PAIRS = (("start_date", "end_date"), ("from", "to"), ("effective_from", "effective_to"), ("from", "until"))


@rule("R-ID-4", "F-4-IS-7")
def start_before_end(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A start is not after its end.

    Why: payments, reviews and reminders are reckoned from these dates. Mend: correct the one that is wrong.
    """
    for record in register:
        for pointer, first, last, start, end in _spans(record.data, ""):
            if start > end:
                yield Finding(
                    "R-ID-4", "error", f"{last} {end} is before {first} {start}",
                    Location(record.path, pointer=f"{pointer}/{last}"), "correct the one that is wrong",
                    (Location(record.path, pointer=f"{pointer}/{first}"),),
                )  # fmt: skip


def _is_day(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(_DAY.match(value))


def _spans(data: Any, at: str) -> Iterator[tuple[str, str, str, str, str]]:
    if isinstance(data, Mapping):
        for first, last in _PAIRS:
            start, end = data.get(first), data.get(last)
            if _is_day(start) and _is_day(end):
                yield at, first, last, start, end
        for name, value in data.items():
            if isinstance(value, (Mapping, list)):
                yield from _spans(value, f"{at}/{name}")
    elif isinstance(data, list):
        for index, value in enumerate(data):
            if isinstance(value, (Mapping, list)):
                yield from _spans(value, f"{at}/{index}")
