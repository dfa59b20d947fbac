"""A mapping says how one source's columns become fields. It is found by the file's columns, or named."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from ccm_site.imports.masking import mask
from ccm_site.imports.nested import lists_in, table_at
from ccm_site.imports.result import BadSource
from ccm_site.imports.rows import Source, Table, table_of
from ccm_site.imports.values import clean, header_key, line
from ccm_site.source import Unreadable, parse

SHIPPED = Path(__file__).parent / "mappings"
CONTRACTS = "contracts"
_SCHEMA = Path(__file__).parent / "mapping.schema.json"
_TABLES = Path(__file__).parent / "table.schema.json"
_HEADER_WITHIN = 20


@dataclass(frozen=True)
class MoneyColumn:
    """A column of amounts, with the currency and VAT basis that its amounts have; "" where nobody says."""

    column: str
    currency: str
    vat_basis: str


@dataclass(frozen=True)
class ColumnMap:
    """One mapping file, validated: see ``mapping.schema.json`` for what each part means."""

    data: Mapping[str, Any]
    path: Path

    @property
    def name(self) -> str:
        return str(self.data["name"])

    @property
    def title(self) -> str:
        return str(self.data["title"])

    @property
    def source(self) -> str:
        return str(self.data["source"])

    @property
    def fallback(self) -> bool:
        return bool(self.data.get("fallback", False))

    @property
    def html(self) -> bool:
        return bool(self.data.get("html", False))

    @cached_property
    def required(self) -> tuple[tuple[str, ...], ...]:
        return tuple(_names(c) for c in self.data["recognised_by"])

    @cached_property
    def notes(self) -> tuple[tuple[str, ...], ...]:
        return tuple(_names(c) for c in self.data.get("notes", ()))

    @cached_property
    def date_formats(self) -> tuple[str, ...]:
        return tuple(self.data.get("dates", {}).get("formats", ("%Y-%m-%d",)))

    @cached_property
    def money(self) -> tuple[MoneyColumn, ...]:
        """The columns of the estimated value, in order."""
        default = self.data.get("money", {})
        given = self.data["fields"].get("estimated_value", ())
        entries = [{"column": e} if isinstance(e, str) else e for e in ([given] if isinstance(given, str) else given)]
        return tuple(
            MoneyColumn(
                e["column"],
                e.get("currency") or default.get("currency", ""),
                e.get("vat_basis") or default.get("vat_basis", ""),
            )
            for e in entries
        )

    def columns_of(self, field: str, part: str = "fields") -> tuple[str, ...]:
        """The column names that may hold a field, as the mapping writes them."""
        if part == "fields" and field == "estimated_value":
            return tuple(m.column for m in self.money)
        return _names(self.data.get(part, {}).get(field, ()))

    @cached_property
    def known(self) -> frozenset[str]:
        """The keys of every column that the mapping names."""
        named = [self.columns_of(f) for f in self.data["fields"]]
        named += [self.columns_of(f, "provider_fields") for f in self.data.get("provider_fields", {})]
        named += [*self.required, *self.notes, *(_names(c) for c in self.data.get("ignore", ()))]
        return frozenset(header_key(c) for names in named for c in names)

    def missing(self, columns: Iterable[str]) -> list[str]:
        """The required columns, each with its other names, that a file lacks."""
        have = {header_key(c) for c in columns}
        return [" or ".join(names) for names in self.required if not any(header_key(n) in have for n in names)]

    def rank(self, columns: Iterable[str]) -> tuple[bool, int, int]:
        """How well it fits: rather one made for this source, then more required columns, then more columns that it knows."""
        return (not self.fallback, len(self.required), len({header_key(c) for c in columns} & self.known))


class Words:
    """Words to compare cells with, without regard to capitals and punctuation.

    A ``*`` at the end stands for any rest: ``multiple supplier*`` is also "Multiple suppliers - see list", and ``n/a *``, after
    a space, is "N/A event day" but not "N. Anderson".
    """

    def __init__(self, words: Iterable[str]):
        words = list(words)
        self._whole = {header_key(w) for w in words if not w.endswith("*")} - {""}
        self._signs = {w.strip() for w in words if not header_key(w)}
        self._heads = tuple(
            h for w in words if w.endswith("*") and (h := _spaced(w[:-1]) + (" " if w.endswith(" *") else "")).strip()
        )

    def __contains__(self, text: str) -> bool:
        key = header_key(text)
        if not key:
            return text.strip() in self._signs
        return key in self._whole or (bool(self._heads) and f"{_spaced(text)} ".startswith(self._heads))


def _spaced(text: str) -> str:
    """The text's words in small letters with one space between them, punctuation left out."""
    return " ".join("".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFKC", text).casefold()).split())


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def load_mapping(path: Path, what: str = CONTRACTS) -> ColumnMap:
    """One mapping file for an import. Raises `BadSource` with the file, the place and what is wrong."""
    try:
        data = parse(path.read_bytes(), str(path)).data
    except OSError as error:
        raise BadSource(f"the mapping {path} cannot be read: {error.strerror}. Check the path") from None
    except Unreadable as fault:
        first = fault.findings[0]
        raise BadSource(f"the mapping {first.at}: {first.message}. Mend: {first.fix}") from None
    described = _SCHEMA if what == CONTRACTS else _TABLES
    schema = json.loads(described.read_text("utf-8"))
    wrong = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda e: list(map(str, e.path)))
    if wrong:
        where = "/".join(str(p) for p in wrong[0].absolute_path) or "the whole file"
        raise BadSource(
            f"the mapping {path}: {where}: {wrong[0].message[:300]}. {described} says what a mapping may hold"
        )
    if data["what"] != what:
        raise BadSource(f"the mapping {path} is for ccm import {str(data['what'])[:40]}, not for {what}. Name another")
    for pattern in data.get("suppliers", {}).get("remove", ()):
        try:
            re.compile(pattern)
        except re.error as fault:
            raise BadSource(
                f"the mapping {path}: suppliers/remove: '{pattern}' is no regular expression: {fault}"
            ) from None
    for form in data.get("dates", {}).get("formats", ()):
        if form != "serial" and not _usable(form):
            raise BadSource(
                f"the mapping {path}: dates/formats: '{form}' is no date format. Write day, month and year as %d/%m/%Y"
            )
    return ColumnMap(data, path)


def _usable(form: str) -> bool:
    try:
        return datetime.strptime(datetime(2026, 11, 24).strftime(form), form).year == 2026
    except ValueError:
        return False


def shipped(what: str = CONTRACTS) -> tuple[ColumnMap, ...]:
    """The mappings of this package for an import, by name."""
    folder = SHIPPED if what == CONTRACTS else SHIPPED / what
    return tuple(load_mapping(p, what) for p in sorted(folder.glob("*.yaml")))


def find(source: Source, named: str | None, what: str = CONTRACTS) -> tuple[ColumnMap, Table]:
    """The mapping for a source, and the source as a table. Raises `BadSource` where none fits, or two fit equally."""
    if named is None:
        return _found(source, shipped(what), what)
    chosen = _named(named, what)
    fitting = next(_fits(source, (chosen,)), None)
    if fitting:
        return chosen, fitting[1]
    columns = _columns(source, chosen.data.get("rows", ""))
    lacks = "; ".join(chosen.missing(columns))
    raise BadSource(f"{source.file} lacks columns that the mapping {chosen.name} needs: {lacks}. {_has(columns)}")


def _named(named: str, what: str) -> ColumnMap:
    by_name = {m.name: m for m in shipped(what)}
    if named in by_name:
        return by_name[named]
    path = Path(named)
    if path.is_file():
        return load_mapping(path, what)
    raise BadSource(f"there is no mapping '{named[:80]}', by that name or as a file. There are: {', '.join(by_name)}")


def _found(source: Source, mappings: tuple[ColumnMap, ...], what: str) -> tuple[ColumnMap, Table]:
    fitting = list(_fits(source, mappings))
    if not fitting:
        columns = _columns(source, "")
        example = SHIPPED / "generic.yaml" if what == CONTRACTS else mappings[0].path
        raise BadSource(
            f"no mapping knows the columns of {source.file}. {_has(columns)} To import it, copy {example}, "
            "put these names into its fields, and give your copy by --mapping FILE"
        )
    best = max(m.rank(t.columns) for m, t in fitting)
    chosen = [(m, t) for m, t in fitting if m.rank(t.columns) == best]
    if len(chosen) > 1:
        names = " and ".join(m.name for m, _ in chosen)
        raise BadSource(f"{source.file} fits several mappings equally: {names}. Choose one by --mapping NAME")
    mapping, table = chosen[0]
    return mapping, table


def _fits(source: Source, mappings: Iterable[ColumnMap]) -> Iterator[tuple[ColumnMap, Table]]:
    """Every mapping whose required columns are there, with the table under them: the first sheet and header line that has any."""
    if source.is_json:
        for m in mappings:
            table = table_at(source.json, m.data.get("rows", ""), source.file)
            if table and not m.missing(table.columns):
                yield m, table
        return
    mappings = tuple(mappings)
    for sheet in source.sheets:
        for index, row in enumerate(sheet.lines[:_HEADER_WITHIN]):
            fitting = [m for m in mappings if not m.missing(row.cells)]
            if fitting:
                table = table_of(sheet, index)
                others = [s.name for s in source.sheets if s is not sheet and s.lines]
                if others:
                    notes = (
                        *table.notes,
                        f"only the sheet '{sheet.name[:60]}' was read, not: {', '.join(others)[:200]}",
                    )
                    table = Table(table.columns, table.rows, notes)
                yield from ((m, table) for m in fitting)
                return


def _columns(source: Source, pointer: str) -> list[str]:
    if not source.is_json:
        return (
            [c.strip() for c in source.sheets[0].lines[0].cells if c.strip()]
            if source.sheets and source.sheets[0].lines
            else []
        )
    for place in [pointer, *lists_in(source.json)]:
        table = table_at(source.json, place, source.file)
        if table:
            return list(table.columns)
    return []


def _has(columns: list[str]) -> str:
    if not columns:
        return "It has no rows with named columns."
    shown = ", ".join(mask(line(clean(c)))[0][:40] for c in columns[:40])
    return f"It has: {shown}{' and more' if len(columns) > 40 else ''}."
