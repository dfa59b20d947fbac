"""The risk of a contract by the council's own model: every contribution with its source, what rating follows, and what follows from that.

The model is policy/risk_model.yaml (F-3B-ii-7, F-3B-ii-9). A level of a factor that has a ``test`` is scored from the register itself;
a factor without tests, or for which the register lacks the figure, goes by the latest assessment. The assessor decides: a rating that
departs from the model's stands with its reason (F-4-OM-12), and this shows where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from ccm_site.facts.policy import applies, entries
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, number, part_of, texts
from ccm_site.model import Key, Record, Register
from ccm_site.performance.figures import FIGURES, Figure

RATINGS = ("green", "amber", "red")


@dataclass(frozen=True)
class Contribution:
    """What one factor adds. ``by`` says whether the score comes from the register's figures, from the assessor, or is not known (0)."""

    code: str
    label: str
    weight: int
    score: int
    by: Literal["figures", "assessor", "nobody"]
    why: str
    sources: tuple[Key, ...]

    @property
    def points(self) -> int:
        return self.weight * self.score


@dataclass(frozen=True)
class AtLeast:
    """An event that sets a lowest rating whatever the total."""

    when: str
    rating: str
    why: str
    sources: tuple[Key, ...]


@dataclass(frozen=True)
class Trigger:
    """A criterion for additional monitoring that is met: what it is called, what it leads to, why it is met."""

    label: str
    leads_to: tuple[str, ...]
    why: str
    sources: tuple[Key, ...]


@dataclass(frozen=True)
class Risk:
    """A contract's risk on a day. ``rating`` is the model's; ``decided`` the assessor's, "" where nobody assessed it yet.

    ``unknown`` names the factors that nobody scored: the total may be higher. ``triggers`` are the criteria for additional monitoring
    of the monitoring policy that are met.
    """

    contributions: tuple[Contribution, ...]
    events: tuple[AtLeast, ...]
    total: int
    rating: str
    meaning: str
    decided: str
    override_reason: str
    assessment: Record | None
    triggers: tuple[Trigger, ...]
    monitored: Record | None
    """The plan of additional monitoring that is active."""

    @property
    def unknown(self) -> tuple[str, ...]:
        return tuple(c.label for c in self.contributions if c.by == "nobody")

    @property
    def standing(self) -> str:
        """The rating that stands: the assessor's, else the model's where every factor is scored, else "": it cannot be said yet."""
        return self.decided or ("" if self.unknown else self.rating)

    @property
    def differs(self) -> bool:
        """Whether the rating in force is another than the model gives today."""
        return bool(self.decided) and self.decided != self.rating


def risk_of(register: Register, contract: Record, today: date) -> Risk | None:
    """A contract's risk on a day; None where no risk model is in force."""
    model = entries(register, "risk_model", today)
    if not model:
        return None
    latest = latest_assessment(register, contract, today)
    known: dict[str, Figure | None] = {}

    def figure(name: str) -> Figure | None:
        if name not in known:
            known[name] = FIGURES[name](register, contract, today) if name in FIGURES else None
        return known[name]

    contributions = tuple(_contribution(e, figure, latest) for e in model)
    table = register.table("risk_model")
    events = tuple(
        AtLeast(str(e.get("when", "")), str(e["rating"]), met.words, met.sources)
        for e in mappings(table.get("overrides")) if (met := _met(e.get("test"), figure)) is not None and e.get("rating") in RATINGS
    )  # fmt: skip
    total = sum(c.points for c in contributions)
    band = _band(mappings(table.get("bands")), total)
    rating = max((str(band.get("rating", "green")), *(e.rating for e in events)), key=RATINGS.index)
    meaning = next((str(b.get("meaning", "")) for b in mappings(table.get("bands")) if b.get("rating") == rating), "")
    decided = str((latest.data.get("rating") or latest.data.get("computed_rating") or "") if latest else "")
    return Risk(
        contributions, events, total, rating, meaning, decided, str(latest.data.get("override_reason", "")) if latest else "", latest,
        tuple(_triggers(register, decided or rating, latest, figure, today)), _additional(register, contract, today),
    )  # fmt: skip


def latest_assessment(register: Register, contract: Record, today: date) -> Record | None:
    """The contract's latest decided risk assessment by a day; None where there is none."""
    decided = [
        (on, a.id, a) for a in citing(register, contract, "risk_assessment")
        if a.data.get("status") == "decided" and (on := day(a.data.get("assessed_on"))) and on <= today
    ]  # fmt: skip
    return max(decided)[2] if decided else None


def _contribution(entry: Mapping[str, Any], figure: Any, latest: Record | None) -> Contribution:
    code, label = str(entry.get("code")), str(entry.get("label", ""))
    weight = int(entry.get("weight", 1))
    levels = sorted(
        (e for e in mappings(entry.get("levels")) if isinstance(e.get("score"), int)), key=lambda e: int(e["score"])
    )
    tested = [e for e in levels if isinstance(e.get("test"), Mapping)]
    if tested and any(figure(str(e["test"].get("figure"))) is not None for e in tested):
        for level in reversed(tested):
            if (met := _met(level["test"], figure)) is not None:
                return Contribution(code, label, weight, int(level["score"]), "figures", met.words, met.sources)
        looked = next(f for e in tested if (f := figure(str(e["test"].get("figure")))) is not None)
        score = int(levels[0]["score"]) if "test" not in levels[0] else 0
        return Contribution(code, label, weight, score, "figures", looked.words, looked.sources)
    scored = (
        next((f for f in mappings(latest.data.get("factors")) if f.get("factor") == code), None) if latest else None
    )
    if scored is None or latest is None or not isinstance(scored.get("score"), int):
        return Contribution(code, label, weight, 0, "nobody", "not assessed yet", ())
    said = str(scored.get("finding") or next((e.get("when", "") for e in levels if e["score"] == scored["score"]), ""))
    return Contribution(code, label, weight, int(scored["score"]), "assessor", said, (latest.key,))


def _met(test: Any, figure: Any) -> Figure | None:
    """The figure of a test where it is met; None where it is not, or cannot be told."""
    if not isinstance(test, Mapping) or (bound := number(test.get("value"))) is None:
        return None
    found: Figure | None = figure(str(test.get("figure")))
    if found is None:
        return None
    met = found.value <= bound if test.get("comparison") == "at_most" else found.value >= bound
    return found if met else None


def _band(bands: list[Mapping[str, Any]], total: int) -> Mapping[str, Any]:
    """The band in which a total falls. One above every band, or between two, belongs to the band below it: never to green for want of one."""
    begun = [b for b in bands if isinstance(b.get("from_score"), int) and b["from_score"] <= total]
    return max(begun, key=lambda b: int(b["from_score"]), default={})


def _triggers(register: Register, rating: str, latest: Record | None, figure: Any, today: date) -> Iterator[Trigger]:
    """The criteria of the monitoring policy that are met: by their test, or by the rating in force (``rating_<rating>``) (F-3B-ii-8)."""
    policy = [e for e in mappings(register.table("monitoring_policy").get("entries")) if applies(e, today)]
    words = {str(e.get("code")): str(e.get("label", "")) for e in policy}
    for e in policy:
        if e.get("part") != "trigger":
            continue
        leads_to = tuple(words.get(c, c) for c in texts(e.get("leads_to")))
        if (met := _met(e.get("test"), figure)) is not None:
            yield Trigger(str(e.get("label", "")), leads_to, met.words, met.sources)
        elif e.get("code") == f"rating_{rating}":
            yield Trigger(str(e.get("label", "")), leads_to, f"rated {rating}", (latest.key,) if latest else ())


def _additional(register: Register, contract: Record, today: date) -> Record | None:
    """The contract's plan of additional monitoring that is active on a day."""
    for plan in citing(register, contract, "monitoring_plan"):
        start, end = day(plan.data.get("start_date")), day(plan.data.get("end_date"))
        if (
            plan.data.get("level") == "additional"
            and plan.data.get("status") == "active"
            and (not start or start <= today)
            and (not end or end >= today)
        ):
            return plan
    return None


def decision_due(risk: Risk) -> bool:
    """Whether somebody has to decide on additional monitoring: the rating or a criterion asks for it, none is under way, and nobody decided against it.

    What was decided stands for as long as the model gives the rating that it gave then, also where the assessor departed from it.
    """
    asked = risk.rating != "green" or risk.decided not in ("", "green") or bool(risk.triggers)
    data = risk.assessment.data if risk.assessment else {}
    stands = risk.rating == (data.get("computed_rating") or risk.decided)
    return asked and risk.monitored is None and ("additional_monitoring" not in part_of(data, "decision") or not stands)
