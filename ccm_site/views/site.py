"""A whole site as plain data: every generated page and file, and the navigation that leads to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ccm_site.kinds import Kind, Kinds
from ccm_site.model import Audience, Change, Register, RuleText, TraceRow
from ccm_site.views.calendar import calendar_pages
from ccm_site.views.context import AREAS, Site, is_first, shown_kinds
from ccm_site.views.counts import Counts
from ccm_site.views.deciding import deciding_page
from ccm_site.views.dictionary import dictionary_pages
from ccm_site.views.exceptions import exceptions_page
from ccm_site.views.flow import flow_page
from ccm_site.views.home import home_page
from ccm_site.views.numbers import numbers_pages
from ccm_site.views.page import Extra, Page
from ccm_site.views.public_register import Entry, public_register_pages
from ccm_site.views.record import record_page
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.pages import report_pages
from ccm_site.views.reports.pdf import Printer
from ccm_site.views.rules import rule_pages
from ccm_site.views.search import search_page
from ccm_site.views.tables import table_pages
from ccm_site.views.templates import render
from ccm_site.views.text import At
from ccm_site.views.to_look_at import Warned, to_look_at_page
from ccm_site.views.trace import trace_page
from ccm_site.views.urls import (
    CALENDAR,
    DECIDING,
    DICTIONARY,
    EXCEPTIONS,
    FLOW,
    NUMBERS,
    POLICY,
    PUBLIC_REGISTER,
    REPORTS,
    RULES,
    SEARCH,
    TO_LOOK_AT,
    TRACE,
    folder,
    report_list,
)

NOTHING_COUNTED = Counts()


@dataclass(frozen=True)
class Section:
    """An entry of the navigation, which always has a page of its own, with or without entries below it."""

    title: str
    url: str
    children: tuple[Section, ...] = ()


def sections(kinds: Kinds, audience: Audience) -> tuple[Section, ...]:
    """The navigation of a site: home, the areas with their tables, and the pages that explain. Record pages are not in it."""
    shown = shown_kinds(kinds, audience)
    out = [Section("Home", "")]
    if audience != "public":
        out.append(Section("What needs you", report_list("dashboards")))
    for area, title in AREAS.items():
        entries = [k for k in shown if k.area == area]
        if len(entries) == 1:
            out.append(_entry(entries[0]))
        elif entries:
            out.append(Section(title, f"{area}/", tuple(_entry(k) for k in entries if not is_first(k))))
    if kinds.get("contract") in shown:
        out.append(Section("Public register", PUBLIC_REGISTER))
    if audience != "public":
        out.append(Section("Calendar", CALENDAR))
        out.append(Section("How it fits together", FLOW))
        out.append(Section("Reports", REPORTS))
        out.append(Section("In numbers", NUMBERS))
        out.append(Section("To look at", TO_LOOK_AT))
        out.append(Section("Exceptions report", EXCEPTIONS))
        out.append(Section("Questions for the council", DECIDING))
        out.append(Section("Rules", RULES))
        out.append(Section("The framework", TRACE))
    return (*out, Section("Data dictionary", DICTIONARY), Section("Search", SEARCH))


def _entry(kind: Kind) -> Section:
    return Section(kind.title if kind.is_policy else kind.plural, folder(kind))


@dataclass(frozen=True)
class Beside:
    """What a site shows that is not in its projected register: made from the whole of it, and already no more than the audience may know.

    ``counts`` are numbers of people; ``rules`` the rules in words; ``published`` the entries of the public register of contracts;
    ``warned`` what the check warns of; ``traced`` the framework's requirements with what carries them;
    ``feed_secret`` makes the addresses of calendars, None for none; ``printer`` makes reports PDFs, None for none.
    """

    counts: Counts = NOTHING_COUNTED
    rules: Sequence[RuleText] = ()
    published: Sequence[Entry] = ()
    warned: Sequence[Warned] = ()
    traced: Sequence[TraceRow] = ()
    feed_secret: bytes | None = None
    printer: Printer | None = None


def site_pages(
    register: Register, kinds: Kinds, changes: Mapping[str, Change], audience: Audience, today: date, beside: Beside | None = None,
) -> Iterator[Page | Extra]:  # fmt: skip
    """Every generated page and file of an audience's site. ``register`` is already projected for it.

    ``changes`` holds the last change of each file by its path; ``today`` decides what is near its end.
    """
    beside = beside or Beside()
    withheld = {e.id: e.withheld for e in beside.published if e.withheld} if audience == "public" else {}
    site = Site(register, kinds, changes, audience, today, withheld)
    yield home_page(site)
    for kind in site.shown:
        records = site.of_kind(kind)
        if not kind.is_policy:
            yield from table_pages(site, kind)
        elif not records:
            yield _no_policy(site, kind)
        for record in records:
            if site.roots[record.key] == record.key:
                yield record_page(site, record)
    for area in AREAS:
        if site.area_page(area) and not any(is_first(k) for k in site.shown if k.area == area):
            yield _area_page(site, area)
    if site.kinds.get("contract") in site.shown:
        yield from public_register_pages(site, beside.published)
    if audience != "public":
        yield from calendar_pages(site, beside.feed_secret)
        yield flow_page(site)
        yield from numbers_pages(site, beside.counts)
        yield from report_pages(Desk(site, beside.counts), beside.printer)
        yield from to_look_at_page(site, beside.warned, beside.rules)
        yield exceptions_page(site, beside.rules)
        yield deciding_page(site)
        yield from rule_pages(site, beside.rules)
        yield trace_page(site, beside.traced)
    yield from dictionary_pages(site)
    yield search_page(site)


def _area_page(site: Site, area: str) -> Page:
    at = At(site, f"{area}/")
    tables = [
        (k.title if k.is_policy else k.plural, at.href(folder(k)), k.description, _state(site, k))
        for k in site.shown if k.area == area
    ]  # fmt: skip
    return Page(at.url, AREAS[area], render("area.html", home=at.href(""), title=AREAS[area], tables=tables))


def _state(site: Site, kind: Kind) -> str:
    """What the area's page says of a table: how many records, or how far the council is with a decision of policy."""
    if not kind.is_policy:
        return str(len(site.of_kind(kind)))
    if not site.of_kind(kind):
        return "Not set down yet"
    adoption = site.register.table(kind.name).get("adoption")
    return "Not yet adopted" if isinstance(adoption, Mapping) and adoption.get("state") == "not_yet_adopted" else ""


def _no_policy(site: Site, kind: Kind) -> Page:
    at = At(site, folder(kind))
    return Page(at.url, kind.title, render("no_policy.html", home=at.href(""), policy=at.href(POLICY), kind=kind))
