"""The framework clause by clause: each requirement, and which records and rules carry it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ccm_site.model import TraceRow
from ccm_site.views.context import Site
from ccm_site.views.page import Page
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.desk import Desk
from ccm_site.views.rules import rule_url
from ccm_site.views.templates import render
from ccm_site.views.text import At
from ccm_site.views.urls import (
    CALENDAR,
    DECIDING,
    EXCEPTIONS,
    FLOW,
    NUMBERS,
    PUBLIC_REGISTER,
    TRACE,
    dictionary_url,
    folder,
    report_list,
)

TITLES = {
    CALENDAR: "Calendar", FLOW: "How it fits together", DECIDING: "Questions for the council", NUMBERS: "In numbers",
    PUBLIC_REGISTER: "Public register", EXCEPTIONS: "Exceptions report",
}  # fmt: skip
"""The generated pages that carry a requirement, by address; with them every kind of report."""
DUTIES = {"O": "Obligation", "W": "Would be good", "D": "Definition", "X": "Outside the register"}


def carrying_pages() -> dict[str, str]:
    """What can carry a requirement beside tables and records: the address and title of each page, and of each kind of report."""
    return {**TITLES, **{report_list(kind.name): kind.title for kind in report_kinds().values()}}


def _on_site(site: Site) -> dict[str, str]:
    """Those of them that this site has: reports that its audience has and that are about something."""
    desk = Desk(site)
    there = {
        report_list(kind.name)
        for kind in report_kinds().values()
        if site.audience in kind.audiences and next(iter(kind.subjects(desk)), None) is not None
    }
    return {url: title for url, title in carrying_pages().items() if url in TITLES or url in there}


def trace_page(site: Site, rows: Sequence[TraceRow]) -> Page:
    """``framework/``: a row for each requirement, in the framework's order."""
    at = At(site, TRACE)
    titles = _on_site(site)
    shown = []
    for row in rows:
        kinds = [(k.title, at.href(dictionary_url(k))) for name in row.kinds if (k := site.kinds.get(name))]
        rules = [(id, at.href(rule_url(id))) for id in row.rules]
        pages = [(k.plural, at.href(folder(k))) for n in row.kinds if (k := site.kinds.get(n)) and k in site.shown]
        pages += [(titles[p], at.href(p)) for p in row.pages if p in titles]
        tests = [t.rpartition("::")[2].removeprefix("test_an_example") for t in row.tests]
        waits = list(row.missing) + ([f"what it produces: a {row.to_come}"] if row.to_come else [])
        shown.append(
            (
                row.id,
                _lines(row.lines),
                DUTIES.get(row.duty, row.duty),
                row.requirement,
                kinds,
                rules,
                waits,
                pages,
                row.documents,
                tests,
                row.output,
            )
        )
    carried = sum(1 for r in rows if r.kinds or r.rules or r.pages)
    return Page(
        TRACE, "The framework, clause by clause", render("trace.html", home=at.href(""), rows=shown, carried=carried)
    )


def _lines(lines: str) -> str:
    """``L44–46`` in words."""
    return f"line{'s' if re.search('[–,-]', lines) else ''} {lines.replace('L', '')}"
