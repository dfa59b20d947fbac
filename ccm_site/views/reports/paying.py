"""What is paid for, as Finance sees it: contracts and placements with their days, rates and numbers, and what Finance was told of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.contracts import ENDED, over_on
from ccm_site.facts.records import SENT, cited, citing, counting, gathered, open_to_check
from ccm_site.facts.values import amount, day, days_after, mappings, months_after, part_of
from ccm_site.model import Record
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Said
from ccm_site.views.text import money

NUMBERS = ("Supplier number", "Cost centre")
"""The columns by which Finance finds a payment."""
_TOLD = {
    "contract": ("finance_contract_dates", "finance_contract_change", "finance_contract_end"),
    "placement": ("finance_placement_dates", "finance_placement_change", "finance_placement_end"),
}
_CODES = ("supplier_number", "cost_centre", "account_code", "purchase_order")


@dataclass(frozen=True)
class Payable:
    """A contract or placement that is paid for. ``codes`` are Finance's numbers, ``notices`` what Finance was sent, the oldest first."""

    record: Record
    provider: str
    codes: Mapping[str, str]
    start: date | None
    expected: date | None
    ended: date | None
    rates: tuple[Mapping[str, Any], ...]
    notices: tuple[Record, ...]

    @property
    def runs(self) -> bool:
        """Whether it is under way: in force, active."""
        return self.record.data.get("status") in ("in_force", "active")

    @property
    def acknowledged(self) -> Record | None:
        """The last notice that Finance acknowledged."""
        found = [n for n in self.notices if n.data.get("status") == "acknowledged"]
        return max(found, key=lambda n: (str(n.data.get("acknowledged_on", "")), n.id), default=None)


@dataclass(frozen=True)
class Change:
    """What differs from what Finance acknowledged last: which field, told and now in words."""

    payable: Payable
    field: str
    told: str
    now: str


def contracts_of(desk: Desk, *states: str) -> Iterator[Record]:
    """The contracts in these states that a report may name: not those for one placement where restricted records are not at hand."""
    for contract in counting(desk.register, "contract", *states):
        if desk.whole or contract.data.get("placement_specific") is not True:
            yield contract


def notice_of(desk: Desk, contract: Record) -> Record | None:
    """The termination by which a contract ends early, where notice was given and it has not come to its end yet."""
    if contract.data.get("status") in ENDED:
        return None
    endings = citing(desk.register, contract, "contract_termination")
    return next(
        (
            e
            for e in endings
            if e.data.get("status") in ("notice_issued", "running_off") and "effective_on" in part_of(e.data, "notice")
        ),
        None,
    )


def last_day(desk: Desk, contract: Record) -> date | None:
    """A contract's last day, with the options that were used; by notice where one was given."""
    ending = notice_of(desk, contract)
    return day(part_of(ending.data, "notice")["effective_on"]) if ending else over_on(desk.register, contract)


def payables(desk: Desk) -> tuple[Payable, ...]:
    """Contracts that are signed, in force or ended, then placements that are authorised, under way or ended, where they can be read."""
    out = []
    told = gathered(desk.register, "notice", "contract")
    for contract in contracts_of(desk, "signed", "in_force", *ENDED):
        own = part_of(contract.data, "finance")
        over = last_day(desk, contract)
        ended = over if contract.data.get("status") in ENDED else None
        rates = tuple(mappings(part_of(contract.data, "schedule_b").get("rates")))
        out.append(Payable(
            contract, str(contract.data.get("provider", "")), codes_of(desk, contract), day(contract.data.get("start_date")),
            day(own.get("anticipated_end")) or over, ended, rates, _notices(desk, told[contract.id], "contract"),
        ))  # fmt: skip
    told = gathered(desk.register, "notice", "placement")
    for p in placements_of(desk, "authorised", "contracted", "active", "ended", "closed"):
        out.append(Payable(
            p, _provider(desk, p), codes_of(desk, p), day(p.data.get("start_date")), expected_end(p), day(p.data.get("ended_on")),
            tuple(mappings(p.data.get("rates"))), _notices(desk, told[p.id], "placement"),
        ))  # fmt: skip
    return tuple(out)


def placements_of(desk: Desk, *states: str) -> Iterator[Record]:
    """The placements in these states that can be read; none where restricted records are not at hand."""
    return (p for p in counting(desk.register, "placement", *states) if desk.whole and open_to_check(p))


def shut_placements(desk: Desk) -> int:
    """How many placements are at hand that cannot be read."""
    return sum(not open_to_check(p) for p in counting(desk.register, "placement")) if desk.whole else 0


def expected_end(placement: Record) -> date | None:
    """The day on which a placement is expected to end: the one entered, else the last of the month entered."""
    month = placement.data.get("anticipated_end_month")
    first = day(f"{month}-01") if isinstance(month, str) else None
    return day(placement.data.get("anticipated_end")) or (days_after(months_after(first, 1), -1) if first else None)


def codes_of(desk: Desk, record: Record) -> dict[str, str]:
    """Finance's numbers of a contract or placement; what a placement does not say itself, its contract says, else its provider."""
    known = dict(part_of(record.data, "finance"))
    if record.kind == "placement" and (contract := cited(desk.register, "contract", record.data.get("contract"))):
        known = {**part_of(contract.data, "finance"), **known}
    provider = cited(desk.register, "provider", _provider(desk, record))
    if "supplier_number" not in known and provider is not None:
        known["supplier_number"] = provider.data.get("supplier_number", "")
    return {name: str(known.get(name) or "") for name in _CODES}


def named(desk: Desk, record: Record) -> Said:
    """A contract's or placement's name, leading to it."""
    if record.kind != "placement":
        return desk.name(record.key)
    return Said(f"{record.id} {desk.shown(record, 'resource_type')}".strip(), (record.key,))


def numbers(codes: Mapping[str, str]) -> tuple[Said, Said]:
    """The two cells under `NUMBERS`."""
    return Said(codes["supplier_number"] or "none entered"), Said(codes["cost_centre"] or "none entered")


def rate_words(desk: Desk, kind: str, rates: Iterable[Mapping[str, Any]], until: date) -> str:
    """The rates that hold on a day, in words: ``£965.00 a week``."""
    path = "schedule_b.rates.*.unit" if kind == "contract" else "rates.*.unit"
    return "; ".join(
        f"{money({**part_of(r, 'rate'), 'vat_basis': ''}, desk.site.currency)} {a(desk.words(kind, path, r.get('unit')).lower())}" for r in current(rates, until)
    )  # fmt: skip


def a(unit: str) -> str:
    """``a week``, ``an hour``."""
    return f"an {unit}" if unit.startswith("hour") else f"a {unit}"


def current(rates: Iterable[Mapping[str, Any]], on_day: date) -> list[Mapping[str, Any]]:
    """Of each unit the rates that hold on a day: those from its newest first day, all of them where several are from it."""
    held = [r for r in rates if (day(r.get("from")) or date.min) <= on_day <= (day(r.get("until")) or date.max)]
    newest = {
        r.get("unit"): max(str(o.get("from") or "") for o in held if o.get("unit") == r.get("unit")) for r in held
    }
    return [r for r in held if str(r.get("from") or "") == newest[r.get("unit")]]


def told_words(desk: Desk, payable: Payable) -> Said:
    """What Finance was last sent, and whether it acknowledged it."""
    sent = [n for n in payable.notices if n.data.get("status") in SENT]
    if sent:
        last = sent[-1]
        if last.data.get("status") == "acknowledged":
            return Said(f"Acknowledged {on(str(last.data.get('acknowledged_on') or '') or None)}", (last.key,), "good")
        return Said(f"Sent {on(str(last.data.get('sent_on') or '') or None)}, not acknowledged", (last.key,), "near")
    if payable.notices:
        last = payable.notices[-1]
        return Said(f"{desk.shown(last, 'status')}, not sent", (last.key,), "bad")
    return Said("Not told", (), "bad")


def changes(desk: Desk, payable: Payable) -> list[Change]:
    """What is otherwise now than in the last notice that Finance acknowledged; [] where it acknowledged none."""
    notice = payable.acknowledged
    if notice is None:
        return []
    kind = payable.record.kind
    details = part_of(notice.data, f"{kind}_details")
    now = {
        **payable.codes,
        "start_date": _iso(payable.start),
        "anticipated_end": _iso(payable.expected),
        "ended_on": _iso(payable.ended),
    }
    over = str(notice.data.get("notice_kind")).endswith("_end")
    out = []
    for name in ("start_date", "ended_on" if over or payable.ended else "anticipated_end", *_CODES):
        told = str(details.get(name) or "")
        must = name == "anticipated_end" or (name == "ended_on" and payable.ended is not None)
        if told != now[name] and (name in details or must):
            f = desk.site.kinds["notice"].field(f"{kind}_details.{name}")
            title = f.title if f else {"ended_on": "Ended on"}.get(name, "Anticipated end")
            dated = name not in _CODES
            out.append(
                Change(
                    payable,
                    title,
                    *(((on(v) if v else "not given") if dated else v or "not given") for v in (told, now[name])),
                )
            )
    last, unit = amount(details.get("rate")), details.get("rate_unit")
    # What holds today; before the first day, what will hold.
    at = max(desk.until, payable.start or desk.until)
    held = [r for r in current(payable.rates, at) if unit is None or r.get("unit") == unit]
    amounts = [rate for r in held if (rate := amount(r.get("rate"))) is not None]
    if last is not None and amounts and last not in amounts and last != sum(amounts, Decimal(0)):
        told = rate_words(desk, kind, [{"rate": details.get("rate"), "unit": unit}], at)
        out.append(Change(payable, "Rate", told, rate_words(desk, kind, held, at)))
    return out


def since(desk: Desk, payable: Payable) -> Said:
    """The notice that came after the one that Finance acknowledged last."""
    last = payable.acknowledged
    after = [n for n in payable.notices if last is None or (_on(n), n.id) > (_on(last), last.id)]
    if not after:
        return Said("No notice yet", (), "bad")
    return Said(f"{desk.shown(after[-1], 'status')}, {on(_on(after[-1]) or None)}", (after[-1].key,), "near")


def _notices(desk: Desk, found: Iterable[Record], kind: str) -> tuple[Record, ...]:
    until = desk.until.isoformat()
    own = [n for n in found if n.data.get("notice_kind") in _TOLD[kind] and str(n.data.get("prepared_on", "")) <= until]
    return tuple(sorted(own, key=lambda n: (_on(n), n.id)))


def _on(notice: Record) -> str:
    return str(notice.data.get("sent_on") or notice.data.get("prepared_on") or "")


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""


def _provider(desk: Desk, record: Record) -> str:
    if record.kind == "placement" and "provider" not in record.data:
        contract = cited(desk.register, "contract", record.data.get("contract"))
        return str(contract.data.get("provider", "")) if contract else ""
    return str(record.data.get("provider", ""))
