"""Supply against demand: by type of service what is contracted, used, empty and forecast; where services are; and which gaps are known.

Supply is the capacity of signed and running contracts, call-offs left out since their framework holds it, and the council's own active
services. Demand is what is in use and what needs that nothing meets yet forecast (F-3A-i-4, as R-SRC-5 reckons it).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ccm_site.facts.records import counting
from ccm_site.facts.values import in_force, mappings, number, part_of, texts
from ccm_site.model import Key, Record
from ccm_site.performance.volume import Delivered, delivered
from ccm_site.views.reports.chain import BOUGHT, UNMET, left_out, listed, type_name, types_of
from ccm_site.views.reports.desk import Desk, figure, on
from ccm_site.views.reports.model import Look, Part, Report, Said, Section, Table, Words
from ccm_site.views.urls import report_on

TITLE = "Supply against demand"
LEAD = "Whether there are enough places and hours of each type of service: contracted, in use, empty and forecast."
OUTSIDE = "No place entered"
YEARLY = "nights_a_year"
"""The unit of a capacity that is reckoned by the year: what a return delivers is of its own period."""


@dataclass
class Sum:
    """A sum with the records that it comes from. It is known only while every part of it is."""

    total: Decimal = Decimal(0)
    known: bool = True
    sources: list[Key] = field(default_factory=list)

    def add(self, value: Decimal | None, *sources: Key) -> None:
        self.total += value or Decimal(0)
        self.known = self.known and value is not None
        self.sources.extend(sources)

    @property
    def value(self) -> Decimal | None:
        return self.total if self.known and self.sources else None

    @property
    def said(self) -> Said:
        if not self.sources:
            return Said("–")
        return Said(figure(self.total) if self.known else "not known of all", tuple(dict.fromkeys(self.sources)))


@dataclass
class Balance:
    """A type of service in one unit: everything that is there of it, and everything that is wanted."""

    contracted: Sum = field(default_factory=Sum)
    used: Sum = field(default_factory=Sum)
    own: Sum = field(default_factory=Sum)
    forecast: Sum = field(default_factory=Sum)

    @property
    def empty(self) -> Decimal | None:
        """What is contracted and not in use."""
        if self.contracted.value is None or self.used.value is None:
            return None
        return self.contracted.value - self.used.value

    @property
    def left(self) -> Decimal | None:
        """What is left of the empty places once what is forecast is met: below 0 it is a gap. The council's own are not known to be empty."""
        wanted = self.forecast.value if self.forecast.sources else Decimal(0)
        if not self.contracted.sources and not self.forecast.sources:
            return None
        if wanted is None or (self.contracted.sources and self.empty is None):
            return None
        return (self.empty or Decimal(0)) - wanted


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "supply_and_demand", "", report_on("supply_and_demand", ""), TITLE, LEAD, desk.period,
        (
            Section("By type of service", (*left_out(desk), *_by_type(desk))),
            Section("Contracted capacity and its use", tuple(_contracts(desk))),
            Section("Placements", tuple(_placements(desk))),
            Section("Services and where they are", tuple(_services(desk))),
            Section("What is forecast", tuple(_forecasts(desk))),
            Section("Gaps", tuple(_gaps(desk))),
        ),
        None, desk.shown_to("need", "contract"),
    )  # fmt: skip


def bought(desk: Desk) -> Iterator[tuple[Record, str, str, Decimal | None]]:
    """Each contract that holds capacity: with its type of service, unit and quantity."""
    for contract in listed(desk, "contract", *BOUGHT):
        capacity = part_of(contract.data, "capacity")
        if capacity and contract.data.get("contract_type") != "call_off":
            yield contract, str(contract.data.get("service_type", "")), str(capacity.get("unit", "")), number(capacity.get("quantity"))  # fmt: skip


def latest_use(desk: Desk, contract: Record, unit: str) -> list[Delivered]:
    """What the contract's returns for its latest period say was delivered, in the unit of its capacity: one return, or one of each provider."""
    found = [d for d in delivered(desk.register, contract, desk.until) if d.unit == unit]
    return [d for d in found if d.period == found[-1].period]


def in_use(desk: Desk, quantity: Decimal | None, use: list[Delivered]) -> Decimal | None:
    """How much of a contract's capacity is in use: the share of what was contracted for the returns' period that was delivered.

    A share, since a year's nights are more than a quarter's. Where a return does not say what was contracted for its period, what was
    delivered is taken as it is, but for nights a year. None where that is not known, or not here.
    """
    if not use or quantity is None:
        return None
    agreed = [number(part_of(desk.register.records[d.source].data, "volume").get("contracted")) for d in use]
    got = [d.delivered for d in use]
    if None in got or (None in agreed and use[0].unit == YEARLY):
        return None
    total, of = (
        sum((g for g in got if g is not None), Decimal(0)),
        sum((a for a in agreed if a is not None), Decimal(0)),
    )
    return total if None in agreed else quantity * total / of if of else None


def balances(desk: Desk) -> dict[tuple[str, str], Balance]:
    """Supply and demand by type of service and unit."""
    out: dict[tuple[str, str], Balance] = {}

    def of(kind: str, unit: str) -> Balance:
        return out.setdefault((kind, unit), Balance())

    for contract, kind, unit, quantity in bought(desk):
        of(kind, unit).contracted.add(quantity, contract.key)
        use = latest_use(desk, contract, unit)
        of(kind, unit).used.add(in_use(desk, quantity, use), *[d.source for d in use] or [contract.key])
    for service in _active(desk):
        capacity = part_of(service.data, "capacity")
        if capacity and _in_house(desk, service):
            place = of(str(service.data.get("service_type", "")), str(capacity.get("unit", "")))
            place.own.add(number(capacity.get("quantity")), service.key)
    for need, forecast in forecasts(desk):
        place = of(str(forecast.get("service_type", "")), str(forecast.get("unit", "")))
        place.forecast.add(number(forecast.get("quantity")), need.key)
    return out


def forecasts(desk: Desk) -> Iterator[tuple[Record, dict[str, object]]]:
    """What needs that nothing meets yet forecast, need by need."""
    for need in listed(desk, "need", *UNMET):
        for forecast in mappings(need.data.get("forecast")):
            yield need, dict(forecast)


def unit_name(desk: Desk, unit: str) -> str:
    return desk.words("contract", "capacity.unit", unit)


def _by_type(desk: Desk) -> Iterator[Part]:
    found = sorted(balances(desk).items(), key=lambda e: (type_name(desk, e[0][0]), e[0][1]))
    yield Table(
        "Supply and demand", ("Type of service", "In", "Contracted", "In use", "Empty", "The council's own", "Forecast", "Left over"),
        tuple(
            (Said(type_name(desk, kind)), Said(unit_name(desk, unit)), b.contracted.said, b.used.said, Said(_signed(b.empty)), b.own.said,
             b.forecast.said, _left(b))
            for (kind, unit), b in found
        ), (2, 3, 4, 5, 6, 7), "No capacity and no forecast is entered.",
        sheet="supply-and-demand",
    )  # fmt: skip
    yield Words(
        "In use is the share that each contract's latest return says was delivered. Forecast is what needs that nothing meets yet ask for. Left over is what is empty "
        "less what is forecast: below nothing it is a gap. The council's own places are not known to be empty and are not counted. A forecast "
        "may replace a contract that is about to end: then what that contract holds is not to be had beside it.",
        hint=True,
    )


def _left(balance: Balance) -> Said:
    left = balance.left
    if left is None:
        return Said("–")
    look: Look = "bad" if left < 0 else "good"
    return Said(f"{_signed(left)}: a gap" if left < 0 else figure(left), tuple(dict.fromkeys(balance.forecast.sources)), look)  # fmt: skip


def _signed(value: Decimal | None) -> str:
    return f"−{figure(-value)}" if value is not None and value < 0 else figure(value)


def _contracts(desk: Desk) -> Iterator[Part]:
    rows = []
    for contract, kind, unit, quantity in bought(desk):
        use = latest_use(desk, contract, unit)
        used = in_use(desk, quantity, use)
        empty = quantity - used if used is not None and quantity is not None else None
        rows.append(
            (desk.name(contract.key), Said(type_name(desk, kind)), Said(f"{figure(quantity)} {unit_name(desk, unit).lower()}"),
             Said(figure(used) if used is not None else "not known here", tuple(d.source for d in use)) if use else Said("no return says"),
             Said(_signed(empty)), Said(_per_cent(use[0].occupancy) if len(use) == 1 else "–"), Said(on(use[0].period.last) if use else "–"))
        )  # fmt: skip
    yield Table(
        "", ("Contract", "Type of service", "Contracted", "In use", "Empty", "Occupancy", "Up to"), tuple(rows), (3, 4, 5),
        "No contract with a capacity is signed or in force.",
        "A framework or a spot purchase without a capacity is not listed: it says nothing about how much there is.",
    )  # fmt: skip


def _per_cent(text: str) -> str:
    return f"{text}%" if text[:1].isdigit() else text or "–"


def _placements(desk: Desk) -> Iterator[Part]:
    """The published counts of placements by type of service, which are made so that none of them singles a child out."""
    found = next((t for t in desk.counts.tables if t.name == "placements-by-service-type"), None)
    if found is None:
        yield Words("No counts of placements are at hand here. They are on the page In numbers.")
        return
    yield Table(
        found.title, (found.row_title, *(str(c.label) for c in found.columns)),
        tuple(
            (desk.name(line.label) if isinstance(line.label, Key) else Said(line.label), *(Said(str(c)) for c in cells))
            for line, cells in zip(found.rows, found.cells, strict=True)
        ), tuple(range(1, len(found.columns) + 1)), "There are no placements.", found.hint,
    )  # fmt: skip


def _active(desk: Desk) -> list[Record]:
    return sorted(counting(desk.register, "service", "active"), key=lambda s: s.id)


def _in_house(desk: Desk, service: Record) -> bool:
    provider = desk.register.get("provider", str(service.data.get("provider", "")))
    return provider is not None and provider.data.get("organisation_kind") == "council_in_house"


def _services(desk: Desk) -> Iterator[Part]:
    services = _active(desk)
    yield Table(
        "Active services", ("Service", "Type of service", "Where", "Provider", "Capacity", "As at", "New placements"),
        tuple(
            (desk.name(s.key), Said(type_name(desk, s.data.get("service_type"))), Said(str(s.data.get("area", "")) or OUTSIDE),
             desk.name(Key("provider", str(s.data.get("provider", "")))), Said(_holds(desk, s)),
             Said(on(str(part_of(s.data, "capacity").get("as_at", "")))), _hold(desk, s))
            for s in services
        ), (), "No service is active.",
    )  # fmt: skip
    places: dict[tuple[str, str, str], Sum] = {}
    for s in services:
        capacity = part_of(s.data, "capacity")
        if capacity:
            what = (str(s.data.get("area", "")) or OUTSIDE, str(s.data.get("service_type", "")), str(capacity.get("unit", "")))  # fmt: skip
            places.setdefault(what, Sum()).add(number(capacity.get("quantity")), s.key)
    yield Table(
        "By place", ("Where", "Type of service", "In", "Capacity"),
        tuple(
            (Said(where), Said(type_name(desk, kind)), Said(unit_name(desk, unit)), total.said)
            for (where, kind, unit), total in sorted(places.items())
        ), (3,), "No service says how much it has.",
        "What the services have, for every council that buys from them. What this council has contracted is above.",
    )  # fmt: skip


def _holds(desk: Desk, service: Record) -> str:
    capacity = part_of(service.data, "capacity")
    return (
        f"{capacity.get('quantity', '–')} {unit_name(desk, str(capacity.get('unit', ''))).lower()}" if capacity else "–"
    )


def _hold(desk: Desk, service: Record) -> Said:
    hold = part_of(service.data, "placement_hold")
    if hold and in_force(hold, desk.today, "from", "until"):
        why = desk.words("service", "placement_hold.reason_code", hold.get("reason_code"))
        return Said(f"Held since {on(str(hold.get('from', '')))}: {why}", (service.key,), "bad")
    return Said("Open")


def _forecasts(desk: Desk) -> Iterator[Part]:
    yield Table(
        "", ("Need", "Type of service", "How much", "From", "To", "How it was reckoned"),
        tuple(
            (desk.name(need.key), Said(type_name(desk, f.get("service_type"))),
             Said(f"{f.get('quantity', '–')} {unit_name(desk, str(f.get('unit', ''))).lower()}", (need.key,)),
             *(Said(on(str(part_of(f, "period").get(end, "")))) for end in ("from", "to")), Said(str(f.get("method", ""))))
            for need, f in forecasts(desk)
        ), (), "No need that is still to be met has a forecast.",
    )  # fmt: skip


def _gaps(desk: Desk) -> Iterator[Part]:
    yield Table(
        "Needs that nothing meets yet", ("Need", "Types of service", "What there is now", "What is missing"),
        tuple(
            (desk.name(n.key), Said("; ".join(type_name(desk, t) for t in types_of(n))), Said(str(n.data.get("supply_now", "")) or "–"),
             Said(str(n.data.get("gap", "")) or "–"))
            for n in listed(desk, "need", *UNMET)
        ), (), "Every need is met.",
    )  # fmt: skip
    notes = {}
    for note in sorted(counting(desk.register, "market_note"), key=lambda r: (str(r.data.get("on", "")), r.id)):
        if str(note.data.get("on", "")) <= desk.until.isoformat():
            notes[str(note.data.get("service_type", ""))] = note
    yield Table(
        "Gaps that the latest market notes name", ("Type of service", "Gap", "Noted on"),
        tuple(
            (Said(type_name(desk, kind)), Said(gap, (note.key,)), Said(on(str(note.data.get("on", "")))))
            for kind, note in sorted(notes.items()) for gap in texts(note.data.get("gaps"))
        ), (), "None names a gap.",
    )  # fmt: skip
    used = {kind for (kind, _), b in balances(desk).items() if b.contracted.sources or b.own.sources}
    none = sorted({kind for (kind, _), b in balances(desk).items() if b.forecast.sources} - used)
    if none:
        yield Words(
            f"Forecast, but with no contracted or own capacity entered: {'; '.join(type_name(desk, k) for k in none)}."
        )
