"""The exceptions report (framework trace V-21): where the register departs from the framework, with reason and approval, for Internal Audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from ccm_site.model import Record, RuleText
from ccm_site.views.context import Site
from ccm_site.views.facts import Table
from ccm_site.views.page import Page
from ccm_site.views.rules import rule_url
from ccm_site.views.templates import render
from ccm_site.views.text import At, linked, time
from ccm_site.views.urls import EXCEPTIONS


@dataclass(frozen=True)
class Part:
    """A part of the report: what it lists, in which table, or what to say where there is nothing."""

    table: Table
    none: str


def exceptions_page(site: Site, rules: Sequence[RuleText] = ()) -> Page:
    """``exceptions-report/``; only of records that the site shows."""
    at = At(site, EXCEPTIONS)
    parts = [
        _exceptions(at, frozenset(r.id for r in rules)),
        _overrides(at),
        _withheld(at),
        _retrospective(at),
        _departures(at),
        _routes(at),
    ]
    body = render("exceptions.html", home=at.href(""), parts_of=parts, today=time(site.today.isoformat()))
    return Page(EXCEPTIONS, "Exceptions report", body)


def _entries(value: Any) -> list[Mapping[str, Any]]:
    return [e for e in value if isinstance(e, Mapping)] if isinstance(value, list) else []


def _all(site: Site, kind: str) -> Iterator[Record]:
    for record in site.by_kind.get(kind, ()):
        if "voided" not in record.data:
            yield record


def _role(site: Site, role: Any) -> str:
    return site.roles.get(str(role), str(role)) if role else ""


def _exceptions(at: At, known: frozenset[str]) -> Part:
    rows = []
    for records in at.site.by_kind.values():
        for record in records:
            for e in _entries(record.data.get("exceptions")):
                rule, on = str(e.get("rule", "")), str(e.get("approved_on", ""))
                approved = (
                    Markup("{} on {}").format(_role(at.site, e.get("approved_by_role")), time(on))
                    if on
                    else Markup("Waits for approval")
                )
                link = (
                    Markup('<a href="{}">{}</a>').format(at.href(rule_url(rule)), rule)
                    if rule in known
                    else escape(rule)
                )
                rows.append(
                    (rule, record.id, (link, linked(at, record.key), escape(str(e.get("reason", ""))), approved))
                )
    rows.sort(key=lambda r: r[:2])
    titles = ("Rule", "Record", "Reason", "Approved by")
    hint = "Rules that a record departs from. An exception without an approval waits for one."
    return Part(Table("Recorded exceptions", hint, titles, tuple(r[2] for r in rows)), "No exception is recorded.")


def _overrides(at: At) -> Part:
    rows = [
        (linked(at, r.key), escape(str(r.data.get("computed_rating", ""))), escape(str(r.data.get("rating", ""))), escape(str(r.data["override_reason"])))
        for r in _all(at.site, "risk_assessment") if r.data.get("override_reason")
    ]  # fmt: skip
    titles = ("Risk assessment", "By the model", "As decided", "Reason")
    return Part(
        Table("Risk ratings decided otherwise than the model", "", titles, tuple(rows)),
        "No rating departs from the model.",
    )


def _withheld(at: At) -> Part:
    rows = []
    for r in _all(at.site, "contract"):
        told = r.data.get("public_register")
        for p in _entries(told.get("withheld")) if isinstance(told, Mapping) else ():
            review = time(str(p.get("review_on", "")))
            rows.append((
                linked(at, r.key), escape(str(p.get("field", "")).replace("_", " ")), escape(f"35(6)({p.get('ground', '')})"),
                escape(str(p.get("reason", ""))), escape(_role(at.site, p.get("approved_by_role"))), review,
            ))  # fmt: skip
    titles = ("Contract", "Part", "Ground", "Reason", "Approved by", "Looked at again on")
    return Part(Table("Withheld from the public register", "", titles, tuple(rows)), "Nothing is withheld.")


def _retrospective(at: At) -> Part:
    rows = []
    for r in _all(at.site, "contract"):
        start = str(r.data.get("start_date", ""))
        signed = max((str(s.get("date", "")) for s in _entries(r.data.get("signatures"))), default="")
        if start and signed and signed > start:
            rows.append((linked(at, r.key), time(start), time(signed)))
    titles = ("Contract", "First day", "Last signature")
    return Part(
        Table("Signed after they had begun", "", titles, tuple(rows)), "No contract was signed after its first day."
    )


def _departures(at: At) -> Part:
    rows = [
        (linked(at, r.key), escape(str(r.data["terms_departure_reason"])))
        for r in _all(at.site, "contract") if r.data.get("terms_departure_reason")
    ]  # fmt: skip
    return Part(
        Table("Terms that depart from the model", "", ("Contract", "Reason"), tuple(rows)),
        "No contract departs from the model terms.",
    )


def _routes(at: At) -> Part:
    """How contracts came about, by the year of their award: the share without a tender."""
    field = at.site.kinds["contract"].field("route")
    counts: dict[str, Counter[str]] = {}
    for r in _all(at.site, "contract"):
        year = str(r.data.get("award_date", ""))[:4]
        route = r.data.get("route")
        if year and isinstance(route, str):
            counts.setdefault(year, Counter())[field.label_of(route) if field else route] += 1
    routes = sorted({route for c in counts.values() for route in c})
    rows = [
        (escape(year), *(escape(str(c[route])) for route in routes)) for year, c in sorted(counts.items(), reverse=True)
    ]
    hint = "Contracts by the year of their award."
    return Part(
        Table("How contracts came about", hint, ("Year", *routes), tuple(rows)),
        "No contract has a day of award and a route.",
    )
