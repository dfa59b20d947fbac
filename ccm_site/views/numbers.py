"""The page "In numbers": how many placements and complaints there are, as far as an audience may know; each table also as a sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from ccm_site.views.context import Site
from ccm_site.views.counts import Counted, Counts, Line
from ccm_site.views.page import Extra, Page
from ccm_site.views.sheets import cell
from ccm_site.views.small_numbers import SMALL, WITHHELD
from ccm_site.views.templates import render
from ccm_site.views.text import At, linked, time
from ccm_site.views.urls import NUMBERS

ROWS = 200
"""How many rows of a table the page shows. The sheet has all."""


@dataclass(frozen=True)
class Drawn:
    """A table as its template wants it. ``rows`` pairs a row's words with its counts; the total stands apart."""

    table: Counted
    rows: tuple[tuple[Markup, tuple[str, ...]], ...]
    total: tuple[str, ...]
    more: int
    sheet: str
    marks: tuple[str, ...]


def numbers_pages(site: Site, counts: Counts) -> Iterator[Page | Extra]:
    """``in-numbers/`` and ``in-numbers/<table>.csv``. ``counts`` is what this audience may see, and all that is used."""
    at = At(site, NUMBERS)
    tables = [_drawn(at, t) for t in counts.tables]
    body = render(
        "numbers.html", home=at.href(""), today=time(site.today.isoformat()), tables=tables,
        whole=site.audience == "restricted", small=SMALL, withheld=WITHHELD,
    )  # fmt: skip
    yield Page(NUMBERS, "In numbers", body)
    for t in counts.tables:
        yield Extra(NUMBERS + sheet_name(t), counts_sheet(site, t))


def sheet_name(table: Counted) -> str:
    return f"{table.name}.csv"


def counts_sheet(site: Site, table: Counted) -> bytes:
    """A table of counts as CSV in the form of all sheets: a row's name and, for a record, its number; then its counts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    titles = [table.row_title, f"{table.row_title}: number", *(_words(site, c) for c in table.columns)]
    writer.writerow([cell(t) for t in titles])
    for row, cells in zip(table.rows, table.cells, strict=True):
        number = "" if isinstance(row.label, str) else row.label.id
        writer.writerow([cell(t) for t in (_words(site, row), number, *(str(c) for c in cells))])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _words(site: Site, line: Line) -> str:
    return line.label if isinstance(line.label, str) else site.label(line.label)


def _drawn(at: At, table: Counted) -> Drawn:
    cells = [tuple(f"{c:,}" if isinstance(c, int) else c for c in row) for row in table.cells]
    rows = [
        (escape(row.label) if isinstance(row.label, str) else linked(at, row.label), values)
        for row, values in zip(table.rows[:-1], cells[:-1], strict=True)
    ]
    marks = tuple(m for m in (SMALL, WITHHELD) if any(m in row for row in cells))
    return Drawn(
        table, tuple(rows[:ROWS]), cells[-1], max(0, len(rows) - ROWS),
        at.href(NUMBERS + sheet_name(table)), marks,
    )  # fmt: skip
