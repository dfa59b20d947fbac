"""The page "In numbers", read as a stranger reads it: a solver over all its tables and sheets finds no count that is not shown."""

import csv
import io
import random
import re
from collections import Counter
from datetime import date
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from ccm_site.model import Key, Record, Register
from ccm_site.publish.build import build
from ccm_site.views import counts as counting
from ccm_site.views.counted_people import complaints, placements
from ccm_site.views.counts import Counts, all_reports, published_counts
from ccm_site.views.numbers import numbers_pages
from ccm_site.views.page import Extra, Page
from ccm_site.views.site import Beside, sections, site_pages
from ccm_site.views.small_numbers import suppress
from tests.registers import write
from tests.views.sites import KINDS, TODAY, site

PLACED = list(KINDS["placement"].life_cycle.states)
COMPLAINED = list(KINDS["complaint"].life_cycle.states)


def register(contracts, placed, complained=()):
    """Contracts as (provider, service type, for one placement), placements as (contract or None, provider or None, state),
    complaints as (contract or None, provider or None, state); contracts and providers by their numbers."""
    records = [
        {
            "kind": "service_types",
            "id": "service_types",
            "entries": [{"code": f"type_{n}", "label": f"Type {n}"} for n in range(9)],
        }
    ]
    used = {c[0] for c in contracts} | {p[1] for p in (*placed, *complained) if p[1] is not None}
    records += [{"kind": "provider", "id": f"provider-{n}", "name": f"Provider <{n}>"} for n in sorted(used)]
    for n, (provider, service_type, alone) in enumerate(contracts):
        records.append({"kind": "contract", "id": f"C-2026-{n:04}", "title": f"Care {n}", "status": "in_force",
                        "provider": f"provider-{provider}", "service_type": f"type_{service_type}",
                        **({"placement_specific": True} if alone else {})})  # fmt: skip
    for kind, letter, people in (("placement", "P", placed), ("complaint", "K", complained)):
        for n, (contract, provider, state) in enumerate(people):
            data = {"kind": kind, "id": f"{letter}-2026-{n:04}", "status": state}
            if contract is not None:
                data["contract"] = f"C-2026-{contract:04}"
            if provider is not None:
                data["provider"] = f"provider-{provider}"
            records.append(data)
    keys = {Key(d["kind"], d["id"]): d for d in records}
    return Register({key: Record(key, f"{key.id}.yaml", data, "") for key, data in keys.items()})


def generated(seed, size, providers=5, types=3):
    """A register with ``size`` contracts, as uneven as life: big frameworks, contracts for one, some care without a contract."""
    chance = random.Random(seed)
    contracts, placed, complained = [], [], []
    for n in range(size):
        provider, alone = chance.randrange(providers), chance.random() < 0.2
        contracts.append((provider, chance.randrange(types), alone))
        for _ in range(1 if alone else chance.choice((0, 1, 1, 2, 3, 4, 5, 8, 13, 30))):
            state = chance.choices(PLACED, (2, 1, 1, 12, 6, 3, 1))[0]
            placed.append((n, provider, state))
        for _ in range(chance.choice((0, 0, 1, 1, 2, 6))):
            complained.append((n, provider, chance.choice(COMPLAINED)))
    for _ in range(size):
        placed.append((None, chance.choice((None, *range(providers))), chance.choice(PLACED)))
        complained.append((None, chance.randrange(providers), chance.choice(COMPLAINED)))
    return register(contracts, placed, complained)


class Tables(HTMLParser):
    """The cells of each table of a page, by the table's name."""

    def __init__(self, body):
        super().__init__()
        self.found, self.cell = {}, None
        self.feed(body)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.rows = self.found[dict(attrs)["data-table"]] = []
        elif tag == "tr" and self.found:
            self.rows.append([])
        elif tag in ("th", "td") and self.found:
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("th", "td") and self.found:
            self.rows[-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def read(whole, counts=None):
    """What a reader of the intranet finds: for each table its counts by row and column, from the page and the sheets alike."""
    shown = published_counts(whole, KINDS, "intranet", TODAY) if counts is None else counts
    items = list(numbers_pages(site(whole), shown))
    page = Tables(str(next(i.body for i in items if isinstance(i, Page))))
    sheets = {
        i.path.split("/")[-1].removesuffix(".csv"): i.content.decode("utf-8-sig") for i in items if isinstance(i, Extra)
    }
    assert set(page.found) <= set(sheets)
    found = {}
    for name, text in sheets.items():
        titles, *rows = csv.reader(io.StringIO(text))
        if name in page.found:
            drawn = [[row[0], *(c.replace(",", "") for c in row[1:])] for row in page.found[name][1:]]
            written = [[row[0], *row[2:]] for row in rows]
            assert drawn == [*written[:-1][:200], written[-1]]
            assert page.found[name][0] == [titles[0], *titles[2:]]
        found[name] = {
            (row[1] or row[0], title): value for row in rows for title, value in zip(titles[2:], row[2:], strict=True)
        }
    return found


def limits_of(value):
    """What a mark says, to a reader who has read the page to its end."""
    return (1, 4) if value == "<5" else (1, np.inf) if value == "not shown" else (int(value), int(value))


class Attack:
    """What anybody could work out: every way to fill contracts and states with people that fits all that is shown.

    The reader knows the contracts, their providers and types, which were made for one placement, and even with which providers and
    contracts there is anything at all; and, where ``alone_known``, how many placements each contract for one has.
    """

    def __init__(self, whole, tables, alone_known):
        self.cells, rows, low, high = [], [], [], []
        for kind, people, states in (
            ("placement", placements(whole), PLACED),
            ("complaint", complaints(whole), COMPLAINED),
        ):
            where = list(
                {tuple(r and r.id for r in (p.contract, p.provider)): (p.contract, p.provider) for p in people}.values()
            )
            titles = {s: KINDS[kind].life_cycle.states[s]["title"] for s in states}
            offset = len(self.cells)
            self.cells += [(kind, contract, provider, titles[s]) for contract, provider in where for s in states]
            alone = [c for c, _ in where if c and c.data.get("placement_specific")]
            for contract in alone if alone_known and kind == "placement" else ():
                rows.append([n for n in range(offset, len(self.cells)) if self.cells[n][1] is contract])
                low.append(sum(p.contract is contract for p in people))
                high.append(low[-1])
        self.sets = {}
        for name, table in tables.items():
            for (row, column), value in table.items():
                members = [n for n, cell in enumerate(self.cells) if self._in(cell, name, row, column)]
                self.sets[name, row, column] = members
                rows.append(members)
                one, other = limits_of(value)
                low.append(one)
                high.append(other)
        places = [(i, n) for i, members in enumerate(rows) for n in members]
        matrix = csr_array(
            (np.ones(len(places)), tuple(np.array(places).reshape(-1, 2).T)), shape=(len(rows), len(self.cells))
        )
        self.limits = LinearConstraint(matrix, low, high)

    @staticmethod
    def _in(cell, name, row, column):
        kind, contract, provider, state = cell
        if not name.startswith(kind):
            return False
        if name == "complaints-by-state":
            return row in (state, "Total")
        if column not in (state, "Total"):
            return False
        if name.endswith("-by-contract"):
            listed = contract is not None and not contract.data.get("placement_specific")
            return listed and row in (contract.id, "Total")
        if name.endswith("-by-provider"):
            return row in (provider.id if provider else "none", "Total") or (
                provider is None and row.startswith("No provider")
            )
        if row == "Total":
            return True
        return (
            row.startswith("No contract")
            if contract is None
            else row == contract.data["service_type"].replace("_", " ").capitalize()
        )

    def range(self, cell):
        """The least and the most that a count can be."""
        goal = np.zeros(len(self.cells))
        goal[self.sets[cell]] = 1
        ends = []
        for sign in (1, -1):
            found = milp(sign * goal, integrality=np.ones(len(goal)), bounds=Bounds(0, 500), constraints=self.limits)
            assert found.success, found.message
            ends.append(round(sign * found.fun))
        return ends


def recovered(whole, tables, alone_known=False):
    """The counts that are not shown and can be worked out all the same."""
    attack = Attack(whole, tables, alone_known)
    hidden = [(name, *cell) for name, table in tables.items() for cell, value in table.items() if not value.isdigit()]
    return [cell for cell in hidden if len(set(attack.range(cell))) == 1], len(hidden), attack


@pytest.mark.parametrize(("seed", "size"), [(1, 3), (2, 6), (3, 6), (4, 12), (5, 12), (6, 20), (7, 30), (8, 60)])
def test_a_solver_over_everything_published_recovers_no_count(seed, size):
    whole = generated(seed, size, providers=2 + size // 6)
    found, hidden, _ = recovered(whole, read(whole))
    assert hidden > 5
    assert found == []


@pytest.mark.parametrize(("seed", "size"), [(11, 6), (12, 12), (13, 30)])
def test_nor_does_one_who_knows_how_many_each_contract_for_one_placement_has(seed, size):
    """But for the counts of only such placements, of which the reader knows anyway."""
    whole = generated(seed, size, providers=2 + size // 6)
    found, _, attack = recovered(whole, read(whole), alone_known=True)
    others = [
        cell for cell in found
        if not all((c := attack.cells[n][1]) is not None and c.data.get("placement_specific") for n in attack.sets[cell])
    ]  # fmt: skip
    assert others == []


@example(contracts=[(0, 0, True)], placed=[(0, PLACED[3])] + [(1, PLACED[3])] * 5, complained=[])
@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1), st.booleans()), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(PLACED[2:5])), max_size=22),
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(COMPLAINED[:2])), max_size=12),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nor_on_any_small_register(contracts, placed, complained):
    def people(drawn):
        return [(n, contracts[n][0], s) if n < len(contracts) else (None, n % 2, s) for n, s in drawn]

    whole = register(contracts, people(placed), people(complained))
    found, _, _ = recovered(whole, read(whole))
    assert found == []


def test_the_solver_does_recover_counts_where_only_the_small_ones_are_marked(monkeypatch):
    """The tests above can fail."""
    monkeypatch.setattr(counting, "suppress", lambda tables: suppress(tables, secondary=False))
    for seed, size in ((2, 6), (5, 12), (7, 30)):
        whole = generated(seed, size, providers=2 + size // 6)
        found, _, _ = recovered(whole, read(whole))
        assert len(found) > 3


def test_what_is_shown_is_true_and_not_everything_is_withheld():
    whole = generated(8, 60, providers=12)
    true = read(whole, published_counts(whole, KINDS, "restricted", TODAY))
    marks = Counter()
    for name, table in read(whole).items():
        for cell, value in table.items():
            number = int(true[name][cell])
            marks[value if not value.isdigit() else "shown"] += number > 0
            assert value.isdigit() == (value not in ("<5", "not shown"))
            assert value == "<5" if 0 < number < 5 and value != "not shown" else value != "<5"
            assert value == str(number) if value.isdigit() else number > 0
    assert marks["shown"] > marks["not shown"]


def test_the_numbers_that_must_not_be_shown_do_not_leave_the_function():
    whole = register([(0, 0, False)], [(0, 0, "active")] * 3 + [(0, 0, "ended")] * 40)
    shown = {c for t in published_counts(whole, KINDS, "intranet", TODAY).tables for row in t.cells for c in row}
    assert 3 not in shown and "<5" in shown
    assert 3 in {c for t in published_counts(whole, KINDS, "restricted", TODAY).tables for row in t.cells for c in row}
    assert published_counts(whole, KINDS, "public", TODAY) == Counts()


def test_a_contract_for_one_placement_has_no_row_but_counts_with_its_provider():
    whole = register([(0, 0, True), (0, 0, False)], [(0, 0, "active")] + [(1, 0, "active")] * 7)
    true = read(whole, published_counts(whole, KINDS, "restricted", TODAY))
    assert [row for row, _ in true["placements-by-contract"]] == ["C-2026-0001", "Total"]
    assert true["placements-by-provider"]["provider-0", "Active"] == "8"


def test_nothing_sealed_is_needed():
    """The same counts come of a clone without keys, in which only ids, states, contracts and providers can be read."""
    whole = generated(4, 12)
    more = {k: Record(k, r.path, {**r.data, "service": "SV-2026-0001", "category": "x", "start_date": "2026-01-01"}, "")
            for k, r in whole.records.items()}  # fmt: skip
    for audience in ("intranet", "restricted"):
        assert published_counts(whole, KINDS, audience, TODAY) == published_counts(
            Register(more), KINDS, audience, TODAY
        )


def test_broken_references_and_states_are_counted_as_none():
    whole = register([(0, 0, False)], [(7, None, "active"), (None, None, "lost"), (0, None, "active")])
    true = read(whole, published_counts(whole, KINDS, "restricted", TODAY))["placements-by-provider"]
    assert true["No provider named yet", "Total"] == "2" and true["No provider named yet", "State not known"] == "1"
    assert true["provider-0", "Active"] == "1", "the contract's provider"


def test_a_complaint_counts_with_the_contract_and_provider_of_its_placement():
    whole = register([(0, 0, False)], [(0, 0, "active")], [(None, None, "logged")])
    records = dict(whole.records)
    key = Key("complaint", "K-2026-0000")
    records[key] = Record(key, "k.yaml", {**records[key].data, "placement": "P-2026-0000"}, "")
    true = read(whole, published_counts(Register(records), KINDS, "restricted", TODAY))
    assert true["complaints-by-provider"]["provider-0", "Total"] == "1"
    assert true["complaints-by-contract"]["C-2026-0000", "Total"] == "1"


def test_every_module_reports_and_every_count_is_placed():
    whole = generated(2, 6)
    reports = all_reports(whole, KINDS, TODAY)
    names = [r.table.name for r in reports if not r.table.known]
    assert names == ["placements-by-provider", "placements-by-service-type", "placements-by-contract",
                     "complaints-by-provider", "complaints-by-state", "complaints-by-contract"]  # fmt: skip
    for r in reports:
        assert r.table.known or (set(r.table.rows) <= set(r.rows) and set(r.table.columns) == set(r.columns))


def body(whole, audience, shown=None):
    shown = shown or published_counts(whole, KINDS, audience, TODAY)
    return str(next(i.body for i in numbers_pages(site(whole, audience), shown) if isinstance(i, Page)))


def test_the_page_links_names_to_their_pages_and_escapes_them():
    text = body(generated(4, 12), "intranet")
    assert '<a href="../providers/provider-0/">Provider &lt;0&gt;</a>' in text and "<0>" not in text
    assert '<a href="../contracts/C-2026-' in text


def test_the_page_explains_each_mark_in_words():
    text = body(register([(0, 0, False), (1, 0, False)], [(0, 0, "active")] * 9 + [(0, 0, "ended")] * 8 + [(1, 1, "active")] * 9
                         + [(1, 1, "ended")] * 2), "intranet")  # fmt: skip
    assert "&lt;5: from 1 to 4." in text and "Not shown: left out, whatever it is" in text
    plain = body(register([(0, 0, False)], [(0, 0, "active")] * 9), "intranet")
    assert "from 1 to 4." not in plain and "Not shown:" not in plain
    assert "These are the true numbers" in body(generated(4, 12), "restricted")


def test_every_table_has_a_caption_and_headers():
    text = body(generated(4, 12), "intranet")
    tables = re.findall(r"<table.*?</table>", text, re.S)
    assert len(tables) == 6
    for table in tables:
        assert "<caption" in table
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.S):
            assert row.startswith('<th scope="')


def test_a_long_table_shows_its_first_rows_and_says_so():
    contracts = [(0, 0, False)] * 250
    whole = register(contracts, [(n, 0, "active") for n in range(250) for _ in range(5)])
    text = body(whole, "intranet")
    assert "50 more rows are in the sheet." in text
    assert len(read(whole)["placements-by-contract"]) == 251


def test_an_empty_register_has_a_page_too():
    text = body(Register({}), "intranet")
    assert text.count("There is nothing to count yet.") == 5 and text.count("<table") == 1


def test_the_public_site_has_no_numbers_and_the_others_lead_to_them():
    whole = generated(2, 6)
    for audience, there in (("public", False), ("intranet", True), ("restricted", True)):
        menu = [s.url for s in sections(KINDS, audience)]
        shown = published_counts(whole, KINDS, audience, date(2026, 5, 4))
        made = site_pages(site(whole, audience).register, KINDS, {}, audience, TODAY, Beside(shown))
        assert ("in-numbers/" in menu) == there == any(isinstance(i, Page) and i.url == "in-numbers/" for i in made)


def test_a_build_counts_what_the_site_itself_may_not_hold(small_register):
    placed = "kind: placement\nid: P-2026-{0:04}\nstatus: active\nprovider: brae-fostering\ncontract: C-2026-0001\n"
    for n in range(1, 8):
        write(small_register, f"placements/2026/P-2026-{n:04}/placement.yaml", placed.format(n))
    build(small_register, ["public", "intranet"], TODAY, keep_going=True)
    page = (small_register / "build/site/intranet/in-numbers/index.html").read_text("utf-8")
    assert Tables(page).found["placements-by-contract"][-1] == ["Total", "7"]
    assert not (small_register / "build/site/public/in-numbers").exists()
