"""The commissioning cycle: from strategy and need through sourcing, contract and review back to the strategic report, by type of service.

Results of contracting are always fed back (F-2-2): here stands whether they were, and what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccm_site.facts.records import cited, citing, counting
from ccm_site.facts.values import mappings, part_of, period_end, texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.chain import (
    BOUGHT,
    MET,
    UNMET,
    by_type,
    count,
    left_out,
    listed,
    named,
    type_name,
    types_of,
)
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Facts, Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.urls import FLOW, report_on

TITLE = "The commissioning cycle"
LEAD = "For each type of service and each strategy where the cycle stands: need, decision, purchase, contract, review, and what was fed back."
HELD = ("held", "minutes_agreed", "closed")
RUNNING = ("planned", "criteria_set", "advertised", "closed_for_submission", "evaluating", "clarifying", "recommended", "authorised", "standstill")  # fmt: skip


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    strategies = sorted(counting(desk.register, "strategy", "adopted", "draft"), key=lambda s: (str(s.data.get("status")), s.id))  # fmt: skip
    return Report(
        "commissioning_cycle", "", report_on("commissioning_cycle", ""), TITLE, LEAD, desk.period,
        (
            Section("Where each type of service stands", (*left_out(desk), *_stages(desk))),
            *(Section(desk.site.label(s.key), tuple(_strategy(desk, s))) for s in strategies),
            Section("What reviews fed back", tuple(_fed_back(desk))),
            Section("What strategic reports made of it", tuple(_reports(desk))),
        ),
        None, desk.shown_to("strategy", "strategic_report"), (("How it fits together", FLOW),),
    )  # fmt: skip


def _reviews(desk: Desk, *states: str) -> list[Record]:
    """The reviews of contracts that may be named, the latest first."""
    found = [r for r in listed(desk, "review", *states) if str(r.data.get("held_on", "")) <= desk.until.isoformat()]
    return sorted(found, key=lambda r: (str(r.data.get("held_on", "")), r.id), reverse=True)


def _final(desk: Desk) -> list[Record]:
    """The strategic reports that are final, the latest first."""
    found = counting(desk.register, "strategic_report", "final")
    done = (r for r in found if str(r.data.get("completed_on", "")) <= desk.until.isoformat())
    return sorted(done, key=lambda r: (str(r.data.get("completed_on", "")), r.id), reverse=True)


def _views(desk: Desk) -> Mapping[str, tuple[Record, Mapping[str, Any]]]:
    """The latest strategic report's view of each type of service."""
    out: dict[str, tuple[Record, Mapping[str, Any]]] = {}
    for r in _final(desk):
        for view in mappings(r.data.get("sector_view")):
            out.setdefault(str(view.get("service_type", "")), (r, view))
    return out


def _stages(desk: Desk) -> Iterator[Part]:
    kinds = {
        "need": by_type(listed(desk, "need")), "decision": by_type(listed(desk, "sourcing_decision", "draft", "decided")),
        "tender": by_type(listed(desk, "tender", *RUNNING)), "non_tender": by_type(listed(desk, "non_tender", "draft", "approved")),
        "contract": by_type(listed(desk, "contract", *BOUGHT)),
    }  # fmt: skip
    last: dict[str, Record] = {}
    for review in _reviews(desk, *HELD):
        if contract := cited(desk.register, "contract", review.data.get("contract")):
            last.setdefault(str(contract.data.get("service_type", "")), review)
    views, strategies = _views(desk), _priorities(desk)
    codes = {c for found in kinds.values() for c in found} | set(last) | set(views) | set(strategies)
    rows = []
    for code in sorted(codes, key=lambda c: type_name(desk, c)):
        needs = kinds["need"].get(code, [])
        told = views.get(code)
        rows.append(
            (Said(type_name(desk, code)), count(strategies.get(code, {}).values()), count(n for n in needs if n.data.get("status") in UNMET),
             count(n for n in needs if n.data.get("status") in MET), count(kinds["decision"].get(code, ())), count([*kinds["tender"].get(code, ()), *kinds["non_tender"].get(code, ())]),
             count(kinds["contract"].get(code, ())), Said(desk.shown(last[code], "held_on"), (last[code].key,)) if code in last else Said("–"),
             Said(desk.words("strategic_report", "sector_view.*.recommendation", told[1].get("recommendation")), (told[0].key,)) if told else Said("–"))
        )  # fmt: skip
    yield Table(
        "", ("Type of service", "In a strategy", "Needs open", "Needs met", "Decisions", "Purchases under way", "Contracts", "Last review", "Strategic report says"),
        tuple(rows), (1, 2, 3, 4, 5, 6), "Nothing is planned or bought yet.", sheet="commissioning-cycle",
    )  # fmt: skip


def _priorities(desk: Desk) -> dict[str, dict[Key, Record]]:
    """By type of service the adopted strategies that name it among their priorities."""
    out: dict[str, dict[Key, Record]] = {}
    for s in counting(desk.register, "strategy", "adopted"):
        for p in mappings(s.data.get("priorities")):
            for code in texts(p.get("service_types")):
                out.setdefault(code, {})[s.key] = s
    return out


def _citing(desk: Desk, strategy: Record, kind: str) -> list[Record]:
    allowed = {r.key for r in listed(desk, kind)}
    return [r for r in citing(desk.register, strategy, kind) if r.key in allowed]


def _strategy(desk: Desk, strategy: Record) -> Iterator[Part]:
    yield Facts((
        ("Strategy", desk.name(strategy.key)), ("State", Said(desk.shown(strategy, "status"))), ("For", Said(desk.shown(strategy, "period") or "–")),
        ("Decided", Said(desk.shown(strategy, "decision.on") or "not yet")),
    ))  # fmt: skip
    contracts = _citing(desk, strategy, "contract")
    rows = []
    for p in mappings(strategy.data.get("priorities")):
        codes = texts(p.get("service_types"))
        own = [c for c in contracts if c.data.get("service_type") in codes]
        needs = [n for n in _citing(desk, strategy, "need") if set(types_of(n)) & set(codes)]
        rows.append(
            (Said(str(p.get("name", "")), (strategy.key,)), Said("; ".join(type_name(desk, c) for c in codes) or "–"), Said(str(p.get("plan", "")) or "–"), count(needs),
             named(desk, own))
        )  # fmt: skip
    yield Table("Contracts by strategic priority", ("Priority", "Types of service", "How it is to be met", "Needs", "Contracts"), tuple(rows), (3,), "It names no priorities.")  # fmt: skip
    placed = {code for p in mappings(strategy.data.get("priorities")) for code in texts(p.get("service_types"))}
    rest = [c for c in contracts if c.data.get("service_type") not in placed]
    if rest:
        yield Words(f"Contracts that name the strategy and none of its priorities' types of service: {named(desk, rest).text}.", sources=tuple(c.key for c in rest))  # fmt: skip
    targets = [(p, t) for p in mappings(strategy.data.get("priorities")) for t in mappings(p.get("targets"))]
    yield Table(
        "Targets and progress", ("Target", "At the start", "Wanted", "By", "Latest", "On", "Source"),
        tuple((Said(str(t.get("name", "")), (strategy.key,)), *_progress(desk, t)) for _, t in targets), (1, 2, 4), "It sets no targets.",
    )  # fmt: skip
    found = [
        (title, _citing(desk, strategy, kind))
        for title, kind in (("Needs", "need"), ("Sourcing decisions", "sourcing_decision"), ("Contracts", "contract"), ("Strategic reports", "strategic_report"))
    ]  # fmt: skip
    yield Table("What refers to it", ("What", "How many"), tuple((Said(title), count(records)) for title, records in found), (1,))  # fmt: skip


def _progress(desk: Desk, target: Mapping[str, Any]) -> tuple[Said, ...]:
    unit = str(target.get("unit", ""))
    told = [p for p in mappings(target.get("progress")) if str(p.get("on", "")) <= desk.until.isoformat()]
    last = max(told, key=lambda p: str(p.get("on", "")), default=None)

    def figure(value: Any) -> Said:
        return Said(f"{value} {unit}".rstrip() if value is not None else "–")

    return (
        figure(target.get("baseline")), figure(target.get("target")), Said(on(str(target.get("by", "")))),
        figure(last.get("value")) if last else Said("none entered", (), "near"), Said(on(str(last.get("on", ""))) if last else "–"), Said(str(last.get("source", "–")) if last else "–"),
    )  # fmt: skip


def _fed_back(desk: Desk) -> Iterator[Part]:
    held = [r for r in _reviews(desk, *HELD) if str(r.data.get("held_on", "")) >= desk.period.first.isoformat()]
    fed, nothing, silent = [], [], []
    for r in held:
        feed = part_of(r.data, "strategic_feed")
        if any(feed.get(n) for n in ("sector", "user_group", "community")):
            fed.append((r, feed))
        elif feed.get("nothing_to_report") is True:
            nothing.append(r)
        elif r.data.get("review_type") == "annual":  # a half-yearly review need not say
            silent.append(r)
    used = {i for s in _final(desk) for i in texts(s.data.get("inputs"))}
    yield Facts((
        ("Reviews held", count(held)), ("With something for the strategy", count(r for r, _ in fed)), ("With nothing to report", count(nothing)),
        ("Annual reviews that say neither", Said(str(len(silent)) if silent else "none", tuple(r.key for r in silent), "near" if silent else "good")),
    ))  # fmt: skip
    yield Table(
        "", ("Review", "Contract", "Held", "Of the sector", "Of user groups", "Of communities", "Taken up in a strategic report"),
        tuple(
            (Said(f"{r.id}, {desk.shown(r, 'review_type').lower()}", (r.key,)), desk.names("contract", texts([r.data.get("contract")])), Said(desk.shown(r, "held_on")), *(Said(str(feed.get(n, "–"))) for n in ("sector", "user_group", "community")),
             Said("Yes", (), "good") if r.id in used else Said("Not yet", (), "near"))
            for r, feed in fed
        ), (), "No review of this period fed anything back.",
    )  # fmt: skip


def _reports(desk: Desk) -> Iterator[Part]:
    found = _final(desk)
    arisen: dict[str, list[Record]] = {}
    for n in listed(desk, "need"):
        arisen.setdefault(str(n.data.get("arises_from", "")), []).append(n)
    yield Table(
        "", ("Report", "Up to", "Rests on", "Recommends", "Needs that came of it"),
        tuple(
            (desk.name(r.key), Said(on(str(period_end(r.data) or ""))), Said(f"{(many := len(texts(r.data.get('inputs'))))} record{'' if many == 1 else 's'}", (r.key,)), Said(_recommended(desk, r) or "–"), named(desk, arisen.get(r.id, ())))
            for r in found
        ), (), "No strategic report is final.",
    )  # fmt: skip
    unmet = [Said(str(n), (r.key,)) for r in found[:1] for n in texts(r.data.get("needs_not_met"))]
    if unmet:
        yield Words("Needs that the latest report says are not met:")
        yield Points(tuple(unmet))


def _recommended(desk: Desk, report: Record) -> str:
    return "; ".join(
        f"{type_name(desk, v.get('service_type'))}: {desk.words('strategic_report', 'sector_view.*.recommendation', v.get('recommendation')).lower()}"
        for v in mappings(report.data.get("sector_view"))
    )  # fmt: skip
