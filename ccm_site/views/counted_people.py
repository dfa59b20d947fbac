"""Whom the counts count: each placement and each complaint with its state, contract and provider, which lie clear in every clone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ccm_site.kinds import Kinds
from ccm_site.model import Key, Record, Register
from ccm_site.views.small_numbers import CountTable

NONE = "?"  # no id or code


@dataclass(frozen=True)
class Person:
    """One placement or complaint. A reference to a record that is not there counts as none."""

    id: str
    state: str
    provider: Record | None
    contract: Record | None

    @property
    def alone(self) -> bool:
        """Whether its contract was made for one placement, so that its page already says that there is one."""
        return self.contract is not None and self.contract.data.get("placement_specific") is True


def placements(register: Register) -> list[Person]:
    """Every placement, voided ones too. Its provider is the contract's where it names none itself."""
    return [_person(register, r, r) for r in register.of_kind("placement")]


def complaints(register: Register) -> list[Person]:
    """Every complaint or concern, voided ones too. What it does not name itself is the placement's that it is about."""
    found = []
    for record in register.of_kind("complaint"):
        placement = _named(register, "placement", record)
        found.append(_person(register, record, placement or record))
    return found


def _person(register: Register, record: Record, other: Record) -> Person:
    contract = _named(register, "contract", record) or _named(register, "contract", other)
    provider = _named(register, "provider", record) or _named(register, "provider", other)
    if provider is None and contract is not None:
        provider = _named(register, "provider", contract)
    return Person(record.id, str(record.data.get("status", "")), provider, contract)


def _named(register: Register, kind: str, record: Record) -> Record | None:
    name = record.data.get(kind)
    return register.get(kind, name) if isinstance(name, str) else None


def states(kinds: Kinds, kind: str, people: list[Person]) -> dict[str, str]:
    """The columns for a kind's states with their words; one more where a record has a state that its kind does not know."""
    found_kind = kinds.get(kind)
    cycle = found_kind.life_cycle if found_kind else None
    found = {name: str(told.get("title", name)) for name, told in cycle.states.items()} if cycle else {}
    if any(p.state not in found for p in people):
        found[NONE] = "State not known"
    return found


def table(
    name: str, people: str, counted: list[Person], row: Callable[[Person], str | None], columns: Mapping[str, str],
    known: bool = False,
) -> CountTable:  # fmt: skip
    """A table of the rows in which somebody stands, by their names, those without one last.

    A row of None is not counted, one of "" only in the total. Without ``columns`` there are only the rows' totals.
    """
    places = {p.id: (row(p), (p.state if p.state in columns else NONE) if columns else "") for p in counted}
    rows = sorted({r for r, _ in places.values() if r}, key=lambda r: (r == NONE, r))
    return CountTable(name, people, tuple(rows), tuple(columns), places, known)


def named(kind: str, rows: tuple[str, ...], none: str) -> dict[str, str | Key]:
    """The words of rows that stand for records, and of the row for those without one."""
    return {r: none if r == NONE else Key(kind, r) for r in rows}
