"""The three decisions of a review, what follows from it, and what evidence it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.evidence import SEALED_DAY
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, days_after, mappings, number, part_of, texts
from ccm_site.model import Record
from ccm_site.performance.risk import latest_assessment
from ccm_site.views.reports.answers import QUESTIONS
from ccm_site.views.reports.assessed import latest_report
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.meeting import HELD, meeting_day
from ccm_site.views.reports.model import Facts, Part, Points, Said, Table, Words

FEED = (("sector", "The sector"), ("user_group", "The group of users"), ("community", "The community"))
OPEN = "Still open"


def named_missing(desk: Desk, review: Record, contract: Record) -> Iterator[Part]:
    """The questions on which there is no evidence that is new enough, with the reason where one is given; and what has not come yet."""
    since = desk.evidence_since
    reasons = {
        str(m.get("question")): str(m.get("reason") or "") for m in mappings(review.data.get("missing_evidence"))
    }
    rows = []
    for question, all_found in desk.evidence(contract).items():
        found = [e for e in all_found if e.record.key != review.key]
        latest = found[0] if found else None
        old = latest is None or (since is not None and latest.on < since.isoformat())
        if old or question in reasons:
            last = "None ever" if latest is None else "Sealed" if latest.on == SEALED_DAY else on(latest.on)
            title = QUESTIONS[question].split(". ", 1)[1]
            rows.append(
                (
                    Said(title[:1].upper() + title[1:]),
                    Said(last, (latest.record.key,) if latest else ()),
                    Said(reasons.get(question) or "No reason is given", (), "" if reasons.get(question) else "near"),
                )
            )
    yield Table(
        "", ("Question", "Latest evidence", "Why it is missing"), tuple(rows), (), f"There is evidence on every question{f' since {on(since)}' if since else ''}."
    )  # fmt: skip
    waiting = list(_waiting(desk, review, contract))
    if waiting:
        yield Words("Not there yet:")
        yield Points(tuple(waiting))


def _waiting(desk: Desk, review: Record, contract: Record) -> Iterator[Said]:
    meeting = meeting_day(review)
    days = number(desk.register.table("review_cycle").get("returns_days"))
    wanted = days_after(meeting, -int(days)) if meeting is not None and days is not None else None
    asked = [r for r in citing(desk.register, review, "return") if r.data.get("for_review") == review.id]
    for r in asked:
        came = day(r.data.get("received_on"))
        if came is None or came > desk.until:
            late = wanted is not None and wanted < desk.until
            yield Said(
                f"Return {r.id}{f', wanted by {on(wanted)}' if wanted else ''}", (r.key,), "bad" if late else "near"
            )
    if not asked and review.data.get("status") not in HELD:
        yield Said(
            f"No return has been asked for this review{f'; it would be wanted by {on(wanted)}' if wanted else ''}",
            (),
            "near",
        )
    report = latest_report(desk, contract)
    if report is None:
        yield Said("An operational monitoring report", (), "near")
    elif "commented_on" not in part_of(report[1].data, "provider_comment"):
        yield Said(f"The provider's comment on the report to {on(report[0].last)}", (report[1].key,), "near")
    assessed = latest_assessment(desk.register, contract, desk.until)
    since = desk.evidence_since
    if assessed is None:
        yield Said("An assessment of risk", (), "near")
    elif since and (taken := day(assessed.data.get("assessed_on"))) and taken < since:
        yield Said(f"A new assessment of risk: the last is of {on(taken)}", (assessed.key,), "near")


def decisions(desk: Desk, review: Record) -> Iterator[Part]:
    """On individual placements, on the contract, and what goes to the strategic level: each as taken, or as still open."""
    taken = part_of(review.data, "decisions")
    options = _options(desk)
    rows = (
        (
            Said("Individual placements"),
            Said("Does anything have to be done for single children?"),
            _individual(desk, review),
        ),
        (Said("The contract"), Said(f"{options}. Is additional monitoring needed, and why?"), _contract(desk, review)),
        (
            Said("Strategic input"),
            Said("What do the sector, the group of users or the community have to learn from it?"),
            _strategic(desk, review),
        ),
    )
    still = sum(not part_of(taken, n) for n in ("individual_placements", "contract", "strategic"))
    if still:
        yield Words(
            "All three have to be taken before the review can be entered as held."
            if still == 3
            else f"{still} of the three have not been taken."
        )
    yield Table("", ("Decision", "What is to be decided", "Decided"), rows)
    feed = part_of(review.data, "strategic_feed")
    told = [(title, Said(str(feed[n]), (review.key,))) for n, title in FEED if feed.get(n)]
    if told:
        yield Facts(tuple(told))
    elif feed.get("nothing_to_report") is True:
        yield Words("There is nothing to report to the strategic level.")


def _options(desk: Desk) -> str:
    f = desk.site.kinds["review"].field("decisions.contract.decision")
    codes = f.schema.get("enum", ()) if f else ()
    return ", ".join(desk.words("review", "decisions.contract.decision", c) for c in codes)


def _individual(desk: Desk, review: Record) -> Said:
    entry = part_of(part_of(review.data, "decisions"), "individual_placements")
    if not entry:
        return Said(OPEN, (), "near")
    said = "Action is needed" if entry.get("action_needed") is True else "No action is needed"
    note = str(entry.get("note") or "")
    return Said(f"{said}{f': {note}' if note else ''}", (review.key,), "good")


def _contract(desk: Desk, review: Record) -> Said:
    entry = part_of(part_of(review.data, "decisions"), "contract")
    if not entry:
        return Said(OPEN, (), "near")
    words = desk.words("review", "decisions.contract.decision", entry.get("decision"))
    more = "additional monitoring" if entry.get("additional_monitoring") is True else "no additional monitoring"
    return Said(f"{words}; {more}. {entry.get('reason') or ''}".strip(), (review.key,), "good")


def _strategic(desk: Desk, review: Record) -> Said:
    entry = part_of(part_of(review.data, "decisions"), "strategic")
    if not entry:
        return Said(OPEN, (), "near")
    said = (
        "Something goes to the strategic level"
        if entry.get("input_given") is True
        else "Nothing goes to the strategic level"
    )
    note = str(entry.get("note") or "")
    return Said(f"{said}{f': {note}' if note else ''}", (review.key,), "good")


def follows(desk: Desk, today: date, review: Record, contract: Record) -> Iterator[Part]:
    """The actions that came of it, and the next review."""
    held = review.data.get("status") in HELD
    actions = (
        [a for a in citing(desk.register, review, "action") if review.id in texts(a.data.get("arises_from"))]
        if held
        else []
    )
    reason = str(review.data.get("no_actions_reason") or "")
    empty = f"None was agreed{f': {reason}' if reason else '.'}" if held else "They are agreed at the meeting."
    yield Table(
        "Actions agreed", ("What", "Who", "By", "State today"),
        tuple(
            (Said(str(a.data.get("what") or a.id), (a.key,)), Said(desk.shown(a, "owner_post") or desk.shown(a, "owner_role")), Said(desk.shown(a, "due_on")),
             _state(desk, a, today))
            for a in actions
        ), (), empty,
    )  # fmt: skip
    after = desk.register.get("review", str(review.data.get("next_review", ""))) or _next(desk, review, contract)
    yield Facts(
        (
            (
                "Next review",
                Said(f"{desk.shown(after, 'review_type')}, {on(meeting_day(after))}", (after.key,))
                if after
                else Said("None is planned", (), "near"),
            ),
        )
    )


def _state(desk: Desk, action: Record, today: date) -> Said:
    due = day(action.data.get("due_on"))
    late = action.data.get("status") == "open" and due is not None and due < today
    return Said(f"{desk.shown(action, 'status')}{', overdue' if late else ''}", (), "bad" if late else "")


def _next(desk: Desk, review: Record, contract: Record) -> Record | None:
    this = meeting_day(review) or date.min
    found = [
        (when, r.id, r) for r in citing(desk.register, contract, "review")
        if r.key != review.key and r.data.get("status") != "cancelled" and (when := meeting_day(r)) and when > this
    ]  # fmt: skip
    return min(found)[2] if found else None
