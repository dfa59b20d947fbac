"""R-CON, of changes: who may issue a contract, what must be there before, and what no longer changes after."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.records import cited, citing
from ccm_site.facts.values import mappings
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record
from ccm_site.rules import Changes, Move, change_rule
from ccm_site.rules.rights import asked_for, who_may
from ccm_site.rules.support import called, found

SUBSTANCE: Mapping[str, tuple[str, ...]] = {
    "provider": ("parties",), "further_providers": ("parties",), "contract_type": ("main_terms",),
    "services": ("specification", "volume"), "service_type": ("specification",), "purchase_category": ("specification",),
    "restricted_to": ("volume",), "framework": ("main_terms",), "placement_specific": ("main_terms",),
    "start_date": ("dates",), "end_date": ("dates",), "end_circumstances": ("dates",), "extensions": ("dates",),
    "estimated_value": ("price_and_payment", "volume", "dates"), "price_review": ("price_and_payment",),
    "schedule_b": ("price_and_payment",), "capacity": ("volume",), "terms": ("main_terms",), "schedule_a": ("specification",),
    "schedule_c_required": ("specification",),
}  # fmt: skip
"""The fields in which the substance of a contract lies, and the parts of a variation that change each."""
FROZEN = ("issued", "signed", "in_force", "expired", "terminated", "closed")
_LITERAL = re.compile(r"\d{4}-\d{2}-\d{2}|\d+\.\d{2}|[A-Z]+-\d{4}-\d{4,6}(/v\d+)?")


@change_rule("R-CON-1", "F-3A-vi-1", "F-FC-9")
def issued_by_someone_who_may(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract is issued, and a variation approved, by the manager or by a delegate whose delegation covers day and value.

    Why: only they can commit the council. Mend: have it issued by the Commissioning and Contracts Manager, or have a delegation
    granted that covers the value. Here is seen whether, besides the proposer, anybody may; who in fact approves is seen when it is
    approved, by the same list.
    """
    steps = [("contract", "issued"), ("variation", "approved")]
    for kind, status in steps:
        for move in changes.reaching(kind, status):
            record = move.after
            if record is None or "voided" in record.data:
                continue
            contract = record if kind == "contract" else cited(changes.head, "contract", record.data.get("contract"))
            if contract is None:
                continue
            asked, codes = asked_for(changes.head, record, kind, status, ("ccm", "ccm_delegate"), today)
            if not all(
                any(m.person != changes.actor for m in who_may(changes.head, record, a, codes, today)) for a in asked
            ):
                yield found(
                    "R-CON-1", "error", record, "/status",
                    f"is to be '{called(changes.head, kinds, kind, 'status', status)}' on {today}, when nobody but the proposer may decide "
                    "that: nobody else holds the manager's post, and no delegation covers the day and the value",
                    "have the post filled, or a delegation granted that covers the contract's value", (contract, "/estimated_value"),
                )  # fmt: skip


@change_rule("R-CON-3")
def bound_text_stands(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """After it is issued a contract's substance changes only by an approved variation with a day on which it takes effect, and the
    text of terms that an issued contract is on never changes.

    Why: what was signed is what binds. Mend: record a variation that names the field or the part, have it approved, and then change
    the contract; for new terms make a new version.
    """
    for move in changes.moves:
        before, after = move
        if before is None or after is None or "voided" in after.data:
            continue
        if before.kind == "contract" and before.data.get("status") in FROZEN and not _kept_elsewhere(before):
            yield from _unvaried(changes, before, after)
        elif before.kind == "terms":
            yield from _rewritten(changes, before, after)


def _kept_elsewhere(contract: Record) -> bool:
    """A carried-over contract whose text and signatures were never here follows its source."""
    return "legacy" in contract.data and "terms" not in contract.data and "signatures" not in contract.data


def _unvaried(changes: Changes, before: Record, after: Record) -> Iterator[Finding]:
    variations = [
        v for v in citing(changes.head, after, "variation")
        if v.data.get("status") in ("approved", "signed") and "effective_date" in v.data
    ]  # fmt: skip
    for name, parts in SUBSTANCE.items():
        old, new = _weighed(before.data, name), _weighed(after.data, name)
        if old == new or (old is None and "legacy" in before.data):
            continue  # A gap of its source may be filled.
        if not any(_covers(v, name, parts, after) for v in variations):
            yield found(
                "R-CON-3", "error", after, f"/{name}",
                f"{name} is changed after the contract was issued, and no approved variation with a day says so",
                f"put it back, or record a variation whose changes name the field {name}", (after, "/status"),
            )  # fmt: skip


def _weighed(data: Mapping[str, Any], name: str) -> Any:
    """A field's value as far as it binds: that an option was used is no change of the option."""
    value = data.get(name)
    if name == "extensions":
        return [{k: v for k, v in e.items() if k != "used_on"} for e in mappings(value)] or None
    return value


def _covers(variation: Record, name: str, parts: tuple[str, ...], contract: Record) -> bool:
    """Whether a variation changes the field. Where it gives the new figure, day or number, the contract must have just that."""
    for change in mappings(variation.data.get("changes")):
        path = str(change.get("field", "")).split(".")
        if path != [""]:
            value: Any = contract.data
            for step in path:
                value = value.get(step) if isinstance(value, Mapping) else None
            says = str(change.get("after", ""))
            if path[0] == name and (not _LITERAL.fullmatch(says) or says == str(value)):
                return True
        elif change.get("part") in parts:
            return True
    return False


def _rewritten(changes: Changes, before: Record, after: Record) -> Iterator[Finding]:
    bound = next(
        (c for c in citing(changes.base, before, "contract")
         if c.data.get("terms") == before.id and c.data.get("status") in FROZEN), None,
    )  # fmt: skip
    for name in ("clauses", "document", "notice") if bound else ():
        if bound and before.data.get(name) != after.data.get(name):
            yield found(
                "R-CON-3", "error", after, f"/{name}", f"{name} is changed, although {bound.id} was issued on these terms",
                "put it back, and make a new version of the terms", (bound, "/terms"),
            )  # fmt: skip


@change_rule("R-CON-4", "F-3A-vi-2", "F-4-IS-2")
def master_copy_is_held(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Before a contract is in force its master copy is held by the manager or the delegate, at a known place, with its fingerprint.

    Why: in a dispute the signed original decides. Mend: enter who holds it, where, and the fingerprint of the file.
    """
    for contract in _coming(changes, "in_force"):
        copy = contract.data.get("master_copy")
        if not isinstance(copy, Mapping):
            pointer, what = "/master_copy", "comes into force without a master copy"
        elif copy.get("holder_role") not in ("ccm", "ccm_delegate"):
            pointer = "/master_copy/holder_role"
            holder = called(changes.head, kinds, "contract", "master_copy.holder_role", copy.get("holder_role"))
            what = f"comes into force while its master copy is held by '{holder}'"
        elif "sha256" not in copy:
            pointer, what = "/master_copy/sha256", "comes into force without the fingerprint of its master copy"
        else:
            continue
        yield found(
            "R-CON-4", "error", contract, pointer, what,
            "enter the master copy with holder_role ccm or ccm_delegate, location_reference and sha256",
        )  # fmt: skip


@change_rule("R-CON-8", "F-4-TC-3")
def legal_advice_is_settled(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Before a contract is put forward for issue legal advice has been had, or it is said why none was needed.

    Why: the framework has the manager ask where that is appropriate, and whether it was can be judged only from the reason. Mend:
    enter the day of the advice, or the reason.
    """
    for contract in _coming(changes, "ready_for_issue", "issued", "signed", "in_force"):
        advice = contract.data.get("legal_advice")
        if not isinstance(advice, Mapping) or not ("obtained_on" in advice or "not_needed_reason" in advice):
            yield found(
                "R-CON-8", "error", contract, "/legal_advice" if not advice else "/legal_advice/obtained_on",
                f"is to be '{called(changes.head, kinds, 'contract', 'status', contract.data['status'])}' without legal advice and without a "
                "reason why none was needed",
                "add 'legal_advice:' with obtained_on, or with not_needed_reason",
            )  # fmt: skip


def _coming(changes: Changes, *states: str) -> Iterator[Record]:
    """The contracts that come to one of the states, leaving out those void and those carried over in it from before."""
    for move in changes.reaching("contract", *states):
        after = move.after
        if after is not None and "voided" not in after.data and not _carried_over(move):
            yield after


def _carried_over(move: Move) -> bool:
    return move.before is None and move.after is not None and "legacy" in move.after.data
