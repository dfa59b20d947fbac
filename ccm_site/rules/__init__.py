"""The framework's rules: one module a family of the catalogue, one function a rule, found by being here.

A rule is a function ``(register, kinds, today)`` that yields findings, marked with `rule`. Its docstring says what it asks,
why, and how to mend. Nothing else is touched when a rule is added.
"""

from __future__ import annotations

import csv
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Register

RuleFunction = Callable[[Register, Kinds, date], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue: its id, the clauses of the framework that it carries, and the function that finds."""

    id: str
    clauses: tuple[str, ...]
    find: RuleFunction


_found: dict[str, Rule] = {}


def rule(id: str, *clauses: str) -> Callable[[RuleFunction], RuleFunction]:
    """Enter a function into the catalogue under a rule's id."""

    def enter(function: RuleFunction) -> RuleFunction:
        if not function.__doc__:
            raise TypeError(f"the rule {id} has no docstring")
        _found[id] = Rule(id, clauses, function)
        return function

    return enter


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in this package, in the order of their ids."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(_found.values(), key=lambda r: r.id))


@cache
def exceptable() -> frozenset[str]:
    """The rules of the catalogue that a recorded exception lets pass: those marked ``E†``."""
    text = files(__name__).joinpath("catalogue.csv").read_text("utf-8")
    return frozenset(row["id"] for row in csv.DictReader(text.splitlines()) if "†" in row["severity"])


def rule_findings(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What every rule finds in a register on a day."""
    for r in all_rules():
        yield from r.find(register, kinds, today)
