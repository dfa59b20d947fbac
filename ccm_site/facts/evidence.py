"""What evidence there is on the framework's eight key questions (F-3B-p-Q1 to Q8), by contract and provider."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import mappings, period_end
from ccm_site.model import Record, Register

QUESTIONS = {
    "quantity_volume": "volume",
    "quantity_indicators": "indicators",
    "complaints_and_concerns": "complaints and concerns",
    "user_satisfaction": "satisfaction of service users",
    "staff_experience": "experience of other staff",
    "other_organisations": "reports of other organisations",
    "outcomes": "outcomes",
    "operation": "smooth running",
}
"""The eight questions of the framework, F-3B-p-Q1 to Q8; quantity has two."""
_RESPONDENTS = {
    "service_user": "user_satisfaction", "family_or_carer": "user_satisfaction", "council_staff": "staff_experience",
    "provider_staff": "staff_experience", "other_organisation": "other_organisations",
}  # fmt: skip
SEALED_DAY = "9999"
"""The day of evidence that is sealed: it is taken to be new."""


class Evidence(NamedTuple):
    """Evidence on a question: its day as it is written, its record, and whether it was sought out (proactive) or came with a concern."""

    on: str
    record: Record
    proactive: bool


def all_evidence(register: Register) -> Mapping[str, Mapping[str, list[Evidence]]]:
    """The evidence on each question by the id of the contract, or of the provider where a record names no contract, in no order."""
    known: dict[str, dict[str, list[Evidence]]] = defaultdict(lambda: defaultdict(list))

    def add(record: Record, days: Iterable[Any], *questions: Any, proactive: bool = True) -> None:
        on = max((d for d in days if isinstance(d, str)), default="") if open_to_check(record) else SEALED_DAY
        if not on:
            return
        of_provider = record.kind in ("inspection", "peer_experience")
        there = known[str((not of_provider and record.data.get("contract")) or record.data.get("provider"))]
        for question in questions:
            there[question].append(Evidence(on, record, proactive))

    for r in counting(register, "return"):
        if "received_on" in r.data:
            questions = ["quantity_volume", "quantity_indicators"]
            questions += ["complaints_and_concerns"] if "complaints_received" in r.data else []
            add(r, [r.data["received_on"]], *questions, *(["outcomes"] if "outcomes" in r.data else []))
    for r in counting(register, "payment_summary"):
        add(r, [r.data.get("received_on"), period_end(r.data)], "quantity_volume")
    for r in counting(register, "feedback"):
        add(
            r, [r.data.get("sent_to_ccm_on"), period_end(r.data)], _RESPONDENTS.get(str(r.data.get("respondent")), ""),
            proactive=r.data.get("evidence_kind") != "reactive",
        )  # fmt: skip
    for r in counting(register, "inspection"):
        add(r, [r.data.get("published_on")], "other_organisations")
    for r in counting(register, "peer_experience"):
        add(r, [r.data.get("received_on")], "other_organisations")
    for r in counting(register, "outcome_evaluation"):
        add(r, [r.data.get("evaluated_on")], "outcomes")
    for r in counting(register, "complaint"):
        add(r, [r.data.get("received_on")], "complaints_and_concerns", proactive=False)
    for r in counting(register, "monitoring_plan"):
        add(r, [v.get("held_on") for v in mappings(r.data.get("site_visits"))], "operation")
    for r in counting(register, "operational_report"):
        for e in mappings(r.data.get("evidence")):
            add(r, [period_end(r.data)], e.get("question"), proactive=e.get("evidence_kind") != "reactive")
    for r in counting(register, "review"):
        add(r, [r.data.get("held_on")], *(e.get("question") for e in mappings(r.data.get("evidence"))))
    return known
