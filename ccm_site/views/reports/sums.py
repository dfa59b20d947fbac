"""Amounts in a report, added up: never across currencies or across amounts with VAT and without."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from ccm_site.facts.values import amount
from ccm_site.views.text import VAT

Basis = tuple[str, str]
"""The currency of an amount and how it stands to VAT."""


def basis_of(money: Mapping[str, Any], usual: str) -> Basis:
    return str(money.get("currency", usual)), str(money.get("vat_basis", ""))


def added(amounts: Iterable[tuple[Basis, Decimal]]) -> dict[Basis, Decimal]:
    """The sum for each basis."""
    out: dict[Basis, Decimal] = {}
    for basis, value in amounts:
        out[basis] = out.get(basis, Decimal(0)) + value
    return out


def in_words(sums: Mapping[Basis, Decimal], none: str = "") -> str:
    """``£1,200.00 exempt from VAT; £90.00 including VAT``."""
    return "; ".join(sum_words(basis, sums[basis]) for basis in sorted(sums) if sums[basis]) or none


def sum_words(basis: Basis, value: Decimal, plain: bool = False) -> str:
    """An amount in words, rounded to the penny; ``plain`` without its VAT basis."""
    currency, vat = basis
    rounded = penny(value)
    sign = "£" if currency == "GBP" else f"{currency} "
    words = f"{'−' if rounded < 0 else ''}{sign}{abs(rounded):,.2f}"
    return words if plain or not vat else f"{words} {VAT.get(vat, vat)}"


def vat_words(basis: Basis) -> str:
    """How amounts of a basis stand to VAT, for a column of its own."""
    words = VAT.get(basis[1], basis[1])
    return f"{words[:1].upper()}{words[1:]}" or "Not said"


def penny(value: Decimal) -> Decimal:
    """To the penny, however large it is."""
    with localcontext(prec=60):
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def total(moneys: Iterable[Any], usual: str) -> dict[Basis, Decimal]:
    """The sum of amounts as records hold them."""
    return added((basis_of(m, usual), a) for m in moneys if isinstance(m, Mapping) and (a := amount(m)) is not None)
