"""What the tables of policy/ say on a day: entries, limits and thresholds in force, working days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ccm_site.facts.values import in_force, mappings, number
from ccm_site.model import Register


def applies(entry: Mapping[str, Any], on: date) -> bool:
    """Whether an entry of a policy table is in force on a day."""
    return in_force(entry, on, "effective_from", "effective_to")


def entries(register: Register, table: str, on: date | None = None, code: str = "") -> list[Mapping[str, Any]]:
    """The entries of a policy table, in force on a day where one is given, of one code where one is given."""
    return [
        e for e in mappings(register.table(table).get("entries"))
        if (not code or e.get("code") == code) and (on is None or applies(e, on))
    ]  # fmt: skip


def limit(register: Register, code: str, on: date) -> Decimal | None:
    """The figure of a limit of policy/thresholds.yaml that is in force on a day; None where none is."""
    for entry in mappings(register.table("thresholds").get("limits")):
        if entry.get("code") == code and applies(entry, on):
            return number(entry.get("value"))
    return None


def threshold(register: Register, code: str, on: date) -> Mapping[str, Any] | None:
    """The threshold of a code in force on a day: its amount, vat_basis, comparator (``>`` or ``>=``), source; None where none is."""
    return next(iter(entries(register, "thresholds", on, code)), None)


def over(value: Decimal, entry: Mapping[str, Any]) -> bool:
    """Whether an amount is over a threshold, by the threshold's own comparator."""
    bound = number(entry.get("amount"))
    if bound is None:
        return False
    return value > bound if entry.get("comparator") == ">" else value >= bound


def holidays(register: Register) -> dict[str, str]:
    """The holidays of policy/holidays.yaml: ISO dates, each with what it is called."""
    return {str(e.get("date")): str(e.get("label", "")) for e in mappings(register.table("holidays").get("entries"))}


def working_days_after(register: Register, start: date, days: int) -> date:
    """The day so many working days after a day: Saturdays, Sundays and the holidays of policy/holidays.yaml do not count."""
    off = holidays(register)
    current = start
    while days > 0 and current < date.max:
        current += timedelta(days=1)
        if current.weekday() < 5 and current.isoformat() not in off:
            days -= 1
    return current


class Waits:
    """The last days of waits of so many working days, each reckoned once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._known: dict[tuple[str, date, object], date | None] = {}

    def due(self, code: str, start: date, own: object = None) -> date | None:
        """The last day of a wait from a day on: so many days as is its own, else as the limit of a code says; None where neither does."""
        key = (code, start, own)
        if key not in self._known:
            days = own if isinstance(own, int) else limit(self._register, code, start)
            self._known[key] = None if days is None else working_days_after(self._register, start, int(days))
        return self._known[key]
