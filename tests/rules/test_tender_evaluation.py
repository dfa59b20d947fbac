"""R-TND-3, 4, 5 and 11: scores and totals worked out by hand, the best tender, presentations, and names that stay sealed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from ccm_site.model import Seal
from tests.rules.registers import but, findings, limits, record, shut, told

RECOMMENDED = ("recommended", "authorised", "standstill", "awarded")
EVALUATED = ("evaluating", "clarifying", *RECOMMENDED)
EARLY = ("planned", "criteria_set", "advertised", "closed_for_submission")


def codes(*names, **more):
    return [{"code": n, **more} for n in names]


def tender(status="recommended", **data):
    return record("tender", "T-1", **{"status": status, "procurement_commenced": "2026-05-01", **data})


THREE = limits({"code": "least_evaluators", "value": 3, "effective_from": "2026-05-01"}, total_tolerance="0.01")


@pytest.mark.parametrize(
    ("data", "few"),
    [
        ({"evaluators": [{"post": p} for p in "abc"]}, False), ({"evaluators": [{"post": p} for p in "ab"]}, True), ({"evaluators": [{"post": p} for p in "aab"]}, True), ({"evaluators": []}, True), ({}, False),
        ({"evaluators": [{"post": "a"}], "procurement_commenced": "2026-04-30"}, False), ({"evaluators": [{"post": "a"}], "procurement_commenced": None}, False),
    ],
    ids=str,
)  # fmt: skip
def test_enough_evaluators_of_different_posts(data, few):
    for status in (*EARLY, *EVALUATED):
        expected = ["error T-1/evaluators"] if few and status in EVALUATED else []
        assert told("R-TND-3", tender(status, **data), THREE) == expected, status
    assert told("R-TND-3", tender(**data)) == []


def score(tenderer, criterion, evaluator, value=5):
    return {"tenderer": tenderer, "criterion": criterion, "evaluator": evaluator, "score": value}


SCORED = {
    "tenderers": [*codes("a", "b"), {"code": "x", "excluded_reason": "Late."}], "criteria": codes("Q", "P"), "evaluators": codes("1", "2"), "scores": [score(t, c, e) for t in "ab" for c in "QP" for e in "12"],
}  # fmt: skip


@pytest.mark.parametrize("gone", range(8))
def test_every_evaluator_scores_every_tenderer_on_every_criterion(gone):
    whole = SCORED["scores"]
    lacks = {**SCORED, "scores": whole[:gone] + whole[gone + 1 :]}
    for status in (*EARLY, *EVALUATED):
        assert told("R-TND-3", tender(status, **SCORED)) == []
        expected = ["error T-1/scores"] if status in RECOMMENDED else []
        assert told("R-TND-3", tender(status, **lacks)) == expected, status
    assert told("R-TND-3", shut("tender", "T-1", **tender(**lacks).data)) == []
    assert told("R-TND-3", tender(**{**SCORED, "scores": None})) == [], "none is entered yet, which its form tells"


def test_how_many_scores_are_missing_is_said():
    for n, more in ((7, ""), (6, " and 1 more"), (0, " and 7 more")):
        [f] = findings("R-TND-3", tender(**{**SCORED, "scores": SCORED["scores"][:n] or [score("x", "Q", "1")]}))
        assert f.message.partition("criterion")[2].endswith(f"'{more}")


WEIGHED = {"criteria": [{"code": "Q", "weight": 70}, {"code": "P", "weight": 30}], "scoring_scale": {"highest": 5}, "tenderers": codes("a")}  # fmt: skip


def total(value, *moderated, tenderer="a"):
    return {"tenderer": tenderer, "total": value, "moderated": [{"criterion": c, "score": s} for c, s in moderated]}


@pytest.mark.parametrize(
    ("row", "scores", "expected"),
    [
        (total("74.00", ("Q", 4), ("P", 3)), [], "74.00"), (total("100", ("Q", 5), ("P", 5)), [], "100"), (total("0", ("Q", 0), ("P", 0)), [], "0"),
        (total("61.00", ("P", 2)), [score("a", "Q", "1", 3), score("a", "Q", "2", 4)], "61.00"), (total("74.00", ("Q", 4), ("P", 3)), [score("a", "Q", "1", 0), score("a", "P", "1", 0)], "74.00"),
        (total("58.67", ("P", 2)), [score("a", "Q", "1", 3), score("a", "Q", "2", 3), score("a", "Q", "3", 4)], "58.67"), (total("68.00", ("P", 2)), [score("a", "Q", "1", 4), score("b", "Q", "1", 0)], "68.00"),
        (total("68.00", ("P", 2)), [score("a", "Q", "1", 4), score("a", "Q", "2", None)], "68.00"), (total("61.00", ("P", 2), ("Q", None)), [score("a", "Q", "1", "3.5")], "61.00"),
    ],
)  # fmt: skip
def test_a_total_is_the_sum_of_weight_and_score_over_the_highest(row, scores, expected):
    def wrong(by, held=THREE, **more):
        value = str(Decimal(expected) + Decimal(by))
        return told("R-TND-3", tender(**{**WEIGHED, "totals": [{**row, "total": value}], **more}), held) == ["error T-1/totals/0/total"]  # fmt: skip

    given = [*scores, *(score("a", c, "0", None) for c in "QP")]
    assert not wrong("0", scores=given) and not wrong("0.01", scores=given) and not wrong("-0.01", scores=given)
    assert wrong("0.02", scores=given) and wrong("-0.02", scores=given)
    exact = limits()
    assert not wrong("0", exact, scores=given) and wrong("0.01", exact, scores=given)
    assert not wrong("9", scores=given, criteria=[*WEIGHED["criteria"], {"code": "N", "weight": 1}]), "without a score"
    assert not wrong("9", scores=given, criteria=[{"code": "Q"}, {"code": "P", "weight": 30}]), "without a weight"


def test_the_highest_score_is_a_hundred_where_none_is_named_and_each_tenderer_has_a_total():
    given = tender(**{**WEIGHED, "scoring_scale": None, "totals": [total("67.00", ("Q", 70), ("P", 60))]})
    assert told("R-TND-3", given) == [] and told("R-TND-3", but(given, totals=[total("67.01", ("Q", 70), ("P", 60))])) != []  # fmt: skip
    assert told("R-TND-3", but(given, totals=[total(None, ("Q", 70), ("P", 60))])) == []
    two = but(given, tenderers=codes("a", "b"))
    assert told("R-TND-3", two) == ["error T-1/totals"]
    assert told("R-TND-3", but(two, tenderers=[*codes("a"), {"code": "b", "excluded_reason": "x"}])) == []
    assert told("R-TND-3", but(two, totals=[])) == [], "none is reckoned yet"


def ranked(totals, chosen, **data):
    lots = totals if isinstance(totals, list) else [totals]
    rows = [{"tenderer": t, "total": v, **({"lot": n} if len(lots) > 1 else {})} for n, lot in enumerate(lots) for t, v in lot.items()]  # fmt: skip
    names = sorted({r["tenderer"] for r in rows} | set(chosen))
    return tender(**{"tenderers": codes(*names), "totals": rows, "recommendation": {"tenderers": list(chosen)}, **data})


DEPARTED = ["/recommendation/departure_reason", "/recommendation/departure_approved_by"]
TIED = ["/tie_break", "/recommendation/tie_break_used"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (ranked({"a": 80, "b": 70}, "a"), []), (ranked({"a": 80, "b": 70}, "b"), DEPARTED), (ranked({"a": 80, "b": 80}, "a"), TIED), (ranked({"a": 80, "b": 80}, "ab"), []), (ranked({"a": 80, "b": 70, "c": 60}, "ac"), DEPARTED),
        (ranked({"a": 80, "b": 60, "c": 60}, "ac"), TIED), (ranked({"a": 80, "b": 90}, "a", tenderers=[*codes("a"), {"code": "b", "excluded_reason": "x"}]), []), (ranked({"a": 80, "b": 90}, "b", tenderers=[*codes("a"), {"code": "b", "excluded_reason": "x"}]), DEPARTED),
        (ranked([{"a": 80, "b": 70}, {"a": 60, "b": 90}], "ab"), []), (ranked([{"a": 80, "b": 70}, {"a": 60, "b": 90}], "a"), DEPARTED), (ranked([{"a": 80, "b": 70, "c": 75}, {"b": 90, "a": 10}], "ab"), []), (ranked([{"a": 80, "c": 80}, {"b": 90}], "ab"), TIED),
        (ranked([{"a": 80}, {"c": 90}], "a"), []), (ranked({"a": 80, "b": None}, "a"), []), (ranked({"a": 80, "b": 90}, "z"), []), (ranked({"a": 80, "b": 90}, "a", recommendation=None), []),
        (ranked({"a": 70, "b": 80}, "a", recommendation={"tenderers": ["a"], "departure_reason": "x"}), DEPARTED[1:]), (ranked({"a": 70, "b": 80}, "a", recommendation={"tenderers": ["a"], "departure_approved_by": "x"}), DEPARTED[:1]),
        (ranked({"a": 80, "b": 80}, "a", tie_break="Quality."), TIED[1:]), (ranked({"a": 80, "b": 80}, "a", recommendation={"tenderers": ["a"], "tie_break_used": "x"}), TIED[:1]), (ranked({"a": 70, "b": 70, "c": 80}, "a"), DEPARTED),
    ],
)  # fmt: skip
def test_the_best_tender_wins(given, expected):
    for status in (*EARLY, *EVALUATED):
        assert told("R-TND-4", but(given, status=status)) == ([f"error T-1{p}" for p in expected] if status in RECOMMENDED else []), status  # fmt: skip
    assert told("R-TND-4", shut("tender", "T-1", **given.data)) == told("R-TND-4", but(given, voided={})) == []


@pytest.mark.parametrize(("score_", "may_win"), [(3, True), (2, False), (None, True)])
def test_who_does_not_reach_the_lowest_accepted_score_may_not_win(score_, may_win):
    given = ranked({"a": 80, "b": 70}, "b", criteria=[{"code": "Q", "minimum_score": 3}, {"code": "P"}])
    rows = [{**r, "moderated": [{"criterion": "P", "score": 0}, {"criterion": "Q", "score": score_}]} if r["tenderer"] == "a" else r for r in given.data["totals"]]  # fmt: skip
    assert told("R-TND-4", but(given, totals=rows)) == ([f"error T-1{p}" for p in DEPARTED] if may_win else [])


ANNA, BEN = record("provider", "PR-1", name="Anna Care"), record("provider", "PR-2", name="Ben Homes")


@pytest.mark.parametrize(
    ("awarded", "place"), [(["PR-1"], ""), (["PR-2"], "/award/providers/0"), (["PR-1", "PR-2"], "/award/providers/1"), (["PR-9"], ""), ([], "")]
)  # fmt: skip
def test_the_award_goes_to_whoever_was_recommended(awarded, place):
    named = [{"code": "a", "name": "ANNA CARE"}, {"code": "b", "name": "Ben Homes"}]
    given = ranked({"a": 80, "b": 70}, "a", tenderers=named, award={"providers": awarded})
    assert told("R-TND-4", given, ANNA, BEN) == ([f"error T-1{place}"] if place else [])
    sealed = replace(given, seal=Seal("K-1", "-"), clear_names=("award",))
    assert ["'b'" in f.message for f in findings("R-TND-4", given, ANNA, BEN)] == ([True] if place else [])
    assert ["'b'" in f.message for f in findings("R-TND-4", sealed, ANNA, BEN)] == ([False] if place else [])


@pytest.mark.parametrize("name", ["presentations", "visits"])
@pytest.mark.parametrize(
    ("held", "wrong"),
    [({"tenderer": "a", "criterion": "Q"}, []), ({"tenderer": "z", "criterion": "Q"}, ["tenderer"]), ({"tenderer": "a", "criterion": "Z"}, ["criterion"]), ({"tenderer": "z", "criterion": "Z"}, ["tenderer", "criterion"]), ({}, [])],
    ids=str,
)  # fmt: skip
def test_presentations_and_visits_are_of_this_tender(name, held, wrong):
    given = tender(tenderers=codes("a"), criteria=codes("Q"), **{name: {"held": [{}, held]}})
    for status in (*EARLY, *EVALUATED):
        expected = [f"error T-1/{name}/held/1/{f}" for f in wrong] if status in RECOMMENDED else []
        assert told("R-TND-5", but(given, status=status)) == expected, status
    assert told("R-TND-5", but(given, tenderers=None, criteria=None)) == told("R-TND-5", shut("tender", "T-1", **given.data)) == []  # fmt: skip


UNDECIDED = (*EARLY, "evaluating", "clarifying", "recommended", "authorised", "standstill", "abandoned")


def named(text, name="Anna Care", price="1250.00", **data):
    return tender(title=text, tenderers=[{"code": "a", "name": name, "price": {"amount": price}}], **data)


@pytest.mark.parametrize(
    ("given", "what"),
    [
        (named("of Anna Care"), "name"), (named("of ANNA CARE."), "name"), (named("of Anna Careers"), ""), (named("Anna"), ""), (named("of Ann", name="Ann"), ""), (named("of Anne", name="Anne"), "name"), (named("of ", name=" "), ""),
        (named("at 1250"), "price"), (named("at 1,250.00"), "price"), (named("at £1250.00"), "price"), (named("at 1250.50"), ""), (named("at 12500"), ""), (named("at 1,250,000"), ""), (named("at 21250"), ""), (named("at 1250.50", price="1250.50"), "price"),
        (named("at 1250", price="1250.50"), ""), (named("at 1000", price="1000.00"), "price"), (named("at 999.99", price="999.99"), ""), (named("", lots=[{"note": "of Anna Care"}]), "name"), (named("", estimated_value={"amount": "1250.00"}), ""),
        (named("", award={"note": "of Anna Care"}, status="abandoned"), ""), (named("", scores=[{"reason": "of Anna Care"}]), ""),
    ],
)  # fmt: skip
def test_names_and_prices_stay_sealed_until_the_award(given, what):
    found = findings("R-TND-11", given)
    assert [f"the {what} of tenderer 'a'" in f.message for f in found] == ([True] if what else [])
    sealed = replace(given, seal=Seal("K-1", "-"), clear_names=tuple(n for n in given.data if n != "tenderers"))
    assert ["tenderer 'a'" in f.message for f in findings("R-TND-11", sealed)] == ([False] if what else [])
    assert told("R-TND-11", shut("tender", "T-1", **given.data)) == told("R-TND-11", but(given, tenderers=None)) == []


@pytest.mark.parametrize("status", [*UNDECIDED, "awarded"])
def test_no_winner_is_named_before_the_award(status):
    expected = ["error T-1/award"] if status not in ("abandoned", "awarded") else []
    assert told("R-TND-11", tender(status, award={"providers": ["PR-1"]})) == expected
    assert told("R-TND-11", named("of Anna Care", status=status)) == (
        ["error T-1/title"] if status != "awarded" else []
    )
