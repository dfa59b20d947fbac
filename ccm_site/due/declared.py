"""The days that schemas declare: a date property with ``due`` among its annotations. `schemas/meta/kind.json` says what that holds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccm_site.due.day import Due, last_working_day
from ccm_site.facts.contracts import ENDED
from ccm_site.facts.owners import owner_of
from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day, mappings
from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import Record, Register

_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class _Place:
    """Where a declared day stands in a record: its pointer, its day, and the fields beside it."""

    record: Record
    pointer: str
    by: date
    beside: Mapping[str, Any]


def due(register: Register, kinds: Kinds, today: date) -> Iterator[Due]:
    """The days of all records that count; of a sealed part that is not open none are known."""
    for kind in kinds:
        for field in kind.all_fields:
            if field.due:
                places = [p for record in counting(register, kind.name) for p in _places(record, field)]
                yield from _of_a_field(register, kind, field, places)


def _places(record: Record, field: Field) -> Iterator[_Place]:
    groups: list[tuple[str, Mapping[str, Any]]] = [("", record.data)]
    for name in field.path[:-1]:
        if name == "*":
            continue
        below: list[tuple[str, Mapping[str, Any]]] = []
        for pointer, group in groups:
            value = group.get(name)
            if isinstance(value, Mapping):
                below.append((f"{pointer}/{name}", value))
            elif isinstance(value, list):
                below += [(f"{pointer}/{name}/{n}", v) for n, v in enumerate(value) if isinstance(v, Mapping)]
        groups = below
    for pointer, group in groups:
        by = day(group.get(field.name))
        if by is not None:
            yield _Place(record, f"{pointer}/{field.name}", by, group)


def _of_a_field(register: Register, kind: Kind, field: Field, places: list[_Place]) -> Iterator[Due]:
    says = field.due
    newest: dict[str, tuple[date, str, str]] = {}
    if "newest_of" in says:
        for p in places:
            group = str(p.record.data.get(says["newest_of"]))
            newest[group] = max(newest.get(group, (date.min, "", "")), (p.by, p.record.id, p.pointer))
    for p in places:
        if newest and newest[str(p.record.data.get(says["newest_of"]))] != (p.by, p.record.id, p.pointer):
            continue
        done = day(p.beside.get(says.get("done", "")))
        dropped = any(n in p.beside for n in says.get("unless", ()))
        waits = "states" not in says or p.record.data.get("status") in says["states"]
        if dropped or not (waits or done) or (says["part"] == "monitoring" and _is_over(register, p.record)):
            continue
        planned = day(p.beside.get(says.get("planned", "")))
        own = p.record.data.get(says.get("post", ""))
        yield Due(
            by=p.by, on=done or planned or last_working_day(register, p.by), what=_worded(kind, field, p),
            part=says["part"], record=p.record.key, pointer=p.pointer,
            post=own if isinstance(own, str) else owner_of(register, p.record), contract=_contract(p.record),
            done=done, planned=planned is not None, moved=len(mappings(p.record.data.get("postponements"))),
        )  # fmt: skip


def _worded(kind: Kind, field: Field, place: _Place) -> str:
    """What is to be done, with the labels of the fields that the words name."""

    def label(found: re.Match[str]) -> str:
        named = kind.field(".".join((*field.path[:-1], found[1])))
        value = place.beside.get(found[1], "")
        return named.label_of(value) if named else str(value)

    return _NAME.sub(label, field.due["what"])


def _contract(record: Record) -> str:
    named = record.id if record.kind == "contract" else record.data.get("contract")
    return named if isinstance(named, str) else ""


def _is_over(register: Register, record: Record) -> bool:
    """Whether the contract of a record has ended: nobody monitors it any more."""
    contract = cited(register, "contract", _contract(record))
    return contract is not None and contract.data.get("status") in (*ENDED, "withdrawn")
