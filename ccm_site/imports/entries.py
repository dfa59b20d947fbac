"""A row to an entry: clean, masked, its dates and amounts read; or to the reason why it cannot go in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccm_site.imports.mapping import ColumnMap, Words
from ccm_site.imports.masking import mask, only_masks
from ccm_site.imports.result import Masked, Reject
from ccm_site.imports.rows import Row, Table
from ccm_site.imports.suppliers import Splitter
from ccm_site.imports.values import Amount, clean, cut, header_key, line, read_amount, read_date

DATES = ("start_date", "end_date", "award_date", "procurement_commenced")
CODED = ("contract_type", "route", "service_type", "purchase_category")
LINES = ("subject_matter", "framework_owner", "framework_reference")
LINE_LIMIT, NOTE_LIMIT, REFERENCE_LIMIT = 200, 4000, 190
_CPV = re.compile(r"(?<!\d)\d{8}(?:-\d)?(?!\d)")
_COMPANY = re.compile(r"[A-Z0-9]{8}\Z")
_CHARITY = re.compile(r"(?:SC\d{6}|NIC\d{6}|\d{6,7})\Z")
_READING = {"start_date": "start", "end_date": "end", "award_date": "award", "procurement_commenced": "procurement"}


@dataclass(frozen=True)
class Entry:
    """One contract as one row says it. ``fields`` are of the contract's schema, without what only the register can know."""

    row: int
    reference: str
    title: str
    suppliers: tuple[str, ...]
    fields: Mapping[str, Any]
    notes: tuple[tuple[str, str], ...]
    year: int | None
    provider_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def facts(self) -> tuple[str, ...]:
        """What makes two rows of one reference the same contract: title, dates and amount. Also their order."""
        money = self.fields.get("estimated_value") or {}
        dates = tuple(str(self.fields.get(d, "")) for d in DATES)
        return (*dates, str(money.get("amount", "")).rjust(16), str(money.get("currency", "")), self.title)


@dataclass
class Reader:
    """Reads the rows of one table by one mapping, and collects what it masks and remarks on the way."""

    mapping: ColumnMap
    table: Table
    codes: Mapping[str, frozenset[str]]
    """The codes that the register has, for each field whose codes are in a policy table."""
    masked: list[Masked] = field(default_factory=list)
    remarks: list[tuple[str, int]] = field(default_factory=list)
    """What is to be said of a row that goes in all the same: the text, and the row."""
    rejected: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """The clean and masked cells of the rows that do not go in, by row number."""

    def __post_init__(self) -> None:
        index: dict[str, int] = {}
        for i, name in enumerate(self.table.columns):
            index.setdefault(header_key(name), i)
        self._index = index
        self.names = tuple(cut(mask(c)[0], LINE_LIMIT) for c in self.table.columns)
        rules = self.mapping.data
        self._empty = Words(rules.get("empty", ()))
        self._open_ended = Words(rules.get("dates", {}).get("open_ended", ()))
        self._splitter = Splitter(self.mapping)
        money = rules.get("money", {})
        self._decimal, self._thousands = money.get("decimal", "."), money.get("thousands", ",")
        self._values = {name: _ValueMap(rules.get("values", {}).get(name, {})) for name in CODED}
        self._places = {f: self._at(self.mapping.columns_of(f)) for f in rules["fields"]}
        self._provider_places = {
            f: self._at(self.mapping.columns_of(f, "provider_fields")) for f in rules.get("provider_fields", {})
        }
        self._money = {i: m for m in self.mapping.money for i in self._at((m.column,))}
        self._notes = [i for names in self.mapping.notes for i in self._at(names)]
        self._notes += [
            i
            for i, name in enumerate(self.table.columns)
            if header_key(name).startswith("column") and self._extra(name)
        ]
        self._references = frozenset(self._places["reference"])

    def _at(self, names: tuple[str, ...]) -> list[int]:
        return [i for n in names if (i := self._index.get(header_key(n))) is not None]

    def _extra(self, name: str) -> bool:
        """Whether the column has no name of its own: cells beyond the header, which nobody else can know of."""
        return re.fullmatch(r"column \d+", name) is not None

    def left_out(self) -> list[str]:
        """The columns that the mapping does not name at all."""
        pairs = zip(self.table.columns, self.names, strict=True)
        return [name for c, name in pairs if header_key(c) not in self.mapping.known and not self._extra(c)]

    def read(self, row: Row) -> Entry | Reject:
        """The row as an entry, or the first reason why it cannot be one."""
        reader = _RowReader(self, row)
        found = reader.entry()
        if isinstance(found, Reject):
            self.rejected[row.number] = tuple(reader.cell(i) for i in range(len(row.cells)))
        return found


class _Unread(Exception):
    def __init__(self, column: int, reason: str, mend: str):
        super().__init__(reason)
        self.column, self.reason, self.mend = column, reason, mend


class _ValueMap:
    """Words of the source to codes, the whole words before those that end in ``*``."""

    def __init__(self, words: Mapping[str, str]):
        ordered = sorted(words, key=lambda w: (w.endswith("*"), -len(w), w))
        self._words = [(Words([w]), words[w]) for w in ordered]

    def get(self, text: str) -> str | None:
        return next((code for word, code in self._words if text in word), None)


class _RowReader:
    def __init__(self, reader: Reader, row: Row):
        self.r, self.row = reader, row
        self.notes: dict[int, str] = {}
        self.cells: dict[int, str] = {}
        self.noted: set[int] = set()

    def cell(self, index: int) -> str:
        """The cell's clean and masked text; what is masked is noted once."""
        if index not in self.cells:
            text = clean(self.row.cells[index], self.r.mapping.html)
            if text:
                text, kinds = mask(text, index in self.r._references)
                self.r.masked += [Masked(self.row.number, self.r.names[index], kind) for kind in kinds]
            self.cells[index] = text
        return self.cells[index]

    def filled(self, name: str) -> Iterator[tuple[int, str]]:
        for index in self.r._places.get(name, ()):
            text = self.cell(index)
            if text and text not in self.r._empty:
                yield index, text

    def first(self, name: str) -> tuple[int, str] | None:
        return next(self.filled(name), None)

    def remark(self, text: str) -> None:
        self.r.remarks.append((text, self.row.number))

    def entry(self) -> Entry | Reject:
        try:
            return self._entry()
        except _Unread as fault:
            shown = self.cell(fault.column) if fault.column >= 0 else ""
            column = self.r.names[fault.column] if fault.column >= 0 else ""
            return Reject(self.row.number, column, cut(line(shown), 80), fault.reason, fault.mend)

    def _entry(self) -> Entry:
        index, reference = self._needed(
            "reference", "number of its own", "give the contract a number, which later files repeat"
        )
        reference = self._line(index, reference, REFERENCE_LIMIT)
        index, title = self._needed("title", "title", "give the contract a title of one line")
        title = self._line(index, title)
        suppliers = self._suppliers()
        fields: dict[str, Any] = {}
        for name in DATES:
            self._date(name, fields)
        self._order(fields)
        self._money(fields)
        for name in CODED:
            self._coded(name, fields)
        for name in LINES:
            if found := self.first(name):
                fields[name] = self._line(*found)
        constant = self.r.mapping.data.get("constants", {}).get("framework_owner")
        if constant and "framework_owner" not in fields:
            fields["framework_owner"] = constant
        if found := self.first("cpv"):
            if code := _CPV.search(found[1]):
                fields["cpv"] = code[0]
            if not code or code[0] != found[1]:
                self.notes.setdefault(found[0], found[1])
        year = (
            next((int(fields[d][:4]) for d in ("start_date", "award_date") if d in fields), None) or self._published()
        )
        of_provider = self._of_provider() if len(suppliers) == 1 else {}
        return Entry(self.row.number, reference, title, suppliers, fields, self._all_notes(), year, of_provider)

    def _needed(self, name: str, what: str, mend: str) -> tuple[int, str]:
        found = self.first(name)
        if found is None:
            at = self.r._places[name]
            raise _Unread(at[0] if at else -1, f"it has no {what}", mend)
        return found

    def _line(self, index: int, text: str, limit: int = LINE_LIMIT) -> str:
        """The text as one line of the schema's length; the whole of a longer one is kept as a note."""
        one = line(text)
        if len(one) > limit:
            self.notes.setdefault(index, text)
        return cut(one, limit)

    def _suppliers(self) -> tuple[str, ...]:
        found = list(self.filled("provider"))
        for index, text in found:
            names = self.r._splitter.names(text)
            if names:
                if header_key("".join(names)) != header_key(text) or any(len(n) > LINE_LIMIT for n in names):
                    self.notes.setdefault(index, text)
                return tuple(dict.fromkeys(cut(n, LINE_LIMIT) for n in names))
        at = found[0][0] if found else (self.r._places["provider"] or [-1])[0]
        if found:
            raise _Unread(at, "it names no supplier", "name the supplier, or each of them")
        status = self._status()
        why = f" (its status is '{status}')" if status else ""
        raise _Unread(
            at,
            f"it has no supplier: not awarded, or the source does not say{why}",
            "name the supplier once it is awarded",
        )

    def _status(self) -> str:
        index = self.r._index.get("status")
        return cut(line(self.cell(index)), 40) if index is not None else ""

    def _date(self, name: str, fields: dict[str, Any]) -> None:
        fault = None
        for index, text in self.filled(name):
            if name == "end_date" and text in self.r._open_ended:
                fields["end_circumstances"] = f"As the source says: {cut(line(text), 400)}"
                return
            try:
                fields[name] = read_date(text, self.r.mapping.date_formats).isoformat()
                return
            except ValueError as error:
                forms = ", ".join(self.r.mapping.date_formats)
                mend = f"write it in one of the mapping's forms ({forms}), or add its form to the mapping"
                fault = fault or _Unread(index, f"its {_READING[name]} date {error}", mend)
        if fault:
            raise fault

    def _order(self, fields: dict[str, Any]) -> None:
        """An end before the start is no end: the start stays, the end is kept as a note (R-ID-4 is a rule of truth)."""
        start, end = fields.get("start_date"), fields.get("end_date")
        if start and end and end < start:
            del fields["end_date"]
            index = next(i for i, _ in self.filled("end_date"))
            self.notes[index] = f"{self.cell(index)} (before the start, so not taken as the end)"
            self.remark("the end is before the start; the start was taken, the end kept as a note")

    def _money(self, fields: dict[str, Any]) -> None:
        found: tuple[int, str, Amount] | None = None
        fault = None
        for index, text in self.filled("estimated_value"):
            try:
                amount = read_amount(text, self.r._decimal, self.r._thousands)
            except ValueError as error:
                fault = fault or _Unread(index, f"its amount {error}", "write one number, for example 1250.00")
                continue
            if found is None or amount.value:
                found = index, text, amount
            if amount.value:
                break
        if found is None and fault:
            raise fault
        if found is None:
            return
        index, text, amount = found
        rules = self.r._money[index]
        currency = self.first("currency")
        code = currency[1].upper() if currency and re.fullmatch(r"[A-Za-z]{3}", currency[1]) else rules.currency
        if not amount.text:
            self.notes.setdefault(index, text)
            self.remark("the amount is below zero or beyond what a record holds; it was kept as a note")
        elif not rules.vat_basis:
            self.notes.setdefault(index, text)
            self.remark("the mapping does not say whether amounts include VAT; they were kept as notes")
        else:
            fields["estimated_value"] = {
                "amount": amount.text, **({"currency": code} if code else {}), "vat_basis": rules.vat_basis
            }  # fmt: skip

    def _coded(self, name: str, fields: dict[str, Any]) -> None:
        found = self.first(name)
        code = self.r._values[name].get(found[1]) if found else None
        if found and code is None:
            self.notes.setdefault(found[0], found[1])
        code = code or self.r.mapping.data.get("constants", {}).get(name)
        if code and name in self.r.codes and code not in self.r.codes[name]:
            if found:
                self.notes.setdefault(found[0], found[1])
            self.remark(f"the register has no {name.replace('_', ' ')} '{code}'; it was left out")
            code = None
        if code:
            fields[name] = code

    def _published(self) -> int | None:
        for _, text in self.filled("published"):
            try:
                return read_date(text, self.r.mapping.date_formats).year
            except ValueError:
                continue
        return None

    def _of_provider(self) -> dict[str, str]:
        out = {}
        for name, places in self.r._provider_places.items():
            for index in places:
                text = self.cell(index)
                if not text or text in self.r._empty:
                    continue
                code = re.sub(r"[\s-]", "", text).upper()
                if name == "company_number" and code.isdigit():
                    code = code.zfill(8)
                if (_COMPANY if name == "company_number" else _CHARITY).match(code):
                    out[name] = code
                else:
                    self.notes.setdefault(index, text)
                break
        return out

    def _all_notes(self) -> tuple[tuple[str, str], ...]:
        for index in self.r._notes:
            text = self.cell(index)
            if text and text not in self.r._empty and not only_masks(text):
                self.notes.setdefault(index, text)
        out = []
        for index in sorted(self.notes):
            if len(self.notes[index]) > NOTE_LIMIT:
                self.remark(f"a text is longer than the {NOTE_LIMIT:,} characters that are kept")
            out.append((self.r.names[index], cut(self.notes[index], NOTE_LIMIT)))
        return tuple(out)
