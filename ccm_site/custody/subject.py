"""`ccm subject`: everything that the register holds about a subject, for a request for access (UK GDPR Article 15)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ccm_site.canonical import write
from ccm_site.custody.erasing import record_named, sealed_with, subject_named
from ccm_site.facts.values import mappings
from ccm_site.keys import Keys, Subject
from ccm_site.kinds import Kinds
from ccm_site.model import Record, Register
from ccm_site.register import Loaded


@dataclass(frozen=True)
class Held:
    """What is held about a subject: the records sealed to its keys, opened, and the records that cite them, with the fields where.

    ``disposals`` are those of what was erased among the records.
    """

    subject: Subject
    records: tuple[Record, ...]
    citing: tuple[tuple[Record, tuple[str, ...]], ...]
    disposals: tuple[Record, ...]


def asked_about(loaded: Loaded, name: str) -> Subject:
    """The subject that is meant: as `subject_named`, but an erased record stands for itself, since nothing says any more whose it was.

    Raises `CannotErase`.
    """
    record = record_named(loaded, name)
    if record is not None and record.seal and record.seal.erased:
        return Subject(record.kind, record.id)
    return subject_named(loaded, name)


def held_about(register: Register, keys: Keys, subject: Subject) -> Held:
    """Everything about a subject: what its keys seal, what names it, and what cites any of that."""
    own = {r.key for r in sealed_with(register, keys.find(subject))}
    own |= {r.key for r in register if r.data.get("child_ref") == subject.id or r.id == subject.id}
    citing: list[tuple[Record, tuple[str, ...]]] = []
    for record in sorted((r for r in register if r.key not in own), key=lambda r: r.key):
        if fields := tuple(link.pointer for link in register.links.get(record.key, ()) if link.target in own):
            citing.append((record, fields))
    records = tuple(register.records[k] for k in sorted(own))
    erased = {(r.kind, r.id) for r in records if r.seal and r.seal.erased}
    disposals = sorted((d for d in register.of_kind("disposal") if _disposed(d) & erased), key=lambda r: r.key)
    return Held(subject, records, tuple(citing), tuple(disposals))


def _disposed(disposal: Record) -> set[tuple[str, str]]:
    return {(str(r.get("kind")), str(r.get("id"))) for r in mappings(disposal.data.get("records"))}


def as_text(held: Held, kinds: Kinds) -> str:
    """For reading and printing: each record under a heading, as it would stand in its file if nothing were sealed."""
    out = [f"Everything held about {held.subject.id}: {_records(len(held.records))}."]
    if not held.records:
        out.append(
            "Either nothing about it was ever entered here, or it was erased: an erasure leaves nothing that says whose it was. "
            "What was erased when: policy/disposals. Look at the reference again, and ask the data protection officer."
        )
    if any(r.seal and r.seal.erased for r in held.records):
        named = " and ".join(f"{d.id} ({d.path})" for d in held.disposals)
        out.append(
            f"It was erased: of its record only what is in clear is left. The disposal: {named or 'not recorded here'}."
        )
    for record in held.records:
        shut = f"\n(not opened: {record.seal.shut})" if record.seal and record.seal.shut else ""
        out.append(
            f"\n== {kinds[record.kind].title} {record.id} ({record.path}){shut}\n{write(dict(record.data)).decode()}"
        )
    if held.citing:
        out.append("\n== Records that only name one of these")
        out += [f"{kinds[r.kind].title} {r.id} ({r.path}): {', '.join(fields)}" for r, fields in held.citing]
    return "\n".join(out) + "\n"


def as_json(held: Held, kinds: Kinds) -> str:
    """``{"subject", "records": [{kind, id, file, opened, erased, data}], "cited_by": [{kind, id, file, fields}], "disposals": [id]}``."""
    out = {
        "subject": held.subject.id,
        "records": [
            {
                "kind": r.kind,
                "id": r.id,
                "file": r.path,
                "opened": not (r.seal and r.seal.shut),
                "erased": bool(r.seal and r.seal.erased),
                "data": dict(r.data),
            }
            for r in held.records
        ],
        "cited_by": [{"kind": r.kind, "id": r.id, "file": r.path, "fields": list(fields)} for r, fields in held.citing],
        "disposals": [d.id for d in held.disposals],
    }
    return json.dumps(out, ensure_ascii=False, indent=1) + "\n"


def _records(n: int) -> str:
    return f"{n} record{'s' * (n != 1)}"
