"""Files to records: every readable file of the register's folders becomes a record, linked both ways."""

from __future__ import annotations

import gc
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from ccm_site.keys import Identity, Keys, Shut, Subject
from ccm_site.kinds import SEALED, Field, Kind, Kinds, load_kinds
from ccm_site.model import Finding, Key, Link, Location, Record, Register, pointer_of
from ccm_site.sealing import (
    NOT_ITS_KEY,
    BadSeal,
    case_of,
    fault_of,
    is_key_of,
    joined,
    open_fields,
    seal_of,
    subject_of,
)
from ccm_site.source import Unreadable, blob_id, comments, parse

NO_KEYS = "no key store is at hand"
MARKER = "policy/register.yaml"
# Temporary files of this program and of editors, and folders of systems.
_LEFT_BEHIND = re.compile(r"\A\..*(\.tmp|\.sw[a-z]|\.lock)\Z|\A\.(#.*|DS_Store|git|~lock.*)\Z")


class NoRegister(Exception):
    """No register encloses the folder, or its schemas are missing."""


class Files(Protocol):
    """Where a register's files are read from: a work tree, or one commit."""

    def paths(self, folders: Iterable[str]) -> list[str]: ...

    def read(self, path: str) -> bytes: ...


@dataclass(frozen=True)
class WorkTree:
    """The files as they lie on disk below ``root``."""

    root: Path

    def paths(self, folders: Iterable[str]) -> list[str]:
        """Every file below the folders, relative, with forward slashes, in order. What programs leave beside files is left out."""
        return sorted(p for folder in folders for p in _walk(self.root / folder, folder))

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def leaves(self, path: str) -> bool:
        """Whether the path runs through a link to somewhere outside the register."""
        real = os.path.realpath(self.root / path)
        return os.path.commonpath([real, os.path.realpath(self.root)]) != os.path.realpath(self.root)


def _walk(folder: Path, name: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.name == ".gitkeep" or _LEFT_BEHIND.search(entry.name):
            continue
        path = f"{name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), path)
        else:
            yield path


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


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that is a register. Raises `NoRegister`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise NoRegister(f"{start} is in no register: no folder above it has {MARKER}. Make one with: ccm init DIR")


def load(root: Path, keys: Keys | None = None) -> Loaded:
    """Load the register at ``root``. Raises `NoRegister` or `kinds.BadSchema` where there is nothing to load by.

    With ``keys``, what they open of sealed parts is opened, in memory; the rest says why it stayed shut.
    """
    if not (root / "schemas").is_dir():
        raise NoRegister(f"{root} has no schemas/ folder. Make a register with: ccm init DIR")
    return load_from(WorkTree(root), load_kinds(root / "schemas"), keys)


def load_from(files: Files, kinds: Kinds, keys: Keys | None = None) -> Loaded:
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
                aside.extend(
                    Aside(path, n, line) for n, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1)
                )
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
        _open_seals(records, kinds, keys)
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


def _open_seals(records: dict[Key, Record], kinds: Kinds, keys: Keys | None) -> None:
    """Put the sealed fields that the keys open into their records; say of the others why they stayed shut."""
    sealed = [r for r in records.values() if r.seal]
    if not sealed:
        return
    opened = keys.open({r.seal.key for r in sealed if r.seal}) if keys else {}
    if keys:
        keys.log("opened", [r.id for r in sealed if r.seal and not isinstance(opened.get(r.seal.key), Shut)])
    for r in sealed:
        records[r.key] = _opened(r, kinds, opened)
    if keys:
        _belonging(records, [records[r.key] for r in sealed], kinds, keys)


def _belonging(records: dict[Key, Record], sealed: list[Record], kinds: Kinds, keys: Keys) -> None:
    """Find the opened records that are sealed with a key which is not theirs.

    With a key that is not their subject's, erasing it would leave them readable; with one that is another case's too, erasing that
    would take them along.
    """
    known: dict[tuple[str, frozenset[Subject]], bool] = {}
    for r in sealed:
        if r.seal is None or r.seal.shut or r.seal.fault:
            continue
        placement = records.get(Key("placement", str(r.data.get("placement"))))
        if placement is not None and placement.seal and placement.seal.shut:
            continue
        of = placement.data if placement is not None and r.kind != "placement" else None
        about = (r.seal.key, frozenset(s for s in (subject_of(kinds[r.kind], r.data, of), case_of(r.data, of)) if s))
        if about not in known:
            known[about] = is_key_of(keys, *about)
        if not known[about]:
            records[r.key] = replace(r, seal=replace(r.seal, fault=NOT_ITS_KEY))


def _opened(record: Record, kinds: Kinds, identities: Mapping[str, Identity | Shut]) -> Record:
    seal = record.seal
    assert seal is not None
    identity = identities.get(seal.key)
    if identity is None:
        return replace(record, seal=replace(seal, shut=NO_KEYS))
    if isinstance(identity, Shut):
        return replace(record, seal=replace(seal, shut=identity.words, erased=identity.reason == "destroyed"))
    try:
        fields = open_fields(seal.text, identity, record.key, kinds.sealable(kinds[record.kind]))
    except BadSeal as fault:
        return replace(record, seal=replace(seal, shut=str(fault), fault=seal.fault or str(fault)))
    return replace(record, data=joined(kinds[record.kind], record.data, fields))


def values_at(
    data: Any, path: tuple[str, ...], at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value that a field path reaches in a record's data, with where it stands (``*`` goes through a list)."""
    if not path:
        yield at, data
    elif path[0] == "*":
        if isinstance(data, list):
            for index, item in enumerate(data):
                yield from values_at(item, path[1:], (*at, index))
    elif isinstance(data, Mapping) and path[0] in data:
        yield from values_at(data[path[0]], path[1:], (*at, path[0]))


def linked(
    records: Mapping[Key, Record], kinds: Kinds, unreadable: Mapping[str, str] = MappingProxyType({})
) -> tuple[Register, list[Finding]]:
    """The records as a register, with their links both ways, and a finding for each reference or code that leads nowhere.

    ``unreadable`` has the paths of files that could not be read by the ids that their names suggest.
    """
    links: dict[Key, tuple[Link, ...]] = {}
    back: dict[Key, list[Link]] = defaultdict(list)
    broken: list[Finding] = []
    codes = _policy_codes(records, kinds)
    for record in records.values():
        kind = kinds[record.kind]
        mine = []
        for f in kind.refs:
            for at, value in values_at(record.data, f.path):
                if not isinstance(value, str):
                    continue
                target = next((k for name in f.ref if (k := Key(name, value)) in records), None)
                if target is None:
                    broken.append(_broken(record, f, pointer_of(at), value, records, kinds, unreadable))
                    continue
                link = Link(record.key, pointer_of(at), target, _link_name(kind, f), f.backlink)
                mine.append(link)
                back[target].append(link)
        for f in kind.coded:
            for at, value in values_at(record.data, f.path):
                if isinstance(value, str) and value not in codes.get(f.codes, ()):
                    broken.append(_bad_code(record, f, pointer_of(at), value, codes.get(f.codes)))
        if mine:
            links[record.key] = tuple(mine)
    return Register(records, links, {k: tuple(sorted(v)) for k, v in back.items()}), broken


def _link_name(kind: Kind, f: Field) -> str:
    if f.path[-1] != "*":
        return f.title
    parent = next((p for p in kind.all_fields if p.path == f.path[:-1]), None)
    return parent.title if parent else f.title


def _policy_codes(records: Mapping[Key, Record], kinds: Kinds) -> dict[str, tuple[str, ...]]:
    out = {}
    for kind in kinds:
        table = records.get(Key(kind.name, kind.name)) if kind.has_codes else None
        if table is not None:
            entries = table.data.get("entries")
            out[kind.name] = tuple(
                e["code"] for e in entries if isinstance(e, dict) and isinstance(e.get("code"), str)
            ) if isinstance(entries, list) else ()  # fmt: skip
    return out


def _broken(
    record: Record,
    f: Field,
    pointer: str,
    value: str,
    records: Mapping[Key, Record],
    kinds: Kinds,
    unreadable: Mapping[str, str],
) -> Finding:
    titles = " or ".join(kinds[name].title.lower() for name in f.ref)
    if record.hides(f.path[0]):
        message, fix = f"{f.title}: names a {titles} that there is not", f"name one that exists, or add the {titles}"
        return Finding("R-ID-2", "error", message, Location(record.path, pointer=pointer), fix)
    message = f"{f.title}: there is no {titles} '{_clip(value)}'"
    related: tuple[Location, ...] = ()
    other = next((records[k] for k in records if k.id == value), None)
    ids = [k.id for k in records if k.kind in f.ref]
    if value in unreadable:
        message = f"{f.title}: '{_clip(value)}' cannot be read"
        fix = f"mend {unreadable[value]} first"
        related = (Location(unreadable[value]),)
    elif other is not None:
        fix = f"{value} is a {kinds[other.kind].title.lower()}; name a {titles}"
        related = (Location(other.path),)
    else:
        versions = sorted((i for i in ids if i.startswith(f"{value}/v")), key=len)
        near = versions[-1:] or get_close_matches(value, ids, 1, 0.6)
        fix = f"did you mean '{near[0]}'?" if near else f"name one that exists, or add the {titles}"
        if near:
            related = tuple(
                Location(records[Key(name, near[0])].path) for name in f.ref if Key(name, near[0]) in records
            )
    return Finding("R-ID-2", "error", message, Location(record.path, pointer=pointer), fix, related)


def _bad_code(record: Record, f: Field, pointer: str, value: str, codes: tuple[str, ...] | None) -> Finding:
    at = Location(record.path, pointer=pointer)
    where = Location(f"policy/{f.codes}.yaml")
    if codes is None:
        return Finding(
            "R-ID-2",
            "error",
            f"{f.title}: the register has no table of {f.codes.replace('_', ' ')}",
            at,
            f"add {where.path}",
        )
    if record.hides(f.path[0]):
        return Finding(
            "R-ID-2", "error", f"{f.title}: the code is not in {where.path}", at, "use a code that is", (where,)
        )
    near = get_close_matches(value, codes, 1, 0.5)
    fix = f"did you mean '{near[0]}'?" if near else f"use one of: {', '.join(sorted(set(codes)))}"
    return Finding("R-ID-2", "error", f"{f.title}: '{_clip(value)}' is not in {where.path}", at, fix, (where,))


def _clip(value: str) -> str:
    return value if len(value) <= 60 else value[:57] + "…"
