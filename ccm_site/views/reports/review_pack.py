"""The operational review pack: all that one meeting needs, in the order of its agenda (template T-24, job J-6).

Before the meeting it shows what is known today; of one that was held what was known on that day, and what was concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day
from ccm_site.model import Record
from ccm_site.performance.periods import year_to
from ccm_site.views.reports.answers import QUESTIONS, answers
from ccm_site.views.reports.assessed import comment_parts, latest_report
from ccm_site.views.reports.decided import decisions, follows, named_missing
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.meeting import HELD, actions_before, attendance, meeting_day, meeting_parts
from ccm_site.views.reports.model import Facts, Part, Report, Said, Section, Words
from ccm_site.views.reports.risk_parts import risk_parts
from ccm_site.views.reports.worth import changed_terms, worth_parts
from ccm_site.views.urls import report_on

TITLE = "Review packs"
ON = "review"
LINK = "Review pack"
LEAD = "All that the review meeting needs, in the order of its agenda."
AHEAD = ("scheduled", "preparing", "postponed")
PANELS: tuple[tuple[str, str, str], ...] = (
    ("quantity_volume", "Volume and payments", "volume"),
    ("quantity_indicators", "Standards and agreed indicators", "standards"),
    ("outcomes", "Effectiveness: outcomes for each child", "effectiveness.conclusion"),
    ("user_satisfaction", "Quality and satisfaction", "quality.conclusion satisfaction"),
    ("complaints_and_concerns", "Complaints and concerns", "concerns"),
    ("other_organisations", "Inspections and other organisations", "inspection"),
    ("staff_experience", "What staff say", "staff_views"),
    ("operation", "Smooth running", "operation"),
)
"""The questions in the order of the agenda: each a panel of its own, with what the review says of it. Quality and effectiveness stand apart."""
RATED = {"outcomes": ("Effectiveness", "effectiveness"), "user_satisfaction": ("Quality", "quality")}


def subjects(desk: Desk) -> Iterator[str]:
    """The next review of each contract, and its last one held in the period; not of contracts for one placement on a site that may not single a child out."""
    ahead: dict[str, tuple[str, str]] = {}
    held: dict[str, tuple[str, str]] = {}
    for review in counting(desk.register, "review"):
        contract = cited(desk.register, "contract", review.data.get("contract"))
        if contract is None or (not desk.whole and contract.data.get("placement_specific") is True):
            continue
        on, state = day(review.data.get("held_on")), review.data.get("status")
        if state in AHEAD:
            found = (str(review.data.get("planned_on") or review.data.get("due_by")), review.id)
            ahead[contract.id] = min(found, ahead.get(contract.id, found))
        elif state in HELD and on is not None and desk.period.holds(on) and on <= desk.until:
            held[contract.id] = max((on.isoformat(), review.id), held.get(contract.id, ("", "")))
    yield from sorted(id for _, id in (*ahead.values(), *held.values()))


def report(desk: Desk, subject: str) -> Report:
    review = desk.register.get("review", subject)
    assert review is not None, subject
    contract = desk.register.get("contract", str(review.data.get("contract")))
    assert contract is not None, subject
    then = _on_the_day(desk, review)
    found = dict(zip(QUESTIONS, answers(then, contract), strict=True))
    return Report(
        "review_pack", subject, report_on("review_pack", subject), f"Review pack: {desk.site.label(contract.key)}, {_kind(desk, review)}",
        _lead(desk, review), then.period, tuple(_numbered(_sections(then, desk.today, review, contract, found))), review.key, desk.shown_to("review"),
    )  # fmt: skip


def _lead(desk: Desk, review: Record) -> str:
    if review.data.get("status") in HELD:
        return f"What the review of {on(meeting_day(review))} had before it, and what it decided."
    return f"All that the review of {on(meeting_day(review))} needs, as far as it is known on {on(desk.until)}."


def _kind(desk: Desk, review: Record) -> str:
    return f"{desk.shown(review, 'review_type').partition(' (')[0].lower()} review of {on(meeting_day(review))}"


def _on_the_day(desk: Desk, review: Record) -> Desk:
    """The desk as it was on the day of a review that was held."""
    held = day(review.data.get("held_on"))
    if review.data.get("status") not in HELD or held is None or held >= desk.until:
        return desk
    return replace(desk, asked=year_to(held), _kept={})


def _numbered(sections: Iterator[Section]) -> Iterator[Section]:
    for n, s in enumerate(sections, 1):
        yield replace(s, title=f"{n}. {s.title}")


def _sections(
    desk: Desk, today: date, review: Record, contract: Record, found: Mapping[str, Section]
) -> Iterator[Section]:
    yield Section("The meeting", tuple(meeting_parts(desk, review, contract)))
    yield Section("Who has to be there, and apologies", tuple(attendance(desk, review)))
    yield Section("What evidence is missing", tuple(named_missing(desk, review, contract)))
    yield Section("Actions of the last review", tuple(actions_before(desk, review, contract)))
    for question, title, fields in PANELS:
        section = found[question]
        parts = (*_rated(desk, question, contract, review), *section.parts, *_concluded(desk, review, fields))
        before = tuple(
            e for e in section.evidence or () if review.key not in e.sources
        )  # a review is no evidence for itself
        yield replace(section, title=title, parts=parts, evidence=before)
    yield Section(
        "Value for money",
        (*worth_parts(desk, review, contract), *_concluded(desk, review, "value_for_money.conclusion")),
    )
    risk = desk.risk(contract)
    yield Section(
        "Risk, and why", tuple(risk_parts(desk, risk)) if risk else (Words("The council has no risk model in force."),)
    )
    yield Section("The provider's comment", tuple(_comment(desk, review, contract)))
    yield Section(
        "Changes to the specification and the terms",
        (*changed_terms(desk, review, contract), *_concluded(desk, review, "specification_changes")),
    )
    yield Section("The three decisions", tuple(decisions(desk, review)))
    yield Section("What follows", tuple(follows(desk, today, review, contract)))


def _rated(desk: Desk, question: str, contract: Record, review: Record) -> Iterator[Part]:
    """How quality, or effectiveness, was rated: by the latest report before the meeting, and by the review."""
    if question not in RATED:
        return
    title, name = RATED[question]
    latest = latest_report(desk, contract)
    pairs = []
    if latest is not None:
        rating = desk.shown(latest[1], f"{name}_rating")
        pairs.append((f"{title} by the report to {on(latest[0].last)}", Said(rating or "Not rated", (latest[1].key,))))
    if rating := desk.shown(review, f"{name}.rating"):
        pairs.append((f"{title} by this review", Said(rating, (review.key,))))
    if pairs:
        yield Facts(tuple(pairs))


def _concluded(desk: Desk, review: Record, fields: str) -> Iterator[Part]:
    """What the review says of a point of its agenda."""
    for path in fields.split():
        if said := desk.shown(review, path):
            yield Words(f"At the review: {said}", sources=(review.key,))


def _comment(desk: Desk, review: Record, contract: Record) -> Iterator[Part]:
    latest = latest_report(desk, contract)
    if latest is None:
        yield Words("There is no operational monitoring report on which to comment.")
    else:
        yield Words(f"On the operational monitoring report to {on(latest[0].last)}:")
        yield from comment_parts(desk, latest[1])
    if comment := desk.shown(review, "provider_comment.comment"):
        yield Words(
            f"On the review, {desk.shown(review, 'provider_comment.on') or 'day not entered'}: {comment}",
            sources=(review.key,),
        )
