"""R-SPEC: the chain to outcomes, evidence, who took part, which versions contracts stand on, and inspection reports."""

import pytest

from tests.rules.registers import but, record, table, told, told_of_change

STATES = ("draft", "with_ccm", "approved", "superseded", "withdrawn")
COMPLETE, APPROVED = STATES[1:4], STATES[2:4]


def spec(status="approved", id="S-1/v1", **data):
    return record("specification", id, status=status, **data)


def entry(id, *supports, **more):
    return {"id": id, **({"supports": list(supports)} if supports else {}), **more}


CHAIN = {
    "standards": [entry("S")], "outcomes": [entry("O")], "milestones": [entry("M", "O")], "measures": [entry("A", "S"), entry("B", "M"), entry("C", "O")],
}  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ({}, []), ({"outcomes": [entry("S")]}, ["/outcomes/0/id", "/milestones/0/supports/0", "/measures/2/supports/0"]), ({"milestones": [entry("M", "S")]}, ["/milestones/0/supports/0"]),
        ({"milestones": [entry("M", "O", "M")]}, ["/milestones/0/supports/1"]), ({"measures": [entry("A", "A")]}, ["/measures/0/supports/0"]), ({"measures": [entry("A", "S", "X")]}, ["/measures/0/supports/1"]),
        ({"measures": [entry("A", "S"), entry("A", "O")]}, ["/measures/1/id"]), ({"measures": [entry("M", "O")]}, ["/measures/0/id"]), ({"standards": None}, ["/measures/0/supports/0"]), ({"measures": [entry("A")]}, []),
    ],
)  # fmt: skip
def test_links_lead_to_outcomes(parts, expected):
    for status in STATES:
        given = spec(status, **{**CHAIN, **parts})
        assert told("R-SPEC-5", given) == ([f"error S-1/v1{p}" for p in expected] if status in COMPLETE else []), status


def measure(id, kind, *supports):
    return entry(id, *supports, measure_type=kind)


@pytest.mark.parametrize(
    ("measures", "place"),
    [
        ([measure("A", "input", "O")], "/measures"), ([measure("A", "input", "O"), measure("B", "process")], "/outcomes/0"), ([measure("A", "input", "M"), measure("B", "process")], "/outcomes/0"),
        ([measure("A", "input", "O"), measure("B", "process", "O")], ""), ([measure("A", "input", "O"), measure("B", "process", "M")], ""), ([measure("A", "input", "S"), measure("B", "process")], ""), ([], ""),
        ([measure("A", "input", "O", "M"), measure("B", "outcome", "S")], "/outcomes/0"), ([measure("A", "input"), measure("B", "input")], "/measures"),
    ],
)  # fmt: skip
def test_inputs_are_no_evidence(measures, place):
    for status in STATES:
        given = spec(status, **{**CHAIN, "measures": measures})
        assert told("R-SPEC-6", given) == ([f"error S-1/v1{place}"] if place and status in COMPLETE else []), status


@pytest.mark.parametrize(
    ("measures", "wrong", "beside"),
    [
        ([measure("A", "satisfaction", "O")], ["/measures/0/supports/0"], False), ([measure("A", "satisfaction", "S", "M")], ["/measures/0/supports/1"], False), ([measure("A", "satisfaction", "S")], [], False),
        ([measure("A", "satisfaction", "S"), measure("B", "outcome", "O")], [], True), ([measure("A", "satisfaction"), measure("B", "milestone", "M")], [], True), ([measure("A", "satisfaction"), measure("B", "process")], [], False), ([measure("B", "process", "O")], [], True),
    ],
)  # fmt: skip
def test_satisfaction_shows_no_outcome(measures, wrong, beside):
    for status in STATES:
        expected = [f"error S-1/v1{p}" for p in wrong] if status in COMPLETE else []
        expected += ["warning S-1/v1/measures"] if not beside and status in STATES[1:3] else []
        assert told("R-SPEC-7", spec(status, **{**CHAIN, "measures": measures})) == expected, status


def consulted(group, date="2026-05-01"):
    return {"group": group, "date": date}


BOTH = [consulted("service_users"), consulted("providers")]
ROLES = table("roles", {"code": "team_leader", "acts_as": "lead_professional"}, {"code": "finance"})


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, []), ({"developed_by": ["ccm", "team_leader"]}, []), ({"developed_by": ["ccm"]}, ["/developed_by"]), ({"developed_by": ["lead_professional"]}, ["/developed_by"]), ({"developed_by": ["finance"]}, ["/developed_by"] * 2), ({"developed_by": []}, []),
        ({"consultations": BOTH[1:]}, ["/service_users_not_consulted_reason"]), ({"consultations": BOTH[:1]}, ["/providers_not_consulted_reason"]), ({"consultations": None}, ["/consultations"] * 2),
        ({"consultations": BOTH[1:], "service_users_not_consulted_reason": "x"}, []), ({"consultations": BOTH[:1], "providers_not_consulted_reason": "x"}, []), ({"approval": {"on": "2026-04-30"}}, ["/service_users_not_consulted_reason", "/providers_not_consulted_reason"]),
        ({"approval": {}}, []), ({"consultations": [*BOTH[:1], consulted("providers", None)]}, ["/providers_not_consulted_reason"]),
    ],
    ids=str,
)  # fmt: skip
def test_a_specification_is_developed_together(data, expected):
    for status in STATES:
        after = spec(status, **{"developed_by": ["ccm", "lead_professional"], "consultations": BOTH, "approval": {"on": "2026-05-01"}, **data})  # fmt: skip
        told_of = [f"error S-1/v1{p}" for p in expected] if status in APPROVED else []
        assert told_of_change("R-SPEC-8", [spec("draft"), ROLES], [after, ROLES]) == told_of, status
        assert told_of_change("R-SPEC-8", [ROLES], [but(after, voided={}), ROLES]) == []
        assert told_of_change("R-SPEC-8", [but(after, title="x"), ROLES], [after, ROLES]) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({}, []), ({"team_consulted": None}, ["/team_consulted"]), ({"team_consulted": {}}, ["/team_consulted"]), ({"team_consulted": "yes"}, ["/team_consulted"]), ({"team_consulted": {"not_consulted_reason": "x"}}, []),
        ({"sources": []}, ["/sources"]), ({"sources": None, "team_consulted": None}, ["/team_consulted", "/sources"]),
    ],
    ids=str,
)  # fmt: skip
def test_sources_are_recorded(data, expected):
    for status in STATES:
        given = spec(status, **{"team_consulted": {"on": "2026-05-01"}, "sources": [{"kind": "plan"}], **data})
        assert told("R-SPEC-9", given) == ([f"warning S-1/v1{p}" for p in expected] if status in STATES[1:3] else []), status  # fmt: skip


READY = ("ready_for_issue", "issued", "signed", "in_force", "expired", "terminated", "closed")


@pytest.mark.parametrize("status", [*STATES, "voided"])
def test_contracts_cite_approved_versions(status):
    version = spec("approved", voided={}) if status == "voided" else spec(status)
    for state in ("draft", *READY):
        expected = ["error C-1/schedule_a"] if status not in APPROVED and state in READY else []
        assert told("R-SPEC-10", version, record("contract", "C-1", status=state, schedule_a="S-1/v1")) == expected, state  # fmt: skip
    for state in ("draft", "approved", "signed"):
        expected = ["error V-1/specification"] if status not in APPROVED and state != "draft" else []
        assert told("R-SPEC-10", version, record("variation", "V-1", status=state, specification="S-1/v1")) == expected
    assert told("R-SPEC-10", record("contract", "C-1", status="signed", schedule_a="S-1/v1")) == []


FREE = ("status", "review_due", "review_history", "retention_class", "exceptions", "legacy", "voided")


@pytest.mark.parametrize(
    ("beside", "bound"),
    [
        *(([record("contract", "C-1", status=s, schedule_a="S-1/v1")], s in READY[1:]) for s in ("draft", *READY)), *(([record("variation", "V-1", status=s, specification="S-1/v1")], s == "signed") for s in ("approved", "signed")),
        ([record("contract", "C-1", status="signed", schedule_a="S-1/v2")], False), ([record("contract", "C-1", status="signed", schedule_a="S-1/v1", voided={})], False), ([], False),
    ],
)  # fmt: skip
def test_a_version_on_which_a_contract_stands_does_not_change(beside, bound):
    for status in STATES:
        before = spec(status, title="old")
        stands = bound and status in APPROVED
        for changed in ({"title": "new"}, {"title": None}, {"scope": "new"}):
            name = next(iter(changed))
            expected = [f"error S-1/v1/{name}"] if stands else []
            assert told_of_change("R-SPEC-10", [before, *beside], [but(before, **changed), *beside]) == expected, status
        assert told_of_change("R-SPEC-10", [before, *beside], beside) == (["error S-1/v1"] if stands else []), status
        for name in FREE:
            assert told_of_change("R-SPEC-10", [before, *beside], [but(before, **{name: "new"}), *beside]) == [], name


@pytest.mark.parametrize(("due", "late"), [("2026-11-24", False), ("2026-11-23", True), (None, False)])
def test_it_is_looked_at_again_by_its_day(due, late):
    for status in STATES:
        expected = ["warning S-1/v1/review_due"] if late and status == "approved" else []
        assert told("R-SPEC-11", spec(status, review_due=due)) == expected


TYPES = table("service_types", {"code": "homes", "registered": True, "effective_from": "2026-05-01"}, {"code": "club"}, {"code": "day", "registered": False})  # fmt: skip


@pytest.mark.parametrize(
    ("data", "lacks"),
    [
        ({}, True), ({"inspection_reports_required": True}, False), ({"inspection_reports_required": False}, True), ({"service_type": "club"}, False), ({"service_type": "day"}, False), ({"service_type": None}, False),
        ({"effective_from": "2026-04-30"}, False), ({"effective_from": "2026-05-01"}, True), ({"effective_from": None}, True),
    ],
    ids=str,
)  # fmt: skip
def test_inspection_reports_are_asked_for(data, lacks):
    for status in STATES:
        given = spec(status, **{"service_type": "homes", "effective_from": "2026-05-01", **data})
        expected = ["error S-1/v1/inspection_reports_required"] if lacks and status in APPROVED else []
        assert told("R-SPEC-12", given, TYPES) == expected, status


@pytest.mark.parametrize(
    ("service", "version", "start", "lacks"),
    [
        ({"service_type": "homes"}, {}, "2026-05-01", True), ({"service_type": "homes"}, {}, "2026-04-30", False), ({"service_type": "homes"}, {}, None, True), ({"service_type": "club"}, {}, "2026-05-01", False),
        ({"service_type": "club", "registration_number": "CS1"}, {}, "2026-05-01", True), ({"service_type": "homes"}, {"inspection_reports_required": True}, "2026-05-01", False),
        ({"service_type": "homes"}, {"service_type": "homes", "effective_from": "2026-05-01"}, "2026-05-01", False), ({"service_type": "homes"}, {"service_type": "homes", "effective_from": "2026-04-30"}, "2026-05-01", True),
    ],
)  # fmt: skip
def test_a_contract_for_a_registered_service_stands_on_one_that_asks_for_them(service, version, start, lacks):
    version = spec("draft", **{"service_type": "club", **version})
    for state in ("draft", *READY):
        given = record("contract", "C-1", status=state, schedule_a="S-1/v1", start_date=start, services=["SV-9", "SV-1"])  # fmt: skip
        expected = ["error C-1/services/1"] if lacks and state in READY[:4] else []
        assert told("R-SPEC-12", given, version, record("service", "SV-1", **service), TYPES) == expected, state
    assert told("R-SPEC-12", given, record("service", "SV-1", **service), TYPES) == []
