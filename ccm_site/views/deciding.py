"""The questions that the framework leaves to the council ("Deciding …"), and what it has and has not decided (framework trace 1C)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ccm_site.views.context import Site
from ccm_site.views.page import Page
from ccm_site.views.templates import render
from ccm_site.views.text import At, time
from ccm_site.views.urls import DECIDING, folder

GRADE = "From which grade may a psychologist lead?"
# The question, the policy table that answers it, and the clauses of the framework that ask it.
QUESTIONS: tuple[tuple[str, str, str], ...] = (
    ("What is unsatisfactory, and what is unacceptable performance?", "risk_model", "F-3B-ii-6"),
    ("Which monitoring do all providers get?", "monitoring_policy", "F-3B-ii-7"),
    ("Which monitoring is additional, for whom, and what decides it?", "monitoring_policy", "F-3B-ii-8"),
    ("How, and in which circumstances, is a contract ended?", "intervention_ladder", "F-3B-ii-10"),
    ("Who decides that a contract is ended?", "decision_rights", "F-3B-ii-11"),
    ("How are results used; who sees them automatically; who may use them, and why?", "audiences", "F-3B-ii-12"),
    ("How is the provider given the chance to comment?", "right_of_reply", "F-3B-ii-13"),
    ("What do the teams do, and what the contracting team?", "roles", "F-3B-ii-14"),
    (GRADE, "roles", "F-4-0"),
    ("Which subjects are complaints and concerns counted under?", "complaint_categories", "F-4-OM-10"),
    ("How widely are opportunities below the threshold promoted?", "promotion_levels", "F-3A-iv-4"),
    ("Up to which amounts may budget holders authorise?", "delegation", "F-3A-v-B-2"),
)


@dataclass(frozen=True)
class Answer:
    """A question, how far the council is, by whom and when it was decided, and where the answer stands."""

    question: str
    clause: str
    state: str
    decided: Markup
    review: Markup
    table: str
    href: str


def deciding_page(site: Site) -> Page:
    """``deciding-questions/``."""
    at = At(site, DECIDING)
    answers = [_answer(at, *q) for q in QUESTIONS]
    open_ones = sum(a.state != "Decided" for a in answers)
    body = render("deciding.html", home=at.href(""), answers=answers, open=open_ones)
    return Page(DECIDING, "Questions for the council", body)


def _answer(at: At, question: str, table: str, clause: str) -> Answer:
    site = at.site
    kind = site.kinds.get(table)
    title = (kind.title if kind.is_policy else kind.plural) if kind else table
    href = at.href(folder(kind)) if kind and kind in site.shown else ""
    if kind is not None and not kind.is_policy:
        limited = any(r.data.get("limit") for r in site.of_kind(kind))
        return Answer(question, clause, "Decided" if limited else "Open", Markup(""), Markup(""), title, href)
    held: Mapping[str, Any] = site.register.table(table)
    if question == GRADE:
        grade = held.get("psychologist_grade")
        held = grade if isinstance(grade, Mapping) else {}
    adoption = held.get("adoption")
    adoption = adoption if isinstance(adoption, Mapping) else {}
    state = "Decided" if adoption.get("state") == "adopted" else "Open"
    by = str(adoption.get("decided_by", ""))
    on = str(adoption.get("decided_on", ""))
    decided = (
        Markup("{} on {}").format(site.roles.get(by, by), time(on)) if by and on and state == "Decided" else Markup("")
    )
    return Answer(question, clause, state, decided, time(str(adoption.get("review_by", ""))), title, href)
