"""R-CFG-6, 7, 8 and 10: names of today, bodies of their day, words that are taken, and the questions that the council answers first."""

from dataclasses import replace

import pytest

from ccm_site.rules import Changes
from ccm_site.rules.config import ratings_are_words, todays_names
from tests.rules.registers import DAY, but, findings, kinds, record, register, short, shut, table, told, told_of_change

OLD_NAMES = table(
    "roles",
    superseded_names=[
        {"name": "Care Commission", "successor": "Care Inspectorate", "changed_on": "2026-11-24"}, {"name": "SWIA", "successor": "Care Inspectorate"},
        {"name": "Future Body", "successor": "Another", "changed_on": "2026-11-25"}, {"successor": "Nobody"},
    ],
)  # fmt: skip


def named(before, after, *beside):
    beside = [OLD_NAMES, *beside]
    return told_of_change("R-CFG-6", [*before, *beside], [after, *beside])


def contract(text="", **data):
    return record("contract", "C-1", **{"status_reason": text, **data})


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("as the Care Commission said", True), ("as the care commission said", True), ("the Care Commissioner", False), ("Care Inspectorate", False), ("by SWIA", True), ("by swia", False),
        ("SWIAS", False), ("the Future Body", False), ("", False),
    ],
)  # fmt: skip
def test_new_text_calls_bodies_by_the_names_of_today(text, old):
    expected = ["warning C-1/status_reason"] if old else []
    assert named([], contract(text)) == named([contract("before")], contract(text)) == expected
    assert named([contract(text)], contract(text, title="New")) == [], "it stood there before"
    for left in ({"legacy": {}}, {"voided": {}}):
        assert named([], contract(text, **left)) == []
    assert named([], shut("contract", "C-1", status_reason=text)) == []
    assert told_of_change("R-CFG-6", [], [contract(text)]) == [], "no name is out of date"


def test_what_is_no_prose_is_not_read():
    assert named([], contract(title="SWIA")) == ["warning C-1/title"]
    for field in ("provider", "service_type", "award_date", "status"):
        assert named([], contract(**{field: "SWIA"})) == [], field
    assert named([], contract(services=["SWIA"], signatures=[{"capacity": "SWIA"}])) == ["warning C-1/signatures/0/capacity"]  # fmt: skip


def test_the_tables_that_hold_the_names_may_say_them():
    for name, told_of in (("inspection_bodies", []), ("bodies", ["warning bodies/title"])):
        assert named([], table(name, title="Bodies such as SWIA")) == told_of
    assert told_of_change("R-CFG-6", [], [but(OLD_NAMES, title="SWIA")]) == []


def test_what_to_write_in_its_place_is_said():
    changes = Changes.between(register(OLD_NAMES), register(OLD_NAMES, contract("by SWIA")))
    assert [f.fix for f in todays_names(changes, kinds(), DAY)] == ["write 'Care Inspectorate'"]


BODIES = table("inspection_bodies", {"code": "commission", "effective_to": "2011-03-31"}, {"code": "inspectorate", "effective_from": "2011-04-01"})  # fmt: skip


@pytest.mark.parametrize(
    ("body", "on", "there"),
    [
        ("commission", "2011-03-31", True), ("commission", "2011-04-01", False), ("inspectorate", "2011-04-01", True), ("inspectorate", "2011-03-31", False), ("other", "2011-04-01", True),
        (None, "2011-04-01", True), ("commission", None, True), (7, "2011-04-01", True),
    ],
)  # fmt: skip
def test_an_inspection_was_made_by_a_body_of_its_day(body, on, there):
    given = record("inspection", "IN-1", body=body, inspected_on=on)
    assert told("R-CFG-6", given, BODIES) == ([] if there else ["error IN-1/body"])
    assert told("R-CFG-6", but(given, voided={}), BODIES) == told("R-CFG-6", given) == []


@pytest.mark.parametrize(
    ("grade", "left_open"),
    [({"adoption": {"state": "adopted"}}, False), ({"adoption": {"state": "proposed"}}, True), ({"adoption": {}}, True), ({}, True), ("senior", True), (None, False)],
)  # fmt: skip
def test_the_grade_of_a_leading_psychologist_is_decided(grade, left_open):
    found = told("R-CFG-7", table("roles", psychologist_grade=grade))
    assert found == (["warning roles/psychologist_grade"] if left_open else [])


def test_without_a_table_of_roles_there_is_nothing_to_decide():
    assert told("R-CFG-7") == []


@pytest.mark.parametrize(
    ("held", "place"),
    [
        (table("risk_model", {"code": "rag"}), "risk_model/entries/0/code"), (table("risk_model", {"code": "x"}, {"code": "RAG-status"}), "risk_model/entries/1/code"),
        (table("risk_model", {"code": "fragile"}), ""), (table("risk_model", {"code": 7}), ""), (record("post", "rag-officer"), "rag-officer/id"), (record("post", "storage-officer"), ""),
        (record("provider", "rag-doll-nursery"), ""), (record("contract", "rag-1"), ""),
    ],
)  # fmt: skip
def test_no_code_or_address_is_called_by_the_initials(held, place):
    assert told("R-CFG-8", held) == ([f"error {place}"] if place else [])


@pytest.mark.parametrize(
    ("schema", "told_of"),
    [({"enum": ["green", "rag"]}, True), ({"const": "rag"}, True), ({"enum": ["green", "drag"]}, False), ({"enum": "rag"}, False), ({"const": 7}, False)],
    ids=str,
)  # fmt: skip
def test_no_value_of_a_schema_is_called_by_the_initials(schema, told_of):
    kind = kinds()["review"]
    changed = replace(kind, fields=(replace(kind.fields[0], schema={**kind.fields[0].schema, **schema}), *kind.fields[1:]))  # fmt: skip
    known = replace(kinds(), by_name={**kinds().by_name, "review": changed})
    found = list(ratings_are_words(register(), known, DAY))
    assert [(f.rule, short(f)) for f in found] == ([("R-CFG-8", "error schemas/review.json")] if told_of else [])


ADOPTED = {"state": "adopted", "decided_by": "committee", "decided_on": "2024-02-27"}
ANSWERS = {
    "risk_model": table("risk_model", bands=[{}], performance_levels=[{}]),
    "monitoring_policy": table("monitoring_policy", {"part": "standard"}, {"part": "additional"}, {"part": "trigger"}, responsibilities=[{}], core_values=["x"]),
    "intervention_ladder": table("intervention_ladder", {"code": "talk"}), "decision_rights": table("decision_rights", {"applies_to": "contract_termination"}),
    "audiences": table("audiences", {"kinds": ["operational_report"]}, {"kinds": ["risk_assessment"]}), "right_of_reply": table("right_of_reply", {"applies_to": ["operational_report"]}),
}  # fmt: skip
REPORT = record("operational_report", "OR-1", status="final")


def answered(**changed):
    """Whether a report may be final where the tables say all that is asked, but for these."""
    tables = [but(t, adoption=ADOPTED, **changed.get(n, {})) for n, t in ANSWERS.items()]
    return told("R-CFG-10", REPORT, *tables) == []


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("risk_model", {"bands": []}), ("risk_model", {"performance_levels": None}), ("monitoring_policy", {"responsibilities": None}), ("monitoring_policy", {"core_values": []}),
        *(("monitoring_policy", {"entries": [{"part": p} for p in ("standard", "additional", "trigger") if p != left]}) for left in ("standard", "additional", "trigger")),
        ("intervention_ladder", {"entries": []}), ("decision_rights", {"entries": [{"applies_to": "tender"}]}), ("audiences", {"entries": [{"kinds": ["operational_report"]}]}),
        ("audiences", {"entries": [{"kinds": ["risk_assessment"]}]}), ("right_of_reply", {"entries": [{"applies_to": "tender"}]}),
        *((n, {"adoption": {**ADOPTED, "state": "proposed"}}) for n in ANSWERS), *((n, {"adoption": None}) for n in ANSWERS),
        ("audiences", {"adoption": {**ADOPTED, "decided_by": None}}), ("audiences", {"adoption": {**ADOPTED, "decided_on": ""}}),
    ],
)  # fmt: skip
def test_each_question_is_answered_and_adopted(name, parts):
    tables = [but(t, **{"adoption": ADOPTED, **(parts if n == name else {})}) for n, t in ANSWERS.items()]
    assert told("R-CFG-10", REPORT, *tables) == ["error OR-1/status"]
    [f] = findings("R-CFG-10", REPORT, *tables)
    assert [r.path for r in f.related] == [f"{name}.yaml"]


def test_all_is_answered_and_more_may_be_said():
    assert answered()
    assert answered(decision_rights={"entries": [{"applies_to": "contract_termination"}, {"applies_to": "tender"}]})
    assert answered(monitoring_policy={"entries": [{"part": p} for p in ("standard", "additional", "trigger", "other")]})  # fmt: skip


FINAL = {
    "risk_assessment": {"decided"}, "operational_report": {"final"}, "strategic_report": {"final"}, "contract_termination": {"decided", "notice_issued", "running_off", "terminated"},
}  # fmt: skip


@pytest.mark.parametrize("kind", FINAL)
def test_what_waits_for_the_answers(kind):
    for status in kinds()[kind].life_cycle.states:
        given = record(kind, "X-1", status=status)
        expected = ["error X-1/status"] if status in FINAL[kind] else []
        assert told("R-CFG-10", given) == expected, status
        assert told("R-CFG-10", but(given, legacy={})) == told("R-CFG-10", but(given, voided={})) == []
