"""What people said: means of enough answers, whose they are, and by when they were told."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.performance.satisfaction import OTHERS, SCORES, STAFF, USERS, gathered
from tests.performance.registers import DAY, contract, provider, record, register, span

EVERYBODY = USERS + STAFF + OTHERS


def feedback(id="FB-1", sent_on="2026-05-01", answers=None, **data):
    questions = [] if answers is None else [{"question": "like", "text": "I like it", "answers": answers}]
    told = {"contract": "C-1", "respondent": "service_user", "method": "interview", "evidence_kind": "proactive", "period": span("2026-04-01", "2026-04-30"), "sent_to_ccm_on": sent_on, "questions": questions}  # fmt: skip
    return record("feedback", id, **{k: v for k, v in (told | data).items() if v is not None})


def told(*records, until=DAY, respondents=EVERYBODY, least="5"):
    limits = {"least_base": least} if least else {}
    return gathered(register(contract(), provider(), *records, **limits), contract(), until, respondents)


@pytest.mark.parametrize(
    ("answers", "mean", "n"),
    [
        ({"one": 5}, 1, 5),
        ({"five": 5}, 5, 5),
        ({"one": 1, "two": 1, "three": 1, "four": 1, "five": 1}, 3, 5),
        ({"four": 3, "five": 3}, Decimal("4.5"), 6),
        ({"four": 2, "five": 2}, None, None),  # fewer than five
        ({"one": 0}, None, None),
        ({}, None, None),
        ({"four": "<5", "five": 20}, None, None),
        ({"four": "not shown", "five": "not shown"}, None, None),
    ],
    ids=str,
)
def test_a_mean_is_told_from_five_answers_on(answers, mean, n):
    (round_,) = told(feedback(answers=answers))
    (asked,) = round_.questions
    assert (asked.words, asked.mean, asked.answers) == ("I like it", mean, n)


@pytest.mark.parametrize(("least", "n"), [("4", 4), ("5", None), (None, 4)])
def test_the_least_number_of_answers_is_the_councils(least, n):
    assert told(feedback(answers={"four": 4}), least=least)[0].questions[0].answers == n


def test_the_least_number_is_that_of_the_day():
    changed = [{"value": "3", "effective_to": "2025-12-31"}, {"value": "5", "effective_from": "2026-01-01"}]
    rounds = [feedback("FB-1", "2025-12-31", {"four": 4}), feedback("FB-2", "2026-01-01", {"four": 4})]
    assert [g.questions[0].answers for g in told(*rounds, least=changed)] == [None, 4]


@given(st.dictionaries(st.sampled_from(sorted(SCORES)), st.integers(0, 50), min_size=1))
def test_a_mean_lies_between_the_lowest_and_the_highest_answer(answers):
    (asked,) = told(feedback(answers=answers))[0].questions
    given_ = [SCORES[name] for name, n in answers.items() if n]
    if asked.mean is None:
        assert sum(answers.values()) < 5
    else:
        assert min(given_) <= asked.mean <= max(given_)
        assert asked.answers == sum(answers.values()) >= 5


@pytest.mark.parametrize(
    ("respondent", "group"),
    [("service_user", USERS), ("family_or_carer", USERS), ("council_staff", STAFF), ("provider_staff", STAFF), ("other_organisation", OTHERS)],
)  # fmt: skip
def test_whose_feedback_it_is(respondent, group):
    one = feedback(respondent=respondent)
    assert [bool(told(one, respondents=g)) for g in (USERS, STAFF, OTHERS)] == [
        g is group for g in (USERS, STAFF, OTHERS)
    ]


@pytest.mark.parametrize(
    ("whose", "counts"),
    [
        ({}, True),
        ({"contract": None, "provider": "larch"}, True),
        ({"contract": "C-2", "provider": "larch"}, False),
        ({"contract": "C-1", "provider": "larch"}, True),
        ({"contract": None, "provider": "rowan"}, False),
        ({"voided": {}}, False),
    ],
    ids=str,
)
def test_of_the_contract_or_of_its_provider_as_a_whole(whose, counts):
    assert len(told(feedback(**whose))) == counts, "and each once"


@pytest.mark.parametrize(
    ("sent_on", "until", "counts"),
    [
        ("2026-05-01", date(2026, 5, 1), True),
        ("2026-05-01", date(2026, 4, 30), False),
        (None, date(2026, 4, 30), True),  # else the last day of its period
        (None, date(2026, 4, 29), False),
    ],
)
def test_by_the_day_on_which_it_was_told(sent_on, until, counts):
    assert len(told(feedback(sent_on=sent_on), until=until)) == counts


def test_without_any_day_it_does_not_count():
    assert told(feedback(sent_on=None, period=None)) == ()


def test_the_newest_comes_first_with_all_that_was_said():
    rounds = told(
        feedback("FB-1", "2026-01-01"),
        feedback("FB-2", "2026-02-01", asked=9, answered="<5", themes=[{"theme": "food", "tone": "mixed"}], summary="Soup."),
        feedback("FB-3", "2026-02-01", evidence_kind="reactive", questions=[{"question": "safe"}]),
    )  # fmt: skip
    assert [g.source.id for g in rounds] == ["FB-3", "FB-2", "FB-1"]
    assert [g.proactive for g in rounds] == [False, True, True]
    assert (rounds[1].asked, rounds[1].answered, rounds[1].themes, rounds[1].summary) == (
        "9",
        "<5",
        (("food", "mixed"),),
        "Soup.",
    )
    assert [(q.words, q.mean) for q in rounds[0].questions] == [("safe", None)]
