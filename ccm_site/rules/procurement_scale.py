"""How large a procurement is in law: a value held against the thresholds of its day, on their VAT basis.

The amounts, their dates and their VAT bases stand in ``policy/thresholds.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import limit, over, threshold
from ccm_site.facts.values import amount, day, number, part_of
from ccm_site.model import Record, Register
from ccm_site.rules.support import money

CODES = ("advertising", "regulated_services", "light_touch_services")
"""The thresholds at which a duty to advertise or to publish begins."""
_VAT = {"excluded": "excluding VAT", "included": "including VAT", "exempt": "exempt from VAT"}


def commenced(record: Record) -> date | None:
    """The day whose thresholds apply to a record: the first of procurement, award, approval and start that it names."""
    data = record.data
    approved = part_of(data, "approval").get("on")
    return next(
        (d for v in (data.get("procurement_commenced"), data.get("award_date"), approved, data.get("start_date")) if (d := day(v))),
        None,
    )  # fmt: skip


class Scale:
    """The thresholds of one register, against which values are held; what was looked up once for a day is remembered."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._thresholds: dict[tuple[str, date], Mapping[str, Any] | None] = {}
        self._rates: dict[date, Decimal | None] = {}

    def threshold(self, code: str, on: date) -> Mapping[str, Any] | None:
        """The threshold of a code in force on a day; None where none is."""
        if (code, on) not in self._thresholds:
            self._thresholds[code, on] = threshold(self._register, code, on)
        return self._thresholds[code, on]

    def on_basis(self, money: Any, basis: Any, on: date) -> Decimal | None:
        """An amount in pounds on another VAT basis, by the VAT rate in force on a day; None where it cannot be told.

        A service that is exempt from VAT costs the same on either basis.
        """
        value = amount(money)
        if value is None or money.get("currency", "GBP") != "GBP":
            return None
        own = money.get("vat_basis")
        if own == basis or "exempt" in (own, basis):
            return value
        if on not in self._rates:
            self._rates[on] = limit(self._register, "vat_rate", on)
        rate = self._rates[on]
        if rate is None or (own, basis) not in (("excluded", "included"), ("included", "excluded")):
            return None
        factor = 1 + rate / 100
        return value * factor if basis == "included" else value / factor

    def standing(self, record: Record, code: str) -> tuple[Mapping[str, Any], bool] | None:
        """The threshold of a code that applies to a record, and whether its estimated value reaches it; None where not known."""
        on = commenced(record)
        entry = self.threshold(code, on) if on else None
        if on is None or entry is None:
            return None
        value = self.on_basis(record.data.get("estimated_value"), entry.get("vat_basis"), on)
        return None if value is None else (entry, over(value, entry))

    def reached(self, record: Record, code: str) -> Mapping[str, Any] | None:
        """The threshold that a record's estimated value reaches, of those in force when its procurement began; None where it does
        not, or where value, day or threshold is not known."""
        state = self.standing(record, code)
        return state[0] if state and state[1] else None


def worded(entry: Mapping[str, Any]) -> str:
    """A threshold in words: its name, its amount, its VAT basis and its first day."""
    bound, vat = money(number(entry.get("amount")) or Decimal(0)), _VAT.get(str(entry.get("vat_basis")), "")
    return f"'{entry.get('label')}' ({f'{bound} {vat}'.rstrip()}, from {entry.get('effective_from')})"


def regulated(scale: Scale, contract: Record) -> bool:
    """Whether a contract came of a regulated procurement: because it says so, or by its value."""
    if part_of(contract.data, "public_register").get("regulated") is True:
        return True
    return scale.reached(contract, "regulated_services") is not None
