"""A row becomes a contract with its provider; only what cannot be a contract is left out, and that is said."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest

from ccm_site.imports import BadSource, as_text
from tests.imports.conftest import COUNCIL


def test_a_row_becomes_a_contract_and_a_provider(desk):
    result = desk.read('CT1,Foster care,Brae Ltd,01/04/2026,31/03/2028,"£1,250,000"\n')
    assert desk.records("contract") == [{
        "kind": "contract", "id": "C-2026-0001", "title": "Foster care", "status": "in_force", "contract_type": "not_stated",
        "provider": "brae-ltd", "route": "not_stated", "start_date": "2026-04-01", "end_date": "2028-03-31",
        "estimated_value": {"amount": "1250000.00", "currency": "GBP", "vat_basis": "excluded"},
        "external_references": [{"scheme": "Contract register", "reference": "CT1"}],
        "legacy": {
            "migrated_on": "2026-11-24", "source": "A council's contract register (register.csv)",
            "gaps": ["services", "service_type", "lead_professional", "terms", "schedule_a", "schedule_b",
                     "service_information", "review_cycle", "signatures"],
        },
    }]  # fmt: skip
    assert desk.records("provider") == [{
        "kind": "provider", "id": "brae-ltd", "name": "Brae Ltd", "status": "active",
        "legacy": {"migrated_on": "2026-11-24", "source": "A council's contract register (register.csv)", "gaps": []},
    }]  # fmt: skip
    assert set(result.written) == {"contracts/2026/C-2026-0001/contract.yaml", "providers/brae-ltd/provider.yaml"}
    assert desk.errors() == []


def test_a_dry_run_shows_the_same_and_writes_nothing(desk):
    before = desk.files()
    dry = desk.read("CT1,Care,Brae,,,\n,No number,Brae,,,\n", dry_run=True)
    assert desk.files() == before and not (desk.root / "build").exists()
    real = desk.read("CT1,Care,Brae,,,\n,No number,Brae,,,\n")
    assert (dry.created, dry.rejects, dry.written) == (real.created, real.rejects, ())
    assert "a dry run" in as_text(dry) and "1 new contracts" in as_text(real)


REJECTS = [
    (",Care,Brae,,,", "Reference", "it has no number of its own"),
    ("1,,Brae,,,", "Title", "it has no title"),
    ("1,Care,,,,", "Supplier", "it has no supplier: not awarded, or the source does not say"),
    ("1,Care,Various,,,", "Supplier", "it names no supplier"),
    ("1,Care,Brae,soon,,", "Start Date", "its start date cannot be read as a date"),
    ("1,Care,Brae,,31/02/2026,", "End Date", "its end date cannot be read as a date"),
    ("1,Care,Brae,,,about 10", "Contract Value", "its amount cannot be read as an amount"),
]


@pytest.mark.parametrize("row, column, reason", REJECTS)
def test_a_row_is_rejected_by_row_and_column_with_its_mend(desk, row, column, reason):
    result = desk.read(f"0,Good,Brae,,,\n{row}\n")
    [reject] = result.rejects
    assert (reject.row, reject.column, reject.reason) == (3, column, reason)
    assert reject.mend
    assert result.count("contract") == 1


def test_rejected_rows_are_filed_masked_and_harmless(desk):
    rows = [COUNCIL.strip().split(","), ["=cmd|x", "Ring 0131 200 2000", "Brae", "@soon", "-", "-5"]]
    result = desk.run(desk.file("we ird=.csv", rows))
    assert result.rejects_file == "build/imports/we-ird-rejects.csv" and result.written == (result.rejects_file,)
    assert result.rejects[0].value == "@soon"
    [header, line] = csv.reader(io.StringIO((desk.root / result.rejects_file).read_text("utf-8-sig")))
    assert header[:4] == ["row", "column", "reason", "mend"]
    assert line[0] == "2" and line[4:] == ["'=cmd|x", "Ring [telephone removed]", "Brae", "'@soon", "'-", "-5"]
    assert [(m.row, m.column, m.kind) for m in result.masked] == [(2, "Title", "telephone number")]
    fixed = desk.run(desk.file("we ird=.csv", COUNCIL + "1,a,Brae,,,\n"))
    assert fixed.rejects_file == "" and not (desk.root / result.rejects_file).exists()


def test_dates_and_amounts_that_are_odd_go_in(desk):
    result = desk.read(
        "1,End first,Brae,01/04/2026,01/04/2020,\n2,Open,Brae,01/04/2026,Ongoing,0\n3,Less than nothing,Brae,,n/a,-5\n"
        "4,Past,Brae,01/04/2010,01/04/2011,\n5,To come,Brae,01/04/2030,,\n"
    )
    end_first, open_, less, past, to_come = sorted(
        desk.records("contract"), key=lambda c: c["external_references"][0]["reference"]
    )
    assert "end_date" not in end_first and "end_date" in end_first["legacy"]["gaps"]
    assert end_first["source_notes"] == [
        {"name": "End Date", "value": "01/04/2020 (before the start, so not taken as the end)"}
    ]
    assert open_["end_circumstances"] == "As the source says: Ongoing" and "end_date" not in open_["legacy"]["gaps"]
    assert open_["estimated_value"]["amount"] == "0.00"
    assert "estimated_value" not in less and less["source_notes"] == [{"name": "Contract Value", "value": "-5"}]
    assert [c["status"] for c in (end_first, past, to_come)] == ["in_force", "expired", "signed"]
    assert less["id"] == "C-2026-0003"  # no date at all: the year of the import
    assert any("end is before the start" in n for n in result.notes)
    assert desk.errors() == []
    assert desk.run(desk.folder / "register.csv", today=date(2033, 1, 1)).changed == ()  # time alone changes nothing


def test_a_text_too_long_is_cut_and_kept_whole_as_a_note(desk):
    title = "word " * 60
    desk.read(f"1,{title},Brae,,,\n")
    contract = desk.contract()
    assert contract["title"].endswith("word…") and len(contract["title"]) <= 200
    assert contract["source_notes"] == [{"name": "Title", "value": title.strip()}]
    assert desk.errors() == []


def test_a_number_that_repeats_is_one_contract_or_several(desk):
    rows = [
        "R,Care,Alpha,01/04/2026,,10", "R,Care,Alpha Ltd,01/04/2026,,10", "R,Care,Beta,01/04/2026,,10",
        "R,Care,Alpha,01/04/2024,,10", "R (2),Other,Alpha,,,",
    ]  # fmt: skip
    result = desk.read("\n".join(rows) + "\n")
    assert [(m.row, m.into) for m in result.merged] == [(3, 2), (4, 2)]
    found = {c["external_references"][0]["reference"]: c for c in desk.records("contract")}
    assert set(found) == {"R", "R (2)", "R (3)"}
    assert (
        found["R"]["start_date"] == "2024-04-01" and found["R (2)"]["title"] == "Other"
    )  # the oldest keeps the number
    assert (found["R (3)"]["provider"], found["R (3)"]["further_providers"]) == ("alpha", ["beta"])
    again = desk.read("\n".join(reversed(rows)) + "\n")
    assert (again.created, again.changed) == ((), ())


def test_repeats_of_a_later_file_find_their_own_contracts(desk):
    desk.read("R,Care,Alpha,01/04/2024,,10\n")
    later = desk.read("R,Care,Alpha,01/04/2022,,5\nR,Care,Alpha,01/04/2024,,12\n")
    assert [(s.id, [(c.field, c.after) for c in s.changes]) for s in later.changed] == [
        ("C-2024-0001", [("estimated_value.amount", "12.00")])
    ]
    assert later.count("contract") == 1
    assert desk.read("R,Care,Alpha,01/04/2022,,5\n").changed == ()
    moved = desk.read("S,Care,Alpha,01/04/2024,,10\n") and desk.read("S,Care for all,Alpha,01/05/2024,,11\n")
    assert (
        len(moved.changed) == 1 and moved.created == ()
    )  # the only one of its number is the same contract, whatever it says


def test_a_later_file_changes_one_field_and_keeps_comments(desk):
    first = desk.read("1,Care,Brae,01/04/2026,31/03/2027,10\n2,Rest,Brae,,,\n")
    path = desk.path(first)
    text = path.read_text("utf-8").replace("title: Care", "# agreed with Brae\ntitle: Care # short")
    path.write_text(text, "utf-8")
    later = desk.read("1,Care,Brae,01/04/2026,31/03/2028,10\n3,New,Brae,,,\n")
    assert path.read_text("utf-8") == text.replace("2027-03-31", "2028-03-31")
    assert [(c.field, c.before, c.after) for c in later.changed[0].changes] == [
        ("end_date", "2027-03-31", "2028-03-31")
    ]
    assert any("1 contracts that came from this source before are not in this file" in n for n in later.notes)
    assert len(desk.records("contract")) == 3


def test_a_gap_that_a_later_file_fills_goes_and_an_empty_cell_takes_nothing_away(desk):
    desk.read("1,Care,Brae,01/04/2026,,\n")
    assert "end_date" in desk.contract()["legacy"]["gaps"]
    desk.read("1,Care,Brae,01/04/2026,31/03/2020,\n")
    assert desk.contract()["source_notes"][0]["name"] == "End Date"
    desk.read("1,Care,Brae,01/04/2026,31/03/2027,\n")
    contract = desk.contract()
    assert "end_date" not in contract["legacy"]["gaps"] and contract["end_date"] == "2027-03-31"
    assert "source_notes" not in contract  # the note on an end before the start has no cause any more
    assert desk.read("1,Care,Brae,,,\n").changed == ()
    assert desk.errors() == []


def test_a_new_start_after_the_old_end_leaves_no_untrue_record(desk):
    desk.read("1,Care,Brae,01/04/2020,31/03/2021,\n")
    assert desk.contract()["status"] == "expired"
    desk.read("1,Care,Brae,01/04/2026,31/03/2021,\n")
    contract = desk.contract()
    assert (contract["start_date"], contract["status"]) == ("2026-04-01", "in_force") and "end_date" not in contract
    assert "end_date" in contract["legacy"]["gaps"]
    assert desk.errors() == []
    assert desk.read("1,Care,Brae,01/04/2026,31/03/2021,\n").changed == ()


def test_what_is_kept_here_now_is_not_the_source_s_to_change(desk):
    path = desk.path(desk.read("1,Care,Brae,01/04/2026,,\n"))
    path.write_text(path.read_text("utf-8").replace("status: in_force", "status: terminated"), "utf-8")
    before = desk.files()
    result = desk.read("1,Care for all,Brae,01/04/2026,,\n")
    assert desk.files() == before
    assert any("kept here" in n for n in result.notes)


def test_numbers_go_on_after_those_that_are_there(desk):
    (desk.root / "contracts/2026/C-2026-0041").mkdir(parents=True)  # another's, not yet a record
    result = desk.read("1,Care,Brae,01/04/2026,,\n2,Care,Brae,01/05/2026,,\n3,Care,Brae,01/05/1999,,\n")
    assert [s.id for s in result.created if s.kind == "contract"] == ["C-2026-0042", "C-2026-0043", "C-1999-0001"]


def test_spellings_of_one_provider_are_one_and_are_kept(desk):
    desk.read("1,a,BRAE LTD,,,\n2,b,Brae Limited,,,\n3,c,Brae Limited t/a Brae Care,,,\n4,d,Brae & Co,,,\n")
    brae_co, brae = desk.records("provider")
    assert (brae["id"], brae["name"]) == ("brae-limited", "Brae Limited")
    assert brae["aliases"] == ["BRAE LTD", "Brae Limited t/a Brae Care"]
    assert brae_co["name"] == "Brae & Co"


def test_providers_of_the_register_are_found_by_name_and_alias(desk):
    path = desk.root / "providers/brae/provider.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(
        "kind: provider\nid: brae\nname: Brae Fostering\naliases:\n- Old Brae # until 2019\nstatus: active\n", "utf-8"
    )
    result = desk.read("1,a,OLD BRAE LTD,,,\n2,b,Brae Fostering,,,\n3,c,New Firm,,,\n")
    assert result.count("provider") == 1
    assert {c["provider"] for c in desk.records("contract")} == {"brae", "new-firm"}
    assert path.read_text("utf-8") == (
        "kind: provider\nid: brae\nname: Brae Fostering\naliases:\n- Old Brae # until 2019\n- OLD BRAE LTD\nstatus: active\n"
    )
    assert desk.read("1,a,OLD BRAE LTD,,,\n2,b,Brae Fostering,,,\n3,c,New Firm,,,\n").changed == ()


def test_text_is_masked_on_the_way_in_and_listed_without_its_value(desk):
    result = desk.read('1,"Care at PR1 8XJ, ring 0131 200 2000",Brae,,,\n2,Care,jo@example.org,,,\n')
    assert desk.contract()["title"] == "Care at [postcode removed], ring [telephone removed]"
    assert sorted((m.row, m.column, m.kind) for m in result.masked) == [
        (2, "Title", "postcode"), (2, "Title", "telephone number"), (3, "Supplier", "e-mail address")
    ]  # fmt: skip
    assert [r.reason for r in result.rejects] == ["it names no supplier"]
    everything = b"".join(p.read_bytes() for p in desk.root.rglob("*") if p.is_file()) + as_text(result).encode()
    assert not any(bad in everything for bad in (b"PR1 8XJ", b"0131 200 2000", b"jo@example"))


def test_columns_that_nobody_knows_are_left_out_and_named(desk):
    result = desk.read([["Reference", "Title", "Supplier", "Shoe size"], ["1", "Care", "Brae", "44", "extra"]])
    assert "the mapping does not know these columns, which were left out: Shoe size" in result.notes
    assert desk.contract()["source_notes"] == [{"name": "column 5", "value": "extra"}]


def test_the_transparency_code_s_columns(desk):
    header = ("OrganisationLabel,ContractReference,ContractTitle,ContractType,OrganisationalUnit,Description,CPVCode,StartDate,EndDate,ReviewDate,"
              "ContractValue,IrrecoverableVAT,SupplierName,CompaniesHouseRegistrationNumber,CharityCommissionNumber,ContactName,ContactEmail,ProcessType")  # fmt: skip
    rows = [
        header.split(","),
        ["Council", "A1", "Short breaks", "Framework agreement", "Children", "Breaks &amp; respite", "85311300-5", "2026-04-01", "31/03/2029", "2027-04-01",
         "£250,000", "0", "Brae Ltd", "123456", "SC012345", "Jo Bloggs", "jo@x.org", "Published invitation to tender"],
        ["Council", "A2", "Taxis", "Single award contract", "Education", "Taxis", "", "2026-04-01", "", "", "5", "", "Brae Limited", "00123456", "none", "", "", "Other"],
    ]  # fmt: skip
    result = desk.read(rows)
    assert result.mapping == "transparency_code"
    first, second = desk.records("contract")
    assert (first["contract_type"], first["route"], first["cpv"], first["subject_matter"]) == (
        "framework",
        "tender",
        "85311300-5",
        "Breaks & respite",
    )
    assert (second["contract_type"], second["route"]) == ("not_stated", "not_stated")
    assert {"name": "ReviewDate", "value": "2027-04-01"} in first["source_notes"]
    [provider] = desk.records("provider")
    assert (provider["company_number"], provider["charity_number"]) == ("00123456", "SC012345")
    assert b"Jo Bloggs" not in b"".join(desk.files().values())
    assert desk.errors() == []
    assert desk.read(rows).written == ()


def test_a_workbook_goes_in_like_a_csv_file(desk):
    book = openpyxl.Workbook()
    for row in [["Contracts of the council"], [], ["Contract Ref", "Title", "Supplier", "Start Date", "End Date", "Contract Value"],
                [1042, "Foster care", "Brae Ltd", date(2026, 4, 1), date(2028, 3, 31), 1250000.5], ["=1+1", "x", "y"]]:  # fmt: skip
        book.active.append(row)
    book.create_sheet("Notes").append(["see above"])
    book.save(desk.folder / "register.xlsx")
    result = desk.run(desk.folder / "register.xlsx")
    contract = desk.contract()
    assert (contract["start_date"], contract["end_date"]) == ("2026-04-01", "2028-03-31")
    assert (
        contract["external_references"][0]["reference"] == "1042"
        and contract["estimated_value"]["amount"] == "1250000.50"
    )
    assert [(r.row, r.reason) for r in result.rejects] == [(5, "it has no number of its own")]
    assert any("only the sheet 'Sheet' was read, not: Notes" in n for n in result.notes)
    assert desk.run(desk.folder / "register.xlsx").written == ()


@pytest.mark.data
def test_naughty_strings_in_every_cell_pass_the_checks(desk, data):
    strings = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    strings += (data / "hostile/csv-payload.txt").read_text("utf-8").splitlines()
    strings += ["../../../etc/passwd", "C:\\con\\nul", "<script>alert(1)</script>", "!!python/object:os.system", "- a: *b", "\x00\x1b[31m",
                "\ud7ff\ufffe", "x" * 1_000_000, "a\u202eb", "---\nkind: x", "{{ 7*7 }}", "%00", "]]>", "CON", "'; DROP TABLE x; --"]  # fmt: skip
    header = ["Reference", "Title", "Supplier", "Description", "Department", "Contract Type", "CPV Code"]
    result = desk.read([header, *([f"N{i} {s}", s, s, s, s, s, s] for i, s in enumerate(strings))])
    assert result.rows == len(strings) and result.count("contract") > 400
    assert {r.reason for r in result.rejects} <= {
        "it has no title",
        "it has no supplier: not awarded, or the source does not say",
        "it names no supplier",
    }
    assert desk.errors() == []
    assert desk.read([header, *([f"N{i} {s}", s, s, s, s, s, s] for i, s in enumerate(strings))]).written == ()
    assert {p.parent.parent.name for p in desk.root.rglob("provider.yaml")} == {"providers"}


def test_an_unreadable_contract_stops_the_import_lest_it_be_entered_twice(desk):
    path = desk.path(desk.read("1,Care,Brae,,,\n"))
    path.write_text("kind: contract\nkind: contract\n", "utf-8")
    with pytest.raises(
        BadSource, match=r"C-2026-0001/contract.yaml:2:1: has the key 'kind' twice .*Mend it before importing"
    ):
        desk.read("1,Care,Brae,,,\n")


def test_nothing_is_written_through_a_link_out_of_the_register(desk, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (desk.root / "contracts/2026").symlink_to(outside)
    with pytest.raises(BadSource, match="outside the register"):
        desk.read("1,Care,Brae,,,\n")
    assert list(outside.iterdir()) == [] and desk.records("provider") == []


def test_a_crash_half_way_leaves_whole_files_and_the_next_run_completes(desk, monkeypatch):
    from ccm_site.imports import saving

    rows = "1,Care,Brae,,,\n2,Rest,Alpha,,,\n3,More,Beta,,,\n"
    real, written = saving.write_file, []

    def failing(path, content):
        if len(written) == 4:
            raise OSError(28, "No space left on device")
        written.append(path)
        real(path, content)

    monkeypatch.setattr(saving, "write_file", failing)
    with pytest.raises(BadSource, match="cannot be written: No space left on device"):
        desk.read(rows)
    assert desk.errors() == []  # providers come first: no contract names one that is not there
    monkeypatch.setattr(saving, "write_file", real)
    result = desk.read(rows)
    assert (result.count("contract"), result.count("contract", "unchanged"), result.count("provider")) == (2, 1, 0)
    assert len(desk.records("contract")) == 3


def test_the_result_in_words(desk):
    desk.read("1,Care,Brae,,31/03/2027,\n")
    text = as_text(desk.read("1,Care,Brae,,31/03/2028,\n1,Care,Alpha,,31/03/2028,\n,x,Brae,,,\n2,At PR1 8XJ,Brae,,,\n"))
    assert "4 rows: 1 new contracts, 1 changed, 0 unchanged, 1 merged, 1 rejected" in text
    assert "end_date 2027-03-31 → 2028-03-31" in text and "further_providers nothing → alpha" in text
    assert "masked: 1 × postcode in column Title (rows 5)" in text
    assert "rejected: 1 × it has no number of its own (column Reference; rows 4). Mend: " in text
    assert "row 3 says again, or adds a supplier to, row 2 (C-2026-0001)" in text


def test_two_thousand_rows_take_seconds(desk):
    import time

    rows = "".join(f"{i},Contract {i},Firm {i % 900} Ltd,01/04/2026,31/03/2027,{i}\n" for i in range(2000))
    begin = time.perf_counter()
    result = desk.read(rows, dry_run=True)
    assert result.count("contract") == 2000
    assert time.perf_counter() - begin < 30
