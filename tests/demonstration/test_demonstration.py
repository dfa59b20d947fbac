"""The demonstration register: every kind and every state at least once, clean, fictional, and laid into its own repository."""

import subprocess
from collections import Counter

import pytest

from ccm_site.checks.run import check
from ccm_site.demo import lay
from ccm_site.formatting import format_files
from ccm_site.gitrepo import last_changes
from ccm_site.register import load, values_at
from ccm_site.starter import shipped
from tests.registers import DEMO_DAY

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"


@pytest.fixture(scope="module")
def checked():
    return check(shipped(), DEMO_DAY)


def test_it_has_no_errors(checked):
    assert [f for f in checked[1] if f.severity == "error"] == []


def test_its_warnings_are_the_ones_it_is_meant_to_show(checked):
    """Contracts carried over with what their time did not write down; exceptions, approved and pending; and what life brings."""
    assert Counter(f.rule for f in checked[1]) == {
        "R-AUT-4": 2, "R-AUT-5": 2, "R-AUT-7-a": 1, "R-CFG-7": 1, "R-CON-2": 21, "R-CON-13": 1, "R-MKT-1": 1, "R-MON-1": 6, "R-MON-4": 1,
        "R-MON-5": 8, "R-MON-6": 6, "R-MON-11": 1, "R-MON-16": 2, "R-NEED-3": 6, "R-NTJ-7": 1, "R-PRV-9": 1, "R-REV-1-a": 6, "R-REV-5": 1,
        "R-SPEC-9": 1, "R-SRC-1": 7, "R-SRC-3": 1, "R-SRC-5": 6, "R-TRM-11": 1,
    }  # fmt: skip


def test_it_is_in_canonical_form():
    assert format_files(shipped(), write=False).changed == ()


def test_every_kind_and_every_state_is_there(checked):
    loaded, _ = checked
    for kind in loaded.kinds:
        records = loaded.register.of_kind(kind.name)
        assert records, f"there is no {kind.name}"
        if kind.life_cycle:
            states = {r.data.get(kind.life_cycle.field) for r in records}
            assert set(kind.life_cycle.states) <= states, f"{kind.name}: {set(kind.life_cycle.states) - states}"


def test_it_is_of_the_size_that_was_promised(checked):
    register = checked[0].register
    count = Counter(r.kind for r in register)
    assert count["placement"] == 30 and count["complaint"] == 15
    assert (
        count["contract"] >= 12
        and count["provider"] >= 8
        and len({r.id.split("/")[0] for r in register.of_kind("specification")}) == 6
    )


def test_every_case_reference_has_its_check_character(checked):
    loaded, _ = checked
    seen = set()
    for record in loaded.register:
        for f in loaded.kinds[record.kind].all_fields:
            if f.name == "child_ref":
                seen.update(v for _, v in values_at(record.data, f.path) if isinstance(v, str))
    assert len(seen) > 20
    for reference in seen:
        _, body, check_character = reference.split("-")
        number = 0
        for character in body:
            number = number * 32 + CROCKFORD.index(character)
        assert CROCKFORD[number % 37] == check_character, reference


def test_the_dental_example_of_the_framework_is_there(checked):
    text = str(checked[0].register.get("specification", "S-2025-0001/v1").data).lower()
    for words in ("good physical health", "dental decay", "attends the dentist", "hygiene", "balanced diet"):
        assert words in text, words


def test_it_is_laid_into_a_repository_of_its_own(tmp_path):
    count = lay(shipped(), tmp_path / "demo")
    register = load(tmp_path / "demo").register
    assert len(register) == count > 800
    assert register.table("register")["demonstration"] == "copy"
    log = subprocess.run(
        ["git", "log", "--format=%s"], cwd=tmp_path / "demo", capture_output=True, text=True, check=True
    ).stdout
    assert len(log.splitlines()) > 24, "month by month"
    changes = last_changes(tmp_path / "demo")
    assert set(changes) >= {r.path for r in register}
    assert changes["contracts/2022/C-2022-0001/contract.yaml"].on <= "2026-11-24"
    again = lay(shipped(), tmp_path / "demo")
    assert again == count
