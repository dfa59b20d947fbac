"""Supplier cells to names, and names to providers.

The rule by which two spellings are one provider: they are equal after capitals, punctuation and double spaces are set aside,
``&`` reads "and", ``Co`` reads "Company", the legal form at the end (Ltd, Limited, PLC, LLP, Inc, CIC, Pty Ltd, …) is left off,
and what follows "trading as" (t/a, d/b/a) is left off. Nothing is ever guessed from likeness.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from ccm_site.imports.mapping import ColumnMap, Words
from ccm_site.imports.masking import only_masks
from ccm_site.imports.values import line

_FORMS = (
    "ltd", "limited", "plc", "llp", "lp", "inc", "incorporated", "llc", "cic", "cio", "corp", "corporation", "pty", "pte"
)  # fmt: skip
_WRITTEN = rf"(?:{'|'.join(_FORMS)})"
_TRADING = re.compile(r"(?<=\S)[\s,;(-]+(?:t/as?|t\.a\.|trading\s+as|d/b/a|dba|d\.b\.a\.)[\s:]+(?=\S)", re.IGNORECASE)
_JOINED = re.compile(r"[.'’‘`´]")
_APART = re.compile(r"[^\w]+|_+")
_SEPARATORS = {"line": "\n", "semicolon": ";", "bar": "|"}
_FORM_AFTER = re.compile(rf"\s*(?:{_WRITTEN})\b\.?(?=\s*(?:[,.;)]|\Z|t/a|d/b/a|trading\s+as))", re.IGNORECASE)
_FORM_BEFORE = re.compile(rf"\b(?:{_WRITTEN})\.?\)?\s*\Z", re.IGNORECASE)
_LISTED = re.compile(r",\s+(?:&|and)\s+", re.IGNORECASE)
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin", "conout", "clock", *(f"{d}{n}" for d in ("com", "lpt") for n in range(10))]
)


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """What two spellings of one provider have in common: see the rule above. "" where a name has no letter or figure."""
    text = unicodedata.normalize("NFKC", principal(name)).casefold().replace("&", " and ")
    words = _APART.sub(" ", _JOINED.sub("", text)).split()
    words = ["company" if w == "co" else w for w in words]
    end = len(words)
    while end > 1 and words[end - 1] in _FORMS:
        end -= 1
    return " ".join(words[:end])


def principal(name: str) -> str:
    """The name before "trading as", t/a or d/b/a."""
    return _TRADING.split(name, maxsplit=1)[0].strip(" ,;(-") or name


def slug(name: str, taken: Iterable[str] = ()) -> str:
    """A short name for files and addresses: ASCII, at most 60 characters, no name that Windows keeps for itself, and not taken."""
    text = (
        unicodedata.normalize("NFKD", name.replace("&", " and ").replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    base = re.sub(r"[^a-z0-9]+", "-", _JOINED.sub("", text).lower()).strip("-")
    if len(base) > 60:
        base = base[:60].rpartition("-")[0] if "-" in base[30:60] else base[:60]
    if not base:
        base = "provider"
    if base in _RESERVED:
        base = f"{base}-provider"
    taken = taken if isinstance(taken, (set, frozenset, dict)) else set(taken)
    number, found = 1, base
    while found in taken:
        number += 1
        found = f"{base[: 59 - len(str(number))].rstrip('-')}-{number}"
    return found


class Splitter:
    """Supplier cells to names, as a mapping says: where they are parted, what is no part of a name, what is no supplier."""

    def __init__(self, mapping: ColumnMap):
        rules = mapping.data.get("suppliers", {})
        self._separators: Sequence[str] = rules.get("separators", ())
        self._remove = [re.compile(p, re.IGNORECASE) for p in rules.get("remove", ())]
        self._none = Words(rules.get("none", ()))

    def names(self, cell: str) -> tuple[str, ...]:
        """The names in a cell, each once, in order. Empty where it names no supplier."""
        if line(cell) in self._none:
            return ()
        pieces = [cell]
        for separator in self._separators:
            if separator == "comma":
                pieces = [n for p in pieces for n in split_commas(line(p))]
            else:
                pieces = [n for p in pieces for n in p.split(_SEPARATORS[separator])]
        out: dict[str, None] = {}
        for piece in pieces:
            name = line(piece)
            for pattern in self._remove:
                name = line(pattern.sub("", name))
            name = name.strip(" ,;|")
            if name and name_key(name) and name not in self._none and not only_masks(name):
                out.setdefault(name)
        return tuple(out)


def split_commas(text: str) -> list[str]:
    """Names parted by commas. A comma parts two names where no space follows it, or where a legal form stands before it;
    ``A, B, & C`` is a list; a legal form after a comma belongs to the name before it ("Smith, Inc").
    """
    listed = bool(_LISTED.search(text))
    out, begin = [], 0
    for comma in re.finditer(",", text):
        after = text[comma.end() :]
        if _FORM_AFTER.match(after) or (after[:1].isdigit() and text[comma.start() - 1 : comma.start()].isdigit()):
            continue
        if listed or (after and not after[0].isspace()) or _FORM_BEFORE.search(text[begin : comma.start()]):
            out.append(text[begin : comma.start()])
            begin = comma.end()
    out.append(text[begin:])
    return [re.sub(r"^\s*(?:&|and\s)\s*", "", n) for n in out] if listed else out
