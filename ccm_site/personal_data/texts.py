"""Personal data outside records: in messages and names of the history, and in built pages."""

from __future__ import annotations

import html as markup
import re
from collections.abc import Iterable, Iterator
from datetime import date

from ccm_site.case_reference import CASE_REFERENCE, is_case_reference
from ccm_site.model import Finding, Location
from ccm_site.personal_data.detector import Detector, Hit
from ccm_site.personal_data.plain import plain

IN_PAGES = frozenset({"chi", "ni_number", "birth_date", "name"})
_NAMES = frozenset({"name"})
_TRAILER = re.compile(r"^[A-Z][A-Za-z-]{1,40}-[Bb]y: .{0,400}$", re.MULTILINE)
_TAG = re.compile(r"<[^>]*>")
_BETWEEN = r"[ \t\r\n./:|()+_-]{0,3}"
_IN_TEXT = re.compile(rf"[0-9](?:{_BETWEEN}[0-9]){{5}}{_BETWEEN}(?:[A-Da-d]|[0-9](?:{_BETWEEN}[0-9]){{2}})")
_IN_TAGS = re.compile(r"[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}[ -]?(?:[0-9]{4}|[A-D])")
_BIRTH = ("born", "Born", "BORN", "irth", "BIRTH", "DOB", "dob", "Dob", "D.O.B", "d.o.b", "D.o.b", "(b")


def scan_texts(items: Iterable[tuple[str, str]], detector: Detector, today: date) -> Iterator[Finding]:
    """R-PRV-7: what messages and names of the history hold. ``items`` are pairs of place and text.

    A place is ``commit 1a2b3c4d``, ``branch name`` or a title of the caller's. Neither the text nor a branch's name is repeated.
    The address of who signed a change (``Signed-off-by:``) is no finding: the change itself names them.
    """
    for place, text in items:
        what, _, which = place.partition(" ")
        commit = which if what == "commit" else ""
        if place in {"branch name", "tag name"}:
            hits: Iterable[Hit] = detector.find_in_path(text, today)
            fix = "rename it to something that says nothing of a person"
        else:
            signed = [m.span() for m in _TRAILER.finditer(text)] if "y: " in text else []
            hits = (
                h for h in detector.find(text, today=today)
                if not (h.detector == "email" and any(start <= h.start < end for start, end in signed))
            )  # fmt: skip
            fix = (
                "take it out before it is sent on; where that is too late, tell the data protection officer, "
                "or allow this commit with a reason in policy/personal_data.yaml"
                if commit
                else "take it out"
            )
        for hit in hits:
            if commit and detector.allows(hit.detector, commit=commit, today=today):
                continue
            yield Finding("R-PRV-7", hit.severity, f"holds {hit.masked}", Location(place), fix)


def scan_page(html: str, detector: Detector) -> Iterator[Hit]:
    """What a page for a wider audience may not hold: CHI and National Insurance numbers, dates of birth, listed names, case references.

    Offsets count characters of the page without its tags. Values within tags are looked through for numbers and case references.
    """
    seen: set[tuple[str, str]] = set()
    text = _TAG.sub(" ", html)
    if "&" in text:
        text = markup.unescape(text)
    yield from _case_references(html)
    text = plain(text)[0]
    only = (IN_PAGES if _worth_reading(text) else frozenset()) | (_NAMES if detector.names is not None else frozenset())
    if only:
        for hit in detector.find(text, free_text=False, only=only):
            seen.add((hit.detector, text[hit.start : hit.end]))
            yield hit
    if _IN_TAGS.search(html):
        for hit in detector.find(html, free_text=False, only=frozenset({"chi", "ni_number"})):
            if (hit.detector, html[hit.start : hit.end]) not in seen:
                yield hit


def _worth_reading(text: str) -> bool:
    """Whether a text may hold a number or a date of birth: most pages do not, and are done with here."""
    return _IN_TEXT.search(text) is not None or any(w in text for w in _BIRTH)


def _case_references(html: str) -> Iterator[Hit]:
    if "CH-" in html:
        for match in CASE_REFERENCE.finditer(html):
            if is_case_reference(match[0]):
                yield Hit("case_reference", "R-PRV-5", "error", *match.span(), "a case reference")
