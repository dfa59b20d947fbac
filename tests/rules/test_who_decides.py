"""R-ROL on registers in memory: which role decides which step, by whom it is proposed, and what the manager needs a second for."""

import pytest

from tests.rules.registers import but, record, shut, table, told_of_change

FIELDS = ("decision", "approval", "adoption", "award", "criteria_approved", "acceptance", "granted_by")
"""Where records say who decided."""


def strategy(status="adopted", **data):
    return record("strategy", "ST-1", status=status, **data)


def step(row, before, after, *beside, actor=""):
    return told_of_change(row, [before, *beside] if before else beside, [after, *beside], actor)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    ("role", "may"),
    [("chief_officer", True), ("committee", True), ("ccm", True), ("finance", False), ("ccm_delegate", False)],
)
def test_the_role_that_decided_is_one_that_may(name, role, may):
    group = {name: {"by_role": role, "on": "2026-11-24"}}
    expected = [] if may else [f"error ST-1/{name}/by_role"]
    assert step("R-ROL-1", strategy("draft"), strategy(**group)) == expected
    assert step("R-ROL-1", strategy("draft", **{name: {"by_role": "ccm"}}), strategy(**group)) == expected
    assert step("R-ROL-1", strategy("draft", **group), strategy(**group)) == [], "it said so before"
    assert step("R-ROL-1", strategy("draft"), strategy(**group, voided={})) == []
    assert step("R-ROL-1", strategy("adopted"), strategy(**group)) == [], "no step is taken"
    assert step("R-ROL-1", strategy("withdrawn"), strategy(**group)) == [], "that step does not exist"
    assert step("R-ROL-1", None, strategy(**group)) == [], "a new record takes no step"
    assert step("R-ROL-1", strategy("adopted"), strategy("superseded", **group)) == [], "a fact that is entered, no decision"  # fmt: skip


def right(**data):
    return {
        "code": "x",
        "applies_to": "strategy",
        "to_status": "adopted",
        "approvals": [{"any_of": ["finance"]}],
        **data,
    }


@pytest.mark.parametrize(
    ("entry", "may"),
    [
        (right(), True), (right(applies_to="tender"), False), (right(to_status="withdrawn"), False), (right(approvals=[]), False),
        (right(approvals=[{"any_of": ["ccm"]}, {"any_of": ["crg", "finance"]}]), True), (right(effective_from="2026-11-24"), True),
        (right(effective_from="2026-11-25"), False), (right(effective_to="2026-11-23"), False),
    ],
    ids=str,
)  # fmt: skip
def test_the_table_of_decision_rights_adds_roles(entry, may):
    after = strategy(decision={"by_role": "finance"})
    found = step("R-ROL-1", strategy("draft"), after, table("decision_rights", entry))
    assert found == ([] if may else ["error ST-1/decision/by_role"])


@pytest.mark.parametrize(
    ("entry", "may"),
    [({"code": "head", "acts_as": "chief_officer"}, True), ({"code": "head", "acts_as": "finance"}, False), ({"code": "other", "acts_as": "ccm"}, False), ({"code": "head"}, False)],
    ids=str,
)  # fmt: skip
def test_a_role_that_acts_as_another_decides_as_that_one(entry, may):
    after = strategy(decision={"by_role": "head"})
    found = step("R-ROL-1", strategy("draft"), after, table("roles", entry))
    assert found == ([] if may else ["error ST-1/decision/by_role"])


def post(id, *roles):
    return record("post", id, from_="2020-01-01", roles=[{"role": r} for r in roles])


def person(id, *posts):
    return record("person", id, posts=[{"post": p, "from": "2020-01-01"} for p in posts])


MANAGER, GROUP, OFFICER = post("manager", "ccm"), post("group", "crg"), post("officer", "contracts_officer")
PEOPLE = MANAGER, GROUP, OFFICER, person("s1", "manager"), person("s2", "group"), person("s3", "officer", "gone")


@pytest.mark.parametrize(
    ("actor", "expected"), [("s1", []), ("s2", ["error ST-1/status"]), ("s9", ["error ST-1/status"]), ("", [])]
)
def test_a_fact_is_entered_by_somebody_with_a_role_for_it(actor, expected):
    assert step("R-ROL-1", strategy("adopted"), strategy("superseded"), *PEOPLE, actor=actor) == expected


@pytest.mark.parametrize(("actor", "expected"), [("s1", ["error ST-1/status"]), ("s3", []), ("", [])])
def test_somebody_else_than_the_proposer_could_decide(actor, expected):
    assert step("R-ROL-1", strategy("draft"), strategy(), *PEOPLE, actor=actor) == expected
    second = person("s4", "manager")
    assert step("R-ROL-1", strategy("draft"), strategy(), *PEOPLE, second, actor=actor) == []
    assert step("R-ROL-1", strategy("draft"), strategy(), actor=actor) == [], "nobody is entered yet"
    nobody = (OFFICER, person("s3", "officer"))
    assert step("R-ROL-1", strategy("draft"), strategy(), *nobody, actor=actor) == (["error ST-1/status"] if actor else [])  # fmt: skip


@pytest.mark.parametrize("name", ["decided_by", "budget_holder"])
@pytest.mark.parametrize(
    ("value", "actor", "refused"),
    [("officer", "s3", True), ("officer", "s1", False), ("group", "s3", False), ("gone", "s3", False), (7, "s3", False), ("officer", "", False)],
)  # fmt: skip
def test_whoever_holds_the_deciding_post_does_not_propose_it(name, value, actor, refused):
    given = record("authorisation", "A-1", status="approved", **{name: value})
    expected = [f"error A-1/{name}"] if refused else []
    assert step("R-ROL-1", but(given, status="submitted"), given, *PEOPLE, actor=actor) == expected
    hidden = shut("authorisation", "A-1", **given.data)
    assert step("R-ROL-1", but(given, status="submitted"), hidden, *PEOPLE, actor=actor) == []


ASSESSED = record("risk_assessment", "RA-1", status="decided")
ASKED = record("contract_termination", "CT-1", status="decided")


@pytest.mark.parametrize(
    ("after", "actor", "expected"),
    [
        (but(ASSESSED, assessed_by="ccm", decision={"by_role": "ccm"}), "", ["warning RA-1/decision/by_role"]),
        (but(ASSESSED, assessed_by="ccm", decision={"by_role": "lead_professional"}), "", []), (but(ASSESSED, assessed_by="ccm"), "", []),
        (but(ASSESSED, assessed_by="lead_professional", decision={"by_role": "ccm"}), "", []), (but(ASSESSED, decision={"by_role": "ccm"}), "", []),
        (but(ASKED, request={"by_role": "ccm"}, decision={"by_role": "ccm"}), "", ["warning CT-1/decision/by_role"]),
        (but(ASKED, request={"by_role": "ccm"}, approval={"by_role": "ccm"}, decision={"by_role": "committee"}), "", ["warning CT-1/approval/by_role"]),
        (but(ASKED, request={"by_role": "team_leader"}, decision={"by_role": "ccm"}), "", []), (but(ASKED, request="ccm", decision={"by_role": "ccm"}), "", []),
        (but(ASKED, decision={"by_role": "ccm"}), "s1", ["warning CT-1/decision/by_role"]), (ASKED, "s1", ["warning CT-1/status"]),
        (but(ASKED, decision={"by_role": "committee"}), "s1", []), (but(ASKED, decision={"by_role": "ccm"}), "s3", []),
        (but(ASKED, request={"by_role": "ccm"}, decision={"by_role": "ccm"}), "s3", []), (but(ASKED, decision={"by_role": "ccm"}, voided={}), "s1", []),
    ],
)  # fmt: skip
def test_what_comes_from_the_manager_is_decided_by_somebody_else(after, actor, expected):
    before = record(after.kind, after.id, status={"CT-1": "reviewed", "RA-1": "assessed"}[after.id])
    assert step("R-ROL-2", before, after, *PEOPLE, actor=actor) == expected
    assert step("R-ROL-2", but(after, status="decided", title="Before"), after, *PEOPLE, actor=actor) == [], "no step"


def test_a_table_of_policy_that_the_manager_changes_needs_a_second():
    old, new = table("holidays", {"date": "2026-01-01"}), table("holidays", {"date": "2027-01-01"})
    assert step("R-ROL-2", old, new, *PEOPLE, actor="s1") == ["warning holidays"]
    assert step("R-ROL-2", old, but(new, adoption={"by_role": "committee"}), *PEOPLE, actor="s1") == []
    assert step("R-ROL-2", old, new, *PEOPLE, actor="s3") == step("R-ROL-2", old, new, *PEOPLE) == []
    assert step("R-ROL-2", strategy("draft"), strategy("draft", title="New"), *PEOPLE, actor="s1") == []
    assert step("R-ROL-2", strategy("adopted"), strategy("superseded"), *PEOPLE, actor="s1") == [], "a fact"
