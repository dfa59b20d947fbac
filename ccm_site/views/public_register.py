"""The public register of contracts: what section 35 of the Procurement Reform (Scotland) Act 2014 asks to be published of each.

It lists every regulated contract, direct awards and call-offs included (framework trace REG-1 to REG-6), made from the whole
register before it is projected, so that only what stands in an `Entry` can reach a page. A part may be withheld only on a ground of
section 35(6), which is shown in its place. A contract for one placement stands for one child: what would single the child out is
always withheld.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ccm_site.kinds import Kind, Kinds
from ccm_site.model import Record, Register
from ccm_site.views.context import Site
from ccm_site.views.page import Extra, Page
from ccm_site.views.sheets import cell
from ccm_site.views.templates import render
from ccm_site.views.text import At, day, html, time
from ccm_site.views.urls import PUBLIC_REGISTER

SHEET = "contracts-register.csv"
PUBLISHED = frozenset({"issued", "signed", "in_force", "expired", "terminated", "closed"})
ONE_CHILD = frozenset(
    {"title", "subject_matter", "award_date", "start_date", "end_date", "estimated_value", "extensions"}
)
NEUTRAL = "Care or education placement, spot purchase"
GROUNDS = {
    "a": "law enforcement, or otherwise the public interest",
    "b": "commercial interests of a person",
    "c": "fair competition",
}
"""The grounds of section 35(6), as the page explains them."""
TITLES = (
    "Contract", "Title", "Contractor", "Subject matter", "Date of award", "First day", "Last day, or how it ends", "May be extended by",
    "Estimated value", "How it was procured", "Award notice", "State", "Owner",
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One contract of the public register: its number, whether it has a page of its own, and its cells in the order of `TITLES`.

    ``withheld`` names each part that is not published, with its ground.
    """

    id: str
    has_page: bool
    cells: tuple[str, ...]
    withheld: tuple[tuple[str, str], ...] = ()


def public_register(register: Register, kinds: Kinds) -> tuple[Entry, ...]:
    """The entries of the whole, unprojected register, by contract number."""
    return tuple(_entry(register, kinds, r) for r in register.of_kind("contract") if _listed(r))


def _listed(record: Record) -> bool:
    entry = record.data.get("public_register")
    regulated = isinstance(entry, Mapping) and entry.get("regulated") is True
    return regulated and record.data.get("status") in PUBLISHED and "voided" not in record.data


def _entry(register: Register, kinds: Kinds, record: Record) -> Entry:
    data, kind = record.data, kinds["contract"]
    alone = data.get("placement_specific") is True
    told = data.get("public_register")
    parts = told.get("withheld") if isinstance(told, Mapping) else None
    grounds = {str(p.get("field")): str(p.get("ground")) for p in parts or () if isinstance(p, Mapping)}
    if alone:
        grounds = {name: grounds.get(name, "a") for name in (*ONE_CHILD, *grounds)}

    def shown(name: str, text: str) -> str:
        if name not in grounds:
            return text
        ground = f"withheld, section 35(6)({grounds[name]})"
        if alone and name in {"title", "subject_matter"}:
            return f"{NEUTRAL}; the rest {ground}"
        year = str(data.get(name, ""))[:4] if name in {"award_date", "start_date", "end_date"} else ""
        return f"{year}; the day {ground}" if year else ground[:1].upper() + ground[1:]

    end = str(data.get("end_date", ""))
    notice = told.get("award_notice") if isinstance(told, Mapping) else None
    return Entry(record.id, not alone, (
        record.id, shown("title", str(data.get("title", ""))), shown("provider", _name(register, "provider", data.get("provider"), "name")),
        shown("subject_matter", str(data.get("subject_matter", ""))), shown("award_date", str(data.get("award_date", ""))),
        shown("start_date", str(data.get("start_date", ""))), shown("end_date", end or str(data.get("end_circumstances", ""))),
        shown("extensions", _extensions(data.get("extensions"))), shown("estimated_value", _value(data.get("estimated_value"))),
        _label(kind, "route", data.get("route")), str(notice or ""), _state(kind, data), _name(register, "post", data.get("owner_post"), "title"),
    ), tuple((_title(kind, name), f"Withheld, section 35(6)({g}): {GROUNDS.get(g, g)}") for name, g in grounds.items()))  # fmt: skip


def _title(kind: Kind, name: str) -> str:
    field = kind.field(name)
    return field.title if field else name


def _name(register: Register, kind: str, id: Any, field: str) -> str:
    record = register.get(kind, id) if isinstance(id, str) else None
    return str(record.data.get(field, "")) if record else ""


def _extensions(options: Any) -> str:
    months = (
        [str(o["months"]) for o in options or () if isinstance(o, Mapping) and "months" in o]
        if isinstance(options, list)
        else []
    )
    return " and ".join(f"{m} months" for m in months) if months else "Not at all"


def _value(money: Any) -> str:
    if not isinstance(money, Mapping) or "amount" not in money:
        return ""
    basis = {"excluded": "excluding VAT", "included": "including VAT", "exempt": "exempt from VAT"}.get(
        str(money.get("vat_basis")), ""
    )
    amount, currency = str(money["amount"]), str(money.get("currency", "GBP"))
    whole, _, pence = amount.partition(".")
    figures = f"{int(whole):,}.{pence}" if whole.isdigit() else amount
    return f"{'£' if currency == 'GBP' else currency + ' '}{figures} {basis}".strip()


def _label(kind: Any, name: str, value: Any) -> str:
    field = kind.field(name)
    return field.label_of(value) if field is not None and isinstance(value, str) else ""


def _state(kind: Any, data: Mapping[str, Any]) -> str:
    told = kind.life_cycle.states.get(str(data.get("status"))) if kind.life_cycle else None
    return str(told["title"]) if told else ""


def public_register_pages(site: Site, entries: Sequence[Entry]) -> Iterator[Page | Extra]:
    """``contracts-register/`` and its sheet."""
    at = At(site, PUBLIC_REGISTER)
    changed = max((c.on for r in site.by_kind.get("contract", ()) if (c := site.changes.get(r.path))), default="")
    about = site.register.table("register")
    licence = about.get("licence")
    kind = site.kinds["contract"]
    rows = [
        (at.href(f"contracts/{e.id}/") if e.has_page and site.register.get(kind.name, e.id) else "", _words(e.cells))
        for e in entries
    ]
    held = licence.get("address") if isinstance(licence, Mapping) else None
    of = site.kinds.get("register")
    shown = of.field("licence.address") if of else None
    address = html(at, of, shown, held) if of and shown and isinstance(held, str) else ""
    body = render(
        "public_register.html", address=address, home=at.href(""), titles=TITLES, grounds=GROUNDS, rows=rows, sheet=SHEET, today=time(site.today.isoformat()),
        changed=time(changed) if changed else "", licence=licence if isinstance(licence, Mapping) else {}, council=about.get("council", ""),
        contact=about.get("contact", ""),
    )  # fmt: skip
    yield Page(PUBLIC_REGISTER, "Public register of contracts", body)
    yield Extra(PUBLIC_REGISTER + SHEET, _sheet(entries))


def _words(cells: tuple[str, ...]) -> list[str]:
    """Dates in words; the rest as it is."""
    return [day(c) for c in cells]


def _sheet(entries: Sequence[Entry]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(TITLES)
    for entry in entries:
        writer.writerow([cell(c) for c in entry.cells])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")
