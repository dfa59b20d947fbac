"""What the page of a provider shows beyond its facts: what inspectors found at each of its services last."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from ccm_site.kinds import Kind
from ccm_site.model import Key, Record
from ccm_site.performance.inspections import Inspected, of_provider
from ccm_site.views.facts import Group, Table
from ccm_site.views.templates import render
from ccm_site.views.text import At, linked, plain, time


def sections(at: At, kind: Kind, record: Record) -> Iterator[tuple[str, Markup]]:
    """The latest inspection with grades of each service, where this site shows inspections (F-3B-p-Q6)."""
    latest: dict[str, Inspected] = {}
    for found in of_provider(at.site.register, record, at.site.today):
        if found.grades:
            latest.setdefault(found.service, found)
    if not latest:
        return
    rows = tuple(
        (linked(at, Key("service", s)) if s else escape("The provider"), linked(at, i.source), time(i.on.isoformat()), _grades(at, i), escape(_open(i)))
        for s, i in sorted(latest.items())
    )  # fmt: skip
    table = Table("", "", ("Service", "Inspection", "On", "Grades", "Requirements"), rows)
    yield "Latest inspections", render("groups.html", groups=(Group("", "", (), (table,)),), level=3)


def _grades(at: At, inspected: Inspected) -> Markup:
    kind = at.site.kinds["inspection"]
    item = kind.field("grades.*.item")
    assert item is not None
    return escape("; ".join(f"{plain(at.site, kind, item, name)} {grade}" for name, grade in inspected.grades))


def _open(inspected: Inspected) -> str:
    if not inspected.requirements:
        return "None"
    return f"{inspected.open_requirements} of {inspected.requirements} not met yet"
