"""The commitment forecast by financial year and by month, and what is to be accrued at a year end (trace V-9)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ccm_site.facts.contracts import ENDED
from ccm_site.facts.values import amount, days_after, part_of
from ccm_site.model import Key
from ccm_site.performance.periods import Period, period_of
from ccm_site.views.reports.commitment import (
    BOUND,
    CEILING,
    Commitment,
    commitments,
    gathered_summaries,
    months_of,
    paid_until,
    year_name,
    year_of,
)  # fmt: skip
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Facts, Part, Said, Table, Words
from ccm_site.views.reports.paying import NUMBERS, codes_of, named, numbers
from ccm_site.views.reports.sums import Basis, added, basis_of, in_words, sum_words, vat_words
from ccm_site.views.text import MONTHS

HINT = (
    "Reckoned, not invoiced: rate times volume for each day of the contract, up to its last day with the options that were used. "
    f"“{BOUND}” is owed whether the volume is used or not, or is what present placements cost; “{CEILING}” is the most that can be bought. "
    "Of a contract that pays by placement both are shown where its placements can be read; the one is part of the other. Where rate and volume do not say what is paid, the estimated value is shared out over the days of the contract. A price that may rise is taken as it is today."
)


def years(desk: Desk) -> tuple[Period, Period]:
    """The financial year of the day looked at, and the next."""
    this = year_of(desk.until)
    return this, year_of(days_after(this.last, 1))


def by_year(desk: Desk) -> Iterator[Part]:
    """What was paid in the financial year and is still to come in it, and in the next."""
    this, following = years(desk)
    rows: list[tuple[Said, ...]] = []
    sums: dict[tuple[str, str], list[tuple[Basis, Decimal]]] = {}
    paid_all: dict[Key, tuple[Basis, Decimal]] = {}
    for c in commitments(desk, "signed", "in_force", *ENDED):
        known = paid_until(desk, c.record, desk.until)
        paid = _paid_in(desk, c, this)
        ahead = Period(max(days_after(known, 1), this.first), this.last) if known and known < this.last else this
        rest = Decimal(0) if known and known >= this.last else c.within(ahead)
        later = c.within(following)
        if not (paid or rest or later) and (c.of is not None or c.last < this.first):
            continue
        paid_all[c.record.key] = (c.basis, paid)
        for name, value in (("rest", rest), ("later", later)):
            sums.setdefault((name, c.bound), []).append((c.basis, value or Decimal(0)))
        rows.append((
            named(desk, c.record), *numbers(codes_of(desk, c.record)), Said(c.bound), Said(c.how), Said(vat_words(c.basis)), Said(sum_words(c.basis, paid, plain=True)), Said(on(known)),
            _said(c, rest), _said(c, later),
        ))  # fmt: skip
    yield Words(HINT, hint=True)
    rest_of, next_year = f"Still to come in {year_name(this)}", year_name(following)
    columns = (
        "What",
        *NUMBERS,
        "How firm",
        "How it is reckoned",
        "VAT",
        f"Paid in {year_name(this)}",
        "Paid up to",
        rest_of,
        next_year,
    )
    yield Table("", columns, tuple(rows), (6, 8, 9), "Nothing is committed.", "", "commitment-by-financial-year")
    totals = tuple(
        (Said(bound), *(Said(in_words(added(sums[name, bound]), "nothing")) for name in ("rest", "later"))) for bound in (BOUND, CEILING) if ("rest", bound) in sums
    )  # fmt: skip
    yield Facts(((f"Paid so far in {year_name(this)}", Said(in_words(added(paid_all.values()), "nothing"))),))
    yield Table(
        "All together",
        ("How firm", rest_of, next_year),
        totals,
        (1, 2),
        "Nothing is committed.",
        "",
        "commitment-totals",
    )


def by_month(desk: Desk) -> Iterator[Part]:
    """Half a year a table, from the half of the day looked at to the end of the next financial year."""
    found = commitments(desk, "signed", "in_force", *ENDED)
    months = [m for y in years(desk) for m in months_of(y)]
    for n in range(0, len(months), 6):
        half = months[n : n + 6]
        if half[-1].last >= desk.until:
            yield _half(desk, found, half)
    yield Table(
        "All together by month", ("Month", "Financial year", BOUND, CEILING),
        tuple(
            (Said(_month(m)), Said(year_name(year_of(m.first))), *(Said(_together(found, bound, m)) for bound in (BOUND, CEILING)))
            for m in months if m.last >= desk.until
        ), (2, 3), sheet="commitment-by-month",
    )  # fmt: skip


def _together(found: Iterable[Commitment], bound: str, month: Period) -> str:
    return in_words(added((c.basis, c.within(month) or Decimal(0)) for c in found if c.bound == bound), "nothing")


def _half(desk: Desk, found: Iterable[Commitment], half: list[Period]) -> Table:
    whole = Period(half[0].first, half[-1].last)
    title = f"{_month(half[0])} to {_month(half[-1])}, in the financial year {year_name(year_of(whole.first))}"
    rows = []
    for c in found:
        values = [c.within(m) for m in half]
        if any(values):
            total = sum((v for v in values if v is not None), Decimal(0))
            rows.append((
                named(desk, c.record), *numbers(codes_of(desk, c.record)), Said(c.bound), Said(vat_words(c.basis)), *(_plain(c, v) for v in values), Said(sum_words(c.basis, total, plain=True)),
            ))  # fmt: skip
    file = f"commitment-{half[0].first.isoformat()[:7]}-to-{half[-1].first.isoformat()[:7]}"
    columns = ("What", *NUMBERS, "How firm", "VAT", *(_month(m) for m in half), "These six months")
    return Table(title, columns, tuple(rows), tuple(range(5, 12)), "Nothing is committed in this time.", "", file)


def _paid_in(desk: Desk, c: Commitment, year: Period) -> Decimal:
    """What was paid less what was credited for periods of a year that ended by the day looked at, on the same basis."""
    total = Decimal(0)
    for s in gathered_summaries(desk).get(c.record.id, ()):
        p = period_of(s.data)
        if (
            p
            and year.first <= p.first
            and p.last <= min(year.last, desk.until)
            and basis_of(part_of(s.data, "paid"), desk.site.currency) == c.basis
        ):
            total += (amount(s.data.get("paid")) or Decimal(0)) - (amount(s.data.get("credited")) or Decimal(0))
    return total


def _said(c: Commitment, value: Decimal | None) -> Said:
    return (
        Said(sum_words(c.basis, value, plain=True), c.sources[:1] if len(c.sources) == 1 else ())
        if value is not None
        else Said("cannot be said")
    )


def _plain(c: Commitment, value: Decimal | None) -> Said:
    return Said(sum_words(c.basis, value, plain=True) if value is not None else "cannot be said")


def _month(month: Period) -> str:
    return f"{MONTHS[month.first.month - 1]} {month.first.year}"
