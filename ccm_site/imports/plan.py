"""What an import is about to write: records made, changed, or found as they should be. Nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site import canonical
from ccm_site import source as sources
from ccm_site.imports.building import faults_of
from ccm_site.imports.masking import mask
from ccm_site.imports.pointers import listed
from ccm_site.imports.result import BadSource, Saved
from ccm_site.imports.saving import edited
from ccm_site.imports.values import clean, cut, line
from ccm_site.model import Record
from ccm_site.register import Loaded


class Plan:
    """The records of one import, with their bytes by path."""

    def __init__(self, root: Path, loaded: Loaded, title: str, file: Path, today: date):
        self.root, self.loaded, self.today = root, loaded, today
        self.kinds, self.register = loaded.kinds, loaded.register
        self.source = cut(f"{title} ({mask(line(clean(file.name)))[0]})", 200)
        """What records say of where they come from."""
        self.files: dict[str, bytes] = {}
        self.created: list[Saved] = []
        self.changed: list[Saved] = []
        self.unchanged: list[Saved] = []
        self._last: dict[tuple[str, int], int] = {}

    def create(
        self, data: Mapping[str, Any], label: str, rows: tuple[int, ...], files: MutableMapping[str, bytes] | None = None
    ) -> Saved:  # fmt: skip
        """A new record. Raises `BadSource` where its kind has no place for it."""
        kind = self.kinds[str(data["kind"])]
        path = next((p for t in kind.paths if (p := t.of(data))), None)
        if path is None:
            raise BadSource(f"schemas/{kind.name}.json does not say where {data['id']} belongs")
        (self.files if files is None else files)[path] = canonical.write(data)
        saved = Saved(kind.name, str(data["id"]), path, label, rows)
        self.created.append(saved)
        return saved

    def change(
        self, held: Record, changes: Mapping[str, Any], label: str, rows: tuple[int, ...],
        files: MutableMapping[str, bytes] | None = None,
    ) -> Saved:  # fmt: skip
        """A record of the register with changes by JSON pointer (None removes). Without changes it is as it should be."""
        told = {p: v for p, v in changes.items() if not p.startswith("/corrections")}
        saved = Saved(held.kind, held.id, held.path, label, rows, listed(held.data, told))
        if not changes:
            self.unchanged.append(saved)
            return saved
        into = self.files if files is None else files
        into[held.path] = edited(sources.parse(self.loaded.files.read(held.path), held.path), changes)
        self.changed.append(saved)
        return saved

    def next_id(self, kind: str, year: int) -> str:
        """The next free number of a kind in a year, for example RT-2026-0012, by all files that are there, readable or not."""
        prefix = self.kinds[kind].id_prefix
        if (kind, year) not in self._last:
            pattern = re.compile(rf"(?:\A|/){re.escape(prefix)}-{year:04d}-(\d{{4,6}})(?=\.yaml\Z|/)")
            paths = self.loaded.files.paths(self.kinds.folders)
            taken = [int(m[1]) for p in paths if (m := pattern.search(p))]
            taken += [int(r.id.rpartition("-")[2]) for r in self.loaded.misfits if _numbered(r.id, prefix, year)]
            self._last[kind, year] = max(taken, default=0)
        self._last[kind, year] += 1
        return f"{prefix}-{year:04d}-{self._last[kind, year]:04d}"

    def in_order(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data in the order of its schema, without what is empty."""
        order = {name: i for i, name in enumerate(self.kinds[str(data["kind"])].schema["properties"])}
        there = [p for p in data.items() if p[1] not in (None, "", [], {})]
        return dict(sorted(there, key=lambda p: order.get(p[0], len(order))))

    def retention(self, code: str) -> str | None:
        """The class of the retention schedule, where the register's schedule has it."""
        entries = self.register.table("retention").get("entries")
        known = {e.get("code") for e in entries if isinstance(e, Mapping)} if isinstance(entries, list) else set()
        return code if code in known else None

    def faults(self, data: Mapping[str, Any]) -> list[str]:
        """What the schema finds wrong with data, as plain lines. Empty where it is sound."""
        lacks, other = faults_of(data, self.kinds)
        return [f"it lacks {name}" for name in lacks] + other


def _numbered(id: str, prefix: str, year: int) -> bool:
    return re.fullmatch(rf"{re.escape(prefix)}-{year:04d}-\d{{4,6}}", id) is not None


def refuse_unreadable(loaded: Loaded, names: Iterable[str]) -> None:
    """Whether a row is there already cannot be known while a record of these kinds cannot be read. Raises `BadSource`."""
    names = frozenset(names)
    for name in sorted(names):
        if loaded.kinds.get(name) is None:
            raise BadSource(f"the register has no schemas/{name}.json. Add it from a new register: ccm init DIR")
    known = {r.path for r in loaded.register}
    for f in loaded.findings:
        kind = loaded.kinds.of_path(f.at.path)
        if kind is not None and kind.name in names and f.at.path not in known:
            raise BadSource(
                f"{f.at}: {f.message}. Mend it before importing ({f.fix}), so that nothing is entered twice"
            )
