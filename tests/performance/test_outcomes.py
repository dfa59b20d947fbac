"""What came of it for children: evaluations added up, and what the provider says of the same."""

from datetime import date

import pytest

from ccm_site.performance.outcomes import evaluated, reported
from ccm_site.performance.periods import year_to
from tests.performance.registers import DAY, QUARTERS, contract, record, register, sent, specification

YEAR = year_to(DAY)
ASKED = specification(
    outcomes=[
        {"id": "safe", "text": "Safe", "attribution": "provider", "provider_responsibility": "Care"},
        {"id": "learns", "text": "Learns", "attribution": "shared", "contributors": ["School"]},
    ]
)


def placement(id="P-1", of="C-1", **data):
    return record("placement", id, contract=of, status="active", **data)


def evaluation(id="OE-1", on="2026-05-01", shut=False, placement="P-1", voided=None, **results):
    """Results by outcome: ours, or ours and the provider's."""
    told = [
        {"outcome": o, "result": r.split("/")[0]} | ({"provider_says": r.split("/")[1]} if "/" in r else {})
        for o, r in results.items()
    ]  # fmt: skip
    void = {} if voided is None else {"voided": voided}
    return record("outcome_evaluation", id, shut, placement=placement, evaluated_on=on, results=told, **void)


def found(*records, outcome="safe", placements=None):
    around = register(contract(), ASKED, *(placements or [placement()]), *records)
    return {o.id: o for o in evaluated(around, contract(), YEAR)}[outcome]


@pytest.mark.parametrize(
    ("results", "counts", "share"),
    [
        ((), {}, None),
        (("achieved",), {"achieved": 1}, 100),
        (("not",), {"not": 1}, 0),
        (("achieved", "partly", "not", "not"), {"achieved": 1, "partly": 1, "not": 2}, 25),
        (("too_early", "not_applicable"), {"too_early": 1, "not_applicable": 1}, None),
        (("achieved", "too_early"), {"achieved": 1, "too_early": 1}, 100),
    ],
)
def test_evaluations_are_added_up(results, counts, share):
    told = found(*(evaluation(f"OE-{n}", safe=r) for n, r in enumerate(results)))
    assert (told.counts, told.achieved_share) == (counts, share)
    assert [k.id for k in told.sources] == [f"OE-{n}" for n in range(len(results))]


@pytest.mark.parametrize(
    ("results", "agreed"),
    [
        (("achieved/achieved",), 100),
        (("partly/achieved",), 0),
        (("partly/achieved", "not/not"), 50),
        (("not/not_reported", "not/not"), 100),
        (("not/not_reported",), None),
        (("achieved",), None),
    ],
)
def test_how_often_the_provider_said_the_same(results, agreed):
    assert found(*(evaluation(f"OE-{n}", safe=r) for n, r in enumerate(results))).agreed == agreed


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({}, True),
        ({"on": "2025-11-25"}, True),
        ({"on": "2025-11-24"}, False),
        ({"on": "2026-11-24"}, True),
        ({"on": "2026-11-25"}, False),
        ({"on": ""}, False),
        ({"shut": True}, False),
        ({"placement": "P-2"}, False),
        ({"placement": "P-3"}, False),
        ({"voided": {}}, False),
    ],
    ids=str,
)
def test_which_evaluations_count(change, counts):
    placements = [placement(), placement("P-2", "C-2"), placement("P-3", voided={})]
    assert bool(found(evaluation(safe="achieved", **change), placements=placements).counts) is counts


def test_every_outcome_is_there_with_who_answers_for_it():
    around = register(contract(), ASKED, placement(), evaluation(unheard_of="achieved"))
    safe, learns = evaluated(around, contract(), YEAR)
    assert (safe.id, safe.words, safe.attribution, safe.responsibility) == ("safe", "Safe", "provider", "Care")
    assert (learns.contributors, learns.counts, learns.sources) == (("School",), {}, ())
    assert evaluated(register(contract()), contract(), YEAR) == ()


def says(id, quarter, until="2026-12-31", **counts):
    return sent(id, QUARTERS[quarter], (), outcomes=[{"outcome": "safe", **counts}], received_on=until)


@pytest.mark.parametrize(
    ("counts", "share"),
    [
        ({"achieved": 3, "partly": 1, "not_achieved": 0, "too_early": 2}, 75),
        ({"achieved": 2}, 100),
        ({"achieved": "<5", "partly": 9, "not_achieved": 8}, None),
        ({"achieved": 9, "partly": "not shown", "not_achieved": 8}, None),
        ({"achieved": 0, "partly": 0, "not_achieved": 0, "too_early": 2}, None),
    ],
    ids=str,
)
def test_what_the_provider_counts(counts, share):
    around = register(contract(), ASKED, says("RT-1", 0, "2026-01-20", **counts))
    (only,) = reported(around, contract(), DAY)
    named = {"not_achieved": "not"}
    assert only.counts == {named.get(k, k): v for k, v in counts.items()}
    assert (only.achieved_share, only.agreed, [k.id for k in only.sources]) == (share, None, ["RT-1"])


@pytest.mark.parametrize(
    ("until", "source"),
    [
        (date(2026, 1, 19), None),
        (date(2026, 1, 20), "RT-2"),
        (date(2026, 4, 19), "RT-2"),  # the period is over, but nothing was received yet
        (date(2026, 4, 20), "RT-1"),
    ],
)
def test_the_latest_return_with_outcomes_received_by_the_day(until, source):
    returns = [
        says("RT-1", 1, "2026-04-20", achieved=5),
        says("RT-2", 0, "2026-01-20", achieved=6),
        sent("RT-3", QUARTERS[2]),
    ]
    told = reported(register(contract(), ASKED, *returns), contract(), until)
    assert [k.id for o in told for k in o.sources] == ([source] if source else [])
