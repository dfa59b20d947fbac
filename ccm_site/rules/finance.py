"""R-FIN: Finance knows what starts, changes and ends, and pays for what was delivered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.contracts import signed_on
from ccm_site.facts.policy import entries, limit, working_days_after
from ccm_site.facts.records import SENT, carried_over_on, cited, citing, counting, gathered, open_to_check
from ccm_site.facts.values import amount, day, mappings, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.placement_cost import end_of
from ccm_site.rules.support import called, found, money

_CONTRACT = ("finance_contract_dates", "finance_contract_change")
_PLACEMENT = ("finance_placement_dates", "finance_placement_change")


@rule("R-FIN-1", "F-4-IS-7", "F-FC-10")
def finance_is_told_of_a_contract(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Finance has been sent the dates of a signed contract within the working days allowed.

    Why: nobody can be paid rightly under a contract that Finance does not know. Mend: send the notice, and enter sent_on.
    """
    told = gathered(register, "notice", "contract")
    for contract in counting(register, "contract", "signed", "in_force"):
        notices = _of_kinds(told.get(contract.id, ()), *_CONTRACT)
        if any(n.data.get("status") in SENT for n in notices):
            continue
        signed = signed_on(contract)
        if not signed:
            continue
        known = max(max(signed), carried_over_on(contract) or max(signed))
        days = limit(register, "finance_contract_notice", known)
        if days is not None and today > working_days_after(register, known, int(days)):
            yield found(
                "R-FIN-1", "warning", contract, "/signatures",
                f"signed on {max(signed)}, and Finance has not been sent its dates in {days} working days",
                "send the notice of the contract's dates to Finance, and enter sent_on",
                *((n, "/status") for n in notices),
            )  # fmt: skip


@rule("R-FIN-2", "F-4-IS-8")
def finance_is_told_of_a_placement(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Finance has been sent the dates of an active category C placement within the working days allowed.

    Why: the provider is to be paid from the first day, and not beyond the last. Mend: send the notice, and enter sent_on.
    """
    told = gathered(register, "notice", "placement")
    for placement in counting(register, "placement", "active"):
        start = day(placement.data.get("start_date"))
        if not open_to_check(placement) or placement.data.get("purchase_category") != "C" or start is None:
            continue
        notices = _of_kinds(told.get(placement.id, ()), *_PLACEMENT)
        if any(n.data.get("status") in SENT for n in notices):
            continue
        known = max(start, carried_over_on(placement) or start)
        days = limit(register, "finance_placement_notice", known)
        if days is not None and today > working_days_after(register, known, int(days)):
            yield found(
                "R-FIN-2", "warning", placement, "/start_date",
                f"began on {start}, and Finance has not been sent its dates in {days} working days",
                "send the notice of the placement's dates to Finance, and enter sent_on",
                *((n, "/status") for n in notices),
            )  # fmt: skip


@rule("R-FIN-3", "F-4-IS-7", "F-4-IS-8")
def finance_was_last_told_what_is_so(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The start, the anticipated end and the rate of a contract or placement are what the last notice told Finance.

    Why: Finance pays by what it was told. Mend: prepare a notice of the change, or correct the record. A notice that failed told nothing.
    """
    of_contract, of_placement = gathered(register, "notice", "contract"), gathered(register, "notice", "placement")
    for contract in counting(register, "contract", "signed", "in_force", "expired", "terminated"):
        notices = of_contract.get(contract.id, [])
        notice = _last(notices, *_CONTRACT, "finance_contract_end")
        told = notice.data.get("contract_details") if notice else None
        if notice is None or not isinstance(told, Mapping):
            continue
        end = part_of(contract.data, "finance").get("anticipated_end")
        so = {"start_date": ("start_date", contract.data.get("start_date"))}
        if end is not None and notice.data.get("notice_kind") != "finance_contract_end":
            so["anticipated_end"] = ("finance", end)
        rates = mappings(part_of(contract.data, "schedule_b").get("rates"))
        yield from _different(contract, notice, _failed(notices), "contract_details", told, so, rates, "schedule_b")
    for placement in counting(register, "placement", "authorised", "contracted", "active", "ended"):
        if not open_to_check(placement):
            continue
        notices = of_placement.get(placement.id, [])
        notice = _last(notices, *_PLACEMENT, "finance_placement_end")
        told = notice.data.get("placement_details") if notice else None
        if notice is None or not isinstance(told, Mapping):
            continue
        second = "ended_on" if notice.data.get("notice_kind") == "finance_placement_end" else "anticipated_end"
        so = {n: (n, placement.data.get(n)) for n in ("start_date", second)}
        rates = mappings(placement.data.get("rates"))
        yield from _different(placement, notice, _failed(notices), "placement_details", told, so, rates, "rates")


def _different(
    record: Record, notice: Record, failed: list[tuple[Record, str]], group: str, told: Mapping[str, Any], so: Mapping[str, tuple[str, Any]],
    rates: list[Mapping[str, Any]], rates_at: str,
) -> Iterator[Finding]:  # fmt: skip
    fix = "prepare a notice of the change to Finance, or correct the record"
    for name, (field, value) in so.items():
        if told.get(name) != value:
            pointer = f"/{field}" if field == name else f"/{field}/{name}"
            yield found(
                "R-FIN-3", "warning", record, pointer,
                f"{name} is {value or 'not given'}, but Finance was last told {told.get(name) or 'nothing'}", fix,
                (notice, f"/{group}/{name}" if name in told else f"/{group}"), *failed,
            )  # fmt: skip
    last, unit = amount(told.get("rate")), told.get("rate_unit")
    same = [r for r in rates if r.get("unit") == unit or unit is None]
    newest = max((str(r.get("from") or "") for r in same), default="")
    current = [a for r in same if str(r.get("from") or "") == newest and (a := amount(r.get("rate"))) is not None]
    if last is not None and current and last not in current and last != sum(current):
        yield found(
            "R-FIN-3", "warning", record, f"/{rates_at}",
            f"the rate is {' or '.join(money(a) for a in current)}, but Finance was last told {money(last)}", fix,
            (notice, f"/{group}/rate"), *failed,
        )  # fmt: skip


@rule("R-FIN-4", "F-4-OM-3", "F-4-OM-17", "F-FC-11")
def ending_is_sent_to_both(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The form of a placement that has ended has been sent to Finance and to the manager within the working days allowed.

    Why: until both know, the place is paid for and counted. Mend: send it to the one that lacks it, and enter the day.
    """
    for form in counting(register, "placement_termination"):
        placement = cited(register, "placement", form.data.get("placement"))
        if not open_to_check(form) or (form.data.get("sent_to_finance_on") and form.data.get("sent_to_ccm_on")):
            continue
        ended = day(form.data.get("end_date"))
        if ended is None and placement is not None and open_to_check(placement):
            ended = day(placement.data.get("ended_on"))
        if ended is None:
            continue
        days = limit(register, "proforma_sent", ended)
        if days is None or today <= working_days_after(register, ended, int(days)):
            continue
        for name, whom in (("sent_to_finance_on", "Finance"), ("sent_to_ccm_on", "the manager")):
            if not form.data.get(name):
                yield found(
                    "R-FIN-4", "warning", form, f"/{name}",
                    f"ended on {ended}, and {whom} has not been sent the form in {days} working days",
                    f"send it, and enter {name}", *([(placement, "/status")] if placement else []),
                )  # fmt: skip


@rule("R-FIN-5", "F-3B-p-Q1")
def payments_fit_what_was_delivered(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What was paid is what was delivered at the agreed rates, within the difference allowed, or the difference is explained.

    Why: that is how it is seen whether the volume bought is delivered. Mend: correct the figures, or say under explanation why they
    differ. Where nothing was set against the return, the amounts invoiced in the returns of the same period are looked at.
    """
    invoiced: dict[tuple[object, object, object], list[Record]] = {}
    for r in counting(register, "return"):
        period = r.data.get("period")
        if isinstance(period, Mapping) and r.data.get("invoiced"):
            invoiced.setdefault((r.data.get("contract"), period.get("from"), period.get("to")), []).append(r)
    for summary in counting(register, "payment_summary"):
        period, paid = summary.data.get("period"), amount(summary.data.get("paid"))
        until = day(period.get("to")) if isinstance(period, Mapping) else None
        if paid is None or until is None or not isinstance(period, Mapping):
            continue
        set_against = summary.data.get("reconciliation")
        returns: list[Record] = []
        if isinstance(set_against, Mapping):
            expected, pointer = amount(set_against.get("expected")), "/reconciliation/explanation"
            if set_against.get("explanation"):
                continue
            named = (cited(register, "return", i) for i in texts(set_against.get("returns")))
            returns = [] if expected == paid else [r for r in named if r is not None]
        else:
            key = (summary.data.get("contract"), period.get("from"), period.get("to"))
            returns, pointer = _whose(invoiced.get(key, ()), summary), "/reconciliation"
            sums = [a for r in returns if (a := amount(r.data.get("invoiced"))) is not None]
            expected = sum(sums[1:], sums[0]) if sums else None
        if expected is None or expected == paid:
            continue
        tolerance = limit(register, "payment_tolerance", until)
        if tolerance is not None and abs(paid - expected) * 100 > tolerance * abs(expected):
            yield found(
                "R-FIN-5", "warning", summary, pointer,
                f"{money(paid)} was paid, but {money(expected)} is what was delivered, at the agreed rates: "
                f"more than {tolerance} per cent apart",
                "correct the figures, or say under reconciliation, explanation why they differ",
                *((r, "/volume" if "volume" in r.data else "/invoiced") for r in returns),
            )  # fmt: skip


def _whose(returns: Any, summary: Record) -> list[Record]:
    """The returns of the provider that a summary names; all of them where it names none."""
    provider = summary.data.get("provider")
    return [r for r in returns if provider is None or r.data.get("provider") in (None, provider)]


@rule("R-FIN-6")
def active_past_its_end(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No placement is still active after the day or the month in which it was expected to end.

    Why: one that is over may still be paid for. Mend: record the ending, or the new day that is expected, and tell Finance.
    """
    for placement in counting(register, "placement", "active"):
        if not open_to_check(placement):
            continue
        end, field = end_of(placement)
        if end is not None and field in ("anticipated_end", "anticipated_end_month") and end < today:
            yield found(
                "R-FIN-6", "warning", placement, f"/{field}",
                f"{field} was {placement.data.get(field)}, and it is still active",
                "record the ending, or the end that is expected now, and tell Finance",
            )  # fmt: skip


@change_rule("R-FIN-8", "F-4-IS-7")
def notices_come_with_the_decision(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The change that signs a contract, or authorises a category C placement, brings the notices that policy/distribution.yaml asks
    for; prepared is enough.

    Why: who must know is told in the same breath, not when somebody remembers. Mend: add the notice, with the status prepared.
    """
    head = changes.head
    for move in changes.reaching("contract", "signed"):
        contract = move.after
        if contract is None or "voided" in contract.data or "legacy" in contract.data:
            continue
        notices = citing(head, contract, "notice")
        signed = signed_on(contract)
        for entry in entries(head, "distribution", max(signed, default=today)):
            if entry.get("event") != "contract_signed" or not _meant(entry, contract):
                continue
            role = entry.get("to_role")
            wanted = _CONTRACT if role == "finance" else ("copy", "signed")
            if not any(n.data.get("to_role") == role and n.data.get("notice_kind") in wanted for n in notices):
                to = called(head, kinds, "notice", "to_role", role)
                yield found(
                    "R-FIN-8", "error", contract, "/status", f"is signed, but no notice is prepared to '{to}': {entry.get('label')}",
                    f"add a notice with notice_kind {wanted[0]}, to_role {role} and the status prepared",
                )  # fmt: skip
    for move in changes.reaching("placement", "authorised"):
        placement = move.after
        if placement is None or "voided" in placement.data or not open_to_check(placement):
            continue
        if placement.data.get("purchase_category") == "C" and not _of_kinds(
            citing(head, placement, "notice"), *_PLACEMENT
        ):
            yield found(
                "R-FIN-8", "error", placement, "/status", "is authorised, but no notice of its dates is prepared to Finance",
                f"add a notice with notice_kind {_PLACEMENT[0]}, to_role finance and the status prepared",
            )  # fmt: skip


def _meant(entry: Mapping[str, Any], contract: Record) -> bool:
    specific, categories = entry.get("placement_specific"), texts(entry.get("purchase_categories"))
    if specific is not None and specific != (contract.data.get("placement_specific") is True):
        return False
    return not categories or contract.data.get("purchase_category") in categories


def _of_kinds(notices: Iterable[Record], *notice_kinds: str) -> list[Record]:
    return [n for n in notices if n.data.get("notice_kind") in notice_kinds]


def _last(notices: Iterable[Record], *notice_kinds: str) -> Record | None:
    """The last notice to Finance that did not fail; None where there is none, or where it cannot be looked into."""
    told = [n for n in _of_kinds(notices, *notice_kinds) if n.data.get("status") != "failed"]
    last = max(told, key=lambda n: (str(n.data.get("prepared_on")), n.id), default=None)
    return last if last is not None and open_to_check(last) else None


def _failed(notices: Iterable[Record]) -> list[tuple[Record, str]]:
    """The notices to Finance that did not arrive."""
    return [(n, "/status") for n in notices if n.data.get("status") == "failed" and n.data.get("to_role") == "finance"]
