"""The framework clause by clause, on a page and on the command line; and the warnings by whose they are."""

import json
import re
from dataclasses import replace

from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.model import Key
from ccm_site.register import load
from ccm_site.rules.trace import open_rows, trace
from ccm_site.starter import shipped
from ccm_site.views.to_look_at import Warned, to_look_at_page
from ccm_site.views.trace import trace_page
from tests.rules.test_examples import ALL
from tests.views.sites import KINDS, pages, site


def test_every_obligation_is_carried_and_shown():
    rows = trace(KINDS)
    assert len(rows) == 177 and open_rows(rows) == ()
    body = str(trace_page(site(load(shipped()).register), rows).body)
    assert all(f'id="{r.id}"' in body for r in rows)
    assert 'href="../rules/R-CON-5/"' in body and 'href="../dictionary/contract/"' in body


def test_a_row_without_a_carrier_is_open():
    fewer = type(KINDS)(
        {n: k for n, k in KINDS.by_name.items() if n not in ("strategy", "need", "contract", "tender")}, KINDS.documents
    )
    assert all(r.duty == "O" for r in open_rows(trace(fewer)))
    assert sum(len(r.kinds) for r in trace(fewer)) < sum(len(r.kinds) for r in trace(KINDS))


def test_every_page_that_carries_a_row_is_on_the_site_and_every_test_is_run():
    register = load(shipped()).register
    known = pages(register)
    rows = trace(KINDS)
    assert {p for r in rows for p in r.pages} <= known.keys()
    body = str(trace_page(site(register), rows).body)
    links = set(re.findall(r'href="\.\./([^"#]*)"', body))
    assert {x for x in links if not x.startswith("rules/")} <= known.keys() and "calendar/" in links
    run = {f"tests/rules/test_examples.py::test_an_example[{name}]" for name, _ in ALL}
    assert {t for r in rows for t in r.tests} <= run and all(r.tests for r in rows if r.rules)


def test_a_page_alone_carries_a_row_and_taking_it_away_opens_it():
    row = replace(next(r for r in trace(KINDS) if r.pages and r.duty == "O"), kinds=(), rules=(), to_come=False)
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
