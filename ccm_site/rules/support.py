"""What rules have in common: which records count, dates and money, limits and thresholds in force, posts and roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from ccm_site.model import Finding, Key, Location, Record, Register, Severity


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


def entries(register: Register, table: str, on: date | None = None, code: str = "") -> list[Mapping[str, Any]]:
    """The entries of a policy table, in force on a day where one is given, of one code where one is given."""
    return [
        e for e in mappings(register.table(table).get("entries"))
        if (not code or e.get("code") == code) and (on is None or in_force(e, on, "effective_from", "effective_to"))
    ]  # fmt: skip


def limit(register: Register, code: str, on: date) -> Decimal | None:
    """The figure of a limit of policy/thresholds.yaml that is in force on a day; None where none is."""
    for entry in mappings(register.table("thresholds").get("limits")):
        if entry.get("code") == code and in_force(entry, on, "effective_from", "effective_to"):
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


def posts_with_role(register: Register, role: str, on: date) -> tuple[Record, ...]:
    """The posts that exist and hold a role on a day."""
    return tuple(
        p for p in counting(register, "post")
        if in_force(p.data, on) and any(r.get("role") == role and in_force(r, on) for r in mappings(p.data.get("roles")))
    )  # fmt: skip


def holders(register: Register, post: str, on: date) -> tuple[Key, ...]:
    """The people who hold a post on a day."""
    return tuple(
        p.key for p in counting(register, "person")
        if any(h.get("post") == post and in_force(h, on) for h in mappings(p.data.get("posts")))
    )  # fmt: skip
