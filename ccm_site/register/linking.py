"""Records to a register: links both ways, and a finding for each reference or code that leads nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from ccm_site.kinds import Field, Kinds
from ccm_site.model import Finding, Key, Link, Location, Record, Register, pointer_of


def values_at(
    data: Any, path: tuple[str, ...], at: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every value that a field path reaches in a record's data, with where it stands (``*`` goes through a list)."""
    reached = [(at, data)]
    for step in path:
        if step == "*":
            reached = [((*a, n), item) for a, d in reached if isinstance(d, list) for n, item in enumerate(d)]
        else:
            # dict first: most are, and asking an abstract class is many times as slow
            reached = [((*a, step), d[step]) for a, d in reached if isinstance(d, (dict, Mapping)) and step in d]
        if not reached:
            break
    return iter(reached)


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
        for f in (f for f in kind.refs if f.path[0] in record.data):
            for at, value in values_at(record.data, f.path):
                if not isinstance(value, str):
                    continue
                pointer = pointer_of(at)
                target = next((k for name in f.ref if (k := Key(name, value)) in records), None)
                if target is None:
                    broken.append(_broken(record, f, pointer, value, records, kinds, unreadable))
                    continue
                link = Link(record.key, pointer, target, kind.link_name(f), f.backlink)
                mine.append(link)
                back[target].append(link)
        for f in (f for f in kind.coded if f.path[0] in record.data):
            for at, value in values_at(record.data, f.path):
                if isinstance(value, str) and value not in codes.get(f.codes, ()):
                    broken.append(_bad_code(record, f, pointer_of(at), value, codes.get(f.codes)))
        if mine:
            links[record.key] = tuple(mine)
    return Register(records, links, {k: tuple(sorted(v)) for k, v in back.items()}), broken


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
