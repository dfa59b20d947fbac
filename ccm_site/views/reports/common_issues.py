"""Where several providers fall short of the same, so that all of them may need help (F-3B-i-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ccm_site.facts.records import counting
from ccm_site.facts.values import mappings
from ccm_site.model import Key, Record
from ccm_site.performance.measures import TYPES, Series
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.measured import with_unit
from ccm_site.views.reports.model import Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Common issues across providers"
LEAD = "What more than one provider misses, or is losing ground on: where help for all may do more than pressing one."


class Missed(NamedTuple):
    """A measure of a specification that more than one provider misses. ``asked`` is how many report on it."""

    measure: Series
    service_type: str
    missed: list[tuple[Record, Series]]
    asked: int


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    found = common(desk)
    return Report(
        "common_issues", "", report_on("common_issues", ""), TITLE, LEAD, desk.period,
        (
            Section("Missed by more than one provider", (_table(desk, found),)),
            *(Section(f"{m.measure.measure.words}", tuple(_who(desk, m)), 3) for m in found),
            Section("Themes that come up at more than one provider", tuple(_themes(desk))),
            Section("What strategic reports said of it", (_said(desk),)),
        ), None, desk.shown_to("strategic_report"),
    )  # fmt: skip


def common(desk: Desk) -> list[Missed]:
    """The measures that more than one provider with a contract in force missed in its latest period, the most providers first.

    A measure is the same where its name in the specification and the type of service are: versions of a specification keep names.
    """
    known: dict[tuple[str, str], list[tuple[Record, Series]]] = {}
    for c in desk.running:
        for s in desk.series(c):
            if s.latest is not None:
                known.setdefault((str(c.data.get("service_type", "")), s.measure.id), []).append((c, s))
    out = []
    for (kind, _), told in known.items():
        missed = [(c, s) for c, s in told if s.latest is not None and s.latest.verdict == "missed"]
        if len({c.data.get("provider") for c, _ in missed}) > 1:
            out.append(Missed(missed[0][1], kind, missed, len({c.data.get("provider") for c, _ in told})))
    return sorted(out, key=lambda m: (-len(m.missed), m.measure.measure.words))


def _table(desk: Desk, found: list[Missed]) -> Table:
    return Table(
        "", ("What is measured", "Kind", "Type of service", "Providers that miss it", "Of those who report on it"),
        tuple(
            (Said(m.measure.measure.words), Said(TYPES.get(m.measure.measure.kind, "")), Said(desk.words("contract", "service_type", m.service_type)),
             Said(str(len({c.data.get("provider") for c, _ in m.missed}))), Said(str(m.asked)))
            for m in found
        ), (3, 4), "No measure is missed by more than one provider in its latest period.",
    )  # fmt: skip


def _who(desk: Desk, missed: Missed) -> Iterator[Part]:
    yield Points(tuple(
        Said(f"{desk.site.label(Key('provider', str(c.data.get('provider'))))}, {c.id}: {with_unit(s.latest)}{f', {s.latest.note}' if s.latest.note else ''}", (s.latest.source,))
        for c, s in missed.missed if s.latest is not None
    ))  # fmt: skip


def _themes(desk: Desk) -> Iterator[Part]:
    """Themes of feedback with a bad tone, by at least two providers."""
    who: dict[str, dict[str, list[Key]]] = {}
    for f in counting(desk.register, "feedback"):
        contract = desk.register.get("contract", str(f.data.get("contract", "")))
        provider = str(f.data.get("provider") or (contract.data.get("provider") if contract else "") or "")
        for t in mappings(f.data.get("themes")):
            if t.get("tone") == "negative" and provider:
                who.setdefault(str(t.get("theme")), {}).setdefault(provider, []).append(f.key)
    rows = [
        (Said(desk.words("feedback", "themes.*.theme", theme)), Said(str(len(at))), Said("; ".join(desk.site.label(Key("provider", p)) for p in sorted(at)), tuple(k for keys in at.values() for k in keys)[:8]))
        for theme, at in sorted(who.items(), key=lambda item: (-len(item[1]), item[0])) if len(at) > 1
    ]  # fmt: skip
    yield Table(
        "",
        ("Theme of critical feedback", "Providers", "Which"),
        tuple(rows),
        (1,),
        "No theme of critical feedback comes up at more than one provider.",
    )
    yield Words("Feedback says what people felt; it does not say how many feel so who were not asked.", hint=True)


def _said(desk: Desk) -> Table:
    rows = [
        (Said(str(i.get("issue", "")), (r.key,)), Said(str(i.get("measure", "") or "–")), Said(str(i.get("providers", "–"))), Said(str(i.get("help", "") or "–")))
        for r in counting(desk.register, "strategic_report") for i in mappings(r.data.get("common_issues"))
    ]  # fmt: skip
    return Table("", ("Issue", "Measure", "Providers", "Help"), tuple(rows), (2,), "Nothing yet.")
