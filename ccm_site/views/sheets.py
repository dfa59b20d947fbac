"""A kind's records as one CSV sheet that opens in a spreadsheet program as text, figures and dates, and never as a formula.

UTF-8 with a byte order mark (without it Excel reads £ and é wrongly), commas, CRLF, every cell quoted.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ccm_site.kinds import Field, Kind
from ccm_site.model import Record
from ccm_site.views.audience import allows
from ccm_site.views.context import Site
from ccm_site.views.text import plain, shape, target

# Spreadsheets take a cell that begins so for a formula; some also after a line break, or where a cell is cut at another delimiter.
_STARTS = frozenset("=+-@\t\r\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\u2212")  # with the full-width and small forms
_PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,6})?\Z|\d{4}-\d{2}(-\d{2})?\Z", re.ASCII)
_CUT = re.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029\t;|]")

# Most cells: begins with a letter or figure, and nothing in it cuts a cell or is not seen.
_HARMLESS = re.compile(r"[A-Za-z0-9£][A-Za-z0-9 ,.:/()'&£@_-]*\Z", re.ASCII)

Getter = Callable[[Record], str]


def cell(text: str) -> str:
    """The text as it may stand in a sheet: with an apostrophe before anything that could be taken for a formula.

    Plain numbers (``-12.50``) and dates stay as they are. Control characters other than line breaks and tabs are dropped.
    """
    if not text or _HARMLESS.match(text) or _PLAIN.match(text):
        return text
    text = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) not in ("Cc", "Cs"))
    parts, start = [], 0
    for cut in _CUT.finditer(text):
        parts.append(text[start : cut.end()])
        start = cut.end()
    parts.append(text[start:])
    safe = "".join(f"'{part}" if _begins_formula(part) else part for part in parts)
    return f"'{safe}" if safe != text and not safe.startswith("'") else safe


def _begins_formula(text: str) -> bool:
    for c in text:
        if c in _STARTS:
            return True
        # whitespace, quotes and characters that are not seen do not make a formula less of one
        if not (c.isspace() or c in "\"'`“”‘’" or unicodedata.category(c) in ("Cf", "Cc", "Zs")):
            return False
    return False


def sheet(site: Site, kind: Kind) -> bytes:
    """All records of a kind that the site holds, a row each, a column for each value (money in three)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    titles, getters = zip(*_columns(site, kind), strict=True)
    writer.writerow([cell(t) for t in titles])
    for record in site.of_kind(kind):
        writer.writerow([cell(get(record)) for get in getters])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _columns(site: Site, kind: Kind) -> Iterator[tuple[str, Getter]]:
    for f in kind.fields:
        if f.name != "kind":
            yield from _of(site, kind, f, f.title)


def _of(site: Site, kind: Kind, f: Field, title: str) -> Iterator[tuple[str, Getter]]:
    if not any(allows(site.audience, g.audience) for g in f.walk() if not g.fields) and f.name not in ("id", "version"):
        return
    how = shape(f)
    if how in ("money", "object", "period", "file", "quantity", "target"):
        for child in f.fields:
            yield from _of(site, kind, child, f"{title}: {child.title}")
    elif how == "reference":
        yield title, _getter(f, lambda value: site.label(target(site, f, value)))
        yield f"{title}: number", _getter(f, str)
    elif how in ("date", "month"):
        yield title, _getter(f, str)
    else:
        yield title, _getter(f, lambda value: plain(site, kind, f, value))


def _getter(f: Field, read: Callable[[Any], str]) -> Getter:
    def get(record: Record) -> str:
        value: Any = record.data
        for part in f.path:
            value = value.get(part) if isinstance(value, Mapping) else None
        return "" if value is None else read(value)

    return get
