"""The framework's rules: one module a family of the catalogue, one function a rule, found by being here.

A rule is a function ``(register, kinds, today)`` that yields findings, marked with `rule`. A rule of change is a function
``(changes, kinds, today)``, marked with `change_rule`: it sees a register before and after. Its docstring says what it asks,
why, and how to mend. Nothing else is touched when a rule is added.
"""

from __future__ import annotations

import csv
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register

RuleFunction = Callable[[Register, Kinds, date], Iterator[Finding]]
ChangeFunction = Callable[["Changes", Kinds, date], Iterator[Finding]]


@dataclass(frozen=True)
class Entry:
    """A row of the catalogue: its severity (``E``, ``W``, or ``E†`` which a recorded exception lets pass), when it is looked at
    (``R`` one record, ``X`` across records, ``T`` a change, ``C`` by today's date), and what it says."""

    id: str
    severity: str
    when: str
    statement: str
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule of the catalogue: its id, the clauses of the framework that it carries, and the function that finds.

    Where a row of the catalogue says two severities there are two checks, ``R-TND-8-a`` and ``R-TND-8-b``.
    """

    id: str
    clauses: tuple[str, ...]
    find: RuleFunction

    @property
    def row(self) -> str:
        """The row of the catalogue that it belongs to."""
        return self.id.removesuffix("-a").removesuffix("-b")


class Move(NamedTuple):
    """What happens to one record: ``before`` is None where it is new, ``after`` None where it is gone. The key is the same."""

    before: Record | None
    after: Record | None


@dataclass(frozen=True)
class Changes:
    """A register before and after, and what happened to each record that is not the same. ``actor`` is the id of the person who
    proposes it, "" where that is not known."""

    base: Register
    head: Register
    moves: tuple[Move, ...]
    actor: str = ""

    @classmethod
    def between(cls, base: Register, head: Register, actor: str = "") -> Changes:
        """What differs between two registers, in the order of the records' keys."""
        moves = (
            Move(base.records.get(k), head.records.get(k)) for k in sorted(base.records.keys() | head.records.keys())
        )
        return cls(base, head, tuple(m for m in moves if not _same(m)), actor)

    def reaching(self, kind: str, *states: str) -> Iterator[Move]:
        """The records of a kind that come to one of the states, or are new in it; in ``status``."""
        for move in self.moves:
            after, before = move.after, move.before
            if after is None or after.kind != kind or after.data.get("status") not in states:
                continue
            if before is None or before.data.get("status") not in states:
                yield move


def _same(move: Move) -> bool:
    before, after = move
    return before is not None and after is not None and _content(before) == _content(after)


def _content(record: Record) -> tuple[object, ...]:
    """All that a record says: its sealed part too, which may have changed although nobody here can look into it."""
    return (record.data, record.path, record.seal and (record.seal.key, record.seal.text))


@dataclass(frozen=True)
class ChangeRule:
    """A rule of change of the catalogue."""

    id: str
    clauses: tuple[str, ...]
    find: ChangeFunction

    @property
    def row(self) -> str:
        """The row of the catalogue that it belongs to."""
        return self.id.removesuffix("-a").removesuffix("-b")


_found: dict[str, Rule] = {}
_found_changes: dict[str, ChangeRule] = {}


def rule(id: str, *clauses: str) -> Callable[[RuleFunction], RuleFunction]:
    """Enter a function into the catalogue under a rule's id."""

    def enter(function: RuleFunction) -> RuleFunction:
        if not function.__doc__:
            raise TypeError(f"the rule {id} has no docstring")
        _found[id] = Rule(id, clauses, function)
        return function

    return enter


def change_rule(id: str, *clauses: str) -> Callable[[ChangeFunction], ChangeFunction]:
    """Enter a function into the catalogue as a rule of change."""

    def enter(function: ChangeFunction) -> ChangeFunction:
        if not function.__doc__:
            raise TypeError(f"the rule {id} has no docstring")
        _found_changes[id] = ChangeRule(id, clauses, function)
        return function

    return enter


@cache
def all_change_rules() -> tuple[ChangeRule, ...]:
    """Every rule of change in this package, in the order of their ids."""
    all_rules()
    return tuple(sorted(_found_changes.values(), key=lambda r: r.id))


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule in this package, in the order of their ids."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(_found.values(), key=lambda r: r.id))


_PARTS = re.compile(r"\b(Why|Mend):")


class Words(NamedTuple):
    """What a rule asks, why, and how to mend; each "" where it does not say."""

    says: str
    why: str
    mend: str


@cache
def in_words(id: str) -> Words:
    """The docstrings of a rule's function, or of all that bear its id, taken apart. All "" where it has none."""
    parts: list[list[str]] = [[], [], []]
    for known in (_found, _found_changes):
        if id in known:
            pieces = _PARTS.split(re.sub(r"\s+", " ", inspect.getdoc(known[id].find) or ""))
            named = dict(zip(pieces[1::2], pieces[2::2], strict=False))
            for into, piece in zip(parts, (pieces[0], named.get("Why", ""), named.get("Mend", "")), strict=True):
                sentence = piece.strip()
                into += [sentence[:1].upper() + sentence[1:]] if sentence else []
    return Words(*(" ".join(dict.fromkeys(p)) for p in parts))


@cache
def catalogue() -> Mapping[str, Entry]:
    """Every row of the catalogue of rules, by its id."""
    text = files(__name__).joinpath("catalogue.csv").read_text("utf-8")
    return {
        row["id"]: Entry(row["id"], row["severity"], row["when"], row["statement"], tuple(row["trace_ids"].split()))
        for row in csv.DictReader(text.splitlines())
    }


@cache
def exceptable() -> frozenset[str]:
    """The rules of the catalogue that a recorded exception lets pass: those marked ``E†``, and their checks."""
    rows = [e.id for e in catalogue().values() if "†" in e.severity]
    return frozenset(f"{id}{part}" for id in rows for part in ("", "-a", "-b"))


class Unchecked(NamedTuple):
    """A rule that met a record which is not as its schema says, and could go no further."""

    rule: str


_FAULTS = (KeyError, TypeError, ValueError, AttributeError, IndexError)
"""How a rule fails on a record that lacks what its schema asks for, or holds something else."""


def rule_findings(
    register: Register, kinds: Kinds, today: date, stopped: list[Unchecked] | None = None
) -> Iterator[Finding]:  # fmt: skip
    """What every rule finds in a register on a day.

    Rules rely on what the schemas say. Where the register holds records that are not as their schemas say, ``stopped`` is given: a rule
    that fails on one of them is entered there, and the others go on.
    """
    for r in all_rules():
        yield from _guarded(r.id, r.find(register, kinds, today), stopped)


def change_findings(
    changes: Changes, kinds: Kinds, today: date, stopped: list[Unchecked] | None = None
) -> Iterator[Finding]:  # fmt: skip
    """What every rule of change finds in a change on a day; ``stopped`` as for `rule_findings`."""
    for r in all_change_rules():
        yield from _guarded(r.id, r.find(changes, kinds, today), stopped)


def _guarded(rule: str, found: Iterator[Finding], stopped: list[Unchecked] | None) -> Iterator[Finding]:
    if stopped is None:
        yield from found
        return
    try:
        yield from found
    except _FAULTS:
        stopped.append(Unchecked(rule))
