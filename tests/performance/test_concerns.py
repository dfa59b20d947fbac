"""Complaints and concerns of a provider: what counts, in which window, and for how many children placed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.performance.concerns import concerns_of, placed_days, received, summed
from ccm_site.performance.periods import Period, year_to
from tests.performance.registers import DAY, contract, period, provider, record, register

YEAR = year_to(DAY)


def complaint(id="K-1", received_on="2026-05-01", shut=False, **data):
    told = {
        "provider": "larch",
        "entry_type": "complaint",
        "status": "closed",
        "category": "staffing",
        "source": "carer",
    }
    return record("complaint", id, shut, received_on=received_on, **{k: v for k, v in (told | data).items() if v is not None})  # fmt: skip


def placement(id="P-1", start="2026-01-01", end=None, shut=False, **data):
    ended = {} if end is None else {"ended_on": end}
    told = {"provider": "larch", "status": "ended" if end else "active", "start_date": start} | ended | data
    return record("placement", id, shut, **{k: v for k, v in told.items() if v is not None})


def found(*records, of="larch", span=YEAR):
    return concerns_of(register(provider(), *records), of, span)


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("2025-11-24", False),
        ("2025-11-25", True),
        ("2026-11-24", True),
        ("2026-11-25", False),
        ("", False),
        ("May", False),
    ],
)
def test_the_window_holds_its_first_and_its_last_day(on, counts):
    assert (YEAR.first.isoformat(), YEAR.last.isoformat(), YEAR.days) == ("2025-11-25", "2026-11-24", 365)
    assert found(complaint(received_on=on)).total == counts


@pytest.mark.parametrize(
    ("entry_type", "total", "information_only", "compliments"),
    [("complaint", 1, 0, 0), ("concern", 1, 0, 0), ("information_only", 1, 1, 0), ("compliment", 0, 0, 1)],
)
def test_what_is_for_information_only_counts_and_a_compliment_does_not(
    entry_type, total, information_only, compliments
):
    told = found(complaint(entry_type=entry_type))
    assert (told.total, told.information_only, told.compliments) == (total, information_only, compliments)
    assert sum(told.by_category.values()) == sum(told.by_source.values()) == sum(told.by_type.values()) == total
    assert [k.id for k in told.sources] == ["K-1"], "a compliment is named all the same"


@pytest.mark.parametrize(
    ("status", "entry_type", "open_"),
    [
        ("closed", "complaint", 0),
        ("recorded_only", "information_only", 0),
        ("logged", "complaint", 1),
        ("with_provider", "complaint", 1),
        ("child_protection_referred", "concern", 1),
        ("outcome_recorded", "complaint", 1),
        ("reopened", "complaint", 1),
        ("logged", "compliment", 0),
    ],
)
def test_what_is_still_open(status, entry_type, open_):
    assert found(complaint(status=status, entry_type=entry_type)).open == open_


def test_what_is_sealed_and_shut_or_void_is_left_out():
    left_out = [complaint("K-1", shut=True), complaint("K-2", voided={})]
    assert found(*left_out, complaint("K-3")).total == 1
    assert [k.id for k in found(*left_out, complaint("K-3")).sources] == ["K-3"]


def test_they_are_in_the_order_in_which_they_were_received():
    told = [complaint("K-1", "2026-03-01"), complaint("K-3", "2026-02-01"), complaint("K-2", "2026-02-01")]
    assert [c.id for c in received(register(*told), YEAR)] == ["K-2", "K-3", "K-1"]


def test_they_are_added_up_by_what_they_say_the_most_frequent_first():
    upheld = {"resolution": {"result": "upheld"}}
    told = found(
        complaint("K-1", category="safety"), complaint("K-2", source="regulator", **upheld),
        complaint("K-3", entry_type="concern", **upheld), complaint("K-4", category=None),
    )  # fmt: skip
    assert list(told.by_category.items()) == [("staffing", 2), ("", 1), ("safety", 1)]
    assert list(told.by_source.items()) == [("carer", 3), ("regulator", 1)]
    assert told.by_type == {"complaint": 3, "concern": 1}
    assert list(told.by_result.items()) == [("", 2), ("upheld", 2)]
    assert told.repeated == {"staffing": 2}


@pytest.mark.parametrize(
    ("says", "about"),
    [
        ({"provider": "larch"}, "larch"),
        ({"provider": "rowan", "service": "SV-1"}, "rowan"),
        ({"provider": None, "service": "SV-1"}, "larch"),
        ({"provider": None, "contract": "C-1"}, "larch"),
        ({"provider": None, "placement": "P-1"}, "larch"),
        ({"provider": None, "placement": "P-2"}, "larch"),
        ({"provider": None, "service": "SV-9", "contract": "C-1"}, "larch"),
        ({"provider": None, "placement": "P-9"}, None),
        ({"provider": None}, None),
    ],
    ids=str,
)
def test_whom_it_is_about(says, about):
    around = [
        contract(), record("service", "SV-1", provider="larch"), placement(), placement("P-2", provider=None, contract="C-1"),
    ]  # fmt: skip
    everything = [complaint(**says), *around]
    assert [p for p in ("larch", "rowan") if found(*everything, of=p).total] == ([about] if about else [])


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-02-01", "2026-02-28", 28),
        ("2026-02-01", "2026-02-01", 1),
        ("2025-01-01", None, 365),
        ("2025-01-01", "2027-01-01", 365),
        ("2025-01-01", "2025-11-25", 1),
        ("2025-01-01", "2025-11-24", 0),
        ("2026-11-24", None, 1),
        ("2026-11-25", None, 0),
        ("2025-11-25", "2026-11-24", 365),
        (None, None, 0),
    ],
)
def test_the_days_of_a_placement_in_the_period(start, end, days):
    assert placed_days(register(placement(start=start, end=end)), "larch", YEAR) == days


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("active", 1),
        ("ended", 1),
        ("closed", 1),
        ("contracted", 1),
        ("proposed", 0),
        ("authorised", 0),
        ("not_proceeding", 0),
    ],
)
def test_a_placement_counts_once_it_is_contracted(status, counts):
    assert placed_days(register(placement(start="2026-11-24", status=status)), "larch", YEAR) == counts


@pytest.mark.parametrize(
    ("whose", "days"),
    [
        ({}, 365),
        ({"provider": "rowan"}, 0),
        ({"provider": None, "contract": "C-1"}, 365),
        ({"provider": None, "contract": "C-2"}, 365),
        ({"provider": None, "contract": "C-9"}, 0),
        ({"provider": "rowan", "contract": "C-1"}, 0),
        ({"voided": {}}, 0),
    ],
    ids=str,
)
def test_whose_placements_are_counted(whose, days):
    shared = contract("C-2", provider="rowan", further_providers=["larch"])
    around = register(contract(), shared, placement(start="2020-01-01", **whose))
    assert placed_days(around, "larch", YEAR) == days


def test_one_placement_that_cannot_be_read_leaves_the_days_unknown():
    both = [placement(start="2020-01-01"), placement("P-2", shut=True)]
    assert placed_days(register(*both), "larch", YEAR) is None
    assert found(complaint(), *both).rate is None
    other = placement("P-2", shut=True, provider="rowan")
    assert placed_days(register(placement(start="2020-01-01"), other), "larch", YEAR) == 365


@pytest.mark.parametrize(
    ("n", "placed", "rate"), [(1, 365, 10), (2, 730, 10), (3, 3650, 3), (0, 365, 0), (1, 0, None), (1, None, None)]
)
def test_the_rate_for_each_ten_children_placed_for_the_whole_period(n, placed, rate):
    assert summed([complaint(f"K-{i}") for i in range(n)], YEAR, placed).rate == rate
    praise = [complaint("K-9", entry_type="compliment")]
    assert summed(praise, YEAR, 365).rate == 0


def test_the_rate_of_a_provider():
    told = found(complaint(), placement(start="2025-01-01"), placement("P-2", "2026-11-24"))
    assert told.rate == Decimal(3650) / 366
    assert found(complaint()).rate is None, "where nobody was placed"


@given(st.integers(-800, 800), st.integers(0, 800), st.integers(-400, 400))
def test_a_period_split_in_two_holds_the_same_days(start, length, split):
    first = DAY + timedelta(start)
    around = register(placement(start=first.isoformat(), end=(first + timedelta(length)).isoformat()))
    whole = period("2025-01-01", "2027-12-31")
    cut = DAY + timedelta(split)
    parts = Period(whole.first, cut), Period(cut + timedelta(1), whole.last)
    assert sum(placed_days(around, "larch", p) for p in parts) == placed_days(around, "larch", whole)
    assert whole.touches(parts[0]) and not parts[0].touches(parts[1])
