"""A provider across all its contracts: for those who buy, monitor or place (F-3B-i-1, F-3B-i-8, F-3B-ii-4)."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.contracts import over_on, providers_of
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, part_of
from ccm_site.model import Key, Record
from ccm_site.performance.concerns import concerns_of
from ccm_site.performance.inspections import of_provider
from ccm_site.performance.measures import EFFECTIVENESS, QUALITY, TRENDS
from ccm_site.views.reports.complained import concern_tables
from ccm_site.views.reports.desk import Desk, on, rated, span
from ccm_site.views.reports.measured import verdict_of, with_unit
from ccm_site.views.reports.model import Facts, Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.reports.practice import practice_of
from ccm_site.views.urls import report_on

TITLE = "Provider reports"
LEAD = (
    "How a provider does across all its contracts: a briefing for those who buy from it, place with it or monitor it."
)
ON = "provider"
LINK = "Report on this provider"


def subjects(desk: Desk) -> Iterator[str]:
    """Every provider with a contract that is or was in force."""
    return iter(sorted({p for c in desk.contracts for p in providers_of(c) if desk.register.get("provider", p)}))


def report(desk: Desk, subject: str) -> Report:
    provider = desk.register.get("provider", subject)
    assert provider is not None, subject
    contracts = [c for c in desk.contracts if subject in providers_of(c)]
    return Report(
        "provider", subject, report_on("provider", subject), f"Provider report: {desk.site.label(provider.key)}", LEAD, desk.period,
        (
            Section("The provider", tuple(_about(desk, provider))),
            Section("Its contracts", (_contracts(desk, contracts),)),
            Section("Quality: standards and indicators that stand out", tuple(_stands_out(desk, contracts, QUALITY))),
            Section("Effectiveness: outcomes and milestones that stand out", tuple(_stands_out(desk, contracts, EFFECTIVENESS))),
            Section("Complaints and concerns, from all sources and across all contracts", tuple(_concerns(desk, provider))),
            Section("Inspections", (_inspections(desk, provider),)),
            Section("Assurances", (_assurances(desk, provider),)),
            Section("Good practice", tuple(_practice(desk, contracts))),
            Section("What is under way", tuple(_under_way(desk, contracts))),
        ),
        provider.key, desk.shown_to("operational_report"),
    )  # fmt: skip


def _about(desk: Desk, provider: Record) -> Iterator[Part]:
    pairs = [("Provider", desk.name(provider.key))]
    for title, path in (
        ("Status", "status"),
        ("Kind", "organisation_kind"),
        ("Partner", "partner_status"),
        ("Relationship owner", "relationship_owner"),
    ):
        if shown := desk.shown(provider, path):
            pairs.append((title, Said(shown)))
    yield Facts(tuple(pairs))
    held = [
        s
        for s in citing(desk.register, provider, "service")
        if part_of(s.data, "placement_hold") and not part_of(s.data, "placement_hold").get("until")
    ]
    if held:
        yield Words("New placements are on hold here:")
        yield Points(
            tuple(
                Said(f"{desk.site.label(s.key)}, since {desk.shown(s, 'placement_hold.from')}", (s.key,), "bad")
                for s in held
            )
        )


def _contracts(desk: Desk, contracts: list[Record]) -> Table:
    rows = []
    for c in contracts:
        risk = desk.risk(c)
        rating = rated(risk.standing) if risk else Said("–")
        monitored = Said("Additional", (risk.monitored.key,), "near") if risk and risk.monitored else Said("Standard")
        missed = sum(s.missed_running > 0 for s in desk.series(c) if s.measure.kind == "standard")
        rows.append(
            (
                desk.name(c.key),
                Said(desk.shown(c, "status")),
                Said(on(over_on(desk.register, c))),
                rating,
                monitored,
                Said(str(missed)),
            )
        )
    return Table(
        "",
        ("Contract", "Status", "Ends", "Risk", "Monitoring", "Standards missed in the latest period"),
        tuple(rows),
        (5,),
    )


def _stands_out(desk: Desk, contracts: list[Record], kinds: tuple[str, ...]) -> Iterator[Part]:
    rows = []
    for c in contracts:
        for s in desk.series(c):
            latest = s.latest
            if s.measure.kind in kinds and latest is not None and (latest.verdict == "missed" or s.trend == "worse"):
                rows.append((
                    Said(s.measure.words), Said(c.id, (c.key,)), Said(with_unit(latest), (latest.source,)), Said(latest.target.words if latest.target else "None set"),
                    verdict_of(latest), Said(str(s.missed_running or "–")), Said(TRENDS[s.trend].capitalize()),
                ))  # fmt: skip
    yield Table(
        "", ("What is measured", "Contract", "Latest", "Target", "How it stands", "Missed in a row", "Trend"), tuple(rows), (5,),
        "Nothing was missed in the latest period, and nothing is getting worse.",
    )  # fmt: skip


def _concerns(desk: Desk, provider: Record) -> Iterator[Part]:
    if desk.whole:
        yield Words(f"Received {span(desk.period)}.")
        yield from concern_tables(desk, concerns_of(desk.register, provider.id, desk.period))
        return
    row = desk.counted("complaints-by-provider", provider.key)
    yield Words(
        f"Complaints and concerns in the register: {row[-1] if row else 'none'}. What they were about is for the named roles only."
    )
    yield Words(
        "Few or no concerns do not mean that the service is good: not everybody who has cause complains.", hint=True
    )


def _inspections(desk: Desk, provider: Record) -> Table:
    return Table(
        "", ("Inspected", "Service", "By", "Grades", "Requirements not met yet"),
        tuple(
            (Said(on(i.on), (i.source,)), desk.name(Key("service", i.service)) if i.service else Said("–"), Said(desk.words("inspection", "body", i.body)),
             Said("; ".join(f"{desk.words('inspection', 'grades.*.item', item)} {g}" for item, g in i.grades) or "–"),
             Said(f"{i.open_requirements} of {i.requirements}" if i.requirements else "–", (), "bad" if i.open_requirements else ""))
            for i in of_provider(desk.register, provider, desk.until)[:12]
        ), (), "No inspection is entered.",
    )  # fmt: skip


def _assurances(desk: Desk, provider: Record) -> Table:
    rows = []
    for a in mappings(provider.data.get("assurances")):
        valid = day(a.get("valid_to"))
        late = valid is not None and valid < desk.until
        rows.append((
            Said(desk.words("provider", "assurances.*.kind", a.get("kind", "")), (provider.key,)),
            Said(on(str(a.get("checked_on", "")) or None)), Said(f"{on(valid)}{', expired' if late else ''}", (), "bad" if late else ""),
            Said(desk.words("provider", "assurances.*.result", a.get("result", ""))),
        ))  # fmt: skip
    return Table("", ("Assurance", "Checked", "Valid to", "Result"), tuple(rows), (), "None is entered.")


def _practice(desk: Desk, contracts: list[Record]) -> Iterator[Part]:
    found = [p for c in contracts for p in practice_of(desk, c)]
    yield Points(tuple(found)) if found else Words("None was reported.")


def _under_way(desk: Desk, contracts: list[Record]) -> Iterator[Part]:
    steps = [
        i
        for c in contracts
        for i in citing(desk.register, c, "intervention")
        if i.data.get("status") not in ("resolved", "declined")
    ]
    yield Table(
        "Interventions", ("What", "State", "Contract", "Required by"),
        tuple((Said(desk.shown(i, "intervention_kind"), (i.key,)), Said(desk.shown(i, "status")), Said(desk.shown(i, "contract")), Said(desk.shown(i, "required_by") or "–")) for i in steps),
    )  # fmt: skip
