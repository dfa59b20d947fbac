"""What every view is made from: the projected register, its kinds, the audience and the day; and where each record is shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from ccm_site.kinds import Kind, Kinds
from ccm_site.model import Audience, Change, Key, Record, Register
from ccm_site.views import urls
from ccm_site.views.audience import allows

AREAS: Mapping[str, str] = {
    "contracts": "Contracts",
    "placements": "Placements",
    "complaints": "Complaints",
    "specifications": "Specifications",
    "providers": "Providers",
    "sourcing": "Sourcing",
    "monitoring": "Monitoring",
    "people": "People",
    "policy": "Policy",
}


class Place(NamedTuple):
    """Where a record is shown: a page, and a place on it ("" at its top)."""

    url: str
    anchor: str = ""

    @property
    def link(self) -> str:
        return f"{self.url}#{self.anchor}" if self.anchor else self.url


def shown_kind(kind: Kind, audience: Audience) -> bool:
    """Whether a site for this audience has pages of the kind at all."""
    if audience == "public":
        return any(
            allows("public", f.audience) for f in kind.all_fields if not f.fields and f.name not in {"kind", "id"}
        )
    return allows(audience, kind.audience)


def shown_kinds(kinds: Kinds, audience: Audience) -> tuple[Kind, ...]:
    """The kinds of a site, by area and then in the order of their names."""
    order = list(AREAS)
    shown = (k for k in kinds if shown_kind(k, audience))
    return tuple(sorted(shown, key=lambda k: (order.index(k.area), not is_first(k), k.plural)))


def is_first(kind: Kind) -> bool:
    """Whether the kind's table is its area's own page: the contracts' in the area of contracts."""
    return urls.folder(kind) == f"{kind.area}/"


@dataclass(frozen=True)
class Site:
    """One audience's register on one day. ``register`` is already projected: nothing stricter is in it.

    ``withheld`` says by a contract's number which parts of it are not published, each with its ground.
    """

    register: Register
    kinds: Kinds
    changes: Mapping[str, Change]
    audience: Audience
    today: date
    withheld: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    @cached_property
    def kept(self) -> dict[tuple[str, str], Any]:
        """What views found out once and need on many pages, by what it is and the kind's name."""
        return {}

    @cached_property
    def shown(self) -> tuple[Kind, ...]:
        return shown_kinds(self.kinds, self.audience)

    @cached_property
    def by_kind(self) -> Mapping[str, tuple[Record, ...]]:
        """The records of each kind in the order of their ids. A record whose id is not of its kind's form has no place."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.register:
            if self.kinds[record.kind].id_pattern.match(str(record.data.get("id", ""))):
                found[record.kind].append(record)
        return {name: tuple(sorted(records, key=lambda r: r.id)) for name, records in found.items()}

    def area_page(self, area: str) -> str | None:
        """The page of an area that holds several tables; None where its one table is all."""
        return f"{area}/" if sum(k.area == area for k in self.shown) > 1 else None

    def of_kind(self, kind: Kind) -> tuple[Record, ...]:
        return self.by_kind.get(kind.name, ())

    @cached_property
    def roots(self) -> Mapping[Key, Key]:
        """For each record the record on whose page it is shown: itself, where it has its own page or no parent is here."""
        parents = {r.key: p for records in self.by_kind.values() for r in records if (p := self._parent(r))}
        roots = {}
        for records in self.by_kind.values():
            for record in records:
                root, seen = record.key, {record.key}
                while (up := parents.get(root)) and up not in seen:
                    root = up
                    seen.add(up)
                roots[record.key] = root
        return roots

    def _parent(self, record: Record) -> Key | None:
        named = {link.pointer: link.target for link in self.register.links.get(record.key, ())}
        for name in self.kinds[record.kind].page_on:
            target = named.get(f"/{name}")
            if target in self.register.records:
                return target
        return None

    @cached_property
    def children(self) -> Mapping[Key, tuple[Record, ...]]:
        """For each page's record the records shown on the same page, newest first within a kind."""
        found: dict[Key, list[Record]] = defaultdict(list)
        for key, root in self.roots.items():
            if key != root:
                found[root].append(self.register.records[key])
        return {root: tuple(sorted(records, key=lambda r: r.id, reverse=True)) for root, records in found.items()}

    def place(self, key: Key) -> Place | None:
        """Where a record is shown; None where this site does not show it."""
        root = self.roots.get(key)
        if root is None:
            return None
        kind = self.kinds[root.kind]
        url = urls.folder(kind) if kind.is_policy else f"{urls.folder(kind)}{root.id}/"
        return Place(url) if root == key else Place(url, key.id)

    def label(self, key: Key) -> str:
        """A record's name in plain text; its id where this site does not hold it."""
        record = self.register.records.get(key)
        return self.kinds[key.kind].label_of(record) if record else key.id

    @cached_property
    def code_labels(self) -> Mapping[str, Mapping[str, str]]:
        """For each policy table the labels of its codes. Where a code was dated more than once, the latest label."""
        tables: dict[str, dict[str, str]] = {}
        for kind in self.kinds:
            entries = self.register.table(kind.name).get("entries") if kind.has_codes else None
            rows = [e for e in entries if isinstance(e, Mapping)] if isinstance(entries, list) else []
            dated = sorted(rows, key=lambda e: str(e.get("effective_from", "")))
            tables[kind.name] = {str(e["code"]): str(e["label"]) for e in dated if "code" in e and "label" in e}
        return tables

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """What each role is called."""
        role = self.kinds.documents["common.json"]["$defs"].get("role", {})
        labels: Mapping[str, str] = role.get("x-ccm", {}).get("labels", {})
        return labels

    @cached_property
    def currency(self) -> str:
        """The currency of an amount that names none."""
        return str(self.register.table("register").get("default_currency", "GBP"))

    def state(self, record: Record) -> str:
        """The record's state in its life cycle, as its code; "" where its kind has none."""
        cycle = self.kinds[record.kind].life_cycle
        return str(record.data.get(cycle.field, "")) if cycle else ""
