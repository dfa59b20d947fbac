"""The market of providers (F-3A-i-5, F-3B-ii-5): strengths, weaknesses, gaps, willingness and capacity by type of service; contact with providers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.policy import limit
from ccm_site.facts.records import cited, counting
from ccm_site.facts.values import day, mappings, months_after, texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.chain import BOUGHT, UNMET, by_type, count, listed, type_name
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Look, Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "The market"
LEAD = "What the council knows of the market for each type of service: strengths, weaknesses and gaps, who is willing and able, what providers say."
WILLING: dict[str, Look] = {"willing": "good", "able": "good", "partly": "near", "unwilling": "bad", "unable": "bad"}


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    notes = _notes(desk)
    grouped = sorted(by_type(notes).items(), key=lambda e: type_name(desk, e[0]))
    return Report(
        "market", "", report_on("market", ""), TITLE, LEAD, desk.period,
        (
            Section("Overview", tuple(_overview(desk, dict(grouped)))),
            *(Section(type_name(desk, code), tuple(_type(desk, found))) for code, found in grouped),
            Section("What providers say", tuple(_views(desk, notes))),
            Section("Buying together with others", tuple(_joint(desk, notes))),
            Section("Contact with providers", tuple(_contact(desk))),
        ),
        None, desk.shown_to("market_note"),
    )  # fmt: skip


def _notes(desk: Desk) -> list[Record]:
    """The market notes by the last day looked at, the latest first."""
    found = (n for n in counting(desk.register, "market_note") if str(n.data.get("on", "")) <= desk.until.isoformat())
    return sorted(found, key=lambda n: (str(n.data.get("on", "")), n.id), reverse=True)


def _since(desk: Desk, code: str) -> date | None:
    """The first day that is not too long ago, by a limit of policy/thresholds.yaml in months; None where there is no such limit."""
    months = limit(desk.register, code, desk.until)
    return months_after(desk.until, -int(months)) if months is not None else None


def _used(desk: Desk) -> dict[str, list[Record]]:
    """The types of service that the council has, buys or looks for, with what shows it."""
    shows = (
        *listed(desk, "contract", *BOUGHT),
        *counting(desk.register, "service", "active"),
        *listed(desk, "need", *UNMET),
    )
    return by_type(shows)


def _overview(desk: Desk, notes: dict[str, list[Record]]) -> Iterator[Part]:
    since, used = _since(desk, "market_note_age"), _used(desk)
    services, contracts = (
        by_type(counting(desk.register, "service", "active")),
        by_type(listed(desk, "contract", *BOUGHT)),
    )
    rows = []
    for code in sorted({*notes, *used}, key=lambda c: type_name(desk, c)):
        last = notes[code][0] if code in notes else None
        if last is None:
            cells = [Said("none", (), "bad" if code in used else ""), Said("–"), Said("–")]
        else:
            noted = day(last.data.get("on"))
            old = since is not None and noted is not None and noted < since
            cells = [Said(on(noted) + (": too long ago" if old else ""), (last.key,), "near" if old else ""), _coded(desk, last, "willingness"), _coded(desk, last, "capacity")]  # fmt: skip
        providers = {str(s.data.get("provider")) for s in services.get(code, ())}
        rows.append((Said(type_name(desk, code)), *cells, Said(str(len(providers)) if providers else "–", tuple(Key("provider", p) for p in sorted(providers))), count(contracts.get(code, ()))))  # fmt: skip
    yield Table(
        "", ("Type of service", "Latest note", "Willing", "Able", "Providers with a service", "Contracts"), tuple(rows), (4, 5), "No market notes are entered.",
        f"A note is too long ago before {on(since)} (policy, limits)." if since else "",
    )  # fmt: skip


def _coded(desk: Desk, note: Record, field: str) -> Said:
    code = str(note.data.get(field, ""))
    return Said(desk.shown(note, field) or "–", (), WILLING.get(code, ""))


def _type(desk: Desk, notes: list[Record]) -> Iterator[Part]:
    """The latest note of the market as a whole and of each provider, and those of the period looked back on."""
    seen: set[str] = set()
    shown = []
    for n in notes:
        about = str(n.data.get("provider", ""))
        if about not in seen or str(n.data.get("on", "")) >= desk.period.first.isoformat():
            shown.append(n)
        seen.add(about)
    yield Table(
        "", ("Note", "On", "About", "Strengths", "Weaknesses", "Gaps"),
        tuple(
            (desk.name(n.key), Said(desk.shown(n, "on")), _about(desk, n), *(Said(" ".join(texts(n.data.get(f))) or "–") for f in ("strengths", "weaknesses", "gaps")))
            for n in shown
        ),
    )  # fmt: skip
    offered = [Said(text, (n.key,)) for n in shown for text in texts(n.data.get("changes_offered"))]
    if offered:
        yield Words("Changes that providers offer:")
        yield Points(tuple(offered))


def _about(desk: Desk, note: Record) -> Said:
    provider = cited(desk.register, "provider", note.data.get("provider"))
    return desk.name(provider.key) if provider else Said("the market")


def _views(desk: Desk, notes: list[Record]) -> Iterator[Part]:
    found = [(n, v) for n in notes for v in mappings(n.data.get("provider_views"))]
    yield Table(
        "", ("Provider", "Type of service", "On", "What it says"),
        tuple(
            (desk.names("provider", texts([v.get("provider")])) if v.get("provider") else Said("Several"), Said(type_name(desk, n.data.get("service_type"))),
             Said(on(str(v.get("on", "")))), Said(str(v.get("view", "")), (n.key,)))
            for n, v in sorted(found, key=lambda e: str(e[1].get("on", "")), reverse=True)
        ), (), "No views of providers are entered.",
    )  # fmt: skip


def _joint(desk: Desk, notes: list[Record]) -> Iterator[Part]:
    yield Table(
        "", ("With whom", "Type of service", "Interest", "Note", "Noted on"),
        tuple(
            (Said(str(j.get("body", "")), (n.key,)), Said(type_name(desk, n.data.get("service_type"))),
             Said(desk.words("market_note", "joint_commissioning.*.interest", j.get("interest"))), Said(str(j.get("note", ""))), Said(desk.shown(n, "on")))
            for n in notes for j in mappings(n.data.get("joint_commissioning"))
        ), (), "Nothing is entered.",
    )  # fmt: skip


def _contact(desk: Desk) -> Iterator[Part]:
    """When there was contact with each provider from which the council buys or may buy, and who looks after it."""
    since = _since(desk, "engagement_age")
    rows = []
    for p in sorted(
        counting(desk.register, "provider", "active", "suspended", "prospective"),
        key=lambda p: str(p.data.get("name", "")),
    ):
        if p.data.get("organisation_kind") == "council_in_house":
            continue
        told = [e for e in mappings(p.data.get("engagement")) if str(e.get("date", "")) <= desk.until.isoformat()]
        last = max(told, key=lambda e: str(e.get("date", "")), default=None)
        owner = desk.names("post", texts([p.data.get("relationship_owner")])) if "relationship_owner" in p.data else Said("nobody named", (), "near")  # fmt: skip
        if last is None:
            when, how = Said("none entered", (), "near"), Said("–")
        else:
            old = since is not None and str(last.get("date", "")) < since.isoformat()
            when = Said(on(str(last.get("date", ""))) + (": too long ago" if old else ""), (), "near" if old else "")
            note = str(last.get("note", ""))
            how = Said(desk.words("provider", "engagement.*.kind", last.get("kind")) + (f": {note}" if note else ""))
        rows.append((desk.name(p.key), Said(desk.shown(p, "status")), owner, when, how, Said(str(len(told)) if told else "–")))  # fmt: skip
    yield Table(
        "", ("Provider", "State", "Who looks after it", "Last contact", "How", "Contacts entered"), tuple(rows), (5,), "No provider is entered.",
        f"Contact is too long ago before {on(since)} (policy, limits)." if since else "",
    )  # fmt: skip
