"""Changes that try to get past the gate. On the demonstration register, and between commits of one that is sealed."""

import re
import subprocess
from dataclasses import replace

import pytest

from ccm_site.checks.report import FORMATS
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


def test_an_amount_is_held_against_a_limit_on_the_limits_vat_basis(base):
    def may(money, limit):
        before = changed(base, {DELEGATION: lambda d: d.update(limit={"amount": "250000.00", "vat_basis": limit})})

        def edit(data):
            issued(data)
            data["estimated_value"] = money

        return people(judge(before, changed(before, {CONTRACT: edit}), "s1003", DAY).decisions[0])

    both, manager = {"s1001", "s1002"}, {"s1001"}
    assert may({"amount": "300000.00", "vat_basis": "included"}, "excluded") == both, "250,000 without VAT at 20 %"
    assert may({"amount": "300000.01", "vat_basis": "included"}, "excluded") == manager
    assert may({"amount": "208333.33", "vat_basis": "excluded"}, "included") == both
    assert may({"amount": "208333.34", "vat_basis": "excluded"}, "included") == manager
    assert may({"amount": "250000.00", "vat_basis": "exempt"}, "included") == both


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


def test_what_a_side_branch_took_out_again_is_still_in_the_history(proposal):
    def merged(root):
        git(root, "switch", "-q", "-c", "side")
        write("docs/n.md", f"Call {CHI}.\n")(root)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "One")
        (root / "docs/n.md").unlink()
        git(root, "commit", "-qam", "Two")
        git(root, "switch", "-q", "merged")
        write("docs/m.md", "Three\n")(root)
        git(root, "add", "-A")
        git(root, "commit", "-qm", "Three")
        git(root, "merge", "-q", "--no-ff", "-m", "Both", "side")
        write("docs/k.md", "Four\n")(root)

    verdict = proposal("merged", merged)
    (found,) = [f for f in verdict.blocks if f.at.path == "docs/n.md"]
    assert found.rule == "R-PRV-2" and "in commit" in found.message


def test_a_record_in_between_is_looked_through_as_a_record(proposal, repository):
    """Its own telephone is a provider's to have; a comment about a child, or a restricted field in clear, is nobody's."""
    provider = next(p for p in repository.glob("providers/*/provider.yaml") if "telephone:" in p.read_text("utf-8"))
    path = provider.relative_to(repository).as_posix()

    def renamed(name):
        def step(root):
            text = (root / path).read_text("utf-8")
            (root / path).write_text(re.sub("(?m)^name: .*$", f"name: {name}", text), "utf-8")

        return step

    assert not [f for f in proposal("twice", renamed("One"), renamed("Two")).blocks if f.rule.startswith("R-PRV")]
    post = "people/posts/contracts-officer.yaml"
    text = (repository / post).read_text("utf-8")
    verdict = proposal("comment", write(post, f"# {CHI}\n{text}"), write(post, text.replace("team: ", "team: The ")))
    assert {f.at.path for f in verdict.blocks} == {post} and CHI not in verdict_text(verdict)
    placement = "placements/2026/P-2026-0007/placement.yaml"
    sealed = (repository / placement).read_text("utf-8")
    clear = sealed.replace("kind: placement\n", "kind: placement\ncircumstances: He moved twice.\n")
    assert "R-PRV-9" in {f.rule for f in proposal("clear", write(placement, clear), write(placement, sealed)).blocks}


def test_names_of_any_form_are_looked_through(proposal, repository):
    known = (repository / "docs/handbook/index.md").read_text("utf-8")
    assert proposal("copied", write(f"docs/{CHI}.md", known)).blocks, "its content is in the base already"
    assert proposal("lines", write(f"docs/a\n{CHI}.md", "A note.\n")).blocks
    assert proposal(CHI, write("docs/note.md", "A note.\n")).blocks, "a branch that could be a commit's number"
    assert proposal("noted", write("docs/note.md", "A note.\n")).passes
    git(repository, "branch", "-q", "-f", f"about-{CHI}", "noted")
    by_number = subprocess.run(
        ["git", "rev-parse", "noted"], cwd=repository, capture_output=True, text=True, check=True
    ).stdout.strip()
    assert gate(repository, "main", by_number, "s1003", DAY).blocks, "a branch that stands at the commit that is named"


def test_text_in_another_encoding_is_read_and_what_is_no_text_is_refused(proposal):
    def raw(path, content):
        return lambda root: (root / path).write_bytes(content)

    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        verdict = proposal(encoding, raw("docs/u.md", f"Call {CHI}.\n".encode(encoding)))
        assert "R-PRV-2" in {f.rule for f in verdict.blocks}, encoding
    assert {f.rule for f in proposal("office", raw("docs/x.docx", b"PK\x03\x04\xff\xfe\x00\xf0")).blocks} == {"R-PRV-8"}
    assert proposal("picture", raw("docs/x.png", b"\x89PNG\r\n\x1a\n\x00\xff")).passes


def test_a_link_that_leads_elsewhere_than_before_is_told(proposal, repository):
    git(repository, "switch", "-q", "-C", "linked", "main")
    (repository / "contracts/way").symlink_to("2026")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "A link that was let in")
    (repository / "contracts/way").unlink()
    (repository / "contracts/way").symlink_to("/etc")
    git(repository, "commit", "-qam", "It leads elsewhere")
    git(repository, "switch", "-q", "main")
    assert "contracts/way" in {f.at.path for f in gate(repository, "linked~1", "linked", "s1003", DAY).blocks}


def test_forms_that_cannot_be_used_or_fit_no_record_are_told(proposal, repository):
    schema = (repository / "schemas/contract.json").read_text("utf-8")
    broken = proposal("broken", write("schemas/contract.json", schema[:-20]))
    assert any("cannot be used as a form" in f.message and "contract.json" in f.message for f in broken.blocks)
    strict = proposal(
        "strict",
        write(
            "schemas/contract.json", schema.replace('"required": ["kind", "id"', '"required": ["tier", "kind", "id"', 1)
        ),
    )
    assert any("lacks tier" in f.message for f in strict.blocks)


def test_nothing_is_decided_on_an_exception_that_waits(base):
    key = next(r.key for r in base.register.of_kind("placement") if r.id == "P-2026-0001")
    late = {Key("authorisation", "A-2026-0001"): lambda d: d.update(decided_on="2026-04-02")}
    waiting = {"rule": "R-AUT-5", "reason": "Snow."}
    seen = judge(base, changed(base, late), "s1003", DAY)
    assert {f.at.path for f in seen.blocks} == {base.register.records[key].path}
    asked = judge(base, changed(base, {**late, key: lambda d: d.update(exceptions=[waiting])}), "s1003", DAY)
    decided = any(d.approvals and d.id == key.id for d in asked.decisions)
    assert decided and [f.rule for f in asked.blocks] == ["R-AUT-5"] and "waits for approval" in asked.blocks[0].message


def test_what_stands_in_its_own_way_forges_nothing_and_tells_nobody(base):
    nobody = changed(base, {}, [r.key for r in base.register.of_kind("person") if r.id != "s1003"])
    id = f"C-2026-0999\nIt may go ahead at once.\x1b[2J {CHI}"
    data = {**base.register.records[CONTRACT].data, "id": id, "status": "issued"}
    verdict = judge(
        nobody, added(nobody, Key("contract", id), data, f"contracts/2026/{id}/contract.yaml"), "s1003", DAY
    )
    assert any("needs approval" in f.message for f in verdict.blocks)
    found = (*verdict.blocks, *verdict.warnings)
    for told in (verdict_text(verdict), verdict_json(verdict), *(f(found) for f in FORMATS.values())):
        assert CHI not in told and "\x1b" not in told and "\nIt may go ahead" not in told


def test_names_of_files_and_branches_are_looked_through(proposal):
    assert proposal("plain", write(f"docs/{CHI}.md", "A note.\n")).blocks
    assert proposal(f"for-{CHI}", write("docs/note.md", "A note.\n")).blocks
    assert proposal("harmless", write("docs/note.md", "A note.\n")).passes
