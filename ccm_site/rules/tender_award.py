"""R-TND: the award: who may make it, who is told of it, and the standstill before the contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.contracts import ISSUED, signed_on
from ccm_site.facts.holders import held_on
from ccm_site.facts.policy import over
from ccm_site.facts.records import cited, citing, counting, open_to_check
from ccm_site.facts.values import amount, day, mappings, number, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.procurement_scale import Scale
from ccm_site.rules.rights import facts_of, outside, reaches
from ccm_site.rules.support import called, found, money
from ccm_site.rules.tender import codes_of, reached

_AWARDING = frozenset({"authorise_award", "authorise_award_committee", "award"})


def _entering(changes: Changes, kind: str, *states: str) -> Iterator[Record]:
    """The records of a kind whose status becomes one of the states in a change, each step counted."""
    for move in changes.moves:
        after = move.after
        if after is None or after.kind != kind or "voided" in after.data or after.data.get("status") not in states:
            continue
        if move.before is None or move.before.data.get("status") != after.data.get("status"):
            yield after


@change_rule("R-TND-6", "F-4-TN-2")
def authority_covers_the_award(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Committee authorises an award from its threshold on; below it a delegation that covers the value on that day.

    Why: without the council's authority the award binds nobody. Mend: bring it to committee, or name under delegation one that
    was in force on the day and is high enough.
    """
    scale = Scale(changes.head)
    for record in _entering(changes, "tender", "authorised", "standstill", "awarded"):
        authority = part_of(record.data, "authority")
        on = day(authority.get("on"))
        worth = part_of(record.data, "award").get("value")
        worth = record.data.get("estimated_value") if amount(worth) is None else worth
        if not authority or on is None or authority.get("given_by") != "delegated":
            continue
        bound = scale.threshold("committee_authority", on)
        value = scale.on_basis(worth, bound.get("vat_basis"), on) if bound is not None else None
        if bound is not None and value is not None and over(value, bound):
            yield found(
                "R-TND-6", "error", record, "/authority/given_by",
                f"is worth {money(value)}, for which committee alone gives authority (from {money(number(bound.get('amount')) or Decimal(0))} on {on})",
                "bring the award to committee, and enter its minute",
            )  # fmt: skip
            continue
        delegation = cited(changes.head, "delegation", authority.get("delegation"))
        if delegation is None:
            yield found(
                "R-TND-6", "error", record, "/authority/delegation", "is authorised by a delegated officer, but names no delegation",
                "add 'delegation:' with its number, or bring the award to committee",
            )  # fmt: skip
            continue
        why = _not_covered(changes.head, kinds, record, delegation, on, worth)
        if why:
            yield found(
                "R-TND-6", "error", record, "/authority/delegation", f"rests on {delegation.id}, which {why}",
                "name a delegation that covers it, or bring the award to committee", (delegation, "/status"),
            )  # fmt: skip


def _not_covered(register: Register, kinds: Kinds, record: Record, delegation: Record, on: date, worth: Any) -> str:
    """In what a delegation does not cover a tender's award; "" where it does."""
    if "voided" in delegation.data or delegation.data.get("status") not in ("active", "ended"):
        return "was never granted"
    if not held_on(delegation, on):
        return f"was not in force on {on}"
    value = Scale(register).on_basis(worth, part_of(delegation.data, "limit").get("vat_basis"), on)
    if value is not None and not reaches(delegation, value):
        most = amount(delegation.data.get("limit")) or Decimal(0)
        return f"reaches to {money(most)}, while the award is worth {money(value)}"
    part, service = outside(delegation, facts_of(register, record, _AWARDING)), record.data.get("service_type")
    if part == "service_types":
        named = (
            f" '{called(register, kinds, record.kind, 'service_type', service)}'"
            if service
            else ", which is not entered"
        )
        return f"does not cover the type of service{named}"
    return "does not cover awards" if part else ""


@rule("R-TND-9", "F-3A-iii-6")
def legal_services_advised(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Legal Services were asked before the award.

    Why: mistakes of procedure are cheap to mend before the award, and dear after it. Mend: enter their advice under liaison.
    """
    for record in counting(register, "tender", "authorised", "standstill", "awarded"):
        awarded = day(part_of(record.data, "award").get("on"))
        days = [day(e.get("on")) for e in mappings(record.data.get("liaison")) if e.get("service") == "legal_services"]
        if not any(d is not None and (awarded is None or d <= awarded) for d in days):
            yield found(
                "R-TND-9", "warning", record, "/liaison",
                "has no advice of Legal Services"
                + (" before the award" if record.data.get("status") == "awarded" else ""),
                "add 'liaison:' with service legal_services, the day and the reference",
            )  # fmt: skip


def _regulated(register: Register) -> Iterator[tuple[Record, tuple[Record, ...]]]:
    """Each tender of a regulated procurement with the contracts that were issued on it, where there are any."""
    scale = Scale(register)
    for record in counting(register, "tender"):
        if reached(scale, record, "regulated_services")[0] is None:
            continue
        issued = tuple(c for c in citing(register, record, "contract") if c.data.get("status") in ISSUED)
        if issued:
            yield record, issued


@rule("R-TND-10-a")
def losers_are_told_before_issue(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """In a regulated procurement everyone who did not win is told before the contract is issued.

    Why: the Procurement Reform (Scotland) Act 2014, sections 32 and 33, gives them the right to hear why, and time to object. Mend:
    enter each notice under tenderers_told, with its day.
    """
    for record, contracts in _regulated(register):
        told = {str(t.get("tenderer")) for t in mappings(record.data.get("tenderers_told"))}
        if (count := _untold(record, told)) > 0:
            who = "1 tenderer who did not win was" if count == 1 else f"{count} tenderers who did not win were"
            who = "a tenderer who did not win was" if record.hides("tenderers") else who
            yield found(
                "R-TND-10-a", "error", record, "/tenderers_told", f"{contracts[0].id} is issued, but {who} not told",
                "tell each of them, and enter the day under tenderers_told", (contracts[0], "/tender"),
            )  # fmt: skip


@rule("R-TND-10-b")
def losers_were_told_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """In a regulated procurement nobody was told only after the contract was signed.

    Why: who hears of it too late can no longer object. Mend: correct the day if it is wrong; if it is right, ask Legal Services.
    """
    for record, contracts in _regulated(register):
        signed = [d for c in contracts for d in signed_on(c)]
        for index, row in enumerate(mappings(record.data.get("tenderers_told"))):
            told = day(row.get("on"))
            if told is not None and signed and told > min(signed):
                yield found(
                    "R-TND-10-b", "warning", record, f"/tenderers_told/{index}/on",
                    f"tenderer '{row.get('tenderer')}' was told on {told}, after {contracts[0].id} was signed on {min(signed)}",
                    "correct the day; if it is right, ask Legal Services", (contracts[0], "/signatures"),
                )  # fmt: skip


def _untold(record: Record, told: set[str]) -> int:
    """How many tenderers lost and were not told. A record whose sealed part is shut is judged by its open numbers."""
    if open_to_check(record):
        won = set(texts(part_of(record.data, "recommendation").get("tenderers")))
        return sum(code not in won and code not in told for code in codes_of(record.data.get("tenderers")))
    received, winners = (
        part_of(record.data, "opening").get("received"),
        texts(part_of(record.data, "award").get("providers")),
    )
    return received - len(winners) - len(told) if isinstance(received, int) else 0


@change_rule("R-TND-12", "F-3A-iii-5")
def standstill_is_waited_out(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Where a standstill applies, the award and the issue of the contract come on or after its last day.

    Why: tenderers who lost must be able to object while it still helps them. Mend: wait until the standstill is over; correct a day
    that is wrong.
    """
    for record in _entering(changes, "tender", "awarded"):
        ends, awarded = _standstill(record), day(part_of(record.data, "award").get("on"))
        if ends and awarded and awarded < ends:
            yield found(
                "R-TND-12", "error", record, "/award/on", f"is awarded on {awarded}, while the standstill runs until {ends}",
                "award it when the standstill is over", (record, "/standstill/ends_on"),
            )  # fmt: skip
    for move in changes.reaching("contract", *ISSUED):
        contract = move.after
        tender = cited(changes.head, "tender", contract.data.get("tender")) if contract else None
        if contract is None or tender is None or "voided" in contract.data:
            continue
        ends = _standstill(tender)
        if ends is None:
            continue
        if tender.data.get("status") != "awarded":
            yield found(
                "R-TND-12", "error", contract, "/tender",
                f"is issued, while {tender.id} is not awarded yet and its standstill runs until {ends}",
                "issue it when the standstill is over and the award is recorded", (tender, "/standstill/ends_on"),
            )  # fmt: skip
        for index, signature in enumerate(mappings(contract.data.get("signatures"))):
            on = day(signature.get("date"))
            if on is not None and on < ends:
                yield found(
                    "R-TND-12", "error", contract, f"/signatures/{index}/date",
                    f"is signed on {on}, while the standstill of {tender.id} runs until {ends}",
                    "correct the day; if it is right, ask Legal Services", (tender, "/standstill/ends_on"),
                )  # fmt: skip


def _standstill(tender: Record) -> date | None:
    """The last day of a tender's standstill; None where none applies."""
    part = part_of(tender.data, "standstill")
    return day(part.get("ends_on")) if part.get("applies") is True else None
