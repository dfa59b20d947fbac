"""How large a procurement is in law: whose day counts, what a value is on another VAT basis, and what reaches a threshold."""

from datetime import date
from decimal import Decimal

import pytest

from ccm_site.rules.procurement_scale import CODES, Scale, commenced, regulated, worded
from tests.rules.registers import limits, record, register, table

ORDER = {
    "procurement_commenced": "2026-01-01", "award_date": "2026-02-01", "approval": {"on": "2026-03-01"}, "start_date": "2026-04-01",
}  # fmt: skip


@pytest.mark.parametrize("gone", range(5))
def test_the_first_day_that_is_named_counts(gone):
    days = ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"]
    held = dict(list(ORDER.items())[gone:])
    assert commenced(record("contract", "C-1", **held)) == (date.fromisoformat(days[gone]) if gone < 4 else None)


def test_the_thresholds_that_bring_duties():
    assert CODES == ("advertising", "regulated_services", "light_touch_services")


RATES = limits(
    {"code": "vat_rate", "value": "17.5", "effective_to": "2011-01-03"},
    {"code": "vat_rate", "value": "20", "effective_from": "2011-01-04"},
)
DAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("money", "basis", "on", "value"),
    [
        ({"vat_basis": "excluded"}, "excluded", DAY, "100"), ({"vat_basis": "excluded"}, "included", DAY, "120"), ({"vat_basis": "included"}, "included", DAY, "100"),
        ({"vat_basis": "included", "amount": "120"}, "excluded", DAY, "100"), ({"vat_basis": "exempt"}, "included", DAY, "100"), ({"vat_basis": "excluded"}, "exempt", DAY, "100"),
        ({"vat_basis": "excluded"}, "included", date(2011, 1, 3), "117.5"), ({"vat_basis": "excluded"}, "included", date(2011, 1, 4), "120"),
        ({"vat_basis": "excluded"}, "net", DAY, None), ({"vat_basis": "net"}, "included", DAY, None), ({}, "included", DAY, None), ({"vat_basis": "excluded"}, None, DAY, None),
        ({"vat_basis": "excluded", "currency": "GBP"}, "excluded", DAY, "100"), ({"vat_basis": "excluded", "currency": "EUR"}, "excluded", DAY, None),
        ({"vat_basis": "excluded", "amount": "much"}, "excluded", DAY, None), ({"vat_basis": "excluded", "amount": None}, "excluded", DAY, None),
    ],
    ids=str,
)  # fmt: skip
def test_an_amount_on_another_vat_basis(money, basis, on, value):
    scale = Scale(register(RATES))
    for _ in "again":
        assert scale.on_basis({"amount": "100", **money}, basis, on) == (Decimal(value) if value else None)
    assert scale.on_basis(None, "excluded", on) is None


def test_without_a_rate_nothing_is_reckoned():
    scale = Scale(register())
    assert scale.on_basis({"amount": "100", "vat_basis": "excluded"}, "included", DAY) is None
    assert scale.on_basis({"amount": "100", "vat_basis": "included"}, "included", DAY) == 100


def threshold(code="regulated_services", amount="50000.00", comparator=">=", **more):
    return {"code": code, "label": "Regulated", "amount": amount, "comparator": comparator, "vat_basis": "excluded", **more}  # fmt: skip


OLD = threshold(amount="40000.00", effective_to="2026-03-31")
NEW = threshold(effective_from="2026-04-01")
OTHER = threshold("light_touch_services", "700.00")


def contract(amount="50000.00", begun="2026-04-01", **data):
    value = {"amount": amount, "vat_basis": "excluded"}
    return record("contract", "C-1", **{"estimated_value": value, "procurement_commenced": begun, **data})


@pytest.mark.parametrize(
    ("held", "bound"),
    [
        (contract(), "50000.00"), (contract("49999.99"), None), (contract("49999.99", "2026-03-31"), "40000.00"), (contract("39999.99", "2026-03-31"), None),
        (contract(begun=None), None), (contract(begun=None, award_date="2026-03-31"), "40000.00"), (contract(estimated_value=None), None),
        (contract(begun=None, approval={"on": "2026-03-31"}, start_date="2026-04-01"), "40000.00"), (contract(begun=None, start_date="2026-04-01"), "50000.00"),
    ],
)  # fmt: skip
def test_the_threshold_that_a_value_reaches(held, bound):
    scale = Scale(register(table("thresholds", OTHER, OLD, NEW)))
    for _ in "again":
        reached = scale.reached(held, "regulated_services")
        assert (reached and reached["amount"]) == bound
        assert regulated(scale, held) is (bound is not None)


def test_a_value_is_held_against_the_threshold_of_the_code_and_its_own_comparator():
    scale = Scale(register(table("thresholds", OTHER, threshold(comparator=">"))))
    assert scale.standing(contract(), "regulated_services")[1] is False
    assert scale.standing(contract("50000.01"), "regulated_services")[1] is True
    assert scale.standing(contract("700.00"), "light_touch_services") == (OTHER, True)
    assert scale.standing(contract(), "advertising") is scale.reached(contract(), "advertising") is None
    assert scale.standing(contract(begun=None), "regulated_services") is None


def test_a_contract_is_regulated_because_it_says_so_or_by_its_value():
    scale = Scale(register(table("thresholds", NEW)))
    assert regulated(scale, contract("1.00", public_register={"regulated": True}))
    assert not regulated(scale, contract("1.00", public_register={"regulated": False}))
    assert regulated(scale, contract(public_register={"regulated": False})), "what it says does not take it away"


def test_a_threshold_in_words():
    assert worded({**NEW, "amount": "50000"}) == "'Regulated' (£50,000.00 excluding VAT, from 2026-04-01)"
    assert worded({**NEW, "vat_basis": "included"}).count("including VAT") == 1
    assert worded({**NEW, "vat_basis": None}) == "'Regulated' (£50,000.00, from 2026-04-01)"
    assert worded({**NEW, "amount": None}).startswith("'Regulated' (£0.00 ")
