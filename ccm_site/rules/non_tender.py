"""R-NTJ: what is bought without a tender: why, how widely it was made known, on which ground in law, and whether it was split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.contracts import READY
from ccm_site.facts.policy import entries, limit, over
from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day, mappings, months_after, number, part_of
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.procurement_scale import CODES, Scale, commenced, worded
from ccm_site.rules.support import found, grade, label, money


@rule("R-NTJ-2", "F-3A-iv-4", "F-FC-3")
def promotion_follows_the_risk(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What is bought at or below the advertising threshold was made known as widely as its risk assessment determined.

    The assessment's score is the sum of its six scores, and its level the one of policy/promotion_levels.yaml for that score,
    unless override_reason says why not. Why: the framework has a risk assessment determine how far small opportunities are
    promoted. Mend: make the assessment, carry out its level, and enter both; or correct the score.
    """
    for assessment in counting(register, "opportunity_risk", "decided", "carried_out"):
        yield from _level_follows(register, assessment)
    scale = Scale(register)
    for reason in counting(register, "non_tender", "approved"):
        state = scale.standing(reason, "advertising")
        if state is None or state[1]:
            continue
        if "opportunity_risk" not in reason.data:
            yield found(
                "R-NTJ-2", grade(reason), reason, "/opportunity_risk",
                f"is not over the threshold {worded(state[0])} and cites no opportunity risk assessment",
                "make the assessment and add 'opportunity_risk:' with its number",
            )  # fmt: skip
            continue
        rests_on = cited(register, "opportunity_risk", reason.data["opportunity_risk"])
        if rests_on is not None:
            yield from _carried_out(register, reason, rests_on)


def _level_follows(register: Register, assessment: Record) -> Iterator[Finding]:
    factors, score = assessment.data.get("factors"), assessment.data.get("score")
    scores = (
        [f.get("score") for f in factors.values() if isinstance(f, Mapping)] if isinstance(factors, Mapping) else []
    )
    whole = sum(s for s in scores if isinstance(s, int))
    if scores and score != whole:
        yield found(
            "R-NTJ-2", grade(assessment), assessment, "/score", f"score is {score}, but its factors come to {whole}",
            f"write {whole}, or correct a factor", (assessment, "/factors"),
        )  # fmt: skip
        return
    on = day(part_of(assessment.data, "decision").get("on"))
    wanted = [e for e in entries(register, "promotion_levels", on) if _within(e, whole)] if on and scores else []
    level = assessment.data.get("promotion_level")
    if wanted and "override_reason" not in assessment.data and level not in [e.get("code") for e in wanted]:
        yield found(
            "R-NTJ-2", grade(assessment), assessment, "/promotion_level",
            f"promotion_level is '{_level(register, level)}', but a score of {whole} calls for '{wanted[0].get('label')}'",
            f"write {wanted[0].get('code')}, or say under override_reason why another is right",
        )  # fmt: skip


def _within(entry: Mapping[str, Any], score: int) -> bool:
    first, last = number(entry.get("from_score")), number(entry.get("to_score"))
    return first is not None and last is not None and first <= score <= last


def _level(register: Register, code: Any) -> str:
    return label(register, "promotion_levels", code)


def _carried_out(register: Register, reason: Record, assessment: Record) -> Iterator[Finding]:
    level, done = assessment.data.get("promotion_level"), assessment.data.get("carried_out")
    levels = (
        [done.get("level")]
        if isinstance(done, Mapping)
        else [p.get("how") for p in mappings(reason.data.get("promotion"))]
    )
    if "voided" in assessment.data or assessment.data.get("status") not in ("decided", "carried_out"):
        message = f"rests on {assessment.id}, which has determined nothing"
    elif not levels:
        message = (
            f"does not say how the opportunity was made known; {assessment.id} determined '{_level(register, level)}'"
        )
    elif level not in levels:
        message = f"was made known by '{_level(register, levels[0])}', but {assessment.id} determined '{_level(register, level)}'"
    else:
        return
    yield found(
        "R-NTJ-2", grade(reason), reason, "/opportunity_risk", message,
        "carry out the level that the assessment determined and enter it, or correct what is entered",
        (assessment, "/carried_out" if isinstance(done, Mapping) else "/promotion_level"),
    )  # fmt: skip


@rule("R-NTJ-3", "F-1-7", "F-FC-3")
def best_value_compares(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An analysis of best value in an approved justification compares two options at least.

    The schema asks for options, quality, cost, continuity for children, conclusion and approver. Why: one option alone shows no
    best value; doing nothing, or the council's own service, is an option too. Mend: add what it was compared with.
    """
    for reason in counting(register, "non_tender", "approved"):
        analysis = reason.data.get("best_value")
        if isinstance(analysis, Mapping) and len(mappings(analysis.get("options"))) == 1:
            yield found(
                "R-NTJ-3", grade(reason), reason, "/best_value/options", "compares one option with no other",
                "add the option that it was compared with",
            )  # fmt: skip


@rule("R-NTJ-6")
def ground_in_law_holds(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A regulated purchase without a tender names its legal basis, and a direct award of health or social care is one.

    Which codes of the common procurement vocabulary are health or social care is read from the regimes in
    policy/service_types.yaml; a code below one of those counts. Why: section 12 of the Procurement Reform (Scotland) Act 2014
    lets only those be awarded directly, and only below the threshold of the Regulations of 2015. Mend: name the section or
    regulation, correct the code, or hold a tender.
    """
    scale = Scale(register)
    for reason in counting(register, "non_tender", "approved"):
        entry = scale.reached(reason, "regulated_services")
        direct = reason.data.get("reason_code") == "direct_award_health_social"
        # For a direct award the schema asks for the legal basis at any value.
        if entry is not None and "legal_basis" not in reason.data and reason.data.get("reason_code") not in (
            "direct_award_health_social", "statutory_ground",
        ):  # fmt: skip
            yield found(
                "R-NTJ-6", grade(reason), reason, "/legal_basis",
                f"reaches the threshold {worded(entry)} and names no legal basis", "add 'legal_basis:'",
            )  # fmt: skip
        if not direct:
            continue
        on, cpv = commenced(reason), reason.data.get("cpv")
        listed = _social_codes(register, on) if on else []
        if isinstance(cpv, str) and listed and not cpv.startswith(tuple(listed)):
            yield found(
                "R-NTJ-6", grade(reason), reason, "/cpv",
                f"cpv is '{cpv}', which is not on the list of health and social care services in policy/service_types.yaml",
                "correct the code, choose another reason, or hold a tender",
            )  # fmt: skip
        if top := scale.reached(reason, "light_touch_services"):
            yield found(
                "R-NTJ-6", grade(reason), reason, "/estimated_value",
                f"reaches the threshold {worded(top)}, from which health and social care is not awarded directly",
                "hold a tender, or correct the estimated value",
            )  # fmt: skip


def _social_codes(register: Register, on: date) -> list[str]:
    """What the codes of health and social care services begin with; a code's last noughts stand for everything below it."""
    return [
        str(e["cpv"])[:8].rstrip("0") for e in entries(register, "service_types", on)
        if e.get("regime") == "health_or_social_care" and "cpv" in e
    ]  # fmt: skip


@rule("R-NTJ-7")
def purchases_are_not_split(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Contracts with one provider for one type of service, begun within the months of policy/thresholds.yaml, do not together
    reach a threshold that each stays below.

    Call-offs are left out, since their framework was tested. Told once, at the contract that brings the sum over. Why: a need
    that is bought in parts escapes the duty that its whole value brings. Mend: buy them together, or say in the justification
    why they are apart.
    """
    groups: dict[tuple[str, str], list[tuple[date, Record]]] = {}
    for contract in counting(register, "contract", *READY):
        start, kind = day(contract.data.get("start_date")), contract.data.get("service_type")
        if start and isinstance(kind, str) and contract.data.get("contract_type") != "call_off":
            groups.setdefault((str(contract.data.get("provider")), kind), []).append((start, contract))
    scale = Scale(register)
    for (_, kind), group in groups.items():
        if len(group) > 1:
            yield from _splits(register, scale, kind, sorted(group, key=lambda g: (g[0], g[1].id)))


def _splits(register: Register, scale: Scale, kind: str, group: list[tuple[date, Record]]) -> Iterator[Finding]:
    for code in CODES:
        below: list[tuple[date, Record, Decimal]] = []
        for start, contract in group:
            on = commenced(contract) or start
            entry, months = scale.threshold(code, on), limit(register, "splitting_window", on)
            value = scale.on_basis(contract.data.get("estimated_value"), entry.get("vat_basis"), on) if entry else None
            if entry is None or months is None or value is None or over(value, entry):
                continue
            below = [b for b in below if b[0] > months_after(start, -int(months))]
            before = sum((v for _, _, v in below), Decimal(0))
            if below and over(before + value, entry) and not over(before, entry):
                yield found(
                    "R-NTJ-7", "warning", contract, "/estimated_value",
                    f"with {', '.join(c.id for _, c, _ in below)} for '{label(register, 'service_types', kind)}' from the same "
                    f"provider, begun within {int(months)} months, "
                    f"it comes to {money(before + value)} and reaches the threshold {worded(entry)}, which none does alone",
                    "buy them together, or say in the justification why they are apart",
                    *((c, "/estimated_value") for _, c, _ in below),
                )  # fmt: skip
            below.append((start, contract, value))
