"""What the register asks of a key store. A council's own vault can be one by doing this."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from ccm_site.keys.age import Identity
from ccm_site.keys.readers import Reader

if TYPE_CHECKING:
    from ccm_site.keys.erasure import Erased, Request


class Subject(NamedTuple):
    """Whom or what a sealed text is about: ``("case", "CH-7K2M9QX-C")``, ``("complaint", "K-2026-0001")``, ``("tender", "T-2026-0001")``."""

    of: str
    id: str


@dataclass(frozen=True)
class SubjectKey:
    """The public side of a subject's key: ``KY-`` with 16 random characters, and the recipient ``age1…`` to encrypt to."""

    id: str
    recipient: str


@dataclass(frozen=True)
class Shut:
    """Why a key does not open, with a sentence for people."""

    reason: Literal["unknown", "destroyed", "not_for_you"]
    words: str


class Keys(Protocol):
    """A store, opened by one reader on one day. Everything may raise KeyTrouble."""

    reader: Reader

    def key_for(self, subject: Subject) -> SubjectKey:
        """The current key of a subject; made, for every reader in force who reads ``subject.of``, where there is none."""

    def find(self, subject: Subject) -> tuple[SubjectKey, ...]:
        """All keys alive that belong to a subject: its own, and those that were joined to it."""

    def join(self, key_id: str, subject: Subject) -> None:
        """A key made for another subject belongs to this one too, so that erasing either destroys it."""

    def renew(self, subject: Subject) -> SubjectKey:
        """A new key as the current one of a subject. Its earlier ones belong to it still, and to whom they were joined."""

    def belongs_only(self, key_id: str, subjects: Collection[Subject]) -> bool:
        """Whether a key belongs to none but these subjects, so that erasing another does not destroy it."""

    def open(self, key_ids: Iterable[str]) -> Mapping[str, Identity | Shut]:
        """The secret half of each key, or why it stays shut."""

    def log(self, did: str, what: Sequence[str], why: str = "") -> None:
        """Note who did what to which records or keys (ids only) and when. Raises ValueError for what is no id."""

    def ended(self, day: date) -> str:
        """Why this reader may read no more on a day, in a sentence; "" while he or she may. Asks the store itself, each time."""

    def watched(self) -> tuple[Path, ...]:
        """Files that change when keys are destroyed or readers change, for whoever shows what was opened. May be empty."""

    def request_erasure(self, subject: Subject, reason: str, rule: str, post: str) -> str:
        """Ask for the keys of a subject to be destroyed, in a post of the reader's; gives the request's id ``ER-…``."""

    def pending(self) -> tuple[Request, ...]:
        """The requests that wait for a second person."""

    def confirm_erasure(self, request: str, post: str) -> Erased:
        """As another person, with another post: destroy the keys that a request names, in every copy of the store."""
