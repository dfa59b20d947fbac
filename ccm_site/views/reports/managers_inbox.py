"""What comes to the Commissioning and Contracts Manager (F-4-SM-2, F-4-SM-4, F-4-OM-13): concerns, feedback, advice on risk, requests, notices.

What a complaint or concern says is for the restricted site only; elsewhere only the published count of them is shown.
"""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.policy import Waits, limit
from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import day, part_of, texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.chain import left_out, listed
from ccm_site.views.reports.desk import Desk, on, rated
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import NUMBERS, report_on

TITLE = "Sent to the contracts manager"
LEAD = "What teams and others have sent to the Commissioning and Contracts Manager, what asks for a decision, and what is still to be sent."
MANAGER = ("ccm", "ccm_delegate")


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "managers_inbox", "", report_on("managers_inbox", ""), TITLE, LEAD, desk.period,
        (
            Section("Asks for a decision", (*left_out(desk), *_to_decide(desk))),
            Section("Complaints and concerns", tuple(_concerns(desk))),
            Section("Feedback of users, staff and others", tuple(_feedback(desk))),
            Section("Advice on risk", tuple(_risk(desk))),
            Section("Notices", tuple(_notices(desk))),
        ),
        None, desk.shown_to("complaint", "feedback", "risk_assessment"), (("In numbers", NUMBERS),),
    )  # fmt: skip


def _recent(desk: Desk, value: object) -> bool:
    d = day(value)
    return d is not None and desk.period.first <= d <= desk.until


def _contract(desk: Desk, record: Record) -> Said:
    return desk.names("contract", texts([record.data.get("contract")]))


def _to_decide(desk: Desk) -> Iterator[Part]:
    """Requests to intervene, contracts ready for issue, non-tender justifications and risk assessments that wait for a word of the manager."""
    rows = []
    for i in listed(desk, "intervention", "requested"):
        asked = part_of(i.data, "request")
        rows.append((str(asked.get("on", "")), "Whether to intervene", i, str(asked.get("reason", ""))))
    for c in listed(desk, "contract", "ready_for_issue"):
        rows.append((str(c.data.get("start_date", "")), "Whether to issue the contract", c, ""))
    for n in listed(desk, "non_tender", "draft"):
        rows.append(("", "Whether to buy without a tender", n, desk.shown(n, "reason_code")))
    for o in listed(desk, "opportunity_risk", "draft"):
        rows.append((str(o.data.get("assessed_on", "")), "How widely to make the opportunity known", o, ""))
    for s in sorted(counting(desk.register, "specification", "with_ccm"), key=lambda s: s.id):
        rows.append((str(s.data.get("provided_to_ccm_on", "")), "Whether to approve the specification", s, ""))
    yield Table(
        "", ("What", "Record", "Day", "Why it is asked"),
        tuple((Said(what), Said(r.id, (r.key,)) if r.kind == "intervention" else desk.name(r.key), Said(on(d)), Said(why or "–")) for d, what, r, why in rows), (), "Nothing.",
        "The day is that of the request; of a contract its first day.",
    )  # fmt: skip


def _concerns(desk: Desk) -> Iterator[Part]:
    if not desk.whole:
        table = next((t for t in desk.counts.tables if t.name == "complaints-by-state"), None)
        total = str(table.cells[-1][-1]) if table and table.cells else "not at hand"
        yield Words(
            f"Complaints and concerns in the register, as published: {total}. By state they are on the page In numbers."
        )
        yield Words("What each is about, and whether it was sent in time, stands on the restricted site.", hint=True)
        return
    waits, rows, unsent, shut = Waits(desk.register), [], [], []
    for c in sorted(
        counting(desk.register, "complaint"), key=lambda c: (str(c.data.get("received_on", "")), c.id), reverse=True
    ):
        if not open_to_check(c):
            shut.append(c)
            continue
        received, sent = day(c.data.get("received_on")), day(c.data.get("sent_to_ccm_on"))
        due = waits.due("concern_sent", received) if received else None
        if sent is None:
            late = due is not None and due < desk.today
            unsent.append((Said(c.id, (c.key,)), Said(on(received)), Said(f"{on(due)}{': late' if late else ''}", (), "bad" if late else ""), Said(desk.shown(c, "category") or "–")))  # fmt: skip
        elif _recent(desk, c.data.get("sent_to_ccm_on")):
            late = due is not None and sent > due
            rows.append(
                (Said(c.id, (c.key,)), Said(on(received)), Said(f"{on(sent)}{': late' if late else ''}", (), "near" if late else ""), desk.names("provider", texts([c.data.get("provider")])),
                 Said(desk.shown(c, "entry_type") or "–"), Said(desk.shown(c, "category") or "–"))
            )  # fmt: skip
    yield Table("Not sent yet", ("Complaint or concern", "Came on", "To be sent by", "About"), tuple(unsent), (), "All were sent.", _within(desk))  # fmt: skip
    yield Table("Sent in the period looked back on", ("Complaint or concern", "Came on", "Sent on", "Provider", "What it is", "About"), tuple(rows), (), "None.")  # fmt: skip
    if shut:
        yield Words(f"{len(shut)} are sealed and cannot be read here.", True, tuple(c.key for c in shut))


def _within(desk: Desk) -> str:
    days = limit(desk.register, "concern_sent", desk.today)
    return f"Each is to be sent within {int(days)} working days (policy, limits)." if days is not None else ""


def _feedback(desk: Desk) -> Iterator[Part]:
    found = sorted(listed(desk, "feedback"), key=lambda f: (str(f.data.get("sent_to_ccm_on", "9")), f.id), reverse=True)
    shown = [f for f in found if "sent_to_ccm_on" not in f.data or _recent(desk, f.data["sent_to_ccm_on"])]
    yield Table(
        "", ("Feedback", "Of whom", "Contract or provider", "Sent on", "In short"),
        tuple(
            (Said(f.id, (f.key,)), Said(desk.shown(f, "respondent")), _contract(desk, f) if "contract" in f.data else desk.names("provider", texts([f.data.get("provider")])),
             Said(desk.shown(f, "sent_to_ccm_on")) if "sent_to_ccm_on" in f.data else Said("not yet", (), "near"), Said(str(f.data.get("summary", ""))))
            for f in shown
        ), (), "None was sent in this period.",
    )  # fmt: skip


def _risk(desk: Desk) -> Iterator[Part]:
    found = sorted(
        listed(desk, "risk_assessment"), key=lambda r: (str(r.data.get("assessed_on", "")), r.id), reverse=True
    )
    yield Table(
        "", ("Assessment", "Contract or provider", "Assessed on", "Rating", "Additional monitoring", "Manager advised on"),
        tuple(
            (Said(r.id, (r.key,)), _contract(desk, r) if "contract" in r.data else desk.name(Key("provider", str(r.data.get("provider", "")))), Said(desk.shown(r, "assessed_on")),
             rated(str(r.data.get("rating") or r.data.get("computed_rating", ""))), Said(desk.shown(r, "decision.additional_monitoring") or "not decided"),
             Said(desk.shown(r, "advised_ccm_on")) if "advised_ccm_on" in r.data else Said("not yet", (), "near"))
            for r in found if _recent(desk, r.data.get("assessed_on"))
        ), (), "None in this period.",
    )  # fmt: skip


def _notices(desk: Desk) -> Iterator[Part]:
    found = [n for n in listed(desk, "notice", "sent", "acknowledged") if n.data.get("to_role") in MANAGER and _recent(desk, n.data.get("sent_on"))]  # fmt: skip
    yield Table(
        "", ("Notice", "What about", "From", "Contract", "Sent on"),
        tuple(
            (Said(n.id, (n.key,)), Said(desk.shown(n, "notice_kind")), Said(desk.shown(n, "from_role") or "–"), _contract(desk, n), Said(desk.shown(n, "sent_on")))
            for n in sorted(found, key=lambda n: (str(n.data.get("sent_on", "")), n.id), reverse=True)
        ), (), "None was sent in this period.",
    )  # fmt: skip
