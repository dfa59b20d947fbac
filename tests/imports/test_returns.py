"""A provider's return comes back in the form that was made for it: whole, or not at all with every wrong cell told."""

import io
import json
import zipfile
from datetime import date
from functools import cache

import jsonschema_rs
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_site import exports, imports
from ccm_site.checks.run import check
from ccm_site.exports import return_form
from ccm_site.exports.workbooks import as_bytes
from ccm_site.imports.form_cells import Typed, WrongCell, read
from ccm_site.kinds import load_kinds
from ccm_site.source import parse
from ccm_site.starter import shipped

TODAY = date(2026, 10, 12)
CONTRACT, PERIOD = "C-2024-0003", "2026-07-01..2026-09-30"
FOLDER = f"contracts/2024/{CONTRACT}/returns"


@cache
def blank():
    return exports.run("return-template", shipped(), [CONTRACT, PERIOD], TODAY).raw


class Office:
    """A contract monitor with a register, and the provider who fills in its form."""

    def __init__(self, root):
        self.root = root
        for path in (root / FOLDER).glob("*.yaml"):
            if b"from: 2026-07-01" in path.read_bytes():
                path.unlink()

    def form(self):
        return openpyxl.load_workbook(io.BytesIO(blank()))

    def filled(self, **cells):
        """A form with an answer to each measure; ``cells`` are further answers, by sheet, short name and field."""
        book = self.form()
        page = book["Measures"]
        for row in range(return_form.FIRST_ROW, page.max_row + 1):
            page[f"G{row}"] = 90
        fill(book, {("Service", "volume.unit", ""): "Nights a year", ("Service", "volume.delivered", ""): 250})
        return book

    def file(self, book, name="return.xlsx"):
        path = self.root.parent / name
        book.save(path)
        return path

    def run(self, book, today=TODAY, dry_run=False):
        return imports.run("returns", self.root, self.file(book), None, today, dry_run)

    def read(self, path):
        return parse((self.root / path).read_bytes(), path).data

    def errors(self):
        return [f"{f.at}: {f.message}" for f in check(self.root, TODAY)[1] if f.severity == "error"]

    def files(self):
        return {p: p.read_bytes() for p in self.root.rglob("*") if p.is_file() and "build" not in p.parts}


def at(book, sheet, key, part):
    """The cell for an answer, found as the import finds it."""
    page = book[sheet]
    row = next(r for r in range(return_form.FIRST_ROW, page.max_row + 1) if str(page[f"A{r}"].value) == key)
    return page[f"{return_form.COLUMNS[sheet][part]}{row}"]


def fill(book, answers):
    for place, value in answers.items():
        at(book, *place).value = value
    return book


@pytest.fixture
def office(demonstration):
    return Office(demonstration)


def test_a_form_that_came_back_is_a_return(office):
    before = set(office.errors())
    result = office.run(fill(office.filled(), {
        ("Measures", "known-staff", "value"): "96.5 %", ("Measures", "known-staff", "comment"): "Two stays without.",
        ("Measures", "medicines-right", "value"): 0, ("Measures", "nights-refilled", "value"): None,
        ("Measures", "nights-refilled", "not_answered_reason"): "The list was lost.", ("Measures", "care-plan-current", "out_of"): 31,
        ("Service", "invoiced.amount", ""): "£112,530", ("Service", "invoiced.vat_basis", ""): "Exempt from VAT",
        ("Service", "complaints_received.received", ""): 1, ("Service", "incidents.restraint", ""): 0,
        ("Service", "staffing.vacancies", ""): 3.5, ("Service", "good_practice.2", ""): "Free nights are shown at seven.",
        ("Outcomes", "family-rested", "achieved"): 12, ("Outcomes", "family-rested", "too_early"): 0,
        ("Quality work", "1", "kind"): "Own audit", ("Quality work", "1", "done_on"): date(2026, 8, 3),
        ("Quality work", "1", "finding"): "Records in order.",
    }))  # fmt: skip
    assert result.rejects == ()
    [saved] = result.created
    data = office.read(saved.path)
    assert {k: v for k, v in data.items() if k != "values"} == {
        "kind": "return", "id": saved.id, "status": "submitted", "contract": CONTRACT, "submitted_by": "provider",
        "template": "MT-2024-0001/v2", "specification": "S-2024-0003/v1", "period": {"from": "2026-07-01", "to": "2026-09-30"},
        "received_on": "2026-10-12", "volume": {"unit": "nights_a_year", "delivered": "250"},
        "invoiced": {"amount": "112530.00", "vat_basis": "exempt"}, "staffing": {"vacancies": "3.5"},
        "outcomes": [{"outcome": "family-rested", "achieved": 12, "too_early": 0}], "complaints_received": {"received": 1},
        "qa_activity": [{"kind": "internal_audit", "done_on": "2026-08-03", "finding": "Records in order."}],
        "incidents": [{"kind": "restraint", "number": 0}], "good_practice": ["Free nights are shown at seven."],
        "retention_class": "monitoring",
    }  # fmt: skip
    values = {v["measure"]: v for v in data["values"]}
    assert values["known-staff"] == {"measure": "known-staff", "value": "96.5", "comment": "Two stays without."}
    assert values["medicines-right"] == {"measure": "medicines-right", "value": "0"}
    assert values["nights-refilled"] == {"measure": "nights-refilled", "not_answered_reason": "The list was lost."}
    assert values["care-plan-current"] == {"measure": "care-plan-current", "value": "90", "out_of": 31}
    assert set(office.errors()) <= before


def test_twice_changes_nothing(office):
    office.run(office.filled())
    before = office.files()
    result = office.run(office.filled(), today=date(2026, 11, 3))
    assert (result.created, result.changed, result.written, len(result.unchanged)) == ((), (), (), 1)
    assert office.files() == before


def test_a_dry_run_shows_the_same_and_writes_nothing(office):
    before = office.files()
    dry = office.run(office.filled(), dry_run=True)
    assert (len(dry.created), dry.written) == (1, ()) and office.files() == before
    assert "1 new returns" in imports.as_text(dry) and "a dry run" in imports.as_text(dry)


def test_a_return_that_was_asked_for_is_filled_in(office):
    path = f"{FOLDER}/RT-2026-0400.yaml"
    (office.root / path).write_text(f"""kind: return
id: RT-2026-0400
# asked for by letter
status: requested
contract: {CONTRACT}
submitted_by: provider
template: MT-2024-0001/v2
period:
  from: 2026-07-01
  to: 2026-09-30
requested_on: 2026-10-01
due_on: 2026-10-22
""")  # fmt: skip
    result = office.run(office.filled())
    assert [s.id for s in result.changed] == ["RT-2026-0400"] and result.created == ()
    data = office.read(path)
    assert (data["status"], data["received_on"], data["due_on"]) == ("submitted", "2026-10-12", "2026-10-22")
    assert "corrections" not in data
    assert b"# asked for by letter" in (office.root / path).read_bytes()
    assert office.run(office.filled()).written == ()


def test_a_changed_figure_is_a_correction_in_sight(office):
    [saved] = office.run(office.filled()).created
    later = date(2026, 10, 20)
    book = fill(office.filled(), {
        ("Measures", "known-staff", "value"): 88, ("Service", "volume.delivered", ""): 241, ("Service", "volume.referrals", ""): 7,
    })  # fmt: skip
    result = office.run(book, today=later)
    assert {c.field for s in result.changed for c in s.changes} == {
        "values.known-staff.value",
        "volume.delivered",
        "volume.referrals",
    }
    data = office.read(saved.path)
    source = "Provider's return (return.xlsx)"
    assert data["corrections"] == [
        {"on": "2026-10-20", "field": "values.known-staff.value", "before": "90", "after": "88", "source": source},
        {"on": "2026-10-20", "field": "volume.delivered", "source": source},
        {"on": "2026-10-20", "field": "volume.referrals", "source": source},
    ]
    assert data["received_on"] == "2026-10-12" and data["volume"]["delivered"] == "241"
    assert office.run(book, today=later).written == ()
    assert not [e for e in office.errors() if saved.id in e]


def test_a_figure_that_takes_the_place_of_a_reason_removes_the_reason(office):
    asked = ("Measures", "known-staff", "value")
    [saved] = office.run(
        fill(office.filled(), {asked: None, ("Measures", "known-staff", "not_answered_reason"): "Lost."})
    ).created
    office.run(fill(office.filled(), {asked: 95}))
    data = office.read(saved.path)
    assert {"measure": "known-staff", "value": "95"} in data["values"]
    assert {c["field"]: (c.get("before"), c.get("after")) for c in data["corrections"]} == {
        "values.known-staff.value": (None, "95"), "values.known-staff.not_answered_reason": ("Lost.", None)
    }  # fmt: skip


@pytest.mark.parametrize("status", ["accepted", "assessed"])
def test_what_was_accepted_is_not_changed_by_a_file(office, status):
    [saved] = office.run(office.filled()).created
    path = office.root / saved.path
    text = path.read_text().replace("status: submitted", f"status: {status}")
    path.write_text(text + "acceptance:\n  by_role: contract_monitor\n  on: 2026-10-20\n")
    before = office.files()
    assert len(office.run(office.filled()).unchanged) == 1
    result = office.run(fill(office.filled(), {("Measures", "known-staff", "value"): 88}))
    [reject] = result.rejects
    assert reject.cell == "values.known-staff.value" and f"is {status}" not in reject.mend and status in reject.reason
    assert office.files() == before


WRONG = [
    (("Measures", "known-staff", "value"), "about ninety", "is no number"),
    (("Measures", "known-staff", "value"), 950, "is not between 0 and 100"),
    (("Measures", "known-staff", "value"), -3, "is less than nothing"),
    (("Measures", "known-staff", "value"), None, "has no answer"),
    (("Measures", "care-plan-current", "out_of"), 3.5, "is no whole number"),
    (("Service", "volume.unit", ""), "Beds", "is none of the words of the list"),
    (("Service", "volume.delivered", ""), None, "is empty, and the rest of 'Volume' needs it"),
    (("Service", "volume.referrals", ""), 99999, "is more than 10,000"),
    (("Service", "invoiced.vat_basis", ""), "Exempt from VAT", "is empty, and the rest of 'Invoiced' needs it"),
    (("Service", "staffing.agency", ""), 140, "is not between 0 and 100"),
    (("Service", "good_practice.1", ""), "x" * 501, "has 501 characters; at most 500 are taken"),
    (("Quality work", "2", "done_on"), "spring", "cannot be read as a date"),
    (("Quality work", "2", "finding"), "All well.", "is empty"),
    (("Outcomes", "family-rested", "partly"), "some", "is no number"),
]


@pytest.mark.parametrize("place, value, reason", WRONG, ids=[f"{'-'.join(w[0])} {w[2][:20]}" for w in WRONG])
def test_a_wrong_cell_is_told_and_nothing_is_taken_in(office, place, value, reason):
    before = office.files()
    result = office.run(fill(office.filled(), {place: value}))
    [reject] = result.rejects
    assert reason in reject.reason and reject.cell.startswith(f"{place[0]}!") and reject.mend
    assert (result.created, result.changed) == ((), ()) and office.files() == before
    kept = (office.root / result.rejects_file).read_text("utf-8-sig")
    assert reject.cell in kept and "Nights a year" in kept  # all that was typed is kept
    assert f"rejected: {reject.cell}" in imports.as_text(result)
    office.run(office.filled())
    assert not (office.root / result.rejects_file).exists()


def test_every_wrong_cell_is_told_at_once(office):
    result = office.run(
        fill(office.filled(), {place: value for place, value, _ in (WRONG[0], WRONG[4], WRONG[9], WRONG[11])})
    )
    assert [r.cell.partition("!")[0] for r in result.rejects] == ["Measures", "Measures", "Service", "Quality work"]


def test_what_stands_outside_the_answers_is_told(office):
    book = office.filled()
    book["Measures"]["C40"], book["Service"]["H5"] = "By the way", "and this"
    assert {(r.cell, r.reason) for r in office.run(book).rejects} == {
        ("Measures!C40", "stands outside the answer cells"), ("Service!H5", "stands outside the answer cells")
    }  # fmt: skip


def test_a_row_that_was_removed_is_missed(office):
    book = office.filled()
    book["Measures"].delete_rows(return_form.FIRST_ROW)
    [reject] = office.run(book).rejects
    assert (reject.column, reject.reason) == ("breaks-as-booked", "is not in the form any more")


def test_rows_that_were_sorted_are_read_by_their_names(office):
    book = office.filled()
    fill(book, {("Measures", "known-staff", "value"): 77})
    page = book["Measures"]
    first, other = return_form.FIRST_ROW, next(r for r in range(4, 20) if page[f"A{r}"].value == "known-staff")
    for c in "ABCDEFGHIJK":
        page[f"{c}{first}"].value, page[f"{c}{other}"].value = page[f"{c}{other}"].value, page[f"{c}{first}"].value
    [saved] = office.run(book).created
    assert {"measure": "known-staff", "value": "77"} in office.read(saved.path)["values"]


def test_personal_data_is_masked_and_told(office):
    result = office.run(
        fill(office.filled(), {("Measures", "known-staff", "comment"): "Ask j.smith@example.com about it"})
    )
    [masked] = result.masked
    assert masked.column.startswith("Measures!J")
    assert b"smith" not in (office.root / result.created[0].path).read_bytes()
    wrong = {("Service", "volume.delivered", ""): "see j.smith@example.com"}
    result = office.run(fill(office.filled(), wrong))
    assert b"smith" not in (office.root / result.rejects_file).read_bytes() and "smith" not in imports.as_text(result)


def test_percentages_and_formulas_are_read_as_shown(office):
    book = fill(office.filled(), {("Measures", "known-staff", "value"): 0.965})
    at(book, "Measures", "known-staff", "value").number_format = "0.0%"
    [saved] = office.run(book).created
    assert {"measure": "known-staff", "value": "96.5"} in office.read(saved.path)["values"]
    [reject] = office.run(fill(office.filled(), {("Measures", "known-staff", "value"): "=1+1"})).rejects
    assert reject.reason == "is a formula without a result"


def test_files_that_are_no_form_are_refused(office):
    def why(content, name="x.xlsx"):
        path = office.root.parent / name
        path.write_bytes(content)
        with pytest.raises(imports.BadSource) as error:
            imports.run("returns", office.root, path, None, TODAY, False)
        return str(error.value)

    def saved(book):
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    assert "no form for a return" in why(b"a,b\n1,2\n")
    assert "does not say what it is for" in why(saved(openpyxl.Workbook()))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("xl/x.xml", "<x/>")
    assert "no workbook that can be read" in why(archive.getvalue())
    for row, value, message in [(1, "9", "format 9"), (2, "C-1999-0001", "not in this register"),
                                (4, "S-2024-0001/v1", "is on S-2024-0003/v1"), (5, "soon", "for which period")]:  # fmt: skip
        book = office.filled()
        book["About"][f"B{row}"] = value
        assert message in why(saved(book))
    book = office.filled()
    del book["Outcomes"]
    assert "lacks the sheet Outcomes" in why(saved(book))
    book = office.filled()
    book["Service"]["ZZ9000"] = "x"
    assert "far outside" in why(saved(book))
    with pytest.raises(imports.BadSource, match="needs no mapping"):
        imports.run("returns", office.root, office.file(office.filled()), "generic", TODAY, False)


@pytest.mark.parametrize(("name", "value", "why"), [
    ("provider", "brae-fostering", "no party to"), ("template", "MT-2020-0001/v9", "never issued"), ("contract", "C-2099-0001", "not in this register"),
])  # fmt: skip
def test_a_form_whose_hidden_cells_were_changed_is_refused(office, name, value, why):
    """Whoever fills the form in could report on somebody else's contract, or in somebody else's name."""
    book = office.filled()
    sheet = book["About"]
    [cell] = [r[1] for r in sheet.iter_rows(max_col=2) if r[0].value == name]
    cell.value = value
    before = office.files()
    with pytest.raises(imports.BadSource, match=why):
        office.run(book)
    assert office.files() == before


def test_naughty_strings_come_through_as_text_or_are_told(office, data):
    naughty = [s for s in json.loads((data / "hostile/blns.json").read_text("utf-8")) if s.strip()]
    naughty += [line for line in (data / "hostile/csv-payload.txt").read_text("utf-8").splitlines() if line.strip()]
    field = load_kinds(shipped() / "schemas")["return"].field("user_involvement")
    for text in naughty:
        try:
            value, _ = read(field, Typed("Service!E39", text))
        except WrongCell:
            continue
        assert value is None or (isinstance(value, str) and "\x00" not in value)
    book = fill(office.filled(), {("Service", "user_involvement", ""): "safe"})
    cell = at(book, "Service", "user_involvement", "")
    cell.value, cell.data_type = "=cmd|' /C calc'!A0", "s"
    [saved] = office.run(book).created
    assert office.read(saved.path)["user_involvement"] == "=cmd|' /C calc'!A0"


FIELDS = load_kinds(shipped() / "schemas")["return"]


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["volume.delivered", "volume.referrals", "volume.unit", "volume.occupancy", "invoiced.amount", "received_on", "user_involvement"]),
    st.one_of(st.text(max_size=60), st.integers(), st.floats(), st.booleans(), st.dates(), st.none()),
    st.sampled_from(["", "per_cent", "grade_1_to_6"]),
)  # fmt: skip
def test_any_cell_is_read_as_its_field_takes_it_or_refused(name, value, unit):
    field = FIELDS.field(name)
    try:
        found, _ = read(field, Typed("Service!E4", value), unit)
    except WrongCell as wrong:
        assert str(wrong) and wrong.mend
        return
    if found is not None:
        assert jsonschema_rs.Draft202012Validator(dict(field.schema), validate_formats=True).is_valid(found)


def test_the_bytes_of_a_workbook_do_not_tell_the_time():
    assert as_bytes(openpyxl.Workbook()) == as_bytes(openpyxl.Workbook())
