"""Each council register of the real data, with its counts pinned: rows, contracts, providers, rejects, masks."""

from collections import Counter

import pytest

from ccm_site import imports
from tests.imports.conftest import TODAY, Desk

pytestmark = pytest.mark.data

Q3, Q4 = "professional-services_FY-2020-Q3.csv", "professional-services_FY-2020-Q4.csv"
NOT_AWARDED = "it has no supplier: not awarded, or the source does not say (its status is '{}')"
NO_NAME = "it names no supplier"

# file, mapping, rows, contracts, providers, rejects by reason, masked by column
PINNED = [
    ("act_contracts_2025.csv", "act_contracts", 1296, 1296, 619, {}, {}),
    (
        "lancashire_cc_procurement.json", "contracts_finder_notices", 91, 69, 57,
        {NOT_AWARDED.format("closed"): 12, NOT_AWARDED.format("open"): 3, NOT_AWARDED.format("withdrawn"): 1, NO_NAME: 6},
        {"description": 5, "postcode": 1},
    ),
    (
        "blackpool_procurement.json", "contracts_finder_notices", 153, 116, 118,
        {NOT_AWARDED.format("closed"): 34, NOT_AWARDED.format("withdrawn"): 2, NO_NAME: 1},
        {"description": 6, "postcode": 9},
    ),
]  # fmt: skip


def goes_in(desk, file, mapping, rows, contracts, providers, rejects, masked):
    """Import a file whole into an empty register, check it, and import it again, which changes nothing."""
    result = desk.run(file)
    assert result.mapping == mapping
    assert (result.rows, result.count("contract"), result.count("provider")) == (rows, contracts, providers)
    assert Counter(r.reason for r in result.rejects) == rejects
    assert Counter(m.column for m in result.masked) == masked
    assert {m.kind for m in result.masked} <= {"postcode"}
    assert (result.merged, result.changed, result.unchanged) == ((), (), ())
    assert desk.errors() == []
    before = desk.files()
    again = desk.run(file)
    assert (again.created, again.changed, again.written) == ((), (), ())
    assert (again.count("contract", "unchanged"), again.count("provider", "unchanged")) == (contracts, providers)
    assert again.rejects == result.rejects and again.masked == result.masked
    assert desk.files() == before


@pytest.mark.parametrize("name, pinned", [(p[0], p[1:]) for p in PINNED], ids=[p[0] for p in PINNED])
def test_a_council_register_goes_in(desk, data, name, pinned):
    goes_in(desk, data / "registers" / name, *pinned)


def test_the_next_quarter_changes_only_what_it_says_otherwise(desk, data):
    goes_in(desk, data / "registers" / Q3, "philadelphia_professional_services", 1872, 1872, 955, {}, {})
    before = desk.files()
    result = desk.run(data / "registers" / Q4)
    counts = {
        w: (result.count("contract", w), result.count("provider", w)) for w in ("created", "changed", "unchanged")
    }
    assert counts == {"created": (356, 56), "changed": (900, 2), "unchanged": (719, 927)}
    assert (result.rows, result.merged, result.rejects, result.masked) == (1975, (), (), ())
    fields = Counter(c.field.partition(":")[0] for s in result.changed if s.kind == "contract" for c in s.changes)
    assert fields == {"source_notes": 886, "estimated_value.amount": 46, "provider": 2}
    assert "253 contracts that came from this source before are not in this file; they stay as they are" in result.notes
    after = desk.files()
    assert before.keys() <= after.keys()
    assert {p for p in before if before[p] != after[p]} == {s.path for s in result.changed}
    assert desk.errors() == []
    assert desk.run(data / "registers" / Q4).written == ()


@pytest.fixture(scope="module")
def lancashire(tmp_path_factory, data):
    desk = Desk(tmp_path_factory.mktemp("lancashire"))
    imports.run("contracts", desk.root, data / "registers" / "lancashire_cc_procurement.json", None, TODAY, False)
    return desk


def test_one_firm_spelt_three_ways_is_one_provider(lancashire):
    [ford] = [p for p in lancashire.records("provider") if "Ford" in p["name"]]
    assert (ford["name"], ford["aliases"]) == ("Ford Motor Co. Ltd", ["Ford Motor Company Ltd"])
    assert sum(c["provider"] == ford["id"] for c in lancashire.records("contract")) == 12


def test_several_suppliers_in_one_string_are_several_providers(lancashire):
    meals = next(c for c in lancashire.records("contract") if "LCC43108" in c["title"])
    assert [meals["provider"], *meals["further_providers"]] == [
        "dunsters-farm-ltd", "sysco-gb-limited", "trevors-warehouses-ltd", "morris-quality-bakers"
    ]  # fmt: skip


def test_entities_are_decoded_and_no_postcode_is_left(lancashire):
    text = b"".join(raw for path, raw in lancashire.files().items() if path.startswith(("contracts/", "providers/")))
    assert b"&amp;" not in text and b"&#039;" not in text
    assert b"PR1 8XJ" not in text


def test_gaps_are_what_the_source_s_columns_lack(lancashire):
    legacy = lancashire.contract()["legacy"]
    assert legacy == {
        "migrated_on": "2026-11-24", "source": "Contracts Finder, award notices (lancashire_cc_procurement.json)",
        "gaps": ["services", "service_type", "lead_professional", "start_date", "end_date", "terms", "schedule_a",
                 "schedule_b", "service_information", "review_cycle", "signatures"],
    }  # fmt: skip
