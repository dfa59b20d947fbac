"""Due diligence (V-1): the assurances of each provider: which hold, which run out when, which have run out, and which nobody has seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ccm_site.facts.assurances import CHECKLIST, registered_providers
from ccm_site.facts.policy import limit
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, days_after, mappings, part_of
from ccm_site.model import Record
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Look, Part, Report, Said, Section, Table
from ccm_site.views.text import money
from ccm_site.views.urls import report_on

TITLE = "Due diligence"
LEAD = "Whether each provider's registration, insurance, vetting, policies and checks have been seen, and hold."
STATES: Mapping[str, str] = {
    "valid": "Holds", "soon": "Runs out soon", "conditions": "Holds with conditions", "expired": "Has run out", "not_satisfactory": "Not satisfactory", "missing": "Not seen",
}  # fmt: skip
LOOKS: Mapping[str, Look] = {"valid": "good", "soon": "near", "conditions": "near", "expired": "bad", "not_satisfactory": "bad", "missing": "bad"}  # fmt: skip
SOON = "renewal_notice"
"""The limit of policy/thresholds.yaml by which something that ends is looked at ahead; there is none for assurances alone."""


@dataclass(frozen=True)
class Held:
    """How it stands with one kind of assurance of a provider; ``entry`` is the one that counts, None where nobody has seen any."""

    kind: str
    state: str
    entry: Mapping[str, Any] | None

    @property
    def until(self) -> str:
        return str(self.entry.get("valid_to", "")) if self.entry else ""


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    providers = _providers(desk)
    held = {p.id: assurances(desk, p) for p in providers}
    return Report(
        "due_diligence", "", report_on("due_diligence", ""), TITLE, LEAD, desk.period,
        (
            Section("Overview", tuple(_overview(desk, providers, held))),
            Section("To be asked for", tuple(_wanting(desk, providers, held))),
            Section("Running out, the next ones first", tuple(_running_out(desk, providers, held))),
            Section("Every assurance", ()),
            *(Section(desk.site.label(p.key), tuple(_all(desk, p, held[p.id])), 3) for p in providers),
        ),
        None, desk.shown_to("provider"),
    )  # fmt: skip


def _providers(desk: Desk) -> list[Record]:
    """The providers from outside the council from which it buys, or could again."""
    found = (
        p for p in counting(desk.register, "provider", "active", "suspended", "prospective") if p.data.get("organisation_kind") != "council_in_house"
    )  # fmt: skip
    return sorted(found, key=lambda p: (desk.site.label(p.key), p.id))


def assurances(desk: Desk, provider: Record) -> list[Held]:
    """Each assurance on the council's checklist, and any other that was entered, as it stands on the day."""
    entered: dict[str, list[Mapping[str, Any]]] = {}
    for a in mappings(provider.data.get("assurances")):
        entered.setdefault(str(a.get("kind", "")), []).append(a)
    wanted = [k for k in CHECKLIST if k != CHECKLIST[0] or provider.id in registered_providers(desk.register)]
    return [_state(desk, k, entered.get(k, [])) for k in dict.fromkeys((*wanted, *entered))]


def _state(desk: Desk, kind: str, entered: list[Mapping[str, Any]]) -> Held:
    """By the entry that holds longest; where none holds, the one that ran out last."""
    if not entered:
        return Held(kind, "missing", None)
    today = desk.today.isoformat()
    good = [a for a in entered if a.get("result") != "not_satisfactory" and str(a.get("valid_to", "9")) >= today]
    best = max(good or entered, key=lambda a: (str(a.get("valid_to", "9")), str(a.get("checked_on", ""))))
    if not good:
        return Held(kind, "expired" if str(best.get("valid_to", "9")) < today else "not_satisfactory", best)
    if best.get("result") == "conditions":
        return Held(kind, "conditions", best)
    ahead = limit(desk.register, SOON, desk.today)
    soon = ahead is not None and str(best.get("valid_to", "9")) <= days_after(desk.today, int(ahead)).isoformat()
    return Held(kind, "soon" if soon else "valid", best)


def _name(desk: Desk, held: Held) -> str:
    return desk.words("provider", "assurances.*.kind", held.kind) or "Kind not stated"


def _said(held: Held, provider: Record) -> Said:
    return Said(STATES[held.state], (provider.key,), LOOKS[held.state])


def _overview(desk: Desk, providers: list[Record], held: dict[str, list[Held]]) -> Iterator[Part]:
    yield Table(
        "", ("Provider", "State", *STATES.values()),
        tuple(
            (desk.name(p.key), Said(desk.shown(p, "status")), *(Said(str(n) if (n := sum(h.state == s for h in held[p.id])) else "–", (p.key,) if n else ()) for s in STATES))
            for p in providers
        ), tuple(range(2, 2 + len(STATES))), "No provider from outside the council is entered.", _soon_note(desk), "due-diligence",
    )  # fmt: skip


def _soon_note(desk: Desk) -> str:
    ahead = limit(desk.register, SOON, desk.today)
    return f"Soon is within {int(ahead)} days, as for contracts that end (policy, limits)." if ahead is not None else ""


def _wanting(desk: Desk, providers: list[Record], held: dict[str, list[Held]]) -> Iterator[Part]:
    order = {s: n for n, s in enumerate(("not_satisfactory", "expired", "missing", "conditions"))}
    found = [(p, h) for p in providers for h in held[p.id] if h.state in order]
    yield Table(
        "", ("Provider", "Assurance", "How it stands", "Valid to", "Note"),
        tuple(
            (desk.name(p.key), Said(_name(desk, h)), _said(h, p), Said(on(h.until)), Said(str(h.entry.get("note", "")) if h.entry else ""))
            for p, h in sorted(found, key=lambda e: (desk.site.label(e[0].key), order[e[1].state], e[1].kind))
        ), (), "Nothing: every assurance on the checklist has been seen and holds.",
    )  # fmt: skip


def _running_out(desk: Desk, providers: list[Record], held: dict[str, list[Held]]) -> Iterator[Part]:
    found = [(h.until, p.id, p, h) for p in providers for h in held[p.id] if h.state in ("valid", "soon", "conditions") and h.until]  # fmt: skip
    yield Table(
        "", ("Assurance", "Provider", "Valid to", "In days"),
        tuple(
            (Said(_name(desk, h), (p.key,)), desk.name(p.key), Said(on(until), (), LOOKS[h.state] if h.state == "soon" else ""), Said(_days(desk, until)))
            for until, _, p, h in sorted(found, key=lambda e: (e[0], e[1], e[3].kind))
        ), (3,), "None has a last day.",
    )  # fmt: skip


def _days(desk: Desk, until: str) -> str:
    end = day(until)
    return str((end - desk.today).days) if end else "–"


def _all(desk: Desk, provider: Record, held: list[Held]) -> Iterator[Part]:
    yield Table(
        "", ("Assurance", "How it stands", "Seen on", "Seen by", "Valid to", "Cover"),
        tuple(
            (Said(_name(desk, h)), _said(h, provider), Said(on(str(h.entry.get("checked_on", "")) if h.entry else "")),
             Said(desk.site.roles.get(str(h.entry.get("checked_by_role")), "–") if h.entry else "–"), Said(on(h.until)),
             Said(money(part_of(h.entry, "cover")) if h.entry and "cover" in h.entry else "–"))
            for h in held
        ),
    )  # fmt: skip
