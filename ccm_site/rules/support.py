"""What rules have in common: findings and how grave they are; and, in one place to import from, the facts of `ccm_site.facts`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ccm_site.facts.policy import Waits, applies, entries, limit, over, threshold, working_days_after
from ccm_site.facts.records import SENT, carried_over_on, cited, citing, counting, gathered, open_to_check
from ccm_site.facts.values import (
    amount,
    day,
    days_after,
    in_force,
    mappings,
    months_after,
    number,
    part_of,
    period_end,
    texts,
)
from ccm_site.model import Finding, Location, Record, Severity, pointer_tokens
from ccm_site.rules import in_words

__all__ = [
    "SENT",
    "Waits",
    "amount",
    "applies",
    "carried_over_on",
    "cited",
    "citing",
    "counting",
    "day",
    "days_after",
    "entries",
    "found",
    "gathered",
    "grade",
    "in_force",
    "limit",
    "mappings",
    "money",
    "months_after",
    "number",
    "open_to_check",
    "over",
    "part_of",
    "period_end",
    "severity_then",
    "texts",
    "threshold",
    "working_days_after",
]


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
