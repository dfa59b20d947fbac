"""R-MON-7, 8, 10, 12, 14 and 16: hearing the provider, audiences, evidence of outcomes, small counts in print, raised targets, claims."""

import pytest

from tests.rules.registers import but, findings, limits, record, table, told, told_of_change

BAD = ("unsatisfactory", "unacceptable")


def report(**data):
    return record("operational_report", "OR-1", **{"status": "final", **data})


REPLY = table("right_of_reply", {"applies_to": ["tender"], "working_days": 99}, {"applies_to": ["risk_assessment", "operational_report"], "working_days": 10, "effective_from": "2026-05-01"})  # fmt: skip


def asked(invited="2026-05-01", due="2026-05-15", **data):
    return {"invited_on": invited, "due_on": due, **data}


DUE = ["error OR-1/provider_comment/due_on"]


@pytest.mark.parametrize(
    ("comment", "sent", "expected"),
    [
        (asked(), "2026-05-16", []), (asked(), "2026-05-15", DUE), (asked(commented_on="2026-05-04"), "2026-05-05", []), (asked(due="2026-05-14"), "2026-06-01", DUE), (asked(due="2026-05-14", commented_on="2026-05-04"), "2026-06-01", []),
        (asked("2026-04-30", "2026-05-01"), "2026-06-01", []), (asked(invited=None), "2026-05-01", []), (asked(due=None), "2026-05-01", []), (None, "2026-05-01", []), ("later", "2026-05-01", []), (asked(), None, []),
        (asked(due="2026-05-14"), "2026-05-14", DUE),
    ],
)  # fmt: skip
def test_a_provider_is_heard_before_a_bad_rating_is_final(comment, sent, expected):
    for name in ("quality_rating", "effectiveness_rating"):
        for rating in BAD:
            after = report(provider_comment=comment, sent_to_ccm_on=sent, **{name: rating})
            assert told_of_change("R-MON-7", [REPLY], [REPLY, after]) == expected
            assert told_of_change("R-MON-7", [REPLY, but(after, status="commented")], [REPLY, after]) == expected
        for other in (but(after, legacy={}), but(after, voided={}), but(after, status="commented"), but(after, **{name: "good"})):  # fmt: skip
            assert told_of_change("R-MON-7", [REPLY], [REPLY, other]) == []
        assert told_of_change("R-MON-7", [REPLY, after], [REPLY, but(after, title="x")]) == []


SEEN_BY = table("audiences", {"code": "all", "kinds": ["operational_report", "strategic_report", "review"]}, {"code": "some", "label": "Some", "kinds": ["review"]}, {"code": "none"})  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "states"),
    [("operational_report", {"final"}), ("strategic_report", {"final"}), ("review", {"minutes_agreed", "closed"})],
)
@pytest.mark.parametrize("shown_to", ["all", "some", "none", "other", None])
def test_who_may_see_it_is_named(kind, states, shown_to):
    wrong = (shown_to is None and kind != "operational_report") or shown_to == "none" or (shown_to == "some" and kind != "review")  # fmt: skip
    for status in ("draft", "drafted", "held", "final", "minutes_agreed", "closed"):
        expected = ["error X-1/shown_to"] if wrong and status in states else []
        assert told("R-MON-8", record(kind, "X-1", status=status, shown_to=shown_to), SEEN_BY) == expected, status


def shows(**data):
    return {"question": "outcomes", **data}


FEEDBACK = record("feedback", "F-1")


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"evidence": []}, "/evidence"), ({"evidence": [{"question": "operation", "record": "RT-1"}]}, "/evidence"), ({"evidence": [shows(record="RT-1")]}, ""), ({"evidence": [shows(record="F-1")]}, "/evidence"),
        ({"evidence": [shows(record="F-1", source="A study.")]}, ""), ({"evidence": [shows(source="A study.")]}, ""), ({"evidence": [shows(record="F-1"), shows(record="RT-1")]}, ""),
        ({"evidence": [shows(record="RT-1")], "outcomes": [{"outcome": "o"}]}, "/outcomes"), ({"evidence": [shows(record="RT-1")], "outcomes": [{"achieved": 0, "partly": 0, "not_achieved": 0}]}, "/outcomes"),
        *(({"evidence": [shows(record="RT-1")], "outcomes": [{"outcome": "o"}, {n: 1}]}, "") for n in ("achieved", "partly", "not_achieved")),
    ],
    ids=str,
)  # fmt: skip
def test_effectiveness_rests_on_outcomes(data, place):
    given = report(effectiveness_rating="good", **data)
    assert told("R-MON-10", given, FEEDBACK) == ([f"error OR-1{place}"] if place else [])
    for changed in ({"effectiveness_rating": None}, {"effectiveness_rating": "not_enough_evidence"}, {"legacy": {}}, {"voided": {}}, {"status": "drafted"}):  # fmt: skip
        assert told("R-MON-10", but(given, **changed), FEEDBACK) == []


def printed(text, least=5):
    base = limits(
        {"code": "least_base", "value": least, "effective_from": "2026-05-01"}, {"code": "least_base", "value": 1}
    )
    given = record("strategic_report", "SR-1", status="final", completed_on="2026-05-01", title=text)
    return told("R-MON-12", given, base) == ["error SR-1/title"]


WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


@pytest.mark.parametrize("count", range(13))
def test_a_count_in_words_is_read_as_in_figures(count):
    for text in (f"{WORDS[count]} children moved", f"{WORDS[count].title()} young people moved", f"{count} care leavers moved"):  # fmt: skip
        assert printed(text) is (0 < count < 5), text
        assert printed(text, least=count + 1) is (count > 0) and not printed(text, least=count)


@pytest.mark.parametrize(
    ("text", "small"),
    [
        ("36 of 40 children", True), ("35 of 40 children", False), ("35 out of the 40 young people", False), ("36 out of all 40 pupils", True), ("three of ten families", True), ("ten of ten families", False), ("none of 10 families", False),
        ("4 very small children", True), ("4 homes", False), ("4 homes for children", True), ("14 children", False), ("40 of 44 users", True), ("no children", False), ("0 of 4 children", True), ("0 of 5 children", False), ("1 of 6 boys", True),
    ],
)  # fmt: skip
def test_what_gives_a_small_number_away(text, small):
    assert printed(text) is small


@pytest.mark.parametrize("name", ["summary", "performance", "reason"])
def test_every_published_text_is_looked_at(name):
    given = record(
        "strategic_report", "SR-1", status="final", sector_view=[{}, {name: "3 children"}, {"other": "3 children"}]
    )
    assert told("R-MON-12", given, limits(least_base=5)) == [f"error SR-1/sector_view/1/{name}"]
    assert told("R-MON-12", but(given, status="draft"), limits(least_base=5)) == told("R-MON-12", given) == []
    since = limits({"code": "least_base", "value": 5, "effective_from": "2026-11-24"})
    assert told("R-MON-12", given, since) == [f"error SR-1/sector_view/1/{name}"], "today's where no day is given"
    assert told("R-MON-12", but(given, completed_on="2026-11-23"), since) == []


def version(n, target=None, part="standards", **data):
    held = [{"id": "other", "target": {"value": 1, "unit": "days"}}, {"id": "A", "target": target}]
    return record("specification", f"S-1/v{n}", version=n, **{"status": "approved", part: held, **data})


def target(value, comparison="at_least", unit="per_cent"):
    return {"value": value, "comparison": comparison, "unit": unit}


@pytest.mark.parametrize("part", ["standards", "measures"])
@pytest.mark.parametrize(
    ("old", "new", "higher"),
    [
        (target(80), target(81), True), (target(80), target(80), False), (target(80), target(79), False), (target("80"), target("80.5"), True), (target(80), target(81, "exactly"), True), (target(80), target(81, "at_most"), False),
        (target(80, "exactly"), target(81), True), (target(5, "at_most"), target(4, "at_most"), True), (target(5, "at_most"), target(5, "at_most"), False), (target(5, "at_most"), target(6, "at_most"), False), (target(5, "at_most"), target(4), False),
        (target(80), target(81, unit="days"), False), (target(80), target(None), False), (target(None), target(81), False), (None, target(81), False), (target(80), None, False),
    ],
)  # fmt: skip
def test_targets_are_raised_by_a_new_version(old, new, higher, part):
    for status in ("draft", "with_ccm", "approved", "superseded", "withdrawn"):
        before, after = version(1, old, part, status=status), version(1, new, part, status="superseded")
        edited = [f"error S-1/v1/{part}/1/target/value"] if higher and status in ("approved", "superseded") else []
        assert told_of_change("R-MON-14", [before], [after]) == edited, status
    assert told_of_change("R-MON-14", [version(1, old, part)], [version(1, new, part, voided={})]) == []
    first, second = version(1, old, part), version(2, new, part)
    unlisted = ["error S-1/v2/standards_raised"] if higher else []
    assert _of_version(first, second) == unlisted
    assert _of_version(first, but(second, standards_raised=[{"of": "other"}])) == unlisted
    assert _of_version(first, but(second, standards_raised=[{"of": "A"}])) == []
    assert _of_version(first, but(second, voided={})) == _of_version(first, but(second, status="draft")) == []
    assert _of_version(first, but(second, version=None)) == _of_version(version(3, old, part), second) == []


def _of_version(first, second):
    return told_of_change("R-MON-14", [first], [first, second])


def counts(outcome, achieved=0, partly=0, not_achieved=0):
    return {"outcome": outcome, "achieved": achieved, "partly": partly, "not_achieved": not_achieved}


def claim(*outcomes, id="RT-1", to="2026-03-31"):
    return record("return", id, outcomes=list(outcomes), period={"to": to})


TEN = limits({"code": "outcome_tolerance", "value": 10, "effective_to": "2026-05-01"}, {"code": "outcome_tolerance", "value": 99, "effective_from": "2026-05-02", "effective_to": "2026-11-23"}, {"code": "outcome_tolerance", "value": 20})  # fmt: skip


@pytest.mark.parametrize(
    ("claims", "own", "near"),
    [
        ([claim(counts("a", 8, 1, 1))], [counts("a", 7, 2, 1)], True), ([claim(counts("a", 80, 10, 10))], [counts("a", 69, 20, 11)], False), ([claim(counts("a", 69, 20, 11))], [counts("a", 80, 10, 10)], False),
        ([claim(counts("a", 8, 0, 2))], [counts("a", 8, 2, 0)], True), ([claim(counts("a", 9, 0, 1))], [counts("b", 1, 0, 9)], True), ([claim(counts("a", 9, 0, 1), counts("b", 0, 0, 9))], [counts("a", 9, 0, 1)], True),
        ([claim(counts("a", 5, 0, 5), counts("b", 10))], [counts("a", 5, 0, 5), counts("b", 5, 0, 5)], False), ([claim(counts("a"))], [counts("a", 9)], True), ([claim(counts("a", 9))], [counts("a")], True), ([], [counts("a", 9)], True),
        ([claim(counts("a", 9, 0, 1), id="RT-2"), claim(counts("a", 1, 0, 9), id="RT-1", to="2026-06-30")], [counts("a", 1, 0, 9)], True), ([claim(counts("a", 1, 0, 9), id="RT-1"), claim(counts("a", 9, 0, 1), id="RT-2", to="2026-06-30")], [counts("a", 1, 0, 9)], False),
        ([claim(counts("a", 200, 0, 0))], [counts("a", 179, 21, 0)], False), ([claim(counts("a", 200, 0, 0))], [counts("a", 180, 20, 0)], True),
    ],
)  # fmt: skip
def test_claims_are_near_the_councils_own_evaluations(claims, own, near):
    given = report(returns=[r.id for r in claims] + ["RT-9"], outcomes=own, sent_to_ccm_on="2026-05-01")
    expected = [] if near else ["warning OR-1/outcomes"]
    assert told("R-MON-16", given, *claims, TEN) == expected
    assert told("R-MON-16", but(given, returns=None), *claims, TEN) == told("R-MON-16", given, *claims) == []
    assert told("R-MON-16", but(given, status="drafted"), *claims, TEN) == told("R-MON-16", but(given, voided={}), *claims, TEN) == []  # fmt: skip


def test_the_tolerance_is_that_of_the_day():
    claims = claim(counts("a", 100)), claim(counts("b", 1), id="RT-2")
    for on, apart, near in (("2026-05-01", 11, False), ("2026-05-02", 11, True), (None, 20, True), (None, 21, False)):
        given = report(returns=["RT-1"], outcomes=[counts("a", 100 - apart, apart)], sent_to_ccm_on=on)
        assert told("R-MON-16", given, *claims, TEN) == ([] if near else ["warning OR-1/outcomes"]), on
        assert [r.path for f in findings("R-MON-16", given, *claims, TEN) for r in f.related] == ([] if near else ["RT-1.yaml"])  # fmt: skip
