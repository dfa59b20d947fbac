"""Who proposes is known only to a change, which no file of examples says: what R-ROL finds of the proposer."""

from dataclasses import replace
from datetime import date

import pytest

from ccm_site.facts.holders import RolesHeld
from ccm_site.kinds import load_kinds
from ccm_site.model import Key
from ccm_site.register import load
from ccm_site.rules import Changes, all_change_rules
from ccm_site.rules.config import ratings_are_words
from ccm_site.rules.example import AS_OF, applied
from ccm_site.rules.roles import before_migration
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
DELEGATION = "people/delegations/D-2026-0001.yaml"
NOTICE = "contracts/2026/C-2026-0002/notices/NO-2026-0051.yaml"
CONTRACT = "contracts/2026/C-2026-0003/contract.yaml"
MANAGER, DEPUTE, OFFICER, HEAD, AUDITOR = "s1001", "s1002", "s1025", "s1004", "s1022"
GRANTED = {DELEGATION: {"/status": "active", "/granted_by": {"by_role": "chief_officer", "on": "2026-11-24"}}}
SENT = {
    NOTICE: {
        "/status": "sent", "/sent_on": "2026-11-24", "/sent_by_role": "contracts_officer",
        "/document": {"template": "t_14", "sha256": "0" * 64},
    }
}  # fmt: skip


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


@pytest.fixture
def found(demonstration):
    def find(change, actor, *, before=None, row="R-ROL"):
        base = applied(demonstration, KINDS, before or {})[0]
        changes = Changes.between(base, applied(base, KINDS, change)[0], actor)
        return [f for r in all_change_rules() if r.row.startswith(row) for f in r.find(changes, KINDS, AS_OF)]

    return find


def test_who_sends_a_notice_holds_a_role_that_may(found):
    assert found(SENT, OFFICER) == []
    assert [(f.rule, f.severity, f.at.pointer) for f in found(SENT, AUDITOR)] == [("R-ROL-1", "error", "/status")]


def test_a_post_is_left_and_its_role_with_it(found):
    gone = {"people/persons/s1025.yaml": {"/posts/0/to": "2026-11-23"}}
    last = {"people/persons/s1025.yaml": {"/posts/0/to": "2026-11-24"}}
    assert [f.rule for f in found(SENT, OFFICER, before=gone)] == ["R-ROL-1"]
    assert found(SENT, OFFICER, before=last) == []


def test_cover_gives_the_role_for_its_days(found):
    cover = {"post": "internal-auditor", "from": "2026-11-24", "to": "2026-11-24", "reason": "leave"}
    late = {**cover, "from": "2026-11-25", "to": "2026-11-25"}
    path = "people/posts/contracts-officer.yaml"
    assert found(SENT, AUDITOR, before={path: {"/cover": [cover]}}) == []
    assert [f.rule for f in found(SENT, AUDITOR, before={path: {"/cover": [late]}})] == ["R-ROL-1"]


def test_nobody_decides_on_what_only_they_could_decide(found):
    """Head and manager may grant a delegation; when one of them is gone, the other cannot propose it."""
    alone = {
        "people/persons/s1001.yaml": {"/posts/0/to": "2026-11-01"},
        "people/persons/s1023.yaml": {"/posts/0/to": "2026-11-01"},
    }
    assert found(GRANTED, HEAD) == []
    assert [f.rule for f in found(GRANTED, HEAD, before=alone)] == ["R-ROL-1"]
    assert found(GRANTED, OFFICER, before=alone) == []


def test_what_the_manager_proposes_needs_a_second(found):
    policy = {"policy/distribution.yaml": {"/entries/15/within_working_days": 2}}
    issued = {"contracts/2026/C-2026-0004/contract.yaml": {"/status": "issued"}}
    ready = {"contracts/2026/C-2026-0004/contract.yaml": {"/status": "ready_for_issue"}}
    assert [(f.rule, f.severity) for f in found(policy, MANAGER)] == [("R-ROL-2", "warning")]
    assert [(f.rule, f.at.pointer) for f in found(issued, MANAGER, before=ready)] == [("R-ROL-2", "/status")]
    assert found(policy, OFFICER) == found(issued, DEPUTE, before=ready) == []
    assert [f.rule for f in found(SENT, MANAGER)] == [], "a fact needs no second"
    assert found(GRANTED, MANAGER) == [], "the chief officer decided"


def test_a_record_is_not_moved(demonstration, found):
    notice = demonstration.records[Key("notice", "NO-2026-0051")]
    moved = replace(demonstration, records={**demonstration.records, notice.key: replace(notice, path="x.yaml")})
    changes = Changes.between(demonstration, moved)
    rules = [r for r in all_change_rules() if r.id == "R-ID-3"]
    assert [f.at.path for r in rules for f in r.find(changes, KINDS, AS_OF)] == ["x.yaml"]


def test_the_first_commit_of_a_register_brings_what_there_was(demonstration):
    empty = replace(demonstration, records={}, links={}, backlinks={})
    rules = [r for r in all_change_rules() if r.id == "R-ID-3"]
    assert [f for r in rules for f in r.find(Changes.between(empty, demonstration), KINDS, AS_OF)] == []


def test_roles_by_dates(demonstration):
    held = RolesHeld.of(demonstration)
    assert held.people_with(["ccm"], AS_OF) == {MANAGER}
    assert held.people_with(["ccm"], date(2026, 7, 17)) == {MANAGER, DEPUTE}, "the last day of the cover"
    assert held.posts_with("ccm", date(2018, 3, 31)) == frozenset()
    assert "principal-psychologist" in held.posts_with("lead_professional", AS_OF)
    assert held is RolesHeld.of(demonstration)


def test_what_lies_before_a_record_was_carried_over(demonstration):
    old = demonstration.records[Key("contract", "C-2024-0004")]
    assert before_migration(old, date(2025, 2, 9)) and not before_migration(old, date(2025, 2, 10))


def test_no_kind_is_called_by_the_initials(demonstration):
    kind = KINDS["risk_assessment"]
    named = replace(kind, fields=(*kind.fields, replace(kind.fields[0], name="rag_status", path=("rag_status",))))
    kinds = replace(KINDS, by_name={**KINDS.by_name, "risk_assessment": named})
    assert [f.at.path for f in ratings_are_words(demonstration, kinds, AS_OF)] == ["schemas/risk_assessment.json"]
    assert list(ratings_are_words(demonstration, KINDS, AS_OF)) == []
