"""Risk in a report: the rating with its why, each contribution with its source, and what follows."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.performance.risk import Risk, decision_due
from ccm_site.views.reports.desk import Desk, rated
from ccm_site.views.reports.model import Facts, Part, Said, Table, Words

BY = {"figures": "the register's figures", "assessor": "the assessor", "nobody": "nobody yet"}


def by_model(risk: Risk) -> Said:
    """What the model gives today. Where factors are not scored yet it is no more than a lowest rating, and green says nothing."""
    if not risk.unknown:
        return rated(risk.rating)
    if risk.rating == "green":
        return Said(f"Cannot be said yet: {len(risk.unknown)} factors are not scored")
    return Said(f"At least {risk.rating}", (), rated(risk.rating).look)


def risk_parts(desk: Desk, risk: Risk) -> Iterator[Part]:
    """The model's rating today beside the assessor's, with every contribution."""
    pairs = [("By the model today", Said(f"{by_model(risk).text}, total {risk.total}", (), by_model(risk).look))]
    if risk.assessment is not None:
        rating = rated(risk.decided)
        pairs.append(
            (
                "As assessed",
                Said(
                    f"{rating.text}, {desk.shown(risk.assessment, 'assessed_on')}", (risk.assessment.key,), rating.look
                ),
            )
        )
        if risk.override_reason:
            pairs.append(
                ("Why the assessor departs from the model", Said(risk.override_reason, (risk.assessment.key,)))
            )
    else:
        pairs.append(("As assessed", Said("Nobody has assessed this contract yet")))
    if risk.meaning and not (risk.unknown and risk.rating == "green"):
        pairs.append(("What it means", Said(risk.meaning)))
    if risk.monitored is not None:
        pairs.append(
            (
                "Additional monitoring",
                Said(f"Under way since {desk.shown(risk.monitored, 'start_date')}", (risk.monitored.key,)),
            )
        )
    yield Facts(tuple(pairs))
    if risk.differs:
        yield Words(
            f"The model gives {risk.rating} today, but the rating in force is {risk.decided}. The assessor decides: assess again, or leave it with a reason."
        )
    if decision_due(risk):
        yield Words("A decision on additional monitoring is due.")
    if risk.unknown:
        yield Words(f"The total may be higher: nobody has scored {'; '.join(risk.unknown)}.")
    yield Table(
        "Why: what adds to the total", ("Factor", "Weight", "Score", "Points", "By", "Because"),
        tuple(
            (Said(c.label), Said(str(c.weight)), Said(str(c.score)), Said(str(c.points)), Said(BY[c.by]), Said(c.why, c.sources))
            for c in risk.contributions
        ), (1, 2, 3),
    )  # fmt: skip
    if risk.events:
        yield Table(
            "Events that set a lowest rating", ("Event", "At least", "Because"),
            tuple((Said(e.when), rated(e.rating), Said(e.why, e.sources)) for e in risk.events),
        )  # fmt: skip
    if risk.triggers:
        yield Table(
            "Criteria for additional monitoring that are met", ("Criterion", "Because", "Leads to"),
            tuple((Said(t.label), Said(t.why, t.sources), Said(", ".join(t.leads_to) or "nothing that is set down")) for t in risk.triggers),
        )  # fmt: skip
