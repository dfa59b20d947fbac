"""R-DST: who is sent a signed contract within how many working days, and that nothing of a child goes out."""

from datetime import date

import pytest

from tests.rules.registers import but, findings, limits, record, shut, table, told

FIVE = limits(provider_copy=5, worker_notice=5)
LAST, LATE = date(2026, 5, 8), date(2026, 5, 9)
"""The fifth working day after Friday the first of May, and the day after."""
SIGNED = record("contract", "C-1", status="signed", purchase_category="C", signatures=[{"date": "2026-05-01"}, {"date": "2026-04-01"}])  # fmt: skip
LACKS = ["warning C-1/signatures"]


def notice(**data):
    return record("notice", "NO-1", **{"contract": "C-1", "notice_kind": "copy", "status": "sent", "to_role": "provider", **data})  # fmt: skip


NOT_SENT = ({"status": "prepared"}, {"status": "failed"}, {"notice_kind": "finance_contract_dates"}, {"contract": "C-2"}, {"contract": None, "about": "C-1"}, {"about": "V-1"}, {"voided": {}})  # fmt: skip


@pytest.mark.parametrize(
    ("row", "beside", "right"),
    [
        ("R-DST-1", [], {"to_role": "provider"}), ("R-DST-2", [table("distribution", {"event": "contract_signed", "to_role": "key_worker", "label": "Copy"})], {"to_role": "key_worker"}),
        ("R-DST-2", [table("distribution", {"event": "contract_signed", "to_post": "head", "label": "Copy"})], {"to_post": "head"}), ("R-DST-2", [table("distribution", {"event": "contract_signed", "to_mailbox": "a@b", "label": "Copy"})], {"to_mailbox": "a@b"}),
    ],
)  # fmt: skip
def test_a_signed_contract_is_sent_within_the_working_days(row, beside, right):
    for status in ("draft", "issued", "signed", "in_force", "expired"):
        given = but(SIGNED, status=status)
        assert told(row, given, *beside, FIVE, on=LATE) == (LACKS if status in ("signed", "in_force") else []), status
        assert told(row, given, *beside, FIVE, on=LAST) == told(row, given, *beside, on=LATE) == []
    for data in ({}, {"status": "acknowledged"}, {"notice_kind": "signed"}):
        assert told(row, SIGNED, *beside, FIVE, notice(**right, **data), on=LATE) == [], data
    for data in (*NOT_SENT, dict.fromkeys(right, "other")):
        assert told(row, SIGNED, *beside, FIVE, notice(**{**right, **data}), on=LATE) == LACKS, data
    for day, asked in (("2026-05-01", True), ("2026-05-02", False)):
        carried = but(SIGNED, legacy={"migrated_on": day})
        assert told(row, carried, *beside, FIVE, on=LATE) == (LACKS if asked else [])
    assert (
        told(row, but(SIGNED, signatures=[]), *beside, FIVE) == told(row, but(SIGNED, voided={}), *beside, FIVE) == []
    )


def test_what_was_tried_is_said():
    [f] = findings(
        "R-DST-1", SIGNED, FIVE, notice(status="failed"), record("notice", "NO-2", **notice(to_role="finance").data)
    )
    assert [r.path for r in f.related] == ["NO-1.yaml"] and "not sent by 2026-05-08: the provider's copy (NO-1 is '" in f.message  # fmt: skip
    entry = {
        "event": "contract_signed",
        "to_role": "key_worker",
        "label": "Copy for the key worker",
        "within_working_days": 1,
    }
    [f] = findings("R-DST-2", SIGNED, table("distribution", entry))
    assert "not sent by 2026-05-04: Copy for the key worker" in f.message and f.related == ()


@pytest.mark.parametrize(
    ("entry", "concerns"),
    [
        ({}, True), ({"event": "contract_issued"}, False), ({"to_role": "provider"}, False), ({"to_role": "finance"}, False), ({"purchase_categories": ["C", "B"]}, True), ({"purchase_categories": ["B"]}, False), ({"purchase_categories": []}, False),
        ({"placement_specific": True}, False), ({"placement_specific": False}, True), ({"effective_from": "2026-05-01"}, True), ({"effective_from": "2026-05-02"}, False), ({"effective_to": "2026-04-30"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_whom_the_table_names(entry, concerns):
    held = table("distribution", {"event": "contract_signed", "to_role": "key_worker", **entry})
    assert told("R-DST-2", SIGNED, held, FIVE) == (LACKS if concerns else [])
    for_one = but(SIGNED, placement_specific=True)
    others = concerns if "placement_specific" not in entry else not concerns
    assert told("R-DST-2", for_one, held, FIVE) == (LACKS if others else [])
    both = record("contract", "C-2", **for_one.data), SIGNED
    assert len(told("R-DST-2", *both, held, FIVE)) == concerns + others


@pytest.mark.parametrize(("days", "late"), [(5, True), (6, False), (None, True)])
def test_an_entry_may_give_days_of_its_own(days, late):
    held = table("distribution", {"event": "contract_signed", "to_role": "key_worker", "within_working_days": days})
    assert told("R-DST-2", SIGNED, held, FIVE, on=LATE) == (LACKS if late else [])
    assert told("R-DST-2", SIGNED, held, on=LATE) == (LACKS if late and days else [])


FORMS = table("documents", {"code": "t_9", "writes": ["need_specification"]}, {"code": "t_1", "writes": ["contract"]}, {"code": "t_2"})  # fmt: skip
NEED = record("need_specification", "N-1", document={"sha256": "0" * 64})


def test_nothing_of_a_child_goes_out():
    assert told("R-DST-3", FORMS, table("distribution", {"template": "t_1"}, {"template": "t_9"}, {})) == ["error distribution/entries/1/template"]  # fmt: skip
    for document, place in (({"template": "t_9"}, "/document/template"), ({"template": "t_1"}, ""), ({"sha256": "0" * 64}, "/document/sha256"), ({"sha256": "1" * 64}, ""), ({}, ""), ("x", ""), (None, "")):  # fmt: skip
        given = notice(document=document)
        assert told("R-DST-3", FORMS, NEED, given) == ([f"error NO-1{place}"] if place else []), document
        assert told("R-DST-3", FORMS, NEED, but(given, voided={})) == told("R-DST-3", FORMS, NEED, shut("notice", "NO-1", document=document)) == []  # fmt: skip
    same = notice(document={"sha256": "0" * 64})
    for other in (but(NEED, voided={}), shut("need_specification", "N-1", **NEED.data), but(NEED, document={"sha256": 7}), but(NEED, document="x")):  # fmt: skip
        assert told("R-DST-3", FORMS, other, same) == []
