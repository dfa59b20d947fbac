"""What is counted in the tables of "In numbers": one module a published table, found by being here.

A module has a function ``reports(register, kinds, today)`` that yields a `Report`, or several. It sees the whole register and may
use only what lies clear in every clone: ids, states, contracts and providers. All reports together go through `suppress`, so that
nothing else is touched when one is added. Only what `published_counts` returns may reach a page.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ccm_site.kinds import Kinds
from ccm_site.model import Audience, Key, Register
from ccm_site.views.small_numbers import CountTable, Shown, suppress


@dataclass(frozen=True)
class Report:
    """A table with its words. ``rows`` and ``columns`` give each line's words, or the record whose name it bears."""

    table: CountTable
    order: int
    title: str
    row_title: str
    rows: Mapping[str, str | Key]
    columns: Mapping[str, str]
    hint: str = ""
    upright: bool = False
    """Whether the columns are shown as rows: they read better so where there is only the one line of totals."""


@dataclass(frozen=True)
class Line:
    """A row or a column. ``label`` is its words, or the record whose name it bears; the last of them is the total."""

    label: str | Key
    total: bool = False


@dataclass(frozen=True)
class Counted:
    """A table as an audience may see it. ``cells`` has a row for each of ``rows``, a count for each of ``columns``."""

    name: str
    title: str
    row_title: str
    hint: str
    rows: tuple[Line, ...]
    columns: tuple[Line, ...]
    cells: tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True)
class Counts:
    """All tables of one audience's site. The numbers that it must not show are not in it."""

    tables: tuple[Counted, ...] = ()


def all_reports(register: Register, kinds: Kinds, today: date) -> tuple[Report, ...]:
    """The reports of every module in this package, in their order; known counts, which no page shows, among them."""
    found: list[Report] = []
    for module in pkgutil.iter_modules(__path__):
        found.extend(importlib.import_module(f"{__name__}.{module.name}").reports(register, kinds, today))
    return tuple(sorted(found, key=lambda r: (r.order, r.table.name)))


def published_counts(register: Register, kinds: Kinds, audience: Audience, today: date) -> Counts:
    """What a site for an audience shows of the whole, unprojected register: true counts in ``restricted``, nothing in ``public``."""
    if audience == "public":
        return Counts()
    reports = all_reports(register, kinds, today)
    if audience == "restricted":
        return Counts(tuple(_counted(r, r.table.counts()) for r in reports if not r.table.known))
    shown = suppress([r.table for r in reports])
    return Counts(tuple(_counted(r, shown[r.table.name]) for r in reports if not r.table.known))


def _counted(report: Report, cells: Mapping[tuple[str, str], Shown]) -> Counted:
    table = report.table
    rows, columns = table.rows, table.columns
    row_lines = (*(Line(report.rows[r]) for r in rows), Line("Total", True))
    column_lines = (*(Line(report.columns[c]) for c in columns), Line("Total", True))
    values = tuple(tuple(cells.get((r, c), 0) for c in (*columns, "")) for r in (*rows, ""))
    if report.upright:
        row_lines, column_lines, values = column_lines, row_lines, tuple(zip(*values, strict=True))
    return Counted(table.name, report.title, report.row_title, report.hint, row_lines, column_lines, values)
