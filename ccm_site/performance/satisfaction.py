"""What people said: answers from 1 to 5 by question, how many were asked, which themes came up (F-3B-p-Q4, Q5, R-MON-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import limit
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, part_of
from ccm_site.model import Key, Record, Register
from ccm_site.performance.periods import period_of

SCORES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
USERS = ("service_user", "family_or_carer")
STAFF = ("council_staff", "provider_staff")
OTHERS = ("other_organisation",)


@dataclass(frozen=True)
class Asked:
    """A question with its mean. ``mean`` is None where fewer answered than may be told, or the numbers are veiled here."""

    words: str
    mean: Decimal | None
    answers: int | None


@dataclass(frozen=True)
class Gathered:
    """One round of feedback. ``asked`` and ``answered`` are as the record shows them."""

    on: date
    respondent: str
    method: str
    proactive: bool
    asked: str
    answered: str
    questions: tuple[Asked, ...]
    themes: tuple[tuple[str, str], ...]
    summary: str
    source: Key


def gathered(register: Register, contract: Record, until: date, respondents: tuple[str, ...]) -> tuple[Gathered, ...]:
    """The feedback of these respondents on a contract or on its provider as a whole, told by a day; the newest first."""
    provider = register.get("provider", str(contract.data.get("provider", "")))
    general = [f for f in citing(register, provider, "feedback") if "contract" not in f.data] if provider else []
    out = []
    for told in (*citing(register, contract, "feedback"), *general):
        period = period_of(told.data)
        on = day(told.data.get("sent_to_ccm_on")) or (period.last if period else None)
        if on is None or on > until or told.data.get("respondent") not in respondents:
            continue
        least = limit(register, "least_base", on) or Decimal(0)
        out.append(Gathered(
            on, str(told.data["respondent"]), str(told.data.get("method", "")), told.data.get("evidence_kind") != "reactive",
            str(told.data.get("asked", "")), str(told.data.get("answered", "")),
            tuple(_asked(q, least) for q in mappings(told.data.get("questions"))),
            tuple((str(t.get("theme", "")), str(t.get("tone", ""))) for t in mappings(told.data.get("themes"))),
            str(told.data.get("summary", "")), told.key,
        ))  # fmt: skip
    return tuple(sorted(out, key=lambda g: (g.on, g.source), reverse=True))


def _asked(question: Mapping[str, Any], least: Decimal) -> Asked:
    answers = part_of(question, "answers")
    words = str(question.get("text") or question.get("question", ""))
    counts = {score: answers.get(name, 0) for name, score in SCORES.items()}
    if not answers or not all(isinstance(n, int) for n in counts.values()):
        return Asked(words, None, None)
    total = sum(counts.values())
    if total < least or not total:
        return Asked(words, None, None)
    return Asked(words, Decimal(sum(score * n for score, n in counts.items())) / total, total)
