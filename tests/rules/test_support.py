"""What rules share, at its bounds: days, amounts, thresholds, working days, what counts, and how grave it is."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from ccm_site.facts import policy as tables
from ccm_site.facts import records, values
from ccm_site.facts.policy import Waits
from ccm_site.model import Key, Link, Record, Register, Seal
from ccm_site.rules import support

DAY = date(2026, 5, 4)


def record(kind="contract", id="C-2026-0001", **data):
    return Record(Key(kind, id), f"{kind}/{id}.yaml", {"kind": kind, "id": id, **data}, "")


def register(*records, links=()):
    by = {}
    for link in links:
        by.setdefault(link.target, []).append(link)
    return Register({r.key: r for r in records}, {}, {k: tuple(v) for k, v in by.items()})


def table(name, **data):
    return record(name, name, **data)


def test_what_counts_is_not_voided_and_in_a_state_that_is_named():
    a, b = record(id="C-1", status="draft"), record(id="C-2", status="signed")
    gone = record(id="C-3", status="signed", voided={"on": "2026-01-01"})
    whole = register(a, b, gone)
    assert list(records.counting(whole, "contract")) == [a, b]
    assert list(records.counting(whole, "contract", "signed")) == [b]
    assert list(records.counting(whole, "tender")) == []


def test_what_can_be_seen_whole():
    plain = record()
    assert records.open_to_check(plain)
    assert records.open_to_check(replace(plain, seal=Seal("K-1", "-")))
    assert not records.open_to_check(replace(plain, seal=Seal("K-1", "-", shut="no key")))


def test_what_points_to_a_record():
    target, other = record(), record("notice", "NO-1")
    gone, late = record("notice", "NO-2", voided={}), record("action", "AC-1")
    links = [Link(r.key, "/contract", target.key, "Contract", "Notices") for r in (gone, other, late)]
    whole = register(target, other, gone, late, links=links)
    assert records.citing(whole, target, "notice") == (other,)
    assert records.citing(whole, other, "notice") == ()
    assert records.cited(whole, "contract", "C-2026-0001") is target
    assert records.cited(whole, "contract", "C-9") is None and records.cited(whole, "contract", ["C-2026-0001"]) is None
    named = record("notice", "NO-3", contract="C-2026-0001")
    odd = record("notice", "NO-4", contract=7)
    assert records.gathered(register(named, odd), "notice", "contract") == {"C-2026-0001": [named]}


def test_parts_of_records_that_are_not_what_they_should_be():
    assert values.part_of({"a": {"b": 1}}, "a") == {"b": 1}
    assert values.part_of({"a": [1]}, "a") == values.part_of({}, "a") == {}
    assert values.mappings([{"a": 1}, "b", 2]) == [{"a": 1}] and values.mappings({"a": 1}) == []
    assert values.texts(["a", 1, {}]) == ["a"] and values.texts("ab") == []
    assert values.day("2026-05-04") == DAY
    assert values.day("2026-02-30") is values.day(20260504) is values.day(None) is None
    assert values.period_end({"period": {"from": "2026-01-01", "to": "2026-03-31"}}) == "2026-03-31"
    assert values.period_end({}) is None


def test_what_was_carried_over_weighs_less():
    old = record(legacy={"migrated_on": "2026-05-04"})
    assert records.carried_over_on(old) == DAY and records.carried_over_on(record()) is None
    assert (support.grade(old), support.grade(record())) == ("warning", "error")
    assert support.severity_then(old, DAY) == "warning", "on the very day"
    assert support.severity_then(old, date(2026, 5, 5)) == "error"
    assert support.severity_then(record(), date(2000, 1, 1)) == "error"


@pytest.mark.parametrize(
    ("value", "is_"),
    [("1.50", Decimal("1.50")), (7, Decimal(7)), (0, Decimal(0)), (True, None), (1.5, None), ("x", None), ("NaN", None),
     ("Infinity", None), (None, None)],
)  # fmt: skip
def test_numbers(value, is_):
    assert values.number(value) == is_
    assert values.amount({"amount": value, "currency": "GBP"}) == is_


def test_amounts_and_how_they_are_written():
    assert values.amount("12") is None and values.amount({}) is None
    assert support.money(Decimal("1250.5")) == "£1,250.50"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [("2026-01-31", 1, "2026-02-28"), ("2024-01-31", 1, "2024-02-29"), ("2026-01-30", 1, "2026-02-28"), ("2026-01-31", 3, "2026-04-30"),
     ("2026-11-15", 1, "2026-12-15"), ("2026-12-15", 1, "2027-01-15"), ("2026-01-15", -1, "2025-12-15"), ("2026-05-04", 0, "2026-05-04"),
     ("2026-05-31", 12, "2027-05-31"), ("9999-12-01", 1, "9999-12-31"), ("9999-11-01", 1, "9999-12-01"), ("0001-01-31", -1, "0001-01-01"),
     ("0001-02-15", -1, "0001-01-15")],
)  # fmt: skip
def test_months_later(start, months, end):
    assert values.months_after(date.fromisoformat(start), months) == date.fromisoformat(end)


def test_days_later():
    assert values.days_after(DAY, 1) == date(2026, 5, 5) and values.days_after(DAY, -4) == date(2026, 4, 30)
    assert values.days_after(date.max, 1) == date.max and values.days_after(date.min, -1) == date.min


def test_what_is_in_force_on_a_day_has_both_its_ends():
    spring = {"from": "2026-03-01", "to": "2026-05-31"}
    on = {
        d: values.in_force(spring, date.fromisoformat(d))
        for d in ("2026-02-28", "2026-03-01", "2026-05-31", "2026-06-01")
    }
    assert list(on.values()) == [False, True, True, False]
    assert (
        values.in_force({}, DAY)
        and values.in_force({"from": "2026-05-04"}, DAY)
        and values.in_force({"to": "2026-05-04"}, DAY)
    )
    assert not values.in_force({"from": "2026-05-05"}, DAY) and not values.in_force({"to": "2026-05-03"}, DAY)
    assert tables.applies({"effective_from": "2026-05-04", "from": "2027-01-01"}, DAY)
    assert not tables.applies({"effective_from": "2026-05-05"}, DAY)
    assert not tables.applies({"effective_to": "2026-05-03"}, DAY)


@pytest.fixture
def policy():
    old = {
        "code": "light",
        "amount": "100.00",
        "comparator": ">=",
        "effective_from": "2020-01-01",
        "effective_to": "2026-05-03",
    }
    new = {"code": "light", "amount": "200.00", "comparator": ">", "effective_from": "2026-05-04"}
    other = {"code": "full", "amount": "900.00", "comparator": ">="}
    limits = [
        {"code": "reply", "value": 5, "effective_to": "2026-05-03"}, {"code": "other", "value": 1}, {"code": "reply", "value": 10},
    ]  # fmt: skip
    holidays = [{"date": "2026-05-04", "title": "Early May"}, {"date": "2026-05-25", "title": "Late May"}]
    return register(table("thresholds", entries=[old, new, other], limits=limits), table("holidays", entries=holidays))


def test_entries_limits_and_thresholds_of_a_day(policy):
    amounts = {
        d: tables.threshold(policy, "light", date.fromisoformat(d))["amount"] for d in ("2026-05-03", "2026-05-04")
    }
    assert list(amounts.values()) == ["100.00", "200.00"]
    assert tables.threshold(policy, "none", DAY) is tables.threshold(register(), "light", DAY) is None
    assert len(tables.entries(policy, "thresholds")) == 3
    assert [e["code"] for e in tables.entries(policy, "thresholds", DAY)] == ["light", "full"]
    assert [e["amount"] for e in tables.entries(policy, "thresholds", code="light")] == ["100.00", "200.00"]
    assert tables.limit(policy, "reply", date(2026, 5, 3)) == 5 and tables.limit(policy, "reply", DAY) == 10
    assert tables.limit(policy, "none", DAY) is None


def test_over_is_said_by_the_threshold():
    assert tables.over(Decimal(100), {"amount": "100.00", "comparator": ">="})
    assert not tables.over(Decimal(100), {"amount": "100.00", "comparator": ">"})
    assert tables.over(Decimal("100.01"), {"amount": "100.00", "comparator": ">"})
    assert not tables.over(Decimal("99.99"), {"amount": "100.00", "comparator": ">="})
    assert tables.over(Decimal(1), {}) is False


def test_working_days_leave_out_weekends_and_holidays(policy):
    def after(start, days):
        return tables.working_days_after(policy, date.fromisoformat(start), days).isoformat()

    assert after("2026-05-01", 1) == "2026-05-05", "over a weekend and a holiday"
    assert after("2026-05-07", 1) == "2026-05-08" and after("2026-05-07", 2) == "2026-05-11"
    assert after("2026-05-09", 0) == "2026-05-09"
    assert after("9999-12-30", 9) == "9999-12-31"


def test_waits(policy):
    waits = Waits(policy)
    assert waits.due("reply", date(2026, 5, 7)) == date(2026, 5, 21)
    assert waits.due("reply", date(2026, 5, 7), 1) == date(2026, 5, 8), "its own number of days goes before the limit"
    assert waits.due("reply", date(2026, 5, 7)) == date(2026, 5, 21)
    assert waits.due("none", date(2026, 5, 7)) is None
