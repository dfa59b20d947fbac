"""Workbooks as bytes: the same bytes for the same content, and no text in them that a spreadsheet would run."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.worksheet import Worksheet

MOMENT = (1980, 1, 1, 0, 0, 0)
"""The only time that stands in a workbook made here."""
LONGEST = 32_000
_TIMES = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:\2>)")
_FORMULA = re.compile(r"\s*['\"]?[=+\-@\t\r\uff1d\uff0b\uff0d\uff20\u2212]")
_ANSWER = PatternFill("solid", fgColor="FFF9E5")
_HEAD = PatternFill("solid", fgColor="DDE3EA")


def put(cell: Any, value: Any, bold: bool = False) -> None:
    """Write a value as what it is. A text is a text: one that begins like a formula is marked so that it stays one."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:LONGEST]
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = _FORMULA.match(value) is not None
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)


def head(sheet: Worksheet, row: int, titles: Iterable[str]) -> None:
    """A row of column headings."""
    for column, title in enumerate(titles, 1):
        cell = sheet.cell(row, column)
        put(cell, title, bold=True)
        cell.fill = _HEAD


def answer(cell: Any, text: bool) -> None:
    """Make a cell one to write in. One for texts takes what is typed as it is, whatever it begins with."""
    assert isinstance(cell, Cell)
    cell.protection = Protection(locked=False)
    cell.fill = _ANSWER
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    if text:
        cell.number_format = "@"


def lock(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Protect a sheet, so that only answer cells can be written in, and set the widths of its columns."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
    for index, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGHIJKLMNOPQRSTUVWXYZ"[index]].width = width


def as_bytes(book: Workbook) -> bytes:
    """The workbook as a file, without the time at which it was made."""
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as again:
        for name in made.namelist():
            part = made.read(name)
            if name == "docProps/core.xml":
                part = _TIMES.sub(rb"\g<1>1980-01-01T00:00:00Z\g<3>", part)
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(info, part)
    return out.getvalue()
