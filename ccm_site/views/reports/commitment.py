"""What contracts commit the council to: reckoned from rates and volume, or from the rates of placements where they are at hand (trace V-9)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ccm_site.facts.contracts import final_day
from ccm_site.facts.records import cited, gathered, open_to_check
from ccm_site.facts.values import amount, day, days_after, mappings, months_after, number, part_of
from ccm_site.model import Key, Record
from ccm_site.performance.periods import Period, period_of
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.paying import a, contracts_of, expected_end, last_day, placements_of
from ccm_site.views.reports.sums import Basis, basis_of, penny, sum_words

BOUND, CEILING = "Committed", "At most"
_BINDING = frozenset({"block", "service_level_agreement", "grant"})
"""Types of contract under which the volume is paid for whether it is used or not; of the others it is the most that can be bought."""
_YEAR_BEGINS = 4
_RUN = ("authorised", "contracted", "active", "ended", "closed")


@dataclass(frozen=True)
class Commitment:
    """What a contract, or a placement without one, costs or may cost. ``of`` reckons a span of days; None where nothing can be reckoned: ``how`` says why.

    ``bound`` says whether it is owed in any case. ``first`` and ``last`` are the days that it covers.
    """

    record: Record
    basis: Basis
    bound: str
    how: str
    first: date
    last: date
    of: Callable[[Period], Decimal] | None
    sources: tuple[Key, ...] = ()

    def within(self, span: Period) -> Decimal | None:
        """What falls in a span of days, to the penny."""
        if self.of is None:
            return None
        first, last = max(span.first, self.first), min(span.last, self.last)
        return penny(self.of(Period(first, last))) if first <= last else Decimal(0)


def year_of(day_: date) -> Period:
    """The financial year of a day: 1 April to 31 March."""
    begins = day_.year if day_.month >= _YEAR_BEGINS else day_.year - 1
    first = date(begins, _YEAR_BEGINS, 1)
    return Period(first, days_after(months_after(first, 12), -1))


def year_name(year: Period) -> str:
    return f"{year.first.year}–{year.last.year % 100:02}"


def months_of(year: Period) -> list[Period]:
    """The months of a financial year."""
    firsts = [months_after(year.first, n) for n in range(13)]
    return [Period(a, days_after(b, -1)) for a, b in pairwise(firsts)]


def commitments(desk: Desk, *states: str) -> tuple[Commitment, ...]:
    """The commitments of contracts in these states that have a first and a last day, then of placements without a contract.

    A contract that pays by placement has two where its placements can be read: what these cost, and the most that can be bought.
    """
    placed = gathered(desk.register, "placement", "contract") if desk.whole else {}
    out = []
    for contract in contracts_of(desk, *states):
        out += of_contract(desk, contract, placed.get(contract.id, ()))
    for p in placements_of(desk, *_RUN):
        if "contract" not in p.data and (alone := _alone(desk, p)):
            out.append(alone)
    return tuple(out)


def of_contract(desk: Desk, contract: Record, placements: Iterable[Record] = ()) -> list[Commitment]:
    """What one contract commits to: by its rates and volume, else by its estimated value, a day like another; and by its placements.

    Nothing without a first and a last day.
    """
    start, last = day(contract.data.get("start_date")), last_day(desk, contract)
    if start is None or last is None or last < start:
        return []
    bound = BOUND if contract.data.get("contract_type") in _BINDING else CEILING
    own = _by_rates(desk, contract, bound, start, last) or _by_value(desk, contract, bound, start, last)
    placed = _by_placements(desk, contract, list(placements), start, last) if bound == CEILING else None
    return [placed, own] if placed else [own]


def _by_rates(desk: Desk, contract: Record, bound: str, start: date, last: date) -> Commitment | None:
    schedule, capacity = part_of(contract.data, "schedule_b"), part_of(contract.data, "capacity")
    rates, quantity = mappings(schedule.get("rates")), number(capacity.get("quantity"))
    unit = str(capacity.get("unit", ""))
    bases = {basis_of(part_of(r, "rate"), desk.site.currency) for r in rates}
    fixed = schedule.get("price_basis") == "fixed"
    usable = [
        r
        for r in rates
        if _times(str(r.get("unit")), unit, quantity, schedule.get("price_basis") == "fixed") is not None
    ]
    if not usable or len(usable) != len(rates) or len(bases) != 1 or len({r.get("unit") for r in rates}) != 1:
        return None
    steps: dict[date, list[Decimal]] = {}
    for r in rates:
        if (price := amount(r.get("rate"))) is None:
            return None
        steps.setdefault(max(day(r.get("from")) or start, start), []).append(price)
    if any(len(prices) > 1 for prices in steps.values()) or min(steps) > start:
        return None  # which of them is paid for how much of the volume is not said
    rate_unit, fixed = str(rates[0].get("unit")), schedule.get("price_basis") == "fixed"
    times = _times(rate_unit, unit, quantity, fixed)
    begins = sorted(steps)
    ends = [*(days_after(b, -1) for b in begins[1:]), last]
    basis = bases.pop()

    def of(span: Period) -> Decimal:
        total = Decimal(0)
        for begin, end in zip(begins, ends, strict=True):
            first, until = max(begin, span.first), min(end, span.last)
            if first <= until and times is not None:
                total += steps[begin][0] * times(Period(first, until))
        return total

    per = desk.words("contract", "schedule_b.rates.*.unit", rate_unit).lower()
    told = [
        f"{sum_words(basis, steps[b][0], plain=True)} {a(per)}{f' from {on(b)}' if n else ''}"
        for n, b in enumerate(begins)
    ]
    volume = "" if fixed else f"{_volume(desk, contract)} at "
    return Commitment(contract, basis, bound, f"{volume}{', '.join(told)}", start, last, of, (contract.key,))


def _volume(desk: Desk, contract: Record) -> str:
    words = desk.shown(contract, "capacity")
    return re.sub(r"^1 (place|session|hour|night|case)s\b", r"1 \1", words)


def _by_value(desk: Desk, contract: Record, bound: str, start: date, last: date) -> Commitment:
    """The estimated value over the contract's whole term. Where it ends early only the days until then."""
    entered = part_of(contract.data, "estimated_value")
    value, whole = amount(entered), max(final_day(contract) or last, last)
    basis = basis_of(entered, desk.site.currency)
    if value is None:
        return Commitment(
            contract,
            basis,
            bound,
            "Cannot be reckoned: no rate with a volume, and no estimated value",
            start,
            last,
            None,
        )
    days = Period(start, whole).days
    how = "Estimated value, the same for each day"
    if len(mappings(part_of(contract.data, "schedule_b").get("rates"))) > 1:
        how += ": it has several rates"
    return Commitment(contract, basis, bound, how, start, last, lambda span: value * span.days / days, (contract.key,))


def _by_placements(
    desk: Desk, contract: Record, placements: list[Record], start: date, last: date
) -> Commitment | None:
    """By the rates of the contract's placements; None where one cannot be read, or there are none."""
    if not desk.whole or any(not open_to_check(p) for p in placements):
        return None
    run = [p for p in placements if p.data.get("status") in _RUN and day(p.data.get("start_date"))]
    bases = {basis_of(part_of(r, "rate"), desk.site.currency) for p in run for r in mappings(p.data.get("rates"))}
    if not run or len(bases) != 1 or any(not mappings(p.data.get("rates")) for p in run):
        return None
    n = len([p for p in run if p.data.get("status") not in ("ended", "closed")])
    how = f"Rates of its placements in the register, {n} of them under way or to come; to the end of the contract where no end is expected"
    return Commitment(
        contract, bases.pop(), BOUND, how, min(start, *(_first(p) for p in run)), last,
        lambda span: sum((placement_cost(desk, p, span) for p in run), Decimal(0)), tuple(p.key for p in run),
    )  # fmt: skip


def _alone(desk: Desk, placement: Record) -> Commitment | None:
    """What a placement costs that has no contract, such as one with the council's own carers."""
    bases = {basis_of(part_of(r, "rate"), desk.site.currency) for r in mappings(placement.data.get("rates"))}
    if len(bases) != 1 or day(placement.data.get("start_date")) is None:
        return None
    last = last_charged(desk, placement) or date.max
    return Commitment(
        placement, bases.pop(), BOUND, "Its rates" if last < date.max else "Its rates; no end is expected yet", _first(placement), last,
        lambda span: placement_cost(desk, placement, span), (placement.key,),
    )  # fmt: skip


def last_charged(desk: Desk, placement: Record) -> date | None:
    """The last day that is paid for: by its ending form, else by its end and by which days are charged; None while no end is known.

    A placement that is active past the end that was expected has no known end.
    """
    forms = desk.of("placement_termination", "placement").get(placement.id, ())
    told = max((d for f in forms if open_to_check(f) and (d := day(f.data.get("last_chargeable_day")))), default=None)
    if told is not None:
        return told
    ends = day(placement.data.get("ended_on")) or expected_end(placement)
    if ends is None or ("ended_on" not in placement.data and ends < desk.until):
        return None
    contract = cited(desk.register, "contract", placement.data.get("contract"))
    rule = part_of(placement.data, "finance").get("chargeable_day_rule")
    rule = rule or (part_of(contract.data, "schedule_b").get("chargeable_day_rule") if contract else None)
    # Where nothing is said the first day is counted and the last is not; there is one night fewer than days.
    return ends if rule == "both_counted" else days_after(ends, -1)


def placement_cost(desk: Desk, placement: Record, span: Period) -> Decimal:
    """What a placement costs in a span of days, by its rates."""
    first, last = max(span.first, _first(placement)), min(span.last, last_charged(desk, placement) or date.max)
    return (
        sum((_rate_cost(r, until, Period(first, last)) for r, until in _dated(placement)), Decimal(0))
        if first <= last
        else Decimal(0)
    )


def _dated(placement: Record) -> Iterator[tuple[Mapping[str, Any], date]]:
    """Each rate with its last day: the one entered, else the day before the next rate for the same unit."""
    rates = mappings(placement.data.get("rates"))
    for r in rates:
        later = [
            d
            for o in rates
            if o.get("unit") == r.get("unit") and (d := day(o.get("from"))) and d > (day(r.get("from")) or date.min)
        ]
        next_day = days_after(min(later), -1) if later else date.max
        yield r, min(day(r.get("until")) or date.max, next_day)


def _rate_cost(rate: Mapping[str, Any], until: date, span: Period) -> Decimal:
    begins, price, unit = day(rate.get("from")) or span.first, amount(rate.get("rate")), str(rate.get("unit"))
    weekly = number(rate.get("quantity"))
    first, last = max(begins, span.first), min(until, span.last)
    if price is None or first > last:
        return Decimal(0)
    if unit == "item":
        return price * (weekly or 1) if span.holds(begins) else Decimal(0)
    here = Period(first, last)
    if unit in ("night", "day") and weekly is None:
        return price * here.days
    if unit in ("night", "day", "hour", "session"):
        return price * (weekly or 0) * here.days / 7
    return price * (weekly or 1 if unit == "week" else 1) * _units(unit, here)


def _times(unit: str, volume: str, quantity: Decimal | None, fixed: bool) -> Callable[[Period], Decimal] | None:
    """How many units of a rate fall in a span of days for a contract's volume; None where that does not follow from the two."""
    if fixed and unit in ("week", "month", "year"):
        return lambda span: _units(unit, span)
    if quantity is None:
        return None
    if volume == "places" and unit in ("week", "night", "day", "month", "year"):
        return lambda span: quantity * _units(unit, span)
    if (volume, unit) in (("hours_a_week", "hour"), ("sessions_a_week", "session")):
        return lambda span: quantity * _units("week", span)
    if (volume, unit) == ("nights_a_year", "night"):
        return lambda span: quantity * _units("year", span)
    return None


def _units(unit: str, span: Period) -> Decimal:
    """How many weeks, days, months or years a span of days is. A month or a financial year of which only a part falls in it counts so far."""
    if unit == "week":
        return Decimal(span.days) / 7
    if unit in ("night", "day"):
        return Decimal(span.days)
    total, at = Decimal(0), span.first
    while at <= span.last:
        whole = (
            year_of(at)
            if unit == "year"
            else Period(at.replace(day=1), days_after(months_after(at.replace(day=1), 1), -1))
        )
        end = min(whole.last, span.last)
        total += Decimal((end - at).days + 1) / whole.days
        at = days_after(end, 1)
    return total


def _first(placement: Record) -> date:
    return day(placement.data.get("start_date")) or date.max


def paid_until(desk: Desk, contract: Record, known_on: date) -> date | None:
    """The last day for which what was paid was known on a day; None where nothing was."""
    until = known_on.isoformat()
    found = [
        p.last for r in gathered_summaries(desk).get(contract.id, ())
        if (p := period_of(r.data)) and p.last <= known_on and str(r.data.get("received_on") or p.last.isoformat()) <= until
    ]  # fmt: skip
    return max(found, default=None)


def gathered_summaries(desk: Desk) -> Mapping[str, list[Record]]:
    """The summaries of payments by contract."""
    return desk.of("payment_summary", "contract")
