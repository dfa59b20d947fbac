"""A gap of a carried-over contract holds until it is next varied, reviewed or renewed."""

import pytest

from ccm_site.gate.judge import judge
from ccm_site.model import Key
from tests.gate.test_judge import DAY, changed

OLD = Key("contract", "C-2024-0004")
REVIEW = Key("review", "RV-2026-0027")
"""A review of it that was held."""


def gaps(verdict, of=OLD.id):
    return {
        f.at.pointer
        for f in verdict.blocks
        if f"/{of}/contract.yaml" in f.at.path and "its source did not have" in f.fix
    }


def test_while_it_only_runs_its_gaps_hold(base):
    assert base.register.records[OLD].data["legacy"]["gaps"]
    assert (
        gaps(judge(base, changed(base, {OLD: lambda d: d.update(restricted_to=["Throughcare team"])}), "s1003", DAY))
        == set()
    )


def test_a_review_ends_them(base):
    before = changed(base, {REVIEW: lambda d: d.update(status="held")})
    agreed = judge(before, changed(before, {REVIEW: lambda d: d.update(status="minutes_agreed")}), "s1003", DAY)
    assert {"/terms", "/schedule_a"} <= gaps(agreed) and not agreed.passes
    assert (
        gaps(judge(changed(base, {REVIEW: lambda d: d.update(status="preparing")}), before, "s1003", DAY)) == set()
    ), "to hold it is a fact"


def test_an_option_that_is_used_ends_them(base):
    before = changed(base, {OLD: lambda d: d.update(extensions=[{"months": 12, "notice_by": "2026-12-31"}])})
    head = changed(before, {OLD: lambda d: d["extensions"][0].update(used_on="2026-11-20")})
    assert "/terms" in gaps(judge(before, head, "s1003", DAY))


def test_a_contract_that_follows_ends_them(base):
    draft = Key("contract", "C-2026-0005")
    assert "/terms" in gaps(judge(base, changed(base, {draft: lambda d: d.update(successor_of=OLD.id)}), "s1003", DAY))


@pytest.mark.parametrize(("state", "ends"), [("approved", True), ("draft", False)])
def test_a_variation_ends_them_once_it_is_approved(base, state, ends):
    variation = Key("variation", "V-2026-0001")
    before = changed(base, {variation: lambda d: d.update(status="draft", contract=OLD.id)})
    head = changed(before, {variation: lambda d: d.update(status=state, reason="Fewer evenings.")})
    assert bool(gaps(judge(before, head, "s1003", DAY))) is ends
