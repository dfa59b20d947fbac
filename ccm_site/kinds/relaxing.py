"""A schema that no longer asks for some of its fields: what a record whose sealed part is shut can still be held to."""

from __future__ import annotations

from typing import Any


def relaxed(schema: Any, names: frozenset[str]) -> Any:
    """A record's schema that asks for nothing about the named fields: neither that they are there nor, by them, for others."""
    if not isinstance(schema, dict):
        return schema
    if "if" in schema and _mentions(schema["if"], names):
        schema = {k: v for k, v in schema.items() if k not in {"if", "then", "else"}}
    out = {}
    for keyword, value in schema.items():
        if keyword == "required":
            value = [n for n in value if n not in names]
        elif keyword in {"allOf", "anyOf", "oneOf"}:
            value = [relaxed(s, names) for s in value]
            if keyword == "oneOf" and any(_mentions(s, names) for s in schema[keyword]):
                continue
        elif keyword in {"then", "else"}:
            value = relaxed(value, names)
        elif keyword == "not" and _mentions(value, names):
            continue
        elif keyword == "dependentRequired":
            value = {n: [m for m in needs if m not in names] for n, needs in value.items() if n not in names}
        out[keyword] = value
    return out


def _mentions(schema: Any, names: frozenset[str]) -> bool:
    if isinstance(schema, dict):
        return any(n in names for n in schema.get("required", ())) or any(
            (k == "properties" and any(n in names for n in v)) or (k != "properties" and _mentions(v, names))
            for k, v in schema.items()
        )
    return isinstance(schema, list) and any(_mentions(s, names) for s in schema)
