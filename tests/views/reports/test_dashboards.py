"""What needs each role now: overdue first, only what is theirs, and nothing that singles a child out."""

from dataclasses import replace
from datetime import date

import pytest

from ccm_site.register import load
from ccm_site.starter import shipped
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.dashboards import NAMES
from ccm_site.views.reports.desk import Desk
from tests.registers import DEMO_DAY
from tests.views.sites import site

WHOLE = load(shipped()).register


def dashboard(role, audience="intranet", today=DEMO_DAY):
    desk = Desk(replace(site(WHOLE, audience), today=today))
    return {s.title: s.parts for s in report_kinds()["dashboards"].report(desk, role).sections}


def lines(parts):
    return [tuple(c.text for c in row) for p in parts for row in getattr(p, "rows", ())]


def test_each_role_has_one():
    desk = Desk(site(WHOLE))
    assert (
        list(report_kinds()["dashboards"].subjects(desk))
        == list(NAMES)
        == ["ccm", "lead-professional", "finance", "sourcing-group"]
    )


def test_the_manager_sees_what_to_issue_and_that_an_issued_contract_binds_nobody_yet():
    found = lines(dashboard("ccm")["To issue and to have signed"])
    assert ("C-2026-0004 Therapeutic support for care-experienced children", "Ready: issue it") in found
    assert any(name.startswith("C-2026-0003") and "binds nobody until it is signed" in what for name, what in found)


def test_what_is_overdue_comes_first_and_says_by_how_much():
    found = lines(dashboard("ccm")["Overdue and due"])
    late = ["late" in row[1] for row in found]
    assert late[0] and late == sorted(late, reverse=True)
    assert found[0][1] == "29 May 2026, 179 days late" and found[0][4] == "Commissioning and Contracts Manager"


@pytest.mark.parametrize(
    ("role", "section", "record"),
    [
        ("lead-professional", "Returns to look at", "RT-2026-0015"), ("lead-professional", "Reports to finish", "OR-2026-0011"),
        ("finance", "Notices not acknowledged", "NO-2025-0013"), ("sourcing-group", "Needs to decide on", "N-2026-0004"),
        ("sourcing-group", "Decisions to take, or not yet followed up", "SD-2026-0005"), ("sourcing-group", "Tenders under way", "TN-2026-0001"),
        ("sourcing-group", "Ending with nothing to follow", "C-2024-0008"), ("ccm", "Risk", "C-2025-0002"), ("ccm", "To read", "IS-2026-0006"),
    ],
)  # fmt: skip
def test_a_role_sees_what_waits_for_it(role, section, record):
    assert any(row[0].startswith(record) for row in lines(dashboard(role)[section]))


def test_each_sees_only_what_is_due_from_its_own_posts():
    leads = {row[4] for row in lines(dashboard("lead-professional")["Overdue and due"])}
    assert leads and "Commissioning and Contracts Manager" not in leads
    assert {row[4] for row in lines(dashboard("ccm")["Overdue and due"])} <= {
        "Commissioning and Contracts Manager",
        "Contracts Officer",
        "Depute Contracts Manager",
    }


def test_finance_sees_what_starts_and_ends_within_the_council_s_days():
    found = lines(dashboard("finance", today=date(2027, 1, 2))["Starting and ending soon"])
    assert ("C-2025-0002 Supported lodgings for young people leaving care", "Ends", "5 January 2027") in found


def test_placements_complaints_and_contracts_for_one_placement_are_for_the_restricted_site():
    alone = {c.id for c in WHOLE.of_kind("contract") if c.data.get("placement_specific") is True}
    for role in NAMES:
        told = str(dashboard(role))
        assert not any(i in told for i in alone)
        assert "Complaints and concerns still open" not in told and "Requests for contracts" not in told
    assert lines(dashboard("lead-professional", "restricted")["Complaints and concerns still open"])
