"""Results against targets: which way is better, what is just missed, what runs on, where it is going."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.performance.measures import TRENDS, TYPES, measures_of, series
from ccm_site.performance.targets import VERDICTS, Target, shortfall, target_of, verdict
from tests.performance.registers import (
    DAY,
    QUARTERS,
    contract,
    quarters,
    record,
    register,
    sent,
    specification,
    standard,
)

WORST_FIRST = ("missed", "just_missed", "met")
figures = st.decimals(0, 1000, places=2)


def told(found, measure="talk"):
    return next(s for s in found if s.measure.id == measure)


def results(*answers, tolerance="2", **of):
    """The series of one standard over the quarters."""
    spec = specification(standards=[standard(**of)])
    return told(series(register(contract(), spec, *quarters(*answers), target_tolerance=tolerance), contract(), DAY))


def verdicts(found):
    return [r.verdict for r in found.readings]


@pytest.mark.parametrize(
    ("comparison", "target", "value", "expected"),
    [
        ("at_least", "95", "95", "met"),
        ("at_least", "95", "100", "met"),
        ("at_least", "95", "94.99", "just_missed"),
        ("at_least", "95", "93.10", "just_missed"),
        ("at_least", "95", "93.09", "missed"),
        ("at_most", "25", "25", "met"),
        ("at_most", "25", "0", "met"),
        ("at_most", "25", "25.5", "just_missed"),
        ("at_most", "25", "25.51", "missed"),
        ("at_most", "0", "0", "met"),
        ("at_most", "0", "0.01", "missed"),
        ("exactly", "50", "50.0", "met"),
        ("exactly", "50", "49", "just_missed"),
        ("exactly", "50", "51", "just_missed"),
        ("exactly", "50", "48.99", "missed"),
        ("exactly", "50", "51.01", "missed"),
    ],
)
def test_a_result_stands_to_its_target(comparison, target, value, expected):
    assert verdict(Decimal(value), Target(comparison, Decimal(target), ""), Decimal(2)) == expected


@given(figures, figures, figures, st.sampled_from(["at_least", "at_most"]), st.decimals(0, 20, places=1))
def test_a_better_result_is_never_judged_worse(target, one, other, comparison, tolerance):
    aim = Target(comparison, target, "")
    worse, better = sorted((one, other), reverse=comparison == "at_most")
    judged = [WORST_FIRST.index(verdict(v, aim, tolerance)) for v in (worse, better)]
    assert judged == sorted(judged)


@given(figures, figures, figures, st.decimals(0, 20, places=1))
def test_nearer_to_an_exact_target_is_never_judged_worse(target, one, other, tolerance):
    aim = Target("exactly", target, "")
    far, near = sorted((one, other), key=lambda v: abs(v - target), reverse=True)
    judged = [WORST_FIRST.index(verdict(v, aim, tolerance)) for v in (far, near)]
    assert judged == sorted(judged)


@given(figures, figures, st.sampled_from(["at_least", "at_most", "exactly"]))
def test_without_tolerance_nothing_is_just_missed(target, value, comparison):
    aim = Target(comparison, target, "")
    assert verdict(value, aim, Decimal(0)) == ("met" if shortfall(value, aim) <= 0 else "missed")


@pytest.mark.parametrize(
    "entered",
    [None, "95", {}, {"value": "95"}, {"comparison": "about", "value": "95"}, {"comparison": "at_least"}, {"comparison": "at_least", "value": "<5"}],
)  # fmt: skip
def test_what_cannot_be_reckoned_with_is_no_target(entered):
    assert target_of(entered) is None
    assert verdict(Decimal(1), target_of(entered), Decimal(2)) == "no_target"


def test_a_target_in_words():
    entered = {"comparison": "at_most", "value": "10.0", "unit": "per_cent"}
    assert target_of(entered).words == "at most 10%"


def test_where_a_childs_safety_is_at_stake_a_near_miss_is_a_miss():
    assert verdicts(results("94", "93.1", "95")) == ["just_missed", "just_missed", "met"]
    assert verdicts(results("94", "93.1", "95", child_safety=True)) == ["missed", "missed", "met"]


@pytest.mark.parametrize(
    ("safety", "expected"), [(False, ["met", "just_missed", "missed"]), (True, ["met", "missed", "missed"])]
)
def test_a_test_is_passed_partly_passed_or_missed(safety, expected):
    found = results({"passed": "yes"}, {"passed": "partly"}, {"passed": "no"}, value=None, child_safety=safety)
    assert verdicts(found) == expected
    assert [r.shown for r in found.readings] == ["yes", "partly", "no"]
    assert {r.value for r in found.readings} == {None}


@pytest.mark.parametrize("veiled", ["<5", "not shown", "about 9", True, None, ["95"]])
def test_a_veiled_value_gives_no_number(veiled):
    found = results({"value": veiled, "comment": "c"}, "95")
    first, second = found.readings
    assert (first.value, first.verdict, first.shown, first.note) == (None, "not_shown", str(veiled), "c")
    assert (second.value, second.verdict) == (Decimal(95), "met")


def test_a_measure_that_is_not_answered_says_why():
    (only,) = results(None).readings
    assert (only.value, only.shown, only.verdict, only.note) == (None, "", "no_answer", "Nobody asked.")


def test_the_latest_result_is_the_last_that_was_answered():
    assert results("91", "96", None).latest.value == Decimal(96)
    assert results(None, None).latest is None
    assert results().latest is None


@pytest.mark.parametrize(
    ("answers", "run"),
    [
        ((), 0),
        (("95",), 0),
        (("80",), 1),
        (("80", "81", "82"), 3),
        (("80", "95", "82"), 1),
        (("80", "81", "95"), 0),
        (("80", "94", "82"), 1),  # just missed ends the run
        (("80", None, "82"), 2),  # no answer neither counts nor ends it
        (("80", "81", None), 2),
        ((None, None), 0),
        (("80", "<5", "82"), 1),  # what is veiled cannot be told to be a miss
        (("80", "<5"), 0),
    ],
    ids=str,
)
def test_in_how_many_periods_running_a_target_was_missed(answers, run):
    found = results(*answers)
    assert found.missed_running == run
    assert [r.shown for readings in found.misses for r in readings] == [a for a in answers if a is not None][-run:] * bool(run)  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "run"),
    [(("80", "81"), ("82", "83"), 2), (("80", "96"), ("82", "96"), 2), (("96", "96"), ("82", "83"), 1), (("80", "81"), ("96", "97"), 0), ((None, "80"), (None, "81"), 2)],
)  # fmt: skip
def test_several_results_of_a_period_are_one_period_of_a_run(first, second, run):
    spec = specification(standards=[standard()])
    returns = [
        sent(f"RT-{n}{i}", QUARTERS[n], {"talk": a}) for n, pair in enumerate((first, second)) for i, a in enumerate(pair)
    ]  # fmt: skip
    found = told(series(register(contract(), spec, *returns), contract(), DAY))
    assert len(found.readings) == 4
    assert found.missed_running == run


def test_a_raised_standard_does_not_change_the_past():
    old, new = specification("S-1/v1", [standard(value="90")]), specification("S-1/v2", [standard(value="95")])
    second = sent("RT-1", QUARTERS[1], {"talk": "91"}, specification="S-1/v2")
    first = sent("RT-0", QUARTERS[0], {"talk": "91"}, specification="S-1/v1")
    on_the_new = contract(schedule_a="S-1/v2")
    found = told(series(register(on_the_new, old, new, first, second), on_the_new, DAY))
    assert [(r.target.value, r.verdict) for r in found.readings] == [(Decimal(90), "met"), (Decimal(95), "missed")]
    assert found.measure.target.value == Decimal(95)


@pytest.mark.parametrize(("status", "value"), [("draft", 90), ("withdrawn", 90), ("approved", 95), ("signed", 95)])
def test_a_variation_that_is_approved_changes_the_specification(status, value):
    varied = record(
        "variation", "V-1", contract="C-1", status=status, specification="S-1/v2", effective_date="2025-01-01"
    )
    specs = specification("S-1/v1", [standard(value="90")]), specification("S-1/v2", [standard(value="95")])
    found = told(series(register(contract(), *specs, varied, *quarters("92")), contract(), DAY))
    assert found.measure.target.value == found.readings[0].target.value == Decimal(value)


def test_the_tolerance_is_that_of_the_time():
    changed = [{"value": "2", "effective_to": "2025-12-31"}, {"value": "5", "effective_from": "2026-01-01"}]
    assert verdicts(results("91", "91", tolerance=changed)) == ["missed", "just_missed"]
    spec = specification(standards=[standard()])
    without = told(series(register(contract(), spec, *quarters("94.99")), contract(), DAY))
    assert verdicts(without) == ["missed"], "none is allowed where none is set"


@pytest.mark.parametrize(
    ("answers", "of", "trend"),
    [
        (("90", "90", "90"), {}, "too_few"),
        (("90", None, "90", "90"), {}, "too_few"),
        (("90", "<5", "90", "90"), {}, "too_few"),
        (("100", "100", "100", "105"), {}, "level"),  # a twentieth
        (("100", "100", "100", "105.01"), {}, "better"),
        (("100", "100", "100", "95"), {}, "level"),
        (("100", "100", "100", "94.99"), {}, "worse"),
        (("100", "100", "100", "105.01"), {"comparison": "at_most"}, "worse"),
        (("100", "100", "100", "94.99"), {"comparison": "at_most"}, "better"),
        (("60", "60", "60", "97"), {"comparison": "exactly"}, "better"),
        (("95", "95", "95", "80"), {"comparison": "exactly"}, "worse"),
        (("90", "90", "90", "100"), {"comparison": "exactly"}, "level"),  # as far off as before
        (("1", "2", "3", "4"), {"value": None}, "up"),
        (("4", "3", "2", "1"), {"value": None}, "down"),
        (("2", "2", "2", "2"), {"value": None}, "level"),
        (("0", "0", "0", "0"), {}, "level"),
        (("0", "0", "0", "0.01"), {}, "better"),
    ],
    ids=str,
)
def test_where_a_measure_is_going(answers, of, trend):
    assert results(*answers, **of).trend == trend
    assert trend in TRENDS


@pytest.mark.parametrize(("last", "trend"), [("<5", "too_few"), (None, "worse")])
def test_where_the_latest_result_is_veiled_nothing_is_said_of_where_it_goes(last, trend):
    found, (latest,) = results("90", "90", "90", "80"), results(last).readings
    assert replace(found, readings=(*found.readings, latest)).trend == trend


@given(st.lists(figures, min_size=4, max_size=4))
def test_a_trend_turns_round_with_its_target(values):
    answers = [str(v) for v in values]
    rising, falling = (results(*answers, comparison=c, value="1").trend for c in ("at_least", "at_most"))
    same = {rising, falling}
    assert same == {"level"} or same == {"better", "worse"}


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"received_on": None}, False),
        ({"voided": {"on": "2026-01-01"}}, False),
        ({"status": "queried"}, True),
        ({"period": None}, False),
        ({"period": {"from": "2025-12-31", "to": "2025-10-01"}}, False),
        ({"contract": "C-2"}, False),
    ],
    ids=str,
)
def test_only_what_was_received_counts(change, counts):
    spec = specification(standards=[standard()])
    found = told(
        series(register(contract(), spec, sent("RT-1", QUARTERS[0], {"talk": "96"}, **change)), contract(), DAY)
    )
    assert bool(found.readings) is counts


@pytest.mark.parametrize(("until", "n"), [(date(2026, 3, 30), 1), (date(2026, 3, 31), 2), (date(2025, 12, 30), 0)])
def test_periods_that_ended_by_the_day(until, n):
    spec = specification(standards=[standard()])
    assert len(told(series(register(contract(), spec, *quarters("95", "96")), contract(), until)).readings) == n


def test_results_are_in_the_order_of_their_periods():
    spec = specification(standards=[standard()])
    returns = [sent("RT-1", QUARTERS[3], {"talk": "3"}), sent("RT-3", QUARTERS[0], {"talk": "1"}), sent("RT-2", QUARTERS[1], {"talk": "2"})]  # fmt: skip
    found = told(series(register(contract(), spec, *returns), contract(), DAY))
    assert [r.shown for r in found.readings] == ["1", "2", "3"]
    assert [r.source.id for r in found.readings] == ["RT-3", "RT-2", "RT-1"]


def test_every_measure_is_there_in_the_order_of_a_report():
    measures = [{"id": k, "text": k, "measure_type": k} for k in reversed(TYPES) if k != "standard"]
    spec = specification(standards=[standard()], measures=[*measures, {"id": "odd", "measure_type": "odd"}])
    found = series(register(contract(), spec, sent("RT-1", QUARTERS[0], {"unheard-of": "1"})), contract(), DAY)
    assert [s.measure.id for s in found] == ["talk", *[k for k in TYPES if k != "standard"], "odd"]
    assert not any(s.readings for s in found)
    assert series(register(contract()), contract(), DAY) == ()


def test_what_a_provider_answers_for_is_taken_from_the_outcome():
    safe = {"id": "safe", "attribution": "shared", "contributors": ["School"], "provider_responsibility": "Care"}
    supports = [{"id": "m", "supports": ["nothing", "safe"], "measure_type": "outcome"}, {"id": "n"}]
    m, n = measures_of(specification(measures=supports, outcomes=[safe]))
    assert (m.attribution, m.responsibility, m.contributors) == ("shared", "Care", ("School",))
    assert (n.attribution, n.responsibility, n.contributors, n.target) == ("", "", (), None)


def test_a_standard_is_called_by_what_is_measured_else_by_its_text():
    measured, not_ = measures_of(specification(standards=[standard(measure="Share of weeks"), standard("other")]))
    assert (measured.words, not_.words) == ("Share of weeks", "other")


def test_every_verdict_has_a_name():
    assert set(VERDICTS) == {"met", "just_missed", "missed", "no_answer", "no_target", "not_shown"}
