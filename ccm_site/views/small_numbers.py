"""Counts of people as they may be shown: 1 to 4 as ``<5``, and as much more left out as keeps anybody from working out the rest.

For every count that is not shown there is *another world*: one or two people counted elsewhere than they are, so that this count
differs, every count that is shown stays, and every mark stays true. A reader cannot tell that world from the real one, whatever
is added, subtracted or compared among all the tables. A mark is only set together with such a world, so the result holds by how
it is made. Where marks themselves would tell (four rows of ``<5`` whose total is ``<5`` have one each), a small count is left out
too: ``not shown`` may be any number but none. Worlds are rectangles (two people swap their columns), moves and arrivals, as in the
hypercube method (Repsilber 1994; Hundepool et al., Statistical Disclosure Control, 2012, ch. 4), over all tables at once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal

Shown = int | Literal["<5", "not shown"]
SMALL: Literal["<5"] = "<5"
WITHHELD: Literal["not shown"] = "not shown"
LEAST = 5
"""The smallest count of people that is shown, other than none."""
TOTAL = ""
"""The row, or the column, of totals."""

Cell = tuple[int, str, str]  # table, row, column
Lines = tuple[str | None, ...]  # for each table the row (or the column) that a person stands in
Atom = tuple[int, int]  # those in the same rows and columns of all tables: the numbers of these rows and columns
World = dict[Atom, int]  # how many more, or fewer, stand in each atom

NEAR = 30
"""How many neighbours of each sort are looked at. More finds less to leave out, and takes longer; it changes no promise."""
TRIES = 400
"""After how many worlds the cheapest so far is taken. The same holds."""
_IMPOSSIBLE = -1


@dataclass(frozen=True)
class CountTable:
    """People counted in rows and columns, with totals of both.

    ``places`` names for everybody of the same ``people`` the row and the column; a row of None is not counted here. Without
    ``rows`` (or ``columns``) there is only the total. Anybody in any row could as well stand in any column: a table for which
    that is not so must not be given. ``known`` counts are not published but known to readers from elsewhere.
    """

    name: str
    people: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    places: Mapping[str, tuple[str | None, str]]
    known: bool = False

    @property
    def cells(self) -> tuple[tuple[str, str], ...]:
        return tuple((row, column) for row in (*self.rows, TOTAL) for column in (*self.columns, TOTAL))

    def counts(self) -> Counter[tuple[str, str]]:
        """The true count of every cell that holds anybody."""
        found: Counter[tuple[str, str]] = Counter()
        for row, column in self.places.values():
            found.update(_cells(self, row, column))
        return found


def suppress(tables: Sequence[CountTable], *, secondary: bool = True) -> dict[str, dict[tuple[str, str], Shown]]:
    """For each table that is not ``known`` what is shown in each cell.

    All tables of a site have to be given at once. The same tables give the same result. What counts nobody but those whom some
    readers know of already is kept from the other readers. ``secondary=False`` marks only the small counts, which can then be worked out: it is for
    tests. Raises ValueError where tables of the same people disagree on who they are.
    """
    out: dict[str, dict[tuple[str, str], Shown]] = {}
    for people in dict.fromkeys(t.people for t in tables):
        family = [t for t in tables if t.people == people]
        if len({frozenset(t.places) for t in family}) > 1:
            names = ", ".join(t.name for t in family)
            raise ValueError(f"the tables that count each {people} must each place everybody: {names}")
        out |= _Family(family).suppressed(secondary)
    return {t.name: out[t.name] for t in tables if not t.known}


def _cells(table: CountTable, row: str | None, column: str) -> list[tuple[str, str]]:
    """The cells of a table in which somebody of a row and a column is counted."""
    if row is None:
        return []
    rows = (row, TOTAL) if table.rows else (TOTAL,)
    columns = (column, TOTAL) if table.columns else (TOTAL,)
    return [(r, c) for r in rows for c in columns]


class _Family:
    """All tables of the same people while it is decided what of them is shown."""

    def __init__(self, tables: Sequence[CountTable]) -> None:
        self.tables = tables
        self.rows: list[Lines] = []
        self.columns: list[Lines] = []
        self.people: Counter[Atom] = Counter()
        self._place_people()
        self.count: Counter[Cell] = Counter()
        self._cells_of: dict[Atom, tuple[Cell, ...]] = {}
        for atom, number in self.people.items():
            for cell in self.cells_of(atom):
                self.count[cell] += number
        self.withheld: set[Cell] = set()
        self.hidden: set[Cell] = (
            set()
        )  # those of them that are small here or in some world; the others are 5 or more in every one
        self.opened: dict[tuple[int, Lines], list[Atom]] = defaultdict(list)
        self.opened_last: list[Atom] = []
        self.by_row: dict[int, list[Atom]] = defaultdict(list)
        self.by_column: dict[int, list[Atom]] = defaultdict(list)
        for atom in sorted(self.people, key=lambda a: (-self.people[a], a)):
            self.by_row[atom[0]].append(atom)
            self.by_column[atom[1]].append(atom)
        self.kin: dict[tuple[int, Lines], list[int]] = defaultdict(list)  # rows that differ in one table only
        for number in range(len(self.rows)):
            for key in self._kin_keys((number, 0)):
                self.kin[key].append(number)

    def _place_people(self) -> None:
        row_numbers: dict[Lines, int] = {}
        column_numbers: dict[Lines, int] = {}
        for person in sorted(self.tables[0].places if self.tables else ()):
            places = [t.places[person] for t in self.tables]
            row = tuple(p[0] for p in places)
            column = tuple(p[1] for p in places)
            atom = (
                row_numbers.setdefault(row, len(row_numbers)),
                column_numbers.setdefault(column, len(column_numbers)),
            )
            self.people[atom] += 1
        self.rows, self.columns = list(row_numbers), list(column_numbers)

    def cells_of(self, atom: Atom) -> tuple[Cell, ...]:
        found = self._cells_of.get(atom)
        if found is None:
            row, column = self.rows[atom[0]], self.columns[atom[1]]
            found = tuple(
                (i, *cell) for i, t in enumerate(self.tables) for cell in _cells(t, row[i], column[i] or TOTAL)
            )
            self._cells_of[atom] = found
        return found

    def suppressed(self, secondary: bool) -> dict[str, dict[tuple[str, str], Shown]]:
        """What each table shows, after a world was found for each small count and what it needs was left out."""
        small = {c for c, n in self.count.items() if n < LEAST and not self.tables[c[0]].known}
        members: dict[Cell, list[Atom]] = defaultdict(list)
        for atom in self.people:
            for cell in self.cells_of(atom):
                if cell in small:
                    members[cell].append(atom)
        safe: set[Cell] = set()
        for cell in sorted(small, key=lambda c: (TOTAL in c[1:], self.count[c], c)) if secondary else ():
            if cell in safe:
                continue
            # Where only people are counted whom some readers know of, it is still kept from the others.
            world = self._cheapest(cell, members[cell]) or self._cheapest(cell, members[cell], of_known=True)
            if world is None:
                continue
            change = {c: by for c, by in self._change(world).items() if not self.tables[c[0]].known}
            safe.update(change)
            crossed = {c for c, by in change.items() if self._crosses(c, by)}
            opening = {c for c in change if self.count[c] >= LEAST} | crossed
            self._remember(world, opening - self.withheld)
            self.withheld |= opening
            self.hidden |= crossed
        return {
            t.name: {cell: self._shown((i, *cell)) for cell in t.cells}
            for i, t in enumerate(self.tables) if not t.known
        }  # fmt: skip

    def _shown(self, cell: Cell) -> Shown:
        if cell in self.withheld:
            return WITHHELD
        return SMALL if 0 < self.count[cell] < LEAST else self.count[cell]

    def _cheapest(self, cell: Cell, atoms: Sequence[Atom], *, of_known: bool = False) -> World | None:
        """The world that changes a cell and leaves out least, of those that are tried; None where none is possible.

        ``of_known`` worlds may change known counts too: they hide nothing from readers who know these.
        """
        best, least = None, 0
        for tried, (leave, join) in enumerate(self._worlds(atoms)):
            if best is not None and tried > TRIES:
                break
            world: World = dict.fromkeys(join, 1) | dict.fromkeys(leave, -1)
            price = self._price(cell, world, of_known)
            if price == 0:
                return world
            if price != _IMPOSSIBLE and (best is None or price < least):
                best, least = world, price
        return best

    def _worlds(self, atoms: Sequence[Atom]) -> Iterator[tuple[list[Atom], list[Atom]]]:
        for a in atoms:
            yield [a], []
            yield [], [a]
        for a in atoms:
            beside = []
            for b in self._near(a):
                if b[1] == a[1]:
                    beside.append(b)
                across, down = (a[0], b[1]), (b[0], a[1])
                yield [b], [across]
                yield [a], [down]
                yield [a], [across]
                yield [b], [down]
                yield [a], [b]
                yield [b], [a]
                if across != b != down:
                    yield [a, b], [across, down]
            for x in self.by_row[a[0]]:
                for y in beside if x != a else ():
                    yield [x, y], [a, (y[0], x[1])]

    def _near(self, a: Atom) -> Iterator[Atom]:
        """Others with whom somebody could change places, the likeliest first: few counts differ, or much is left out already."""
        seen = {a}
        kin = [self.kin[key] for key in self._kin_keys(a)]
        opened = chain.from_iterable(self.opened[key][:3] for key in self._kin_keys(a))
        for b in chain(
            opened, self.by_row[a[0]], *(self._beside(a[0], same) for same in kin), self.opened_last,
            self.by_column[a[1]][:NEAR], *(c[: max(2, NEAR // len(self.by_column))] for c in self.by_column.values()),
        ):  # fmt: skip
            if b not in seen:
                seen.add(b)
                yield b

    def _beside(self, row: int, same: Sequence[int]) -> Iterator[Atom]:
        """The atoms of the rows that follow a row among its kin."""
        start = bisect_left(same, row)
        for step in range(1, min(NEAR, len(same))):
            yield from self.by_row[same[(start + step) % len(same)]]

    def _kin_keys(self, atom: Atom) -> list[tuple[int, Lines]]:
        row = self.rows[atom[0]]
        return [(t, row[:t] + row[t + 1 :]) for t in range(len(self.tables))]

    def _remember(self, world: World, opening: set[Cell]) -> None:
        """Those whose counts are left out from now on are good partners for the next."""
        atoms = [a for a in world if not opening.isdisjoint(self.cells_of(a))]
        self.opened_last = [*atoms, *self.opened_last][:NEAR]
        for a in atoms:
            for key in self._kin_keys(a):
                self.opened[key].insert(0, a)

    def _change(self, world: World) -> dict[Cell, int]:
        """By how much each cell differs in a world."""
        change: dict[Cell, int] = defaultdict(int)
        for atom, by in world.items():
            for cell in self.cells_of(atom):
                change[cell] += by
        return {cell: by for cell, by in change.items() if by}

    def _price(self, target: Cell, world: World, of_known: bool) -> int:
        """How much would have to be left out; `_IMPOSSIBLE` where readers could tell in any case, or the target stays as it is."""
        for atom, by in world.items():
            if by < 0 and atom not in self.people:
                return _IMPOSSIBLE
        change = self._change(world)
        if target not in change:
            return _IMPOSSIBLE
        price = 0
        for cell, by in change.items():
            number, known = self.count[cell], self.tables[cell[0]].known
            if known and of_known:
                continue
            if number == 0 or number + by == 0 or known:
                return _IMPOSSIBLE  # none is always shown as 0
            if cell in self.hidden:
                continue
            if self._crosses(cell, by):  # then even the mark says too much
                price += 4 * self._worth(cell)
            elif number >= LEAST and cell not in self.withheld:
                price += self._worth(cell)
        return price

    def _crosses(self, cell: Cell, by: int) -> bool:
        """Whether a small count would no longer be small, or another become so."""
        return (self.count[cell] < LEAST) != (self.count[cell] + by < LEAST)

    def _worth(self, cell: Cell) -> int:
        """What a count is worth to readers: a total more than a part."""
        t, row, column = cell
        worth = 10 if row == TOTAL and self.tables[t].rows else 1
        return 10 * worth if column == TOTAL and self.tables[t].columns else worth
