"""Invented registers: records made from the schemas alone, with every field filled, so that no field is forgotten by a test."""

from collections.abc import Callable, Collection
from typing import Any

from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import Key, Link, Record, Register, pointer_of
from ccm_site.register import values_at

Text = Callable[[Field], str]


def plain_text(f: Field) -> str:
    return f"{f.title} in words"


def register(kinds: Kinds, each: int = 1, text: Text = plain_text, only: Collection[str] = ()) -> Register:
    """``each`` records of every kind, or of ``only`` these (one of all others and of a policy table).

    Every reference is to the first record of its kind.
    """
    records: dict[Key, Record] = {}
    for kind in kinds:
        one = kind.is_policy or (only and kind.name not in only)
        for number in range(1, (1 if one else each) + 1):
            data = record_data(kinds, kind, number, text)
            key = kind.key_of(data)
            records[key] = Record(key, f"{kind.name}/{number}.yaml", data, "0" * 40)
    return linked(kinds, records)


def linked(kinds: Kinds, records: dict[Key, Record]) -> Register:
    links: dict[Key, tuple[Link, ...]] = {}
    back: dict[Key, list[Link]] = {}
    for record in records.values():
        mine = [
            Link(record.key, pointer_of(at), target, f.title, f.backlink)
            for f in kinds[record.kind].refs
            for at, value in values_at(record.data, f.path)
            if (target := next((k for name in f.ref if (k := Key(name, str(value))) in records), None))
        ]
        links[record.key] = tuple(mine)
        for link in mine:
            back.setdefault(link.target, []).append(link)
    return Register(records, links, {k: tuple(sorted(v)) for k, v in back.items()})


def record_id(kind: Kind, number: int) -> str:
    if kind.is_policy:
        return kind.name
    return f"{kind.id_prefix}-2026-{number:04}" if kind.id_prefix else f"{kind.name.replace('_', '-')}-{number}"


def record_data(kinds: Kinds, kind: Kind, number: int, text: Text) -> dict[str, Any]:
    data = {f.name: value(kinds, f, text) for f in kind.fields if f.name != "voided"}
    data |= {"kind": kind.name, "id": record_id(kind, number)}
    if kind.versioned:
        data["version"] = 1
    if kind.life_cycle:
        states = list(kind.life_cycle.states)
        data[kind.life_cycle.field] = states[number % len(states)]
    return data


def value(kinds: Kinds, f: Field, text: Text) -> Any:
    if f.type == "object":
        return {c.name: value(kinds, c, text) for c in f.fields}
    if f.type == "array":
        return [value(kinds, f.item, text) for _ in range(2)] if f.item else []
    if f.ref:
        target = kinds[f.ref[0]]
        return record_id(target, 1) + ("/v1" if target.versioned else "")
    if "const" in f.schema:
        return f.schema["const"]
    if "enum" in f.schema:
        return f.schema["enum"][0]
    if f.type in ("integer", "boolean"):
        return 3 if f.type == "integer" else True
    if f.schema.get("format") == "date":
        return "2026-08-01"
    if f.name == "amount":
        return "34000.00"
    return text(f)
