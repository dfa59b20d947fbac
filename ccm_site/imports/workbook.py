"""XLSX to lines of cells: the values that the sheets show, formulas as their last result, dates as year-month-day."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ccm_site.imports.result import BadSource
from ccm_site.imports.rows import Row, Sheet, check_size

MAX_UNPACKED = 300_000_000
MAX_PARTS = 2_000
MAX_RATIO = 400
UNREADABLE = (
    InvalidFileException, zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError,
    AttributeError, OSError, OverflowError, NotImplementedError, EOFError,
)  # fmt: skip
"""What openpyxl raises for a file that is no sound workbook."""


def read_workbook(raw: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of a workbook, hidden ones left out. Raises `BadSource` for what is no workbook, or one that swells."""
    refuse_bombs(raw, name)
    try:
        book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        out = []
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # a sheet may claim to reach to the last column; count what is there
            lines: list[Row] = []
            for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
                if any(c is not None for c in cells):  # a stray cell far below makes a million empty rows
                    check_size(len(lines), len(cells), name)
                    lines.append(Row(number, tuple(_text(c) for c in cells)))
            out.append(Sheet(sheet.title, tuple(lines)))
        book.close()
    except BadSource:
        raise
    except UNREADABLE as error:
        raise BadSource(
            f"{name} is no workbook that can be read ({type(error).__name__}). Open it and save it as .xlsx or .csv"
        ) from None
    return tuple(out)


def refuse_bombs(raw: bytes, name: str) -> None:
    """Raise `BadSource` for a ZIP file that is no workbook, or one that swells, or declares entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            unpacked = sum(p.file_size for p in parts)
            if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(raw) + 10_000_000:
                raise BadSource(
                    f"{name} unpacks to {unpacked:,} bytes in {len(parts):,} parts, more than a register has. Save it as .csv"
                )
            if not any(p.filename.lower().startswith("xl/") for p in parts):
                raise BadSource(f"{name} is a ZIP file, but no workbook. Unpack it, or save it as .xlsx")
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as stream:
                        if b"<!" in stream.read(2048).replace(b"<!--", b"").replace(b"<![CDATA[", b""):
                            raise BadSource(
                                f"{name} declares entities of its own, as no workbook does. Save it as .csv"
                            )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise BadSource(
            f"{name} is no workbook that can be read: {error}. Open it and save it as .xlsx or .csv"
        ) from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)
