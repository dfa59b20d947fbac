"""`ccm check`: schema, reference and reading faults alike, all of all files, each with its line and how to mend it."""

import json
import os

import pytest

from ccm_site.checks.report import as_github, as_gitlab, as_json, as_text
from ccm_site.checks.run import check
from tests.registers import CONTRACT, TODAY, write

NOT_A_CHILD = "contracts/2026/C-2026-0002/contract.yaml"


def findings(root):
    return check(root, TODAY)[1]


def one(root, rule, part):
    hits = [f for f in findings(root) if f.rule == rule and part in f.message]
    assert len(hits) == 1, [f.message for f in findings(root)]
    return hits[0]


def test_a_sound_register_has_nothing_to_mend(small_register):
    assert findings(small_register) == ()


def change(root, old, new, path=CONTRACT):
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), "utf-8")


def line_of(root, part, path=CONTRACT):
    return next(i for i, line in enumerate((root / path).read_text("utf-8").splitlines(), 1) if part in line)


def test_a_broken_reference_says_what_was_meant(small_register):
    change(small_register, "provider: brae-fostering", "provider: brae-fosterng")
    f = one(small_register, "R-ID-2", "brae-fosterng")
    assert "did you mean 'brae-fostering'?" in f.fix
    assert f.at.line == line_of(small_register, "brae-fosterng") and f.at.path == CONTRACT


def test_a_reference_to_the_wrong_kind_says_which_it_is(small_register):
    change(small_register, "provider: brae-fostering", "provider: SV-2026-0001")
    assert "is a service" in one(small_register, "R-ID-2", "SV-2026-0001").fix


def test_a_reference_to_an_unreadable_record_points_there(small_register):
    path = small_register / "providers/brae-fostering/provider.yaml"
    path.write_text("kind: provider\nid: brae-fostering\nid: twice\n", "utf-8")
    hits = [f for f in findings(small_register) if "cannot be read" in f.message]
    assert hits and all("providers/brae-fostering/provider.yaml" in f.fix for f in hits)


def test_a_reference_without_its_version_names_the_last(small_register):
    change(small_register, "S-2026-0001/v1", "S-2026-0001")
    assert "did you mean 'S-2026-0001/v1'?" in one(small_register, "R-ID-2", "S-2026-0001").fix


def test_an_unknown_code_says_what_was_meant(small_register):
    change(small_register, "service_type: foster_care", "service_type: foster_cara")
    assert "did you mean 'foster_care'?" in one(small_register, "R-ID-2", "foster_cara").fix


def test_a_record_in_the_wrong_folder_is_told_where_it_belongs(small_register):
    (small_register / "contracts/2025").mkdir()
    (small_register / "contracts/2026/C-2026-0001").rename(small_register / "contracts/2025/C-2026-0001")
    f = one(small_register, "R-ID-1", "does not lie where it belongs")
    assert CONTRACT in f.fix


def test_an_id_that_differs_from_the_file_name_is_found(small_register):
    change(small_register, "id: C-2026-0001", "id: C-2026-0009")
    assert "contracts/2026/C-2026-0009/contract.yaml" in one(small_register, "R-ID-1", "does not lie").fix


def test_a_duplicate_id_names_both_files(small_register):
    text = (small_register / CONTRACT).read_text("utf-8")
    write(small_register, "contracts/2026/C-2026-0077/contract.yaml", text)
    f = one(small_register, "R-ID-1", "has already")
    assert CONTRACT in f.message and f.at.path == "contracts/2026/C-2026-0077/contract.yaml"


FAULTS = {
    "unknown field": ("title:", "titel:", "R-ID-5", "unknown field 'titel'", "did you mean 'title'?"),
    "missing field": ("provider: brae-fostering\n", "", "R-ID-5", "lacks provider ('Provider')", "add 'provider:'"),
    "no date": ("start_date: 2026-04-01", "start_date: 2026-02-30", "R-ID-4", "is no calendar date", "2026-04-01"),
    "money with a comma": ('amount: "400000.00"', 'amount: "400,000.00"', "R-ID-4", "400,000.00", "without commas"),
    "a number for a text": ("title: Foster care framework", "title: 2026", "R-ID-5", "read as a number", '"2026"'),
    "no value": ("title: Foster care framework", "title:", "R-ID-5", "has no value", "give one"),
    "a wrong code": (
        "contract_type: framework",
        "contract_type: framwork",
        "R-ID-5",
        "none of its values",
        "did you mean 'framework'?",
    ),
    "end before start": ("end_date: 2030-03-31", "end_date: 2020-03-31", "R-ID-4", "is before", "correct"),
}


@pytest.mark.parametrize(("old", "new", "rule", "message", "fix"), FAULTS.values(), ids=list(FAULTS))
def test_a_fault_in_plain_words(small_register, old, new, rule, message, fix):
    change(small_register, old, new)
    f = next(f for f in findings(small_register) if message in f.message)
    assert f.rule == rule and fix in f.fix and f.severity == "error"


def test_one_bad_file_never_hides_another(small_register):
    change(small_register, "title:", "titel:")
    change(small_register, "provider: brae-fostering", "provider: nobody", NOT_A_CHILD)
    write(small_register, "contracts/2026/C-2026-0003/contract.yaml", "kind: contract\nid: x\nid: y\n")
    write(small_register, "contracts/2026/C-2026-0004/contract.yaml", "a: [\n")
    write(small_register, "contracts/2026/C-2026-0005/contract.yaml", "kind: kontract\nid: C-2026-0005\n")
    (small_register / "contracts/2026/C-2026-0006").mkdir()
    (small_register / "contracts/2026/C-2026-0006/contract.yaml").write_bytes(b"\xff\xfe")
    paths = {f.at.path for f in findings(small_register)}
    assert {f"contracts/2026/C-2026-000{n}/contract.yaml" for n in range(1, 7)} <= paths


def test_files_that_are_no_records_are_refused(small_register):
    write(small_register, "contracts/2026/notes.docx", "x")
    write(small_register, "contracts/2026/C-2026-0003/contract.yml", "x")
    assert sum("is no record" in f.message for f in findings(small_register)) == 2


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_that_leaves_the_register_is_refused(small_register, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "contract.yaml"
    outside.write_text("kind: contract\n", "utf-8")
    (small_register / "contracts/2026/C-2026-0003").mkdir()
    (small_register / "contracts/2026/C-2026-0003/contract.yaml").symlink_to(outside)
    one(small_register, "R-ID-5", "is a link that leaves the register")


def test_names_that_differ_only_by_case_are_refused(small_register):
    provider = (small_register / "providers/brae-fostering/provider.yaml").read_text("utf-8")
    write(small_register, "providers/Brae-Fostering/provider.yaml", provider)
    hits = [f for f in findings(small_register) if "capital and small letters" in f.message]
    assert len(hits) == 1


def test_a_gap_of_the_source_softens_only_what_is_absent(small_register):
    change(small_register, "status: draft", "status: in_force")
    change(small_register, "terms: TC-2026-0001/v1\n", "")
    assert one(small_register, "R-CON-2", "lacks terms").severity == "error"
    with (small_register / CONTRACT).open("a", encoding="utf-8") as out:
        out.write("legacy:\n  migrated_on: 2026-05-01\n  gaps:\n  - terms\n  - title\n")
    assert one(small_register, "R-CON-2", "lacks terms").severity == "warning"
    change(small_register, "title: Foster care framework", "title:")
    assert one(small_register, "R-ID-5", "has no value").severity == "error"


def test_every_format_tells_the_same(small_register):
    change(small_register, "title:", "titel:")
    found = findings(small_register)
    assert f"{CONTRACT}:3:1: error: has the unknown field 'titel' [R-ID-5]. Mend: did you mean 'title'?" in as_text(
        found
    )
    report = json.loads(as_json(found))
    assert report["errors"] == len(found) and report["findings"][0]["line"] == 1
    assert f"::error file={CONTRACT},line=3,col=1,title=R-ID-5::" in as_github(found)
    quality = json.loads(as_gitlab(found))
    assert {q["severity"] for q in quality} == {"major"} and len({q["fingerprint"] for q in quality}) == len(found)


def test_a_record_cannot_write_its_own_lines_into_the_log(small_register):
    change(small_register, "title: Foster care framework", '"x\\n::error::forged": 1\ntitle: Foster care framework')
    assert all("\n::error::forged" not in text(findings(small_register)) for text in (as_text, as_github))
