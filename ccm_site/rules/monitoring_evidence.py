"""R-MON: whether there is evidence on all that matters, and whether what it shows is acted on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from ccm_site.facts.contracts import monitored_since, providers_of
from ccm_site.facts.evidence import QUESTIONS, Evidence, all_evidence
from ccm_site.facts.policy import limit
from ccm_site.facts.records import counting, gathered
from ccm_site.facts.values import day, days_after, mappings, months_after, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.monitoring import latest_assessments
from ccm_site.rules.support import called, found

BAD = ("unsatisfactory", "unacceptable")
"""The ratings that are worse than satisfactory."""


@rule("R-MON-6", "F-3B-rp-1", "F-3B-r-2", "F-3B-p-Q4", "F-3B-p-Q5", "F-3B-p-Q7", "F-3B-p-Q8", "F-4-OM-6")
def evidence_covers_the_questions(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """For a contract in force there is evidence of the last months on each of the eight questions, and not only in response to concerns.

    Why: no news is not good news; those who complain are not all who have cause. Mend: gather what is missing, by a survey, at
    children's reviews or on a visit, and enter it. The months are in policy/thresholds.yaml; sealed records count as evidence.
    """
    age = limit(register, "evidence_age", today)
    if age is None:
        return
    since = months_after(today, -int(age))
    contracts = [
        c
        for c in counting(register, "contract", "in_force")
        if (start := monitored_since(c)) is not None and start <= since
    ]
    if not contracts:
        return
    known, first = all_evidence(register), since.isoformat()
    for contract in contracts:
        there: dict[str, list[Evidence]] = defaultdict(list)
        for about in (contract.id, *providers_of(contract)):
            for question, found_there in known.get(about, {}).items():
                there[question] += found_there
        latest = {question: max(reversed(evidence), key=lambda e: e.on) for question, evidence in there.items()}
        asked = {q for q in QUESTIONS if q in latest and latest[q].on >= first}
        if missing := [q for q in QUESTIONS if q not in asked]:
            last = {latest[q].record.key: latest[q].record for q in missing if q in latest}
            yield found(
                "R-MON-6", "warning", contract, "",
                f"has no evidence since {since} on: {'; '.join(QUESTIONS[q] for q in missing)}",
                "gather it and enter it: a return, feedback, an inspection, an outcome evaluation or a report",
                *((r, "") for r in last.values()),
            )  # fmt: skip
        elif not any(e.proactive and e.on >= first for evidence in there.values() for e in evidence):
            yield found(
                "R-MON-6", "warning", contract, "", f"has since {since} only evidence in response to concerns",
                "seek out how the service does as a whole, for example by a survey or a visit",
            )  # fmt: skip


@rule("R-MON-11", "F-3B-p-Q3", "F-3B-p-Q6", "F-3B-p-M5", "F-4-SM-6")
def inspections_are_delivered_and_read(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An inspection report of a provider with a contract in force was delivered by it and read by the manager in time; a low grade or
    a requirement brings a new risk assessment.

    Why: what an inspector finds bears on every child who is there. Mend: ask the provider for the report, read it, enter both days,
    and have the risk assessed again. The days and the grade are in policy/thresholds.yaml.
    """
    running: dict[str, list[Record]] = defaultdict(list)
    for contract in counting(register, "contract", "in_force"):
        for provider in providers_of(contract):
            running[provider].append(contract)
    assessed = latest_assessments(register) if running else {}
    for inspection in counting(register, "inspection"):
        published = day(inspection.data.get("published_on"))
        contracts = [
            c for c in running.get(str(inspection.data.get("provider")), ())
            if published and (start := monitored_since(c)) is not None and start <= published and _covers(c, inspection)
        ]  # fmt: skip
        if published is None or not contracts:
            continue
        yield from _late(register, inspection, published, today)
        low = limit(register, "low_grade", published)
        grades = [g["grade"] for g in mappings(inspection.data.get("grades")) if isinstance(g.get("grade"), int)]
        if low is not None and any(g <= low for g in grades):
            why = f"gives a grade of {min(grades)}"
        elif inspection.data.get("requirements"):
            why = "makes a requirement"
        else:
            continue
        for contract in contracts:
            latest = assessed.get(contract.id)
            if latest is None or str(latest.data.get("assessed_on", "")) < published.isoformat():
                yield found(
                    "R-MON-11", "warning", inspection, "/grades" if grades else "/requirements",
                    f"{why}, and the risk of {contract.id} has not been assessed since {published}",
                    "make a risk assessment of the contract", (contract, ""),
                )  # fmt: skip


def _covers(contract: Record, inspection: Record) -> bool:
    services = texts(contract.data.get("services"))
    return not services or inspection.data.get("service") in (None, *services)


def _late(register: Register, inspection: Record, published: date, today: date) -> Iterator[Finding]:
    days = limit(register, "inspection_review", published)
    if days is None:
        return
    last = days_after(published, int(days))
    for name, what in (
        ("delivered_by_provider_on", "delivered by the provider"),
        ("reviewed_by_ccm_on", "read by the manager"),
    ):
        done = day(inspection.data.get(name))
        if (done or today) > last:
            when = f"{what} only on {done}" if done else f"not {what} yet"
            yield found(
                "R-MON-11", "warning", inspection, f"/{name}",
                f"was published on {published} and {when}; {days} days are allowed",
                "see to it that the next report comes in time" if done else f"ask for it, read it, and enter '{name}:'",
            )  # fmt: skip


@rule("R-MON-13", "F-3B-i-3", "F-3B-ii-10", "F-4-SM-3", "F-FC-16")
def bad_ratings_are_acted_on(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Where the latest judgement of a contract is red, unsatisfactory or unacceptable, an intervention is open or additional monitoring on.

    Why: a rating that changes nothing protects nobody. Mend: begin additional monitoring or ask for an intervention. The latest
    judgement is the last decided risk assessment or final report, whichever is later.
    """
    assessed, reports = latest_assessments(register), gathered(register, "operational_report", "contract")
    steps, plans = gathered(register, "intervention", "contract"), gathered(register, "monitoring_plan", "contract")
    for contract in counting(register, "contract", "in_force"):
        judged = [(str(r.data.get("assessed_on", "")), r) for r in [assessed.get(contract.id)] if r]
        judged += [
            (str(r.data.get("sent_to_ccm_on", "")), r) for r in reports[contract.id] if r.data.get("status") == "final"
        ]
        if not judged:
            continue
        newest = max(on for on, _ in judged)
        bad = [(r, name) for on, r in judged if on == newest for name in [_bad_rating(r)] if name]
        if not bad or _acted_on(steps[contract.id], plans[contract.id]):
            continue
        record, name = bad[0]
        yield found(
            "R-MON-13", "warning", record, f"/{name}",
            f"{name} is '{called(register, kinds, record.kind, name, record.data[name])}', and there is neither an open intervention nor additional monitoring",
            "begin additional monitoring, or ask the Commissioning and Contracts Manager to intervene", (contract, ""),
        )  # fmt: skip


def _bad_rating(record: Record) -> str:
    if record.data.get("rating") == "red":
        return "rating"
    names = ("performance", "quality_rating", "effectiveness_rating")
    return next((n for n in names if record.data.get(n) in BAD), "")


def _acted_on(steps: list[Record], plans: list[Record]) -> bool:
    return any(s.data.get("status") in ("requested", "agreed", "under_way") for s in steps) or any(
        p.data.get("status") == "active" and p.data.get("level") == "additional" for p in plans
    )
