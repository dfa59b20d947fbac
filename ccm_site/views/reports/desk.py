"""What reports are made from: a site's register, the published counts, the period looked back on; and what several of them need, found once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from ccm_site.facts.contracts import ENDED, providers_of
from ccm_site.facts.evidence import QUESTIONS, SEALED_DAY, Evidence, all_evidence
from ccm_site.facts.policy import entries, limit
from ccm_site.facts.records import counting, known_by
from ccm_site.facts.values import months_after, texts
from ccm_site.model import Key, Record, Register
from ccm_site.performance.measures import Series, series
from ccm_site.performance.periods import Period, year_to
from ccm_site.performance.risk import Risk, risk_of
from ccm_site.views.context import Site
from ccm_site.views.counts import Counted, Counts
from ccm_site.views.reports.model import Look, Said
from ccm_site.views.text import day, plain

VERDICT_LOOKS: Mapping[str, Look] = {"met": "good", "just_missed": "near", "missed": "bad"}
RATING_LOOKS: Mapping[str, Look] = {"green": "green", "amber": "amber", "red": "red"}


@dataclass(frozen=True)
class Desk:
    """``counts`` are the numbers of people that the site's audience may know."""

    site: Site
    counts: Counts = field(default_factory=Counts)
    asked: Period | None = None
    _kept: dict[tuple[str, str], Any] = field(default_factory=dict)

    @cached_property
    def register(self) -> Register:
        """The site's register as it was known on its day: for a day that is past, without what came later."""
        return known_by(self.site.register, self.today)

    @property
    def today(self) -> date:
        return self.site.today

    @property
    def period(self) -> Period:
        """What reports look back on: as asked for, else the twelve months to the day."""
        return self.asked or year_to(self.today)

    @property
    def until(self) -> date:
        """The last day that a report takes into account."""
        return min(self.period.last, self.today)

    @property
    def whole(self) -> bool:
        """Whether restricted records are at hand."""
        return self.site.audience == "restricted"

    @cached_property
    def running(self) -> tuple[Record, ...]:
        """The `contracts` that are in force."""
        return tuple(c for c in self.contracts if c.data.get("status") == "in_force")

    @cached_property
    def contracts(self) -> tuple[Record, ...]:
        """The contracts that are monitored, or were: in force, and those that ended.

        Those for one placement are left out where restricted records are not at hand: a report would single the child out.
        """
        found = counting(self.register, "contract", "in_force", *ENDED)
        return tuple(c for c in found if self.whole or c.data.get("placement_specific") is not True)

    @cached_property
    def _evidence(self) -> Mapping[str, Mapping[str, list[Evidence]]]:
        return all_evidence(self.register)

    @property
    def evidence_since(self) -> date | None:
        """The first day of evidence that is new enough (policy/thresholds.yaml, evidence_age); None where no age is set."""
        age = limit(self.register, "evidence_age", self.until)
        return months_after(self.until, -int(age)) if age is not None else None

    def evidence(self, contract: Record) -> Mapping[str, list[Evidence]]:
        """The evidence on each question about a contract or its providers by the last day looked at, the newest first."""
        out: dict[str, list[Evidence]] = {q: [] for q in QUESTIONS}
        last = self.until.isoformat()
        for about in (contract.id, *providers_of(contract)):
            for question, found in self._evidence.get(about, {}).items():
                if question in out:
                    out[question] += [e for e in found if e.on <= last or e.on == SEALED_DAY]
        return {q: sorted(found, key=lambda e: (e.on, e.record.key), reverse=True) for q, found in out.items()}

    def series(self, contract: Record) -> tuple[Series, ...]:
        found: tuple[Series, ...] = self._once(
            "series", contract.id, lambda: series(self.register, contract, self.until)
        )
        return found

    def risk(self, contract: Record) -> Risk | None:
        found: Risk | None = self._once("risk", contract.id, lambda: risk_of(self.register, contract, self.until))
        return found

    def _once(self, what: str, name: str, make: Any) -> Any:
        if (what, name) not in self._kept:
            self._kept[what, name] = make()
        return self._kept[what, name]

    def of(self, kind: str, field: str) -> Mapping[str, list[Record]]:
        """The records of a kind that count by what they name in a field."""

        def gather() -> Mapping[str, list[Record]]:
            out: dict[str, list[Record]] = {}
            for r in counting(self.register, kind):
                out.setdefault(str(r.data.get(field, "")), []).append(r)
            return out

        found: Mapping[str, list[Record]] = self._once(f"by {field}", kind, gather)
        return found

    def shown(self, record: Record, path: str) -> str:
        """A field's value in plain words, "" where the record has none."""
        kind = self.site.kinds[record.kind]
        f = kind.field(path)
        value: Any = record.data
        for name in path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
        return plain(self.site, kind, f, value) if f is not None and value is not None else ""

    def words(self, kind: str, path: str, code: Any) -> str:
        """A coded value as its kind's form calls it."""
        f = self.site.kinds[kind].field(path)
        if f is None or not code:
            return str(code or "")
        return plain(self.site, self.site.kinds[kind], f, code)

    def name(self, key: Key) -> Said:
        """A record's name, leading to it."""
        return Said(self.site.label(key), (key,))

    def names(self, kind: str, ids: Iterable[str]) -> Said:
        keys = tuple(Key(kind, i) for i in ids)
        return Said("; ".join(self.site.label(k) for k in keys), keys)

    def counted(self, table: str, row: Key) -> tuple[str, ...] | None:
        """A row of a table of published counts; None where it has none for the record."""
        found: Counted | None = next((t for t in self.counts.tables if t.name == table), None)
        if found is None:
            return None
        for line, cells in zip(found.rows, found.cells, strict=True):
            if line.label == row:
                return tuple(str(c) for c in cells)
        return None

    def shown_to(self, *kinds: str) -> str:
        """Who gets what is made from records of these kinds, who may use it and why, by policy/audiences.yaml."""
        said = []
        for e in entries(self.register, "audiences", self.today):
            if any(k in texts(e.get("kinds")) for k in kinds):
                automatic = ", ".join(self.site.roles.get(r, r) for r in texts(e.get("automatic_to")))
                may = ", ".join(self.site.roles.get(r, r) for r in texts(e.get("may_use")))
                said.append(
                    f"{e.get('label')}: goes to {automatic or 'nobody by itself'}; may be used by {may or 'nobody else'}. {e.get('purpose', '')}"
                )
        return " ".join(said)


def rated(rating: str) -> Said:
    """A risk rating by word and symbol."""
    return Said(rating.capitalize(), (), RATING_LOOKS.get(rating, "")) if rating else Said("Not assessed")


def figure(value: Decimal | None, unit: str = "", places: int = 1) -> str:
    """A number as it reads in a table; a dash where there is none."""
    if value is None:
        return "–"
    rounded = f"{value:,.{places}f}"
    return f"{rounded.rstrip('0').rstrip('.') if '.' in rounded else rounded}{unit}"


def pounds(value: Decimal | None, currency: str = "GBP") -> str:
    """An amount as it reads in a table, another currency than pounds by its three letters; a dash where there is none."""
    if value is None:
        return "–"
    sign = "£" if currency == "GBP" else f"{currency} "
    return f"−{sign}{-value:,.2f}" if value < 0 else f"{sign}{value:,.2f}"


def span(period: Period) -> str:
    return f"{day(period.first.isoformat())} to {day(period.last.isoformat())}"


def on(value: date | str | None) -> str:
    """A day in words; a dash for none."""
    return day(value if isinstance(value, str) else value.isoformat()) if value else "–"
