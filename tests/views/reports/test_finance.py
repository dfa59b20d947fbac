"""The finance page, with amounts worked out by hand; job J-11 as it is written."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ccm_site.model import Seal
from ccm_site.performance.periods import Period
from ccm_site.views.reports.commitment import commitments, months_of, year_of
from ccm_site.views.reports.pages import sheets
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

MONTH_END = date(2026, 11, 30)
LIMITS = limits(finance_ends_ahead="28", payment_tolerance="2")
FINANCE = {"supplier_number": "S-1", "cost_centre": "CC-9", "account_code": "5240", "purchase_order": "PO-1"}
STARTS, ENDS, CHANGES, PAST = "Starts", "Anticipated ends", "Changes since", "Past the anticipated end"
PAID, OVERPAID, YEAR, MONTHS, ACCRUED = (
    "Volume and rates", "Paid after the end", "What is committed, by financial year", "What is committed, by month", "To be accrued"
)  # fmt: skip


def contract(id="C-2026-0001", **data):
    given = {
        "status": "in_force", "title": "Foster care", "provider": "brae", "owner_post": "owner", "contract_type": "block",
        "start_date": "2026-04-01", "end_date": "2028-03-31", "capacity": {"unit": "places", "quantity": 4},
        "schedule_b": {"price_basis": "weekly", "rates": [rate("70.00", "week")]}, "finance": FINANCE,
    }  # fmt: skip
    return record("contract", id, **{**given, **data})


def rate(amount, unit, vat="exempt", **more):
    return {"name": "Standard", "unit": unit, "rate": money(amount, vat), **more}


def placement(id="P-2026-0001", **data):
    given = {
        "status": "active", "child_ref": "CH-AAAAAAA-A", "provider": "brae", "contract": "C-2026-0001", "purchase_category": "C",
        "start_date": "2026-04-01", "resource_type": "purchased_fostering", "rates": [{"from": "2026-04-01", "unit": "week", "rate": money("700.00")}],
        "finance": {"cost_centre": "CC-8"},
    }  # fmt: skip
    return record("placement", id, **{**given, **data})


def notice(id="NO-2026-0001", kind="finance_contract_dates", **data):
    given = {
        "status": "acknowledged",
        "notice_kind": kind,
        "to_role": "finance",
        "prepared_on": "2026-04-01",
        "sent_on": "2026-04-01",
        "acknowledged_on": "2026-04-03",
    }
    given |= {} if "placement" in data else {"contract": "C-2026-0001"}
    return record("notice", id, **{**given, **data})


def paid(id="PY-2026-0001", first="2026-07-01", last="2026-09-30", amount="3680.00", **data):
    given = {
        "contract": "C-2026-0001",
        "period": {"from": first, "to": last},
        "paid": money(amount),
        "received_on": last,
    }
    return record("payment_summary", id, **{**given, **data})


def page_of(*records, audience="intranet", on=MONTH_END):
    return made(desk(*records, LIMITS, post(), provider(), audience=audience, on=on), "finance")


def rows(part, *records, audience="intranet", on=MONTH_END, nth=0):
    return table(page_of(*records, audience=audience, on=on), part, nth)


def test_j_11_finance_knows_what_to_pay_and_when_to_stop():
    """Given a month end, when I open the finance page, then I see starts, anticipated ends in 28 days, changes since my last
    acknowledgement, placements past anticipated end, and volume times rate against payments, and can download CSV with supplier
    number and cost centre."""
    starts = contract("C-2026-0002", start_date="2026-11-02")
    ends = contract("C-2026-0003", finance={**FINANCE, "anticipated_end": "2026-12-28"})
    later = contract("C-2026-0004", finance={**FINANCE, "anticipated_end": "2026-12-29"})
    told = notice(
        contract_details={
            "start_date": "2026-04-01",
            "anticipated_end": "2027-03-31",
            "rate": money("65.00"),
            "rate_unit": "week",
            "cost_centre": "CC-9",
        }
    )
    over = placement(anticipated_end="2026-11-29")
    quarter = paid(
        lines=[{"item": "Places", "unit": "week", "quantity": "50", "rate": money("70.00"), "paid": money("3680.00")}]
    )
    page = page_of(contract(), starts, ends, later, told, over, quarter, audience="restricted")

    assert [r["What"][:11] for r in table(page, STARTS)] == ["C-2026-0002"]
    assert [r["What"][:11] for r in table(page, ENDS)] == ["C-2026-0003"], "29 days is not within 28"
    assert [(r["What changed"], r["Acknowledged by Finance"], r["Now"]) for r in table(page, CHANGES)] == [
        ("Anticipated end", "31 March 2027", "31 March 2028"), ("Rate", "£65.00 a week", "£70.00 a week"),
    ]  # fmt: skip
    assert [r["What"] for r in table(page, PAST)] == ["P-2026-0001 Purchased fostering"]
    (row,) = table(page, PAID)
    assert (row["Paid"], row["To be paid"], row["Difference"], row["Within what is allowed"]) == (
        "£3,680.00",
        "£3,500.00",
        "£180.00",
        "No",
    )
    for sheet in sheets(page):
        lines = list(csv.DictReader(io.StringIO(sheet.content.decode("utf-8-sig"))))
        if "total" in sheet.path or sheet.path.endswith("commitment-by-month.csv"):
            continue
        assert all({"Supplier number", "Cost centre"} <= set(line) for line in lines)
        for line in lines:
            assert line["Supplier number"] in ("S-1", "none entered") and line["Cost centre"] in ("CC-9", "CC-8")
    assert {s.path.rsplit("/", 1)[1] for s in sheets(page)} >= {
        "starts.csv", "anticipated-ends.csv", "changes.csv", "past-anticipated-end.csv", "volume-and-rates-against-payments.csv",
        "commitment-by-financial-year.csv", "accruals.csv",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "shown"), [("2026-09-30", 0), ("2026-10-01", 1), ("2026-11-30", 1), ("2026-12-01", 0)]
)
def test_starts_are_those_of_this_month_and_the_month_before(start, shown):
    assert len(rows(STARTS, contract(start_date=start))) == shown


def test_without_a_limit_all_ends_ahead_are_shown_and_it_says_so():
    page = made(desk(contract(), post(), provider(), on=MONTH_END), "finance")
    assert "has not set how many days" in section(page, ENDS).parts[0].text
    assert len(table(page, ENDS)) == 1


def test_a_change_that_finance_acknowledged_is_none_and_a_notice_on_the_way_is_named():
    said = {"start_date": "2026-04-01", "anticipated_end": "2028-03-31", "rate": money("70.00"), "rate_unit": "week"}
    assert rows(CHANGES, contract(), notice(contract_details=said)) == []
    old = notice(contract_details={**said, "anticipated_end": "2027-03-31"})
    (row,) = rows(CHANGES, contract(), old)
    assert row["Notice since"] == "No notice yet"
    change = notice(
        "NO-2026-0002",
        "finance_contract_change",
        status="sent",
        prepared_on="2026-10-01",
        sent_on="2026-10-02",
        acknowledged_on=None,
        contract_details=said,
    )
    (row,) = rows(CHANGES, contract(), old, change)
    assert row["Notice since"] == "Sent, 2 October 2026"
    later = notice(
        "NO-2026-0002",
        "finance_contract_change",
        prepared_on="2026-10-01",
        sent_on="2026-10-02",
        acknowledged_on="2026-10-05",
        contract_details=said,
    )
    assert rows(CHANGES, contract(), old, later) == []


def test_what_finance_never_acknowledged_stands_apart():
    failed = notice(status="failed", acknowledged_on=None)
    (row,) = rows(CHANGES, contract(), failed, nth=1)
    assert row["Finance"] == "Failed, not sent"
    assert (
        rows(
            CHANGES,
            contract(),
            notice(contract_details={"start_date": "2026-04-01", "anticipated_end": "2028-03-31"}),
            nth=1,
        )
        == []
    )


def test_a_notice_of_a_later_day_is_not_known_yet():
    (row,) = rows(CHANGES, contract(), notice(prepared_on="2026-12-01", contract_details={}), nth=1)
    assert row["Finance"] == "Not told"


def test_a_rate_that_begins_later_does_not_count_as_a_change_yet():
    said = {"start_date": "2026-04-01", "anticipated_end": "2028-03-31", "rate": money("70.00"), "rate_unit": "week"}
    rates = [rate("70.00", "week", from_="x") | {"from": "2026-04-01"}, rate("75.00", "week") | {"from": "2027-04-01"}]
    of = contract(schedule_b={"price_basis": "weekly", "rates": rates})
    assert rows(CHANGES, of, notice(contract_details=said)) == []
    assert [r["Now"] for r in rows(CHANGES, of, notice(contract_details=said), on=date(2027, 4, 1))] == [
        "£75.00 a week"
    ]


def months(*records, on=MONTH_END, audience="intranet"):
    """The amounts by month of the first commitment, by the first day of each month of this financial year."""
    of = desk(*records, LIMITS, post(), provider(), audience=audience, on=on)
    (found, *_) = commitments(of, "signed", "in_force")
    return {m.first.isoformat()[:7]: found.within(m) for m in months_of(year_of(on))}, found


def test_places_at_a_weekly_rate():
    amounts, found = months(contract())
    assert amounts["2026-04"] == Decimal("1200.00"), "4 places at £70 a week are £40 a day"
    assert amounts["2027-02"] == Decimal("1120.00")
    assert (found.bound, found.how) == ("Committed", "4 places at £70.00 a week")


def test_a_new_rate_counts_from_its_first_day():
    rates = [rate("70.00", "week") | {"from": "2026-04-01"}, rate("140.00", "week") | {"from": "2026-04-11"}]
    amounts, found = months(contract(schedule_b={"price_basis": "weekly", "rates": rates}))
    assert amounts["2026-04"] == Decimal("2000.00"), "10 days at £40 and 20 at £80"
    assert found.how == "4 places at £70.00 a week, £140.00 a week from 11 April 2026"


@pytest.mark.parametrize(
    ("capacity", "unit", "april", "february"),
    [
        (("hours_a_week", 14), "hour", "4200.00", "3920.00"),  # 2 hours a day
        (("sessions_a_week", 7), "session", "2100.00", "1960.00"),  # 1 a day
        (("nights_a_year", 730), "night", "4200.00", "3920.00"),  # 2 a day
        (("places", 2), "night", "4200.00", "3920.00"),
        (("places", 2), "month", "140.00", "140.00"),
        (("places", 2), "year", "11.51", "10.74"),  # 140 × 30 / 365, 140 × 28 / 365
    ],
)
def test_rate_and_volume(capacity, unit, april, february):
    amounts, _ = months(
        contract(
            capacity={"unit": capacity[0], "quantity": capacity[1]},
            schedule_b={"price_basis": "weekly", "rates": [rate("70.00", unit)]},
        )
    )
    assert (amounts["2026-04"], amounts["2027-02"]) == (Decimal(april), Decimal(february))


def test_a_fixed_price_does_not_depend_on_a_volume():
    amounts, found = months(
        contract(capacity=None, schedule_b={"price_basis": "fixed", "rates": [rate("500.00", "month")]})
    )
    assert amounts["2026-05"] == Decimal("500.00") and found.how == "£500.00 a month"


@pytest.mark.parametrize(
    "schedule",
    [
        {"price_basis": "weekly", "rates": [rate("70.00", "week"), rate("90.00", "week")]},
        {"price_basis": "spot", "rates": [rate("70.00", "item")]},
        None,
    ],
)
def test_where_rate_and_volume_do_not_say_it_the_estimated_value_is_shared_out(schedule):
    amounts, found = months(contract(schedule_b=schedule, estimated_value=money("7310.00")))
    assert amounts["2026-04"] == Decimal("300.00"), "731 days at £10"
    assert found.how.startswith("Estimated value, the same for each day")


def test_without_rate_and_value_it_says_that_it_cannot_be_reckoned():
    (row,) = rows(YEAR, contract(schedule_b=None))
    assert row["2027–28"] == "cannot be said" and row["How it is reckoned"].startswith("Cannot be reckoned")


def test_the_year_is_from_april_to_march_and_stops_at_the_last_day_with_used_options():
    assert year_of(date(2027, 3, 31)) == Period(date(2026, 4, 1), date(2027, 3, 31))
    assert year_of(date(2027, 4, 1)).first == date(2027, 4, 1)
    of = contract(end_date="2027-03-31", extensions=[{"months": 1, "used_on": "2026-11-01"}, {"months": 12}])
    (row,) = rows(YEAR, of, paid(first="2026-04-01", last="2026-09-30", amount="7000.00", credited=money("20.00")))
    assert row["Paid in 2026–27"] == "£6,980.00"
    assert row["Still to come in 2026–27"] == "£7,280.00", "182 days at £40 from 1 October"
    assert row["2027–28"] == "£1,200.00", "April 2027"
    assert (row["Supplier number"], row["Cost centre"], row["VAT"]) == ("S-1", "CC-9", "Exempt from VAT")


def test_amounts_with_and_without_vat_stand_apart_in_totals():
    other = contract("C-2026-0002", schedule_b={"price_basis": "weekly", "rates": [rate("7.00", "week", "excluded")]})
    (row,) = rows(YEAR, contract(), other, nth=1)
    assert row["2027–28"] == "£1,464.00 excluding VAT; £14,640.00 exempt from VAT", "366 days at £4 and at £40"


def test_what_need_not_be_bought_is_the_most_that_can_be():
    (row,) = rows(YEAR, contract(contract_type="spot"))
    assert row["How firm"] == "At most"


def test_by_month_in_half_years_with_totals():
    page = page_of(contract())
    (row,) = table(page, MONTHS)
    assert row["November 2026"] == "£1,200.00" and row["These six months"] == "£7,280.00"
    (row,) = table(page, MONTHS, 1)
    assert row["April 2027"] == "£1,200.00"
    totals = {r["Month"]: r for r in table(page, MONTHS, 3)}
    assert next(iter(totals)) == "November 2026" and list(totals)[-1] == "March 2028" and len(totals) == 17
    assert totals["February 2028"]["Committed"] == "£1,160.00 exempt from VAT", "a leap year"
    assert totals["February 2028"]["At most"] == "nothing"


def test_placements_commit_by_their_own_rates_where_they_can_be_read():
    spot = contract(contract_type="spot")
    amounts, found = months(spot, placement(), audience="restricted")
    assert amounts["2026-04"] == Decimal("3000.00"), "£100 a day"
    assert found.bound == "Committed"
    both = commitments(desk(spot, placement(), audience="restricted", on=MONTH_END), "in_force")
    assert [c.bound for c in both] == ["Committed", "At most"]
    sealed = replace(placement(), seal=Seal("K-1", "-", shut="no key"))
    only = commitments(desk(spot, sealed, audience="restricted", on=MONTH_END), "in_force")
    assert [c.bound for c in only] == ["At most"]


@pytest.mark.parametrize(
    ("change", "april"),
    [
        ({"ended_on": "2026-04-11", "status": "ended"}, "1000.00"),  # the last day is not counted
        ({"ended_on": "2026-04-11", "status": "ended", "finance": {"chargeable_day_rule": "both_counted"}}, "1100.00"),
        ({"ended_on": "2026-04-11", "status": "ended", "finance": {"chargeable_day_rule": "nights_only"}}, "1000.00"),
        (
            {"rates": [{"from": "2026-04-01", "until": "2026-04-05", "unit": "night", "rate": money("100.00")}]},
            "500.00",
        ),
        ({"rates": [{"from": "2026-04-01", "unit": "hour", "quantity": "3.5", "rate": money("20.00")}]}, "300.00"),
        ({"rates": [{"from": "2026-04-01", "unit": "item", "quantity": "2", "rate": money("20.00")}]}, "40.00"),
        (
            {
                "rates": [
                    {"from": "2026-04-01", "unit": "week", "rate": money("70.00")},
                    {"from": "2026-04-21", "unit": "week", "rate": money("140.00")},
                ]
            },
            "400.00",
        ),
        (
            {
                "rates": [
                    {"from": "2026-04-01", "unit": "week", "rate": money("70.00")},
                    {"from": "2026-04-21", "unit": "day", "rate": money("1.00")},
                ]
            },
            "310.00",
        ),
    ],
)
def test_what_a_placement_costs(change, april):
    amounts, _ = months(contract(contract_type="spot"), placement(**change), audience="restricted")
    assert amounts["2026-04"] == Decimal(april)


def test_the_ending_form_says_up_to_which_day_is_paid():
    ended = placement(status="ended", ended_on="2026-04-21")
    form = record(
        "placement_termination",
        "PT-2026-0001",
        status="sent",
        placement="P-2026-0001",
        child_ref="CH-AAAAAAA-A",
        last_chargeable_day="2026-04-10",
    )
    amounts, _ = months(contract(contract_type="spot"), ended, form, audience="restricted")
    assert amounts["2026-04"] == Decimal("1000.00")


def test_a_placement_that_runs_past_its_expected_end_still_costs():
    amounts, _ = months(contract(contract_type="spot"), placement(anticipated_end="2026-10-31"), audience="restricted")
    assert amounts["2026-12"] == Decimal("3100.00")
    amounts, _ = months(
        contract(contract_type="spot"), placement(anticipated_end_month="2026-12"), audience="restricted"
    )
    assert amounts["2026-12"] == Decimal("3000.00"), "31 December itself is not counted"
    assert amounts["2027-01"] == 0


def test_a_placement_without_a_contract_stands_for_itself():
    (row,) = rows(YEAR, placement(contract=None), audience="restricted")
    assert row["What"] == "P-2026-0001 Purchased fostering"
    assert row["2027–28"] == "£36,600.00"


def test_accruals_are_what_was_delivered_by_31_march_and_not_known_to_be_paid_then():
    on = date(2027, 4, 20)
    known = paid(first="2026-10-01", last="2026-12-31", amount="3680.00", accrued=money("15.50"))
    late = paid("PY-2027-0001", "2027-01-01", "2027-03-31", "3600.00", received_on="2027-04-15")
    (row,) = rows(ACCRUED, contract(), known, late, on=on)
    assert row["Paid up to"] == "31 December 2026" and row["Days not paid for"] == "1 January 2027 to 31 March 2027"
    assert row["Reckoned for these"] == "£3,600.00", "90 days at £40"
    assert row["Entered as owed before"] == "£15.50" and row["To be accrued"] == "£3,615.50"
    in_time = paid("PY-2027-0001", "2027-01-01", "2027-03-31", "3600.00", received_on="2027-03-31")
    assert rows(ACCRUED, contract(), known, in_time, on=on) == []


def test_an_accrual_of_what_need_not_be_bought_goes_by_what_was_paid_last():
    known = paid(first="2026-12-01", last="2026-12-31", amount="341.00", credited=money("31.00"))
    (row,) = rows(ACCRUED, contract(contract_type="spot"), known, on=date(2027, 3, 31))
    assert row["To be accrued"] == "£900.00", "£10 a day for 90 days"


def test_what_was_overpaid_and_is_still_to_come_back():
    found = paid(overpayment={"paid_after_end": 1, "paid_without_placement": 0, "to_recover": money("320.00")})
    page = page_of(contract(), found, audience="restricted")
    (row,) = table(page, OVERPAID)
    assert (row["Placements paid after their end"], row["To be paid back"], row["Paid back"]) == (
        "1",
        "£320.00 exempt from VAT",
        "Not yet",
    )
    (fact,) = section(page, OVERPAID).parts[0].pairs
    assert fact[1].text == "£320.00 exempt from VAT"
    (row,) = rows(OVERPAID, contract(), found)
    assert row["Placements paid after their end"] == "<5", "a count of one stays veiled for all staff"


def test_payments_for_days_after_the_end_and_without_a_placement_are_found():
    over = contract(status="expired", end_date="2026-06-30")
    (row,) = rows(OVERPAID, over, paid(), nth=1)
    assert (row["Ended"], row["Period"]) == ("30 June 2026", "1 July 2026 to 30 September 2026")
    spot = contract(contract_type="spot")
    gone = placement(status="ended", ended_on="2026-06-30")
    (row,) = rows(OVERPAID, spot, gone, paid(), audience="restricted", nth=3)
    assert row["Paid"] == "£3,680.00 exempt from VAT"
    assert rows(OVERPAID, spot, placement(), paid(), audience="restricted", nth=3) == []
    form = record(
        "placement_termination", "PT-2026-0001", status="sent", placement="P-2026-0001", child_ref="CH-AAAAAAA-A", end_date="2026-06-30",
        overpayment_check={"checked_on": "2026-07-10", "overpaid": True, "amount": money("700.00")},
    )  # fmt: skip
    (row,) = rows(OVERPAID, spot, gone, form, audience="restricted", nth=2)
    assert (row["Overpaid"], row["Paid back"], row["Cost centre"]) == ("£700.00 exempt from VAT", "Not yet", "CC-8")


def test_a_contract_for_one_placement_and_placements_stand_on_the_restricted_site_only():
    alone = contract(
        placement_specific=True, start_date="2026-11-02", finance={**FINANCE, "anticipated_end": "2026-12-01"}
    )
    seen = all_output(desk(alone, placement(), paid(), LIMITS, post(), provider(), on=MONTH_END), "finance")
    assert "C-2026" not in seen and "P-2026" not in seen
    seen = all_output(
        desk(alone, placement(), LIMITS, post(), provider(), audience="restricted", on=MONTH_END), "finance"
    )
    assert "C-2026-0001" in seen and "P-2026-0001" in seen


def test_placements_that_are_sealed_are_counted_and_left_out():
    sealed = replace(placement(), seal=Seal("K-1", "-", shut="no key"))
    page = page_of(contract(), sealed, audience="restricted")
    assert "1 placement is sealed" in section(page, "What this page holds").parts[0].text


def test_the_demonstration_on_the_restricted_site():
    page = made(demo("restricted"), "finance")
    assert [r["What"][:11].strip() for r in table(page, ENDS)] == ["C-2024-0009", "P-2025-0010"]
    assert [r["What"][:11].strip() for r in table(page, STARTS)] == ["P-2026-0009"]
    row = next(r for r in table(page, YEAR) if r["What"].startswith("C-2024-0003"))
    assert row["Still to come in 2026–27"] == "£177,450.00", "1,095 nights a year are 3 a day: 182 days at £975"
    row = next(r for r in table(page, ACCRUED) if r["Contract"].startswith("C-2024-0001"))
    assert row["To be accrued"] == "£239,142.86", "90 days, 4 places at £4,650 a week; that is what was paid later"


def test_nothing_of_a_placement_or_a_complaint_is_on_the_intranet():
    out = all_output(demo(whole=planted()), "finance")
    assert not betrays(out) and "C-2026-0002" not in out
    assert betrays(all_output(demo("restricted", whole=planted()), "finance")), (
        "the canaries are where they would be seen"
    )


def test_what_records_say_stays_text():
    out = all_output(
        desk(contract(title="<script>alert(1)</script>", start_date="2026-11-01"), LIMITS, post(), provider()),
        "finance",
    )
    assert "<script>alert" not in out.split("Finance page\n====")[0]
    assert "'=cmd" in all_output(
        desk(
            contract(finance={**FINANCE, "cost_centre": "=cmd|x"}, start_date="2026-11-01"), LIMITS, post(), provider()
        ),
        "finance",
    )


def test_the_largest_amounts_and_the_last_days_are_borne():
    largest = "999999999999.99"
    records = [
        contract(capacity={"unit": "places", "quantity": 10**12}, schedule_b={"price_basis": "weekly", "rates": [rate(largest, "night")]}, end_date="9999-12-31"),
        placement(contract=None, rates=[{"from": "0001-01-01", "unit": "hour", "quantity": largest, "rate": money(largest)}], start_date="0001-01-01"),
        paid(amount=largest, accrued=money(largest)),
    ]  # fmt: skip
    for on in (MONTH_END, date(2027, 3, 31)):
        assert rows(YEAR, *records, audience="restricted", on=on)
    assert rows(ACCRUED, *records, audience="restricted", on=date(2027, 3, 31))
