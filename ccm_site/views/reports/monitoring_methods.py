"""Methods of monitoring (F-3B-p-M1 to M6): which are used for which contract and which are not and why, and where monitoring is additional."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccm_site.facts.policy import entries
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, part_of, texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.chain import left_out, listed
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Points, Report, Said, Section, Table
from ccm_site.views.urls import report_on

TITLE = "Methods of monitoring"
LEAD = "How each contract in force is monitored: the six areas of methods, what is not used and why, and where more than the standard is done."
AREAS = ("volume_and_costs", "user_and_provider_staff_views", "council_staff_views", "quality_and_complaints", "inspection_reports", "other_commissioners")  # fmt: skip
POLICY = Key("monitoring_policy", "monitoring_policy")


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    contracts = listed(desk, "contract", "in_force")
    plans = {c.id: in_use(desk, c) for c in contracts}
    return Report(
        "monitoring_methods", "", report_on("monitoring_methods", ""), TITLE, LEAD, desk.period,
        (
            Section("What is used for each contract", (*left_out(desk), *_matrix(desk, contracts, plans))),
            Section("What is not used, and why", tuple(_not_used(desk, contracts, plans))),
            Section("How often, from whom and by whom", tuple(_details(desk, contracts, plans))),
            Section("Additional monitoring", tuple(_additional(desk, contracts, plans))),
            Section("Who is involved", tuple(_involved(desk, contracts, plans))),
            Section("Methods that the council has set down", tuple(_policy(desk))),
        ),
        None, desk.shown_to("monitoring_plan"),
    )  # fmt: skip


def in_use(desk: Desk, contract: Record) -> tuple[Record, ...]:
    """The monitoring plans of a contract that are active on the day, the standard one first."""
    today = desk.today.isoformat()
    found = [
        p for p in citing(desk.register, contract, "monitoring_plan")
        if p.data.get("status") == "active" and str(p.data.get("start_date", "")) <= today <= str(p.data.get("end_date", "9"))
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda p: (p.data.get("level") != "standard", p.id)))


def _methods(plans: tuple[Record, ...], area: str) -> list[tuple[Record, Mapping[str, Any]]]:
    return [(p, m) for p in plans for m in mappings(p.data.get("methods")) if m.get("area") == area]


def _how(desk: Desk, codes: list[str]) -> str:
    return ", ".join(desk.words("monitoring_plan", "methods.*.how.*", c).lower() for c in codes)


def _matrix(desk: Desk, contracts: tuple[Record, ...], plans: Mapping[str, tuple[Record, ...]]) -> Iterator[Part]:
    def cell(contract: Record, area: str) -> Said:
        found = _methods(plans[contract.id], area)
        used = [c for _, m in found if "not_used_reason" not in m for c in texts(m.get("how"))]
        if used:
            return Said(_how(desk, list(dict.fromkeys(used))), tuple(dict.fromkeys(p.key for p, _ in found)))
        if any("not_used_reason" in m for _, m in found):
            return Said("not used, with a reason", tuple(dict.fromkeys(p.key for p, _ in found)), "near")
        return Said("not in the plan" if plans[contract.id] else "no plan", (), "bad")

    yield Table(
        "", ("Contract", *(desk.words("monitoring_plan", "methods.*.area", a) for a in AREAS)),
        tuple((desk.name(c.key), *(cell(c, a) for a in AREAS)) for c in contracts), (), "No contract is in force.", sheet="monitoring-methods",
    )  # fmt: skip
    without = [c for c in contracts if not plans[c.id]]
    if without:
        yield Points((Said(f"{len(without)} of {len(contracts)} contracts in force have no plan of monitoring that is active on this day.", tuple(c.key for c in without), "near"),))  # fmt: skip


def _not_used(desk: Desk, contracts: tuple[Record, ...], plans: Mapping[str, tuple[Record, ...]]) -> Iterator[Part]:
    yield Table(
        "", ("Area", "Contract", "Why it is not used"),
        tuple(
            (Said(desk.words("monitoring_plan", "methods.*.area", a), (p.key,)), desk.name(c.key), Said(str(m["not_used_reason"])))
            for a in AREAS for c in contracts for p, m in _methods(plans[c.id], a) if "not_used_reason" in m
        ), (), "Every area is used wherever there is a plan that names it.",
    )  # fmt: skip


def _roles(desk: Desk, codes: list[str]) -> str:
    return ", ".join(desk.site.roles.get(c, c) for c in codes)


def _details(desk: Desk, contracts: tuple[Record, ...], plans: Mapping[str, tuple[Record, ...]]) -> Iterator[Part]:
    yield Table(
        "", ("Contract", "Area", "How", "Every", "From whom", "By whom"),
        tuple(
            (Said(desk.site.label(c.key), (p.key,)), Said(desk.words("monitoring_plan", "methods.*.area", a)), Said(_how(desk, texts(m.get("how"))) or "–"), Said(_every(m.get("every_months"))),
             Said(_roles(desk, texts(m.get("sources"))) or "–"), Said(_roles(desk, texts([m.get("by_role")])) or "–"))
            for c in contracts for a in AREAS for p, m in _methods(plans[c.id], a) if "not_used_reason" not in m
        ), (), "No plan is active.",
    )  # fmt: skip


def _every(months: object) -> str:
    return "–" if not isinstance(months, int) else "month" if months == 1 else f"{months} months"


def _additional(desk: Desk, contracts: tuple[Record, ...], plans: Mapping[str, tuple[Record, ...]]) -> Iterator[Part]:
    found = [(c, p) for c in contracts for p in plans[c.id] if p.data.get("level") == "additional"]
    yield Table(
        "", ("Contract", "Since", "Why", "What is done", "Looked at again", "Ends when"),
        tuple(
            (Said(desk.site.label(c.key), (p.key,)), Said(desk.shown(p, "start_date")), Said(_trigger(desk, p)), Said(_work(desk, p) or "–"), _review(desk, p), Said(str(p.data.get("exit_test", "–"))))
            for c, p in found
        ), (), "No contract is monitored more than the standard.",
    )  # fmt: skip


def _trigger(desk: Desk, plan: Record) -> str:
    trigger = part_of(plan.data, "trigger")
    code, note = str(trigger.get("code", "")), str(trigger.get("note", ""))
    labels = {str(e.get("code")): str(e.get("label", "")) for e in entries(desk.register, "monitoring_policy")}
    return f"{labels.get(code) or code.replace('_', ' ').capitalize() or '–'}{f': {note}' if note else ''}"


def _work(desk: Desk, plan: Record) -> str:
    return "; ".join(
        f"{w.get('what', '')} ({desk.words('monitoring_plan', 'additional_work.*.how_often', w.get('how_often')).lower()})"
        for w in mappings(plan.data.get("additional_work"))
    )  # fmt: skip


def _review(desk: Desk, plan: Record) -> Said:
    due = day(plan.data.get("review_on"))
    if due is None:
        return Said("no day set", (), "near")
    late = due < desk.today
    return Said(f"{on(due)}{': overdue' if late else ''}", (), "bad" if late else "")


def _involved(desk: Desk, contracts: tuple[Record, ...], plans: Mapping[str, tuple[Record, ...]]) -> Iterator[Part]:
    yield Table(
        "", ("Contract", "Stage", "Who", "How"),
        tuple(
            (Said(desk.site.label(c.key), (p.key,)), Said(desk.words("monitoring_plan", "involvement.*.stage", i.get("stage"))), Said(_roles(desk, texts(i.get("who")))), Said(str(i.get("how", ""))))
            for c in contracts for p in plans[c.id] for i in mappings(p.data.get("involvement"))
        ), (), "No plan says who is involved.", "In developing the monitoring, in doing it, and in reporting on it.",
    )  # fmt: skip


def _policy(desk: Desk) -> Iterator[Part]:
    found = [e for e in entries(desk.register, "monitoring_policy", desk.today) if e.get("part") == "method"]
    yield Table(
        "", ("Method", "What it is", "How often", "Done by"),
        tuple(
            (Said(str(e.get("label", "")), (POLICY,)), Said(str(e.get("description", ""))), Said(str(e.get("frequency", "–"))), Said(_roles(desk, texts(e.get("done_by"))) or "–"))
            for e in found
        ), (), "The council has not set down its methods.",
    )  # fmt: skip
