"""`ccm erase`: a subject's key is destroyed by two posts, and the disposal recorded. What it sealed is then gone from every copy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.canonical import write
from ccm_site.case_reference import is_case_reference
from ccm_site.checks.aside import detector_of
from ccm_site.custody.readers import CASE, posts_of, roles_of
from ccm_site.facts.policy import entries
from ccm_site.facts.values import day, mappings, texts
from ccm_site.files import write_file
from ccm_site.keys import Erased, Keys, KeyTrouble, Request, Subject, SubjectKey, fingerprint
from ccm_site.model import Record, Register
from ccm_site.register import Loaded
from ccm_site.rules.rights import decision_entry
from ccm_site.sealing import subject_of

GROUNDS = ("retention_ended", "erasure_request", "rectification", "entered_by_accident", "court_order")


class CannotErase(Exception):
    """Why a subject may not be erased, and what to do."""


@dataclass(frozen=True)
class Ground:
    """Why something is erased: the ground, the entry of the retention schedule, the day it ran from, and a reason in words."""

    ground: str
    retention_rule: str
    reason: str
    trigger_on: str = ""

    def __str__(self) -> str:
        return "\n".join((self.ground, self.retention_rule, self.trigger_on, self.reason))

    @classmethod
    def read(cls, text: str) -> Ground:
        ground, rule, trigger, reason = text.split("\n", 3)
        return cls(ground, rule, reason, trigger)


def record_named(loaded: Loaded, name: str) -> Record | None:
    """The record with this number, of a kind that can be sealed; None where there is none."""
    return next((r for r in loaded.register if r.id == name and loaded.kinds[r.kind].seals), None)


def subject_named(loaded: Loaded, name: str) -> Subject:
    """The subject that a case reference or the number of a sealed record stands for. Raises `CannotErase`."""
    if name.startswith("CH-"):
        if not is_case_reference(name):
            raise CannotErase(f"{name} is no case reference: its check character does not fit. Look at it again")
        return Subject(CASE, name)
    record = record_named(loaded, name)
    if record is None:
        raise CannotErase(f"there is no sealed record '{name}'. Give a case reference (CH-…) or the number of a record")
    if record.seal and record.seal.erased:
        raise CannotErase(f"{name} was erased already: {record.seal.shut}. What is left of it: ccm subject {name}")
    if record.seal and record.seal.shut:
        raise CannotErase(f"{name} is shut: {record.seal.shut}. Ask somebody whose posts may read it")
    kind = loaded.kinds[record.kind]
    placement = loaded.register.get("placement", str(record.data.get("placement", "")))
    subject = subject_of(kind, record.data, placement.data if placement and kind.name != "placement" else None)
    if subject.of == CASE:
        raise CannotErase(
            f"{name} is sealed with the key of the case that it is about, together with all else about that case. "
            f"Give the case reference (CH-…) instead; ccm unseal {record.path} shows it as child_ref"
        )
    return subject


def checked(register: Register, why: Ground, today: date) -> None:
    """Refuse a ground that the record of the disposal could not hold. Raises `CannotErase`."""
    codes = {str(e.get("code")) for e in entries(register, "retention")}
    if why.ground not in GROUNDS:
        raise CannotErase(f"'{why.ground}' is no ground. Use one of: {', '.join(GROUNDS)}")
    if why.retention_rule not in codes:
        raise CannotErase(
            f"'{why.retention_rule}' is no entry of policy/retention.yaml. Use one of: {', '.join(sorted(codes))}"
        )
    if why.trigger_on and day(why.trigger_on) is None:
        raise CannotErase(f"'{why.trigger_on}' is no date; write year, month and day, for example 2020-03-31")
    if why.ground == "retention_ended":
        start = day(why.trigger_on)
        if start is None:
            raise CannotErase(
                "with the ground retention_ended, say from which day the time to keep ran: --from 2020-03-31"
            )
        if start > today:
            raise CannotErase("the time to keep cannot run from a day to come")
    if not why.reason.strip() or len(why.reason) > 500 or "\n" in why.reason:
        raise CannotErase("give a reason in one line of at most 500 characters; say nothing of what is erased")
    if hits := detector_of(register).find(why.reason, today=today):
        raise CannotErase(f"the reason holds {hits[0].masked}. It stays in the register: say nothing of what is erased")


def post_for(register: Register, person: str, named: str | None, today: date) -> str:
    """The post in which a person acts. Raises `CannotErase` where it is not held, or has to be named."""
    held = [str(p.get("post")) for p in posts_of(register, person, today)]
    if named is None and len(held) == 1:
        return held[0]
    if named in held:
        return str(named)
    if named is None:
        raise CannotErase(f"{person} holds more than one post. Say in which you act, with --post: {' or '.join(held)}")
    raise CannotErase(
        f"{person} does not hold the post '{named}'. Give one that is held, with --post: {' or '.join(held)}"
    )


def both_may(register: Register, first: str, second: str, today: date) -> str:
    """Refuse where two posts together may not dispose of records. Returns the role by which the second of its approvals is given.

    Who may is the decision ``applies_to: disposal`` of ``policy/decision_rights.yaml``. Raises `CannotErase`.
    """
    entry = decision_entry(register, "disposal", None, None, today)
    needed = [frozenset(texts(a.get("any_of"))) for a in mappings(entry.get("approvals") if entry else None)]
    if len(needed) != 2:
        raise CannotErase(
            "policy/decision_rights.yaml has to say, in an entry in force that applies to disposals, which two approvals an erasure takes"
        )
    roles = (roles_of(register, first, today), roles_of(register, second, today))
    for one, other in ((0, 1), (1, 0)):
        if roles[one] & needed[0] and roles[other] & needed[1]:
            return min(roles[other] & needed[1])
    raise CannotErase(
        f"{first} and {second} together may not dispose of records: it takes "
        + " and ".join(f"one of {', '.join(sorted(n))}" for n in needed)
    )


def sealed_with(register: Register, keys: Iterable[SubjectKey]) -> tuple[Record, ...]:
    """The records whose sealed part only these keys open, in the order of their kinds and ids."""
    ids = {k.id for k in keys}
    return tuple(sorted((r for r in register if r.seal and r.seal.key in ids), key=lambda r: r.key))


def may_confirm(register: Register, store: Keys, request: Request, post: str, today: date) -> str:
    """Refuse who may not be the second person of a request. Returns the role by which that approval is given. Raises `CannotErase`."""
    if request.person == store.reader.person:
        raise CannotErase(f"you asked for {request.id} yourself; a second person, with another post, confirms it")
    return both_may(register, request.post, post, today)


def carry_out(
    root: Path, loaded: Loaded, store: Keys, request: Request, post: str, today: date
) -> tuple[Erased, list[str]]:
    """Destroy what a request asks for, as the second person, and record the disposal. Returns what was destroyed and the paths written.

    The disposals are written first and taken back where nothing was destroyed: a crash in between leaves the request waiting, and doing
    this again finishes it. Raises `CannotErase` or `KeyTrouble`.
    """
    approved_by = may_confirm(loaded.register, store, request, post, today)
    written = []
    for data in _disposals(loaded.register, store.find(request.subject), request, post, approved_by, today):
        path = f"policy/disposals/{data['id']}.yaml"
        write_file(root / path, write(data))
        written.append(path)
    try:
        return store.confirm_erasure(request.id, post), written
    except KeyTrouble:
        for path in written:
            (root / path).unlink(missing_ok=True)
        raise


def _disposals(
    register: Register, keys: Sequence[SubjectKey], request: Request, post: str, approved_by: str, today: date
) -> Iterator[dict[str, Any]]:
    """The disposal of each key that sealed something here and has none yet."""
    why = Ground.read(request.reason)
    known = {str(r.data.get("key_fingerprint")) for r in register.of_kind("disposal")}
    number = _last_number(register, today.year)
    for key in keys:
        mark, records = fingerprint(key.recipient), sealed_with(register, [key])
        if mark in known or not records:
            continue
        number += 1
        yield {
            "kind": "disposal", "id": f"DI-{today.year}-{number:04}", "title": f"Key of {_of(request.subject)} destroyed",
            "disposed_on": today.isoformat(), "ground": why.ground, "retention_rule": why.retention_rule,
            **({"trigger_on": why.trigger_on} if why.trigger_on else {}),
            "method": "key_destroyed", "records": [{"kind": r.kind, "id": r.id} for r in records],
            "key_fingerprint": mark, "carried_out_by": [request.post, post],
            "approval": {"by_role": approved_by, "on": today.isoformat(), "reference": f"Erasure {request.id}"},
            "reason": why.reason, "retention_class": "config",
        }  # fmt: skip


def _of(subject: Subject) -> str:
    return {"case": "a case", "peer_experience": "an experience of another authority"}.get(
        subject.of, f"a {subject.of.replace('_', ' ')}"
    )


def _last_number(register: Register, year: int) -> int:
    found = [m for r in register.of_kind("disposal") if (m := re.match(rf"DI-{year}-(\d+)\Z", r.id))]
    return max((int(m[1]) for m in found), default=0)
