"""What holds of every report that is the only one of its kind: on an empty register, on the demonstration, and of one child alone."""

import re

import pytest

from ccm_site.views.reports.chain import for_one_child
from ccm_site.views.reports.model import Table
from ccm_site.views.reports.pdf import _report
from tests.views.reports.registers import demonstration, desk, record, report, words

OUTPUTS = (
    "authority_matrix", "commissioning_cycle", "due_diligence", "interventions", "managers_inbox", "market", "master_contracts", "monitoring_methods",
    "needs", "outcomes_by_wellbeing", "purchasing_structures", "returns_tracker", "standards_raised", "supply_and_demand", "tender_pipeline",
)  # fmt: skip
CODES = re.compile(r"\b[a-z]+_[a-z_]+\b")


@pytest.mark.parametrize("name", OUTPUTS)
def test_an_empty_register_has_every_report_and_each_table_says_that_it_is_empty(name):
    made = report(name, desk())
    assert made.sections
    for table in (p for s in made.sections for p in s.parts if isinstance(p, Table)):
        assert table.rows or table.empty


@pytest.mark.parametrize("audience", ["intranet", "restricted"])
@pytest.mark.parametrize("name", OUTPUTS)
def test_staff_read_words_and_no_codes(name, audience):
    made = report(name, demonstration(audience))
    told = [p for s in made.sections for p in s.parts if isinstance(p, Table)]
    assert any(t.rows for t in told)
    for table in told:
        assert all(len(row) == len(table.columns) for row in table.rows) and all(table.columns)
        for row in table.rows:
            for value in row:
                assert not CODES.search(value.text), (table.title, value.text)


@pytest.mark.parametrize("name", OUTPUTS)
def test_what_is_for_one_child_alone_is_named_on_the_restricted_site_only(name):
    at = demonstration("intranet")
    alone = {r.id for r in demonstration("restricted").register if r.kind in ("need", "sourcing_decision", "contract", "tender", "non_tender") and for_one_child(demonstration("restricted").register, r)}  # fmt: skip
    assert {"N-2026-0009", "C-2026-0002"} <= alone
    made = report(name, at)
    keys = {k.id for s in made.sections for p in s.parts if isinstance(p, Table) for row in p.rows for c in row for k in c.sources}  # fmt: skip
    assert not alone & keys and not alone & set(re.findall(r"\b[A-Z]{1,2}-\d{4}-\d{4,6}\b", words(made)))


def test_a_decision_on_several_needs_is_for_one_child_only_where_all_are():
    one, many = record("need", "N-2026-0001", need_type="client"), record("need", "N-2026-0002", need_type="population")
    own = record("sourcing_decision", "SD-2026-0001", need=one.id)
    both = record("sourcing_decision", "SD-2026-0002", need=one.id, further_needs=[many.id])
    tender = record("tender", "TN-2026-0001", sourcing_decision=own.id)
    plan = record("monitoring_plan", "MP-2026-0001", contract="C-2026-0001")
    contract = record("contract", "C-2026-0001", placement_specific=True)
    register = desk(one, many, own, both, tender, plan, contract, audience="restricted").register
    assert [for_one_child(register, r) for r in (one, many, own, both, tender, plan, contract)] == [True, False, True, False, True, True, True]  # fmt: skip


@pytest.mark.parametrize("name", OUTPUTS)
def test_every_row_with_a_figure_leads_to_its_records(name):
    for section in report(name, demonstration()).sections:
        for table in (p for p in section.parts if isinstance(p, Table) and p.title != "Placements by type of service"):
            for row in table.rows:
                if any(any(c.isdigit() for c in row[n].text) for n in table.figures):
                    assert any(c.sources for c in row), (section.title, table.title, [c.text for c in row])


def test_a_table_of_policy_is_named_by_no_code_in_print():
    printed = _report(demonstration().site, report("authority_matrix", demonstration()))
    assert "(decision_rights)" not in str(printed) and "Adopt a commissioning strategy" in str(printed)
