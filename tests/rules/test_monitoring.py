"""R-MON-1, 2, 3, 15 and 17: plans, what sets off additional monitoring, the sums of the risk model, who takes part, other authorities."""

import pytest

from tests.rules.registers import but, findings, limits, record, shut, table, told

CONTRACT = record("contract", "C-1", status="in_force", provider="PR-1", start_date="2025-11-24")
AREAS = (
    "volume_and_costs", "user_and_provider_staff_views", "council_staff_views", "quality_and_complaints", "inspection_reports", "other_commissioners",
)  # fmt: skip


def plan(id="MP-1", **data):
    return record("monitoring_plan", id, **{"contract": "C-1", "status": "active", "level": "standard", **data})


def methods(*areas, **how):
    return [{"area": a, **(how or {"how": "By the return."})} for a in areas]


WHOLE = methods(*AREAS)


@pytest.mark.parametrize(
    ("plans", "expected"),
    [
        ([], ["error C-1/monitoring_plan"]), ([plan(methods=WHOLE)], []), ([plan(methods=WHOLE, status="draft")], ["error C-1/monitoring_plan"]),
        ([plan(methods=WHOLE, status="ended")], ["error C-1/monitoring_plan"]), ([plan(methods=WHOLE, contract="C-2")], ["error C-1/monitoring_plan"]),
        ([plan(methods=WHOLE, voided={})], ["error C-1/monitoring_plan"]), ([plan()], ["error MP-1/methods"]),
        *(([plan(methods=[m for m in WHOLE if m["area"] != a])], ["error MP-1/methods"]) for a in AREAS),
        ([plan(methods=methods(*AREAS, not_used_reason="Nobody else buys it."))], []), ([plan(methods=methods(*AREAS, who="Team"))], ["error MP-1/methods"]),
        ([plan(methods=WHOLE[:3]), plan("MP-2", level="additional", methods=WHOLE[3:])], []),
        ([plan(level="additional", methods=WHOLE[:3]), plan("MP-2", methods=WHOLE[4:])], ["error MP-2/methods"]),
    ],
)  # fmt: skip
def test_a_contract_in_force_has_a_plan_for_the_six_areas(plans, expected):
    assert told("R-MON-1", CONTRACT, *plans) == expected
    assert told("R-MON-1", but(CONTRACT, status="expired"), *plans) == []
    if expected == ["error C-1/monitoring_plan"]:
        assert told("R-MON-1", but(CONTRACT, legacy={}), *plans) == ["warning C-1/monitoring_plan"]


POLICY = table(
    "monitoring_policy",
    {"code": "rated_red", "part": "trigger", "label": "Rated red", "effective_from": "2026-04-01"},
    {"code": "earlier", "part": "trigger", "label": "Earlier", "effective_to": "2026-03-31"},
    {"code": "visits", "part": "standard", "label": "Visits"},
)
MODEL = table("risk_model", {"code": "finances", "label": "Finances", "effective_from": "2026-04-01"})
SECOND, BEFORE = "2026-04-01", "2026-03-31"


@pytest.mark.parametrize(
    ("code", "on", "known"),
    [
        ("rated_red", SECOND, True), ("rated_red", BEFORE, False), ("earlier", BEFORE, True), ("earlier", SECOND, False), ("finances", SECOND, True),
        ("finances", BEFORE, False), ("visits", SECOND, False), ("other", SECOND, False), (None, SECOND, True), ("other", None, True),
    ],
)  # fmt: skip
def test_what_sets_off_additional_monitoring_is_a_criterion_of_its_day(code, on, known):
    met = {"level": "additional", "trigger": {"code": code, "met_on": on}}
    expected = [] if known else ["error MP-1/trigger/code"]
    assert told("R-MON-2", plan(**met), POLICY, MODEL) == expected
    assert told("R-MON-2", plan(**met, status="ended"), POLICY, MODEL) == expected
    assert told("R-MON-2", plan(**met, status="draft"), POLICY, MODEL) == []
    assert told("R-MON-2", plan(**{**met, "level": "standard"}), POLICY, MODEL) == []
    assert told("R-MON-2", plan(**met), table("monitoring_policy")) == [], "no criteria are laid down yet"
    late = plan(level="additional", trigger={"code": code}, decision={"on": on})
    assert told("R-MON-2", late, POLICY, MODEL) == expected, "without a day of its own that of the decision counts"
    early = plan(level="additional", trigger={"code": code, "met_on": on}, decision={"on": "2020-01-01"})
    assert told("R-MON-2", early, POLICY, MODEL) == (expected if on else [] if code in (None, "earlier") else ["error MP-1/trigger/code"])  # fmt: skip
    told_on = {"on": on, "additional_monitoring": True, "trigger": code}
    decided = record("risk_assessment", "RA-1", status="decided", decision=told_on)
    assert told("R-MON-2", decided, POLICY, MODEL) == ([] if known else ["error RA-1/decision/trigger"])
    assert told("R-MON-2", but(decided, status="draft"), POLICY, MODEL) == []
    assert told("R-MON-2", but(decided, decision={**told_on, "additional_monitoring": False}), POLICY, MODEL) == []


def test_a_plan_that_names_no_trigger_is_left_to_its_form():
    assert told("R-MON-2", plan(level="additional"), POLICY) == told("R-MON-2", plan(level="additional", trigger="x"), POLICY) == []  # fmt: skip


def test_the_criteria_that_may_be_named_are_told():
    [f] = findings("R-MON-2", plan(level="additional", trigger={"code": "other", "met_on": SECOND}), POLICY, MODEL)
    assert f.fix.endswith("criterion that was met: rated_red (Rated red)")
    [f] = findings("R-MON-2", plan(level="additional", trigger={"code": "earlier", "met_on": SECOND}), POLICY, MODEL)
    assert f.message == "'Earlier' was no criterion for additional monitoring on 2026-04-01"


def level(*scores):
    return [{"score": s} for s in scores]


RISK = table(
    "risk_model",
    {"code": "money", "label": "Money", "weight": 2, "levels": level(0, 1, 3)}, {"code": "staff", "label": "Staff", "levels": level(0, 1, 3)},
    {"code": "later", "label": "Later", "effective_from": "2027-01-01"},
    bands=[{"rating": "green", "from_score": 0, "to_score": 2}, {"rating": "amber", "from_score": 3, "to_score": 5}, {"rating": "red", "from_score": 6, "to_score": 9}],
)  # fmt: skip


def scored(money=0, staff=0, *more, **data):
    given = [{"factor": "money", "score": money}, {"factor": "staff", "score": staff}, *more]
    return record("risk_assessment", "RA-1", **{"status": "decided", "assessed_on": "2026-05-01", "factors": given, **data})  # fmt: skip


@pytest.mark.parametrize(
    ("money", "staff", "total", "rating"),
    [
        (0, 0, 0, "green"),
        (1, 0, 2, "green"),
        (1, 1, 3, "amber"),
        (1, 3, 5, "amber"),
        (3, 0, 6, "red"),
        (3, 3, 9, "red"),
    ],
)
def test_total_and_rating_follow_from_the_scores(money, staff, total, rating):
    for given in range(10):
        expected = [] if given == total else ["error RA-1/total"]
        assert told("R-MON-3", scored(money, staff, total=given), RISK) == expected, given
    for given in ("green", "amber", "red"):
        expected = [] if given == rating else ["error RA-1/computed_rating"]
        assert told("R-MON-3", scored(money, staff, computed_rating=given), RISK) == expected, given
    assert told("R-MON-3", scored(money, staff, total=total, computed_rating=rating, rating="red"), RISK) == []


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (scored(2), ["error RA-1/factors/0/score"]), (scored(0, 2), ["error RA-1/factors/1/score"]), (scored(2, 2), ["error RA-1/factors/0/score"]),
        (scored(0, 0, {"factor": "later", "score": 1}), ["error RA-1/factors/2/factor"]), (scored(0, 0, {"factor": "other", "score": 1}), ["error RA-1/factors/2/factor"]),
        (scored(factors=[{"factor": "money", "score": 0}], total=9), ["error RA-1/factors"]), (scored(factors=[]), []), (scored(assessed_on=None), []),
        (scored(2, status="draft"), []), (scored(2, voided={}), []), (scored(3, 3), []), (scored(3, 3, total=1, computed_rating="green"), ["error RA-1/total", "error RA-1/computed_rating"]),
    ],
)  # fmt: skip
def test_every_factor_of_the_day_is_scored_as_the_model_says(assessment, expected):
    assert told("R-MON-3", assessment, RISK) == expected
    assert told("R-MON-3", assessment) == [], "there is no model"


def test_a_model_may_leave_scores_and_bands_open():
    free = table("risk_model", {"code": "money", "label": "Money"}, {"code": "staff", "label": "Staff"})
    assert told("R-MON-3", scored(7, 4, total=11, computed_rating="red"), free) == []
    assert told("R-MON-3", scored(7, 4, total=12), free) == ["error RA-1/total"]


STAGES = ("develop", "undertake", "report")


def involved(*stages, who=("provider",)):
    return [{"stage": s, "who": list(who)} for s in stages]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([plan(involvement=involved(*STAGES))], []), *(([plan(involvement=involved(*(s for s in STAGES if s != left)))], ["warning MP-1/involvement"]) for left in STAGES),
        ([plan(involvement=involved(*STAGES, who=()))], ["warning MP-1/involvement"]), ([], []), ([plan(status="draft")], []),
        ([plan(involvement=involved("develop", "undertake")), record("operational_report", "OR-1", contract="C-1", involvement=involved("report"))], []),
        ([plan(involvement=involved("develop", "undertake")), record("operational_report", "OR-1", contract="C-2", involvement=involved("report"))], ["warning MP-1/involvement"]),
        ([plan(level="additional"), plan("MP-2")], ["warning MP-2/involvement"]),
    ],
)  # fmt: skip
def test_somebody_from_outside_takes_part_at_each_stage(records, expected):
    assert told("R-MON-15", CONTRACT, *records) == expected
    assert told("R-MON-15", but(CONTRACT, status="expired"), *records) == []


LIMITS = limits(peer_experience_value="100000.00", peer_experience_age=12)
LARGE = but(CONTRACT, estimated_value={"amount": "100000.01"})


def rated(rating, on="2026-05-01", id="RA-1", **data):
    return record("risk_assessment", id, **{"contract": "C-1", "status": "decided", "assessed_on": on, "rating": rating, **data})  # fmt: skip


@pytest.mark.parametrize(
    ("records", "asked"),
    [
        ([LARGE], True), ([but(LARGE, estimated_value={"amount": "100000.00"})], False), ([CONTRACT], False), ([but(LARGE, status="expired")], False),
        ([CONTRACT, rated("green")], False), ([CONTRACT, rated("amber")], True), ([CONTRACT, rated("red")], True), ([CONTRACT, rated("red", contract="C-2")], False),
        ([CONTRACT, rated("red", status="draft")], False), ([CONTRACT, rated("red"), rated("green", "2026-05-02", "RA-0")], False),
        ([CONTRACT, rated("green", "2026-04-30"), rated("red", id="RA-0")], True), ([CONTRACT, rated("green"), rated("red", id="RA-2")], True),
        ([but(LARGE, start_date="2025-11-25")], False), ([but(LARGE, start_date=None)], False), ([but(LARGE, start_date="2025-11-23")], True),
    ],
)  # fmt: skip
def test_of_which_contracts_other_authorities_are_asked(records, asked):
    assert told("R-MON-17", *records, LIMITS) == (["warning C-1"] if asked else [])
    for missing in (limits(peer_experience_value="100000.00"), limits(peer_experience_age=12)):
        assert told("R-MON-17", *records, missing) == []


@pytest.mark.parametrize(
    ("data", "recent"),
    [
        ({"asked_on": "2025-11-24"}, True), ({"asked_on": "2025-11-23"}, False), ({"received_on": "2025-11-24"}, True),
        ({"asked_on": "2025-11-23", "received_on": "2025-11-24"}, True), ({}, False), ({"asked_on": "2026-05-01", "provider": "PR-2"}, False),
        ({"asked_on": "2026-05-01", "voided": {}}, False),
    ],
    ids=str,
)  # fmt: skip
def test_other_authorities_were_asked_within_the_months(data, recent):
    heard = record("peer_experience", "PE-1", **{"provider": "PR-1", **data})
    assert told("R-MON-17", LARGE, LIMITS, heard) == ([] if recent else ["warning C-1"])
    assert told("R-MON-17", LARGE, LIMITS, shut("peer_experience", "PE-1", provider="PR-1")) == [], "it may be recent"
    other = but(LARGE, further_providers=["PR-2"])
    assert told("R-MON-17", other, LIMITS, record("peer_experience", "PE-1", provider="PR-2", asked_on="2026-05-01")) == []  # fmt: skip


def test_what_was_heard_last_is_shown():
    old = [record("peer_experience", f"PE-{n}", provider="PR-1", asked_on=f"202{n}-01-01") for n in (3, 4)]
    [f] = findings("R-MON-17", LARGE, LIMITS, *old)
    assert [r.path for r in f.related] == ["PE-4.yaml"]
    [f] = findings("R-MON-17", CONTRACT, rated("amber"), LIMITS)
    assert f.message.startswith("is rated amber")
