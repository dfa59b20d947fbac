"""No record that its schema lets pass makes a rule fail: dates at both ends of the calendar, the largest amounts, emptied lists."""

from copy import deepcopy
from dataclasses import replace
from datetime import date

import pytest

from ccm_site.checks.run import check_loaded
from ccm_site.kinds import load_kinds
from ccm_site.model import Key
from ccm_site.register import linked, load, values_at
from ccm_site.rules import Changes, change_findings, rule_findings
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def whole():
    return load(shipped())


def put(data, at, value):
    for step in at[:-1]:
        data = data[step]
    data[at[-1]] = value


def extremes(kind, data, end):
    """The record with every date, amount and number at one end of what its schema allows."""
    data = deepcopy(dict(data))
    for f in kind.all_fields:
        if f.fields or "const" in f.schema:
            continue
        for at, value in list(values_at(data, f.path)):
            if f.schema.get("format") == "date":
                put(data, at, "9999-12-31" if end else "0001-01-01")
            elif f.type == "integer" and f.name != "version":
                put(data, at, f.schema.get("maximum", 10**9) if end else f.schema.get("minimum", 0))
            elif f.name == "amount" or str(f.schema.get("pattern", "")).startswith("^(0|[1-9]"):
                put(data, at, "999999999999.99" if end else "0.00")
            del value
    return data


@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("kind", [k.name for k in KINDS])
def test_both_ends_of_every_field(whole, kind, end):
    records = dict(whole.register.records)
    for record in whole.register.of_kind(kind)[:6]:
        data = extremes(KINDS[kind], record.data, end)
        records[record.key] = replace(record, key=Key(kind, record.key.id), data=data)
    register = linked(records, KINDS)[0]
    assert all(f.message for f in rule_findings(register, KINDS, DAY))
    assert all(f.message for f in change_findings(Changes.between(whole.register, register), KINDS, DAY))


@pytest.mark.parametrize("kind", [k.name for k in KINDS])
def test_a_record_stripped_to_its_name_is_told_and_stops_nobody(whole, kind):
    records = dict(whole.register.records)
    for record in whole.register.of_kind(kind)[:3]:
        records[record.key] = replace(
            record, data={n: record.data[n] for n in ("kind", "id", "version") if n in record.data}
        )
    loaded = replace(whole, register=linked(records, KINDS)[0])
    assert check_loaded(loaded, DAY)


@pytest.mark.parametrize("junk", [None, 7, True, "x", [], {}, [[]], [{"x": []}], {"x": {}}, "9" * 50])
def test_junk_in_every_field_of_a_contract_and_a_tender(whole, junk):
    records = dict(whole.register.records)
    for key in (Key("contract", "C-2026-0001"), Key("tender", "TN-2023-0001"), Key("specification", "S-2026-0001/v2")):
        record = records[key]
        records[key] = replace(
            record, data={n: v if n in ("kind", "id", "version") else junk for n, v in record.data.items()}
        )
    loaded = replace(whole, register=linked(records, KINDS)[0])
    assert any(f.severity == "error" for f in check_loaded(loaded, DAY))
