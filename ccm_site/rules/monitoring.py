"""R-MON: how a contract is monitored, its plan, its returns and its risk. `monitoring_evidence` and `monitoring_reports` have what comes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.support import (
    cited,
    counting,
    day,
    days_after,
    entries,
    found,
    limit,
    mappings,
    months_after,
    number,
    texts,
)

AREAS = {
    "volume_and_costs": "volume, referrals, turnover and costs",
    "user_and_provider_staff_views": "views of service users and the provider's staff",
    "council_staff_views": "views of social work and education staff",
    "quality_and_complaints": "quality assurance and complaints",
    "inspection_reports": "inspection reports",
    "other_commissioners": "experience of other organisations",
}
"""The six areas of the framework's methods, F-3B-p-M1 to M6, as the schema of a monitoring plan names them."""
MONTHS = {"weekly": 1, "monthly": 1, "quarterly": 3, "twice_a_year": 6, "yearly": 12}
"""After how many months a measure is due again. A measure at each review or on an event is due at no fixed time."""
STAGES = {"develop": "planning the monitoring", "undertake": "carrying it out", "report": "reporting on it"}
_SENT_BY = {"provider": {"provider_return"}, "team": {"team_report", "provider_return"}}


@rule("R-MON-1", "F-3B-ii-8", "F-3B-p-M1", "F-3B-p-M2", "F-3B-p-M3")
def contracts_have_a_plan(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract in force has an active monitoring plan, which covers the six areas of information or says why not.

    Why: every provider gets at least the standard package. Mend: make a monitoring plan for the contract and make it active; for
    each area give how it is covered, or the reason why it is not. For a contract that was carried over it is a warning.
    """
    all_plans = by_contract(register, "monitoring_plan")
    for contract in counting(register, "contract", "in_force"):
        plans = _active(all_plans[contract.id])
        if not plans:
            yield found(
                "R-MON-1", "warning" if "legacy" in contract.data else "error", contract, "/monitoring_plan",
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

    Why: what makes monitoring stricter is the same for every provider, and known beforehand. Mend: give the code of a criterion
    in policy/monitoring_policy.yaml. (The rest of this rule, who decided, from when, until when and what is done, is in the schema.)
    """
    for plan in counting(register, "monitoring_plan", "active", "ended"):
        trigger = plan.data.get("trigger")
        if plan.data.get("level") == "additional" and isinstance(trigger, Mapping):
            decision = plan.data.get("decision")
            on = day(trigger.get("met_on")) or day(decision.get("on") if isinstance(decision, Mapping) else None)
            yield from _criterion(register, plan, "/trigger/code", trigger.get("code"), on)
    for assessment in counting(register, "risk_assessment", "decided"):
        decision = assessment.data.get("decision")
        if isinstance(decision, Mapping) and decision.get("additional_monitoring") is True:
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
        codes = ", ".join(str(e["code"]) for e in known if e.get("part") == "trigger")
        yield found(
            "R-MON-2", "error", record, pointer, f"'{code}' was no criterion for additional monitoring on {on}",
            f"give the criterion that was met: {codes}",
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
            yield from _recomputed(assessment, models[on], bands)


def _recomputed(
    assessment: Record, model: Mapping[str, Mapping[str, Any]], bands: list[Mapping[str, Any]]
) -> Iterator[Finding]:
    data = assessment.data
    factors = mappings(data.get("factors"))
    if not factors:
        return  # the schema asks for them
    scored = {str(f.get("factor")) for f in factors}
    for i, factor in enumerate(factors):
        if (entry := model.get(str(factor.get("factor")))) is None:
            yield found(
                "R-MON-3", "error", assessment, f"/factors/{i}/factor",
                f"'{factor.get('factor')}' was no factor of the risk model on {data['assessed_on']}",
                f"use one of: {', '.join(model)}",
            )  # fmt: skip
            return
        scores = [level.get("score") for level in mappings(entry.get("levels"))]
        if scores and factor.get("score") not in scores:
            yield found(
                "R-MON-3", "error", assessment, f"/factors/{i}/score",
                f"score is {factor.get('score')}, which the risk model does not give for '{factor['factor']}'",
                f"give one of: {', '.join(map(str, scores))}",
            )  # fmt: skip
            return
    if missing := [code for code in model if code not in scored]:
        yield found(
            "R-MON-3", "error", assessment, "/factors", f"does not score {', '.join(missing)}",
            "score every factor of the risk model; 0 where nothing was found",
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
        yield found(
            "R-MON-3", "error", assessment, "/computed_rating",
            f"computed_rating is '{data['computed_rating']}', but a total of {total} is {rating} by the risk model",
            f"write '{rating}'; where another rating is to stand, give it as 'rating:' with 'override_reason:'",
        )  # fmt: skip


@rule("R-MON-4", "F-3B-p-M1", "F-4-SM-5")
def returns_come_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A return that was asked for has come by its day.

    Why: without it the review has no figures. Mend: ask the provider for it; when it has come, enter it with the day.
    """
    for wanted in counting(register, "return", "requested"):
        due = day(wanted.data.get("due_on"))
        if due is not None and due < today and "received_on" not in wanted.data:
            yield found(
                "R-MON-4", "warning", wanted, "/due_on", f"was due on {due} and has not come ({(today - due).days} days)",
                "remind the provider; when it has come, enter 'received_on:' and its figures",
            )  # fmt: skip


@rule("R-MON-5", "F-3A-ii-2", "F-3B-ii-1", "F-3B-p-Q2", "F-3B-p-M4", "F-4-SM-1", "F-4-OM-4", "F-FC-14")
def returns_answer_what_was_agreed(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A return is on a form that was issued, for the contract's specification, and, once accepted, answers each measure that was due.

    Why: only figures on the agreed measures can be compared over time. Mend: use the form in use and the specification of the
    contract; for a measure without an answer give 'not_answered_reason:'. Only measures that are collected by return are due here.
    """
    variations = by_contract(register, "variation")
    answered: dict[tuple[str, str, str], dict[str, date]] = defaultdict(dict)
    for sent in sorted(counting(register, "return"), key=lambda r: (_period_end(r) or date.min, r.id)):
        contract = cited(register, "contract", sent.data.get("contract"))
        if contract is None:
            continue
        yield from _form(register, sent)
        yield from _version(sent, contract, variations[contract.id])
        specification = cited(register, "specification", sent.data.get("specification"))
        end = _period_end(sent)
        if specification is None or end is None or sent.data.get("submitted_by") == "team":
            continue
        before = answered[contract.id, str(sent.data.get("provider", "")), specification.key.id.partition("/")[0]]
        if sent.data.get("status") in ("accepted", "assessed") and "legacy" not in sent.data:
            yield from _unanswered(sent, contract, specification, before, end)
        before |= {str(v.get("measure")): end for v in mappings(sent.data.get("values"))}


def _period_end(record: Record) -> date | None:
    period = record.data.get("period")
    return day(period.get("to")) if isinstance(period, Mapping) else None


def _form(register: Register, sent: Record) -> Iterator[Finding]:
    form = cited(register, "monitoring_template", sent.data.get("template"))
    if form is None:
        return
    on = day(sent.data.get("requested_on")) or day(sent.data.get("received_on"))
    issued = day(form.data.get("issued_on"))
    if form.data.get("status") not in ("issued", "superseded") or (on and issued and issued > on):
        when = f"only issued on {issued}" if issued else "not issued"
        message = f"is on the form {form.id}, which was {when}"
        fix = "use a version that the Commissioning and Contracts Manager had issued by the day it was asked for"
    elif form.data.get("purpose") not in _SENT_BY.get(str(sent.data.get("submitted_by")), {form.data.get("purpose")}):
        message = f"is on the form {form.id}, which is not for returns of the {sent.data['submitted_by']}"
        fix = "use the form for returns"
    elif (made_for := texts(form.data.get("specifications"))) and sent.data.get(
        "specification", made_for[0]
    ) not in made_for:
        message = f"is on the form {form.id}, which does not ask for the measures of {sent.data['specification']}"
        fix = f"use a form made for that specification; this one is for {', '.join(made_for)}"
    else:
        return
    yield found("R-MON-5", "error", sent, "/template", message, fix, (form, "/status"))


def _version(sent: Record, contract: Record, variations: list[Record]) -> Iterator[Finding]:
    agreed = [contract.data.get("schedule_a")]
    agreed += [v.data.get("specification") for v in variations if v.data.get("status") in ("approved", "signed")]
    wanted = texts([a for a in agreed if a])
    given = sent.data.get("specification")
    if wanted and isinstance(given, str) and given not in wanted:
        yield found(
            "R-MON-5", "error", sent, "/specification", f"reports against {given}, but the contract is on {wanted[-1]}",
            f"ask for the measures of {wanted[-1]}", (contract, "/schedule_a"),
        )  # fmt: skip


def _unanswered(
    sent: Record, contract: Record, specification: Record, before: Mapping[str, date], end: date
) -> Iterator[Finding]:
    given = {str(v.get("measure")) for v in mappings(sent.data.get("values"))}
    start = day(contract.data.get("start_date"))
    missing = []
    for asked in (*mappings(specification.data.get("standards")), *mappings(specification.data.get("measures"))):
        months = MONTHS.get(str(asked.get("frequency")))
        measure = str(asked.get("id"))
        if asked.get("collection_method") != "provider_return" or months is None or measure in given:
            continue
        last = before.get(measure)
        since = days_after(last, 1) if last else start
        if since is not None and days_after(months_after(since, months), -1) <= end:
            missing.append(measure)
    if given and missing:
        yield found(
            "R-MON-5", "error", sent, "/values", f"has no answer for what was due: {', '.join(missing)}",
            "add each measure under 'values:' with its figure, or with 'not_answered_reason:'",
            (specification, ""),
        )  # fmt: skip


@rule("R-MON-15", "F-3B-i-7", "F-3B-ii-6")
def stakeholders_take_part(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Somebody from outside the council takes part at each stage of monitoring: planning it, carrying it out, reporting on it.

    Why: the provider and those who use the service know what is worth asking. Mend: say under 'involvement:' of the monitoring plan
    who takes part at the stage. What is said in a report on the contract counts too.
    """
    all_plans, reports = by_contract(register, "monitoring_plan"), by_contract(register, "operational_report")
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
    latest, told = latest_assessments(register), by_contract(register, "peer_experience", "provider")
    for contract in counting(register, "contract", "in_force"):
        start = monitored_since(contract)
        if start is None or start > since:
            continue
        money = contract.data.get("estimated_value")
        worth = number(money.get("amount")) if isinstance(money, Mapping) else None
        rated = latest.get(contract.id)
        rating = rated.data.get("rating") if rated else None
        if not (worth is not None and worth > value) and rating not in ("amber", "red"):
            continue
        heard = [e for provider in contract_providers(contract) for e in told[provider]]
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
    if experience.seal is not None and experience.seal.shut:
        return True
    days = (day(experience.data.get(n)) for n in ("asked_on", "received_on"))
    return any(d is not None and d >= since for d in days)


def monitored_since(contract: Record) -> date | None:
    """From when a contract has been monitored here: its start, or the day on which it was carried over where that is later."""
    legacy = contract.data.get("legacy")
    days = (
        day(contract.data.get("start_date")),
        day(legacy.get("migrated_on")) if isinstance(legacy, Mapping) else None,
    )
    return max((d for d in days if d), default=None)


def contract_providers(contract: Record) -> list[str]:
    """The ids of all providers of a contract."""
    return [*texts([contract.data.get("provider")]), *texts(contract.data.get("further_providers"))]


def by_contract(register: Register, kind: str, field: str = "contract") -> dict[str, list[Record]]:
    """The records of a kind that count, by the contract (or what else a field names); [] for any other."""
    out: dict[str, list[Record]] = defaultdict(list)
    for record in counting(register, kind):
        out[str(record.data.get(field))].append(record)
    return out


def latest_assessments(register: Register) -> dict[str, Record]:
    """The latest decided risk assessment of each contract, by the day on which it was made."""
    decided = [r for r in counting(register, "risk_assessment") if r.data.get("status") == "decided"]
    decided.sort(key=lambda r: (str(r.data.get("assessed_on", "")), r.id))
    return {str(r.data.get("contract")): r for r in decided}


@rule("R-MON-18", "F-3B-f-1")
def one_return_for_a_period(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A provider is asked for one return for a contract and a period, not for several.

    Why: what is asked twice is answered badly twice. Mend: void the one that is too many, or put its questions into the other.
    """
    asked: dict[tuple[str, str, str], list[tuple[date, date, Record]]] = defaultdict(list)
    for sent in counting(register, "return"):
        period = sent.data.get("period")
        first, last = (day(period.get(n)) if isinstance(period, Mapping) else None for n in ("from", "to"))
        if first and last and sent.data.get("submitted_by") != "team":
            group = (
                str(sent.data.get("contract")),
                str(sent.data.get("provider", "")),
                str(sent.data.get("services", "")),
            )
            asked[group].append((first, last, sent))
    for returns in asked.values():
        returns.sort(key=lambda a: (a[0], a[1], a[2].id))
        for (_, end, earlier), (start, _, later) in pairwise(returns):
            if start <= end:
                yield found(
                    "R-MON-18", "warning", later, "/period", f"asks again for a time for which {earlier.id} was asked already",
                    "void one of them, or put its questions into the other", (earlier, "/period"),
                )  # fmt: skip
