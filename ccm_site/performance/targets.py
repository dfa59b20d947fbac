"""A result against its target: which way is better, and by how much a target may be missed before it counts as missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from ccm_site.facts.values import number

Verdict = Literal["met", "just_missed", "missed", "no_answer", "no_target", "not_shown"]
"""How a result stands to its target. ``just_missed`` lies within the tolerance; ``not_shown`` is veiled here or no number."""

VERDICTS: Mapping[str, str] = {
    "met": "Met", "just_missed": "Just missed", "missed": "Missed", "no_answer": "No answer", "no_target": "No target set",
    "not_shown": "Not shown",
}  # fmt: skip
COMPARISONS = {"at_least": "at least", "at_most": "at most", "exactly": "exactly"}
UNITS = {
    "per_cent": "%", "number": "", "days": " days", "hours": " hours", "score_1_to_5": " out of 5", "grade_1_to_6": " out of 6",
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What a result is held against."""

    comparison: Literal["at_least", "at_most", "exactly"]
    value: Decimal
    unit: str

    @property
    def words(self) -> str:
        return f"{COMPARISONS[self.comparison]} {self.value.normalize():f}{UNITS.get(self.unit, '')}"


def target_of(entered: Any) -> Target | None:
    """The target of a measure or standard as it is entered; None where there is none that can be reckoned with."""
    if not isinstance(entered, Mapping) or entered.get("comparison") not in COMPARISONS:
        return None
    value = number(entered.get("value"))
    return Target(entered["comparison"], value, str(entered.get("unit", ""))) if value is not None else None


def verdict(value: Decimal, target: Target | None, tolerance: Decimal) -> Verdict:
    """How a value stands to a target. ``tolerance`` is in per cent of the target's value: 0 where none is allowed."""
    if target is None:
        return "no_target"
    short = shortfall(value, target)
    if short <= 0:
        return "met"
    return "just_missed" if short * 100 <= tolerance * abs(target.value) else "missed"


def shortfall(value: Decimal, target: Target) -> Decimal:
    """By how much a value misses its target; 0 or less where it does not."""
    if target.comparison == "at_least":
        return target.value - value
    if target.comparison == "at_most":
        return value - target.value
    return abs(value - target.value)
