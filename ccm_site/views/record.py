"""The page of a record: what it is, how far it has got, what it says, what is decided next, and what hangs together with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup

from ccm_site.kinds import Kind, Transition
from ccm_site.model import Key, Link, Record
from ccm_site.views import provider, specification
from ccm_site.views.badges import badge
from ccm_site.views.calendar import has_reviews
from ccm_site.views.columns import columns, filter_for
from ccm_site.views.context import Site
from ccm_site.views.facts import Fact, Group, exceptions, gaps, groups
from ccm_site.views.page import Page
from ccm_site.views.reports.links import reports_on
from ccm_site.views.templates import render
from ccm_site.views.text import At, html, linked, plain, time
from ccm_site.views.urls import calendar_contract, filtered, folder, hyphened

LINKS_SHOWN = 50
OPEN_CHILDREN = 2

# Kinds with sections of their own, and the fields that these say. A kind needs none: its schema is enough.
SPECIAL: Mapping[str, tuple[Callable[[At, Kind, Record], Iterator[tuple[str, Markup]]], frozenset[str]]] = {
    "provider": (provider.sections, frozenset()),
    "specification": (specification.sections, specification.FIELDS),
}


@dataclass(frozen=True)
class Section:
    """A part of the page with a heading of its own; ``id`` is its anchor."""

    id: str
    title: str
    body: Markup


@dataclass(frozen=True)
class Step:
    """A step that may come next: to which state, and in one sentence who decides or records what."""

    to: str
    sentence: str


@dataclass(frozen=True)
class LinkGroup:
    """Records that point here under one name; ``rest`` of them are only in the table at ``more``."""

    name: str
    links: tuple[Markup, ...]
    rest: int
    more: str


@dataclass(frozen=True)
class Card:
    """A record on a page: its own, or one shown on its parent's."""

    id: str
    label: str
    badge: Markup
    state: str
    voided: Markup
    shut: str
    """Why the record's sealed part is not shown; "" where it is, or where it has none."""
    facts: tuple[Fact, ...]
    groups: tuple[Group, ...]
    exceptions: object
    gaps: tuple[str, ...]
    source: str
    steps: tuple[Step, ...]
    links: tuple[LinkGroup, ...]
    changed: Markup
    withheld: tuple[Fact, ...] = ()
    """What is not published of it, and on which ground."""


def record_page(site: Site, record: Record) -> Page:
    """The page of a record that has its own."""
    kind = site.kinds[record.kind]
    place = site.place(record.key)
    assert place is not None
    at = At(site, place.url)
    card = _card(at, record)
    sections = [s for s in _sections(at, kind, record, card) if s.body]
    label = site.label(record.key)
    body = render(
        "record.html",
        kind=kind,
        card=card,
        trail=at.trail(kind, own=False),
        marks=tuple(_marks(site, kind, record)),
        label=kind.title if kind.is_policy else label,
        sections=sections,
        calendar=_calendar(at, record),
        reports=[(title, at.href(url)) for title, url in reports_on(at.site, record.key)],
    )
    return Page(place.url, kind.title if kind.is_policy else label, body)


def _sections(at: At, kind: Kind, record: Record, card: Card) -> Iterator[Section]:
    yield Section("next", "What happens next", render("steps.html", steps=card.steps) if card.steps else Markup(""))
    if kind.name in SPECIAL:
        for title, body in SPECIAL[kind.name][0](at, kind, record):
            yield Section(hyphened(title), title, body)
    yield Section(
        "details", "Details", render("groups.html", groups=card.groups, level=3) if card.groups else Markup("")
    )
    by_kind: dict[str, list[Record]] = defaultdict(list)
    for child in at.site.children.get(record.key, ()):
        by_kind[child.kind].append(child)
    for name in sorted(by_kind, key=lambda n: at.site.kinds[n].plural):
        cards = [_card(at, child) for child in by_kind[name]]
        cards = [replace(c, shut="") if c.shut == card.shut else c for c in cards]
        title = at.site.kinds[name].plural
        body = render("children.html", cards=cards, many=len(cards) > OPEN_CHILDREN)
        yield Section(hyphened(title), f"{title} ({len(cards)})", body)
    yield Section(
        "links", "Other records that point here", render("links.html", groups=card.links) if card.links else Markup("")
    )


def _card(at: At, record: Record) -> Card:
    site, kind = at.site, at.site.kinds[record.kind]
    first = [c for c in columns(site, kind) if "." not in c.name]
    facts = tuple(
        Fact(c.title, html(at, kind, c.field, v))
        for c in first
        if (v := c.value(record)) is not None and not _is_state(kind, c.name)
    )
    without = frozenset(c.name for c in first) | (SPECIAL[kind.name][1] if kind.name in SPECIAL else frozenset())
    cycle = kind.life_cycle
    state = cycle.states.get(site.state(record)) if cycle else None
    legacy = record.data.get("legacy")
    return Card(
        id=record.id,
        label=site.label(record.key),
        badge=badge(site, record),
        state=str(state["description"]) if state else "",
        voided=_voided(site, record),
        shut=_shut(record),
        facts=facts,
        groups=groups(at, kind, record, without | ({cycle.field} if cycle else frozenset())),
        exceptions=exceptions(at, kind, record),
        gaps=gaps(kind, record),
        source=str(legacy.get("source", "")) if isinstance(legacy, Mapping) else "",
        steps=_steps(site, kind, record),
        links=tuple(_links(at, record)),
        changed=_changed(site, record),
        withheld=_withheld(site, kind, record),
    )


def _calendar(at: At, record: Record) -> str:
    """The link to a contract's own calendar file; "" where there is none."""
    shown = record.kind == "contract" and at.site.audience != "public" and has_reviews(at.site, record.id)
    return at.href(calendar_contract(record.id)) if shown else ""


def _withheld(site: Site, kind: Kind, record: Record) -> tuple[Fact, ...]:
    parts = site.withheld.get(record.id, ()) if kind.name == "contract" else ()
    return tuple(Fact(title, Markup("{}").format(ground)) for title, ground in parts)


def _is_state(kind: Kind, name: str) -> bool:
    return kind.life_cycle is not None and kind.life_cycle.field == name


def _voided(site: Site, record: Record) -> Markup:
    void = record.data.get("voided")
    if not isinstance(void, Mapping):
        return Markup("")
    role = str(void.get("by_role", ""))
    return Markup("Entered by mistake and voided on {} by {}: {}").format(
        time(str(void.get("on", ""))), site.roles.get(role, role), void.get("reason", "")
    )


def _shut(record: Record) -> str:
    if not record.seal or not record.seal.shut:
        return ""
    return f"{'Erased' if record.seal.erased else 'Sealed'}: {record.seal.shut}"


def _steps(site: Site, kind: Kind, record: Record) -> tuple[Step, ...]:
    cycle = kind.life_cycle
    if cycle is None or site.audience == "public" or "voided" in record.data or (record.seal and record.seal.erased):
        return ()
    return tuple(
        Step(str(cycle.states.get(t.to, {}).get("title", t.to)), sentence(site, t))
        for t in cycle.next(site.state(record))
    )


def sentence(site: Site, t: Transition) -> str:
    """A step of a life cycle in words: ``Commissioning and Contracts Manager decides to issue the contract.``"""
    names = [site.roles.get(role, role.replace("_", " ")) for role in t.by]
    who = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"{who} {'records' if t.lane == 'record' else 'decides'} {t.decides}."


def _links(at: At, record: Record) -> Iterator[LinkGroup]:
    """The records elsewhere that point to this one, grouped by what this end calls the link, newest first."""
    site = at.site
    here = site.roots.get(record.key)
    named: dict[str, dict[Key, Link]] = defaultdict(dict)
    for link in site.register.backlinks.get(record.key, ()):
        if link.source in site.roots and site.roots[link.source] != here:
            named[link.back or link.name].setdefault(link.source, link)
    for name in sorted(named):
        found = sorted(named[name].items(), reverse=True)
        shown = tuple(
            Markup("{} {}").format(linked(at, key), badge(site, site.register.records[key]))
            for key, _ in found[:LINKS_SHOWN]
        )
        rest = found[LINKS_SHOWN:]
        yield LinkGroup(name, shown, len(rest), _more(at, record, rest[0][1]) if rest else "")


def _more(at: At, record: Record, link: Link) -> str:
    kind = at.site.kinds[link.source.kind]
    name = filter_for(at.site, kind, link.pointer)
    return at.href(filtered(folder(kind), **{name: record.id}) if name else folder(kind))


def _changed(site: Site, record: Record) -> Markup:
    change = site.changes.get(record.path)
    if change is None or not change.on:
        return Markup("")
    if site.audience == "public" or not change.by:
        return Markup("Last changed on {}").format(time(change.on))
    return Markup("Last changed on {} by {}").format(time(change.on), change.by)


def _marks(site: Site, kind: Kind, record: Record) -> Iterator[tuple[str, str]]:
    """By what the search narrows its results: pairs of a filter's name and a value."""
    yield "Kind", kind.title
    for name in sorted({child.kind for child in site.children.get(record.key, ())}):
        yield "Kind", site.kinds[name].title
    providers = {link.target for link in site.register.links.get(record.key, ()) if link.target.kind == "provider"}
    for key in sorted(providers | ({record.key} if kind.name == "provider" else set())):
        yield "Provider", site.label(key)
    service_type = kind.field("service_type")
    if service_type and "service_type" in record.data:
        yield "Service type", plain(site, kind, service_type, record.data["service_type"])
    cycle = kind.life_cycle
    if cycle and (told := cycle.states.get(site.state(record))):
        yield "Status", "Void" if "voided" in record.data else str(told["title"])
    if year := re.match(r"[A-Z]+-(\d{4})-", record.id):
        yield "Year", year[1]
