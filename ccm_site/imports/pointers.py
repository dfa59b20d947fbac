"""Changes by JSON pointer: made to a record's data, and listed for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ccm_site.imports.result import FieldChange
from ccm_site.model import at_pointer

LINE_KEYS: Mapping[str, tuple[str, ...]] = {
    "values": ("measure",), "outcomes": ("outcome",), "incidents": ("kind",), "grades": ("scheme", "item"),
    "questions": ("question",), "themes": ("theme", "tone"), "results": ("outcome",), "upheld_complaints": ("year",),
}  # fmt: skip
"""What lines of a list are known by. Other lists are compared as a whole."""


def known_by(item: Any, keys: tuple[str, ...]) -> tuple[str, ...]:
    """What a line of a list is known by."""
    return tuple(str(item.get(k, "")) for k in keys) if isinstance(item, Mapping) else ("",)


def applied(data: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The record's data after changes by JSON pointer, as `canonical.edit` makes them; ``data`` stays as it is."""
    out = _copy(data)
    for pointer, value in changes.items():
        parent, _, last = pointer.rpartition("/")
        node = at_pointer(out, parent)
        if isinstance(node, list):
            if int(last) == len(node):
                node.append(value)
            else:
                node[int(last)] = value
        elif value is None:
            node.pop(last, None)
        else:
            node[last] = value
    assert isinstance(out, dict)
    return out


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _copy(v) for k, v in value.items()}
    return [_copy(v) for v in value] if isinstance(value, list) else value


def listed(data: Mapping[str, Any], changes: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The changes as the result shows them: each field with its value before and after; notes by their column."""
    out = []
    for pointer, value in changes.items():
        try:
            before = at_pointer(data, pointer)
        except (KeyError, IndexError):
            before = None
        tokens = pointer.split("/")[1:]
        name = ".".join(tokens)
        if tokens[0] in LINE_KEYS and len(tokens) > 1:
            lines = data.get(tokens[0]) or ()
            line = lines[int(tokens[1])] if int(tokens[1]) < len(lines) else value
            name = ".".join((tokens[0], *known_by(line, LINE_KEYS[tokens[0]]), *tokens[2:]))
        if tokens[0] == "source_notes" and len(tokens) > 1:
            note = value if isinstance(value, Mapping) else data["source_notes"][int(tokens[1])]
            name = f"source_notes: {note['name']}"
            value = value["value"] if isinstance(value, Mapping) else value
        out.append(FieldChange(name, before, value))
    return tuple(out)
