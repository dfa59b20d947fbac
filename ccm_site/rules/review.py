"""R-REV: reviews of contracts: how often, who is there, what is decided and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.records import carried_over_on, citing, counting, gathered
from ccm_site.facts.review_cycle import missing_slots
from ccm_site.facts.values import day, days_after, mappings, number
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.support import called, found

_HELD = ("held", "minutes_agreed", "closed")
_AHEAD = ("scheduled", "preparing", "postponed")
_MANAGER = frozenset({"ccm", "ccm_delegate"})


@rule("R-REV-1-a", "F-4-SM-7", "F-FC-17")
def reviews_are_planned(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract in force has a biannual and an annual review in the calendar for every year of its life.

    A review serves the day that is nearest to its own due day, up to half a cycle away; one at the end of the contract serves the
    days after it too. What was due before a contract was carried over is not asked for. A contract that is shorter than its
    cycle has one review before its end.

    Why: a contract that nobody looks at goes wrong unseen. Mend: plan the reviews that are named, each with its due day.
    """
    reviews = gathered(register, "review", "contract")
    for contract in counting(register, "contract", "in_force"):
        missing = missing_slots(register, contract, reviews.get(contract.id, ()), today)
        if missing:
            types = [called(register, kinds, "review", "review_type", kind).lower() for _, kind in missing[:4]]
            shown = ", ".join(f"{kind} by {due}" for kind, (due, _) in zip(types, missing, strict=False))
            more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
            yield found(
                "R-REV-1-a", "warning", contract, "/review_cycle",
                f"is in force and lacks reviews of its cycle: {shown}{more}",
                "add a review with each of these days as due_by, planned for a later day where that one has passed",
            )  # fmt: skip


@change_rule("R-REV-3-a", "F-4-SM-8", "F-FC-19")
def manager_attends_annual_reviews(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An annual review is not held without the Commissioning and Contracts Manager or the manager's delegate.

    Where the council's table of review cycles says that the manager attends all reviews, that goes for biannual ones too.

    Why: the manager answers for the contract and carries what is learnt to the strategic level. Mend: put the review off, send a
    delegate, or record an exception.
    """
    kinds_attended = ("annual", "biannual") if _attends_all(changes.head) else ("annual",)
    for review in _held_without_manager(changes):
        if review.data.get("review_type") in kinds_attended:
            yield found(
                "R-REV-3-a", "error", review, "/attendance",
                f"is {_an(review)} review and was held without the Commissioning and Contracts Manager or a delegate",
                "add the role ccm or ccm_delegate to attendance as attended, or record an exception from R-REV-3 with its reason",
            )  # fmt: skip


@change_rule("R-REV-3-b", "F-4-SM-8", "F-FC-19")
def manager_attends_biannual_reviews(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A biannual review is better held with the Commissioning and Contracts Manager or the manager's delegate.

    Why: between two annual reviews the manager may lose sight of a contract. Mend: nothing has to be mended; ask the manager whether
    the minutes are enough.
    """
    if _attends_all(changes.head):
        return
    for review in _held_without_manager(changes):
        if review.data.get("review_type") == "biannual":
            yield found(
                "R-REV-3-b", "warning", review, "/attendance",
                "was held without the Commissioning and Contracts Manager or a delegate, who need not but may attend a biannual review",
                "ask the manager whether the minutes are enough; if one of them was there, add the role to attendance",
            )  # fmt: skip


def _attends_all(register: Register) -> bool:
    return register.table("review_cycle").get("manager_attends") == "all"


def _an(review: Record) -> str:
    return "an annual" if review.data.get("review_type") == "annual" else "a biannual"


def _held_without_manager(changes: Changes) -> Iterator[Record]:
    for review in _newly_held(changes):
        there = {a.get("role") for a in mappings(review.data.get("attendance")) if a.get("attended") == "attended"}
        if not there & _MANAGER:
            yield review


def _newly_held(changes: Changes) -> Iterator[Record]:
    """The reviews that a change says were held; not those that were held before they were carried over."""
    for move in changes.reaching("review", *_HELD):
        review = move.after
        if review is None or "voided" in review.data:
            continue
        since, held = carried_over_on(review), day(review.data.get("held_on"))
        if since is None or held is None or held > since:
            yield review


@change_rule("R-REV-4", "F-1-7")
def actions_are_agreed(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A review that was held has actions that arise from it or are carried forward, or says why there are none.

    Its date, chair, attendance, evidence, conclusions and decisions are asked for by its form.

    Why: a meeting from which nothing follows, and nobody says why, helps no child. Mend: add the actions, each in its own record that
    names the review under arises_from, or say why there are none.
    """
    for review in _newly_held(changes):
        data = review.data
        if data.get("no_actions_reason") or data.get("carried_forward") or citing(changes.head, review, "action"):
            continue
        yield found(
            "R-REV-4", "error", review, "/no_actions_reason", "was held, and there is neither an action nor a word why there is none",
            f"add an action whose arises_from names {review.id}, or fill in no_actions_reason",
        )  # fmt: skip


@rule("R-REV-5")
def nothing_is_overdue(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A review is held by its due day, and an action is done by its own; a review that is put off still counts from its first day.

    Why: what is put off is easily forgotten. Mend: hold the review or do the action, or say that it is cancelled or dropped and why.
    """
    for review in counting(register, "review", *_AHEAD):
        due = day(review.data.get("due_by"))
        if due and due < today:
            put_off = " and is put off" if review.data.get("status") == "postponed" else ""
            yield found(
                "R-REV-5", "warning", review, "/due_by", f"was due by {due}{put_off}, and has not been held",
                "set a day and hold it; cancel it only if the contract has ended",
            )  # fmt: skip
    for action in counting(register, "action", "open"):
        due = day(action.data.get("due_on"))
        if due and due < today:
            yield found(
                "R-REV-5", "warning", action, "/due_on", f"was to be done by {due}, and is still open",
                "record it as done, or as dropped with the reason",
            )  # fmt: skip


@rule("R-REV-6")
def provider_is_invited(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The provider is invited to each review, before it is held.

    Why: who is judged is heard. Mend: enter the day of the invitation, or hear the provider now and note it under provider_comment.
    """
    for review in counting(register, "review", *_HELD):
        invited, held = day(review.data.get("provider_invited_on")), day(review.data.get("held_on"))
        if "provider_invited_on" not in review.data:
            message = "was held, and does not say that the provider was invited"
        elif invited and held and invited > held:
            message = f"was held on {held}, and the provider was invited only on {invited}"
        else:
            continue
        yield found(
            "R-REV-6", "warning", review, "/provider_invited_on", message,
            "enter the day on which the provider was invited; if it was not, hear it now and note that under provider_comment",
        )  # fmt: skip


@rule("R-REV-8", "F-3B-f-2", "F-4-SM-5")
def returns_come_before_reviews(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A return that was asked for a review is there so many days before it as the council's table of review cycles says.

    Why: who has no figures before the meeting decides without them. Mend: remind the provider, or put the review off.
    """
    days = number(register.table("review_cycle").get("returns_days"))
    if days is None:
        return
    for review in counting(register, "review", "scheduled", "preparing"):
        name = "planned_on" if day(review.data.get("planned_on")) else "due_by"
        meeting = day(review.data.get(name))
        if meeting is None or today <= (wanted := days_after(meeting, -int(days))):
            continue
        for ret in citing(register, review, "return"):
            if "received_on" not in ret.data:
                yield found(
                    "R-REV-8", "warning", ret, "/received_on",
                    f"is wanted by {wanted}, {days} days before the review {review.id} of {meeting}, and has not come",
                    "remind the provider and enter the day on which it comes, or put the review off", (review, f"/{name}"),
                )  # fmt: skip


@rule("R-REV-9", "F-2-2", "F-FC-23")
def annual_reviews_feed_strategy(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An annual review that was held says something for the strategic report, or that there is nothing.

    Why: what contracts teach is fed back into planning. Mend: fill in strategic_feed, with nothing_to_report where that is so.
    """
    for review in counting(register, "review", *_HELD):
        if review.data.get("review_type") != "annual":
            continue
        feed = review.data.get("strategic_feed")
        if not isinstance(feed, dict) or not any(feed.values()):
            yield found(
                "R-REV-9", "warning", review, "/strategic_feed", "is an annual review and says nothing for the strategic report",
                "add 'strategic_feed:' with sector, user_group or community, or with nothing_to_report: true",
            )  # fmt: skip
