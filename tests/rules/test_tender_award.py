"""R-TND: authority for an award, advice, those who lost, the standstill, and the thresholds of the day on their VAT basis."""

from dataclasses import replace

import pytest

from ccm_site.rules import Changes
from ccm_site.rules.tender_award import authority_covers_the_award
from tests.rules.registers import DAY, but, findings, kinds, limits, record, register, shut, table, told, told_of_change

STEPS = ("authorised", "standstill", "awarded")
ISSUED = ("issued", "signed", "in_force", "expired", "terminated", "closed")


def pounds(amount, basis="exempt"):
    return {"amount": amount, "vat_basis": basis}


def threshold(code, amount="50000.00", comparator=">=", **more):
    return {"code": code, "amount": amount, "comparator": comparator, "vat_basis": "excluded", **more}


RULES = table(
    "thresholds", threshold("committee_authority", "400.00", effective_to="2026-04-30"), threshold("committee_authority", "500.00", effective_from="2026-05-01"),
    limits=[{"code": "vat_rate", "value": "20"}],
)  # fmt: skip
MAY = record("delegation", "D-1", status="active", limit=pounds("300.00", "excluded"), from_="2026-05-01", to="2026-05-31")  # fmt: skip


def tender(status="authorised", given_by="delegated", on="2026-05-01", **data):
    authority = {"given_by": given_by, "on": on, "delegation": "D-1"}
    return record("tender", "T-1", **{"status": status, "estimated_value": pounds("300.00"), "authority": authority, **data})  # fmt: skip


def told_of(after, *beside, before=None):
    return told_of_change("R-TND-6", [*([before] if before else []), RULES, *beside], [after, RULES, *beside])


COMMITTEE, DELEGATION = ["error T-1/authority/given_by"], ["error T-1/authority/delegation"]


@pytest.mark.parametrize(
    ("after", "delegation", "expected"),
    [
        (tender(), MAY, []), (tender(estimated_value=pounds("300.01")), MAY, DELEGATION), (tender(estimated_value=pounds("499.99")), MAY, DELEGATION), (tender(estimated_value=pounds("500.00")), MAY, COMMITTEE),
        (tender(on="2026-04-30", estimated_value=pounds("400.00")), MAY, COMMITTEE), (tender(on="2026-04-30", estimated_value=pounds("399.99")), but(MAY, from_=None, limit=pounds("400.00")), []),
        (tender(given_by="committee", estimated_value=pounds("900.00")), MAY, []), (tender(on=None, estimated_value=pounds("900.00")), MAY, []), (tender(authority=None, estimated_value=pounds("900.00")), MAY, []),
        (tender(award={"value": pounds("300.00")}, estimated_value=pounds("900.00")), MAY, []), (tender(award={"value": pounds("500.00")}), MAY, COMMITTEE), (tender(award={}), MAY, []), (tender(estimated_value=None), MAY, []),
        (tender(estimated_value=pounds("360.00", "included")), MAY, []), (tender(estimated_value=pounds("360.01", "included")), MAY, DELEGATION), (tender(estimated_value=pounds("600.00", "included")), MAY, COMMITTEE),
        (tender(estimated_value=pounds("599.99", "included")), but(MAY, limit=pounds("500.00", "excluded")), []), (tender(estimated_value=pounds("300.00", "excluded")), but(MAY, limit=pounds("360.00", "included")), []),
        (tender(), record("delegation", "D-2"), DELEGATION), (tender(), but(MAY, status="ended"), []), (tender(), but(MAY, status="proposed"), DELEGATION), (tender(), but(MAY, voided={}), DELEGATION),
        (tender(), but(MAY, to="2026-05-01"), []), (tender(), but(MAY, to="2026-04-30"), DELEGATION), (tender(), but(MAY, from_="2026-05-02"), DELEGATION), (tender(), but(MAY, ended_on="2026-05-01"), []),
        (tender(), but(MAY, ended_on="2026-04-30"), DELEGATION), *((tender(), but(MAY, scope={"decisions": [d]}), []) for d in ("authorise_award", "authorise_award_committee", "award")),
        (tender(), but(MAY, scope={"decisions": ["issue_contract"]}), DELEGATION), (tender(service_type="foster"), but(MAY, scope={"service_types": ["foster"]}), []),
        (tender(service_type="homes"), but(MAY, scope={"service_types": ["foster"]}), DELEGATION), (tender(), but(MAY, scope={"service_types": ["foster"]}), DELEGATION), (tender(estimated_value=pounds("500.00")), record("delegation", "D-2"), COMMITTEE),
    ],
)  # fmt: skip
def test_authority_covers_the_award(after, delegation, expected):
    for status in ("recommended", "abandoned", *STEPS):
        step = but(after, status=status)
        assert told_of(step, delegation) == (expected if status in STEPS else []), status
        assert told_of(step, delegation, before=but(step, title="x")) == [], "no step"
    assert told_of(after, delegation, before=but(after, status="recommended")) == expected
    assert told_of(but(after, status="awarded"), delegation, before=but(after, status="standstill")) == expected
    assert told_of(but(after, voided={}), delegation) == []


@pytest.mark.parametrize(
    ("delegation", "words"),
    [
        (but(MAY, status="proposed"), "was never granted"), (but(MAY, to="2026-04-30"), "was not in force on 2026-05-01"), (but(MAY, limit=pounds("9.00", "excluded")), "reaches to £9.00"), (but(MAY, limit=None), "reaches to £0.00"),
        (but(MAY, scope={"service_types": ["foster"]}), "does not cover the type of service, which is not entered"), (but(MAY, scope={"decisions": ["other"]}), "does not cover awards"),
    ],
)  # fmt: skip
def test_why_a_delegation_does_not_cover_it_is_said(delegation, words):
    beside = (RULES, delegation)
    changes = Changes.between(register(*beside), register(tender(), *beside))
    assert [words in f.message for f in authority_covers_the_award(changes, kinds(), DAY)] == [True]


@pytest.mark.parametrize(
    ("liaison", "advised"),
    [
        ([], False), ([{"service": "legal_services", "on": "2026-05-01"}], True), ([{"service": "legal_services", "on": "2026-05-02"}], False), ([{"service": "legal_services"}], False),
        ([{"service": "finance", "on": "2026-05-01"}], False), ([{"service": "legal_services", "on": "2026-05-02"}, {"service": "legal_services", "on": "2026-04-01"}], True),
    ],
    ids=str,
)  # fmt: skip
def test_legal_services_advised_before_the_award(liaison, advised):
    for status in ("recommended", *STEPS):
        given = tender(status, liaison=liaison, award={"on": "2026-05-01"})
        assert told("R-TND-9", given) == (["warning T-1/liaison"] if not advised and status in STEPS else []), status
        assert told("R-TND-9", but(given, voided={})) == []
    dated = any(e.get("on") and e["service"] == "legal_services" for e in liaison)
    assert told("R-TND-9", tender(liaison=liaison)) == ([] if dated else ["warning T-1/liaison"])


REGULATED = table("thresholds", threshold("regulated_services"), threshold("advertising", comparator=">"), limits=[{"code": "vat_rate", "value": "20"}])  # fmt: skip
THREE = [{"code": c} for c in ("a", "b", "c")]


def lost(*codes, on="2026-05-01", **data):
    return record(
        "tender", "T-1",
        **{
            "status": "awarded", "procurement_commenced": "2026-01-01", "estimated_value": pounds("50000.00"), "tenderers": THREE, "recommendation": {"tenderers": ["a"]},
            "tenderers_told": [{"tenderer": c, "on": on} for c in codes], **data,
        },
    )  # fmt: skip


def made(status="signed", **data):
    return record("contract", "C-1", **{"status": status, "tender": "T-1", "signatures": [{"date": "2026-05-02"}, {"date": "2026-05-01"}], **data})  # fmt: skip


UNTOLD = ["error T-1/tenderers_told"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (lost("b", "c"), []), (lost("b"), UNTOLD), (lost(), UNTOLD), (lost("a", "b"), UNTOLD), (lost("b", recommendation={"tenderers": ["a", "c"]}), []), (lost("b", recommendation=None), UNTOLD),
        (lost(voided={}), []), (lost(estimated_value=pounds("49999.99")), []), (lost(estimated_value=None), []), (lost(procurement_commenced=None), []), (lost(estimated_value=pounds("59999.99", "included")), []),
        (lost(estimated_value=pounds("60000.00", "included")), UNTOLD), (lost(procurement_commenced=None, notice={"published_on": "2026-01-01"}), UNTOLD), (lost(procurement_commenced=None, opening={"on": "2026-01-01"}), UNTOLD),
    ],
)  # fmt: skip
def test_those_who_lost_are_told_before_the_contract_is_issued(given, expected):
    for status in ("draft", "ready_for_issue", *ISSUED):
        assert told("R-TND-10", given, made(status), REGULATED) == (expected if status in ISSUED else []), status
    assert told("R-TND-10", given, REGULATED) == told("R-TND-10", given, made(voided={}), REGULATED) == []
    assert told("R-TND-10", given, made()) == [], "no threshold is laid down"


@pytest.mark.parametrize(
    ("received", "winners", "told_", "words"),
    [(3, ["PR-1"], ["b", "c"], ""), (3, ["PR-1"], ["b"], "1 tenderer"), (3, ["PR-1"], [], "2 tenderers"), (3, ["PR-1", "PR-2"], ["b"], ""), (3, [], ["a", "b", "c"], ""), (3, [], ["b", "c"], "1 tenderer"), (None, [], [], "")],
)  # fmt: skip
def test_of_a_sealed_tender_the_numbers_are_counted(received, winners, told_, words):
    sealed = shut("tender", "T-1", **lost(*told_, opening={"received": received}, award={"providers": winners}).data)
    found = findings("R-TND-10", sealed, made(), REGULATED)
    assert [(f.rule, f.severity) for f in found] == ([("R-TND-10-a", "error")] if words else [])


@pytest.mark.parametrize(("count", "words"), [(1, "1 tenderer who did not win was"), (0, "2 tenderers who did not win were")])  # fmt: skip
def test_how_many_were_not_told_is_said(count, words):
    given = lost(*("b", "c")[:count])
    assert words in findings("R-TND-10", given, made(), REGULATED)[0].message
    named = replace(given, seal=shut("x", "y").seal)
    named = replace(named, seal=replace(named.seal, shut=""), clear_names=("tenderers_told",))
    assert "a tenderer who did not win was" in findings("R-TND-10", named, made(), REGULATED)[0].message


@pytest.mark.parametrize(("on", "late"), [("2026-05-01", False), ("2026-05-02", True), (None, False)])
def test_nobody_is_told_after_the_first_signature(on, late):
    given = lost("b", "c", tenderers_told=[{"tenderer": "b", "on": "2026-04-01"}, {"tenderer": "c", "on": on}])
    assert told("R-TND-10", given, made(), REGULATED) == (["warning T-1/tenderers_told/1/on"] if late else [])
    assert told("R-TND-10", given, made(signatures=[]), REGULATED) == []


WAITS = {"applies": True, "ends_on": "2026-05-11"}


@pytest.mark.parametrize(
    ("standstill", "on", "early"),
    [(WAITS, "2026-05-11", False), (WAITS, "2026-05-10", True), ({**WAITS, "applies": False}, "2026-05-10", False), (None, "2026-05-10", False), ({"applies": True}, "2026-05-10", False), (WAITS, None, False)],
)  # fmt: skip
def test_the_standstill_is_waited_out(standstill, on, early):
    after = tender("awarded", standstill=standstill, award={"on": on})
    before = but(after, status="standstill")
    assert told_of_change("R-TND-12", [before], [after]) == (["error T-1/award/on"] if early else [])
    assert told_of_change("R-TND-12", [], [but(after, status="standstill")]) == []
    for status in ("ready_for_issue", *ISSUED):
        signed = made(status, signatures=[{"date": "2026-05-11"}, {"date": on}])
        expected = ["error C-1/signatures/1/date"] if early and status in ISSUED else []
        assert told_of_change("R-TND-12", [after], [after, signed]) == expected, status
        unawarded = ["error C-1/tender", *expected] if standstill in (WAITS,) and status in ISSUED else []
        assert told_of_change("R-TND-12", [before], [before, signed]) == unawarded, status
        assert told_of_change("R-TND-12", [before], [before, but(signed, voided={})]) == []
        assert told_of_change("R-TND-12", [before], [before, but(signed, tender="T-9")]) == []


ADVERTISED = ("advertised", "closed_for_submission", "evaluating", "clarifying", "recommended", *STEPS)


@pytest.mark.parametrize(
    ("data", "lacks"),
    [
        ({"estimated_value": pounds("50000.00")}, False), ({"estimated_value": pounds("50000.01")}, True), ({"estimated_value": pounds("60000.00", "included")}, False), ({"estimated_value": pounds("60000.06", "included")}, True),
        ({"estimated_value": None}, False), ({"procurement_commenced": None}, True), ({"notice": {"published_on": "2026-01-01", "reference": "PCS-1"}}, False), ({"notice": None}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_tender_above_the_threshold_has_the_number_of_its_notice(data, lacks):
    given = lost(**{"estimated_value": pounds("90000.00"), "notice": {"published_on": "2026-01-01"}, **data})
    for status in ("planned", "criteria_set", "abandoned", *ADVERTISED):
        expected = ["error T-1/notice/reference"] if lacks and status in ADVERTISED else []
        assert told("R-TND-7", but(given, status=status), REGULATED) == expected, status
    assert told("R-TND-7", given) == told("R-TND-7", given, limits()) == []
