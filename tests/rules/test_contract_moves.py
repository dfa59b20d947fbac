"""R-CON-3 and R-CON-8 at every field and state: what binds once a contract is issued. The table is the framework's reading, not the code's."""

from datetime import date

import pytest

from ccm_site.kinds import load_kinds
from ccm_site.model import Key, Link, Record, Register
from ccm_site.rules import Changes, all_change_rules
from ccm_site.starter import shipped

DAY = date(2026, 11, 24)
KINDS = load_kinds(shipped() / "schemas")
PARTS = ("parties", "main_terms", "specification", "volume", "dates", "price_and_payment")
SUBSTANCE = {
    "provider": {"parties"}, "further_providers": {"parties"}, "contract_type": {"main_terms"}, "services": {"specification", "volume"},
    "service_type": {"specification"}, "purchase_category": {"specification"}, "restricted_to": {"volume"}, "framework": {"main_terms"},
    "placement_specific": {"main_terms"}, "start_date": {"dates"}, "end_date": {"dates"}, "end_circumstances": {"dates"},
    "extensions": {"dates"}, "estimated_value": {"price_and_payment", "volume", "dates"}, "price_review": {"price_and_payment"},
    "schedule_b": {"price_and_payment"}, "capacity": {"volume"}, "terms": {"main_terms"}, "schedule_a": {"specification"},
    "schedule_c_required": {"specification"},
}  # fmt: skip
VALUES = {"extensions": ([{"months": 12}], [{"months": 6}])}
BOUND = ("issued", "signed", "in_force", "expired", "terminated", "closed")


def record(kind, id, **data):
    return Record(Key(kind, id), f"{kind}/{id}.yaml", {"kind": kind, "id": id, **data}, "")


def register(*records):
    back = {}
    for r in records:
        for name, kind in (("contract", "contract"), ("terms", "terms")):
            if isinstance(r.data.get(name), str):
                target = Key(kind, r.data[name])
                back.setdefault(target, []).append(Link(r.key, f"/{name}", target, name, name))
    return Register({r.key: r for r in records}, {}, {k: tuple(v) for k, v in back.items()})


def found(row, before, after):
    changes = Changes.between(register(*before), register(*after))
    return [
        (f.rule, f.severity, f.at.pointer)
        for r in all_change_rules()
        if r.row == row
        for f in r.find(changes, KINDS, DAY)
    ]


def contract(**data):
    return record("contract", "C-1", **{"status": "in_force", **data})


def variation(part=None, field=None, after="", **more):
    change = {"part": part} if field is None else {"field": field, "after": after}
    return record(
        "variation",
        "V-1",
        **{"contract": "C-1", "status": "approved", "effective_date": "2026-12-01", "changes": [change], **more},
    )


@pytest.mark.parametrize("name", SUBSTANCE)
def test_each_field_of_substance_changes_by_a_variation_of_its_part_only(name):
    old, new = VALUES.get(name, ("old", "new"))
    before, after = contract(**{name: old}), contract(**{name: new})
    refused = [("R-CON-3", "error", f"/{name}")]
    assert found("R-CON-3", [before], [after]) == refused
    assert found("R-CON-3", [before], [contract()]) == refused, "to take it away is a change too"
    for part in PARTS:
        expected = [] if part in SUBSTANCE[name] else refused
        assert found("R-CON-3", [before], [after, variation(part)]) == expected, part
    assert found("R-CON-3", [before], [after, variation(field=name, after="in words")]) == []
    assert found("R-CON-3", [before], [after, variation(field="tier", after="in words")]) == refused
    for not_yet in ({"status": "draft"}, {"status": "withdrawn"}, {"effective_date": None}):
        given = variation(next(iter(SUBSTANCE[name])), **not_yet)
        data = {n: v for n, v in given.data.items() if v is not None}
        assert (
            found(
                "R-CON-3",
                [before],
                [after, record("variation", "V-1", **{n: v for n, v in data.items() if n not in ("kind", "id")})],
            )
            == refused
        )
    assert found("R-CON-3", [before], [after, variation(next(iter(SUBSTANCE[name])), status="signed")]) == []


@pytest.mark.parametrize("state", KINDS["contract"].life_cycle.states)
def test_it_binds_from_the_day_of_issue(state):
    before, after = contract(status=state, end_date="2027-03-31"), contract(status=state, end_date="2028-03-31")
    assert bool(found("R-CON-3", [before], [after])) is (state in BOUND)
    void = contract(status=state, end_date="2028-03-31", voided={})
    assert found("R-CON-3", [before], [void]) == []


def test_what_is_no_substance_changes_freely_and_an_option_may_be_used():
    assert found("R-CON-3", [contract(tier="low")], [contract(tier="high")]) == []
    option = {"months": 12, "notice_by": "2026-12-31"}
    assert (
        found("R-CON-3", [contract(extensions=[option])], [contract(extensions=[{**option, "used_on": "2026-11-20"}])])
        == []
    )
    assert found(
        "R-CON-3",
        [contract(extensions=[option])],
        [contract(extensions=[{**option, "months": 24, "used_on": "2026-11-20"}])],
    )


@pytest.mark.parametrize(
    ("says", "passes"), [("2028-03-31", True), ("2029-03-31", False), ("to the end of March", True)]
)
def test_a_figure_that_a_variation_gives_is_the_contracts(says, passes):
    given = variation(field="end_date", after=says)
    assert (
        found("R-CON-3", [contract(end_date="2027-03-31")], [contract(end_date="2028-03-31"), given]) == []
    ) is passes
    money = {"amount": "100.00"}, {"amount": "200.00"}
    inner = variation(field="estimated_value.amount", after="200.00")
    assert found("R-CON-3", [contract(estimated_value=money[0])], [contract(estimated_value=money[1]), inner]) == []
    wrong = variation(field="estimated_value.amount", after="200.01")
    assert found("R-CON-3", [contract(estimated_value=money[0])], [contract(estimated_value=money[1]), wrong])


def test_a_gap_may_be_filled_and_a_contract_kept_elsewhere_follows_its_source():
    old = contract(legacy={}, signatures=[{}])
    assert found("R-CON-3", [old], [contract(legacy={}, signatures=[{}], end_date="2027-03-31")]) == []
    assert found("R-CON-3", [contract(signatures=[{}])], [contract(signatures=[{}], end_date="2027-03-31")]), (
        "only one carried over has gaps"
    )
    changed = {"end_date": "2028-03-31"}
    for here, follows in (({}, True), ({"signatures": [{}]}, False), ({"terms": "TC-1/v1"}, False)):
        before = contract(legacy={}, end_date="2027-03-31", **here)
        after = contract(legacy={}, **here, **changed)
        assert (found("R-CON-3", [before], [after]) == []) is follows, here


@pytest.mark.parametrize("name", ["clauses", "document", "notice", "title"])
@pytest.mark.parametrize("state", ["draft", "issued", "closed"])
def test_terms_that_a_contract_was_issued_on_stand(name, state):
    before, after = record("terms", "TC-1/v1", **{name: "old"}), record("terms", "TC-1/v1", **{name: "new"})
    on_it, other = contract(status=state, terms="TC-1/v1"), record("contract", "C-2", status="issued", terms="TC-2/v1")
    expected = [("R-CON-3", "error", f"/{name}")] if state != "draft" and name != "title" else []
    assert found("R-CON-3", [before, on_it, other], [after, on_it, other]) == expected
    assert found("R-CON-3", [before, on_it], [before, on_it]) == []


@pytest.mark.parametrize("state", KINDS["contract"].life_cycle.states)
def test_legal_advice_is_settled_before_a_contract_comes_forward(state):
    asked = state in ("ready_for_issue", "issued", "signed", "in_force")
    draft = contract(status="withdrawn" if state == "draft" else "draft")
    assert bool(found("R-CON-8", [draft], [contract(status=state)])) is asked
    for advice in ({"obtained_on": "2026-11-01"}, {"not_needed_reason": "Model terms."}):
        assert found("R-CON-8", [draft], [contract(status=state, legal_advice=advice)]) == []
    assert found("R-CON-8", [draft], [contract(status=state, voided={})]) == []
    if asked:
        told = found("R-CON-8", [draft], [contract(status=state, legal_advice={"by": "x"})])
        assert told == [("R-CON-8", "error", "/legal_advice/obtained_on")]
        assert found("R-CON-8", [], [contract(status=state)]), "a new one too"
        assert found("R-CON-8", [], [contract(status=state, legacy={})]) == [], (
            "but not one that is carried over in that state"
        )
        assert found("R-CON-8", [draft], [contract(status=state, legacy={})]), "though one that comes to it later"


@pytest.mark.parametrize(("holder", "passes"), [("ccm", True), ("ccm_delegate", True), ("finance", False)])
def test_who_holds_the_master_copy(holder, passes):
    copy = {"holder_role": holder, "sha256": "0" * 64}
    signed = contract(status="signed")
    assert (found("R-CON-4", [signed], [contract(master_copy=copy)]) == []) is passes
    assert found("R-CON-4", [signed], [contract(master_copy={"holder_role": holder})]) != []
