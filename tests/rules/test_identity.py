"""R-ID-3 and R-ID-4: a record stays under its number, takes the steps of its life cycle, and starts before it ends."""

from dataclasses import replace

import pytest

from tests.rules.registers import but, findings, record, told, told_of_change

OTHER = record("post", "other")


def moved(before, after, *beside):
    return told_of_change("R-ID-3", [OTHER, *([before] if before else []), *beside], [OTHER, *([after] if after else []), *beside])  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last"),
    [("start_date", "end_date"), ("from", "to"), ("from", "until"), ("effective_from", "effective_to")],
)
@pytest.mark.parametrize(("end", "wrong"), [("2026-04-30", True), ("2026-05-01", False), ("2026-05-02", False), (None, False), ("2026-04", False), ("2026-04-30T00", False)])  # fmt: skip
def test_a_start_is_not_after_its_end(first, last, end, wrong):
    span = {first: "2026-05-01", last: end}
    assert told("R-ID-4", record("contract", "C-1", **span)) == ([f"error C-1/{last}"] if wrong else [])
    inner = record("contract", "C-1", signatures=[{}, {"for": [span]}], hold={"period": span})
    assert told("R-ID-4", inner) == ([f"error C-1/signatures/1/for/0/{last}", f"error C-1/hold/period/{last}"] if wrong else [])  # fmt: skip
    assert told("R-ID-4", record("contract", "C-1", **{**span, first: "May"})) == []


def test_two_ends_are_both_held_against_the_start():
    span = {"from": "2026-05-01", "to": "2026-04-30", "until": "2026-04-29", "end_date": "2020-01-01"}
    assert told("R-ID-4", record("contract", "C-1", hold=span)) == ["error C-1/hold/to", "error C-1/hold/until"]


def test_the_fields_are_called_by_their_titles():
    [f] = findings("R-ID-4", record("contract", "C-1", start_date="2026-05-01", end_date="2026-04-30"))
    assert f.message == "'Ends on', 2026-04-30, is before 'Starts on', 2026-05-01"
    [f] = findings("R-ID-4", record("contract", "C-1", odd={"from": "2026-05-01", "to": "2026-04-30"}))
    assert f.message == "'to', 2026-04-30, is before 'from', 2026-05-01"


def disposal(**data):
    return record("disposal", "DP-1", **{"method": "record_removed", "retention_rule": "x", "records": [{"kind": "need", "id": "N-1"}], **data})  # fmt: skip


@pytest.mark.parametrize(
    ("beside", "removed"),
    [
        ([], False), ([disposal()], True), ([disposal(method="history_rewritten")], True), ([disposal(method="key_destroyed")], False), ([disposal(retention_rule=None)], False), ([disposal(retention_rule="", method="history_rewritten")], False),
        ([disposal(records=[{"kind": "need", "id": "N-2"}])], False), ([disposal(records=[{"kind": "tender", "id": "N-1"}])], False), ([disposal(voided={})], False),
    ],
)  # fmt: skip
def test_a_record_goes_only_by_a_disposal(beside, removed):
    assert moved(record("need", "N-1"), None, *beside) == ([] if removed else ["error N-1"])


NEED = record("contract", "C-2026-0001", status="draft")


@pytest.mark.parametrize(
    ("was", "now", "stays"),
    [
        ("contracts/2026/C-2026-0001/contract.yaml", "elsewhere.yaml", False), ("contracts/2026/C-2026-0001/contract.yaml", "contracts/2026/C-2026-0001/contract.yaml", True),
        ("elsewhere.yaml", "contracts/2026/C-2026-0001/contract.yaml", True), ("elsewhere.yaml", "nowhere.yaml", True),
    ],
)  # fmt: skip
def test_a_record_is_not_moved_from_where_it_belongs(was, now, stays):
    before, after = replace(NEED, path=was), replace(but(NEED, title="x"), path=now)
    assert moved(before, after) == ([] if stays else [f"error {now.removesuffix('.yaml')}"])


@pytest.mark.parametrize(
    ("was", "now", "allowed"),
    [
        (None, "draft", True), ("draft", "adopted", True), ("draft", "superseded", False), ("adopted", "superseded", True), ("adopted", "draft", False), ("withdrawn", "draft", False), ("superseded", "adopted", False), ("draft", "draft", True),
        (None, "adopted", False), (None, "superseded", False), (7, "draft", True), ("draft", "unheard_of", True), ("draft", 7, True), ("draft", None, True),
    ],
)  # fmt: skip
def test_a_status_moves_along_its_life_cycle(was, now, allowed):
    before = record("strategy", "ST-1", status=was, title="x") if was else None
    after = record("strategy", "ST-1", status=now)
    assert moved(before, after) == ([] if allowed else ["error ST-1/status"])
    if was is None:
        assert moved(None, but(after, legacy={})) == [], "what an older register held comes in its state"


@pytest.mark.parametrize(
    ("was", "now", "allowed"),
    [(None, "prepared", True), (None, "sent", True), (None, "acknowledged", True), ("prepared", "acknowledged", True), ("acknowledged", "prepared", False), ("failed", "acknowledged", True)],
)  # fmt: skip
def test_steps_that_only_record_may_be_entered_at_once(was, now, allowed):
    before = record("notice", "NO-1", status=was) if was else None
    assert moved(before, record("notice", "NO-1", status=now)) == ([] if allowed else ["error NO-1/status"])


def test_the_first_commit_of_a_register_brings_what_there_was():
    assert told_of_change("R-ID-3", [], [record("strategy", "ST-1", status="adopted")]) == []
    assert moved(None, record("unknown_kind", "X-1", status="x")) == []
