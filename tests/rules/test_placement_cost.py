"""What a placement costs, worked out by hand: units, charged days, rates that change, and what an authorisation covers."""

from datetime import date
from decimal import Decimal

import pytest

from ccm_site.model import Key, Record, Register
from ccm_site.rules.placement_cost import MADE, Grant, cost, end_of, merged, stretches

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
"""31 days, a whole month."""
LATER = date(2027, 1, 1)


def record(kind, id, **data):
    return Record(Key(kind, id), f"{id}.yaml", {"kind": kind, "id": id, **data}, "")


def line(amount="10.00", unit="day", vat="exempt", **more):
    return {"rate": {"amount": amount, "vat_basis": vat}, "unit": unit, "from": "2026-01-01", **more}


def of(*rates, first=FIRST, last=LAST, end=LATER, vat="exempt", beside=(), **more):
    placement = record("placement", "P-1", rates=list(rates), **more)
    return cost(placement, Register({r.key: r for r in (placement, *beside)}), first, last, end, vat)


def pounds(text):
    return Decimal(text)


@pytest.mark.parametrize(
    ("rate", "total"),
    [
        (line(unit="day"), "310.00"), (line(unit="night"), "310.00"), (line(unit="week"), "44.29"), (line(unit="month"), "10.00"),
        (line("3650.00", unit="year"), "310.00"), (line(unit="item"), "10.00"), (line(unit="item", quantity="3"), "30.00"),
        (line(unit="hour", quantity="14"), "620.00"), (line(unit="day", quantity="3.5"), "155.00"),
    ],
    ids=lambda v: v["unit"] if isinstance(v, dict) else v,
)  # fmt: skip
def test_units_of_a_whole_may(rate, total):
    assert of(rate) == pounds(total)


def test_months_and_years_are_whole_and_the_rest_by_days():
    assert of(line("365.00", unit="month"), last=date(2026, 6, 15)) == pounds("365.00") + 15 * 12, (
        "a month and 15 of its 365/12 days"
    )
    assert of(line("365.00", unit="year"), last=date(2028, 5, 10)) == 2 * 365 + 10
    assert (
        of(line("365.00", unit="year"), last=date(2027, 4, 30)) == 365
        and of(line("365.00", unit="year"), last=date(2027, 4, 29)) == 364
    )
    assert of(line("12.00", unit="month"), first=date(2026, 1, 1), last=date(2026, 12, 31)) == 144


def test_rates_follow_each_other_and_add_up():
    until, since = line("10.00", until="2026-05-10"), line("20.00", **{"from": "2026-05-11"})
    assert of(until, since) == 10 * 10 + 21 * 20
    assert of(line("10.00"), line("5.00", unit="day")) == 31 * 15
    assert of(until, first=date(2026, 5, 10), last=date(2026, 5, 10)) == 10, "its last day is charged"
    assert of(line(until="2026-04-30")) == 0, "there is a rate, but of other days"
    assert of() is None and of({"unit": "day"}) is None and of({**line(), "from": None}) is None


def test_the_last_day_is_charged_only_where_both_are():
    assert of(line(), end=LAST) == 300
    assert of(line(), end=LAST, finance={"chargeable_day_rule": "both_counted"}) == 310
    both = record("contract", "C-1", schedule_b={"chargeable_day_rule": "both_counted"})
    assert of(line(), end=LAST, beside=[both]) == 300, "a contract that it is not under"
    assert of(line(), end=LAST, beside=[both], contract="C-1") == 310
    own = {"chargeable_day_rule": "first_counted"}
    assert of(line(), end=LAST, beside=[both], contract="C-1", finance=own) == 300, "its own rule goes first"


def test_a_rate_with_vat_is_not_set_against_an_amount_without():
    with_vat = line("12.00", vat="included")
    assert of(with_vat) is None and of(with_vat, line("1.00")) == 31
    assert of(with_vat, vat="included") == 372 and of(line("10.00", vat="excluded"), vat="included") == 310


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"ended_on": "2026-05-01", "anticipated_end": "2026-06-01"}, (date(2026, 5, 1), "ended_on")),
        ({"anticipated_end": "2026-06-01", "anticipated_end_month": "2026-07"}, (date(2026, 6, 1), "anticipated_end")),
        ({"anticipated_end_month": "2028-02", "review_by": "2026-01-01"}, (date(2028, 2, 29), "anticipated_end_month")),
        ({"review_by": "2026-01-01"}, (date(2026, 1, 1), "review_by")),
        ({}, (None, "")),
    ],
)
def test_the_last_day_that_is_known(data, expected):
    assert end_of(record("placement", "P-1", **data)) == expected


def grant(first, last, amount="100.00", vat="exempt"):
    return Grant(date(2026, 5, first), date(2026, 5, last), Decimal(amount), vat)


def test_grants_that_share_a_day_add_up():
    assert merged([grant(11, 20), grant(1, 10)]) == [grant(1, 10), grant(11, 20)]
    assert merged([grant(1, 10), grant(10, 20, "50.00")]) == [grant(1, 20, "150.00")]
    assert merged([grant(1, 20), grant(5, 10), grant(20, 25)]) == [grant(1, 25, "300.00")]
    assert merged([grant(1, 10, vat="included"), grant(5, 12)]) == [grant(1, 12, "200.00", "included")]
    assert merged([grant(1, 10), grant(5, 12, vat="included")])[0].vat == "included"
    assert merged([]) == []


def test_the_days_that_no_grant_covers():
    def open_days(*grants):
        return [(a.day, b.day) for a, b in stretches(FIRST, LAST, grants)]

    assert open_days() == [(1, 31)] and open_days(grant(1, 31)) == []
    assert open_days(grant(20, 25), grant(5, 10)) == [(1, 4), (11, 19), (26, 31)]
    assert open_days(grant(1, 10), grant(5, 7), grant(11, 30)) == [(31, 31)]
    assert open_days(grant(31, 31)) == [(1, 30)]
    june = Grant(date(2026, 6, 1), date(2026, 6, 30), Decimal(1), "exempt")
    assert open_days(june) == [(1, 31)] and open_days(grant(2, 30), june) == [(1, 1), (31, 31)]


def test_a_placement_is_made_once_somebody_agreed_or_it_began():
    assert MADE == ("authorised", "contracted", "active", "ended", "closed")
