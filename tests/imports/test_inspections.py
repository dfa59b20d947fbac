"""The regulator's list: only services of the register are its business, each inspection once, a changed grade in sight."""

import csv
from datetime import date

import pytest

from ccm_site import imports
from ccm_site.canonical import write as yaml
from ccm_site.checks.run import check
from ccm_site.imports.inspections import NEVER, PROVIDER_ONLY, UNKNOWN
from ccm_site.register import load
from ccm_site.source import parse
from tests.imports.conftest import Desk
from tests.registers import make_small, write
from tests.views.sites import pages

TODAY = date(2026, 6, 8)
LIST = "inspections/care_inspectorate_2026-05-31.csv"
HEADER = [
    "CSNumber", "SP_number", "ServiceName", "GradeSpread", "Publication_of_Latest_Grading", "Last_inspection_Date", "KQ_Support_Wellbeing",
    "KQ_Leadership", "KQ_Staff_Team", "KQ_Setting", "KQ_Care_and_Support_Planning", "KQ_Care_Play_and_Learning", "Complaints_upheld_2526",
    "Complaints_upheld_2627", "Enforcements_issued_2627", "first_date_2526", "first_case_2526", "first_recs_2526", "first_reqs_2526",
    "first_date_2627", "first_recs_2627", "first_reqs_2627",
]  # fmt: skip
NUMBER, PROVIDER = "CS2003000150", "SP2004005267"
ROW = {
    "CSNumber": NUMBER, "SP_number": PROVIDER, "GradeSpread": "Mix", "Publication_of_Latest_Grading": "30/09/2025",
    "Last_inspection_Date": "12/05/2026", "KQ_Support_Wellbeing": "5", "KQ_Leadership": "4", "first_date_2526": "26/08/2025",
    "first_reqs_2526": "1. By?13 February 2026, the provider must keep records.\n2. The provider must train staff.",
    "first_recs_2526": "1. Menus should be better.", "first_date_2627": "12/05/2026", "Complaints_upheld_2526": "2",
}  # fmt: skip


@pytest.fixture
def root(tmp_path):
    root = make_small(tmp_path / "register")
    for path, line in [
        ("services/SV-2026-0001.yaml", f"registration_number: {NUMBER}"),
        ("provider.yaml", f"registration_number: {PROVIDER}"),
    ]:
        file = root / "providers/brae-fostering" / path
        file.write_text(file.read_text() + line + "\n")
    return root


def run(root, *rows, today=TODAY, dry_run=False, header=HEADER):
    file = root.parent / "list.csv"
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, header, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    result = imports.run("inspections", root, file, None, today, dry_run)
    rows_of = {n for s in (*result.created, *result.changed, *result.unchanged) for n in s.rows}
    assert result.rows == len(rows_of) + len(result.rejects) + sum(n for _, n in result.left_out)
    return result


def data(root, saved):
    return parse((root / saved.path).read_bytes(), saved.path).data


def test_a_row_tells_of_each_inspection_and_the_graded_one_has_the_grades(root):
    result = run(root, ROW)
    graded, later = (data(root, s) for s in result.created)
    assert graded == {
        "kind": "inspection", "id": "IS-2025-0001", "provider": "brae-fostering", "service": "SV-2026-0001", "body": "care_inspectorate",
        "inspected_on": "2025-08-26", "published_on": "2025-09-30",
        "grades": [{"scheme": "key_questions", "item": "wellbeing_support", "grade": 5}, {"scheme": "key_questions", "item": "leadership", "grade": 4}],
        "requirements": [
            {"text": "By?13 February 2026, the provider must keep records.", "meet_by": "2026-02-13"},
            {"text": "The provider must train staff."},
        ],
        "areas_for_improvement": [{"text": "Menus should be better."}], "retention_class": "monitoring",
    }  # fmt: skip
    assert (later["id"], later["inspected_on"]) == ("IS-2026-0001", "2026-05-12")
    assert "grades" not in later and later["upheld_complaints"] == [{"year": "2025-26", "number": 2}]
    assert [f for f in check(root, TODAY)[1] if f.severity == "error" and "inspections" in f.at.path] == []
    assert run(root, ROW).written == ()


def test_rows_of_other_services_are_counted_by_why(root):
    other = {**ROW, "CSNumber": "CS2003000153"}
    result = run(
        root, ROW, other, {**other, "CSNumber": "CS2003000154", "SP_number": "SP2003000001", "KQ_Leadership": "Mix"}
    )
    assert dict(result.left_out) == {PROVIDER_ONLY: 1, UNKNOWN: 1} and result.rejects == ()
    assert f"left out: 1 × {UNKNOWN}" in imports.as_text(result)


def test_a_service_without_inspection_is_counted(root):
    assert run(root, {"CSNumber": NUMBER}).left_out == ((NEVER, 1),)


def test_a_later_list_fills_in_the_grades_and_adds_inspections(root):
    run(root, {**ROW, "Publication_of_Latest_Grading": "", "KQ_Support_Wellbeing": "", "KQ_Leadership": ""})
    result = run(root, ROW)
    assert [s.id for s in result.changed] == ["IS-2025-0001"] and result.created == ()
    assert "corrections" not in data(root, result.changed[0])  # it was not known before
    next_year = {**ROW, "Publication_of_Latest_Grading": "01/07/2026", "KQ_Support_Wellbeing": "3"}
    result = run(root, next_year)
    assert [s.id for s in result.changed] == ["IS-2026-0001"]
    assert data(root, result.changed[0])["grades"][0]["grade"] == 3
    assert (
        parse((root / "providers/brae-fostering/inspections/IS-2025-0001.yaml").read_bytes(), "x").data["grades"][0][
            "grade"
        ]
        == 5
    )


def test_a_changed_grade_of_the_same_inspection_is_a_correction(root):
    run(root, ROW)
    result = run(root, {**ROW, "KQ_Leadership": "2", "Complaints_upheld_2526": "3"})
    graded, later = (data(root, s) for s in result.changed)
    assert graded["grades"][1]["grade"] == 2
    source = "Care Inspectorate datastore (list.csv)"
    assert graded["corrections"] == [
        {
            "on": "2026-06-08",
            "field": "grades.key_questions.leadership.grade",
            "before": "4",
            "after": "2",
            "source": source,
        }
    ]
    assert later["corrections"][0]["field"] == "upheld_complaints.2025-26.number"
    assert run(root, {**ROW, "KQ_Leadership": "2", "Complaints_upheld_2526": "3"}).written == ()


@pytest.mark.parametrize(
    "change, column, reason",
    [
        ({"CSNumber": "2003000150"}, "CSNumber", "no registration number"),
        ({"KQ_Leadership": "Mix"}, "KQ_Leadership", "the grade is no number"),
        ({"KQ_Leadership": "7"}, "KQ_Leadership", "the grade is more than 6"),
        ({"KQ_Leadership": "0"}, "KQ_Leadership", "no grade 0"),
        ({"Publication_of_Latest_Grading": "2026_4"}, "Publication_of_Latest_Grading", "cannot be read as a date"),
        ({"first_date_2526": "soon"}, "first_date_2526", "cannot be read as a date"),
    ],
)
def test_a_wrong_row_is_told(root, change, column, reason):
    result = run(root, {**ROW, **change})
    [reject] = result.rejects
    assert (reject.row, reject.column) == (2, column) and reason in reject.reason and reject.mend
    assert result.created == () and (root / result.rejects_file).exists()


def test_a_number_twice_is_told(root):
    assert "in this file before" in run(root, ROW, ROW).rejects[0].reason
    write(root, "providers/brae-fostering/services/SV-2026-0002.yaml",
          f"kind: service\nid: SV-2026-0002\nprovider: brae-fostering\nname: Other\nstatus: planned\nregistration_number: {NUMBER}\n")  # fmt: skip
    assert "several services have this number" in run(root, ROW).rejects[0].reason


def test_columns_whose_names_change_every_year_are_found(root):
    header = [h.replace("2627", "2728").replace("2526", "2627") for h in HEADER]
    row = {h.replace("2627", "2728").replace("2526", "2627"): v for h, v in ROW.items()}
    result = run(root, row, header=header)
    assert len(result.created) == 2
    assert data(root, result.created[-1])["upheld_complaints"] == [{"year": "2026-27", "number": 2}]


def test_formal_steps_are_said_to_be_entered_by_hand(root):
    result = run(root, {**ROW, "Enforcements_issued_2627": "1"})
    assert "formal steps were taken against 1 services known here" in result.notes[-1]


def test_personal_data_in_requirements_is_masked(root):
    result = run(root, {**ROW, "first_reqs_2526": "1. Write to j.smith@example.com."})
    assert [m.column for m in result.masked] == ["first_reqs_2526"]
    assert b"smith" not in (root / result.created[0].path).read_bytes()


def generated(folder, rows):
    """A register that has the services of the list, and their providers."""
    root = Desk(folder).root
    for number, row in enumerate(rows, 1):
        provider = row["SP_number"].lower()
        path = root / f"providers/{provider}/services/SV-2026-{number:04d}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(yaml({
            "kind": "service", "id": path.stem, "provider": provider, "name": row["ServiceName"], "status": "planned",
            "registration_number": row["CSNumber"],
        }))  # fmt: skip
        (path.parents[1] / "provider.yaml").write_bytes(
            yaml({"kind": "provider", "id": provider, "name": row["SP_number"], "status": "active"})
        )
    return root


@pytest.mark.data
def test_the_whole_list_goes_into_a_register_that_has_every_service(tmp_path, data):
    file = data / LIST
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    root = generated(tmp_path, rows)
    result = imports.run("inspections", root, file, None, TODAY, False)
    assert (result.rows, len(rows)) == (7784, 7784)
    assert (result.count("inspection"), len(result.rejects), result.masked) == (7929, 0, ())
    assert dict(result.left_out) == {NEVER: 643}
    assert not [n for n in result.notes if "does not know these columns" in n]
    again = imports.run("inspections", root, file, None, TODAY, False)
    assert (again.created, again.changed, again.written) == ((), (), ())
    assert again.count("inspection", "unchanged") == result.count("inspection")
    assert load(root).findings == ()


@pytest.mark.data
def test_the_whole_list_into_a_register_with_few_of_its_services(root, data):
    result = imports.run("inspections", root, data / LIST, None, TODAY, False)
    assert (result.rows, result.rejects, sum(n for _, n in result.left_out)) == (7784, (), 7783)
    assert result.created and not [f for f in check(root, TODAY)[1] if "IS-" in f.at.path and f.severity == "error"]


def test_the_grades_are_on_the_service_s_page_and_on_its_provider_s(root):
    run(root, ROW)
    made = pages(load(root).register)
    for url in ("services/SV-2026-0001/", "providers/brae-fostering/"):
        assert "Wellbeing support" in made[url].body
    provider = made["providers/brae-fostering/"].body
    assert "Latest inspections" in provider and "IS-2025-0001" in provider and "services/SV-2026-0001/" in provider
