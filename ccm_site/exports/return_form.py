"""How the form for a provider's return is laid out (T-16): which sheets it has, and which field each answer cell is for.

The form is written by `return_template` and read by the import of returns. Every row begins with the short name by which the import
knows it, so what was asked is read from the form itself and not worked out again. A change here is a new ``FORMAT``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ccm_site.kinds import Field, Kind

FORMAT = "1"
ABOUT, LISTS = "About", "Lists"
"""Hidden sheets: what the form is for, and the words of the drop-downs."""
MEASURES, SERVICE, OUTCOMES, QUALITY = "Measures", "Service", "Outcomes", "Quality work"
FIRST_ROW = 4
"""Above it stand the sheet's title, a sentence on how to answer, and the headings."""
COLUMNS: Mapping[str, Mapping[str, str]] = {
    MEASURES: {"value": "G", "out_of": "H", "passed": "I", "comment": "J", "not_answered_reason": "K"},
    SERVICE: {"": "E"},
    OUTCOMES: {"achieved": "C", "partly": "D", "not_achieved": "E", "too_early": "F"},
    QUALITY: {"kind": "B", "done_on": "C", "finding": "D"},
}
"""The columns of the answers, by the field that they are for."""
LIST_OF = {MEASURES: "values", OUTCOMES: "outcomes", QUALITY: "qa_activity"}
"""The field of a return that a sheet's rows are lines of."""
QUALITY_ROWS, LINES = 6, 5
_GROUPS = ("volume", "invoiced", "staffing", "complaints_received")
_TEXTS = ("good_practice", "risks")


@dataclass(frozen=True, slots=True)
class Question:
    """One row of the sheet on the service: its short name, the group that it stands in, and the field that it is for."""

    key: str
    group: Field
    field: Field
    label: str


def questions(kind: Kind) -> Iterator[Question]:
    """The rows of the sheet on the service, from the schema of returns: volume, staffing, complaints, incidents, texts."""
    for name in _GROUPS:
        group = _field(kind, name)
        for f in group.fields:
            if f.name != "currency":
                yield Question(f"{name}.{f.name}", group, f, f.title)
    incidents = _field(kind, "incidents")
    line = incidents.item
    assert line is not None
    what, number = line.by_name["kind"], line.by_name["number"]
    for code in what.schema["enum"]:
        yield Question(f"incidents.{code}", incidents, number, what.label_of(code))
    involvement = _field(kind, "user_involvement")
    yield Question(involvement.name, involvement, involvement, involvement.title)
    for name in _TEXTS:
        texts = _field(kind, name)
        assert texts.item is not None
        for i in range(1, LINES + 1):
            yield Question(f"{name}.{i}", texts, texts.item, f"{texts.item.title} {i}")


def line_fields(kind: Kind, sheet: str) -> Mapping[str, Field]:
    """The fields of the lines of which a sheet's rows are, by their names."""
    item = _field(kind, LIST_OF[sheet]).item
    assert item is not None
    return item.by_name


def is_figure(field: Field) -> bool:
    """Whether a text holds a number in figures: an amount, a share, a decimal."""
    pattern = field.schema.get("pattern")
    if pattern is None or field.free_text or field.type != "string":
        return False
    return re.search(pattern, "1.00") is not None and re.search(pattern, "x") is None


def _field(kind: Kind, name: str) -> Field:
    found = kind.field(name)
    assert found is not None, name
    return found
