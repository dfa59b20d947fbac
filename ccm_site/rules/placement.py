"""R-PLC: whether a placement stands on a contract, a service, a Schedule C and a request, and on its own days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from ccm_site.facts.contracts import BOUND, final_day, providers_of
from ccm_site.facts.policy import entries
from ccm_site.facts.records import cited, citing, counting, gathered, open_to_check
from ccm_site.facts.values import day, in_force, mappings, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.placement_cost import MADE, end_of
from ccm_site.rules.support import called, found, label, severity_then

_BEGUN = ("contracted", "active", "ended", "closed")


@rule("R-PLC-1", "F-FC-6")
def stands_on_its_contract(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A placement begins under a contract in force that day, with its provider, service, type of resource and team, and on no hold.

    Why: outside the contract neither price nor standards are agreed, and a hold is there to protect children. Mend: correct what is
    wrong, name the contract that covers it, or record an exception with its reason.
    """
    teams = _teams(register)
    for placement in counting(register, "placement", *_BEGUN):
        start = day(placement.data.get("start_date"))
        if not open_to_check(placement) or start is None:
            continue
        contract = cited(register, "contract", placement.data.get("contract"))
        service = cited(register, "service", placement.data.get("service"))
        tell = partial(_outside, placement, start)
        if contract is not None:
            yield from _in_its_time(register, kinds, tell, contract, start)
            yield from _in_its_scope(register, kinds, tell, placement, contract, service, start, teams)
        if service is not None:
            yield from _with_its_service(tell, placement, service, start)


def _outside(
    placement: Record, start: date, field: str, message: str, fix: str, *related: tuple[Record, str]
) -> Finding:
    severity = severity_then(placement, start)
    fix = f"{fix}, or record an exception to R-PLC-1"
    return found("R-PLC-1", severity, placement, f"/{field}", message, fix, *related)


def _in_its_time(register: Register, kinds: Kinds, tell: Any, contract: Record, start: date) -> Iterator[Finding]:
    status = contract.data.get("status")
    if status not in BOUND:
        yield tell(
            "contract", f"contract is {contract.id}, which is '{called(register, kinds, 'contract', 'status', status)}' and binds nobody yet",
            "wait until it is signed", (contract, "/status"),
        )  # fmt: skip
        return
    first, last = day(contract.data.get("start_date")), _last_day(register, contract)
    if (first is not None and start < first) or (last is not None and start > last):
        yield tell(
            "start_date", f"start_date is {start}; {contract.id} was in force from {first or '…'} to {last or '…'}",
            "name the contract that was in force then", (contract, "/start_date"),
        )  # fmt: skip


def _last_day(register: Register, contract: Record) -> date | None:
    """The last day of a contract, with the extensions that were used; the day it was ended on, where that is earlier."""
    last = final_day(contract)
    if contract.data.get("status") in ("terminated", "closed"):
        for ending in citing(register, contract, "contract_termination"):
            on = day(ending.data.get("terminated_on")) or day(part_of(ending.data, "notice").get("effective_on"))
            if ending.data.get("status") == "terminated" and on is not None:
                last = on if last is None else min(last, on)
    return last


def _in_its_scope(
    register: Register, kinds: Kinds, tell: Any, placement: Record, contract: Record, service: Record | None, start: date,
    teams: frozenset[str],
) -> Iterator[Finding]:  # fmt: skip
    data = placement.data
    if data.get("provider") not in providers_of(contract):
        yield tell(
            "provider",
            f"provider is '{called(register, kinds, 'placement', 'provider', data.get('provider'))}', with whom {contract.id} was not made",
            "correct the provider or the contract", (contract, "/provider"),
        )  # fmt: skip
    services = texts(contract.data.get("services"))
    if services and data.get("service") not in services:
        yield tell(
            "service", f"service is {data.get('service')}, which {contract.id} does not name",
            "correct the service, or vary the contract", (contract, "/services"),
        )  # fmt: skip
    code = data.get("resource_type")
    offered = texts(service.data.get("resource_types")) if service else []
    if isinstance(code, str) and code not in offered:
        wanted = {contract.data.get("service_type"), service.data.get("service_type") if service else None} - {None}
        kinds_of_service = {e.get("service_type") for e in entries(register, "resource_types", start, code)}
        if wanted and kinds_of_service and not wanted & kinds_of_service:
            yield tell(
                "resource_type", f"resource_type is '{label(register, 'resource_types', code)}', which neither {contract.id} nor the service offers",
                "correct the type of resource or the contract", (contract, "/service_type"),
            )  # fmt: skip
    allowed, team = texts(contract.data.get("restricted_to")), data.get("placing_team")
    if allowed and team and team not in allowed and all(a in teams for a in allowed):
        yield tell(
            "placing_team", f"placing_team is '{team}'; only {', '.join(allowed)} may place under {contract.id}",
            "correct the team or the contract", (contract, "/restricted_to"),
        )  # fmt: skip
    hold = contract.data.get("hold")
    if isinstance(hold, Mapping) and hold.get("from") and in_force(hold, start, "from", "until"):
        yield tell(
            "start_date", f"start_date is {start}: from {hold.get('from')} nobody new was to be placed under {contract.id}",
            "place the child elsewhere", (contract, "/hold"),
        )  # fmt: skip


def _with_its_service(tell: Any, placement: Record, service: Record, start: date) -> Iterator[Finding]:
    if placement.data.get("provider") and service.data.get("provider") != placement.data.get("provider"):
        yield tell(
            "service", f"service is {service.id}, which belongs to another provider", "correct the service or the provider",
            (service, "/provider"),
        )  # fmt: skip
    holds = [("placement_hold", service.data.get("placement_hold"))]
    holds += [("earlier_holds", h) for h in mappings(service.data.get("earlier_holds"))]
    for name, hold in holds:
        if isinstance(hold, Mapping) and hold.get("from") and in_force(hold, start, "from", "until"):
            yield tell(
                "start_date", f"start_date is {start}: from {hold.get('from')} nobody new was to be placed in {service.id}",
                "place the child elsewhere", (service, f"/{name}"),
            )  # fmt: skip
            return


def _teams(register: Register) -> frozenset[str]:
    """Every team that a post or a placement names. Of other words under ``restricted_to`` no machine can say whom they mean."""
    named = [p.data.get("team") for p in register.of_kind("post")]
    named += [p.data.get("placing_team") for p in register.of_kind("placement")]
    return frozenset(n for n in named if isinstance(n, str))


@change_rule("R-PLC-2", "F-4-OM-2", "F-FC-8")
def schedule_c_comes_before_the_contract(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract for a category C placement is issued only when that placement's specification of need has been handed in.

    Why: the provider signs for what one child needs, so that must be written first. Mend: have the key worker provide Schedule C and
    enter provided_on, or record an exception with its reason on the contract.
    """
    head = changes.head
    for move in changes.reaching("contract", "issued"):
        contract = move.after
        if contract is None or "voided" in contract.data or contract.data.get("purchase_category") not in (None, "C"):
            continue
        request = cited(head, "authorisation", contract.data.get("contract_request"))
        placements = {p.key: p for p in citing(head, contract, "placement")}
        if request is not None and (asked := cited(head, "placement", request.data.get("placement"))):
            placements[asked.key] = asked
        for placement in placements.values():
            if not open_to_check(placement) or placement.data.get("purchase_category") != "C":
                continue
            needs = citing(head, placement, "need_specification")
            if all(open_to_check(n) for n in needs) and not any(n.data.get("provided_on") for n in needs):
                yield found(
                    "R-PLC-2", "error", contract, "/status",
                    f"is to be issued, but the specification of need (Schedule C) of {placement.id} has not been handed in",
                    "have it provided and enter provided_on, or record an exception to R-PLC-2",
                    (placement, "/status"), *((n, "/provided_on") for n in needs),
                )  # fmt: skip


@rule("R-PLC-4", "F-4-RG-1", "F-4-RG-2", "F-FC-7")
def manager_was_asked_or_told(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """For a bought category C placement the group asked for a contract, or told the manager that one in place is used.

    Why: without either the manager does not know that a child is placed. Mend: enter contract_request on the authorisation, or the
    notice of the placement against the contract. A service of the council's own needs neither.
    """
    in_house = {str(e.get("code")) for e in entries(register, "resource_types") if e.get("in_house") is True}
    requests, notified = gathered(register, "authorisation", "placement"), gathered(register, "notice", "placement")
    for placement in counting(register, "placement", *MADE):
        if not open_to_check(placement) or placement.data.get("purchase_category") != "C":
            continue
        start = day(placement.data.get("start_date"))
        if placement.data.get("resource_type") in in_house or start is None:
            continue
        authorisations = requests.get(placement.id, [])
        if not all(open_to_check(a) for a in authorisations):
            continue
        notices = notified.get(placement.id, [])
        asked = any(a.data.get("contract_request") for a in authorisations)
        told = any(n.data.get("notice_kind") == "placement_against_contract" for n in notices)
        if not asked and not told:
            yield found(
                "R-PLC-4", severity_then(placement, start), placement, "/contract",
                "the manager was neither asked for a contract nor told that one in place is used",
                "enter contract_request on the authorisation, or a notice of the kind placement_against_contract; "
                "or record an exception to R-PLC-4",
                *((a, "/contract_request") for a in authorisations),
                *((n, "/notice_kind") for n in notices),
            )  # fmt: skip


@rule("R-PLC-5")
def lives_in_one_place(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No two full-time placements of one case share more than the day of the move; a home and a day school may go together.

    Why: one of the two is paid for nothing, or an ending was never recorded. Mend: correct the days, or record the ending.
    """
    homes = {str(e.get("code")): e.get("full_time") is True for e in entries(register, "resource_types")}
    groups: dict[tuple[str, bool], list[tuple[date, str, Record]]] = {}
    for placement in counting(register, "placement", *MADE):
        data = placement.data
        start, child = day(data.get("start_date")), data.get("child_ref")
        if open_to_check(placement) and data.get("full_time") is True and start is not None and isinstance(child, str):
            home = homes.get(str(data.get("resource_type")), True)
            groups.setdefault((child, home), []).append((start, placement.id, placement))
    for group in groups.values():
        before: tuple[date, Record] | None = None
        for start, _, placement in sorted(group):
            if before is not None and start < before[0]:
                other = before[1]
                # That two placements are one child's is itself sealed.
                sealed = placement.seal is not None or other.seal is not None
                yield found(
                    "R-PLC-5", "warning", placement, "/start_date",
                    f"start_date is {start}, while {'another placement' if sealed else other.id} of the same case runs on, full time too",
                    "correct the days, or record the ending of the earlier one", *(() if sealed else ((other, "/start_date"),)),
                )  # fmt: skip
            end = _over(placement)
            if before is None or end > before[0]:
                before = (end, placement)


def _over(placement: Record) -> date:
    """The last day that is known or expected; without one it runs on. A day to look at it again is no ending."""
    end, field = end_of(placement)
    return end if end is not None and field != "review_by" else date.max
