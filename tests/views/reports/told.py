"""Desks on small registers and on the demonstration, and what a report says on them, in short."""

import re
from dataclasses import replace
from datetime import date
from functools import cache

from ccm_site.register import linked, load
from ccm_site.rules.example import applied
from ccm_site.starter import shipped
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.model import Table
from ccm_site.views.reports.pages import page, sheets
from ccm_site.views.reports.words import in_words
from tests.registers import DEMO_DAY
from tests.rules.registers import record
from tests.views.reports.registers import desk_on, report
from tests.views.sites import KINDS

CANARY, AMOUNT = "Zanzibar-Kolibri", "7654321.09"


def money(amount, vat="exempt"):
    return {"amount": amount, "vat_basis": vat}


def desk(*records, audience="intranet", on=DEMO_DAY, period=None):
    """A desk on these records as an audience may see them."""
    return desk_on(linked({r.key: r for r in records}, KINDS)[0], audience, on, period)


@cache
def demonstration():
    return load(shipped()).register


def demo(audience="intranet", on=DEMO_DAY, period=None, whole=None):
    """A desk on the demonstration register, or on a changed copy of it."""
    return desk_on(whole or demonstration(), audience, on, period)


def changed(change):
    """The demonstration with other values: by path and pointer."""
    return applied(demonstration(), KINDS, change)[0]


@cache
def planted():
    """The demonstration with canaries in every restricted text and amount: of placements, of complaints, and in fields of other records."""
    whole = demonstration()
    records = {}
    for key, r in whole.records.items():
        kind = KINDS[key.kind]
        sealed = kind.audience == "restricted" or r.path.startswith("placements/")
        data = {f.name: _canaried(f, r.data[f.name], sealed) for f in kind.fields if f.name in r.data}
        records[key] = replace(r, data=data)
    return type(whole)(records, whole.links, whole.backlinks)


def _canaried(f, value, sealed):
    sealed = sealed or f.audience == "restricted"
    if isinstance(value, dict) and f.fields:
        return {c.name: _canaried(c, value[c.name], sealed) for c in f.fields if c.name in value}
    if isinstance(value, list) and f.item:
        return [_canaried(f.item, v, sealed) for v in value]
    if not sealed or not isinstance(value, str):
        return value
    if f.name == "amount":
        return AMOUNT
    plain = not (f.ref or f.codes or {"enum", "const", "format", "pattern"} & set(f.schema))
    return f"{value} {CANARY}" if plain else value


def all_output(of, name, subject=""):
    """Everything that a report puts out but its PDF: page, sheets, words."""
    kind = report_kinds()[name]
    made = kind.report(of, subject)
    parts = [page(of, made, False).body, in_words(made), *(x.content.decode() for x in sheets(made))]
    return "\n".join(str(p) for p in parts)


def betrays(text):
    """Whether a text names a placement or a complaint, or holds a canary."""
    return CANARY in text or "7,654,321" in text or re.search(r"\b[PK]-20\d\d-", text) is not None


def made(of, name, subject=""):
    return report(name, of, subject)


def section(report, title):
    return next(s for s in report.sections if s.title.startswith(title))


def table(report, title, nth=0):
    """The rows of a table of a section as texts, each a dict by column."""
    found = [p for p in section(report, title).parts if isinstance(p, Table)][nth]
    return [dict(zip(found.columns, (c.text for c in row), strict=True)) for row in found.rows]


def post(id="owner"):
    return record("post", id, title="Contracts Officer", from_="2020-01-01")


def provider(id="brae", **more):
    return record("provider", id, name="Brae", **more)


def day(text):
    return date.fromisoformat(text)
