"""A draft to a contract's data, or to the changes that a later file makes to the contract that is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import jsonschema_rs

from ccm_site.imports.matching import Draft
from ccm_site.imports.pointers import applied
from ccm_site.kinds import Kinds
from ccm_site.model import Record

BY_DATES = frozenset({"signed", "in_force", "expired"})
"""The states that an import gives, from a contract's dates; it takes none of the others back."""


def status_of(data: Mapping[str, Any], today: date) -> str:
    """Where a contract stands by its dates: not begun, running, or past its last day."""
    day = today.isoformat()
    if str(data.get("end_date", "9999")) < day:
        return "expired"
    return "signed" if str(data.get("start_date", "0000")) > day else "in_force"


def faults_of(data: Mapping[str, Any], kinds: Kinds) -> tuple[list[str], list[str]]:
    """The names of the fields that the record's schema asks for and it lacks, and everything else that is wrong with it."""
    lacks: list[str] = []
    other: list[str] = []
    for error in kinds.fast[str(data["kind"])].iter_errors(dict(data)):
        kind = error.kind
        if isinstance(kind, jsonschema_rs.ValidationErrorKind.Required) and not error.instance_path:
            lacks.append(str(kind.property))
        else:
            other.append(f"{'/'.join(str(p) for p in error.instance_path)}: {error.message[:120]}")
    order = list(kinds[str(data["kind"])].schema["properties"])
    return sorted(set(lacks), key=lambda n: (order.index(n) if n in order else len(order), n)), other


def with_legacy(data: dict[str, Any], source: str, today: date, kinds: Kinds) -> dict[str, Any]:
    """The record with its ``legacy``: the gaps are the fields that its schema asks for at this status and it lacks. In schema order."""
    legacy = {"migrated_on": today.isoformat(), "source": source, "gaps": faults_of(data, kinds)[0]}
    whole = {**data, "legacy": legacy}
    order = {name: i for i, name in enumerate(kinds[data["kind"]].schema["properties"])}
    return dict(sorted(whole.items(), key=lambda p: order.get(p[0], len(order))))


def new_contract(
    draft: Draft, id: str, providers: Sequence[str], scheme: str, source: str, today: date, kinds: Kinds
) -> dict[str, Any]:
    """A new contract's record. What the source does not say is "not stated" where the schema has such a word."""
    entry = draft.entry
    data: dict[str, Any] = {
        "kind": "contract", "id": id, "title": entry.title, "contract_type": "not_stated", "route": "not_stated",
        **entry.fields, "provider": providers[0],
        "external_references": [{"scheme": scheme, "reference": draft.reference}],
    }  # fmt: skip
    if len(providers) > 1:
        data["further_providers"] = list(providers[1:])
    if draft.notes:
        data["source_notes"] = [{"name": n, "value": v} for n, v in draft.notes]
    data["status"] = status_of(data, today)
    return with_legacy(data, source, today, kinds)


def changes_of(
    draft: Draft, held: Record, providers: Sequence[str], own: frozenset[str], today: date, kinds: Kinds
) -> dict[str, Any]:
    """What a later file says otherwise of a contract that is there, by JSON pointer (None removes). Empty where nothing.

    An empty cell changes nothing. ``own`` are the columns from which fields are filled: a note of such a column (a text too
    long, an end before the start) goes when the new file gives no cause for it.
    """
    data, fields = held.data, {"title": draft.entry.title, **draft.entry.fields}
    out: dict[str, Any] = {}
    for name, value in fields.items():
        there = data.get(name)
        if isinstance(value, dict) and isinstance(there, dict):
            out |= {f"/{name}/{k}": v for k, v in value.items() if there.get(k) != v}
        elif there != value:
            out[f"/{name}"] = value
    had = [data.get("provider"), *(data.get("further_providers") or ())]
    if set(had) != set(providers):
        if providers[0] != data.get("provider"):
            out["/provider"] = providers[0]
        if list(providers[1:]) != list(had[1:]):
            out["/further_providers"] = list(providers[1:]) or None
    if "/further_providers" in out and out["/further_providers"] is None and "further_providers" not in data:
        del out["/further_providers"]
    _dates(out, data, fields)
    if any(f"/{n}" in out for n in ("start_date", "end_date")) and data.get("status") in BY_DATES:
        status = status_of(applied(data, out), today)
        if status != data["status"]:
            out["/status"] = status
    out |= _notes(draft, data, own)
    return out | _gaps(data, out, kinds) if out else out


def _dates(out: dict[str, Any], data: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Keep the dates true where a new start overtakes the old end, or an end takes the place of "ongoing"."""
    if "/end_date" in out and "end_circumstances" in data and "end_circumstances" not in fields:
        out["/end_circumstances"] = None
    if (
        "/end_circumstances" in out
        and out["/end_circumstances"] is not None
        and "end_date" in data
        and "end_date" not in fields
    ):
        out["/end_date"] = None
    start, end = fields.get("start_date", data.get("start_date")), fields.get("end_date", data.get("end_date"))
    if (
        "end_date" not in fields
        and "end_date" in data
        and isinstance(start, str)
        and isinstance(end, str)
        and end < start
    ):
        out["/end_date"] = None
    if (
        "start_date" not in fields
        and "start_date" in data
        and isinstance(start, str)
        and isinstance(end, str)
        and end < start
    ):
        out["/start_date"] = None


def _notes(draft: Draft, data: Mapping[str, Any], own: frozenset[str]) -> dict[str, Any]:
    held = data.get("source_notes")
    notes = held if isinstance(held, list) else []
    new = dict(draft.notes)
    there = {n.get("name"): i for i, n in reversed(list(enumerate(notes))) if isinstance(n, Mapping)}
    stale = [n for n in there if n in own and n not in new]
    if stale or not notes:
        kept = [{**n, "value": new.get(n.get("name"), n.get("value"))} for n in notes if n.get("name") not in stale]
        whole = kept + [{"name": n, "value": v} for n, v in new.items() if n not in there]
        return {"/source_notes": whole or None} if whole != notes else {}
    out = {f"/source_notes/{i}/value": new[n] for n, i in there.items() if n in new and notes[i].get("value") != new[n]}
    added = [{"name": n, "value": v} for n, v in new.items() if n not in there]
    return out | {f"/source_notes/{len(notes) + i}": note for i, note in enumerate(added)}


def _gaps(data: Mapping[str, Any], changes: Mapping[str, Any], kinds: Kinds) -> dict[str, Any]:
    """A gap that the file fills goes; what the changes make the schema ask for, and the source lacks, becomes one."""
    legacy = data.get("legacy")
    gaps = legacy.get("gaps") if isinstance(legacy, Mapping) else None
    if not isinstance(gaps, list):
        return {}
    after = applied(data, changes)
    before_lacks, after_lacks = faults_of(data, kinds)[0], faults_of(after, kinds)[0]
    filled = {p.split("/")[1] for p, v in changes.items() if v is not None}
    filled |= set(before_lacks) - set(after_lacks)
    new = [g for g in gaps if str(g).partition(".")[0] not in filled]
    new += [n for n in after_lacks if n not in before_lacks and n not in new]
    return {"/legacy/gaps": new} if new != gaps else {}
