"""Cells of a form that was filled in: what was typed, as the field that it is for takes it, or why it cannot be taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from ccm_site.exports.return_form import is_figure
from ccm_site.imports.masking import mask
from ccm_site.imports.values import MAX_CELL, clean, header_key, line, read_date
from ccm_site.kinds import Field

DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d/%m/%y")
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_FORMULA_FAULTS = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!")


class WrongCell(ValueError):
    """What was typed cannot be taken. The message says why; ``mend`` says what to do."""

    def __init__(self, why: str, mend: str):
        super().__init__(why)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Typed:
    """One cell as somebody filled it in: where, its value as the spreadsheet has it, and how it is shown."""

    ref: str
    value: Any
    shown: str = "General"
    formula: bool = False
    """Whether a formula stands there; its value is then its last result."""

    @property
    def text(self) -> str:
        """What stands there, as text."""
        if isinstance(self.value, bool):
            return "Yes" if self.value else "No"
        if isinstance(self.value, datetime):
            return self.value.date().isoformat() if self.value.time() == time() else self.value.isoformat(" ")
        if isinstance(self.value, float):
            return str(int(self.value)) if self.value.is_integer() and abs(self.value) < 1e15 else repr(self.value)
        return "" if self.value is None else str(self.value)[: MAX_CELL + 1]


def read(field: Field, typed: Typed, unit: str = "", dates: tuple[str, ...] = DATES) -> tuple[Any, tuple[str, ...]]:
    """The value as the record has it, and the kinds of personal data that were masked in it. None where the cell is empty.

    ``unit`` is that of the measure, for figures. Raises `WrongCell`.
    """
    if typed.formula and typed.value is None:
        raise WrongCell("is a formula without a result", "write the figure itself")
    text = clean(typed.text)
    if not text:
        return None, ()
    if text in _FORMULA_FAULTS:
        raise WrongCell("is the error of a formula", "write the figure itself")
    if "enum" in field.schema:
        return _code(field, text), ()
    if field.type == "integer":
        return _count(field, text), ()
    if field.schema.get("format") == "date":
        return _date(typed, text, dates), ()
    if is_figure(field):
        return _figure(field, typed, text, unit), ()
    return _text(field, text)


def _code(field: Field, text: str) -> str:
    for code in field.schema["enum"]:
        if header_key(text) in (header_key(code), header_key(field.label_of(code))):
            return str(code)
    words = ", ".join(field.label_of(c) for c in field.schema["enum"])
    raise WrongCell("is none of the words of the list", f"choose one of: {words}")


def _number(text: str) -> Decimal:
    rest = _SPACES.sub("", text).removeprefix("£").replace(",", "").removesuffix("%")
    try:
        found = Decimal(rest)
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or abs(found) >= 10**12:
        raise WrongCell("is no number", "write figures only, for example 12 or 92.5; say the rest in the comment")
    return found


def _count(field: Field, text: str) -> int:
    found = _number(text)
    if found != found.to_integral_value() or found < 0:
        raise WrongCell("is no whole number", "write a whole number in figures, 0 for none")
    if found > field.schema.get("maximum", 10**9):
        raise WrongCell(f"is more than {field.schema['maximum']:,}", "look whether a figure too many was typed")
    return int(found)


def _date(typed: Typed, text: str, dates: tuple[str, ...]) -> str:
    if isinstance(typed.value, date) and 1900 <= typed.value.year <= 2200:
        return f"{typed.value:%Y-%m-%d}"
    try:
        return read_date(text, dates).isoformat()
    except ValueError:
        raise WrongCell("cannot be read as a date", "write it as 31/03/2026") from None


def _figure(field: Field, typed: Typed, text: str, unit: str) -> str:
    found = _number(text)
    share = unit == "per_cent" or "100" in str(field.schema["pattern"])
    if share and typed.shown.endswith("%") and isinstance(typed.value, (int, float)):
        found *= 100  # a spreadsheet keeps 95% as 0.95
    if found < 0:
        raise WrongCell("is less than nothing", "write the figure without a minus sign")
    least, most = {"score_1_to_5": (1, 5), "grade_1_to_6": (1, 6)}.get(unit, (0, 100 if share else 10**12))
    if not least <= found <= most:
        raise WrongCell(f"is not between {least} and {most}", f"write a figure from {least} to {most}")
    money = str(field.schema["pattern"]).endswith("\\.\\d{2}$")
    places = 2 if money or "100" in str(field.schema["pattern"]) else 4
    found = found.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if money:
        return f"{found:.2f}"
    plain = f"{found:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _text(field: Field, text: str) -> tuple[str, tuple[str, ...]]:
    if field.schema.get("pattern") or field.schema.get("maxLength", 0) <= 200:
        text = line(text)
    masked, found = mask(text)
    most = int(field.schema.get("maxLength", MAX_CELL))
    if len(masked) > most:
        raise WrongCell(f"has {len(masked):,} characters; at most {most:,} are taken", "say it in fewer words")
    if (pattern := field.schema.get("pattern")) and re.search(pattern, masked) is None:
        raise WrongCell("is not written as it should be", field.description or "look how others are written")
    return masked, found
