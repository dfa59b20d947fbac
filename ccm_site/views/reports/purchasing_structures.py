"""Purchasing structures: what is bought how (F-3A-i-3): kinds of contract, frameworks with their call-offs, purchase categories, in-house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccm_site.facts.contracts import final_day, providers_of
from ccm_site.facts.policy import entries
from ccm_site.facts.records import counting
from ccm_site.facts.values import texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.chain import BOUGHT, by_type, count, left_out, listed, named, type_name, value
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Purchasing structures"
LEAD = "What the council buys how: kinds of contract, frameworks with their call-offs, purchase categories, and what it provides itself."
KINDS = ("block", "framework", "call_off", "spot", "service_level_agreement", "grant", "not_stated")
ROUTES = ("tender", "non_tender", "call_off", "not_stated")


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    contracts = listed(desk, "contract", *BOUGHT)
    return Report(
        "purchasing_structures", "", report_on("purchasing_structures", ""), TITLE, LEAD, desk.period,
        (
            Section("Kinds of contract by type of service", (*left_out(desk), *_kinds(desk, contracts))),
            Section("How providers were chosen", tuple(_routes(desk, contracts))),
            Section("Frameworks and their call-offs", tuple(_frameworks(desk))),
            Section("Purchase categories", tuple(_categories(desk, contracts))),
            Section("Bought, and provided by the council itself", tuple(_in_house(desk, contracts))),
        ),
        None, desk.shown_to("contract"),
    )  # fmt: skip


def _kinds(desk: Desk, contracts: tuple[Record, ...]) -> Iterator[Part]:
    yield _crossed(desk, contracts, "contract_type", KINDS, "Contracts that are signed or in force")
    yield Table(
        "What they are worth", ("Kind of contract", "Contracts", "Estimated value"),
        tuple(
            (Said(desk.words("contract", "contract_type", k)), count(found), Said(value(desk, found).text))
            for k in KINDS if (found := [c for c in contracts if c.data.get("contract_type") == k])
        ), (1, 2), "No contract is signed or in force.", "Amounts on different VAT bases are not added up.",
    )  # fmt: skip


def _crossed(desk: Desk, contracts: tuple[Record, ...], field: str, codes: tuple[str, ...], title: str) -> Table:
    """Contracts by type of service and a coded field, whose codes without a contract have no column."""
    shown = [k for k in codes if any(c.data.get(field) == k for c in contracts)]
    return Table(
        title, ("Type of service", *(desk.words("contract", field, k) for k in shown)),
        tuple(
            (Said(type_name(desk, code)), *(count(c for c in found if c.data.get(field) == k) for k in shown))
            for code, found in sorted(by_type(contracts).items(), key=lambda e: type_name(desk, e[0]))
        ), tuple(range(1, len(shown) + 1)), "No contract is signed or in force.",
    )  # fmt: skip


def _routes(desk: Desk, contracts: tuple[Record, ...]) -> Iterator[Part]:
    yield _crossed(desk, contracts, "route", ROUTES, "Routes of the contracts that are signed or in force")
    justified = [c for c in contracts if c.data.get("route") == "non_tender"]
    yield Table(
        "Bought without a tender", ("Contract", "Justification", "Reason"),
        tuple((desk.name(c.key), *_justification(desk, c)) for c in justified), (), "None.",
    )  # fmt: skip


def _justification(desk: Desk, contract: Record) -> tuple[Said, Said]:
    found = desk.register.get("non_tender", str(contract.data.get("non_tender", "")))
    if found is None:
        return Said("none entered", (), "near"), Said("–")
    return desk.name(found.key), Said(desk.shown(found, "reason_code"))


def _frameworks(desk: Desk) -> Iterator[Part]:
    called: dict[str, list[Record]] = {}
    for c in listed(desk, "contract", *BOUGHT, "expired", "terminated", "closed"):
        if isinstance(c.data.get("framework"), str):
            called.setdefault(str(c.data["framework"]), []).append(c)
    rows = [
        (desk.name(f.key), Said(type_name(desk, f.data.get("service_type"))), desk.names("provider", providers_of(f)), Said(on(final_day(f))),
         named(desk, called.get(f.id, ())), Said(value(desk, called.get(f.id, ())).text))
        for f in listed(desk, "contract", *BOUGHT) if f.data.get("contract_type") == "framework"
    ]  # fmt: skip
    yield Table(
        "The council's own frameworks", ("Framework", "Type of service", "Providers", "Ends", "Call-offs, past ones too", "Value of the call-offs"),
        tuple(rows), (5,), "The council has no framework in force.",
    )  # fmt: skip
    others = [c for c in listed(desk, "contract", *BOUGHT) if c.data.get("framework_owner")]
    yield Table(
        "Call-offs from frameworks of others", ("Contract", "Whose framework", "Reference", "Ends"),
        tuple(
            (desk.name(c.key), Said(str(c.data["framework_owner"])), Said(str(c.data.get("framework_reference", "–"))), Said(on(final_day(c))))
            for c in others
        ), (), "None in force.",
    )  # fmt: skip


def _categories(desk: Desk, contracts: tuple[Record, ...]) -> Iterator[Part]:
    yield Table(
        "", ("Purchase category", "Contracts", "Estimated value", "Types of service"),
        tuple(
            (Said(desk.words("contract", "purchase_category", k) if k else "Not stated"), count(found), Said(value(desk, found).text),
             Said("; ".join(sorted({type_name(desk, c.data.get("service_type")) for c in found}))))
            for k in ("A", "B", "C", "") if (found := [c for c in contracts if str(c.data.get("purchase_category", "")) == k])
        ), (1, 2), "No contract is signed or in force.",
    )  # fmt: skip
    table = Key("resource_types", "resource_types")
    listed_types = sorted(entries(desk.register, "resource_types", desk.today), key=lambda e: (str(e.get("purchase_category", "")), str(e.get("label", ""))))  # fmt: skip
    yield Table(
        "What belongs to each category", ("Resource", "Category", "Provided by", "Who may refer", "Services that offer it"),
        tuple(
            (Said(str(e.get("label", "")), (table,)), Said(str(e.get("purchase_category", ""))),
             Said("The council itself" if e.get("in_house") is True else "Others, by contract"),
             Said(desk.words("resource_types", "entries.*.referral_route", e.get("referral_route"))), named(desk, _offering(desk, e)))
            for e in listed_types
        ), (), "The council has not set down what belongs to each category.",
    )  # fmt: skip
    yield Words("Who may decide on each category stands in the authority matrix.", hint=True)


def _offering(desk: Desk, entry: Mapping[str, Any]) -> list[Record]:
    active = counting(desk.register, "service", "active")
    return sorted((s for s in active if entry.get("code") in texts(s.data.get("resource_types"))), key=lambda s: s.id)


def _in_house(desk: Desk, contracts: tuple[Record, ...]) -> Iterator[Part]:
    own: list[Record] = []
    external: list[Record] = []
    for service in counting(desk.register, "service", "active"):
        provider = desk.register.get("provider", str(service.data.get("provider", "")))
        is_own = provider is not None and provider.data.get("organisation_kind") == "council_in_house"
        (own if is_own else external).append(service)
    codes = {*by_type(own), *by_type(external), *by_type(contracts)}
    yield Table(
        "", ("Type of service", "The council's own services", "Services of others", "Contracts"),
        tuple(
            (Said(type_name(desk, code)), count(by_type(own).get(code, ())), count(by_type(external).get(code, ())), count(by_type(contracts).get(code, ())))
            for code in sorted(codes, key=lambda c: type_name(desk, c))
        ), (1, 2, 3), "No service is active and no contract in force.",
    )  # fmt: skip
    decided = [d for d in listed(desk, "sourcing_decision", "decided") if d.data.get("route") == "in_house"]
    if decided:
        yield Table(
            "Decisions to provide in-house", ("Decision", "Type of service", "Decided on", "Why"),
            tuple(
                (desk.name(d.key), Said(type_name(desk, d.data.get("service_type"))), Said(desk.shown(d, "decision.on")), Said(str(d.data.get("rationale", ""))))
                for d in decided
            ),
        )  # fmt: skip
