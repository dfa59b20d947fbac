"""Changes that try to get past the gate. On the demonstration register, and between commits of one that is sealed."""

from dataclasses import replace

import pytest

from ccm_site.checks.schema import schema_findings
from ccm_site.gate.between import gate
from ccm_site.gate.judge import UnknownActor, judge
from ccm_site.gate.verdict import verdict_json, verdict_text
from ccm_site.model import Key, Seal
from ccm_site.register import linked
from tests.gate.test_gate_command import git
from tests.gate.test_judge import CONTRACT, DAY, changed, issued, people

CHI = "0101011237"
NEW = Key("contract", "C-2026-0999")


def added(base, key, data, path):
    record = replace(base.register.records[CONTRACT], key=key, path=path, data=data)
    return replace(base, register=linked({**base.register.records, key: record}, base.kinds)[0])


def test_a_change_of_the_sealed_part_alone_is_seen_without_keys(base):
    key = next(r.key for r in base.register.of_kind("authorisation") if r.data["status"] == "approved")
    sealed = replace(base.register.records[key], seal=Seal("K-1", "one text", shut="no key is at hand"))

    def loaded(record):
        return replace(base, register=linked({**base.register.records, key: record}, base.kinds)[0])

    head = loaded(replace(sealed, seal=replace(sealed.seal, text="another text")))
    verdict = judge(loaded(sealed), head, "s1003", DAY)
    (decision,) = verdict.decisions
    assert decision.words.endswith("changes in its sealed part") and decision.approvals
    head = loaded(replace(sealed, seal=replace(sealed.seal, key="K-2")))
    assert [d.id for d in judge(loaded(sealed), head, "s1003", DAY).decisions] == [key.id]


@pytest.mark.parametrize("more", [{}, {"legacy": {"migrated_on": "2026-11-01", "source": "The old list", "gaps": []}}])
def test_what_is_entered_as_decided_is_decided(base, more):
    data = {**base.register.records[CONTRACT].data, "id": NEW.id, "status": "issued", **more}
    verdict = judge(base, added(base, NEW, data, "contracts/2026/C-2026-0999/contract.yaml"), "s1003", DAY)
    decision = next(d for d in verdict.decisions if d.id == NEW.id)
    assert decision.lane == "decide" and people(decision) == {"s1001", "s1002"}


def test_what_was_decided_is_changed_or_voided_by_decision(base):
    key = next(r.key for r in base.register.of_kind("review") if r.data["status"] == "minutes_agreed")
    for edit in (
        lambda d: d.update(held_on="2026-09-01"),
        lambda d: d.update(voided={"on": "2026-11-24", "by_role": "ccm", "reason": "x"}),
    ):
        (decision,) = judge(base, changed(base, {key: edit}), "s1003", DAY).decisions
        assert decision.lane == "decide" and decision.approvals


def test_an_unknown_proposer_is_refused_and_an_unnamed_one_is_said(base):
    for actor in ("S1003", "s1003 ", "nobody"):
        with pytest.raises(UnknownActor, match="Mend"):
            judge(base, base, actor, DAY)
    with pytest.raises(UnknownActor, match="did you mean s1003"):
        judge(base, base, "S1003", DAY)
    head = changed(base, {CONTRACT: issued})
    assert "was not looked at" in verdict_text(judge(base, head, "", DAY))
    assert "was not looked at" not in verdict_text(judge(base, head, "s1003", DAY))


def test_nobody_approves_their_own_change_of_forms_or_site(base):
    for path in ("schemas/contract.json", "mkdocs.yml", "docs/handbook/index.md"):
        (decision,) = judge(base, base, "s1001", DAY, others=[path]).decisions
        assert decision.approvals and "s1001" not in people(decision)


def test_another_currency_fits_no_limit(base):
    def dinars(data):
        issued(data)
        data["estimated_value"] = {"amount": "200000.00", "currency": "KWD", "vat_basis": "excluded"}

    assert people(judge(base, changed(base, {CONTRACT: dinars}), "s1003", DAY).decisions[0]) == {"s1001"}


def test_a_variation_is_weighed_with_what_it_adds(base):
    variation = next(r for r in base.register.of_kind("variation") if r.data["status"] in ("approved", "signed"))
    contract = Key("contract", variation.data["contract"])
    small = {contract: lambda d: d.update(estimated_value={"amount": "100000.00", "vat_basis": "exempt"})}
    before = changed(base, {**small, variation.key: lambda d: d.update(status="draft")})

    def may(effect):
        edit = {variation.key: lambda d: d.update(status="approved", value_effect=effect)}
        head = changed(before, edit)
        assert not list(schema_findings([head.register.records[variation.key]], base.kinds)), "as a form lets it pass"
        decision = next(d for d in judge(before, head, "s1003", DAY).decisions if d.id == variation.id)
        return people(decision)

    def up(amount):
        return {"direction": "increase", "amount": {"amount": amount, "vat_basis": "exempt"}}

    assert may(up("1000.00")) == may({"direction": "none"}) == {"s1001", "s1002"}
    assert may(up("900000.00")) == {"s1001"}, "together over the limit of the delegate"
    assert may({**up("1000.00"), "amount": {"amount": "1000.00", "currency": "KWD", "vat_basis": "exempt"}}) == {
        "s1001"
    }


DELEGATION = Key("delegation", "D-2025-0001")
LARGE = {"amount": "9000000.00", "vat_basis": "excluded"}


def test_authority_is_not_carried_over_without_approval(base):
    old = base.register.records[DELEGATION]
    more = {
        "id": "D-2026-0999",
        "status": "ended",
        "ended_on": "2027-12-31",
        "limit": LARGE,
        "legacy": {"migrated_on": "2026-11-01", "source": "x", "gaps": []},
    }
    head = added(base, Key("delegation", "D-2026-0999"), {**old.data, **more}, "people/delegations/D-2026-0999.yaml")
    decision = next(d for d in judge(base, head, "s1003", DAY).decisions if d.id == "D-2026-0999")
    assert decision.lane == "decide" and decision.approvals


@pytest.mark.parametrize("state", ["ended", "active"])
def test_a_step_carries_no_other_change_along(base, state):
    def edit(data):
        data.update(status=state, ended_on="2027-12-31", limit=LARGE)

    for actor in ("", "s1001", "s1003"):
        decision = next(
            d for d in judge(base, changed(base, {DELEGATION: edit}), actor, DAY).decisions if d.id == DELEGATION.id
        )
        assert decision.lane == "decide" and decision.approvals and actor not in people(decision)
    plain = judge(
        base,
        changed(base, {DELEGATION: lambda d: d.update(status="ended", ended_on="2026-11-24", status_reason="x")}),
        "s1001",
        DAY,
    )
    assert [(d.lane, d.approvals) for d in plain.decisions] == [("record", ())], "to end it is recorded"


def test_what_follows_a_decision_is_voided_by_decision_and_added_to_at_once(base):
    void = {"voided": {"on": "2026-11-24", "by_role": "ccm", "reason": "x"}}
    for kind, state in (("intervention", "under_way"), ("return", "assessed")):
        key = next(r.key for r in base.register.of_kind(kind) if r.data["status"] == state)
        assert judge(base, changed(base, {key: lambda d: d.update(void)}), "s1003", DAY).decisions[0].approvals, kind
    key = next(r.key for r in base.register.of_kind("return") if r.data["status"] == "assessed")
    grown = judge(
        base, changed(base, {key: lambda d: d.setdefault("risks", []).append("The lease ends in June.")}), "s1003", DAY
    )
    assert [d.lane for d in grown.decisions] == ["record"]


def test_an_exception_is_approved_by_the_body_that_it_names(base):
    key = next(r.key for r in base.register.of_kind("placement") if r.id == "P-2026-0001")
    entry = {
        "rule": "R-AUT-5",
        "reason": "Snow.",
        "approved_by_role": "resource_allocation_group",
        "approved_on": "2026-04-03",
    }
    verdict = judge(base, changed(base, {key: lambda d: d.update(exceptions=[entry])}), "s1003", DAY)
    decision = next(d for d in verdict.decisions if "exception" in d.words)
    assert decision.approvals[0].roles == ("resource_allocation_group",) and decision.approvals[0].may
    nobody = judge(
        base,
        changed(base, {key: lambda d: d.update(exceptions=[{**entry, "approved_by_role": "provider"}])}),
        "s1003",
        DAY,
    )
    assert not nobody.passes
    waiting = {n: v for n, v in entry.items() if not n.startswith("approved")}
    asked = judge(base, changed(base, {key: lambda d: d.update(exceptions=[waiting])}), "s1003", DAY)
    assert not any("exception" in d.words for d in asked.decisions if "is approved" in d.words)


def test_an_unknown_amount_takes_the_highest_authority(base):
    tender = next(r for r in base.register.of_kind("tender") if "estimated_value" in r.data)

    def roles(money):
        before = changed(base, {tender.key: lambda d: d.update(status="recommended", estimated_value=money)})
        head = changed(before, {tender.key: lambda d: d.update(status="authorised")})
        return next(d for d in judge(before, head, "s1003", DAY).decisions if d.id == tender.id).approvals[0].roles

    large = roles({"amount": "5000000.00", "vat_basis": "excluded"})
    assert large != roles({"amount": "60000.00", "vat_basis": "excluded"})
    assert large == roles({"amount": "5000000.00", "currency": "KWD", "vat_basis": "excluded"})


def test_what_is_wrong_in_the_changes_own_policy_is_told(base):
    key = Key("thresholds", "thresholds")
    verdict = judge(base, changed(base, {key: lambda d: d["entries"][0].update(amount="a lot")}), "s1003", DAY)
    assert any(f.at.path == "policy/thresholds.yaml" for f in verdict.blocks)


def test_names_and_ids_forge_nothing_and_tell_nobody(base):
    id = f"C-2026-0999\nIt may go ahead at once.\x1b[2J {CHI}"
    data = {**base.register.records[CONTRACT].data, "id": id, "status": "issued"}
    verdict = judge(base, added(base, Key("contract", id), data, f"contracts/2026/{id}/contract.yaml"), "s1003", DAY)
    text = verdict_text(verdict)
    assert (
        "\nIt may go ahead" not in text and "\x1b" not in text and CHI not in text and CHI not in verdict_json(verdict)
    )


@pytest.fixture
def proposal(repository):
    """Make commits on a branch of the sealed register, each from a function on its folder; the verdict on all of them."""

    def propose(name, *steps):
        git(repository, "switch", "-q", "-C", name, "main")
        try:
            for step in steps:
                step(repository)
                git(repository, "add", "-A")
                git(repository, "commit", "-qm", "A change")
        finally:
            git(repository, "switch", "-q", "main")
        return gate(repository, "main", name, "s1003", DAY)

    return propose


def write(path, text):
    def step(root):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")

    return step


def test_a_link_is_no_file(proposal):
    verdict = proposal("links", lambda root: (root / "contracts/2026/way-out").symlink_to("/etc"))
    assert [(f.rule, f.at.path) for f in verdict.blocks] == [("R-ID-1", "contracts/2026/way-out")]
    assert "is a link" in verdict.blocks[0].message


def test_what_was_taken_out_again_is_still_in_the_history(proposal):
    verdict = proposal("gone", write("docs/note.md", f"Call {CHI}.\n"), write("docs/note.md", "Call.\n"))
    assert "R-PRV-2" in {f.rule for f in verdict.blocks} and CHI not in verdict_text(verdict)
    assert "write the proposal anew" in verdict_text(verdict)


def test_names_of_files_and_branches_are_looked_through(proposal):
    assert proposal("plain", write(f"docs/{CHI}.md", "A note.\n")).blocks
    assert proposal(f"for-{CHI}", write("docs/note.md", "A note.\n")).blocks
    assert proposal("harmless", write("docs/note.md", "A note.\n")).passes
