"""The commissioning pipeline: the next step of each tender, and what is still to be begun or decided."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows

RUNNING, DECIDED = "Tenders planned and running", "Decided, and nothing begun yet"


def tender(n, status="advertised", **more):
    return record("tender", f"TN-2026-000{n}", **{"title": f"Tender {n}", "status": status, "service_type": "x", "sourcing_decision": f"SD-2026-000{n}", **more})  # fmt: skip


def decision(n, **more):
    return record("sourcing_decision", f"SD-2026-000{n}", **{"title": f"Decision {n}", "status": "decided", "service_type": "x", "need": f"N-2026-000{n}", **more})  # fmt: skip


def steps(*days):
    return [{"step": f"Step {n}", "on": d} for n, d in enumerate(days)]


def test_the_next_step_is_the_first_one_on_or_after_the_day():
    made = report("tender_pipeline", desk(tender(1, timetable=steps("2026-11-01", "2026-11-24", "2026-12-01"))))
    assert rows(made, RUNNING)[0][6:] == ("Step 1", "24 November 2026")


def test_the_deadline_and_the_end_of_standstill_are_steps_too():
    made = report("tender_pipeline", desk(tender(1, deadline="2026-12-04"), tender(2, "standstill", standstill={"applies": True, "ends_on": "2026-11-27"})))  # fmt: skip
    assert [r[6:] for r in rows(made, RUNNING)] == [("Standstill ends", "27 November 2026"), ("Last day for tenders", "4 December 2026")]  # fmt: skip
    same = report("tender_pipeline", desk(tender(1, deadline="2026-12-04", timetable=[{"step": "Deadline", "on": "2026-12-04"}])))  # fmt: skip
    assert [r[0] for r in rows(same, "Timetables")] == ["Deadline"]


def test_a_tender_whose_steps_are_past_stands_last_and_says_so():
    made = report("tender_pipeline", desk(tender(1, timetable=steps("2026-10-01")), tender(2, timetable=steps("2027-01-01")), tender(3)))  # fmt: skip
    assert [r[0].split()[0] for r in rows(made, RUNNING)] == ["TN-2026-0002", "TN-2026-0001", "TN-2026-0003"]
    assert [r[6] for r in rows(made, RUNNING)] == ["Step 0", "✗ None entered after step 0", "≈ No dates entered"]


def test_what_is_decided_waits_until_a_tender_a_justification_or_a_contract_has_begun():
    begun = (
        tender(1), record("non_tender", "NT-2026-0001", title="n", status="draft", sourcing_decision="SD-2026-0002"),
        record("contract", "C-2026-0001", title="c", status="draft", sourcing_decision="SD-2026-0003", provider="p"),
        record("contract", "C-2026-0002", title="c", status="withdrawn", sourcing_decision="SD-2026-0004", provider="p"),
    )  # fmt: skip
    made = report("tender_pipeline", desk(*(decision(n) for n in range(1, 5)), decision(5, route="in_house"), *begun))
    assert [r[0].split()[0] for r in rows(made, DECIDED)] == ["SD-2026-0004"]


def test_needs_wait_for_a_decision():
    found = [record("need", f"N-2026-000{n}", title="n", need_type="population", status="analysed", service_types=["x"]) for n in (1, 2)]  # fmt: skip
    made = report("tender_pipeline", desk(*found, decision(1)))
    assert [r[0].split()[0] for r in rows(made, "Needs without a decision")] == ["N-2026-0002"]


def test_an_approved_justification_waits_for_its_contract():
    why = record("non_tender", "NT-2026-0001", title="n", status="approved", sourcing_decision="SD-2026-0001", reason_code="urgency")  # fmt: skip
    title = "Purchases without a tender on their way"
    assert cell(report("tender_pipeline", desk(decision(1), why)), title, "NT-2026-0001", "Next step").text == "contract to be drafted"  # fmt: skip
    bought = record("contract", "C-2026-0001", title="c", status="in_force", sourcing_decision="SD-2026-0001", provider="p")  # fmt: skip
    assert rows(report("tender_pipeline", desk(decision(1), why, bought)), title) == []


def test_what_ended_in_the_period_has_its_provider():
    won = record("provider", "brae", name="Brae", status="active")
    awarded = tender(1, "awarded", award={"on": "2026-02-18", "providers": ["brae"], "value": {"amount": "5.00", "vat_basis": "exempt"}})  # fmt: skip
    before = tender(2, "awarded", award={"on": "2025-02-18", "providers": ["brae"]})
    given_up = tender(3, "abandoned", status_reason="No tenders.", deadline="2026-03-01")
    made = report("tender_pipeline", desk(won, awarded, before, given_up))
    assert [(r[0].split()[0], r[1], r[3], r[4]) for r in rows(made, "Ended in the period looked back on")] == [
        ("TN-2026-0003", "Abandoned: No tenders.", "–", "–"), ("TN-2026-0001", "Awarded", "Brae", "£5.00 exempt from VAT"),
    ]  # fmt: skip


def test_the_demonstration_s_first_step_is_the_lesson_at_the_second_school():
    found = rows(report("tender_pipeline", demonstration()), RUNNING)
    assert len(found) == 9 and found[0][6:] == ("Lesson seen at the second school", "26 November 2026")
    assert found[-1][6] == "✗ None entered after last day for tenders"
