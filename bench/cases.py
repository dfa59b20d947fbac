"""The examples of the rules laid out: each register before and after its change, and what the rules find in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ccm_site.kinds import Kinds, load_kinds
from ccm_site.model import Finding, Register
from ccm_site.register import load
from ccm_site.rules import ChangeRule, Changes, Rule, all_change_rules, all_rules, catalogue
from ccm_site.rules.example import AS_OF, Example, applied, examples
from ccm_site.starter import shipped

Mark = tuple[str, str, str, str, str]
"""A finding without its words of mending: rule, severity, path, pointer, message."""


@dataclass(frozen=True)
class Case:
    """An example laid out: the register before and after, what the privacy rules look at, and what each rule of its row finds when nothing
    is wrong. That no other rule finds anything is held by the tests."""

    example: Example
    row: str
    base: Register
    changes: Changes
    few: Register
    found: Mapping[str, tuple[Finding, ...]]


@dataclass(frozen=True)
class World:
    """All that lies ready for the forks."""

    kinds: Kinds
    register: Register
    known: Mapping[str, Counter[tuple[str, str]]]
    cases: tuple[Case, ...]


def laid_out() -> World:
    """The demonstration and every example on it, with what is found."""
    kinds = load_kinds(shipped() / "schemas")
    register = load(shipped()).register
    known = {r.id: Counter((f.rule, f.severity) for f in r.find(register, kinds, AS_OF)) for r in all_rules()}
    cases = []
    for row in catalogue():
        for example in examples(row):
            base = applied(register, kinds, example.before)[0] if example.before else register
            head, changed, _ = applied(base, kinds, example.change)
            keys = {r.key for r in changed}
            few = Register({k: r for k, r in head.records.items() if k in keys or k.kind == "personal_data"})
            case = Case(example, row, base, Changes.between(base, head), few, {})
            own = (r for r in [*all_rules(), *all_change_rules()] if r.row == row_of(example.rule))
            cases.append(replace(case, found={r.id: tuple(new_findings(case, [r], kinds, {})) for r in own}))
    return World(kinds, register, known, tuple(cases))


def mark_of(f: Finding) -> Mark:
    return f.rule, f.severity, f.at.path, f.at.pointer, f.message


def new_findings(
    case: Case, rules: Sequence[Rule | ChangeRule], kinds: Kinds, before: dict[tuple[int, str, date], Counter[Mark]]
) -> list[Finding]:
    """What some rules find in an example that was not there before its change; ``before`` keeps what they find in a base."""
    out: list[Finding] = []
    today = case.example.today
    of_change = any(r.row == row_of(case.example.rule) for r in all_change_rules())
    for r in rules:
        if isinstance(r, ChangeRule):
            out += r.find(case.changes, kinds, today) if of_change else ()
            continue
        private = r.row.startswith("R-PRV-")
        key = (id(case.base), r.id, today)
        if key not in before:
            before[key] = Counter() if private else Counter(mark_of(f) for f in r.find(case.base, kinds, today))
        left = Counter(before[key])
        for f in r.find(case.few if private else case.changes.head, kinds, today):
            if left[mark_of(f)]:
                left[mark_of(f)] -= 1
            else:
                out.append(f)
    return out


def row_of(rule: str) -> str:
    return rule.removesuffix("-a").removesuffix("-b")


def holds(case: Case, found: Sequence[Finding]) -> bool:
    """Whether an example comes out as `tests/rules/test_examples.py` asks."""
    example = case.example
    if example.passes:
        return not found
    if not any(case.found.values()):
        return not found  # a schema finds it
    entry = catalogue()[row_of(example.rule)]
    expected = "warning" if entry.severity == "W" or entry.when == "C" else "error"
    return {f.rule for f in found} == {example.rule} and all(
        (f.at.path in example.change or any(r.path in example.change for r in f.related))
        and (f.severity == expected or (example.rule != entry.id and entry.when != "C"))
        for f in found
    )
