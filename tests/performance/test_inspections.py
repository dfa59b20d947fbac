"""What inspectors found: grades, and the requirements that are open on a day."""

from datetime import date

import pytest

from ccm_site.performance.inspections import inspected, of_provider
from tests.performance.registers import DAY, contract, provider, record, register


def inspection(id="IS-1", on="2026-02-11", grades=(), requirements=(), **data):
    told = {
        "provider": "larch", "service": "SV-1", "body": "inspectorate", "inspected_on": on,
        "grades": [{"item": f"item-{n}", "grade": g} for n, g in enumerate(grades)],
        "requirements": [{"text": "Mend it."} | ({"met_on": met} if met else {}) for met in requirements],
    }  # fmt: skip
    return record("inspection", id, **{k: v for k, v in (told | data).items() if v is not None})


def found(*records, until=DAY, **data):
    agreed = contract(**({"services": ["SV-1"]} | data))
    return inspected(register(agreed, provider(), provider("rowan"), *records), agreed, until)


@pytest.mark.parametrize(
    ("grades", "lowest"), [((5, 4, 6), 4), ((1,), 1), ((), None), (("not shown", 3), 3), (("4",), None)], ids=str
)
def test_the_lowest_grade(grades, lowest):
    assert found(inspection(grades=grades))[0].lowest == lowest


@pytest.mark.parametrize(
    ("requirements", "until", "open_"),
    [
        ((), DAY, 0),
        ((None,), DAY, 1),
        (("2026-04-15", None, None), DAY, 2),
        (("2026-04-15",), date(2026, 4, 15), 0),
        (("2026-04-15",), date(2026, 4, 14), 1),
        (("soon",), DAY, 1),
    ],
)
def test_requirements_that_were_not_met_by_the_day(requirements, until, open_):
    (only,) = found(inspection(requirements=requirements), until=until)
    assert (only.open_requirements, only.requirements) == (open_, len(requirements))


@pytest.mark.parametrize(
    ("inspected_on", "published_on", "until", "counts"),
    [
        ("2026-02-11", None, date(2026, 2, 11), 1),
        ("2026-02-11", "2026-03-03", date(2026, 2, 10), 0),
        (None, "2026-03-03", date(2026, 3, 3), 1),
        (None, "2026-03-03", date(2026, 3, 2), 0),
        (None, None, DAY, 0),
    ],
)
def test_inspections_by_the_day(inspected_on, published_on, until, counts):
    assert len(found(inspection(on=inspected_on, published_on=published_on), until=until)) == counts


@pytest.mark.parametrize(
    ("of", "services", "further", "counts"),
    [
        ({}, ["SV-1"], [], 1),
        ({}, ["SV-2"], [], 0),
        ({}, ["SV-2", "SV-1"], [], 1),
        ({}, [], [], 1),  # a contract that names no service
        ({"service": None}, ["SV-2"], [], 1),  # an inspection of the provider as a whole
        ({"provider": "rowan"}, ["SV-1"], [], 0),
        ({"provider": "rowan"}, ["SV-1"], ["rowan"], 1),
        ({"provider": "nobody"}, ["SV-1"], ["nobody"], 0),
        ({"voided": {}}, ["SV-1"], [], 0),
    ],
    ids=str,
)
def test_whose_inspections_they_are(of, services, further, counts):
    assert len(found(inspection(**of), services=services, further_providers=further)) == counts


def test_the_newest_comes_first_across_providers():
    told = found(
        inspection("IS-1", "2026-01-01"), inspection("IS-3", "2026-03-01", provider="rowan", service="SV-2"),
        inspection("IS-2", "2026-03-01"), services=["SV-1", "SV-2"], further_providers=["rowan"],
    )  # fmt: skip
    assert [i.source.id for i in told] == ["IS-3", "IS-2", "IS-1"]
    assert (told[1].service, told[1].body, told[1].on) == ("SV-1", "inspectorate", date(2026, 3, 1))


def test_all_services_of_a_provider():
    register_ = register(provider(), inspection("IS-1", "2026-01-01"), inspection("IS-2", service="SV-2", grades=(5,)))
    assert [i.source.id for i in of_provider(register_, provider(), DAY)] == ["IS-2", "IS-1"]
