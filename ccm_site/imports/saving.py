"""The only part of an import that writes: each file whole or not at all, and none outside the register."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from ccm_site import canonical
from ccm_site.files import write_file
from ccm_site.imports.masking import mask
from ccm_site.imports.pointers import applied
from ccm_site.imports.result import BadSource, Reject
from ccm_site.source import Document


class Answer(Protocol):
    """One answer of a form: its cell, what was asked, and what was typed, masked."""

    @property
    def cell(self) -> str: ...
    @property
    def asked(self) -> str: ...
    @property
    def text(self) -> str: ...


_FORMULA = re.compile(r"[=+\-@\t\r]")
_PLAIN_NUMBER = re.compile(r"-?[\d.,]+\Z")


def save(root: Path, files: Mapping[str, bytes]) -> None:
    """Write files below ``root``, in their order, each by a temporary file put in its place. Raises `BadSource`."""
    base = os.path.realpath(root)
    sound: set[Path] = set()
    for path in files:  # all are looked at before any is written
        folder = (root / path).parent
        if folder not in sound:
            if os.path.commonpath([os.path.realpath(folder), base]) != base:
                raise BadSource(
                    f"{path} would be written outside the register: a link leads out of it. Remove the link"
                )
            sound.add(folder)
    for path, raw in files.items():
        try:
            write_file(root / path, raw)
        except OSError as error:
            done = "What was written before it stays; mend the cause and import again"
            raise BadSource(f"{path} cannot be written: {error.strerror}. {done}") from None


def save_all(root: Path, files: Mapping[str, bytes], rejects: str, raw: bytes | None) -> tuple[str, ...]:
    """Write the records and then the file of rejects; without rejects an older such file goes. The paths written."""
    files = dict(files)
    if raw is not None and not holds(root / rejects, raw):
        files[rejects] = raw
    save(root, files)
    if raw is None:
        (root / rejects).unlink(missing_ok=True)
    return tuple(files)


def edited(document: Document, changes: Mapping[str, Any]) -> bytes:
    """The file with the changes made. A file in canonical form and without comments is written anew, which gives the same bytes sooner."""
    if canonical.write(document.data) == document.raw:
        return canonical.write(applied(document.data, changes))
    return canonical.edit(document, changes)


def holds(path: Path, raw: bytes) -> bool:
    """Whether the file has these bytes already."""
    try:
        return path.read_bytes() == raw
    except OSError:
        return False


def rejects_path(file: Path) -> str:
    """Where the rejected rows of a file are put, relative to the register."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", mask(file.stem)[0])[:80].strip(".-") or "import"
    return f"build/imports/{stem}-rejects.csv"


def rejects_csv(columns: Sequence[str], rejects: Iterable[Reject], cells: Mapping[int, Sequence[str]]) -> bytes:
    """The rejected rows as CSV: row number, column, reason, mend, and the masked cells. No cell starts a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["row", "column", "reason", "mend", *map(harmless, columns)])
    for r in rejects:
        writer.writerow([r.row, harmless(r.column), r.reason, r.mend, *map(harmless, cells.get(r.row, ()))])
    return out.getvalue().encode("utf-8-sig")


def form_csv(answers: Iterable[Answer], rejects: Iterable[Reject]) -> bytes:
    """Every answer of a form that could not be taken in, masked, and beside each wrong one what is wrong. No cell starts a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["cell", "asked", "typed", "reason", "mend"])
    wrong = {r.cell: r for r in rejects}
    for a in answers:
        r = wrong.pop(a.cell, None)
        writer.writerow([a.cell, *map(harmless, (a.asked, a.text)), r.reason if r else "", r.mend if r else ""])
    for r in wrong.values():
        writer.writerow([r.cell, *map(harmless, (r.column, r.value)), r.reason, r.mend])
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """The cell so that no spreadsheet runs it: an apostrophe before what begins a formula."""
    return f"'{cell}" if _FORMULA.match(cell) and not _PLAIN_NUMBER.match(cell) else cell
