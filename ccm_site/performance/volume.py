"""What was delivered, against what was contracted and what was paid (F-3B-p-Q1, R-FIN-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import limit
from ccm_site.facts.records import cited, citing
from ccm_site.facts.values import amount, mappings, number, part_of, texts
from ccm_site.model import Key, Record, Register
from ccm_site.performance.periods import Period, period_of


@dataclass(frozen=True)
class Delivered:
    """The volume of a return. A figure is None where there is none, or where it is veiled here; ``shown`` has it as the record says it.

    ``share`` is what was delivered in per cent of what was contracted.
    """

    period: Period
    unit: str
    contracted: Decimal | None
    delivered: Decimal | None
    shown: str
    share: Decimal | None
    occupancy: str
    source: Key


@dataclass(frozen=True)
class Paid:
    """What was paid for a period against what follows from volume and rates, and what was credited. Amounts are in the contract's currency.

    ``expected`` is from the reconciliation, else quantity times rate of the lines, else what the returns of the period invoice, those of
    the provider only where the summary names one. ``difference`` is paid less expected; what was credited may be for another period.
    ``within`` is whether the difference is within the council's tolerance; None where that cannot be said.
    """

    period: Period
    paid: Decimal
    credited: Decimal
    expected: Decimal | None
    by: str
    difference: Decimal | None
    within: bool | None
    explanation: str
    sources: tuple[Key, ...]
    currency: str


def delivered(register: Register, contract: Record, until: date) -> tuple[Delivered, ...]:
    """What each return received says was delivered, of periods that ended by a day, the oldest first."""
    capacity = part_of(contract.data, "capacity")
    out = []
    for sent in citing(register, contract, "return"):
        period, volume = period_of(sent.data), part_of(sent.data, "volume")
        if period is None or period.last > until or not volume or "received_on" not in sent.data:
            continue
        unit = str(volume.get("unit", ""))
        contracted = number(volume.get("contracted"))
        if contracted is None and capacity.get("unit") == unit:
            contracted = number(capacity.get("quantity"))
        got = number(volume.get("delivered"))
        share = (got * 100 / contracted) if got is not None and contracted else None
        out.append(Delivered(
            period, unit, contracted, got, str(volume.get("delivered", "")), share, str(volume.get("occupancy", "")), sent.key,
        ))  # fmt: skip
    return tuple(sorted(out, key=lambda d: (d.period, d.source)))


def payments(register: Register, contract: Record, until: date) -> tuple[Paid, ...]:
    """Each summary of payments of periods that ended by a day, the oldest first."""
    out = []
    usual = str(register.table("register").get("default_currency", "GBP"))
    invoiced = [
        (p, r) for r in citing(register, contract, "return") if (p := period_of(r.data)) and "invoiced" in r.data
    ]
    for summary in citing(register, contract, "payment_summary"):
        period, paid = period_of(summary.data), amount(summary.data.get("paid"))
        if period is None or period.last > until or paid is None:
            continue
        provider = summary.data.get("provider")
        sent = [
            r for p, r in invoiced if p == period and (provider is None or r.data.get("provider") in (None, provider))
        ]
        expected, by, returns = _expected(register, summary, sent)
        difference = None if expected is None else paid - expected
        out.append(Paid(
            period, paid, amount(summary.data.get("credited")) or Decimal(0), expected, by, difference,
            _within(register, expected, difference, period.last), str(part_of(summary.data, "reconciliation").get("explanation", "")),
            (summary.key, *(r.key for r in returns)), str(part_of(summary.data, "paid").get("currency") or usual),
        ))  # fmt: skip
    return tuple(sorted(out, key=lambda p: (p.period, p.sources)))


def _expected(register: Register, summary: Record, sent: list[Record]) -> tuple[Decimal | None, str, list[Record]]:
    set_against = part_of(summary.data, "reconciliation")
    expected = amount(set_against.get("expected"))
    if expected is not None:
        named = (cited(register, "return", i) for i in texts(set_against.get("returns")))
        return expected, "the reconciliation", [r for r in named if r is not None]
    lines = [_line(e) for e in mappings(summary.data.get("lines"))]
    if lines and None not in lines:
        return sum((e for e in lines if e is not None), Decimal(0)), "quantity and rate", []
    sums = [amount(r.data.get("invoiced")) for r in sent]
    if sums and None not in sums:
        return sum((a for a in sums if a is not None), Decimal(0)), "what was invoiced", sent
    return None, "", []


def _line(entry: Mapping[str, Any]) -> Decimal | None:
    quantity, rate = number(entry.get("quantity")), amount(entry.get("rate"))
    return None if quantity is None or rate is None else quantity * rate


def _within(register: Register, expected: Decimal | None, difference: Decimal | None, on: date) -> bool | None:
    tolerance = limit(register, "payment_tolerance", on)
    if expected is None or difference is None or tolerance is None:
        return None
    return abs(difference) * 100 <= tolerance * abs(expected)
