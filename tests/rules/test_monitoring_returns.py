"""R-MON-4, 5 and 18: returns in time, on the form and the specification of their day, with every answer that was due, and asked for once."""

from datetime import date

import pytest

from tests.rules.registers import DAY, but, findings, record, told

CONTRACT = record("contract", "C-1", provider="PR-1", schedule_a="S-1/v1", start_date="2026-01-01")
FORM = record("monitoring_template", "F-1/v1", status="issued", issued_on="2026-01-01", purpose="provider_return")


def sent(id="RT-1", to="2026-03-31", **data):
    period = {"from": "2026-01-01", "to": to} if to else None
    return record("return", id, **{"contract": "C-1", "provider": "PR-1", "period": period, "specification": "S-1/v1", "submitted_by": "provider", **data})  # fmt: skip


@pytest.mark.parametrize(
    ("data", "late"),
    [
        ({"due_on": "2026-11-23"}, True), ({"due_on": "2026-11-24"}, False), ({}, False), ({"due_on": "2026-11-23", "received_on": "2026-11-24"}, False),
        ({"due_on": "2026-11-23", "status": "received"}, False), ({"due_on": "2026-11-23", "voided": {}}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_return_comes_by_its_day(data, late):
    assert told("R-MON-4", sent(**{"status": "requested", **data})) == (["warning RT-1/due_on"] if late else [])


@pytest.mark.parametrize(("today", "words"), [(24, "(1 day)"), (25, "(2 days)")])
def test_how_late_it_is(today, words):
    [f] = findings("R-MON-4", sent(status="requested", due_on="2026-11-23"), on=DAY.replace(day=today))
    assert f.message.endswith(words)


@pytest.mark.parametrize(
    ("form", "data", "passes"),
    [
        ({}, {}, True), ({}, {"requested_on": "2026-01-01"}, True), ({}, {"requested_on": "2025-12-31"}, False), ({}, {"received_on": "2025-12-31"}, False),
        ({}, {"requested_on": "2026-01-01", "received_on": "2025-12-31"}, True), ({}, {"requested_on": "2025-12-31", "received_on": "2026-01-01"}, False),
        ({"status": "superseded"}, {}, True), ({"status": "draft"}, {}, False), ({"status": "draft", "issued_on": None}, {}, False), ({"issued_on": None}, {"requested_on": "2020-01-01"}, True),
        ({"purpose": "team_report"}, {}, False), ({"purpose": "team_report"}, {"submitted_by": "team"}, True), ({}, {"submitted_by": "team"}, True),
        ({"purpose": "survey"}, {"submitted_by": "team"}, False), ({"purpose": "survey"}, {"submitted_by": None}, True),
        ({"specifications": ["S-1/v1", "S-2/v1"]}, {}, True), ({"specifications": ["S-2/v1"]}, {}, False), ({"specifications": []}, {}, True),
        ({"specifications": ["S-2/v1"]}, {"specification": None}, True),
    ],
    ids=str,
)  # fmt: skip
def test_a_return_is_on_a_form_that_was_issued_for_it(form, data, passes):
    given = sent(template="F-1/v1", **data)
    assert told("R-MON-5", CONTRACT, but(FORM, **form), given) == ([] if passes else ["error RT-1/template"])
    assert told("R-MON-5", but(FORM, **form), given) == [], "the contract is not there, which R-ID-2 tells"
    assert told("R-MON-5", CONTRACT, but(FORM, **form), but(given, template=None)) == []


def varied(id, status="approved", **data):
    return record("variation", id, contract="C-1", status=status, specification="S-1/v2", **data)


@pytest.mark.parametrize(
    ("agreed", "beside", "given", "passes"),
    [
        ("S-1/v1", [], "S-1/v1", True), ("S-1/v1", [], "S-1/v2", False), ("S-1/v1", [], None, True), (None, [], "S-1/v2", True),
        ("S-1/v1", [varied("V-1")], "S-1/v2", True), ("S-1/v1", [varied("V-1")], "S-1/v1", True), ("S-1/v1", [varied("V-1", "signed")], "S-1/v2", True),
        ("S-1/v1", [varied("V-1", "draft")], "S-1/v2", False), ("S-1/v1", [varied("V-1", voided={})], "S-1/v2", False), (None, [varied("V-1")], "S-1/v1", False),
        ("S-1/v1", [but(varied("V-1"), contract="C-2")], "S-1/v2", False),
    ],
)  # fmt: skip
def test_a_return_reports_against_the_specification_of_its_contract(agreed, beside, given, passes):
    held = but(CONTRACT, schedule_a=agreed)
    assert told("R-MON-5", held, *beside, sent(specification=given)) == ([] if passes else ["error RT-1/specification"])
    if not passes:
        [f] = findings("R-MON-5", held, *beside, sent(specification=given))
        assert ("S-1/v2" if agreed is None else "S-1/v1") in f.fix


def asked(frequency, id="M-1", by="provider_return", within="measures"):
    return record("specification", "S-1/v1", **{within: [{"id": id, "frequency": frequency, "collection_method": by}]})


def answer(*ids):
    return [{"measure": m, "value": 1} for m in ids]


def due(specification, *returns, held=CONTRACT):
    """The returns that lack an answer which was due."""
    return [t.removesuffix("/values").removeprefix("error ") for t in told("R-MON-5", held, specification, *returns)]


@pytest.mark.parametrize("within", ["standards", "measures"])
@pytest.mark.parametrize(
    ("frequency", "last"),
    [("weekly", "2026-01-31"), ("monthly", "2026-01-31"), ("quarterly", "2026-03-31"), ("twice_a_year", "2026-06-30"), ("yearly", "2026-12-31")],
)  # fmt: skip
def test_a_measure_is_due_after_its_months(frequency, last, within):
    eve = date.fromisoformat(last).replace(day=int(last[-2:]) - 1).isoformat()
    for to, expected in ((eve, []), (last, ["RT-1"])):
        given = sent(to=to, status="accepted", values=answer("M-9"))
        assert due(asked(frequency, within=within), given) == expected
    answered = sent(to=last, status="accepted", values=answer("M-9", "M-1"))
    assert due(asked(frequency, within=within), answered) == []


def test_after_an_answer_the_months_begin_anew():
    first = sent("RT-1", "2026-03-31", status="accepted", values=answer("M-1"))
    early = sent("RT-2", "2026-06-29", status="accepted", values=answer("M-9"))
    late = sent("RT-2", "2026-06-30", status="accepted", values=answer("M-9"))
    assert due(asked("quarterly"), first, early) == [] and due(asked("quarterly"), first, late) == ["RT-2"]
    assert due(asked("quarterly"), but(late, id="x"), first) == ["RT-2"]
    unordered = record("return", "RT-0", **early.data)
    assert due(asked("quarterly"), unordered, first, sent("RT-3", None)) == [], "by their periods, not by their numbers"
    other = but(first, provider="PR-2")
    assert due(asked("quarterly"), other, early) == ["RT-2"], "another provider's answer is none of this one"
    second = record("specification", "S-1/v2", measures=asked("quarterly").data["measures"])
    both = [first, but(early, specification="S-1/v2"), varied("V-1")]
    assert told("R-MON-5", CONTRACT, asked("quarterly"), second, *both) == [], "the answer to an earlier version counts"
    foreign = record("specification", "S-2/v1", measures=asked("quarterly").data["measures"])
    both = [first, but(early, specification="S-2/v1"), but(varied("V-1"), specification="S-2/v1")]
    assert told("R-MON-5", CONTRACT, asked("quarterly"), foreign, *both) == ["error RT-2/values"]


@pytest.mark.parametrize(
    ("data", "looked_at"),
    [
        ({}, True), ({"status": "assessed"}, True), ({"status": "received"}, False), ({"legacy": {}}, False), ({"submitted_by": "team"}, False),
        ({"values": None}, False), ({"period": None}, False), ({"period": {"to": "soon"}}, False), ({"voided": {}}, False), ({"specification": None}, False),
    ],
    ids=str,
)  # fmt: skip
def test_of_which_returns_answers_are_asked(data, looked_at):
    given = sent(**{"status": "accepted", "values": answer("M-9"), **data})
    assert due(asked("monthly"), given) == (["RT-1"] if looked_at else [])
    assert due(asked("monthly", by="council_survey"), given) == due(asked("each_review"), given) == []
    assert due(asked("monthly"), given, held=but(CONTRACT, start_date=None)) == []
    assert due(asked("monthly"), given, held=but(CONTRACT, start_date="2026-04-01")) == []


@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        (("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), False), (("2026-01-01", "2026-03-31"), ("2026-03-31", "2026-06-30"), True),
        (("2026-01-01", "2026-03-31"), ("2026-01-01", "2026-03-31"), True), (("2026-01-01", None), ("2026-01-01", "2026-03-31"), False),
        ((None, "2026-03-31"), ("2026-01-01", "2026-03-31"), False),
    ],
)  # fmt: skip
def test_a_period_is_asked_about_once(first, second, twice):
    one, other = (sent(f"RT-{n}", period={"from": f, "to": t}) for n, (f, t) in enumerate((first, second), 1))
    expected = ["warning RT-2/period"] if twice else []
    assert told("R-MON-18", one, other) == expected
    for data in ({"contract": "C-2"}, {"provider": "PR-2"}, {"services": ["SV-2"]}, {"submitted_by": "team"}, {"voided": {}}):  # fmt: skip
        assert told("R-MON-18", one, but(other, **data)) == [], data


def test_the_later_of_two_is_told_of_whatever_its_number():
    late, early = (sent(f"RT-{n}", period={"from": f, "to": t}) for n, f, t in ((1, "2026-02-01", "2026-04-30"), (2, "2026-01-01", "2026-03-31")))  # fmt: skip
    assert told("R-MON-18", late, early) == ["warning RT-1/period"]
    short, long = (sent(f"RT-{n}", period={"from": "2026-01-01", "to": t}) for n, t in ((2, "2026-01-31"), (1, "2026-03-31")))  # fmt: skip
    assert told("R-MON-18", short, long) == ["warning RT-1/period"]


def test_one_that_lies_within_a_longer_one_is_told_of_and_so_is_each_other():
    whole, spring, summer, autumn = (
        sent(f"RT-{n}", period={"from": f, "to": t})
        for n, f, t in ((9, "2026-01-01", "2026-08-31"), (1, "2026-03-01", "2026-05-31"), (2, "2026-06-01", "2026-09-15"), (3, "2026-09-15", "2026-10-31"))
    )  # fmt: skip
    found = findings("R-MON-18", whole, spring, summer, autumn)
    named = [(f.at.path.removesuffix(".yaml"), f.related[0].path.removesuffix(".yaml")) for f in found]
    assert named == [("RT-1", "RT-9"), ("RT-2", "RT-9"), ("RT-3", "RT-2")]
