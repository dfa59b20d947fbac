"""What rules print never holds a sealed value, also where they looked into the sealed part to find it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal, InvalidOperation

import pytest

from ccm_site.checks.discretion import discreet
from ccm_site.kinds import load_kinds
from ccm_site.model import Seal
from ccm_site.register import linked, load
from ccm_site.rules import Changes, all_rules, catalogue, change_findings
from ccm_site.rules.example import applied, examples
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
FAILING = [
    (f"{row}-{n}", e) for row in catalogue() for n, e in enumerate(examples(row)) if not e.passes and not row.startswith("R-PRV-")
]  # fmt: skip


def as_sealed(register):
    """The register as one reads it who holds the keys: everything that can be sealed was sealed, and lies open."""
    records = {}
    for key, record in register.records.items():
        kind = KINDS[record.kind]
        if kind.seals:
            names = KINDS.sealed_names(kind, record.data)
            if any(n in record.data for n in names):
                record = replace(
                    record, seal=Seal("K-1", "-"), clear_names=tuple(n for n in record.data if n not in names)
                )
        records[key] = record
    return linked(records, KINDS)[0]


def telling(value):
    """The days, amounts, numbers of records and longer texts in a value, each also as an amount is written for people."""
    if isinstance(value, Mapping):
        for v in value.values():
            yield from telling(v)
    elif isinstance(value, list):
        for v in value:
            yield from telling(v)
    elif isinstance(value, str) and (re.search(r"\d.*\d|\s", value)):
        yield value
        with suppress(InvalidOperation):
            yield f"{Decimal(value):,}"


def sealed_texts(register, paths):
    """What is told by the sealed fields of the records at some paths and stands in no clear field."""
    known = {
        t
        for r in register.records.values()
        for n in (r.clear_names if r.seal else r.data)
        for t in telling(r.data.get(n))
    }
    known |= {k.id for k in register.records}
    return {
        t for r in register.records.values() if r.seal and r.path in paths for n, v in r.data.items() if n not in r.clear_names for t in telling(v)
    } - known  # fmt: skip


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


@pytest.mark.parametrize("example", [e for _, e in FAILING], ids=[i for i, _ in FAILING])
def test_a_finding_tells_no_sealed_value(demonstration, example):
    base = as_sealed(applied(demonstration, KINDS, example.before or {})[0])
    register = as_sealed(applied(base, KINDS, example.change)[0])
    found = [f for r in all_rules() if not r.row.startswith("R-PRV-") for f in r.find(register, KINDS, example.today)]
    found += change_findings(Changes.between(base, register), KINDS, example.today)
    secret = sealed_texts(register, {*example.change})
    for f in discreet(found, [*base.records.values(), *register.records.values()]):
        said = f"{f.message} {f.fix}"
        told = [t for t in secret if t in said and re.search(rf"(?<![\w-]){re.escape(t)}(?![\w-])", said)]
        assert not told, (f.rule, f.at, said, told)
