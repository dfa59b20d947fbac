"""R-CON: what makes a contract one that can be relied on. What happens to one that changes is in `contract_moves`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.contracts import (
    BOUND,
    LEADS,
    LIVE,
    READY,
    final_day,
    is_followed,
    open_decisions,
    over_on,
    providers_of,
    signed_on,
)
from ccm_site.facts.policy import entries, limit
from ccm_site.facts.records import SENT, cited, citing, counting, gathered, open_to_check
from ccm_site.facts.values import day, days_after, mappings, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.placement_cost import MADE
from ccm_site.rules.support import called, found


@rule("R-CON-2", "F-4-OM-2", "F-4-TC-2", "F-4-SS-1", "F-FC-5")
def schedule_c_is_supplied(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract for one placement, once put forward for issue, has the placement's specification of need as its Schedule C.

    Why: the provider is bound only to what the contract says about the child's needs. Mend: complete the specification of need of the
    placement, and name this contract in it or in the placement.
    """
    for contract in counting(register, "contract", *LIVE):
        if contract.data.get("placement_specific") is not True or contract.data.get("schedule_c_required") is not True:
            continue
        placements = citing(register, contract, "placement")
        if not any(citing(register, r, "need_specification") for r in (contract, *placements)):
            yield found(
                "R-CON-2", "error", contract, "/schedule_c_required",
                "needs a Schedule C, but no specification of need belongs to it or to a placement against it",
                "complete the specification of need of the placement", *((p, "/contract") for p in placements),
            )  # fmt: skip


@rule("R-CON-5-a", "F-1-1", "F-4-IS-1")
def every_party_has_signed(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A signed contract has a signature of the council and one of each of its providers.

    Why: until every party has signed, nobody is bound. Mend: enter each signature with capacity, day and method, or leave the contract
    at issued.
    """
    for contract in counting(register, "contract", *BOUND):
        signatures = mappings(contract.data.get("signatures"))
        if not signatures:
            continue  # The schema asks for them.
        for party, wanted in (("council", 1), ("provider", len(providers_of(contract)))):
            there = sum(s.get("party") == party for s in signatures)
            if there < wanted:
                yield found(
                    "R-CON-5-a", "error", contract, "/signatures",
                    f"is '{called(register, kinds, 'contract', 'status', contract.data['status'])}' with {there} of {wanted} signatures of the {party}",
                    "enter every party's signature, or set the status back to issued",
                )  # fmt: skip


@rule("R-CON-5-b", "F-1-1", "F-4-IS-1")
def signed_before_it_starts(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract does not start before its last signature.

    Why: care that is given before everybody has signed is given without a contract. Mend: nothing can be undone; correct a wrong day,
    and have the next contract signed in time.
    """
    for contract in counting(register, "contract", *BOUND):
        start = day(contract.data.get("start_date"))
        signed = signed_on(contract)
        if start and signed and start < max(signed):
            yield found(
                "R-CON-5-b", "warning", contract, "/start_date",
                f"starts on {start}, before its last signature on {max(signed)}: it is retrospective",
                "correct the day that is wrong; otherwise this stays as a note", (contract, "/signatures"),
            )  # fmt: skip


@rule("R-CON-7", "F-3A-vi-3")
def copies_are_held(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An issued contract names who holds an electronic copy.

    Why: those who work with it must be able to read it. Mend: list their roles under copy_holders.
    """
    for contract in counting(register, "contract", "issued", "signed", "in_force"):
        if not contract.data.get("copy_holders"):
            yield found(
                "R-CON-7", "warning", contract, "/copy_holders", "names nobody who holds an electronic copy",
                "add 'copy_holders:' with the roles that hold one",
            )  # fmt: skip


@rule("R-CON-9", "F-4-TC-4")
def terms_of_others_are_advised_on(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Before a contract on another party's terms is issued, the lead professional has been sent advice on those terms.

    Why: the council's own protections may be missing from them. Mend: send a notice of the kind terms_advice about this contract and
    these terms to the lead professional, not later than the first signature.
    """
    for contract in counting(register, "contract", *LIVE):
        terms = cited(register, "terms", contract.data.get("terms"))
        if terms is None or terms.data.get("origin") != "other_party":
            continue
        signed = signed_on(contract)
        advice = [n for n in citing(register, contract, "notice") if n.data.get("notice_kind") == "terms_advice"]
        if not any(
            n.data.get("terms") == terms.id
            and n.data.get("to_role") in LEADS and n.data.get("status") in SENT
            and (sent := day(n.data.get("sent_on"))) and (not signed or sent <= min(signed))
            for n in advice
        ):  # fmt: skip
            yield found(
                "R-CON-9", "error", contract, "/terms",
                f"is on another party's terms, {terms.id}, and no advice on them was sent to the lead professional in time",
                "send the advice as a notice of the kind terms_advice, with these terms, to the lead professional",
                (terms, "/origin"), *((n, "/terms") for n in advice),
            )  # fmt: skip


@rule("R-CON-10", "F-4-RG-1")
def asked_for_on_model_terms(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract that the Resource Allocation Group asked for is on the council's model terms, or says why not.

    Why: the framework has the manager put it in place against model terms. Mend: take the model terms, or give the reason.
    """
    for contract in counting(register, "contract", *LIVE):
        terms = cited(register, "terms", contract.data.get("terms"))
        if "contract_request" not in contract.data or "terms_departure_reason" in contract.data:
            continue
        if terms and terms.data.get("model") is not True:
            yield found(
                "R-CON-10", "error", contract, "/terms_departure_reason",
                f"was asked for by the Resource Allocation Group but is on {terms.id}, which are not model terms, without a reason",
                "take the model terms, or add 'terms_departure_reason:'", (contract, "/terms"), (terms, "/model"),
            )  # fmt: skip


@rule("R-CON-11", "F-3A-i-3")
def call_offs_fit_their_framework(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A call-off cites a framework in force on its first day, ends no later than the framework can, and is with one of its providers.

    Why: outside its framework a call-off is a purchase without competition. Mend: correct framework, provider or days, or buy by
    another route.
    """
    for contract in counting(register, "contract", *READY):
        framework = cited(register, "contract", contract.data.get("framework"))
        if contract.data.get("contract_type") != "call_off" or framework is None:
            continue
        for pointer, related, message, fix in _misfits(register, contract, framework):
            yield found("R-CON-11", "error", contract, pointer, message, fix, (framework, related))


def _misfits(register: Register, contract: Record, framework: Record) -> Iterator[tuple[str, str, str, str]]:
    """What of a call-off does not fit its framework: pointer, the framework's pointer, message and mend."""
    name = framework.id
    if framework.data.get("contract_type") != "framework" or "voided" in framework.data:
        yield "/framework", "/contract_type", f"is a call-off from {name}, which is no framework", "name the framework"
        return
    if framework.data.get("status") not in BOUND:
        yield (
            "/framework", "/status", f"is a call-off from {name}, which is not signed",
            "wait until every party has signed the framework",
        )  # fmt: skip
    for provider in providers_of(contract):
        if provider not in providers_of(framework):
            yield (
                "/provider", "/provider", f"is with {provider}, which is no provider of the framework {name}",
                "name a provider of the framework, or buy by another route",
            )  # fmt: skip
    start, end = day(contract.data.get("start_date")), final_day(contract)
    first, last = day(framework.data.get("start_date")), over_on(register, framework)
    if start and ((first and start < first) or (last and start > last)):
        yield (
            "/start_date", "/end_date", f"starts on {start}, when the framework {name} is not in force",
            "let it start while the framework is in force, or buy by another route",
        )  # fmt: skip
    latest = final_day(framework, all_options=True)
    if end and latest and end > latest:
        yield (
            "/end_date", "/end_date", f"ends on {end}, after the last day that the framework {name} allows, {latest}",
            "let it end with the framework at the latest",
        )  # fmt: skip


@rule("R-CON-12", "F-3A-v-C-2")
def outside_placements_have_a_contract(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement with another provider names its contract; one in the council's own service names none.

    Why: what is bought needs a contract, what is in-house cannot have one. Mend: name the contract, or correct the type of resource.
    An emergency placement may be active before its contract is made, and is closed only with it.
    """
    in_house: dict[tuple[str, date], bool] = {}
    for placement in counting(register, "placement", *MADE):
        data = placement.data
        start, resource = day(data.get("start_date")), data.get("resource_type")
        if not open_to_check(placement) or start is None or not isinstance(resource, str):
            continue
        if (resource, start) not in in_house:
            entry = next(iter(entries(register, "resource_types", start, resource)), {})
            in_house[resource, start] = entry.get("in_house") is True
        if in_house[resource, start]:
            if "contract" in data:
                yield found(
                    "R-CON-12", "error", placement, "/contract", "is in the council's own service but names a contract",
                    "remove the contract, or correct the type of resource", (placement, "/resource_type"),
                )  # fmt: skip
        elif "contract" not in data and (
            data["status"] in ("contracted", "closed")
            or (data["status"] in ("active", "ended") and data.get("emergency") is not True)
        ):
            yield found(
                "R-CON-12", "error", placement, "/contract", "is with another provider but names no contract",
                "add 'contract:' with the contract that it is made against", (placement, "/resource_type"),
            )  # fmt: skip


@rule("R-CON-13")
def endings_are_decided_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """When a contract, or its option to extend, is about to run out, it is decided what follows.

    Why: a new purchase takes half a year; without one children lose their service or the council buys without a contract. Mend: record
    the sourcing decision for the same type of service, name this contract as the one that a new contract follows, or use the option.
    """
    ahead = limit(register, "renewal_notice", today)
    if ahead is None:
        return
    until = days_after(today, int(ahead))
    decided = open_decisions(register)
    for contract in counting(register, "contract", "signed", "in_force"):
        last = final_day(contract)
        options = [
            (d, i) for i, e in enumerate(mappings(contract.data.get("extensions")))
            if "used_on" not in e and (d := day(e.get("notice_by"))) and today <= d <= until
        ]  # fmt: skip
        ends = last is not None and today <= last <= until
        if not (ends or options) or contract.data.get("placement_specific") is True:
            continue
        if is_followed(register, contract, decided):
            continue
        if ends:
            yield found(
                "R-CON-13", "warning", contract, "/end_date",
                f"ends on {last}, within {ahead} days, and nothing is decided about what follows",
                "record the sourcing decision on what follows, or the contract that follows",
            )  # fmt: skip
        else:
            by, index = min(options)
            yield found(
                "R-CON-13", "warning", contract, f"/extensions/{index}/notice_by",
                f"its option to extend must be used by {by}, within {ahead} days, and nothing is decided about what follows",
                "use the option, or record the sourcing decision on what follows",
            )  # fmt: skip


@rule("R-CON-14")
def services_are_registered_and_not_weak(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """On the first day of a contract its services are registered, and none of their latest grades is weak.

    Why: an unregistered care service must not be used, and a weak one needs watching from the first day. Mend: enter the registration
    or why none is needed; where a grade is weak say in the monitoring plan what is watched.
    """
    graded = gathered(register, "inspection", "service")
    seen: dict[tuple[str, date], tuple[str, tuple[Record, int] | None]] = {}
    for contract in counting(register, "contract", *LIVE):
        start = day(contract.data.get("start_date"))
        if start is None:
            continue
        for index, id in enumerate(texts(contract.data.get("services"))):
            service = register.get("service", id)
            if service is None:
                continue
            if (id, start) not in seen:
                seen[id, start] = _unregistered(register, service, start), _weak(register, graded.get(id, []), start)
            reason, weak = seen[id, start]
            if reason:
                yield found(
                    "R-CON-14", "warning", contract, f"/services/{index}", f"{id} {reason} on {start}, its first day",
                    "enter the registration in the service's record, or why none is needed",
                    (service, "/registration_number"),
                )  # fmt: skip
            if weak:
                yield found(
                    "R-CON-14", "warning", contract, f"/services/{index}",
                    f"{id} had a grade of {weak[1]} when the contract started on {start}",
                    "say in the monitoring plan what is watched", (weak[0], "/grades"),
                )  # fmt: skip


def _unregistered(register: Register, service: Record, on: date) -> str:
    """Why a service was not registered on a day; "" where it was, or needs no registration."""
    data = service.data
    kind = next(iter(entries(register, "service_types", on, str(data.get("service_type")))), {})
    if kind.get("registered") is not True or "not_registered_reason" in data:
        return ""
    if "registration_number" not in data:
        return "has no registration entered"
    first, last = day(data.get("registered_on")), day(data.get("registration_ended_on"))
    if first and first > on:
        return "was not registered yet"
    return "was no longer registered" if last and last < on else ""


def _weak(register: Register, inspections: list[Record], on: date) -> tuple[Record, int] | None:
    """The inspection with the lowest of the grades that stood on a day, and that grade, where policy calls it weak."""
    bound = limit(register, "low_grade", on)
    stood: dict[object, tuple[date, int, Record]] = {}
    for inspection in inspections:
        published = day(inspection.data.get("published_on"))
        if published and published <= on:
            for g in mappings(inspection.data.get("grades")):
                if isinstance(grade := g.get("grade"), int):
                    item = (g.get("scheme"), g.get("item"))
                    if item not in stood or stood[item][0] < published:
                        stood[item] = (published, grade, inspection)
    lowest = min(stood.values(), key=lambda s: (s[1], s[2].id), default=None)
    return (lowest[2], lowest[1]) if lowest and bound is not None and lowest[1] <= bound else None
