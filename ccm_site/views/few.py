"""Counts of people that somebody entered: from 1 to 4 they are not shown outside the restricted site, nor what they follow from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ccm_site.kinds import Field
from ccm_site.views.small_numbers import LEAST, SMALL, WITHHELD

_OF_PEOPLE = frozenset({"", "number", "places", "cases"})
"""The units in which a figure may be a count of people. Hours, days, grades, scores and per cents are none."""


def veiled(data: dict[str, Any], fields: Sequence[Field], unit: str = "") -> dict[str, Any]:
    """One object of a record with its small counts of people veiled: ``<5``, and ``not shown`` for what would tell them.

    Counts beside each other often add up to one that is known elsewhere. So with a small count beside a larger one all but none are
    ``not shown``, which may be any number; likewise where the marks would tell (three of ``<5`` that make 3, or 12). So is a figure
    made of such counts, and the number of cases from which a rate would be a small count.

    A figure with no count beside it, or with a unit of its own there, is a count itself: below 5 it is not shown, in whole places or part
    of one, nor a share beside it. ``unit`` is that of the figures, "" where it is not known; in units that count no people they stay.
    """
    marked = [f for f in fields if f.people and f.name in data]
    if not marked:
        return data
    counts = {f.name: v for f in marked if isinstance(v := data[f.name], int) and not isinstance(v, bool)}
    small = [v for v in counts.values() if 0 < v < LEAST]
    out = dict(data)
    figures = [f.name for f in marked if f.type == "string"]
    if small:
        there = [v for v in counts.values() if v]
        told = len(there) > 1 and (there != small or sum(small) in (len(small), len(small) * (LEAST - 1)))
        out |= {name: WITHHELD if told else SMALL for name, v in counts.items() if v}
    within = any(_veiled_within(v) for v in data.values())
    if "unit" in data or not (counts or any(isinstance(v, Mapping) for v in data.values())):
        if unit in _OF_PEOPLE and any(0 < n < LEAST for name in figures if (n := _number(data[name])) is not None):
            out |= dict.fromkeys(figures, WITHHELD)
    elif small or within:
        out |= dict.fromkeys(figures, WITHHELD)
    elif any(_tells(data[name], v) for name in figures for v in counts.values()):
        out |= {name: WITHHELD for name, v in counts.items() if v}
    return out


def _veiled_within(value: Any) -> bool:
    return isinstance(value, Mapping) and any(v in (SMALL, WITHHELD) or _veiled_within(v) for v in value.values())


def _tells(rate: Any, of: int) -> bool:
    """Whether a rate in per cent, with the number that it is taken from, is a small count, or all but one."""
    number = _number(rate)
    part = of + 1 if number is None else number * of / 100
    return any(Decimal("0.5") <= n < LEAST for n in (part, of - part)) if part <= of else False


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
