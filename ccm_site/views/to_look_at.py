"""The page "To look at": what the check warns of, by the post whose it is, with how many of each rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ccm_site.model import Key, RuleText, pointer_tokens
from ccm_site.views.audience import allows
from ccm_site.views.context import Site
from ccm_site.views.page import Page
from ccm_site.views.rules import rule_url
from ccm_site.views.templates import render
from ccm_site.views.text import At, linked
from ccm_site.views.urls import TO_LOOK_AT

SHOWN = 20


@dataclass(frozen=True)
class Warned:
    """One warning: the post whose it is ("" for none), the rule, the record and the place in it, as a JSON pointer.

    Its message stays with the check: it may say more than an audience may know.
    """

    post: str
    rule: str
    record: Key
    pointer: str = ""


@dataclass(frozen=True)
class Line:
    rule: str
    href: str
    says: str
    count: int
    records: tuple[Markup, ...]
    rest: int


def to_look_at_page(site: Site, warned: Sequence[Warned], rules: Sequence[RuleText]) -> Iterator[Page]:
    """``to-look-at/``; only of records that the site shows."""
    at = At(site, TO_LOOK_AT)
    says = {r.id: r.says or r.statement for r in rules}
    found: dict[str, dict[str, list[Warned]]] = defaultdict(lambda: defaultdict(list))
    for w in warned:
        if w.record in site.roots:
            found[w.post][w.rule].append(w)
    posts = sorted(found, key=lambda p: (not p, -sum(len(k) for k in found[p].values()), p))
    groups = [(_post(at, p), sum(len(k) for k in found[p].values()), _lines(at, found[p], says)) for p in posts]
    yield Page(TO_LOOK_AT, "To look at", render("to_look_at.html", home=at.href(""), groups=groups))


def _post(at: At, post: str) -> Markup:
    key = Key("post", post)
    return linked(at, key) if key in at.site.register.records else Markup("{}").format(post or "No post")


def _lines(at: At, rules: Mapping[str, list[Warned]], says: Mapping[str, str]) -> list[Line]:
    lines = []
    for rule, found in sorted(rules.items(), key=lambda i: (-len(i[1]), i[0])):
        row = rule.removesuffix("-a").removesuffix("-b")
        places = dict.fromkeys(sorted((w.record, _about(at, w)) for w in found))
        records = tuple(_place(at, key, about) for key, about in places)
        lines.append(
            Line(
                rule,
                at.href(rule_url(row)) if row in says else "",
                says.get(row, ""),
                len(found),
                records[:SHOWN],
                max(0, len(records) - SHOWN),
            )
        )
    return lines


def _about(at: At, warned: Warned) -> str:
    """What the form calls the part of the record that the warning is about; "" for the whole record."""
    names = pointer_tokens(warned.pointer)
    field = at.site.kinds[warned.record.kind].field(names[0]) if names else None
    return field.title if field and allows(at.site.audience, field.audience) else ""


def _place(at: At, key: Key, about: str) -> Markup:
    return Markup("{} <small>({})</small>").format(linked(at, key), about) if about else linked(at, key)
