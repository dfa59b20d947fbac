"""An optional list of names, kept outside Git as keyed hashes: the names can be recognised but not read.

A list is only as secret as its key: whoever has both can try names one by one. Keep them apart, and never in a repository.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FORMAT = 1
_CHECK = b"ccm names: check of the key"
_LETTER = "A-Za-zÀ-ÖØ-öø-\u024f\u0300-\u036f\u0370-\u052f\u0590-\u1fff\u3040-\ud7af"
_WORD = re.compile(rf"[{_LETTER}]+(?:['’ʼ][{_LETTER}]+)*")
_PREFIXES = frozenset(
    {"o", "mac", "mc", "de", "da", "di", "du", "la", "le", "van", "von", "der", "al", "el", "ap", "st", "fitz"}
)
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "'": None, "’": None, "ʼ": None}
)
_GAP = re.compile(r"[ \t\r\n,/_.-]{1,3}\Z")
_SENTENCE_GAP = re.compile(r"[.]\s")
ORDINARY = frozenset(
    "april august best black brown bill case church court day field grant green grey hill house june king law little long lord mark may "
    "miller north page park price rich small street the west white will wood young".split()
)
"""Names that are so often ordinary words that alone they say nothing."""


class NamesTrouble(Exception):
    """A list of names, or its key, that cannot be used: says what is wrong and how to mend it."""


@dataclass(frozen=True)
class NameList:
    """The hashes of names of one, two and three words, and the key that makes them."""

    key: bytes = field(repr=False)
    key_id: str
    hashes: tuple[frozenset[str], frozenset[str], frozenset[str]] = field(repr=False)
    starts: frozenset[str] | None = field(repr=False, default=None)
    """Hashes of the first words of longer names: with them, most words of a text need one hash only."""
    _seen: dict[str, tuple[bool, bool]] = field(default_factory=dict, repr=False, compare=False)
    _raw: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Start, end and number of words of each name in a plain text; the longest that begins at a word wins.

        One word alone counts only with a capital: *Hope* may be a name, *hope* is none.
        """
        if not any(self._may_begin(raw) for raw in set(_WORD.findall(text))):
            return
        words = list(_words(text))
        i = 0
        while i < len(words):
            size = self._at(text, words, i)
            if size:
                yield words[i][1], words[i + size - 1][2], size
                i += size
            else:
                i += 1

    def _may_begin(self, raw: str) -> bool:
        """Whether a name may begin with a word as it is written; most texts have no such word, and are done with here."""
        known = self._raw.get(raw)
        if known is None:
            if len(self._raw) > 200_000:
                self._raw.clear()
            known = self._raw[raw] = any(
                self._word(w)[0] or self._word(w)[1] or w in _PREFIXES for w, _, _ in _words(raw)
            )
        return known

    def _at(self, text: str, words: list[tuple[str, int, int]], i: int) -> int:
        word, start, _ = words[i]
        single, begins = self._word(word)
        if begins and i + 1 < len(words) and _together(text, words[i], words[i + 1]):
            pair = f"{word} {words[i + 1][0]}"
            if i + 2 < len(words) and _together(text, words[i + 1], words[i + 2]):
                three = digest(self.key, f"{pair} {words[i + 2][0]}")
                if three in self.hashes[2]:
                    return 3
            if digest(self.key, pair) in self.hashes[1]:
                return 2
        return 1 if single and text[start].isupper() else 0

    def _word(self, word: str) -> tuple[bool, bool]:
        known = self._seen.get(word)
        if known is None:
            if len(self._seen) > 200_000:
                self._seen.clear()
            hashed = digest(self.key, word)
            known = self._seen[word] = (hashed in self.hashes[0], self.starts is None or hashed in self.starts)
        return known


def _together(text: str, one: tuple[str, int, int], other: tuple[str, int, int]) -> bool:
    gap = text[one[2] : other[1]]
    return gap == " " or (_GAP.match(gap) is not None and _SENTENCE_GAP.search(gap) is None)


def normalised(word: str) -> str:
    """A word of a name as it is hashed: small letters without accents or apostrophes, Mc as Mac."""
    if word.isascii():
        folded = word.lower().replace("'", "")
    else:
        folded = unicodedata.normalize("NFKD", word.casefold()).translate(_LETTERS)
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    if folded.startswith("mc") and len(folded) > 3:
        folded = "mac" + folded[2:]
    return folded


def _words(text: str) -> Iterator[tuple[str, int, int]]:
    """The words of a text, normalised, with their spans; *O Brien* and *Mac Donald* are one word each."""
    held: tuple[str, int, int] | None = None
    for m in _WORD.finditer(text):
        raw = m[0]
        end = m.end()
        if raw[-2:] in ("'s", "’s", "'S") and len(raw) > 3:
            raw, end = raw[:-2], end - 2
        word = normalised(raw)
        if held is not None:
            if text[held[2] : m.start()] in (" ", "-", "'", "' ") and text[m.start()].isupper():
                yield normalised(held[0] + word), held[1], end
                held = None
                continue
            yield held
            held = None
        if word in _PREFIXES and text[m.start()].isupper():
            held = (word, m.start(), end)
        else:
            yield word, m.start(), end
    if held is not None:
        yield held


def digest(key: bytes, text: str) -> str:
    """HMAC-SHA256, its first 16 bytes in hex."""
    return hmac.digest(key, text.encode("utf-8"), "sha256").hex()[:32]


def make_names(lines: Iterable[str], key: bytes, singles: bool = True) -> dict[str, Any]:
    """The list of names as it is kept: ``lines`` holds one full name each, as *Jamie Smith* or *Smith, Jamie*.

    Of each name are taken: all its words in both orders, and its first with its last word. Each of its words alone is taken too
    (``singles``), without ordinary words; a hit on one is only a warning. Raises NamesTrouble for a key under 16 bytes or no name.
    """
    _fit(key)
    sets: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    starts: set[str] = set()
    for line in lines:
        last, comma, first = line.strip().partition(",")
        words = [w for w, _, _ in _words(f"{first} {last}" if comma else line.strip()) if len(w) > 1]
        if not words:
            continue
        if singles or len(words) == 1:
            sets[0].update(w for w in words if len(w) > 2 and w not in ORDINARY)
        if len(words) == 1:
            continue
        forms: set[tuple[str, ...]] = {(words[0], words[-1]), (words[-1], words[0])}
        if len(words) > 2:
            forms |= {tuple(words[i : i + 3]) for i in range(len(words) - 2)} | {(words[-1], *words[:2])}
        for form in forms:
            sets[len(form) - 1].add(" ".join(form))
            starts.add(form[0])
    if not any(sets):
        raise NamesTrouble("holds no name: give one full name a line, for example Jamie Smith")
    return {
        "format": FORMAT,
        "key_id": key_id(key),
        "check": digest(key, _CHECK.decode()),
        "hashes": {str(i + 1): sorted(digest(key, n) for n in names) for i, names in enumerate(sets)},
        "starts": sorted(digest(key, s) for s in starts),
    }


def key_id(key: bytes) -> str:
    """Eight characters by which people can tell keys apart; they say nothing of the key."""
    return hashlib.sha256(b"ccm names key id" + key).hexdigest()[:8]


def _fit(key: bytes) -> None:
    if len(key) < 16:
        raise NamesTrouble(
            f"the key of the names list has {len(key)} bytes; it needs 16 or more, for example from 'openssl rand -hex 32'"
        )


def load_names(path: Path, key: bytes) -> NameList:
    """A names list from its file. Raises NamesTrouble for a file that is no such list, or that was made with another key."""
    _fit(key)
    try:
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise NamesTrouble(f"{path}: the names list cannot be read ({error.strerror}); correct CCM_NAMES") from None
    except ValueError:
        raise NamesTrouble(f"{path}: the names list is not JSON; make it again") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise NamesTrouble(f"{path}: is no names list of format {FORMAT}; make it again")
    if not hmac.compare_digest(str(data.get("check", "")), digest(key, _CHECK.decode())):
        raise NamesTrouble(
            f"{path}: was made with the key {str(data.get('key_id', ''))[:8]!r}, and CCM_NAMES_KEY is {key_id(key)!r}; "
            "give the key it was made with, or make the list again"
        )
    hashes = data.get("hashes")
    sets = [hashes.get(size) if isinstance(hashes, dict) else None for size in "123"]
    starts = data.get("starts")
    if not all(_is_hashes(s) for s in (*sets, [] if starts is None else starts)):
        raise NamesTrouble(f"{path}: lacks the hashes of names of 1, 2 and 3 words; make it again")
    one, two, three = (frozenset(s or ()) for s in sets)
    return NameList(key, key_id(key), (one, two, three), None if starts is None else frozenset(starts))


def _is_hashes(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(h, str) and len(h) == 32 for h in value)


def names_of(environment: Mapping[str, str] = os.environ) -> NameList | None:
    """The names list that the environment names: CCM_NAMES, with CCM_NAMES_KEY in hex or the file CCM_NAMES_KEY_FILE.

    None where CCM_NAMES is not set. Raises NamesTrouble where the list or its key is missing or wrong.
    """
    path = environment.get("CCM_NAMES", "")
    return load_names(Path(path), names_key(environment)) if path else None


def names_key(environment: Mapping[str, str] = os.environ) -> bytes:
    """The key of the names list that the environment gives. Raises NamesTrouble."""
    text = environment.get("CCM_NAMES_KEY", "")
    place = "CCM_NAMES_KEY"
    if not text and (file := environment.get("CCM_NAMES_KEY_FILE", "")):
        place = "CCM_NAMES_KEY_FILE"
        try:
            text = Path(file).read_text("utf-8")
        except (OSError, ValueError):
            raise NamesTrouble(
                f"{place}: the file {file} with the key of the names list cannot be read; correct the path"
            ) from None
    if not text.strip():
        raise NamesTrouble("the names list needs its key: set CCM_NAMES_KEY (hex) or CCM_NAMES_KEY_FILE")
    try:
        return bytes.fromhex(text.strip())
    except ValueError:
        raise NamesTrouble(
            f"{place}: the key of the names list is not hex; it holds figures and the letters a to f"
        ) from None
