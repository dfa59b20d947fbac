"""R-SPEC: what makes a specification one that a provider can be held to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from ccm_site.facts.contracts import ISSUED, LIVE, READY
from ccm_site.facts.policy import entries
from ccm_site.facts.records import cited, citing, counting
from ccm_site.facts.values import day, mappings, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.support import called, found, label

_COMPLETE = ("with_ccm", "approved", "superseded")
"""The states in which the text is said to be complete."""
_APPROVED = ("approved", "superseded")
_LISTS = ("standards", "outcomes", "milestones", "measures")
_EFFECT = ("outcome", "milestone")
"""The types of measure that show whether a service works, not only how it is run or liked."""
_MAY_CHANGE = frozenset({"status", "review_due", "review_history", "retention_class", "exceptions", "legacy", "voided"})
"""What may still be written on a version on which contracts stand: nothing of it is text of a contract."""


@rule("R-SPEC-5", "F-3A-ii-7", "F-3A-ii-8")
def links_lead_to_outcomes(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Each milestone leads to an outcome, and each measure to a standard, milestone or outcome of the same specification.

    Why: the chain from what the provider does to what the child gains must be clear, and must not run in a circle. Mend: name
    under supports only short names of this specification: outcomes at a milestone; standards, milestones or outcomes at a measure.
    """
    for record in counting(register, "specification", *_COMPLETE):
        seen: dict[str, str] = {}
        names: dict[str, set[str]] = {}
        for part in _LISTS:
            names[part] = set()
            for index, entry in enumerate(mappings(record.data.get(part))):
                name = str(entry.get("id", ""))
                names[part].add(name)
                at = f"/{part}/{index}"
                if name in seen:
                    yield found(
                        "R-SPEC-5", "error", record, f"{at}/id",
                        f"the short name '{name}' stands twice, so that a link to it may mean either",
                        "give one of the two another short name", (record, seen[name]),
                    )  # fmt: skip
                seen.setdefault(name, f"{at}/id")
        yield from _links(record, "milestones", "a milestone", names["outcomes"], "an outcome")
        above = names["standards"] | names["outcomes"] | names["milestones"]
        yield from _links(record, "measures", "a measure", above, "a standard, outcome or milestone")


def _links(record: Record, part: str, what: str, above: set[str], wanted: str) -> Iterator[Finding]:
    for index, entry in enumerate(mappings(record.data.get(part))):
        for place, name in enumerate(texts(entry.get("supports"))):
            if name not in above:
                yield found(
                    "R-SPEC-5", "error", record, f"/{part}/{index}/supports/{place}",
                    f"'{name}' is not {wanted} of this specification, and {what} leads to nothing else",
                    f"give the short name of {wanted} that stands here, or add it",
                )  # fmt: skip


@rule("R-SPEC-6", "F-3A-ii-6")
def inputs_are_no_evidence(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No outcome rests on input measures alone, and a specification measures more than what is supplied.

    Why: hours and staff say what was paid for, not what a child gained. Mend: add a measure of the outcome, of a milestone, or of
    what the provider does.
    """
    for record in counting(register, "specification", *_COMPLETE):
        measures = mappings(record.data.get("measures"))
        if measures and all(m.get("measure_type") == "input" for m in measures):
            yield found(
                "R-SPEC-6", "error", record, "/measures", "measures only what is supplied (inputs)",
                "add at least one measure of another type: of an outcome, a milestone or what the provider does",
            )  # fmt: skip
            continue
        evidence = _evidence(record.data)
        for index, outcome in enumerate(mappings(record.data.get("outcomes"))):
            shown = evidence.get(str(outcome.get("id")), [])
            if shown and all(m.get("measure_type") == "input" for _, m in shown):
                yield found(
                    "R-SPEC-6", "error", record, f"/outcomes/{index}",
                    f"the only evidence for the outcome '{outcome.get('id')}' is what is supplied (inputs)",
                    "add a measure of another type that supports it, or one of its milestones",
                    *((record, f"/measures/{i}/measure_type") for i, _ in shown),
                )  # fmt: skip


def _evidence(data: Mapping[str, Any]) -> dict[str, list[tuple[int, Mapping[str, Any]]]]:
    """For each outcome the measures (with their places) that support it, or a milestone towards it."""
    towards = {str(m.get("id")): texts(m.get("supports")) for m in mappings(data.get("milestones"))}
    out: dict[str, list[tuple[int, Mapping[str, Any]]]] = {str(o.get("id")): [] for o in mappings(data.get("outcomes"))}
    for index, measure in enumerate(mappings(data.get("measures"))):
        reached = {o for name in texts(measure.get("supports")) for o in (name, *towards.get(name, ()))}
        for outcome in sorted(reached & out.keys()):
            out[outcome].append((index, measure))
    return out


@rule("R-SPEC-7-a", "F-3A-ii-11", "F-3A-ii-12")
def satisfaction_shows_no_outcome(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A measure of satisfaction is not evidence for an outcome, nor for a milestone towards one.

    Why: a child may dislike brushing teeth and still have healthy teeth. Mend: take the outcome out of the measure's supports, and
    measure the outcome itself.
    """
    for record in counting(register, "specification", *_COMPLETE):
        goals = {str(e.get("id")) for part in ("outcomes", "milestones") for e in mappings(record.data.get(part))}
        for index, measure in enumerate(mappings(record.data.get("measures"))):
            if measure.get("measure_type") != "satisfaction":
                continue
            for place, name in enumerate(texts(measure.get("supports"))):
                if name in goals:
                    yield found(
                        "R-SPEC-7-a", "error", record, f"/measures/{index}/supports/{place}",
                        f"the measure of satisfaction '{measure.get('id')}' is given as evidence for '{name}'",
                        "take it out of supports; show the outcome or milestone by a measure of another type",
                    )  # fmt: skip


@rule("R-SPEC-7-b", "F-3A-ii-11", "F-3A-ii-12")
def satisfaction_stands_beside_effect(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A specification that measures satisfaction also measures whether the service works.

    Why: a service that people like may still change nothing. Mend: add a measure of an outcome or of a milestone.
    """
    for record in counting(register, "specification", "with_ccm", "approved"):
        types = {m.get("measure_type") for m in mappings(record.data.get("measures"))}
        if "satisfaction" in types and types.isdisjoint(_EFFECT):
            yield found(
                "R-SPEC-7-b", "warning", record, "/measures",
                "measures how people rate the service, but not whether it works",
                "add a measure of the type outcome or milestone",
            )  # fmt: skip


@change_rule("R-SPEC-8", "F-3A-ii-9", "F-3A-ii-10", "F-4-SS-4")
def developed_together(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The Commissioning and Contracts Manager and a lead professional developed an approved specification, and those who use and who
    provide the service were asked before.

    Why: those who use, provide and lead a service know what it must do. Mend: list every role under developed_by, and each
    consultation with its group and day; or say why children and young people, or providers, were not asked.
    """
    for move in changes.reaching("specification", *_APPROVED):
        record = move.after
        if record is None or "voided" in record.data:
            continue
        data = record.data
        roles = set(texts(data.get("developed_by")))
        wanted = (
            ("the Commissioning and Contracts Manager", {"ccm"}, "ccm"),
            ("a lead professional", _acting_as(changes.head, "lead_professional"), "lead_professional"),
        )
        for who, any_of, role in wanted:
            if roles and roles.isdisjoint(any_of):
                yield found(
                    "R-SPEC-8", "error", record, "/developed_by",
                    f"is approved, but developed_by does not name {who}", f"add '{role}' if that role took part",
                )  # fmt: skip
        on = day(part_of(data, "approval").get("on"))
        for group, reason, who in (
            ("service_users", "service_users_not_consulted_reason", "children and young people"),
            ("providers", "providers_not_consulted_reason", "providers"),
        ):
            held = [c for c in mappings(data.get("consultations")) if c.get("group") == group]
            if reason in data or any(_by(c, on) for c in held):
                continue
            when = f" before its approval on {on}" if held else ""
            yield found(
                "R-SPEC-8", "error", record, f"/{reason}" if "consultations" in data else "/consultations",
                f"is approved, but {who} were not asked{when}, and nothing says why",
                f"add the consultation of the group '{group}', or '{reason}:'",
            )  # fmt: skip


def _acting_as(register: Register, role: str) -> set[str]:
    return {role, *(str(e.get("code")) for e in entries(register, "roles") if e.get("acts_as") == role)}


def _by(consultation: Mapping[str, Any], on: date | None) -> bool:
    held = day(consultation.get("date"))
    return held is not None and (on is None or held <= on)


@rule("R-SPEC-9", "F-4-SS-2", "F-4-SS-3")
def sources_are_recorded(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A specification says when the team was asked, and from which kinds of plan it draws.

    Why: what children need is known to the team and stands in their plans. Mend: fill in team_consulted and sources, as numbers only.
    """
    for record in counting(register, "specification", "with_ccm", "approved"):
        asked = record.data.get("team_consulted")
        if not isinstance(asked, Mapping) or not ("on" in asked or "not_consulted_reason" in asked):
            yield found(
                "R-SPEC-9", "warning", record, "/team_consulted", "does not say when the team was asked, or why not",
                "add 'team_consulted:' with the day under on, or with not_consulted_reason",
            )  # fmt: skip
        if not record.data.get("sources"):
            yield found(
                "R-SPEC-9", "warning", record, "/sources", "does not say on which kinds of plan it draws",
                "add 'sources:' with each kind of plan and how many were read",
            )  # fmt: skip


@rule("R-SPEC-10", "F-4-SS-1", "F-4-SS-5")
def contracts_cite_approved_versions(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A contract that is ready for issue, or a variation that is approved, cites a specification that was approved.

    Why: a draft may still change, and then nobody knows what was agreed. Mend: have the version approved first, or cite one that is.
    """
    for kind, field, states in (
        ("contract", "schedule_a", READY),
        ("variation", "specification", ("approved", "signed")),
    ):
        for record in counting(register, kind, *states):
            spec = cited(register, "specification", record.data.get(field))
            if spec is None or ("voided" not in spec.data and spec.data.get("status") in _APPROVED):
                continue
            state = (
                "voided"
                if "voided" in spec.data
                else f"'{called(register, kinds, spec.kind, 'status', spec.data.get('status'))}'"
            )
            yield found(
                "R-SPEC-10", "error", record, f"/{field}", f"rests on the specification {spec.id}, which is {state}",
                "have that version approved first, or cite an approved one", (spec, "/status"),
            )  # fmt: skip


@change_rule("R-SPEC-10", "F-4-SS-1", "F-4-SS-5")
def cited_versions_stay(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A version on which an issued contract stands no longer changes.

    Why: it is Schedule A of that contract, and both parties signed it. Mend: put the old text back and write a new version.
    """
    for before, after in changes.moves:
        if before is None or before.kind != "specification" or before.data.get("status") not in _APPROVED:
            continue
        bound = _bound(changes.base, before)
        if bound is None:
            continue
        if after is None:
            yield found(
                "R-SPEC-10", "error", before, "", f"is gone, although {bound.id} was issued on it",
                "put it back as it was", (bound, "/schedule_a"),
            )  # fmt: skip
            continue
        for name in sorted(before.data.keys() | after.data.keys()):
            if name not in _MAY_CHANGE and before.data.get(name) != after.data.get(name):
                yield found(
                    "R-SPEC-10", "error", after, f"/{name}", f"{name} has changed, although {bound.id} was issued on it",
                    "put it back as it was, and write the change into a new version", (bound, "/schedule_a"),
                )  # fmt: skip


def _bound(register: Register, spec: Record) -> Record | None:
    """The first contract, or variation of one, that was issued on a version; None where there is none."""
    issued = [r for r in citing(register, spec, "contract") if r.data.get("status") in ISSUED]
    issued += [r for r in citing(register, spec, "variation") if r.data.get("status") == "signed"]
    return issued[0] if issued else None


@rule("R-SPEC-11", "F-3A-ii-9", "F-3B-ii-3")
def reviews_are_in_time(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An approved specification is looked at again by its day.

    Why: standards can rise, and needs change. Mend: look at it again; enter the review under review_history and the next day under
    review_due, or write a new version.
    """
    for record in counting(register, "specification", "approved"):
        due = day(record.data.get("review_due"))
        if due is not None and due < today:
            yield found(
                "R-SPEC-11", "warning", record, "/review_due", f"was to be looked at again by {due}",
                "look at it again, and enter the review and the next day",
            )  # fmt: skip


@rule("R-SPEC-12", "F-3B-p-M5")
def inspection_reports_are_asked_for(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The specification of a registered service obliges the provider to deliver its inspection reports.

    Why: they show whether the service keeps legal and national standards. Mend: set inspection_reports_required to true; on a
    version that is approved already, write a new one.
    """
    for record in counting(register, "specification", *_APPROVED):
        type = record.data.get("service_type")
        if record.data.get("inspection_reports_required") is not True and _registered(
            register, type, day(record.data.get("effective_from"))
        ):
            yield found(
                "R-SPEC-12", "error", record, "/inspection_reports_required",
                f"is for a registered service ({label(register, 'service_types', type)}), but does not ask for inspection reports",
                "write 'inspection_reports_required: true'",
            )  # fmt: skip
    for contract in counting(register, "contract", *LIVE):
        spec = cited(register, "specification", contract.data.get("schedule_a"))
        if spec is None or spec.data.get("inspection_reports_required") is True:
            continue
        on = day(contract.data.get("start_date"))
        if _registered(register, spec.data.get("service_type"), day(spec.data.get("effective_from"))):
            continue
        for index, name in enumerate(texts(contract.data.get("services"))):
            service = cited(register, "service", name)
            if service and (
                "registration_number" in service.data or _registered(register, service.data.get("service_type"), on)
            ):
                yield found(
                    "R-SPEC-12", "error", contract, f"/services/{index}",
                    f"buys the registered service {name} on {spec.id}, which does not ask for inspection reports",
                    "cite a specification that asks for them", (spec, "/inspection_reports_required"),
                )  # fmt: skip


def _registered(register: Register, type: Any, on: date | None) -> bool:
    """Whether a type of service needs registration on a day."""
    return isinstance(type, str) and any(
        e.get("registered") is True for e in entries(register, "service_types", on, type)
    )
