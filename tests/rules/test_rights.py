"""Who may decide what: delegations by day, scope and limit; what a decision is about and commits; which entry of policy fits it."""

from datetime import date
from decimal import Decimal

import pytest

from ccm_site.model import Key, Record, Register, Seal
from ccm_site.rules.rights import (
    Asked,
    RolesHeld,
    asked_for,
    category_of,
    decision_entry,
    facts_of,
    held_on,
    outside,
    reaches,
    value_of,
    who_may,
)

DAY = date(2026, 11, 24)


def record(kind, id, seal=None, **data):
    return Record(Key(kind, id), f"{kind}/{id}.yaml", {"kind": kind, "id": id, **data}, "", seal)


def register(*records):
    return Register({r.key: r for r in records})


def pounds(amount, **more):
    return {"amount": amount, "vat_basis": "excluded", **more}


def delegation(**data):
    return record("delegation", "D-1", **{"status": "active", "post": "depute", "role": "ccm_delegate", **data})


@pytest.mark.parametrize(
    ("data", "held"),
    [
        ({}, True), ({"status": "ended"}, True), ({"status": "proposed"}, False), ({"status": "refused"}, False), ({"voided": {}}, False),
        ({"from": "2026-11-24"}, True), ({"from": "2026-11-25"}, False), ({"to": "2026-11-24"}, True), ({"to": "2026-11-23"}, False),
        ({"ended_on": "2026-11-24"}, True), ({"ended_on": "2026-11-23"}, False), ({"ended_on": "2026-11-23", "to": "2027-01-01"}, False),
    ],
    ids=str,
)  # fmt: skip
def test_a_delegation_stands_by_its_days_and_state(data, held):
    assert held_on(delegation(**data), DAY) is held


@pytest.mark.parametrize(
    ("scope", "facts", "lies"),
    [
        (None, {"service_types": {"a"}}, ""), ({}, {}, ""), ({"service_types": ["a", "b"]}, {"service_types": {"b"}}, ""),
        ({"service_types": ["a"]}, {"service_types": {"b"}}, "service_types"), ({"service_types": ["a"]}, {"service_types": set()}, "service_types"),
        ({"service_types": ["a"]}, {}, ""), ({"contracts": ["C-1"], "service_types": ["a"]}, {"contracts": {"C-1"}, "service_types": {"b"}}, "service_types"),
    ],
    ids=str,
)  # fmt: skip
def test_what_a_scope_takes_in(scope, facts, lies):
    assert outside(delegation(scope=scope), facts) == lies
    known = {n: v for n, v in facts.items() if v}
    assert outside(delegation(scope=scope), facts, unknown_passes=True) == (lies if known.get(lies) else "")


@pytest.mark.parametrize(
    ("limit", "value", "covers"),
    [("100.00", "100.00", True), ("100.00", "100.01", False), (None, "1.00", False), ("100.00", None, False)],
)
def test_a_limit_reaches_the_very_amount(limit, value, covers):
    held = delegation(limit=pounds(limit) if limit else None)
    assert reaches(held, Decimal(value) if value else None) is covers


CONTRACT = record(
    "contract", "C-1", purchase_category="B", service_type="foster_care", estimated_value=pounds("900.00"), finance={"cost_centre": "CC-1"}
)  # fmt: skip
PLACEMENT = record(
    "placement", "P-1", purchase_category="C", resource_type="flat", start_date="2026-05-01", contract="C-1"
)
TYPES = record("resource_types", "resource_types", entries=[
    {"code": "flat", "service_type": "lodgings", "effective_from": "2026-01-01"}, {"code": "house", "service_type": "homes"},
    {"code": "flat", "service_type": "earlier", "effective_to": "2025-12-31"}, {"code": "none"},
])  # fmt: skip
WHOLE = register(CONTRACT, PLACEMENT, TYPES)


def test_what_a_decision_about_a_contract_is_about():
    wanted = {
        "decisions": {"issue_contract"}, "purchase_categories": {"B"}, "service_types": {"foster_care"}, "contracts": {"C-1"},
        "cost_centres": {"CC-1"},
    }  # fmt: skip
    assert facts_of(WHOLE, CONTRACT, ["issue_contract"]) == wanted
    assert facts_of(WHOLE, record("variation", "V-1", contract="C-1"), ["issue_contract"]) == wanted
    bare = record("contract", "C-2")
    assert facts_of(WHOLE, bare) == {
        "decisions": set(), "purchase_categories": set(), "service_types": set(), "contracts": {"C-2"}, "cost_centres": set(),
    }  # fmt: skip
    assert facts_of(WHOLE, record("tender", "T-1", service_type="x")) == {"decisions": set(), "service_types": {"x"}}
    assert facts_of(WHOLE, record("tender", "T-1")) == {"decisions": set(), "service_types": set()}
    assert facts_of(WHOLE, record("strategy", "ST-1")) == {"decisions": set()}


def test_what_an_authorisation_is_about():
    given = record("authorisation", "A-1", placement="P-1", cost_centre="CC-9")
    assert facts_of(WHOLE, given) == {
        "decisions": set(), "purchase_categories": {"C"}, "cost_centres": {"CC-9"}, "service_types": {"lodgings"}, "contracts": {"C-1"},
    }  # fmt: skip
    untyped = register(CONTRACT, record("placement", "P-1", resource_type="none", start_date="2026-05-01"), TYPES)
    assert facts_of(untyped, given)["service_types"] == set()
    shut = register(CONTRACT, record("placement", "P-1", Seal("K", "-", shut="no key"), contract="C-1"), TYPES)
    assert facts_of(shut, given)["contracts"] == set(), "of a placement that is shut nothing is known"


def test_the_category_of_what_is_decided():
    assert category_of(WHOLE, CONTRACT) == "B" and category_of(WHOLE, record("variation", "V-1", contract="C-1")) == "B"
    both = record("authorisation", "A-1", placement="P-1", contract="C-1", body="crg")
    assert category_of(WHOLE, both) == "C", "the placement's before the contract's"
    assert category_of(WHOLE, record("authorisation", "A-1", purchase_category="A", placement="P-1")) == "A"
    for body, category in (("crg", "B"), ("resource_allocation_group", "C"), ("committee", None)):
        assert category_of(WHOLE, record("authorisation", "A-1", body=body)) == category
    assert category_of(WHOLE, record("tender", "T-1", body="crg")) is None


def test_the_amount_that_a_decision_commits():
    assert value_of(WHOLE, CONTRACT) == 900
    assert value_of(WHOLE, record("contract_termination", "CT-1", contract="C-1")) == 900
    assert value_of(WHOLE, record("authorisation", "A-1", amount=pounds("7.00"), contract="C-1")) == 7
    assert value_of(WHOLE, record("authorisation", "A-1", contract="C-1")) is None
    assert value_of(WHOLE, record("strategy", "ST-1")) is None
    assert value_of(WHOLE, record("tender", "T-1", estimated_value=pounds("7.00", currency="EUR"))) is None

    def varied(**effect):
        return value_of(WHOLE, record("variation", "V-1", contract="C-1", value_effect=effect))

    assert varied(direction="increase", amount=pounds("100.00")) == 1000
    assert varied(direction="decrease", amount=pounds("100.00")) == 900 and varied(direction="none") == 900
    assert varied(direction="increase") is None


def test_an_amount_on_another_vat_basis_is_reckoned_by_the_rate_of_the_day():
    rate = record(
        "thresholds", "thresholds", limits=[{"code": "vat_rate", "value": "20", "effective_from": "2011-01-04"}]
    )
    whole, tender = register(rate), record("tender", "T-1", estimated_value=pounds("100.00"))
    assert value_of(whole, tender, "included", DAY) == 120 and value_of(whole, tender, "excluded", DAY) == 100
    assert value_of(whole, tender, "included", date(2011, 1, 3)) is None, "no rate is known for that day"
    exempt = record("tender", "T-1", estimated_value={"amount": "100.00", "vat_basis": "exempt"})
    assert value_of(whole, exempt, "included", DAY) == 100


ENTRIES = [
    {"code": "any", "applies_to": "tender"}, {"code": "award", "applies_to": "tender", "to_status": "awarded"},
    {"code": "large", "applies_to": "tender", "to_status": "awarded", "value_from": "500.00"},
    {"code": "b", "applies_to": "tender", "to_status": "awarded", "purchase_category": "B"},
    {"code": "old", "applies_to": "tender", "to_status": "awarded", "value_from": "600.00", "effective_to": "2026-11-23"},
    {"code": "other", "applies_to": "need"},
]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "value", "category", "code"),
    [
        ("planned", "1.00", None, "any"), ("awarded", "1.00", None, "award"), ("awarded", "499.99", None, "award"),
        ("awarded", "500.00", None, "large"), ("awarded", None, None, "large"), ("awarded", "1000.00", "B", "b"), ("awarded", "1.00", "C", "award"),
    ],
)  # fmt: skip
def test_the_entry_that_fits_best(state, value, category, code):
    whole = register(record("decision_rights", "decision_rights", entries=ENTRIES))
    found = decision_entry(whole, "tender", state, Decimal(value) if value else None, DAY, category)
    assert found["code"] == code
    assert decision_entry(whole, "contract", state, None, DAY) is None


def test_without_an_entry_the_life_cycles_roles_decide_within_a_limit_where_they_are_delegated():
    tender = record("tender", "T-1")
    assert asked_for(register(), tender, "tender", "awarded", ("ccm",), DAY) == ((Asked(("ccm",), False),), ())
    assert asked_for(register(), tender, "tender", "awarded", ("ccm", "ccm_delegate"), DAY)[0][0].within_limit
    assert asked_for(register(), tender, "tender", "awarded", ("budget_holder",), DAY)[0][0].within_limit


def post(id, *roles, **more):
    return record("post", id, **{"from": "2020-01-01", "roles": [{"role": r} for r in roles], **more})


def person(id, *posts):
    return record("person", id, posts=[{"post": p, "from": "2020-01-01"} for p in posts])


def test_roles_are_held_by_post_cover_and_acting_as():
    table = record("roles", "roles", entries=[{"code": "team_leader", "acts_as": "lead_professional"}, {"code": "ccm"}])
    late = post("late", "ccm", **{"from": "2026-11-25"})
    over = post("over", "ccm", to="2026-11-23")
    short = record(
        "post", "short", **{"from": "2020-01-01", "roles": [{"role": "ccm", "from": "2026-11-24", "to": "2026-11-24"}]}
    )
    cover = post("manager", "ccm", cover=[{"post": "officer", "from": "2026-11-24", "to": "2026-11-24"}])
    held = RolesHeld.of(
        register(
            table, post("leader", "team_leader"), late, over, short, cover, post("officer"), person("s1", "officer")
        )
    )
    assert held.posts_with("ccm", DAY) == {"short", "manager", "officer"}
    assert held.posts_with("ccm", DAY, cover=False) == {"short", "manager"}
    assert held.posts_with("ccm", date(2026, 11, 25)) == {"late", "manager"} and held.posts_with(
        "ccm", date(2026, 11, 23)
    ) == {"over", "manager"}
    assert held.posts_with("lead_professional", DAY) == held.posts_with("team_leader", DAY) == {"leader"}
    assert held.people_with(["ccm"], DAY) == {"s1"} and held.holders("officer", DAY) == {"s1"}


def test_a_delegate_needs_a_delegation_of_the_post_itself_and_the_manager_none():
    given = delegation(
        **{"from": "2026-01-01", "to": "2026-12-31", "limit": pounds("900.00"), "scope": {"contracts": ["C-1"]}}
    )
    depute = post("depute", cover=[{"post": "officer", "from": "2020-01-01"}])
    people = [person("s1", "manager"), person("s2", "depute"), person("s3", "officer")]
    whole = register(CONTRACT, given, depute, post("manager", "ccm"), post("officer"), *people)
    ask = Asked(("ccm", "ccm_delegate"), True)
    assert [m.person for m in who_may(whole, CONTRACT, ask, (), DAY)] == ["s1", "s2"], "cover hands no delegation on"
    assert [m.person for m in who_may(whole, CONTRACT, ask, (), date(2027, 1, 1))] == ["s1"]
    larger = record("contract", "C-1", estimated_value=pounds("900.01"))
    assert [m.person for m in who_may(whole, larger, ask, (), DAY)] == ["s1"]
    assert [m.person for m in who_may(whole, larger, Asked(("ccm", "ccm_delegate"), False), (), DAY)] == ["s1", "s2"]
    other = record("contract", "C-2", estimated_value=pounds("1.00"))
    assert [m.person for m in who_may(whole, other, ask, (), DAY)] == ["s1"]
    early = {"to": "2026-12-31", "limit": pounds("900.00"), "status": "ended", "ended_on": "2026-11-23"}
    ended = register(CONTRACT, delegation(**early), depute, *people)
    assert who_may(ended, CONTRACT, Asked(("ccm_delegate",), True), (), DAY) == ()


@pytest.mark.parametrize(
    ("data", "days"),
    [
        ({}, [True, True, True]), ({"from": "2026-11-24"}, [False, True, True]), ({"to": "2026-11-24"}, [True, True, False]), ({"ended_on": "2026-11-24"}, [True, True, False]), ({"status": "ended"}, [True, True, True]),
        ({"to": "2026-11-30", "ended_on": "2026-11-23"}, [True, False, False]), ({"to": "2026-11-23", "ended_on": "2026-11-30"}, [True, False, False]), ({"status": "proposed"}, [False] * 3), ({"voided": {}}, [False] * 3),
    ],
    ids=str,
)  # fmt: skip
def test_a_delegation_gives_its_role_to_the_post_for_its_days(data, days):
    held = RolesHeld.of(register(delegation(**data), post("depute")))
    found = [held.posts_with("ccm_delegate", date(2026, 11, d)) == {"depute"} for d in (23, 24, 25)]
    assert found == days


@pytest.mark.parametrize("kind", ["need", "sourcing_decision", "tender", "non_tender", "specification"])
def test_before_a_contract_the_type_of_service_is_what_a_decision_is_about(kind):
    assert facts_of(WHOLE, record(kind, "X-1")) == {"decisions": set(), "service_types": set()}
    assert facts_of(WHOLE, record(kind, "X-1", service_type="a"))["service_types"] == {"a"}
    assert facts_of(WHOLE, record("strategy", "X-1", service_type="a"))["service_types"] == {"a"}


def test_what_a_decision_asks_for_is_in_the_table():
    entry = {
        "code": "sign",
        "applies_to": "contract",
        "approvals": [{"any_of": ["committee"], "within_limit": True}, {"any_of": ["ccm"]}],
    }
    whole = register(CONTRACT, record("decision_rights", "decision_rights", entries=[entry]))
    asked = asked_for(whole, CONTRACT, "contract", "signed", ("x",), DAY)
    assert asked == ((Asked(("committee",), True), Asked(("ccm",), False)), ("sign",))
    free = [{"code": "any", "applies_to": "tender"}, {"code": "from", "applies_to": "tender", "value_from": "0.50"}]
    whole = register(record("decision_rights", "decision_rights", entries=free))
    found = [decision_entry(whole, "tender", None, Decimal(v), DAY)["code"] for v in ("0.00", "0.49", "0.50")]
    assert found == ["any", "any", "from"]


def test_a_role_that_needs_no_delegation_is_covered_too():
    cover = post("manager", "committee", cover=[{"post": "officer", "from": "2020-01-01"}])
    whole = register(CONTRACT, cover, post("officer"), person("s1", "manager"), person("s2", "officer"))
    asked = Asked(("committee",), False)
    assert {m.person for m in who_may(whole, CONTRACT, asked, (), DAY)} == {"s1", "s2"}
