"""J-16: an erased case is unreadable in a fresh clone, an old clone, and with a backup that has ended, with every staff key."""

import os
import shutil
import subprocess
from datetime import timedelta

import pytest

from ccm_site.checks.run import check
from ccm_site.custody.erasing import CannotErase, Ground, carry_out, checked, post_for, subject_named
from ccm_site.custody.limits import backup_days
from ccm_site.custody.sealed_files import CannotSeal, opened_text, seal_files
from ccm_site.custody.subject import as_json, as_text, held_about
from ccm_site.keys import BackupExpired, KeyTrouble, Subject, backup, expire, load_identity, restore
from ccm_site.register import load
from tests.custody.office import CASE, CLEAR, COMPLAINT, PLACEMENT, TODAY
from tests.custody.test_sealing import OTHER, change

SUBJECT = Subject("case", CASE)
WHY = Ground("erasure_request", "placement_ref", "Asked for by letter")


def git(folder, *args):
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    identity = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *args], cwd=folder, env=env, check=True, capture_output=True)


@pytest.fixture
def kept(office):
    """The register sealed and saved in a history."""
    seal_files(office.root, office.store())
    git(office.root, "init", "-q", "-b", "main")
    git(office.root, "add", "-A")
    git(office.root, "commit", "-q", "-m", "Sealed")
    return office


def erase(office, first="s1", second="s2", subject=SUBJECT):
    asking = office.store(first)
    id = asking.request_erasure(subject, str(WHY), WHY.retention_rule, "manager" if first == "s1" else "dpo")
    store = office.store(second)
    request = next(r for r in store.pending() if r.id == id)
    return carry_out(
        office.root, load(office.root, store), store, request, "dpo" if second == "s2" else "manager", TODAY
    )


def unreadable(office, root):
    for person in office.identities:
        loaded = load(root, office.store(person))
        record = loaded.register.get("placement", "P-2026-0001")
        assert (
            record.seal.erased and "child_ref" not in record.data and "was destroyed on 4 May 2026" in record.seal.shut
        )
        with pytest.raises(CannotSeal, match="destroyed"):
            opened_text(root, office.store(person), PLACEMENT)


def test_erased_everywhere(kept, tmp_path):
    old = tmp_path / "old-clone"
    git(tmp_path, "clone", "-q", str(kept.root), str(old))
    file = tmp_path / "yesterday.backup"
    yesterday = TODAY - timedelta(days=1)
    last_day = backup(kept.store("s1", yesterday), file, yesterday, backup_days(load(kept.root).register, TODAY))
    assert opened_text(old, kept.store(), PLACEMENT)
    erased, written = erase(kept)
    assert written == ["policy/disposals/DI-2026-0001.yaml"] and erased.backups_until == last_day
    git(kept.root, "add", "-A")
    git(kept.root, "commit", "-q", "-m", "Disposal")
    fresh = tmp_path / "fresh-clone"
    git(tmp_path, "clone", "-q", str(kept.root), str(fresh))
    for root in (kept.root, fresh, old):
        unreadable(kept, root)
    loaded, findings = check(kept.root, TODAY, kept.store())
    assert [f for f in findings if f.severity == "error"] == []
    assert loaded.register.get("complaint", "K-2026-0001").data["narrative"], "other subjects stay"
    # Yesterday's backup, on the day after its last, with every staff key and with the escrow folder as it then is.
    after = last_day + timedelta(days=1)
    expire(kept.escrow, after)
    for person, identity in kept.identities.items():
        with pytest.raises(KeyTrouble):
            restore(file, tmp_path / f"restored-{person}", kept.escrow, load_identity(identity, str), after)
    # Even where the program believes that it is still yesterday.
    with pytest.raises(KeyTrouble):
        restore(file, tmp_path / "restored", kept.escrow, load_identity(kept.identities["s1"], str), yesterday)


@pytest.mark.parametrize("erased", [CASE, OTHER])
def test_a_complaint_moved_to_another_child_goes_with_each_child_by_its_own_text(office, tmp_path, erased):
    (office.root / COMPLAINT).write_text(f"{CLEAR[COMPLAINT]}child_ref: {CASE}\n", "utf-8")
    seal_files(office.root, office.store())
    before = tmp_path / "before"
    shutil.copytree(office.root, before)
    change(office, COMPLAINT, CASE.encode(), OTHER.encode())
    erase(office, subject=Subject("case", erased))
    kept, gone = (office.root, before) if erased == CASE else (before, office.root)
    assert b"Nobody answered" in opened_text(kept, office.store(), COMPLAINT)
    with pytest.raises(CannotSeal, match="destroyed"):
        opened_text(gone, office.store(), COMPLAINT)


def test_a_backup_restored_in_time_leaves_the_erased_key_out(kept, tmp_path):
    file = tmp_path / "backup"
    backup(kept.store(), file, TODAY, 14)
    erase(kept)
    marks = [str(r.data["key_fingerprint"]) for r in load(kept.root).register.of_kind("disposal")]
    again = tmp_path / "again"
    done = restore(file, again, kept.escrow, load_identity(kept.identities["s1"], str), TODAY, also_destroyed=marks)
    assert len(done.left_out) == 1
    kept.folder = again
    unreadable(kept, kept.root)


def test_backups_end_sooner_than_an_erasure_is_promised(kept):
    register = load(kept.root).register
    assert 0 < backup_days(register, TODAY) < 30


def test_the_disposal_says_what_by_whom_and_nothing_of_it(kept):
    _, written = erase(kept)
    text = (kept.root / written[0]).read_text("utf-8")
    assert (
        "- manager\n- dpo" in text
        and "by_role: dpo" in text
        and "id: P-2026-0001" in text
        and "erasure_request" in text
    )
    assert CASE not in text and "house" not in text


def test_it_takes_two_people_with_the_two_posts(kept):
    with pytest.raises(CannotErase, match="yourself"):
        erase(kept, "s1", "s1")
    store = kept.store()
    assert load(kept.root, store).register.get("placement", "P-2026-0001").data["child_ref"] == CASE
    assert load(kept.root).register.of_kind("disposal") == (), "what was not done is not recorded"
    asking = kept.store("s3")
    id = asking.request_erasure(Subject("complaint", "K-2026-0001"), str(WHY), WHY.retention_rule, "finance")
    dpo = kept.store("s2")
    request = next(r for r in dpo.pending() if r.id == id)
    with pytest.raises(CannotErase, match="finance and dpo together may not"):
        carry_out(kept.root, load(kept.root, dpo), dpo, request, "dpo", TODAY)


def test_a_crash_between_disposal_and_destruction_is_finished_by_doing_it_again(kept, monkeypatch):
    store = kept.store("s1")
    id = store.request_erasure(SUBJECT, str(WHY), WHY.retention_rule, "manager")
    second = kept.store("s2")
    request = next(r for r in second.pending() if r.id == id)
    monkeypatch.setattr(type(second), "confirm_erasure", lambda *_: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        carry_out(kept.root, load(kept.root, second), second, request, "dpo", TODAY)
    monkeypatch.undo()
    loaded = load(kept.root, kept.store("s2"))
    assert loaded.register.get("placement", "P-2026-0001").data["child_ref"] == CASE
    _, written = carry_out(kept.root, loaded, kept.store("s2"), request, "dpo", TODAY)
    assert written == [], "the disposal stands already"
    unreadable(kept, kept.root)


@pytest.mark.parametrize(
    ("why", "words"),
    [
        (Ground("because", "placement_ref", "x"), "is no ground"),
        (Ground("erasure_request", "nowhere", "x"), "no entry of policy/retention"),
        (Ground("retention_ended", "placement_ref", "x"), "from which day"),
        (Ground("retention_ended", "placement_ref", "x", "2030-01-01"), "a day to come"),
        (Ground("erasure_request", "placement_ref", "  "), "give a reason"),
        (Ground("erasure_request", "placement_ref", "x", "yesterday"), "is no date"),
        (Ground("erasure_request", "placement_ref", "For CHI 0101011237"), "a CHI number"),
        (Ground("erasure_request", "placement_ref", f"Of {CASE}"), "a case reference"),
    ],
)
def test_a_ground_that_no_disposal_could_hold_is_refused(kept, why, words):
    loaded = load(kept.root)
    with pytest.raises(CannotErase, match=words):
        checked(loaded.register, why, TODAY)


def test_who_is_named_and_in_which_post(kept):
    loaded = load(kept.root, kept.store())
    assert subject_named(loaded, CASE) == SUBJECT
    assert subject_named(loaded, "K-2026-0001") == Subject("complaint", "K-2026-0001")
    for name, words in (
        ("CH-B028XZA-0", "check character"),
        ("P-2026-0001", "Give the case reference"),
        ("C-2026-0001", "no sealed record"),
    ):
        with pytest.raises(CannotErase, match=words):
            subject_named(loaded, name)
    assert post_for(loaded.register, "s1", None, TODAY) == "manager"
    with pytest.raises(CannotErase, match="--post: manager"):
        post_for(loaded.register, "s1", "dpo", TODAY)


def test_everything_held_about_a_case(kept):
    store = kept.store()
    loaded = load(kept.root, store)
    held = held_about(loaded.register, store, SUBJECT)
    assert [r.id for r in held.records] == ["P-2026-0001"]
    text = as_text(held, loaded.kinds)
    assert "Placement P-2026-0001" in text and "the first house was full" in text and "narrative" not in text
    assert '"opened": true' in as_json(held, loaded.kinds)
    assert COMPLAINT not in text


def test_an_expired_backup_says_so(kept, tmp_path):
    file = tmp_path / "backup"
    day = backup(kept.store(), file, TODAY, 14)
    with pytest.raises(BackupExpired, match="could be opened until"):
        restore(file, tmp_path / "x", kept.escrow, load_identity(kept.identities["s1"], str), day + timedelta(days=1))
