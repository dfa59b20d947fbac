"""What was delivered against what was contracted, and what was paid against what follows from it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.performance.volume import delivered, payments
from tests.performance.registers import DAY, QUARTERS, contract, money, record, register, sent, span

FIRST = QUARTERS[0]


def volume_of(volume, **data):
    sends = sent("RT-1", FIRST, volume=volume)
    agreed = contract(**data)
    return delivered(register(agreed, sends), agreed, DAY)


def summary(paid="1000.00", id="PY-1", period=FIRST, **data):
    return record("payment_summary", id, contract="C-1", period=span(*period), paid=money(paid), **data)


def paid_for(*records, until=DAY, tolerance="2", **data):
    limits = {"payment_tolerance": tolerance} if tolerance else {}
    return payments(register(contract(), *records, **limits), contract(), until)


@pytest.mark.parametrize(
    ("volume", "capacity", "contracted", "got", "share"),
    [
        ({"unit": "places", "contracted": "4", "delivered": "3"}, {}, 4, 3, 75),
        ({"unit": "places", "contracted": "4", "delivered": "5"}, {}, 4, 5, 125),
        ({"unit": "places", "contracted": "4", "delivered": "0"}, {}, 4, 0, 0),
        ({"unit": "places", "delivered": "3"}, {"unit": "places", "quantity": 6}, 6, 3, 50),
        ({"unit": "nights", "delivered": "3"}, {"unit": "places", "quantity": 6}, None, 3, None),
        ({"unit": "places", "contracted": "5", "delivered": "3"}, {"unit": "places", "quantity": 6}, 5, 3, 60),
        ({"unit": "places", "contracted": "0", "delivered": "3"}, {}, 0, 3, None),
        ({"unit": "places", "contracted": "4"}, {}, 4, None, None),
        ({"unit": "places", "contracted": "4", "delivered": "<5"}, {}, 4, None, None),
        ({"unit": "places", "contracted": "not shown", "delivered": "not shown"}, {}, None, None, None),
    ],
)
def test_the_share_delivered(volume, capacity, contracted, got, share):
    (found,) = volume_of(volume, capacity=capacity)
    assert (found.contracted, found.delivered, found.share) == (contracted, got, share)
    assert found.shown == volume.get("delivered", "")


@pytest.mark.parametrize("change", [{"received_on": None}, {"volume": None}, {"volume": {}}, {"voided": {}}, {"period": None}], ids=str)  # fmt: skip
def test_a_return_without_volume_or_not_received_says_nothing(change):
    told = {"volume": {"unit": "places", "delivered": "3"}} | change
    assert delivered(register(contract(), sent("RT-1", FIRST, **told)), contract(), DAY) == ()


@pytest.mark.parametrize(("until", "n"), [(date(2025, 12, 30), 0), (date(2025, 12, 31), 1), (date(2026, 3, 31), 2)])
def test_periods_that_ended_by_the_day_the_oldest_first(until, n):
    volume = {"unit": "places", "delivered": "3"}
    returns = [sent("RT-1", QUARTERS[1], volume=volume), sent("RT-2", QUARTERS[0], volume=volume)]
    found = delivered(register(contract(), *returns), contract(), until)
    assert [d.source.id for d in found] == ["RT-2", "RT-1"][:n]
    sums = [summary(id="PY-1", period=QUARTERS[1]), summary(id="PY-2")]
    assert [p.sources[0].id for p in paid_for(*sums, until=until)] == ["PY-2", "PY-1"][:n]


LINES = [{"item": "Week", "quantity": "10", "rate": money("60.00")}, {"item": "Night", "quantity": "4.5", "rate": money("80.00")}]  # fmt: skip
INVOICE = sent("RT-1", FIRST, invoiced=money("990.00"))


@pytest.mark.parametrize(
    ("reconciliation", "lines", "returns", "expected", "by", "sources"),
    [
        ({"expected": money("950.00"), "returns": ["RT-1"]}, LINES, [INVOICE], 950, "the reconciliation", ["RT-1"]),
        ({"expected": money("950.00"), "returns": ["RT-9"]}, [], [], 950, "the reconciliation", []),
        ({}, LINES, [INVOICE], 960, "quantity and rate", []),
        ({}, [*LINES, {"item": "Other", "paid": money("5.00")}], [INVOICE], 990, "what was invoiced", ["RT-1"]),
        ({}, [], [INVOICE], 990, "what was invoiced", ["RT-1"]),
        ({}, [{"item": "Week", "quantity": "10"}], [], None, "", []),
        ({}, [], [], None, "", []),
        ({}, [{"item": "Other"}], [], None, "", []),
        ({"expected": money("not shown")}, [], [INVOICE], 990, "what was invoiced", ["RT-1"]),
    ],
)
def test_what_was_to_be_expected(reconciliation, lines, returns, expected, by, sources):
    (found,) = paid_for(summary(reconciliation=reconciliation, lines=lines), *returns)
    assert (found.expected, found.by) == (expected, by)
    assert found.difference == (None if expected is None else 1000 - expected)
    assert [k.id for k in found.sources] == ["PY-1", *sources]


@pytest.mark.parametrize(
    ("provider", "returns", "expected"),
    [
        (None, {"RT-1": ("larch", FIRST, "400"), "RT-2": ("rowan", FIRST, "500")}, 900),
        ("rowan", {"RT-1": ("larch", FIRST, "400"), "RT-2": ("rowan", FIRST, "500")}, 500),
        ("rowan", {"RT-1": ("larch", FIRST, "400"), "RT-2": (None, FIRST, "500")}, 500),
        ("rowan", {"RT-1": ("larch", FIRST, "400")}, None),
        (None, {"RT-1": ("larch", FIRST, "400"), "RT-2": ("rowan", QUARTERS[1], "500")}, 400),
        (None, {"RT-1": ("larch", FIRST, "400"), "RT-2": ("rowan", FIRST, "not shown")}, None),
    ],
)
def test_what_several_returns_of_the_period_invoice_is_added_up(provider, returns, expected):
    sends = [sent(id, span_, provider=who, invoiced=money(sum_)) for id, (who, span_, sum_) in returns.items()]
    (found,) = paid_for(summary(**({"provider": provider} if provider else {})), *sends)
    assert found.expected == expected


@pytest.mark.parametrize(
    ("paid", "expected", "within"),
    [
        ("1020.00", "1000.00", True),
        ("1020.01", "1000.00", False),
        ("980.00", "1000.00", True),
        ("979.99", "1000.00", False),
        ("1000.00", "1000.00", True),
        ("0.00", "0.00", True),
        ("0.01", "0.00", False),
    ],
)
def test_the_tolerance_at_its_edge(paid, expected, within):
    (found,) = paid_for(summary(paid, reconciliation={"expected": money(expected), "explanation": "Why."}))
    assert (found.within, found.explanation) == (within, "Why.")


def test_where_nothing_can_be_said_of_the_tolerance():
    assert paid_for(summary())[0].within is None
    assert paid_for(summary(reconciliation={"expected": money("1.00")}), tolerance=None)[0].within is None
    changed = [{"value": "2", "effective_to": "2025-12-31"}, {"value": "10", "effective_from": "2026-01-01"}]
    sums = [summary("1050.00", f"PY-{n}", QUARTERS[n], reconciliation={"expected": money("1000.00")}) for n in (0, 1)]
    assert [p.within for p in paid_for(*sums, tolerance=changed)] == [False, True], "the tolerance is that of the time"


def test_what_was_credited_is_shown_and_not_taken_off():
    (found,) = paid_for(summary(credited=money("200.00"), reconciliation={"expected": money("1000.00")}))
    assert (found.paid, found.credited, found.difference, found.within) == (1000, 200, 0, True)
    assert paid_for(summary())[0].credited == 0


@pytest.mark.parametrize("change", [{"paid": money("not shown")}, {"period": {}}, {"voided": {}}, {"contract": "C-2"}], ids=str)  # fmt: skip
def test_summaries_that_do_not_count(change):
    record_ = summary()
    assert paid_for(record("payment_summary", "PY-1", **{k: v for k, v in (record_.data | change).items() if k not in ("kind", "id")})) == ()  # fmt: skip


@given(st.decimals(0, 10**6, places=2), st.decimals(0, 10**6, places=2))
def test_more_apart_is_never_within_where_less_is_not(paid, expected):
    sums = [summary(str(expected + d), f"PY-{n}", QUARTERS[n], reconciliation={"expected": money(str(expected))}) for n, d in enumerate((paid / 2, paid))]  # fmt: skip
    nearer, further = paid_for(*sums)
    assert nearer.within or not further.within
    assert further.difference == Decimal(paid)
