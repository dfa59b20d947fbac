"""From need to contract: which records of the chain a report may name, how they follow from each other, and how they are counted and summed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import amount, part_of, texts
from ccm_site.model import Record, Register
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.model import Part, Said, Words
from ccm_site.views.text import money

MET = ("contracted", "in_house")
"""The states of a need that is met."""
UNMET = ("identified", "analysed", "routed", "tendering", "justifying", "calling_off", "contract_drafting")
"""The states of a need that nothing meets yet."""
BOUGHT = ("signed", "in_force")
"""The states of a contract whose services can be used, or soon can."""


def for_one_child(register: Register, record: Record) -> bool:
    """Whether a record stands for one child alone: a client's need, what was decided or bought for it, a contract for one placement."""
    if record.kind == "need":
        return record.data.get("need_type") == "client"
    if record.kind == "contract":
        return record.data.get("placement_specific") is True
    if record.kind == "sourcing_decision":
        needs = [cited(register, "need", i) for i in needs_of(record)]
        return bool(needs) and all(n is not None and for_one_child(register, n) for n in needs)
    above = (cited(register, kind, record.data.get(kind)) for kind in ("need", "sourcing_decision", "contract"))
    return any(r is not None and for_one_child(register, r) for r in above)


def listed(desk: Desk, kind: str, *states: str) -> tuple[Record, ...]:
    """The records of a kind that count, by id, without those for one child alone where restricted records are not at hand."""
    found = counting(desk.register, kind, *states)
    return tuple(sorted((r for r in found if desk.whole or not for_one_child(desk.register, r)), key=lambda r: r.id))


def left_out(desk: Desk) -> Iterator[Part]:
    """Says that something is left out, where it is."""
    if not desk.whole:
        yield Words(
            "What is planned or bought for one child alone is left out here: it would single the child out.", hint=True
        )


def needs_of(decision: Record) -> list[str]:
    """The ids of the needs that a sourcing decision is about."""
    return [*texts([decision.data.get("need")]), *texts(decision.data.get("further_needs"))]


def decisions_by_need(desk: Desk) -> Mapping[str, list[Record]]:
    """The sourcing decisions on each need, those that were given up left out."""
    out: dict[str, list[Record]] = {}
    for decision in listed(desk, "sourcing_decision", "draft", "decided", "superseded"):
        for need in needs_of(decision):
            out.setdefault(need, []).append(decision)
    return out


def by_decision(desk: Desk, kind: str) -> Mapping[str, list[Record]]:
    """The tenders, justifications or contracts that follow from each sourcing decision, those withdrawn left out."""
    out: dict[str, list[Record]] = {}
    for r in listed(desk, kind):
        if r.data.get("status") != "withdrawn":
            out.setdefault(str(r.data.get("sourcing_decision", "")), []).append(r)
    return out


def type_name(desk: Desk, code: object) -> str:
    return desk.words("contract", "service_type", code) if code else "Type of service not stated"


def types_of(record: Record) -> list[str]:
    """The types of service that a record is about."""
    return texts(record.data.get("service_types")) or texts([record.data.get("service_type")])


def by_type(records: Iterable[Record]) -> dict[str, list[Record]]:
    """Records by type of service, "" for none; one that is about several stands under each."""
    out: dict[str, list[Record]] = {}
    for r in records:
        for code in types_of(r) or [""]:
            out.setdefault(code, []).append(r)
    return out


def count(records: Iterable[Record]) -> Said:
    """How many records, leading to them; a dash for none."""
    keys = tuple(r.key for r in records)
    return Said(str(len(keys)) if keys else "–", keys)


def named(desk: Desk, records: Iterable[Record]) -> Said:
    """The records by name, leading to them; a dash for none."""
    found = list(records)
    return Said("; ".join(desk.site.label(r.key) for r in found) or "–", tuple(r.key for r in found))


def value(desk: Desk, records: Iterable[Record], field: str = "estimated_value") -> Said:
    """What amounts come to, each currency and VAT basis for itself, since they cannot be added; a dash for none."""
    sums: dict[tuple[str, str], Decimal] = {}
    sources = []
    for r in records:
        entered = part_of(r.data, field)
        found = amount(entered)
        if found is not None:
            kind = (str(entered.get("currency", desk.site.currency)), str(entered.get("vat_basis", "")))
            sums[kind] = sums.get(kind, Decimal(0)) + found
            sources.append(r.key)
    told = [
        money({"amount": f"{total:.2f}", "currency": currency, "vat_basis": vat}) for (currency, vat), total in sums.items()
    ]  # fmt: skip
    return Said("; ".join(told) or "–", tuple(sources))
