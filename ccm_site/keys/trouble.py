"""What can go wrong with keys, in words that say where, what, by which rule, and what to do."""

from __future__ import annotations

from datetime import date
from pathlib import Path


class KeyTrouble(Exception):
    """Something about keys could not be done; nothing was overwritten.

    Its text is one line: the place, what is wrong, the rule, the mend. Rule R-PRV-9 is the one that asks for keys outside Git.
    """

    def __init__(self, place: Path | str, what: str, mend: str, rule: str = "R-PRV-9") -> None:
        self.place, self.what, self.mend, self.rule = str(place), what, mend, rule
        super().__init__(f"{place}: {what} ({rule}). {mend[:1].upper()}{mend[1:]}.")


class NoStore(KeyTrouble):
    """There is no key store at this place."""


class FolderTaken(KeyTrouble):
    """Something lies already where something new was to be made."""


class InsideGit(KeyTrouble):
    """Secrets were to be put into a folder that Git keeps for ever."""


class NoIdentity(KeyTrouble):
    """There is no identity file at this place, or it holds no identity."""


class WrongIdentity(KeyTrouble):
    """This identity is not one of a reader."""


class WrongPassphrase(KeyTrouble):
    """The passphrase does not open the identity file."""


class OpenToOthers(KeyTrouble):
    """Other people on this machine can read a file that is for its owner only."""


class ReaderExpired(KeyTrouble):
    """The reader's time is over."""


class ReaderNotYet(KeyTrouble):
    """The reader's time has not begun."""


class BadReader(KeyTrouble):
    """Who may read what is said in a way that cannot be followed."""


class NoReaders(KeyTrouble):
    """Nobody could open what was to be made."""


class StoreLocked(KeyTrouble):
    """Somebody else is writing, and did not finish in time."""


class Damaged(KeyTrouble):
    """A file does not hold what it should."""


class NotReadable(KeyTrouble):
    """The system lets one not read a file of the store, or of its escrow folder."""


class NotWritable(KeyTrouble):
    """The store, its log, its escrow folder or a backup cannot be written."""


class EscrowAway(KeyTrouble):
    """The escrow folder cannot be reached, or belongs to another store."""


class ErasureRefused(KeyTrouble):
    """An erasure does not fulfil its rule: two persons, two posts, in time."""


class BackupExpired(KeyTrouble):
    """The backup's time is over: its key is destroyed, and nobody can open it."""


class ForeignBackup(KeyTrouble):
    """The backup and the escrow folder belong to different stores, or the escrow folder does not hold its key."""


def in_words(day: date) -> str:
    """A date for people: 25 November 2026."""
    return f"{day.day} {day:%B %Y}"
