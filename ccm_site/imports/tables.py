"""Rows of a sheet to values of fields, by a mapping: each read as its field takes it, or refused with column, value, reason and mend."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from ccm_site.custody.sealed_files import Sealer
from ccm_site.imports import saving
from ccm_site.imports.form_cells import DATES, Typed, WrongCell, read
from ccm_site.imports.mapping import ColumnMap, Words, find
from ccm_site.imports.masking import mask
from ccm_site.imports.plan import Plan, refuse_unreadable
from ccm_site.imports.result import ImportResult, Masked, Reject
from ccm_site.imports.rows import Row, Table, read_source
from ccm_site.imports.sealed import SealedPlan, refuse_shut, sealed_files
from ccm_site.imports.values import clean, cut, header_key, line
from ccm_site.keys import Keys
from ccm_site.kinds import Field, Kind
from ccm_site.register import load

T = TypeVar("T")
LIMIT = 200


class Refused(ValueError):
    """One row cannot go in: the field at fault, its value, why, and what to do."""

    def __init__(self, name: str, value: str, why: str, mend: str, row: Row | None = None):
        super().__init__(why)
        self.name, self.value, self.mend, self.row = name, value, mend, row


@dataclass
class Reader:
    """Reads the rows of one table, and collects what it masks and refuses on the way."""

    mapping: ColumnMap
    table: Table
    masked: list[Masked] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    rejected: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The clean and masked cells of the rows that do not go in, by row number."""

    sealed: bool = False
    """Whether what the rows say is kept sealed: then rejects tell where, and never what."""
    read_here: frozenset[str] = frozenset()
    """Columns that an import finds without the mapping."""

    def __post_init__(self) -> None:
        index: dict[str, int] = {}
        for i, name in enumerate(self.table.columns):
            index.setdefault(header_key(name), i)
        self.names = tuple(cut(mask(c)[0], LIMIT) for c in self.table.columns)
        rules = self.mapping.data
        self._empty = Words(rules.get("empty", ()))
        self._places = {
            f: [index[header_key(n)] for n in self.mapping.columns_of(f) if header_key(n) in index]
            for f in rules["fields"]
        }
        self._constants: Mapping[str, str] = rules.get("constants", {})
        self._dates = self.mapping.date_formats if "dates" in rules else DATES
        self._values = {
            name: {header_key(word): code for word, code in words.items()}
            for name, words in rules.get("values", {}).items()
        }

    def rows(self, take: Callable[[Row], T]) -> Iterator[tuple[Row, T]]:
        """Each row with what ``take`` makes of it. A row that it refuses becomes a reject."""
        for row in self.table.rows:
            try:
                yield row, take(row)
            except Refused as refused:
                self.reject(row, refused)

    def reject(self, row: Row, refused: Refused) -> None:
        """File a row that cannot go in."""
        value = "" if self.sealed else cut(mask(line(clean(refused.value)))[0], 40)
        self.rejects.append(Reject(row.number, self.column(refused.name), value, str(refused), refused.mend))
        if not self.sealed:
            self.rejected[row.number] = tuple(mask(clean(c))[0] for c in row.cells)

    def column(self, name: str) -> str:
        """The column of a field, as the file calls it; the name itself where it is a column; "" where there is none."""
        places = self._places.get(name)
        if places is None and name in self.names:
            return name
        return self.names[places[0]] if places else ""

    def raw(self, row: Row, name: str) -> str:
        """What stands in a field's column, cleaned but not masked. "" where it is empty."""
        for i in self._places.get(name, ()):
            text = clean(row.cells[i], bool(self.mapping.html))
            if text and text not in self._empty:
                return text
        return self._constants.get(name, "")

    def value(self, row: Row, name: str, into: Field) -> Any:
        """The value for a field, None where the cell is empty. Raises `Refused`."""
        text = self.raw(row, name)
        text = self._values.get(name, {}).get(header_key(text), text)
        try:
            value, found = read(into, Typed(name, text), dates=self._dates)
        except WrongCell as wrong:
            raise Refused(name, text, f"the {into.title.lower()} {wrong}", wrong.mend, row) from None
        self.masked += [Masked(row.number, self.column(name), kind) for kind in found]
        return value

    def codes(self, row: Row, name: str, into: Field, table: Iterable[Mapping[str, Any]] = ()) -> list[str]:
        """Several codes in one cell, parted by semicolons or line breaks; by the words of a policy table where they are from one."""
        words = {header_key(str(e.get(k))): str(e.get("code")) for e in table for k in ("code", "label")}
        out: dict[str, None] = {}
        for piece in re.split(r"[;\n]", self.raw(row, name)):
            if not (text := line(piece)):
                continue
            text = self._values.get(name, {}).get(header_key(text), text)
            try:
                found, _ = read(into, Typed(name, words.get(header_key(text), "") if words else text))
            except WrongCell as wrong:
                raise Refused(name, text, f"a word of it {wrong}", wrong.mend, row) from None
            if found is None:
                raise Refused(
                    name, text, "a word of it is none of the council's list", "use the words of the list", row
                )
            out.setdefault(found)
        return list(out)

    def yes_or_no(self, row: Row, name: str) -> bool | None:
        """Yes or no; None where the cell is empty. Raises `Refused`."""
        text = header_key(self.raw(row, name))
        if text in ("yes", "y", "true", "1", "no", "n", "false", "0"):
            return text in ("yes", "y", "true", "1")
        if text:
            raise Refused(name, text, "it is neither yes nor no", "write yes or no", row)
        return None

    def needed(self, row: Row, name: str, into: Field) -> Any:
        """As `value`, for what a record cannot do without."""
        value = self.value(row, name, into)
        if value is None:
            raise Refused(name, "", f"it has no {into.title.lower()}", "fill it in", row)
        return value

    def money(self, row: Row, name: str, into: Field) -> dict[str, str] | None:
        """An amount with its VAT basis, from the column of the VAT or the mapping. Raises `Refused`."""
        amount = self.value(row, name, into.by_name["amount"])
        if amount is None:
            return None
        rules = self.mapping.data.get("money", {})
        basis = self.value(row, "vat_basis", into.by_name["vat_basis"]) or rules.get("vat_basis")
        if basis is None:
            mend = "add a column VAT, or say so in the mapping under money"
            raise Refused(name, amount, "nobody says whether VAT is in the amounts", mend, row)
        currency = rules.get("currency", "GBP")
        return {"amount": amount, **({"currency": currency} if currency != "GBP" else {}), "vat_basis": basis}

    def left_out(self) -> list[str]:
        """The columns of the file that the mapping does not know."""
        words = Words(n for c in self.mapping.data.get("ignore", ()) for n in ([c] if isinstance(c, str) else c))
        known = self.mapping.known
        return [
            n
            for c, n in zip(self.table.columns, self.names, strict=True)
            if header_key(c) not in known and c not in words and c not in self.read_here
        ]


@dataclass
class Job:
    """One import of a table under way: what is read, what is planned."""

    what: str
    kind: Kind
    plan: Plan
    reader: Reader
    file: Path
    notes: list[str] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
    sealer: Sealer | None = None

    def done(self, dry_run: bool, called: str) -> ImportResult:
        """Write what is planned and the rejects, and give the result."""
        reader, plan = self.reader, self.plan
        path = saving.rejects_path(self.file)
        rejects = sorted(reader.rejects, key=lambda r: r.row)
        raw = saving.rejects_csv(reader.names, rejects, reader.rejected) if rejects else None
        written = () if dry_run else saving.save_all(plan.root, self._sealed(), path, raw)
        columns = reader.left_out()
        unknown = (
            [f"the mapping does not know these columns, which were left out: {', '.join(columns)[:500]}"]
            if columns
            else []
        )
        return ImportResult(
            what=self.what, mapping=reader.mapping.name, title=reader.mapping.title, file=self.file.name, dry_run=dry_run,
            rows=len(reader.table.rows), created=tuple(plan.created), changed=tuple(plan.changed), unchanged=tuple(plan.unchanged),
            merged=(), rejects=tuple(rejects), masked=tuple(reader.masked), notes=(*reader.table.notes, *unknown, *self.notes),
            written=written, rejects_file=path if rejects and not dry_run else "", kind=self.kind.name, called=called,
            left_out=tuple(sorted(self.left_out.items())),
        )  # fmt: skip

    def _sealed(self) -> Mapping[str, bytes]:
        """The files as they are to be written: sealed where the records are. Only now a key is made where one is needed."""
        return self.plan.files if self.sealer is None else sealed_files(self.sealer, self.plan)


def begin(
    what: str, kind: str, also: Iterable[str], root: Path, file: Path, mapping: str | None, today: date, keys: Keys | None = None
) -> Job:  # fmt: skip
    """Load the register, and the file by its mapping. Raises `BadSource`."""
    loaded = load(root, keys)
    refuse_unreadable(loaded, (kind, *also))
    columns, table = find(read_source(file), mapping, what)
    if keys is None:
        plan = Plan(root, loaded, columns.title, file, today)
        return Job(what, loaded.kinds[kind], plan, Reader(columns, table), file)
    refuse_shut(loaded, kind)
    plan = SealedPlan(root, loaded, columns.title, file, today)
    reader = Reader(columns, table, sealed=True)
    return Job(what, loaded.kinds[kind], plan, reader, file, sealer=Sealer(root, loaded.kinds, keys))


def take_together(
    reader: Reader, key_of: Callable[[Row], Hashable], take: Callable[[list[Row]], None]
) -> None:  # fmt: skip
    """Hand over the rows of each record together, in the order of the file. Where one is refused, none of its record goes in."""
    groups: dict[Hashable, list[Row]] = {}
    for row, key in reader.rows(key_of):
        groups.setdefault(key, []).append(row)
    for rows in groups.values():
        try:
            take(rows)
        except Refused as refused:
            wrong = refused.row or rows[0]
            for row in rows:
                with_it = f"it belongs together with row {wrong.number}, which is wrong"
                reader.reject(
                    row, refused if row is wrong else Refused("", "", with_it, "mend that row, and import again")
                )


def agreed(reader: Reader, rows: list[Row], name: str) -> Row:
    """The row from which to read what all rows of a record say alike: the first that says it. Raises `Refused` where two differ."""
    said = [r for r in rows if reader.raw(r, name)]
    for row in said[1:]:
        if reader.raw(row, name) != reader.raw(said[0], name):
            why = f"it says otherwise than row {said[0].number} of the same record"
            raise Refused(name, reader.raw(row, name), why, "make the rows agree", row)
    return said[0] if said else rows[0]
