"""What is to be accrued at a year end: delivered by 31 March, and not known to be paid then (trace V-9)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ccm_site.facts.contracts import ENDED
from ccm_site.facts.values import amount, days_after, part_of
from ccm_site.performance.periods import Period, period_of
from ccm_site.views.reports.commitment import CEILING, Commitment, commitments, gathered_summaries, paid_until, year_of
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Said, Table, Words
from ccm_site.views.reports.paying import NUMBERS, codes_of, named, numbers
from ccm_site.views.reports.sums import Basis, added, basis_of, in_words, penny, sum_words, vat_words

COLUMNS = (
    "Contract", *NUMBERS, "Paid up to", "Days not paid for", "Reckoned for these", "How it is reckoned", "VAT", "Entered as owed before", "To be accrued",
)  # fmt: skip


def accrued(desk: Desk) -> Iterator[Part]:
    """As at the last 31 March, by what was known then."""
    end = days_after(year_of(days_after(desk.until, 1)).first, -1)
    rows: list[tuple[Said, ...]] = []
    sums: list[tuple[Basis, Decimal]] = []
    own = {c.record.key: c for c in commitments(desk, "signed", "in_force", *ENDED) if c.record.kind == "contract"}
    for c in own.values():  # of two for a contract the one by its own rates and volume
        if c.first > end:
            continue
        known = paid_until(desk, c.record, end)
        first, last = max(days_after(known, 1) if known else c.first, c.first, year_of(end).first), min(end, c.last)
        reckoned, how = _reckoned(desk, c, known, Period(first, last)) if first <= last else (Decimal(0), "–")
        entered = _entered(desk, c, known)
        owed = (entered or Decimal(0)) + (reckoned or Decimal(0))
        if not owed and reckoned is not None:
            continue
        sums.append((c.basis, owed))
        rows.append((
            named(desk, c.record), *numbers(codes_of(desk, c.record)), Said(on(known) if known else "Nothing is entered", (), "" if known else "near"),
            Said(f"{on(first)} to {on(last)}" if first <= last else "–"), Said(sum_words(c.basis, reckoned, plain=True) if reckoned is not None else "cannot be said"),
            Said(how), Said(vat_words(c.basis)), Said(sum_words(c.basis, entered, plain=True) if entered is not None else "–"), Said(sum_words(c.basis, owed, plain=True)),
        ))  # fmt: skip
    yield Words(
        f"As at {on(end)}, by what was known on that day: the days of the financial year for which no payments had been entered, and what had been "
        "entered as owed and not yet paid before them. Contracts that pay for a volume are reckoned by rate and volume; of the others, what was paid for "
        "the last period is taken, a day like another.",
        hint=True,
    )
    yield Table("", COLUMNS, tuple(rows), (5, 8, 9), "Nothing was to be accrued.", "", "accruals")
    if sums:
        yield Words(f"All together {in_words(added(sums), 'nothing')}.")


def _reckoned(desk: Desk, c: Commitment, known: date | None, unpaid: Period) -> tuple[Decimal | None, str]:
    if c.bound == CEILING and known is not None:
        for s in gathered_summaries(desk).get(c.record.id, ()):
            period, paid = period_of(s.data), amount(s.data.get("paid"))
            if (
                period
                and period.last == known
                and paid is not None
                and basis_of(part_of(s.data, "paid"), desk.site.currency) == c.basis
            ):
                net = paid - (amount(s.data.get("credited")) or Decimal(0))
                return penny(
                    net * unpaid.days / period.days
                ), f"As paid for {on(period.first)} to {on(period.last)}, a day like another"
    return c.within(unpaid), c.how if c.bound != CEILING else f"{c.how}; at most"


def _entered(desk: Desk, c: Commitment, known: date | None) -> Decimal | None:
    """What the latest summary known at the year end says is owed and not yet paid."""
    found = [
        amount(s.data["accrued"]) for s in gathered_summaries(desk).get(c.record.id, ())
        if known is not None and (p := period_of(s.data)) and p.last == known and "accrued" in s.data
    ]  # fmt: skip
    return next((a for a in found if a is not None), None)
