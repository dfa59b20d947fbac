"""R-PRV on the small register: found in every text and file name, said without repeating it, and not where an office's data belong."""

import json

import pytest

from ccm_site.case_reference import ALPHABET, check_character, is_case_reference, new_case_reference
from ccm_site.checks.run import check
from ccm_site.kinds import load_kinds
from ccm_site.personal_data import make_names
from ccm_site.rules.privacy import scopes_of
from ccm_site.starter import shipped
from tests.registers import CONTRACT, TODAY, write

CHI = "0101011237"
KEY = bytes(range(32))
KINDS = load_kinds(shipped() / "schemas")
TABLE = "policy/personal_data.yaml"


@pytest.fixture(autouse=True)
def no_names(monkeypatch):
    for name in ("CCM_NAMES", "CCM_NAMES_KEY", "CCM_NAMES_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def put(root, old, new, path=CONTRACT):
    text = (root / path).read_text("utf-8")
    assert old in text
    (root / path).write_text(text.replace(old, new, 1), "utf-8")


def private(root):
    return [f for f in check(root, TODAY)[1] if f.rule.startswith("R-PRV")]


def test_a_chi_number_in_a_text_is_refused_with_its_place_and_without_itself(small_register):
    put(small_register, "title: Foster care framework", f"title: Foster care framework {CHI}")
    (found,) = private(small_register)
    assert (found.rule, found.severity, found.at.path, found.at.pointer) == ("R-PRV-2", "error", CONTRACT, "/title")
    assert found.at.line == 3
    assert found.message == "'Title' holds a CHI number of 10 figures"
    assert CHI not in str(found) and "case reference" in found.fix


def test_a_chi_number_is_found_in_a_field_of_a_fixed_form_too(small_register):
    write(
        small_register,
        "providers/brae-fostering/provider.yaml",
        (small_register / "providers/brae-fostering/provider.yaml").read_text("utf-8")
        + f'contact:\n  telephone: "{CHI}"\n',
    )
    assert "R-PRV-2" in {f.rule for f in private(small_register)}


@pytest.mark.parametrize("text, rule, severity", [
    ("NI AB123456C", "R-PRV-3", "error"), ("born 3 May 2014", "R-PRV-3", "error"), ("at EH1 1BB", "R-PRV-3", "error"), ("ring 07700 900123", "R-PRV-3", "error"),
    ("write to anna@gmail.com", "R-PRV-3", "error"), ("SWK1234567", "R-PRV-3", "error"),
])  # fmt: skip
def test_what_leads_to_a_person_is_refused_in_any_text(small_register, text, rule, severity):
    put(small_register, "title: Foster care framework", f'title: "{text}"')
    (found,) = private(small_register)
    assert (found.rule, found.severity, found.at.pointer) == (rule, severity, "/title")
    assert not [w for w in text.split() if any(c.isdigit() for c in w) and w in found.message + found.fix]


def test_ages_warn_in_free_text_and_only_there(small_register):
    free = next(f for f in KINDS["contract"].all_fields if f.free_text and len(f.path) == 1)
    put(small_register, "title: Foster care framework", "title: A boy aged 7")
    assert private(small_register) == []
    put(small_register, "status: draft", f"status: draft\n{free.name}: A boy aged 7 was there")
    (found,) = private(small_register)
    assert (found.severity, found.at.pointer) == ("warning", f"/{free.name}")


def test_an_office_s_own_data_are_no_finding_where_they_belong(small_register):
    path = "providers/brae-fostering/provider.yaml"
    write(
        small_register,
        path,
        (small_register / path).read_text("utf-8")
        + "registration_number: SP2003001234\ncontact:\n  telephone: 0131 200 2000\n  mailbox: anna@brae.example\n  address:\n    postcode: EH1 1BB\n",
    )
    assert private(small_register) == []


def test_a_care_service_number_that_passes_for_a_chi_number_is_no_finding(small_register):
    path = "providers/brae-fostering/services/SV-2026-0001.yaml"
    put(
        small_register,
        "service_type: foster_care",
        "service_type: foster_care\nregistration_number: CS2003000084",
        path,
    )
    put(small_register, "name: Brae Fostering Service", "name: Brae Fostering Service CS 2003000084", path)
    assert private(small_register) == []


def test_a_file_name_is_looked_through_and_not_repeated(small_register):
    old = small_register / "people/posts/service-manager.yaml"
    write(
        small_register,
        f"people/posts/manager-{CHI}.yaml",
        old.read_text("utf-8").replace("id: service-manager", f"id: manager-{CHI}"),
    )
    found = [f for f in private(small_register) if "name of the file" in f.message]
    assert [f.rule for f in found] == ["R-PRV-2"]
    assert found[0].at.path == "people/posts/manager-….yaml" and CHI not in str(found[0])


def test_the_table_lets_pass_with_a_reason_and_refuses_without(small_register):
    put(small_register, "title: Foster care framework", "title: Invoice 0101011237")
    entry = 'entries:\n- code: invoice\n  detector: chi\n  text: "0101011237"\n  reason: The number of an invoice\n  approved_by: dpo\n  approved_on: 2026-04-01\n  effective_from: 2026-04-01\n'
    put(small_register, "retention_class", entry + "retention_class", TABLE)
    assert private(small_register) == [] and check(small_register, TODAY)[1] == ()
    put(small_register, "  reason: The number of an invoice\n", "", TABLE)
    assert [f.severity for f in check(small_register, TODAY)[1] if f.at.path == TABLE and "reason" in f.message] == [
        "error"
    ]


def test_a_bad_pattern_is_refused_at_its_line_and_the_rest_is_still_looked_for(small_register):
    put(small_register, r"SWK ?-?\d{7}", r"SWK\d{2,9}\d{2,9}\d{2,9}", TABLE)
    put(small_register, "title: Foster care framework", f"title: Foster care framework {CHI}")
    found = private(small_register)
    assert {f.rule for f in found} == {"R-PRV-2", "R-PRV-3"}
    bad = next(f for f in found if f.rule == "R-PRV-3")
    assert bad.at.path == TABLE and "ways" in bad.message and bad.at.line > 1


def test_the_schema_refuses_a_pattern_with_unsafe_parts(small_register):
    put(small_register, r"SWK ?-?\d{7}", "(a+)+", TABLE)
    assert [f for f in check(small_register, TODAY)[1] if f.at.path == TABLE and f.severity == "error"]


def test_listed_names_are_found_with_the_list_and_its_key(small_register, tmp_path, monkeypatch):
    put(small_register, "title: Foster care framework", "title: Placement of Jamie Smith")
    assert private(small_register) == []
    path = tmp_path / "names.json"
    path.write_text(json.dumps(make_names(["Jamie Smith"], KEY)), "utf-8")
    monkeypatch.setenv("CCM_NAMES", str(path))
    monkeypatch.setenv("CCM_NAMES_KEY", KEY.hex())
    (found,) = private(small_register)
    assert (found.rule, found.severity) == ("R-PRV-4", "error") and "two words" in found.message
    assert "Jamie" not in str(found) and "Smith" not in str(found)
    monkeypatch.setenv("CCM_NAMES_KEY", KEY[::-1].hex())
    (found,) = private(small_register)
    assert found.severity == "error" and "was made with the key" in found.message and "give the key" in found.fix


def test_a_case_reference_with_a_wrong_character_is_refused(small_register):
    good = new_case_reference()
    seven, check_ = good[3:10], good[-1]
    bad = f"CH-{seven}-{next(c for c in ALPHABET if c != check_)}"
    body = "kind: complaint\nid: K-2026-0001\nchild_ref: {}\n"
    write(small_register, "complaints/2026/K-2026-0001.yaml", body.format(bad))
    found = [f for f in private(small_register) if f.rule == "R-PRV-1"]
    assert [f.at.pointer for f in found] == ["/child_ref"] and seven not in str(found)
    write(small_register, "complaints/2026/K-2026-0001.yaml", body.format(good))
    assert [f for f in private(small_register) if f.rule == "R-PRV-1"] == []


def test_the_check_character_finds_every_wrong_and_every_exchanged_character():
    assert check_character("0000000") == "0" and check_character("0000001") == "1"
    assert check_character("ZZZZZZZ") == "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"[(32**7 - 1) % 37]
    drawn = {new_case_reference() for _ in range(300)}
    assert len(drawn) == 300 and all(is_case_reference(r) for r in drawn)
    for reference in sorted(drawn)[:40]:
        seven, check_ = reference[3:10], reference[-1]
        for i in range(7):
            assert not [
                c
                for c in ALPHABET
                if c != seven[i] and is_case_reference(f"CH-{seven[:i]}{c}{seven[i + 1 :]}-{check_}")
            ]
        for i in range(6):
            swapped = seven[:i] + seven[i + 1] + seven[i] + seven[i + 2 :]
            assert swapped == seven or not is_case_reference(f"CH-{swapped}-{check_}")
    with pytest.raises(ValueError, match="other than I, L, O and U"):
        check_character("000000U")


def test_an_end_on_a_birthday_warns(small_register):
    body = "kind: placement\nid: P-2026-0001\nanticipated_end: 2027-05-03\nend_condition: {}\n"
    write(small_register, "placements/2026/P-2026-0001/placement.yaml", body.format("age_reached"))
    found = [f for f in private(small_register) if f.rule == "R-PRV-10"]
    assert [(f.severity, f.at.pointer) for f in found] == [("warning", "/anticipated_end")] and "2027" not in found[
        0
    ].message
    write(small_register, "placements/2026/P-2026-0001/placement.yaml", body.format("review_decides"))
    assert [f for f in private(small_register) if f.rule == "R-PRV-10"] == []


def test_the_demonstration_holds_no_personal_data():
    found = [
        f for f in check(shipped(), TODAY)[1] if f.rule in ("R-PRV-1", "R-PRV-2", "R-PRV-3", "R-PRV-4", "R-PRV-10")
    ]
    assert [f for f in found if f.severity == "error"] == []
    assert len(found) < 10


def test_what_is_looked_for_follows_from_the_schema():
    provider = scopes_of(KINDS["provider"])
    assert provider["registration_number",] == frozenset()
    assert provider["name",] is None
    everything = {p: s for k in KINDS for p, s in scopes_of(k).items()}
    assert {s for p, s in everything.items() if p[-1] in ("mailbox", "telephone", "postcode")} == {frozenset({"chi"})}
    assert sum(s is None for s in everything.values()) > 100


PUBLISHED = {
    "contract": {"/end_circumstances"},  # the Procurement Reform (Scotland) Act 2014, section 35, asks for it
    "strategic_report": {
        "/sector_view/*/performance",
        "/sector_view/*/reason",
    },  # a report about a sector is public as a whole
    "strategy": {"/priorities/*/plan"},
}


def test_free_text_is_declared_bounded_and_not_public():
    public = {k.name: {f.pointer for f in k.all_fields if f.free_text and f.audience == "public"} for k in KINDS}
    assert {k: p for k, p in public.items() if p} == PUBLISHED
    for kind in KINDS:
        for field in kind.all_fields:
            longest = field.schema.get("maxLength")
            if field.free_text:
                assert isinstance(longest, int) and longest <= 4000, f"{kind.name}{field.pointer}"
            elif scopes_of(kind).get(field.path, frozenset()) is None:
                assert isinstance(longest, int) and longest <= 200, (
                    f"{kind.name}{field.pointer} takes any text and is not declared free text"
                )
