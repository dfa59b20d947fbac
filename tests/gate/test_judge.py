"""What the gate says of a change: what it decides, who may approve it, what stands in its way. On the demonstration register."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import date

from ccm_site.gate.judge import judge
from ccm_site.gate.verdict import verdict_json, verdict_text
from ccm_site.model import Key
from ccm_site.register import linked

DAY = date(2026, 11, 24)
CONTRACT = Key("contract", "C-2026-0004")
"""Ready for issue, £60,000 and more; the depute's limit is £250,000."""


def changed(base, edits, away=()):
    """The register with fields of some records changed (a function on the data), and some records taken away."""
    records = {k: r for k, r in base.register.records.items() if k not in away}
    for key, edit in edits.items():
        data = deepcopy(dict(records[key].data))
        edit(data)
        records[key] = replace(records[key], data=data)
    return replace(base, register=linked(records, base.kinds)[0])


def issued(data):
    data |= {"status": "issued", "award_date": "2026-11-20", "procurement_commenced": "2026-10-01"}


def people(decision, place=0):
    return {m.person for m in decision.approvals[place].may}


def test_issuing_needs_the_manager_or_a_delegate_within_the_limit(base):
    verdict = judge(base, changed(base, {CONTRACT: issued}), "s1003", DAY)
    (decision,) = verdict.decisions
    assert (decision.lane, decision.id, decision.words) == ("decide", "C-2026-0004", "Contract: to issue the contract")
    assert people(decision) == {"s1001", "s1002"} and verdict.waits == (decision,)

    def large(data):
        issued(data)
        data["estimated_value"] = {"amount": "250000.01", "vat_basis": "excluded"}

    assert people(judge(base, changed(base, {CONTRACT: large}), "s1003", DAY).decisions[0]) == {"s1001"}

    def at_the_limit(data):
        issued(data)
        data["estimated_value"] = {"amount": "250000.00", "vat_basis": "excluded"}

    assert people(judge(base, changed(base, {CONTRACT: at_the_limit}), "s1003", DAY).decisions[0]) == {"s1001", "s1002"}


def test_nobody_approves_their_own_under_any_post(base):
    assert people(judge(base, changed(base, {CONTRACT: issued}), "s1001", DAY).decisions[0]) == {"s1002"}
    assert people(judge(base, changed(base, {CONTRACT: issued}), "s1002", DAY).decisions[0]) == {"s1001"}


def test_a_delegation_counts_by_its_dates(base):
    before = date(2024, 3, 31)
    may = people(judge(base, changed(base, {CONTRACT: issued}), "s1003", before).decisions[0])
    assert "s1002" not in may, "the depute's first delegation began in April 2024"


def test_a_delegation_counts_by_its_scope_and_limit(base):
    """What the delegation does not take in, or what nobody has entered, is not the depute's to issue; cover does not hand it on."""
    key, contract = Key("delegation", "D-2025-0001"), base.register.get("contract", CONTRACT.id)

    def may(edits, how=issued):
        before = changed(base, edits)
        return people(judge(before, changed(before, {CONTRACT: how}), "s1003", DAY).decisions[0])

    def scope(**parts):
        return {key: lambda d: d.update(scope=parts)}

    assert may(scope(service_types=[contract.data["service_type"]], contracts=[CONTRACT.id])) == {"s1001", "s1002"}
    assert may(scope(decisions=["issue_contract"])) == {"s1001", "s1002"}
    assert may(scope(service_types=["another_service"])) == {"s1001"}
    assert may(scope(contracts=["C-2026-0001"])) == {"s1001"}
    assert may(scope(decisions=["vary_contract"])) == {"s1001"}
    assert may({key: lambda d: d.update(limit={})}) == {"s1001"}
    assert may({key: lambda d: d.update(ended_on="2026-11-23")}) == {"s1001"}

    def without_value(data):
        issued(data)
        del data["estimated_value"]

    assert may({}, without_value) == {"s1001"}
    cover = {"post": "contracts-officer", "from": "2026-01-01"}
    covered = may({Key("post", "depute-contracts-manager"): lambda d: d.update(cover=[cover])})
    assert covered == {"s1001", "s1002"}
    covered = may({Key("post", "commissioning-contracts-manager"): lambda d: d.update(cover=[cover])})
    assert covered > {"s1001", "s1002"}, "whoever covers the manager's post acts as manager"


def test_category_b_takes_the_group_and_a_budget_holder_within_the_limit(base):
    key = next(
        r.key for r in base.register.of_kind("authorisation")
        if (p := base.register.get("placement", r.data["placement"])) and p.data.get("purchase_category") == "B" and r.data["status"] == "approved"
    )  # fmt: skip
    earlier = changed(base, {key: lambda d: d.update(status="submitted")})
    verdict = judge(earlier, base, "s1007", DAY)
    decision = next(d for d in verdict.decisions if d.id == key.id)
    assert [a.roles for a in decision.approvals] == [("crg",), ("budget_holder",)]
    assert decision.approvals[1].within_limit and {m.role for m in decision.approvals[1].may} == {"budget_holder"}
    costly = changed(base, {key: lambda d: d.update(amount={"amount": "900000000.00", "vat_basis": "exempt"})})
    beyond = next(d for d in judge(earlier, costly, "s1007", DAY).decisions if d.id == key.id)
    assert beyond.approvals[1].may == () and "scope and limit" in beyond.approvals[1].why


def test_what_nobody_may_approve_stands_in_its_own_way(base):
    gone = changed(
        base,
        {
            Key("person", p): lambda d: d.update(posts=[{"post": "contracts-officer", "from": "2020-01-01"}])
            for p in ("s1001", "s1002")
        },
    )
    verdict = judge(gone, changed(gone, {CONTRACT: issued}), "s1003", DAY)
    assert not verdict.passes and any(
        f.rule == "R-ROL-1" and "nobody holds such a role" in f.message for f in verdict.blocks
    )


def test_a_merged_record_is_not_deleted(base):
    key = base.register.of_kind("complaint")[0].key
    verdict = judge(base, changed(base, {}, away=(key,)), "s1001", DAY)
    assert not verdict.passes and {"R-ID-3"} <= {f.rule for f in verdict.blocks}
    assert "is taken away" in verdict_text(verdict) and "It cannot go ahead" in verdict_text(verdict)


def test_policy_is_the_bases_and_its_change_needs_approval(base):
    """A change that weakens its own judge: the limit of the delegate is raised together with the contract."""
    key = Key("delegation", "D-2025-0001")
    raised = {
        CONTRACT: lambda d: (issued(d), d.update(estimated_value={"amount": "300000.00", "vat_basis": "excluded"})),
        key: lambda d: d.update(limit={"amount": "900000.00", "vat_basis": "excluded"}),
    }
    verdict = judge(base, changed(base, raised), "s1003", DAY)
    by_id = {d.id: d for d in verdict.decisions}
    assert people(by_id["C-2026-0004"]) == {"s1001"}, "the depute's old limit counts"
    assert by_id["D-2025-0001"].approvals, "and raising it is a decision of its own"


def test_a_recorded_fact_lands_at_once(base):
    key = next(r.key for r in base.register.of_kind("complaint") if r.data["status"] == "logged")
    verdict = judge(
        base, changed(base, {key: lambda d: d.update(narrative="The telephone was not answered.")}), "s1003", DAY
    )
    assert verdict.passes and verdict.waits == () and verdict.decisions[0].lane == "record"
    assert "It may go ahead at once." in verdict_text(verdict)


def test_messages_and_forms_are_looked_at(base):
    verdict = judge(
        base,
        base,
        "s1003",
        DAY,
        texts=[("commit 1a2b3c4d", "For CHI 0101011237")],
        others=["schemas/contract.json", "docs/x.md"],
    )
    assert {f.rule for f in verdict.blocks} == {"R-PRV-7"} and "0101011237" not in verdict_text(verdict)
    assert [d.kind for d in verdict.decisions] == ["schemas", "site"] and all(
        d.approvals[0].may for d in verdict.decisions
    )


def test_json_says_the_same(base):
    told = json.loads(verdict_json(judge(base, changed(base, {CONTRACT: issued}), "s1003", DAY)))
    assert told["needs_approval"] is True
    assert {m["person"] for m in told["decisions"][0]["approvals"][0]["may"]} == {"s1001", "s1002"}


def test_no_change_is_no_change(base):
    verdict = judge(base, base, "s1003", DAY)
    assert verdict.passes and verdict.decisions == () and "It changes no record." in verdict_text(verdict)
