"""R-REV: which reviews are missing, who is there, what follows, what is overdue, and what is there before them, day by day."""

import re

import pytest

from tests.rules.registers import but, findings, record, table, told, told_of_change

HELD = ("held", "minutes_agreed", "closed")
AHEAD = ("scheduled", "preparing", "postponed")
STATES = (*AHEAD, *HELD, "cancelled")
CONTRACT = record(
    "contract", "C-1", status="in_force", start_date="2026-01-01", end_date="2027-12-31", review_cycle={"annual_months": 12, "biannual_months": 6},
)  # fmt: skip


def review(state="held", kind="annual", id="RV-1", **data):
    return record("review", id, **{"contract": "C-1", "status": state, "review_type": kind, **data})


def due(*days, **more):
    return [review("scheduled", kind, f"RV-{n}", due_by=d, **more) for n, (d, kind) in enumerate(days)]


WHOLE = (("2026-07-01", "biannual"), ("2027-01-01", "annual"), ("2027-07-01", "biannual"), ("2028-01-01", "annual"))


def missing(*reviews, **data):
    found = findings("R-REV-1", but(CONTRACT, **data), *reviews)
    assert len(found) <= 1 and all(f.rule == "R-REV-1-a" and f.at.pointer == "/review_cycle" for f in found)
    return re.sub(r" \([^)]*\)", "", found[0].message.partition("cycle: ")[2]) if found else ""


def test_every_year_of_a_contract_has_its_reviews():
    assert missing(*due(*WHOLE)) == ""
    assert missing(*due(*WHOLE[1:])) == "biannual by 2026-07-01"
    assert missing() == "biannual by 2026-07-01, annual by 2027-01-01, biannual by 2027-07-01, annual by 2028-01-01"
    assert missing(end_date="2028-06-30").endswith(", annual by 2028-01-01 and 1 more")
    assert missing(*due(*WHOLE, voided={})) == missing(*due(*WHOLE, status="cancelled")) == missing()
    assert missing(status="expired") == missing(voided={}) == missing(review_cycle=None) == ""
    assert missing(legacy={"migrated_on": "2027-01-01"}) == "biannual by 2027-07-01, annual by 2028-01-01"


def held(row="R-REV-3", cycle=(), before=None, **data):
    given = {"held_on": "2026-05-01", **data}
    beside = [record("review_cycle", "review_cycle", **dict(cycle))]
    return told_of_change(row, [*beside, *([before] if before else [])], [*beside, review(**given)])


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize(
    ("kind", "cycle", "severity"),
    [
        ("annual", {}, "error"), ("annual", {"manager_attends": "all"}, "error"), ("annual", {"manager_attends": "annual"}, "error"), ("biannual", {}, "warning"),
        ("biannual", {"manager_attends": "annual"}, "warning"), ("biannual", {"manager_attends": "all"}, "error"), ("extra", {}, ""), ("extra", {"manager_attends": "all"}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_the_manager_attends(status, kind, cycle, severity):
    expected = [f"{severity} RV-1/attendance"] if severity and status in HELD else []
    assert held(cycle=cycle, status=status, kind=kind) == expected
    assert held(cycle=cycle, status=status, kind=kind, before=review("preparing")) == expected
    assert held(cycle=cycle, status=status, kind=kind, before=review("closed", title="x")) == []
    assert held(cycle=cycle, status=status, kind=kind, voided={}) == []


@pytest.mark.parametrize(
    ("attendance", "there"),
    [
        ([{"role": "ccm", "attended": "attended"}], True), ([{"role": "ccm_delegate", "attended": "attended"}], True), ([{"role": "ccm", "attended": "apologies"}], False),
        ([{"role": "finance", "attended": "attended"}], False), ([{"role": "ccm"}, {"role": "ccm_delegate", "attended": "attended"}], True), ([], False),
    ],
    ids=str,
)  # fmt: skip
def test_who_counts_as_the_manager(attendance, there):
    assert held(attendance=attendance) == ([] if there else ["error RV-1/attendance"])


@pytest.mark.parametrize(
    ("since", "on", "looked_at"),
    [("2026-05-01", "2026-05-01", False), ("2026-04-30", "2026-05-01", True), ("2026-05-02", "2026-05-01", False), ("2026-05-01", None, True), (None, None, True)],
)  # fmt: skip
def test_what_was_held_before_it_was_carried_over_is_left_alone(since, on, looked_at):
    legacy = {"migrated_on": since} if since else None
    assert held(legacy=legacy, held_on=on) == (["error RV-1/attendance"] if looked_at else [])
    assert held("R-REV-4", legacy=legacy, held_on=on) == (["error RV-1/no_actions_reason"] if looked_at else [])


@pytest.mark.parametrize(
    ("data", "beside", "agreed"),
    [
        ({}, [], False), ({"no_actions_reason": "Nothing arose."}, [], True), ({"no_actions_reason": ""}, [], False), ({"carried_forward": ["AC-1"]}, [], True), ({"carried_forward": []}, [], False),
        ({}, [record("action", "AC-1", arises_from="RV-1")], True), ({}, [record("action", "AC-1", arises_from="RV-2")], False), ({}, [record("action", "AC-1", arises_from="RV-1", voided={})], False),
    ],
    ids=str,
)  # fmt: skip
def test_actions_arise_or_it_says_why_none_do(data, beside, agreed):
    for status in STATES:
        expected = ["error RV-1/no_actions_reason"] if not agreed and status in HELD else []
        assert told_of_change("R-REV-4", beside, [review(status, **data), *beside]) == expected, status


@pytest.mark.parametrize(("day", "late"), [("2026-11-23", True), ("2026-11-24", False), (None, False)])
def test_what_is_overdue(day, late):
    for status in STATES:
        expected = ["warning RV-1/due_by"] if late and status in AHEAD else []
        assert told("R-REV-5", review(status, due_by=day)) == expected, status
    for status in ("open", "done", "dropped"):
        expected = ["warning AC-1/due_on"] if late and status == "open" else []
        assert told("R-REV-5", record("action", "AC-1", status=status, due_on=day)) == expected, status
    assert told("R-REV-5", review("postponed", due_by=day, voided={})) == []


def test_what_is_put_off_is_said_to_be():
    told_of = {s: findings("R-REV-5", review(s, due_by="2026-01-01"))[0].message for s in AHEAD}
    assert ["put off" in m for m in told_of.values()] == [False, False, True]


@pytest.mark.parametrize(
    ("invited", "on", "heard"),
    [("2026-05-01", "2026-05-01", True), ("2026-05-02", "2026-05-01", False), ("2026-04-30", "2026-05-01", True), (None, "2026-05-01", False), ("2026-05-02", None, True)],
)  # fmt: skip
def test_the_provider_is_invited_before_it_is_held(invited, on, heard):
    for status in STATES:
        expected = ["warning RV-1/provider_invited_on"] if not heard and status in HELD else []
        assert told("R-REV-6", review(status, provider_invited_on=invited, held_on=on)) == expected, status


WANTED = table("review_cycle", returns_days=14)


def sent(**data):
    return record("return", "RT-1", **{"review": "RV-1", **data})


@pytest.mark.parametrize(
    ("data", "late"),
    [
        ({"planned_on": "2026-12-07"}, True), ({"planned_on": "2026-12-08"}, False), ({"due_by": "2026-12-07"}, True), ({"due_by": "2026-12-08"}, False),
        ({"planned_on": "2026-12-08", "due_by": "2026-12-01"}, False), ({"planned_on": "2026-12-07", "due_by": "2027-12-01"}, True), ({"planned_on": "soon", "due_by": "2026-12-07"}, True), ({}, False),
    ],
    ids=str,
)  # fmt: skip
def test_returns_are_there_before_the_review(data, late):
    for status in STATES:
        expected = ["warning RT-1/received_on"] if late and status in ("scheduled", "preparing") else []
        assert told("R-REV-8", review(status, **data), sent(), WANTED) == expected, status
    given = review("scheduled", **data)
    assert told("R-REV-8", given, sent(received_on="2026-11-24"), WANTED) == told("R-REV-8", given, sent(voided={}), WANTED) == []  # fmt: skip
    assert told("R-REV-8", given, sent(review="RV-2"), WANTED) == []
    assert told("R-REV-8", given, sent()) == told("R-REV-8", given, sent(), table("review_cycle")) == []
    assert told("R-REV-8", but(given, voided={}), sent(), WANTED) == []


def test_the_day_of_the_meeting_is_shown():
    [f] = findings("R-REV-8", review("scheduled", due_by="2026-12-01"), sent(), WANTED)
    assert [r.pointer for r in f.related] == ["/due_by"] and "2026-11-17, 14 days" in f.message
    [f] = findings("R-REV-8", review("scheduled", planned_on="2026-12-01"), sent(), WANTED)
    assert [r.pointer for r in f.related] == ["/planned_on"]


@pytest.mark.parametrize(
    ("feed", "says"),
    [({"sector": "Fewer carers."}, True), ({"nothing_to_report": True}, True), ({"sector": "", "nothing_to_report": False}, False), ({}, False), (None, False), ("much", False)],
    ids=str,
)  # fmt: skip
def test_annual_reviews_feed_the_strategic_report(feed, says):
    for status in STATES:
        expected = ["warning RV-1/strategic_feed"] if not says and status in HELD else []
        assert told("R-REV-9", review(status, strategic_feed=feed)) == expected, status
        assert told("R-REV-9", review(status, "biannual", strategic_feed=feed)) == []
