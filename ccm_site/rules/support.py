"""What rules have in common: findings, how grave they are, and what things are called in them. Facts of a register are in `ccm_site.facts`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import entries
from ccm_site.facts.records import carried_over_on, cited
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Location, Record, Register, Severity, pointer_tokens
from ccm_site.rules import in_words


def found(
    rule: str, severity: Severity, record: Record, pointer: str, message: str, fix: str, *related: tuple[Record, str]
) -> Finding:
    """A finding at a JSON pointer of a record; ``related`` are other records with the pointers that it speaks of.

    At a sealed field it says what the rule says and points nowhere else, whatever is given: findings are printed, and read by more people
    than hold the key.
    """
    also = tuple(Location(r.path, pointer=p) for r, p in related)
    name = next(iter(pointer_tokens(pointer)), "")
    if name and record.hides(name):
        says, _, mend = (w.partition(". ")[0].rstrip(".") for w in in_words(rule))
        message, fix = f"{name} is sealed and does not keep the rule: {says}", f"{mend[:1].lower()}{mend[1:]}"
        also = ()
    return Finding(rule, severity, message, Location(record.path, pointer=pointer), fix, also)


def grade(record: Record) -> Severity:
    """How grave it is that a record lacks something: it only warns where the record was carried over."""
    return "warning" if "legacy" in record.data else "error"


def severity_then(record: Record, on: date) -> Severity:
    """An error; a warning where it happened before the record was carried over from another register."""
    moved = carried_over_on(record)
    return "warning" if moved is not None and on <= moved else "error"


def money(value: Decimal) -> str:
    """An amount in pounds, ``£1,250.50``."""
    return f"£{value:,.2f}"


def label(register: Register, table: str, code: Any) -> str:
    """What a code of a policy table is called, by its latest label; the code itself where the table does not say."""
    named = [e for e in entries(register, table) if e.get("code") == code and isinstance(e.get("label"), str)]
    return str(max(named, key=lambda e: str(e.get("effective_from", "")))["label"]) if named else str(code)


def called(register: Register, kinds: Kinds, kind: str, field: str, value: Any) -> str:
    """How the value of a field reads for people: a state's title, a code's label, the name of the record that it refers to.

    ``field`` is a dotted path, as `Kind.field` has it. The value itself where neither schema nor table says more. A message tells a
    value in this way; what is to be written into the record it tells as it is written.
    """
    of, cycle = kinds[kind].field(field), kinds[kind].life_cycle
    if cycle is not None and field == cycle.field and str(value) in cycle.states:
        return str(cycle.states[str(value)]["title"])
    if of is None:
        return str(value)
    if of.codes:
        return label(register, of.codes, value)
    if of.ref:
        record = next((r for name in of.ref if (r := cited(register, name, value)) is not None), None)
        return kinds[record.kind].label_of(record) if record is not None else str(value)
    return of.label_of(value)
