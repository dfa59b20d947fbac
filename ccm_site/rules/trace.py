"""Every obligation of the framework, and what in the register carries it: kinds of record, rules with their examples, pages, documents, tests.

``obligations.csv`` lists the framework's rows (O: an obligation, W: what it would be good to do, D: a definition, X: outside the
register) with the kinds, rules and pages that carry each, a kind of report by its address (``reports/needs/``): a row is open while one
of them is missing. A rule counts where it is built: a function or a schema's tag, with an example that fails and one that passes.
``still_to_come.txt`` names the rows whose output is a document, a form or a message that is not made yet, and only shrinks. Such a row
is open like any other where a carrier is missing.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from ccm_site.kinds import Kinds
from ccm_site.model import TraceRow
from ccm_site.rules import catalogue
from ccm_site.rules.example import examples

TAKEN_AWAY = "tests/views/test_trace_page.py::test_a_kind_that_is_taken_away_opens_its_rows[{}]"
PAGE_TAKEN_AWAY = "tests/views/test_trace_page.py::test_a_page_that_is_taken_away_is_missed[{}]"


def trace(kinds: Kinds, pages: Collection[str] | None = None) -> tuple[TraceRow, ...]:
    """Every row with its carriers, in the framework's order.

    ``pages`` are the addresses of the pages that there are: one that a row names and that is not among them is missing. With None
    every page counts as there.
    """
    by_clause: dict[str, dict[str, None]] = {}
    for kind in kinds:
        for clause in (*kind.clauses, *(f.clause for f in kind.all_fields if f.clause)):
            by_clause.setdefault(clause, {}).setdefault(kind.name)
    rules_of: dict[str, dict[str, None]] = {}
    for entry in catalogue().values():
        for clause in entry.clauses:
            rules_of.setdefault(clause, {}).setdefault(entry.id)
    waiting = still_to_come()
    rows = []
    for row in _obligations():
        id = row["id"]
        named = dict.fromkeys(
            [*(r.strip() for r in row["rules"].split(",") if r.strip() in catalogue()), *rules_of.get(id, ())]
        )
        built = tuple(r for r in named if is_built(r))
        shown = tuple(p for p in row["pages"].split() if pages is None or p in pages)
        rows.append(TraceRow(
            id=id, lines=row["source_lines"], duty=row["kind"], requirement=row["requirement"].replace("`", "").replace("*", ""),
            kinds=tuple(by_clause.get(id, ())), rules=built,
            missing=(
                *(k for k in row["kinds"].split() if k not in by_clause.get(id, ())), *(r for r in named if r not in built),
                *(p for p in row["pages"].split() if p not in shown),
            ),
            output=row["output"].replace("`", ""), to_come=waiting.get(id, ""), pages=shown,
            documents=tuple(dict.fromkeys(t for name in by_clause.get(id, ()) for t in kinds[name].templates)),
            tests=(
                *(TAKEN_AWAY.format(k) for k in by_clause.get(id, ())), *(t for r in built for t in tests_of(r)),
                *(PAGE_TAKEN_AWAY.format(p) for p in shown),
            ),
        ))  # fmt: skip
    return tuple(rows)


def is_built(rule: str) -> bool:
    """Whether a rule is held by something, shown by an example that fails without it and one that passes."""
    told = examples(rule)
    return any(e.passes for e in told) and any(not e.passes for e in told)


def tests_of(rule: str) -> tuple[str, ...]:
    """The tests that fail when a rule is taken away: its failing examples, by the names that pytest gives them."""
    return tuple(
        f"tests/rules/test_examples.py::test_an_example[{rule}-fail-{n}]"
        for n, e in enumerate(examples(rule))
        if not e.passes
    )


def open_rows(rows: tuple[TraceRow, ...]) -> tuple[TraceRow, ...]:
    """The obligations of which a carrier is missing, or that have none."""
    return tuple(
        r for r in rows if r.duty == "O" and (r.missing or not (r.kinds or r.rules or r.pages))
    )  # fmt: skip


@cache
def still_to_come() -> Mapping[str, str]:
    """What rows still wait for, by their ids: ``document``, ``form`` or ``message``."""
    lines = files(__package__).joinpath("still_to_come.txt").read_text("utf-8").splitlines()
    return MappingProxyType(dict(line.split() for line in lines if line))


def _obligations() -> list[dict[str, str]]:
    text = files(__package__).joinpath("obligations.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines(keepends=True)))
