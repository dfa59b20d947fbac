"""What needs each role now: one page each for the manager, the lead professionals, Finance and the Sourcing Group. The most pressing comes first.

Each line leads to the record in which something is to be done. Nothing is here that the role's other pages do not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ccm_site.due import Due, still_to_do
from ccm_site.facts.contracts import LEADS, final_day, is_followed, open_decisions
from ccm_site.facts.policy import limit
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, days_after, in_force, mappings, months_after, part_of
from ccm_site.model import Key, Record
from ccm_site.performance.periods import period_of
from ccm_site.performance.risk import decision_due
from ccm_site.performance.volume import payments
from ccm_site.views.calendar import due_days
from ccm_site.views.reports.desk import Desk, on, pounds, rated
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import CALENDAR, EXCEPTIONS, TO_LOOK_AT, report_list, report_on

TITLE = "What needs you"
LEAD = "For each role what has to be done now, the most pressing first."
PRINTED = False
AHEAD = 28
"""How many days ahead a page looks; the calendar has all."""
SHOWN = 25
NAMES: Mapping[str, str] = {
    "ccm": "Commissioning and Contracts Manager", "lead-professional": "Lead professionals", "finance": "Finance", "sourcing-group": "Sourcing Group",
}  # fmt: skip
_ROLES: Mapping[str, frozenset[str]] = {
    "ccm": frozenset({"ccm", "ccm_delegate", "contracts_officer"}), "lead-professional": LEADS, "finance": frozenset({"finance"}),
    "sourcing-group": frozenset({"sourcing_group"}),
}  # fmt: skip


def subjects(desk: Desk) -> Iterator[str]:
    return iter(NAMES)


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "dashboards", subject, report_on("dashboards", subject), f"What needs you: {NAMES[subject]}", LEAD, desk.period,
        tuple(Section(title, tuple(parts)) for title, parts in _SECTIONS[subject](desk)), None, "", _FURTHER[subject],
    )  # fmt: skip


Sections = Iterator[tuple[str, Iterable[Part]]]


def _ccm(desk: Desk) -> Sections:
    yield "To issue and to have signed", [_records(desk, [
        (c, "Ready: issue it" if c.data["status"] == "ready_for_issue" else "Issued: it binds nobody until it is signed")
        for c in counting(desk.register, "contract", "ready_for_issue", "issued")
    ])]  # fmt: skip
    yield "Overdue and due", [_due(desk, "ccm")]
    yield "Risk", [_risk(desk)]
    yield "To read", [_records(desk, [
        *((r, f"Report sent {desk.shown(r, 'sent_to_ccm_on')}: {desk.shown(r, 'contract')}") for r in _recent(desk, "operational_report", "sent_to_ccm_on")),
        *((i, f"Inspection report not read yet: {desk.shown(i, 'provider')}") for i in counting(desk.register, "inspection") if not i.data.get("reviewed_by_ccm_on") and "legacy" not in i.data),
    ])]  # fmt: skip
    yield "Interventions under way", [_records(desk, [
        (i, f"{desk.shown(i, 'intervention_kind')}, {desk.shown(i, 'status').lower()}: {desk.shown(i, 'contract')}")
        for i in counting(desk.register, "intervention") if i.data.get("status") not in ("resolved", "declined")
    ])]  # fmt: skip
    yield "Ending soon with nothing to follow", [_ending(desk, 12)]
    if desk.whole:
        yield "Requests for contracts", [_records(desk, [
            (a, f"Approved {desk.shown(a, 'decided_on')}: make the contract") for a in counting(desk.register, "authorisation", "approved")
            if (p := desk.register.get("placement", str(a.data.get("placement", "")))) and p.data.get("status") == "authorised"
        ])]  # fmt: skip


def _leads(desk: Desk) -> Sections:
    yield "Overdue and due", [_due(desk, "lead-professional")]
    yield "Risk: to decide", [_risk(desk)]
    yield "Returns to look at", [_records(desk, [
        (r, f"{'To accept' if r.data['status'] == 'submitted' else 'To assess' if r.data['status'] == 'accepted' else 'A question is open'}: {desk.shown(r, 'contract')}")
        for r in counting(desk.register, "return", "submitted", "queried", "accepted")
    ])]  # fmt: skip
    yield "Reports to finish", [_records(desk, [
        (r, f"{desk.shown(r, 'status')}: {desk.shown(r, 'contract')}") for r in counting(desk.register, "operational_report") if r.data.get("status") != "final"
    ])]  # fmt: skip
    yield "Standards missed more than once in a row", [_missed(desk)]
    if desk.whole:
        yield "Complaints and concerns still open", [_records(desk, [
            (c, f"{desk.shown(c, 'status')}, received {desk.shown(c, 'received_on') or '(sealed)'}")
            for c in counting(desk.register, "complaint") if c.data.get("status") not in ("closed", "recorded_only")
        ])]  # fmt: skip


def _finance(desk: Desk) -> Sections:
    yield "Notices not acknowledged", [_records(desk, [
        (n, f"{desk.shown(n, 'notice_kind')}, sent {desk.shown(n, 'sent_on') or '–'}")
        for n in counting(desk.register, "notice", "sent") if n.data.get("to_role") == "finance"
    ])]  # fmt: skip
    yield "Payments that do not fit", [_payments(desk)]
    yield "Overpaid", [_records(desk, [
        (p, f"{desk.shown(p, 'overpayment.to_recover')} to recover: {desk.shown(p, 'contract')}")
        for p in counting(desk.register, "payment_summary")
        if part_of(p.data, "overpayment").get("to_recover") and not part_of(p.data, "overpayment").get("recovered_on")
    ])]  # fmt: skip
    yield "Starting and ending soon", [_starts_and_ends(desk)]
    yield "Prices to review", [_records(desk, sorted((
        (c, f"Price review on {on(d)}") for c in desk.running
        if (d := day(part_of(c.data, "price_review").get("on"))) and desk.today <= d <= months_after(desk.today, 6)
    ), key=lambda f: f[1]))]  # fmt: skip
    yield "Overdue and due", [_due(desk, "finance")]


def _sourcing(desk: Desk) -> Sections:
    yield "Needs to decide on", [_records(desk, [
        (n, desk.shown(n, "status")) for n in counting(desk.register, "need") if n.data.get("status") in ("identified", "analysed", "routed")
    ])]  # fmt: skip
    yield "Decisions to take, or not yet followed up", [_records(desk, [
        *((d, "Draft: to decide") for d in counting(desk.register, "sourcing_decision", "draft")),
        *((n, "Justification without a tender: to approve") for n in counting(desk.register, "non_tender", "draft")),
    ])]  # fmt: skip
    yield "Tenders under way", [_records(desk, [
        (t, f"{desk.shown(t, 'status')}{_next_step(desk, t)}") for t in counting(desk.register, "tender")
        if t.data.get("status") not in ("awarded", "abandoned")
    ])]  # fmt: skip
    yield "Ending with nothing to follow", [_ending(desk, 24)]
    yield "The market", list(_market(desk))
    yield "Overdue and due", [_due(desk, "sourcing-group")]


def _records(desk: Desk, found: Iterable[tuple[Record, str]]) -> Table:
    rows = [
        (desk.name(r.key), Said(words)) for r, words in found if r.key in desk.register.records and _visible(desk, r)
    ]
    note = f"The first {SHOWN} of {len(rows)}." if len(rows) > SHOWN else ""
    return Table("", ("Record", "What"), tuple(rows[:SHOWN]), (), "Nothing.", note)


def _visible(desk: Desk, record: Record) -> bool:
    """Not what belongs to a contract for one placement, on a site that may not single the child out."""
    contract = desk.register.get(
        "contract", str(record.id if record.kind == "contract" else record.data.get("contract", ""))
    )
    return desk.whole or contract is None or contract.data.get("placement_specific") is not True


def _due(desk: Desk, role: str) -> Table:
    posts = _posts(desk, _ROLES[role])
    last = days_after(desk.today, AHEAD)
    mine = [d for d in still_to_do(due_days(desk.site)) if d.post in posts and d.on <= last]
    rows = tuple(
        (
            Said(d.what, (d.record,)),
            _by(desk, d),
            _about(desk, d),
            Said(on(d.on)),
            Said(desk.site.label(Key("post", d.post))),
        )
        for d in mine[:SHOWN]
    )
    note = f"The first {SHOWN} of {len(mine)}; the calendar has all." if len(mine) > SHOWN else ""
    none = f"Nothing is overdue or due within {AHEAD} days."
    return Table("", ("What", "Due by", "About", "Planned for", "Whose"), rows, (), none, note)


def _about(desk: Desk, due: Due) -> Said:
    """The contract that it belongs to, else its record."""
    contract = desk.register.get("contract", due.contract)
    return desk.name(contract.key if contract else due.record)


def _by(desk: Desk, due: Due) -> Said:
    days = (desk.today - due.by).days if due.late(desk.today) else 0
    return Said(f"{on(due.by)}, {days:,} day{'' if days == 1 else 's'} late", (), "bad") if days else Said(on(due.by))


def _posts(desk: Desk, roles: frozenset[str]) -> frozenset[str]:
    """The posts that have one of these roles on the day."""
    return frozenset(
        p.id for p in counting(desk.register, "post")
        if any(r.get("role") in roles and in_force(r, desk.today) for r in mappings(p.data.get("roles")))
    )  # fmt: skip


def _risk(desk: Desk) -> Table:
    rows = []
    for c in desk.running:
        risk = desk.risk(c)
        if risk is None:
            continue
        what = [
            *(["decide on additional monitoring"] if decision_due(risk) else []), *(["the model and the rating differ"] if risk.differs else []),
            *(["not assessed yet"] if risk.assessment is None else []), *(["rated red"] if risk.standing == "red" else []),
        ]  # fmt: skip
        if what:
            rows.append((desk.name(c.key), rated(risk.standing), Said("; ".join(what).capitalize())))
    return Table("", ("Contract", "Rating", "What"), tuple(rows[:SHOWN]), (), "Nothing has to be decided.")


def _missed(desk: Desk) -> Table:
    rows = [
        (desk.name(c.key), Said(s.measure.words, (s.latest.source,), "bad"), Said(str(s.missed_running)))
        for c in desk.running for s in desk.series(c) if s.measure.kind == "standard" and s.missed_running > 1 and s.latest is not None
    ]  # fmt: skip
    return Table("", ("Contract", "Standard", "Periods"), tuple(rows[:SHOWN]), (2,))


def _recent(desk: Desk, kind: str, field: str) -> list[Record]:
    first = months_after(desk.today, -1).isoformat()
    return [r for r in counting(desk.register, kind) if first <= str(r.data.get(field, "")) <= desk.today.isoformat()]


def _ending(desk: Desk, months: int) -> Table:
    decided, last = open_decisions(desk.register), months_after(desk.today, months)
    found = sorted(
        ((end, c) for c in desk.running if (end := final_day(c)) is not None and end <= last and not is_followed(desk.register, c, decided)),
        key=lambda f: (f[0], f[1].id),
    )  # fmt: skip
    rows = tuple((desk.name(c.key), Said(on(end), (), "bad" if end < desk.today else "")) for end, c in found[:SHOWN])
    return Table(
        "", ("Contract", "Last day"), rows, (), f"No contract ends within {months} months with nothing to follow."
    )


def _payments(desk: Desk) -> Table:
    rows = [
        (desk.name(c.key), Said(f"to {on(p.period.last)}", p.sources), Said(pounds(p.paid, p.currency)), Said(pounds(p.expected, p.currency)), Said(pounds(p.difference, p.currency), (), "bad"))
        for c in desk.contracts for p in payments(desk.register, c, desk.until) if p.within is False and not p.explanation
    ]  # fmt: skip
    return Table(
        "",
        ("Contract", "Period", "Paid", "Expected", "Difference"),
        tuple(rows[:SHOWN]),
        (2, 3, 4),
        "Every difference is within what is allowed, or explained.",
    )


def _starts_and_ends(desk: Desk) -> Table:
    days = limit(desk.register, "finance_ends_ahead", desk.today)
    last = days_after(desk.today, int(days) if days is not None else AHEAD)
    rows = []
    for kind in ("contract", "placement"):
        for r in counting(desk.register, kind):
            start, end = (
                day(r.data.get("start_date")),
                day(r.data.get("anticipated_end")) if kind == "placement" else final_day(r),
            )
            if r.data.get("status") in ("withdrawn", "not_proceeding", "closed", "terminated", "ended") or not _visible(
                desk, r
            ):
                continue
            for title, d in (("Starts", start), ("Ends", end)):
                if d is not None and desk.today <= d <= last:
                    rows.append((d, (desk.name(r.key), Said(title), Said(on(d)))))
    rows.sort(key=lambda f: f[0])
    return Table(
        "",
        ("Record", "What", "When"),
        tuple(r for _, r in rows[:SHOWN]),
        (),
        f"Nothing starts or ends up to {on(last)}.",
    )


def _next_step(desk: Desk, tender: Record) -> str:
    ahead = sorted(
        (str(d), n)
        for n, d in part_of(tender.data, "timetable").items()
        if isinstance(d, str) and d >= desk.today.isoformat()
    )
    return f"; next: {_title(desk, ahead[0][1]).lower()}, {on(ahead[0][0])}" if ahead else ""


def _title(desk: Desk, name: str) -> str:
    found = desk.site.kinds["tender"].field(f"timetable.{name}")
    return found.title if found else name


def _market(desk: Desk) -> Iterator[Part]:
    age = limit(desk.register, "market_note_age", desk.today)
    first = months_after(desk.today, -int(age)).isoformat() if age is not None else ""
    kinds = {str(c.data.get("service_type")) for c in desk.running}
    fresh = {
        str(n.data.get("service_type"))
        for n in counting(desk.register, "market_note")
        if str(n.data.get("on", "")) >= first
    }
    old = sorted(desk.words("contract", "service_type", k) for k in kinds - fresh)
    yield Words(
        f"No market note is new enough for: {', '.join(old)}."
        if old
        else "There is a new market note on every type of service bought."
    )
    last = max(
        (p.last for r in counting(desk.register, "strategic_report", "final") if (p := period_of(r.data))), default=None
    )
    yield Words(
        f"The last strategic report covers the time to {on(last)}." if last else "There is no strategic report yet."
    )


_SECTIONS: Mapping[str, Callable[[Desk], Sections]] = {
    "ccm": _ccm,
    "lead-professional": _leads,
    "finance": _finance,
    "sourcing-group": _sourcing,
}
_FURTHER: Mapping[str, tuple[tuple[str, str], ...]] = {
    "ccm": (
        ("Calendar", CALENDAR), ("Sent to you", report_on("managers_inbox", "")), ("Contracts that come to an end", report_on("expiry_pipeline", "")),
        ("Risk of contracts", report_on("risk", "")), ("To look at", TO_LOOK_AT), ("Exceptions", EXCEPTIONS),
    ),
    "lead-professional": (
        ("Calendar", CALENDAR), ("Review packs", report_list("review_pack")), ("Monitoring reports", report_list("contract_monitoring")),
        ("Risk of contracts", report_on("risk", "")),
    ),
    "finance": (("Finance page", report_on("finance", "")), ("Calendar", CALENDAR)),
    "sourcing-group": (
        ("Calendar", CALENDAR), ("Commissioning pipeline", report_on("tender_pipeline", "")), ("Supply against demand", report_on("supply_and_demand", "")),
        ("Strategic monitoring", report_on("strategic", "")), ("Types of service", report_list("sector")),
    ),
}  # fmt: skip
"""What each role looks at next."""
