"""The framework's flow chart (trace 2.0) as nested lists: each step, who takes it, and what stands at it today."""

from __future__ import annotations

from dataclasses import dataclass

from ccm_site.views.context import Site
from ccm_site.views.flow_drawing import drawing
from ccm_site.views.page import Page
from ccm_site.views.templates import render
from ccm_site.views.text import At
from ccm_site.views.urls import FLOW, filtered, folder


@dataclass(frozen=True)
class Step:
    """One step of the chart. ``now`` names kinds, each with the states that stand at the step (none: all of the kind).

    ``steps`` come within it: one of them where ``either``, else all in their order. ``condition`` says when it is taken.
    """

    id: str
    title: str
    who: str
    text: str
    now: tuple[tuple[str, tuple[str, ...]], ...] = ()
    steps: tuple[Step, ...] = ()
    either: bool = False
    condition: str = ""


NEED = Step(
    "need", "The need for a contract is established", "Lead professionals and the Sourcing Group",
    "Needs are assessed for the population, or for one client.",
    (("strategy", ()), ("need", ("identified", "analysed"))),
)  # fmt: skip
TENDER_QUESTION = Step(
    "tender-question", "Is a tender needed?", "Sourcing Group; the Commissioning and Contracts Manager leads",
    "The decision is recorded with its reason.",
    (("sourcing_decision", ("draft", "decided")),),
    (
        Step(
            "tender", "Tender", "Commissioning and Contracts Manager, supported by the Sourcing Group",
            "Criteria are set before tenders are opened; the award is authorised before it is told.",
            (("need", ("tendering",)), ("tender", ("planned", "criteria_set", "advertised", "closed_for_submission", "evaluating",
                                                 "clarifying", "recommended", "authorised", "standstill"))),
            condition="Yes",
        ),
        Step(
            "no-tender", "Justification without a tender", "Commissioning and Contracts Manager",
            "The framework's own figure is £20,000, or an analysis of best value showed that no tender was needed. The amount in "
            "force stands in the table of thresholds.",
            (("need", ("justifying",)), ("non_tender", ("draft", "approved")), ("opportunity_risk", ("draft",))),
            condition="No",
        ),
    ),
    either=True,
)  # fmt: skip
CREATED = Step(
    "created", "The contract is created", "Commissioning and Contracts Manager",
    "From the main terms and conditions and the information of social work and education. The specification is Schedule A.",
    (("specification", ("draft", "with_ccm", "approved")), ("contract", ("draft", "ready_for_issue"))),
)  # fmt: skip
PLACED = Step(
    "placed", "Placements are made", "Depends on the category of purchase", "One of three ways.", (),
    (
        Step(
            "category-a", "Used at once", "Social work and education",
            "The framework's chart leaves Category A out. It buys nothing of its own: where there is room and the criteria are "
            "met, a placement is made in the council's own service or against a contract that exists already.",
            condition="Category A",
        ),
        Step(
            "category-b", "Placed against a restricted, community-based contract",
            "Social work and education, authorised by the Community Resource Group and a budget holder",
            "The contract says which teams may place.", (("placement", ("proposed", "authorised")),), condition="Category B",
        ),
        Step(
            "category-c", "Contract for a placement", "Resource Allocation Group", "In this order:", (),
            (
                Step("group", "The group decides to place", "Resource Allocation Group",
                     "It asks the Commissioning and Contracts Manager to issue a contract or, where one is in place already, "
                     "notifies the placement against it.",
                     (("authorisation", ("submitted", "deferred", "approved")),)),
                Step("schedule-c", "Individual specification of need (Schedule C)",
                     "Key worker, to the Commissioning and Contracts Manager", "What this child needs of the service.",
                     (("need_specification", ()),)),
                Step("issued", "The contract is issued", "Commissioning and Contracts Manager, or the delegate",
                     "Issued for signature. It binds nobody until every party has signed.", (("contract", ("issued",)),)),
                Step("signed", "The contract is signed", "The parties; organised by the Commissioning and Contracts Manager",
                     "The signed master copy is kept.", (("contract", ("signed", "in_force")),)),
                Step("informed", "Everybody is told", "Commissioning and Contracts Manager, to key worker and Finance",
                     "With the start and the anticipated end; copies go to the provider and the others on the distribution list.",
                     (("notice", ("prepared", "sent", "failed")),)),
            ),
            condition="Category C",
        ),
    ),
    either=True,
)  # fmt: skip
MONITORED = Step(
    "monitoring", "Operational monitoring", "Teams, with monitoring forms from the Commissioning and Contracts Manager",
    "Teams send the manager what they find: problems, good practice, feedback of those who use the service.",
    (("monitoring_template", ("issued",)), ("monitoring_plan", ("active",)), ("return", ("requested", "submitted", "queried")),
     ("operational_report", ()), ("complaint", ("logged", "with_provider", "referred", "council_action"))),
    (
        Step("intervention", "Intervention", "Commissioning and Contracts Manager",
             "The manager enforces the terms, renegotiates or ends the contract.",
             (("intervention", ("requested", "agreed", "under_way", "escalated")),), condition="If problems arise"),
        Step("review", "Reviews, twice a year and once a year",
             "Chaired by a service manager, team leader or psychologist; the Commissioning and Contracts Manager attends the annual one",
             "For all contracts. The manager keeps the cycle.",
             (("review", ("scheduled", "preparing", "held", "minutes_agreed", "postponed")),), condition="For every contract"),
    ),
    either=True,
)  # fmt: skip
CONSIDERED = Step(
    "outcomes", "What monitoring showed is considered", "Chair of the review, with the Commissioning and Contracts Manager",
    "Three things come of it.", (),
    (
        Step("individual", "Action for individual placements", "Lead professionals",
             "Changes for a child go through the child's own plan.", (("action", ("open",)),)),
        Step("contract-action", "Action for the contract", "Lead professionals, with the Commissioning and Contracts Manager",
             "Among it the question whether additional monitoring is required.", (("risk_assessment", ("assessed", "decided")),)),
        Step("strategic", "Input to the strategic level", "Commissioning and Contracts Manager",
             "The sector as a whole; all services for user groups or communities. It leads back to the first step.",
             (("strategic_report", ("draft", "final")), ("market_note", ()))),
    ),
    either=True,
)  # fmt: skip
ENDED = Step(
    "placement-end", "A placement ends", "Key worker, to Finance and the Commissioning and Contracts Manager",
    "With the form for the end of a placement.",
    (("placement", ("ended",)), ("placement_termination", ("ending", "proforma_completed", "sent"))),
)  # fmt: skip
TERMINATED = Step(
    "termination", "The contract or the placement is ended", "Commissioning and Contracts Manager",
    "A contract runs out, or is ended early after its consequences for supply and the right to end it were checked. Then it is closed.",
    (("contract_termination", ("requested", "under_review", "reviewed", "decided", "notice_issued", "running_off")),
     ("contract", ("expired", "terminated", "closed"))),
)  # fmt: skip

STEPS = (NEED, TENDER_QUESTION, CREATED, PLACED, MONITORED, CONSIDERED, ENDED, TERMINATED)


@dataclass(frozen=True)
class Shown:
    """A step with what stands at it: pairs of words and a link to the table."""

    id: str
    title: str
    who: str
    text: str
    condition: str
    either: bool
    now: tuple[tuple[str, str], ...]
    steps: tuple[Shown, ...]


def flow_page(site: Site) -> Page:
    at = At(site, FLOW)
    body = render("flow.html", home=at.href(""), steps=[_shown(at, s) for s in STEPS], drawing=drawing())
    return Page(FLOW, "How it fits together", body)


def _shown(at: At, s: Step) -> Shown:
    now = tuple(entry for name, states in s.now for entry in _now(at, name, states))
    return Shown(
        s.id, s.title, s.who, s.text, s.condition, s.either, now, tuple(_shown(at, below) for below in s.steps)
    )


def _now(at: At, name: str, states: tuple[str, ...]) -> list[tuple[str, str]]:
    """How many records of a kind stand there, by state; nothing where this site does not show the kind."""
    kind = at.site.kinds.get(name)
    if kind is None or kind not in at.site.shown:
        return []
    records = [r for r in at.site.of_kind(kind) if "voided" not in r.data]
    if not states or kind.life_cycle is None:
        return [(f"{kind.plural}: {len(records)}", at.href(folder(kind)))]
    out = []
    for state in states:
        count = sum(at.site.state(r) == state for r in records)
        if count:
            title = str(kind.life_cycle.states[state]["title"])
            out.append(
                (
                    f"{kind.plural}, {title.lower()}: {count}",
                    at.href(filtered(folder(kind), **{kind.life_cycle.field: state})),
                )
            )
    return out or [(f"{kind.plural}: none", at.href(folder(kind)))]
