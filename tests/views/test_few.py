"""Small counts of people that somebody entered are veiled, and so is what would tell them."""

import itertools

import pytest

from ccm_site.kinds import load_kinds
from ccm_site.register import load
from ccm_site.starter import shipped
from ccm_site.views.audience import project
from ccm_site.views.few import veiled

KINDS = load_kinds(shipped() / "schemas")
OUTCOMES = KINDS["return"].field("outcomes").item.fields
VALUES = KINDS["return"].field("values").item.fields


@pytest.mark.parametrize(
    ("entered", "shown"),
    [
        ({"achieved": 12, "partly": 7, "not_achieved": 0}, {"achieved": 12, "partly": 7, "not_achieved": 0}),
        ({"achieved": 12, "partly": 3, "not_achieved": 0}, {"achieved": "not shown", "partly": "not shown", "not_achieved": 0}),
        ({"achieved": 1, "partly": 2}, {"achieved": "<5", "partly": "<5"}),
        ({"achieved": 1, "partly": 1, "not_achieved": 1}, dict.fromkeys(("achieved", "partly", "not_achieved"), "not shown")),
        ({"achieved": 4, "partly": 4}, {"achieved": "not shown", "partly": "not shown"}),
        ({"achieved": 3}, {"achieved": "<5"}),
    ],
)  # fmt: skip
def test_outcomes(entered, shown):
    assert veiled(entered, OUTCOMES) == shown


@pytest.mark.parametrize(
    ("entered", "shown"),
    [
        ({"value": "66.7", "out_of": 3}, {"value": "not shown", "out_of": "<5"}),
        ({"value": "20", "out_of": 10}, {"value": "20", "out_of": "not shown"}),
        ({"value": "90", "out_of": 10}, {"value": "90", "out_of": "not shown"}),
        ({"value": "100", "out_of": 10}, {"value": "100", "out_of": 10}),
        ({"value": "50", "out_of": 20}, {"value": "50", "out_of": 20}),
        ({"value": "0", "out_of": 10}, {"value": "0", "out_of": 10}),
        ({"value": "350.5", "out_of": 10}, {"value": "350.5", "out_of": 10}),
    ],
)
def test_rates(entered, shown):
    assert veiled(entered, VALUES) == shown


@pytest.mark.parametrize(
    ("entered", "unit", "shown"),
    [
        ({"measure": "moves-in", "value": "2"}, "number", "not shown"),
        ({"measure": "moves-in", "value": "2"}, "", "not shown"),
        ({"measure": "moves-in", "value": "12"}, "number", "12"),
        ({"measure": "moves-in", "value": "0"}, "number", "0"),
        ({"measure": "grades", "value": "2"}, "grade_1_to_6", "2"),
        ({"measure": "late", "value": "2.5"}, "per_cent", "2.5"),
    ],
)
def test_a_figure_with_no_count_beside_it_is_a_count_where_its_unit_may_be_people(entered, unit, shown):
    assert veiled(entered, VALUES, unit)["value"] == shown


@pytest.mark.parametrize(
    ("entered", "hidden"),
    [
        ({"unit": "places", "delivered": "1.46", "occupancy": "36.5"}, {"delivered", "occupancy"}),
        ({"unit": "places", "delivered": "38.2", "occupancy": "95", "starts": 12}, set()),
        ({"unit": "places", "delivered": "38.2", "occupancy": "95", "starts": 2}, {"starts"}),
        ({"unit": "hours_a_week", "delivered": "3.5"}, set()),
    ],
)
def test_volume(entered, hidden):
    shown = veiled(entered, KINDS["return"].field("volume").fields, entered["unit"])
    assert {n for n in shown if shown[n] != entered[n]} == hidden


def test_a_forecast_of_few_is_a_count():
    assert (
        veiled({"unit": "places", "quantity": 2}, KINDS["need"].field("forecast").item.fields, "places")["quantity"]
        == "<5"
    )


def test_a_record_is_projected_by_the_units_of_its_own_specification():
    whole = load(shipped())
    sent = project(whole.register, whole.kinds, "intranet").get("return", "RT-2024-0001").data
    values = {v["measure"]: v.get("value") for v in sent["values"]}
    assert values["moves-in"] == "not shown" and values["care-hours"] == "21"
    assert sent["volume"]["delivered"] == sent["volume"]["occupancy"] == "not shown"
    later = project(whole.register, whole.kinds, "intranet").get("return", "RT-2026-0006").data
    assert {v["measure"]: v.get("value") for v in later["values"]}["inspection-grades"] == "1"


def test_no_small_count_follows_from_a_total_that_is_known_elsewhere():
    """Every way to fill three outcomes up to 9 with the same marks and the same sum: more than one for each veiled count."""
    names = ("achieved", "partly", "not_achieved")
    worlds = {}
    for counts in itertools.product(range(10), repeat=3):
        shown = veiled(dict(zip(names, counts, strict=True)), OUTCOMES)
        worlds.setdefault((tuple(shown.values()), sum(counts)), []).append(counts)
    for (shown, total), ways in worlds.items():
        for place, mark in enumerate(shown):
            if isinstance(mark, str) and total >= 5:
                assert len({w[place] for w in ways}) > 1, (shown, total, ways)
