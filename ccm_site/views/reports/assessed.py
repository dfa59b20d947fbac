"""The assessment of a contract in a report: the latest operational monitoring report, and what the provider says to it."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.records import citing
from ccm_site.facts.values import day, part_of
from ccm_site.model import Record
from ccm_site.performance.periods import Period, period_of
from ccm_site.views.reports.desk import Desk, on, span
from ccm_site.views.reports.model import Facts, Part, Points, Said, Words

COMMENTED = {"agrees": "agrees with it", "disagrees_in_part": "disagrees in part", "disagrees": "disagrees"}


def latest_report(desk: Desk, contract: Record) -> tuple[Period, Record] | None:
    """The contract's latest operational monitoring report of a period that ended by the day looked at, with that period."""
    found = [
        (p, r)
        for r in citing(desk.register, contract, "operational_report")
        if (p := period_of(r.data)) and p.last <= desk.until
    ]
    return max(found, key=lambda f: (f[0].last, f[1].id), default=None)


def assessment_parts(desk: Desk, contract: Record) -> Iterator[Part]:
    """The latest report's assessment, what the provider says to it, and what is done well."""
    found = latest_report(desk, contract)
    if found is None:
        yield Words("No operational monitoring report has been written yet.")
        return
    period, latest = found
    yield Facts((
        ("Report", Said(f"{latest.id}, {span(period)}", (latest.key,))), ("State", Said(desk.shown(latest, "status"))),
        ("Quality", Said(desk.shown(latest, "quality_rating") or "Not rated")), ("Effectiveness", Said(desk.shown(latest, "effectiveness_rating") or "Not rated")),
    ))  # fmt: skip
    for name in ("analysis", "judgement"):
        if text := str(latest.data.get(name, "")):
            yield Words(text)
    yield from comment_parts(desk, latest)
    if practice := [Said(str(p), (latest.key,)) for p in latest.data.get("good_practice") or ()]:
        yield Words("Good practice:")
        yield Points(tuple(practice))


def comment_parts(desk: Desk, latest: Record) -> Iterator[Part]:
    """The provider's right to comment on the accuracy of the assessment and the reasons for poor performance (F-3B-ii-13)."""
    comment = part_of(latest.data, "provider_comment")
    if not comment:
        yield Words("The provider has not been invited to comment yet.")
        return
    due = day(comment.get("due_on"))
    said = [("Invited to comment", Said(on(str(comment.get("invited_on", "")) or None))), ("By", Said(on(due)))]
    if comment.get("commented_on"):
        said.append(
            (
                "The provider",
                Said(
                    f"{COMMENTED.get(str(comment.get('accuracy')), 'commented')}, {on(str(comment['commented_on']))}",
                    (latest.key,),
                ),
            )
        )
    elif due is not None and due < desk.today:
        said.append(("The provider", Said("did not comment in the time allowed")))
    else:
        said.append(("The provider", Said("may still comment")))
    yield Facts(tuple(said))
    for title, name in (
        ("On accuracy", "accuracy_comment"),
        ("On the reasons", "reasons"),
        ("The council's answer", "response"),
    ):
        if text := str(comment.get(name, "")):
            yield Words(f"{title}: {text}", sources=(latest.key,))
