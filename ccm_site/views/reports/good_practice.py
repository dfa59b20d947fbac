"""How providers achieved good results, to share with others (F-3B-i-6)."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.records import counting
from ccm_site.facts.values import mappings
from ccm_site.model import Key, Record
from ccm_site.performance.measures import EFFECTIVENESS, QUALITY, TRENDS
from ccm_site.views.reports.desk import Desk, span
from ccm_site.views.reports.measured import with_unit
from ccm_site.views.reports.model import Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.reports.practice import practice_of
from ccm_site.views.urls import report_on

TITLE = "Good practice"
LEAD = "What providers did well and how, so that others can learn from it."


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    types: dict[str, list[Record]] = {}
    for c in desk.contracts:
        types.setdefault(desk.shown(c, "service_type") or "Type of service not entered", []).append(c)
    told = [s for name, contracts in sorted(types.items()) for s in _type(desk, name, contracts)]
    return Report(
        "good_practice", "", report_on("good_practice", ""), TITLE, LEAD, desk.period,
        (
            Section("What was passed on", tuple(_passed_on(desk))),
            *(told or [Section("By type of service", (Words(f"Nothing was reported {span(desk.period)}."),))]),
            Section("Results that are getting better", (_better(desk),)),
        ), None, desk.shown_to("strategic_report"),
    )  # fmt: skip


def _type(desk: Desk, name: str, contracts: list[Record]) -> Iterator[Section]:
    found = [
        Said(f"{desk.site.label(Key('provider', str(c.data.get('provider'))))}: {p.text}", p.sources) for c in contracts for p in practice_of(desk, c)
    ]  # fmt: skip
    if found:
        yield Section(name, (Points(tuple(found)),))


def _passed_on(desk: Desk) -> Iterator[Part]:
    rows = [
        (Said(str(g.get("what", "")), (r.key,)), desk.name(Key("provider", str(g["provider"]))) if g.get("provider") else Said("–"),
         Said(str(g.get("result", ""))), Said(str(g.get("shared", ""))))
        for r in counting(desk.register, "strategic_report") for g in mappings(r.data.get("good_practice"))
    ]  # fmt: skip
    yield Table(
        "",
        ("What", "By", "Result", "How it was shared"),
        tuple(rows),
        (),
        "No strategic report has passed anything on yet.",
    )


def _better(desk: Desk) -> Table:
    rows = []
    for c in desk.running:
        for s in desk.series(c):
            latest = s.latest
            if (
                s.trend == "better"
                and latest is not None
                and latest.verdict == "met"
                and s.measure.kind in (*QUALITY, *EFFECTIVENESS)
            ):
                rows.append((
                    Said(s.measure.words), desk.name(Key("provider", str(c.data.get("provider")))), Said(c.id, (c.key,)),
                    Said(with_unit(latest), (latest.source,)), Said(TRENDS[s.trend].capitalize()),
                ))  # fmt: skip
    return Table(
        "",
        ("What is measured", "Provider", "Contract", "Latest", "Trend"),
        tuple(rows),
        (),
        "None meets its target and is getting better.",
    )
