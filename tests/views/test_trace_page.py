"""The framework clause by clause, on a page and on the command line; and the warnings by whose they are."""

import json
import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.model import Key
from ccm_site.register import load
from ccm_site.rules.example import examples
from ccm_site.rules.trace import PAGE_TAKEN_AWAY, TAKEN_AWAY, open_rows, still_to_come, trace
from ccm_site.starter import shipped
from ccm_site.views.reports import report_kinds
from ccm_site.views.to_look_at import Warned, to_look_at_page
from ccm_site.views.trace import carrying_pages, trace_page
from tests.rules.test_examples import ALL
from tests.views.sites import KINDS, pages, site


def test_every_obligation_is_carried_and_shown():
    rows = trace(KINDS)
    assert len(rows) == 177 and open_rows(rows) == ()
    body = str(trace_page(site(load(shipped()).register), rows).body)
    assert all(f'id="{r.id}"' in body for r in rows)
    assert 'href="../rules/R-CON-5/"' in body and 'href="../dictionary/contract/"' in body


ROWS = trace(KINDS)
CARRYING = sorted({k for r in ROWS for k in r.kinds})
PAGES = sorted({p for r in ROWS for p in r.pages})


def ids(rows):
    return {r.id for r in rows}


@pytest.mark.parametrize("kind", CARRYING)
def test_a_kind_that_is_taken_away_opens_its_rows(kind):
    fewer = type(KINDS)({n: k for n, k in KINDS.by_name.items() if n != kind}, KINDS.documents)
    assert ids(open_rows(trace(fewer))) == {r.id for r in ROWS if kind in r.kinds and r.duty == "O"}


def test_a_clause_that_a_kind_no_longer_names_is_missed():
    row = next(r for r in ROWS if r.duty == "O" and "review" in r.kinds)
    kind = KINDS["review"]
    fields = tuple(replace(f, clause="") if f.clause == row.id else f for f in kind.fields)
    told = replace(kind, clauses=tuple(c for c in kind.clauses if c != row.id), fields=fields)
    assert ids(open_rows(trace(type(KINDS)({**KINDS.by_name, "review": told}, KINDS.documents)))) == {row.id}


@pytest.mark.parametrize("rule", sorted({rule for r in ROWS for rule in r.rules}))
def test_a_rule_that_is_taken_away_opens_its_rows(monkeypatch, rule):
    monkeypatch.setattr("ccm_site.rules.trace.examples", lambda row: () if row == rule else examples(row))
    assert ids(open_rows(trace(KINDS))) == {r.id for r in ROWS if rule in r.rules and r.duty == "O"}


@pytest.fixture(scope="module")
def site_urls():
    """Of the sites for staff: a report on single cases is on the restricted one only."""
    register = load(shipped()).register
    return frozenset(pages(register)) | frozenset(pages(register, "restricted"))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_is_taken_away_is_missed(site_urls, page):
    known = carrying_pages()
    assert page in site_urls and page in known
    fewer = known.keys() - {page}
    assert ids(open_rows(trace(KINDS, known))) == set()
    assert ids(open_rows(trace(KINDS, fewer))) == {r.id for r in ROWS if page in r.pages and r.duty == "O"}


def test_a_report_counts_as_a_page_by_its_module_s_name_and_the_command_misses_it(monkeypatch):
    fewer = {n: k for n, k in report_kinds().items() if n != "needs"}
    monkeypatch.setattr("ccm_site.views.trace.report_kinds", lambda: fewer)
    done = CliRunner().invoke(main, ["trace", "--open", "--root", str(shipped())])
    opened = [r.id for r in ROWS if "reports/needs/" in r.pages and r.duty == "O"]
    assert done.exit_code == 1 and len(opened) == 4
    assert all(f"{id} (" in done.output for id in opened) and "still to come: reports/needs/" in done.output


def test_what_is_postponed_are_documents_forms_and_messages_whose_row_is_carried_all_the_same():
    waiting = still_to_come()
    assert set(waiting.values()) == {"document", "form", "message"} and set(waiting) <= ids(ROWS)
    kind = next(k for r in ROWS for k in r.kinds if r.id in waiting and r.duty == "O")
    fewer = type(KINDS)({n: k for n, k in KINDS.by_name.items() if n != kind}, KINDS.documents)
    assert ids(open_rows(trace(fewer))) & set(waiting)
    body = str(trace_page(site(load(shipped()).register), ROWS).body)
    assert body.count("what it produces: a ") == len(waiting)


def test_every_page_that_carries_a_row_is_on_the_site_and_every_test_is_run():
    register = load(shipped()).register
    known = pages(register)
    rows = ROWS
    body = str(trace_page(site(register), rows).body)
    links = set(re.findall(r'href="\.\./([^"#]*)"', body))
    assert {x for x in links if not x.startswith("rules/")} <= known.keys() and "calendar/" in links
    run = {f"tests/rules/test_examples.py::test_an_example[{name}]" for name, _ in ALL}
    run |= {TAKEN_AWAY.format(k) for k in CARRYING} | {PAGE_TAKEN_AWAY.format(p) for p in PAGES}
    assert {t for r in rows for t in r.tests} <= run and all(r.tests for r in rows)


def test_a_page_alone_carries_a_row_and_taking_it_away_opens_it():
    row = replace(
        next(r for r in trace(KINDS) if r.pages and r.duty == "O"), kinds=(), rules=(), missing=(), to_come=""
    )
    assert open_rows((row,)) == () and open_rows((replace(row, pages=()),)) != ()


def test_the_command_gives_json():
    done = CliRunner().invoke(main, ["trace", "--root", str(shipped()), "--format", "json"])
    rows = {r["id"]: r for r in json.loads(done.stdout)}
    assert (
        len(rows) == 177
        and "calendar/" in rows["F-4-SM-7"]["pages"]
        and "contract-reviews/" in rows["F-4-SM-7"]["pages"]
    )
    assert rows["F-4-SM-7"]["tests"] and "T-24" in rows["F-4-SM-7"]["documents"]


def test_the_command_ends_well_while_nothing_is_open():
    done = CliRunner().invoke(main, ["trace", "--root", str(shipped())])
    assert done.exit_code == 0 and "F-1-1" in done.output and "151 of 151 obligations are carried" in done.output


def test_warnings_stand_under_the_post_whose_they_are():
    whole = site(load(shipped()).register)
    contract, placement = Key("contract", "C-2024-0004"), Key("placement", "P-2024-0001")
    warned = [
        Warned("contracts-officer", "R-CON-2", contract),
        Warned("contracts-officer", "R-CON-2", contract),
        Warned("", "R-AUT-4", placement),
    ]
    (page,) = to_look_at_page(whole, warned, ())
    body = str(page.body)
    assert "R-CON-2" in body and ">2<" in body and "C-2024-0004" in body
    assert "R-AUT-4" not in body and "P-2024-0001" not in body, "the intranet does not know the placement"
    clear, stricter = (
        Warned("", "R-CON-2", contract, "/terms"),
        Warned("", "R-CON-2", Key("notice", "NO-2024-0005"), "/child_ref"),
    )
    (named,) = to_look_at_page(whole, [clear, stricter], ())
    assert "(Main terms and conditions)" in named.body and KINDS["notice"].field("child_ref").title not in named.body
    (empty,) = to_look_at_page(whole, [], ())
    assert "There is nothing to look at." in str(empty.body)
