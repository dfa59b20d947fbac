"""What rules print never holds a sealed value, also where they looked into the sealed part to find it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

import pytest

from ccm_site.checks.discretion import discreet
from ccm_site.checks.schema import schema_findings
from ccm_site.kinds import load_kinds
from ccm_site.model import Finding, Key, Location, Record, Register, Seal, pointer_of
from ccm_site.register import linked, load
from ccm_site.rules import Changes, all_change_rules, all_rules, catalogue
from ccm_site.rules.example import Example, applied, examples, put
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
FAILING = [
    (f"{row}-{n}", e) for row in catalogue() for n, e in enumerate(examples(row)) if not e.passes and not row.startswith("R-PRV-")
]  # fmt: skip


ABOUT_SEALED = [
    (i, e) for i, e in FAILING if any(KINDS.of_path(p) and KINDS.of_path(p).seals for p in e.change)
]  # fmt: skip


SEALED = {}
"""Each record that was sealed, by the identity of the one in clear, which is kept so that it stays its own."""


def sealed(record):
    kind = KINDS[record.kind]
    names = KINDS.sealed_names(kind, record.data) if kind.seals else ()
    if not any(n in record.data for n in names):
        return record
    return replace(record, seal=Seal("K-1", "-"), clear_names=tuple(n for n in record.data if n not in names))


def as_sealed(register):
    """The register as one reads it who holds the keys: everything that can be sealed was sealed, and lies open. No link changes."""
    for record in register:
        if id(record) not in SEALED:
            SEALED[id(record)] = record, sealed(record)
    return replace(register, records={key: SEALED[id(r)][1] for key, r in register.records.items()})


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


TOLD_IN_CLEAR = {}
"""What each record tells in its clear fields, by its identity; the record is kept so that it stays its own."""


def told_in_clear(record):
    if id(record) not in TOLD_IN_CLEAR:
        names = record.clear_names if record.seal else record.data
        TOLD_IN_CLEAR[id(record)] = record, {t for n in names for t in telling(record.data.get(n))}
    return TOLD_IN_CLEAR[id(record)][1]


def sealed_texts(register, paths):
    """What is told by the sealed fields of the records at some paths and stands in no clear field."""
    known = {k.id for k in register.records}.union(*(told_in_clear(r) for r in register))
    return {
        t for r in register if r.seal and r.path in paths for n, v in r.data.items() if n not in r.clear_names for t in telling(v)
    } - known  # fmt: skip


def found_by(row, base, register, today):
    """What the rules of a row find in a register, and in its change from another."""
    found = [f for r in all_rules() if r.row == row for f in r.find(register, KINDS, today)]
    if of_change := [r for r in all_change_rules() if r.row == row]:
        changes = Changes.between(base, register)
        found += [f for r in of_change for f in r.find(changes, KINDS, today)]
    return found


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


@pytest.fixture(scope="module")
def sealed_demonstration(demonstration):
    return as_sealed(demonstration)


@dataclass(frozen=True)
class Case:
    """An example with the register before it and after it, each in clear and with everything sealed that can be."""

    example: Example
    row: str
    before: Register
    base: Register
    after: Register
    register: Register


@pytest.fixture(scope="module", params=[e for _, e in ABOUT_SEALED], ids=[i for i, _ in ABOUT_SEALED])
def case(request, demonstration):
    """One example, for all the tests that look at it."""
    example = request.param
    before = applied(demonstration, KINDS, example.before)[0] if example.before else demonstration
    after = applied(before, KINDS, example.change)[0]
    row = example.rule.removesuffix("-a").removesuffix("-b")
    return Case(example, row, before, as_sealed(before), after, as_sealed(after))


def test_a_finding_tells_no_sealed_value(case):
    # No other rule finds anything there: tests/rules/test_examples.py
    found = found_by(case.row, case.base, case.register, case.example.today)
    secret = sealed_texts(case.register, {*case.example.change})
    for f in discreet(found, [*case.base.records.values(), *case.register.records.values()]):
        said = f"{f.message} {f.fix}"
        told = [t for t in secret if t in said and re.search(rf"(?<![\w-]){re.escape(t)}(?![\w-])", said)]
        assert not told, (f.rule, f.at, said, told)


# Two registers that are the same in clear say the same, whatever lies sealed


def leaves(value, at):
    if isinstance(value, Mapping):
        for name, v in value.items():
            yield from leaves(v, (*at, name))
    elif isinstance(value, list):
        for n, v in enumerate(value):
            yield from leaves(v, (*at, n))
    else:
        yield at, value


def shape(at):
    """A place without the numbers of lists: what stands at the same place of other records is of its kind."""
    return tuple(t for t in at if isinstance(t, str))


def texts_by_shape(register, kind):
    """What the records of a kind have at each place, places without the numbers of lists."""
    there = {}
    for record in register.of_kind(kind):
        for at, value in leaves(record.data, ()):
            if isinstance(value, str):
                there.setdefault(shape(at), set()).add(value)
    return there


def others(there, value):
    """Other values that a leaf could have: near and far days, other numbers, and what other records have ``there``."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 7]
    with suppress(ValueError):
        day = date.fromisoformat(value)
        return [(day + timedelta(n)).isoformat() for n in (-400, 45)]
    if re.fullmatch(r"\d+\.\d+", value):
        return [f"{Decimal(value) * 2:.2f}"]
    return sorted(there - {value})[:2]


def said(row, base, register, today):
    """What the rules of a row say of a register: texts and related paths, by the place."""
    out = {}
    for f in discreet(found_by(row, base, register, today), register):
        out.setdefault((f.rule, f.at.path, f.at.pointer), set()).add(
            (f.message, f.fix, tuple(r.path for r in f.related))
        )
    return out


NEUTRAL = (" is sealed and does not keep the rule: ", "has several complaints", "a tenderer")


def test_what_is_said_does_not_depend_on_what_lies_sealed(case):
    example, base, register = case.example, case.base, case.register
    first = said(case.row, base, register, example.today)
    open_first = said(case.row, case.before, case.after, example.today)
    # The words of a rule are never taken for a value: it says what it says of a record that is open, or what holds for any.
    assert first.keys() == open_first.keys()
    for place, texts in first.items():
        for message, _, _ in texts:
            assert message in {m for m, _, _ in open_first[place]} or any(n in message for n in NEUTRAL), message
    ids = {k.id for k in register.records}
    for record in [r for r in register if r.path in example.change and r.seal]:
        there = texts_by_shape(register, record.kind)
        shapes = {}
        for at, value in leaves({n: v for n, v in record.data.items() if record.hides(n)}, ()):
            shapes.setdefault(shape(at), (at, value))
        for at, value in shapes.values():
            for other in others(there.get(shape(at), set()), value):
                data = deepcopy(dict(record.data))
                put(data, pointer_of(at), other)
                records = {**register.records, record.key: replace(record, data=data)}
                cites = {value, other} & ids
                varied = linked(records, KINDS)[0] if cites else replace(register, records=records)
                for place, texts in said(case.row, base, varied, example.today).items():
                    assert texts <= first.get(place, texts), (at, value, other)


# What a finding points to


def record(kind, id, clear=(), **data):
    return Record(Key(kind, id), f"{id}.yaml", data, "", Seal("K-1", "-"), tuple(clear))


def opened(id, **data):
    return Record(Key("service", id), f"{id}.yaml", data, "")


PLACEMENT = record("placement", "P-1", ("contract",), contract="C-1", service="SV-1", criteria={"seen": ["SV-2"]})


def related(about, records, *also):
    f = Finding("R-X-1", "error", "says", Location(about.path), "mend", tuple(Location(r.path) for r in also))
    return [r.path for r in discreet([f], records)[0].related]


def test_a_place_that_only_a_sealed_field_leads_to_is_left_out():
    contract, service = opened("C-1", services=["SV-1"]), opened("SV-1")
    deep, stranger = opened("SV-2"), opened("D-1")
    records = [PLACEMENT, contract, service, deep, stranger]
    assert related(PLACEMENT, records, contract, service, deep, stranger) == ["C-1.yaml"]


def test_a_place_that_leads_to_the_record_in_clear_stays():
    notice = opened("N-1", placement="P-1")
    assert related(PLACEMENT, [PLACEMENT, notice], notice) == ["N-1.yaml"]
    assert related(notice, [PLACEMENT, notice], PLACEMENT) == ["P-1.yaml"]


def test_a_sealed_record_that_points_to_the_place_of_a_finding_is_not_named():
    complaint = record("complaint", "K-1", service="SV-1")
    assert related(opened("SV-1"), [complaint, opened("SV-1")], complaint) == []


def test_among_records_that_lie_open_every_place_stays():
    assert related(opened("C-1"), [opened("C-1"), opened("D-1"), PLACEMENT], opened("D-1")) == ["D-1.yaml"]


# Faults of form, broken references and personal data in a sealed field


WRONG = {
    "start_date": "2026-02-31", "full_time": "perhaps", "service": "SV-2024-0099", "resource_type": "foster_cara",
    "circumstances": "He lives at EH11 2AB", "status_reason": "x" * 9000,
}  # fmt: skip


def faults(register, **wrong):
    placement = next(r for r in register.of_kind("placement") if r.data.get("status") == "active")
    changed = replace(placement, data={**placement.data, **wrong})
    whole, broken = linked({**register.records, placement.key: changed}, KINDS)
    found = [*broken, *schema_findings([changed], KINDS)]
    found += [f for r in all_rules() if r.id == "R-PRV-3" for f in r.find(whole, KINDS, examples("R-AUT-3")[0].today)]
    return [f for f in found if f.at.path == placement.path and f.at.pointer[1:] in {*wrong, ""}]


@pytest.mark.parametrize(("name", "value"), WRONG.items(), ids=list(WRONG))
def test_a_fault_in_a_sealed_field_is_told_without_its_value(demonstration, sealed_demonstration, name, value):
    told = ("9,000", "postcode", "did you mean", value)
    clear = faults(demonstration, **{name: value})
    assert any(t in f"{f.message} {f.fix}" for f in clear for t in told)
    sealed = faults(sealed_demonstration, **{name: value})
    assert {(f.rule, f.at) for f in sealed} == {(f.rule, f.at) for f in clear}
    assert not any(t in f"{f.message} {f.fix}" for f in sealed for t in told), sealed


def test_an_unknown_field_in_a_sealed_part_is_not_named(demonstration, sealed_demonstration):
    assert any("Morag" in f.message for f in faults(demonstration, Morag=1))
    placed = faults(sealed_demonstration, Morag=1)
    assert placed and not any("Morag" in f"{f.message} {f.fix} {f.at.pointer}" for f in placed)
