"""R-PRV on registers in memory: which part of a record is looked at, what to do about each thing that is found, one search for three rules."""

import json
from dataclasses import replace

import pytest

from ccm_site.model import Seal
from ccm_site.personal_data import make_names
from ccm_site.rules import privacy
from ccm_site.rules.privacy import no_chi_number, no_listed_name, nothing_that_leads_to_a_person, scopes_of
from tests.rules.registers import DAY, findings, kinds, record, register, table, told

TABLE = table("personal_data", case_patterns=[{"label": "case system", "pattern": r"SWK\d{7}"}], capitalised_pairs="warn")  # fmt: skip
CHI, SHORT = "1001010019", "100101001"
"""A number that passes for a CHI number, and one that lacks a figure."""
ALLOW = "allow this text with a reason in policy/personal_data.yaml"
KEY = bytes(range(32))


@pytest.fixture(autouse=True)
def no_names(monkeypatch):
    for name in ("CCM_NAMES", "CCM_NAMES_KEY", "CCM_NAMES_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def contract(**data):
    return record("contract", "C-1", **data)


@pytest.mark.parametrize(
    ("text", "row", "severity", "fix"),
    [
        (f"CHI {CHI}", "R-PRV-2", "error", "take the number out; the case reference"), ("NI AB123456C", "R-PRV-3", "error", "take the number out; if it is not what it seems"),
        ("born 3 May 2014", "R-PRV-3", "error", "take the date out"), ("a boy seen on 3 May 2026", "R-PRV-3", "warning", "if the date is about a child"),
        ("aged 7", "R-PRV-3", "warning", "if it is one child's age"), ("at EH1 1BB", "R-PRV-3", "error", "take the postcode out"),
        ("ring 07700 900123", "R-PRV-3", "error", "take the number out; an office's number"), ("write to anna@gmail.com", "R-PRV-3", "error", "give a shared mailbox"),
        ("about CH-9XM2GSR-K", "R-PRV-3", "error", "take it out; a record about a case"), ("SWK1234567", "R-PRV-3", "error", "take the number out; give it in the field"),
        ("met Jamie Smith", "R-PRV-3", "warning", "if it is a person's name"), ("in P5 at Brae School", "R-PRV-3", "warning", "name neither school nor class"),
    ],
)  # fmt: skip
def test_what_to_do_about_each_thing_that_is_found(text, row, severity, fix):
    f = findings(row, TABLE, contract(status_reason=text))[0]
    assert (f.severity, f.at.pointer) == (severity, "/status_reason")
    assert f.fix.startswith(fix) and f.fix.count("policy/personal_data.yaml") == 1
    assert f.fix.endswith(ALLOW) is not (fix.startswith("give a shared") or "a person's name" in fix)


def names(monkeypatch, path, *listed):
    path.write_text(json.dumps(make_names(listed, KEY)), "utf-8")
    monkeypatch.setenv("CCM_NAMES", str(path))
    monkeypatch.setenv("CCM_NAMES_KEY", KEY.hex())


def test_a_listed_name_is_taken_out_and_a_list_that_cannot_be_read_is_told_of(monkeypatch, tmp_path):
    names(monkeypatch, tmp_path / "names.json", "Jamie Smith")
    [f] = findings("R-PRV-4", contract(status_reason="met Jamie Smith"))
    assert f.severity == "error" and f.fix.startswith("take the name out")
    monkeypatch.setenv("CCM_NAMES", str(tmp_path / "gone.json"))
    [f] = findings("R-PRV-4", contract(status_reason="met Jamie Smith"))
    assert (f.severity, f.at.path) == ("error", "policy/personal_data.yaml") and f.message and f.fix
    assert f.fix not in f.message, "what is wrong, and what to do about it"
    [f] = findings("R-PRV-4", TABLE)
    assert f.at.path == "personal_data.yaml", "at the table where there is one"
    assert told("R-PRV-2", contract(status_reason=f"CHI {CHI}")) == ["error C-1/status_reason"], "the rest is looked for"  # fmt: skip


def test_a_bad_pattern_is_an_error_and_the_rest_is_looked_for():
    bad = table("personal_data", case_patterns=[*TABLE.data["case_patterns"], {"label": "y", "pattern": "(a+)+"}])
    assert told("R-PRV-3", bad, contract(status_reason="at EH1 1BB")) == ["error personal_data/case_patterns/1/pattern", "error C-1/status_reason"]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"status_reason": CHI}, "/status_reason"), ({"status_reason": SHORT}, ""), ({"odd": CHI}, "/odd"), ({"odd": [{"in": f"see {CHI}"}]}, "/odd/0/in"),
        ({"odd": int(CHI)}, "/odd"), ({"odd": -int(CHI)}, "/odd"), ({"odd": True}, ""), ({"odd": 7}, ""), ({"odd": 7.5}, ""), ({"odd": None}, ""),
        ({"provider": CHI}, "/provider"), ({"award_date": CHI}, "/award_date"),
    ],
    ids=str,
)  # fmt: skip
def test_every_text_and_large_number_is_looked_at(data, place):
    assert told("R-PRV-2", contract(**data)) == ([f"error C-1{place}"] if place else [])


def test_a_finding_is_called_by_the_fields_title_or_by_its_name():
    assert findings("R-PRV-2", contract(odd={"inner": CHI}))[0].message.startswith("'inner' holds ")
    assert findings("R-PRV-2", contract(status_reason=CHI))[0].message.startswith("'Reason for the status' holds ")


@pytest.mark.parametrize(("data", "place"), [({f"of {CHI}": 1}, ""), ({"odd": {f"of {CHI}": 1}}, "/odd")], ids=str)
def test_a_name_that_no_schema_knows_is_looked_at_too(data, place):
    [f] = findings("R-PRV-2", contract(**data))
    assert f.at.pointer == place


def test_of_what_is_sealed_only_the_field_is_told():
    sealed = replace(contract(status_reason=CHI, title=CHI, odd=CHI), seal=Seal("K-1", "-"), clear_names=("title",))
    found = {f.at.pointer: f for f in findings("R-PRV-2", sealed)}
    assert found["/status_reason"].message == "'Reason for the status' holds what may lead to a person"
    assert found["/odd"].message == "a field holds what may lead to a person"
    assert "CHI number" in found["/title"].message and found["/status_reason"].fix.startswith("open it")


def test_three_rules_share_one_search_of_a_register_on_a_day(monkeypatch):
    searched = []
    monkeypatch.setattr(privacy, "_search", lambda whole, kinds, today: searched.append(today) or ())
    monkeypatch.setattr(privacy, "_last", None)
    one, other = register(contract()), register(contract())
    for whole, on in ((one, DAY), (one, DAY.replace(day=25)), (other, DAY.replace(day=25)), (other, DAY.replace(day=25))):  # fmt: skip
        for rule in (no_chi_number, nothing_that_leads_to_a_person, no_listed_name):
            assert list(rule(whole, kinds(), on)) == []
    assert searched == [DAY, DAY.replace(day=25), DAY.replace(day=25)]


def test_where_what_is_looked_for():
    nothing, chi, everything = frozenset(), frozenset({"chi"}), None
    assert scopes_of(kinds()["service"])[("registration_number",)] == scopes_of(kinds()["provider"])[("registration_number",)] == nothing  # fmt: skip
    scopes = scopes_of(kinds()["contract"])
    assert {n: scopes[n,] for n in ("status", "provider", "award_date", "service_type", "status_reason", "title")} == {
        "status": chi, "provider": chi, "award_date": chi, "service_type": chi, "status_reason": everything, "title": everything,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "found"), [("CH-9XM2GSR-K", False), ("CH-9XM2GSR-J", True), ("CH-9XM2", False), (7, False)]
)
def test_the_check_character_of_a_case_reference(reference, found):
    assert told("R-PRV-1", record("placement", "P-1", child_ref=reference)) == (["error P-1/child_ref"] if found else [])  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "end", "found"),
    [("age_reached", "2027-05-03", True), ("age_reached", None, False), ("review_decides", "2027-05-03", False), (None, "2027-05-03", False)],
)  # fmt: skip
def test_an_end_on_a_birthday_is_given_by_its_month(condition, end, found):
    given = record("placement", "P-1", end_condition=condition, anticipated_end=end)
    assert told("R-PRV-10", given) == (["warning P-1/anticipated_end"] if found else [])
