"""R-TRM: how contracts and placements end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.contracts import LEADS, final_day, over_on
from ccm_site.facts.policy import limit, working_days_after
from ccm_site.facts.records import SENT, carried_over_on, cited, citing, counting, open_to_check
from ccm_site.facts.values import amount, day, days_after, mappings, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.rights import decision_entry
from ccm_site.rules.support import called, found

DECIDED = ("decided", "notice_issued", "running_off", "terminated")
"""From the decision to end a contract early."""


def _decision(register: Register, contract: Record, on: date) -> Mapping[str, Any] | None:
    """The entry of the decision rights for ending a contract of this value early."""
    value = amount(contract.data.get("estimated_value"))
    return decision_entry(register, "contract_termination", "decided", value, on)


@rule("R-TRM-1", "F-3B-ii-10", "F-4-SM-3", "F-4-OM-16")
def ending_is_asked_for(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An early ending that is looked into was asked for by a lead professional, with a reason and the records that show it.

    Why: those who know the children ask; the manager does not end a service by themselves. Mend: enter who asked, and name the
    returns, reports, reviews, inspections, payments or interventions on which it rests.
    """
    for ending in counting(register, "contract_termination", "under_review", "reviewed", *DECIDED):
        request = part_of(ending.data, "request")
        contract = cited(register, "contract", ending.data.get("contract"))
        if not request or contract is None:
            continue  # The schema asks for the one, R-ID-2 for the other.
        on = day(request.get("on"))
        entry = _decision(register, contract, on) if on else None
        askers = set(texts(entry.get("on_request_of"))) if entry else set()
        if request.get("by_role") not in (askers or LEADS):
            yield found(
                "R-TRM-1", "error", ending, "/request/by_role",
                f"was asked for by '{called(register, kinds, ending.kind, 'request.by_role', request.get('by_role'))}', which is no role that "
                "may ask for an early ending",
                "have a lead professional ask for it",
            )  # fmt: skip
        if not request.get("evidence"):
            yield found(
                "R-TRM-1", "error", ending, "/request/evidence", "was asked for without naming a record that it rests on",
                "add 'evidence:' with the numbers of the records that show why",
            )  # fmt: skip


@rule("R-TRM-2", "F-4-TM-1", "F-4-TM-2")
def looked_at_before_decided(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The effect on supply and the right to end the contract are settled not later than the decision, and the contract allows it.

    Why: an ending that nobody thought through leaves children without a place, or the council in breach. Mend: correct the day that
    is wrong; where it was decided too soon have it decided again.
    """
    for ending in counting(register, "contract_termination", *DECIDED):
        decided = day(part_of(ending.data, "decision").get("on"))
        for name, title in (("supply_review", "effect on supply"), ("capacity_check", "right to end it")):
            completed = day(part_of(ending.data, name).get("completed_on"))
            if decided and completed and completed > decided:
                yield found(
                    "R-TRM-2", "error", ending, f"/{name}/completed_on",
                    f"the {title} was settled on {completed}, after the decision of {decided}",
                    "correct the day that is wrong, or have it decided again", (ending, "/decision/on"),
                )  # fmt: skip
        if part_of(ending.data, "capacity_check").get("may_terminate") is False:
            yield found(
                "R-TRM-2", "error", ending, "/capacity_check/may_terminate",
                "is decided although the check says that the contract may not be ended on this ground",
                "correct the check, or choose another way", (ending, "/decision"),
            )  # fmt: skip


@rule("R-TRM-3", "F-4-TM-3")
def notice_is_long_enough(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Notice takes effect no sooner than the contract's notice period after it was sent, or cites the clause for ending at once.

    The period is the one of the check of the right to end it, else that of the terms. Why: notice that is too short does not end the
    contract. Mend: correct the days, give notice for a later day, or cite the clause.
    """
    for ending in counting(register, "contract_termination", "notice_issued", "running_off", "terminated"):
        notice, check = part_of(ending.data, "notice"), part_of(ending.data, "capacity_check")
        sent, effective = day(notice.get("sent_on")), day(notice.get("effective_on"))
        if sent is None or effective is None or "immediate_clause" in notice:
            continue
        period: object = check.get("notice_days")
        if period is None and check.get("ground") == "notice":
            contract = cited(register, "contract", ending.data.get("contract"))
            terms = cited(register, "terms", contract.data.get("terms")) if contract else None
            period = part_of(terms.data, "notice").get("council_days") if terms else None
        days = period if isinstance(period, int) else 0
        if effective < days_after(sent, days):
            yield found(
                "R-TRM-3", "error", ending, "/notice/effective_on",
                f"takes effect on {effective}; {days} days after the notice of {sent} is {days_after(sent, days)}",
                "give notice for a later day, or add 'immediate_clause:' with the clause that allows it",
                (ending, "/capacity_check"),
            )  # fmt: skip


@rule("R-TRM-4", "F-3B-ii-11", "F-4-TM-3")
def decided_by_the_right_role(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An early ending is decided by the role that the table of decision rights names for a contract of its value.

    Why: who answers for it was settled beforehand. Mend: have it decided by that role.
    """
    for ending in counting(register, "contract_termination", *DECIDED):
        decision = part_of(ending.data, "decision")
        on = day(decision.get("on"))
        contract = cited(register, "contract", ending.data.get("contract"))
        if on is None or contract is None:
            continue
        entry = _decision(register, contract, on)
        may = [r for a in mappings(entry.get("approvals") if entry else None) for r in texts(a.get("any_of"))] or [
            "ccm"
        ]
        if decision.get("by_role") not in may:
            by, *others = (
                f"'{called(register, kinds, ending.kind, 'decision.by_role', r)}'"
                for r in (decision.get("by_role"), *may)
            )
            yield found(
                "R-TRM-4", "error", ending, "/decision/by_role",
                f"was decided by {by}; for a contract of this value it is decided by {' or '.join(others)}",
                "have it decided by that role", (contract, "/estimated_value"),
            )  # fmt: skip


@change_rule("R-TRM-5")
def nobody_is_left_behind(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract is ended early only when the next provision is arranged for each placement that is still active under it.

    It is looked at when the ending runs off and when the contract, or its ending, becomes terminated. Why: no child may stand without
    a place. Mend: add an entry under continuity for each such placement, or end the placement first.
    """
    register = changes.head
    for move in changes.reaching("contract", "terminated"):
        if move.after is not None and not (move.before is None and "legacy" in move.after.data):
            yield from _left_behind(register, move.after, move.after)
    for move in changes.reaching("contract_termination", "running_off", "terminated"):
        contract = cited(register, "contract", move.after.data.get("contract")) if move.after else None
        if move.after is not None and contract is not None:
            yield from _left_behind(register, contract, move.after)


def _left_behind(register: Register, contract: Record, changed: Record) -> Iterator[Finding]:
    endings = [
        e for e in citing(register, contract, "contract_termination")
        if e.data.get("status") not in ("withdrawn", "alternative")
    ]  # fmt: skip
    if not all(open_to_check(e) for e in endings):
        return
    arranged = {c.get("placement") for e in endings for c in mappings(e.data.get("continuity"))}
    for placement in citing(register, contract, "placement"):
        if placement.data.get("status") == "active" and placement.id not in arranged:
            pointer = "/continuity" if changed.kind == "contract_termination" else "/status"
            yield found(
                "R-TRM-5", "error", changed, pointer,
                "a placement under the contract is still active, and its next provision is not arranged",
                "add an entry for the placement under continuity of the early ending", (placement, "/status"),
            )  # fmt: skip


@rule("R-TRM-11")
def no_placement_outlives_its_contract(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No placement is active under a contract that has run out.

    Why: the child is still cared for, but on no agreed terms and at no agreed price. Mend: make a contract for the placement, for
    example a call-off, and name it in the placement; or end the placement if it is over.
    """
    for placement in counting(register, "placement", "active"):
        contract = cited(register, "contract", placement.data.get("contract"))
        if contract is None or "voided" in contract.data:
            continue
        status, last = contract.data.get("status"), final_day(contract)
        if status in ("expired", "closed") or (status == "in_force" and last is not None and last < today):
            yield found(
                "R-TRM-11", "warning", placement, "/contract",
                f"is active under {contract.id}, which {f'ended on {last}' if last else 'has run out'}",
                "make a contract for it and name that one, or end the placement if it is over", (contract, "/status"),
            )  # fmt: skip


@change_rule("R-TRM-6", "F-4-OM-3", "F-4-OM-17", "F-FC-11")
def ended_with_its_form(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement is ended together with its completed end of placement form.

    Why: Finance stops payments from the form, and the manager learns from it why placements end. Mend: complete the form, and then
    set the placement to ended.
    """
    for move in changes.reaching("placement", "ended", "closed"):
        placement = move.after
        if placement is None or "voided" in placement.data or (move.before is None and "legacy" in placement.data):
            continue
        forms = citing(changes.head, placement, "placement_termination")
        if not any(f.data.get("status") != "ending" for f in forms):
            yield found(
                "R-TRM-6", "error", placement, "/status", "is ended without a completed end of placement form",
                "complete the form with last day, last day to be paid, reason and who completed it",
                *((f, "/status") for f in forms),
            )  # fmt: skip


@rule("R-TRM-7", "F-4-OM-17")
def no_failure_no_termination(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement that ended without a failure of the provider gives no cause to end the contract.

    Its form then names no intervention that asks for the ending of the contract, nor one on which an early ending rests. Why: for such
    an ending the form is the whole process. Mend: say that the provider failed, or take the intervention out of the form.
    """
    for form in counting(register, "placement_termination"):
        if not open_to_check(form) or form.data.get("contractor_failure") is not False:
            continue
        intervention = cited(register, "intervention", form.data.get("intervention"))
        if intervention is None:
            continue
        endings = [
            e for e in citing(register, intervention, "contract_termination")
            if e.data.get("status") not in ("withdrawn", "alternative")
        ]  # fmt: skip
        if intervention.data.get("intervention_kind") == "terminate" or endings:
            yield found(
                "R-TRM-7", "error", form, "/intervention",
                f"names {intervention.id}, by which the contract is to be ended, but says that the provider did not fail",
                "correct contractor_failure, or remove the intervention",
                (intervention, "/intervention_kind"), *((e, "/request/evidence") for e in endings),
            )  # fmt: skip


@rule("R-TRM-8", "F-FC-12")
def single_placement_contracts_end_too(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract for one placement does not stay in force when the placement has ended.

    Why: nothing is bought under it any more. Mend: end the contract too, or make clear that another placement is to follow.
    """
    for contract in counting(register, "contract", "in_force"):
        if contract.data.get("placement_specific") is not True:
            continue
        placements = [
            p for p in citing(register, contract, "placement") if p.data.get("status") != "not_proceeding"
        ]  # fmt: skip
        if placements and all(p.data.get("status") in ("ended", "closed") for p in placements):
            yield found(
                "R-TRM-8", "warning", contract, "/status", "is for one placement, which has ended, and is still in force",
                "end the contract too", *((p, "/status") for p in placements),
            )  # fmt: skip


@rule("R-TRM-9", "F-FC-12")
def finance_hears_of_the_end(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Finance is told of the end of a contract within the days that policy gives.

    What ended before a contract was carried over is left out. Why: payments go on until Finance hears. Mend: send a notice of the kind
    finance_contract_end.
    """
    for contract in counting(register, "contract", "expired", "terminated", "closed"):
        over = over_on(register, contract)
        carried = carried_over_on(contract)
        if over is None or over >= today or (carried is not None and over <= carried):
            continue
        notices = [
            n for n in citing(register, contract, "notice") if n.data.get("notice_kind") == "finance_contract_end"
        ]
        if any(n.data.get("status") in SENT for n in notices):
            continue
        days = limit(register, "finance_end_notice", over)
        if days is not None and (by := working_days_after(register, over, int(days))) < today:
            yield found(
                "R-TRM-9", "warning", contract, "/status",
                f"was over on {over}, and Finance should have been told by {by}",
                "send Finance a notice of the kind finance_contract_end", *((n, "/status") for n in notices),
            )  # fmt: skip


@change_rule("R-TRM-10")
def expires_on_its_last_day(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract is set to expired only from its last day on, the extensions that were used included.

    Why: one that ends sooner has been ended early, which needs a request, a decision and notice. Mend: leave it in force until its
    last day, or end it early and set it to terminated.
    """
    for move in changes.reaching("contract", "expired"):
        contract = move.after
        if contract is None or "voided" in contract.data:
            continue
        last = final_day(contract)
        if last is not None and last > today:
            yield found(
                "R-TRM-10", "error", contract, "/status", f"is set to expired on {today}, before its last day, {last}",
                "leave it in force until then, or end it early and set it to terminated", (contract, "/end_date"),
            )  # fmt: skip


@rule("R-TRM-10")
def ended_early_is_not_expired(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract that was ended early before its last day is called terminated, not expired.

    Why: the public register and the reports count the two apart. Mend: set it to terminated.
    """
    for ending in counting(register, "contract_termination", "terminated"):
        contract = cited(register, "contract", ending.data.get("contract"))
        if contract is None or "voided" in contract.data or contract.data.get("status") != "expired":
            continue
        ended, last = day(ending.data.get("terminated_on")), final_day(contract)
        if ended and last and ended < last:
            yield found(
                "R-TRM-10", "error", contract, "/status",
                f"is expired, but was ended early by {ending.id} on {ended}, before its last day, {last}",
                "set it to terminated", (ending, "/terminated_on"),
            )  # fmt: skip
