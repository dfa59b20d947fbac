"""Outcomes by wellbeing indicator (V-14): what the services in use are to achieve for children, by the eight indicators, and what came of it.

Counts of children are shown as the register of the site shows them: outside the restricted site small ones are veiled, and nothing is
added up over contracts, since a sum could tell what is veiled.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ccm_site.facts.contracts import specification_on
from ccm_site.facts.values import mappings, texts
from ccm_site.model import Record
from ccm_site.performance.outcomes import RESULTS, Outcome, evaluated, reported
from ccm_site.views.reports.desk import Desk, figure, span
from ccm_site.views.reports.model import Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Outcomes by wellbeing indicator"
LEAD = "What services are to achieve for children under each of the eight wellbeing indicators, and what providers and the council say came of it."
INDICATORS = ("safe", "healthy", "achieving", "nurtured", "active", "respected", "responsible", "included")
NONE = ""


@dataclass(frozen=True)
class Aim:
    """An outcome of a contract's specification, with what is known of its results; None for nothing."""

    contract: Record
    specification: Record
    words: str
    attribution: str
    indicators: tuple[str, ...]
    told: Outcome | None
    checked: Outcome | None


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    aims = list(_aims(desk))
    used = [i for i in (*INDICATORS, NONE) if any(_under(a, i) for a in aims)]
    return Report(
        "outcomes_by_wellbeing", "", report_on("outcomes_by_wellbeing", ""), TITLE, LEAD, desk.period,
        (
            Section("Overview", tuple(_overview(desk, aims))),
            *(Section(_name(desk, i), tuple(_indicator(desk, [a for a in aims if _under(a, i)]))) for i in used),
        ),
        None, desk.shown_to("specification", "return", "outcome_evaluation"),
    )  # fmt: skip


def _name(desk: Desk, indicator: str) -> str:
    return desk.words("specification", "outcomes.*.wellbeing_indicators.*", indicator) if indicator else "Under no indicator"  # fmt: skip


def _under(aim: Aim, indicator: str) -> bool:
    return indicator in aim.indicators if indicator else not aim.indicators


def _aims(desk: Desk) -> Iterator[Aim]:
    """Every outcome of the contracts in force; on the restricted site with the evaluations of single cases, added up."""
    for contract in desk.running:
        specification = specification_on(desk.register, contract, desk.until)
        if specification is None:
            continue
        told = {o.id: o for o in reported(desk.register, contract, desk.until)}
        checked = {o.id: o for o in evaluated(desk.register, contract, desk.period)} if desk.whole else {}
        for o in mappings(specification.data.get("outcomes")):
            id, seen = str(o.get("id", "")), checked.get(str(o.get("id", "")))
            yield Aim(
                contract, specification, str(o.get("text", "")), str(o.get("attribution", "")), tuple(texts(o.get("wellbeing_indicators"))), told.get(id),
                seen if seen and seen.sources else None,
            )  # fmt: skip


def _overview(desk: Desk, aims: list[Aim]) -> Iterator[Part]:
    rows = []
    for i in INDICATORS:
        own = [a for a in aims if i in a.indicators]
        specifications = {a.specification.key: None for a in own}
        outcomes = {(a.specification.key, a.words) for a in own}
        contracts = {a.contract.key: None for a in own}
        rows.append(
            (Said(_name(desk, i)), Said(str(len(outcomes)) if own else "none", tuple(specifications), "" if own else "near"), Said(str(len(contracts)) if own else "–", tuple(contracts)),
             Said(str(n) if (n := sum(a.told is not None for a in own)) else "–"))
        )  # fmt: skip
    yield Table(
        "", ("Indicator", "Outcomes in specifications", "Contracts in force", "Outcomes that a return counts"), tuple(rows), (1, 2, 3),
        note="An outcome may stand under several indicators. It is counted once in each.", sheet="outcomes-by-wellbeing",
    )  # fmt: skip
    if not desk.whole:
        yield Words("Numbers of children from 1 to 4, and what would tell them, are not shown here, and no numbers are added up.", hint=True)  # fmt: skip


def _indicator(desk: Desk, aims: list[Aim]) -> Iterator[Part]:
    yield Table(
        "As providers' latest returns count them", ("Outcome", "Contract", "Who answers for it", "Achieved", "Partly", "Not achieved", "Too early"),
        tuple(
            (Said(a.words, a.told.sources if a.told else (a.specification.key,)), desk.name(a.contract.key), Said(desk.words("specification", "outcomes.*.attribution", a.attribution) or "–"),
             *(Said(str(a.told.counts.get(r, 0)) if a.told else "–") for r in RESULTS[:4]))
            for a in aims
        ), (3, 4, 5, 6), "No outcome.",
    )  # fmt: skip
    checked = [(a, a.checked) for a in aims if a.checked]
    if desk.whole:
        yield Table(
            f"As the council evaluated single cases, {span(desk.period)}", ("Outcome", "Contract", "Achieved", "Partly", "Not achieved", "Too early", "Achieved, of those that can be judged", "Provider says the same"),
            tuple(
                (Said(a.words, o.sources), desk.name(a.contract.key), *(Said(str(o.counts.get(r, 0))) for r in RESULTS[:4]), Said(figure(o.achieved_share, "%", 0)), Said(figure(o.agreed, "%", 0)))
                for a, o in checked
            ), (2, 3, 4, 5, 6, 7), "None was evaluated in this period.",
        )  # fmt: skip
        total = {r: sum(n for _, o in checked if isinstance(n := o.counts.get(r, 0), int)) for r in RESULTS[:4]}
        if len(checked) > 1:
            yield Points((Said(
                f"Together: {total['achieved']} achieved, {total['partly']} partly, {total['not']} not achieved, {total['too_early']} too early to say.",
                tuple(dict.fromkeys(k for _, o in checked for k in o.sources)),
            ),))  # fmt: skip
