"""R-FIN: what Finance is told, when, and whether it is so; what is paid for what was delivered; what is still active past its end."""

from datetime import date

import pytest

from tests.rules.registers import but, findings, limits, record, shut, table, told, told_of_change

FIVE = limits(finance_contract_notice=5, finance_placement_notice=5, proforma_sent=5, payment_tolerance=2)
LAST, LATE = date(2026, 5, 8), date(2026, 5, 9)
"""The fifth working day after Friday the first of May, and the day after."""
CONTRACT = record("contract", "C-1", status="signed", start_date="2026-06-01", signatures=[{"date": "2026-04-30"}, {"date": "2026-05-01"}])  # fmt: skip
PLACEMENT = record("placement", "P-1", status="active", purchase_category="C", start_date="2026-05-01")


def notice(kind="finance_contract_dates", status="sent", id="NO-1", **data):
    return record("notice", id, **{"contract": "C-1", "placement": "P-1", "notice_kind": kind, "status": status, "to_role": "finance", **data})  # fmt: skip


@pytest.mark.parametrize(
    ("row", "given", "kind", "place"),
    [
        ("R-FIN-1", CONTRACT, "finance_contract", "C-1/signatures"), ("R-FIN-1", but(CONTRACT, status="in_force"), "finance_contract", "C-1/signatures"),
        ("R-FIN-2", PLACEMENT, "finance_placement", "P-1/start_date"),
    ],
)  # fmt: skip
def test_finance_is_told_within_the_working_days(row, given, kind, place):
    late = [f"warning {place}"]
    assert told(row, given, FIVE, on=LAST) == [] and told(row, given, FIVE, on=LATE) == late
    assert told(row, given, on=LATE) == [], "no days are laid down"
    for end in ("dates", "change"):
        for status in ("sent", "acknowledged"):
            assert told(row, given, FIVE, notice(f"{kind}_{end}", status), on=LATE) == []
        assert told(row, given, FIVE, notice(f"{kind}_{end}", "prepared"), on=LATE) == late
        assert told(row, given, FIVE, notice(f"{kind}_{end}", voided={}), on=LATE) == late
    assert told(row, given, FIVE, notice(f"{kind}_end"), on=LATE) == late
    assert told(row, given, FIVE, notice(f"{kind}_dates", contract="C-2", placement="P-2"), on=LATE) == late
    assert told(row, but(given, status="draft"), FIVE, on=LATE) == told(row, but(given, voided={}), FIVE, on=LATE) == []
    carried = but(given, legacy={"migrated_on": "2026-05-04"})
    assert told(row, carried, FIVE, on=date(2026, 5, 11)) == [] and told(row, carried, FIVE, on=date(2026, 5, 12)) == late  # fmt: skip
    earlier = but(given, legacy={"migrated_on": "2026-04-01"})
    assert told(row, earlier, FIVE, on=LATE) == late


@pytest.mark.parametrize("data", [{"purchase_category": "B"}, {"start_date": None}, {"purchase_category": None}])
def test_of_which_placements_finance_is_told(data):
    assert told("R-FIN-2", but(PLACEMENT, **data), FIVE) == []
    assert told("R-FIN-2", shut("placement", "P-1", **PLACEMENT.data), FIVE) == []
    assert told("R-FIN-1", but(CONTRACT, signatures=[]), FIVE) == []


def rate(amount, unit="week", from_="2026-01-01"):
    return {"from": from_, "unit": unit, "rate": {"amount": amount}}


HELD = but(CONTRACT, finance={"anticipated_end": "2027-05-31"}, schedule_b={"rates": [rate("100.00")]})
PLACED = but(PLACEMENT, anticipated_end="2027-05-31", ended_on="2027-04-30", rates=[rate("100.00")])
TOLD_OF_CONTRACT = {"start_date": "2026-06-01", "anticipated_end": "2027-05-31", "rate": {"amount": "100.00"}, "rate_unit": "week"}  # fmt: skip
TOLD_OF_PLACEMENT = {**TOLD_OF_CONTRACT, "start_date": "2026-05-01"}


def last_told(of, kind="dates", more=(), gone="", **data):
    """A notice that told Finance of the contract or the placement what is so, but for some of it."""
    details = {**(TOLD_OF_CONTRACT if of == "contract" else TOLD_OF_PLACEMENT), **dict(more)}
    return notice(f"finance_{of}_{kind}", **{f"{of}_details": {n: v for n, v in details.items() if n != gone}, **data})


SO = [("contract", HELD, "finance/anticipated_end", "schedule_b"), ("placement", PLACED, "anticipated_end", "rates")]


@pytest.mark.parametrize(("of", "given", "end", "rates"), SO, ids=lambda v: v if isinstance(v, str) else "")
@pytest.mark.parametrize("kind", ["dates", "change"])
def test_what_finance_was_last_told_is_so(of, given, end, rates, kind):
    at = f"warning {given.id}/"
    assert told("R-FIN-3", given, last_told(of, kind)) == told("R-FIN-3", given) == []
    for name, pointer in (("start_date", "start_date"), ("anticipated_end", end)):
        assert told("R-FIN-3", given, last_told(of, kind, {name: "2026-01-01"})) == [at + pointer]
        assert told("R-FIN-3", given, last_told(of, kind, gone=name)) == [at + pointer]
    assert told("R-FIN-3", given, last_told(of, kind, {"rate": {"amount": "100.01"}})) == [at + rates]
    assert told("R-FIN-3", given, last_told(of, kind, gone="rate")) == []
    wrong = last_told(of, kind, {"start_date": "2026-01-01"})
    assert told("R-FIN-3", given, but(wrong, **{f"{of}_details": None})) == [], "it told nothing"
    assert told("R-FIN-3", given, but(wrong, status="failed")) == told("R-FIN-3", given, but(wrong, voided={})) == []
    assert told("R-FIN-3", but(given, voided={}), wrong) == []
    assert told("R-FIN-3", given, shut("notice", "NO-1", **wrong.data)) == []


@pytest.mark.parametrize(
    ("of", "given", "states"),
    [
        ("contract", HELD, ("signed", "in_force", "expired", "terminated")),
        ("placement", PLACED, ("authorised", "contracted", "active", "ended")),
    ],
    ids=["contract", "placement"],
)
def test_in_which_states_it_is_compared(of, given, states):
    wrong = last_told(of, more={"start_date": "2026-01-01"})
    for state in ("draft", "proposed", "issued", "closed", *states):
        assert told("R-FIN-3", but(given, status=state), wrong) == ([f"warning {given.id}/start_date"] if state in states else []), state  # fmt: skip
    assert told("R-FIN-3", shut(given.kind, given.id, **given.data), wrong) == (["warning C-1/start_date"] if of == "contract" else [])  # fmt: skip


def test_the_end_that_a_notice_of_the_end_tells():
    assert told("R-FIN-3", HELD, last_told("contract", "end", {"anticipated_end": "2026-12-31"})) == [], "an early end is told by itself"  # fmt: skip
    assert told("R-FIN-3", HELD, last_told("contract", "end", {"start_date": "2026-12-31"})) == ["warning C-1/start_date"]  # fmt: skip
    ended = last_told("placement", "end", {"ended_on": "2027-04-30", "anticipated_end": "2020-01-01"})
    assert told("R-FIN-3", PLACED, ended) == []
    assert told("R-FIN-3", PLACED, last_told("placement", "end", {"ended_on": "2027-04-29"})) == [
        "warning P-1/ended_on"
    ]
    assert told("R-FIN-3", but(HELD, finance=None), last_told("contract", more={"anticipated_end": "2026-12-31"})) == []


def test_the_last_notice_counts_and_one_that_failed_is_shown():
    old = last_told("contract", more={"start_date": "2026-01-01"}, prepared_on="2026-05-01", id="NO-2")
    new = last_told("contract", prepared_on="2026-05-02", id="NO-1")
    assert told("R-FIN-3", HELD, old, new) == []
    assert told("R-FIN-3", HELD, but(old, prepared_on="2026-05-03"), new) == ["warning C-1/start_date"]
    assert told("R-FIN-3", HELD, but(old, prepared_on="2026-05-02"), new) == ["warning C-1/start_date"]
    failed = notice("finance_contract_change", "failed", "NO-3"), notice("copy", "failed", "NO-4", to_role="provider")
    [f] = findings("R-FIN-3", HELD, old, *failed, notice("finance_contract_other", "prepared", "NO-5"))
    assert [(r.path, r.pointer) for r in f.related] == [("NO-2.yaml", "/contract_details/start_date"), ("NO-3.yaml", "/status")]  # fmt: skip
    [f] = findings("R-FIN-3", PLACED, last_told("placement", more={"start_date": "2026-01-01"}))
    assert [r.pointer for r in f.related] == ["/placement_details/start_date"]
    [f] = findings("R-FIN-3", PLACED, last_told("placement", gone="start_date"))
    assert [r.pointer for r in f.related] == ["/placement_details"]


@pytest.mark.parametrize(
    ("rates", "unit", "amount", "same"),
    [
        ([rate("100.00"), rate("7.00", "day")], "week", "100.00", True), ([rate("100.00"), rate("7.00", "day")], "day", "7.00", True),
        ([rate("100.00"), rate("7.00", "day")], "week", "7.00", False), ([rate("100.00"), rate("7.00", "day")], None, "7.00", True),
        ([rate("100.00"), rate("110.00", from_="2026-04-01")], "week", "110.00", True), ([rate("100.00"), rate("110.00", from_="2026-04-01")], "week", "100.00", False),
        ([rate("60.00"), rate("40.00")], "week", "100.00", True), ([rate("60.00"), rate("40.00")], "week", "40.00", True), ([rate("60.00"), rate("40.00")], "week", "90.00", False),
        ([rate("60.00", from_=None), rate("40.00", from_=None)], "week", "100.00", True), ([], "week", "1.00", True), ([rate("100.00")], "hour", "1.00", True),
    ],
)  # fmt: skip
def test_the_rate_of_the_unit_that_holds_now(rates, unit, amount, same):
    given = last_told("placement", more={"rate": {"amount": amount}, "rate_unit": unit})
    assert told("R-FIN-3", but(PLACED, rates=rates), given) == ([] if same else ["warning P-1/rates"])


FORM = record("placement_termination", "PT-1", placement="P-1", end_date="2026-05-01")
BOTH = ["warning PT-1/sent_to_finance_on", "warning PT-1/sent_to_ccm_on"]


@pytest.mark.parametrize(
    ("form", "beside", "lacking"),
    [
        (FORM, [], BOTH), (FORM, [PLACEMENT], BOTH), (but(FORM, sent_to_finance_on="2026-05-04"), [], BOTH[1:]), (but(FORM, sent_to_ccm_on="2026-05-04"), [], BOTH[:1]),
        (but(FORM, sent_to_ccm_on="2026-05-04", sent_to_finance_on="2026-05-04"), [], []), (but(FORM, voided={}), [], []), (shut("placement_termination", "PT-1", **FORM.data), [], []),
        (but(FORM, end_date=None), [], []), (but(FORM, end_date=None), [PLACEMENT], []), (but(FORM, end_date=None), [but(PLACEMENT, ended_on="2026-05-01")], BOTH),
        (but(FORM, end_date=None), [shut("placement", "P-1", ended_on="2026-05-01")], []), (FORM, [but(PLACEMENT, ended_on="2027-01-01")], BOTH),
        (but(FORM, end_date=None, placement="P-2"), [but(PLACEMENT, ended_on="2026-05-01")], []),
    ],
)  # fmt: skip
def test_the_form_of_an_ending_is_sent_to_both(form, beside, lacking):
    assert told("R-FIN-4", form, FIVE, *beside, on=LATE) == lacking
    assert told("R-FIN-4", form, FIVE, *beside, on=LAST) == told("R-FIN-4", form, *beside, on=LATE) == []


def test_whom_the_form_has_not_reached_is_told():
    assert ["Finance" in f.message.split() for f in findings("R-FIN-4", FORM, FIVE)] == [True, False]


PERIOD = {"from": "2026-04-01", "to": "2026-06-30"}


def paid(amount="100.00", **data):
    return record(
        "payment_summary", "PS-1", **{"contract": "C-1", "period": PERIOD, "paid": {"amount": amount}, **data}
    )


def sent(amount="100.00", id="RT-1", **data):
    return record("return", id, **{"contract": "C-1", "period": PERIOD, "invoiced": {"amount": amount}, **data})


@pytest.mark.parametrize(
    ("amount", "expected", "fits"),
    [("100.00", "100.00", True), ("102.00", "100.00", True), ("102.01", "100.00", False), ("98.00", "100.00", True), ("97.99", "100.00", False), ("1.00", "0.00", False), ("0.00", "0.00", True)],
)  # fmt: skip
def test_payments_fit_within_the_difference_allowed(amount, expected, fits):
    against = {"expected": {"amount": expected}}
    assert told("R-FIN-5", paid(amount, reconciliation=against), FIVE) == ([] if fits else ["warning PS-1/reconciliation/explanation"])  # fmt: skip
    assert told("R-FIN-5", paid(amount, reconciliation={**against, "explanation": "Late."}), FIVE) == []
    assert told("R-FIN-5", paid(amount), sent(expected), FIVE) == ([] if fits else ["warning PS-1/reconciliation"])
    assert told("R-FIN-5", paid(amount), sent(expected)) == [], "no difference is laid down"


@pytest.mark.parametrize(
    ("summary", "returns", "fits"),
    [
        (paid("200.00"), [sent(), sent(id="RT-2")], True), (paid("200.00"), [sent()], False), (paid("100.00"), [sent(), sent(id="RT-2")], False),
        (paid("300.00"), [sent(), sent(id="RT-2"), sent(id="RT-3")], True), (paid("9.00"), [sent(voided={})], True), (paid("9.00"), [sent(contract="C-2")], True),
        (paid("9.00"), [sent(period={"from": "2026-04-01", "to": "2026-05-31"})], True), (paid("9.00"), [sent(period={"from": "2026-05-01", "to": "2026-06-30"})], True),
        (paid("9.00"), [sent(invoiced=None)], True), (paid("9.00"), [sent(invoiced={"amount": "?"})], True), (paid("9.00"), [sent(period=None)], True), (paid("9.00"), [], True),
        (paid("9.00", provider="PR-1"), [sent(provider="PR-2")], True), (paid("9.00", provider="PR-1"), [sent(provider="PR-1")], False), (paid("9.00", provider="PR-1"), [sent()], False),
        (paid("9.00"), [sent(provider="PR-1")], False), (paid(paid=None), [sent("9.00")], True), (paid(period=None), [sent("9.00", period=None)], True),
        (paid("9.00", period={"from": "2026-04-01"}), [sent(period={"from": "2026-04-01"})], True), (paid("9.00", voided={}), [sent()], True), (paid("9.00", reconciliation={}), [sent()], True),
        (paid("9.00", period="spring"), [sent(period="spring")], True),
    ],
)  # fmt: skip
def test_what_is_held_against_what_the_returns_of_the_period_say(summary, returns, fits):
    assert told("R-FIN-5", summary, *returns, FIVE) == ([] if fits else ["warning PS-1/reconciliation"])


def test_the_returns_on_which_it_rests_are_shown():
    beside = sent("1.00", volume={"delivered": 3}), sent("2.00", "RT-2")
    [f] = findings("R-FIN-5", paid("9.00"), *beside, FIVE)
    assert [(r.path, r.pointer) for r in f.related] == [("RT-1.yaml", "/volume"), ("RT-2.yaml", "/invoiced")]
    against = {"expected": {"amount": "1.00"}, "returns": ["RT-2", "RT-9"]}
    [f] = findings("R-FIN-5", paid("9.00", reconciliation=against), *beside, FIVE)
    assert [r.path for r in f.related] == ["RT-2.yaml"]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"anticipated_end": "2026-11-23"}, "/anticipated_end"), ({"anticipated_end": "2026-11-24"}, ""), ({"anticipated_end_month": "2026-10"}, "/anticipated_end_month"),
        ({"anticipated_end_month": "2026-11"}, ""), ({"review_by": "2026-01-01"}, ""), ({"ended_on": "2026-01-01"}, ""), ({}, ""),
        ({"anticipated_end": "2026-11-23", "status": "ended"}, ""), ({"anticipated_end": "2026-11-23", "voided": {}}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_no_placement_is_active_past_its_expected_end(data, place):
    assert told("R-FIN-6", but(PLACEMENT, **data)) == ([f"warning P-1{place}"] if place else [])
    assert told("R-FIN-6", shut("placement", "P-1", **but(PLACEMENT, **data).data)) == []


def asks(role="finance", **data):
    return {"event": "contract_signed", "to_role": role, "label": "Signed", **data}


@pytest.mark.parametrize(
    ("entry", "notices", "whole"),
    [
        (asks(), [], False), (asks(), [notice()], True), (asks(), [notice("finance_contract_change", "prepared")], True), (asks(), [notice(to_role="provider")], False),
        (asks(), [notice("copy")], False), (asks(), [notice(voided={})], False), (asks(), [notice(contract="C-2")], False), (asks("provider"), [notice("copy", to_role="provider")], True),
        (asks("provider"), [notice("signed", to_role="provider")], True), (asks("provider"), [notice(to_role="provider")], False), (asks("provider"), [notice("copy")], False),
        (asks(event="contract_issued"), [], True), (asks(effective_from="2026-05-01"), [], False), (asks(effective_from="2026-05-02"), [], True),
        (asks(placement_specific=True), [], True), (asks(placement_specific=False), [], False), (asks(purchase_categories=["B"]), [], True), (asks(purchase_categories=["B", "C"]), [], False),
        (asks(purchase_categories=[]), [], False),
    ],
)  # fmt: skip
def test_the_notices_that_are_asked_for_come_with_the_signature(entry, notices, whole):
    beside = [table("distribution", entry), *notices]
    after = but(CONTRACT, purchase_category="C")
    expected = [] if whole else ["error C-1/status"]
    assert told_of_change("R-FIN-8", [but(after, status="issued"), *beside], [after, *beside]) == expected
    assert told_of_change("R-FIN-8", beside, [after, *beside]) == expected
    assert told_of_change("R-FIN-8", beside, [but(after, legacy={}), *beside]) == []
    assert told_of_change("R-FIN-8", beside, [but(after, voided={}), *beside]) == []
    assert told_of_change("R-FIN-8", [after, *beside], [but(after, title="x"), *beside]) == []


def test_a_contract_for_one_placement_has_notices_of_its_own():
    beside = [table("distribution", asks(placement_specific=True))]
    assert told_of_change("R-FIN-8", beside, [but(CONTRACT, placement_specific=True), *beside]) == ["error C-1/status"]
    beside = [table("distribution", asks(placement_specific=False))]
    assert told_of_change("R-FIN-8", beside, [but(CONTRACT, placement_specific=True), *beside]) == []
    unsigned = but(CONTRACT, signatures=[])
    for first, expected in (("2026-11-24", ["error C-1/status"]), ("2026-11-25", [])):
        beside = [table("distribution", asks(effective_from=first))]
        assert told_of_change("R-FIN-8", beside, [unsigned, *beside]) == expected, "the table of today where nobody signed"  # fmt: skip


@pytest.mark.parametrize(
    ("data", "notices", "whole"),
    [
        ({}, [], False), ({}, [notice("finance_placement_dates", "prepared")], True), ({}, [notice("finance_placement_change")], True), ({}, [notice("finance_placement_end")], False),
        ({}, [notice("finance_placement_dates", placement="P-2")], False), ({"purchase_category": "B"}, [], True), ({"voided": {}}, [], True), ({"status": "proposed"}, [], True),
    ],
    ids=str,
)  # fmt: skip
def test_the_notice_of_its_dates_comes_with_the_authorisation(data, notices, whole):
    after = but(PLACEMENT, **{"status": "authorised", **data})
    before = but(after, status="proposed", title="x")
    assert told_of_change("R-FIN-8", [before, *notices], [after, *notices]) == ([] if whole else ["error P-1/status"])
    assert told_of_change("R-FIN-8", [before, *notices], [shut("placement", "P-1", **after.data), *notices]) == []
