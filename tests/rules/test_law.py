"""R-LAW: what is public of a regulated contract and for how long, thresholds, standing, due diligence, and how long records are kept."""

from datetime import date

import pytest

from ccm_site.rules.law import CHECKLIST
from tests.rules.registers import but, findings, limits, record, shut, table, told, told_of_change

LIVE = ("ready_for_issue", "issued", "signed", "in_force")
ISSUED = ("issued", "signed", "in_force", "expired", "terminated", "closed")
STATES = ("draft", "withdrawn", "ready_for_issue", *ISSUED)
TO_SHOW = {"award_date": "2026-05-01", "subject_matter": "Foster care", "estimated_value": {"amount": "60000.00", "vat_basis": "exempt"}}  # fmt: skip
REGULATED = {"public_register": {"regulated": True}}


def thresholds(*codes, **bounds):
    given = {**dict.fromkeys(codes, "50000.00"), **bounds}
    return table("thresholds", *({"code": c, "amount": a, "comparator": ">=", "vat_basis": "excluded"} for c, a in given.items()))  # fmt: skip


def contract(status="in_force", id="C-1", **data):
    return record("contract", id, **{"status": status, "provider": "PR-1", "start_date": "2026-06-01", **data})


@pytest.mark.parametrize("name", TO_SHOW)
def test_the_public_entry_of_a_regulated_contract_is_whole(name):
    lacks = {n: v for n, v in TO_SHOW.items() if n != name}
    for status in STATES:
        expected = [f"error C-1/{name}"] if status in ISSUED else []
        assert told("R-LAW-1", contract(status, **lacks, **REGULATED)) == expected, status
    assert told("R-LAW-1", contract(**lacks, **REGULATED, legacy={})) == [f"warning C-1/{name}"]
    assert told("R-LAW-1", contract(**lacks)) == told("R-LAW-1", contract(**TO_SHOW, **REGULATED)) == []
    by_value = contract(**lacks, procurement_commenced="2026-01-01")
    expected = [f"error C-1/{name}"] if name != "estimated_value" else []
    assert told("R-LAW-1", by_value, thresholds("regulated_services")) == expected


ENTERED = contract(**TO_SHOW, **REGULATED)
TWIN = contract(id="C-2", **TO_SHOW, **REGULATED)


@pytest.mark.parametrize(
    ("beside", "stands_for_it"),
    [
        ([], False), ([TWIN], True), ([but(TWIN, status="draft")], False), ([but(TWIN, voided={})], False), ([but(TWIN, public_register={"regulated": False})], False),
        *(([but(TWIN, **{n: v})], False) for n, v in {"provider": "PR-2", "start_date": "2026-06-02", "award_date": "2026-05-02", "estimated_value": {"amount": "1.00"}}.items()),
    ],
)  # fmt: skip
def test_the_public_entry_stays_while_the_contract_binds(beside, stands_for_it):
    for status in STATES:
        before = but(ENTERED, status=status)
        bound = status in ("signed", "in_force") and not stands_for_it
        assert told_of_change("R-LAW-3", [before, *beside], beside) == (["error C-1"] if bound else []), status
        assert told_of_change("R-LAW-3", [before, *beside], [but(before, voided={}), *beside]) == (["error C-1/voided"] if bound else [])  # fmt: skip
        assert told_of_change("R-LAW-3", [but(before, voided={}), *beside], beside) == []
        assert told_of_change("R-LAW-3", [but(before, public_register=None), *beside], beside) == []


@pytest.mark.parametrize("status", ["signed", "in_force", "expired", "terminated", "closed"])
def test_a_regulated_contract_stays_marked_until_it_has_ended(status):
    ended = status not in ("signed", "in_force")
    for said, place in (({"regulated": False}, "/public_register/regulated"), (None, "/public_register"), ({"award_notice": "x"}, "/public_register/regulated")):  # fmt: skip
        after = but(ENTERED, status=status, public_register=said)
        assert told_of_change("R-LAW-3", [ENTERED], [after]) == ([] if ended else [f"error C-1{place}"])
    assert told_of_change("R-LAW-3", [ENTERED], [but(ENTERED, status=status, title="x")]) == []


NOTICE = limits(award_notice=30)


@pytest.mark.parametrize(("today", "late"), [("2026-05-31", False), ("2026-06-01", True)])
def test_the_award_notice_comes_in_time(today, late):
    on = date.fromisoformat(today)
    for status in STATES:
        expected = ["warning C-1/public_register/award_notice"] if late and status in ISSUED[:3] else []
        assert told("R-LAW-4", but(ENTERED, status=status), NOTICE, on=on) == expected, status
    published = but(ENTERED, public_register={"regulated": True, "award_notice": "PCS-1"})
    assert told("R-LAW-4", published, NOTICE, on=on) == told("R-LAW-4", ENTERED, on=on) == []
    assert told("R-LAW-4", but(ENTERED, award_date=None), NOTICE, on=on) == []
    assert told("R-LAW-4", but(ENTERED, public_register={"regulated": False}), NOTICE, on=on) == []
    both = but(NOTICE, entries=thresholds("regulated_services").data["entries"])
    assert told("R-LAW-4", but(ENTERED, public_register=None), both, on=on) == (["warning C-1/public_register"] if late else [])  # fmt: skip


BOUND = thresholds("advertising", "regulated_services", "light_touch_services")
VALUED = contract(**TO_SHOW, procurement_commenced="2026-01-01")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"estimated_value": None}, ["error C-1/estimated_value"]), ({"estimated_value": None, **REGULATED}, []), ({"estimated_value": None, "public_register": {"regulated": False}}, ["error C-1/estimated_value"]),
        ({"estimated_value": None, "legacy": {}}, ["warning C-1/estimated_value"]), ({"procurement_commenced": None}, ["error C-1/procurement_commenced"]),
        ({"procurement_commenced": None, **REGULATED}, ["error C-1/procurement_commenced"]), ({}, ["error C-1/public_register"]), ({"public_register": {"award_notice": "x"}}, ["error C-1/public_register/regulated"]),
        ({"public_register": {"regulated": False}}, ["error C-1/public_register/regulated"]), (REGULATED, []), ({"legacy": {}}, ["warning C-1/public_register"]),
        ({"legacy": {}, "public_register": {"regulated": False}}, ["error C-1/public_register/regulated"]), ({"legacy": {}, "procurement_commenced": None}, ["warning C-1/public_register"]),
        ({"estimated_value": {"amount": "49999.99", "vat_basis": "exempt"}}, []), ({"estimated_value": {"amount": "50000.00", "vat_basis": "exempt"}}, ["error C-1/public_register"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_contract_is_tested_by_its_whole_value(data, expected):
    for status in STATES:
        asked = status not in ("draft", "withdrawn")
        assert told("R-LAW-5", but(VALUED, status=status, **data), BOUND) == (expected if asked else []), status


@pytest.mark.parametrize("field", ["tender", "non_tender"])
@pytest.mark.parametrize("code", ["advertising", "regulated_services", "light_touch_services"])
@pytest.mark.parametrize(
    ("amount", "data", "outgrown"),
    [("49999.99", {}, True), ("50000.00", {}, False), ("49999.99", {"voided": {}}, False), ("49999.99", {"procurement_commenced": None}, False), (None, {}, False)],
)  # fmt: skip
def test_a_contract_has_not_outgrown_what_it_was_decided_on(field, code, amount, data, outgrown):
    basis = record(field, "B-1", **{"estimated_value": {"amount": amount, "vat_basis": "exempt"}, "procurement_commenced": "2026-01-01", **data})  # fmt: skip
    given = but(VALUED, **REGULATED, **{field: "B-1"})
    assert told("R-LAW-5", given, basis, thresholds(code)) == (["error C-1/estimated_value"] if outgrown else [])
    assert told("R-LAW-5", but(given, legacy={}), basis, thresholds(code)) == (["warning C-1/estimated_value"] if outgrown else [])  # fmt: skip
    assert told("R-LAW-5", given, thresholds(code)) == []
    assert told("R-LAW-5", given, basis, thresholds(**{code: "60000.01"})) == [], "it does not reach it itself"


@pytest.mark.parametrize(("bound", "reached"), [("60000.00", True), ("60000.01", False)])
def test_community_benefit_is_considered(bound, reached):
    for status in STATES:
        expected = ["warning C-1/community_benefit"] if reached and status in LIVE else []
        assert told("R-LAW-6", but(VALUED, status=status), thresholds(community_benefit=bound)) == expected, status
    assert told("R-LAW-6", but(VALUED, community_benefit="None."), thresholds(community_benefit=bound)) == []


LIMITED = table("service_types", {"code": "homes"}, {"code": "foster", "label": "Fostering", "provider_restriction": {"source": "An Act"}, "registered": True})  # fmt: skip


def provider(*assurances, **data):
    return record("provider", "PR-1", **{"status": "active", "assurances": list(assurances), **data})


def seen(kind="charitable_status", **data):
    return {"kind": kind, "result": "satisfactory", **data}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (provider(), False), (provider(seen()), True), (provider(seen("fair_work")), False), (provider(seen(result="not_satisfactory")), False), (provider(seen(valid_to="2026-11-24")), True),
        (provider(seen(valid_to="2026-11-23")), False), (provider(seen(valid_to="2026-11-23"), seen()), True), *((provider(organisation_kind=k), True) for k in ("council_in_house", "other_public_body", "health_board")),
        (provider(organisation_kind="charity"), False),
    ],
)  # fmt: skip
def test_who_may_provide_what_the_law_limits(given, shown):
    for status in STATES:
        expected = ["warning PR-1/assurances"] if not shown and status in LIVE else []
        assert told("R-LAW-7", contract(status, service_type="foster"), given, LIMITED) == expected, status
    held = contract(service_type="foster")
    assert told("R-LAW-7", held, contract(id="C-2", service_type="foster"), given, LIMITED) == ([] if shown else ["warning PR-1/assurances"]), "it is told once"  # fmt: skip
    assert told("R-LAW-7", but(held, service_type="homes"), given, LIMITED) == told("R-LAW-7", held, given) == []
    assert told("R-LAW-7", held, LIMITED) == []


def test_each_limit_is_told_of_its_own():
    two = table("service_types", *({"code": c, "label": c, "provider_restriction": {}} for c in ("foster", "adoption")))
    held = contract(service_type="foster"), contract(id="C-2", service_type="adoption")
    assert told("R-LAW-7", *held, provider(), two) == ["warning PR-1/assurances"] * 2


WHOLE = [seen(k) for k in CHECKLIST]
SERVICE = record("service", "SV-1", provider="PR-1", service_type="foster")


def test_the_checklist_is_that_of_the_council():
    assert CHECKLIST == (
        "care_inspectorate_registration", "public_liability_insurance", "employers_liability_insurance", "professional_indemnity_insurance", "abuse_insurance",
        "protecting_vulnerable_groups", "safeguarding_policy", "data_protection_terms", "financial_check", "business_continuity", "fair_work", "modern_slavery",
    )  # fmt: skip


@pytest.mark.parametrize("kind", CHECKLIST)
def test_every_assurance_of_the_checklist_is_held(kind):
    given = provider(*(a for a in WHOLE if a["kind"] != kind))
    assert told("R-LAW-8", given, SERVICE, LIMITED) == ["warning PR-1/assurances"]
    of_services_only = kind == "care_inspectorate_registration"
    unregistered = [
        [but(SERVICE, service_type="homes")],
        [but(SERVICE, provider="PR-2")],
        [but(SERVICE, voided={})],
        [],
    ]
    for beside in unregistered:
        assert told("R-LAW-8", given, *beside, LIMITED) == ([] if of_services_only else ["warning PR-1/assurances"])
    assert told("R-LAW-8", but(given, status="inactive"), SERVICE, LIMITED) == []
    assert told("R-LAW-8", but(given, organisation_kind="council_in_house"), SERVICE, LIMITED) == []
    assert told("R-LAW-8", but(given, organisation_kind="health_board"), SERVICE, LIMITED) == ["warning PR-1/assurances"]  # fmt: skip


@pytest.mark.parametrize(
    "more",
    [
        [], [seen("fair_work", valid_to="2026-11-23")], [seen("charitable_status", valid_to="2020-01-01")], [seen("other", result="not_satisfactory")],
    ],
    ids=str,
)  # fmt: skip
def test_another_that_holds_is_enough_and_what_is_not_asked_for_is_left_alone(more):
    assert told("R-LAW-8", provider(*WHOLE, *more), SERVICE, LIMITED) == []


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"valid_to": "2026-11-23"}, "ran out on 2026-11-23"), ({"result": "not_satisfactory"}, "is not satisfactory"), ({"result": "not_satisfactory", "valid_to": "2026-11-24"}, "is not satisfactory"),
        ({"valid_to": "2026-11-24"}, ""), ({"valid_to": None}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_an_assurance_that_has_run_out_is_told_once(bad, words):
    others = [a for a in WHOLE if a["kind"] != "fair_work"]
    found = findings("R-LAW-8", provider(*others, seen("fair_work", **bad), seen("fair_work", **bad)), SERVICE, LIMITED)
    assert [f.at.pointer for f in found] == ([f"/assurances/{len(others)}"] if words else [])
    assert all(words in f.message for f in found)


def keeps(code, kind="contract", **data):
    return {"code": code, "label": code.title(), "applies_to": [kind], **data}


TWO = table("retention", keeps("short"), keeps("long", counted_from="birth"))


def test_how_long_a_record_is_kept_is_chosen_where_there_is_a_choice():
    for status in STATES:
        expected = ["warning C-1/retention_class"] if status != "draft" else []
        assert told("R-LAW-9", contract(status), TWO) == expected, status
    assert told("R-LAW-9", record("delegation", "D-1", status="proposed"), table("retention", keeps("a", "delegation"), keeps("b", "delegation"))) == []  # fmt: skip
    assert told("R-LAW-9", contract(retention_class="short"), TWO) == told("R-LAW-9", contract(voided={}), TWO) == []
    assert told("R-LAW-9", contract(), table("retention", keeps("short"), keeps("long", "tender"))) == []
    assert told("R-LAW-9", contract(), table("retention", keeps("short"), keeps("short"))) == [], (
        "one class of two times"
    )
    assert told("R-LAW-9", shut("contract", "C-1", status="signed"), TWO) == []
    assert findings("R-LAW-9", contract(), TWO)[0].fix.endswith("one of long (Long); short (Short)")


@pytest.mark.parametrize(
    ("data", "beside", "children"),
    [
        ({"placement_specific": True}, [], True), ({"placement_specific": False}, [], False), ({}, [], False),
        *(({}, [record("placement", "P-1", contract="C-1", status=s)], s not in ("proposed", "not_proceeding")) for s in ("proposed", "not_proceeding", "authorised", "active", "closed")),
        ({}, [record("placement", "P-1", contract="C-1", status="active", voided={})], False), ({}, [record("placement", "P-1", contract="C-2", status="active")], False),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("counted_from", ["birth", "end_of_case_record", "end_of_contract"])
def test_where_children_were_placed_the_long_class_holds(data, beside, children, counted_from):
    classes = table("retention", keeps("short", counted_from="end_of_contract"), keeps("long", counted_from=counted_from))  # fmt: skip
    expected = ["warning C-1/retention_class"] if children and counted_from != "end_of_contract" else []
    assert told("R-LAW-9", contract(retention_class="short", **data), *beside, classes) == expected
    assert told("R-LAW-9", contract(retention_class="long", **data), *beside, classes) == []
