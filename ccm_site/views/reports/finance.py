"""The finance page: what starts and ends, what changed, what is past its end, and what was paid against what was to be paid (job J-11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ccm_site.facts.policy import limit
from ccm_site.facts.values import days_after, months_after
from ccm_site.model import Key
from ccm_site.performance.periods import Period
from ccm_site.performance.volume import payments
from ccm_site.views.reports.accruals import accrued
from ccm_site.views.reports.desk import Desk, on, pounds, span
from ccm_site.views.reports.forecast import by_month, by_year
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.reports.overpaid import overpaid
from ccm_site.views.reports.paying import (
    NUMBERS,
    Payable,
    changes,
    codes_of,
    contracts_of,
    named,
    numbers,
    payables,
    rate_words,
    shut_placements,
    since,
    told_words,
)  # fmt: skip
from ccm_site.views.urls import report_on

TITLE = "Finance page"
LEAD = "What starts, changes and ends, what was paid against what was to be paid, and what is still to come."
AHEAD, TOLERANCE = "finance_ends_ahead", "payment_tolerance"
"""The limits of policy/thresholds.yaml: how many days ahead ends are shown, how far payments may differ."""
COLUMNS = (
    "What",
    "Provider",
    *NUMBERS,
    "Account code",
    "Purchase order",
    "Start",
    "Anticipated end",
    "Rate",
    "Finance",
)


def subjects(desk: Desk) -> Iterator[str]:
    """There is one."""
    yield ""


def report(desk: Desk, subject: str = "") -> Report:
    found = payables(desk)
    return Report(
        "finance", "", report_on("finance", ""), TITLE, LEAD, desk.period,
        (
            Section("What this page holds", (Words(_holds(desk), True),)),
            Section(f"Starts, {span(_starts(desk))}", tuple(_start(desk, found))),
            Section(_ends_title(desk), tuple(_end(desk, found))),
            Section("Changes since Finance last acknowledged", tuple(_changed(desk, found))),
            Section("Past the anticipated end and still under way", tuple(_past(desk, found))),
            Section("Volume and rates against payments", tuple(_paid(desk))),
            Section("Paid after the end, or without a placement", tuple(overpaid(desk))),
            Section("What is committed, by financial year", tuple(by_year(desk))),
            Section("What is committed, by month", tuple(by_month(desk))),
            Section("To be accrued at the last year end", tuple(accrued(desk))),
        ),
        None, desk.shown_to("payment_summary"),
    )  # fmt: skip


def _holds(desk: Desk) -> str:
    if not desk.whole:
        return "Contracts. Single placements, and contracts that were made for one placement, are on this page of the site for the named roles only."
    shut = shut_placements(desk)
    sealed = (
        f" {shut} {'placement is' if shut == 1 else 'placements are'} sealed and cannot be read here; what is said of placements leaves them out."
        if shut
        else ""
    )
    return f"Contracts and single placements.{sealed}"


def _starts(desk: Desk) -> Period:
    """The month of the day looked at and the month before, so that at the turn of a month both can be seen."""
    this = desk.until.replace(day=1)
    return desk.asked or Period(months_after(this, -1), days_after(months_after(this, 1), -1))


def _start(desk: Desk, found: Iterable[Payable]) -> Iterator[Part]:
    reach = _starts(desk)
    begun = [p for p in found if p.start and reach.holds(p.start)]
    yield _table(
        desk, sorted(begun, key=lambda p: (p.start or date.min, p.record.key)), "starts", "Nothing starts in this time."
    )


def _ends_title(desk: Desk) -> str:
    ahead = limit(desk.register, AHEAD, desk.until)
    return "Anticipated ends" + (f" in the next {ahead} days" if ahead is not None else " that are known")


def _end(desk: Desk, found: Iterable[Payable]) -> Iterator[Part]:
    ahead = limit(desk.register, AHEAD, desk.until)
    last = days_after(desk.until, int(ahead)) if ahead is not None else date.max
    if ahead is None:
        yield Words("The council has not set how many days ahead Finance is shown ends, so all are shown.", hint=True)
    soon = [p for p in found if p.ended is None and p.expected and desk.until <= p.expected <= last]
    ended = [p for p in found if p.ended and desk.until <= p.ended <= last]
    yield _table(
        desk, sorted([*soon, *ended], key=_by_end), "anticipated-ends", "Nothing is expected to end in this time."
    )


def _changed(desk: Desk, found: Iterable[Payable]) -> Iterator[Part]:
    open_ = [p for p in found if p.record.data.get("status") != "closed"]
    yield Table(
        "", ("What", "Provider", *NUMBERS, "What changed", "Acknowledged by Finance", "Now", "Notice since"),
        tuple(
            (named(desk, p.record), _provider(desk, p), *numbers(p.codes), Said(c.field), Said(c.told, (p.acknowledged.key,)), Said(c.now), since(desk, p))
            for p in open_ if p.acknowledged for c in changes(desk, p)
        ), (), "Everything is as Finance last acknowledged it.", "", "changes",
    )  # fmt: skip
    never = [p for p in open_ if p.acknowledged is None and p.ended is None and _to_be_told(p)]
    yield _table(
        desk,
        never,
        "nothing-acknowledged",
        "None: Finance has acknowledged a notice of each.",
        "Of these Finance has acknowledged nothing yet",
    )


def _to_be_told(p: Payable) -> bool:
    """Whether Finance is to be told: of contracts, and of placements that are bought through the Resource Allocation Group."""
    return p.record.kind == "contract" or p.record.data.get("purchase_category") == "C"


def _past(desk: Desk, found: Iterable[Payable]) -> Iterator[Part]:
    over = [p for p in found if p.runs and p.expected and p.expected < desk.until]
    if over:
        yield Words(
            "What is over may still be paid for. Enter the ending, or the end that is expected now, and tell Finance."
        )
    yield _table(desk, sorted(over, key=_by_end), "past-anticipated-end", "Nothing is past its anticipated end.")


def _table(desk: Desk, found: Iterable[Payable], sheet: str, empty: str, title: str = "") -> Table:
    return Table(title, COLUMNS, tuple(_row(desk, p) for p in found), (), empty, "", sheet)


def _row(desk: Desk, p: Payable) -> tuple[Said, ...]:
    late = p.runs and p.expected is not None and p.expected < desk.until
    return (
        named(desk, p.record), _provider(desk, p), *numbers(p.codes), Said(p.codes["account_code"]), Said(p.codes["purchase_order"]),
        Said(on(p.start)), _ends(desk, p, late), Said(rate_words(desk, p.record.kind, p.rates, max(desk.until, p.start or desk.until)) or "–"),
        told_words(desk, p),
    )  # fmt: skip


def _ends(desk: Desk, p: Payable, late: bool) -> Said:
    if p.ended:
        return Said(f"Ended {on(p.ended)}" if p.ended <= desk.until else on(p.ended))
    if p.expected:
        return Said(on(p.expected), (), "bad" if late else "")
    condition = desk.shown(p.record, "end_condition") if p.record.kind == "placement" else ""
    review = desk.shown(p.record, "review_by") if p.record.kind == "placement" else ""
    return Said(f"{condition or '–'}{f', looked at by {review}' if review else ''}")


def _provider(desk: Desk, p: Payable) -> Said:
    return Said(desk.site.label(Key("provider", p.provider)) if p.provider else "–")


def _by_end(p: Payable) -> tuple[date, Key]:
    return p.ended or p.expected or date.max, p.record.key


def _paid(desk: Desk) -> Iterator[Part]:
    tolerance = limit(desk.register, TOLERANCE, desk.until)
    rows: list[tuple[Said, ...]] = []
    beyond = 0
    for contract in contracts_of(desk):
        for p in payments(desk.register, contract, desk.until):
            if not desk.period.holds(p.period.last):
                continue
            beyond += p.within is False and not p.explanation
            rows.append((
                named(desk, contract), *numbers(codes_of(desk, contract)), Said(span(p.period), p.sources), Said(pounds(p.paid, p.currency)), Said(pounds(p.credited, p.currency)),
                Said(pounds(p.expected, p.currency)), Said(p.by or "–"), Said(pounds(p.difference, p.currency)), _within(p.within, p.explanation),
            ))  # fmt: skip
    allowed = f" A difference of up to {tolerance} per cent is allowed." if tolerance is not None else ""
    yield Words(
        "What was to be paid is what was set against the provider's returns; where nothing was, quantity and rate of the lines paid; where there are none, "
        f"what the provider invoiced.{allowed}",
        hint=True,
    )
    if beyond:
        yield Words(f"{beyond} of these {'differs' if beyond == 1 else 'differ'} by more, and nobody has said why.")
    yield Table(
        "", ("Contract", *NUMBERS, "Period", "Paid", "Credited", "To be paid", "By", "Difference", "Within what is allowed"),
        tuple(rows), (4, 5, 6, 8), f"No payments are entered for periods that ended {span(desk.period)}.", "", "volume-and-rates-against-payments",
    )  # fmt: skip


def _within(within: bool | None, explanation: str) -> Said:
    if within is None:
        return Said("Cannot be said")
    if within:
        return Said("Yes", (), "good")
    return Said(f"No: {explanation}" if explanation else "No", (), "near" if explanation else "bad")
