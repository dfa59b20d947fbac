"""Personal data where no rule looks: in comments, in files that cannot be read, in records that fit no kind; and none in a message."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from ccm_site.model import Finding, Location, Register, pointer_of
from ccm_site.personal_data import BadPattern, Detector, NamesTrouble, configured
from ccm_site.register import Loaded

_NEVER_SAID = frozenset({"chi", "ni_number", "birth_date", "case_id", "name", "case_reference"})
_FIX = "take it out; if it is not what it seems, allow this text with a reason in policy/personal_data.yaml"


def detector_of(register: Register) -> Detector:
    """The council's detector; one without settings where these cannot be used, which the rules tell."""
    try:
        return configured(register.table("personal_data"))
    except (BadPattern, NamesTrouble):
        return Detector()


def aside_findings(loaded: Loaded, detector: Detector, today: date) -> Iterator[Finding]:
    """What stands in the files, outside the records that rules see (R-PRV-2 to R-PRV-4)."""
    for path, line, text in loaded.aside:
        yield from _found(text, path, detector, today, Location(path, line), "this line")
    for record in loaded.misfits:
        for pointer, text in _texts(record.data, ()):
            yield from _found(text, record.path, detector, today, Location(record.path, pointer=pointer), "this value")


def _found(text: str, path: str, detector: Detector, today: date, at: Location, what: str) -> Iterator[Finding]:
    for hit in detector.find(text, free_text=False, today=today):
        if not detector.allows(hit.detector, path=path, today=today):
            yield Finding(hit.rule, hit.severity, f"{what} holds {hit.masked}", at, _FIX)


def _texts(value: Any, at: tuple[str | int, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield pointer_of(at), str(name)
            yield from _texts(item, (*at, str(name)))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*at, index))
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield pointer_of(at), str(value)


def unspoken(findings: Iterable[Finding], detector: Detector, today: date) -> list[Finding]:
    """The findings without anything that names a person: messages are printed and kept. File names are masked likewise."""
    paths: dict[str, str] = {}

    def masked(at: Location) -> Location:
        if at.path not in paths:
            hits = [h for h in detector.find_in_path(at.path, today) if h.severity == "error"]
            paths[at.path] = _without(at.path, hits)
        return replace(at, path=paths[at.path], pointer=said(at.pointer))

    def said(text: str) -> str:
        return without_persons(text, detector)

    return [
        replace(
            f, message=said(f.message), fix=said(f.fix), at=masked(f.at), related=tuple(masked(r) for r in f.related)
        )
        for f in findings
    ]


def without_persons(text: str, detector: Detector) -> str:
    """A text with what names or numbers a person left out."""
    return _without(text, detector.find(text, free_text=False, only=_NEVER_SAID))


def _without(text: str, hits: Iterable[Any]) -> str:
    for hit in sorted(hits, key=lambda h: h.start, reverse=True):
        text = f"{text[: hit.start]}…{text[hit.end :]}"
    return text
