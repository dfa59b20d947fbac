"""R-CNC: complaints and concerns. What their forms ask for stands in the schema; no message here tells what one says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.complaints import provider_of
from ccm_site.facts.contracts import providers_of
from ccm_site.facts.policy import Waits, applies, entries, limit
from ccm_site.facts.records import cited, counting, open_to_check
from ccm_site.facts.values import day, months_after, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.support import found


def _open(register: Register, *states: str) -> Iterator[Record]:
    return (c for c in counting(register, "complaint", *states) if open_to_check(c))


@rule("R-CNC-1", "F-3B-r-3", "F-3B-r-5")
def category_was_in_force(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The subject of a complaint or concern stood in the council's list on the day on which it was received.

    Why: counts by subject can be compared only where the list of that time is used. Mend: choose a subject that was in the list.
    """
    listed: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for entry in entries(register, "complaint_categories"):
        listed[str(entry.get("code"))].append(entry)
    for complaint in _open(register):
        received, code = day(complaint.data.get("received_on")), complaint.data.get("category")
        if received is None or not isinstance(code, str) or code not in listed:
            continue
        if not any(applies(e, received) for e in listed[code]):
            yield found(
                "R-CNC-1", "error", complaint, "/category", "has a subject that was not in the list on the day on which it was received",
                "choose a subject of policy/complaint_categories.yaml that was in force on that day, or correct received_on",
            )  # fmt: skip


@rule("R-CNC-2", "F-3B-r-3")
def safety_was_looked_at(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What bears on children's safety is recorded only once it is said that no child is at risk of harm.

    Why: a child's safety does not depend on whether somebody asks for action. Mend: answer the question under child_protection.
    """
    on_safety = {e.get("code") for e in entries(register, "complaint_categories") if e.get("child_safety") is True}
    for complaint in _open(register, "recorded_only"):
        if "child_protection" not in complaint.data and complaint.data.get("category") in on_safety:
            yield found(
                "R-CNC-2", "error", complaint, "/child_protection",
                "has a subject that bears on children's safety and is recorded only, and does not say whether a child may be at risk",
                "look at it again; add 'child_protection: false' if no child is at risk, else go to child protection at once",
            )  # fmt: skip


@rule("R-CNC-6", "F-4-OM-8")
def answers_come_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What is looked into is answered by the day that was set, or within the working days of the first or second stage.

    With the provider or referred: the day under expected_by. Logged and something is wanted: the first stage after it was received. With
    the council: the second stage. Saturdays, Sundays and the holidays of policy/holidays.yaml do not count.

    Why: who complains waits. Mend: ask for the answer and enter it, or agree a new day and tell the person.
    """
    waits = Waits(register)
    for complaint in _open(register, "logged", "with_provider", "referred", "council_action"):
        expected = _expected(complaint, waits)
        if expected and expected[0] < today:
            _, pointer, who = expected
            yield found(
                "R-CNC-6", "warning", complaint, pointer, f"is {who}, and the day by which it was to be answered has passed",
                "ask for the answer and enter it, or agree a new day and tell the person",
            )  # fmt: skip


def _expected(complaint: Record, waits: Waits) -> tuple[date, str, str] | None:
    """The day by which it is to be answered, the place of what that day rests on, and with whom it is; None where none is set."""
    data = complaint.data
    response, referral, received = data.get("provider_response"), data.get("referral"), day(data.get("received_on"))
    state = data.get("status")
    if state == "with_provider":
        if isinstance(response, dict) and "received_on" not in response and (by := day(response.get("expected_by"))):
            return by, "/provider_response/expected_by", "with the provider"
    elif state == "referred":
        if (
            isinstance(referral, dict)
            and not referral.keys() & {"outcome", "outcome_not_shared_reason"}
            and (by := day(referral.get("expected_by")))
        ):
            return by, "/referral/expected_by", "referred"
    elif received is not None and (state == "council_action" or data.get("further_action_wanted") is True):
        stage, who = ("two", "with the council") if state == "council_action" else ("one", "logged")
        if by := waits.due(f"complaint_stage_{stage}", received):
            return by, "/received_on", who
    return None


@rule("R-CNC-8", "F-3B-i-8", "F-3B-p-Q3")
def many_concerns_call_for_an_assessment(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """So many concerns about a provider within so many months, whatever the contract and whoever told us, call for a risk assessment.

    Those before the last risk assessment of any of its contracts, or of that day, have been looked at. Compliments do not count;
    what was recorded only does. A provider with no contract in force is not assessed.

    Why: single concerns look small; together they show a service that fails. Mend: assess the risk of the provider's contracts.
    """
    concerns: defaultdict[str, list[tuple[date, Record]]] = defaultdict(list)
    for complaint in _open(register):
        received, provider = day(complaint.data.get("received_on")), provider_of(register, complaint)
        if received and provider and complaint.data.get("entry_type") != "compliment":
            concerns[provider].append((received, complaint))
    if not concerns:
        return
    running = {p for c in counting(register, "contract", "in_force") for p in providers_of(c)}
    assessed = _last_assessed(register)
    for provider, all_concerns in sorted(concerns.items()):
        record = register.get("provider", provider)
        if record is None or provider not in running:
            continue
        since = assessed.get(provider, date.min)
        new = sorted(((d, c) for d, c in all_concerns if d > since), key=lambda x: (x[0], x[1].id))
        cluster = _cluster(register, new)
        if cluster:
            sealed = any(c.seal for c in cluster)  # and so is when each was received, and whether it was a concern
            yield found(
                "R-CNC-8", "warning", record, "",
                f"has {'several' if sealed else len(cluster)} complaints and concerns close together and no risk assessment since",
                "add a risk assessment of one of its contracts that looks at them together, prompted by concerns",
                *(() if sealed else ((c, "/provider" if "provider" in c.data else "/service") for c in cluster)),
            )  # fmt: skip


def _last_assessed(register: Register) -> dict[str, date]:
    """The day of the last risk assessment of each provider."""
    last: dict[str, date] = {}
    for assessment in counting(register, "risk_assessment"):
        named, on = texts([assessment.data.get("provider")]), day(assessment.data.get("assessed_on"))
        contract = None if named else cited(register, "contract", assessment.data.get("contract"))
        for provider in named or (providers_of(contract) if contract else ()):
            if on:
                last[provider] = max(on, last.get(provider, on))
    return last


def _cluster(register: Register, concerns: list[tuple[date, Record]]) -> list[Record]:
    """The latest concerns that lie within the window of months and are enough to count; [] where there are none."""
    for end in range(len(concerns) - 1, -1, -1):
        last = concerns[end][0]
        count, months = limit(register, "concerns_count", last), limit(register, "concerns_window", last)
        if count is None or months is None:
            continue
        first = months_after(last, -int(months))
        near = [c for d, c in concerns[: end + 1] if d >= first]
        if len(near) >= count:
            return near
    return []


@rule("R-CNC-9", "F-4-SM-2", "F-4-SM-4", "F-4-OM-10")
def manager_is_sent_it(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Each complaint or concern is sent to the Commissioning and Contracts Manager within the working days that the council's limits set.

    Why: only the manager sees what is told of a provider across all teams. Mend: send it, and enter the day under sent_to_ccm_on.
    """
    waits = Waits(register)
    for complaint in _open(register):
        received = day(complaint.data.get("received_on"))
        if received is None or "sent_to_ccm_on" in complaint.data:
            continue
        by = waits.due("concern_sent", received)
        if by and by < today:
            yield found(
                "R-CNC-9", "warning", complaint, "/sent_to_ccm_on",
                "was not sent to the Commissioning and Contracts Manager within the working days that are set for it",
                "send it, and enter the day under sent_to_ccm_on",
            )  # fmt: skip
