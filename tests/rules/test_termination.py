"""R-TRM: who asks for an early ending and who decides it, how long notice is, nobody left behind, and what ends when, on its very day."""

from datetime import date

import pytest

from tests.rules.registers import but, limits, record, shut, table, told, told_of_change

CONTRACT = record(
    "contract", "C-1", status="in_force", provider="PR-1", terms="TC-1", start_date="2025-01-01", end_date="2026-11-24",
    estimated_value={"amount": "500.00"},
)  # fmt: skip
FROM_DECISION = ("decided", "notice_issued", "running_off", "terminated")
STATES = ("requested", "under_review", "reviewed", "alternative", "withdrawn", *FROM_DECISION)


def ending(status="decided", id="CT-1", **data):
    return record("contract_termination", id, **{"contract": "C-1", "status": status, **data})


def asked(by="lead_professional", **data):
    return {"by_role": by, "on": "2026-05-01", "evidence": ["RT-1"], **data}


def rights(**data):
    return table("decision_rights", {"code": "x", "applies_to": "contract_termination", "to_status": "decided", **data})


@pytest.mark.parametrize("status", STATES)
def test_from_which_state_on_an_ending_was_asked_for(status):
    bad = ending(status, request=asked("ccm", evidence=[]))
    looked_at = status in ("under_review", "reviewed", *FROM_DECISION)
    expected = ["error CT-1/request/by_role", "error CT-1/request/evidence"] if looked_at else []
    assert told("R-TRM-1", CONTRACT, bad) == expected
    assert told("R-TRM-1", CONTRACT, but(bad, voided={})) == told("R-TRM-1", bad) == []
    assert told("R-TRM-1", CONTRACT, but(bad, request=None)) == []


@pytest.mark.parametrize(
    ("by", "table_says", "may"),
    [
        *((r, None, True) for r in ("lead_professional", "service_manager", "team_leader", "psychologist")), ("ccm", None, False), (None, None, False),
        ("ccm", rights(on_request_of=["ccm"]), True), ("team_leader", rights(on_request_of=["ccm"]), False), ("team_leader", rights(), True),
        ("ccm", rights(on_request_of=["ccm"], effective_from="2026-05-01"), True), ("ccm", rights(on_request_of=["ccm"], effective_from="2026-05-02"), False),
        ("ccm", rights(on_request_of=["ccm"], value_from="500.00"), True), ("ccm", rights(on_request_of=["ccm"], value_from="500.01"), False),
    ],
)  # fmt: skip
def test_who_may_ask_for_an_early_ending(by, table_says, may):
    found = told("R-TRM-1", CONTRACT, ending(request=asked(by)), *([table_says] if table_says else []))
    assert found == ([] if may else ["error CT-1/request/by_role"])
    if table_says:
        undated = ending(request=asked("team_leader", on=None))
        assert told("R-TRM-1", CONTRACT, undated, table_says) == [], "without a day no table applies"


@pytest.mark.parametrize("name", ["supply_review", "capacity_check"])
@pytest.mark.parametrize(("settled", "late"), [("2026-05-01", False), ("2026-05-02", True), (None, False)])
def test_what_is_settled_before_the_decision(name, settled, late):
    for status in STATES:
        given = ending(status, decision={"on": "2026-05-01"}, **{name: {"completed_on": settled}})
        expected = [f"error CT-1/{name}/completed_on"] if late and status in FROM_DECISION else []
        assert told("R-TRM-2", given) == expected, status
    assert told("R-TRM-2", ending(**{name: {"completed_on": settled}})) == []


@pytest.mark.parametrize(("may", "expected"), [(False, ["error CT-1/capacity_check/may_terminate"]), (True, []), (None, [])])  # fmt: skip
def test_the_contract_allows_its_ending(may, expected):
    assert told("R-TRM-2", ending(capacity_check={"may_terminate": may})) == expected


TERMS = record("terms", "TC-1", notice={"council_days": 30})


@pytest.mark.parametrize(
    ("check", "effective", "enough"),
    [
        ({"notice_days": 28}, "2026-05-29", True), ({"notice_days": 28}, "2026-05-28", False), ({"notice_days": 28, "ground": "notice"}, "2026-05-29", True),
        ({"ground": "notice"}, "2026-05-31", True), ({"ground": "notice"}, "2026-05-30", False), ({"ground": "breach"}, "2026-05-01", True),
        ({"ground": "breach"}, "2026-04-30", False), ({"notice_days": 0, "ground": "notice"}, "2026-05-01", True), ({}, "2026-05-01", True), ({}, None, True),
        ({"notice_days": "28"}, "2026-05-01", True),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("status", ["notice_issued", "running_off", "terminated"])
def test_notice_is_as_long_as_the_check_or_the_terms_say(check, effective, enough, status):
    given = ending(status, notice={"sent_on": "2026-05-01", "effective_on": effective}, capacity_check=check)
    expected = [] if enough else ["error CT-1/notice/effective_on"]
    assert told("R-TRM-3", CONTRACT, TERMS, given) == expected
    at_once = {"sent_on": "2026-05-01", "effective_on": effective, "immediate_clause": "12.3"}
    assert told("R-TRM-3", CONTRACT, TERMS, but(given, notice=at_once)) == []
    assert told("R-TRM-3", CONTRACT, TERMS, but(given, status="decided")) == []
    assert told("R-TRM-3", CONTRACT, TERMS, but(given, notice={"effective_on": effective})) == []


def test_where_no_terms_say_it_notice_may_be_short():
    short = ending("notice_issued", notice={"sent_on": "2026-05-01", "effective_on": "2026-05-01"}, capacity_check={"ground": "notice"})  # fmt: skip
    assert told("R-TRM-3", short) == told("R-TRM-3", CONTRACT, short) == []
    assert told("R-TRM-3", but(CONTRACT, terms=None), TERMS, short) == []
    before = but(short, notice={"sent_on": "2026-05-01", "effective_on": "2026-04-30"})
    assert told("R-TRM-3", CONTRACT, before) == ["error CT-1/notice/effective_on"]


@pytest.mark.parametrize(
    ("by", "beside", "may"),
    [
        ("ccm", [], True), ("committee", [], False), ("committee", [rights(approvals=[{"any_of": ["committee"]}])], True), ("ccm", [rights(approvals=[{"any_of": ["committee"]}])], False),
        ("ccm", [rights(approvals=[{"any_of": ["committee"]}], effective_to="2026-04-30")], True), ("ccm", [rights(approvals=[])], True),
        ("chief_officer", [rights(approvals=[{"any_of": ["committee"]}, {"any_of": ["ccm", "chief_officer"]}])], True), (None, [], False),
        ("ccm", [rights(approvals=[{"any_of": ["committee"]}], value_from="500.01")], True), ("ccm", [rights(approvals=[{"any_of": ["committee"]}], value_from="500.00")], False),
    ],
)  # fmt: skip
def test_the_role_that_the_table_names_decides(by, beside, may):
    for status in STATES:
        given = ending(status, decision={"on": "2026-05-01", "by_role": by})
        expected = ["error CT-1/decision/by_role"] if not may and status in FROM_DECISION else []
        assert told("R-TRM-4", CONTRACT, given, *beside) == expected, status
    assert told("R-TRM-4", CONTRACT, ending(decision={"by_role": by}), *beside) == [], "on no day"
    assert told("R-TRM-4", ending(decision={"on": "2026-05-01", "by_role": by}), *beside) == [], "of no contract"


CHILD = record("placement", "P-1", status="active", contract="C-1")
ARRANGED = [{"placement": "P-2"}, {"placement": "P-1"}]
OVER = but(CONTRACT, status="terminated")


@pytest.mark.parametrize(
    ("beside", "left"),
    [
        ([], False), ([CHILD], True), ([but(CHILD, status="ended")], False), ([but(CHILD, voided={})], False), ([but(CHILD, contract="C-2")], False),
        ([CHILD, ending("reviewed", "CT-2", continuity=ARRANGED)], False), ([CHILD, ending("reviewed", "CT-2", continuity=ARRANGED[:1])], True),
        ([CHILD, ending("withdrawn", "CT-2", continuity=ARRANGED)], True), ([CHILD, ending("alternative", "CT-2", continuity=ARRANGED)], True),
        ([CHILD, ending("reviewed", "CT-2", continuity=ARRANGED, voided={})], True), ([CHILD, shut("contract_termination", "CT-2", contract="C-1")], False),
    ],
)  # fmt: skip
def test_nobody_is_left_behind(beside, left):
    whole = [CONTRACT, *beside]
    assert told_of_change("R-TRM-5", whole, [OVER, *beside]) == (["error C-1/status"] if left else [])
    for status in STATES:
        before, after = ending("decided" if status == "requested" else "requested"), ending(status)
        expected = ["error CT-1/continuity"] if left and status in ("running_off", "terminated") else []
        assert told_of_change("R-TRM-5", [*whole, before], [*whole, after]) == expected, status
    assert told_of_change("R-TRM-5", whole, [*whole, ending("running_off", continuity=ARRANGED)]) == []
    assert told_of_change("R-TRM-5", [CHILD], [CHILD, ending("running_off")]) == [], "of no contract"


@pytest.mark.parametrize(
    ("before", "data", "looked_at"),
    [([CONTRACT], {}, True), ([], {}, True), ([], {"legacy": {}}, False), ([CONTRACT], {"legacy": {}}, True), ([OVER], {"title": "x"}, False)],
    ids=str,
)  # fmt: skip
def test_a_contract_that_was_carried_over_was_ended_elsewhere(before, data, looked_at):
    found = told_of_change("R-TRM-5", [*before, CHILD], [but(OVER, **data), CHILD])
    assert found == (["error C-1/status"] if looked_at else [])


@pytest.mark.parametrize(
    ("data", "over"),
    [
        ({"status": "expired"}, True), ({"status": "closed"}, True), ({"status": "terminated"}, False), ({"status": "signed", "end_date": "2026-01-01"}, False),
        ({"end_date": "2026-11-23"}, True), ({"end_date": "2026-11-24"}, False), ({"end_date": None}, False), ({"status": "closed", "voided": {}}, False),
        ({"end_date": "2026-10-23", "extensions": [{"months": 1, "used_on": "2026-10-01"}]}, True), ({"end_date": "2026-10-24", "extensions": [{"months": 1, "used_on": "2026-10-01"}]}, False),
    ],
    ids=str,
)  # fmt: skip
def test_no_placement_is_active_under_a_contract_that_has_run_out(data, over):
    assert told("R-TRM-11", but(CONTRACT, **data), CHILD) == (["warning P-1/contract"] if over else [])
    assert told("R-TRM-11", but(CONTRACT, **data), but(CHILD, status="ended")) == told("R-TRM-11", CHILD) == []


@pytest.mark.parametrize("status", ["ended", "closed"])
@pytest.mark.parametrize(
    ("forms", "whole"),
    [([], False), (["ending"], False), (["proforma_completed"], True), (["sent"], True), (["ending", "closed"], True)],
)
def test_a_placement_ends_with_its_form(status, forms, whole):
    given = [record("placement_termination", f"PT-{n}", placement="P-1", status=s) for n, s in enumerate(forms)]
    expected = [] if whole else ["error P-1/status"]
    done = but(CHILD, status=status)
    assert told_of_change("R-TRM-6", [CHILD, *given], [done, *given]) == expected
    assert told_of_change("R-TRM-6", given, [done, *given]) == expected, "new in that state"
    assert told_of_change("R-TRM-6", given, [but(done, legacy={}), *given]) == [], "carried over in that state"
    assert told_of_change("R-TRM-6", [CHILD, *given], [but(done, legacy={}), *given]) == expected
    assert told_of_change("R-TRM-6", [CHILD, *given], [but(done, voided={}), *given]) == []
    assert told_of_change("R-TRM-6", [done], [but(done, title="x")]) == []
    others = [but(g, placement="P-2") for g in given]
    assert told_of_change("R-TRM-6", [CHILD, *others], [done, *others]) == ["error P-1/status"]


FORM = record("placement_termination", "PT-1", intervention="I-1", contractor_failure=False)
STEP = record("intervention", "I-1", intervention_kind="improve")
TO_END = but(STEP, intervention_kind="terminate")


@pytest.mark.parametrize(
    ("records", "wrong"),
    [
        ([FORM, STEP], False), ([FORM, TO_END], True), ([but(FORM, contractor_failure=True), TO_END], False), ([but(FORM, contractor_failure=None), TO_END], False),
        ([but(FORM, voided={}), TO_END], False), ([shut("placement_termination", "PT-1", **FORM.data), TO_END], False), ([but(FORM, intervention=None), TO_END], False), ([FORM], False),
        ([FORM, STEP, ending("requested", request={"evidence": ["I-1"]})], True), ([FORM, STEP, ending("terminated", request={"evidence": ["I-1"]})], True),
        ([FORM, STEP, ending("withdrawn", request={"evidence": ["I-1"]})], False), ([FORM, STEP, ending("alternative", request={"evidence": ["I-1"]})], False),
        ([FORM, STEP, ending("requested", request={"evidence": ["I-2"]})], False),
    ],
)  # fmt: skip
def test_without_a_failure_no_contract_is_ended(records, wrong):
    assert told("R-TRM-7", *records) == (["error PT-1/intervention"] if wrong else [])


@pytest.mark.parametrize(
    ("states", "over"),
    [
        ([], False), (["ended"], True), (["closed"], True), (["active"], False), (["ended", "closed"], True), (["ended", "active"], False), (["not_proceeding"], False),
        (["not_proceeding", "ended"], True), (["proposed", "ended"], False),
    ],
)  # fmt: skip
def test_a_contract_for_one_placement_ends_with_it(states, over):
    placed = [but(record("placement", f"P-{n}", **CHILD.data), status=s) for n, s in enumerate(states)]
    one = but(CONTRACT, placement_specific=True)
    assert told("R-TRM-8", one, *placed) == (["warning C-1/status"] if over else [])
    assert told("R-TRM-8", CONTRACT, *placed) == told("R-TRM-8", but(one, status="expired"), *placed) == []


FIVE = limits(finance_end_notice=5)
TOLD = record("notice", "NO-1", contract="C-1", notice_kind="finance_contract_end", status="sent")


@pytest.mark.parametrize("status", ["expired", "terminated", "closed"])
@pytest.mark.parametrize(
    ("end", "today", "late"),
    [("2026-05-01", "2026-05-08", False), ("2026-05-01", "2026-05-09", True), ("2026-05-01", "2026-05-01", False), ("2026-05-01", "2026-04-30", False), (None, "2026-11-24", False)],
)  # fmt: skip
def test_finance_hears_of_the_end_within_the_working_days(status, end, today, late):
    on = date.fromisoformat(today)
    given = but(CONTRACT, status=status, end_date=end)
    expected = ["warning C-1/status"] if late else []
    assert told("R-TRM-9", given, FIVE, on=on) == expected
    for notice in (but(TOLD, status="prepared"), but(TOLD, notice_kind="finance_contract_dates"), but(TOLD, contract="C-2"), but(TOLD, voided={})):  # fmt: skip
        assert told("R-TRM-9", given, FIVE, notice, on=on) == expected
    for notice in (TOLD, but(TOLD, status="acknowledged")):
        assert told("R-TRM-9", given, FIVE, notice, on=on) == []
    assert told("R-TRM-9", but(given, status="in_force"), FIVE, on=on) == told("R-TRM-9", given, on=on) == []
    carried = but(given, legacy={"migrated_on": "2026-05-01"})
    assert told("R-TRM-9", carried, FIVE, on=on) == [], "it ended before, or on, the day on which it came"
    assert told("R-TRM-9", but(given, legacy={"migrated_on": "2026-04-30"}), FIVE, on=on) == expected


def test_where_no_days_are_allowed_it_is_late_from_the_day_after():
    given, none = but(CONTRACT, status="expired", end_date="2026-05-01"), limits(finance_end_notice=0)
    assert told("R-TRM-9", given, none, on=date(2026, 5, 1)) == []
    assert told("R-TRM-9", given, none, on=date(2026, 5, 2)) == ["warning C-1/status"]


@pytest.mark.parametrize(
    ("end", "early"), [("2026-11-24", False), ("2026-11-25", True), ("2026-11-23", False), (None, False)]
)
def test_a_contract_expires_on_its_last_day(end, early):
    after = but(CONTRACT, status="expired", end_date=end)
    assert told_of_change("R-TRM-10", [CONTRACT], [after]) == (["error C-1/status"] if early else [])
    assert told_of_change("R-TRM-10", [CONTRACT], [but(after, voided={})]) == []
    assert told_of_change("R-TRM-10", [CONTRACT], [but(after, status="closed")]) == []


@pytest.mark.parametrize(
    ("data", "on", "wrong"),
    [
        ({}, "2026-11-23", True), ({}, "2026-11-24", False), ({}, None, False), ({"end_date": None}, "2026-01-01", False), ({"status": "terminated"}, "2026-11-23", False),
        ({"voided": {}}, "2026-11-23", False),
    ],
    ids=str,
)  # fmt: skip
def test_what_was_ended_early_is_called_terminated(data, on, wrong):
    held = but(CONTRACT, **{"status": "expired", **data})
    given = ending("terminated", terminated_on=on)
    assert told("R-TRM-10", held, given) == (["error C-1/status"] if wrong else [])
    assert told("R-TRM-10", held, but(given, status="running_off")) == told("R-TRM-10", given) == []
