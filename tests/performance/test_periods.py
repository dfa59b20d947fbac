"""Periods: their first and last day both belong to them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.performance.periods import Period, period_of, year_to
from tests.performance.registers import period

days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("entered", "length"),
    [
        ({"from": "2026-01-01", "to": "2026-01-31"}, 31),
        ({"from": "2026-01-01", "to": "2026-01-01"}, 1),
        ({"from": "2026-01-02", "to": "2026-01-01"}, None),
        ({"from": "2026-01-01"}, None),
        ({"to": "2026-01-01"}, None),
        ({"from": "January", "to": "2026-01-01"}, None),
        ("2026", None),
        (None, None),
    ],
    ids=str,
)
def test_the_period_of_a_record(entered, length):
    found = period_of({"period": entered})
    assert (found and found.days) == length


@pytest.mark.parametrize(
    ("first", "last", "touches"),
    [
        ("2026-01-31", "2026-02-10", True),
        ("2026-02-01", "2026-02-10", False),
        ("2025-12-01", "2026-01-01", True),
        ("2025-12-01", "2025-12-31", False),
        ("2026-01-10", "2026-01-12", True),
        ("2025-01-01", "2027-01-01", True),
    ],
)
def test_periods_that_touch(first, last, touches):
    january, other = period("2026-01-01", "2026-01-31"), period(first, last)
    assert january.touches(other) is other.touches(january) is touches


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-11-24", "2025-11-25"),
        ("2024-12-31", "2024-01-01"),
        ("2024-02-29", "2023-03-01"),
        ("2025-02-28", "2024-02-29"),
    ],
)
def test_the_twelve_months_to_a_day(last, first):
    assert year_to(date.fromisoformat(last)) == period(first, last)


@given(days, days, days)
def test_a_period_holds_as_many_days_as_it_counts(one, other, on):
    span = Period(min(one, other), max(one, other))
    assert span.holds(on) is span.touches(Period(on, on))
    assert span.holds(span.first) and span.holds(span.last)
    assert not span.holds(span.last + timedelta(1)) and not span.holds(span.first - timedelta(1))
    assert span.first + timedelta(span.days - 1) == span.last
