"""Measures in a report: how each stands, period by period, as a drawing. Each kind of measure in a table of its own, never added up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ccm_site.performance.measures import TRENDS, TYPES, Reading, Series
from ccm_site.performance.targets import UNITS, VERDICTS
from ccm_site.views.reports.chart import trend_chart
from ccm_site.views.reports.desk import VERDICT_LOOKS, on
from ccm_site.views.reports.model import Part, Said, Table

PERIODS = 8
"""How many of the latest periods a table shows; the drawings show all."""
NOTES = {
    "input": "What was put in shows effort, not results.",
    "throughput": "Volume says how much was done, not how well.",
    "outcome": "What changed for children. Others contribute to it where it says so.",
    "milestone": "Steps towards outcomes.",
}


def measure_parts(found: Sequence[Series], kinds: Iterable[str]) -> Iterator[Part]:
    """For each kind of measure a table of how each stands, one period by period, and the drawings."""
    for kind in kinds:
        own = [s for s in found if s.measure.kind == kind]
        if not own:
            continue
        title = TYPES.get(kind, kind)
        yield Table(
            title, ("What is measured", "Target", "Latest", "How it stands", "Missed in a row", "Trend", *_answering(own)),
            tuple(_stands(s, bool(_answering(own))) for s in own), (4,), note=NOTES.get(kind, ""),
        )  # fmt: skip
        told = [s for s in own if s.readings]
        if told:
            yield _by_period(title, told)
        yield from (c for s in told if (c := trend_chart(s)) is not None)


def _answering(own: Sequence[Series]) -> tuple[str, ...]:
    return ("Who answers for it",) if any(s.measure.attribution for s in own) else ()


def _stands(series: Series, answering: bool) -> tuple[Said, ...]:
    latest, measure = series.latest, series.measure
    if latest is None:
        told = "No answer yet" if series.readings else "Not reported yet"
        cells = [Said("–"), Said(told), Said(""), Said("")]
    else:
        run = series.missed_running
        cells = [
            Said(f"{with_unit(latest)}, to {on(latest.period.last)}", (latest.source,)),
            verdict_of(latest), Said(str(run) if run else "–"), Said(TRENDS[series.trend].capitalize()),
        ]  # fmt: skip
    safety = " (child safety)" if measure.child_safety else ""
    row = [Said(measure.words + safety), Said(measure.target.words if measure.target else "None set"), *cells]
    if answering:
        shared = (
            f"Shared with {', '.join(measure.contributors)}. "
            if measure.attribution == "shared" and measure.contributors
            else ""
        )
        row.append(
            Said(f"{shared}{measure.responsibility}" or {"provider": "The provider"}.get(measure.attribution, "–"))
        )
    return tuple(row)


def _by_period(title: str, told: Sequence[Series]) -> Table:
    periods = sorted({r.period for s in told for r in s.readings})[-PERIODS:]
    rows = []
    for s in told:
        cells = [Said(s.measure.words)]
        for p in periods:
            here = [r for r in s.readings if r.period == p]
            cells.append(
                Said("; ".join(f"{with_unit(r)}" for r in here), tuple(r.source for r in here), VERDICT_LOOKS.get(here[-1].verdict, ""))
                if here else Said("")
            )  # fmt: skip
        rows.append(tuple(cells))
    return Table(
        f"{title}, period by period", ("What is measured", *(f"To {on(p.last)}" for p in periods)), tuple(rows)
    )


def verdict_of(reading: Reading) -> Said:
    return Said(VERDICTS[reading.verdict], (), VERDICT_LOOKS.get(reading.verdict, ""))


def with_unit(reading: Reading) -> str:
    if not reading.shown:
        return "no answer"
    unit = UNITS.get(reading.target.unit, "") if reading.target and reading.value is not None else ""
    return f"{reading.shown}{unit}"
