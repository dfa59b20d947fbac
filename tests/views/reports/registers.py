"""Tiny registers in memory, the desk of a site on them, and what a report says of them, as plain texts."""

from dataclasses import replace
from functools import cache

from ccm_site.model import Key, Record
from ccm_site.register import load
from ccm_site.starter import shipped
from ccm_site.views.counts import published_counts
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.model import Facts, Points, Table, Words
from tests.registers import DEMO_DAY
from tests.views.invented import linked
from tests.views.sites import KINDS, site


def record(kind, id, /, **data):
    """A record; ``from_`` stands for the field ``from``, and a field that is None is not there. A version stands in the id: ``S-1/v2``."""
    held = {n.rstrip("_"): v for n, v in data.items() if v is not None}
    name, _, version = id.partition("/v")
    return Record(
        Key(kind, id), f"{id}.yaml", {**held, "kind": kind, "id": name, **({"version": int(version)} if version else {})}, ""
    )  # fmt: skip


def table(name, *entries, **more):
    """A table of policy/ with these entries, in force since 2008."""
    return record(name, name, entries=[{"effective_from": "2008-01-01", **e} for e in entries], **more)


def limits(**values):
    """The table of thresholds with these limits, and nothing else in it."""
    given = [{"code": c, "value": v, "effective_from": "2008-01-01"} for c, v in values.items()]
    return record("thresholds", "thresholds", limits=given)


def desk_on(whole, audience="intranet", on=DEMO_DAY, asked=None):
    """The desk of an audience's site on a register."""
    return Desk(replace(site(whole, audience), today=on), published_counts(whole, KINDS, audience, on), asked)


def desk(*records, audience="intranet", on=DEMO_DAY, asked=None):
    """The desk of an audience's site on these records, on the day of the demonstration."""
    return desk_on(linked(KINDS, {r.key: r for r in records}), audience, on, asked)


@cache
def demonstration(audience="intranet"):
    """The desk of the demonstration's site."""
    return desk_on(load(shipped()).register, audience)


def report(name, at, subject=""):
    return report_kinds()[name].report(at, subject)


def parts(made, title):
    """The parts of a section."""
    return next(s.parts for s in made.sections if s.title == title)


def rows(made, title, number=0):
    """What the rows of a section's table say, marks included; ``number`` counts its tables, or is a table's title."""
    tables = [p for p in parts(made, title) if isinstance(p, Table)]
    found = tables[number] if isinstance(number, int) else next(t for t in tables if t.title == number)
    return [tuple(c.marked for c in row) for row in found.rows]


def cell(made, title, first, column, number=0):
    """A cell as it is said, with its sources: in the row that begins with ``first``, in the column so called."""
    tables = [p for p in parts(made, title) if isinstance(p, Table)]
    found = tables[number] if isinstance(number, int) else next(t for t in tables if t.title == number)
    row = next(r for r in found.rows if r[0].text.startswith(first))
    return row[found.columns.index(column)]


def words(made, title=None):
    """Every text of a report, or of one of its sections."""
    out = []
    for s in made.sections:
        if title is None or s.title == title:
            for p in s.parts:
                if isinstance(p, Words):
                    out.append(p.text)
                elif isinstance(p, Points):
                    out += [i.marked for i in p.items]
                elif isinstance(p, Facts):
                    out += [f"{label}: {v.marked}" for label, v in p.pairs]
                elif isinstance(p, Table):
                    out += [c.marked for row in p.rows for c in row]
    return "\n".join(out)
