"""Who may read which subjects, with which key, from when to when."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.keys.age import is_recipient
from ccm_site.keys.trouble import BadReader, Damaged, NoReaders, ReaderExpired, ReaderNotYet, in_words


@dataclass(frozen=True)
class Reader:
    """A person with a public key (``age1…``), the posts that they hold, and what their posts read: ``Subject.of`` words.

    In force from ``from_`` to ``until``, both days included; None is without end.
    """

    person: str
    key: str
    posts: tuple[str, ...]
    reads: frozenset[str]
    from_: date
    until: date | None = None

    def in_force(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day <= self.until)

    def may_read(self, of: str, day: date) -> bool:
        return of in self.reads and self.in_force(day)


def to_json(reader: Reader) -> dict[str, Any]:
    return {
        "person": reader.person,
        "key": reader.key,
        "posts": list(reader.posts),
        "reads": sorted(reader.reads),
        "from": reader.from_.isoformat(),
        "until": reader.until.isoformat() if reader.until else None,
    }


def from_json(data: Any) -> Reader:
    """The reader that JSON says. Raises ValueError where a part is missing or is no date."""
    try:
        return Reader(
            str(data["person"]), str(data["key"]), tuple(map(str, data["posts"])), frozenset(map(str, data["reads"])),
            date.fromisoformat(data["from"]), date.fromisoformat(data["until"]) if data["until"] else None,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"is no reader: {error}") from None


def check_readers(readers: Sequence[Reader], today: date, place: Path) -> None:
    """Raises BadReader for a key that is none, or a person or key that is there twice; NoReaders where none is in force."""
    people: set[str] = set()
    keys: set[str] = set()
    for reader in readers:
        if not reader.person:
            raise BadReader(place, "a reader without a person", "name the person")
        if not is_recipient(reader.key):
            raise BadReader(
                place, f"the key of {reader.person} is no age public key", "give the text that begins with age1"
            )
        if reader.person in people or reader.key in keys:
            raise BadReader(
                place,
                f"{reader.person}, or the key of {reader.person}, is there twice",
                "name each person and key once",
            )
        people.add(reader.person)
        keys.add(reader.key)
    if not any(reader.in_force(today) for reader in readers):
        raise NoReaders(
            place, f"no reader would be in force on {in_words(today)}, so that nobody could ever open the store again",
            "keep at least one reader in force",
        )  # fmt: skip


def check_dates(reader: Reader, today: date, place: Path) -> None:
    """Raises ReaderNotYet or ReaderExpired."""
    if today < reader.from_:
        raise ReaderNotYet(
            place, f"{reader.person} reads from {in_words(reader.from_)} only", "wait, or have the date mended"
        )
    if reader.until is not None and today > reader.until:
        raise ReaderExpired(
            place, f"{reader.person} read until {in_words(reader.until)} only",
            "have the post's date mended, and let another reader run: ccm keys rewrap",
        )  # fmt: skip


def list_to_json(readers: Iterable[Reader], secret: bytes) -> dict[str, Any]:
    """The readers' list, with a code that only a reader can make: nobody else can write themselves into it."""
    listed = [to_json(reader) for reader in readers]
    return {"readers": listed, "mac": _mac(listed, secret)}


def list_from_json(data: Any, secret: bytes | None, path: Path) -> tuple[Reader, ...]:
    """The readers of a list; its code is tried where the secret is given. Raises Damaged."""
    try:
        listed = data["readers"]
        readers = tuple(from_json(item) for item in listed)
        sound = secret is None or hmac.compare_digest(str(data["mac"]), _mac(listed, secret))
    except (KeyError, TypeError, ValueError):
        sound, readers = False, ()
    if not sound:
        raise Damaged(
            path,
            "the list of readers was not written by a reader of this store",
            "restore a backup with: ccm keys restore FILE",
        )
    return readers


def _mac(listed: Any, secret: bytes) -> str:
    return hmac.new(secret, b"\0readers\0" + json.dumps(listed, sort_keys=True).encode(), hashlib.sha256).hexdigest()
