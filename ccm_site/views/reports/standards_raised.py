"""Standards raised (F-3B-i-2, F-3B-ii-3): which versions of specifications ask for more than before, why, and what results did since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.contracts import specification_on
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, mappings
from ccm_site.model import Record
from ccm_site.performance.measures import TRENDS, Reading, Series
from ccm_site.views.reports.chain import type_name
from ccm_site.views.reports.desk import VERDICT_LOOKS, Desk, on
from ccm_site.views.reports.measured import with_unit
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Standards raised"
LEAD = "Which standards have been raised, from what to what and why, and whether services reach them since."


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    raised = _raised(desk)
    return Report(
        "standards_raised", "", report_on("standards_raised", ""), TITLE, LEAD, desk.period,
        (
            Section("The log", tuple(_log(desk, raised))),
            Section("What results did since", tuple(_since(desk, raised))),
            Section("Asked for by strategic reports", tuple(_asked(desk, raised))),
        ),
        None, desk.shown_to("specification", "strategic_report"),
    )  # fmt: skip


def _raised(desk: Desk) -> list[tuple[Record, dict[str, str]]]:
    """Each standard that an approved version of a specification raised, the latest first: what of, from, to, reason."""
    found = [
        (s, {n: str(r.get(n, "")) for n in ("of", "from", "to", "reason")})
        for s in counting(desk.register, "specification", "approved", "superseded") for r in mappings(s.data.get("standards_raised"))
        if str(s.data.get("effective_from", "")) <= desk.until.isoformat()
    ]  # fmt: skip
    return sorted(found, key=lambda e: (str(e[0].data.get("effective_from", "")), e[0].id, e[1]["of"]), reverse=True)


def _family(id: str) -> str:
    """A specification without its version."""
    return id.partition("/")[0]


def _version(specification: Record) -> int:
    version = specification.data.get("version")
    return version if isinstance(version, int) else 0


def _words(specification: Record, of: str) -> str:
    """What is measured, in the specification's words."""
    for entry in (*mappings(specification.data.get("standards")), *mappings(specification.data.get("measures"))):
        if entry.get("id") == of:
            return str(entry.get("measure") or entry.get("text", of))
    return of


def _log(desk: Desk, raised: list[tuple[Record, dict[str, str]]]) -> Iterator[Part]:
    yield Table(
        "", ("Standard", "Specification", "Version", "In force from", "From", "To", "Why"),
        tuple(
            (Said(_words(s, r["of"]), (s.key,)), Said(str(s.data.get("title", ""))), Said(str(s.data.get("version", "–"))), Said(desk.shown(s, "effective_from")),
             Said(r["from"]), Said(r["to"]), Said(r["reason"]))
            for s, r in raised
        ), (), "No approved specification has raised a standard.",
    )  # fmt: skip
    versions = [
        s for s in counting(desk.register, "specification", "approved", "superseded")
        if isinstance(v := s.data.get("version"), int) and v > 1 and not mappings(s.data.get("standards_raised"))
    ]  # fmt: skip
    if versions:
        yield Words(f"Later versions that raised none: {'; '.join(s.id for s in versions)}.", sources=tuple(s.key for s in versions))  # fmt: skip


def _since(desk: Desk, raised: list[tuple[Record, dict[str, str]]]) -> Iterator[Part]:
    """For each raised standard and contract on the specification: targets met before and since, the latest result, the trend."""
    rows = []
    for specification, r in raised:
        start = day(specification.data.get("effective_from"))
        for contract in desk.contracts:
            agreed = specification_on(desk.register, contract, desk.until)
            if agreed is None or _family(agreed.id) != _family(specification.id):
                continue
            found = next((s for s in desk.series(contract) if s.measure.id == r["of"]), None)
            if found is None or not found.readings:
                continue
            before, since = _parted(found, start)
            last = found.latest
            on_it = "" if _version(agreed) >= _version(specification) else " (still on an earlier version)"
            rows.append(
                (Said(_words(specification, r["of"]), (specification.key,)), Said(f"{desk.site.label(contract.key)}{on_it}", (contract.key,)), _met(before), _met(since),
                 Said(f"{with_unit(last)}, {on(last.period.last)}", (last.source,), VERDICT_LOOKS.get(last.verdict, "")) if last else Said("–"),
                 Said(TRENDS[found.trend]))
            )  # fmt: skip
    yield Table(
        "", ("Standard", "Contract", "Met before", "Met since", "Latest result", "Trend"), tuple(rows), (2, 3),
        "No contract on these specifications has results yet.",
        "A result is held against the target of the version that its return reports against, so that a raised standard does not change the past.",
    )  # fmt: skip


def _parted(found: Series, start: date | None) -> tuple[list[Reading], list[Reading]]:
    """Results of periods that ended before a day, and the later ones."""
    told = [r for r in found.readings if r.verdict not in ("no_answer", "not_shown")]
    if start is None:
        return [], told
    return [r for r in told if r.period.last < start], [r for r in told if r.period.last >= start]


def _met(readings: list[Reading]) -> Said:
    if not readings:
        return Said("–")
    met = sum(r.verdict == "met" for r in readings)
    return Said(f"{met} of {len(readings)}", tuple(dict.fromkeys(r.source for r in readings)))


def _asked(desk: Desk, raised: list[tuple[Record, dict[str, str]]]) -> Iterator[Part]:
    """What strategic reports asked to raise, and whether a later version of that specification has done it."""
    rows = []
    for told in sorted(counting(desk.register, "strategic_report", "final"), key=lambda r: r.id, reverse=True):
        if str(told.data.get("completed_on", "")) > desk.until.isoformat():
            continue
        for wanted in mappings(told.data.get("standards_to_raise")):
            id = str(wanted.get("specification", ""))
            later = [
                s for s, r in raised
                if _family(s.id) == _family(id) and s.id != id and r["of"] and str(wanted.get("standard", "")).startswith(r["of"])
            ]  # fmt: skip
            specification = desk.register.get("specification", id)
            kind = specification.data.get("service_type") if specification else None
            done = Said(f"Raised by version {later[0].data.get('version', '–')}, in force from {desk.shown(later[0], 'effective_from')}", (later[0].key,), "good") if later else Said("Not raised yet", (), "near")  # fmt: skip
            rows.append(
                (Said(str(wanted.get("standard", "")), (told.key,)), Said(type_name(desk, kind)), Said(desk.shown(told, "completed_on")), Said(str(wanted.get("reason", ""))), done)
            )  # fmt: skip
    yield Table("", ("What to raise", "Type of service", "Asked on", "Why", "What became of it"), tuple(rows), (), "No strategic report asks for it.")  # fmt: skip
