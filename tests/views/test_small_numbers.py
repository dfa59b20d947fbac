"""Small counts and what protects them: on any tables at all, no shown number gives one away. Tiny ones are tried exhaustively."""

from collections import Counter
from itertools import product
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_site.views.small_numbers import SMALL, TOTAL, WITHHELD, CountTable, suppress


def two_way(name, people, known=False):
    """A table of people given as pairs of a row and a column."""
    rows = tuple(sorted({r for r, _ in people if r}))
    columns = tuple(sorted({c for _, c in people}))
    return CountTable(name, "child", rows, columns, {f"P{i}": place for i, place in enumerate(people)}, known)


def times(**numbers):
    """People by their number in each cell: ``times(ax=3)`` are three in row a, column x."""
    return [(cell[0], cell[1]) for cell, number in numbers.items() for _ in range(number)]


def test_small_counts_are_marked_and_none_is_shown_as_none():
    (shown,) = suppress([two_way("t", times(ax=4, bx=3, ay=6, by=2))]).values()
    assert shown["a", "x"] == shown["b", "x"] == shown["b", "y"] == SMALL
    (shown,) = suppress([two_way("t", times(ax=9, by=7))]).values()
    assert shown == {
        ("a", "x"): 9, ("a", "y"): 0, ("a", TOTAL): 9, ("b", "x"): 0, ("b", "y"): 7, ("b", TOTAL): 7,
        (TOTAL, "x"): 9, (TOTAL, "y"): 7, (TOTAL, TOTAL): 16,
    }  # fmt: skip


def test_a_single_small_count_does_not_stand_alone_in_its_row_or_column():
    (shown,) = suppress([two_way("t", times(ax=3, bx=8, cx=20, ay=9, by=7, cy=30))]).values()
    assert shown["a", "x"] == SMALL
    assert [cell for cell, value in shown.items() if value == WITHHELD] == [("a", "y"), ("b", "x"), ("b", "y")]
    assert shown["a", TOTAL] == 12 and shown[TOTAL, "x"] == 31, "the totals stay"


def test_without_what_is_left_out_for_it_a_small_count_can_be_worked_out():
    people = times(ax=3, bx=8, ay=9, by=7)
    (bare,) = suppress([two_way("t", people)], secondary=False).values()
    assert bare["a", TOTAL] - bare["a", "y"] == 3 and bare["a", "x"] == SMALL


def test_four_small_counts_of_four_cannot_be_read_off_their_total():
    """If all that is shown were "every row has at most 4, together 12", each of three rows would have 4."""
    (shown,) = suppress(
        [CountTable("t", "child", ("a", "b", "c"), (), {f"P{i}": ("abc"[i % 3], "") for i in range(12)})]
    ).values()
    assert sorted(shown[r, TOTAL] for r in "abc") == [SMALL, SMALL, WITHHELD]
    assert shown[TOTAL, TOTAL] == 12


def test_tables_are_kept_from_being_subtracted_from_each_other():
    """Twenty in both tables, but one leaves three out: the difference of the totals would be those three."""
    whole = [("a", "x")] * 10 + [("b", "x")] * 10
    part = [("p", "x")] * 8 + [(None, "x")] * 3 + [("q", "x")] * 9
    tables = [two_way("whole", whole), two_way("part", part)]
    worlds = possible(tables, suppress(tables))
    for name, cells in suppress(tables).items():
        for cell, value in cells.items():
            assert isinstance(value, int) or len(worlds[name, cell]) > 1


def test_what_readers_know_from_elsewhere_is_reckoned_with():
    """Two are known to stand in row a on their own: a's count less these two would be the others'."""
    people = [("a", "")] * 5 + [("b", "")] * 4
    places = {f"P{i}": p for i, p in enumerate(people)}
    listed = {p: ((f"{row}-alone" if p in ("P0", "P1") else f"{row}-1"), "") for p, (row, _) in places.items()}
    tables = [
        CountTable("by-row", "child", ("a", "b"), (), places),
        CountTable("listed", "child", ("a-1", "b-1"), (), {p: (None if "alone" in r else r, c) for p, (r, c) in listed.items()}),
        CountTable("known", "child", ("a-alone",), (), {p: (r if "alone" in r else None, c) for p, (r, c) in listed.items()}, True),
    ]  # fmt: skip
    shown = suppress(tables)
    assert "known" not in shown
    assert shown["listed"]["a-1", TOTAL] == SMALL
    assert shown["by-row"]["a", TOTAL] == WITHHELD, "5 less the two that are known would be 3"


def test_where_the_marks_alone_would_tell_a_small_count_is_left_out_too():
    """Four rows of at least one each, together at most 4: without more each would be 1."""
    parts = {f"P{i}": ("abcd"[i], "x") for i in range(4)} | {f"Q{i}": ("abcd"[i % 4], "y") for i in range(40)}
    (shown,) = suppress([CountTable("t", "child", tuple("abcd"), ("x", "y"), parts)]).values()
    assert [shown[r, "x"] for r in "abcd"] == [SMALL] * 4
    assert shown[TOTAL, "x"] == WITHHELD


def test_tables_that_disagree_on_who_is_counted_are_refused():
    one, other = two_way("one", times(ax=5)), two_way("other", times(ax=6))
    with pytest.raises(ValueError, match="must each place everybody: one, other"):
        suppress([one, other])


def test_people_of_different_sorts_are_counted_apart():
    children = two_way("children", times(ax=6))
    others = CountTable("others", "complaint", ("a",), (), {"K1": ("a", "")})
    shown = suppress([children, others])
    assert shown["children"]["a", "x"] == 6 and shown["others"]["a", TOTAL] == SMALL


def test_nobody_at_all():
    assert suppress([]) == {}
    assert suppress([CountTable("t", "child", (), (), {})]) == {"t": {(TOTAL, TOTAL): 0}}


def possible(tables, shown):
    """For each cell the counts that it can have, over all ways in which up to 26 people could stand that fit what is shown.

    A reader who knows what each mark means, and which rows of one table go with which of another, has nothing more.
    """
    names = sorted(tables[0].places)
    rows = sorted({tuple(t.places[p][0] for t in tables) for p in names}, key=str)
    columns = sorted({tuple(t.places[p][1] for t in tables) for p in names})
    atoms = list(product(rows, columns))
    holds = [
        [
            {(r, c) for r in ((row[i], TOTAL) if t.rows else (TOTAL,)) for c in ((column[i], TOTAL) if t.columns else (TOTAL,))}
            if row[i] is not None else set()
            for i, t in enumerate(tables)
        ]
        for row, column in atoms
    ]  # fmt: skip
    limits = []
    for i, t in enumerate(tables):
        cells = t.counts() if t.known else shown[t.name]
        for cell in t.cells:
            value = cells[cell]
            low, high = (1, 4) if value == SMALL else (1, 26) if value == WITHHELD else (value, value)
            limits.append((t.name, cell, low, high, [a for a in range(len(atoms)) if cell in holds[a][i]]))
    touching = [[n for n, limit in enumerate(limits) if a in limit[4]] for a in range(len(atoms))]
    found = {(t.name, cell): set() for t in tables for cell in t.cells}
    sums = [0] * len(limits)
    last = [max(limit[4], default=-1) for limit in limits]

    def place(a):
        if a == len(atoms):
            for (name, cell, *_), total in zip(limits, sums, strict=True):
                found[name, cell].add(total)
            return
        for number in range(27):
            for n in touching[a]:
                sums[n] += number
            if all(sums[n] <= limits[n][3] for n in touching[a]):
                if all(sums[n] >= limits[n][2] for n in touching[a] if last[n] == a):
                    place(a + 1)
                for n in touching[a]:
                    sums[n] -= number
            else:
                for n in touching[a]:
                    sums[n] -= number
                break

    place(0)
    return found


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy"), st.sampled_from("pq")), max_size=13))
def test_on_tiny_tables_every_way_is_tried_and_none_gives_a_small_count_away(people):
    """Three linked tables: rows by columns, other rows that cut across, and one that leaves some out."""
    ids = {f"P{i:02}": p for i, p in enumerate(people)}
    tables = [
        CountTable("by-columns", "child", tuple("ab"), tuple("xy"), {i: (r, c) for i, (r, c, _) in ids.items()}),
        CountTable("across", "child", tuple("pq"), (), {i: (q, "") for i, (_, _, q) in ids.items()}),
        CountTable("part", "child", tuple("ab"), (), {i: (None if q == "p" else r, "") for i, (r, _, q) in ids.items()}),
    ]  # fmt: skip
    shown = suppress(tables)
    worlds = possible(tables, shown)
    for t in tables:
        true = t.counts()
        for cell, value in shown[t.name].items():
            if isinstance(value, int):
                assert value == true[cell] and not 0 < value < 5
            else:
                assert true[cell] in worlds[t.name, cell] and len(worlds[t.name, cell]) > 1, (t.name, cell, value)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=80))
def test_marks_are_true_and_repeat_themselves(people):
    table = two_way("t", people)
    shown = suppress([table])["t"]
    true = Counter(table.counts())
    for cell, value in shown.items():
        assert 0 < true[cell] < 5 if value == SMALL else true[cell] > 0 if value == WITHHELD else value == true[cell]
        assert not isinstance(value, int) or not 0 < value < 5
    assert suppress([two_way("t", people)])["t"] == shown


@pytest.mark.parametrize("spread", ["even", "uneven"])
def test_ten_thousand_contracts_take_seconds(spread):
    placed, listed = {}, {}
    for i in range(40_000):
        contract = i % 10_000 if spread == "even" else int((i * 7919 % 40_000) ** 2 / 160_000)
        placed[f"P{i:05}"] = (f"provider-{contract % 300}", f"s{(i * i) % 7}")
        listed[f"P{i:05}"] = (f"C-{contract:05}", "")
    states = tuple(f"s{n}" for n in range(7))
    tables = [
        CountTable("by-provider", "child", tuple(sorted({r for r, _ in placed.values()})), states, placed),
        CountTable("by-contract", "child", tuple(sorted({r for r, _ in listed.values()})), (), listed),
    ]
    began = perf_counter()
    shown = suppress(tables)
    assert perf_counter() - began < 15
    assert all(shown.values())
