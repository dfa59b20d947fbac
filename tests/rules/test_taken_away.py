"""A row of `ccm trace` counts because its carrier is missed when it is gone: then its failing example finds nothing, and
`test_an_example[<row>-fail-<n>]` fails. Shown by doing so for every check of the catalogue: its function finds nothing any more, and what
the schemas say under its id is cut out of them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import pytest

import ccm_site.rules
from ccm_site.checks.schema import schema_findings
from ccm_site.kinds import Kinds
from ccm_site.rules import Changes, all_change_rules, all_rules, catalogue
from ccm_site.rules.example import applied, examples
from tests.rules import test_examples
from tests.rules.test_examples import KINDS, TO_COME, before, demonstration, new_findings

__all__ = ["before", "demonstration"]
FAILING = {e.rule: e for row in catalogue() for e in reversed(examples(row)) if not e.passes}
"""The first failing example of each check."""
FUNCTIONS = [("rule", r) for r in all_rules() if r.row not in TO_COME] + [("change", r) for r in all_change_rules()]


def without(part, row, gone=frozenset()):
    """A schema without what it says under a row's id, also where a condition asks for a field (``gone``) that is so marked elsewhere."""
    if isinstance(part, list):
        return [without(p, row, gone) for p in part]
    if not isinstance(part, Mapping):
        return part
    if _row(part) == row:
        return {}
    inner = part.get("properties")
    gone |= {n for n, s in inner.items() if _row(s) == row} if isinstance(inner, Mapping) else set()
    return {
        k: [n for n in v if n not in gone] if k == "required" and isinstance(v, list) else v if k in ("if", "not")
        else without(v, row, gone)
        for k, v in part.items()
    }  # fmt: skip


def _row(schema):
    mark = schema.get("x-ccm") if isinstance(schema, Mapping) else None
    return test_examples._row(mark.get("rule", "")) if isinstance(mark, Mapping) else ""


def schemas_without(row, names):
    """The kinds of some names, with schemas that say nothing under a row's id."""
    documents = {n: without(d, row) if n == "common.json" else d for n, d in KINDS.documents.items()}
    marked = {n: frozenset(f.name for f in KINDS[n].fields if test_examples._row(f.rule) == row) for n in names}
    return Kinds({n: replace(KINDS[n], schema=without(KINDS[n].schema, row, marked[n])) for n in names}, documents)


def silent(*_):
    return iter(())


@pytest.mark.parametrize("check", sorted(FAILING))
def test_without_its_carrier_a_failing_example_finds_nothing(monkeypatch, demonstration, before, check):
    example, row = FAILING[check], test_examples._row(check)
    before(example.today)  # what is found when nothing is taken away

    def mute(rules):
        return tuple(replace(r, find=silent) if r.id == check else r for r in rules)

    def schemas(records, kinds):
        if row == "R-ID-5":  # what no other row names: unknown fields, values of another type
            return silent()
        return schema_findings(records, schemas_without(row, {r.kind for r in records}))

    monkeypatch.setattr(test_examples, "all_rules", partial(mute, all_rules()))
    monkeypatch.setattr(test_examples, "all_change_rules", partial(mute, all_change_rules()))
    monkeypatch.setattr(ccm_site.rules, "all_change_rules", partial(mute, all_change_rules()))
    monkeypatch.setattr(test_examples, "schema_findings", schemas)
    if row == "R-ID-2":
        monkeypatch.setattr(test_examples, "applied", lambda *given: (*applied(*given)[:2], []))
    assert new_findings(demonstration, before, example) == []


@pytest.mark.parametrize(("when", "rule"), FUNCTIONS, ids=[f"{when}-{r.id}" for when, r in FUNCTIONS])
def test_every_function_finds_a_failing_example_of_its_row(demonstration, when, rule):
    """Where a schema, or a rule and a rule of change, carry a row together, none of them is idle."""
    for example in examples(rule.row):
        if not example.passes and example.rule == rule.id:
            base = applied(demonstration, KINDS, example.before or {})[0]
            register = applied(base, KINDS, example.change)[0]
            if when == "change":
                found = list(rule.find(Changes.between(base, register), KINDS, example.today))
            else:
                old = {test_examples._mark(f) for f in rule.find(base, KINDS, example.today)}
                found = [f for f in rule.find(register, KINDS, example.today) if test_examples._mark(f) not in old]
            if found:
                return
    pytest.fail(f"no failing example of {rule.row} is found by {rule.find.__name__}")
