"""The home page: what staff, or the public, look for first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup, escape

from ccm_site.model import Record
from ccm_site.views.columns import columns
from ccm_site.views.context import AREAS, Site
from ccm_site.views.facts import Fact, Table
from ccm_site.views.page import Page
from ccm_site.views.reports.dashboards import NAMES
from ccm_site.views.templates import render
from ccm_site.views.text import At, day, html, linked, time
from ccm_site.views.urls import FLOW, HANDBOOK, POLICY, SEARCH, folder, report_on

DAYS = 180
ENDING_SHOWN = 15
CHANGES_SHOWN = 12
RUNNING = frozenset({"signed", "in_force"})

LEADS = {
    "public": "The contracts that the council has made for the care and education of children and young people, as section 35 of "
    "the Procurement Reform (Scotland) Act 2014 asks. Nothing about any child is in it.",
    "intranet": "Every contract, specification, provider and review of the council's services for children and young people.",
    "restricted": "Every contract, placement and complaint of the council's services for children and young people. What is "
    "restricted here is for the named roles only.",
}


@dataclass(frozen=True)
class Area:
    """An area with its tables: title, number of records (None where it is not a table of records), link."""

    title: str
    tables: tuple[tuple[str, int | None, str], ...]


def home_page(site: Site) -> Page:
    at = At(site, "")
    about = site.register.table("register")
    name = str(about.get("council", ""))
    title = f"{name}: contracts register" if name else "Contracts register"
    soon = _ending(site)
    body = render(
        "home.html",
        title=title,
        lead=LEADS[site.audience],
        terms=_terms(at) if site.audience == "public" else [],
        search=SEARCH,
        handbook=HANDBOOK if site.audience != "public" else "",
        flow=FLOW,
        needs=[(name, at.href(report_on("dashboards", role))) for role, name in NAMES.items()]
        if site.audience != "public"
        else [],
        areas=_areas(at),
        ending=None if soon is None else _ending_table(at, soon[:ENDING_SHOWN]),
        more_ending=max(0, len(soon or ()) - ENDING_SHOWN),
        ending_link=at.href(f"{folder(site.kinds['contract'])}?sort=end_date") if soon else "",
        days=DAYS,
        today=day(site.today.isoformat()),
        recent=_recent(at),
    )
    return Page("", title, body)


def _terms(at: At) -> list[Fact]:
    """What the public is told of the register itself: as of when, on which licence, and whom to ask."""
    kind = at.site.kinds.get("register")
    about = at.site.register.table("register")
    named = ("licence", "contact") if kind else ()
    facts = [
        Fact(f.title, html(at, kind, f, about[name]))
        for name in named
        if kind and name in about and (f := kind.field(name))
    ]
    return [Fact("As of", time(at.site.today.isoformat())), *facts]


def _areas(at: At) -> list[Area]:
    found = []
    for area, title in AREAS.items():
        tables: list[tuple[str, int | None, str]] = [
            (k.plural, len(at.site.of_kind(k)), at.href(folder(k)))
            for k in at.site.shown
            if k.area == area and not k.is_policy
        ]
        if area == "policy" and any(k.is_policy for k in at.site.shown):
            tables.insert(0, ("Decisions of the council", None, at.href(POLICY)))
        if tables:
            found.append(Area(title, tuple(tables)))
    return found


def _ending(site: Site) -> list[Record] | None:
    """The running contracts whose last day lies in the next 180 days, the soonest first; None where the site has no contracts."""
    kind = site.kinds.get("contract")
    if kind is None or kind not in site.shown:
        return None
    until = site.today + timedelta(days=DAYS)
    found = []
    for record in site.of_kind(kind):
        try:
            end = date.fromisoformat(str(record.data.get("end_date", "")))
        except ValueError:
            continue
        if record.data.get("status") in RUNNING and "voided" not in record.data and site.today <= end <= until:
            found.append((end, record.id, record))
    return [record for _, _, record in sorted(found, key=lambda f: f[:2])]


def _ending_table(at: At, records: list[Record]) -> Table:
    kind = at.site.kinds["contract"]
    shown = [c for c in columns(at.site, kind) if c.name in {"provider", "end_date"}]
    rows = []
    for record in records:
        cells = [html(at, kind, c.field, v) if (v := c.value(record)) is not None else Markup("") for c in shown]
        rows.append((linked(at, record.key), *cells))
    return Table("", "", ("Contract", *(c.title for c in shown)), tuple(rows))


def _recent(at: At) -> list[tuple[Markup, Markup]]:
    site = at.site
    if site.audience == "public":
        return []
    dated = [
        (c.on, r.id, r, c) for r in site.register if (c := site.changes.get(r.path)) and c.on and r.key in site.roots
    ]
    dated.sort(key=lambda d: d[:2], reverse=True)
    return [
        (linked(at, r.key), Markup("{} by {}").format(time(c.on), c.by) if c.by else escape(time(c.on)))
        for _, _, r, c in dated[:CHANGES_SHOWN]
    ]
