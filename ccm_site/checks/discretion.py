"""Findings about opened records without their sealed values: what is printed is read and kept by more people than may open it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ccm_site.model import Finding, Record, pointer_tokens

_INSTEAD = "a sealed value"
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
    top = pointer_tokens(f.at.pointer)[:1]
    if top and f.at.path in opened and top[0] not in opened[f.at.path].clear_names:
        fix = _GUESS.sub("", fix) or "see the field's description"
    return replace(f, message=message, fix=fix)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str) and len(value) > 1:
        yield value
