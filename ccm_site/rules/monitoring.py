"""R-MON: how a contract is monitored, its plan and its risk. Returns, evidence and reports are in modules of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.contracts import monitored_since, providers_of
from ccm_site.facts.policy import entries, limit
from ccm_site.facts.records import counting, gathered, open_to_check
from ccm_site.facts.values import amount, day, mappings, months_after, part_of
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.support import called, found, grade, label

AREAS = {
    "volume_and_costs": "volume, referrals, turnover and costs",
    "user_and_provider_staff_views": "views of service users and the provider's staff",
    "council_staff_views": "views of social work and education staff",
    "quality_and_complaints": "quality assurance and complaints",
    "inspection_reports": "inspection reports",
    "other_commissioners": "experience of other organisations",
}
"""The six areas of the framework's methods, F-3B-p-M1 to M6, as the schema of a monitoring plan names them."""
STAGES = {"develop": "planning the monitoring", "undertake": "carrying it out", "report": "reporting on it"}


@rule("R-MON-1", "F-3B-ii-8", "F-3B-p-M1", "F-3B-p-M2", "F-3B-p-M3")
def contracts_have_a_plan(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract in force has an active monitoring plan, which covers the six areas of information or says why not.

    Why: every provider gets at least the standard package. Mend: make a monitoring plan for the contract and make it active; for
    each area give how it is covered, or the reason why it is not. For a contract that was carried over it is a warning.
    """
    all_plans = gathered(register, "monitoring_plan", "contract")
    for contract in counting(register, "contract", "in_force"):
        plans = _active(all_plans[contract.id])
        if not plans:
            yield found(
                "R-MON-1", grade(contract), contract, "/monitoring_plan",
                "is in force and has no active monitoring plan",
                "make a monitoring plan that names this contract, at standard level or above, and make it active",
                *((p, "/status") for p in all_plans[contract.id]),
            )  # fmt: skip
            continue
        covered = {
            m.get("area")
            for p in plans
            for m in mappings(p.data.get("methods"))
            if "how" in m or "not_used_reason" in m
        }
        if missing := [words for area, words in AREAS.items() if area not in covered]:
            yield found(
                "R-MON-1", "error", plans[0], "/methods", f"does not say how this is covered: {'; '.join(missing)}",
                "add the area under 'methods:' with 'how:', or with 'not_used_reason:' where it is left out",
                (contract, ""),
            )  # fmt: skip


@rule("R-MON-2", "F-3B-i-3", "F-3B-ii-7", "F-3B-ii-8", "F-4-OM-12", "F-FC-22")
def additional_monitoring_has_a_criterion(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What set off additional monitoring is a criterion of the monitoring policy or the risk model that applied on that day.
    Who decided it, from when, until when and what is done is asked for by its form.

    Why: what makes monitoring stricter is the same for every provider, and known beforehand. Mend: give the code of a criterion
    in policy/monitoring_policy.yaml.
    """
    for plan in counting(register, "monitoring_plan", "active", "ended"):
        trigger = plan.data.get("trigger")
        if plan.data.get("level") == "additional" and isinstance(trigger, Mapping):
            on = day(trigger.get("met_on")) or day(part_of(plan.data, "decision").get("on"))
            yield from _criterion(register, plan, "/trigger/code", trigger.get("code"), on)
    for assessment in counting(register, "risk_assessment", "decided"):
        decision = part_of(assessment.data, "decision")
        if decision.get("additional_monitoring") is True:
            on = day(decision.get("on"))
            yield from _criterion(register, assessment, "/decision/trigger", decision.get("trigger"), on)


def _criterion(register: Register, record: Record, pointer: str, code: Any, on: date | None) -> Iterator[Finding]:
    if (
        not isinstance(code, str)
        or on is None
        or any(e.get("part") == "trigger" for e in entries(register, "monitoring_policy", on, code))
    ):
        return
    known = [e for e in entries(register, "monitoring_policy", on) if e.get("part") == "trigger"]
    known += entries(register, "risk_model", on)
    if known and all(e.get("code") != code for e in known):
        codes = "; ".join(f"{e['code']} ({e.get('label')})" for e in known if e.get("part") == "trigger")
        yield found(
            "R-MON-2", "error", record, pointer,
            f"'{label(register, 'monitoring_policy', code)}' was no criterion for additional monitoring on {on}",
            f"give the code of the criterion that was met: {codes}",
        )  # fmt: skip


@rule("R-MON-3", "F-3B-ii-9", "F-4-OM-12", "F-4-OM-13")
def ratings_follow_the_model(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A decided risk assessment scores every factor of the risk model; its total and the model's rating are what follows from them.

    Why: two people who found the same give the same rating, and where somebody rates otherwise it is seen, with the reason. Mend:
    correct the scores, or write the total and rating that follow; for another rating use 'rating:' and 'override_reason:'.
    """
    bands = mappings(register.table("risk_model").get("bands"))
    models: dict[date, Mapping[str, Mapping[str, Any]]] = {}
    for assessment in counting(register, "risk_assessment", "decided"):
        on = day(assessment.data.get("assessed_on"))
        if on is None:
            continue  # the schema asks for it
        if on not in models:
            models[on] = {str(e.get("code")): e for e in entries(register, "risk_model", on)}
        if models[on]:
            yield from _recomputed(register, kinds, assessment, models[on], bands)


def _recomputed(
    register: Register, kinds: Kinds, assessment: Record, model: Mapping[str, Mapping[str, Any]], bands: list[Mapping[str, Any]]
) -> Iterator[Finding]:  # fmt: skip
    data = assessment.data
    factors = mappings(data.get("factors"))
    if not factors:
        return  # the schema asks for them
    scored = {str(f.get("factor")) for f in factors}
    for i, factor in enumerate(factors):
        if (entry := model.get(str(factor.get("factor")))) is None:
            yield found(
                "R-MON-3", "error", assessment, f"/factors/{i}/factor",
                f"'{label(register, 'risk_model', factor.get('factor'))}' was no factor of the risk model on {data['assessed_on']}",
                f"use one of: {', '.join(model)}",
            )  # fmt: skip
            return
        scores = [level.get("score") for level in mappings(entry.get("levels"))]
        if scores and factor.get("score") not in scores:
            yield found(
                "R-MON-3", "error", assessment, f"/factors/{i}/score",
                f"score is {factor.get('score')}, which the risk model does not give for '{entry.get('label')}'",
                f"give one of: {', '.join(map(str, scores))}",
            )  # fmt: skip
            return
    if missing := [code for code in model if code not in scored]:
        yield found(
            "R-MON-3", "error", assessment, "/factors", f"does not score {'; '.join(str(model[c].get('label')) for c in missing)}",
            f"score every factor of the risk model, 0 where nothing was found: add {', '.join(missing)}",
        )  # fmt: skip
        return
    total = sum(int(f["score"]) * int(model[str(f["factor"])].get("weight", 1)) for f in factors)
    if data.get("total") is not None and data["total"] != total:
        yield found(
            "R-MON-3", "error", assessment, "/total", f"total is {data['total']}, but the scores make {total}",
            "correct the scores or the total: each score is multiplied by its factor's weight",
        )  # fmt: skip
    rating = next((b["rating"] for b in bands if b["from_score"] <= total <= b["to_score"]), None)
    if rating is not None and data.get("computed_rating") not in (None, rating):
        is_, follows = (
            called(register, kinds, assessment.kind, "computed_rating", r) for r in (data["computed_rating"], rating)
        )
        yield found(
            "R-MON-3", "error", assessment, "/computed_rating",
            f"computed_rating is '{is_}', but a total of {total} is '{follows}' by the risk model",
            f"write '{rating}'; where another rating is to stand, give it as 'rating:' with 'override_reason:'",
        )  # fmt: skip


@rule("R-MON-15", "F-3B-i-7", "F-3B-ii-6")
def stakeholders_take_part(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Somebody from outside the council takes part at each stage of monitoring: planning it, carrying it out, reporting on it.

    Why: the provider and those who use the service know what is worth asking. Mend: say under 'involvement:' of the monitoring plan
    who takes part at the stage. What is said in a report on the contract counts too.
    """
    all_plans, reports = (
        gathered(register, "monitoring_plan", "contract"),
        gathered(register, "operational_report", "contract"),
    )
    for contract in counting(register, "contract", "in_force"):
        plans = _active(all_plans[contract.id])
        if not plans:
            continue  # R-MON-1 tells
        sources = (*plans, *reports[contract.id])
        stages = {i.get("stage") for r in sources for i in mappings(r.data.get("involvement")) if i.get("who")}
        if missing := [words for stage, words in STAGES.items() if stage not in stages]:
            yield found(
                "R-MON-15", "warning", plans[0], "/involvement", f"says of nobody who takes part in {' and in '.join(missing)}",
                "add 'involvement:' with the stage and who takes part, first of all the provider and service users",
            )  # fmt: skip


def _active(plans: list[Record]) -> list[Record]:
    """The active ones, the standard ones first."""
    active = [p for p in plans if p.data.get("status") == "active"]
    return sorted(active, key=lambda p: p.data.get("level") != "standard")


@rule("R-MON-17", "F-3B-p-Q6", "F-3B-p-M6", "F-4-SM-9")
def other_authorities_are_asked(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """For a contract of high value, or one rated amber or red, other authorities have been asked of the provider in the last months.

    Why: what goes wrong elsewhere goes wrong here next. Mend: ask another authority that uses the provider, and enter when and what
    it said under experience of another authority. The value and the months are in policy/thresholds.yaml.
    """
    value, age = limit(register, "peer_experience_value", today), limit(register, "peer_experience_age", today)
    if value is None or age is None:
        return
    since = months_after(today, -int(age))
    latest, told = latest_assessments(register), gathered(register, "peer_experience", "provider")
    for contract in counting(register, "contract", "in_force"):
        start = monitored_since(contract)
        if start is None or start > since:
            continue
        worth = amount(contract.data.get("estimated_value"))
        rated = latest.get(contract.id)
        rating = rated.data.get("rating") if rated else None
        if not (worth is not None and worth > value) and rating not in ("amber", "red"):
            continue
        heard = [e for provider in providers_of(contract) for e in told[provider]]
        if any(_is_recent(e, since) for e in heard):
            continue
        why = f"is rated {rating}" if rating in ("amber", "red") else f"is worth more than £{value:,.0f}"
        yield found(
            "R-MON-17", "warning", contract, "", f"{why}, and no other authority has been asked of its provider since {since}",
            "ask another authority that uses the provider, and enter what it said",
            *((e, "") for e in heard[-1:]),
        )  # fmt: skip


def _is_recent(experience: Record, since: date) -> bool:
    """What cannot be seen is taken to be recent: nobody is told to ask again for what may be there."""
    if not open_to_check(experience):
        return True
    days = (day(experience.data.get(n)) for n in ("asked_on", "received_on"))
    return any(d is not None and d >= since for d in days)


def latest_assessments(register: Register) -> dict[str, Record]:
    """The latest decided risk assessment of each contract, by the day on which it was made."""
    decided = sorted(
        counting(register, "risk_assessment", "decided"), key=lambda r: (str(r.data.get("assessed_on", "")), r.id)
    )
    return {str(r.data.get("contract")): r for r in decided}
