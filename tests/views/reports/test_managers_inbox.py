"""What comes to the Commissioning and Contracts Manager, and what of it each site may show."""

import re

from tests.views.reports.registers import demonstration, desk, limits, record, report, rows, words

CONCERNS = "Complaints and concerns"


def complaint(n, came, sent=None):
    return record("complaint", f"K-2026-000{n}", status="logged", provider="brae", received_on=came, sent_to_ccm_on=sent, entry_type="concern")  # fmt: skip


BASE = (
    limits(concern_sent="3"), record("provider", "brae", name="Brae", status="active"),
    complaint(1, "2026-11-02", "2026-11-05"), complaint(2, "2026-11-02", "2026-11-06"), complaint(3, "2026-11-18"), complaint(4, "2026-11-19"), complaint(5, "2024-01-01", "2024-01-02"),
)  # fmt: skip


def test_a_concern_is_to_be_sent_within_the_working_days_of_the_council_s_limit():
    made = report("managers_inbox", desk(*BASE, audience="restricted"))
    # From Wednesday the 18th three working days end on Monday the 23rd; from Thursday the 19th on Tuesday the 24th.
    assert [(r[0], r[2]) for r in rows(made, CONCERNS, "Not sent yet")] == [("K-2026-0004", "24 November 2026"), ("K-2026-0003", "✗ 23 November 2026: late")]  # fmt: skip
    assert [(r[0], r[2]) for r in rows(made, CONCERNS, 1)] == [("K-2026-0002", "≈ 6 November 2026: late"), ("K-2026-0001", "5 November 2026")]  # fmt: skip


def test_outside_the_restricted_site_only_the_published_count_is_told():
    told = words(report("managers_inbox", desk(*BASE)))
    assert "K-2026" not in told and "as published: 5." in told
    assert "as published: <5." in words(report("managers_inbox", desk(*BASE[:4])))


def test_what_asks_for_a_decision_is_listed():
    asks = (
        record("intervention", "IN-2026-0001", status="requested", provider="brae", intervention_kind="enforce", request={"on": "2026-11-01", "reason": "Late."}), record("intervention", "IN-2026-0002", status="agreed", provider="brae", intervention_kind="enforce"),
        record("contract", "C-2026-0001", title="Bought", status="ready_for_issue", start_date="2027-01-11", provider="brae"), record("specification", "S-2026-0001/v2", title="Homes", status="with_ccm", provided_to_ccm_on="2026-11-16"),
        record("non_tender", "NT-2026-0001", title="Why", status="draft", reason_code="urgency"),
    )  # fmt: skip
    found = rows(report("managers_inbox", desk(*asks)), "Asks for a decision")
    assert [(r[0], r[1].split()[0], r[2]) for r in found] == [
        ("Whether to intervene", "IN-2026-0001", "1 November 2026"), ("Whether to issue the contract", "C-2026-0001", "11 January 2027"),
        ("Whether to buy without a tender", "NT-2026-0001", "–"), ("Whether to approve the specification", "S-2026-0001", "16 November 2026"),
    ]  # fmt: skip


def test_feedback_risk_and_notices_of_the_period_are_told_and_what_was_not_sent_stands_out():
    more = (
        record("feedback", "FB-2026-0001", provider="brae", respondent="service_user", summary="Good food.", sent_to_ccm_on="2026-10-01"), record("feedback", "FB-2026-0002", provider="brae", respondent="service_user", summary="Cold."),
        record("feedback", "FB-2024-0001", provider="brae", respondent="service_user", summary="Old.", sent_to_ccm_on="2024-10-01"),
        record("risk_assessment", "RK-2026-0001", status="assessed", provider="brae", assessed_on="2026-10-02", rating="amber"), record("notice", "NO-2026-0001", status="sent", notice_kind="monitoring_advice", to_role="ccm", from_role="team_leader", sent_on="2026-10-03", provider="brae"),
        record("notice", "NO-2026-0002", status="sent", notice_kind="copy", to_role="finance", sent_on="2026-10-03", provider="brae"),
    )  # fmt: skip
    made = report("managers_inbox", desk(BASE[1], *more))
    assert [(r[0], r[3]) for r in rows(made, "Feedback of users, staff and others")] == [("FB-2026-0002", "≈ not yet"), ("FB-2026-0001", "1 October 2026")]  # fmt: skip
    assert [(r[0], r[3], r[5]) for r in rows(made, "Advice on risk")] == [("RK-2026-0001", "▲ Amber", "≈ not yet")]
    assert [r[0] for r in rows(made, "Notices")] == ["NO-2026-0001"]


def test_the_demonstration_s_latest_concern_is_still_to_be_sent():
    made = report("managers_inbox", demonstration("restricted"))
    assert [r[0] for r in rows(made, CONCERNS, "Not sent yet")] == ["K-2026-0006"]
    assert not re.search(r"\bK-\d{4}", words(report("managers_inbox", demonstration())))
