"""R-MON: returns: asked for once, there in time, on the form in use, and with an answer to what was agreed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date

from ccm_site.facts.records import cited, counting, gathered
from ccm_site.facts.values import day, days_after, mappings, months_after, part_of, period_end, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.support import found

MONTHS = {"weekly": 1, "monthly": 1, "quarterly": 3, "twice_a_year": 6, "yearly": 12}
"""After how many months a measure is due again. A measure at each review or on an event is due at no fixed time."""
_SENT_BY = {"provider": {"provider_return"}, "team": {"team_report", "provider_return"}}


@rule("R-MON-4", "F-3B-p-M1", "F-4-SM-5")
def returns_come_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A return that was asked for has come by its day.

    Why: without it the review has no figures. Mend: ask the provider for it; when it has come, enter it with the day.
    """
    for wanted in counting(register, "return", "requested"):
        due = day(wanted.data.get("due_on"))
        if due is not None and due < today and "received_on" not in wanted.data:
            late = (today - due).days
            yield found(
                "R-MON-4", "warning", wanted, "/due_on", f"was due on {due} and has not come ({late} day{'' if late == 1 else 's'})",
                "remind the provider; when it has come, enter 'received_on:' and its figures",
            )  # fmt: skip


@rule("R-MON-5", "F-3A-ii-2", "F-3B-ii-1", "F-3B-p-Q2", "F-3B-p-M4", "F-4-SM-1", "F-4-OM-4", "F-FC-14")
def returns_answer_what_was_agreed(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A return is on a form that was issued, for the contract's specification, and, once accepted, answers each measure that was due.

    Why: only figures on the agreed measures can be compared over time. Mend: use the form in use and the specification of the
    contract; for a measure without an answer give 'not_answered_reason:'. Only measures that are collected by return are due here.
    """
    variations = gathered(register, "variation", "contract")
    answered: dict[tuple[str, str, str], dict[str, date]] = defaultdict(dict)
    for sent in sorted(counting(register, "return"), key=lambda r: (day(period_end(r.data)) or date.min, r.id)):
        contract = cited(register, "contract", sent.data.get("contract"))
        if contract is None:
            continue
        yield from _form(register, sent)
        yield from _version(sent, contract, variations[contract.id])
        specification = cited(register, "specification", sent.data.get("specification"))
        end = day(period_end(sent.data))
        if specification is None or end is None or sent.data.get("submitted_by") == "team":
            continue
        before = answered[contract.id, str(sent.data.get("provider", "")), specification.key.id.partition("/")[0]]
        if sent.data.get("status") in ("accepted", "assessed") and "legacy" not in sent.data:
            yield from _unanswered(sent, contract, specification, before, end)
        before |= {str(v.get("measure")): end for v in mappings(sent.data.get("values"))}


def _form(register: Register, sent: Record) -> Iterator[Finding]:
    form = cited(register, "monitoring_template", sent.data.get("template"))
    if form is None:
        return
    on = day(sent.data.get("requested_on")) or day(sent.data.get("received_on"))
    issued = day(form.data.get("issued_on"))
    if form.data.get("status") not in ("issued", "superseded") or (on and issued and issued > on):
        when = f"only issued on {issued}" if issued else "not issued"
        message = f"is on the form {form.id}, which was {when}"
        fix = "use a version that the Commissioning and Contracts Manager had issued by the day it was asked for"
    elif form.data.get("purpose") not in _SENT_BY.get(str(sent.data.get("submitted_by")), {form.data.get("purpose")}):
        message = f"is on the form {form.id}, which is not for returns of the {sent.data['submitted_by']}"
        fix = "use the form for returns"
    elif (made_for := texts(form.data.get("specifications"))) and sent.data.get(
        "specification", made_for[0]
    ) not in made_for:
        message = f"is on the form {form.id}, which does not ask for the measures of {sent.data['specification']}"
        fix = f"use a form made for that specification; this one is for {', '.join(made_for)}"
    else:
        return
    yield found("R-MON-5", "error", sent, "/template", message, fix, (form, "/status"))


def _version(sent: Record, contract: Record, variations: list[Record]) -> Iterator[Finding]:
    agreed = [contract.data.get("schedule_a")]
    agreed += [v.data.get("specification") for v in variations if v.data.get("status") in ("approved", "signed")]
    wanted = texts([a for a in agreed if a])
    given = sent.data.get("specification")
    if wanted and isinstance(given, str) and given not in wanted:
        yield found(
            "R-MON-5", "error", sent, "/specification", f"reports against {given}, but the contract is on {wanted[-1]}",
            f"ask for the measures of {wanted[-1]}", (contract, "/schedule_a"),
        )  # fmt: skip


def _unanswered(
    sent: Record, contract: Record, specification: Record, before: Mapping[str, date], end: date
) -> Iterator[Finding]:
    given = {str(v.get("measure")) for v in mappings(sent.data.get("values"))}
    start = day(contract.data.get("start_date"))
    missing = []
    for asked in (*mappings(specification.data.get("standards")), *mappings(specification.data.get("measures"))):
        months = MONTHS.get(str(asked.get("frequency")))
        measure = str(asked.get("id"))
        if asked.get("collection_method") != "provider_return" or months is None or measure in given:
            continue
        last = before.get(measure)
        since = days_after(last, 1) if last else start
        if since is not None and days_after(months_after(since, months), -1) <= end:
            missing.append(measure)
    if given and missing:
        yield found(
            "R-MON-5", "error", sent, "/values", f"has no answer for what was due: {', '.join(missing)}",
            "add each measure under 'values:' with its figure, or with 'not_answered_reason:'",
            (specification, ""),
        )  # fmt: skip


@rule("R-MON-18", "F-3B-f-1")
def one_return_for_a_period(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A provider is asked for one return for a contract and a period, not for several.

    Why: what is asked twice is answered badly twice. Mend: void the one that is too many, or put its questions into the other.
    """
    asked: dict[tuple[str, str, str], list[tuple[date, date, Record]]] = defaultdict(list)
    for sent in counting(register, "return"):
        first, last = (day(part_of(sent.data, "period").get(n)) for n in ("from", "to"))
        if first and last and sent.data.get("submitted_by") != "team":
            group = (
                str(sent.data.get("contract")),
                str(sent.data.get("provider", "")),
                str(sent.data.get("services", "")),
            )
            asked[group].append((first, last, sent))
    for returns in asked.values():
        returns.sort(key=lambda a: (a[0], a[1], a[2].id))
        _, until, earlier = returns[0]
        for start, end, later in returns[1:]:
            if start <= until:
                yield found(
                    "R-MON-18", "warning", later, "/period", f"asks again for a time for which {earlier.id} was asked already",
                    "void one of them, or put its questions into the other", (earlier, "/period"),
                )  # fmt: skip
            if end > until:
                until, earlier = end, later
