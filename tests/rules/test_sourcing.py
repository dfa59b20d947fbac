"""R-NEED, R-SRC, R-MKT and R-PRO: need, decision, supply, market and relations, on their first and last days and with what counts."""

import pytest

from tests.rules.registers import but, findings, limits, record, table, told

READY = ("ready_for_issue", "issued", "signed", "in_force", "expired", "terminated", "closed")
LIVE = READY[:4]
STATES = ("draft", "withdrawn", *READY)
UNMET = ("analysed", "routed", "tendering", "justifying", "calling_off", "contract_drafting")


def contract(status="in_force", id="C-1", **data):
    return record("contract", id, **{"status": status, "service_type": "foster", **data})


def decision(status="decided", id="SD-1", **data):
    return record("sourcing_decision", id, **{"status": status, "decision": {"on": "2026-05-01", "by_role": "sourcing_group"}, **data})  # fmt: skip


def need(status="analysed", id="N-1", **data):
    return record("need", id, status=status, **data)


@pytest.mark.parametrize(
    ("needs", "rests"),
    [
        ([], True), ([need()], True), ([need(voided={})], False), ([need(voided={}), need(id="N-2")], True), ([need(voided={}), need(id="N-2", voided={})], False),
        ([need(id="N-2", voided={})], False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", ["decided", "superseded"])
def test_a_decision_rests_on_a_need_that_counts(needs, rests, status):
    given = decision(status, need="N-1", further_needs=["N-2"])
    assert told("R-NEED-1", given, *needs) == ([] if rests else ["error SD-1/need"])
    assert told("R-NEED-1", but(given, legacy={}), *needs) == ([] if rests else ["warning SD-1/need"])
    assert told("R-NEED-1", but(given, status="draft"), *needs) == []


@pytest.mark.parametrize("refs", [None, [], ["ST-1"]])
def test_what_serves_a_strategy_names_it(refs):
    lacks = not refs
    for status in ("identified", "withdrawn", *UNMET, "contracted", "in_house"):
        asked = lacks and status not in ("identified", "withdrawn")
        assert told("R-NEED-3", need(status, strategy_refs=refs)) == (["warning N-1/strategy_refs"] if asked else []), status  # fmt: skip
    for status in STATES:
        asked = lacks and status in LIVE
        assert told("R-NEED-3", contract(status, strategy_refs=refs)) == (["warning C-1/strategy_refs"] if asked else []), status  # fmt: skip


TENDER = record("tender", "T-1", status="planned", need="N-1", sourcing_decision="SD-1")
AGE = limits(need_data_age=12)


@pytest.mark.parametrize(
    ("tender", "ends", "old"),
    [
        (TENDER, ["2025-05-01"], False), (TENDER, ["2025-04-30"], True), (TENDER, ["2025-04-30", "2025-05-01"], False), (TENDER, [], False), (TENDER, [None], False),
        (but(TENDER, status="abandoned"), ["2025-04-30"], False), (but(TENDER, voided={}), ["2025-04-30"], False), (but(TENDER, need="N-2"), ["2025-04-30"], False),
        (but(TENDER, procurement_commenced="2027-01-01"), ["2025-05-01"], False), (but(TENDER, sourcing_decision=None), ["2020-01-01"], False),
        (but(TENDER, sourcing_decision=None, procurement_commenced="2026-06-01"), ["2025-06-01"], False),
        (but(TENDER, sourcing_decision=None, procurement_commenced="2026-06-01"), ["2025-05-31"], True),
    ],
)  # fmt: skip
def test_a_tender_is_planned_on_fresh_figures(tender, ends, old):
    figures = need(need_data=[{"period": {"to": e}} for e in ends])
    assert told("R-NEED-4", tender, decision(), figures, AGE) == (["warning T-1/need"] if old else [])
    assert told("R-NEED-4", tender, decision(), figures) == []


def test_without_a_day_of_decision_the_procurement_counts():
    begun = but(TENDER, procurement_commenced="2026-06-01")
    assert told("R-NEED-4", begun, decision(decision={}), need(need_data=[{"period": {"to": "2025-05-31"}}]), AGE) == ["warning T-1/need"]  # fmt: skip


@pytest.mark.parametrize("status", ["decided", "superseded", "draft"])
@pytest.mark.parametrize(("began", "late"), [("2026-05-01", False), ("2026-04-30", True), (None, False)])
def test_the_decision_comes_before_the_procurement(status, began, late):
    given = decision(status, procurement_start=began)
    late = late and status != "draft"
    assert told("R-SRC-1", given) == (["error SD-1/procurement_start"] if late else [])
    assert told("R-SRC-1", but(given, legacy={})) == (["warning SD-1/procurement_start"] if late else [])
    assert told("R-SRC-1", but(given, decision={})) == []


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize(
    ("held", "cites", "place"),
    [
        ({}, [], "sourcing_decision"), ({"sourcing_decision": "SD-1"}, [], ""), ({"sourcing_decision": "SD-1"}, [decision()], ""), ({"sourcing_decision": "SD-1"}, [decision("superseded")], ""),
        ({"sourcing_decision": "SD-1"}, [decision("draft")], "sourcing_decision"), ({"sourcing_decision": "SD-1"}, [decision("withdrawn")], "sourcing_decision"),
        ({"sourcing_decision": "SD-1"}, [decision(voided={})], "sourcing_decision"),
        ({"sourcing_decision": "SD-1", "procurement_commenced": "2026-05-01"}, [decision()], ""), ({"sourcing_decision": "SD-1", "procurement_commenced": "2026-04-30"}, [decision()], "procurement_commenced"),
        ({"sourcing_decision": "SD-1", "procurement_commenced": "2026-04-30"}, [decision(decision={})], ""), ({"sourcing_decision": "SD-1", "procurement_commenced": "2026-04-30"}, [decision("draft")], "sourcing_decision"),
    ],
)  # fmt: skip
def test_a_contract_cites_a_decision_that_was_taken_in_time(status, held, cites, place):
    expected = place and status in READY
    assert told("R-SRC-1", contract(status, **held), *cites) == ([f"error C-1/{place}"] if expected else [])
    assert told("R-SRC-1", contract(status, legacy={}, **held), *cites) == ([f"warning C-1/{place}"] if expected else [])  # fmt: skip


THRESHOLD = table("thresholds", {"code": "advertising", "amount": "50000.00", "comparator": ">=", "vat_basis": "excluded"})  # fmt: skip
OVER = {"estimated_value": {"amount": "50000.00", "vat_basis": "excluded"}, "procurement_commenced": "2026-05-01"}
UNDER = {**OVER, "estimated_value": {"amount": "49999.99", "vat_basis": "excluded"}}


def reason(status="approved", **data):
    return record("non_tender", "NT-1", **{"status": status, "reason_code": "urgency", **OVER, **data})


@pytest.mark.parametrize(
    ("given", "shown"),
    [(reason(), False), (reason("draft"), True), (reason(best_value={}), True), (reason(reason_code="best_value"), True), (reason(**UNDER), True), (reason(voided={}), True)],
)  # fmt: skip
def test_a_justification_over_the_threshold_shows_best_value(given, shown):
    assert told("R-SRC-2", given, THRESHOLD) == ([] if shown else ["error NT-1/best_value"])
    assert told("R-SRC-2", but(given, legacy={}), THRESHOLD) == ([] if shown else ["warning NT-1/best_value"])


@pytest.mark.parametrize("status", STATES)
@pytest.mark.parametrize(
    ("data", "basis", "shown"),
    [
        ({"route": "non_tender"}, [], False), ({"route": "tender"}, [], True), ({"route": "non_tender", **UNDER}, [], True), ({"route": "non_tender", "non_tender": "NT-1"}, [], True),
        ({"route": "non_tender", "non_tender": "NT-1"}, [reason(best_value={})], True), ({"route": "non_tender", "non_tender": "NT-1"}, [reason("draft", best_value={})], True),
        ({"route": "non_tender", "non_tender": "NT-1"}, [reason("draft")], False), ({"route": "non_tender", "non_tender": "NT-1"}, [reason(reason_code="best_value")], True),
        ({"route": "non_tender"}, [reason(best_value={})], False),
    ],
)  # fmt: skip
def test_a_contract_without_a_tender_rests_on_best_value(status, data, basis, shown):
    expected = [] if shown or status not in READY else ["error C-1/non_tender"]
    assert told("R-SRC-2", contract(status, **{**OVER, **data}), *basis, THRESHOLD) == expected


@pytest.mark.parametrize("kind", ["block", "framework", "spot", "call_off"])
@pytest.mark.parametrize(
    ("cites", "beside", "of_the_group"),
    [
        (None, [], False), ("SD-1", [], True), ("SD-1", [decision()], True), ("SD-1", [decision(decision={"by_role": "ccm"})], False), ("SD-1", [decision(decision={})], False),
        (None, [decision()], False),
    ],
)  # fmt: skip
def test_structures_are_decided_by_the_group(kind, cites, beside, of_the_group):
    for status in STATES:
        asked = not of_the_group and kind in ("block", "framework") and status in READY
        given = contract(status, contract_type=kind, sourcing_decision=cites)
        assert told("R-SRC-3", given, *beside) == (["error C-1/sourcing_decision"] if asked else []), status


def places(quantity, unit="places"):
    return {"quantity": str(quantity), "unit": unit}


def forecast(*quantities, unit="places", kind="foster", **more):
    return need(forecast=[{"service_type": kind, "unit": unit, "quantity": q} for q in quantities], **more)


def placed(n, status="active", of="C-1"):
    return [record("placement", f"P-{of}-{i}", contract=of, status=status) for i in range(n)]


@pytest.mark.parametrize(
    ("records", "short"),
    [
        ([forecast(10), contract(capacity=places(10))], False), ([forecast(11), contract(capacity=places(10))], True), ([forecast(1)], True), ([forecast(0)], False),
        ([forecast(6, 5), contract(capacity=places(10))], True), ([forecast(6, 4), contract(capacity=places(10))], False), ([forecast("many"), contract(capacity=places(0))], False),
        ([forecast(11), contract(capacity=places(6)), contract("signed", "C-2", capacity=places(5))], False), ([forecast(11), contract(capacity=places(6)), contract("issued", "C-2", capacity=places(5))], True),
        ([forecast(11), contract(capacity=places(10)), contract(id="C-2", capacity={"unit": "places"})], True), ([forecast(1), contract(capacity={"unit": "places"})], True),
        ([forecast(11), contract(capacity=places(6)), contract(id="C-2", contract_type="call_off", capacity=places(5))], True),
        ([forecast(10), contract(capacity=places(10)), *placed(1)], True), ([forecast(8), contract(capacity=places(10)), *placed(2)], False),
        ([forecast(8), contract(capacity=places(10)), *placed(2), contract(id="C-2"), *placed(1, of="C-2")], True), ([forecast(10), contract(capacity=places(10)), *placed(9, "ended")], False),
        ([forecast(10, unit="hours"), contract(capacity=places(10, "hours")), *placed(1)], False), ([forecast(10, unit="hours"), contract(capacity=places(10))], True),
        ([forecast(10, kind="homes"), contract(capacity=places(10))], True), ([forecast(1, kind="homes"), contract(capacity=places(0)), *placed(3)], True),
        ([forecast(1, kind="homes"), contract(id="C-2", service_type="homes", capacity=places(1)), contract(capacity=places(3)), *placed(3)], False),
    ],
)  # fmt: skip
def test_what_is_forecast_and_in_use_is_contracted(records, short):
    assert told("R-SRC-5", *records) == (["warning N-1/forecast/0"] if short else [])
    for status in (*UNMET, "contracted", "identified"):
        expected = ["warning N-1/forecast/0"] if short and status in UNMET else []
        assert told("R-SRC-5", but(records[0], status=status), *records[1:]) == expected, status


def test_all_that_is_counted_is_shown():
    [f] = findings("R-SRC-5", forecast(6, 5), forecast(1, id="N-2"), contract(capacity=places(1)))
    assert [(r.path, r.pointer) for r in f.related] == [("N-1.yaml", "/forecast/1"), ("N-2.yaml", "/forecast/0"), ("C-1.yaml", "/capacity")]  # fmt: skip


LEAST = limits({"code": "empty_places", "value": 50, "effective_to": "2026-11-24"})


def used(delivered, contracted=10, to="2026-06-30", unit="places", id="RT-1", status="accepted", **data):
    return record("return", id, **{"contract": "C-1", "status": status, "period": {"to": to}, "volume": {"unit": unit, "contracted": contracted, "delivered": delivered}, **data})  # fmt: skip


@pytest.mark.parametrize(
    ("beside", "empty"),
    [
        ([used(5)], False), ([used(4)], True), ([used(0)], True), ([used(4, status="assessed")], True), ([used(4, status="submitted")], False), ([used(4, unit="hours")], False),
        ([used(4, to=None)], False), ([used(4, to="2026-11-25")], False), ([used(4, voided={})], False), ([used(4, contract="C-2")], False), ([used(4, volume="four")], False),
        ([used(4), used(5, to="2026-07-31", id="RT-0")], False), ([used(5), used(4, to="2026-07-31", id="RT-0")], True), ([used(5), used(4, id="RT-2")], False),
        ([used(4), used(9, to="2026-07-31", id="RT-0", status="submitted")], True), ([used(4), used(9, to="2026-07-31", id="RT-0", contracted=0)], True),
        ([used(4), used(None, to="2026-07-31", id="RT-0")], True), ([used(5), used(4, to="2026-07-31", id="RT-0", unit="hours")], False), ([], False),
        (placed(5), False), (placed(4), True), ([*placed(4), used(5)], False), (placed(9, "ended"), True), ([used(497, 1000)], True), ([used(499, 1000)], True), ([used(500, 1000)], False),
    ],
)  # fmt: skip
def test_a_block_is_used(beside, empty):
    block = contract(contract_type="block", capacity=places(10))
    assert told("R-SRC-5", block, LEAST, *beside) == (["warning C-1/capacity"] if empty else [])
    for other in (but(block, contract_type="spot"), but(block, status="signed"), but(block, capacity=None), but(block, voided={})):  # fmt: skip
        assert told("R-SRC-5", other, LEAST, *beside) == []
    assert told("R-SRC-5", block, *beside) == []


@pytest.mark.parametrize("capacity", [places(10, "hours"), {"unit": "places"}, places(0)])
def test_of_what_is_no_number_of_places_placements_say_nothing(capacity):
    assert told("R-SRC-5", contract(contract_type="block", capacity=capacity), LEAST, *placed(1)) == []


def test_a_share_is_reckoned_to_the_hundredth():
    block = contract(contract_type="block", capacity=places(1000))
    assert told("R-SRC-5", block, limits(empty_places=1), *placed(10)) == []
    assert told("R-SRC-5", block, limits(empty_places=1), *placed(9)) == ["warning C-1/capacity"]
    assert told("R-SRC-5", block, limits(empty_places="1.005"), *placed(10)) == ["warning C-1/capacity"]
    assert told("R-SRC-5", block, limits(empty_places="1.005"), used(100, 10000)) == ["warning C-1/capacity"]


SIX = limits(market_note_age=6, engagement_age=6)
TYPES = table("service_types", {"code": "homes", "active": True}, {"code": "foster", "label": "Foster care", "active": True})  # fmt: skip


def note(on, id="MN-1", kind="foster"):
    return record("market_note", id, on=on, service_type=kind)


@pytest.mark.parametrize(
    ("notes", "watched"),
    [
        ([], False), ([note("2026-05-24")], True), ([note("2026-05-23")], False), ([note("2026-11-24")], True), ([note("2026-11-25")], False), ([note("2026-10-01", kind="homes")], False),
        ([note("2020-01-01"), note("2026-10-01", "MN-0")], True), ([note("2026-10-01"), note("2020-01-01", "MN-2")], True), ([note(None)], False), ([but(note("2026-10-01"), voided={})], False),
    ],
)  # fmt: skip
def test_the_market_of_a_type_in_use_is_watched(notes, watched):
    expected = [] if watched else ["warning service_types/entries/1"]
    for status in STATES:
        assert told("R-MKT-1", contract(status), TYPES, SIX, *notes) == (expected if status in LIVE else []), status
    for status in ("identified", "contracted", *UNMET):
        looked_for = need(status, service_types=["foster"])
        assert told("R-MKT-1", looked_for, TYPES, SIX, *notes) == (expected if status in UNMET else []), status
    for status in ("active", "closed"):
        offered = record("service", "SV-1", status=status, service_type="foster")
        assert told("R-MKT-1", offered, TYPES, SIX, *notes) == (expected if status == "active" else []), status
    assert told("R-MKT-1", contract(), TYPES, *notes) == told("R-MKT-1", contract(), SIX, *notes) == []


@pytest.mark.parametrize(
    ("entry", "asked"),
    [({"active": True}, True), ({"active": False}, False), ({}, False), ({"active": True, "effective_from": "2026-11-24"}, True), ({"active": True, "effective_from": "2026-11-25"}, False), ({"active": True, "effective_to": "2026-11-23"}, False)],
    ids=str,
)  # fmt: skip
def test_of_which_types_a_note_is_asked(entry, asked):
    types = table("service_types", {"code": "foster", **entry})
    assert told("R-MKT-1", contract(), types, SIX) == (["warning service_types/entries/0"] if asked else [])


def provider(*days, **data):
    return record("provider", "PR-1", engagement=[{"date": d} for d in days], **data)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (provider(), False), (provider("2026-05-24"), True), (provider("2026-05-23"), False), (provider("2020-01-01", "2026-10-01"), True), (provider("2026-11-24"), True), (provider("2026-11-25"), False),
        (provider(None), False), (provider(voided={}), True), (provider(legacy={"migrated_on": "2026-05-24"}), True), (provider(legacy={"migrated_on": "2026-05-23"}), False),
        (provider("2026-05-24", legacy={"migrated_on": "2020-01-01"}), True),
    ],
)  # fmt: skip
def test_providers_are_kept_in_touch_with(given, kept):
    for status in STATES:
        asked = not kept and status in ("signed", "in_force")
        assert told("R-PRO-1", contract(status, provider="PR-1"), given, SIX) == (["warning PR-1/engagement"] if asked else []), status  # fmt: skip
    further = contract(provider="PR-2", further_providers=["PR-1"])
    twice = contract(id="C-2", provider="PR-1")
    assert told("R-PRO-1", further, twice, given, SIX) == ([] if kept else ["warning PR-1/engagement"])
    assert told("R-PRO-1", contract(provider="PR-1"), given) == told("R-PRO-1", given, SIX) == []
