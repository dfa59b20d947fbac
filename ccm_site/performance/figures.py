"""The figures that a risk model may test: one function each, found by its name in `FIGURES` (F-3B-ii-7).

A function takes the register, a contract and a day. It gives the figure with the records that it comes from; None where the register
does not hold what is needed, or this reader may not see it: then the model goes by the assessor's score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ccm_site.facts.contracts import providers_of
from ccm_site.facts.policy import limit
from ccm_site.facts.records import citing, counting
from ccm_site.facts.values import days_after, months_after, number, part_of
from ccm_site.model import Key, Record, Register
from ccm_site.performance import concerns
from ccm_site.performance.inspections import inspected
from ccm_site.performance.measures import STANDARD, Series, series
from ccm_site.performance.periods import Period, period_of


@dataclass(frozen=True)
class Figure:
    """A figure on a day, in words, with the records that it comes from."""

    value: Decimal
    words: str
    sources: tuple[Key, ...]


def lowest_grade(register: Register, contract: Record, today: date) -> Figure | None:
    """The lowest grade in the latest inspection of each of the contract's services."""
    latest = {}
    for found in reversed(inspected(register, contract, today)):
        if found.grades:
            latest[found.service] = found
    grades = [(g, i.source) for i in latest.values() if (g := i.lowest) is not None]
    if not grades:
        return None
    low = min(g for g, _ in grades)
    return Figure(Decimal(low), f"lowest grade {low}", tuple(k for g, k in grades if g == low))


def open_requirements(register: Register, contract: Record, today: date) -> Figure | None:
    """How many requirements of inspectors are not met yet."""
    found = inspected(register, contract, today)
    if not found:
        return None
    still = [i for i in found if i.open_requirements]
    n = sum(i.open_requirements for i in still)
    return Figure(Decimal(n), _count(n, "open requirement"), tuple(i.source for i in still))


def standards_missed(register: Register, contract: Record, today: date) -> Figure | None:
    """How many service standards were missed in the latest period reported on."""
    return _missed(register, contract, today, safety=False)


def safety_standards_missed(register: Register, contract: Record, today: date) -> Figure | None:
    """How many child-safety standards were missed in the latest period reported on."""
    return _missed(register, contract, today, safety=True)


def periods_missed(register: Register, contract: Record, today: date) -> Figure | None:
    """In how many of the latest periods in a row the same service standard was missed; the longest such run."""
    standards = _standards(register, contract, today)
    if not standards:
        return None
    worst = max(standards, key=lambda s: s.missed_running)
    run = worst.missed_running
    missed = dict.fromkeys(r.source for readings in worst.misses for r in readings)
    words = (
        f"'{worst.measure.words}' missed in {_count(run, 'period')} running"
        if run
        else "no standard missed in the latest period"
    )
    return Figure(Decimal(run), words, tuple(missed))


def concerns_received(register: Register, contract: Record, today: date) -> Figure | None:
    """How many complaints and concerns about the contract's providers were received in the council's window of months, from all sources."""
    window = _window(register, today)
    if window is None or not _complaints_known(register):
        return None
    found = [concerns.concerns_of(register, p, window) for p in providers_of(contract)]
    n = sum(c.total for c in found)
    return Figure(
        Decimal(n), f"{_count(n, 'concern')} since {window.first}", tuple(k for c in found for k in c.sources)
    )


def concerns_more(register: Register, contract: Record, today: date) -> Figure | None:
    """How many more complaints and concerns there were than in the window before; below 0 where there were fewer."""
    window = _window(register, today)
    if window is None or not _complaints_known(register):
        return None
    before = _window(register, days_after(window.first, -1))
    now = [concerns.concerns_of(register, p, window) for p in providers_of(contract)]
    then = [concerns.concerns_of(register, p, before) for p in providers_of(contract)] if before else []
    n = sum(c.total for c in now) - sum(c.total for c in then)
    words = f"{sum(c.total for c in now)} after {sum(c.total for c in then)} in the months before"
    return Figure(Decimal(n), words, tuple(k for c in (*now, *then) for k in c.sources))


def vacancies(register: Register, contract: Record, today: date) -> Figure | None:
    """Posts that are vacant at the provider, in per cent, by the latest return."""
    return _staffing(register, contract, today, "vacancies", "posts vacant")


def turnover(register: Register, contract: Record, today: date) -> Figure | None:
    """Staff who left, in per cent, by the latest return."""
    return _staffing(register, contract, today, "turnover", "of staff left")


def agency_staff(register: Register, contract: Record, today: date) -> Figure | None:
    """Work done by agency staff, in per cent, by the latest return."""
    return _staffing(register, contract, today, "agency", "of work done by agency staff")


def other_services(register: Register, contract: Record, today: date) -> Figure | None:
    """How many active services of the same type other providers run."""
    kind = contract.data.get("service_type")
    if not isinstance(kind, str):
        return None
    mine = providers_of(contract)
    others = [
        s for s in counting(register, "service", "active") if s.data.get("service_type") == kind and s.data.get("provider") not in mine
    ]  # fmt: skip
    return Figure(Decimal(len(others)), _count(len(others), "other active service"), tuple(s.key for s in others[:10]))


FIGURES: Mapping[str, Callable[[Register, Record, date], Figure | None]] = {
    f.__name__: f
    for f in (
        lowest_grade, open_requirements, standards_missed, safety_standards_missed, periods_missed, concerns_received, concerns_more,
        vacancies, turnover, agency_staff, other_services,
    )
}  # fmt: skip


def _standards(register: Register, contract: Record, today: date) -> list[Series]:
    return [s for s in series(register, contract, today) if s.measure.kind == STANDARD and s.readings]


def _missed(register: Register, contract: Record, today: date, safety: bool) -> Figure | None:
    standards = _standards(register, contract, today)
    last = max((s.readings[-1].period for s in standards), default=None)
    if last is None:
        return None
    missed: dict[str, str] = {}
    sources: dict[Key, None] = {}
    for s in standards:
        for r in s.readings:
            if r.period == last and r.verdict == "missed" and (s.measure.child_safety or not safety):
                missed[s.measure.id] = s.measure.words
                sources[r.source] = None
    n, kind = len(missed), "child-safety standard" if safety else "standard"
    words = f"{_count(n, kind)} missed in the period to {last.last}" + (
        f": {'; '.join(missed.values())}" if missed else ""
    )
    return Figure(Decimal(n), words, tuple(sources))


def _staffing(register: Register, contract: Record, today: date, name: str, words: str) -> Figure | None:
    told = [
        (p, r) for r in citing(register, contract, "return")
        if "received_on" in r.data and name in part_of(r.data, "staffing") and (p := period_of(r.data)) and p.last <= today
    ]  # fmt: skip
    if not told:
        return None
    period, latest = max(told, key=lambda t: (t[0], t[1].id))
    value = number(part_of(latest.data, "staffing").get(name))
    return (
        None
        if value is None
        else Figure(value, f"{value.normalize():f}% {words} in the period to {period.last}", (latest.key,))
    )


def _complaints_known(register: Register) -> bool:
    """Whether complaints are at hand, and all of them can be read: else a number would be too small, and the risk with it."""
    return any(True for _ in counting(register, "complaint")) and not concerns.shut_complaints(register)


def _window(register: Register, last: date) -> Period | None:
    months = limit(register, "concerns_window", last)
    return Period(days_after(months_after(last, -int(months)), 1), last) if months is not None else None


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
