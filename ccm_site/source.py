"""Bytes to strict YAML and back: one document, no surprises, every value with its line.

The YAML that records are written in is a subset of YAML 1.2 in which a plain scalar is a text unless it is
``true``, ``false``, ``null`` or a whole number: ``no``, ``on``, ``1.10`` and ``2026-01-01`` stay as written (R-ID-5).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml
from yaml._yaml import CParser

from ccm_site.model import Finding, Location, pointer_of

MAX_BYTES = 1_000_000
MAX_DEPTH = 24

_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_TOO_DEEP = (f"is nested more than {MAX_DEPTH} levels deep", "flatten it")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,17})\Z")


class Unreadable(Exception):
    """A file that is no strict YAML document. Carries the findings; raised by `parse`, caught by the loader."""

    def __init__(self, findings: tuple[Finding, ...]):
        super().__init__("; ".join(f.message for f in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file: where it lies, its bytes, and its value."""

    path: str
    raw: bytes
    data: Any


def plain_value(text: str) -> Any:
    """What an unquoted scalar means: true, false, null, a whole number, or else the text itself."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.match(text) and text != "-0":
        return int(text)
    return text


def blob_id(raw: bytes) -> str:
    """The id that Git gives to these bytes as a blob (SHA-1, 40 hex digits)."""
    return hashlib.sha1(b"blob %d\0" % len(raw) + raw, usedforsecurity=False).hexdigest()


def parse(raw: bytes, path: str) -> Document:
    """The strict YAML document in ``raw``.

    Raises `Unreadable` with file, line, what is wrong and how to mend it: bytes that are no UTF-8, over 1 MB, deeper than
    24 levels, duplicate keys, aliases, anchors, tags, directives, a second document, keys that are no plain text.
    """
    if len(raw) > MAX_BYTES:
        _refuse(
            path,
            1,
            1,
            f"is {len(raw):,} bytes long; a record has at most {MAX_BYTES:,}",
            "keep long texts and files outside the record and cite them",
        )
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        _refuse(path, line, column, f"is not UTF-8 text (byte 0x{raw[error.start]:02x})", "save the file as UTF-8")
    faults: list[Finding] = []
    try:
        data = _build(_events(text), path, faults)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = (error.problem or "cannot be read").strip()
        if "nesting depth" in what:  # libyaml reads ahead and meets its own limit before ours
            faults.append(_fault(path, line, column, *_TOO_DEEP))
            raise Unreadable(tuple(faults)) from None
        faults.append(_fault(path, line, column, f"is no valid YAML: {what}", _syntax_hint(what)))
        raise Unreadable(tuple(faults)) from None
    except yaml.reader.ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        before = text[:position]
        faults.append(
            _fault(
                path,
                before.count("\n") + 1,
                position - (before.rfind("\n") + 1) + 1,
                f"has a character that is not allowed ({_code_point(error.character)})",
                "remove the character",
            )
        )
        raise Unreadable(tuple(faults)) from None
    if faults:
        raise Unreadable(tuple(faults))
    return Document(path, raw, data)


def locate(document: Document, pointer: str, places: Mapping[str, tuple[int, int]] | None = None) -> Location:
    """Where the value at a JSON pointer begins (its key, in a mapping). The nearest parent where there is no such value.

    Whoever asks for several pointers of a document gives its ``places_of``.
    """
    places = places_of(document) if places is None else places
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    line, column = places.get(pointer, (1, 1))
    return Location(document.path, line, column, pointer)


def places_of(document: Document) -> dict[str, tuple[int, int]]:
    """Line and column of every value of a document, counted from 1, by its JSON pointer."""
    places: dict[str, tuple[int, int]] = {}
    stack: list[tuple[str, Any]] = []  # (pointer of the open collection, its pending key, or the next index of a list)

    def pointer_here() -> str:
        if not stack:
            return ""
        parent, pending = stack[-1]
        return parent + pointer_of([pending]) if pending is not None else parent

    for event in _events(document.raw.decode("utf-8")):
        kind = type(event)
        if kind in (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent):
            if stack and stack[-1][1] is None:  # a key
                parent, _ = stack[-1]
                stack[-1] = (parent, event.value)
                places.setdefault(
                    parent + pointer_of([event.value]), (event.start_mark.line + 1, event.start_mark.column + 1)
                )
                continue
            pointer = pointer_here()
            places.setdefault(pointer, (event.start_mark.line + 1, event.start_mark.column + 1))
            if kind is yaml.ScalarEvent:
                _advance(stack)
            else:
                stack.append((pointer, None if kind is yaml.MappingStartEvent else 0))
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            stack.pop()
            _advance(stack)
    return places


def comments(document: Document) -> list[tuple[int, str]]:
    """Each comment of a file with its line, counted from 1."""
    if b"#" not in document.raw:
        return []
    text = document.raw.decode("utf-8")
    rest = list(text)
    for event in _events(text):
        if type(event) is yaml.ScalarEvent:
            start, end = event.start_mark.index, event.end_mark.index  # type: ignore[union-attr]  # libyaml sets both
            if event.style in ("|", ">"):  # what stands behind the indicator is a comment, what is below it the text
                start = text.find("\n", start, end) if "\n" in text[start:end] else end
            rest[start:end] = ("\n" if c == "\n" else " " for c in text[start:end])
    lines = enumerate("".join(rest).split("\n"), 1)
    return [(number, line[line.index("#") :]) for number, line in lines if "#" in line]


def _advance(stack: list[tuple[str, Any]]) -> None:
    if stack:
        parent, pending = stack[-1]
        stack[-1] = (parent, pending + 1 if isinstance(pending, int) else None)


def _events(text: str) -> Iterator[Any]:
    # libyaml reads bytes; a str is encoded once more, and marks then count characters, as editors do.
    parser = CParser(text)
    try:
        while (event := parser.get_event()) is not None:
            yield event
    finally:
        parser.dispose()


_UNSET = object()


def _build(events: Iterator[Any], path: str, faults: list[Finding]) -> Any:
    """Fold the events into a value without recursion, noting every fault that does not stop the reading."""
    root: Any = None
    documents = 0
    stack: list[list[Any]] = []  # [container, pending key or _UNSET, lines of its keys]

    def fault(event: Any, message: str, fix: str) -> None:
        mark = event.start_mark
        faults.append(_fault(path, mark.line + 1, mark.column + 1, message, fix))

    for event in events:
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor or event.tag:
                _refuse_marker(event, fault)
            value = event.value
            top = stack[-1] if stack else None
            if top is not None and type(top[0]) is dict and top[1] is _UNSET:
                if value in top[0]:
                    fault(
                        event,
                        f"has the key '{_clip(value)}' twice (first in line {top[2][value]})",
                        "keep one of the two",
                    )
                if value == "<<" and not event.style:
                    fault(event, "merges another mapping with '<<'", "write the lines out")
                top[1] = value
                top[2].setdefault(value, event.start_mark.line + 1)
                continue
            if not event.style:
                value = plain_value(value)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.anchor or event.tag:
                _refuse_marker(event, fault)
            container: Any = {} if kind is yaml.MappingStartEvent else []
            if stack and type(stack[-1][0]) is dict and stack[-1][1] is _UNSET:
                fault(event, "has a list or mapping as a key", "use a plain text as the key, and quotes around { and [")
                return None
            if len(stack) >= MAX_DEPTH:
                fault(event, *_TOO_DEEP)
                return None
            stack.append([container, _UNSET, {}])
            continue
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            value = stack.pop()[0]
        elif kind is yaml.AliasEvent:
            fault(event, f"repeats another part by the alias '*{_clip(event.anchor)}'", "write the part out")
            value = None
            if stack and type(stack[-1][0]) is dict and stack[-1][1] is _UNSET:
                stack[-1][1] = f"\0{event.start_mark.index}"
                continue
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if event.version or event.tags:
                fault(event, "begins with a '%' directive", "remove the directive")
            if documents == 2:
                fault(event, "holds a second document after '---'", "put each record into a file of its own")
            continue
        else:
            continue
        if not stack:
            if documents == 1:
                root = value
            continue
        top = stack[-1]
        if type(top[0]) is dict:
            top[0][top[1]] = value
            top[1] = _UNSET
        else:
            top[0].append(value)
    if not faults and not isinstance(root, dict):
        what = "is empty" if root is None else "does not begin with a field and its value"
        faults.append(_fault(path, 1, 1, what, "begin with 'kind:' and 'id:'"))
    return root


def _refuse_marker(event: Any, fault: Callable[[Any, str, str], None]) -> None:
    if event.anchor:
        fault(
            event,
            f"names a part by the anchor '&{_clip(event.anchor)}'",
            "remove the anchor and write repeated parts out",
        )
    if event.tag:
        fault(event, f"has the tag '{_clip(event.tag)}'", "remove the tag; the schema says what a value is")


def _clip(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"


def _code_point(character: Any) -> str:
    return f"U+{ord(character) if isinstance(character, str) and character else int(character or 0):04X}"


def _syntax_hint(problem: str) -> str:
    if "tab" in problem or "cannot start any token" in problem:
        return "indent with spaces, not tabs, and put texts that begin with a special character into quotes"
    if "mapping values are not allowed" in problem:
        return "put a text that contains ': ' into quotes"
    if "undefined alias" in problem or "alias" in problem:
        return "put a text that begins with '*' into quotes"
    if "tag" in problem:
        return "put a text that begins with '!' into quotes"
    return "look at this line and the one above it: indentation, quotes and colons"


def _fault(path: str, line: int, column: int, message: str, fix: str) -> Finding:
    return Finding("R-ID-5", "error", message, Location(path, line, column), fix)


def _refuse(path: str, line: int, column: int, message: str, fix: str) -> None:
    raise Unreadable((_fault(path, line, column, message, fix),))
