"""R-TND: how tenders are judged, scores, totals and the recommendation, and that nobody hears of them too early."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import limit
from ccm_site.facts.records import cited, counting, open_to_check
from ccm_site.facts.values import amount, mappings, number, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.support import found
from ccm_site.rules.tender import EVALUATED, HUNDRED, RECOMMENDED, began, codes_of

_UNDECIDED = ("planned", "criteria_set", "advertised", "closed_for_submission", "evaluating", "clarifying",
              "recommended", "authorised", "standstill", "abandoned")  # fmt: skip
"""The states in which nothing is awarded."""


def _competing(record: Record) -> list[str]:
    """The short names of the tenderers that were not excluded."""
    return [str(t.get("code")) for t in mappings(record.data.get("tenderers")) if "excluded_reason" not in t]


@rule("R-TND-3", "F-3A-iii-3", "F-4-TN-5")
def evaluation_is_whole(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Enough evaluators, each with a declaration; a score of each for every tenderer and criterion; and totals that add up.

    Why: an award that is challenged stands only if every mark can be shown and reckoned again. Mend: add the missing evaluator or
    score with its reason, or correct the total: the sum of weight x agreed score / highest score.
    """
    for record in counting(register, "tender", *EVALUATED):
        data = record.data
        on = began(record)
        least = limit(register, "least_evaluators", on) if on else None
        posts = {str(e.get("post")) for e in mappings(data.get("evaluators"))}
        if least is not None and "evaluators" in data and len(posts) < least:
            yield found(
                "R-TND-3", "error", record, "/evaluators",
                f"is evaluated by {len(posts)} post{'' if len(posts) == 1 else 's'}; at least {least} are needed",
                "add another evaluator, of another post, with a declaration of interests",
            )  # fmt: skip
        if data.get("status") in RECOMMENDED and open_to_check(record):
            yield from _unscored(record)
            yield from _totals(register, record, on)


def _unscored(record: Record) -> Iterator[Finding]:
    data = record.data
    have = {(s.get("tenderer"), s.get("criterion"), s.get("evaluator")) for s in mappings(data.get("scores"))}
    missing = [
        (t, c, e)
        for t in _competing(record)
        for c in codes_of(data.get("criteria"))
        for e in codes_of(data.get("evaluators"))
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


def _totals(register: Register, record: Record, on: date | None) -> Iterator[Finding]:
    data = record.data
    allowed = (limit(register, "total_tolerance", on) if on else None) or Decimal(0)
    highest = number(part_of(record.data, "scoring_scale").get("highest")) or HUNDRED
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
    for record in counting(register, "tender", *RECOMMENDED):
        if not open_to_check(record) or not part_of(record.data, "recommendation"):
            continue
        chosen = set(texts(part_of(record.data, "recommendation").get("tenderers")))
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
    given = part_of(record.data, "recommendation")
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
    for index, id in enumerate(texts(part_of(record.data, "award").get("providers"))):
        provider = cited(register, "provider", id)
        code = by_name.get(str(provider.data.get("name")).casefold()) if provider else None
        if code is not None and code not in chosen:
            who = "a tenderer" if record.hides("tenderers") else f"tenderer '{code}'"
            yield found(
                "R-TND-4", "error", record, f"/award/providers/{index}",
                f"went to {who}, who was not recommended", "award to whoever was recommended",
                (record, "/recommendation/tenderers"),
            )  # fmt: skip


@rule("R-TND-5", "F-3A-iii-4")
def presentations_and_visits_count(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A presentation or visit names a tenderer and a criterion of this tender, or a reason says why there was none.

    Why: what is seen there may count only towards a criterion that was published. Mend: correct the short name of the tenderer or
    criterion; where none was held, give not_appropriate_reason.
    """
    for record in counting(register, "tender", *RECOMMENDED):
        if not open_to_check(record):
            continue
        known = {"tenderer": codes_of(record.data.get("tenderers")), "criterion": codes_of(record.data.get("criteria"))}
        for name in ("presentations", "visits"):
            for index, held in enumerate(mappings(part_of(record.data, name).get("held"))):
                for field, codes in known.items():
                    if codes and field in held and held[field] not in codes:
                        yield found(
                            "R-TND-5", "error", record, f"/{name}/held/{index}/{field}",
                            f"'{held[field]}' is no {field} of this tender",
                            f"give the short name of one: {', '.join(codes)}",
                        )  # fmt: skip


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
                            "R-TND-11", "error", record, pointer,
                            "gives a name or a price of a tenderer before the award" if record.hides("tenderers")
                            else f"gives the {what} of tenderer '{code}' before the award",
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
