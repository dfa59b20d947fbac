"""What an import reports: what it made and changed, what it left out and why, what it masked. Plain data, nothing printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class BadSource(Exception):
    """A file or mapping that cannot be imported at all: says what is wrong and how to mend it."""


class UnknownImport(Exception):
    """There is no import of that name: names those that there are."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that a later import changes; ``before`` is None where the record had no such field, ``after`` where it loses it."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Saved:
    """One record that the import makes, changes or finds as it should be. ``rows`` are the source's row numbers."""

    kind: str
    id: str
    path: str
    label: str
    rows: tuple[int, ...] = ()
    changes: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that does not go in. ``value`` is masked and clipped; ``column`` is "" where the whole row is meant."""

    row: int
    column: str
    value: str
    reason: str
    mend: str
    cell: str = ""
    """In a workbook with several sheets: the sheet and cell, for example ``Measures!G7``."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A place where something that looks like personal data was removed. Never holds the value."""

    row: int
    column: str
    kind: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A row that says what an earlier row said already, or only adds a supplier to it."""

    row: int
    into: int
    id: str


@dataclass(frozen=True)
class ImportResult:
    """What one import did, or with ``dry_run`` would do.

    Every row is accounted for: it made, changed or confirmed a record, was merged, rejected or left out.
    Row numbers count as a spreadsheet does (the header in row 1); in JSON they count entries from 1.
    """

    what: str
    mapping: str
    title: str
    file: str
    dry_run: bool
    rows: int
    created: tuple[Saved, ...]
    changed: tuple[Saved, ...]
    unchanged: tuple[Saved, ...]
    merged: tuple[Merged, ...]
    rejects: tuple[Reject, ...]
    masked: tuple[Masked, ...]
    notes: tuple[str, ...]
    written: tuple[str, ...]
    """Paths written, relative to the register, the file of rejects included. Empty in a dry run."""
    rejects_file: str = ""
    kind: str = "contract"
    """What the rows are about; the other kinds come with it."""
    called: str = "contracts"
    """How records of that kind are called, several of them."""
    unit: str = "rows"
    """What ``rows`` counts."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Rows that are none of this register's business: why, and how many."""

    def count(self, kind: str, what: str = "created") -> int:
        """How many records of a kind were ``created``, ``changed`` or ``unchanged``."""
        saved: tuple[Saved, ...] = getattr(self, what)
        return sum(s.kind == kind for s in saved)
