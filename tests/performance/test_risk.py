"""Risk by the council's model: what adds to the total and why, what sets a lowest rating, and what the assessor decided."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.performance.figures import FIGURES
from ccm_site.performance.risk import RATINGS, decision_due, latest_assessment, risk_of
from tests.performance.registers import (
    DAY,
    QUARTERS,
    contract,
    provider,
    record,
    register,
    sent,
    specification,
    standard,
    table,
)

BANDS = [("green", 0, 4), ("amber", 5, 9), ("red", 10, 20)]


def asks(figure, value, comparison="at_least"):
    return {"test": {"figure": figure, "comparison": comparison, "value": value}}


def factor(code="grades", weight=2, levels=(), **data):
    """A factor whose scores 0, 1, 2 … have these tests, {} for none."""
    told = [{"score": n, "when": f"{code} {n}", **level} for n, level in enumerate(levels or [{}] * 4)]
    return {"code": code, "label": code, "weight": weight, "levels": told, "effective_from": "2024-04-01", **data}


def model(*factors, overrides=(), bands=BANDS):
    return table(
        "risk_model", entries=list(factors), overrides=list(overrides),
        bands=[{"rating": r, "from_score": a, "to_score": b, "meaning": f"means {r}"} for r, a, b in bands],
    )  # fmt: skip


def assessment(id="RK-1", on="2026-06-01", computed="green", scores=(), **data):
    factors = [
        {"factor": f, "score": s} if not isinstance(s, dict) else {"factor": f, **s} for f, s in dict(scores).items()
    ]
    told = {"contract": "C-1", "status": "decided", "assessed_on": on, "computed_rating": computed, "rating": computed, "factors": factors}  # fmt: skip
    return record("risk_assessment", id, **{k: v for k, v in (told | data).items() if v is not None})


def inspection(id="IS-1", grades=(5,), requirements=0, on="2026-05-01", service="SV-1"):
    return record(
        "inspection", id, provider="larch", service=service, inspected_on=on,
        grades=[{"item": "care", "grade": g} for g in grades], requirements=[{"text": "Mend it."} for _ in range(requirements)],
    )  # fmt: skip


def complaint(id, on, **data):
    return record("complaint", id, received_on=on, **{"provider": "larch", "entry_type": "concern"} | data)


def risk(*records, today=DAY, **limits):
    return risk_of(register(contract(), provider(), *records, **limits), contract(), today)


def figure(name, *records, today=DAY, agreed=None, **limits):
    agreed = agreed or contract()
    limits = {"concerns_window": "6", "target_tolerance": "2"} | limits
    return FIGURES[name](register(agreed, provider(), *records, **limits), agreed, today)


GRADES = factor(levels=[{}, asks("lowest_grade", "3", "at_most"), asks("open_requirements", "1"), asks("lowest_grade", "2", "at_most")])  # fmt: skip


@pytest.mark.parametrize(
    ("found", "score", "by", "why", "sources"),
    [
        ([inspection(grades=(4, 5))], 0, "figures", "lowest grade 4", ["IS-1"]),
        ([inspection(grades=(3, 5))], 1, "figures", "lowest grade 3", ["IS-1"]),
        ([inspection(grades=(3,), requirements=2)], 2, "figures", "2 open requirements", ["IS-1"]),
        ([inspection(grades=(2,), requirements=1)], 3, "figures", "lowest grade 2", ["IS-1"]),
        ([inspection(grades=(), requirements=1)], 2, "figures", "1 open requirement", ["IS-1"]),
        ([inspection(), assessment(scores={"grades": 3})], 0, "figures", "lowest grade 5", ["IS-1"]),
        ([assessment(scores={"grades": 3})], 3, "assessor", "grades 3", ["RK-1"]),
        ([assessment(scores={"grades": {"score": 2, "finding": "Seen."}})], 2, "assessor", "Seen.", ["RK-1"]),
        ([assessment(scores={"other": 2})], 0, "nobody", "not assessed yet", []),
        ([], 0, "nobody", "not assessed yet", []),
    ],
)
def test_a_factor_is_scored_by_figures_else_by_the_assessor_else_by_nobody(found, score, by, why, sources):
    told = risk(model(GRADES), *found)
    (only,) = told.contributions
    assert (only.score, only.by, only.why, [k.id for k in only.sources]) == (score, by, why, sources)
    assert (only.points, told.total) == (2 * score, 2 * score)
    assert told.unknown == (("grades",) if by == "nobody" else ())


@pytest.mark.parametrize(
    ("level", "by"),
    [
        ({}, "assessor"),
        (asks("unheard_of", "1"), "assessor"),
        (asks("lowest_grade", "1", "at_most"), "figures"),
        (asks("other_services", "1"), "assessor"),
    ],
)
def test_a_factor_without_a_figure_goes_by_the_assessor(level, by):
    told = risk(model(factor(levels=[{}, level, {}])), inspection(), assessment(scores={"grades": 2}))
    assert told.contributions[0].by == by


@pytest.mark.parametrize(
    ("levels", "score"),
    [
        ([{"score": 1}, {"score": 3, **asks("lowest_grade", "2", "at_most")}], 1),  # the lowest level asks for nothing
        ([{"score": 3, **asks("lowest_grade", "2", "at_most")}, {"score": 1}], 1),
        ([{"score": 1, **asks("lowest_grade", "3", "at_most")}], 0),
        ([{"score": 1, **asks("lowest_grade", "5", "at_most")}], 1),
    ],
)
def test_where_no_test_is_met_it_is_the_lowest_level_without_a_test(levels, score):
    told = risk(model({"code": "grades", "label": "Grades", "levels": levels}), inspection())
    (only,) = told.contributions
    assert (only.weight, only.score, only.points, only.by) == (1, score, score, "figures")


@pytest.mark.parametrize(
    ("total", "rating"), [(0, "green"), (4, "green"), (5, "amber"), (9, "amber"), (10, "red"), (20, "red"), (21, "red")]
)
def test_the_rating_follows_from_the_total(total, rating):
    told = risk(model(factor(weight=1, levels=[{}] * 22)), assessment(scores={"grades": total}))
    assert (told.total, told.rating, told.meaning) == (total, rating, f"means {rating}")


@given(st.lists(st.integers(0, 3), min_size=3, max_size=3), st.integers(0, 2), st.integers(1, 20))
def test_a_higher_score_never_lowers_the_rating(scores, which, weight):
    factors = [factor(f"f{n}", weight) for n in range(3)]
    more = [min(s + (n == which), 3) for n, s in enumerate(scores)]
    ratings = []
    for given_ in (scores, more):
        told = risk(model(*factors), assessment(scores={f"f{n}": s for n, s in enumerate(given_)}))
        assert told.total == sum(c.points for c in told.contributions) == weight * sum(given_)
        ratings.append(RATINGS.index(told.rating))
    assert ratings == sorted(ratings)


@pytest.mark.parametrize(
    ("grade", "total", "rating", "events"),
    [(5, 0, "green", []), (3, 0, "amber", ["poor"]), (2, 0, "red", ["poor", "bad"]), (5, 10, "red", []), (3, 10, "red", ["poor"])],
)  # fmt: skip
def test_an_event_sets_a_lowest_rating(grade, total, rating, events):
    overrides = [
        {"when": "poor", "rating": "amber", **asks("lowest_grade", "3", "at_most")},
        {"when": "bad", "rating": "red", **asks("lowest_grade", "2", "at_most")},
        {"when": "told to nobody", "rating": "red"},
        {"when": "not known", "rating": "red", **asks("vacancies", "0")},
    ]
    told = risk(model(factor(weight=1, levels=[{}] * 11), overrides=overrides), inspection(grades=(grade,)), assessment(scores={"grades": total}))  # fmt: skip
    assert (told.total, told.rating, [e.when for e in told.events]) == (total, rating, events)
    assert all([k.id for k in e.sources] == ["IS-1"] and e.why == f"lowest grade {grade}" for e in told.events)


def test_factors_are_those_in_force_on_the_day():
    old, new = factor("old", effective_to="2026-11-23"), factor("new", effective_from="2026-11-24")
    days = [date(2026, 11, 23), DAY]
    assert [[c.code for c in risk(model(old, new), today=d).contributions] for d in days] == [["old"], ["new"]]
    assert risk() is None, "no model"
    assert risk(model(factor(effective_from="2027-01-01"))) is None, "none in force"


@pytest.mark.parametrize(
    ("changes", "latest"),
    [
        ([{}, {"on": "2026-07-01"}], "RK-1"),
        ([{"on": "2026-07-01"}, {}], "RK-0"),
        ([{}, {}], "RK-1"),
        ([{}, {"status": "draft"}], "RK-0"),
        ([{}, {"on": "2026-11-25"}], "RK-0"),
        ([{}, {"on": "2026-11-24"}], "RK-1"),
        ([{}, {"voided": {}}], "RK-0"),
        ([{"contract": "C-2"}], None),
    ],
    ids=str,
)
def test_the_latest_assessment_that_was_decided_by_the_day(changes, latest):
    around = register(contract(), *(assessment(f"RK-{n}", **c) for n, c in enumerate(changes)))
    found = latest_assessment(around, contract(), DAY)
    assert (found.id if found else None) == latest


AMBER = model(factor(weight=5))
PLAN = record("monitoring_plan", "MP-1", contract="C-1", level="additional", status="active", start_date="2026-11-01")


@pytest.mark.parametrize(
    ("computed", "rating", "decided", "differs"),
    [("amber", "amber", "amber", False), ("amber", "green", "green", True), ("amber", "red", "red", True), ("green", None, "green", True), (None, None, "", False)],
)  # fmt: skip
def test_where_the_assessor_rates_otherwise(computed, rating, decided, differs):
    told = risk(AMBER, assessment(computed=computed, rating=rating, scores={"grades": 1}, override_reason="Because."))
    assert (told.rating, told.decided, told.differs, told.override_reason) == ("amber", decided, differs, "Because.")
    assert told.assessment.id == "RK-1"


@pytest.mark.parametrize(
    ("records", "standing"),
    [
        ([inspection(grades=(3,))], "amber"),  # every factor is scored by figures
        ([], ""),  # nobody scored it
        ([inspection(grades=(3,)), assessment(rating="red")], "red"),
        ([assessment(rating="red")], "red"),
    ],
)
def test_the_rating_that_stands(records, standing):
    levels = [{}, asks("lowest_grade", "3", "at_most")]
    assert risk(model(factor(levels=levels, weight=5)), *records).standing == standing


def test_where_nobody_assessed_yet():
    told = risk(AMBER)
    assert (told.decided, told.differs, told.assessment, told.unknown) == ("", False, None, ("grades",))


@pytest.mark.parametrize(
    ("score", "computed", "rating", "decision", "plan", "due"),
    [
        (1, "amber", "amber", {}, [], True),  # amber, and nobody decided
        (1, "amber", "amber", {"additional_monitoring": False}, [], False),
        (1, "amber", "amber", {}, [PLAN], False),
        (
            1,
            "amber",
            "green",
            {"additional_monitoring": False},
            [],
            False,
        ),  # the assessor departed from amber, with a reason
        (1, "green", "green", {"additional_monitoring": False}, [], True),  # it was green then
        (2, "amber", "amber", {"additional_monitoring": False}, [], True),  # it is red now
        (0, "green", "green", {}, [], False),
        (0, "green", "amber", {}, [], True),
    ],
)
def test_whether_a_decision_on_additional_monitoring_is_due(score, computed, rating, decision, plan, due):
    told = risk(AMBER, assessment(computed=computed, rating=rating, decision=decision, scores={"grades": score}), *plan)
    assert decision_due(told) is due
    assert decision_due(risk(model(factor(levels=[{}, asks("lowest_grade", "3", "at_most")], weight=5)), inspection(grades=(3,)))) is True  # fmt: skip


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"level": "standard"}, False),
        ({"status": "ended"}, False),
        ({"start_date": "2026-11-24"}, True),
        ({"start_date": "2026-11-25"}, False),
        ({"end_date": "2026-11-24"}, True),
        ({"end_date": "2026-11-23"}, False),
        ({"voided": {}}, False),
    ],
    ids=str,
)
def test_the_plan_of_additional_monitoring(change, counts):
    plan = record(
        "monitoring_plan", "MP-1", **{k: v for k, v in (PLAN.data | change).items() if k not in ("kind", "id")}
    )
    assert bool(risk(AMBER, plan).monitored) is counts


@pytest.mark.parametrize(
    ("rating", "criteria"), [("green", []), ("amber", [("Rated amber", ("Monthly return", "unheard_of"))]), ("red", [])]
)
def test_what_a_rating_sets_off(rating, criteria):
    policy = table(
        "monitoring_policy",
        entries=[
            {"code": "rating_amber", "label": "Rated amber", "part": "trigger", "leads_to": ["monthly", "unheard_of"]},
            {"code": "monthly", "label": "Monthly return", "part": "method"},
            {"code": "rating_red", "label": "Rated red", "part": "trigger", "effective_to": "2026-11-23"},
        ],
    )
    assert [(t.label, t.leads_to) for t in risk(AMBER, assessment(computed=rating), policy).triggers] == criteria


def test_a_criterion_is_met_by_its_test_whatever_the_rating():
    low = {
        "code": "low_grade",
        "label": "Low grade",
        "part": "trigger",
        "leads_to": ["visit"],
        **asks("lowest_grade", "2", "at_most"),
    }
    policy = table("monitoring_policy", entries=[low, {"code": "visit", "label": "Visit", "part": "additional"}])
    decided = assessment(decision={"additional_monitoring": False}, scores={"grades": 0})
    told = risk(AMBER, decided, policy, inspection(grades=(2, 5)))
    assert [(t.label, t.leads_to, t.why, [k.id for k in t.sources]) for t in told.triggers] == [
        ("Low grade", ("Visit",), "lowest grade 2", ["IS-1"])
    ]
    assert risk(AMBER, decided, policy, inspection(grades=(3,))).triggers == ()
    undecided = assessment(scores={"grades": 0})
    assert decision_due(risk(AMBER, undecided, policy, inspection(grades=(2,)))) is True
    assert decision_due(risk(AMBER, undecided, policy, inspection(grades=(3,)))) is False


@pytest.mark.parametrize(
    ("found", "value", "sources"),
    [
        ([], None, None),
        ([inspection(grades=())], None, None),
        ([inspection("IS-1", (2,), on="2025-01-01"), inspection("IS-2", (5,))], 5, ["IS-2"]),
        ([inspection("IS-1", (2,)), inspection("IS-2", (5,), service="SV-2")], 2, ["IS-1"]),
        ([inspection("IS-1", (3,)), inspection("IS-2", (3,), service="SV-2")], 3, ["IS-1", "IS-2"]),
        ([inspection("IS-1", (3,), on="2025-01-01"), inspection("IS-2", ())], 3, ["IS-1"]),
        ([inspection("IS-1", (2,), on="2026-11-25")], None, None),
    ],
)
def test_the_lowest_grade_in_the_latest_inspection_of_each_service(found, value, sources):
    told = figure("lowest_grade", *found)
    assert (told and int(told.value), told and sorted(k.id for k in told.sources)) == (value, sources)


STANDARDS = specification(standards=[standard("talk"), standard("safe", value="100", child_safety=True), standard("test", value=None)])  # fmt: skip


@pytest.mark.parametrize(
    ("results", "missed", "safety", "run"),
    [
        ([], None, None, None),
        ([{}], None, None, None),
        ([{"talk": "95", "safe": "100"}], 0, 0, 0),
        ([{"talk": "94", "safe": "100"}], 0, 0, 0),  # just missed
        ([{"talk": "80", "safe": "99", "test": {"passed": "no"}}], 3, 1, 1),
        ([{"talk": "80"}, {"talk": "80"}, {"talk": "80"}], 1, 0, 3),
        ([{"talk": "80"}, {"safe": "90"}], 1, 1, 1),
        ([{"safe": "90"}, {"safe": "90", "talk": "80"}], 2, 1, 2),
        ([{"talk": "80"}, {"talk": None}], 0, 0, 1),
        ([{"talk": "80"}, {"talk": "<5"}], 0, 0, 0),
    ],
    ids=str,
)
def test_standards_missed_in_the_latest_period(results, missed, safety, run):
    returns = [sent(f"RT-{n}", QUARTERS[n], r) for n, r in enumerate(results)]
    names = ("standards_missed", "safety_standards_missed", "periods_missed")
    told = [figure(name, STANDARDS, *returns) for name in names]
    assert [t and int(t.value) for t in told] == [missed, safety, run]
    if run:
        assert len(told[2].sources) == run


def test_two_returns_of_a_period_miss_a_standard_once():
    returns = [sent("RT-1", QUARTERS[0], {"talk": "80"}), sent("RT-2", QUARTERS[0], {"talk": "70"})]
    for name in ("standards_missed", "periods_missed"):
        told = figure(name, STANDARDS, *returns)
        assert (told.value, [k.id for k in told.sources]) == (1, ["RT-1", "RT-2"]), name


@pytest.mark.parametrize(
    ("days", "now", "more"),
    [
        (["2026-05-25"], 1, 1),
        (["2026-11-24"], 1, 1),
        (["2026-05-24"], 0, -1),
        (["2026-11-25"], 0, 0),
        (["2025-11-25"], 0, -1),
        (["2025-11-24"], 0, 0),
        (["2026-06-01", "2026-07-01", "2026-01-01"], 2, 1),
    ],
    ids=str,
)
def test_concerns_in_the_window_and_in_the_one_before(days, now, more):
    told = [complaint(f"K-{n}", d) for n, d in enumerate(days)]
    praise = complaint("K-9", "2026-06-01", entry_type="compliment")
    assert figure("concerns_received", *told, praise).value == now
    assert figure("concerns_more", *told, praise).value == more


def test_concerns_of_every_provider_of_the_contract_and_of_no_other():
    told = [complaint("K-1", "2026-06-01"), complaint("K-2", "2026-06-01", provider="rowan"), complaint("K-3", "2026-06-01", provider="other")]  # fmt: skip
    both = contract(further_providers=["rowan"])
    assert figure("concerns_received", *told, agreed=both).value == 2
    assert figure("concerns_received", *told).value == 1


def test_while_a_complaint_cannot_be_read_there_is_no_figure():
    """A number that is too small would make the risk too small."""
    read, shut = complaint("K-1", "2026-06-01"), complaint("K-2", None, shut=True)
    assert figure("concerns_received", read).value == 1
    assert figure("concerns_received", read, shut) is figure("concerns_more", read, shut) is None


def test_without_a_window_or_any_complaint_there_is_no_figure():
    for name in ("concerns_received", "concerns_more"):
        assert figure(name) is None
        assert figure(name, complaint("K-1", "2026-06-01"), concerns_window=[]) is None


@pytest.mark.parametrize("name", ["vacancies", "turnover"])
@pytest.mark.parametrize(
    ("latest", "value"), [("12.50", "12.5% "), ("0", "0% "), ("<5", None), ({}, "4% ")], ids=str
)  # fmt: skip
def test_staffing_by_the_latest_return_that_tells_it(name, latest, value):
    newer = {} if latest == {} else {name: latest}
    told = figure(name, sent("RT-1", staffing={name: "4"}), sent("RT-2", QUARTERS[1], staffing=newer))
    assert (told is None) if value is None else told.words.startswith(value)
    assert figure(name) is None


def test_agency_staff_at_the_first_day_on_which_the_period_is_over():
    told = sent("RT-1", QUARTERS[0], staffing={"agency": "31"})
    assert figure("agency_staff", told, today=date(2025, 12, 30)) is None
    assert figure("agency_staff", told, today=date(2025, 12, 31)).value == 31


def test_other_services_of_the_type():
    services = [
        record("service", f"SV-{n}", provider=p, service_type=t, status=s)
        for n, (p, t, s) in enumerate([("larch", "foster", "active"), ("rowan", "foster", "active"), ("rowan", "foster", "closed"), ("rowan", "school", "active")])
    ]  # fmt: skip
    told = figure("other_services", *services, agreed=contract(service_type="foster"))
    assert (told.value, told.words, [k.id for k in told.sources]) == (1, "1 other active service", ["SV-1"])
    assert figure("other_services", *services) is None
