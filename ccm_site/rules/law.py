"""R-LAW: what the law asks of contracts, of their public entries and of providers.

A finding on a record that was carried over from another register (``legacy``) only warns where it is about what came before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.assurances import CHECKLIST, registered_providers
from ccm_site.facts.contracts import ENDED, ISSUED, LIVE, READY
from ccm_site.facts.policy import entries, limit
from ccm_site.facts.records import cited, citing, counting, open_to_check
from ccm_site.facts.values import day, days_after, mappings, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register, Severity
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.procurement_scale import CODES, Scale, regulated, worded
from ccm_site.rules.support import called, found, grade, label

_PUBLIC = ("council_in_house", "other_public_body", "health_board")


def _public(record: Record) -> Mapping[str, Any]:
    return part_of(record.data, "public_register")


@rule("R-LAW-1")
def register_entry_is_whole(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An awarded contract that came of a regulated procurement has what the public register must say of it.

    Why: section 35(3) of the Procurement Reform (Scotland) Act 2014 asks for the date of award, the contractor, the subject
    matter, the value, the start, the end and the options to extend, of direct awards and call-offs too; first and last day are
    asked of every contract by R-CON-2 and R-CON-6. Mend: fill in the field that is missing.
    """
    scale = Scale(register)
    for contract in counting(register, "contract", *ISSUED):
        missing = [n for n in ("award_date", "subject_matter", "estimated_value") if n not in contract.data]
        if missing and regulated(scale, contract):
            for name in missing:
                f = kinds["contract"].field(name)
                yield found(
                    "R-LAW-1", grade(contract), contract, f"/{name}",
                    f"lacks {name} ('{f.title if f else name}'), which the public register must show of a regulated contract", f"add '{name}:'",
                )  # fmt: skip


@change_rule("R-LAW-3")
def register_entry_stays(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The public entry of a regulated contract is not taken away while the contract binds.

    Why: section 35(4) of the Act of 2014 lets an entry be deleted only after the contract has ended. Mend: keep the record and
    'regulated: true' until the contract has expired or is terminated; withhold a part under public_register if it must not show.
    """
    for before, after in changes.moves:
        if before is None or before.kind != "contract" or before.data.get("status") not in ("signed", "in_force"):
            continue
        if "voided" in before.data or _public(before).get("regulated") is not True:
            continue
        if after is None:
            if not _same_contract(changes.head, before):
                yield found(
                    "R-LAW-3", "error", before, "",
                    f"{before.id} is taken away, but it is a regulated contract that has not ended",
                    "put it back; its public entry stays until it has expired or is terminated",
                )  # fmt: skip
        elif "voided" in after.data:
            if not _same_contract(changes.head, before):
                yield found(
                    "R-LAW-3", "error", after, "/voided",
                    f"{after.id} is voided, but it is a regulated contract that has not ended",
                    "take 'voided' out, or enter the contract that it stands for first",
                )  # fmt: skip
        elif after.data.get("status") not in ENDED and _public(after).get("regulated") is not True:
            pointer = "/public_register/regulated" if _public(after) else "/public_register"
            yield found(
                "R-LAW-3", "error", after, pointer,
                f"{after.id} is no longer marked as a regulated contract, so its public entry would go before it has ended",
                "write 'regulated: true' again until it has expired or is terminated",
            )  # fmt: skip


def _same_contract(register: Register, gone: Record) -> bool:
    """Whether another record stands for the same contract, so that its entry does not go with a record entered twice."""
    names = ("provider", "start_date", "award_date", "estimated_value")
    return any(
        c.key != gone.key and _public(c).get("regulated") is True and all(c.data.get(n) == gone.data.get(n) for n in names)
        for c in counting(register, "contract", *ISSUED)
    )  # fmt: skip


@rule("R-LAW-4")
def award_notice_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A regulated contract has its award notice within the days of policy/thresholds.yaml, direct awards and call-offs too.

    Why: section 23(2) of the Act of 2014 asks for it. Mend: publish the notice on Public Contracts Scotland and enter its
    reference as award_notice under public_register.
    """
    scale = Scale(register)
    for contract in counting(register, "contract", "issued", "signed", "in_force"):
        awarded = day(contract.data.get("award_date"))
        if awarded is None or _public(contract).get("award_notice"):
            continue
        days = limit(register, "award_notice", awarded)
        if days is None or today <= days_after(awarded, int(days)) or not regulated(scale, contract):
            continue
        pointer = "/public_register/award_notice" if _public(contract) else "/public_register"
        yield found(
            "R-LAW-4", "warning", contract, pointer,
            f"was awarded on {awarded} and names no award notice, which was due within {int(days)} days",
            "publish it on Public Contracts Scotland and add 'award_notice:' under public_register",
        )  # fmt: skip


@rule("R-LAW-5", "F-3A-iv-1")
def value_is_tested_whole(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract is tested against thresholds by its whole-life value, on the amount in force when its procurement began.

    Why: a duty to advertise or to publish begins at a threshold, and a value without its extensions, or the amount of another
    year, hides it. Mend: enter the estimated value with all extensions and the day on which the procurement began, and say
    under public_register whether the contract is regulated.
    """
    scale = Scale(register)
    for contract in counting(register, "contract", *READY):
        if "estimated_value" not in contract.data:
            if _public(contract).get("regulated") is not True:
                yield found(
                    "R-LAW-5", grade(contract), contract, "/estimated_value",
                    "has no estimated value, so no threshold can be tested",
                    "add 'estimated_value:', for its whole life, extensions included",
                )  # fmt: skip
            continue
        if "procurement_commenced" not in contract.data and "legacy" not in contract.data:
            yield found(
                "R-LAW-5", "error", contract, "/procurement_commenced",
                "does not say on which day its procurement began, so it is not known which thresholds apply",
                "add 'procurement_commenced:'",
            )  # fmt: skip
            continue
        yield from _regulated_as_valued(scale, contract)
        yield from _outgrown(register, scale, contract)


def _regulated_as_valued(scale: Scale, contract: Record) -> Iterator[Finding]:
    said = _public(contract)
    entry = None if said.get("regulated") is True else scale.reached(contract, "regulated_services")
    if entry is not None:
        severity: Severity = "error" if said.get("regulated") is False else grade(contract)
        yield found(
            "R-LAW-5", severity, contract, "/public_register/regulated" if said else "/public_register",
            f"reaches the threshold {worded(entry)} and is not marked as a regulated contract",
            "write 'regulated: true' under public_register, or correct the estimated value",
        )  # fmt: skip


def _outgrown(register: Register, scale: Scale, contract: Record) -> Iterator[Finding]:
    """Where a contract reaches a threshold that its justification or tender was told not to reach."""
    for field in ("non_tender", "tender"):
        basis = cited(register, field, contract.data.get(field))
        if basis is None or "voided" in basis.data:
            continue
        for code in CODES:
            entry, earlier = scale.reached(contract, code), scale.standing(basis, code)
            if entry is not None and earlier is not None and not earlier[1]:
                yield found(
                    "R-LAW-5", grade(contract), contract, "/estimated_value",
                    f"reaches the threshold {worded(entry)}, but {basis.id} was decided on a value below it",
                    f"correct the estimated value, or decide {basis.id} again on the whole-life value",
                    (basis, "/estimated_value"),
                )  # fmt: skip


@rule("R-LAW-6")
def community_benefit_is_considered(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract at or above the community-benefit threshold records what was considered.

    Why: section 25 of the Act of 2014 asks that community benefits be considered, and for the reason where there are none.
    Mend: say under community_benefit what was considered.
    """
    scale = Scale(register)
    for contract in counting(register, "contract", *LIVE):
        entry = None if "community_benefit" in contract.data else scale.reached(contract, "community_benefit")
        if entry is not None:
            yield found(
                "R-LAW-6", "warning", contract, "/community_benefit",
                f"reaches the threshold {worded(entry)} and does not say which community benefit was considered",
                "add 'community_benefit:'",
            )  # fmt: skip


@rule("R-LAW-7")
def provider_may_provide(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Where the law limits who may provide a type of service, the provider's standing is evidenced.

    Why: fostering, for example, must not be run for profit, and policy/service_types.yaml says so with its source. Mend: see the
    limit there, and enter the assurance charitable_status of the provider once it was seen.
    """
    limits = {
        str(e.get("code")): e for e in entries(register, "service_types") if isinstance(e.get("provider_restriction"), Mapping)
    }  # fmt: skip
    seen = set()
    for contract in counting(register, "contract", *LIVE):
        entry = limits.get(str(contract.data.get("service_type")))
        provider = cited(register, "provider", contract.data.get("provider")) if entry else None
        if entry is None or provider is None or provider.data.get("organisation_kind") in _PUBLIC:
            continue
        what = (provider.key, entry.get("code"))
        if what not in seen and not any(
            a.get("kind") == "charitable_status" and _holds(a, today) for a in _assurances(provider)
        ):
            seen.add(what)
            yield found(
                "R-LAW-7", "warning", provider, "/assurances",
                f"has no evidence that it may provide '{entry.get('label')}' under {contract.id}, which the law limits: "
                f"{entry['provider_restriction'].get('source')}",
                "add the assurance 'charitable_status' once the council has seen it, or ask Legal Services",
                (contract, "/provider"),
            )  # fmt: skip


@rule("R-LAW-8")
def due_diligence_is_whole(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An active provider from outside the council has every assurance on the checklist, and none has run out.

    Why: children are not placed with a provider whose insurance, vetting of staff or policies nobody has seen. Mend: ask the
    provider for what is missing and enter it under assurances with the day on which it was seen and the day until which it holds.
    """
    needs = registered_providers(register)
    for provider in counting(register, "provider", "active"):
        if provider.data.get("organisation_kind") == "council_in_house":
            continue
        held = _assurances(provider)
        seen = {a.get("kind") for a in held}
        wanted = CHECKLIST if provider.id in needs else CHECKLIST[1:]
        missing = [k for k in wanted if k not in seen]
        if missing:
            yield found(
                "R-LAW-8", "warning", provider, "/assurances",
                f"lacks {len(missing)} of {len(wanted)} assurances: {'; '.join(_assurance(register, kinds, k) for k in missing)}",
                f"ask the provider for them and add each under assurances, with the kind {', '.join(missing)}",
            )  # fmt: skip
        good = {a.get("kind") for a in held if _holds(a, today)}
        if good >= seen:
            continue
        for index, a in enumerate(held):
            kind = a.get("kind")
            if kind in wanted and kind not in good:
                good.add(kind)
                end = day(a.get("valid_to"))
                why = f"ran out on {end}" if end and end < today else "is not satisfactory"
                yield found(
                    "R-LAW-8", "warning", provider, f"/assurances/{index}",
                    f"the assurance '{_assurance(register, kinds, kind)}' {why}, and no other holds",
                    "ask the provider for a new one and enter it",
                )  # fmt: skip


def _assurance(register: Register, kinds: Kinds, kind: Any) -> str:
    return called(register, kinds, "provider", "assurances.*.kind", kind)


def _assurances(provider: Record) -> list[Mapping[str, Any]]:
    return mappings(provider.data.get("assurances"))


def _holds(assurance: Mapping[str, Any], today: date) -> bool:
    end = assurance.get("valid_to")
    # ISO days stand in the order of their texts.
    return assurance.get("result") != "not_satisfactory" and (end is None or str(end) >= today.isoformat())


@rule("R-LAW-9")
def retention_class_is_chosen(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A record names how long it is kept where the retention schedule has more than one class for it, and a contract under which
    children are placed names the long one.

    Why: claims for harm done in childhood have no time limit, so the papers of placements are kept for a lifetime. A record whose
    kind has one class only needs no choice. Mend: enter the class of the retention schedule as retention_class.
    """
    classes: dict[str, list[Mapping[str, Any]]] = {}
    for entry in entries(register, "retention"):
        for kind in texts(entry.get("applies_to")):
            classes.setdefault(kind, []).append(entry)
    for kind, choice in classes.items():
        if len({e.get("code") for e in choice}) > 1:
            for record in counting(register, kind):
                if (
                    "retention_class" not in record.data
                    and record.data.get("status") not in ("draft", "proposed")
                    and open_to_check(record)
                ):
                    ways = sorted({f"{e.get('code')} ({e.get('label')})" for e in choice})
                    yield found(
                        "R-LAW-9", "warning", record, "/retention_class", "does not say how long it is kept",
                        f"add 'retention_class:' with one of {'; '.join(ways)}",
                    )  # fmt: skip
    long = {
        str(e.get("code"))
        for e in classes.get("contract", ())
        if e.get("counted_from") in ("birth", "end_of_case_record")
    }
    for contract in counting(register, "contract"):
        held = contract.data.get("retention_class")
        if long and held and held not in long and _placed(register, contract):
            yield found(
                "R-LAW-9", "warning", contract, "/retention_class",
                f"is '{label(register, 'retention', held)}', but children were placed under it", f"write {' or '.join(sorted(long))}",
            )  # fmt: skip


def _placed(register: Register, contract: Record) -> bool:
    if contract.data.get("placement_specific") is True:
        return True
    return any(
        p.data.get("status") not in ("proposed", "not_proceeding") for p in citing(register, contract, "placement")
    )  # fmt: skip
