"""The framework's eight key questions, answered one by one: each with its figures and what it rests on, or since when there is nothing.

Quantity (Q1, Q2), quality (Q3 to Q6), effectiveness (Q7) and smooth running (Q8) stand apart and are never averaged. No news is not good
news: "no concerns" is never shown as "good" (F-3B-r-2).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ccm_site.facts.evidence import SEALED_DAY, Evidence
from ccm_site.facts.records import citing, counting, open_to_check
from ccm_site.facts.values import mappings, part_of
from ccm_site.model import Key, Record
from ccm_site.performance import concerns as complaints
from ccm_site.performance import outcomes as results
from ccm_site.performance.inspections import inspected
from ccm_site.performance.measures import EFFECTIVENESS, QUALITY, QUANTITY
from ccm_site.performance.periods import period_of
from ccm_site.performance.satisfaction import OTHERS, STAFF, USERS, Gathered, gathered
from ccm_site.performance.volume import delivered, payments
from ccm_site.views.reports.complained import concern_tables
from ccm_site.views.reports.desk import Desk, figure, on, pounds, span
from ccm_site.views.reports.measured import measure_parts
from ccm_site.views.reports.model import Part, Points, Said, Section, Table, Words

QUESTIONS: Mapping[str, str] = {
    "quantity_volume": "1. Quantity: is the contracted volume delivered?",
    "quantity_indicators": "2. Quantity: are the agreed indicators achieved?",
    "complaints_and_concerns": "3. Quality: what complaints and concerns are there?",
    "user_satisfaction": "4. Quality: how satisfied are those who use the service?",
    "staff_experience": "5. Quality: what do staff of the council and the provider experience?",
    "other_organisations": "6. Quality: what do inspectors and other organisations say?",
    "outcomes": "7. Outcomes: how well are the agreed outcomes for each child achieved?",
    "operation": "8. Operation: are there significant or lasting concerns about smooth running?",
}
SHOWN = 6
"""How many pieces of evidence are named for a question; all are in the register."""


def answers(desk: Desk, contract: Record) -> Iterator[Section]:
    """The eight questions about a contract, each with its evidence."""
    found = desk.evidence(contract)
    for question, title in QUESTIONS.items():
        parts = tuple(_ANSWERS[question](desk, contract))
        yield Section(title, parts, 2, _named(desk, found[question]), _missing(desk, found[question]))


def _named(desk: Desk, found: Sequence[Evidence]) -> tuple[Said, ...]:
    since = desk.evidence_since
    new = list({e.record.key: e for e in reversed(found) if since is None or e.on >= since.isoformat()}.values())[::-1]
    named = [
        Said(f"{e.record.id}{'' if e.on == SEALED_DAY else f' ({on(e.on)})'}{'' if e.proactive else ', in response to a concern'}", (e.record.key,))
        for e in new[:SHOWN]
    ]  # fmt: skip
    if len(new) > SHOWN:
        named.append(Said(f"and {len(new) - SHOWN} more"))
    return tuple(named)


def _missing(desk: Desk, found: Sequence[Evidence]) -> str:
    since = desk.evidence_since
    last = f"; the last is of {on(found[0].on)} ({found[0].record.id})" if found else ", and none before"
    return f"No evidence since {on(since) if since else 'the contract began'}{last}."


def _volume(desk: Desk, contract: Record) -> Iterator[Part]:
    got = delivered(desk.register, contract, desk.until)[-8:]
    unit = desk.words("return", "volume.unit", got[-1].unit).lower() if got else ""
    yield Table(
        f"Volume delivered{f', in {unit}' if unit else ''}", ("Period", "Contracted", "Delivered", "Share of what was contracted", "Occupancy"),
        tuple(
            (Said(span(d.period), (d.source,)), Said(figure(d.contracted)), Said(figure(d.delivered) if d.delivered is not None else d.shown or "–"),
             Said(figure(d.share, "%")), Said(f"{d.occupancy}%" if d.occupancy[:1].isdigit() else d.occupancy or "–"))
            for d in got
        ), (1, 2, 3, 4), "No return says what was delivered.",
    )  # fmt: skip
    paid = payments(desk.register, contract, desk.until)[-8:]
    yield Table(
        "Payments against volume and rates", ("Period", "Paid", "Credited", "Expected", "By", "Difference", "Within what is allowed"),
        tuple(
            (Said(span(p.period), p.sources), Said(pounds(p.paid, p.currency)), Said(pounds(p.credited, p.currency)), Said(pounds(p.expected, p.currency)), Said(p.by or "–"),
             Said(pounds(p.difference, p.currency)),
             Said("–") if p.within is None else Said("Yes", (), "good") if p.within
             else Said(f"No{f': {p.explanation}' if p.explanation else ''}", (), "near" if p.explanation else "bad"))
            for p in paid
        ), (1, 2, 3, 5), "No payments are entered.",
    )  # fmt: skip


def _indicators(desk: Desk, contract: Record) -> Iterator[Part]:
    found = desk.series(contract)
    if not any(s.measure.kind in (*QUALITY, *QUANTITY) for s in found):
        yield Words("The contract's specification names no standards or indicators.")
    yield from measure_parts(found, (*QUALITY, *QUANTITY))
    sent = [
        r
        for r in citing(desk.register, contract, "return")
        if "referrals" in part_of(r.data, "volume") and (p := period_of(r.data)) and p.last <= desk.until
    ]
    rows = []
    for r in sorted(sent, key=lambda r: str(part_of(r.data, "period").get("to")))[-8:]:
        volume, period = part_of(r.data, "volume"), period_of(r.data)
        names = ("referrals", "accepted", "declined", "starts", "ends")
        rows.append((Said(span(period) if period else r.id, (r.key,)), *(Said(str(volume.get(n, "–"))) for n in names)))
    if rows:
        yield Table(
            "Referrals", ("Period", "Referrals", "Accepted", "Declined", "Starts", "Ends"), tuple(rows), (1, 2, 3, 4, 5)
        )


def _concerns(desk: Desk, contract: Record) -> Iterator[Part]:
    provider = str(contract.data.get("provider", ""))
    if desk.whole:
        found = complaints.concerns_of(desk.register, provider, desk.period)
        yield Words(
            f"About {desk.site.label(Key('provider', provider))}, across all its contracts and from all sources, {span(desk.period)}."
        )
        yield from concern_tables(desk, found)
    else:
        for table, key, words in (
            ("complaints-by-contract", contract.key, "about this contract"),
            ("complaints-by-provider", Key("provider", provider), "about its provider, across all contracts"),
        ):
            row = desk.counted(table, key)
            told = row[-1] if row else "none"
            yield Words(f"Complaints and concerns in the register {words}: {told}.")
        yield Words(
            "What they were about is for the named roles only. A number from 1 to 4 could single a child out and is not shown.",
            hint=True,
        )
    said = [
        (p, r) for r in citing(desk.register, contract, "return")
        if "complaints_received" in r.data and (p := period_of(r.data)) and p.last <= desk.until
    ]  # fmt: skip
    names = ("received", "upheld", "not_upheld", "open")
    yield Table(
        "Complaints that the provider reports", ("Period", "Received", "Upheld", "Not upheld", "Open", "What was learned"),
        tuple(
            (Said(span(p), (r.key,)), *(Said(str(part_of(r.data, "complaints_received").get(n, "–"))) for n in names),
             Said(str(part_of(r.data, "complaints_received").get("learning", ""))))
            for p, r in sorted(said, key=lambda s: (s[0], s[1].id))[-8:]
        ), (1, 2, 3, 4), "No return says.",
    )  # fmt: skip
    yield Words(
        "Few or no concerns do not mean that the service is good: not everybody who has cause complains.", hint=True
    )


def _users(desk: Desk, contract: Record) -> Iterator[Part]:
    yield from _feedback(
        desk,
        gathered(desk.register, contract, desk.until, USERS),
        "Nobody who uses the service, nor their family, has been asked.",
    )


def _staff(desk: Desk, contract: Record) -> Iterator[Part]:
    yield from _feedback(desk, gathered(desk.register, contract, desk.until, STAFF), "No staff have been asked.")


def _feedback(desk: Desk, found: Sequence[Gathered], none: str) -> Iterator[Part]:
    yield Table(
        "Who was asked", ("When", "Who", "How", "Sought out", "Asked", "Answered", "In short"),
        tuple(
            (Said(on(g.on), (g.source,)), Said(desk.words("feedback", "respondent", g.respondent)), Said(desk.words("feedback", "method", g.method)),
             Said("Yes" if g.proactive else "No, in response to a concern"), Said(g.asked or "–"), Said(g.answered or "–"), Said(g.summary))
            for g in found[:8]
        ), (4, 5), none,
    )  # fmt: skip
    asked = [(g, q) for g in found[:8] for q in g.questions]
    if asked:
        yield Table(
            "Answers, from 1 to 5", ("Question", "When", "Mean", "Answers"),
            tuple(
                (Said(q.words), Said(on(g.on), (g.source,)), Said(figure(q.mean, places=2) if q.mean is not None else "too few to say"),
                 Said(str(q.answers) if q.answers is not None else "–"))
                for g, q in asked
            ), (2, 3),
        )  # fmt: skip
    themes = [(g, t, tone) for g in found[:8] for t, tone in g.themes]
    if themes:
        yield Points(tuple(
            Said(f"{desk.words('feedback', 'themes.*.theme', t)}: {desk.words('feedback', 'themes.*.tone', tone).lower()}, {on(g.on)}", (g.source,))
            for g, t, tone in themes[:12]
        ))  # fmt: skip


def _others(desk: Desk, contract: Record) -> Iterator[Part]:
    yield Table(
        "Inspections", ("Inspected", "By", "Grades", "Lowest", "Requirements not met yet"),
        tuple(
            (Said(on(i.on), (i.source,)), Said(desk.words("inspection", "body", i.body)),
             Said("; ".join(f"{desk.words('inspection', 'grades.*.item', item)} {g}" for item, g in i.grades) or "–"),
             Said(str(i.lowest or "–")), Said(f"{i.open_requirements} of {i.requirements}" if i.requirements else "–"))
            for i in inspected(desk.register, contract, desk.until)[:8]
        ), (3,), "No inspection is entered.",
    )  # fmt: skip
    yield from _feedback(
        desk, gathered(desk.register, contract, desk.until, OTHERS), "No other organisation has been asked."
    )
    if desk.whole and (provider := desk.register.get("provider", str(contract.data.get("provider", "")))):
        told = citing(desk.register, provider, "peer_experience")
        yield Table(
            "Experience of other authorities", ("Received", "From", "Rating"),
            tuple(
                (Said(desk.shown(r, "received_on"), (r.key,)), Said(desk.shown(r, "authority")), Said(desk.shown(r, "rating")))
                for r in told if str(r.data.get("received_on", "")) <= desk.until.isoformat()
            ), (), "No other authority has been asked.",
        )  # fmt: skip


def _outcomes(desk: Desk, contract: Record) -> Iterator[Part]:
    titles = ("Outcome", "Achieved", "Partly", "Not achieved", "Too early", "Who answers for it")

    def rows(found: Sequence[results.Outcome]) -> tuple[tuple[Said, ...], ...]:
        return tuple(
            (Said(o.words, o.sources), *(Said(str(o.counts.get(r, 0))) for r in results.RESULTS[:4]), Said(_answerable(o))) for o in found
        )  # fmt: skip

    if desk.whole:
        if shut := sum(not open_to_check(e) for e in counting(desk.register, "outcome_evaluation")):
            yield Words(
                f"{shut} evaluations of the register are sealed and cannot be read here. They are in none of the figures."
            )
        evaluated = results.evaluated(desk.register, contract, desk.period)
        yield Table(
            f"Evaluations of single cases, {span(desk.period)}",
            titles,
            rows([o for o in evaluated if o.sources]),
            (1, 2, 3, 4),
            "None in this period.",
        )
        agreed = [o for o in evaluated if o.agreed is not None]
        if agreed:
            yield Points(
                tuple(
                    Said(f"{o.words} The provider says the same in {figure(o.agreed, '%', 0)} of cases.", o.sources)
                    for o in agreed
                )
            )
    yield Table(
        "As the provider's latest return counts them",
        titles,
        rows(results.reported(desk.register, contract, desk.until)),
        (1, 2, 3, 4),
        "No return says.",
    )
    yield from measure_parts(desk.series(contract), EFFECTIVENESS)


def _answerable(outcome: results.Outcome) -> str:
    if outcome.attribution == "shared":
        return f"Shared with {', '.join(outcome.contributors) or 'others'}. {outcome.responsibility}".strip()
    return outcome.responsibility or ("The provider" if outcome.attribution == "provider" else "–")


def _operation(desk: Desk, contract: Record) -> Iterator[Part]:
    issues = [
        (r, i) for r in citing(desk.register, contract, "operational_report") if (p := period_of(r.data)) and p.last <= desk.until
        for i in mappings(r.data.get("operation_issues"))
    ]  # fmt: skip
    yield Table(
        "What teams report", ("What", "Serious", "Lasting", "Report"),
        tuple(
            (Said(str(i.get("what", ""))), Said("Yes" if i.get("serious") is True else "No"), Said("Yes" if i.get("chronic") is True else "No"), Said(r.id, (r.key,)))
            for r, i in reversed(issues[-8:])
        ), (), "No report names anything.",
    )  # fmt: skip
    visits = [
        (p, v)
        for p in citing(desk.register, contract, "monitoring_plan")
        for v in mappings(p.data.get("site_visits"))
        if "held_on" in v
    ]
    told = [(p, v) for p, v in visits if str(v["held_on"]) <= desk.until.isoformat()]
    if told:
        yield Table(
            "Visits", ("Held", "Announced", "What was found"),
            tuple((Said(on(str(v["held_on"])), (p.key,)), Said("Yes" if v.get("announced") is True else "No"), Said(str(v.get("finding", "")))) for p, v in told[-6:]),
        )  # fmt: skip


_ANSWERS: Mapping[str, Callable[[Desk, Record], Iterator[Part]]] = {
    "quantity_volume": _volume, "quantity_indicators": _indicators, "complaints_and_concerns": _concerns, "user_satisfaction": _users,
    "staff_experience": _staff, "other_organisations": _others, "outcomes": _outcomes, "operation": _operation,
}  # fmt: skip
