"""The data dictionary: what each kind of record holds, read from its schema and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from ccm_site.kinds import Field, Kind
from ccm_site.views.audience import allows
from ccm_site.views.context import AREAS, Site
from ccm_site.views.facts import Fact, Table
from ccm_site.views.page import Page
from ccm_site.views.record import sentence
from ccm_site.views.templates import render
from ccm_site.views.text import At, shape
from ccm_site.views.urls import DICTIONARY, dictionary_url, folder

TYPES = {
    "reference": "Another record", "code": "Code of a policy table", "choice": "One of a list", "flag": "Yes or no",
    "number": "Whole number", "date": "Date", "month": "Month", "money": "Money", "period": "Period", "file": "File",
    "quantity": "Quantity", "target": "Target", "mail": "Mailbox", "web": "Web address", "text": "Free text", "line": "Text",
    "list": "List", "table": "List of groups", "object": "Group of fields",
}  # fmt: skip
AUDIENCES = {"public": "Everybody", "intranet": "Staff", "restricted": "Named roles only"}


@dataclass(frozen=True)
class Row:
    """One field; ``depth`` 0 is the record's own, 1 a part of it, and so on."""

    depth: int
    title: str
    name: str
    description: str
    type: str
    needed: str
    audience: str
    more: Markup


def dictionary_pages(site: Site) -> Iterator[Page]:
    """The index, and a page for each kind. In public only the kinds and fields that the public site can show."""
    kinds = site.shown if site.audience == "public" else tuple(sorted(site.kinds, key=lambda k: k.plural))
    at = At(site, DICTIONARY)
    areas = [
        (title, [(k.title, at.href(dictionary_url(k)), k.description) for k in kinds if k.area == area])
        for area, title in AREAS.items()
    ]
    body = render("dictionary.html", home=at.href(""), areas=[a for a in areas if a[1]])
    yield Page(DICTIONARY, "Data dictionary", body)
    for kind in kinds:
        yield _kind_page(site, kind)


def _kind_page(site: Site, kind: Kind) -> Page:
    at = At(site, dictionary_url(kind))
    states, moves = _life_cycle(site, kind) if site.audience != "public" else (None, None)
    body = render(
        "kind.html",
        home=at.href(""),
        dictionary=at.href(DICTIONARY),
        kind=kind,
        table=at.href(folder(kind)) if kind in site.shown else "",
        facts=_about(at, kind),
        states=states,
        moves=moves,
        rows=list(_rows(at, kind, kind.fields, 0)),
    )
    return Page(at.url, f"{kind.title}: what each field means", body)


def _about(at: At, kind: Kind) -> list[Fact]:
    parents = [f.title for name in kind.page_on if (f := kind.field(name))]
    facts = [
        Fact("Name in the file", escape(kind.name)),
        Fact("Who sees it", escape(AUDIENCES[kind.audience])),
        Fact("Shown on", escape("a page of its own" if kind.own_page else f"the page of: {', '.join(parents)}")),
        Fact("Kept in", Markup("<br>").join(p.text for p in kind.paths)),
        Fact("Carries the framework's clauses", escape(", ".join(kind.clauses))),
    ]
    return [f for f in facts if f.value]


def _life_cycle(site: Site, kind: Kind) -> tuple[Table | None, Table | None]:
    cycle = kind.life_cycle
    if cycle is None:
        return None, None
    titles = {code: str(told["title"]) for code, told in cycle.states.items()}
    states = Table(
        "States", "", ("State", "Meaning", "Name in the file"),
        tuple((escape(titles[c]), escape(told["description"]), escape(c)) for c, told in cycle.states.items()),
    )  # fmt: skip
    moves = Table(
        "Steps", "", ("From", "To", "Who decides what", "Rules"),
        tuple(
            (escape(titles.get(t.from_, t.from_)), escape(titles.get(t.to, t.to)), escape(sentence(site, t)), escape(", ".join(t.rules)))
            for t in cycle.transitions
        ),
    )  # fmt: skip
    return states, moves


def _rows(at: At, kind: Kind, fields: tuple[Field, ...], depth: int) -> Iterator[Row]:
    for f in fields:
        if at.site.audience == "public" and not any(allows("public", g.audience) for g in f.walk() if not g.fields):
            continue
        item = f.item
        how = shape(f)
        type_ = f"List: {TYPES[shape(item)].lower()}" if how == "list" and item else TYPES[how]
        name = ".".join("[]" if part == "*" else part for part in f.path).replace(".[]", "[]")
        yield Row(
            depth, f.title, name, f.description, type_, "Yes" if f.required else "", AUDIENCES[f.audience],
            Markup("<br>").join(_more(at, kind, f)),
        )  # fmt: skip
        yield from _rows(at, kind, item.fields if item else f.fields, depth + 1)


def _more(at: At, kind: Kind, f: Field) -> Iterator[Markup]:
    """Allowed values, limits, what it points to, and the rules and clauses that it carries."""
    of = f.item if f.item is not None and not f.item.fields else f
    cycle = kind.life_cycle
    if "enum" in of.schema:
        in_cycle = cycle.states if cycle and f.path == (cycle.field,) else {}
        words = (f"{in_cycle[v]['title'] if v in in_cycle else of.label_of(v)} ({v})" for v in of.schema["enum"])
        yield Markup("One of: {}").format(", ".join(words))
    for name in of.ref:
        target = at.site.kinds[name]
        yield (
            Markup('Points to: <a href="{}">{}</a>').format(at.href(dictionary_url(target)), target.title)
            if _has_page(at.site, target)
            else Markup("Points to: {}").format(target.title)
        )
    if of.codes:
        yield Markup("A code of the table: {}").format(at.site.kinds[of.codes].title)
    for key, words_ in (("maxLength", "At most {} characters"), ("minimum", "At least {}"), ("maximum", "At most {}")):
        if key in of.schema:
            yield escape(words_.format(of.schema[key]))
    if "pattern" in of.schema and shape(of) == "line":
        yield Markup("Form: <code>{}</code>").format(of.schema["pattern"])
    if f.sealed:
        yield escape("Kept sealed")
    if f.people:
        yield escape("About numbers of people: from 1 to 4 shown as <5, or not at all, outside the restricted site")
    if f.rule:
        yield Markup("Rule {}").format(f.rule)
    if f.clause:
        yield Markup("Clause {}").format(f.clause)


def _has_page(site: Site, kind: Kind) -> bool:
    return site.audience != "public" or kind in site.shown
