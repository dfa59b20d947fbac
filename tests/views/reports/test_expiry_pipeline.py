"""Contracts by their end: last days, days to decide, what follows, sourcing. The days are worked out by hand."""

from datetime import date

import pytest

from tests.rules.registers import limits, record
from tests.views.reports.told import (
    all_output,
    betrays,
    demo,
    desk,
    made,
    money,
    planted,
    post,
    provider,
    section,
    table,
)

ON = date(2026, 11, 24)
LIMITS = limits(expiry_ahead="24", renewal_notice="180")
ALL = "Contracts that end"
PAST = "Past their last day"


def contract(id="C-2025-0001", **data):
    given = {
        "status": "in_force", "title": "Foster care", "provider": "brae", "owner_post": "owner", "service_type": "foster_care",
        "start_date": "2025-04-01", "end_date": "2027-03-31", "estimated_value": money("1000.00"),
    }  # fmt: skip
    return record("contract", id, **{**given, **data})


def rows(*records, part=ALL, audience="intranet"):
    report = made(desk(*records, LIMITS, post(), provider(), audience=audience), "expiry_pipeline")
    return table(report, part)


def test_a_contract_stands_with_its_last_day_the_day_to_decide_and_its_owner():
    (row,) = rows(contract())
    assert row["Last day"] == "31 March 2027"
    assert row["What follows is to be decided by"] == "2 October 2026", "180 days before"
    assert row["What follows"] == "Not decided, and overdue"
    assert (row["Value"], row["Owner"]) == ("£1,000.00 exempt from VAT", "Contracts Officer")
    assert row["Options not used yet"] == "None"


def test_a_used_option_moves_the_last_day_and_an_unused_one_is_named_with_its_notice():
    (row,) = rows(
        contract(extensions=[{"months": 12, "used_on": "2026-09-01"}, {"months": 6, "notice_by": "2027-12-31"}])
    )
    assert row["Last day"] == "31 March 2028"
    assert (
        row["Options not used yet"] == "6 months, notice by 31 December 2027; with all of them until 30 September 2028"
    )
    assert row["What follows is to be decided by"] == "3 October 2027"
    assert row["What follows"] == "Not decided yet"


@pytest.mark.parametrize(("end", "shown"), [("2028-11-24", 1), ("2028-11-25", 0), ("2026-11-24", 1), ("2026-11-23", 0)])
def test_it_looks_ahead_from_today_as_many_months_as_the_council_says(end, shown):
    assert len(rows(contract(end_date=end))) == shown


def test_what_is_past_its_end_and_still_in_force_stands_first_and_what_has_ended_does_not_stand():
    over = contract(end_date="2026-11-23")
    report = made(
        desk(over, contract("C-2025-0002", status="expired", end_date="2026-10-31"), LIMITS), "expiry_pipeline"
    )
    assert report.sections[0].title.startswith(PAST)
    assert [r["Last day"] for r in table(report, PAST)] == ["23 November 2026"]
    assert table(report, ALL) == []


def test_every_month_stands_and_what_is_due_in_it():
    two = contract("C-2025-0002", end_date="2027-08-31", extensions=[{"months": 12, "notice_by": "2027-02-26"}])
    months = {r["Month"]: r for r in rows(contract(), two, part="Month by month")}
    assert len(months) == 25, "November 2026 to November 2028"
    assert months["March 2027"]["Contracts that end"] == "1"
    assert months["March 2027"]["Value over their whole life"] == "£1,000.00 exempt from VAT"
    assert months["March 2027"]["Decisions due"] == "1", "4 March 2027 is 180 days before 31 August"
    assert months["February 2027"]["Last days to use an option"] == "1"
    assert months["April 2027"]["Contracts that end"] == "0"


def test_values_with_and_without_vat_are_not_added_up():
    two = (
        contract("C-2025-0002", estimated_value=money("200.50", "excluded")),
        contract("C-2025-0003", estimated_value=money("0.50", "excluded")),
    )
    months = {r["Month"]: r for r in rows(contract(), *two, part="Month by month")}
    assert months["March 2027"]["Value over their whole life"] == "£201.00 excluding VAT; £1,000.00 exempt from VAT"


def test_another_contract_or_an_unused_decision_is_what_follows():
    after = contract("C-2026-0001", status="draft", successor_of="C-2025-0001", service_type="other")
    assert rows(contract(), after)[0]["What follows"] == "Decided: another contract, draft"
    decision = record(
        "sourcing_decision",
        "SD-2026-0001",
        status="decided",
        service_type="foster_care",
        route="tender",
        decision={"on": "2026-06-01"},
    )
    tender = record("tender", "T-2026-0001", status="advertised", sourcing_decision="SD-2026-0001")
    assert rows(contract(), decision)[0]["What follows"] == "Decided: tender"
    assert rows(contract(), decision, tender)[0]["What follows"] == "Decided: tender; tender advertised"
    spent = contract("C-2026-0002", status="draft", sourcing_decision="SD-2026-0001")
    assert rows(contract(), decision, spent)[0]["What follows"].startswith("Not decided")


def test_notice_brings_the_last_day_forward_and_nothing_is_to_be_decided():
    ending = record(
        "contract_termination",
        "CT-2026-0001",
        status="running_off",
        contract="C-2025-0001",
        notice={"effective_on": "2026-12-18"},
    )
    (row,) = rows(contract(), ending)
    assert (row["Last day"], row["What follows"], row["What follows is to be decided by"]) == (
        "18 December 2026",
        "Ends early, by notice",
        "–",
    )


def test_sourcing_took_from_the_first_step_to_the_first_day():
    (row,) = rows(contract(procurement_commenced="2024-10-03"))
    assert row["Sourcing took last time"] == "180 days"
    assert row["Begin sourcing by"] == "3 October 2026", "180 days before 1 April 2027"
    tender = record("tender", "T-2024-0001", status="awarded", procurement_commenced="2024-12-22")
    (row,) = rows(contract(tender="T-2024-0001", procurement_commenced="2024-10-03"), tender)
    assert row["Sourcing took last time"] == "100 days", "the tender knows best"
    latest = contract("C-2024-0001", status="expired", start_date="2024-06-01", procurement_commenced="2024-05-02")
    assert rows(contract(), latest)[0]["Sourcing took last time"] == "30 days", "as for the latest of the same type"
    assert rows(contract())[0]["Sourcing took last time"] == "–"


def test_a_contract_without_a_last_day_is_named_apart():
    report = made(desk(contract(end_date=None), LIMITS, post()), "expiry_pipeline")
    assert [r["Owner"] for r in table(report, "No last day is entered")] == ["Contracts Officer"]


def test_a_contract_for_one_placement_stands_on_the_restricted_site_only():
    alone = contract(placement_specific=True)
    assert rows(alone) == []
    (row,) = rows(alone, audience="restricted")
    assert row["What follows"] == "Ends with the placement"


def test_without_limits_it_says_so_and_shows_what_is_known():
    report = made(desk(contract(end_date="2039-03-31")), "expiry_pipeline")
    assert [r["Last day"] for r in table(report, ALL)] == ["31 March 2039"]
    assert "has not set" in section(report, ALL).parts[0].text


def test_the_demonstration():
    report = made(demo(), "expiry_pipeline")
    found = {r["Contract"][:11]: r for r in table(report, ALL)}
    assert list(found) == [
        "C-2024-0009", "C-2025-0002", "C-2024-0008", "C-2024-0003", "C-2024-0004", "C-2024-0005", "C-2024-0006", "C-2024-0007",
        "C-2024-0002", "C-2025-0001",
    ]  # fmt: skip
    assert found["C-2024-0008"]["Last day"] == "31 January 2027", "notice was given"
    assert found["C-2024-0002"]["What follows"] == "Not decided yet"
    assert found["C-2025-0002"]["What follows"] == "Decided: another contract, draft"
    assert table(report, PAST) == []
    assert "C-2026-0002" in all_output(demo("restricted"), "expiry_pipeline")


def test_nothing_of_a_placement_or_a_complaint_is_on_the_intranet():
    out = all_output(demo(whole=planted()), "expiry_pipeline")
    assert not betrays(out) and "C-2026-0002" not in out


def test_what_records_say_stays_text():
    out = all_output(desk(contract(title="<script>alert(1)</script>"), LIMITS, post(), provider()), "expiry_pipeline")
    assert "<script>alert" not in out.split("Contracts that come to an end\n====")[0]


def test_without_a_limit_only_months_in_which_something_is_stand():
    report = made(desk(contract(end_date="9999-12-31"), limits(renewal_notice="180")), "expiry_pipeline")
    assert [r["Month"] for r in table(report, "Month by month")] == ["July 9999", "December 9999"]
