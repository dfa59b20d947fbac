"""Cells to values: clean text, dates, amounts. What cannot be read raises ValueError with the reason."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

MAX_CELL = 20_000
# Control characters, lone surrogates, byte order marks, non-characters, and the marks that turn the direction of writing.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\uffff]"
)
_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TIME = re.compile(r"(?<=\d)(?:T|\s+)\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*(?:[AaPp][Mm]|Z|[+-]\d{2}:?\d{2})?\Z")
_NUMBER = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_EXPONENT = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d{1,2}")
_SIGNS = re.compile(r"[£$€¥\s\u00a0\u202f']|\b(?:GBP|USD|AUD|CAD|NZD|EUR|CHF)\b", re.IGNORECASE)
_SCALES = {"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "bn": 9, "billion": 9}
_SCALE = re.compile(r"(?P<number>[\d.]+)(?P<scale>k|thousand|mn|m|million|bn|billion)\Z", re.IGNORECASE)
LARGEST = Decimal(10) ** 12


def clean(text: str, entities: bool = False) -> str:
    """A cell's text without what no record may hold: control characters, lone surrogates, hidden marks. Line breaks stay.

    With ``entities``, HTML's ``&amp;`` and the like are decoded, twice over where they were coded twice.
    """
    text = text[: MAX_CELL + 1]
    if entities:
        for _ in range(2):
            if not _ENTITY.search(text):
                break
            text = html.unescape(text)
    text = unicodedata.normalize("NFC", _FORBIDDEN.sub("", _BREAKS.sub("\n", text)))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def line(text: str) -> str:
    """The text in one line, each run of spaces one space."""
    return _SPACE.sub(" ", text).strip()


def cut(text: str, limit: int) -> str:
    """The text in at most ``limit`` characters, cut between words, with … where something is left out."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = max(head.rfind(" "), head.rfind("\n"))
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:-–\n") + "…"


def header_key(text: str) -> str:
    """How column headers and coded words are compared: small letters and figures of any script, nothing else."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


@lru_cache(maxsize=20_000)
def read_date(text: str, formats: tuple[str, ...]) -> date:
    """The date in a cell, by the first of the formats that fits; a time of day is left out.

    Formats are those of ``strptime``, and ``serial`` for a spreadsheet's count of days. Raises ValueError.
    """
    text = _TIME.sub("", line(text))
    for form in formats:
        if form == "serial":
            if re.fullmatch(r"\d{5}(?:\.\d+)?", text):
                return date(1899, 12, 30) + timedelta(days=int(float(text)))
            continue
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if 1900 <= found.year <= 2200:
            return found
    raise ValueError("cannot be read as a date")


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as read: its value, and its text in the register's form (two decimals), "" where it does not fit there."""

    value: Decimal
    text: str


@lru_cache(maxsize=20_000)
def read_amount(text: str, decimal: str = ".", thousands: str = ",") -> Amount:
    """The amount in a cell: currency signs, thousands separators, a trailing ``k``, ``m`` or ``bn`` and brackets for less than
    nothing are understood. Rounded to two decimals. Raises ValueError where it is no one number.
    """
    rest = _SIGNS.sub("", text)
    if len(rest) > 40:
        raise ValueError("cannot be read as an amount")
    negative = (rest.startswith("(") and rest.endswith(")")) or rest.startswith("-") or rest.endswith("-")
    rest = rest.strip("()-+")
    if thousands:
        rest = rest.replace(thousands, "")
    if decimal != ".":
        rest = rest.replace(decimal, ".")
    scale = _SCALE.match(rest)
    if scale:
        rest = scale["number"]
    if not (_NUMBER.fullmatch(rest) or _EXPONENT.fullmatch(rest)):
        raise ValueError("cannot be read as an amount")
    try:
        value = Decimal(rest).scaleb(_SCALES[scale["scale"].lower()] if scale else 0)
        if value < LARGEST:
            value = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    except InvalidOperation:
        raise ValueError("cannot be read as an amount") from None
    fits = value < LARGEST and not (negative and value)
    return Amount(-value if negative else value, f"{value:.2f}" if fits else "")
