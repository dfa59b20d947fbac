"""Value for money and the terms in a review pack: what is known of the price, of what was got for it, and of what was changed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, part_of
from ccm_site.model import Record
from ccm_site.performance.volume import Delivered, delivered, payments
from ccm_site.views.reports.desk import Desk, figure, on, pounds, span
from ccm_site.views.reports.meeting import last_held
from ccm_site.views.reports.model import Facts, Part, Points, Said, Table, Words
from ccm_site.views.reports.paying import rate_words
from ccm_site.views.reports.sums import penny

SHOWN = 8


def worth_parts(desk: Desk, review: Record, contract: Record) -> Iterator[Part]:
    """Price, what each unit delivered cost, what was paid for and not used; the judgements of reviews."""
    pairs = [
        (
            "Estimated value over its whole life",
            Said(desk.shown(contract, "estimated_value") or "Not entered", (contract.key,)),
        )
    ]
    if rates := rate_words(desk, "contract", mappings(part_of(contract.data, "schedule_b").get("rates")), desk.until):
        pairs.append(("Rates", Said(rates, (contract.key,))))
    for title, path in (("How the price rises", "schedule_b.uplift_rule"), ("Price review", "price_review.on")):
        if shown := desk.shown(contract, path):
            pairs.append((title, Said(shown, (contract.key,))))
    last = last_held(desk, review, contract)
    if last and (judged := desk.shown(last, "value_for_money.judgement")):
        pairs.append(
            (
                f"Judged on {desk.shown(last, 'held_on')}",
                Said(f"{judged}. {desk.shown(last, 'value_for_money.conclusion')}".strip(), (last.key,)),
            )
        )
    if judged := desk.shown(review, "value_for_money.judgement"):
        pairs.append(("Judged by this review", Said(judged, (review.key,))))
    yield Facts(tuple(pairs))
    yield _units(desk, contract)
    yield Words(
        "A low price says nothing of quality, and a high one nothing of results: read it beside both.", hint=True
    )


def _units(desk: Desk, contract: Record) -> Table:
    """What was paid for each unit delivered, where a return and a summary of payments are of the same period.

    Places, hours and sessions are delivered week by week; so a place costs so much a week.
    """
    paid = {p.period: p for p in payments(desk.register, contract, desk.until)}
    rows, units = [], ""
    for d in delivered(desk.register, contract, desk.until):
        p = paid.get(d.period)
        if p is None:
            continue
        units = d.unit
        net = p.paid - p.credited
        each = _each(net, d)
        rows.append((
            Said(span(d.period), (d.source, *p.sources[:1])), Said(pounds(net, p.currency)), Said(figure(d.delivered) if d.delivered is not None else d.shown or "–"),
            Said(pounds(penny(each) if each is not None else None, p.currency)), Said(figure(d.share, "%")),
        ))  # fmt: skip
    of = {"places": "a place in a week", "hours_a_week": "an hour", "sessions_a_week": "a session"}.get(
        units, "each unit"
    )
    unit = desk.words("return", "volume.unit", units).lower()
    return Table(
        "What was paid for what was delivered", ("Period", "Paid, less credits", f"Delivered{f', in {unit}' if unit else ''}", f"Paid for {of}", "Share of what was contracted"),
        tuple(rows[-SHOWN:]), (1, 2, 3, 4), "It cannot be said: no return and no payments are of the same period.",
    )  # fmt: skip


def _each(net: Decimal, d: Delivered) -> Decimal | None:
    if not d.delivered:
        return None
    weekly = d.unit in ("places", "hours_a_week", "sessions_a_week")
    return net * 7 / (d.delivered * d.period.days) if weekly else net / d.delivered


def changed_terms(desk: Desk, review: Record, contract: Record) -> Iterator[Part]:
    """What was changed since the last review, and what those who monitor the contract want changed."""
    last = last_held(desk, review, contract)
    since = day(last.data.get("held_on")) if last else None
    variations = [
        v for v in citing(desk.register, contract, "variation")
        if v.data.get("status") != "withdrawn"
        and (v.data.get("status") == "draft" or ((at := day(v.data.get("effective_date"))) is not None and at <= desk.until and (since is None or at > since)))
    ]  # fmt: skip
    yield Facts(
        (("Specification in force", Said(desk.shown(contract, "schedule_a") or "None named", (contract.key,))),)
    )
    yield Table(
        f"Variations{f' since {on(since)}' if since else ''}, and drafts", ("Variation", "From", "Why", "What is changed", "State"),
        tuple(
            (Said(str(v.data.get("title") or v.id), (v.key,)), Said(desk.shown(v, "effective_date") or "–"), Said(desk.shown(v, "reason_code")),
             Said("; ".join(dict.fromkeys(desk.words("variation", "changes.*.part", c.get("part")) for c in mappings(v.data.get("changes")))) or "–"),
             Said(desk.shown(v, "status")))
            for v in variations
        ), (), "There are none.",
    )  # fmt: skip
    wanted = [
        Said(f"{p.get('what', '')} Wanted: {p['wanted']}", (r.key,)) for r in citing(desk.register, contract, "operational_report")
        if (on_day := day(r.data.get("reported_on"))) and on_day <= desk.until and (since is None or on_day > since)
        for p in mappings(r.data.get("problems")) if p.get("wanted")
    ]  # fmt: skip
    if wanted:
        yield Words("What the reports since the last review want changed:")
        yield Points(tuple(wanted))
