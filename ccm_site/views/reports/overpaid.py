"""What was paid and should not have been: after the end, or without a placement (trace V-11)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ccm_site.facts.contracts import ENDED, over_on
from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import amount, day, part_of
from ccm_site.model import Record
from ccm_site.performance.periods import period_of
from ccm_site.views.reports.desk import Desk, on, span
from ccm_site.views.reports.model import Facts, Part, Said, Table, Words
from ccm_site.views.reports.paying import NUMBERS, codes_of, contracts_of, named, numbers, placements_of
from ccm_site.views.reports.sums import in_words, total


def overpaid(desk: Desk) -> Iterator[Part]:
    """What Finance or the contract's owner found, then what the records themselves show."""
    found = _found(desk)
    still = total((o.get("to_recover") for _, o in found if "recovered_on" not in o), desk.site.currency)
    if still:
        yield Facts(
            (
                (
                    "Still to be paid back, by contract",
                    Said(in_words(still, "nothing"), (), "bad" if any(still.values()) else "good"),
                ),
            )
        )
    yield Table(
        "Found when payments were checked", ("Contract", *NUMBERS, "Period", "Placements paid after their end", "Payments without a placement", "To be paid back", "Paid back"),
        tuple(
            (named(desk, contract), *numbers(codes_of(desk, contract)), _period(summary), Said(str(o.get("paid_after_end", "–"))),
             Said(str(o.get("paid_without_placement", "–"))), Said(desk.shown(summary, "overpayment.to_recover") or "–"), _back(desk, summary))
            for contract, summary, o in ((c, s, part_of(s.data, "overpayment")) for c, s in _checked(desk))
        ), (4, 5, 6), "Nothing was found in this time.", "", "overpayments-found",
    )  # fmt: skip
    yield Table(
        "Paid for days after the end of the contract", ("Contract", *NUMBERS, "Ended", "Period", "Paid"),
        tuple(
            (named(desk, c), *numbers(codes_of(desk, c)), Said(on(over_on(desk.register, c))), _period(s), Said(desk.shown(s, "paid")))
            for c, s in _after_the_end(desk)
        ), (5,), "None.", "", "paid-after-the-end-of-a-contract",
    )  # fmt: skip
    if desk.whole:
        yield from _of_placements(desk)
    else:
        yield Words("Numbers of placements from 1 to 4 could single a child out and are not shown here.", hint=True)


def _of_placements(desk: Desk) -> Iterator[Part]:
    yield Table(
        "Placements that were overpaid", ("Placement", *NUMBERS, "Ended", "Last day paid for", "Overpaid", "Paid back"),
        tuple(
            (named(desk, p), *numbers(codes_of(desk, p)), Said(desk.shown(form, "end_date") or "–", (form.key,)), Said(desk.shown(form, "last_chargeable_day") or "–"),
             Said(desk.shown(form, "overpayment_check.amount") or "amount not entered"), _recovered(desk, form))
            for form in counting(desk.register, "placement_termination")
            if open_to_check(form) and part_of(form.data, "overpayment_check").get("overpaid") is True
            and (checked := day(part_of(form.data, "overpayment_check").get("checked_on"))) and desk.period.holds(checked)
            and (p := desk.register.get("placement", str(form.data.get("placement")))) is not None
        ), (5,), "None.", "", "placements-overpaid",
    )  # fmt: skip
    yield Table(
        "Paid for a period in which no placement was there", ("Contract", *NUMBERS, "Period", "Paid"),
        tuple((named(desk, c), *numbers(codes_of(desk, c)), _period(s), Said(desk.shown(s, "paid"))) for c, s in _without_placement(desk)),
        (4,), "None.", "Contracts that pay by placement: neither block contracts, grants nor service level agreements.", "paid-without-a-placement",
    )  # fmt: skip


def _found(desk: Desk) -> list[tuple[Record, dict[str, object]]]:
    """Every summary of payments that says that something is to be paid back, of whatever time: it is owed until it is paid back."""
    out = []
    for contract in contracts_of(desk):
        for s in desk.of("payment_summary", "contract").get(contract.id, ()):
            o = dict(part_of(s.data, "overpayment"))
            if (amount(o.get("to_recover")) or Decimal(0)) > 0 and (p := period_of(s.data)) and p.last <= desk.until:
                out.append((s, o))
    return out


def _checked(desk: Desk) -> Iterator[tuple[Record, Record]]:
    """The summaries of the period in which something was found, and those of before from which something is still to come back."""
    for contract in contracts_of(desk):
        for s in desk.of("payment_summary", "contract").get(contract.id, ()):
            o, period = part_of(s.data, "overpayment"), period_of(s.data)
            if period is None or period.last > desk.until:
                continue
            something = (
                any(o.get(n) not in (None, 0) for n in ("paid_after_end", "paid_without_placement"))
                or (amount(o.get("to_recover")) or 0) > 0
            )
            if something and (desk.period.holds(period.last) or "recovered_on" not in o):
                yield contract, s


def _after_the_end(desk: Desk) -> Iterator[tuple[Record, Record]]:
    for contract in contracts_of(desk, *ENDED):
        over = over_on(desk.register, contract)
        for s in desk.of("payment_summary", "contract").get(contract.id, ()):
            period = period_of(s.data)
            if (
                over
                and period
                and period.first > over
                and period.last <= desk.until
                and (amount(s.data.get("paid")) or Decimal(0)) > 0
            ):
                yield contract, s


def _without_placement(desk: Desk) -> Iterator[tuple[Record, Record]]:
    """Where all placements of a contract can be read and none of them touches a period that was paid for."""
    placed: dict[str, list[Record]] = {}
    for p in placements_of(desk):
        placed.setdefault(str(p.data.get("contract")), []).append(p)
    shut = {str(p.data.get("contract")) for p in counting(desk.register, "placement") if not open_to_check(p)}
    for contract in contracts_of(desk):
        if contract.data.get("contract_type") not in ("spot", "framework", "call_off") or contract.id in shut:
            continue
        for s in desk.of("payment_summary", "contract").get(contract.id, ()):
            period = period_of(s.data)
            if (
                period is None
                or not desk.period.holds(period.last)
                or not (amount(s.data.get("paid")) or Decimal(0)) > 0
            ):
                continue
            there = [
                p for p in placed.get(contract.id, ())
                if (start := day(p.data.get("start_date"))) and start <= period.last and (day(p.data.get("ended_on")) or period.first) >= period.first
            ]  # fmt: skip
            if not there:
                yield contract, s


def _period(summary: Record) -> Said:
    period = period_of(summary.data)
    return Said(span(period) if period else "–", (summary.key,))


def _back(desk: Desk, summary: Record) -> Said:
    if shown := desk.shown(summary, "overpayment.recovered_on"):
        return Said(shown, (), "good")
    owed = (amount(part_of(summary.data, "overpayment").get("to_recover")) or Decimal(0)) > 0
    return Said("Not yet", (), "bad") if owed else Said("–")


def _recovered(desk: Desk, form: Record) -> Said:
    shown = desk.shown(form, "overpayment_check.recovered_on")
    return Said(shown, (), "good") if shown else Said("Not yet", (), "bad")
