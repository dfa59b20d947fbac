"""Reports as pages of a site: the list of all kinds, a list for each kind of which there are several, the reports and their files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping

from markupsafe import Markup, escape

from ccm_site.views.context import Place
from ccm_site.views.page import Extra, Page
from ccm_site.views.reports import Kind, report_kinds
from ccm_site.views.reports.desk import Desk, span
from ccm_site.views.reports.model import Report, Said, Table
from ccm_site.views.reports.pdf import Printer
from ccm_site.views.sheets import cell
from ccm_site.views.templates import render
from ccm_site.views.text import At, time
from ccm_site.views.urls import REPORTS, report_list

EXPLAINED = {"good": "ccm-badge--green", "near": "ccm-badge--amber", "bad": "ccm-badge--red"}


def report_pages(desk: Desk, printer: Printer | None) -> Iterator[Page | Extra]:
    """``reports/`` and below; with a ``printer`` each report also as a PDF."""
    shown = [k for k in report_kinds().values() if desk.site.audience in k.audiences]
    listed: list[tuple[Kind, str, int]] = []
    for kind in shown:
        subjects = kind.of(desk)
        made = []
        for subject in subjects:
            report = kind.report(desk, subject)
            made.append(report)
            yield page(desk, report, printer is not None and kind.printed)
            yield from sheets(report)
            if printer and kind.printed:
                yield Extra(report.file, printer.pdf(desk.site, report))
        if subjects == [""]:
            listed.append((kind, made[0].url, 1))
        else:
            yield _list(desk, kind, made)
            listed.append((kind, report_list(kind.name), len(made)))
    at = At(desk.site, REPORTS)
    entries = [(k.title, at.href(url), k.lead, n) for k, url, n in listed]
    yield Page(
        REPORTS,
        "Reports",
        render(
            "reports.html",
            home=at.href(""),
            title="Reports",
            lead="What the register shows of contracts, providers and services. Each is a page, and a PDF to hand on.",
            entries=entries,
            trail=[],
        ),
    )


def _list(desk: Desk, kind: Kind, made: list[Report]) -> Page:
    at = At(desk.site, report_list(kind.name))
    entries = [(r.title, at.href(r.url), "", 1) for r in made]
    body = render(
        "reports.html",
        home=at.href(""),
        title=kind.title,
        lead=kind.lead,
        entries=entries,
        trail=[("Reports", at.href(REPORTS))],
    )
    return Page(at.url, kind.title, body)


def page(desk: Desk, report: Report, printed: bool) -> Page:
    """A report as a page."""
    at = At(desk.site, report.url)
    kind = report_kinds()[report.name]
    trail = [("Home", at.href("")), ("Reports", at.href(REPORTS))]
    if report.subject:
        trail.append((kind.title, at.href(report_list(report.name))))

    def said(value: Said) -> Markup:
        return _said(at, value)

    body = render(
        "report.html", report=report, trail=trail, said=said, as_of=time(desk.until.isoformat()), period=span(report.period),
        pdf=at.href(report.file) if printed else "", sheet=lambda t: at.href(_sheet_path(report, t)), kind_of=lambda p: type(p).__name__.lower(),
        svg=Markup, worded=lambda p: _with_numbers(at, p.text, {k.id: place for k in p.sources if (place := at.site.place(k)) is not None}), further=[(title, at.href(url)) for title, url in report.further],
    )  # fmt: skip
    return Page(report.url, report.title, body)


def _said(at: At, value: Said) -> Markup:
    """A value with links to its records: on itself where there is one, else on their numbers."""
    places = {k.id: p for k in value.sources if (p := at.site.place(k)) is not None}
    if len(places) == 1 and value.text:
        text = Markup('<a href="{}">{}</a>').format(at.href(next(iter(places.values()))), value.text)
    else:
        text = _with_numbers(at, value.text, places)
    if value.look:
        symbol, _, _ = value.marked.partition(" ")
        look = EXPLAINED.get(value.look, f"ccm-badge--{value.look}")
        text = Markup(
            '<span class="ccm-said {}"><span aria-hidden="true" data-pagefind-ignore>{}</span> {}</span>'
        ).format(look, symbol, text)
    return text


def _with_numbers(at: At, text: str, places: Mapping[str, Place]) -> Markup:
    """A text in which the numbers of records lead to them; those that it does not name follow it."""
    links = {i: Markup('<a href="{}">{}</a>').format(at.href(p), i) for i, p in places.items()}
    if not links:
        return escape(text)
    pieces = re.split("({})".format("|".join(map(re.escape, sorted(links, key=len, reverse=True)))), text)
    out = Markup("").join(links.get(piece) or escape(piece) for piece in pieces)
    rest = [link for i, link in links.items() if i not in pieces]
    return out + Markup(' <small class="ccm-sources">({})</small>').format(Markup(", ").join(rest)) if rest else out


def sheets(report: Report) -> Iterator[Extra]:
    """The tables of a report that are to be had as CSV."""
    for section in report.sections:
        for part in section.parts:
            if isinstance(part, Table) and part.sheet:
                yield Extra(_sheet_path(report, part), sheet(part))


def sheet(table: Table) -> bytes:
    """A report's table as CSV in the form of all sheets."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([cell(c) for c in table.columns])
    writer.writerows([cell(said.text) for said in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _sheet_path(report: Report, table: Table) -> str:
    return f"{report.url}{table.sheet}.csv"
