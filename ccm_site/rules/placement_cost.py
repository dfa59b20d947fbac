"""What rules on placements have in common: its states, what one costs over a stretch of days, which days an authorisation covers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ccm_site.facts.records import cited
from ccm_site.facts.values import amount, day, days_after, mappings, months_after, number, part_of
from ccm_site.model import Record, Register

MADE = ("authorised", "contracted", "active", "ended", "closed")
"""States of a placement that somebody has agreed to, or that has begun."""


@dataclass(frozen=True)
class Grant:
    """An amount authorised from a first to a last day, both included."""

    first: date
    last: date
    amount: Decimal
    vat: str


def end_of(placement: Record) -> tuple[date | None, str]:
    """The last day that is known or expected, and the field that says so: ended, else expected, else to be looked at again."""
    data = placement.data
    month = data.get("anticipated_end_month")
    last = day(f"{month}-01") if isinstance(month, str) else None
    for name, value in (
        ("ended_on", day(data.get("ended_on"))),
        ("anticipated_end", day(data.get("anticipated_end"))),
        ("anticipated_end_month", days_after(months_after(last, 1), -1) if last else None),
        ("review_by", day(data.get("review_by"))),
    ):
        if value is not None:
            return value, name
    return None, ""


def merged(grants: Iterable[Grant]) -> list[Grant]:
    """Grants of which none shares a day with another: those that do are added up."""
    out: list[Grant] = []
    for g in sorted(grants, key=lambda g: (g.first, g.last)):
        if out and g.first <= out[-1].last:
            vat = out[-1].vat if out[-1].vat == "included" else g.vat
            out[-1] = replace(out[-1], last=max(g.last, out[-1].last), amount=out[-1].amount + g.amount, vat=vat)
        else:
            out.append(g)
    return out


def stretches(first: date, last: date, grants: Iterable[Grant]) -> Iterator[tuple[date, date]]:
    """The stretches of days from a first to a last day that no grant covers."""
    for g in sorted(grants, key=lambda g: g.first):
        if g.first > last:
            break
        if g.first > first:
            yield first, days_after(g.first, -1)
        first = max(first, days_after(g.last, 1))
    if first <= last:
        yield first, last


def cost(placement: Record, register: Register, first: date, last: date, end: date, vat: str) -> Decimal | None:
    """What a placement costs from a first to a last day at its rates, in pounds and pence; None where no rate says.

    ``end`` is the placement's own last day, which is charged only where its rule or the contract's says that both days are. A rate
    that includes VAT is not set against an amount that does not (``vat``): that could not be compared.
    """
    if last == end and _rule(placement, register) != "both_counted":
        last = days_after(last, -1)
    total: Decimal | None = None
    for line in mappings(placement.data.get("rates")):
        rate, start = line.get("rate"), day(line.get("from"))
        pounds = amount(rate)
        if pounds is None or start is None or not isinstance(rate, Mapping):
            continue
        if rate.get("vat_basis") == "included" and vat != "included":
            continue
        begin, stop = max(first, start), min(last, day(line.get("until")) or last)
        if begin <= stop:
            total = (total or Decimal(0)) + pounds * _units(str(line.get("unit")), line.get("quantity"), begin, stop)
        else:
            total = total or Decimal(0)
    return None if total is None else total.quantize(Decimal("0.01"))


def _rule(placement: Record, register: Register) -> object:
    own = part_of(placement.data, "finance").get("chargeable_day_rule")
    contract = cited(register, "contract", placement.data.get("contract"))
    return own or (part_of(contract.data, "schedule_b").get("chargeable_day_rule") if contract else None)


def _units(unit: str, quantity: object, first: date, last: date) -> Decimal:
    """How many units are charged from a first to a last day, both charged. ``quantity`` is so many a week, where it is given."""
    days, weekly = Decimal((last - first).days + 1), number(quantity)
    if unit == "item":
        return weekly or Decimal(1)
    if weekly is not None:
        return weekly * days / 7
    if unit in ("year", "month"):
        step, whole, per = (12, 0, Decimal(365)) if unit == "year" else (1, 0, Decimal(365) / 12)
        while months_after(first, step * (whole + 1)) <= days_after(last, 1):
            whole += 1
        return whole + Decimal((days_after(last, 1) - months_after(first, step * whole)).days) / per
    return days / 7 if unit == "week" else days
