"""Every rule of the catalogue has an example that it finds, and finds alone, and one that it lets pass."""

from collections import Counter
from pathlib import Path

import pytest

from ccm_site.checks.schema import schema_findings
from ccm_site.kinds import load_kinds
from ccm_site.model import Register
from ccm_site.register import linked, load
from ccm_site.rules import Changes, all_change_rules, all_rules, catalogue, change_findings
from ccm_site.rules.example import applied, examples
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
TO_COME = frozenset(Path(__file__).with_name("still_to_come.txt").read_text("utf-8").split())
"""Rows of the catalogue that are not built yet. The list only shrinks."""
ALL = [(f"{row}-{'pass' if e.passes else 'fail'}-{n}", e) for row in catalogue() for n, e in enumerate(examples(row))]
GRAVE = frozenset("R-AUT-7-b R-CFG-2-a R-CFG-6-b R-CON-5-a R-REV-1-b R-REV-3-a R-SPEC-7-a R-TND-8-a R-TND-10-a".split())
"""Of the rows with two severities, the checks that are errors, by the words of the row (`ccm rule ID`)."""


@pytest.fixture(scope="session")
def demonstration():
    return load(shipped()).register


@pytest.fixture(scope="session")
def before(demonstration):
    """What is found in the register as it stands, by day."""
    known = {}

    def found(today):
        if today not in known:
            known[today] = Counter(_mark(f) for f in _findings(demonstration, demonstration, [], today))
        return known[today]

    return found


def _findings(register, records, broken, today):
    """All findings. The privacy rules, which look at one record at a time, read the changed ones only."""
    found = [*schema_findings(records, KINDS), *broken]
    changed = {r.key: r for r in records}
    few = Register({k: r for k, r in register.records.items() if k in changed or k.kind == "personal_data"})
    for rule in all_rules():
        found += rule.find(
            few if rule.row.startswith("R-PRV-") and len(changed) < len(register) else register, KINDS, today
        )
    return found


def _mark(f):
    return (f.rule, f.severity, f.at.path, f.at.pointer, f.message)


def _row(rule):
    return rule.removesuffix("-a").removesuffix("-b")


def new_findings(demonstration, before, example):
    """What an example's change adds to the findings; of the register, and of the change itself."""
    base = applied(demonstration, KINDS, example.before or {})[0]
    register, changed, broken = applied(base, KINDS, example.change)
    left = Counter(before(example.today))
    if example.before:
        left = Counter(_mark(f) for f in _findings(base, base, [], example.today))
    of_change = any(
        r.row == _row(example.rule) for r in all_change_rules()
    )  # to edit what is issued is itself a change
    out = list(change_findings(Changes.between(base, register), KINDS, example.today)) if of_change else []
    for f in _findings(register, changed, broken, example.today):
        if left[_mark(f)]:
            left[_mark(f)] -= 1
        else:
            out.append(f)
    return out


@pytest.mark.parametrize("example", [e for _, e in ALL], ids=[i for i, _ in ALL])
def test_an_example(demonstration, before, example):
    found = new_findings(demonstration, before, example)
    if example.passes:
        assert found == []
        return
    assert {f.rule for f in found} == {example.rule}, "only this rule finds something"
    entry = catalogue()[_row(example.rule)]
    for f in found:
        assert f.at.path in example.change or any(r.path in example.change for r in f.related), (
            "the place is where the change is"
        )
        if entry.when == "C":
            assert f.severity == "warning"
        elif example.rule == entry.id:
            assert f.severity == ("warning" if entry.severity == "W" else "error")
        else:
            assert f.severity == ("error" if example.rule in GRAVE else "warning")


@pytest.mark.parametrize("row", sorted(catalogue()))
def test_every_row_has_both_or_is_still_to_come(row):
    kinds_of_example = {e.passes for e in examples(row)}
    assert (kinds_of_example == {True, False}) != (row in TO_COME), (
        "give it a fail and a pass example, and take it from still_to_come.txt"
    )


def test_every_rule_is_in_the_catalogue_and_is_documented():
    for rule in (*all_rules(), *all_change_rules()):
        assert rule.row in catalogue(), rule.id
        assert "Why:" in (rule.find.__doc__ or "") and "Mend:" in (rule.find.__doc__ or ""), rule.id


def test_the_register_that_examples_stand_on_links_as_it_loads(demonstration):
    again, broken = linked(demonstration.records, KINDS)
    assert broken == [] and again.links == demonstration.links
