"""R-CON on registers in memory: Schedule C, signatures, copies, terms, call-offs, contracts of placements, endings, services on the first day."""

import pytest

from tests.rules.registers import but, findings, limits, record, shut, table, told

LIVE = ("ready_for_issue", "issued", "signed", "in_force")
ENDED = ("expired", "terminated", "closed")
BOUND = ("signed", "in_force", *ENDED)
STATES = ("draft", "withdrawn", *LIVE, *ENDED)


def contract(status="in_force", id="C-1", **data):
    return record("contract", id, **{"status": status, "provider": "PR-1", "start_date": "2026-05-01", "end_date": "2027-04-30", **data})  # fmt: skip


ONE = contract(placement_specific=True, schedule_c_required=True)
CHILD = record("placement", "P-1", contract="C-1", status="active")


@pytest.mark.parametrize(
    ("beside", "supplied"),
    [
        ([], False), ([CHILD], False), ([record("need_specification", "N-1", contract="C-1")], True), ([CHILD, record("need_specification", "N-1", placement="P-1")], True),
        ([CHILD, record("need_specification", "N-1", placement="P-2")], False), ([CHILD, record("need_specification", "N-1", placement="P-1", voided={})], False),
        ([but(CHILD, contract="C-2"), record("need_specification", "N-1", placement="P-1")], False),
    ],
)  # fmt: skip
def test_a_contract_for_one_placement_has_its_schedule_c(beside, supplied):
    for status in STATES:
        expected = ["error C-1/schedule_c_required"] if not supplied and status in LIVE else []
        assert told("R-CON-2", but(ONE, status=status), *beside) == expected, status
    assert told("R-CON-2", but(ONE, placement_specific=False), *beside) == told("R-CON-2", but(ONE, schedule_c_required=False), *beside) == []  # fmt: skip
    for f in findings("R-CON-2", ONE, *beside):
        assert [r.path for r in f.related] == [b.path for b in beside if b.data.get("contract") == "C-1"]


def signed(*parties, on="2026-05-01"):
    return {"signatures": [{"party": p, "date": on} for p in parties]}


@pytest.mark.parametrize(
    ("parties", "further", "lacking"),
    [
        (("council", "provider"), None, 0), (("council",), None, 1), (("provider",), None, 1), (("provider", "provider"), None, 1), (("council", "provider"), ["PR-2"], 1),
        (("council", "provider", "provider"), ["PR-2"], 0), (("witness",), None, 2), ((), None, 0),
    ],
)  # fmt: skip
def test_every_party_has_signed(parties, further, lacking):
    given = contract(further_providers=further, **signed(*parties))
    for status in STATES:
        expected = ["error C-1/signatures"] * (lacking if status in BOUND else 0)
        assert told("R-CON-5", but(given, status=status)) == expected, status


@pytest.mark.parametrize(("last", "late"), [("2026-05-01", False), ("2026-05-02", True)])
def test_a_contract_does_not_start_before_its_last_signature(last, late):
    both = [{"party": "council", "date": "2026-04-01"}, {"party": "provider", "date": last}]
    for status in STATES:
        expected = ["warning C-1/start_date"] if late and status in BOUND else []
        assert told("R-CON-5", contract(status, signatures=both)) == expected, status
    assert told("R-CON-5", contract(signatures=both, start_date=None)) == []


def test_who_holds_a_copy_is_named():
    for status in STATES:
        expected = ["warning C-1/copy_holders"] if status in LIVE[1:] else []
        assert told("R-CON-7", contract(status)) == told("R-CON-7", contract(status, copy_holders=[])) == expected
        assert told("R-CON-7", contract(status, copy_holders=["finance"])) == []


THEIRS = record("terms", "TC-1", origin="other_party")


def advice(**data):
    return record("notice", "NO-1", **{"contract": "C-1", "notice_kind": "terms_advice", "terms": "TC-1", "to_role": "lead_professional", "status": "sent", "sent_on": "2026-05-01", **data})  # fmt: skip


@pytest.mark.parametrize(
    ("notices", "advised"),
    [
        ([], False), ([advice()], True), ([advice(sent_on="2026-05-02")], False), ([advice(sent_on="2026-04-30")], True), ([advice(sent_on=None)], False), ([advice(status="acknowledged")], True),
        ([advice(status="prepared")], False), ([advice(terms="TC-2")], False), ([advice(notice_kind="copy")], False), ([advice(to_role="finance")], False), ([advice(contract="C-2")], False), ([advice(voided={})], False),
        *(([advice(to_role=r)], True) for r in ("service_manager", "team_leader", "psychologist")),
    ],
)  # fmt: skip
def test_terms_of_others_are_advised_on_before_the_first_signature(notices, advised):
    given = contract(terms="TC-1", signatures=[{"date": "2026-05-02"}, {"date": "2026-05-01"}])
    for status in STATES:
        expected = ["error C-1/terms"] if not advised and status in LIVE else []
        assert told("R-CON-9", but(given, status=status), THEIRS, *notices) == expected, status
    assert told("R-CON-9", given, but(THEIRS, origin="council"), *notices) == told("R-CON-9", given, *notices) == []
    late = [but(n, sent_on="2026-11-01") for n in notices if advised]
    assert told("R-CON-9", but(given, signatures=[]), THEIRS, *late) == ([] if advised else ["error C-1/terms"])


@pytest.mark.parametrize(
    ("data", "model", "passes"),
    [
        ({"contract_request": "A-1"}, False, False), ({"contract_request": "A-1"}, None, False), ({"contract_request": "A-1"}, True, True), ({"contract_request": "A-1", "terms_departure_reason": "Theirs."}, False, True),
        ({}, False, True), ({"contract_request": "A-1", "terms": None}, False, True),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_group_asked_for_is_on_model_terms(data, model, passes):
    for status in STATES:
        expected = ["error C-1/terms_departure_reason"] if not passes and status in LIVE else []
        assert told("R-CON-10", contract(status, **{"terms": "TC-1", **data}), record("terms", "TC-1", model=model)) == expected, status  # fmt: skip


OPTION = {"months": 12}
FRAME = contract(id="C-9", contract_type="framework", start_date="2026-05-01", end_date="2026-12-31", extensions=[OPTION])  # fmt: skip


@pytest.mark.parametrize(
    ("data", "frame", "expected"),
    [
        ({}, {}, []), ({}, {"contract_type": "spot"}, ["/framework"]), ({}, {"voided": {}}, ["/framework"]), ({}, {"contract_type": "spot", "provider": "PR-2"}, ["/framework"]),
        *(({}, {"status": s}, [] if s in BOUND else ["/framework"]) for s in STATES), ({}, {"status": "draft", "provider": "PR-2"}, ["/framework", "/provider"]),
        ({"provider": "PR-2"}, {}, ["/provider"]), ({"provider": "PR-2"}, {"further_providers": ["PR-2"]}, []), ({"further_providers": ["PR-2"]}, {}, ["/provider"]),
        ({"start_date": "2026-04-30"}, {}, ["/start_date"]), ({"start_date": "2026-12-31"}, {}, []), ({"start_date": "2027-01-01"}, {}, ["/start_date"]), ({"start_date": "2027-01-01"}, {"extensions": [{**OPTION, "used_on": "2026-10-01"}]}, []),
        ({"start_date": None}, {}, []), ({"start_date": "2020-01-01"}, {"start_date": None}, []), ({"start_date": "2030-01-01", "end_date": None}, {"end_date": None}, []),
        ({"end_date": "2027-12-31"}, {}, []), ({"end_date": "2028-01-01"}, {}, ["/end_date"]), ({"end_date": "2027-01-01"}, {"extensions": []}, ["/end_date"]), ({"end_date": None}, {}, []),
        ({"end_date": "2027-12-31", "extensions": [{"months": 1, "used_on": "2026-10-01"}]}, {}, ["/end_date"]), ({"contract_type": "spot", "provider": "PR-2"}, {}, []), ({"framework": None, "provider": "PR-2"}, {}, []),
    ],
    ids=str,
)  # fmt: skip
def test_a_call_off_fits_its_framework(data, frame, expected):
    given = contract(**{"contract_type": "call_off", "framework": "C-9", **data})
    for status in STATES:
        asked = status not in ("draft", "withdrawn")
        assert told("R-CON-11", but(given, status=status), but(FRAME, **frame)) == ([f"error C-1{p}" for p in expected] if asked else []), status  # fmt: skip


def test_a_framework_that_was_ended_early_is_in_force_until_then():
    done = record("contract_termination", "CT-1", contract="C-9", status="terminated", terminated_on="2026-06-30", notice={"effective_on": "2026-07-31"})  # fmt: skip
    for start, expected in (("2026-06-30", []), ("2026-07-01", ["error C-1/start_date"])):
        given = contract(contract_type="call_off", framework="C-9", start_date=start)
        assert told("R-CON-11", given, but(FRAME, status="terminated"), done) == expected


TYPES = table("resource_types", {"code": "own", "in_house": True, "effective_from": "2026-05-01"}, {"code": "own", "effective_to": "2026-04-30"}, {"code": "home"})  # fmt: skip
MADE = ("authorised", "contracted", "active", "ended", "closed")


@pytest.mark.parametrize("status", ["proposed", *MADE])
@pytest.mark.parametrize("emergency", [True, False, None])
def test_a_placement_with_another_provider_names_its_contract(status, emergency):
    bought = record("placement", "P-1", status=status, resource_type="home", start_date="2026-05-01", emergency=emergency)  # fmt: skip
    asked = status in ("contracted", "closed") or (status in ("active", "ended") and not emergency)
    expected = ["error P-1/contract"] if asked else []
    assert told("R-CON-12", bought, TYPES) == told("R-CON-12", but(bought, resource_type="other"), TYPES) == expected
    assert told("R-CON-12", but(bought, contract="C-1"), TYPES) == []
    own = but(bought, resource_type="own")
    assert told("R-CON-12", own, TYPES) == []
    assert told("R-CON-12", but(own, contract="C-1"), TYPES) == (["error P-1/contract"] if status in MADE else [])
    assert told("R-CON-12", but(own, start_date="2026-04-30"), TYPES) == expected, "it was not the council's own then"
    both = record("placement", "P-2", **but(own, start_date="2026-04-30").data), own
    assert told("R-CON-12", *both, TYPES) == [e.replace("P-1", "P-2") for e in expected]
    for other in (but(bought, start_date=None), but(bought, resource_type=7), but(bought, voided={}), shut("placement", "P-1", **bought.data)):  # fmt: skip
        assert told("R-CON-12", other, TYPES) == []


AHEAD = limits(renewal_notice=30)
LAST = "2026-12-24"
"""The thirtieth day from the one on which the rules look."""


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"end_date": LAST}, "/end_date"), ({"end_date": "2026-12-25"}, ""), ({"end_date": "2026-11-24"}, "/end_date"), ({"end_date": "2026-11-23"}, ""), ({"end_date": None}, ""),
        ({"end_date": "2026-11-24", "extensions": [{"months": 1, "used_on": "2026-10-01"}]}, "/end_date"), ({"end_date": "2026-12-24", "extensions": [{"months": 1, "used_on": "2026-10-01"}]}, ""),
        *(({"extensions": [{"months": 1, "notice_by": d}]}, p) for d, p in ((LAST, "/extensions/0/notice_by"), ("2026-12-25", ""), ("2026-11-24", "/extensions/0/notice_by"), ("2026-11-23", ""), (None, ""))),
        ({"extensions": [{"notice_by": LAST, "used_on": "2026-10-01"}]}, ""), ({"extensions": [{"notice_by": LAST}, {"notice_by": "2026-12-01"}]}, "/extensions/1/notice_by"),
        ({"end_date": LAST, "extensions": [{"notice_by": LAST}]}, "/end_date"), ({"end_date": LAST, "placement_specific": True}, ""), ({"end_date": LAST, "placement_specific": False}, "/end_date"),
    ],
    ids=str,
)  # fmt: skip
def test_what_follows_is_decided_in_time(data, place):
    for status in STATES:
        expected = [f"warning C-1{place}"] if place and status in ("signed", "in_force") else []
        assert told("R-CON-13", contract(status, **data), AHEAD) == expected, status
    assert told("R-CON-13", contract(**data)) == []


def decision(**data):
    return record("sourcing_decision", "SD-1", **{"status": "decided", "service_type": "foster", "decision": {"on": "2026-05-02"}, **data})  # fmt: skip


NEXT = contract("draft", "C-2", successor_of="C-1", start_date="2027-01-01")


@pytest.mark.parametrize(
    ("beside", "decided"),
    [
        ([decision()], True), ([decision(decision={"on": "2026-05-01"})], False), ([decision(service_type="homes")], False), ([decision(status="draft")], False), ([decision(voided={})], False),
        ([decision(), contract("signed", "C-3", sourcing_decision="SD-1")], False), ([decision(), contract("withdrawn", "C-3", sourcing_decision="SD-1")], True),
        ([NEXT], True), ([but(NEXT, status="withdrawn")], False), ([but(NEXT, successor_of="C-3")], False), ([but(NEXT, voided={})], False), ([contract("draft", "C-2", framework="C-1")], False),
    ],
)  # fmt: skip
def test_what_counts_as_decided(beside, decided):
    given = contract(end_date=LAST, service_type="foster")
    assert told("R-CON-13", given, AHEAD, *beside) == ([] if decided else ["warning C-1/end_date"])
    undated = told("R-CON-13", but(given, start_date=None), AHEAD, decision(decision={"on": "2020-01-01"}))
    assert undated == [], "of one that has no first day any decision may be the next"


SERVICE = record("service", "SV-1", service_type="homes", registration_number="CS2003000001")
REGISTERED = table("service_types", {"code": "homes", "registered": True, "effective_from": "2026-05-01"}, {"code": "club"})  # fmt: skip


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, ""), ({"registration_number": None}, "has no registration"), ({"registration_number": None, "not_registered_reason": "None needed."}, ""), ({"registered_on": "2026-05-01"}, ""),
        ({"registered_on": "2026-05-02"}, "was not registered yet"), ({"registration_ended_on": "2026-05-01"}, ""), ({"registration_ended_on": "2026-04-30"}, "was no longer registered"),
        ({"registration_number": None, "service_type": "club"}, ""), ({"registration_number": None, "service_type": "other"}, ""),
    ],
    ids=str,
)  # fmt: skip
def test_services_are_registered_on_the_first_day(data, words):
    given = contract(services=["SV-9", "SV-1"])
    for status in STATES:
        found = findings("R-CON-14", but(given, status=status), but(SERVICE, **data), REGISTERED)
        assert [f.at.pointer for f in found] == (["/services/1"] if words and status in LIVE else []), status
        assert all(words in f.message for f in found)
    assert told("R-CON-14", but(given, start_date=None), but(SERVICE, **data), REGISTERED) == []
    if "registration_number" in data:
        assert told("R-CON-14", but(given, start_date="2026-04-30"), but(SERVICE, **data), REGISTERED) == []


def inspected(*grades, on="2026-05-01", id="IN-1", **data):
    given = [{"scheme": s, "item": i, "grade": g} for s, i, g in grades]
    return record("inspection", id, **{"service": "SV-1", "published_on": on, "grades": given, **data})


LOW = limits(low_grade=2)
CARE, SAFE = ("six", "care"), ("six", "safety")


@pytest.mark.parametrize(
    ("inspections", "weak"),
    [
        ([], ""), ([inspected((*CARE, 2))], "2 IN-1"), ([inspected((*CARE, 3))], ""), ([inspected((*CARE, 1), on="2026-05-02")], ""), ([inspected((*CARE, 1), on=None)], ""), ([inspected((*CARE, "1"))], ""),
        ([inspected((*CARE, 5), (*SAFE, 1))], "1 IN-1"), ([inspected((*CARE, 1), on="2026-04-01"), inspected((*CARE, 5), id="IN-2")], ""), ([inspected((*CARE, 1), on="2026-04-01"), inspected((*SAFE, 5), id="IN-2")], "1 IN-1"),
        ([inspected((*CARE, 1), on="2026-04-01"), inspected(("four", "care", 5), id="IN-2")], "1 IN-1"), ([inspected((*CARE, 5)), inspected((*CARE, 1), on="2026-04-01", id="IN-2")], ""),
        ([inspected((*CARE, 1)), inspected((*CARE, 5), id="IN-2")], "1 IN-1"), ([inspected((*CARE, 2), service="SV-2")], ""), ([inspected((*CARE, 2), voided={})], ""),
        ([inspected((*CARE, 2)), inspected((*SAFE, 1), on="2026-04-01", id="IN-2")], "1 IN-2"), ([inspected((*CARE, 2)), inspected((*SAFE, 2), on="2026-04-01", id="IN-0")], "2 IN-0"),
    ],
)  # fmt: skip
def test_no_grade_that_stood_on_the_first_day_was_weak(inspections, weak):
    found = findings("R-CON-14", contract(services=["SV-1"]), SERVICE, LOW, *inspections)
    assert [f"{f.message.split('grade of ')[1][0]} {f.related[0].path.removesuffix('.yaml')}" for f in found] == ([weak] if weak else [])  # fmt: skip
    assert told("R-CON-14", contract(services=["SV-1"]), SERVICE, *inspections) == []
