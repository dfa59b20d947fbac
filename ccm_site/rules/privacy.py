"""R-PRV: nothing in a record, or in the name of its file, tells who a child is."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.case_reference import CASE_REFERENCE, is_case_reference
from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import Finding, Location, Record, Register, pointer_of, pointer_tokens
from ccm_site.personal_data import BadPattern, Detector, Hit, NamesTrouble, configured, without_names
from ccm_site.register import values_at
from ccm_site.rules import rule

TABLE = "personal_data"
_SENTENCE = "Any words (some), of any kind: 1 or more"
_CARE_NUMBERS = ("CS2003000001", "SP2003000001")
_ONLY_CHI = frozenset({"chi"})
_NOTHING: frozenset[str] = frozenset()
_FIXES = {
    "chi": "take the number out; the case reference (CH-) is all that may name a child",
    "ni_number": "take the number out",
    "birth_date": "take the date out; nobody's date of birth belongs in the register",
    "recent_date": "if the date is about a child, take it out; if it is about the service, say so without the child",
    "age": "if it is one child's age, take it out; for a service give the ages that it is for, from and to",
    "postcode": "take the postcode out; an office's postcode has a field of its own",
    "telephone": "take the number out; an office's number has a field of its own",
    "email": "give a shared mailbox, or enter it under functional_mailboxes in policy/personal_data.yaml if it is one",
    "case_reference": "take it out; a record about a case has a field for it, which is sealed",
    "case_id": "take the number out; give it in the field for the reference in the case system where the record has one",
    "name": "take the name out; if it is not a person's, allow it with a reason in policy/personal_data.yaml",
    "capitalised": "if it is a person's name, take it out; if not, enter it under known_capitals in policy/personal_data.yaml",
    "school_and_class": "name neither school nor class",
}
_SEALED_FIX = (
    "open it, and take out what names or places a person; or allow this text with a reason in policy/personal_data.yaml"
)
_ALLOWED = "; if it is not what it seems, allow this text with a reason in policy/personal_data.yaml"


@rule("R-PRV-1")
def case_references_are_whole(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A case reference has the right check character.

    Why: with one wrong character it could be another child's. Mend: copy it again from the case system, where it was drawn.
    """
    for kind in kinds:
        fields = [f for f in kind.all_fields if f.rule == "R-PRV-1"]
        for record in register.of_kind(kind.name) if fields else ():
            for field in fields:
                for at, value in values_at(record.data, field.path):
                    if isinstance(value, str) and CASE_REFERENCE.fullmatch(value) and not is_case_reference(value):
                        yield Finding(
                            "R-PRV-1", "error", f"the check character of '{field.title}' (CH-…) does not fit its seven characters",
                            Location(record.path, pointer=pointer_of(at)), "copy the reference again; one of its characters is wrong",
                        )  # fmt: skip


@rule("R-PRV-2")
def no_chi_number(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No text, number or file name holds a CHI number.

    Why: it names one person for life, and Git forgets nothing. Mend: take it out; the case reference is all that may name a child.
    """
    yield from (f for f in _found(register, kinds, today) if f.rule == "R-PRV-2")


@rule("R-PRV-3")
def nothing_that_leads_to_a_person(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No text holds a person's date of birth, number, postcode, telephone or e-mail address; ages and classes are asked about.

    Why: each leads to a child, a family or a carer. Mend: take it out, or allow the exact text with a reason in
    policy/personal_data.yaml where it is none. Fields that are for an office's postcode, number or mailbox are not looked at.
    """
    yield from (f for f in _found(register, kinds, today) if f.rule == "R-PRV-3")


@rule("R-PRV-4")
def no_listed_name(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No text or file name holds a name of the council's list, where the check is given one (CCM_NAMES).

    Why: a child's name is never written here. Mend: take it out. One word alone only warns, for many names are ordinary words.
    """
    yield from (f for f in _found(register, kinds, today) if f.rule == "R-PRV-4")


@rule("R-PRV-10")
def no_ending_on_a_birthday(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement that ends when an age is reached gives the month at most.

    Why: the day would be the child's birthday. Mend: give anticipated_end_month, or only the condition and a day to look again.
    """
    for record in register.of_kind("placement"):
        if record.data.get("end_condition") == "age_reached" and record.data.get("anticipated_end"):
            yield Finding(
                "R-PRV-10", "warning", "gives the day of its end, which is when an age is reached: that tells the child's birthday",
                Location(record.path, pointer="/anticipated_end"), "give anticipated_end_month in its place",
            )  # fmt: skip


_last: tuple[weakref.ref[Register], date, tuple[Finding, ...]] | None = None


def _found(register: Register, kinds: Kinds, today: date) -> tuple[Finding, ...]:
    """Everything that the detector finds in a register. Three rules share one search."""
    global _last
    if _last is not None and _last[0]() is register and _last[1] == today:
        return _last[2]
    found = tuple(_search(register, kinds, today))
    _last = (weakref.ref(register), today, found)
    return found


def _search(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    table = register.table(TABLE)
    record = register.get(TABLE, TABLE)
    place = record.path if record else "policy/personal_data.yaml"
    try:
        detector = configured(table)
    except BadPattern as error:
        pointer = f"/case_patterns/{error.index}/pattern"
        yield Finding(
            "R-PRV-3", "error", str(error), Location(place, pointer=pointer), "write a simpler pattern, or several"
        )
        detector = Detector()
    except NamesTrouble as error:
        message, _, fix = str(error).rpartition("; ")
        yield Finding(
            "R-PRV-4", "error", message or str(error), Location(place), fix if message else "correct CCM_NAMES"
        )
        detector = without_names(table)
    scopes: dict[str, dict[tuple[str, ...], frozenset[str] | None]] = {}
    for record in register:
        kind = kinds.get(record.kind)
        scope = scopes.get(record.kind)
        if scope is None:
            scope = scopes[record.kind] = scopes_of(kind) if kind else {}
        yield from _in_path(record, detector, today)
        for field, pointer, value in _texts(record, kinds):
            only = scope.get(field.path) if field is not None else None
            if only is _NOTHING or (only is _ONLY_CHI and len(value) < 9):
                continue
            free = field is None or field.free_text
            for hit in detector.find(value, free_text=free, today=today if free else None, only=only):
                if not detector.allows(hit.detector, path=record.path, today=today):
                    at = Location(record.path, pointer=pointer)
                    title = field.title if field is not None else pointer.rpartition("/")[2]
                    if record.hides(pointer_tokens(pointer)[0] if pointer else value):
                        where = f"'{title}'" if field is not None else "a field"
                        yield Finding(
                            hit.rule, hit.severity, f"{where} holds what may lead to a person", at, _SEALED_FIX
                        )
                    else:
                        yield _finding(hit, f"'{title}' holds {hit.masked}", at)


def _finding(hit: Hit, message: str, at: Location) -> Finding:
    fix = _FIXES.get(hit.detector, "take it out")
    return Finding(hit.rule, hit.severity, message, at, fix if "personal_data.yaml" in fix else fix + _ALLOWED)


def _in_path(record: Record, detector: Detector, today: date) -> Iterator[Finding]:
    """What a file's name or folder holds. The place is given without it."""
    for hit in detector.find_in_path(record.path, today):
        masked = f"{record.path[: hit.start]}…{record.path[hit.end :]}"
        yield _finding(hit, f"the name of the file or of its folder holds {hit.masked}", Location(masked))


def scopes_of(kind: Kind) -> dict[tuple[str, ...], frozenset[str] | None]:
    """What is looked for in each text of a kind: None for everything, else the detectors.

    It follows from the schema. A list of values, a code, a reference, or a form (``format``, or a ``pattern`` that refuses a sentence)
    holds what it is for, such as an office's mailbox: only CHI numbers are looked for there, and nothing in a care service's number.
    """
    return {f.path: _scope(f) for f in kind.all_fields if not f.fields}


def _scope(field: Field) -> frozenset[str] | None:
    schema = field.schema
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        matcher = re.compile(pattern)
        if any(matcher.search(n) and not matcher.search(n[2:]) for n in _CARE_NUMBERS):
            return _NOTHING
        if not matcher.search(_SENTENCE):
            return _ONLY_CHI
    if field.ref or field.codes or field.type != "string" or any(k in schema for k in ("enum", "const", "format")):
        return _ONLY_CHI
    return None


def _texts(record: Record, kinds: Kinds) -> Iterator[tuple[Field | None, str, str]]:
    """Every text of a record, and every whole number as text: its field (None where the schema has none), pointer and value."""
    kind = kinds.get(record.kind)
    yield from _below(record.data, kind.by_name if kind else {}, "")


def _below(data: Mapping[str, Any], fields: Mapping[str, Field], at: str) -> Iterator[tuple[Field | None, str, str]]:
    for name, value in data.items():
        if name not in fields:
            yield None, at, name
        yield from _value(value, fields.get(name), f"{at}/{name}")


def _value(value: Any, field: Field | None, at: str) -> Iterator[tuple[Field | None, str, str]]:
    if isinstance(value, str):
        yield field, at, value
    elif isinstance(value, list):
        item = field.item if field is not None else None
        for index, one in enumerate(value):
            yield from _value(one, item, f"{at}/{index}")
    elif isinstance(value, (dict, Mapping)):
        yield from _below(value, field.by_name if field is not None else {}, at)
    elif isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 100_000_000:
        yield field, at, str(value)
