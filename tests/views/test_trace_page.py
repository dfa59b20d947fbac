"""The framework clause by clause, on a page and on the command line; and the warnings by whose they are."""

from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.model import Key
from ccm_site.register import load
from ccm_site.rules.trace import open_rows, trace
from ccm_site.starter import shipped
from ccm_site.views.to_look_at import Warned, to_look_at_page
from ccm_site.views.trace import trace_page
from tests.views.sites import KINDS, site


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
    (empty,) = to_look_at_page(whole, [], ())
    assert "There is nothing to look at." in str(empty.body)
