"""What of a register an audience may see. Every output is made from the result, so nothing stricter can reach it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator

from ccm_site.facts.values import mappings, part_of
from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import AUDIENCES, Audience, Key, Link, Record, Register, pointer_tokens, stricter
from ccm_site.views.few import veiled


def allows(site: Audience, value: Audience) -> bool:
    """Whether a value of one audience may stand in a site made for another."""
    return AUDIENCES.index(value) <= AUDIENCES.index(site)


def project(register: Register, kinds: Kinds, audience: Audience) -> Register:
    """The register as an audience may see it: allowed records with allowed fields, and links whose both ends remain.

    Counts of people from 1 to 4 are veiled outside ``restricted``. A kind or field stricter than the audience is absent; so is a record shown on the page of a stricter one (an action for one
    placement), and a reference to an absent record, unless its field says itself that it may be seen. In ``public`` a record must
    also meet its kind's ``public_when``, and a contract for one placement is left out: its dates and value would single a child
    out (framework trace REG-6).
    """
    records: dict[Key, Record] = {}
    for record in register:
        kind = kinds[record.kind]
        if not _record_allowed(record, kind, kinds, audience):
            continue
        data = {n: record.data[n] for n in ("kind", "id", "version") if n in record.data}
        data |= _allowed(record.data, kind.fields, audience, _units(register, record))
        for name in _withheld(record) if audience == "public" else ():
            data.pop(name, None)
        seal = record.seal if audience == "restricted" else None
        records[record.key] = Record(record.key, record.path, data, record.blob, seal, record.clear_names)
    for key, record in records.items():
        kind = kinds[key.kind]
        for link in register.links.get(key, ()):
            if (
                link.target not in records
                and _reaches(record.data, link.pointer)
                and not _says_itself(kind, link.pointer)
            ):
                _remove(record.data, link.pointer)
    links: dict[Key, tuple[Link, ...]] = {}
    back: dict[Key, list[Link]] = defaultdict(list)
    for key in records:
        kept = tuple(
            link
            for link in register.links.get(key, ())
            if link.target in records and _reaches(records[key].data, link.pointer)
        )
        if kept:
            links[key] = kept
        for link in kept:
            back[link.target].append(link)
    return Register(records, links, {k: tuple(sorted(v)) for k, v in back.items()})


def _record_allowed(record: Record, kind: Kind, kinds: Kinds, audience: Audience) -> bool:
    if audience != "public":
        return allows(audience, _record_audience(record, kind, kinds))
    if not any(allows("public", f.audience) for f in kind.all_fields if not f.fields and f.name not in {"kind", "id"}):
        return False
    if record.data.get("placement_specific") is True or "voided" in record.data:
        return False
    return kind.public_when is None or Draft202012Validator(kind.public_when).is_valid(record.data)


def _record_audience(record: Record, kind: Kind, kinds: Kinds) -> Audience:
    """The kind's own audience, or that of the record on whose page this one is shown, where that is stricter."""
    parent = next((f for n in kind.page_on if n in record.data and (f := kind.field(n))), None)
    audience = kind.audience
    for name in parent.ref if parent else ():
        audience = stricter(audience, kinds[name].audience)
    return audience


def _says_itself(kind: Kind, pointer: str) -> bool:
    path = tuple("*" if t.isdigit() else t for t in pointer_tokens(pointer))
    return any(f.path == path and f.own_audience for f in kind.all_fields)


def _remove(data: Any, pointer: str) -> None:
    """Take a value out of projected data; a list keeps its length by a gap that readers skip."""
    *parents, last = pointer_tokens(pointer)
    for token in parents:
        data = data[int(token)] if isinstance(data, list) else data[token]
    if isinstance(data, list):
        data[int(last)] = None
    else:
        data.pop(last, None)


def _units(register: Register, record: Record) -> Mapping[str, str]:
    """The units of the standards and measures of the specification that a record reports on, by their short names."""
    specification = register.get("specification", str(record.data.get("specification")))
    if specification is None:
        return {}
    asked = [e for part in ("standards", "measures") for e in mappings(specification.data.get(part))]
    return {str(e.get("id")): str(part_of(e, "target").get("unit", "")) for e in asked}


def _allowed(
    data: Mapping[str, Any], fields: tuple[Field, ...], audience: Audience, units: Mapping[str, str]
) -> dict[str, Any]:
    by_name = {f.name: f for f in fields}
    out: dict[str, Any] = {}
    for name, value in data.items():
        f = by_name.get(name)
        if f is None:
            continue
        kept = _allowed_value(value, f, audience, units)
        if kept is not None:
            out[name] = kept
    unit = str(data.get("unit") or units.get(str(data.get("measure")), ""))
    return out if audience == "restricted" else veiled(out, fields, unit)


def _allowed_value(value: Any, f: Field, audience: Audience, units: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping) and f.fields:
        return _allowed(value, f.fields, audience, units) or None
    if isinstance(value, list) and f.item:
        items = [
            _allowed_value(item, f.item, audience, units) for item in value
        ]  # gaps keep the places that links point to
        return items if any(item is not None for item in items) else None
    return value if allows(audience, f.audience) and not isinstance(value, (Mapping, list)) else None


def _withheld(record: Record) -> tuple[str, ...]:
    entry = record.data.get("public_register")
    parts = entry.get("withheld") if isinstance(entry, Mapping) else None
    return tuple(str(p.get("field")) for p in parts if isinstance(p, Mapping)) if isinstance(parts, list) else ()


def _reaches(data: Any, pointer: str) -> bool:
    for token in pointer_tokens(pointer):
        if isinstance(data, Mapping) and token in data:
            data = data[token]
        elif isinstance(data, list) and token.isdigit() and int(token) < len(data):
            data = data[int(token)]
        else:
            return False
    return True
