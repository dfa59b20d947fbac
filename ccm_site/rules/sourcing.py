"""R-NEED, R-SRC, R-MKT, R-PRO: what stands before a contract: need, decision, supply, market and relations with providers.

A finding on a record that was carried over from another register only warns where it is about what came before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ccm_site.facts.contracts import LIVE, READY, providers_of
from ccm_site.facts.policy import entries, limit
from ccm_site.facts.records import carried_over_on, cited, citing, counting
from ccm_site.facts.values import day, mappings, months_after, number, part_of, period_end, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.procurement_scale import Scale, worded
from ccm_site.rules.support import called, found, grade

_UNMET = ("analysed", "routed", "tendering", "justifying", "calling_off", "contract_drafting")
"""The states of a need that was looked at and for which no contract stands yet."""


@rule("R-NEED-1", "F-1-3", "F-3A-i-2", "F-FC-1")
def decision_rests_on_a_need(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A sourcing decision that was taken answers a need that counts.

    Why: nothing is bought for which nobody has shown a need. The schema asks for the need and its type; this looks whether what
    is cited was voided. Mend: cite the need that stands in its place.
    """
    for decision in counting(register, "sourcing_decision", "decided", "superseded"):
        needs = [
            n for id in (decision.data.get("need"), *texts(decision.data.get("further_needs")))
            if (n := cited(register, "need", id))
        ]  # fmt: skip
        if needs and all("voided" in n.data for n in needs):
            yield found(
                "R-NEED-1", grade(decision), decision, "/need",
                f"rests on {' and '.join(n.id for n in needs)} only, which counts no longer since it was voided",
                "cite the need that stands in its place", *((n, "/voided") for n in needs),
            )  # fmt: skip


@rule("R-NEED-3", "F-1-2", "F-1-5")
def strategy_is_named(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A need that was analysed, and a contract that is ready, running or about to be, names the strategy that it serves.

    Why: the framework makes contracting part of an overall commissioning strategy, and reports add up by it. Mend: name the
    strategy under strategy_refs.
    """
    for record in (
        *counting(register, "need", *_UNMET, "contracted", "in_house"),
        *counting(register, "contract", *LIVE),
    ):
        if not record.data.get("strategy_refs"):
            yield found(
                "R-NEED-3", "warning", record, "/strategy_refs", "names no commissioning strategy that it serves",
                "add 'strategy_refs:' with the strategy's number",
            )  # fmt: skip


@rule("R-NEED-4", "F-3A-i-2")
def figures_are_fresh(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The latest figures on need are not older than the months of policy/thresholds.yaml when a tender is planned.

    Planned on: the day of the sourcing decision, or else the first day of the procurement. Why: a service that is bought on old
    figures is too large or too small. Mend: add newer figures to the need.
    """
    for tender in counting(register, "tender"):
        need = cited(register, "need", tender.data.get("need"))
        planned = _planned(register, tender)
        months = limit(register, "need_data_age", planned) if planned else None
        if need is None or planned is None or months is None or tender.data.get("status") == "abandoned":
            continue
        ends = [e for f in mappings(need.data.get("need_data")) if (e := day(period_end(f)))]
        if ends and max(ends) < months_after(planned, -int(months)):
            yield found(
                "R-NEED-4", "warning", tender, "/need",
                f"was planned on {planned}, but the latest figures of {need.id} end on {max(ends)}, more than {int(months)} months before",
                "add newer figures to the need under need_data", (need, "/need_data"),
            )  # fmt: skip


def _planned(register: Register, tender: Record) -> date | None:
    decision = cited(register, "sourcing_decision", tender.data.get("sourcing_decision"))
    return (_decided_on(decision) if decision else None) or day(tender.data.get("procurement_commenced"))


def _decided_on(decision: Record) -> date | None:
    return day(part_of(decision.data, "decision").get("on"))


def _decided_by(decision: Record) -> str:
    return str(part_of(decision.data, "decision").get("by_role", ""))


@rule("R-SRC-1", "F-1-4", "F-1-6", "F-3A-i-1", "F-FC-2")
def decision_comes_first(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract that is ready for issue or further cites a sourcing decision that was taken, before the procurement began.

    Why: the Sourcing Group plans and supervises what is bought, and it cannot once the buying is under way. The schema asks a
    decided decision for its route and its day. Mend: cite the decision; where it came late, record an exception with the reason.
    """
    for decision in counting(register, "sourcing_decision", "decided", "superseded"):
        began, on = day(decision.data.get("procurement_start")), _decided_on(decision)
        if began and on and on > began:
            yield found(
                "R-SRC-1", grade(decision), decision, "/procurement_start",
                f"procurement_start {began} is before the decision of {on}",
                "correct the date that is wrong, or record an exception with the reason", (decision, "/decision/on"),
            )  # fmt: skip
    for contract in counting(register, "contract", *READY):
        if "sourcing_decision" not in contract.data:
            yield found(
                "R-SRC-1", grade(contract), contract, "/sourcing_decision", "cites no sourcing decision",
                "add 'sourcing_decision:' with its number, or record an exception with the reason",
            )  # fmt: skip
            continue
        cites = cited(register, "sourcing_decision", contract.data["sourcing_decision"])
        if cites is None:
            continue
        began, on = day(contract.data.get("procurement_commenced")), _decided_on(cites)
        if "voided" in cites.data or cites.data.get("status") not in ("decided", "superseded"):
            state = (
                "voided"
                if "voided" in cites.data
                else f"'{called(register, kinds, cites.kind, 'status', cites.data.get('status'))}'"
            )
            yield found(
                "R-SRC-1", grade(contract), contract, "/sourcing_decision",
                f"cites {cites.id}, which is {state} and decides nothing",
                "cite a decision that was taken, or record an exception with the reason", (cites, "/status"),
            )  # fmt: skip
        elif began and on and on > began:
            yield found(
                "R-SRC-1", grade(contract), contract, "/procurement_commenced",
                f"procurement_commenced {began} is before {cites.id} was decided on {on}",
                "correct the date that is wrong, or record an exception with the reason", (cites, "/decision/on"),
            )  # fmt: skip


@rule("R-SRC-2")
def best_value_is_shown(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What is bought without a tender above the advertising threshold rests on an analysis of best value.

    Why: the framework allows no tender below the threshold, or where best value was shown without one. Mend: fill in best_value
    in the justification, and cite the justification in the contract.
    """
    scale = Scale(register)
    for reason in counting(register, "non_tender", "approved"):
        entry = None if "best_value" in reason.data else scale.reached(reason, "advertising")
        # The schema asks for it where best value itself is the reason.
        if entry is not None and reason.data.get("reason_code") != "best_value":
            yield found(
                "R-SRC-2", grade(reason), reason, "/best_value",
                f"is over the threshold {worded(entry)} and has no analysis of best value", "add 'best_value:'",
            )  # fmt: skip
    for contract in counting(register, "contract", *READY):
        if contract.data.get("route") != "non_tender":
            continue
        entry = scale.reached(contract, "advertising")
        basis = cited(register, "non_tender", contract.data.get("non_tender"))
        if entry is None or (
            basis is not None and (basis.data.get("status") == "approved" or "best_value" in basis.data)
        ):
            continue
        if basis is not None or "non_tender" not in contract.data:
            yield found(
                "R-SRC-2", grade(contract), contract, "/non_tender",
                f"is bought without a tender, over the threshold {worded(entry)}, and "
                + (f"{basis.id} has no analysis of best value" if basis else "cites no justification"),
                "cite the justification with its analysis of best value", *([(basis, "")] if basis else []),
            )  # fmt: skip


@rule("R-SRC-3", "F-3A-i-3")
def structures_are_decided_by_the_group(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A block or framework contract that is ready for issue or further cites a decision of the Sourcing Group.

    Why: it binds later purchases, so the group that plans supply decides on it, and no exception lets it pass. Mend: cite the
    group's decision.
    """
    for contract in counting(register, "contract", *READY):
        if contract.data.get("contract_type") not in ("block", "framework"):
            continue
        decision = cited(register, "sourcing_decision", contract.data.get("sourcing_decision"))
        if decision is not None and _decided_by(decision) == "sourcing_group":
            continue
        if decision is not None or "sourcing_decision" not in contract.data:
            yield found(
                "R-SRC-3", grade(contract), contract, "/sourcing_decision",
                f"is a {contract.data['contract_type']} contract and "
                + (f"{decision.id} is no decision of the Sourcing Group" if decision else "cites no decision of the Sourcing Group"),
                "cite the group's decision", *([(decision, "/decision")] if decision else []),
            )  # fmt: skip


@rule("R-SRC-5", "F-3A-i-4")
def supply_meets_demand(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Of a type of service, what is forecast and in use is not more than what is contracted; and a block is used.

    Counted are the forecasts of needs that no contract meets yet, placements in force under contracts where places are forecast,
    and the capacity of signed and running contracts, call-offs left out since their framework holds it. A block's use is that of
    its latest accepted return, or else its placements in force. Numbers of children are not told. Why: a child finds no place, or
    empty places are paid for. Mend: plan more or less supply with the Sourcing Group, or correct forecast or capacity.
    """
    capacity: dict[tuple[str, str], Decimal] = {}
    held: dict[tuple[str, str], list[Record]] = {}
    placed: dict[str, int] = {}
    for contract in counting(register, "contract", "signed", "in_force"):
        kind, bought = str(contract.data.get("service_type")), contract.data.get("capacity")
        if isinstance(bought, dict) and contract.data.get("contract_type") != "call_off":
            what = (kind, str(bought.get("unit")))
            capacity[what] = capacity.get(what, Decimal(0)) + (number(bought.get("quantity")) or 0)
            held.setdefault(what, []).append(contract)
        placed[kind] = placed.get(kind, 0) + _in_force(register, contract)
    for what, forecasts in _forecasts(register).items():
        kind, unit = what
        wanted, there = sum((q for _, _, q in forecasts), Decimal(0)), capacity.get(what, Decimal(0))
        if wanted + (placed.get(kind, 0) if unit == "places" else 0) > there:
            need, pointer, _ = forecasts[0]
            used = " and the placements in force" if unit == "places" else ""
            yield found(
                "R-SRC-5", "warning", need, pointer,
                f"{kind.replace('_', ' ')}: what is forecast{used} {'come' if used else 'comes'} to more {unit.replace('_', ' ')} than are contracted",
                "plan the supply with the Sourcing Group, or correct the forecast",
                *((n, p) for n, p, _ in forecasts[1:]), *((c, "/capacity") for c in held.get(what, ())),
            )  # fmt: skip
    yield from _empty_blocks(register, today)


def _forecasts(register: Register) -> dict[tuple[str, str], list[tuple[Record, str, Decimal]]]:
    """What needs without a contract forecast, by type of service and unit: the need, the place, the quantity."""
    out: dict[tuple[str, str], list[tuple[Record, str, Decimal]]] = {}
    for need in counting(register, "need", *_UNMET):
        for index, f in enumerate(mappings(need.data.get("forecast"))):
            quantity = number(f.get("quantity"))
            if quantity is not None:
                what = (str(f.get("service_type")), str(f.get("unit")))
                out.setdefault(what, []).append((need, f"/forecast/{index}", quantity))
    return out


def _in_force(register: Register, contract: Record) -> int:
    return sum(p.data.get("status") == "active" for p in citing(register, contract, "placement"))


def _empty_blocks(register: Register, today: date) -> Iterator[Finding]:
    for contract in counting(register, "contract", "in_force"):
        bought = contract.data.get("capacity")
        if contract.data.get("contract_type") != "block" or not isinstance(bought, dict):
            continue
        use, on, source = _use(register, contract, bought, today)
        least = limit(register, "empty_places", on)
        if use is not None and least is not None and use < least:
            yield found(
                "R-SRC-5", "warning", contract, "/capacity",
                f"less than {least} per cent of what was bought ahead was used, by {source.id if source else 'its placements in force'}",
                "agree a smaller block, or find out why it is not used", *([(source, "/volume")] if source else []),
            )  # fmt: skip


def _use(
    register: Register, contract: Record, bought: dict[str, object], today: date
) -> tuple[Decimal | None, date, Record | None]:
    """How many per cent of a block are used, on which day, and by which return."""
    latest: tuple[date, Record, Decimal] | None = None
    for sent in citing(register, contract, "return"):
        volume, end = sent.data.get("volume"), day(period_end(sent.data))
        if sent.data.get("status") not in ("accepted", "assessed") or not isinstance(volume, dict) or end is None:
            continue
        agreed, delivered = number(volume.get("contracted")), number(volume.get("delivered"))
        if (
            volume.get("unit") == bought.get("unit")
            and agreed
            and delivered is not None
            and (not latest or end > latest[0])
        ):
            latest = end, sent, delivered * 100 / agreed
    if latest:
        return latest[2], latest[0], latest[1]
    quantity = number(bought.get("quantity"))
    if bought.get("unit") != "places" or not quantity or not register.of_kind("placement"):
        return None, today, None
    return Decimal(_in_force(register, contract)) * 100 / quantity, today, None


@rule("R-MKT-1", "F-3A-i-5", "F-3B-ii-5")
def market_is_watched(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A type of service in use, which the council buys or looks for, has a market note of the last months.

    In use: marked so in policy/service_types.yaml, and with a contract, an active service or a need that no contract meets yet.
    Why: the framework has the Sourcing Group watch the market. Mend: write a market note.
    """
    months = limit(register, "market_note_age", today)
    table = register.get("service_types", "service_types")
    if months is None or table is None:
        return
    used = {c.data.get("service_type") for c in counting(register, "contract", *LIVE)}
    used |= {s.data.get("service_type") for s in counting(register, "service", "active")}
    used |= {t for n in counting(register, "need", *_UNMET) for t in texts(n.data.get("service_types"))}
    last: dict[str, tuple[date, Record]] = {}
    for note in counting(register, "market_note"):
        on, kind = day(note.data.get("on")), str(note.data.get("service_type"))
        if on and on <= today and (kind not in last or on > last[kind][0]):
            last[kind] = on, note
    known = entries(register, "service_types", today)
    for index, entry in enumerate(mappings(table.data.get("entries"))):
        code = str(entry.get("code"))
        if entry.get("active") is not True or code not in used or entry not in known:
            continue
        seen = last.get(code)
        if seen is None or seen[0] < months_after(today, -int(months)):
            yield found(
                "R-MKT-1", "warning", table, f"/entries/{index}",
                f"'{entry.get('label')}' has no market note of the last {int(months)} months" + (f"; the last is of {seen[0]}" if seen else ""),
                f"write a market note with the service_type {code}", *([(seen[1], "/on")] if seen else []),
            )  # fmt: skip


@rule("R-PRO-1", "F-3A-i-6")
def providers_are_kept_in_touch_with(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A provider with a signed or running contract has a contact entered in the last months.

    A provider that was carried over has as long from the day of that. Why: the framework asks that relationships be created and
    maintained. Mend: enter the last meeting, visit or other contact under engagement.
    """
    months = limit(register, "engagement_age", today)
    if months is None:
        return
    since = months_after(today, -int(months))
    live: dict[str, Record] = {}
    for contract in counting(register, "contract", "signed", "in_force"):
        for id in providers_of(contract):
            live.setdefault(id, contract)
    for id, contract in live.items():
        provider = register.get("provider", id)
        if provider is None or "voided" in provider.data:
            continue
        days = [d for e in mappings(provider.data.get("engagement")) if (d := day(e.get("date"))) and d <= today]
        if max([*days, carried_over_on(provider) or date.min]) < since:
            yield found(
                "R-PRO-1", "warning", provider, "/engagement",
                f"has the contract {contract.id} and no contact entered in the last {int(months)} months"
                + (f"; the last was on {max(days)}" if days else ""),
                "enter the last contact under engagement", (contract, "/provider"),
            )  # fmt: skip
