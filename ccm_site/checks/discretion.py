"""Findings about opened records without their sealed values: what is printed is read and kept by more people than may open it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ccm_site.model import Finding, Record, pointer_tokens

_INSTEAD = "a sealed value"
_QUOTED = re.compile(r"'.*'", re.DOTALL)
_GUESS = re.compile(r"did you mean '[^']*'\?;? ?")


def discreet(findings: Iterable[Finding], records: Iterable[Record]) -> list[Finding]:
    """The findings, each without any sealed value of the records that it is about or points to."""
    opened = {r.path: r for r in records if r.seal and not r.seal.shut}
    return [_discreet(f, opened) for f in findings] if opened else list(findings)


def _discreet(f: Finding, opened: Mapping[str, Record]) -> Finding:
    about = [opened[at.path] for at in (f.at, *f.related) if at.path in opened]
    if not about:
        return f
    values = sorted(
        {v for r in about for n, part in r.data.items() if n not in r.clear_names for v in _texts(part)},
        key=len,
        reverse=True,
    )
    message, fix = f.message, f.fix
    for value in values:
        shown = re.compile(rf"(?<![\w-])'?{re.escape(value)}'?(?![\w-])")
        message, fix = shown.sub(_INSTEAD, message), shown.sub(_INSTEAD, fix)
    record = opened.get(f.at.path)
    tokens = pointer_tokens(f.at.pointer)
    if record and tokens and tokens[0] not in record.clear_names:
        if _there(
            record.data, tokens
        ):  # what is quoted is a value, perhaps a shortened one, or a name that somebody typed
            message = _QUOTED.sub(_INSTEAD, message)
        fix = _GUESS.sub("", fix) or "see the field's description"
    return replace(f, message=message, fix=fix)


def _there(data: Any, tokens: list[str]) -> bool:
    for token in tokens:
        if isinstance(data, Mapping) and token in data:
            data = data[token]
        elif isinstance(data, list) and token.isdigit() and int(token) < len(data):
            data = data[int(token)]
        else:
            return False
    return True


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and len(value) > 1:
        yield value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield str(value)
