"""A type of service as a whole: are outcomes achieved, and should it grow, hold, shrink or end? (F-3B-i-5, F-3B-i-2, R-SRP-1)"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ccm_site.facts.contracts import over_on, providers_of
from ccm_site.facts.records import counting
from ccm_site.facts.values import mappings, part_of, texts
from ccm_site.model import Record
from ccm_site.performance.measures import EFFECTIVENESS, QUALITY, TRENDS, TYPES
from ccm_site.performance.volume import delivered
from ccm_site.views.reports.chain import value
from ccm_site.views.reports.desk import Desk, figure, on, rated
from ccm_site.views.reports.measured import verdict_of, with_unit
from ccm_site.views.reports.model import Facts, Part, Points, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Reports on types of service"
LEAD = "How a whole type of service does, across all its providers: the ground for deciding whether it should grow, hold, shrink or end."


def subjects(desk: Desk) -> Iterator[str]:
    """Every type of service for which a contract is or was in force, and whose code is one."""
    codes = {str(c.data.get("service_type", "")) for c in desk.contracts}
    return iter(sorted(c for c in codes if re.fullmatch(r"[a-z][a-z0-9_]{0,60}", c)))


def report(desk: Desk, subject: str) -> Report:
    contracts = [c for c in desk.contracts if c.data.get("service_type") == subject]
    running = [c for c in contracts if c.data.get("status") == "in_force"]
    name = desk.words("contract", "service_type", subject)
    return Report(
        "sector", subject, report_on("sector", subject), f"{name}: the service as a whole", LEAD, desk.period,
        (
            Section("What there is", tuple(_what(desk, subject, running))),
            Section("Its contracts", (_contracts(desk, contracts),)),
            Section("Effectiveness: are outcomes achieved?", tuple(_measures(desk, running, EFFECTIVENESS))),
            Section("Quality: standards, satisfaction and indicators", tuple(_measures(desk, running, QUALITY))),
            Section("The market", tuple(_market(desk, subject))),
            Section("Needs", (_needs(desk, subject),)),
            Section("Grow, hold, shrink or end?", tuple(_recommended(desk, subject))),
        ), None, desk.shown_to("strategic_report"),
    )  # fmt: skip


def _what(desk: Desk, subject: str, running: list[Record]) -> Iterator[Part]:
    providers = sorted({p for c in running for p in providers_of(c)})
    services = [s for s in counting(desk.register, "service", "active") if s.data.get("service_type") == subject]
    pairs = [
        ("Contracts in force", Said(str(len(running)), tuple(c.key for c in running))), ("Providers", desk.names("provider", providers)),
        ("Active services", Said(str(len(services)), tuple(s.key for s in services[:12]))),
        ("Estimated value of the contracts over their lives", value(desk, running)),
    ]  # fmt: skip
    bought: Counter[str] = Counter()
    for c in running:
        capacity = part_of(c.data, "capacity")
        if isinstance(capacity.get("quantity"), int):
            bought[str(capacity.get("unit"))] += capacity["quantity"]
    for unit, n in bought.items():
        pairs.append(("Volume bought", Said(f"{n} {desk.words('contract', 'capacity.unit', unit).lower()}")))
    yield Facts(tuple(pairs))
    rows = []
    for c in running:
        for d in delivered(desk.register, c, desk.until)[-1:]:
            rows.append(
                (
                    Said(c.id, (c.key,)),
                    Said(on(d.period.last), (d.source,)),
                    Said(figure(d.contracted)),
                    Said(figure(d.delivered) if d.delivered is not None else d.shown or "–"),
                    Said(figure(d.share, "%")),
                )
            )
    yield Table(
        "Volume delivered in the latest period",
        ("Contract", "Period to", "Contracted", "Delivered", "Share"),
        tuple(rows),
        (2, 3, 4),
        "No return says.",
    )


def _contracts(desk: Desk, contracts: list[Record]) -> Table:
    rows = []
    for c in contracts:
        risk = desk.risk(c)
        standards = [s for s in desk.series(c) if s.measure.kind == "standard" and s.latest]
        missed = sum(s.missed_running > 0 for s in standards)
        rows.append((
            desk.name(c.key), Said(desk.shown(c, "provider")), Said(desk.shown(c, "status")), Said(on(over_on(desk.register, c))),
            rated(risk.standing) if risk else Said("–"), Said(f"{missed} of {len(standards)}" if standards else "–"),
        ))  # fmt: skip
    return Table("", ("Contract", "Provider", "Status", "Ends", "Risk", "Standards missed"), tuple(rows))


def _measures(desk: Desk, running: list[Record], kinds: tuple[str, ...]) -> Iterator[Part]:
    """For each kind of measure how many results are met, and those that are not. Results of different measures are never averaged."""
    if not any(s.measure.kind in kinds and s.latest for c in running for s in desk.series(c)):
        yield Words("No contract in force reports on any.")
    for kind in kinds:
        told = [(c, s) for c in running for s in desk.series(c) if s.measure.kind == kind and s.latest is not None]
        if not told:
            continue
        verdicts = Counter(s.latest.verdict for _, s in told if s.latest)
        better, worse = (sum(s.trend == t for _, s in told) for t in ("better", "worse"))
        yield Words(
            f"{TYPES[kind]}: {verdicts['met']} met their target, {verdicts['just_missed']} just missed it, {verdicts['missed']} missed it; "
            f"{better} are getting better, {worse} worse."
        )
        rows = [
            (Said(s.measure.words), Said(c.id, (c.key,)), Said(with_unit(s.latest), (s.latest.source,)), verdict_of(s.latest), Said(TRENDS[s.trend].capitalize()))
            for c, s in told if s.latest is not None and (s.latest.verdict == "missed" or s.trend == "worse")
        ]  # fmt: skip
        yield Table(
            f"{TYPES[kind]} missed or getting worse",
            ("What is measured", "Contract", "Latest", "How it stands", "Trend"),
            tuple(rows),
        )


def _market(desk: Desk, subject: str) -> Iterator[Part]:
    notes = sorted(
        (n for n in counting(desk.register, "market_note") if n.data.get("service_type") == subject),
        key=lambda n: str(n.data.get("on")),
        reverse=True,
    )
    if not notes:
        yield Words("No market note has been written on this type of service.")
    for n in notes[:4]:
        said = [Said(f"{desk.site.label(n.key)}, {desk.shown(n, 'on')}", (n.key,))]
        for name, title in (("strengths", "Strength"), ("weaknesses", "Weakness"), ("gaps", "Gap")):
            said += [Said(f"{title}: {t}") for t in n.data.get(name) or ()]
        said += [
            Said(f"{title}: {shown.lower()}")
            for name, title in (("willingness", "Willingness"), ("capacity", "Capacity"))
            if (shown := desk.shown(n, name))
        ]
        yield Points(tuple(said))


def _needs(desk: Desk, subject: str) -> Table:
    found = [n for n in counting(desk.register, "need") if subject in texts(n.data.get("service_types"))]
    return Table(
        "",
        ("Need", "State"),
        tuple((desk.name(n.key), Said(desk.shown(n, "status"))) for n in found),
        (),
        "No need is entered.",
    )


def _recommended(desk: Desk, subject: str) -> Iterator[Part]:
    said = [
        (r, v) for r in counting(desk.register, "strategic_report") for v in mappings(r.data.get("sector_view")) if v.get("service_type") == subject
    ]  # fmt: skip
    yield Table(
        "What strategic reports recommended", ("Report", "Outcomes achieved", "Recommendation", "Why"),
        tuple(
            (desk.name(r.key), Said(desk.words("strategic_report", "sector_view.*.outcomes_achieved", v.get("outcomes_achieved"))),
             Said(desk.words("strategic_report", "sector_view.*.recommendation", v.get("recommendation"))), Said(str(v.get("reason") or v.get("summary") or "")))
            for r, v in reversed(said)
        ), (), "None yet.",
    )  # fmt: skip
    fed = [
        Said(str(f[name]), (r.key,)) for r in counting(desk.register, "review") if _is_of(desk, r, subject)
        for f in [part_of(r.data, "strategic_feed")] for name in ("sector", "user_group", "community") if f.get(name)
    ]  # fmt: skip
    if fed:
        yield Words("What reviews passed on:")
        yield Points(tuple(fed[-12:]))


def _is_of(desk: Desk, review: Record, subject: str) -> bool:
    contract = desk.register.get("contract", str(review.data.get("contract", "")))
    return contract is not None and contract in desk.contracts and contract.data.get("service_type") == subject
