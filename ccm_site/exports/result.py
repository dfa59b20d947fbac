"""What an export gives: a file's name and bytes. Plain data, nothing written."""

from __future__ import annotations

from dataclasses import dataclass


class CannotExport(Exception):
    """What was asked for cannot be made: says why and how to mend it."""


class UnknownExport(Exception):
    """There is no export of that name: names those that there are."""


@dataclass(frozen=True)
class Exported:
    """A file to be written: the name that it would have, its bytes, and what is to be said of it."""

    name: str
    raw: bytes
    notes: tuple[str, ...] = ()
