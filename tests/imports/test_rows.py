"""Files as they come: encodings, separators, ragged rows, workbooks, JSON, and files that mean harm."""

import io
import json
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from ccm_site.imports import BadSource
from ccm_site.imports.rows import read_source, table_of

TEXT = "Name,Größe\r\nÄnne,1\r\n"


def table(tmp_path, raw, name="x.csv", header=0):
    path = tmp_path / name
    path.write_bytes(raw)
    return table_of(read_source(path).sheets[0], header)


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(), TEXT.encode("utf-8-sig"), TEXT.encode("utf-16"), TEXT.encode("utf-16-le"), TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"), ("ï»¿" + TEXT).encode(), TEXT.encode("cp1252"), TEXT.replace("\r\n", "\r").encode(),
        TEXT.replace(",", ";").encode(), TEXT.replace(",", "\t").encode(), TEXT.replace(",", "|").encode(),
    ],
)  # fmt: skip
def test_every_encoding_and_separator_gives_the_same_table(tmp_path, raw):
    found = table(tmp_path, raw)
    assert (found.columns, [r.cells for r in found.rows]) == (("Name", "Größe"), [("Änne", "1")])


def test_rows_count_as_a_spreadsheet_does(tmp_path):
    found = table(tmp_path, b'a,b\n\n"x\ny",1\n\n , \nz,2\n')
    assert [(r.number, r.cells) for r in found.rows] == [(3, ("x\ny", "1")), (6, ("z", "2"))]


def test_ragged_rows_and_repeated_headers_are_noted_and_nothing_is_lost(tmp_path):
    found = table(tmp_path, b"a,b,a,\n1\n1,2,3,,5\n")
    assert found.columns == ("a", "b", "a (2)", "column 4", "column 5")
    assert [r.cells for r in found.rows] == [("1", "", "", "", ""), ("1", "2", "3", "", "5")]
    assert any("more than once" in n for n in found.notes) and any("more or fewer cells" in n for n in found.notes)


def test_a_cell_of_a_megabyte_is_read(tmp_path):
    found = table(tmp_path, b"a,b\n" + b"x" * 1_000_000 + b",1\n")
    assert len(found.rows[0].cells[0]) == 1_000_000
    assert any("over 20,000 characters" in n for n in found.notes)


@pytest.mark.parametrize("raw, message", [
    (b"", "is empty"), (b"  \n", "is empty"), (b"%PDF-1.7", "save it as .xlsx or .csv"),
    (b"\xd0\xcf\x11\xe0old", "save it as .xlsx or .csv"), (b"PK\x03\x04broken", "no workbook that can be read"),
    (b'{"a": ', "no JSON that can be read"), (b"[" * 200_000, "nested too deeply"),
    (b'{"contracts":' * 5_000 + b"1" + b"}" * 5_000, "nested too deeply"),
])  # fmt: skip
def test_what_cannot_be_read_says_so_and_how_to_mend_it(tmp_path, raw, message):
    path = tmp_path / "x.dat"
    path.write_bytes(raw)
    with pytest.raises(BadSource, match=message):
        read_source(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(BadSource, match="Check the path"):
        read_source(tmp_path / "none.csv")


def workbook(rows, *sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title, more in sheets:
        sheet = book.create_sheet(title)
        for row in more:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_workbook_gives_values_as_text(tmp_path):
    raw = workbook(
        [
            ["a", "b", "c", "d", "e"],
            [date(2026, 4, 1), datetime(2026, 4, 1, 9, 30), 1250.5, 34000.0, True],
            [],
            ["=1+1", 7],
        ]
    )
    found = table(tmp_path, raw, "x.xlsx")
    assert [(r.number, r.cells) for r in found.rows] == [
        (2, ("2026-04-01", "2026-04-01 09:30:00", "1250.5", "34000", "Yes")),
        (4, ("", "7", "", "", "")),  # a formula that was never reckoned has no value, and is never run
    ]


def test_a_workbook_that_swells_is_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 30_000_000)
    (tmp_path / "bomb.xlsx").write_bytes(out.getvalue())
    with pytest.raises(BadSource, match="unpacks to"):
        read_source(tmp_path / "bomb.xlsx")


def test_a_workbook_that_declares_entities_is_refused(tmp_path):
    source = zipfile.ZipFile(io.BytesIO(workbook([["a"], ["b"]])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            raw = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                raw = b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + raw
            archive.writestr(name, raw)
    (tmp_path / "x.xlsx").write_bytes(out.getvalue())
    with pytest.raises(BadSource, match="declares entities"):
        read_source(tmp_path / "x.xlsx")


def test_a_zip_that_is_no_workbook(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("../../evil.csv", "a,b")
    (tmp_path / "x.xlsx").write_bytes(out.getvalue())
    with pytest.raises(BadSource, match="no workbook"):
        read_source(tmp_path / "x.xlsx")


def test_a_stray_cell_far_below_does_no_harm(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.active["A1048576"] = "stray"
    out = io.BytesIO()
    book.save(out)
    found = table(tmp_path, out.getvalue(), "x.xlsx")
    assert [(r.number, r.cells) for r in found.rows] == [(1048576, ("stray", ""))]


def test_json_keeps_numbers_as_they_are_spelt(tmp_path):
    from ccm_site.imports.nested import table_at

    path = tmp_path / "x.json"
    path.write_text(
        '{"l": [{"a": 1600549.18, "b": {"c": null, "d": true}, "e": ["x", "y"], "f": [{"g": 1}]}, {"h": 1, "h": 2}, 7]}'
    )
    found = table_at(read_source(path).json, "/l", "x.json")
    assert found.columns == ("a", "b/c", "b/d", "e", "f", "h", "h (2)")
    assert found.rows[0].cells[:5] == ("1600549.18", "", "Yes", "x\ny", json.dumps([{"g": "1"}]))
    assert found.rows[1].cells[5:] == ("1", "2")
    assert found.notes == ("entry 3 is no group of named values",)
    assert table_at(read_source(path).json, "/none", "x.json") is None
