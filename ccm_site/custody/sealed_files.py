"""Files of records sealed and opened. What is open is only ever in memory; what did not change keeps its sealed text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ccm_site.canonical import write
from ccm_site.files import write_file
from ccm_site.keys import Keys, Shut, Subject, SubjectKey
from ccm_site.keys.age import Unopened, unwrap, wrap
from ccm_site.kinds import SEALED, Kind, Kinds, load_kinds
from ccm_site.model import Finding, Location
from ccm_site.register import WorkTree
from ccm_site.sealing import BadSeal, case_of, is_key_of, joined, open_fields, parted, seal_fields, seal_of, subject_of
from ccm_site.source import Document, Unreadable, comments, parse

_RULE = "R-PRV-9"


class CannotSeal(Exception):
    """A record that cannot be sealed or opened. Carries the finding."""

    def __init__(self, finding: Finding):
        super().__init__(finding.message)
        self.finding = finding


@dataclass(frozen=True)
class SealedFiles:
    """Which files were, or would be, sealed; which could not be, and why; how many were looked at."""

    changed: tuple[str, ...]
    faults: tuple[Finding, ...]
    seen: int


class Sealer:
    """Seals and opens the records of one register with one opened key store."""

    def __init__(self, root: Path, kinds: Kinds, keys: Keys):
        self.root = root
        self.kinds = kinds
        self.keys = keys
        self._placements: dict[str, Mapping[str, Any] | None] = {}

    def open(self, document: Document) -> dict[str, Any]:
        """A record's data with its sealed fields. Raises `CannotSeal` where they do not open."""
        data = self._opened(document)
        if SEALED in document.data:
            self.keys.log("unsealed", [str(document.data.get("id"))])
        return data

    def _opened(self, document: Document) -> dict[str, Any]:
        kind, fields = self._kind(document), self._fields(document)
        return dict(document.data) if kind is None or fields is None else joined(kind, document.data, fields)

    def _fields(self, document: Document) -> dict[str, Any] | None:
        """What is in a record's sealed part; None where it has none. Raises `CannotSeal`."""
        kind = self._kind(document)
        seal = seal_of(document.data) if kind else None
        if kind is None or seal is None:
            return None
        identity = self.keys.open([seal.key])[seal.key]
        if isinstance(identity, Shut):
            gone = identity.reason == "destroyed"
            fix = "nothing can be done: look for its disposal" if gone else "ask somebody whose posts may read it"
            raise _fault(document, identity.words, fix, f"/{SEALED}")
        try:
            return open_fields(seal.text, identity, kind.key_of(document.data), self.kinds.sealable(kind))
        except BadSeal as bad:
            raise _fault(document, str(bad), "take it back from an earlier state of the file", f"/{SEALED}") from None

    def seal(self, document: Document, before: Document | None = None) -> bytes:
        """The bytes of the record with everything sealed that is to be sealed; its own bytes where nothing is to be done.

        Where the fields and their subject are those of ``before``, an earlier state of the same record, its sealed text is kept, so
        that saving again makes no difference. Raises `CannotSeal`.
        """
        kind = self._kind(document)
        if kind is None:
            return document.raw
        clear, fields = parted(self.kinds, kind, document.data)
        if SEALED in document.data:
            if not fields and self._is_its_own(kind, document):
                return document.raw
            before = before or document
            whole = (
                self._opened(Document(document.path, document.raw, {**clear, SEALED: document.data[SEALED]})) | fields
            )
            clear, fields = parted(self.kinds, kind, whole)
        if not fields:
            return document.raw
        if said := comments(document):
            raise CannotSeal(Finding(
                _RULE, "error", "has a comment, which would stay in clear", Location(document.path, said[0][0]),
                "put what it says into a field, or remove it",
            ))  # fmt: skip
        return write(clear | {SEALED: self._sealed(kind, document, clear, fields, before)})

    def keep_draft(self, record: Document, typed: bytes) -> None:
        """Keep what somebody typed, which is no record yet, sealed to the key of the record that it was typed for."""
        write_file(self._draft_file(record), self._draft_seal(record, typed), private=True)

    def draft(self, record: Document) -> bytes | None:
        """What was kept of an earlier attempt; None where there is nothing, or nothing that opens."""
        kind, file = self._kind(record), self._draft_file(record)
        if kind is None or not file.exists():
            return None
        ids = [k.id for k in self.keys.find(self._subject(kind, self.open(record)))]
        for identity in self.keys.open(ids).values():
            with suppress(Unopened):
                if not isinstance(identity, Shut):
                    return unwrap(file.read_bytes(), identity)
        return None

    def drop_draft(self, record: Document) -> None:
        self._draft_file(record).unlink(missing_ok=True)

    def _draft_file(self, record: Document) -> Path:
        return self.root / "build" / "drafts" / f"{record.path.replace('/', '.')}.age"

    def _draft_seal(self, record: Document, typed: bytes) -> bytes:
        kind = self._kind(record)
        if kind is None:
            raise _fault(record, "has nothing that is sealed", "edit the file itself")
        data = self.open(record)
        key = self._key(self._subject(kind, data), self._case(kind, data))
        return wrap(typed, [key.recipient], armoured=False)

    def _sealed(
        self,
        kind: Kind,
        document: Document,
        clear: Mapping[str, Any],
        fields: Mapping[str, Any],
        before: Document | None,
    ) -> dict[str, str]:
        key = kind.key_of(document.data)
        whole = {**clear, **fields}
        subject, case = self._subject(kind, whole), self._case(kind, whole)
        seal = seal_of(before.data) if before else None
        try:
            old = self._fields(before) if before and seal else None
        except CannotSeal:
            old = None  # it is replaced by a sound one
        same_link = before is not None and before.data.get("placement") == whole.get("placement")
        if seal and old is not None and same_link and self._case_unknown(kind, whole):
            made = next((k for k in self.keys.find(subject) if k.id == seal.key), None) or self._key(subject, case)
        else:
            made = self._key(subject, case)
        if case and case == subject:
            # What was sealed before the case was known stays in the history: it goes when the case goes.
            self._join([k.id for k in self.keys.find(Subject(kind.name, key.id))], case)
        if seal and seal.key == made.id and old == fields:
            return {"key": seal.key, "text": seal.text}
        return {"key": made.id, "text": seal_fields(fields, made.recipient, key)}

    def _key(self, subject: Subject, case: Subject | None) -> SubjectKey:
        """A key that belongs to a subject and its case, and to nobody else.

        One that belongs to another case stays with that: erasing either of the two must not reach the other's text.
        """
        wanted = {s for s in (subject, case) if s}
        known = (self.keys.key_for(subject), *self.keys.find(subject))
        made = next((k for k in known if self.keys.belongs_only(k.id, wanted)), None) or self.keys.renew(subject)
        if case and case != subject:
            self._join([made.id], case)
        return made

    def _join(self, ids: Sequence[str], case: Subject) -> None:
        held = {k.id for k in self.keys.find(case)}
        for id in ids:
            if id not in held:
                self.keys.join(id, case)

    def _is_its_own(self, kind: Kind, document: Document) -> bool:
        """Whether a sealed record is closed with its subject's key; what does not open is left as it is."""
        try:
            data = self._opened(document)
        except CannotSeal:
            return True
        if self._case_unknown(kind, data):
            return True
        wanted = {s for s in (self._subject(kind, data), self._case(kind, data)) if s}
        return is_key_of(self.keys, document.data[SEALED]["key"], wanted)

    def _case_unknown(self, kind: Kind, data: Mapping[str, Any]) -> bool:
        """Whether a record names a placement that cannot be read here, so that nobody can say which case it is about."""
        names_one = kind.name != "placement" and isinstance(data.get("placement"), str)
        return names_one and not isinstance(data.get("child_ref"), str) and self._placement_of(kind, data) is None

    def _subject(self, kind: Kind, data: Mapping[str, Any]) -> Subject:
        return subject_of(kind, data, self._placement_of(kind, data))

    def _case(self, kind: Kind, data: Mapping[str, Any]) -> Subject | None:
        return case_of(data, self._placement_of(kind, data))

    def _placement_of(self, kind: Kind, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
        placement = data.get("placement")
        return self._placement(placement) if kind.name != "placement" and isinstance(placement, str) else None

    def _placement(self, id: str) -> Mapping[str, Any] | None:
        """The opened data of a placement; None where there is none or it does not open."""
        if id not in self._placements:
            kind = self.kinds.get("placement")
            paths = [p for t in kind.paths if (p := t.of({"kind": "placement", "id": id}))] if kind else []
            found = None
            for path in paths:
                try:
                    found = self._opened(parse((self.root / path).read_bytes(), path))
                except (OSError, Unreadable, CannotSeal):
                    continue
            self._placements[id] = found
        return self._placements[id]

    def _kind(self, document: Document) -> Kind | None:
        kind = self.kinds.get(str(document.data.get("kind")))
        return kind if kind and kind.seals else None


def seal_files(root: Path, keys: Keys, only: Sequence[str] = (), *, write_them: bool = True) -> SealedFiles:
    """Seal the records at or below the given paths (all, where none is given)."""
    files, kinds = WorkTree(root), load_kinds(root / "schemas")
    sealer = Sealer(root, kinds, keys)
    changed: list[str] = []
    faults: list[Finding] = []
    seen = 0
    for path in files.paths(kinds.folders):
        if not path.endswith(".yaml") or files.leaves(path):
            continue
        if only and not any(path == o or path.startswith(f"{o}/") or o == "." for o in only):
            continue
        seen += 1
        try:
            document = parse(files.read(path), path)
            sealed = sealer.seal(document)
        except Unreadable as fault:
            faults.extend(fault.findings)
            continue
        except CannotSeal as fault:
            faults.append(fault.finding)
            continue
        if sealed != document.raw:
            changed.append(path)
            if write_them:
                write_file(root / path, sealed)
    return SealedFiles(tuple(changed), tuple(faults), seen)


def opened_text(root: Path, keys: Keys, path: str) -> bytes:
    """A record's file as YAML with its sealed fields in clear, for the eye. Raises `CannotSeal`, `Unreadable` or OSError."""
    document = parse((root / path).read_bytes(), path)
    data = Sealer(root, load_kinds(root / "schemas"), keys).open(document)
    return document.raw if data == document.data else write(data)


def _fault(document: Document, message: str, fix: str, pointer: str = "") -> CannotSeal:
    return CannotSeal(Finding(_RULE, "error", message, Location(document.path, pointer=pointer), fix))
