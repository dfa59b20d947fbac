"""What monitoring shows at the strategic level: all types of service side by side, and all that feeds the strategic report (F-2-2, F-3B-ii-15, R-SRP-1)."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.records import counting
from ccm_site.facts.values import day, mappings, part_of
from ccm_site.model import Record
from ccm_site.performance.measures import EFFECTIVENESS
from ccm_site.views.reports import sector
from ccm_site.views.reports.common_issues import common
from ccm_site.views.reports.desk import Desk, on, span
from ccm_site.views.reports.model import Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Strategic monitoring"
LEAD = "What goes into the strategic report: every type of service, what reviews passed on, what is common to providers, which standards to raise."


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "strategic", "", report_on("strategic", ""), TITLE, LEAD, desk.period,
        (
            Section("Types of service side by side", (_sectors(desk),)),
            Section("What reviews passed on", tuple(_fed(desk))),
            Section("Common issues", tuple(_common(desk))),
            Section("Standards to raise", (_raise(desk),)),
            Section("Inputs since the last strategic report", tuple(_inputs(desk))),
            Section("Strategic reports", (_reports(desk),)),
        ), None, desk.shown_to("strategic_report"),
        tuple((desk.words("contract", "service_type", s), report_on("sector", s)) for s in sector.subjects(desk)),
    )  # fmt: skip


def _sectors(desk: Desk) -> Table:
    rows = []
    for kind in sector.subjects(desk):
        running = [c for c in desk.running if c.data.get("service_type") == kind]
        ratings = [r.standing for c in running if (r := desk.risk(c)) is not None]
        told = [
            s
            for c in running
            for s in desk.series(c)
            if s.measure.kind in EFFECTIVENESS and s.latest is not None and s.latest.verdict != "not_shown"
        ]
        met = sum(s.latest.verdict == "met" for s in told if s.latest)
        views = [
            v
            for r in counting(desk.register, "strategic_report", "final")
            for v in mappings(r.data.get("sector_view"))
            if v.get("service_type") == kind
        ]
        rows.append((
            Said(desk.words("contract", "service_type", kind)), Said(str(len(running)), tuple(c.key for c in running[:8])),
            Said(", ".join(f"{n} {name}" for name in ("red", "amber", "green") if (n := ratings.count(name))) or "–"),
            Said(f"{met} of {len(told)} met" if told else "no results"),
            Said(desk.words("strategic_report", "sector_view.*.recommendation", views[-1].get("recommendation")) if views else "None yet"),
        ))  # fmt: skip
    return Table(
        "",
        ("Type of service", "Contracts in force", "Risk", "Outcomes and milestones", "Last recommendation"),
        tuple(rows),
        (),
        "No contract is in force.",
        sheet="types-of-service",
    )


def _fed(desk: Desk) -> Iterator[Part]:
    shown = {c.id for c in desk.contracts}
    found = []
    for r in counting(desk.register, "review"):
        held, feed = day(r.data.get("held_on")), part_of(r.data, "strategic_feed")
        if held is not None and desk.period.holds(held) and r.data.get("contract") in shown:
            found += [(held, r, str(feed[name])) for name in ("sector", "user_group", "community") if feed.get(name)]
    yield (
        Points(
            tuple(
                Said(f"{text} ({on(d)})", (r.key,))
                for d, r, text in sorted(found, key=lambda f: (f[0], f[1].id), reverse=True)
            )
        )
        if found
        else Words(f"Nothing, {span(desk.period)}.")
    )


def _common(desk: Desk) -> Iterator[Part]:
    found = common(desk)
    if not found:
        yield Words("No measure is missed by more than one provider in its latest period.")
        return
    yield Points(tuple(
        Said(f"{m.measure.measure.words}: missed by {len({c.data.get('provider') for c, _ in m.missed})} of {m.asked} providers", tuple(c.key for c, _ in m.missed)[:6])
        for m in found
    ))  # fmt: skip


def _raise(desk: Desk) -> Table:
    rows = [
        (Said(desk.site.label(k.key) if (k := desk.register.get("specification", str(s.get("specification", "")))) else str(s.get("specification", "")), (r.key,)), Said(str(s.get("standard", ""))), Said(str(s.get("reason", ""))))
        for r in counting(desk.register, "strategic_report") for s in mappings(r.data.get("standards_to_raise"))
    ]  # fmt: skip
    return Table("", ("Specification", "Standard", "Why"), tuple(rows), (), "None is named yet.")


def _inputs(desk: Desk) -> Iterator[Part]:
    done = [
        d
        for r in counting(desk.register, "strategic_report", "final")
        if (d := day(r.data.get("completed_on"))) and d <= desk.until
    ]
    since = max(done, default=None)
    yield Words(
        f"The last strategic report was completed on {on(since)}."
        if since
        else "No strategic report has been completed yet."
    )
    rows = []
    for kind, field in (
        ("review", "held_on"),
        ("operational_report", "sent_to_ccm_on"),
        ("market_note", "on"),
        ("risk_assessment", "assessed_on"),
    ):
        new = [r for r in counting(desk.register, kind) if _new(desk, r, field, (since is not None and since) or None)]
        rows.append((Said(desk.site.kinds[kind].plural), Said(str(len(new)), tuple(r.key for r in new[-8:]))))
    yield Table("", ("What", "Since then"), tuple(rows), (1,))


def _new(desk: Desk, record: Record, field: str, since: object) -> bool:
    told = str(record.data.get(field, ""))
    hidden = record.data.get("contract") and not any(c.id == record.data["contract"] for c in desk.contracts)
    return bool(told) and not hidden and told <= desk.until.isoformat() and (since is None or told > str(since))


def _reports(desk: Desk) -> Table:
    found = sorted(counting(desk.register, "strategic_report"), key=lambda r: r.id, reverse=True)
    return Table(
        "",
        ("Report", "State", "Completed"),
        tuple(
            (desk.name(r.key), Said(desk.shown(r, "status")), Said(desk.shown(r, "completed_on") or "–")) for r in found
        ),
    )
