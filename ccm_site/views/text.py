"""How values read on pages and in tables: plain English for people, and nothing that a record says can become HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from ccm_site.kinds import Field, Kind
from ccm_site.model import Key
from ccm_site.views.badges import rating_badge
from ccm_site.views.context import AREAS, Place, Site
from ccm_site.views.urls import folder, relative

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
VAT = {"excluded": "excluding VAT", "included": "including VAT", "exempt": "exempt from VAT"}

Shape = Literal[
    "reference", "code", "choice", "flag", "number", "date", "month", "money", "period", "file", "quantity", "target",
    "mail", "web", "text", "line", "list", "table", "object",
]  # fmt: skip

_OBJECTS: Mapping[frozenset[str], Shape] = {
    frozenset({"amount", "currency", "vat_basis"}): "money",
    frozenset({"from", "to"}): "period",
    frozenset({"name", "sha256", "media_type"}): "file",
    frozenset({"unit", "quantity"}): "quantity",
    frozenset({"comparison", "value", "unit"}): "target",
}
_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class At:
    """The page on which something is shown, from which its links start."""

    site: Site
    url: str

    def href(self, to: str | Place) -> str:
        return relative(self.url, to.link if isinstance(to, Place) else to)

    def trail(self, kind: Kind, own: bool) -> list[tuple[str, str | None]]:
        """The way from home to a kind's table (``own``: which is this page, and left out): pairs of a title and a link."""
        steps: list[tuple[str, str | None]] = [("Home", self.href(""))]
        area = self.site.area_page(kind.area)
        if AREAS[kind.area] != kind.plural or area != folder(kind):
            steps.append((AREAS[kind.area], self.href(area) if area else None))
        if not own and not kind.is_policy:
            steps.append((kind.plural, self.href(folder(kind))))
        return steps


def shape(f: Field) -> Shape:
    """In which of the few ways a field's value is shown."""
    kind = f.type
    if kind == "object":
        return _OBJECTS.get(frozenset(c.name for c in f.fields), "object")
    if kind == "array":
        return "table" if f.item is not None and shape(f.item) == "object" else "list"
    if f.ref:
        return "reference"
    if f.codes:
        return "code"
    if kind == "boolean":
        return "flag"
    if kind == "integer":
        return "number"
    if "enum" in f.schema or "const" in f.schema:
        return "choice"
    form = f.schema.get("format")
    pattern = str(f.schema.get("pattern", ""))
    if form == "date":
        return "date"
    if form == "email":
        return "mail"
    if pattern.startswith(r"^\d{4}-(0[1-9]"):
        return "month"
    if pattern.startswith("^https?://"):
        return "web"
    return "text" if f.free_text else "line"


def day(text: str) -> str:
    """``2026-04-01`` as ``1 April 2026``, ``2026-04`` as ``April 2026``; anything else as it is."""
    try:
        if len(text) == 7:
            return f"{MONTHS[date.fromisoformat(text + '-01').month - 1]} {text[:4]}"
        d = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{d.day} {MONTHS[d.month - 1]} {d.year}"


def money(data: Mapping[str, Any], usual: str = "GBP") -> str:
    """``£34,000.00 excluding VAT``; another currency by its three letters before the amount."""
    amount, currency = str(data.get("amount", "")), str(data.get("currency", usual))
    whole, point, pence = amount.partition(".")
    if whole.isascii() and whole.isdigit():
        amount = f"{int(whole):,}{point}{pence}"
    sign = "£" if currency == "GBP" else f"{currency} "
    vat = str(data.get("vat_basis", ""))
    return f"{sign}{amount} {VAT.get(vat, vat)}".rstrip()


def plain(site: Site, kind: Kind, f: Field, value: Any) -> str:
    """The value in one plain text, for tables, sheets and search."""
    how = shape(f)
    if how == "reference":
        return site.label(target(site, f, value))
    if how == "code":
        return site.code_labels.get(f.codes, {}).get(str(value)) or _words(str(value))
    if how in ("date", "month"):
        return day(str(value))
    if isinstance(value, Mapping):
        return _plain_object(site, kind, f, how, value)
    if isinstance(value, list):
        item = f.item
        return "; ".join(plain(site, kind, item, v) for v in value if v is not None) if item else ""
    cycle = kind.life_cycle
    if cycle and f.path == (cycle.field,) and str(value) in cycle.states:
        return str(cycle.states[str(value)]["title"])
    return f.label_of(value)


def _plain_object(site: Site, kind: Kind, f: Field, how: Shape, value: Mapping[str, Any]) -> str:
    if how == "money":
        return money(value, site.currency)
    if how == "period":
        return f"{day(str(value.get('from', '')))} to {day(str(value.get('to', '')))}"
    if how == "file":
        return str(value.get("name", ""))
    parts = {c.name: plain(site, kind, c, value[c.name]) for c in f.fields if value.get(c.name) is not None}
    if how == "quantity":
        return f"{parts.get('quantity', '')} {parts.get('unit', '').lower()}".strip()
    if how == "target":
        return f"{parts.get('comparison', '')} {parts.get('value', '')} {parts.get('unit', '').lower()}".strip()
    titles = {c.name: c.title for c in f.fields}
    return ", ".join(f"{titles[name]}: {text}" for name, text in parts.items())


def target(site: Site, f: Field, value: Any) -> Key:
    """The record that a reference points to, among the kinds that it may point to."""
    keys = [Key(name, str(value)) for name in f.ref]
    return next((k for k in keys if k in site.register.records), keys[0])


def _words(code: str) -> str:
    text = code.replace("_", " ")
    return text[:1].upper() + text[1:]


def html(at: At, kind: Kind, f: Field, value: Any) -> Markup:
    """The value as it stands on a page: dates, links, paragraphs, lists. Everything from the record is escaped."""
    how = shape(f)
    if how == "reference":
        return linked(at, target(at.site, f, value))
    if how in ("date", "month"):
        return time(str(value))
    if how == "period" and isinstance(value, Mapping):
        return Markup("{} to {}").format(time(str(value.get("from", ""))), time(str(value.get("to", ""))))
    if how == "file" and isinstance(value, Mapping):
        return Markup('{} <small class="ccm-mark">SHA-256 {}</small>').format(
            value.get("name", ""), value.get("sha256", "")
        )
    if how == "mail":
        return _mail(str(value))
    if how == "web":
        return _web(str(value))
    if how == "text":
        return paragraphs(str(value))
    if how in ("list", "table") and isinstance(value, list) and f.item:
        return _list(at, kind, f.item, [v for v in value if v is not None])
    if how == "object" and isinstance(value, Mapping):
        return _object(at, kind, f, value)
    rated = rating_badge(f, value) if how == "choice" else None
    return Markup(rated.__html__()) if rated else escape(plain(at.site, kind, f, value))


def time(text: str) -> Markup:
    words = day(text)
    return Markup(f'<time datetime="{escape(text)}">{escape(words)}</time>') if words != text else escape(text)


def linked(at: At, key: Key) -> Markup:
    """A record's name as a link to where it is shown; its bare name where this site does not show it."""
    place = at.site.place(key)
    label = at.site.label(key)
    return Markup(f'<a href="{escape(at.href(place))}">{escape(label)}</a>') if place else escape(label)


def _mail(text: str) -> Markup:
    if re.fullmatch(r"[A-Za-z0-9.!#$%&'*+/=^_`{|}~-]+@[A-Za-z0-9.-]+", text):
        return Markup('<a href="mailto:{}">{}</a>').format(text.replace("%", "%25").replace("&", "%26"), text)
    return escape(text)


def _web(text: str) -> Markup:
    try:
        parts = urlsplit(text)
    except ValueError:
        return escape(text)
    if parts.scheme in ("http", "https") and parts.netloc:
        return Markup('<a href="{}" rel="noopener noreferrer external">{}</a>').format(text, text)
    return escape(text)


def paragraphs(text: str) -> Markup:
    """A text of one line as it is; of several, as paragraphs at empty lines, with its line breaks."""
    lines = _BREAKS.sub("\n", text).strip("\n")
    if "\n" not in lines:
        return escape(lines)
    blocks = re.split(r"\n[ \t]*\n\s*", lines)
    return Markup("").join(Markup("<p>{}</p>").format(Markup("<br>").join(block.split("\n"))) for block in blocks)


def _list(at: At, kind: Kind, item: Field, values: list[Any]) -> Markup:
    """The values of a list; those that this audience may not see were left as gaps and are gone already."""
    if len(values) == 1:
        return html(at, kind, item, values[0])
    return Markup("<ul>{}</ul>").format(
        Markup("").join(Markup("<li>{}</li>").format(html(at, kind, item, v)) for v in values)
    )


def _object(at: At, kind: Kind, f: Field, value: Mapping[str, Any]) -> Markup:
    parts = [
        Markup("<li>{}: {}</li>").format(c.title, html(at, kind, c, value[c.name]))
        for c in f.fields
        if value.get(c.name) is not None
    ]
    return Markup('<ul class="ccm-inline">{}</ul>').format(Markup("").join(parts))
