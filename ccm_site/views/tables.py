"""The table of each kind: pages of 200 rows that need no script, the same rows for the browser to filter and sort, and a sheet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from ccm_site.kinds import Kind
from ccm_site.model import Record
from ccm_site.views.badges import badge, rating_badge, state_badge
from ccm_site.views.columns import Column, columns, filters, words
from ccm_site.views.context import Site
from ccm_site.views.page import Extra, Page
from ccm_site.views.sheets import sheet
from ccm_site.views.templates import render
from ccm_site.views.text import At, html, shape, target
from ccm_site.views.urls import dictionary_url, folder, relative

ROWS = 200


def table_pages(site: Site, kind: Kind) -> Iterator[Page | Extra]:
    """A kind's table: ``contracts/``, ``contracts/page/2/`` and so on, ``contracts/rows.json`` and ``contracts/contracts.csv``."""
    base = folder(kind)
    records = site.of_kind(kind)
    if kind.id_prefix:
        records = records[::-1]  # the newest first; names in their order
    count = max(1, -(-len(records) // ROWS))
    for number in range(1, count + 1):
        yield _page(site, kind, records, number, count)
    yield Extra(f"{base}rows.json", rows_json(site, kind, records))
    yield Extra(base + sheet_name(kind), sheet(site, kind))


def sheet_name(kind: Kind) -> str:
    return f"{kind.name.replace('_', '-')}.csv"


def page_url(kind: Kind, number: int) -> str:
    return folder(kind) if number == 1 else f"{folder(kind)}page/{number}/"


def _page(site: Site, kind: Kind, records: tuple[Record, ...], number: int, count: int) -> Page:
    at = At(site, page_url(kind, number))
    shown = columns(site, kind)
    part = records[(number - 1) * ROWS : number * ROWS]
    return Page(
        at.url,
        kind.plural if number == 1 else f"{kind.plural}: page {number}",
        render(
            "table.html",
            kind=kind,
            trail=at.trail(kind, own=True),
            dictionary=at.href(dictionary_url(kind)),
            columns=shown,
            rows=[_row(at, kind, shown, record) for record in part],
            total=len(records),
            first=(number - 1) * ROWS + 1,
            number=number,
            pages=[(n, at.href(page_url(kind, n))) for n in range(1, count + 1)],
            rows_json=at.href(f"{folder(kind)}rows.json"),
            base=at.href(folder(kind)),
            sheet=at.href(folder(kind) + sheet_name(kind)),
        ),
    )


def _row(at: At, kind: Kind, shown: tuple[Column, ...], record: Record) -> list[Markup]:
    place = at.site.place(record.key)
    cells = []
    for i, column in enumerate(shown):
        value = column.value(record)
        if i == 0 and place:
            text = words(at, kind, column, record) or record.id
            cells.append(Markup('<a href="{}">{}</a>').format(at.href(place), text))
        elif value is None:
            cells.append(Markup(""))
        elif kind.life_cycle and column.name == kind.life_cycle.field:
            cells.append(badge(at.site, record))
        else:
            cells.append(html(at, kind, column.field, value))
    return cells


def rows_json(site: Site, kind: Kind, records: tuple[Record, ...]) -> bytes:
    """The table as compact data, in the order of its first view.

    ``columns``: title, type, and for a choice its ``values`` (code, words, link, look, symbol), which rows cite by their place;
    those from ``shown`` on serve filters only. ``rows``: the link to the record, then a cell for each column: text, ISO date,
    place in ``values``, or null. ``filters``: the column that each works on. Links are relative to the table's first page.
    """
    at = At(site, folder(kind))
    visible = columns(site, kind)
    wanted = filters(site, kind)
    names = {c.name for c in visible}
    hidden = {f.column.name: f.column for f in wanted if f.column.name not in names}
    every = (*visible, *hidden.values())
    values: list[dict[str, int]] = [{} for _ in every]
    listed: list[list[list[str]]] = [[] for _ in every]
    rows: list[list[Any]] = []
    for record in records:
        place = site.place(record.key)
        row: list[Any] = [relative(at.url, place.link) if place else ""]
        for i, column in enumerate(every):
            value = column.value(record)
            if value is None:
                row.append(None)
            elif column.type == "choice" and not isinstance(value, list):
                choice = _choice(at, kind, column, record)
                if choice[0] not in values[i]:
                    values[i][choice[0]] = len(listed[i])
                    listed[i].append(choice)
                row.append(values[i][choice[0]])
            elif column.type == "date":
                row.append(str(value))
            else:
                row.append(words(at, kind, column, record))
        rows.append(row)
    data = {
        "shown": len(visible),
        "columns": [
            {"name": c.name, "title": c.title, "type": c.type, **({"values": listed[i]} if listed[i] else {})}
            for i, c in enumerate(every)
        ],
        "filters": [
            {"name": f.name, "title": f.title, "column": [c.name for c in every].index(f.name), "year": f.by_year}
            for f in wanted
        ],
        "rows": rows,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _choice(at: At, kind: Kind, column: Column, record: Record) -> list[str]:
    """A choice as code, words, and where it has them the link to its page, or the look and the symbol of its badge."""
    value = column.value(record)
    is_state = kind.life_cycle is not None and column.name == kind.life_cycle.field
    shown = state_badge(at.site, record) if is_state else rating_badge(column.field, value)
    if shown:
        return [shown.code, shown.words, "", shown.look, shown.symbol]
    choice = [str(value), words(at, kind, column, record)]
    place = at.site.place(target(at.site, column.field, value)) if shape(column.field) == "reference" else None
    return [*choice, at.href(place)] if place else choice
