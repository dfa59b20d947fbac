"""Surveys come in as counts, a record for each group of people: no words of anybody, whole or not at all."""

from datetime import date

import pytest

from ccm_site import imports
from ccm_site.checks.run import check
from ccm_site.source import parse
from tests.registers import make_small

TODAY = date(2026, 10, 12)
HEADER = "Contract,Provider,Service,Respondent,Method,Mode,From,To,Asked,Answered,Question,Wording,1,2,3,4,5,No answer,Comments"
ROW = "C-2026-0001,,SV-2026-0001,Children,Survey,Online,01/05/2026,30/06/2026,20,12,safe,I feel safe,0,1,2,4,5,0,My name is Tom"
SECOND = ROW.replace("safe,I feel safe,0,1,2,4,5,0", "heard,I am listened to,,,,6,6,")


@pytest.fixture
def root(tmp_path):
    return make_small(tmp_path / "register")


def run(root, *rows, header=HEADER):
    file = root.parent / "survey.csv"
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    result = imports.run("feedback", root, file, None, TODAY, False)
    rows_of = [n for s in (*result.created, *result.changed, *result.unchanged) for n in s.rows]
    assert result.rows == len(rows_of) + len(result.rejects)
    return result


def data(root, saved):
    return parse((root / saved.path).read_bytes(), saved.path).data


def test_rows_of_one_group_are_one_record(root):
    [saved] = run(root, ROW, SECOND).created
    assert data(root, saved) == {
        "kind": "feedback", "id": "FB-2026-0001", "contract": "C-2026-0001", "service": "SV-2026-0001", "respondent": "service_user",
        "method": "questionnaire", "mode": "online", "evidence_kind": "proactive", "period": {"from": "2026-05-01", "to": "2026-06-30"},
        "asked": 20, "answered": 12,
        "questions": [
            {"question": "safe", "text": "I feel safe", "answers": {"one": 0, "two": 1, "three": 2, "four": 4, "five": 5, "none": 0}, "average": "4.1"},
            {"question": "heard", "text": "I am listened to", "answers": {"four": 6, "five": 6}, "average": "4.5"},
        ],
        "retention_class": "monitoring",
    }  # fmt: skip
    assert b"Tom" not in (root / saved.path).read_bytes()
    assert [f for f in check(root, TODAY)[1] if "FB-" in f.at.path and f.severity == "error"] == []
    assert run(root, ROW, SECOND).written == ()


def test_another_group_is_another_record_and_a_provider_will_do(root):
    parents = ROW.replace("C-2026-0001,,SV-2026-0001,Children", ",Brae Fostering,Brae Fostering Service,Parents")
    result = run(root, ROW, parents)
    assert [s.path.split("/")[0] for s in result.created] == ["contracts", "providers"]
    assert data(root, result.created[1])["provider"] == "brae-fostering"


def test_a_changed_count_is_a_correction(root):
    [saved] = run(root, ROW, SECOND).created
    run(root, ROW.replace("0,1,2,4,5", "0,2,2,4,4"), SECOND)
    source = "Survey results (survey.csv)"
    assert data(root, saved)["corrections"] == [  # counts of people: which, and not from what to what
        {"on": "2026-10-12", "field": "questions.safe.answers", "source": source},
        {"on": "2026-10-12", "field": "questions.safe.average", "source": source},
    ]


@pytest.mark.parametrize(
    "change, column, reason",
    [
        (("Children", "Dogs"), "Respondent", "the who was asked is none of the words of the list"),
        (("Survey", ""), "Method", "it has no method"),
        (("20,12", "10,12"), "Answered", "more people answered than were asked"),
        (("0,1,2,4,5,0", "9,9,9,9,9,0"), "Answered", "45 scores are more than the people who answered"),
        (("0,1,2,4,5,0", ",,,,,"), "1", "it has no counts"),
        (("0,1,2,4,5,0", "0,one,2,4,5,0"), "2", "the 2 is no number"),
        (("SV-2026-0001", "SV-2026-0009"), "Service", "the provider has no service that is called so"),
        (("safe,", "Is it safe?,"), "Question", "the question is not written as it should be"),
        (("30/06/2026", "30/06/2025"), "To", "the last day is before the first"),
    ],
)
def test_a_wrong_row_is_told_and_takes_its_record_with_it(root, change, column, reason):
    result = run(root, ROW.replace(*change))
    [reject] = result.rejects
    assert (reject.row, reject.column, reject.reason) == (2, column, reason)
    assert result.created == ()


def test_a_question_twice_is_told(root):
    result = run(root, ROW, ROW)
    assert {r.reason for r in result.rejects} >= {"the question is there before"} and result.created == ()
