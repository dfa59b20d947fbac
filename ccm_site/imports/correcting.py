"""A figure that a later file says otherwise: changed in its record, with what stood there before kept in sight.

Nothing is overwritten in silence: each changed value is a line of the record's ``corrections``. What a later file leaves
empty changes nothing; a line of a list that it gives again (a measure, a grade, a question) is taken whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccm_site.imports.pointers import LINE_KEYS, known_by
from ccm_site.imports.values import cut
from ccm_site.kinds import Kind

CORRECTIONS = "corrections"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs: its JSON pointer, its place in words (``values.staff-turnover.value``), before and after."""

    pointer: str
    place: str
    before: Any
    after: Any


def differences(held: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Where ``new`` says otherwise than ``held``. What ``new`` does not name is not compared."""
    return [d for name, value in new.items() for d in _differ(f"/{name}", name, name, held.get(name), value)]


def corrected(
    held: Mapping[str, Any], new: Mapping[str, Any], today: date, source: str, filling: bool = False,
    unsaid: Callable[[Difference], bool] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The changes by JSON pointer that make ``held`` say what ``new`` says, and tell of themselves. Empty where nothing differs.

    Where ``unsaid`` holds, the line tells which figure changed, and not from what to what: counts of people are veiled where they
    stand, and must not be told beside it. With ``filling``, a field that was not there at all is filled in and is no correction: the record is known bit by bit.
    """
    found = differences(held, new)
    lines = [
        _line(d, today, source, unsaid is not None and unsaid(d))
        for d in found
        if not (filling and d.pointer.count("/") == 1 and d.before is None)
    ]
    changes = {d.pointer: d.after for d in found}
    if not lines:
        return changes
    there = held.get(CORRECTIONS)
    if isinstance(there, list):
        return changes | {f"/{CORRECTIONS}/{len(there) + i}": line for i, line in enumerate(lines)}
    return changes | {f"/{CORRECTIONS}": lines}


def _differ(pointer: str, place: str, name: str, held: Any, new: Any) -> Iterator[Difference]:
    if held == new:
        return
    if isinstance(held, Mapping) and isinstance(new, Mapping):
        for key, value in new.items():
            yield from _differ(f"{pointer}/{key}", f"{place}.{key}", key, held.get(key), value)
    elif isinstance(held, list) and isinstance(new, list) and name in LINE_KEYS:
        yield from _differ_in_list(pointer, place, LINE_KEYS[name], held, new)
    else:
        yield Difference(pointer, place, held, new)


def _differ_in_list(
    pointer: str, place: str, keys: tuple[str, ...], held: Sequence[Any], new: Sequence[Any]
) -> Iterator[Difference]:
    at = {known_by(item, keys): i for i, item in reversed(list(enumerate(held)))}
    added = 0
    for item in new:
        known = known_by(item, keys)
        where = f"{place}.{'.'.join(known)}"
        if known not in at:
            yield Difference(f"{pointer}/{len(held) + added}", where, None, item)
            added += 1
            continue
        before, index = held[at[known]], at[known]
        for key in (*item, *(k for k in before if k not in item)):
            if before.get(key) != item.get(key):
                yield Difference(f"{pointer}/{index}/{key}", f"{where}.{key}", before.get(key), item.get(key))


def _line(d: Difference, today: date, source: str, unsaid: bool) -> dict[str, str]:
    line = {"on": today.isoformat(), "field": cut(d.place, 200)}
    for name, value in (("before", d.before), ("after", d.after)):
        if value is not None and not unsaid:
            line[name] = cut(in_words(value), _LONGEST) or "(empty)"
    return line | {"source": source}


def in_words(value: Any) -> str:
    """A value in one text: groups as ``name: value``, lists with semicolons."""
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {in_words(v)}" for k, v in value.items())
    if isinstance(value, list):
        return "; ".join(in_words(v) for v in value)
    return "yes" if value is True else "no" if value is False else str(value)


def counts_people(kind: Kind, d: Difference) -> bool:
    """Whether the value that differs counts people, or holds a value that does."""
    fields, found = kind.fields, None
    for token in d.pointer.split("/")[1:]:
        if token.isdigit():
            found = found.item if found else None
        else:
            found = next((f for f in fields if f.name == token), None)
        if found is None:
            return True
        fields = found.fields
    return found is not None and any(f.people for f in found.walk())
