"""JSON to rows: where the entries lie, and every value of an entry as a text under its path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ccm_site.imports.result import BadSource
from ccm_site.imports.rows import Table, check_size, flat_table
from ccm_site.model import at_pointer

_DEEPEST = 4


class Number(str):
    """A number as the file spells it, so that no float rounds it."""


def read_json(text: str, name: str) -> Any:
    """The value in a JSON file, numbers as they are spelt. Raises `BadSource`."""
    try:
        return json.loads(
            text, parse_float=Number, parse_int=Number, parse_constant=lambda _: None, object_pairs_hook=_every_pair
        )
    except RecursionError:
        raise BadSource(f"{name} is nested too deeply to be a register. Save the list of contracts alone") from None
    except ValueError as error:
        raise BadSource(f"{name} is no JSON that can be read: {error}. Get it again from its publisher") from None


def _every_pair(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        count = 1
        unique = key
        while unique in out:
            count += 1
            unique = f"{key} ({count})"
        out[unique] = value
    return out


def table_at(value: Any, pointer: str, name: str) -> Table | None:
    """The entries at a JSON pointer as a table; None where there is no list of entries."""
    try:
        found = at_pointer(value, pointer)
    except (KeyError, IndexError, ValueError, TypeError):
        return None
    if not isinstance(found, list) or not any(isinstance(e, Mapping) for e in found):
        return None
    check_size(len(found), 0, name)
    entries = []
    notes: list[str] = []
    for number, entry in enumerate(found, 1):
        flat: dict[str, str] = {}
        if isinstance(entry, Mapping):
            _flatten(entry, "", 0, flat)
        else:
            notes.append(f"entry {number} is no group of named values")
        check_size(number, len(flat), name)
        entries.append(flat)
    return flat_table(entries, tuple(notes[:20]))


def lists_in(value: Any, pointer: str = "", depth: int = 0) -> list[str]:
    """The pointers of all lists of entries near the top of a JSON value."""
    if isinstance(value, list):
        return [pointer] if any(isinstance(e, Mapping) for e in value) else []
    if isinstance(value, Mapping) and depth < 3:
        return [p for k, v in list(value.items())[:50] for p in lists_in(v, f"{pointer}/{k}", depth + 1)]
    return []


def _flatten(value: Mapping[str, Any], prefix: str, depth: int, out: dict[str, str]) -> None:
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, Mapping) and depth < _DEEPEST:
            _flatten(item, f"{name}/", depth + 1, out)
        else:
            out[name] = _text(item)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list) and all(isinstance(v, (str, bool)) or v is None for v in value):
        return "\n".join(_text(v) for v in value)
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""
