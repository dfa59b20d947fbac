"""A secret, wrapped once for each reader: a text of its own for each, so that nobody tries another's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ccm_site.keys import age
from ccm_site.keys.readers import Reader


@dataclass(frozen=True)
class Wrap:
    """A secret for one reader: their public key, and the age text that it opens."""

    to: str
    text: str


Wraps = Mapping[str, Wrap]
"""Person to wrap."""


@dataclass(frozen=True)
class Agreed:
    """Wraps after an attempt to make them agree with readers: who still lacks one, and whether old ones had to stay as the last."""

    wraps: Wraps
    lacking: tuple[str, ...] = ()
    kept_last: bool = False


def wrap_for(secret: bytes, readers: Iterable[Reader]) -> dict[str, Wrap]:
    return {reader.person: Wrap(reader.key, age.wrap(secret, [reader.key]).decode()) for reader in readers}


def open_own(wraps: Wraps, person: str, identity: age.Identity) -> bytes | None:
    """The secret, or None where there is no wrap for this person that this identity opens."""
    own = wraps.get(person)
    if own is None:
        return None
    try:
        return age.unwrap(own.text.encode(), identity)
    except age.Unopened:
        return None


def agree(wraps: Wraps, readers: Iterable[Reader], secret: Callable[[], bytes | None]) -> Agreed:
    """Wraps for exactly these readers. ``secret`` is asked only where one is missing, and gives None where it cannot be opened.

    The last wrap is never taken away: where none would be left, all stay.
    """
    wanted = {reader.person: reader for reader in readers}
    kept = {person: own for person, own in wraps.items() if person in wanted and own.to == wanted[person].key}
    missing = [reader for person, reader in wanted.items() if person not in kept]
    lacking: tuple[str, ...] = ()
    if missing:
        opened = secret()
        if opened is None:
            lacking = tuple(reader.person for reader in missing)
        else:
            kept |= wrap_for(opened, missing)
    return Agreed(kept, lacking) if kept else Agreed(wraps, lacking, kept_last=True)


def to_json(wraps: Wraps) -> dict[str, Any]:
    return {person: {"to": own.to, "text": own.text} for person, own in wraps.items()}


def from_json(data: Any) -> dict[str, Wrap]:
    """Raises KeyError, TypeError or AttributeError for another shape."""
    return {str(person): Wrap(str(own["to"]), str(own["text"])) for person, own in data.items()}
