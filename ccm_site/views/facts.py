"""What a record says, as labelled facts, lists and tables, grouped as its schema groups them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from ccm_site.kinds import Field, Kind
from ccm_site.model import Record
from ccm_site.views.text import At, html, paragraphs, shape

# Said elsewhere on the page: what it is, and what stands above everything else.
APART = frozenset({"kind", "exceptions", "legacy", "voided"})


@dataclass(frozen=True)
class Fact:
    title: str
    value: Markup


@dataclass(frozen=True)
class Table:
    """A list of objects: its name, its column titles, and its rows (an empty cell is empty Markup)."""

    title: str
    hint: str
    titles: tuple[str, ...]
    rows: tuple[tuple[Markup, ...], ...]


@dataclass(frozen=True)
class Group:
    """The facts and tables of one object, or those of the record itself (no title)."""

    title: str
    hint: str
    facts: tuple[Fact, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass
class _Parts:
    facts: list[Fact] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def groups(at: At, kind: Kind, record: Record, without: frozenset[str]) -> tuple[Group, ...]:
    """Everything the record says but the named top-level fields: first its plain facts, then a group for each object or list."""
    plain = _Parts()
    out: list[Group] = []
    for f in kind.fields:
        value = record.data.get(f.name)
        if value is None or f.name in APART or f.name in without:
            continue
        how = shape(f)
        if how == "object" and isinstance(value, Mapping):
            parts = _Parts()
            _gather(at, kind, f, value, "", parts)
            out.append(Group(f.title, f.description, tuple(parts.facts), tuple(parts.tables)))
        elif how == "table" and isinstance(value, list):
            out.append(Group("", "", (), (table(at, kind, f, value),)))
        else:
            plain.facts.append(Fact(f.title, html(at, kind, f, value)))
    first = (Group("", "", tuple(plain.facts)),) if plain.facts else ()
    return (*first, *out)


def _gather(at: At, kind: Kind, f: Field, value: Mapping[str, Any], before: str, parts: _Parts) -> None:
    for child in f.fields:
        inner = value.get(child.name)
        if inner is None:
            continue
        how = shape(child)
        if how == "object" and isinstance(inner, Mapping):
            _gather(at, kind, child, inner, f"{before}{child.title}: ", parts)
        elif how == "table" and isinstance(inner, list):
            parts.tables.append(table(at, kind, child, inner))
        else:
            parts.facts.append(Fact(before + child.title, html(at, kind, child, inner)))


def table(
    at: At, kind: Kind, f: Field, values: Sequence[Any], title: str = "", without: frozenset[str] = frozenset()
) -> Table:
    """A list of objects as a table, with the columns that any of them fills."""
    assert f.item is not None
    rows = [v for v in values if isinstance(v, Mapping)]
    columns = [c for c in f.item.fields if c.name not in without and any(row.get(c.name) is not None for row in rows)]
    return Table(
        title or f.title,
        "" if title else f.description,
        tuple(c.title for c in columns),
        tuple(
            tuple(html(at, kind, c, row[c.name]) if row.get(c.name) is not None else Markup("") for c in columns)
            for row in rows
        ),
    )


def exceptions(at: At, kind: Kind, record: Record) -> Table | None:
    """The rules that the record departs from, and whether anybody has approved that."""
    f = kind.field("exceptions")
    found = record.data.get("exceptions")
    if f is None or not isinstance(found, list):
        return None
    rows = []
    for e in found:
        if not isinstance(e, Mapping):
            continue
        approved = e.get("approved_by_role")
        role = at.site.roles.get(str(approved), str(approved))
        if approved and e.get("approved_on"):
            on = next(html(at, kind, c, e["approved_on"]) for c in f.walk() if c.name == "approved_on")
            state = Markup("Approved by {} on {}").format(role, on)
        else:
            state = Markup(
                '<strong class="ccm-warn"><span aria-hidden="true">▲</span> Pending: nobody has approved it yet</strong>'
            )
        rows.append((Markup("{}").format(e.get("rule", "")), paragraphs(str(e.get("reason", ""))), state))
    if not rows:
        return None
    return Table("Exceptions", f.description, ("Rule", "Reason", "Approval"), tuple(rows))


def gaps(kind: Kind, record: Record) -> tuple[str, ...]:
    """The labels of the fields that the source of a carried-over record did not fill."""
    legacy = record.data.get("legacy")
    named = legacy.get("gaps") if isinstance(legacy, Mapping) else None
    if not isinstance(named, list):
        return ()
    return tuple(f.title if (f := kind.field(str(name))) else str(name) for name in named)
