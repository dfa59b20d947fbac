"""What the specification measures, period by period: results against the target of that time, runs of misses, the trend (F-3B-i-2, F-3B-ii-1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import takewhile
from typing import Any, Literal

from ccm_site.facts.contracts import specification_on
from ccm_site.facts.policy import limit
from ccm_site.facts.records import cited, citing
from ccm_site.facts.values import mappings, number, texts
from ccm_site.model import Key, Record, Register
from ccm_site.performance.periods import Period, period_of
from ccm_site.performance.targets import Target, Verdict, shortfall, target_of, verdict

Trend = Literal["better", "worse", "up", "down", "level", "too_few"]
TRENDS: Mapping[str, str] = {
    "better": "getting better", "worse": "getting worse", "up": "going up", "down": "going down", "level": "much the same",
    "too_few": "too few periods to say",
}  # fmt: skip
"""``up`` and ``down`` are for a measure without a target, of which nobody can say what is better."""
LEAST_FOR_TREND = 4
"""A trend is the latest result held against the mean of the three before it."""

STANDARD = "standard"
TYPES: Mapping[str, str] = {
    STANDARD: "Service standards", "satisfaction": "Satisfaction", "performance_indicator": "Indicators of what the provider does",
    "outcome": "Outcomes", "milestone": "Milestones towards outcomes", "throughput": "Volume", "input": "What was put in",
}  # fmt: skip
"""What is measured, in the order of a report. What was put in shows effort: it is never shown as an outcome (R-SPEC-3)."""
QUALITY = (STANDARD, "satisfaction", "performance_indicator")
EFFECTIVENESS = ("outcome", "milestone")
QUANTITY = ("throughput", "input")


@dataclass(frozen=True)
class Measure:
    """One thing that a specification measures. ``kind`` is ``standard`` or the type of measure."""

    id: str
    words: str
    kind: str
    target: Target | None
    child_safety: bool = False
    attribution: str = ""
    responsibility: str = ""
    """What the provider answers for, where others contribute too."""
    contributors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A result in a period. ``value`` is None where there is none to reckon with; ``shown`` is what the record says, "" for nothing.

    ``target`` is that of the specification against which the return reports, so that a raised standard does not change the past.
    """

    period: Period
    value: Decimal | None
    shown: str
    verdict: Verdict
    target: Target | None
    source: Key
    note: str = ""


@dataclass(frozen=True)
class Series:
    """A measure with its results, the oldest first. ``measure`` is as the latest specification says it."""

    measure: Measure
    readings: tuple[Reading, ...]

    @property
    def latest(self) -> Reading | None:
        return next((r for r in reversed(self.readings) if r.verdict != "no_answer"), None)

    @property
    def misses(self) -> tuple[tuple[Reading, ...], ...]:
        """The results that missed in each of the latest periods in a row, the oldest period first.

        A period with several results is missed where one of them is. One without an answer neither counts nor ends the run.
        """
        by_period: dict[Period, list[Reading]] = {}
        for reading in self.readings:
            if reading.verdict != "no_answer":
                by_period.setdefault(reading.period, []).append(reading)
        missed = [tuple(r for r in readings if r.verdict == "missed") for readings in by_period.values()]
        return tuple(reversed(list(takewhile(bool, reversed(missed)))))

    @property
    def missed_running(self) -> int:
        """In how many of the latest periods in a row the target was missed."""
        return len(self.misses)

    @property
    def trend(self) -> Trend:
        """Where the latest result lies, against the mean of the three before it, by more than a twentieth of that mean."""
        known = [r.value for r in self.readings if r.value is not None]
        if len(known) < LEAST_FOR_TREND or self.latest is None or self.latest.value is None:
            return "too_few"
        *_, a, b, c, last = known
        before = (a + b + c) / 3
        if abs(last - before) * 20 <= abs(before):
            return "level"
        target = self.measure.target
        if target is None:
            return "up" if last > before else "down"
        gained = shortfall(before, target) - shortfall(last, target)
        return "level" if not gained else "better" if gained > 0 else "worse"


def measures_of(specification: Record) -> Iterator[Measure]:
    """Everything that a version of a specification measures, its standards first. What answers for an outcome is taken from the outcome."""
    data = specification.data
    parents = {str(o.get("id")): o for o in (*mappings(data.get("outcomes")), *mappings(data.get("milestones")))}
    for s in mappings(data.get("standards")):
        yield Measure(
            str(s.get("id", "")), str(s.get("measure") or s.get("text", "")), STANDARD, target_of(s.get("target")),
            s.get("child_safety") is True,
        )  # fmt: skip
    for m in mappings(data.get("measures")):
        of = next((parents[i] for i in texts(m.get("supports")) if i in parents), {})
        yield Measure(
            str(m.get("id", "")), str(m.get("text", "")), str(m.get("measure_type", "")), target_of(m.get("target")),
            attribution=str(of.get("attribution", "")), responsibility=str(of.get("provider_responsibility", "")),
            contributors=tuple(texts(of.get("contributors"))),
        )  # fmt: skip


def series(register: Register, contract: Record, until: date) -> tuple[Series, ...]:
    """The results of a contract's returns for each measure, of periods that ended by a day, in the specification's order.

    Only what was received counts. Where two returns report on one period (several providers or services), each is a result of its own.
    """
    returns = sorted(
        ((p, r) for r in citing(register, contract, "return") if "received_on" in r.data and (p := period_of(r.data)) and p.last <= until),
        key=lambda found: (found[0], found[1].id),
    )  # fmt: skip
    known: dict[str, Measure] = {}
    readings: dict[str, list[Reading]] = {}
    agreed = specification_on(register, contract, until)
    for period, sent in returns:
        specification = cited(register, "specification", sent.data.get("specification")) or agreed
        asked = {m.id: m for m in measures_of(specification)} if specification else {}
        known |= asked
        tolerance = limit(register, "target_tolerance", period.last) or Decimal(0)
        for answer in mappings(sent.data.get("values")):
            measure = asked.get(str(answer.get("measure")))
            if measure is not None:
                readings.setdefault(measure.id, []).append(_reading(period, sent, answer, measure, tolerance))
    if agreed is not None:
        known |= {m.id: m for m in measures_of(agreed)}
    order = list(TYPES)
    found = sorted(known.values(), key=lambda m: order.index(m.kind) if m.kind in TYPES else len(order))
    return tuple(Series(m, tuple(readings.get(m.id, ()))) for m in found)


def _reading(period: Period, sent: Record, answer: Mapping[str, Any], measure: Measure, tolerance: Decimal) -> Reading:
    note = str(answer.get("comment") or answer.get("not_answered_reason") or "")
    target = measure.target
    if "passed" in answer:
        return Reading(
            period, None, str(answer["passed"]), _passed(str(answer["passed"]), measure.child_safety), target, sent.key, note
        )  # fmt: skip
    if "value" not in answer:
        return Reading(period, None, "", "no_answer", target, sent.key, note)
    value = number(answer["value"])
    if value is None:
        return Reading(period, None, str(answer["value"]), "not_shown", target, sent.key, note)
    # Where a child's safety is at stake, a near miss is a miss.
    found = verdict(value, target, Decimal(0) if measure.child_safety else tolerance)
    return Reading(period, value, str(answer["value"]), found, target, sent.key, note)


def _passed(answer: str, child_safety: bool) -> Verdict:
    if answer == "yes":
        return "met"
    return "just_missed" if answer == "partly" and not child_safety else "missed"
