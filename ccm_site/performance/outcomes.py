"""What came of it for children: evaluations of single cases, added up, and what providers say of the same (F-3B-p-Q7, R-MON-10, R-MON-16)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ccm_site.facts.contracts import specification_on
from ccm_site.facts.records import citing, counting, open_to_check
from ccm_site.facts.values import day, mappings
from ccm_site.model import Key, Record, Register
from ccm_site.performance.periods import Period, period_of

RESULTS = ("achieved", "partly", "not", "too_early", "not_applicable")


@dataclass(frozen=True)
class Outcome:
    """One outcome of the specification. ``counts`` by result; "" where nothing was evaluated.

    ``agreed`` is the share of evaluations, in per cent, in which the provider said the same; None where it said nothing.
    """

    id: str
    words: str
    attribution: str
    contributors: tuple[str, ...]
    responsibility: str
    counts: dict[str, int | str]
    agreed: Decimal | None
    sources: tuple[Key, ...]

    @property
    def achieved_share(self) -> Decimal | None:
        """In per cent of those for which it can be said: achieved, of achieved, partly and not."""
        known = [self.counts.get(r, 0) for r in RESULTS[:3]]
        numbers = [n for n in known if isinstance(n, int)]
        total = sum(numbers, 0)
        return Decimal(numbers[0]) * 100 / total if len(numbers) == 3 and total else None


def evaluated(register: Register, contract: Record, period: Period) -> tuple[Outcome, ...]:
    """Each outcome with the evaluations of the contract's placements in a period. What is sealed and shut is left out."""
    found: dict[str, list[tuple[str, str, Key]]] = {}
    own = {p.id for p in counting(register, "placement") if p.data.get("contract") == contract.id}
    for evaluation in counting(register, "outcome_evaluation"):
        on = day(evaluation.data.get("evaluated_on"))
        if (
            evaluation.data.get("placement") not in own
            or not open_to_check(evaluation)
            or on is None
            or not period.holds(on)
        ):
            continue
        for r in mappings(evaluation.data.get("results")):
            told = (str(r.get("result", "")), str(r.get("provider_says", "")), evaluation.key)
            found.setdefault(str(r.get("outcome")), []).append(told)
    return tuple(
        replace(o, counts=dict(Counter(r for r, _, _ in got)), agreed=_agreed(got), sources=tuple(dict.fromkeys(k for _, _, k in got)))
        for o in _asked(register, contract, period.last) for got in [found.get(o.id, [])]
    )  # fmt: skip


def reported(register: Register, contract: Record, until: date) -> tuple[Outcome, ...]:
    """Each outcome as the provider's latest return with outcomes, received by a day, counts it."""
    told = [
        (p, r) for r in citing(register, contract, "return")
        if "outcomes" in r.data and (p := period_of(r.data)) and (on := day(r.data.get("received_on"))) and on <= until
    ]  # fmt: skip
    if not told:
        return ()
    _, latest = max(told, key=lambda t: (t[0], t[1].id))
    by_id = {str(o.get("outcome")): o for o in mappings(latest.data.get("outcomes"))}
    names = {"achieved": "achieved", "partly": "partly", "not": "not_achieved", "too_early": "too_early"}
    return tuple(
        replace(o, counts={r: by_id[o.id][n] for r, n in names.items() if n in by_id[o.id]}, sources=(latest.key,))
        for o in _asked(register, contract, until) if o.id in by_id
    )  # fmt: skip


def _asked(register: Register, contract: Record, on: date) -> list[Outcome]:
    """The outcomes of the contract's specification, nothing counted yet."""
    specification = specification_on(register, contract, on)
    return [
        Outcome(
            str(o.get("id", "")), str(o.get("text", "")), str(o.get("attribution", "")),
            tuple(str(c) for c in o.get("contributors") or ()), str(o.get("provider_responsibility", "")), {}, None, (),
        )
        for o in mappings(specification.data.get("outcomes") if specification else None)
    ]  # fmt: skip


def _agreed(found: list[tuple[str, str, Key]]) -> Decimal | None:
    both = [(r, says) for r, says, _ in found if says and says != "not_reported"]
    return Decimal(sum(r == says for r, says in both)) * 100 / len(both) if both else None
