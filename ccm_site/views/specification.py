"""What the page of a specification shows beyond its facts: the chain from outcomes to measures, and the measures by their type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from markupsafe import Markup

from ccm_site.kinds import Field, Kind
from ccm_site.model import Record
from ccm_site.views.facts import Group, table
from ccm_site.views.templates import render
from ccm_site.views.text import At, plain

FIELDS = frozenset({"measures"})

Branch = tuple[str, str, str, list[Any]]
"""What it is (Outcome, Milestone, …), its short name, its text, and the branches below it."""


def sections(at: At, kind: Kind, record: Record) -> Iterator[tuple[str, Markup]]:
    """The outcome chain as a nested list (F-3A-ii-7), then the measures grouped by type (F-3A-ii-6)."""
    chain = outcome_chain(at, kind, record)
    if chain:
        yield "From outcomes to measures", render("chain.html", branches=chain)
    f = kind.field("measures")
    measures = [m for m in record.data.get("measures") or [] if isinstance(m, Mapping)]
    type_field = _type_field(kind)
    if f is None or type_field is None or not measures:
        return
    found = []
    for code in type_field.schema.get("enum", ()):
        of_type = [m for m in measures if m.get("measure_type") == code]
        if of_type:
            found.append(
                table(at, kind, f, of_type, plain(at.site, kind, type_field, code), frozenset({"measure_type"}))
            )
    yield "Measures by type", render("groups.html", groups=(Group("", "", (), tuple(found)),), level=3)


def outcome_chain(at: At, kind: Kind, record: Record) -> list[Branch]:
    """Each outcome with the milestones towards it, and under each of these the measures that are evidence for it."""
    measures = _supporting(record, "measures")
    milestones = _supporting(record, "milestones")
    type_field = _type_field(kind)

    def evidence(name: str) -> list[Any]:
        return [
            (
                plain(at.site, kind, type_field, m.get("measure_type", "")) if type_field else "Measure",
                m["id"],
                m.get("text", ""),
                [],
            )
            for m in measures.get(name, ())
        ]

    out: list[Branch] = []
    for outcome in record.data.get("outcomes") or []:
        if not isinstance(outcome, Mapping) or "id" not in outcome:
            continue
        steps = [
            ("Milestone", m["id"], m.get("text", ""), evidence(m["id"])) for m in milestones.get(outcome["id"], ())
        ]
        out.append(("Outcome", outcome["id"], str(outcome.get("text", "")), steps + evidence(outcome["id"])))
    return out


def _type_field(kind: Kind) -> Field | None:
    f = kind.field("measures")
    return next((c for c in f.item.fields if c.name == "measure_type"), None) if f and f.item else None


def _supporting(record: Record, name: str) -> dict[str, list[Mapping[str, Any]]]:
    """The milestones or measures by the short name of what each supports."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in record.data.get(name) or []:
        if isinstance(item, Mapping) and "id" in item:
            for supported in item.get("supports") or []:
                found.setdefault(str(supported), []).append(item)
    return found
