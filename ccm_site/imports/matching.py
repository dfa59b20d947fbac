"""Which rows are one contract, and which contract of the register a row is.

- Rows of one reference that agree in title, dates and amount are one contract: their suppliers and notes are joined, and each
  row after the first counts as merged. Rows of one reference that differ in these are contracts of their own; in the order of
  their dates, amounts and titles the second is numbered ``REFERENCE (2)`` and so on.
- A later file finds its contracts by source and reference. Where a reference is there more than once, the row and the contract
  that have most in common belong together, and they must share the start, or the title and the amount; else the row is new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccm_site.imports.entries import LINE_LIMIT, Entry
from ccm_site.imports.suppliers import name_key
from ccm_site.imports.values import cut
from ccm_site.model import Record

_NUMBERED = re.compile(r"(.+) \((\d{1,6})\)\Z", re.DOTALL)


@dataclass
class Draft:
    """One contract of the file: an entry, with what further rows add to it."""

    entry: Entry
    rows: list[int]
    suppliers: list[str]
    notes: list[tuple[str, str]]
    spellings: list[str] = field(default_factory=list)
    """The suppliers as every row spells them."""
    reference: str = ""
    """The reference that it has in the register: the source's, with a number where the source repeats it."""
    held: Record | None = None
    said: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """What rows with one supplier say of it."""


def drafts_of(entries: Iterable[Entry]) -> tuple[list[Draft], list[tuple[int, Draft]]]:
    """The contracts that the entries make, in the order of their first rows, and each merged row with its contract."""
    found: dict[tuple[str, ...], Draft] = {}
    merged: list[tuple[int, Draft]] = []
    for entry in entries:
        key = (entry.reference, *entry.facts)
        draft = found.get(key)
        if draft is None:
            draft = found[key] = Draft(entry, [], [], list(entry.notes))
        else:
            merged.append((entry.row, draft))
            _join_notes(draft, entry)
        draft.rows.append(entry.row)
        draft.spellings += entry.suppliers
        known = {name_key(s) for s in draft.suppliers}
        draft.suppliers += [s for s in entry.suppliers if name_key(s) not in known]
        if entry.provider_fields:
            draft.said.append((entry.suppliers[0], entry.provider_fields))
    return list(found.values()), merged


def _join_notes(draft: Draft, entry: Entry) -> None:
    """Keep what a merged row says otherwise, under the column's name and a number."""
    for name, value in entry.notes:
        number, unique = 1, name
        there = dict(draft.notes)
        while unique in there and there[unique] != value:
            number += 1
            unique = f"{cut(name, LINE_LIMIT - 8)} ({number})"
        if unique not in there:
            draft.notes.append((unique, value))


def assign(
    drafts: Iterable[Draft], held: Iterable[Record], scheme: str, keys_of: Callable[[Record], frozenset[str]]
) -> None:
    """Give every draft the contract of the register that it is, if any, and its reference there.

    ``keys_of`` gives the name keys of a contract's providers.
    """
    groups: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        groups[draft.entry.reference].append(draft)
    there: dict[str, dict[str, Record]] = defaultdict(dict)
    for record in sorted(held, key=lambda r: r.id):
        for reference in references(record, scheme):
            base = _base(reference, groups)
            if base is not None:
                there[base].setdefault(reference, record)
    for base, group in groups.items():
        _assign(base, sorted(group, key=lambda d: (d.entry.facts, d.entry.row)), there[base], groups, keys_of)


def references(record: Record, scheme: str) -> list[str]:
    """A contract's numbers in the register of that name."""
    given = record.data.get("external_references")
    if not isinstance(given, list):
        return []
    return [
        str(e["reference"]) for e in given if isinstance(e, Mapping) and e.get("scheme") == scheme and "reference" in e
    ]


def _base(reference: str, groups: Mapping[str, Any]) -> str | None:
    if reference in groups:
        return reference
    numbered = _NUMBERED.match(reference)
    return numbered[1] if numbered and numbered[1] in groups else None


def _assign(
    base: str,
    group: list[Draft],
    there: Mapping[str, Record],
    groups: Mapping[str, Any],
    keys_of: Callable[[Record], frozenset[str]],
) -> None:
    if len(group) == 1 and len(there) == 1:
        group[0].reference, group[0].held = next(iter(there.items()))
        return
    pairs = sorted(
        (-score, i, _number(reference), reference)
        for i, draft in enumerate(group)
        for reference, record in there.items()
        if (score := _in_common(draft, record, keys_of(record)))
    )
    used: set[str] = set()
    for _, i, _, reference in pairs:
        if group[i].held is None and reference not in used:
            group[i].reference, group[i].held = reference, there[reference]
            used.add(reference)
    number = 1
    for draft in group:
        while not draft.reference:
            wanted = base if number == 1 else f"{base} ({number})"
            number += 1
            if wanted not in there and (wanted == base or wanted not in groups):
                draft.reference = wanted


def _number(reference: str) -> int:
    numbered = _NUMBERED.match(reference)
    return int(numbered[2]) if numbered else 1


def _in_common(draft: Draft, record: Record, keys: frozenset[str]) -> int:
    new, old = draft.entry.fields, record.data
    """How much a row and a contract have in common; 0 where it is not enough to be the same."""
    amount = (new.get("estimated_value") or {}).get("amount")
    held = old.get("estimated_value")
    same_amount = amount == (held.get("amount") if isinstance(held, Mapping) else None)
    start = new.get("start_date") is not None and new["start_date"] == old.get("start_date")
    title = draft.entry.title == old.get("title")
    score = 8 * start + 4 * (title and same_amount)
    if not score:
        return 0
    return (
        score
        + title
        + same_amount
        + (new.get("end_date") == old.get("end_date"))
        + 2 * any(name_key(s) in keys for s in draft.suppliers)
    )
