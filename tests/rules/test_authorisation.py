"""R-AUT: who agrees to a placement, by which day, for how much and for how long, and who must not."""

from dataclasses import replace
from datetime import date

import pytest

from ccm_site.model import Seal
from tests.rules.registers import but, findings, limits, record, shut, table, told

GROUPS = {"B": ("crg", "R-AUT-3"), "C": ("resource_allocation_group", "R-AUT-5")}
MADE = ("authorised", "contracted", "active", "ended", "closed")
GRANTED = ("approved", "lapsed", "superseded")
STATES = ("submitted", "deferred", "refused", *GRANTED)


def placement(category="B", **data):
    return record("placement", "P-1", **{"status": "active", "purchase_category": category, "resource_type": "home", "start_date": "2026-05-01", **data})  # fmt: skip


def given(on="2026-05-01", category="B", id="A-1", **data):
    return record("authorisation", id, **{"placement": "P-1", "status": "approved", "body": GROUPS[category][0], "decided_on": on, **data})  # fmt: skip


def hidden(known):
    return shut(known.kind, known.id, **known.data)


TYPES = table(
    "resource_types",
    {"code": "home", "purchase_category": "C", "effective_to": "2026-04-30"}, {"code": "home", "purchase_category": "B", "effective_from": "2026-05-01"}, {"code": "free"},
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "right"),
    [
        ({}, True), ({"purchase_category": "C"}, False), ({"start_date": "2026-04-30"}, False), ({"start_date": "2026-04-30", "purchase_category": "C"}, True), ({"start_date": None, "purchase_category": "C"}, True),
        ({"purchase_category": None}, True), ({"resource_type": None, "purchase_category": "C"}, True), ({"resource_type": "free", "purchase_category": "C"}, True), ({"resource_type": "other", "purchase_category": "C"}, True),
        ({"resource_type": 7, "purchase_category": "C"}, True), ({"purchase_category": "C", "voided": {}}, True),
    ],
    ids=str,
)  # fmt: skip
def test_the_category_is_that_of_the_resource_on_the_first_day(data, right):
    expected = [] if right else ["error P-1/purchase_category"]
    for status in ("proposed", *MADE):
        assert told("R-AUT-1", placement(**data, status=status), TYPES) == (expected if status in MADE else []), status
    assert told("R-AUT-1", hidden(placement(**data)), TYPES) == []


@pytest.mark.parametrize("name", ["criteria_met_on", "availability_confirmed_on"])
@pytest.mark.parametrize(("on", "late"), [("2026-05-01", False), ("2026-05-02", True), (None, False)])
def test_category_a_is_checked_before_it_starts(name, on, late):
    checked = placement("A", **{name: on})
    assert told("R-AUT-2", checked) == ([f"error P-1/{name}"] if late else [])
    assert told("R-AUT-2", but(checked, legacy={"migrated_on": "2026-05-01"})) == ([f"warning P-1/{name}"] if late else [])  # fmt: skip
    for other in (but(checked, purchase_category="B"), but(checked, start_date=None), but(checked, voided={}), hidden(checked)):  # fmt: skip
        assert told("R-AUT-2", other) == []


@pytest.mark.parametrize("category", ["B", "C"])
@pytest.mark.parametrize(
    ("days", "agreed"),
    [([], False), (["2026-05-01"], True), (["2026-05-02"], False), ([None], False), (["2026-05-02", "2026-04-30"], True), (["2026-05-03", None], False)],
)  # fmt: skip
def test_the_group_agrees_by_the_first_day(category, days, agreed):
    row, start = GROUPS[category][1], placement(category)
    asked = [given(d, category, f"A-{n}") for n, d in enumerate(days)]
    expected = [] if agreed else ["error P-1/start_date"]
    for status in STATES:
        held = [but(a, status=status) for a in asked]
        assert told(row, start, *held) == (expected if status in GRANTED else ["error P-1/start_date"]), status
    assert told(row, but(start, legacy={"migrated_on": "2026-05-01"}), *asked) == ([] if agreed else ["warning P-1/start_date"])  # fmt: skip
    for changed in ({"body": "committee"}, {"placement": "P-2"}, {"voided": {}}):
        assert told(row, start, *(but(a, **changed) for a in asked)) == ["error P-1/start_date"]
    assert told(row, start, *asked, hidden(given(id="A-9"))) == [], "what cannot be seen may have agreed"
    for other in (but(start, purchase_category="A"), but(start, start_date=None), but(start, status="proposed"), hidden(start)):  # fmt: skip
        assert told(row, other, *asked) == []


def delegation(limit="100.00", id="D-1", **data):
    return record("delegation", id, **{"status": "active", "role": "budget_holder", "post": "head", "limit": {"amount": limit}, **data})  # fmt: skip


AMOUNT = given(budget_holder="head", amount={"amount": "100.00"}, cost_centre="CC-1")
SCOPE = {"cost_centres": ["CC-1"]}


@pytest.mark.parametrize(
    ("held", "place"),
    [
        ([], "/budget_holder"), ([delegation()], ""), ([delegation("99.99")], "/amount/amount"), ([delegation(limit=None)], "/amount/amount"), ([delegation("99.99"), delegation(id="D-2")], ""),
        ([delegation(post="other")], "/budget_holder"), ([delegation(role="ccm_delegate")], "/budget_holder"), ([delegation(status="proposed")], "/budget_holder"), ([delegation(status="ended")], ""),
        ([delegation(voided={})], "/budget_holder"), ([delegation(to="2026-04-30")], "/budget_holder"), ([delegation(to="2026-05-01", from_="2026-05-01")], ""), ([delegation(from_="2026-05-02")], "/budget_holder"),
        ([delegation(scope=SCOPE)], ""), ([delegation(scope={"cost_centres": ["CC-2"]})], "/cost_centre"), ([delegation(scope={"cost_centres": ["CC-2"]}), delegation("99.99", "D-2")], "/amount/amount"),
        ([delegation(scope={"cost_centres": ["CC-2"]}), delegation(id="D-2", scope=SCOPE)], ""),
    ],
)  # fmt: skip
def test_the_budget_holder_may_agree_to_the_amount(held, place):
    expected = [f"error A-1{place}"] if place else []
    for status in STATES:
        assert told("R-AUT-4", but(AMOUNT, status=status), *held) == (expected if status in GRANTED else []), status
    assert told("R-AUT-4", but(AMOUNT, legacy={"migrated_on": "2026-05-01"}), *held) == [e.replace("error", "warning") for e in expected]  # fmt: skip
    for changed in ({"body": "resource_allocation_group"}, {"decided_on": None}, {"budget_holder": None}, {"budget_holder": 7}, {"amount": None}, {"voided": {}}):  # fmt: skip
        assert told("R-AUT-4", but(AMOUNT, **changed), *held) == []
    assert told("R-AUT-4", hidden(AMOUNT), *held) == []


def test_what_is_not_entered_is_not_held_against_the_budget_holder():
    assert told("R-AUT-4", but(AMOUNT, cost_centre=None), delegation(scope={"cost_centres": ["CC-2"]})) == []
    for name, value, of in (("contracts", "C-1", "contract"), ("purchase_categories", "B", "purchase_category")):
        for allowed, fits in (([value], True), (["other"], False)):
            held = delegation(scope={name: allowed})
            assert told("R-AUT-4", AMOUNT, placement(**{of: value}), held) == ([] if fits else ["error A-1/cost_centre"]), name  # fmt: skip


@pytest.mark.parametrize(("limits_", "most"), [([None], "nothing"), (["10.00", "20.00"], "£20.00")])
def test_the_highest_limit_is_named(limits_, most):
    held = [delegation(m, f"D-{n}") for n, m in enumerate(limits_)]
    assert f"is over {most}, the limit" in findings("R-AUT-4", AMOUNT, *held)[0].message


FIVE = limits(late_authorisation=5)


@pytest.mark.parametrize("category", ["B", "C"])
@pytest.mark.parametrize(
    ("days", "found"),
    [([], ""), (["2026-05-01"], ""), (["2026-05-02"], "warning"), (["2026-05-08"], "warning"), (["2026-05-09"], "error"), (["2026-05-20", "2026-05-04"], "warning"), ([None], ""), (["2026-05-20", "2026-04-30"], "")],
)  # fmt: skip
def test_an_emergency_is_agreed_soon_after(category, days, found):
    begun = placement(category, emergency=True)
    asked = [given(d, category, f"A-{n}") for n, d in enumerate(days)]
    expected = [f"{found} P-1/emergency"] if found else []
    assert told("R-AUT-7", begun, *asked, FIVE) == expected
    assert told("R-AUT-7", but(begun, legacy={"migrated_on": "2026-05-01"}), *asked, FIVE) == (["warning P-1/emergency"] if found else [])  # fmt: skip
    body, row = GROUPS[category]
    exception = {"rule": row, "approved_on": "2026-06-01", "approved_by_role": body}
    for changed, accepted in (({}, True), ({"rule": "R-AUT-9"}, False), ({"approved_on": None}, False), ({"approved_by_role": "ccm"}, False)):  # fmt: skip
        excepted = but(begun, exceptions=[{"rule": "R-X-1"}, {**exception, **changed}])
        assert told("R-AUT-7", excepted, *asked, FIVE) == (["warning P-1/emergency"] if accepted and found else expected), changed  # fmt: skip
    for other in (but(begun, emergency=False), but(begun, start_date=None), but(begun, purchase_category="A"), but(begun, status="proposed"), hidden(begun)):  # fmt: skip
        assert told("R-AUT-7", other, *asked, FIVE) == []
    assert told("R-AUT-7", begun, *asked) == []
    assert told("R-AUT-7", begun, *(but(a, body="committee") for a in asked), FIVE) == []


def test_the_agreement_that_came_first_is_shown():
    found = findings("R-AUT-7", placement(emergency=True), given("2026-05-05", id="A-1"), given("2026-05-04", id="A-2"), FIVE)  # fmt: skip
    assert [(r.path, r.pointer) for f in found for r in f.related] == [("A-2.yaml", "/decided_on")]


def line(amount="10.00"):
    return {"rate": {"amount": amount, "vat_basis": "exempt"}, "unit": "day", "from": "2026-01-01"}


def stay(end="2026-05-31", **data):
    return placement(**{"ended_on": end, "rates": [line()], "finance": {"chargeable_day_rule": "both_counted"}, **data})


def grant(first="2026-05-01", last="2026-05-31", amount="310.00", id="A-1", **data):
    return given(id=id, **{"period": {"from": first, "to": last}, "amount": {"amount": amount, "vat_basis": "exempt"}, **data})  # fmt: skip


@pytest.mark.parametrize(
    ("of", "grants", "expected"),
    [
        (stay(), [], []), (stay(), [grant()], []), (stay(), [grant(amount="309.99")], ["/rates"]), (stay("2026-06-01"), [grant()], ["/ended_on"]), (stay(start_date="2026-04-30"), [grant()], ["/start_date"]),
        (stay("2026-06-01", start_date="2026-04-30"), [grant()], ["/start_date", "/ended_on"]), (stay("2026-04-30"), [grant(amount="1.00")], []), (stay("2026-05-01"), [grant(last="2026-05-01", amount="10.00")], []),
        (stay("2026-05-01"), [grant(last="2026-05-01", amount="9.99")], ["/rates"]), (stay(None), [grant(amount="1.00")], []), (stay(None, anticipated_end="2026-06-01"), [grant()], ["/anticipated_end"]),
        (stay(start_date=None), [grant(amount="1.00")], []), (stay(), [grant(last="2026-05-10", amount="100.00"), grant("2026-05-11", amount="210.00", id="A-2")], []),
        (stay(), [grant(last="2026-05-10", amount="100.00"), grant("2026-05-12", amount="200.00", id="A-2")], ["/ended_on"]), (stay(), [grant(amount="300.00"), grant(amount="10.00", id="A-2")], []),
        (stay(rates=[]), [grant(amount="1.00")], []), (stay(), [grant(period=None)], []), (stay(), [grant(amount=None)], []), (stay(), [grant(first=None)], []), (stay(), [grant(last=None)], []),
        (stay(), [grant("2026-05-31", "2026-05-01")], []), (stay(rates=[{**line(), "rate": {"amount": "12.00", "vat_basis": "included"}}]), [grant(amount="1.00")], []),
        (stay(rates=[{**line("9.00"), "rate": {"amount": "12.00", "vat_basis": "included"}}]), [grant(amount={"amount": "1.00"}, period=None)], []),
    ],
)  # fmt: skip
def test_a_placement_stays_within_what_was_agreed(of, grants, expected):
    assert told("R-AUT-8", of, *grants) == [f"error P-1{p}" for p in expected]
    assert told("R-AUT-8", but(of, legacy={"migrated_on": "2026-05-01"}), *grants) == [f"warning P-1{p}" for p in expected]  # fmt: skip
    for other in (but(of, purchase_category="A"), but(of, status="proposed"), hidden(of)):
        assert told("R-AUT-8", other, *grants) == []
    assert told("R-AUT-8", of, *(but(g, status="refused") for g in grants)) == []
    assert told("R-AUT-8", of, *grants, hidden(given(id="A-9"))) == []


def test_a_sum_with_vat_is_held_against_a_rate_with_vat():
    with_vat = stay(rates=[{**line(), "rate": {"amount": "12.00", "vat_basis": "included"}}])
    for amount, expected in (("372.00", []), ("371.99", ["error P-1/rates"])):
        sum_ = {"amount": amount, "vat_basis": "included"}
        assert told("R-AUT-8", with_vat, but(grant(), amount=sum_)) == expected


def replaced(first="2026-05-11", amount="210.00", id="A-2", **data):
    return grant(first, amount=amount, id=id, **{"earlier_authorisation": "A-1", **data})


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"amount": "100.00"}, [replaced()], []), ({"amount": "99.99"}, [replaced()], ["/rates"]), ({"amount": "900.00"}, [replaced(amount="209.99")], ["/rates"]),
        ({"amount": "900.00", "status": "approved"}, [replaced(amount="209.99")], []), ({"amount": "900.00"}, [replaced(amount="209.99", earlier_authorisation="A-9")], []),
        ({"amount": "900.00"}, [replaced(amount="209.99", earlier_authorisation=None)], []), ({"amount": "110.00"}, [replaced("2026-05-12", "200.00")], []),
        ({"amount": "109.99"}, [replaced("2026-05-12", "200.00")], ["/rates"]), ({"amount": "110.00"}, [replaced("2026-05-12"), replaced("2026-05-15", id="A-3")], []),
        ({"amount": "109.99"}, [replaced("2026-05-15"), replaced("2026-05-12", id="A-3")], ["/rates"]), ({"amount": "100.00", "last": "2026-05-05"}, [replaced()], ["/ended_on"]),
        ({"amount": "10.00"}, [replaced("2026-05-02", "300.00")], []), ({"amount": "9.99"}, [replaced("2026-05-02", "300.00")], ["/rates"]), ({"amount": "1.00"}, [replaced("2026-05-01", "310.00")], []),
        ({"amount": "310.00"}, [replaced(period=None)], []),
    ],
)  # fmt: skip
def test_one_that_was_replaced_ends_the_day_before_the_next_begins(old, new, expected):
    """31 days at £10: what two authorisations give at the same time adds up, what one after the other gives does not."""
    assert told("R-AUT-8", stay(), grant(**{"status": "superseded", **old}), *new) == [
        f"error P-1{p}" for p in expected
    ]


ASKED = given(requested_by="worker", decision={"on": "2026-05-01"}, decided_by="head", budget_holder="head")


@pytest.mark.parametrize("name", ["decided_by", "budget_holder"])
def test_nobody_agrees_to_what_they_ask_for(name):
    own = but(ASKED, **{name: "worker"})
    for status in STATES:
        expected = [f"error A-1/{name}"] if status != "submitted" else []
        assert told("R-AUT-9", but(own, status=status)) == expected, status
    assert told("R-AUT-9", ASKED) == told("R-AUT-9", but(own, decision=None)) == told("R-AUT-9", hidden(own)) == []
    assert told("R-AUT-9", but(own, requested_by=None)) == told("R-AUT-9", but(own, requested_by=7, **{name: 7})) == []
    assert told("R-AUT-9", but(own, voided={})) == []


def test_what_a_sealed_placement_costs_is_told_of_by_its_rule_only():
    sealed = replace(stay(), seal=Seal("K-1", "-"))
    [f] = findings("R-AUT-8", sealed, grant(amount="1.00"), on=date(2026, 11, 24))
    assert "£" not in f.message and f.related == ()


@pytest.mark.parametrize(
    ("basis", "limit", "fits"),
    [("included", "83.34", True), ("included", "83.33", False), ("excluded", "100.00", True), ("exempt", "100.00", True), ("exempt", "99.99", False)],
)  # fmt: skip
def test_a_limit_is_held_against_the_amount_on_its_own_vat_basis(basis, limit, fits):
    rate = limits({"code": "vat_rate", "value": "20"})
    agreed = but(AMOUNT, amount={"amount": "100.00", "vat_basis": basis})
    held = delegation(limit=None), but(delegation(id="D-2"), limit={"amount": limit, "vat_basis": "excluded"})
    found = findings("R-AUT-4", agreed, rate, *held)
    assert [f.at.pointer for f in found] == ([] if fits else ["/amount/amount"])
    assert all(
        f"the amount £{'83.33' if basis == 'included' else '100.00'} is over £{limit}" in f.message for f in found
    )
