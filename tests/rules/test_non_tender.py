"""R-NTJ: levels of promotion by score, options compared, grounds in law by code and value, and purchases that are split."""

import pytest

from tests.rules.registers import but, findings, limits, record, table, told

LEVELS = table(
    "promotion_levels", {"code": "low", "label": "Low", "from_score": 0, "to_score": 5, "effective_from": "2026-05-01"}, {"code": "high", "label": "High", "from_score": 6, "to_score": 12},
    {"code": "open", "from_score": 13},
)  # fmt: skip
STATES = ("draft", "decided", "carried_out", "withdrawn")


def assessed(score=5, level="low", factors=(2, 3), status="decided", **data):
    return record(
        "opportunity_risk", "OR-1",
        **{"status": status, "score": score, "promotion_level": level, "factors": {f"f{n}": {"score": s} for n, s in enumerate(factors)}, "decision": {"on": "2026-05-01"}, **data},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (assessed(), ""), (assessed(level="high"), "/promotion_level"), (assessed(6, "high", (3, 3)), ""), (assessed(6, "low", (3, 3)), "/promotion_level"), (assessed(0, "low", (0, 0)), ""), (assessed(12, "high", (6, 6)), ""), (assessed(13, "low", (6, 7)), ""),
        (assessed(4), "/score"), (assessed(None), "/score"), (assessed(4, "high"), "/score"), (assessed(5, "low", (2, 3, None)), ""), (assessed(level="high", override_reason="x"), ""), (assessed(level="high", decision={}), ""),
        (assessed(level="high", decision={"on": "2026-04-30"}), ""), (assessed(9, factors=()), ""), (assessed(9, factors=(), level="low"), ""), (assessed(level=None), "/promotion_level"),
    ],
)  # fmt: skip
def test_the_level_follows_the_score(given, place):
    for status in STATES:
        expected = [f"error OR-1{place}"] if place and status in STATES[1:3] else []
        assert told("R-NTJ-2", but(given, status=status), LEVELS) == expected, status
    assert told("R-NTJ-2", but(given, legacy={}), LEVELS) == ([f"warning OR-1{place}"] if place else [])
    assert told("R-NTJ-2", but(given, factors=None), LEVELS) == told("R-NTJ-2", but(given, voided={}), LEVELS) == []


def bound(code, amount="50000.00", comparator=">="):
    return {"code": code, "amount": amount, "comparator": comparator, "vat_basis": "excluded"}


ADVERTISING = table("thresholds", bound("advertising", comparator=">"))


def pounds(amount):
    return {"amount": amount, "vat_basis": "exempt"}


def reason(status="approved", value="50000.00", **data):
    return record("non_tender", "NT-1", **{"status": status, "estimated_value": pounds(value), "procurement_commenced": "2026-05-01", "reason_code": "urgency", **data})  # fmt: skip


def made(*levels):
    return [{"how": level} for level in levels]


@pytest.mark.parametrize(
    ("data", "beside", "words"),
    [
        ({}, [], "cites no opportunity risk"), ({"value": "50000.01"}, [], ""), ({"estimated_value": None}, [], ""), ({"opportunity_risk": "OR-9"}, [], ""),
        ({"opportunity_risk": "OR-1", "promotion": made("low")}, [assessed()], ""), ({"opportunity_risk": "OR-1", "promotion": made("high")}, [assessed()], "was made known by 'High', but OR-1 determined 'Low'"),
        ({"opportunity_risk": "OR-1", "promotion": made("high", "low")}, [assessed()], ""), ({"opportunity_risk": "OR-1"}, [assessed()], "does not say how"), ({"opportunity_risk": "OR-1", "promotion": []}, [assessed()], "does not say how"),
        ({"opportunity_risk": "OR-1", "promotion": made("low")}, [assessed(status="carried_out")], ""), ({"opportunity_risk": "OR-1", "promotion": made("low")}, [assessed(status="draft")], "has determined nothing"),
        ({"opportunity_risk": "OR-1", "promotion": made("low")}, [assessed(voided={})], "has determined nothing"), ({"opportunity_risk": "OR-1"}, [assessed(carried_out={"level": "low"})], ""),
        ({"opportunity_risk": "OR-1", "promotion": made("low")}, [assessed(carried_out={"level": "high"})], "was made known by 'High'"), ({"opportunity_risk": "OR-1", "value": "50000.01"}, [assessed(status="draft")], ""),
    ],
)  # fmt: skip
def test_small_opportunities_are_made_known_as_was_determined(data, beside, words):
    for status in ("draft", "approved", "withdrawn"):
        found = findings("R-NTJ-2", reason(status, **data), *beside, LEVELS, ADVERTISING)
        assert [(f.severity, f.at.pointer) for f in found] == ([("error", "/opportunity_risk")] if words and status == "approved" else []), status  # fmt: skip
        assert all(words in f.message for f in found)
    assert told("R-NTJ-2", reason(**data, legacy={}), *beside, LEVELS, ADVERTISING) == (["warning NT-1/opportunity_risk"] if words else [])  # fmt: skip
    assert told("R-NTJ-2", reason(**data), *beside, LEVELS) == []


@pytest.mark.parametrize(("options", "few"), [([{}], True), ([{}, {}], False), ([], False), (None, False)])
def test_best_value_compares_two_options(options, few):
    given = reason(best_value={"options": options} if options is not None else {})
    assert told("R-NTJ-3", given) == (["error NT-1/best_value/options"] if few else [])
    assert told("R-NTJ-3", but(given, legacy={})) == (["warning NT-1/best_value/options"] if few else [])
    assert told("R-NTJ-3", but(given, status="draft")) == told("R-NTJ-3", but(given, best_value="x")) == []


LAW = table("thresholds", bound("regulated_services"), bound("light_touch_services", "600.00"))
HIGH = table("thresholds", bound("regulated_services"), bound("light_touch_services", "600000.00"))


@pytest.mark.parametrize(
    ("data", "lacks"),
    [
        ({}, True), ({"value": "49999.99"}, False), ({"legal_basis": "s. 12"}, False), ({"reason_code": "direct_award_health_social"}, False), ({"reason_code": "statutory_ground"}, False), ({"reason_code": "best_value"}, True),
        ({"status": "draft"}, False), ({"voided": {}}, False), ({"procurement_commenced": None}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_regulated_purchase_names_its_legal_basis(data, lacks):
    assert told("R-NTJ-6", reason(**data), HIGH) == (["error NT-1/legal_basis"] if lacks else [])
    assert told("R-NTJ-6", reason(**data, legacy={}), HIGH) == (["warning NT-1/legal_basis"] if lacks else [])


SOCIAL = table(
    "service_types", {"code": "a", "regime": "health_or_social_care", "cpv": "85311300-5"}, {"code": "b", "regime": "other", "cpv": "90000000-0"}, {"code": "c", "regime": "health_or_social_care"},
    {"code": "d", "regime": "health_or_social_care", "cpv": "80000000-4", "effective_from": "2026-05-02"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("cpv", "data", "listed"),
    [
        ("85311300-5", {}, True), ("85311310-8", {}, True), ("85311400-6", {}, False), ("85311200-4", {}, False), ("90000000-0", {}, False), ("80100000-5", {}, False), ("80100000-5", {"procurement_commenced": "2026-05-02"}, True), (None, {}, True),
        ("90000000-0", {"procurement_commenced": None}, True), ("90000000-0", {"reason_code": "urgency"}, True), ("90000000-0", {"status": "draft"}, True),
    ],
)  # fmt: skip
def test_a_direct_award_is_of_health_or_social_care(cpv, data, listed):
    given = reason(**{"reason_code": "direct_award_health_social", "cpv": cpv, "value": "1.00", **data})
    assert told("R-NTJ-6", given, SOCIAL) == ([] if listed else ["error NT-1/cpv"])
    assert told("R-NTJ-6", but(given, legacy={}), SOCIAL) == ([] if listed else ["warning NT-1/cpv"])
    assert told("R-NTJ-6", given) == [], "no type of service says which codes are"


@pytest.mark.parametrize(("value", "over"), [("599.99", False), ("600.00", True)])
def test_a_direct_award_stays_below_the_threshold(value, over):
    given = reason(reason_code="direct_award_health_social", value=value)
    assert told("R-NTJ-6", given, LAW) == (["error NT-1/estimated_value"] if over else [])
    assert told("R-NTJ-6", but(given, reason_code="urgency"), LAW) == []


YEAR = but(table("thresholds", bound("regulated_services")), limits=limits(splitting_window=12).data["limits"])
READY = ("ready_for_issue", "issued", "signed", "in_force", "expired", "terminated", "closed")


def contract(id, start="2026-05-01", value="30000.00", status="in_force", **data):
    return record("contract", id, **{"status": status, "provider": "PR-1", "service_type": "foster", "start_date": start, "estimated_value": pounds(value), **data})  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "split"),
    [
        ({}, {"start": "2026-06-01"}, True), ({"start": "2025-06-02"}, {"start": "2026-06-01"}, True), ({"start": "2025-06-01"}, {"start": "2026-06-01"}, False), ({}, {}, True), ({"value": "20000.00"}, {}, True), ({"value": "19999.99"}, {}, False),
        ({"value": "50000.00"}, {}, False), ({}, {"value": "50000.00"}, False), ({"provider": "PR-2"}, {}, False), ({"service_type": "homes"}, {}, False), ({"contract_type": "call_off"}, {}, False), ({}, {"contract_type": "call_off"}, False),
        ({"contract_type": "spot"}, {}, True), ({"status": "draft"}, {}, False), ({"voided": {}}, {}, False), ({"start": None}, {}, False), ({"service_type": None}, {"service_type": None}, False), ({"estimated_value": None}, {}, False),
        ({"estimated_value": {"amount": "30000.00", "vat_basis": "odd"}}, {}, False), ({}, {"procurement_commenced": "2026-01-01"}, True),
    ],
    ids=str,
)  # fmt: skip
def test_purchases_are_not_split(first, second, split):
    one, other = contract("C-1", **first), contract("C-2", **second)
    assert told("R-NTJ-7", one, other, YEAR) == (["warning C-2/estimated_value"] if split else [])
    assert told("R-NTJ-7", one, other, table("thresholds", bound("regulated_services"))) == told("R-NTJ-7", one, other) == []  # fmt: skip
    for status in ("withdrawn", *READY):
        expected = ["warning C-2/estimated_value"] if split and status in READY else []
        assert told("R-NTJ-7", one, but(other, status=status), YEAR) == expected, status


def test_it_is_told_once_at_the_contract_that_brings_the_sum_over():
    three = [contract(f"C-{n}", f"2026-0{n}-01", "25000.00") for n in (1, 2, 3)]
    assert told("R-NTJ-7", *three, YEAR) == ["warning C-2/estimated_value"]
    [f] = findings("R-NTJ-7", *(but(c, estimated_value=pounds("20000.00")) for c in three), YEAR)
    assert f.at.path == "C-3.yaml" and [r.path for r in f.related] == ["C-1.yaml", "C-2.yaml"] and "£60,000.00" in f.message  # fmt: skip


def test_the_window_and_the_threshold_are_those_of_the_day_on_which_it_commenced():
    later = table("thresholds", {**bound("regulated_services"), "effective_from": "2026-05-01"}, limits=limits(splitting_window=12).data["limits"])  # fmt: skip
    early = contract("C-2", procurement_commenced="2026-04-30")
    assert told("R-NTJ-7", contract("C-1"), early, later) == [] and told("R-NTJ-7", contract("C-1"), contract("C-2"), later) != []  # fmt: skip
