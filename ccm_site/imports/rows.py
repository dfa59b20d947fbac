"""A file to lines of cells, whatever it is: CSV, XLSX or JSON, in any of the encodings that registers come in.

All cells are texts. Nothing is read as anything else here, and nothing of a file's is ever run or fetched.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccm_site.imports.result import BadSource
from ccm_site.imports.values import MAX_CELL, clean, line

MAX_FILE = 64_000_000
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
_SPELT_BOM = "ï»¿"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of the source: its number as a spreadsheet counts it, and a cell for each column."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Rows under their column names, which are unique."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """Lines, blank ones left out, whose header is not found yet: of a CSV file, or of one sheet of a workbook."""

    name: str
    lines: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """What a file holds: sheets, or for JSON the parsed value."""

    file: str
    sheets: tuple[Sheet, ...] = ()
    json: Any = None
    is_json: bool = False


def read_source(file: Path) -> Source:
    """Read a file by what it holds, not by how it is named. Raises `BadSource`."""
    try:
        size = file.stat().st_size
        if size > MAX_FILE:
            raise BadSource(f"{file.name} has {size:,} bytes; at most {MAX_FILE:,} are read. Split it into parts")
        raw = file.read_bytes()
    except OSError as error:
        raise BadSource(f"{file} cannot be read: {error.strerror}. Check the path") from None
    if raw[:4] == b"PK\x03\x04":
        from ccm_site.imports.workbook import read_workbook

        return Source(file.name, read_workbook(raw, file.name))
    if raw[:4] == b"\xd0\xcf\x11\xe0" or raw[:5] == b"%PDF-":
        raise BadSource(f"{file.name} is no CSV, XLSX or JSON file. Open it and save it as .xlsx or .csv")
    text, notes = decode(raw)
    if not text.strip():
        raise BadSource(f"{file.name} is empty")
    if text.lstrip()[:1] in "[{":
        from ccm_site.imports.nested import read_json

        return Source(file.name, json=read_json(text, file.name), is_json=True)
    return Source(file.name, (_read_csv(text, file.name, notes),))


def decode(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """Bytes to text: by the byte order mark, by the zero bytes of UTF-16 without one, else UTF-8, else Windows-1252."""
    notes: tuple[str, ...] = ()
    sample = raw[:4096]
    zeros = sample.count(0)
    if raw.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        text = raw.decode("utf-32", "replace")
    elif raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = raw.decode("utf-16", "replace")
    elif zeros > len(sample) // 4:
        text = raw.decode("utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be", "replace")
    else:
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = raw.decode("cp1252", "replace")
            notes = ("the file is not UTF-8; it was read as Windows-1252",)
    return text.removeprefix("\ufeff").removeprefix(_SPELT_BOM).replace("\x00", ""), notes


def _delimiter(text: str) -> str:
    """The most frequent of the four usual separators outside quotes in the first lines."""
    quoted = False
    counts = dict.fromkeys(",;\t|", 0)
    for character in text[:20_000]:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
    return max(counts, key=lambda c: counts[c])


def _read_csv(text: str, name: str, notes: tuple[str, ...]) -> Sheet:
    limit = csv.field_size_limit(MAX_FILE)
    try:
        lines: list[Row] = []
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)), 1):
            if any(c and not c.isspace() for c in cells):
                check_size(len(lines), len(cells), name)
                lines.append(Row(number, tuple(cells)))
    except csv.Error as error:
        raise BadSource(
            f"{name} is no CSV file that can be read: {error}. Open it and save it as .csv or .xlsx"
        ) from None
    finally:
        csv.field_size_limit(limit)
    return Sheet(name, tuple(lines), notes)


def check_size(rows: int, columns: int, name: str) -> None:
    """Raise `BadSource` where a file has more rows or columns than are read."""
    if rows > MAX_ROWS:
        raise BadSource(f"{name} has more than {MAX_ROWS:,} rows. Split it into parts")
    if columns > MAX_COLUMNS:
        raise BadSource(f"{name} has more than {MAX_COLUMNS:,} columns in row {rows}. Check its separators and quotes")


def table_of(sheet: Sheet, header: int) -> Table:
    """A sheet as a table, with the line at index ``header`` as its column names.

    Short rows are filled up; the cells beyond the header's are kept under ``column N``.
    """
    notes = list(sheet.notes)
    top = sheet.lines[header]
    if header:
        notes.append(f"the column names are in row {top.number}; what stands above it was not read")
    body = sheet.lines[header + 1 :]
    named = list(top.cells)
    while (
        named
        and not named[-1].strip()
        and all(len(r.cells) < len(named) or not r.cells[len(named) - 1].strip() for r in body)
    ):
        named.pop()
    width = len(named)
    for row in body:
        beyond = max((i for i, c in enumerate(row.cells, 1) if c.strip()), default=0)
        width = max(width, beyond)
    ragged = [r.number for r in body if len(r.cells) < len(named) or any(c.strip() for c in r.cells[len(named) :])]
    if ragged:
        notes.append(f"{len(ragged)} rows have more or fewer cells than the header (first in row {ragged[0]})")
    columns = _unique([*named, *[""] * (width - len(named))], notes)
    rows = tuple(Row(r.number, (*r.cells[:width], *[""] * (width - len(r.cells)))) for r in body)
    return Table(columns, rows, (*notes, *long_cells(rows)))


def long_cells(rows: tuple[Row, ...]) -> list[str]:
    """A note where cells are so long that only their beginning is read."""
    long = [r.number for r in rows if any(len(c) > MAX_CELL for c in r.cells)]
    return (
        [f"{len(long)} rows have cells over {MAX_CELL:,} characters (first in row {long[0]}); their beginning was read"]
        if long
        else []
    )


def _unique(names: list[str], notes: list[str]) -> tuple[str, ...]:
    seen: dict[str, int] = {}
    out = []
    for index, name in enumerate(names, 1):
        name = line(clean(name)).removeprefix(_SPELT_BOM) or f"column {index}"
        count = seen[name] = seen.get(name, 0) + 1
        if count == 2:
            notes.append(f"the column '{name[:60]}' is there more than once; the first is read")
        out.append(name if count == 1 else f"{name} ({count})")
    return tuple(out)


def flat_table(entries: Sequence[Mapping[str, str]], notes: tuple[str, ...] = ()) -> Table:
    """Entries with named values as a table: the columns are all the names, in the order in which they first come."""
    columns = tuple(dict.fromkeys(name for entry in entries for name in entry))
    rows = tuple(Row(i, tuple(entry.get(c, "") for c in columns)) for i, entry in enumerate(entries, 1))
    return Table(columns, rows, (*notes, *long_cells(rows)))
