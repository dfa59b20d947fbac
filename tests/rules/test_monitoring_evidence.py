"""R-MON-6, 11 and 13: what counts as evidence on which question and until when, inspections, and what a bad rating brings."""

from dataclasses import replace
from datetime import date

import pytest

from ccm_site.model import Seal
from tests.rules.registers import but, findings, limits, record, shut, told

START, LAST = "2025-11-24", "2025-11-23"
"""Twelve months before the day on which the rules look, and the day before that."""
WITHIN = limits(evidence_age=12)
EIGHT = {
    "quantity_volume": "volume", "quantity_indicators": "indicators", "complaints_and_concerns": "complaints and concerns",
    "user_satisfaction": "satisfaction of service users", "staff_experience": "experience of other staff",
    "other_organisations": "reports of other organisations", "outcomes": "outcomes", "operation": "smooth running",
}  # fmt: skip


def contract(id="C-1", **data):
    return record("contract", id, **{"status": "in_force", "provider": "P-1", "start_date": START, **data})


def of(kind, /, **data):
    return record(kind, "E-1", **{"contract": "C-1", "provider": "P-1", **data})


def until(day):
    return {"from": "2025-01-01", "to": day}


def answered(*evidence, on=None):
    """The questions on which the contract has evidence."""
    found = findings("R-MON-6", on or contract(), WITHIN, *evidence)
    open_ones = found[0].message.partition(" on: ")[2].split("; ") if found else []
    return {words for words in EIGHT.values() if words not in open_ones}


def report(on="2026-10-01", id="OR-1", how="reactive", questions=tuple(EIGHT)):
    given = [{"question": q, "evidence_kind": how} for q in questions]
    return record("operational_report", id, contract="C-1", period=until(on), evidence=given)


SOURCES = [
    (of("return", received_on=START), {"volume", "indicators"}),
    (of("return", received_on=START, complaints_received=0), {"volume", "indicators", "complaints and concerns"}),
    (of("return", received_on=START, outcomes=[]), {"volume", "indicators", "outcomes"}),
    (of("payment_summary", received_on=START), {"volume"}),
    (of("payment_summary", period=until(START)), {"volume"}),
    (of("payment_summary", received_on=LAST, period=until(START)), {"volume"}),
    (of("feedback", sent_to_ccm_on=START, respondent="service_user"), {"satisfaction of service users"}),
    (of("feedback", period=until(START), respondent="family_or_carer"), {"satisfaction of service users"}),
    (of("feedback", sent_to_ccm_on=START, respondent="council_staff"), {"experience of other staff"}),
    (of("feedback", sent_to_ccm_on=START, respondent="provider_staff"), {"experience of other staff"}),
    (of("feedback", sent_to_ccm_on=START, respondent="other_organisation"), {"reports of other organisations"}),
    (of("inspection", published_on=START, contract="C-9"), {"reports of other organisations"}),
    (of("peer_experience", received_on=START, contract="C-9"), {"reports of other organisations"}),
    (of("outcome_evaluation", evaluated_on=START), {"outcomes"}),
    (of("complaint", received_on=START), {"complaints and concerns"}),
    (of("monitoring_plan", site_visits=[{"held_on": LAST}, {"held_on": START}, {}]), {"smooth running"}),
    *((report(START, questions=[q]), {words}) for q, words in EIGHT.items()),
    (of("review", held_on=START, evidence=[{"question": "operation"}]), {"smooth running"}),
]  # fmt: skip


@pytest.mark.parametrize(("evidence", "questions"), SOURCES, ids=lambda v: v.kind if hasattr(v, "kind") else "")
def test_what_is_evidence_on_which_question(evidence, questions):
    assert answered(evidence) == questions
    assert answered(but(evidence, voided={})) == set()


@pytest.mark.parametrize("evidence", [s[0] for s in SOURCES], ids=lambda v: v.kind)
def test_evidence_is_too_old_the_day_before(evidence):
    assert answered(but(evidence, **aged(evidence.data))) == set()


def aged(value):
    if isinstance(value, dict):
        return {n: aged(v) for n, v in value.items()}
    return [aged(v) for v in value] if isinstance(value, list) else LAST if value == START else value


def test_evidence_without_a_day_is_none_and_what_is_sealed_is_taken_to_be_new():
    assert answered(of("return"), of("feedback", respondent="service_user")) == set()
    assert answered(shut("feedback", "F-1", contract="C-1", respondent="service_user")) == {EIGHT["user_satisfaction"]}


def test_evidence_about_a_provider_is_about_each_of_its_contracts():
    mine = record("feedback", "F-1", provider="P-2", respondent="service_user", sent_to_ccm_on=START)
    assert answered(mine) == set()
    assert answered(mine, on=contract(further_providers=["P-2"])) == {EIGHT["user_satisfaction"]}
    other = record("feedback", "F-1", provider="P-1", contract="C-2", respondent="service_user", sent_to_ccm_on=START)
    assert answered(other) == set(), "what names another contract is about that one"


def test_the_newest_evidence_on_a_question_counts():
    old, new = (record("complaint", f"CP-{n}", contract="C-1", received_on=d) for n, d in enumerate((LAST, START)))
    wide = record("feedback", "F-1", provider="P-1", respondent="other_organisation", sent_to_ccm_on=LAST)
    assert answered(old, new) == answered(new, old) == {EIGHT["complaints_and_concerns"]}
    near = record("feedback", "F-2", contract="C-1", respondent="other_organisation", sent_to_ccm_on=START)
    assert answered(wide, near) == {EIGHT["other_organisations"]}


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        ({}, True), ({"start_date": "2025-11-25"}, False), ({"start_date": None}, False), ({"status": "expired"}, False),
        ({"voided": {}}, False), ({"legacy": {"migrated_on": "2025-11-25"}}, False), ({"legacy": {"migrated_on": START}}, True),
    ],
    ids=str,
)  # fmt: skip
def test_of_which_contracts_evidence_is_asked(data, asked):
    assert told("R-MON-6", contract(**data), WITHIN) == (["warning C-1"] if asked else [])
    assert told("R-MON-6", contract(**data), limits()) == [], "the policy names no months"


SATISFIED = of("feedback", respondent="service_user", sent_to_ccm_on="2026-10-02")


@pytest.mark.parametrize(
    ("more", "sought"),
    [
        ([], False),
        ([report("2026-10-01", "OR-0", "proactive", ["operation"])], True),
        ([report(START, "OR-2", "proactive", ["operation"])], True),
        ([report(LAST, "OR-0", "proactive", ["operation"])], False),
        ([report(LAST, "OR-2", "proactive", ["operation"])], False),
        ([report("2026-11-01", "OR-0", "proactive", ["operation"])], True),
        ([SATISFIED], True),
        ([but(SATISFIED, evidence_kind="reactive")], False),
        ([of("complaint", received_on="2026-10-02")], False),
        ([of("outcome_evaluation", evaluated_on="2026-10-02")], True),
    ],
)  # fmt: skip
def test_evidence_is_sought_out_and_not_only_in_response_to_concerns(more, sought):
    assert told("R-MON-6", contract(), WITHIN, report(), *more) == ([] if sought else ["warning C-1"])


LATEST = limits(inspection_review=28, low_grade=2)


def inspection(**data):
    done = {"delivered_by_provider_on": "2026-05-01", "reviewed_by_ccm_on": "2026-05-01"}
    return record("inspection", "IN-1", **{"provider": "P-1", "published_on": "2026-05-01", **done, **data})


@pytest.mark.parametrize("name", ["delivered_by_provider_on", "reviewed_by_ccm_on"])
@pytest.mark.parametrize(
    ("day", "on", "late"),
    [("2026-05-29", None, False), ("2026-05-30", None, True), (None, "2026-05-29", False), (None, "2026-05-30", True)],
)
def test_an_inspection_report_is_delivered_and_read_by_the_last_day(name, day, on, late):
    seen = date.fromisoformat(on or "2026-11-24")
    assert told("R-MON-11", contract(), LATEST, inspection(**{name: day}), on=seen) == ([f"warning IN-1/{name}"] if late else [])  # fmt: skip
    assert told("R-MON-11", contract(), limits(), inspection(**{name: day}), on=seen) == []


@pytest.mark.parametrize(
    ("held", "seen", "looked_at"),
    [
        ({}, {}, True), ({"start_date": "2026-05-01"}, {}, True), ({"start_date": "2026-05-02"}, {}, False), ({"start_date": None}, {}, False),
        ({"status": "expired"}, {}, False), ({"provider": "P-2"}, {}, False), ({"provider": "P-2", "further_providers": ["P-1"]}, {}, True),
        ({}, {"published_on": None}, False), ({}, {"voided": {}}, False), ({}, {"service": "SV-1"}, True),
        ({"services": ["SV-1", "SV-2"]}, {"service": "SV-2"}, True), ({"services": ["SV-1"]}, {"service": "SV-2"}, False), ({"services": ["SV-1"]}, {}, True),
    ],
    ids=str,
)  # fmt: skip
def test_which_inspections_bear_on_which_contracts(held, seen, looked_at):
    late = inspection(reviewed_by_ccm_on="2026-06-30", **seen)
    assert told("R-MON-11", contract(**held), LATEST, late) == (["warning IN-1/reviewed_by_ccm_on"] if looked_at else [])  # fmt: skip


def assessed(on, rating="green", **data):
    return record("risk_assessment", "RA-1", **{"contract": "C-1", "status": "decided", "assessed_on": on, "rating": rating, **data})  # fmt: skip


@pytest.mark.parametrize(
    ("says", "pointer"),
    [
        ({"grades": [{"grade": 2}]}, "/grades"), ({"grades": [{"grade": 5}, {"grade": 1}, {"grade": "none"}]}, "/grades"),
        ({"grades": [{"grade": 3}]}, ""), ({"requirements": ["Staffing"]}, "/requirements"), ({"requirements": []}, ""),
        ({"grades": [{"grade": 3}], "requirements": ["Staffing"]}, "/grades"), ({}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_a_low_grade_or_a_requirement_brings_a_new_risk_assessment(says, pointer):
    expected = [f"warning IN-1{pointer}"] if pointer else []
    assert told("R-MON-11", contract(), LATEST, inspection(**says)) == expected
    assert told("R-MON-11", contract(), LATEST, inspection(**says), assessed("2026-04-30")) == expected
    assert told("R-MON-11", contract(), LATEST, inspection(**says), assessed("2026-05-01")) == []
    draft = assessed("2026-05-02", status="draft")
    assert told("R-MON-11", contract(), LATEST, inspection(**says), draft) == expected
    if "grades" in says and "requirements" not in says:
        assert told("R-MON-11", contract(), limits(inspection_review=28), inspection(**says)) == [], "no grade is low"


def final(on="2026-10-01", **data):
    return record("operational_report", "OR-1", **{"contract": "C-1", "status": "final", "sent_to_ccm_on": on, **data})


BAD = ["unsatisfactory", "unacceptable"]


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        ([assessed("2026-10-01", "red")], "RA-1/rating"), ([assessed("2026-10-01", "amber")], ""), ([], ""),
        ([assessed("2026-10-01", "red", status="draft")], ""), ([assessed("2026-10-01", "red", contract="C-2")], ""),
        *(([final(**{name: word})], f"OR-1/{name}") for name in ("performance", "quality_rating", "effectiveness_rating") for word in BAD),
        *(([final(**{name: "satisfactory"})], "") for name in ("performance", "quality_rating", "effectiveness_rating")),
        ([final(performance=BAD[0], status="draft")], ""), ([final(performance=BAD[0], voided={})], ""),
        ([assessed("2026-09-30", "red"), final(performance="good")], ""), ([assessed("2026-10-02", "red"), final(performance="good")], "RA-1/rating"),
        ([assessed("2026-10-01", "red"), final(performance="good")], "RA-1/rating"), ([assessed("2026-10-02", "green"), final(performance=BAD[1])], ""),
        ([assessed("2026-09-30", "green"), final(performance=BAD[1])], "OR-1/performance"),
    ],
)  # fmt: skip
def test_the_latest_judgement_of_a_contract_counts(judged, expected):
    assert told("R-MON-13", contract(), *judged) == ([f"warning {expected}"] if expected else [])
    assert told("R-MON-13", contract(status="expired"), *judged) == []


@pytest.mark.parametrize(
    ("kind", "data", "acted"),
    [
        *(("intervention", {"status": s}, s in ("requested", "agreed", "under_way")) for s in ("requested", "agreed", "under_way", "refused", "done")),
        ("intervention", {"status": "agreed", "contract": "C-2"}, False), ("intervention", {"status": "agreed", "voided": {}}, False),
        ("monitoring_plan", {"status": "active", "level": "additional"}, True), ("monitoring_plan", {"status": "active", "level": "standard"}, False),
        ("monitoring_plan", {"status": "ended", "level": "additional"}, False), ("monitoring_plan", {"status": "active", "level": "additional", "contract": "C-2"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_an_open_intervention_or_additional_monitoring_answers_a_bad_rating(kind, data, acted):
    done = record(kind, "X-1", **{"contract": "C-1", **data})
    assert told("R-MON-13", contract(), assessed("2026-10-01", "red"), done) == ([] if acted else ["warning RA-1/rating"])  # fmt: skip


def test_a_report_that_can_be_opened_is_checked_as_any_other():
    sealed = record("feedback", "F-1", contract="C-1", respondent="service_user", sent_to_ccm_on=LAST)
    assert answered(replace(sealed, seal=Seal("K-1", "-"))) == set()
