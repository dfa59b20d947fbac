"""The commissioning pipeline: tenders planned and running with their dates and next step, and decisions and needs on their way to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ccm_site.facts.values import day, mappings, part_of
from ccm_site.model import Record
from ccm_site.views.reports.chain import (
    by_decision,
    decisions_by_need,
    left_out,
    listed,
    needs_of,
    type_name,
    types_of,
    value,
)
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Report, Said, Section, Table
from ccm_site.views.urls import report_on

TITLE = "Commissioning pipeline"
LEAD = "What is on its way to a contract: tenders planned and running with their next step, purchases without a tender, and needs still without a decision."
OVER = ("awarded", "abandoned")


@dataclass(frozen=True)
class Step:
    """A day on which something is to happen in a tender, or was to."""

    on: date
    what: str


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "tender_pipeline", "", report_on("tender_pipeline", ""), TITLE, LEAD, desk.period,
        (
            Section("Tenders planned and running", (*left_out(desk), *_running(desk))),
            Section("Timetables", tuple(_timetables(desk))),
            Section("Purchases without a tender on their way", tuple(_justifying(desk))),
            Section("Decided, and nothing begun yet", tuple(_decided(desk))),
            Section("Needs without a decision", tuple(_undecided(desk))),
            Section("Ended in the period looked back on", tuple(_ended(desk))),
        ),
        None, desk.shown_to("tender", "sourcing_decision"),
    )  # fmt: skip


def _open(desk: Desk) -> list[Record]:
    """The tenders that are neither awarded nor given up, those with the earliest next step first."""
    found = [t for t in listed(desk, "tender") if t.data.get("status") not in OVER]
    return sorted(found, key=lambda t: (s.on if (s := next_step(desk, t)) else date.max, t.id))


def steps(desk: Desk, tender: Record) -> list[Step]:
    """Every dated step of a tender: its timetable, and its deadline and the end of its standstill where the timetable has none of that day."""
    found = [Step(d, str(s.get("step", ""))) for s in mappings(tender.data.get("timetable")) if (d := day(s.get("on")))]
    more = (("Last day for tenders", day(tender.data.get("deadline"))), ("Standstill ends", day(part_of(tender.data, "standstill").get("ends_on"))))  # fmt: skip
    known = {s.on for s in found}
    found += [Step(d, what) for what, d in more if d and d not in known]
    return sorted(found, key=lambda s: (s.on, s.what))


def next_step(desk: Desk, tender: Record) -> Step | None:
    """The first step on or after the day; None where none is entered."""
    return next((s for s in steps(desk, tender) if s.on >= desk.today), None)


def _next(desk: Desk, tender: Record) -> tuple[Said, Said]:
    step = next_step(desk, tender)
    if step is not None:
        return Said(step.what, (tender.key,)), Said(on(step.on))
    past = steps(desk, tender)
    if past:
        return Said(f"None entered after {past[-1].what.lower()}", (tender.key,), "bad"), Said(on(past[-1].on))
    return Said("No dates entered", (tender.key,), "near"), Said("–")


def _running(desk: Desk) -> Iterator[Part]:
    yield Table(
        "", ("Tender", "Type of service", "State", "Estimated value", "Led by", "Last day for tenders", "Next step", "On"),
        tuple(
            (desk.name(t.key), Said(type_name(desk, t.data.get("service_type"))), Said(desk.shown(t, "status")), Said(value(desk, [t]).text),
             Said(desk.shown(t, "lead") or "–"), Said(desk.shown(t, "deadline") or "–"), *_next(desk, t))
            for t in _open(desk)
        ), (3,), "No tender is planned or running.", sheet="tenders",
    )  # fmt: skip


def _timetables(desk: Desk) -> Iterator[Part]:
    for tender in _open(desk):
        found = steps(desk, tender)
        yield Table(
            desk.site.label(tender.key), ("Step", "On", "Past or to come"),
            tuple((Said(s.what, (tender.key,)), Said(on(s.on)), Said("past" if s.on < desk.today else "to come")) for s in found), (),
            "No dates are entered.",
        )  # fmt: skip


def _justifying(desk: Desk) -> Iterator[Part]:
    contracts = by_decision(desk, "contract")
    rows = []
    for n in listed(desk, "non_tender", "draft", "approved"):
        begun = contracts.get(str(n.data.get("sourcing_decision", "")), ())
        if n.data.get("status") == "approved" and begun:
            continue
        rows.append(
            (desk.name(n.key), Said(type_name(desk, n.data.get("service_type"))), Said(desk.shown(n, "status")), Said(value(desk, [n]).text),
             Said(desk.shown(n, "reason_code")), Said("to be approved" if n.data.get("status") == "draft" else "contract to be drafted"))
        )  # fmt: skip
    yield Table(
        "",
        ("Justification", "Type of service", "State", "Estimated value", "Reason", "Next step"),
        tuple(rows),
        (3,),
        "None.",
    )
    risks = listed(desk, "opportunity_risk", "draft", "decided")
    if risks:
        yield Table(
            "How widely an opportunity is to be made known", ("Assessment", "State", "Assessed on", "Next step"),
            tuple(
                (desk.name(r.key), Said(desk.shown(r, "status")), Said(desk.shown(r, "assessed_on") or "–"),
                 Said("to be decided" if r.data.get("status") == "draft" else "to be made known, or entered as done"))
                for r in risks
            ),
        )  # fmt: skip


def _decided(desk: Desk) -> Iterator[Part]:
    """Decisions from which neither a tender nor a justification nor a contract has come, other than those to provide in-house."""
    begun = {d for kind in ("tender", "non_tender", "contract") for d in by_decision(desk, kind)}
    waiting = [
        d for d in listed(desk, "sourcing_decision", "draft", "decided") if d.id not in begun and d.data.get("route") != "in_house"
    ]  # fmt: skip
    yield Table(
        "", ("Decision", "Type of service", "State", "Decided on", "Route", "Procurement begins", "Need"),
        tuple(
            (desk.name(d.key), Said(type_name(desk, d.data.get("service_type"))), Said(desk.shown(d, "status")), Said(desk.shown(d, "decision.on") or "–"),
             Said(desk.shown(d, "route") or "–"), Said(desk.shown(d, "procurement_start") or "–"), desk.names("need", needs_of(d)))
            for d in waiting
        ), (), "None.",
    )  # fmt: skip


def _undecided(desk: Desk) -> Iterator[Part]:
    decided = decisions_by_need(desk)
    yield Table(
        "", ("Need", "Types of service", "State", "Found on"),
        tuple(
            (desk.name(n.key), Said("; ".join(type_name(desk, t) for t in types_of(n))), Said(desk.shown(n, "status")), Said(desk.shown(n, "identified_on") or "–"))
            for n in listed(desk, "need", "identified", "analysed") if n.id not in decided
        ), (), "None.",
    )  # fmt: skip


def _ended(desk: Desk) -> Iterator[Part]:
    rows = []
    for t in listed(desk, "tender", *OVER):
        award = part_of(t.data, "award")
        last = day(award.get("on")) or (steps(desk, t)[-1].on if steps(desk, t) else None)
        if last is None or not desk.period.first <= last <= desk.until:
            continue
        providers = award.get("providers")
        who = desk.names("provider", [str(p) for p in providers]) if isinstance(providers, list) else Said("–")
        what = f"{desk.shown(t, 'status')}{f': {reason}' if (reason := str(t.data.get('status_reason', ''))) else ''}"
        rows.append((last, t.id, (desk.name(t.key), Said(what), Said(on(last)), who, Said(desk.shown(t, "award.value") or "–"))))  # fmt: skip
    yield Table("", ("Tender", "What became of it", "On", "Awarded to", "Value"), tuple(r for *_, r in sorted(rows, key=lambda r: r[:2], reverse=True)), (4,), "None.")  # fmt: skip
