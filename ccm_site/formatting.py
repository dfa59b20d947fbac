"""`ccm fmt`: every record of a register in canonical form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ccm_site.canonical import format_bytes
from ccm_site.files import write_file
from ccm_site.kinds import load_kinds
from ccm_site.model import Finding, Location
from ccm_site.register import WorkTree
from ccm_site.source import Unreadable, parse


@dataclass(frozen=True)
class Formatted:
    """Which files were, or would be, re-written; which could not be read; how many were looked at."""

    changed: tuple[str, ...]
    faults: tuple[Finding, ...]
    seen: int


def format_files(root: Path, only: Sequence[str] = (), *, write: bool = True) -> Formatted:
    """Put the records at or below the given paths (all, where none is given) into canonical form, comments kept."""
    files = WorkTree(root)
    changed: list[str] = []
    faults: list[Finding] = []
    seen = 0
    for path in files.paths(load_kinds(root / "schemas").folders):
        if not path.endswith(".yaml") or files.leaves(path):
            continue
        if only and not any(path == o or path.startswith(f"{o}/") or o == "." for o in only):
            continue
        seen += 1
        try:
            raw = files.read(path)
            formatted = format_bytes(parse(raw, path))
        except Unreadable as fault:
            faults.extend(fault.findings)
            continue
        except ValueError as error:
            faults.append(Finding("R-ID-5", "error", str(error), Location(path), "write it by hand"))
            continue
        if formatted != raw:
            changed.append(path)
            if write:
                write_file(root / path, formatted)
    return Formatted(tuple(changed), tuple(faults), seen)
