"""The form for a return asks for what is due, shows last time's figures, and can be written in only where answers go."""

import io
from datetime import date

import openpyxl
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from ccm_site import exports
from ccm_site.cli import main
from ccm_site.exports import CannotExport
from ccm_site.exports.periods import read_period
from ccm_site.exports.workbooks import put
from ccm_site.starter import shipped

TODAY = date(2026, 10, 1)
CONTRACT = "C-2024-0003"


def made(*arguments, root=None):
    return exports.run("return-template", root or shipped(), arguments, TODAY)


@pytest.fixture(scope="module")
def book():
    return openpyxl.load_workbook(io.BytesIO(made(CONTRACT, "2026-Q3").raw))


def test_it_asks_for_each_measure_that_is_due(book):
    page = book["Measures"]
    rows = {r[0]: r for r in page.iter_rows(min_row=4, max_col=6, values_only=True)}
    assert list(rows) == [
        "breaks-as-booked", "known-staff", "care-plan-current", "medicines-right", "moving-handling", "nights-provided",
        "nights-number", "nights-refilled", "steps-reached", "one-to-one-hours",
    ]  # fmt: skip
    _, what, unit, target, better, last = rows["known-staff"]
    assert (unit, target, better, last) == ("per cent", "At least 90", "Higher", "96 (to 2026-06-30)")
    assert "Share of stays" in what
    assert rows["moving-handling"][5] == "100 (to 2026-03-31)"  # twice a year: answered two quarters ago


def test_what_is_not_due_yet_is_not_asked():
    page = openpyxl.load_workbook(io.BytesIO(made(CONTRACT, "2026-Q2").raw))["Measures"]
    assert "moving-handling" not in [r[0] for r in page.iter_rows(min_row=4, max_col=1, values_only=True)]


def test_only_answer_cells_can_be_written_in(book):
    assert all(s.protection.sheet for s in book.worksheets)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked:
                    assert cell.value is None and sheet.title in ("Measures", "Service", "Outcomes", "Quality work")
    assert not book["Measures"]["G4"].protection.locked and book["Measures"]["I4"].protection.locked


def test_coded_answers_have_a_list_and_every_answer_a_hint(book):
    rules = {str(r): v for s in book.worksheets for v in s.data_validations.dataValidation for r in v.sqref.ranges}
    lists = [v for v in rules.values() if v.type == "list"]
    assert lists and all(v.formula1.startswith("Lists!$") for v in lists)
    assert [c.value for c in book["Lists"]["A"]][:5] == [
        "Places", "Hours a week", "Sessions a week", "Nights a year", "Cases"
    ]  # fmt: skip
    assert all(v.prompt and v.error for s in book.worksheets for v in s.data_validations.dataValidation)


def test_it_says_in_hidden_cells_what_it_is_for(book):
    about = book["About"]
    assert about.sheet_state == book["Lists"].sheet_state == "hidden"
    assert {r[0]: r[1] for r in about.iter_rows(values_only=True) if r[0] != "measures"} == {
        "format": "1", "contract": CONTRACT, "provider": None, "specification": "S-2024-0003/v1",
        "period_from": "2026-07-01", "period_to": "2026-09-30", "template": "MT-2024-0001/v2",
    }  # fmt: skip


def test_the_same_register_gives_the_same_bytes():
    assert made(CONTRACT, "2026-Q3") == made(CONTRACT, "2026-07-01..2026-09-30")


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("C-1999-0001", "2026-Q3"), "there is no contract"),
        ((CONTRACT, "autumn"), "no period"),
        ((CONTRACT,), "needs: CONTRACT PERIOD"),
        ((CONTRACT, "2026-Q3", "somebody"), "is not with 'somebody'"),
        ((CONTRACT, "2026-09-30..2026-07-01"), "before it begins"),
    ],
)
def test_what_cannot_be_made_says_why(arguments, message):
    with pytest.raises(CannotExport, match=message):
        made(*arguments)


def test_a_contract_without_specification_or_form_is_told(small_register):
    with pytest.raises(CannotExport, match="no form for returns is issued"):
        made("C-2026-0001", "2026-Q3", root=small_register)
    with pytest.raises(CannotExport, match="names no specification"):
        made("C-2026-0002", "2026-Q3", root=small_register)


@pytest.mark.parametrize(
    "text, first, last",
    [
        ("2026-07-01..2026-09-30", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods(text, first, last):
    assert read_period(text) == (first, last)


@given(st.text(max_size=24))
def test_any_text_is_a_period_or_refused(text):
    try:
        first, last = read_period(text)
    except CannotExport:
        return
    assert first <= last


@given(st.text())
def test_no_text_is_ever_a_formula(text):
    cell = openpyxl.Workbook().active["A1"]
    put(cell, text)
    assert cell.data_type == "s"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "'=1"])
def test_what_begins_like_a_formula_stays_text_when_it_is_edited(text):
    book = openpyxl.Workbook()
    put(book.active["A1"], text)
    out = io.BytesIO()
    book.save(out)
    again = openpyxl.load_workbook(out).active["A1"]
    assert (again.data_type, again.quotePrefix) == ("s", True)


def test_the_command_writes_the_file_and_never_over_one_that_was_filled_in(tmp_path):
    file = tmp_path / "form.xlsx"
    command = ["export", "return-template", CONTRACT, "2026-Q3", "--root", str(shipped()), "--as-of", "2026-10-01", "--output", str(file)]  # fmt: skip
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0 and file.read_bytes() == made(CONTRACT, "2026-Q3").raw
    assert CliRunner().invoke(main, command).exit_code == 0  # the same again
    file.write_bytes(b"filled in")
    again = CliRunner().invoke(main, command)
    assert again.exit_code == 2 and "perhaps filled in" in again.output and file.read_bytes() == b"filled in"
    unknown = CliRunner().invoke(main, ["export", "cake", "--root", str(shipped())])
    assert unknown.exit_code == 2 and "There are: return-template" in unknown.output
