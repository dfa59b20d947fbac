"""Tiny registers in memory, and what the rules of one row find in them, in short."""

from dataclasses import replace
from datetime import date
from functools import cache

from ccm_site.kinds import load_kinds
from ccm_site.model import Key, Link, Record, Register, Seal
from ccm_site.rules import Changes, all_change_rules, all_rules
from ccm_site.starter import shipped

DAY = date(2026, 11, 24)
"""Today."""


@cache
def kinds():
    return load_kinds(shipped() / "schemas")


def record(kind, id, /, **data):
    """A record; ``from_`` stands for the field ``from``, a field that is None is not there, and ``S-1/v2`` is a version of S-1."""
    held = {n.rstrip("_"): v for n, v in data.items() if v is not None}
    return Record(Key(kind, id), f"{id}.yaml", {**held, "kind": kind, "id": id.partition("/")[0]}, "")


def but(known, **data):
    """A record with other values."""
    return record(known.kind, known.id, **{**known.data, **{n.rstrip("_"): v for n, v in data.items()}})


def shut(kind, id, /, **data):
    """A record of which nobody here can see more than this."""
    return replace(record(kind, id, **data), seal=Seal("K-1", "-", shut="no key"))


def table(name, *entries, **more):
    """A table of policy/ with these entries."""
    return record(name, name, entries=list(entries), **more)


def limits(*entries, **values):
    """The table of thresholds with these limits, and nothing else in it."""
    given = [*entries, *({"code": code, "value": value} for code, value in values.items())]
    return record("thresholds", "thresholds", limits=given)


def register(*records):
    """These records, each linked to the others that it names anywhere."""
    known, back = {}, {}
    for r in records:
        known.setdefault(r.id, []).append(r.key)
    for r in records:
        for pointer, value in _texts(r.data, ""):
            for target in known.get(value, ()) if pointer != "/id" else ():
                back.setdefault(target, []).append(Link(r.key, pointer, target, pointer, pointer))
    return Register({r.key: r for r in records}, {}, {k: tuple(v) for k, v in back.items()})


def _texts(value, pointer):
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _texts(part, f"{pointer}/{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, f"{pointer}/{index}")
    elif isinstance(value, str):
        yield pointer, value


def findings(row, *records, on=DAY):
    """What the rules of a row find in these records on a day."""
    whole = register(*records)
    out = []
    for r in all_rules():
        if r.row == row:
            found = list(r.find(whole, kinds(), on))
            assert {f.rule for f in found} <= {r.id}
            out += found
    return out


def told(row, *records, on=DAY):
    """The same in short: ``warning C-1/status``."""
    return [short(f) for f in findings(row, *records, on=on)]


def told_of_change(row, before, after, actor="", on=DAY):
    """What the rules of change of a row find when some records become others."""
    changes = Changes.between(register(*before), register(*after), actor)
    out = []
    for r in all_change_rules():
        if r.row == row:
            found = list(r.find(changes, kinds(), on))
            assert {f.rule for f in found} <= {r.id}
            out += [short(f) for f in found]
    return out


def short(finding):
    return f"{finding.severity} {finding.at.path.removesuffix('.yaml')}{finding.at.pointer}"
