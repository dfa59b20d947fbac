"""The log of complaints and concerns on small registers, counted by hand."""

from dataclasses import replace
from datetime import date

import pytest

from ccm_site.model import Seal
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.links import reports_on
from tests.rules.registers import limits, record
from tests.rules.registers import table as policy
from tests.views.reports.told import (
    CANARY,
    all_output,
    demo,
    demonstration,
    desk,
    made,
    planted,
    provider,
    section,
    table,
)

ON = date(2026, 11, 24)
LIMITS = limits(
    concern_sent="3", complaint_stage_one="5", complaint_stage_two="20", concerns_count="3", concerns_window="6"
)
CATEGORIES = policy(
    "complaint_categories",
    {"code": "staffing", "label": "Staffing", "child_safety": False, "effective_from": "2024-04-01"},
    {"code": "safety", "label": "Safety", "child_safety": True, "effective_from": "2024-04-01"},
    {
        "code": "old",
        "label": "Old subject",
        "child_safety": True,
        "effective_from": "2010-04-01",
        "effective_to": "2020-03-31",
    },
)
REPEATED = "What comes up again"


def complaint(number=1, **data):
    given = {
        "status": "closed", "received_on": "2026-09-01", "provider": "brae", "source": "carer", "entry_type": "complaint", "category": "staffing",
        "severity": "minor", "expectation_in_spec": "yes", "further_action_wanted": True, "child_protection": False, "sent_to_ccm_on": "2026-09-02",
    }  # fmt: skip
    return record("complaint", f"K-2026-000{number}", **{**given, **data})


def log(*records, on=ON, limits=LIMITS):
    return made(
        desk(*records, limits, CATEGORIES, provider(), provider("rowan"), audience="restricted", on=on),
        "complaints_log",
    )


def facts(report):
    return {label: said.text for label, said in section(report, "In short").parts[0].pairs}


def test_all_stand_in_the_log_those_for_information_only_too_and_compliments_are_counted_apart():
    report = log(
        complaint(1), complaint(2, entry_type="information_only", status="recorded_only", further_action_wanted=False), complaint(3, entry_type="concern"),
        complaint(4, entry_type="compliment", status="recorded_only"), complaint(5, received_on="2025-11-24"), complaint(6, received_on="2025-11-25"),
    )  # fmt: skip
    assert [r["Number"] for r in table(report, "The log")] == [
        "K-2026-0003",
        "K-2026-0002",
        "K-2026-0001",
        "K-2026-0006",
    ]
    known = facts(report)
    assert known["Complaints and concerns"] == "4" and known["Of these for information only"] == "1"
    assert known["Nothing further was wanted"] == "1" and known["Compliments, counted apart"] == "1"


def test_what_is_sealed_and_shut_is_counted_and_in_no_figure():
    shut = replace(complaint(2), seal=Seal("K-1", "-", shut="no key"))
    report = log(complaint(1), shut)
    assert facts(report)["Complaints and concerns"] == "1"
    assert "1 more is sealed" in section(report, "In short").parts[1].text


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"status": "with_provider", "provider_response": {"asked_on": "2026-11-01", "expected_by": "2026-11-23"}}, ["The provider's answer"]),
        ({"status": "with_provider", "provider_response": {"asked_on": "2026-11-01", "expected_by": "2026-11-24"}}, []),
        ({"status": "with_provider", "provider_response": {"asked_on": "2026-11-01", "expected_by": "2026-11-23", "received_on": "2026-11-20"}}, []),
        ({"status": "referred", "referral": {"to_role": "regulator", "on": "2026-11-01", "expected_by": "2026-11-20"}}, ["The outcome of what was referred"]),
        ({"status": "referred", "referral": {"to_role": "regulator", "on": "2026-11-01", "expected_by": "2026-11-20", "outcome_not_shared_reason": "No"}}, []),
        ({"status": "logged", "received_on": "2026-11-16"}, ["Somebody to look into it"]),  # five working days: Monday 23 November
        ({"status": "logged", "received_on": "2026-11-17"}, []),
        ({"status": "logged", "received_on": "2026-11-16", "further_action_wanted": False}, []),
        ({"status": "council_action", "received_on": "2026-10-26"}, ["The council's answer"]),  # twenty: Monday 23 November
        ({"status": "council_action", "received_on": "2026-10-27"}, []),
        ({"received_on": "2026-11-18", "sent_to_ccm_on": None}, ["To be sent to the Commissioning and Contracts Manager"]),
        ({"received_on": "2026-11-19", "sent_to_ccm_on": None}, []),
    ],
)  # fmt: skip
def test_overdue(change, waits):
    report = log(complaint(1, **change))
    assert [r["What is waited for"] for r in table(report, "Overdue")] == waits
    assert facts(report)["Overdue, of whatever time"] == str(len(waits))


def test_what_was_referred_stands_with_to_whom_and_what_became_of_it():
    def sent(n, on="2026-09-03", status="referred", **more):
        return complaint(
            n,
            status=status,
            referral={
                "to_role": "complaints_officer",
                "to_office": "Ombudsman",
                "on": on,
                "expected_by": "2026-12-31",
                **more,
            },
        )

    report = log(
        sent(1), sent(2, expected_by="2026-11-20"), sent(3, status="outcome_recorded", outcome="upheld", outcome_on="2026-10-01"),
        sent(4, outcome_not_shared_reason="Data protection"), sent(5, on="2025-01-01"), sent(6, on="2025-01-01", status="closed", outcome="upheld"),
    )  # fmt: skip
    found = {r["Number"]: (r["Referred to"], r["Outcome"]) for r in table(report, "Referred to others")}
    assert found == {
        "K-2026-0001": ("Ombudsman", "Not yet"), "K-2026-0002": ("Ombudsman", "Overdue"), "K-2026-0003": ("Ombudsman", "Upheld, 1 October 2026"),
        "K-2026-0004": ("Ombudsman", "Not shared with the council"), "K-2026-0005": ("Ombudsman", "Not yet"),
    }  # fmt: skip


def test_the_same_subject_is_added_up_over_all_contracts_of_a_provider():
    report = log(
        complaint(1, contract="C-2026-0001", source="carer"), complaint(2, contract="C-2026-0002", source="regulator", resolution={"on": "2026-10-01", "result": "upheld"}),
        complaint(3, category="safety"), complaint(4, provider="rowan"), record("contract", "C-2026-0001", provider="brae"), record("contract", "C-2026-0002", provider="brae"),
    )  # fmt: skip
    (row,) = table(report, REPEATED)
    assert (row["Subject"], row["Times"], row["Upheld or partly"], row["Under"]) == (
        "Staffing",
        "2",
        "1",
        "C-2026-0001, C-2026-0002",
    )
    assert "Carer" in row["From"] and row["Numbers"] == "K-2026-0001, K-2026-0002"


@pytest.mark.parametrize(("first", "shown"), [("2026-05-25", ["3"]), ("2026-05-24", [])])
def test_providers_with_many_in_the_window_are_named(first, shown):
    report = log(
        complaint(1, received_on=first),
        complaint(2, category="safety"),
        complaint(3, category="safety", received_on="2026-11-24"),
    )
    assert [r["How many"] for r in table(report, REPEATED, 1)] == shown


def test_subjects_are_those_agreed_with_those_that_did_not_come_up():
    report = log(
        complaint(1, severity="serious"),
        complaint(2, status="logged", entry_type="information_only"),
        complaint(3, category="invented"),
    )
    found = {r["Subject"]: r for r in table(report, "What it was about")}
    assert set(found) == {"Staffing", "Safety", "Invented"}, "what was no longer agreed in the period is not offered"
    assert (
        found["Staffing"]["How many"],
        found["Staffing"]["Serious"],
        found["Staffing"]["Information only"],
        found["Staffing"]["Still open"],
    ) == ("2", "1", "1", "1")
    assert (found["Safety"]["How many"], found["Safety"]["Safety of children"]) == ("0", "Yes")


def test_by_provider_with_the_rate_for_ten_children_and_compliments():
    placed = record(
        "placement", "P-2026-0001", status="active", provider="brae", start_date="2025-11-25", child_ref="CH-AAAAAAA-A"
    )
    report = log(complaint(1), complaint(2, entry_type="compliment"), complaint(3, provider=None), placed)
    rows = table(report, "By provider")
    assert [(r["Provider"], r["How many"], r["Compliments"]) for r in rows] == [
        ("No provider named", "1", "0"),
        ("Brae", "1", "1"),
    ]
    assert rows[1]["For each ten children placed all the time"] == "10", "one concern, one child, all year"


def test_who_told_us_when_and_how_serious():
    report = log(
        complaint(1), complaint(2, source="regulator", severity="serious", received_on="2026-11-24"), complaint(3)
    )
    part = "Who told us"
    assert [tuple(r.values()) for r in table(report, part, 0)] == [("Carer", "2"), ("Regulator", "1")]
    assert [tuple(r.values()) for r in table(report, part, 2)] == [("Minor", "2"), ("Serious", "1")]
    months = {r["Month"]: r["How many"] for r in table(report, part, 4)}
    assert len(months) == 13 and (months["September 2026"], months["October 2026"], months["November 2026"]) == (
        "2",
        "0",
        "1",
    )


def test_the_three_outcomes_are_counted():
    came = {"complainant_satisfaction": "satisfied", "provider_change": "practice_changed", "overview": "repeated_here"}
    report = log(
        complaint(1, outcome=came, resolution={"on": "2026-10-01", "result": "upheld"}),
        complaint(2, outcome={**came, "provider_change": "none_made"}),
        complaint(3),
    )
    part = "What came of it"
    assert (
        section(report, part).parts[0].text
        == "Of 3 complaints and concerns 3 have come to an end with an outcome to record. For 1 none is entered."
    )
    assert [tuple(r.values()) for r in table(report, part, 0)] == [("Satisfied", "2")]
    assert sorted(tuple(r.values()) for r in table(report, part, 1)) == [("None made", "1"), ("Practice changed", "1")]
    assert [tuple(r.values()) for r in table(report, part, 2)] == [("Repeated here", "2")]
    assert [tuple(r.values()) for r in table(report, part, 3)] == [("Upheld", "1")]
    assert len(table(report, REPEATED, 2)) == 2


def test_promised_or_not():
    report = log(
        complaint(1),
        complaint(2, expectation_in_spec="no"),
        complaint(3, expectation_in_spec="unclear"),
        complaint(4, expectation_in_spec=None),
    )
    assert {r["Answer"] for r in table(report, "Promised in")} == {"Yes", "No", "Not clear", "Not entered"}


def test_nothing_in_a_period_is_said_in_words():
    out = all_output(desk(LIMITS, CATEGORIES, audience="restricted"), "complaints_log")
    assert "None was received" in out and "do not mean that a service is good" in out


def test_no_narrative_stands_in_it():
    said = complaint(
        1,
        narrative=CANARY,
        outcome={
            "complainant_satisfaction": "satisfied",
            "provider_change": "none_made",
            "overview": "single_event",
            "overview_note": CANARY,
        },
    )
    out = all_output(desk(said, LIMITS, CATEGORIES, provider(), audience="restricted"), "complaints_log")
    assert "K-2026-0001" in out and CANARY not in out
    whole = planted()
    assert any(CANARY in str(r.data) for r in whole.of_kind("complaint"))
    assert CANARY not in all_output(demo("restricted", whole=whole), "complaints_log").replace(
        f"Complaints Officer {CANARY}", ""
    ).replace(f"Inspectorate {CANARY}", "")


def test_only_the_restricted_site_has_it():
    assert report_kinds()["complaints_log"].audiences == ("restricted",)
    site = demo("intranet").site
    assert not [k for k in site.register if k.kind == "complaint"]
    assert all("complaints-log" not in url for r in list(site.register)[:200] for _, url in reports_on(site, r.key))


def test_the_demonstration():
    report = made(demo("restricted"), "complaints_log")
    assert facts(report)["Complaints and concerns"] == "7" and facts(report)["Still open"] == "5"
    assert [r["Number"] for r in table(report, "Referred to others")] == ["K-2026-0004"]
    assert sum(int(r["How many"]) for r in table(report, "What it was about")) == 7
    assert len(list(demonstration().of_kind("complaint"))) == 15
