"""Files to records: every readable file of the register's folders becomes a record, or a finding that says why not."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ccm_site.keys import Keys
from ccm_site.kinds import SEALED, Kinds, load_kinds
from ccm_site.model import Finding, Key, Location, Record, Register
from ccm_site.register.files import Files, NoRegister, WorkTree
from ccm_site.register.linking import linked
from ccm_site.register.opening import NO_KEYS, open_seals
from ccm_site.sealing import fault_of, seal_of
from ccm_site.source import Unreadable, blob_id, comments, parse


class Aside(NamedTuple):
    """A text of a file that is no value of a record."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Loaded:
    """A register as loaded: its records, its kinds, and what could not become a record, and why."""

    files: Files
    kinds: Kinds
    register: Register
    findings: tuple[Finding, ...]
    misfits: tuple[Record, ...]
    """Records whose kind or id is unusable, or already taken: checked against their schema, but cited by nobody."""
    aside: tuple[Aside, ...] = ()
    """What stands in the files and is in no record: comments, and the lines of files that could not be read."""

    @cached_property
    def shut(self) -> tuple[Record, ...]:
        """The records whose sealed part is not open, in the order of their paths."""
        return tuple(sorted((r for r in self.register if r.seal and r.seal.shut), key=lambda r: r.path))


def load(root: Path, keys: Keys | None = None, without: str = NO_KEYS) -> Loaded:
    """Load the register at ``root``. Raises `NoRegister` or `kinds.BadSchema` where there is nothing to load by.

    With ``keys``, what they open of sealed parts is opened, in memory; the rest says why it stayed shut: ``without``
    where there are no keys.
    """
    if not (root / "schemas").is_dir():
        raise NoRegister(f"{root} has no schemas/ folder. Make a register with: ccm init DIR")
    return load_from(WorkTree(root), load_kinds(root / "schemas"), keys, without)


def load_from(files: Files, kinds: Kinds, keys: Keys | None = None, without: str = NO_KEYS) -> Loaded:
    """Every record in the files, by the given kinds, with its links."""
    findings: list[Finding] = []
    records: dict[Key, Record] = {}
    misfits: list[Record] = []
    unreadable: dict[str, str] = {}
    aside: list[Aside] = []
    enabled = gc.isenabled()
    gc.disable()  # tens of thousands of small dicts, none of them garbage
    try:
        for path in _sound_paths(files, kinds, findings, aside):
            raw = files.read(path)
            try:
                document = parse(raw, path)
            except Unreadable as fault:
                findings.extend(fault.findings)
                unreadable[_id_of_path(path)] = path
                aside.extend(Aside(path, n, line) for n, line in _lines(raw))
                continue
            record = _record(document.data, path, blob_id(raw), kinds, findings)
            said = comments(document)
            aside.extend(Aside(path, line, text) for line, text in said)
            if said and (kind := kinds.get(record.kind)) and (record.seal or kind.audience == "restricted"):
                findings.append(Finding(
                    "R-PRV-9", "error", "has a comment, which would lie here in clear", Location(path, said[0][0]),
                    "put what it says into a field, or remove it",
                ))  # fmt: skip
            first = records.get(record.key)
            if record.kind not in kinds.by_name or not record.id or not isinstance(document.data.get("id"), str):
                misfits.append(record)
            elif first is not None:
                misfits.append(record)
                findings.append(Finding(
                    "R-ID-1", "error", f"has the id {record.id}, which {first.path} has already",
                    Location(path, pointer="/id"), "give one of the two another id", (Location(first.path, pointer="/id"),),
                ))  # fmt: skip
            else:
                records[record.key] = record
        open_seals(records, kinds, keys, without)
        register, broken = linked(records, kinds, unreadable)
    finally:
        if enabled:
            gc.enable()
    return Loaded(files, kinds, register, (*findings, *broken), tuple(misfits), tuple(aside))


def _lines(raw: bytes) -> Iterator[tuple[int, str]]:
    return enumerate(raw.decode("utf-8", "replace").splitlines(), 1)


def _sound_paths(files: Files, kinds: Kinds, findings: list[Finding], aside: list[Aside]) -> Iterator[str]:
    """The paths of records; what is no record's path, or a dangerous one, becomes a finding."""
    seen: dict[str, str] = {}
    leaves = files.leaves if isinstance(files, WorkTree) else lambda _path: False
    for path in files.paths(kinds.folders):
        name = path.rpartition("/")[2]
        if name == "README.md":
            aside.extend(Aside(path, n, line) for n, line in _lines(files.read(path)))
            continue
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            findings.append(Finding(
                "R-ID-1", "error", f"differs from {other} only in capital and small letters", Location(path),
                "rename one of them: on Windows and macOS they are the same file", (Location(other),),
            ))  # fmt: skip
            continue
        if not name.endswith(".yaml"):
            findings.append(Finding(
                "R-PRV-8", "error", "is no record: only .yaml files lie in the register's folders", Location(path),
                "rename a record to .yaml; keep documents in the file store and cite them",
            ))  # fmt: skip
            continue
        if leaves(path):
            findings.append(Finding(
                "R-ID-5", "error", "is a link that leaves the register", Location(path), "put the file itself here",
            ))  # fmt: skip
            continue
        yield path


def _id_of_path(path: str) -> str:
    parts = path.removesuffix(".yaml").split("/")
    named_after_kind = len(parts) > 1 and parts[-1].islower() and parts[-1].isalpha() and parts[-2] not in ("policy",)
    if parts[-1].startswith("v") and parts[-1][1:].isdigit():
        return f"{parts[-2]}/{parts[-1]}"
    return parts[-2] if named_after_kind and parts[0] != "policy" else parts[-1]


def _record(data: dict[str, Any], path: str, blob: str, kinds: Kinds, findings: list[Finding]) -> Record:
    name = data.get("kind")
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        by_path = kinds.of_path(path)
        if name is None:
            message, fix = "does not say what kind of record it is", "begin it with 'kind:'"
            if by_path:
                fix = f"begin it with 'kind: {by_path.name}'"
        else:
            near = get_close_matches(str(name), kinds.by_name, 1, 0.6)
            hint = by_path.name if by_path else near[0] if near else None
            message = f"is of the kind '{name}', which there is not"
            fix = f"did you mean '{hint}'?" if hint else f"use one of: {', '.join(sorted(kinds.by_name))}"
        findings.append(Finding("R-ID-1", "error", message, Location(path, pointer="/kind" if name else ""), fix))
        return Record(Key(str(name), str(data.get("id", ""))), path, data, blob)
    if isinstance(data.get("id"), str):
        expected = [p for t in kind.paths if (p := t.of(data))]
        if expected and path not in expected:
            findings.append(Finding(
                "R-ID-1", "error", f"{kind.title} {data['id']} does not lie where it belongs",
                Location(path, pointer="/id"), f"move the file to {' or '.join(expected)}, or correct what its id or fields say",
            ))  # fmt: skip
    seal = seal_of(data) if kind.seals else None
    if seal is None:
        return Record(kind.key_of(data), path, data, blob)
    clear = {n: v for n, v in data.items() if n != SEALED}
    return Record(kind.key_of(data), path, clear, blob, replace(seal, fault=fault_of(data[SEALED])), tuple(clear))
