"""What inspectors found: grades, requirements, what is still open (F-3B-p-Q3, Q6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ccm_site.facts.contracts import providers_of
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, texts
from ccm_site.model import Key, Record, Register


@dataclass(frozen=True)
class Inspected:
    """One inspection. ``open_requirements`` are those not met by the day that is asked about."""

    on: date
    service: str
    body: str
    grades: tuple[tuple[str, int], ...]
    open_requirements: int
    requirements: int
    source: Key

    @property
    def lowest(self) -> int | None:
        return min((g for _, g in self.grades), default=None)


def inspected(register: Register, contract: Record, until: date) -> tuple[Inspected, ...]:
    """The inspections of a contract's services, or of its providers where neither names a service, by a day; the newest first."""
    services = texts(contract.data.get("services"))
    out = []
    for provider in providers_of(contract):
        record = register.get("provider", provider)
        out += of_provider(register, record, until, services) if record else []
    return tuple(sorted(out, key=lambda i: (i.on, i.source), reverse=True))


def of_provider(
    register: Register, provider: Record, until: date, services: list[str] | None = None
) -> list[Inspected]:
    """The inspections of a provider, of some of its services where any are named; the newest first."""
    out = []
    for found in citing(register, provider, "inspection"):
        on = day(found.data.get("inspected_on")) or day(found.data.get("published_on"))
        service = str(found.data.get("service", ""))
        if on is None or on > until or (services and service and service not in services):
            continue
        requirements = mappings(found.data.get("requirements"))
        still = sum(not (met := day(r.get("met_on"))) or met > until for r in requirements)
        grades = tuple(
            (str(g.get("item", "")), g["grade"])
            for g in mappings(found.data.get("grades"))
            if isinstance(g.get("grade"), int)
        )
        out.append(Inspected(on, service, str(found.data.get("body", "")), grades, still, len(requirements), found.key))
    return sorted(out, key=lambda i: (i.on, i.source), reverse=True)
