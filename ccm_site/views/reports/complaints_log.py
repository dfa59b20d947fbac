"""The log of complaints and concerns: all that was received in the period, what was referred and is overdue, and the analysis of it.

Framework 3(B) on logs: all of them, those for information only too (F-3B-r-3); what was referred to others (F-3B-r-4); quick analysis by
agreed categories (F-3B-r-5); three outcomes (F-3B-r-1). What happened is told by no word here: the record has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from ccm_site.facts.complaints import provider_of
from ccm_site.facts.policy import Waits, applies, entries, limit
from ccm_site.facts.records import cited, counting, open_to_check
from ccm_site.facts.values import day, days_after, months_after, part_of
from ccm_site.model import Key, Record
from ccm_site.performance.concerns import placed_days, received, shut_complaints, summed
from ccm_site.performance.periods import Period
from ccm_site.views.reports.desk import Desk, figure, on, span
from ccm_site.views.reports.model import Facts, Part, Report, Said, Section, Table, Words
from ccm_site.views.text import MONTHS
from ccm_site.views.urls import report_on

TITLE = "Log of complaints and concerns"
LEAD = "All complaints and concerns of the period, what is overdue, and what comes up again and again."
AUDIENCES = ("restricted",)
DONE = ("closed", "recorded_only", "child_protection_referred")
"""The states in which nothing more is waited for."""
FOUND = ("upheld", "partly_upheld")
OUTCOMES = (
    ("complainant_satisfaction", "How satisfied the person is"),
    ("provider_change", "What the provider changed"),
    ("overview", "What it adds to the whole picture"),
)


def subjects(desk: Desk) -> Iterator[str]:
    """There is one."""
    yield ""


def report(desk: Desk, subject: str = "") -> Report:
    everything = received(desk.register, Period(desk.period.first, desk.until))
    mine = [c for c in everything if c.data.get("entry_type") != "compliment"]
    sections = (
        Section("In short", tuple(_short(desk, everything, mine))),
        Section("Overdue", tuple(_overdue(desk))),
        Section("Referred to others", tuple(_referred(desk))),
        Section("What comes up again and again", tuple(_repeated(desk, mine))),
        Section("What it was about", tuple(_subjects(desk, mine))),
        Section("By provider, over all contracts", (_providers(desk, everything),)),
        Section("Who told us, when, and how serious it was", tuple(_told(desk, mine))),
        Section("What came of it", tuple(_outcomes(desk, mine))),
        Section("Promised in the specification or not", tuple(_promised(desk, mine))),
        Section("The log", tuple(_log(desk, mine))),
    )
    return Report(
        "complaints_log",
        "",
        report_on("complaints_log", ""),
        TITLE,
        LEAD,
        desk.period,
        sections,
        None,
        desk.shown_to("complaint"),
    )


def _short(desk: Desk, everything: Sequence[Record], mine: Sequence[Record]) -> Iterator[Part]:
    found = summed(everything, desk.period)
    late = sum(1 for _ in _late(desk))
    yield Facts((
        ("Complaints and concerns", Said(str(found.total))), ("Of these for information only", Said(str(found.information_only))),
        ("Nothing further was wanted", Said(str(sum(c.data.get("further_action_wanted") is False for c in mine)))),
        ("Still open", Said(str(sum(c.data.get("status") not in DONE for c in mine)))), ("Overdue, of whatever time", Said(str(late), (), "bad" if late else "good")),
        ("Compliments, counted apart", Said(str(found.compliments))),
    ))  # fmt: skip
    shut = shut_complaints(desk.register)
    if shut:
        yield Words(
            f"{shut} more {'is' if shut == 1 else 'are'} sealed and cannot be read here. They are in none of the figures."
        )
    yield Words(
        "Few or no concerns do not mean that a service is good: not everybody who has cause complains. What concerns child protection is passed on at once "
        "and is told elsewhere.",
        hint=True,
    )


def _late(desk: Desk) -> Iterator[tuple[Record, str, date]]:
    """What should have come by now, of whatever time: the record, what is waited for, and since when."""
    waits = Waits(desk.register)
    for c in counting(desk.register, "complaint"):
        if not open_to_check(c) or _received(c) > desk.until:
            continue
        waited = list(_waited(c, waits)) if c.data.get("status") not in DONE else []
        if "sent_to_ccm_on" not in c.data and c.data.get("entry_type") != "compliment":
            waited.append(
                ("To be sent to the Commissioning and Contracts Manager", waits.due("concern_sent", _received(c)))
            )
        yield from ((c, what, by) for what, by in waited if by is not None and by < desk.until)


def _waited(complaint: Record, waits: Waits) -> Iterator[tuple[str, date | None]]:
    """The answers that an open complaint or concern waits for, each with the day that was set, else with that of its stage."""
    answer, referral = part_of(complaint.data, "provider_response"), part_of(complaint.data, "referral")
    if answer and "received_on" not in answer:
        yield "The provider's answer", day(answer.get("expected_by"))
    if referral and not referral.keys() & {"outcome", "outcome_on", "outcome_not_shared_reason"}:
        yield "The outcome of what was referred", day(referral.get("expected_by"))
    state = complaint.data.get("status")
    if state == "logged" and complaint.data.get("further_action_wanted") is True:
        yield "Somebody to look into it", waits.due("complaint_stage_one", _received(complaint))
    elif state == "council_action":
        yield "The council's answer", waits.due("complaint_stage_two", _received(complaint))


def _overdue(desk: Desk) -> Iterator[Part]:
    rows = tuple(
        (_name(c), _provider(desk, c), Said(what), Said(on(by), (), "bad"), Said(desk.shown(c, "status")))
        for c, what, by in sorted(_late(desk), key=lambda found: (found[2], found[0].id))
    )  # fmt: skip
    yield Table(
        "",
        ("Number", "Provider", "What is waited for", "Was due by", "State"),
        rows,
        (),
        "Nothing is overdue.",
        "",
        "overdue",
    )


def _referred(desk: Desk) -> Iterator[Part]:
    """What was referred in the period, and what was referred before and is still open."""
    rows = []
    for c in counting(desk.register, "complaint"):
        referral = part_of(c.data, "referral")
        since, by = day(referral.get("on")), day(referral.get("expected_by"))
        if not open_to_check(c) or since is None or since > desk.until:
            continue
        told = desk.shown(c, "referral.outcome")
        if not (desk.period.holds(since) or (not told and c.data.get("status") not in DONE)):
            continue
        to = desk.shown(c, "referral.to_office") or desk.shown(c, "referral.to_role")
        if told:
            state = Said(f"{told}, {on(str(referral.get('outcome_on') or '') or None)}", (), "good")
        elif "outcome_not_shared_reason" in referral:
            state = Said("Not shared with the council")
        elif by and by < desk.until:
            state = Said("Overdue", (), "bad")
        else:
            state = Said("Not yet")
        rows.append((_name(c), _provider(desk, c), Said(to), Said(on(since)), Said(on(by)), state))
    yield Table(
        "",
        ("Number", "Provider", "Referred to", "On", "Outcome expected by", "Outcome"),
        tuple(rows),
        (),
        "Nothing was referred.",
        "",
        "referred",
    )


def _repeated(desk: Desk, mine: Sequence[Record]) -> Iterator[Part]:
    """The same subject more than once about a provider, across all its contracts; and providers with so many that risk is to be assessed."""
    of: dict[tuple[str, str], list[Record]] = {}
    for c in mine:
        if (provider := provider_of(desk.register, c)) and c.data.get("category"):
            of.setdefault((provider, str(c.data["category"])), []).append(c)
    again = sorted(((k, found) for k, found in of.items() if len(found) > 1), key=lambda item: (-len(item[1]), item[0]))
    yield Table(
        "The same subject more than once", ("Provider", "Subject", "Times", "From", "Under", "Upheld or partly", "Numbers"),
        tuple(
            (desk.name(Key("provider", provider)), Said(desk.words("complaint", "category", category)), Said(str(len(found))),
             Said("; ".join(dict.fromkeys(desk.shown(c, "source") for c in found))), _under(desk, found),
             Said(str(sum(_result(c) in FOUND for c in found))), Said(", ".join(c.id for c in found), tuple(c.key for c in found)))
            for (provider, category), found in again
        ), (2, 5), "No subject came up more than once about a provider.", "", "repeated-subjects",
    )  # fmt: skip
    yield from _many(desk)
    seen = [
        c for c in mine if part_of(c.data, "outcome").get("overview") in ("repeated_here", "seen_at_other_providers")
    ]
    if seen:
        yield Table(
            "Found to be repeated when it was closed", ("Number", "Provider", "Subject", "What was found"),
            tuple((_name(c), _provider(desk, c), Said(desk.shown(c, "category")), Said(desk.shown(c, "outcome.overview"))) for c in seen),
        )  # fmt: skip


def _many(desk: Desk) -> Iterator[Part]:
    count, months = (
        limit(desk.register, "concerns_count", desk.until),
        limit(desk.register, "concerns_window", desk.until),
    )
    if count is None or months is None:
        return
    window = Period(days_after(months_after(desk.until, -int(months)), 1), desk.until)
    recent = [c for c in received(desk.register, window) if c.data.get("entry_type") != "compliment"]
    numbers = Counter(p for c in recent if (p := provider_of(desk.register, c)))
    rows = tuple(
        (desk.name(Key("provider", p)), Said(str(n)))
        for p, n in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))
        if n >= count
    )
    yield Table(
        f"Providers with {count} or more since {on(window.first)}", ("Provider", "How many"), rows, (1,), "None.",
        "From so many on, over all contracts and from all sources, the risk is to be assessed.",
    )  # fmt: skip


def _subjects(desk: Desk, mine: Sequence[Record]) -> Iterator[Part]:
    """By the agreed categories that were in force in the period, those that did not come up included."""
    agreed = {
        str(e.get("code")): e.get("child_safety") is True for e in entries(desk.register, "complaint_categories")
        if applies(e, desk.until) or applies(e, desk.period.first)
    }  # fmt: skip
    used = [str(c.data.get("category") or "") for c in mine]
    codes = [*agreed, *sorted(set(used) - set(agreed))]
    rows = []
    for code in sorted(codes, key=lambda code: (-used.count(code), codes.index(code))):
        here = [c for c in mine if str(c.data.get("category") or "") == code]
        words = desk.words("complaint", "category", code) if code else "No subject entered"
        rows.append((Said(words), *_figures(here), Said("Yes" if agreed.get(code) else "No")))
    yield Table(
        "",
        ("Subject", *FIGURES, "Safety of children"),
        tuple(rows),
        (1, 2, 3, 4, 5),
        "No subjects are agreed.",
        "",
        "by-subject",
    )


FIGURES = ("How many", "Information only", "Serious", "Upheld or partly", "Still open")


def _figures(found: Sequence[Record]) -> tuple[Said, ...]:
    return (
        Said(str(len(found)), tuple(c.key for c in found) if len(found) == 1 else ()),
        Said(str(sum(c.data.get("entry_type") == "information_only" for c in found))), Said(str(sum(c.data.get("severity") == "serious" for c in found))),
        Said(str(sum(_result(c) in FOUND for c in found))), Said(str(sum(c.data.get("status") not in DONE for c in found))),
    )  # fmt: skip


def _providers(desk: Desk, everything: Sequence[Record]) -> Table:
    of: dict[str, list[Record]] = {}
    for c in everything:
        of.setdefault(provider_of(desk.register, c) or "", []).append(c)
    rows = []
    for provider, found in of.items():
        mine = [c for c in found if c.data.get("entry_type") != "compliment"]
        figures = summed(found, desk.period, placed_days(desk.register, provider, desk.period))
        rows.append((
            len(mine), provider,
            (desk.name(Key("provider", provider)) if provider else Said("No provider named"), *_figures(mine), Said(figure(figures.rate)), Said(str(figures.compliments))),
        ))  # fmt: skip
    return Table(
        "", ("Provider", *FIGURES, "For each ten children placed all the time", "Compliments"), tuple(row for _, _, row in sorted(rows, key=lambda r: (-r[0], r[1]))),
        (1, 2, 3, 4, 5, 6, 7), "None was received.", "", "by-provider",
    )  # fmt: skip


def _told(desk: Desk, mine: Sequence[Record]) -> Iterator[Part]:
    for title, path in (
        ("By who told us", "source"),
        ("By kind", "entry_type"),
        ("By how serious it was", "severity"),
        ("By state", "status"),
    ):
        yield _counted(desk, title, mine, path, f"{title.lower().replace(' ', '-')}")
    months, first = [], desk.period.first.replace(day=1)
    while first <= desk.until:
        here = [c for c in mine if first <= _received(c) < months_after(first, 1)]
        months.append((Said(f"{MONTHS[first.month - 1]} {first.year}"), *_figures(here)))
        first = months_after(first, 1)
    yield Table("By month", ("Month", *FIGURES), tuple(months), (1, 2, 3, 4, 5), sheet="by-month")


def _outcomes(desk: Desk, mine: Sequence[Record]) -> Iterator[Part]:
    """The three outcomes that work on single concerns has (F-3B-r-1), and the results."""
    closed = [c for c in mine if c.data.get("status") in ("outcome_recorded", "closed")]
    without = [c for c in closed if not part_of(c.data, "outcome")]
    yield Words(
        f"Of {len(mine)} complaints and concerns {len(closed)} have come to an end with an outcome to record."
        + (f" For {len(without)} none is entered." if without else "")
    )
    for name, title in OUTCOMES:
        told = [c for c in mine if name in part_of(c.data, "outcome")]
        yield _counted(desk, title, told, f"outcome.{name}", name.replace("_", "-"), "No outcome is entered.")
    yield _counted(
        desk,
        "By result",
        [c for c in mine if _result(c)],
        "resolution.result",
        "by-result",
        "No result is entered.",
    )


def _promised(desk: Desk, mine: Sequence[Record]) -> Iterator[Part]:
    yield Words(
        "People expect different things of a service. What the specification does not promise may still be worth changing, in the next specification.",
        hint=True,
    )
    yield _counted(desk, "", mine, "expectation_in_spec", "promised-in-the-specification")


def _counted(
    desk: Desk, title: str, found: Iterable[Record], path: str, sheet: str, empty: str = "None was received."
) -> Table:
    """How many of each answer under a field."""
    counts = Counter(desk.shown(c, path) or "Not entered" for c in found)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    heading = title.removeprefix("By ").capitalize() or "Answer"
    return Table(
        title, (heading, "How many"), tuple((Said(w), Said(str(n))) for w, n in ordered), (1,), empty, "", sheet
    )


def _log(desk: Desk, mine: Sequence[Record]) -> Iterator[Part]:
    yield Table(
        "", ("Number", "Received", "Provider", "Contract", "Kind", "Subject", "How serious", "From", "Promised", "Further action wanted", "State", "Result", "Sent to the manager"),
        tuple(
            (_name(c), Said(desk.shown(c, "received_on")), _provider(desk, c), _contract(desk, c), Said(desk.shown(c, "entry_type")), Said(desk.shown(c, "category")),
             Said(desk.shown(c, "severity")), Said(desk.shown(c, "source")), Said(desk.shown(c, "expectation_in_spec")), Said(desk.shown(c, "further_action_wanted")),
             Said(desk.shown(c, "status")), Said(desk.shown(c, "resolution.result")), Said(desk.shown(c, "sent_to_ccm_on") or "Not yet"))
            for c in reversed(mine)
        ), (), f"None was received, {span(desk.period)}.", "", "log",
    )  # fmt: skip


def _under(desk: Desk, found: Iterable[Record]) -> Said:
    keys = dict.fromkeys(k for c in found if (k := _contract_of(desk, c)))
    return Said(", ".join(k.id for k in keys) or "–", tuple(keys))


def _contract_of(desk: Desk, complaint: Record) -> Key | None:
    """The contract that it names, or that its placement is under."""
    named = complaint.data.get("contract")
    if named is None and (placement := cited(desk.register, "placement", complaint.data.get("placement"))):
        named = placement.data.get("contract")
    return Key("contract", named) if isinstance(named, str) else None


def _contract(desk: Desk, complaint: Record) -> Said:
    key = _contract_of(desk, complaint)
    return Said(key.id, (key,)) if key else Said("–")


def _provider(desk: Desk, complaint: Record) -> Said:
    provider = provider_of(desk.register, complaint)
    return Said(desk.site.label(Key("provider", provider))) if provider else Said("–")


def _name(complaint: Record) -> Said:
    return Said(complaint.id, (complaint.key,))


def _result(complaint: Record) -> str:
    return str(part_of(complaint.data, "resolution").get("result") or "")


def _received(complaint: Record) -> date:
    return day(complaint.data.get("received_on")) or date.max
