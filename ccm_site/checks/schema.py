"""What a record's schema finds wrong, in plain words: a fast validator says whether, a thorough one says what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from jsonschema.exceptions import ValidationError

from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import Finding, Location, Record, pointer_of

_NAMES = {
    "string": "text",
    "integer": "whole number",
    "object": "group of fields",
    "array": "list",
    "boolean": "true or false",
}

_HIDDEN = "a sealed value"


def schema_findings(records: Iterable[Record], kinds: Kinds) -> Iterator[Finding]:
    """Everything in which a record departs from its kind's schema, each with a JSON pointer but no line yet.

    Of a record whose sealed part is shut only the clear part is checked.
    """
    for record in records:
        known = kinds.shut if record.seal and record.seal.shut else kinds
        validator = known.fast.get(record.kind)
        if validator is not None and not validator.is_valid(record.data):
            kind = kinds[record.kind]
            seen = set()
            for error in known.thorough[record.kind].iter_errors(record.data):
                for finding in _worded(error, kind, record):
                    if (key := (finding.at.pointer, finding.message)) not in seen:
                        seen.add(key)
                        yield finding


def _worded(error: ValidationError, kind: Kind, record: Record) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    f = _field_at(kind, path)
    schema: Any = error.schema
    value: Any = error.validator_value
    instance: Any = error.instance
    keyword = str(error.validator)
    hidden = bool(path) and record.hides(str(path[0]))
    condition = "" if hidden else _condition(error)
    rule = (schema.get("x-ccm", {}).get("rule") if isinstance(schema, dict) else "") or (f.rule if f else "")

    def finding(message: str, fix: str, pointer: str = pointer_of(path), rule: str = rule or "R-ID-5") -> Finding:
        return Finding(rule, "error", message, Location(record.path, pointer=pointer), fix)

    if keyword == "required":
        for name in value:
            if name not in instance:
                missing = _field_at(kind, (*path, name))
                what = f"{name} ('{missing.title}')" if missing else name
                why = f" once {condition}" if condition else ""
                yield finding(
                    f"lacks {what}, which is needed{why}",
                    f"add '{name}:'{_hint(missing)}",
                    pointer_of((*path, name)),
                    rule or (missing.rule if missing else "") or "R-ID-5",
                )
    elif keyword == "dependentRequired":
        for name, needs in value.items():
            for other in needs:
                if name in instance and other not in instance:
                    yield finding(f"has {name} but lacks {other}", f"add '{other}:'", pointer_of((*path, other)))
    elif keyword == "additionalProperties":
        known = list(schema["properties"])
        for name in instance:
            if name not in known and record.hides(str(path[0] if path else name)):
                yield finding("has an unknown field", f"remove it; known are: {', '.join(known)}", rule="R-ID-5")
            elif name not in known:
                near = get_close_matches(str(name), known, 1, 0.6)
                fix = f"did you mean '{near[0]}'?" if near else f"remove it; known are: {', '.join(known)}"
                yield finding(f"has the unknown field '{name}'", fix, pointer_of((*path, name)), "R-ID-5")
    elif keyword in {"anyOf", "oneOf"} and all("required" in option for option in value):
        options = [" and ".join(option["required"]) for option in value]
        have = [o for o, option in zip(options, value, strict=True) if all(n in instance for n in option["required"])]
        why = f" once {condition}" if condition else ""
        if have:
            yield finding(f"has {' and '.join(have)}, of which only one may stand", "keep one of them")
        else:
            yield finding(
                f"lacks one of these{why}: {'; '.join(options)}",
                f"add one of them, for example '{value[0]['required'][0]}:'",
                pointer_of((*path, value[0]["required"][0])),
            )
    elif keyword == "not" and isinstance(value, dict) and "required" in value:
        why = f" once {condition}" if condition else " here"
        names = " and ".join(value["required"])
        yield finding(
            f"has {names}, which may not stand{why}", f"remove {names}", pointer_of((*path, value["required"][0]))
        )
    elif keyword in {"anyOf", "oneOf", "not"}:
        yield finding(
            f"{_named(f, kind)} does not fit: {_HIDDEN if hidden else _shown(instance)}",
            _hint(f).lstrip(": ") or "see its description",
        )
    else:
        yield finding(*_value_fault(keyword, value, instance, f, kind, hidden))


def _value_fault(keyword: str, value: Any, instance: Any, f: Field | None, kind: Kind, hidden: bool) -> tuple[str, str]:
    name, shown, hint = _named(f, kind), _HIDDEN if hidden else _shown(instance), _hint(f).lstrip(": ")
    if keyword == "type":
        wanted = (
            _NAMES.get(value, str(value)) if isinstance(value, str) else " or ".join(_NAMES.get(v, v) for v in value)
        )
        if instance is None:
            return f"{name} has no value", f"give one, or remove the line{'; ' + hint if hint else ''}"
        if isinstance(instance, (int, bool)) and value == "string":
            return (
                f"{name} is {shown}, read as a number or as true or false, not as text",
                "put it into quotes" if hidden else f'put it into quotes: "{str(instance).lower()}"',
            )
        if value == "integer" and isinstance(instance, str) and instance.lstrip("-").isdigit():
            return f"{name} is the text {shown}, not a whole number", "remove the quotes and any leading zeros"
        if value == "object" and f and f.fields:
            return (
                f"{name} is {shown}, not a group of fields",
                f"write its fields below it: {', '.join(c.name for c in f.fields)}",
            )
        if value == "array":
            return f"{name} is {shown}, not a list", "write each entry on a line of its own after '- '"
        return f"{name} is {shown}, not a {wanted}", hint or f"give a {wanted}"
    if keyword in {"enum", "const"}:
        allowed = [str(v) for v in (value if keyword == "enum" else [value])]
        near = [] if hidden else get_close_matches(str(instance), allowed, 1, 0.6)
        return f"{name} is {shown}, which is none of its values", (
            f"did you mean '{near[0]}'? " if near else ""
        ) + f"use one of: {', '.join(allowed)}"
    if keyword == "format" and value == "date":
        return f"{name} is {shown}, which is no calendar date", "write year, month and day, for example 2026-04-01"
    if keyword in {"pattern", "format"}:
        return f"{name} is {shown}, which is not in the form that it takes", hint or f"it must match {value}"
    if keyword == "maxLength":
        long = "too long" if hidden else f"{len(instance):,} characters long"
        return f"{name} is {long}; at most {value:,} characters are kept here", "shorten it"
    if keyword == "minLength" or keyword == "minItems" or keyword == "minProperties":
        return f"{name} is empty", "give a value, or remove the line"
    if keyword == "uniqueItems":
        return f"{name} holds the same value twice", "keep one of them"
    if keyword in {"minimum", "maximum"}:
        return (
            f"{name} is {shown}; it must be {'at least' if keyword == 'minimum' else 'at most'} {value}",
            "correct the number",
        )
    return f"{name} is {shown}, which does not fit ({keyword})", hint or "see the field's description"


def _field_at(kind: Kind, path: tuple[str | int, ...]) -> Field | None:
    names = tuple("*" if isinstance(p, int) else p for p in path)
    return next((f for f in kind.all_fields if f.path == names), None)


def _named(f: Field | None, kind: Kind) -> str:
    if f is None:
        return kind.title
    return f"{f.path[-2]} entry" if f.name == "*" and len(f.path) > 1 else f.name


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"'{value}'" if len(value) <= 60 else f"'{value[:57]}…'"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a group of fields"
    return "a list" if isinstance(value, list) else str(value)


def _hint(f: Field | None) -> str:
    return f": {f.description.rstrip('.')}" if f and f.description else ""


def _condition(error: ValidationError) -> str:
    """In words, the condition of an ``if`` under whose ``then`` the error arose: ``status is 'signed'``."""
    instance = error.instance
    status = instance.get("status") if isinstance(instance, dict) else None
    return f"the status is '{status}'" if "then" in error.absolute_schema_path and isinstance(status, str) else ""
