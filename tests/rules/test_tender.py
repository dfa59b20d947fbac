"""R-TND-1, 2, 8 and 13: weights, criteria that stay, the Sourcing Group before the notice, price and quality, meetings with providers."""

import pytest

from tests.rules.registers import but, limits, record, told, told_of_change

CLOSED = ("closed_for_submission", "evaluating", "clarifying", "recommended", "authorised", "standstill", "awarded")
SET = ("criteria_set", "advertised", *CLOSED)
STATES = ("planned", "abandoned", *SET)


def tender(status="criteria_set", **data):
    return record("tender", "T-1", status=status, **data)


def criteria(*weights, kind="quality"):
    return [{"code": f"c{n}", "weight": w, "type": kind} for n, w in enumerate(weights)]


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ((60, 40), []), ((60, 39), ["/criteria"]), ((60, "40.5"), ["/criteria"]), ((100, 0), ["/criteria/1/weight"]), ((110, -10), ["/criteria/1/weight"]), ((1, 99), []), ((), []), ((60, None, 40), []), ((0,), ["/criteria/0/weight", "/criteria"]),
    ],
)  # fmt: skip
def test_weights_make_a_hundred(weights, expected):
    for status in STATES:
        given = tender(status, criteria=criteria(*weights))
        assert told("R-TND-1", given) == ([f"error T-1{p}" for p in expected] if status in SET else []), status
        assert told("R-TND-1", but(given, voided={})) == []


@pytest.mark.parametrize("name", ["criteria", "scoring_scale", "tie_break"])
def test_criteria_stay_as_they_were_set(name):
    old, new = {"on": "2026-05-01"}, {"on": "2026-05-02"}
    refused = [f"error T-1/{name}"]
    for status in STATES:
        before = tender(status, criteria_approved=old, **{name: "old"})
        asked = refused if status in SET else []
        assert told_of_change("R-TND-1", [before], [but(before, **{name: "new"})]) == asked, status
        assert told_of_change("R-TND-1", [before], [but(before, **{name: None})]) == asked, status
        assert told_of_change("R-TND-1", [before], [but(before, title="new")]) == told_of_change("R-TND-1", [before], []) == []  # fmt: skip
        anew = but(before, **{name: "new"}, criteria_approved=new)
        assert told_of_change("R-TND-1", [before], [anew]) == [], "approved anew before the notice"
        assert told_of_change("R-TND-1", [but(before, notice={})], [but(anew, notice={})]) == asked, status
    for first, second in ((old, old), (new, old), (None, new), (old, None)):
        before = tender(criteria_approved=first, **{name: "old"})
        assert told_of_change("R-TND-1", [before], [tender(criteria_approved=second, **{name: "new"})]) == refused


def decision(**data):
    return record("sourcing_decision", "SD-1", **{"status": "decided", "decision": {"on": "2026-04-30"}, **data})


@pytest.mark.parametrize(
    ("data", "beside", "expected"),
    [
        ({}, [decision()], []), ({"criteria_approved": {"by_role": "ccm", "on": "2026-04-30"}}, [], ["/criteria_approved/by_role"]), ({"criteria_approved": {"on": "2026-04-30"}}, [], ["/criteria_approved/by_role"]), ({"criteria_approved": None}, [], []),
        ({"criteria_approved": {"by_role": "sourcing_group", "on": "2026-05-01"}}, [], ["/criteria_approved/on"]), ({"criteria_approved": {"by_role": "sourcing_group", "on": "2026-05-02"}}, [], ["/criteria_approved/on"]),
        ({"criteria_approved": {"by_role": "sourcing_group", "on": "2026-05-02"}, "notice": {}}, [], []), ({}, [], []), ({}, [decision(decision={"on": "2026-05-01"})], ["/sourcing_decision"]), ({}, [decision(decision={"on": "2026-05-02"})], ["/sourcing_decision"]),
        ({}, [decision(decision={})], []), ({}, [decision(status="superseded")], []), ({}, [decision(status="draft")], ["/sourcing_decision"]), ({}, [decision(voided={})], ["/sourcing_decision"]), ({"sourcing_decision": None}, [decision(voided={})], []),
        ({"notice": None}, [decision(decision={"on": "2026-05-02"})], []), ({}, [decision(status="draft", decision={"on": "2026-05-02"})], ["/sourcing_decision"]),
    ],
)  # fmt: skip
def test_the_group_decides_before_the_notice(data, beside, expected):
    whole = {"criteria_approved": {"by_role": "sourcing_group", "on": "2026-04-30"}, "notice": {"published_on": "2026-05-01"}, "sourcing_decision": "SD-1"}  # fmt: skip
    for status in STATES:
        given = tender(status, **{**whole, **data})
        assert told("R-TND-2", given, *beside) == ([f"error T-1{p}" for p in expected] if status in SET else []), status


LEAST = limits({"code": "least_quality_weight", "value": 60, "effective_from": "2026-05-01"})


@pytest.mark.parametrize(
    ("quality", "price", "severity"),
    [((60,), (40,), ""), ((59,), (41,), "warning"), ((30, 30), (40,), ""), ((), (100,), "error"), ((0,), (100,), "error"), ((0,), (101,), "error"), ((1,), (99,), "warning"), ((), (), "")],
)  # fmt: skip
def test_price_is_not_all_and_quality_counts_enough(quality, price, severity):
    rows = [*criteria(*quality), *criteria(*price, kind="price")]
    for status in STATES:
        expected = [f"{severity} T-1/criteria"] if severity and status in SET else []
        assert told("R-TND-8", tender(status, criteria=rows, procurement_commenced="2026-05-01"), LEAST) == expected
    approved = tender(criteria=rows, criteria_approved={"on": "2026-05-01"})
    expected = [f"{severity} T-1/criteria"] if severity else []
    assert told("R-TND-8", approved, LEAST) == expected, "the day of approval where the procurement has none"
    early = but(approved, procurement_commenced="2026-04-30")
    assert told("R-TND-8", early, LEAST) == told("R-TND-8", tender(criteria=rows), LEAST) == (expected if severity == "error" else [])  # fmt: skip


@pytest.mark.parametrize(
    ("meetings", "there"),
    [([{"roles": ["ccm"]}], False), ([{"roles": ["ccm"]}, {"roles": ["ccm", "sourcing_group"]}], True), ([{}], False), ([], True), (None, True)],
)  # fmt: skip
def test_the_group_meets_providers(meetings, there):
    for status in STATES:
        expected = ["warning T-1/provider_meetings"] if not there and status in CLOSED else []
        assert told("R-TND-13", tender(status, provider_meetings=meetings)) == expected, status
