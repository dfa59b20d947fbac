"""The contract monitoring report: the framework's eight key questions about one contract, its risk, and what the provider says to it."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.contracts import over_on
from ccm_site.facts.records import citing
from ccm_site.facts.values import mappings, part_of
from ccm_site.model import Record
from ccm_site.performance.measures import QUALITY
from ccm_site.views.reports.answers import answers
from ccm_site.views.reports.assessed import assessment_parts
from ccm_site.views.reports.desk import Desk, on, rated, span
from ccm_site.views.reports.measured import with_unit
from ccm_site.views.reports.model import Facts, Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.reports.risk_parts import risk_parts
from ccm_site.views.urls import report_on

TITLE = "Contract monitoring reports"
ON = "contract"
LINK = "Monitoring report"
LEAD = "How one contract does: the eight key questions with their evidence, its risk, and what the provider says."


def subjects(desk: Desk) -> Iterator[str]:
    """Every contract that is or was in force, other than those for one placement on a site that may not single a child out."""
    return (c.id for c in desk.contracts)


def report(desk: Desk, subject: str) -> Report:
    contract = desk.register.get("contract", subject)
    assert contract is not None, subject
    return Report(
        "contract_monitoring", subject, report_on("contract_monitoring", subject), f"Monitoring report: {desk.site.label(contract.key)}", LEAD, desk.period,
        (
            Section("The contract", tuple(_about(desk, contract))),
            Section("In short", tuple(_short(desk, contract))),
            *answers(desk, contract),
            Section("Risk", tuple(risk_parts(desk, risk)) if (risk := desk.risk(contract)) else (Words("The council has no risk model in force."),)),
            Section("The assessment, and what the provider says to it", tuple(assessment_parts(desk, contract))),
            Section("What is under way", tuple(_under_way(desk, contract))),
        ),
        contract.key, desk.shown_to("operational_report"),
    )  # fmt: skip


def _about(desk: Desk, contract: Record) -> Iterator[Part]:
    pairs = [("Contract", desk.name(contract.key))]
    for title, path in (("Provider", "provider"), ("Type of service", "service_type"), ("Status", "status"), ("Begins", "start_date"),
                        ("Lead professional", "lead_professional"), ("Owner", "owner_post")):  # fmt: skip
        if shown := desk.shown(contract, path):
            pairs.append((title, Said(shown)))
    pairs.append(("Ends, or ended", Said(on(over_on(desk.register, contract)))))
    pairs.append(("Period looked back on", Said(span(desk.period))))
    yield Facts(tuple(pairs))


def _short(desk: Desk, contract: Record) -> Iterator[Part]:
    """What stands out: the rating, standards missed more than once running, questions without evidence. Nothing is averaged."""
    items = []
    risk = desk.risk(contract)
    if risk is not None:
        told = rated(risk.standing)
        items.append(Said(f"Risk: {told.text.lower()}", (risk.assessment.key,) if risk.assessment else (), told.look))
    for s in desk.series(contract):
        latest = s.latest
        if (
            s.measure.kind in QUALITY
            and latest is not None
            and (s.missed_running > 1 or (s.missed_running and s.measure.child_safety))
        ):
            safety = ", a child-safety standard," if s.measure.child_safety else ""
            times = "in the latest period" if s.missed_running == 1 else f"in {s.missed_running} periods running"
            items.append(
                Said(f"{s.measure.words}{safety} was missed {times}: {with_unit(latest)}", (latest.source,), "bad")
            )
    since = desk.evidence_since
    without = [
        q for q, found in desk.evidence(contract).items() if not found or (since and found[0].on < since.isoformat())
    ]
    if without:
        items.append(Said(f"{len(without)} of the eight questions have no evidence since {on(since)}", (), "near"))
    yield Points(tuple(items)) if items else Words("Nothing stands out.")


def _under_way(desk: Desk, contract: Record) -> Iterator[Part]:
    plans = [p for p in citing(desk.register, contract, "monitoring_plan") if p.data.get("status") == "active"]
    for plan in plans:
        yield Facts((
            ("Monitoring", Said(desk.shown(plan, "level"), (plan.key,))), ("Since", Said(desk.shown(plan, "start_date") or "–")),
            ("Looked at again", Said(desk.shown(plan, "review_on") or "–")),
        ))  # fmt: skip
    steps = [
        (Said(desk.shown(i, "intervention_kind"), (i.key,)), Said(desk.shown(i, "status")), Said(desk.shown(i, "required_by") or "–"))
        for i in citing(desk.register, contract, "intervention") if i.data.get("status") not in ("resolved", "declined")
    ]  # fmt: skip
    yield Table("Interventions", ("What", "State", "Required by"), tuple(steps), (), "None is under way.")
    actions = [a for a in citing(desk.register, contract, "action") if a.data.get("status") == "open"]
    yield Table(
        "Actions still open", ("What", "Who", "By"),
        tuple((Said(str(a.data.get("what", a.id)), (a.key,)), Said(desk.shown(a, "owner_post") or desk.shown(a, "owner_role")), Said(desk.shown(a, "due_on"))) for a in actions),
    )  # fmt: skip
    reviews = sorted(
        (str(r.data.get("planned_on") or r.data.get("due_by")), r)
        for r in citing(desk.register, contract, "review")
        if r.data.get("status") in ("scheduled", "preparing", "postponed")
    )
    yield Table(
        "Reviews to come", ("Review", "Planned", "Due by"),
        tuple((Said(desk.shown(r, "review_type"), (r.key,)), Said(desk.shown(r, "planned_on") or "–"), Said(desk.shown(r, "due_by"))) for _, r in reviews[:4]),
    )  # fmt: skip
    improvement = [m for p in plans for m in mappings(part_of(p.data, "improvement_plan").get("items"))]
    if improvement:
        yield Table(
            "Improvement plan", ("What", "By", "Met"),
            tuple((Said(str(m.get("what", ""))), Said(on(str(m.get("by", "")) or None)), Said(on(str(m.get("met_on", "")) or None))) for m in improvement),
        )  # fmt: skip
