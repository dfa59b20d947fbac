"""What Finance paid becomes payment summaries: found by contract or supplier, whole or not at all, corrected in sight."""

from datetime import date

import pytest

from ccm_site import imports
from ccm_site.checks.run import check
from ccm_site.imports import BadSource
from ccm_site.imports.mapping import shipped
from ccm_site.source import parse
from tests.registers import make_small, write

TODAY = date(2026, 10, 12)
HEADER = "Contract,Supplier Number,Period From,Period To,Paid,Credited,Invoices,Item,Unit,Quantity,Rate,Line Paid,Finance Reference"
ROW = 'C-2026-0001,,01/07/2026,30/09/2026,"£1,250.00",0.00,3,,,,,,GL 7'


@pytest.fixture
def root(tmp_path):
    root = make_small(tmp_path / "register")
    file = root / "providers/brae-fostering/provider.yaml"
    file.write_text(file.read_text() + 'supplier_number: "0012345"\n')
    return root


def run(root, *rows, header=HEADER, today=TODAY, dry_run=False, mapping=None):
    file = root.parent / "payments.csv"
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    result = imports.run("payments", root, file, mapping, today, dry_run)
    rows_of = [n for s in (*result.created, *result.changed, *result.unchanged) for n in s.rows]
    assert result.rows == len(rows_of) + len(result.rejects)  # nothing is silently dropped
    return result


def data(root, saved):
    return parse((root / saved.path).read_bytes(), saved.path).data


def money(amount):
    return {"amount": amount, "vat_basis": "exempt"}


def test_a_row_is_a_summary(root):
    [saved] = run(root, ROW).created
    assert data(root, saved) == {
        "kind": "payment_summary", "id": "PY-2026-0001", "contract": "C-2026-0001", "period": {"from": "2026-07-01", "to": "2026-09-30"},
        "source": "finance_system", "received_on": "2026-10-12", "prepared_by": "finance", "paid": money("1250.00"),
        "credited": money("0.00"), "invoices": 3, "finance_reference": "GL 7", "retention_class": "monitoring",
    }  # fmt: skip
    assert [f for f in check(root, TODAY)[1] if "PY-" in f.at.path and f.severity == "error"] == []
    assert run(root, ROW, today=date(2026, 11, 1)).written == ()


def test_rows_with_items_are_the_lines_of_one_summary(root):
    lines = [
        "C-2026-0001,,2026-07-01,2026-09-30,,,,Weeks of care,weeks,10,500,5000,",
        "C-2026-0001,,2026-07-01,2026-09-30,,,,Travel,,,,12.50,",
    ]
    [saved] = run(root, *lines).created
    assert saved.rows == (2, 3)
    found = data(root, saved)
    assert found["paid"] == money("5012.50")
    assert found["lines"] == [
        {"item": "Weeks of care", "unit": "week", "quantity": "10", "rate": money("500.00"), "paid": money("5000.00")},
        {"item": "Travel", "paid": money("12.50")},
    ]
    assert run(root, *lines).written == ()


def test_paid_in_a_row_with_an_item_is_the_line_s(root):
    header = "Contract,Period,Item,Paid"
    [saved] = run(root, "C-2026-0001,2026-Q3,Care,10.00", "C-2026-0001,2026-Q3,Food,5.50", header=header).created
    assert data(root, saved)["paid"] == money("15.50") and len(data(root, saved)["lines"]) == 2


def test_a_contract_is_found_by_its_supplier_where_that_leaves_one(root):
    write(root, "contracts/2026/C-2026-0002/contract.yaml", """kind: contract
id: C-2026-0002
title: Over
status: draft
contract_type: call_off
provider: brae-fostering
start_date: 2020-04-01
end_date: 2021-03-31
""")  # fmt: skip
    [saved] = run(root, ROW.replace("C-2026-0001,", ",12345")).created
    assert data(root, saved)["contract"] == "C-2026-0001"


def test_a_supplier_with_several_contracts_must_be_told_apart(root):
    [reject] = run(root, ROW.replace("C-2026-0001,", ",12345")).rejects
    assert reject.reason == "the supplier has 2 contracts in this period (C-2026-0001, C-2026-0002)"


def test_a_changed_figure_is_a_correction(root):
    [saved] = run(root, ROW).created
    file = root / saved.path
    file.write_text(
        file.read_text()
        + 'reconciliation:\n  expected:\n    amount: "1250.00"\n    vat_basis: exempt\n  difference: "0"\n'
    )
    result = run(root, ROW.replace("1,250.00", "1,300.00"))
    assert [c.field for s in result.changed for c in s.changes] == ["paid.amount"]
    assert data(root, saved)["corrections"] == [{
        "on": "2026-10-12", "field": "paid.amount", "before": "1250.00", "after": "1300.00",
        "source": "Payments from Finance (payments.csv)",
    }]  # fmt: skip
    assert result.notes == ("PY-2026-0001 was set against the returns before; do it again with the new figures",)
    assert run(root, ROW.replace("1,250.00", "1,300.00")).written == ()


@pytest.mark.parametrize(
    "row, column, reason",
    [
        (ROW.replace("C-2026-0001", "C-1999-0001"), "Contract", "this is no contract of this register"),
        (ROW.replace("C-2026-0001,", ",99"), "Supplier Number", "no provider has this supplier number"),
        (ROW.replace("C-2026-0001", ""), "Contract", "it names neither contract nor supplier"),
        (ROW.replace("01/07/2026", "July"), "Period From", "the first day cannot be read as a date"),
        (ROW.replace("30/09/2026", "30/06/2026"), "Period To", "the period ends before it begins"),
        (ROW.replace("£1,250.00", "much"), "Paid", "the amount is no number"),
        (ROW.replace("£1,250.00", "-5"), "Paid", "the amount is less than nothing"),
        (ROW.replace('"£1,250.00"', ""), "Paid", "it does not say what was paid"),
        (ROW.replace("0.00,3", "0.00,few"), "Invoices", "the invoices is no number"),
    ],
)
def test_a_wrong_row_is_told(root, row, column, reason):
    result = run(root, row)
    [reject] = result.rejects
    assert (reject.row, reject.column, reject.reason) == (2, column, reason) and reject.mend
    assert result.created == () and reason in (root / result.rejects_file).read_text("utf-8-sig")


def test_a_summary_is_not_taken_in_half(root):
    good = "C-2026-0001,,2026-07-01,2026-09-30,,,,Care,,,,50.00,"
    result = run(root, good, good.replace("50.00", "fifty"), ROW.replace("2026-0001", "2026-0002"))
    assert [(r.row, r.reason) for r in result.rejects] == [
        (2, "it belongs together with row 3, which is wrong"), (3, "the amount is no number")
    ]  # fmt: skip
    assert [s.id for s in result.created] == ["PY-2026-0001"] and data(root, result.created[0])[
        "contract"
    ] == "C-2026-0002"
    result = run(root, ROW, ROW.replace("1,250.00", "9.00"))
    assert result.rejects[-1].reason == "it says otherwise than row 2 of the same record"
    both = ROW.replace(",,,,,,GL", ",Care,,,,7.00,GL")
    assert "the lines make 7.00" in run(root, both).rejects[0].reason


def test_personal_data_in_an_item_is_masked(root):
    result = run(root, "C-2026-0001,,2026-07-01,2026-09-30,,,,Care for j.smith@example.com,,,,50.00,")
    assert [m.column for m in result.masked] == ["Item"]
    assert b"smith" not in (root / result.created[0].path).read_bytes()


def test_a_file_that_no_mapping_knows_is_refused(root):
    with pytest.raises(BadSource, match=r"copy .*finance\.yaml"):
        run(root, "1,2", header="A,B")
    with pytest.raises(BadSource, match="is for ccm import inspections"):
        run(root, ROW, mapping=str(shipped("inspections")[0].path))


@pytest.mark.parametrize("what", ["payments", "inspections", "feedback", "outcomes", "experience"])
def test_every_mapping_is_sound_and_found_by_its_name(what):
    assert [m.name for m in shipped(what)] and all(m.path.stem == m.name for m in shipped(what))
