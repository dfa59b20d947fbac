"""The places that findings point to, without those that a sealed field alone leads to: what is printed is read by more than may open it.

What findings say keeps sealed values out where it is made: `rules.support.found`, `checks.schema` and `register` ask `Record.hides`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ccm_site.model import Finding, Location, Record


def discreet(findings: Iterable[Finding], records: Iterable[Record]) -> list[Finding]:
    """The findings, each without the related places that no clear field leads to.

    It concerns those that are about an opened record, or point to one. A place stays if its record and the one that is found at cite each
    other in clear, directly or by another place that stays.
    """
    by_path = {r.path: r for r in records}
    if not any(r.seal and not r.seal.shut for r in by_path.values()):
        return list(findings)
    return [replace(f, related=_in_clear(f, by_path)) if f.related else f for f in findings]


def _in_clear(f: Finding, by_path: Mapping[str, Record]) -> tuple[Location, ...]:
    about = {p: by_path[p] for p in (f.at.path, *(r.path for r in f.related)) if p in by_path}
    if not any(r.seal and not r.seal.shut for r in about.values()):
        return f.related
    said = {path: _said(r) for path, r in about.items()}

    def leads(one: str, other: str, part: int) -> bool:
        return about[other].id in said[one][part] or about[one].id in said[other][part]

    given_away = {
        p for p in about for q in about
        if p not in (q, f.at.path) and about[p].seal is None and about[q].seal and leads(q, p, 1) and not leads(q, p, 0)
    }  # fmt: skip
    shown, todo = {f.at.path}, [f.at.path] if f.at.path in about else []
    while todo:
        here = todo.pop()
        near = {p for p in about if p not in shown | given_away and leads(here, p, 0)}
        shown |= near
        todo += near
    return tuple(r for r in f.related if r.path in shown)


def _said(record: Record) -> tuple[frozenset[str], frozenset[str]]:
    """The texts of a record that are whole values: those in clear, and those of its sealed fields."""
    parts: tuple[set[str], set[str]] = (set(), set())
    for name, value in record.data.items():
        parts[record.hides(name)].update(_texts(value))
    return frozenset(parts[0]), frozenset(parts[1])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        yield value.partition("/")[0]
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
