"""Line charts as static SVG: results by period with the target as a dashed line. Points have shapes, so that colour tells nothing alone.

Drawn here: a general library takes some 30 ms a chart (decision 20), and a large register has ten thousand of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from markupsafe import Markup, escape

from ccm_site.performance.measures import TRENDS, Reading, Series
from ccm_site.performance.targets import VERDICTS
from ccm_site.views.reports.model import Chart
from ccm_site.views.text import MONTHS

WIDTH, HEIGHT = 460, 150
LEFT, RIGHT, TOP, BOTTOM = 44, 12, 14, 26


def trend_chart(series: Series) -> Chart | None:
    """A measure's results over time; None where fewer than two periods have a number."""
    known = [r for r in series.readings if r.value is not None]
    if len(known) < 2:
        return None
    values = [r.value for r in known if r.value is not None]
    targets = [r.target.value for r in known if r.target is not None]
    low, high = min((*values, *targets)), max((*values, *targets))
    room = (high - low) / 10 or Decimal(1)
    low, high = low - room, high + room

    def y(value: Decimal) -> float:
        return TOP + float((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM)

    step = (WIDTH - LEFT - RIGHT) / max(1, len(known) - 1)
    xs = [LEFT + n * step for n in range(len(known))]
    parts = [_axis(y(v), f"{v.normalize():f}") for v in sorted({min(values), max(values)})]
    parts += _target_line(known, xs, y)
    line = " ".join(f"{x:.1f},{y(v):.1f}" for x, v in zip(xs, values, strict=True))
    parts.append(f'<polyline points="{line}" fill="none" stroke="currentColor" stroke-width="1.5"/>')
    parts += [_point(x, y(v), r) for x, v, r in zip(xs, values, known, strict=True)]
    every = -(-len(known) // 8)
    parts += [
        f'<text x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(_when(r))}</text>'
        for n, (x, r) in enumerate(zip(xs, known, strict=True)) if n % every == 0
    ]  # fmt: skip
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'font-family="sans-serif" font-size="10" fill="currentColor">{"".join(parts)}</svg>'
    )
    return Chart(series.measure.words, Markup(svg), _words(series, known))


def _axis(y: float, words: str) -> str:
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" stroke-opacity="0.2"/>'
        f'<text x="{LEFT - 6}" y="{y + 3:.1f}" text-anchor="end">{escape(words)}</text>'
    )


def _target_line(known: Sequence[Reading], xs: Sequence[float], y: Callable[[Decimal], float]) -> list[str]:
    """The target of each period, in steps where it was raised."""
    points = [(x, r.target.value) for x, r in zip(xs, known, strict=True) if r.target is not None]
    if not points:
        return []
    path = " ".join(f"{x:.1f},{y(v):.1f}" for x, v in points)
    return [
        f'<polyline points="{path}" fill="none" stroke="currentColor" stroke-dasharray="5 4" stroke-opacity="0.7"/>'
    ]


def _point(x: float, y: float, reading: Reading) -> str:
    if reading.verdict == "missed":
        return f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8" stroke="currentColor" stroke-width="2" fill="none"/>'
    if reading.verdict == "just_missed":
        return f'<rect x="{x - 3.5:.1f}" y="{y - 3.5:.1f}" width="7" height="7" fill="none" stroke="currentColor"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>'


def _when(reading: Reading) -> str:
    return f"{MONTHS[reading.period.last.month - 1][:3]} {reading.period.last:%y}"


def _words(series: Series, known: Sequence[Reading]) -> str:
    first, last = known[0], known[-1]
    target = f", target {last.target.words}" if last.target else ""
    return (
        f"{series.measure.words}: from {first.shown} in the period to {_when(first)} to {last.shown} in the period to {_when(last)}{target}; "
        f"{VERDICTS[last.verdict].lower()}, {TRENDS[series.trend]}. Circles met the target, squares just missed it, crosses missed it."
    )
