"""The providers of a register, by every spelling of their names; new ones are made where no spelling is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ccm_site.imports.suppliers import name_key, principal, slug
from ccm_site.model import Record

ACTIVE, FORMER = "active", "former"


@dataclass
class Party:
    """One provider that the file names: held in the register, or new."""

    id: str
    held: Record | None
    spellings: Counter[str] = field(default_factory=Counter)
    rows: list[int] = field(default_factory=list)
    said: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What the rows say of it (company number, charity number), each value once."""
    buying: bool = False

    @property
    def name(self) -> str:
        """The most frequent spelling, rather one in capitals and small letters, then the first in the alphabet."""
        if self.held is not None:
            return str(self.held.data.get("name"))
        counts: Counter[str] = Counter()
        for spelling, n in self.spellings.items():
            counts[principal(spelling)] += n
        return min(counts, key=lambda s: (-counts[s], s.isupper() or s.islower(), s))

    def agreed(self) -> dict[str, str]:
        """What all rows that say it say alike."""
        return {k: next(iter(v)) for k, v in sorted(self.said.items()) if len(v) == 1}


class Book:
    """Finds or makes the provider for each spelling. Made once for an import; ids depend on nothing but the order of asking."""

    def __init__(self, records: Iterable[Record], taken: Iterable[str]):
        self._by_key: dict[str, list[Record]] = defaultdict(list)
        self.keys: dict[str, frozenset[str]] = {}
        for record in sorted(records, key=lambda r: r.id):
            keys = {name_key(n) for n in _names(record)} - {""}
            self.keys[record.id] = frozenset(keys)
            if "voided" not in record.data:
                for key in keys:
                    self._by_key[key].append(record)
        self._taken = {t.casefold() for t in taken} | set(self.keys)
        self._parties: dict[str, Party] = {}
        self._new: dict[str, Party] = {}
        self.ambiguous: dict[str, tuple[str, ...]] = {}

    def party(self, spelling: str) -> Party:
        """The provider of that name, made where there is none. The same key always gives the same one."""
        key = name_key(spelling)
        found = self._by_key.get(key, [])
        if found:
            exact = [r for r in found if spelling.casefold() in {n.casefold() for n in _names(r)}]
            if len(found) > 1 and len(exact) != 1:
                self.ambiguous[spelling] = tuple(r.id for r in found)
            record = (exact or found)[0]
            return self._parties.setdefault(record.id, Party(record.id, record))
        if key not in self._new:
            self._new[key] = Party("", None)
        return self._new[key]

    def settle(self) -> list[Party]:
        """Give the new providers their ids, now that all their spellings are known. All providers, in the order of asking."""
        for party in self._new.values():
            party.id = slug(party.name, self._taken)
            self._taken.add(party.id)
        return [*self._parties.values(), *self._new.values()]


def new_provider(party: Party, legacy: Mapping[str, Any]) -> dict[str, Any]:
    """A new provider's record."""
    name = party.name
    aliases = sorted(s for s in party.spellings if s != name)
    return {
        "kind": "provider", "id": party.id, "name": name, **({"aliases": aliases} if aliases else {}),
        "status": ACTIVE if party.buying else FORMER, **party.agreed(), "legacy": dict(legacy),
    }  # fmt: skip


def changes_of(party: Party) -> dict[str, Any]:
    """What the file adds to a provider of the register, by JSON pointer: spellings not known, numbers not known."""
    if party.held is None:
        return {}
    data = party.held.data
    known = _names(party.held)
    out: dict[str, Any] = {}
    new = sorted(s for s in party.spellings if s not in known)
    aliases = data.get("aliases")
    if new and isinstance(aliases, list):
        out |= {f"/aliases/{len(aliases) + i}": s for i, s in enumerate(new)}
    elif new:
        out["/aliases"] = new
    out |= {f"/{k}": v for k, v in party.agreed().items() if k not in data}
    return out


def _names(record: Record) -> list[str]:
    aliases = record.data.get("aliases")
    return [str(n) for n in (record.data.get("name", ""), *(aliases if isinstance(aliases, list) else ()))]
