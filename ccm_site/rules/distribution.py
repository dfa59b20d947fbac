"""R-DST: who gets a copy of a contract, who is told of it, and what never goes out with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.contracts import signed_on
from ccm_site.facts.policy import Waits, entries
from ccm_site.facts.records import SENT, citing, counting, open_to_check
from ccm_site.facts.values import mappings, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.roles import before_migration
from ccm_site.rules.support import called, found

_SIGNED = ("signed", "in_force")
_OF_A_CONTRACT = ("copy", "signed")
_SCHEDULE_C = "need_specification"
# The provider's copy is R-DST-1, what Finance is told R-FIN-1.
_ELSEWHERE = ("provider", "finance")


@rule("R-DST-1", "F-4-IS-3")
def provider_has_a_copy(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The provider has been sent its copy within the set working days of the last signature.

    Why: a provider that has no copy cannot keep to it. Mend: send it, and enter the notice with the day on which it was sent.
    """
    waits = Waits(register)
    for contract, signed in _signed(register):
        due = waits.due("provider_copy", signed)
        if due is None or today <= due:
            continue
        notices = _notices(register, contract)
        if not any(_is_sent(n) and n.data.get("to_role") == "provider" for n in notices):
            yield _missing(
                register, kinds, "R-DST-1", contract, "the provider's copy", signed, due, _tried(notices, "provider")
            )


@rule("R-DST-2", "F-4-IS-4", "F-4-IS-5", "F-4-IS-6", "F-FC-10")
def others_are_told(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """All whom the table of distribution names are told of a signed contract within the set working days.

    For a contract made for one placement these are the key worker and the reviewing officer, for category C the listed recipients too.
    Why: they plan by it. Mend: send the copy or notice, and enter the day on which it was sent.
    """
    waits = Waits(register)
    known: dict[tuple[date, object, bool], list[Mapping[str, Any]]] = {}
    for contract, signed in _signed(register):
        key = (signed, contract.data.get("purchase_category"), contract.data.get("placement_specific") is True)
        if key not in known:
            known[key] = [e for e in entries(register, "distribution", signed) if _concerns(e, *key[1:])]
        late = [
            e
            for e in known[key]
            if (d := waits.due("worker_notice", signed, e.get("within_working_days"))) and d < today
        ]
        if not late:
            continue
        notices = _notices(register, contract)
        for entry in late:
            if not any(_is_sent(n) and _is_to(n, entry) for n in notices):
                due = waits.due("worker_notice", signed, entry.get("within_working_days"))
                tried = tuple(n for n in notices if _is_to(n, entry))
                yield _missing(
                    register, kinds, "R-DST-2", contract, str(entry.get("label")), signed, due or signed, tried
                )


def _signed(register: Register) -> Iterator[tuple[Record, date]]:
    """The contracts that run or are about to, each with the day of its last signature; not those signed before they were carried over."""
    for contract in counting(register, "contract", *_SIGNED):
        days = signed_on(contract)
        if days and not before_migration(contract, max(days)):
            yield contract, max(days)


def _concerns(entry: Mapping[str, Any], category: object, specific: bool) -> bool:
    return (
        entry.get("event") == "contract_signed"
        and entry.get("to_role") not in _ELSEWHERE
        and ("purchase_categories" not in entry or category in texts(entry["purchase_categories"]))
        and entry.get("placement_specific", specific) == specific
    )


def _notices(register: Register, contract: Record) -> list[Record]:
    """The notices that bring a contract itself to somebody, not a variation or a report."""
    return [
        n for n in citing(register, contract, "notice")
        if n.data.get("contract") == contract.id and n.data.get("notice_kind") in _OF_A_CONTRACT and "about" not in n.data
    ]  # fmt: skip


def _is_sent(notice: Record) -> bool:
    return notice.data.get("status") in SENT


def _is_to(notice: Record, entry: Mapping[str, Any]) -> bool:
    return any(name in entry and notice.data.get(name) == entry[name] for name in ("to_role", "to_post", "to_mailbox"))


def _tried(notices: list[Record], role: str) -> tuple[Record, ...]:
    return tuple(n for n in notices if n.data.get("to_role") == role)


def _missing(
    register: Register,
    kinds: Kinds,
    id: str,
    contract: Record,
    what: str,
    signed: date,
    due: date,
    tried: tuple[Record, ...],
) -> Finding:
    states = ", ".join(f"{n.id} is '{called(register, kinds, n.kind, 'status', n.data.get('status'))}'" for n in tried)
    return found(
        id, "warning", contract, "/signatures", f"was signed on {signed}; not sent by {due}: {what}{f' ({states})' if states else ''}",
        "send it, and enter the notice with sent_on", *((n, "/status") for n in tried),
    )  # fmt: skip


@rule("R-DST-3", "F-4-IS-4", "F-4-IS-5")
def nothing_of_a_child_goes_out(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Schedule C is linked and never attached: neither a notice nor the distribution sends a document that says what one child needs.

    Why: what was sent lies in mailboxes for ever. Mend: send the contract without it; those who may read Schedule C find it on the page of
    the placement.
    """
    individual = {
        e.get("code")
        for e in mappings(register.table("documents").get("entries"))
        if _SCHEDULE_C in texts(e.get("writes"))
    }
    held = {
        d["sha256"]: s
        for s in counting(register, _SCHEDULE_C)
        if open_to_check(s) and isinstance(d := s.data.get("document"), Mapping) and isinstance(d.get("sha256"), str)
    }
    table = register.get("distribution", "distribution")
    for index, entry in enumerate(mappings(table.data.get("entries")) if table else ()):
        if table and entry.get("template") in individual:
            yield _sends(table, f"/entries/{index}/template", "sends a form that says what one child needs")
    for notice in counting(register, "notice"):
        document = notice.data.get("document") if open_to_check(notice) else None
        if not isinstance(document, Mapping):
            continue
        if document.get("template") in individual:
            yield _sends(notice, "/document/template", "sends Schedule C, which says what one child needs")
        elif (same := held.get(document.get("sha256", ""))) is not None:
            yield _sends(notice, "/document/sha256", "sends a file that is a Schedule C", (same, "/document"))


def _sends(record: Record, pointer: str, message: str, *related: tuple[Record, str]) -> Finding:
    return found("R-DST-3", "error", record, pointer, message, "send the contract, and link Schedule C", *related)
