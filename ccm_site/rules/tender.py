"""R-TND: what makes a tender fair, and an award one that stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, Move, change_rule, rule
from ccm_site.rules.support import (
    amount,
    cited,
    citing,
    counting,
    day,
    found,
    in_force,
    limit,
    mappings,
    number,
    open_to_check,
    over,
    texts,
    threshold,
)

_RECOMMENDED = ("recommended", "authorised", "standstill", "awarded")
_EVALUATED = ("evaluating", "clarifying", *_RECOMMENDED)
_CLOSED = ("closed_for_submission", *_EVALUATED)
_ADVERTISED = ("advertised", *_CLOSED)
_SET = ("criteria_set", *_ADVERTISED)
"""The states in which the criteria are approved and locked."""
_UNDECIDED = ("planned", "criteria_set", "advertised", "closed_for_submission", "evaluating", "clarifying",
              "recommended", "authorised", "standstill", "abandoned")  # fmt: skip
"""The states in which nothing is awarded."""
_ISSUED = ("issued", "signed", "in_force", "expired", "terminated", "closed")
_LOCKED = ("criteria", "scoring_scale", "tie_break")
_AWARDING = frozenset({"authorise_award", "authorise_award_committee", "award"})
_HUNDRED = Decimal(100)


def _part(record: Record, name: str) -> Mapping[str, Any]:
    value = record.data.get(name)
    return value if isinstance(value, Mapping) else {}


def _began(record: Record) -> date | None:
    """The day whose limits and thresholds apply: on which the procurement began, or the first day after it that is known."""
    notice, opening = _part(record, "notice"), _part(record, "opening")
    days = (record.data.get("procurement_commenced"), notice.get("published_on"), opening.get("on"))
    return next((d for d in map(day, days) if d is not None), None)


def _weight(record: Record, *types: str) -> Decimal:
    """The weights of the criteria of some types together, of all where none is named."""
    rows = mappings(record.data.get("criteria"))
    return sum(
        (number(c.get("weight")) or Decimal(0) for c in rows if not types or c.get("type") in types), start=Decimal(0)
    )


def _competing(record: Record) -> list[str]:
    """The short names of the tenderers that were not excluded."""
    return [str(t.get("code")) for t in mappings(record.data.get("tenderers")) if "excluded_reason" not in t]


@rule("R-TND-1", "F-3A-iii-2", "F-4-TN-4")
def weights_make_a_hundred(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Every criterion has a weight above 0, and all together make exactly 100.

    Why: tenderers must know beforehand what counts, and how much. Mend: correct the weights, and have them approved, before the notice.
    """
    for record in counting(register, "tender", *_SET):
        rows = mappings(record.data.get("criteria"))
        for index, row in enumerate(rows):
            weight = number(row.get("weight"))
            if weight is not None and weight <= 0:
                yield found(
                    "R-TND-1", "error", record, f"/criteria/{index}/weight",
                    f"the criterion '{row.get('code')}' has the weight {weight}, so it does not count",
                    "give it a weight above 0, or take the criterion out",
                )  # fmt: skip
        if rows and (total := _weight(record)) != _HUNDRED:
            yield found(
                "R-TND-1", "error", record, "/criteria", f"the weights make {total}, not 100",
                "correct the weights so that they make exactly 100",
            )  # fmt: skip


@change_rule("R-TND-1", "F-3A-iii-2", "F-4-TN-4")
def criteria_stay(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Criteria, weights, scale and tie-break stay as they were once they are set; before the notice a new approval may change them.

    Why: nobody may be judged by what was not known when the tenders were invited. Mend: put them back as they were; if they are
    wrong, abandon the tender and begin anew.
    """
    for before, after in changes.moves:
        if before is None or after is None or before.kind != "tender" or before.data.get("status") not in _SET:
            continue
        old, new = (day(_part(r, "criteria_approved").get("on")) for r in (before, after))
        anew = "notice" not in before.data and old is not None and new is not None and new > old
        for name in _LOCKED:
            if before.data.get(name) != after.data.get(name) and not anew:
                yield found(
                    "R-TND-1", "error", after, f"/{name}", f"{name} has changed, although the criteria were set",
                    "put it back as it was"
                    + ("" if "notice" in before.data else ", or have the Sourcing Group approve it anew before the notice"),
                )  # fmt: skip


@rule("R-TND-2", "F-3A-iii-1", "F-3A-iii-2", "F-3A-iii-5", "F-4-TN-1", "F-4-TN-4", "F-FC-4")
def the_group_decides_before_the_notice(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The Sourcing Group decided to tender and approved the criteria, both before the day of the notice.

    Why: the group answers for how the market is asked, and by what tenders are judged. Mend: enter the group's decisions with their
    days; if there was none, take the notice back.
    """
    for record in counting(register, "tender", *_SET):
        approved = _part(record, "criteria_approved")
        by, on = approved.get("by_role"), day(approved.get("on"))
        published = day(_part(record, "notice").get("published_on"))
        if approved and by != "sourcing_group":
            yield found(
                "R-TND-2", "error", record, "/criteria_approved/by_role",
                f"the criteria were approved by '{by}', not by the Sourcing Group" if by
                else "does not say that the Sourcing Group approved the criteria",
                "have the Sourcing Group approve them: 'by_role: sourcing_group'",
            )  # fmt: skip
        if on and published and on >= published:
            yield found(
                "R-TND-2", "error", record, "/criteria_approved/on",
                f"the criteria were approved on {on}, not before the notice of {published}",
                "enter the earlier approval; if there was none, take the notice back and advertise anew",
                (record, "/notice/published_on"),
            )  # fmt: skip
        decision = cited(register, "sourcing_decision", record.data.get("sourcing_decision"))
        if decision is None:
            continue
        state = decision.data.get("status")
        decided = day(_part(decision, "decision").get("on"))
        if "voided" in decision.data or state not in ("decided", "superseded"):
            yield found(
                "R-TND-2", "error", record, "/sourcing_decision",
                f"rests on {decision.id}, which is {'voided' if 'voided' in decision.data else f'in the status {state!r}'}",
                "cite a decision that the Sourcing Group has taken", (decision, "/status"),
            )  # fmt: skip
        elif decided and published and decided >= published:
            yield found(
                "R-TND-2", "error", record, "/sourcing_decision",
                f"rests on {decision.id} of {decided}, which is not before the notice of {published}",
                "cite the decision that came before the notice", (decision, "/decision/on"),
            )  # fmt: skip


@rule("R-TND-3", "F-3A-iii-3", "F-4-TN-5")
def evaluation_is_whole(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Enough evaluators, each with a declaration; a score of each for every tenderer and criterion; and totals that add up.

    Why: an award that is challenged stands only if every mark can be shown and reckoned again. Mend: add the missing evaluator or
    score with its reason, or correct the total: the sum of weight x agreed score / highest score.
    """
    for record in counting(register, "tender", *_EVALUATED):
        data = record.data
        on = _began(record)
        least = limit(register, "least_evaluators", on) if on else None
        posts = {str(e.get("post")) for e in mappings(data.get("evaluators"))}
        if least is not None and "evaluators" in data and len(posts) < least:
            yield found(
                "R-TND-3", "error", record, "/evaluators",
                f"is evaluated by {len(posts)} post{'' if len(posts) == 1 else 's'}; at least {least} are needed",
                "add another evaluator, of another post, with a declaration of interests",
            )  # fmt: skip
        if data.get("status") in _RECOMMENDED and open_to_check(record):
            yield from _unscored(record)
            yield from _totals(register, record, on)


def _unscored(record: Record) -> Iterator[Finding]:
    data = record.data
    have = {(s.get("tenderer"), s.get("criterion"), s.get("evaluator")) for s in mappings(data.get("scores"))}
    missing = [
        (t, c, e)
        for t in _competing(record)
        for c in _codes(data.get("criteria"))
        for e in _codes(data.get("evaluators"))
        if (t, c, e) not in have
    ]
    if missing and "scores" in data:
        t, c, e = missing[0]
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield found(
            "R-TND-3", "error", record, "/scores",
            f"lacks the score of evaluator '{e}' for tenderer '{t}' on the criterion '{c}'{more}",
            "add every score with its reason",
        )  # fmt: skip


def _codes(rows: Any) -> list[str]:
    return [str(r.get("code")) for r in mappings(rows)]


def _totals(register: Register, record: Record, on: date | None) -> Iterator[Finding]:
    data = record.data
    allowed = (limit(register, "total_tolerance", on) if on else None) or Decimal(0)
    highest = number(_part(record, "scoring_scale").get("highest")) or _HUNDRED
    totals = mappings(data.get("totals"))
    for code in _competing(record):
        if totals and all(t.get("tenderer") != code for t in totals):
            yield found(
                "R-TND-3", "error", record, "/totals", f"lacks a total for tenderer '{code}'",
                "add its agreed scores and its total",
            )  # fmt: skip
    for index, row in enumerate(totals):
        stored, reckoned = number(row.get("total")), _reckoned(record, row, highest)
        if stored is None or reckoned is None:
            continue
        if abs(stored - reckoned) > allowed:
            yield found(
                "R-TND-3", "error", record, f"/totals/{index}/total",
                f"the total of tenderer '{row.get('tenderer')}' is not what its scores and the weights make",
                "reckon it again: the sum of weight x agreed score / highest score, to two places",
            )  # fmt: skip


def _reckoned(record: Record, row: Mapping[str, Any], highest: Decimal) -> Decimal | None:
    """A tenderer's total from the agreed scores, or where none is agreed from the mean of the evaluators'; to two places.

    None where a criterion has no score at all, which is told of the scores.
    """
    agreed = {m.get("criterion"): number(m.get("score")) for m in mappings(row.get("moderated"))}
    given: dict[Any, list[Decimal]] = {}
    for score in mappings(record.data.get("scores")):
        value = number(score.get("score"))
        if score.get("tenderer") == row.get("tenderer") and value is not None:
            given.setdefault(score.get("criterion"), []).append(value)
    total = Decimal(0)
    for criterion in mappings(record.data.get("criteria")):
        code, weight = criterion.get("code"), number(criterion.get("weight"))
        one = agreed.get(code)
        if one is None and code in given:
            one = sum(given[code], start=Decimal(0)) / len(given[code])
        if one is None or weight is None:
            return None
        total += weight * one / highest
    return total.quantize(Decimal("0.01"))


@rule("R-TND-4", "F-3A-iii-3")
def the_best_tender_wins(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The highest total is recommended and awarded, or the departure has a reason and an approver; a tie is settled as set before.

    Why: whoever offered most by the published criteria is to have the contract. Mend: recommend the highest, give departure_reason
    and departure_approved_by, or say under tie_break_used how the tie was settled.
    """
    for record in counting(register, "tender", *_RECOMMENDED):
        if not open_to_check(record) or not _part(record, "recommendation"):
            continue
        chosen = set(texts(_part(record, "recommendation").get("tenderers")))
        eligible = _eligible(record)
        lots: dict[Any, dict[str, Decimal]] = {}
        for row in mappings(record.data.get("totals")):
            total = number(row.get("total"))
            if total is not None:
                lots.setdefault(row.get("lot"), {})[str(row.get("tenderer"))] = total
        passed_over, tied = False, False
        for totals in lots.values():
            own = [totals[c] for c in chosen if c in totals]
            if not own:
                continue
            # One recommendation stands for all lots: of each the best must be in it. Without lots, all of the best.
            bar = max(own) if len(lots) > 1 else min(own)
            others = [t for c, t in totals.items() if c in eligible and c not in chosen]
            passed_over |= any(t > bar for t in others)
            tied |= any(t == bar for t in others)
        passed_over |= not chosen <= eligible
        yield from _explained(record, passed_over, tied)
        yield from _awarded_as_recommended(register, record, chosen)


def _eligible(record: Record) -> set[str]:
    """The tenderers that were not excluded and reached the lowest accepted score on every criterion that has one."""
    out = set(_competing(record))
    least = {c.get("code"): number(c.get("minimum_score")) for c in mappings(record.data.get("criteria"))}
    for row in mappings(record.data.get("totals")):
        for agreed in mappings(row.get("moderated")):
            score, bar = number(agreed.get("score")), least.get(agreed.get("criterion"))
            if score is not None and bar is not None and score < bar:
                out.discard(str(row.get("tenderer")))
    return out


def _explained(record: Record, passed_over: bool, tied: bool) -> Iterator[Finding]:
    given = _part(record, "recommendation")
    if passed_over:
        for name, what in (("departure_reason", "why"), ("departure_approved_by", "who approved that")):
            if name not in given:
                yield found(
                    "R-TND-4", "error", record, f"/recommendation/{name}",
                    f"does not recommend the highest total that may be accepted, and does not say {what}",
                    f"recommend the highest, or add '{name}:'",
                )  # fmt: skip
    elif tied:
        if "tie_break" not in record.data:
            yield found(
                "R-TND-4", "error", record, "/tie_break", "two totals are equal, and no rule for that was set beforehand",
                "enter the tie-break that stood in the tender documents",
            )  # fmt: skip
        if "tie_break_used" not in given:
            yield found(
                "R-TND-4", "error", record, "/recommendation/tie_break_used",
                "another tenderer has the same total, and nothing says how the tie was settled",
                "add 'tie_break_used:' with what decided",
            )  # fmt: skip


def _awarded_as_recommended(register: Register, record: Record, chosen: set[str]) -> Iterator[Finding]:
    by_name = {str(t.get("name")).casefold(): str(t.get("code")) for t in mappings(record.data.get("tenderers"))}
    for index, id in enumerate(texts(_part(record, "award").get("providers"))):
        provider = cited(register, "provider", id)
        code = by_name.get(str(provider.data.get("name")).casefold()) if provider else None
        if code is not None and code not in chosen:
            yield found(
                "R-TND-4", "error", record, f"/award/providers/{index}",
                f"went to tenderer '{code}', who was not recommended", "award to whoever was recommended",
                (record, "/recommendation/tenderers"),
            )  # fmt: skip


@rule("R-TND-5", "F-3A-iii-4")
def presentations_and_visits_count(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A presentation or visit names a tenderer and a criterion of this tender, or a reason says why there was none.

    Why: what is seen there may count only towards a criterion that was published. Mend: correct the short name of the tenderer or
    criterion; where none was held, give not_appropriate_reason.
    """
    for record in counting(register, "tender", *_RECOMMENDED):
        if not open_to_check(record):
            continue
        known = {"tenderer": _codes(record.data.get("tenderers")), "criterion": _codes(record.data.get("criteria"))}
        for name in ("presentations", "visits"):
            for index, held in enumerate(mappings(_part(record, name).get("held"))):
                for field, codes in known.items():
                    if codes and field in held and held[field] not in codes:
                        yield found(
                            "R-TND-5", "error", record, f"/{name}/held/{index}/{field}",
                            f"'{held[field]}' is no {field} of this tender",
                            f"give the short name of one: {', '.join(codes)}",
                        )  # fmt: skip


def _entering(changes: Changes, kind: str, *states: str) -> Iterator[tuple[Record, Move]]:
    """The records of a kind whose status becomes one of the states in a change, each step counted."""
    for move in changes.moves:
        after = move.after
        if after is None or after.kind != kind or "voided" in after.data or after.data.get("status") not in states:
            continue
        if move.before is None or move.before.data.get("status") != after.data.get("status"):
            yield after, move


@change_rule("R-TND-6", "F-4-TN-2")
def authority_covers_the_award(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Committee authorises an award from its threshold on; below it a delegation that covers the value on that day.

    Why: without the council's authority the award binds nobody. Mend: bring it to committee, or name under delegation one that
    was in force on the day and is high enough.
    """
    for record, _ in _entering(changes, "tender", "authorised", "standstill", "awarded"):
        authority = _part(record, "authority")
        on = day(authority.get("on"))
        value = amount(_part(record, "award").get("value"))
        value = amount(record.data.get("estimated_value")) if value is None else value
        if not authority or on is None or authority.get("given_by") != "delegated":
            continue
        bound = threshold(changes.head, "committee_authority", on)
        if bound is not None and value is not None and over(value, bound):
            yield found(
                "R-TND-6", "error", record, "/authority/given_by",
                f"is worth {value:,}, for which committee alone gives authority (from {bound.get('amount')} on {on})",
                "bring the award to committee, and enter its minute",
            )  # fmt: skip
            continue
        delegation = cited(changes.head, "delegation", authority.get("delegation"))
        if delegation is None:
            yield found(
                "R-TND-6", "error", record, "/authority/delegation", "is authorised by a delegated officer, but names no delegation",
                "add 'delegation:' with its number, or bring the award to committee",
            )  # fmt: skip
            continue
        why = _not_covered(record, delegation, on, value)
        if why:
            yield found(
                "R-TND-6", "error", record, "/authority/delegation", f"rests on {delegation.id}, which {why}",
                "name a delegation that covers it, or bring the award to committee", (delegation, "/status"),
            )  # fmt: skip


def _not_covered(record: Record, delegation: Record, on: date, value: Decimal | None) -> str:
    """In what a delegation does not cover a tender's award; "" where it does."""
    data = delegation.data
    ended = day(data.get("ended_on"))
    if "voided" in data or data.get("status") not in ("active", "ended"):
        return "was never granted"
    if not in_force(data, on) or (ended is not None and ended < on):
        return f"was not in force on {on}"
    bound = amount(data.get("limit"))
    if value is not None and (bound is None or value > bound):
        return f"reaches to {bound or 0:,}, while the award is worth {value:,}"
    scope = _part(delegation, "scope")
    if "decisions" in scope and _AWARDING.isdisjoint(texts(scope["decisions"])):
        return "does not cover awards"
    if "service_types" in scope and record.data.get("service_type") not in texts(scope["service_types"]):
        return f"does not cover the type of service '{record.data.get('service_type')}'"
    return ""


@rule("R-TND-7", "F-3A-iv-1")
def advertised_where_it_must_be(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A tender above the advertising threshold has the number and the day of its notice on Public Contracts Scotland.

    Why: standing orders and the law let every provider hear of it. Mend: enter the number and day of the notice; if it was not
    advertised, advertise it.
    """
    for record in counting(register, "tender", *_ADVERTISED):
        value, on = amount(record.data.get("estimated_value")), _began(record)
        bound = threshold(register, "advertising", on) if on else None
        notice = _part(record, "notice")
        if bound is None or value is None or not over(value, bound) or not notice:
            continue
        if "reference" not in notice:
            yield found(
                "R-TND-7", "error", record, "/notice/reference",
                f"is worth {value:,}, above the {bound.get('amount')} from which a tender is advertised, but has no number of its notice",
                "add 'reference:' with the number of the notice on Public Contracts Scotland",
            )  # fmt: skip


@rule("R-TND-8-a", "F-3A-iii-2")
def price_is_not_all(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Price alone never decides.

    Why: the cheapest care is not the best for a child, and the law bars it for larger purchases. Mend: add criteria of quality, and
    have them approved.
    """
    for record in counting(register, "tender", *_SET):
        if (weight := _weight(record, "price")) >= _HUNDRED:
            yield found(
                "R-TND-8-a", "error", record, "/criteria", f"price has the weight {weight}, so that nothing else counts",
                "add criteria of quality and lower the weight of price",
            )  # fmt: skip


@rule("R-TND-8-b", "F-3A-iii-2")
def quality_counts_enough(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Quality has at least the weight that the council's policy sets.

    Why: what a child gains depends on it. Mend: give the criteria of quality more weight, before the notice.
    """
    for record in counting(register, "tender", *_SET):
        on = _began(record) or day(_part(record, "criteria_approved").get("on"))
        least = limit(register, "least_quality_weight", on) if on else None
        weight = _weight(record, "quality")
        if least is None or not mappings(record.data.get("criteria")) or _weight(record, "price") >= _HUNDRED:
            continue
        if weight < least:
            yield found(
                "R-TND-8-b", "warning", record, "/criteria",
                f"quality has the weight {weight}; the policy asks for at least {least}",
                "give the criteria of quality more weight",
            )  # fmt: skip


@rule("R-TND-9", "F-3A-iii-6")
def legal_services_advised(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Legal Services were asked before the award.

    Why: mistakes of procedure are cheap to mend before the award, and dear after it. Mend: enter their advice under liaison.
    """
    for record in counting(register, "tender", "authorised", "standstill", "awarded"):
        awarded = day(_part(record, "award").get("on"))
        days = [day(e.get("on")) for e in mappings(record.data.get("liaison")) if e.get("service") == "legal_services"]
        if not any(d is not None and (awarded is None or d <= awarded) for d in days):
            yield found(
                "R-TND-9", "warning", record, "/liaison",
                "has no advice of Legal Services"
                + (" before the award" if record.data.get("status") == "awarded" else ""),
                "add 'liaison:' with service legal_services, the day and the reference",
            )  # fmt: skip


def _regulated(register: Register) -> Iterator[tuple[Record, tuple[Record, ...]]]:
    """Each tender of a regulated procurement with the contracts that were issued on it, where there are any."""
    for record in counting(register, "tender"):
        value, on = amount(record.data.get("estimated_value")), _began(record)
        bound = threshold(register, "regulated_services", on) if on else None
        if bound is None or value is None or not over(value, bound):
            continue
        issued = tuple(c for c in citing(register, record, "contract") if c.data.get("status") in _ISSUED)
        if issued:
            yield record, issued


@rule("R-TND-10-a")
def losers_are_told_before_issue(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """In a regulated procurement everyone who did not win is told before the contract is issued.

    Why: the Procurement Reform (Scotland) Act 2014, sections 32 and 33, gives them the right to hear why, and time to object. Mend:
    enter each notice under tenderers_told, with its day.
    """
    for record, contracts in _regulated(register):
        told = {str(t.get("tenderer")) for t in mappings(record.data.get("tenderers_told"))}
        if (count := _untold(record, told)) > 0:
            who = "1 tenderer who did not win was" if count == 1 else f"{count} tenderers who did not win were"
            yield found(
                "R-TND-10-a", "error", record, "/tenderers_told", f"{contracts[0].id} is issued, but {who} not told",
                "tell each of them, and enter the day under tenderers_told", (contracts[0], "/tender"),
            )  # fmt: skip


@rule("R-TND-10-b")
def losers_were_told_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """In a regulated procurement nobody was told only after the contract was signed.

    Why: who hears of it too late can no longer object. Mend: correct the day if it is wrong; if it is right, ask Legal Services.
    """
    for record, contracts in _regulated(register):
        signed = [d for c in contracts for s in mappings(c.data.get("signatures")) if (d := day(s.get("date")))]
        for index, row in enumerate(mappings(record.data.get("tenderers_told"))):
            told = day(row.get("on"))
            if told is not None and signed and told > min(signed):
                yield found(
                    "R-TND-10-b", "warning", record, f"/tenderers_told/{index}/on",
                    f"tenderer '{row.get('tenderer')}' was told on {told}, after {contracts[0].id} was signed on {min(signed)}",
                    "correct the day; if it is right, ask Legal Services", (contracts[0], "/signatures"),
                )  # fmt: skip


def _untold(record: Record, told: set[str]) -> int:
    """How many tenderers lost and were not told. A record whose sealed part is shut is judged by its open numbers."""
    if open_to_check(record):
        won = set(texts(_part(record, "recommendation").get("tenderers")))
        return sum(code not in won and code not in told for code in _codes(record.data.get("tenderers")))
    received, winners = _part(record, "opening").get("received"), texts(_part(record, "award").get("providers"))
    return received - len(winners) - len(told) if isinstance(received, int) else 0


@rule("R-TND-11")
def names_stay_sealed_until_the_award(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Before the award no name or price of a tenderer stands in the open part of a tender, and no winner either.

    Why: who tendered, at what price, could sway the others and the decision. Mend: write the short name (tenderer a) instead, and
    fill in the award only when it is made.
    """
    kind = kinds.get("tender")
    if kind is None:
        return
    closed = {f.name for f in kind.fields if f.audience == "restricted"}
    for record in counting(register, "tender", *_UNDECIDED):
        if record.data.get("status") != "abandoned" and "award" in record.data:
            yield found(
                "R-TND-11", "error", record, "/award", "names the winner to all staff before the award is made",
                "take the award out until the status is 'awarded'",
            )  # fmt: skip
        if not open_to_check(record) or "tenderers" not in record.data:
            continue
        shapes = [
            (str(t.get("code")), what, shape) for t in mappings(record.data["tenderers"]) for what, shape in _shapes(t)
        ]
        for name, value in record.data.items():
            if name in closed or name == "award":
                continue
            for pointer, text in _texts(value, f"/{name}"):
                for code, what, shape in shapes:
                    if shape.search(text):
                        yield found(
                            "R-TND-11", "error", record, pointer, f"gives the {what} of tenderer '{code}' before the award",
                            "write the short name of the tenderer, and no price",
                        )  # fmt: skip


def _shapes(tenderer: Mapping[str, Any]) -> Iterator[tuple[str, re.Pattern[str]]]:
    name, price = str(tenderer.get("name") or "").strip(), amount(tenderer.get("price"))
    if len(name) > 3:
        yield "name", re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)
    if price is not None and price >= 1000:
        pounds, pence = f"{price:.2f}".split(".")
        grouped = f"{int(pounds):,}"
        end = r"(?:\.00)?" if pence == "00" else rf"\.{pence}"
        yield "price", re.compile(rf"(?<![\d.,])(?:{pounds}|{grouped}){end}(?![\d]|[.,]\d)")


def _texts(value: Any, at: str) -> Iterator[tuple[str, str]]:
    """Every written text in a value with its pointer; amounts of money that are fields of their own are none."""
    if isinstance(value, str):
        yield at, value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name != "amount":
                yield from _texts(part, f"{at}/{name}")
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _texts(part, f"{at}/{index}")


@change_rule("R-TND-12", "F-3A-iii-5")
def standstill_is_waited_out(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Where a standstill applies, the award and the issue of the contract come on or after its last day.

    Why: tenderers who lost must be able to object while it still helps them. Mend: wait until the standstill is over; correct a day
    that is wrong.
    """
    for record, _ in _entering(changes, "tender", "awarded"):
        ends, awarded = _standstill(record), day(_part(record, "award").get("on"))
        if ends and awarded and awarded < ends:
            yield found(
                "R-TND-12", "error", record, "/award/on", f"is awarded on {awarded}, while the standstill runs until {ends}",
                "award it when the standstill is over", (record, "/standstill/ends_on"),
            )  # fmt: skip
    for move in changes.reaching("contract", *_ISSUED):
        contract = move.after
        tender = cited(changes.head, "tender", contract.data.get("tender")) if contract else None
        if contract is None or tender is None or "voided" in contract.data:
            continue
        ends = _standstill(tender)
        if ends is None:
            continue
        if tender.data.get("status") != "awarded":
            yield found(
                "R-TND-12", "error", contract, "/tender",
                f"is issued, while {tender.id} is not awarded yet and its standstill runs until {ends}",
                "issue it when the standstill is over and the award is recorded", (tender, "/standstill/ends_on"),
            )  # fmt: skip
        for index, signature in enumerate(mappings(contract.data.get("signatures"))):
            on = day(signature.get("date"))
            if on is not None and on < ends:
                yield found(
                    "R-TND-12", "error", contract, f"/signatures/{index}/date",
                    f"is signed on {on}, while the standstill of {tender.id} runs until {ends}",
                    "correct the day; if it is right, ask Legal Services", (tender, "/standstill/ends_on"),
                )  # fmt: skip


def _standstill(tender: Record) -> date | None:
    """The last day of a tender's standstill; None where none applies."""
    part = _part(tender, "standstill")
    return day(part.get("ends_on")) if part.get("applies") is True else None


@rule("R-TND-13", "F-4-TN-3")
def the_group_meets_providers(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Where meetings with providers were held, the Sourcing Group was at one of them.

    Why: those who set and judge the criteria hear there what providers can do. Mend: add 'sourcing_group' to the meeting at which it
    was present; have it there next time.
    """
    for record in counting(register, "tender", *_CLOSED):
        meetings = mappings(record.data.get("provider_meetings"))
        if meetings and not any("sourcing_group" in texts(m.get("roles")) for m in meetings):
            yield found(
                "R-TND-13", "warning", record, "/provider_meetings",
                "the Sourcing Group was at no meeting with providers",
                "add 'sourcing_group' to the roles of the meeting at which it was present",
            )  # fmt: skip
