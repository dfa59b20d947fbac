"""The days of reviews over whole contracts, against those worked out by hand in by_hand.md."""

import re
from datetime import date
from pathlib import Path

import pytest

from ccm_site.due import all_due
from ccm_site.facts.review_cycle import slots
from ccm_site.kinds import load_kinds
from ccm_site.register import load
from ccm_site.rules.example import applied
from ccm_site.starter import shipped
from tests.registers import DEMO_DAY

KINDS = load_kinds(shipped() / "schemas")
TEXT = Path(__file__).with_name("by_hand.md").read_text("utf-8")
CONTRACT = "contracts/2024/C-2024-0003/contract.yaml"
LIVES = re.findall(r"^\| (C-\S+) \| (\S+) \| (\S+) \| (.+) \|$", TEXT, re.MULTILINE)
SECTIONS = re.findall(r"^## .*?(\d{4}-\d\d-\d\d) to (\d{4}-\d\d-\d\d)(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


def fresh_contract(demonstration, first, last):
    """The demonstration with one contract that runs from a first to a last day and has no review yet."""
    gone = {r.path: {"": None} for r in demonstration.of_kind("review") if r.data["contract"] == "C-2024-0003"}
    change = {CONTRACT: {"/start_date": first, "/end_date": last}, **gone}
    register = applied(demonstration, KINDS, change)[0]
    return register, [
        d for d in all_due(register, KINDS, DEMO_DAY) if d.part == "reviews" and d.contract == "C-2024-0003"
    ]


@pytest.mark.parametrize(("id", "first", "last", "reviews"), LIVES, ids=[x[0] for x in LIVES])
def test_the_life_of_a_contract_of_the_demonstration(demonstration, id, first, last, reviews):
    contract = demonstration.get("contract", id)
    assert (contract.data["start_date"], contract.data["end_date"]) == (first, last)
    by_hand = [tuple(r.split(" ")) for r in reviews.split(", ")]
    assert [(by.isoformat(), kind) for by, kind in slots(demonstration, contract, DEMO_DAY)] == by_hand
    shown = {
        d.by.isoformat() for d in all_due(demonstration, KINDS, DEMO_DAY) if d.part == "reviews" and d.contract == id
    }
    assert shown == {by for by, _ in by_hand}, "each is planned, held, or still to be planned"


@pytest.mark.parametrize(("first", "last", "table"), SECTIONS, ids=[f"from {s[0]}" for s in SECTIONS])
def test_a_whole_life_with_leap_days_and_holidays(demonstration, first, last, table):
    rows = re.findall(r"^\| (biannual|annual) \| (\S+) \| (\w+) \| (\S+) \|$", table, re.MULTILINE)
    assert rows
    assert all(date.fromisoformat(by).strftime("%A") == weekday for _, by, weekday, _ in rows)
    _, days = fresh_contract(demonstration, first, last)
    labels = {
        "annual": "Contract review: Annual, not planned yet",
        "biannual": "Contract review: Biannual (twice a year), not planned yet",
    }
    assert [(d.what, d.by.isoformat(), d.on.isoformat()) for d in days] == [
        (labels[k], by, on) for k, by, _, on in rows
    ]


def test_all_tables_of_the_document_are_read():
    assert len(LIVES) == 3 and len(SECTIONS) == 3
