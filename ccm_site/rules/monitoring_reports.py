"""R-MON: what a report must hold before it counts, and what may be said in print."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from ccm_site.facts.policy import entries, limit, working_days_after
from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day, mappings, number, period_end, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.monitoring_evidence import BAD
from ccm_site.rules.support import found, label

_LATE_STATES = {
    "operational_report": ("final",),
    "strategic_report": ("final",),
    "review": ("minutes_agreed", "closed"),
}


@change_rule("R-MON-7", "F-3B-ii-13")
def providers_may_comment_first(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A report that rates a provider unsatisfactory or worse becomes final only when the provider has commented or its time is over.

    Why: nobody is judged unheard. Mend: wait until the day after 'due_on', or enter the comment; give at least the working days of
    policy/right_of_reply.yaml. Looked at when a report becomes final, by the day on which it was sent to the manager.
    """
    for move in changes.reaching("operational_report", "final"):
        report = move.after
        if report is None or "legacy" in report.data or "voided" in report.data:
            continue
        bad = next((n for n in ("quality_rating", "effectiveness_rating") if report.data.get(n) in BAD), None)
        comment = report.data.get("provider_comment")
        if bad is None or not isinstance(comment, Mapping):
            continue  # without an invitation the schema tells
        rated = f"rates {bad.removesuffix('_rating')} {report.data[bad]}"
        invited, due = day(comment.get("invited_on")), day(comment.get("due_on"))
        sent = day(report.data.get("sent_to_ccm_on"))
        if invited is None or due is None or "commented_on" in comment:
            continue
        if sent is not None and sent <= due:
            yield found(
                "R-MON-7", "error", report, "/provider_comment/due_on",
                f"{rated} and was final on {sent}, but the provider may comment until {due} and has not",
                "wait until that day has passed, or enter the comment with 'commented_on:'",
                (report, "/sent_to_ccm_on"),
            )  # fmt: skip
            continue
        policy = next(
            (
                e
                for e in entries(changes.head, "right_of_reply", invited)
                if "operational_report" in texts(e.get("applies_to"))
            ),
            None,
        )
        days = number(policy.get("working_days")) if policy else None
        if days is not None and due < (least := working_days_after(changes.head, invited, int(days))):
            yield found(
                "R-MON-7", "error", report, "/provider_comment/due_on",
                f"{rated}; the provider had until {due} to comment, which is less than {days} working days",
                f"give it until {least}, or enter the comment with 'commented_on:'",
                (report, "/provider_comment/invited_on"),
            )  # fmt: skip


@rule("R-MON-8", "F-3B-ii-4", "F-3B-ii-12")
def reports_name_their_audience(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A final report, and agreed minutes, name the entry of the table of audiences that says who may see them, and one that is for their kind.

    Why: who sees results, who may use them and why is decided beforehand. Mend: give under 'shown_to:' an entry of
    policy/audiences.yaml that names this kind of record.
    """
    known = {str(e.get("code")): texts(e.get("kinds")) for e in entries(register, "audiences")}
    for kind, states in _LATE_STATES.items():
        fits = [code for code, kinds_shown in known.items() if kind in kinds_shown]
        for record in counting(register, kind, *states):
            name = record.data.get("shown_to")
            if name is None and kind != "operational_report":  # for that the schema asks
                message = "does not say who may see it"
            elif name in known and name not in fits:
                message = (
                    f"is shown to '{label(register, 'audiences', name)}', which is not for {kinds[kind].plural.lower()}"
                )
            else:
                continue
            yield found(
                "R-MON-8", "error", record, "/shown_to", message,
                f"give 'shown_to:' as {' or '.join(fits) or 'an entry of policy/audiences.yaml'}",
            )  # fmt: skip


@rule("R-MON-10", "F-3A-ii-12", "F-3B-p-Q7")
def effectiveness_rests_on_outcomes(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """In a final report the effectiveness rating cites evidence of outcomes; what people say of the service is not enough.

    Why: children can like a dentist and still have bad teeth. Mend: name under 'evidence:' what shows the outcomes, such as returns
    or individual evaluations, and count them under 'outcomes:'; or rate 'not_enough_evidence'.
    """
    for report in counting(register, "operational_report", "final"):
        if report.data.get("effectiveness_rating") in (None, "not_enough_evidence") or "legacy" in report.data:
            continue
        shown = [e for e in mappings(report.data.get("evidence")) if e.get("question") == "outcomes"]
        outcomes = mappings(report.data.get("outcomes"))
        counted = any(o.get(n) for o in outcomes for n in ("achieved", "partly", "not_achieved"))
        if not any("source" in e or not cited(register, "feedback", e.get("record")) for e in shown):
            only = "only cites satisfaction" if shown else "cites no evidence of outcomes"
            message, pointer = f"rates effectiveness and {only}", "/evidence"
        elif outcomes and not counted:
            message, pointer = "rates effectiveness and counts nobody for whom an outcome was judged", "/outcomes"
        else:
            continue
        yield found(
            "R-MON-10", "error", report, pointer, message,
            "cite evidence on the question 'outcomes' and count the outcomes, or rate 'not_enough_evidence'",
        )  # fmt: skip


_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_NUMBER = r"\d{1,4}|" + "|".join(_NUMBERS)
_PEOPLE = (
    r"(?:child(?:ren)?|pupils?|girls?|boys?|babies|baby|teenagers?|siblings?|brothers?|sisters?|famil(?:y|ies)|parents?|carers?"
    r"|(?:young )?(?:person|people)|(?:service )?users?|residents?|respondents?|care leavers?)"
)
_FEW = re.compile(
    rf"\b(?:({_NUMBER}) (?:out )?of (?:the |all )?)?({_NUMBER}) (?:[a-z-]+ ){{0,2}}?{_PEOPLE}\b", re.IGNORECASE
)


@rule("R-MON-12", "F-3B-p-Q4")
def small_counts_stay_out_of_print(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """What a final strategic report publishes does not count fewer people than the least base, nor lets their number be worked out.

    Why: one or two children in a small place are known to their neighbours. Mend: say "a few", or leave it out. Only the published
    texts are looked at: counts in fields are veiled by the site itself. The least base is in policy/thresholds.yaml.
    """
    for report in counting(register, "strategic_report", "final"):
        least = limit(register, "least_base", day(report.data.get("completed_on")) or today)
        if least is None:
            continue
        views = mappings(report.data.get("sector_view"))
        published = [("/title", report.data.get("title"))]
        published += [
            (f"/sector_view/{i}/{n}", v.get(n))
            for i, v in enumerate(views)
            for n in ("summary", "performance", "reason")
        ]
        for pointer, text in published:
            if isinstance(text, str) and any(_tells_a_few(m[1], m[2], int(least)) for m in _FEW.finditer(text)):
                yield found(
                    "R-MON-12", "error", report, pointer, f"publishes a count of fewer than {least} people, or what gives it away",
                    "say 'a few' or 'most', or leave the number out",
                )  # fmt: skip


def _tells_a_few(part: str | None, whole: str, least: int) -> bool:
    """Whether a count, or a part and its rest, is small; ``36 of 40`` tells of four."""
    counts = [_count(whole)]
    if part is not None:
        counts += [_count(part), _count(whole) - _count(part)]
    return any(0 < c < least for c in counts)


def _count(text: str) -> int:
    return int(text) if text.isdigit() else _NUMBERS.index(text.lower())


@change_rule("R-MON-14", "F-3B-i-2", "F-3B-ii-3")
def targets_are_raised_by_a_new_version(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A target is raised by a new version of the specification, which lists what it raises and why; never by an edit of an approved one.

    Why: a provider is held to what was agreed, and it is seen that standards rise. Mend: make a new version, with reason and first
    day, and name the standard under 'standards_raised:'.
    """
    for before, after in changes.moves:
        if after is None or after.kind != "specification" or "voided" in after.data:
            continue
        settled = ("approved", "superseded")
        if before is not None and before.data.get("status") in settled:
            for pointer, id, old, new in _raised(before, after):
                yield found(
                    "R-MON-14", "error", after, pointer,
                    f"raises the target of '{id}' from {old} to {new} in a version that was approved",
                    "put the old target back, and raise it in a new version with a reason and its first day",
                )  # fmt: skip
        elif after.data.get("status") == "approved":
            version = number(after.data.get("version"))
            earlier = changes.head.get("specification", f"{after.data['id']}/v{version - 1}") if version else None
            if earlier is None:
                continue
            listed = {r.get("of") for r in mappings(after.data.get("standards_raised"))}
            for _, id, old, new in _raised(earlier, after):
                if id not in listed:
                    yield found(
                        "R-MON-14", "error", after, "/standards_raised",
                        f"raises the target of '{id}' from {old} to {new} and does not list it",
                        "add it under 'standards_raised:' with the reason why more can be expected", (earlier, ""),
                    )  # fmt: skip


def _raised(before: Record, after: Record) -> Iterator[tuple[str, str, str, str]]:
    """Each standard or measure whose target is higher than before: its pointer, id, and both targets in words."""
    for part in ("standards", "measures"):
        known = {e.get("id"): e.get("target") for e in mappings(before.data.get(part))}
        for i, e in enumerate(mappings(after.data.get(part))):
            old, new = known.get(e.get("id")), e.get("target")
            if isinstance(old, Mapping) and isinstance(new, Mapping) and _is_higher(old, new):
                yield f"/{part}/{i}/target/value", str(e.get("id")), _in_words(old), _in_words(new)


def _is_higher(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    one, other = number(old.get("value")), number(new.get("value"))
    if one is None or other is None or old.get("unit") != new.get("unit"):
        return False
    if old.get("comparison") == "at_most":
        return new.get("comparison") == "at_most" and other < one
    return new.get("comparison") in ("at_least", "exactly") and other > one


def _in_words(target: Mapping[str, Any]) -> str:
    return f"{str(target.get('comparison')).replace('_', ' ')} {target.get('value')}"


@rule("R-MON-16", "F-3B-p-Q2")
def claimed_outcomes_agree(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The share of outcomes that the provider reports as achieved is near the share by the council's own evaluations in a final report.

    Why: a provider marks its own work more kindly. Mend: find out why they differ and say so in the report; nothing needs to be
    changed. The tolerance, in points of a hundred, is in policy/thresholds.yaml.
    """
    for report in counting(register, "operational_report", "final"):
        claims: dict[str, Mapping[str, Any]] = {}
        returns = [r for id in texts(report.data.get("returns")) if (r := register.get("return", id))]
        for sent in sorted(returns, key=lambda r: str(period_end(r.data))):
            claims |= {str(o.get("outcome")): o for o in mappings(sent.data.get("outcomes"))}
        own = {str(o.get("outcome")): o for o in mappings(report.data.get("outcomes"))}
        both = [id for id in own if id in claims]
        claimed, evaluated = _share(claims[id] for id in both), _share(own[id] for id in both)
        if claimed is None or evaluated is None or claimed == evaluated:
            continue
        tolerance = limit(register, "outcome_tolerance", day(report.data.get("sent_to_ccm_on")) or today)
        if tolerance is None or abs(claimed - evaluated) <= tolerance:
            continue
        yield found(
            "R-MON-16", "warning", report, "/outcomes",
            f"the council's own evaluations and the provider's returns differ by more than {tolerance} points on what was achieved",
            "ask the provider on what it rests, and say in the analysis why they differ", *((r, "") for r in returns),
        )  # fmt: skip


def _share(outcomes: Iterable[Mapping[str, Any]]) -> Decimal | None:
    """How many in a hundred were achieved, of those that were judged; None where none was."""
    achieved = judged = 0
    for outcome in outcomes:
        counts = [int(outcome.get(n) or 0) for n in ("achieved", "partly", "not_achieved")]
        achieved, judged = achieved + counts[0], judged + sum(counts)
    return Decimal(100 * achieved) / judged if judged else None
