"""The intervention log (F-3B-ii-10, F-4-SM-3): what was asked of providers that did not do as agreed, by provider, with the steps of the ladder."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.policy import entries
from ccm_site.facts.records import cited
from ccm_site.facts.values import mappings, part_of, texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.chain import count, left_out, listed
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Intervention log"
LEAD = "Where the council stepped in: why, at which step, what the provider must do by when, and what came of it."
LADDER = Key("intervention_ladder", "intervention_ladder")
OPEN = ("requested", "agreed", "under_way")


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    found = sorted(listed(desk, "intervention"), key=lambda i: (_asked_on(i), i.id), reverse=True)
    by_provider: dict[str, list[Record]] = {}
    for i in found:
        by_provider.setdefault(_provider(desk, i), []).append(i)
    return Report(
        "interventions", "", report_on("interventions", ""), TITLE, LEAD, desk.period,
        (
            Section("Under way", (*left_out(desk), *_under_way(desk, found))),
            Section("What providers are still to do", tuple(_required(desk, found))),
            Section("By provider", tuple(_summary(desk, by_provider))),
            *(
                Section(desk.site.label(Key("provider", p)) if p else "Provider not entered", tuple(_log(desk, own)), 3)
                for p, own in sorted(by_provider.items(), key=lambda e: desk.site.label(Key("provider", e[0])))
            ),
            Section("The steps", tuple(_ladder(desk, found))),
        ),
        None, desk.shown_to("intervention"),
    )  # fmt: skip


def _asked_on(intervention: Record) -> str:
    return str(part_of(intervention.data, "request").get("on") or part_of(intervention.data, "decision").get("on", ""))


def _called(desk: Desk, intervention: Record) -> Said:
    return Said(f"{intervention.id}, {desk.shown(intervention, 'intervention_kind').lower()}", (intervention.key,))


def _provider(desk: Desk, intervention: Record) -> str:
    if isinstance(named := intervention.data.get("provider"), str):
        return named
    contract = cited(desk.register, "contract", intervention.data.get("contract"))
    return str(contract.data.get("provider", "")) if contract else ""


def _next(desk: Desk, intervention: Record) -> Said:
    """What is to be done next about an intervention that is under way."""
    state, required = intervention.data.get("status"), str(intervention.data.get("required_by", ""))
    if state == "requested":
        return Said("The manager decides whether to intervene")
    if state == "agreed" and "letter" not in intervention.data:
        return Said("The provider is told")
    if required and required < desk.today.isoformat():
        return Said(f"Overdue since {on(required)}: take the next step or close it", (), "bad")
    return Said(f"The provider is to act by {on(required)}" if required else "No day is set by which the provider must act", (), "" if required else "near")  # fmt: skip


def _under_way(desk: Desk, found: list[Record]) -> Iterator[Part]:
    yield Table(
        "", ("Intervention", "Provider", "Contract", "State", "Step", "Asked for on", "Next"),
        tuple(
            (_called(desk, i), desk.names("provider", texts([_provider(desk, i)])), desk.names("contract", texts([i.data.get("contract")])), Said(desk.shown(i, "status")),
             Said(desk.shown(i, "step") or "–"), Said(on(_asked_on(i))), _next(desk, i))
            for i in found if i.data.get("status") in OPEN
        ), (), "None is under way.", sheet="interventions",
    )  # fmt: skip


def _required(desk: Desk, found: list[Record]) -> Iterator[Part]:
    rows = []
    for i in found:
        for wanted in mappings(i.data.get("required")):
            if i.data.get("status") in OPEN and "met_on" not in wanted:
                by = str(wanted.get("by", ""))
                late = bool(by) and by < desk.today.isoformat()
                rows.append((by, i.id, (Said(str(wanted.get("what", "")), (i.key,)), desk.names("provider", texts([_provider(desk, i)])), Said(f"{on(by)}{': late' if late else ''}", (), "bad" if late else ""))))  # fmt: skip
    yield Table("", ("What", "Provider", "By"), tuple(r for *_, r in sorted(rows, key=lambda r: r[:2])), (), "Nothing.")


def _summary(desk: Desk, by_provider: dict[str, list[Record]]) -> Iterator[Part]:
    states = ("resolved", "escalated", "declined")
    yield Table(
        "", ("Provider", "All", "Under way", *(desk.words("intervention", "status", s) for s in states), "Latest step"),
        tuple(
            (desk.name(Key("provider", p)) if p else Said("Provider not entered"), count(own), count(i for i in own if i.data.get("status") in OPEN),
             *(count(i for i in own if i.data.get("status") == s) for s in states), Said(desk.shown(own[0], "step") or "–"))
            for p, own in sorted(by_provider.items(), key=lambda e: desk.site.label(Key("provider", e[0])))
        ), (1, 2, 3, 4, 5), "The council has not stepped in anywhere.",
    )  # fmt: skip


def _log(desk: Desk, own: list[Record]) -> Iterator[Part]:
    yield Table(
        "", ("Intervention", "Asked for", "Why", "Step", "Decided", "What was required", "What came of it"),
        tuple(
            (_called(desk, i), Said(f"{on(_asked_on(i))}{_by(desk, i)}"), Said(str(part_of(i.data, "request").get("reason", "–")), tuple(_triggers(desk, i))),
             Said(desk.shown(i, "step") or "–"), Said(desk.shown(i, "decision.on") or "–"), Said(_wanted(i) or "–"), Said(_outcome(desk, i)))
            for i in own
        ),
    )  # fmt: skip


def _by(desk: Desk, intervention: Record) -> str:
    role = desk.shown(intervention, "request.by_role")
    return f", {role}" if role else ""


def _triggers(desk: Desk, intervention: Record) -> Iterator[Key]:
    """What showed that something was wrong, of what this site holds."""
    wanted = set(texts(intervention.data.get("triggers")))
    yield from (link.target for link in desk.register.links.get(intervention.key, ()) if link.target.id in wanted)


def _wanted(intervention: Record) -> str:
    told = []
    for w in mappings(intervention.data.get("required")):
        met = on(str(w.get("met_on", "")))
        told.append(
            f"{w.get('what', '')} (by {on(str(w.get('by', '')))}{f', met {met}' if 'met_on' in w else ', not met'})"
        )
    return "; ".join(told)


def _outcome(desk: Desk, intervention: Record) -> str:
    result, note = desk.shown(intervention, "outcome.result"), str(part_of(intervention.data, "outcome").get("note", ""))  # fmt: skip
    told = f"{desk.shown(intervention, 'status')}{f': {result}' if result else ''}"
    ended = desk.shown(intervention, "ended_on")
    return f"{told}{f', {ended}' if ended else ''}{f'. {note}' if note else ''}"


def _ladder(desk: Desk, found: list[Record]) -> Iterator[Part]:
    steps = sorted(entries(desk.register, "intervention_ladder", desk.today), key=lambda e: (e["order"] if isinstance(e.get("order"), int) else 0, str(e.get("code", ""))))  # fmt: skip
    roles = desk.site.roles
    yield Table(
        "", ("Step", "When it is taken", "Who decides", "Who is asked first", "Taken"),
        tuple(
            (Said(str(e.get("label", "")), (LADDER,)), Said(str(e.get("circumstances", "–"))), Said(" or ".join(roles.get(r, r) for r in texts(e.get("decided_by"))) or "–"),
             Said(", ".join(roles.get(r, r) for r in texts(e.get("consulted"))) or "–"), count(i for i in found if i.data.get("step") == e.get("code")))
            for e in steps
        ), (4,), "The council has not set down its steps of intervention.",
    )  # fmt: skip
    if any(e.get("may_skip_to") is True for e in steps):
        labels = "; ".join(str(e.get("label", "")) for e in steps if e.get("may_skip_to") is True)
        yield Words(f"May be taken at once, without the steps before: {labels}.", sources=(LADDER,))
