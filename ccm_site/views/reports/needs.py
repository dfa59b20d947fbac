"""The needs of children and young people that the council knows of: by state and type of service, their figures, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.records import cited, citing
from ccm_site.facts.values import mappings, period_end
from ccm_site.model import Record
from ccm_site.views.reports.chain import (
    MET,
    UNMET,
    by_decision,
    by_type,
    count,
    decisions_by_need,
    left_out,
    listed,
    named,
    type_name,
    types_of,
)
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Needs"
LEAD = "Which needs the council knows of, how far each has come, the figures that show it, and what became of it."


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    needs = listed(desk, "need")
    return Report(
        "needs", "", report_on("needs", ""), TITLE, LEAD, desk.period,
        (
            Section("How many needs, and how far they have come", (*left_out(desk), *_states(desk, needs))),
            Section("What became of each need", tuple(_became(desk, needs))),
            Section("Figures on need and on the use of services", tuple(_figures(desk, needs))),
            Section("What those concerned said", tuple(_views(desk, needs))),
            Section("Specifications of need", tuple(_specifications(desk))),
        ),
        None, desk.shown_to("need"),
    )  # fmt: skip


def _states(desk: Desk, needs: tuple[Record, ...]) -> Iterator[Part]:
    cycle = desk.site.kinds["need"].life_cycle
    rows = [(s, [n for n in needs if n.data.get("status") == s]) for s in (cycle.states if cycle else ())]
    yield Table(
        "By state", ("State", "Needs"),
        tuple((Said(desk.words("need", "status", s)), count(found)) for s, found in rows if found), (1,), "No needs are entered.",
    )  # fmt: skip

    def cell(found: list[Record], *states: str) -> Said:
        return count(n for n in found if n.data.get("status") in states)

    yield Table(
        "By type of service", ("Type of service", "Not met yet", "Met", "Not taken further"),
        tuple(
            (Said(type_name(desk, code)), cell(found, *UNMET), cell(found, *MET), cell(found, "not_progressed"))
            for code, found in sorted(by_type(needs).items(), key=lambda e: type_name(desk, e[0]))
        ), (1, 2, 3), "No needs are entered.", "A need that is about several types of service is counted under each.",
    )  # fmt: skip


def _became(desk: Desk, needs: tuple[Record, ...]) -> Iterator[Part]:
    decided, tenders, justified, contracts = (
        decisions_by_need(desk),
        *(by_decision(desk, kind) for kind in ("tender", "non_tender", "contract")),
    )

    def then(need: Record) -> Said:
        after = [
            r
            for d in decided.get(need.id, ())
            for found in (tenders, justified, contracts)
            for r in found.get(d.id, ())
        ]
        if not after and need.data.get("status_reason"):
            return Said(str(need.data["status_reason"]), (need.key,))
        return named(desk, {r.key: r for r in after}.values())

    yield Table(
        "", ("Need", "Types of service", "Found on", "State", "Sourcing decision", "What followed"),
        tuple(
            (desk.name(n.key), Said("; ".join(type_name(desk, t) for t in types_of(n))), Said(desk.shown(n, "identified_on") or "–"),
             Said(desk.shown(n, "status")), named(desk, decided.get(n.id, ())), then(n))
            for n in sorted(needs, key=lambda n: (str(n.data.get("identified_on", "")), n.id), reverse=True)
        ), (), "No needs are entered.",
    )  # fmt: skip
    arisen = [(n, r) for n in needs if (r := cited(desk.register, "strategic_report", n.data.get("arises_from")))]
    if arisen:
        yield Table(
            "Needs that a strategic report found", ("Need", "Report"),
            tuple((desk.name(n.key), desk.name(r.key)) for n, r in arisen),
        )  # fmt: skip


def _figures(desk: Desk, needs: tuple[Record, ...]) -> Iterator[Part]:
    """Figures of needs that nothing meets yet, and of all that were found in the period looked back on."""
    for title, field in (("Need", "need_data"), ("Use of services", "use_patterns")):
        yield Table(
            title, ("Measure", "Figure", "Up to", "Source", "Need"),
            tuple(
                (Said(f"{type_name(desk, f['service_type'])}: {f.get('measure', '')}" if f.get("service_type") else str(f.get("measure", ""))),
                 Said(f"{f.get('value', '–')} {f.get('unit', '')}".rstrip(), (n.key,)), Said(on(str(period_end(f) or ""))),
                 Said(str(f.get("source", "")) or "–"), desk.name(n.key))
                for n in needs if _recent(desk, n) for f in mappings(n.data.get(field))
            ), (1,), "No figures are entered.", "Of needs that nothing meets yet, and of those found in the period looked back on." if field == "need_data" else "",
        )  # fmt: skip


def _recent(desk: Desk, need: Record) -> bool:
    return need.data.get("status") in UNMET or str(need.data.get("identified_on", "")) >= desk.period.first.isoformat()


def _views(desk: Desk, needs: tuple[Record, ...]) -> Iterator[Part]:
    yield Table(
        "", ("Need", "Who", "When", "How", "How many", "In short"),
        tuple(
            (desk.name(n.key), Said(desk.words("need", "views.*.group", v.get("group"))), Said(on(str(v.get("on", "")))), Said(str(v.get("method", ""))),
             Said(str(v.get("number", "–"))), Said(str(v.get("summary", ""))))
            for n in needs if _recent(desk, n) for v in mappings(n.data.get("views"))
        ), (4,), "Nobody's views are entered.",
    )  # fmt: skip


def _specifications(desk: Desk) -> Iterator[Part]:
    """Schedule C: what one child needs. It leads back to a need through placement, contract and sourcing decision."""
    if not desk.whole:
        yield Words("What one child needs (Schedule C) stands with the placement, for the named roles only.", hint=True)
        return
    rows = []
    for need in listed(desk, "need"):
        for decision in decisions_by_need(desk).get(need.id, ()):
            for contract in citing(desk.register, decision, "contract"):
                found = {
                    s.key: s
                    for p in citing(desk.register, contract, "placement")
                    for s in citing(desk.register, p, "need_specification")
                }
                if found:
                    rows.append((desk.name(need.key), desk.name(contract.key), count(found.values())))
    yield Table("", ("Need", "Contract", "Specifications of need"), tuple(rows), (2,), "None leads back to a need.")
