"""The columns and filters of a kind's table, and what stands in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ccm_site.kinds import Field, Kind
from ccm_site.model import Audience, Record
from ccm_site.views.audience import allows
from ccm_site.views.context import Site
from ccm_site.views.text import At, plain, shape

ColumnType = Literal["text", "choice", "date", "number"]


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is the field's dotted path; ``type`` says how it is sorted and filtered."""

    name: str
    title: str
    field: Field
    type: ColumnType

    def value(self, record: Record) -> Any:
        """What the record holds there; None where it holds nothing."""
        found: Any = record.data
        for part in self.field.path:
            found = found.get(part) if isinstance(found, Mapping) else None
        return found


@dataclass(frozen=True)
class Filter:
    """One way to narrow a table: by a column's value, or by the year of a date."""

    name: str
    title: str
    column: Column
    by_year: bool


def columns(site: Site, kind: Kind) -> tuple[Column, ...]:
    """The columns of the kind's table that the site can fill."""
    found: tuple[Column, ...] | None = site.kept.get(("columns", kind.name))
    if found is None:
        found = tuple(c for path in kind.list_columns if (c := _column(kind, path, site.audience)))
        site.kept["columns", kind.name] = found
    return found


def filters(site: Site, kind: Kind) -> tuple[Filter, ...]:
    """The filters of the kind's table: those that it names, and every reference among its columns and parents."""
    named = list(kind.filters)
    named += [p for p in (*kind.list_columns, *kind.page_on) if (f := kind.field(p)) and f.ref and p not in named]
    out = []
    for path in named:
        name, _, by = path.partition(":")
        column = _column(kind, name, site.audience)
        if column is not None:
            title = f"{column.title}: year" if by == "year" else column.title
            out.append(Filter(column.name, title, column, by == "year"))
    return tuple(out)


def _column(kind: Kind, path: str, audience: Audience) -> Column | None:
    f = kind.field(path)
    if f is None or not any(allows(audience, g.audience) for g in f.walk() if not g.fields):
        return None
    parent = kind.field(path.rpartition(".")[0])
    if parent is not None and shape(parent) == "money":
        f, path = parent, path.rpartition(".")[0]
    return Column(path, _title(kind, path), f, _type(f))


def _title(kind: Kind, path: str) -> str:
    """The field's label, behind its parents' where it stands in an object: ``Period: First day``."""
    steps = path.split(".")
    titles = [f.title for i in range(len(steps)) if (f := kind.field(".".join(steps[: i + 1])))]
    return ": ".join(titles)


def _type(f: Field) -> ColumnType:
    how = shape(f)
    if how in ("reference", "code", "choice", "flag"):
        return "choice"
    if how in ("date", "month"):
        return "date"
    return "number" if how in ("money", "number", "quantity") or f.name.endswith("percentage") else "text"


def words(at: At, kind: Kind, column: Column, record: Record) -> str:
    """What stands in a cell, as plain text; "" where nothing does."""
    value = column.value(record)
    return "" if value is None else plain(at.site, kind, column.field, value)


def filter_for(site: Site, kind: Kind, pointer: str) -> str:
    """The name of the filter by which the table finds the records whose reference at a pointer names something; "" if none."""
    name = pointer.strip("/").replace("/", ".")
    return name if any(f.name == name and not f.by_year for f in filters(site, kind)) else ""
