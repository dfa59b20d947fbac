"""What rules have in common: which records count, dates and money, what was carried over, limits and thresholds in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ccm_site.model import Finding, Location, Record, Register, Severity

SENT = ("sent", "acknowledged")
"""The states of a notice that has gone out."""


def counting(register: Register, kind: str, *states: str) -> Iterator[Record]:
    """The records of a kind that count: not voided, and in one of the states where any is named."""
    for record in register.of_kind(kind):
        if "voided" not in record.data and (not states or record.data.get("status") in states):
            yield record


def open_to_check(record: Record) -> bool:
    """Whether all of a record can be seen. A rule that reads fields which may be sealed asks this first."""
    return record.seal is None or not record.seal.shut


def found(
    rule: str, severity: Severity, record: Record, pointer: str, message: str, fix: str, *related: tuple[Record, str]
) -> Finding:
    """A finding at a JSON pointer of a record; ``related`` are other records with the pointers that it speaks of."""
    also = tuple(Location(r.path, pointer=p) for r, p in related)
    return Finding(rule, severity, message, Location(record.path, pointer=pointer), fix, also)


def cited(register: Register, kind: str, value: Any) -> Record | None:
    """The record of a kind that a reference names; None where there is none, which R-ID-2 tells."""
    return register.get(kind, value) if isinstance(value, str) else None


def citing(register: Register, record: Record, kind: str) -> tuple[Record, ...]:
    """The records of a kind that point to a record, not voided, in the order of their ids."""
    keys = {link.source for link in register.backlinks.get(record.key, ()) if link.source.kind == kind}
    return tuple(r for k in sorted(keys) if "voided" not in (r := register.records[k]).data)


def gathered(register: Register, kind: str, field: str) -> defaultdict[str, list[Record]]:
    """The records of a kind that count, by what they name in a field; in one pass, for a rule that asks for many. [] for any other."""
    out: defaultdict[str, list[Record]] = defaultdict(list)
    for record in counting(register, kind):
        if isinstance(value := record.data.get(field), str):
            out[value].append(record)
    return out


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


def carried_over_on(record: Record) -> date | None:
    """The day on which a record was carried over from another register; None where it was not, or that day is not known."""
    return day(part_of(record.data, "legacy").get("migrated_on"))


def grade(record: Record) -> Severity:
    """How grave it is that a record lacks something: it only warns where the record was carried over."""
    return "warning" if "legacy" in record.data else "error"


def severity_then(record: Record, on: date) -> Severity:
    """An error; a warning where it happened before the record was carried over from another register."""
    moved = carried_over_on(record)
    return "warning" if moved is not None and on <= moved else "error"


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


def money(value: Decimal, record: Record) -> str:
    """An amount in pounds, ``£1,250.50``; of a sealed record as it was entered, so that it can be kept out of what is printed."""
    return f"£{value:,.2f}" if record.seal is None else f"£{value}"


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


def working_days_after(register: Register, start: date, days: int) -> date:
    """The day so many working days after a day: Saturdays, Sundays and the holidays of policy/holidays.yaml do not count."""
    off = {str(e.get("date")) for e in mappings(register.table("holidays").get("entries"))}
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
