"""R-CNC: the list of the day, safety, answers and their days, many concerns about one provider, and what the manager is sent."""

from dataclasses import replace
from datetime import date

import pytest

from ccm_site.model import Seal
from tests.rules.registers import but, findings, limits, record, shut, table, told

LIST = table(
    "complaint_categories", {"code": "food", "effective_to": "2026-04-30"}, {"code": "care", "effective_from": "2026-05-01", "child_safety": True}, {"code": "care", "effective_to": "2026-03-31"},
)  # fmt: skip


def complaint(id="K-1", **data):
    return record("complaint", id, **{"status": "logged", "received_on": "2026-05-01", **data})


@pytest.mark.parametrize(
    ("code", "on", "there"),
    [
        ("food", "2026-04-30", True), ("food", "2026-05-01", False), ("care", "2026-05-01", True), ("care", "2026-04-30", False), ("care", "2026-03-31", True), ("other", "2026-05-01", True),
        ("food", None, True), (None, "2026-05-01", True), (7, "2026-05-01", True),
    ],
)  # fmt: skip
def test_the_subject_was_in_the_list_of_its_day(code, on, there):
    given = complaint(category=code, received_on=on)
    assert told("R-CNC-1", given, LIST) == ([] if there else ["error K-1/category"])
    assert told("R-CNC-1", but(given, voided={}), LIST) == told("R-CNC-1", shut("complaint", "K-1", **given.data), LIST) == []  # fmt: skip


@pytest.mark.parametrize(("code", "says", "asked"), [("care", None, True), ("care", False, False), ("care", True, False), ("food", None, False)])  # fmt: skip
def test_safety_was_looked_at(code, says, asked):
    given = complaint(status="recorded_only", category=code, child_protection=says)
    assert told("R-CNC-2", given, LIST) == (["error K-1/child_protection"] if asked else [])
    assert told("R-CNC-2", but(given, status="logged"), LIST) == []


STAGES = limits(complaint_stage_one=5, complaint_stage_two=20, concern_sent=1)
EVE = "2026-11-23"


@pytest.mark.parametrize(
    ("status", "data", "place"),
    [
        ("with_provider", {"provider_response": {"expected_by": EVE}}, "/provider_response/expected_by"), ("with_provider", {"provider_response": {"expected_by": "2026-11-24"}}, ""),
        ("with_provider", {"provider_response": {"expected_by": EVE, "received_on": "2026-11-24"}}, ""), ("with_provider", {"provider_response": {}}, ""), ("with_provider", {"referral": {"expected_by": EVE}}, ""),
        ("with_provider", {"received_on": "2020-01-01", "further_action_wanted": True}, ""), ("referred", {"referral": {"expected_by": EVE}}, "/referral/expected_by"), ("referred", {"referral": {"expected_by": "2026-11-24"}}, ""),
        ("referred", {"referral": {"expected_by": EVE, "outcome": "upheld"}}, ""), ("referred", {"referral": {"expected_by": EVE, "outcome_not_shared_reason": "x"}}, ""), ("referred", {"referral": {}}, ""),
        ("referred", {"received_on": "2020-01-01", "further_action_wanted": True}, ""), ("logged", {"received_on": "2020-01-01"}, ""), ("logged", {"received_on": "2020-01-01", "further_action_wanted": False}, ""),
        ("logged", {"received_on": None, "further_action_wanted": True}, ""), ("council_action", {"received_on": None}, ""), ("closed", {"received_on": "2020-01-01", "further_action_wanted": True}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_answers_come_by_the_day_that_was_set(status, data, place):
    given = complaint(status=status, **data)
    assert told("R-CNC-6", given, STAGES) == ([f"warning K-1{place}"] if place else [])
    assert told("R-CNC-6", shut("complaint", "K-1", **given.data), STAGES) == []


@pytest.mark.parametrize(
    ("data", "last", "words"),
    [({"status": "logged", "further_action_wanted": True}, "2026-05-08", "is logged"), ({"status": "council_action"}, "2026-05-29", "is with the council")],
)  # fmt: skip
def test_answers_come_within_the_working_days_of_their_stage(data, last, words):
    on = date.fromisoformat(last)
    assert told("R-CNC-6", complaint(**data), STAGES, on=on) == told("R-CNC-6", complaint(**data)) == []
    [f] = findings("R-CNC-6", complaint(**data), STAGES, on=on.fromordinal(on.toordinal() + 1))
    assert f.at.pointer == "/received_on" and f.message.startswith(words)


MANY = limits(concerns_count=3, concerns_window=6)
PROVIDER = record("provider", "PR-1")
RUNS = record("contract", "C-1", status="in_force", provider="PR-1")
SERVICE = record("service", "SV-1", provider="PR-1")


def concerns(*days, by=None, **data):
    by = by or {"provider": "PR-1"}
    return [complaint(f"K-{n}", received_on=d, **by, **data) for n, d in enumerate(days)]


THREE = ("2026-02-28", "2026-05-01", "2026-08-28")


@pytest.mark.parametrize(
    ("records", "many"),
    [
        (concerns(*THREE), True), (concerns(*THREE[1:]), False), (concerns("2026-02-27", *THREE[1:]), False), (concerns(*THREE, "2026-11-20"), True), (concerns(*THREE, voided={}), False),
        (concerns(*THREE, entry_type="compliment"), False), (concerns(*THREE, entry_type="concern"), True), (concerns(*THREE, status="recorded_only"), True), (concerns(*THREE[1:], None), False),
        (concerns(*THREE, by={"service": "SV-1"}), True), (concerns(*THREE, by={"contract": "C-1"}), True), (concerns(*THREE, by={"service": "SV-9"}), False), (concerns(*THREE, by={"provider": "PR-9"}), False),
        (concerns(*THREE, by={"provider": "PR-9", "service": "SV-1"}), False), (concerns(*THREE, by={"service": "SV-9", "contract": "C-1"}), True),
        ([*concerns(*THREE), record("risk_assessment", "RA-1", provider="PR-1", assessed_on="2026-02-27")], True), ([*concerns(*THREE), record("risk_assessment", "RA-1", provider="PR-1", assessed_on="2026-02-28")], False),
        ([*concerns(*THREE), record("risk_assessment", "RA-1", contract="C-1", assessed_on="2026-02-28")], False), ([*concerns(*THREE), record("risk_assessment", "RA-1", contract="C-9", assessed_on="2026-02-28")], True),
        ([*concerns(*THREE), record("risk_assessment", "RA-1", provider="PR-2", contract="C-1", assessed_on="2026-02-28")], True), ([*concerns(*THREE), record("risk_assessment", "RA-1", provider="PR-1")], True),
        ([*concerns(*THREE), record("risk_assessment", "RA-1", provider="PR-1", assessed_on="2026-02-28", voided={})], True),
        ([*concerns(*THREE), *(record("risk_assessment", f"RA-{n}", provider="PR-1", assessed_on=d) for n, d in enumerate(("2026-03-01", "2020-01-01")))], False),
    ],
)  # fmt: skip
def test_many_concerns_about_a_provider_call_for_an_assessment(records, many):
    expected = ["warning PR-1"] if many else []
    assert told("R-CNC-8", PROVIDER, RUNS, SERVICE, MANY, *records) == expected
    for without in ([but(RUNS, status="expired")], [but(RUNS, provider="PR-2")], []):
        assert told("R-CNC-8", PROVIDER, SERVICE, MANY, *without, *records) == []
    assert told("R-CNC-8", RUNS, SERVICE, MANY, *records) == told("R-CNC-8", PROVIDER, RUNS, SERVICE, *records) == []
    assert told("R-CNC-8", PROVIDER, RUNS, SERVICE, limits(concerns_count=3), *records) == []


def test_an_assessment_of_a_contract_is_one_of_each_of_its_providers():
    shared = but(RUNS, provider="PR-2", further_providers=["PR-1"])
    done = record("risk_assessment", "RA-1", contract="C-1", assessed_on="2026-08-28")
    assert told("R-CNC-8", PROVIDER, shared, MANY, *concerns(*THREE)) == ["warning PR-1"]
    assert told("R-CNC-8", PROVIDER, shared, MANY, *concerns(*THREE), done) == []


def test_which_concerns_they_are_is_shown_unless_they_are_sealed():
    given = [*concerns(*THREE[:2]), complaint("K-9", received_on=THREE[2], service="SV-1")]
    [f] = findings("R-CNC-8", PROVIDER, RUNS, SERVICE, MANY, *given)
    assert [(r.path, r.pointer) for r in f.related] == [("K-0.yaml", "/provider"), ("K-1.yaml", "/provider"), ("K-9.yaml", "/service")]  # fmt: skip
    assert f.message.startswith("has 3 ")
    sealed = replace(given[0], seal=Seal("K-1", "-"))
    [f] = findings("R-CNC-8", PROVIDER, RUNS, SERVICE, MANY, sealed, *given[1:])
    assert f.related == () and f.message.startswith("has several ")
    assert told("R-CNC-8", PROVIDER, RUNS, MANY, *(shut("complaint", c.id, **c.data) for c in given)) == []


def test_the_count_and_months_of_their_own_day_hold():
    changed = limits(
        {"code": "concerns_count", "value": 2, "effective_to": "2026-05-01"}, {"code": "concerns_count", "value": 9, "effective_from": "2026-05-02"}, {"code": "concerns_window", "value": 6},
    )  # fmt: skip
    assert told("R-CNC-8", PROVIDER, RUNS, changed, *concerns(*THREE)) == ["warning PR-1"]
    earlier = limits({"code": "concerns_count", "value": 2, "effective_to": "2026-05-01"}, {"code": "concerns_window", "value": 6})  # fmt: skip
    assert told("R-CNC-8", PROVIDER, RUNS, earlier, *concerns(*THREE)) == ["warning PR-1"]


@pytest.mark.parametrize(("today", "late"), [("2026-05-04", False), ("2026-05-05", True)])
def test_the_manager_is_sent_it_within_the_working_days(today, late):
    on = date.fromisoformat(today)
    for status in ("logged", "recorded_only", "closed"):
        assert told("R-CNC-9", complaint(status=status), STAGES, on=on) == (["warning K-1/sent_to_ccm_on"] if late else [])  # fmt: skip
    for other in (complaint(sent_to_ccm_on="2026-05-30"), complaint(received_on=None), complaint(voided={}), shut("complaint", "K-1", received_on="2026-05-01")):  # fmt: skip
        assert told("R-CNC-9", other, STAGES, on=on) == []
    assert told("R-CNC-9", complaint(), on=on) == []
