"""The risk of all contracts, who is monitored more closely and why, and where the rating in force departs from the model (F-3B-ii-7 to ii-10)."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.records import counting
from ccm_site.facts.values import mappings, part_of
from ccm_site.model import Record
from ccm_site.performance.risk import RATINGS, Risk, decision_due
from ccm_site.views.reports.desk import Desk, rated
from ccm_site.views.reports.model import Facts, Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.reports.risk_parts import by_model
from ccm_site.views.urls import report_on

TITLE = "Risk of contracts"
LEAD = (
    "Every contract in force by its risk, with what adds to it; who is monitored more closely; what has to be decided."
)


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    found = [(c, r) for c in desk.running if (r := desk.risk(c)) is not None]
    found.sort(key=lambda f: (-RATINGS.index(f[1].standing or "green"), -f[1].total, f[0].id))
    return Report(
        "risk", "", report_on("risk", ""), TITLE, LEAD, desk.period,
        (
            Section("Decisions due", tuple(_due(desk, found))),
            Section("Contracts by risk", (_all(desk, found),)),
            Section("Where the rating in force departs from the model", (_departs(desk, found),)),
            Section("Monitored more closely", (_additional(desk),)),
            Section("How the rating came about over time", (_history(desk),)),
            Section("How the model works", tuple(_model(desk))),
        ), None, desk.shown_to("risk_assessment"),
    )  # fmt: skip


def _due(desk: Desk, found: list[tuple[Record, Risk]]) -> Iterator[Part]:
    due = [
        Said(f"{desk.site.label(c.key)}: decide on additional monitoring", (c.key,), rated(r.standing).look)
        for c, r in found
        if decision_due(r)
    ]
    yield Points(tuple(due)) if due else Words("None.")
    if none := [c for c, r in found if r.assessment is None]:
        yield Words(f"Nobody has assessed: {', '.join(c.id for c in none)}.", sources=tuple(c.key for c in none))


def _all(desk: Desk, found: list[tuple[Record, Risk]]) -> Table:
    rows = []
    for c, r in found:
        most = sorted((x for x in r.contributions if x.points), key=lambda x: -x.points)[:3]
        rows.append((
            desk.name(c.key), Said(desk.shown(c, "provider")), rated(r.decided), by_model(r), Said(str(r.total)),
            Said("; ".join(f"{x.label} {x.points}" for x in most) or "nothing"), Said("Additional" if r.monitored else "Standard", (r.monitored.key,) if r.monitored else ()),
        ))  # fmt: skip
    return Table(
        "",
        ("Contract", "Provider", "In force", "By the model today", "Total", "Most of it", "Monitoring"),
        tuple(rows),
        (4,),
        "No contract is in force.",
        sheet="risk",
    )


def _departs(desk: Desk, found: list[tuple[Record, Risk]]) -> Table:
    rows = [
        (desk.name(c.key), rated(r.decided), by_model(r), Said(r.override_reason or "No reason: the figures have changed since", (r.assessment.key,) if r.assessment else ()),
         Said(desk.shown(r.assessment, "assessed_on") if r.assessment else "–"))
        for c, r in found if r.differs or r.override_reason
    ]  # fmt: skip
    return Table("", ("Contract", "In force", "By the model today", "Reason", "Assessed"), tuple(rows))


def _additional(desk: Desk) -> Table:
    shown = {c.id for c in desk.running}
    rows = [
        (Said(desk.shown(p, "contract"), (p.key,)), Said(_criterion(desk, p)), Said(desk.shown(p, "start_date") or "–"), Said(desk.shown(p, "review_on") or "–"),
         Said("; ".join(str(w.get("what", "")) for w in mappings(p.data.get("additional_work"))) or "–"), Said(str(p.data.get("exit_test", "–"))))
        for p in counting(desk.register, "monitoring_plan", "active") if p.data.get("level") == "additional" and p.data.get("contract") in shown
    ]  # fmt: skip
    return Table(
        "",
        ("Contract", "Set off by", "Since", "Looked at again", "What is done", "It ends when"),
        tuple(rows),
        (),
        "Nobody.",
    )


def _criterion(desk: Desk, plan: Record) -> str:
    code = part_of(plan.data, "trigger").get("code")
    return desk.site.code_labels.get("monitoring_policy", {}).get(str(code), "") or "–"


def _history(desk: Desk) -> Table:
    """Each contract's ratings in the order of its assessments, overrides marked."""
    rows = []
    for c in desk.contracts:
        told = sorted(
            (a for a in desk.of("risk_assessment", "contract").get(c.id, []) if a.data.get("status") == "decided" and str(a.data.get("assessed_on", "")) <= desk.until.isoformat()),
            key=lambda a: (str(a.data.get("assessed_on", "")), a.id),
        )  # fmt: skip
        if told:
            said = "; ".join(
                f"{desk.shown(a, 'assessed_on')} {a.data.get('rating', '')}{' (departs from the model)' if a.data.get('override_reason') else ''}"
                for a in told
            )
            rows.append((desk.name(c.key), Said(said, tuple(a.key for a in told))))
    return Table("", ("Contract", "Ratings"), tuple(rows), (), "No contract has been assessed yet.")


def _model(desk: Desk) -> Iterator[Part]:
    model = desk.register.table("risk_model")
    yield Words(
        "Each factor's score is multiplied by its weight. Scores come from the register's figures where the model says how, else from the assessor."
    )
    yield Facts(tuple(
        (f"{str(b.get('rating', '')).capitalize()}: {b.get('from_score')} to {b.get('to_score')}", Said(str(b.get("meaning", "")), (), rated(str(b.get("rating"))).look))
        for b in mappings(model.get("bands"))
    ))  # fmt: skip
    yield Table(
        "What performance means", ("Level", "When", "What follows"),
        tuple((Said(str(e.get("level", "")).capitalize()), Said(str(e.get("definition", ""))), Said(str(e.get("leads_to", "")))) for e in mappings(model.get("performance_levels"))),
    )  # fmt: skip
