"""A key store: one key a subject, opened by its readers only, and nothing in it says whom a key is about."""

import errno
import json
import multiprocessing
import os
import re
import stat
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyrage
import pytest

from ccm_site.keys import (
    BadReader,
    Damaged,
    EscrowAway,
    FolderStore,
    FolderTaken,
    Identity,
    InsideGit,
    KeyTrouble,
    NoReaders,
    NoStore,
    NotReadable,
    NotWritable,
    ReaderExpired,
    ReaderNotYet,
    Shut,
    StoreLocked,
    Subject,
    WrongIdentity,
    disk,
    recipient_of,
)
from ccm_site.keys.age import new_identity
from tests.keys.stores import CASE, COMPLAINT, OTHER, TENDER, TODAY, House


def everything(folder):
    return {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_subject_has_one_key_for_everybody(house):
    made = house.open("ada").key_for(CASE)
    assert house.open("bo").key_for(CASE) == made
    assert house.open("cy").find(CASE) == (made,)
    assert re.fullmatch(r"KY-[0-9A-HJKMNP-TV-Z]{16}", made.id)
    assert house.open("ada").key_for(OTHER).id != made.id


def test_what_is_encrypted_to_a_key_opens_for_its_readers(house):
    made = house.open("cy").key_for(CASE)
    text = pyrage.encrypt(b"what happened", [pyrage.x25519.Recipient.from_str(made.recipient)])
    for name in ("ada", "bo"):
        identity = house.open(name).open([made.id])[made.id]
        assert pyrage.decrypt(text, [identity]) == b"what happened"
    shut = house.open("cy").open([made.id])[made.id]
    assert shut.reason == "not_for_you" and "case" in shut.words


def test_a_key_that_is_not_here_is_unknown(house):
    answers = house.open("ada").open(["KY-0000000000000000", "../../readers"])
    assert {a.reason for a in answers.values()} == {"unknown"}
    assert "another register" in answers["KY-0000000000000000"].words


def test_nobody_to_open_it_makes_no_key(house):
    with pytest.raises(NoReaders, match="peer_experience"):
        house.open("ada").key_for(Subject("peer_experience", "PX-1"))
    assert list(house.folder.glob("keys/*/*")) == []


def test_a_reader_whose_time_has_not_come_gets_no_new_key(house):
    store = house.open("ada")
    store.rewrap([house.reader("ada"), house.reader("bo", from_=date(2026, 12, 1))])
    assert house.open("ada").room.entry(store.key_for(CASE).id).wraps.keys() == {"ada"}


def test_the_store_says_of_nobody_that_they_are_in_it(house):
    store = house.open("ada")
    for subject in (CASE, OTHER, COMPLAINT, TENDER):
        store.key_for(subject)
    store.join(store.key_for(COMPLAINT).id, CASE)
    store.request_erasure(CASE, "the family moved to the coast", "R-PRV-9", "post-ada")
    house.erase(OTHER)
    for path, content in everything(house.base).items():
        for word in (CASE.id, OTHER.id, COMPLAINT.id, TENDER.id, "coast"):
            assert word.encode() not in content, path
            assert word not in str(path)


def test_a_joined_key_is_found_with_both_and_made_anew_for_neither(house):
    store = house.open("ada")
    complaint = store.key_for(COMPLAINT)
    store.join(complaint.id, CASE)
    store.join(complaint.id, CASE)
    assert store.find(CASE) == (complaint,) == store.find(COMPLAINT)
    own = store.key_for(CASE)
    assert own != complaint and set(store.find(CASE)) == {own, complaint}
    assert store.key_for(COMPLAINT) == complaint
    with pytest.raises(KeyTrouble, match="not in this store"):
        store.join("KY-0000000000000000", CASE)


def test_files_are_for_the_owner_only(house):
    store = house.open("ada")
    store.key_for(CASE)
    store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    if os.name != "posix":
        pytest.skip("modes are of POSIX")
    for base in (house.folder, house.escrow):
        for path in (base, *base.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    (house.folder / "store.json").chmod(0o644)
    assert any("others on this machine" in words for words in store.check())


def test_no_name_that_windows_refuses(house):
    house.open("ada").key_for(CASE)
    house.erase(CASE)
    for base in (house.folder, house.escrow):
        for path in base.rglob("*"):
            assert not set(':*?"<>|\\') & set(path.name)


# Opening


def test_no_store(house, tmp_path):
    with pytest.raises(NoStore, match=r"ccm keys init.*ccm keys restore"):
        FolderStore.open(tmp_path / "nothing", house.identities["ada"], TODAY)
    assert not (tmp_path / "nothing").exists()


def test_a_stranger_is_refused(house):
    with pytest.raises(WrongIdentity, match="no reader of this store"):
        FolderStore.open(house.folder, new_identity(), TODAY)


def test_a_reader_reads_on_their_days_only(house):
    house.open("ada").rewrap(
        [house.reader("ada"), house.reader("bo", from_=date(2026, 11, 25), until=date(2026, 11, 26))]
    )
    with pytest.raises(ReaderNotYet, match="25 November 2026"):
        house.open("bo", date(2026, 11, 24))
    house.open("bo", date(2026, 11, 25))
    house.open("bo", date(2026, 11, 26))
    with pytest.raises(ReaderExpired, match="26 November 2026"):
        house.open("bo", date(2026, 11, 27))


def test_a_store_is_never_made_over_something(house, tmp_path):
    before = everything(house.folder)
    with pytest.raises(FolderTaken):
        FolderStore.create(house.folder, house.reader("bo"), house.identities["bo"], tmp_path / "e2", TODAY)
    with pytest.raises(FolderTaken):
        FolderStore.create(tmp_path / "s2", house.reader("bo"), house.identities["bo"], house.escrow, TODAY)
    assert everything(house.folder) == before and not (tmp_path / "s2").exists()


def test_a_store_lies_neither_in_git_nor_with_its_escrow(house, tmp_path):
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    ada, identity = house.reader("ada"), house.identities["ada"]
    with pytest.raises(InsideGit):
        FolderStore.create(tmp_path / "repo" / "keys", ada, identity, tmp_path / "e2", TODAY)
    with pytest.raises(InsideGit):
        FolderStore.create(tmp_path / "s2", ada, identity, tmp_path / "repo" / "escrow", TODAY)
    with pytest.raises(EscrowAway):
        FolderStore.create(tmp_path / "s2", ada, identity, tmp_path / "s2" / "escrow", TODAY)
    with pytest.raises(WrongIdentity):
        FolderStore.create(tmp_path / "s2", ada, new_identity(), tmp_path / "e2", TODAY)
    (tmp_path / "repo" / ".gitignore").write_text("/build/\n")
    FolderStore.create(tmp_path / "repo" / "build" / "keys", ada, identity, tmp_path / "repo" / "build" / "e", TODAY)
    with pytest.raises(InsideGit):
        FolderStore.create(tmp_path / "repo" / "built", ada, identity, tmp_path / "e3", TODAY)


def test_what_a_stranger_writes_into_the_store_is_not_believed(house):
    store = house.open("ada")
    made = store.key_for(CASE)
    path = store.room.entry_path(made.id)
    good = path.read_text()
    path.write_text(good.replace(made.recipient, recipient_of(new_identity())))
    with pytest.raises(Damaged):
        house.open("ada").key_for(CASE)
    answer = house.open("ada").open([made.id])[made.id]
    assert isinstance(answer, Shut) and "not written by a reader" in answer.words
    assert len(store.check()) == 1
    path.write_text(good)
    readers = json.loads((house.folder / "readers.json").read_text())
    readers["readers"].append({**readers["readers"][0], "person": "eve", "key": recipient_of(new_identity())})
    (house.folder / "readers.json").write_text(json.dumps(readers))
    with pytest.raises(Damaged):
        house.open("ada")


def test_a_lost_key_is_not_made_anew_in_silence(house):
    store = house.open("ada")
    made = store.key_for(CASE)
    store.room.entry_path(made.id).unlink()
    with pytest.raises(Damaged, match="lost"):
        store.key_for(CASE)
    assert store.open([made.id])[made.id].reason == "unknown"
    assert len(store.check()) == 1


def test_a_sound_store_has_nothing_to_mend(house):
    store = house.open("ada")
    store.key_for(CASE)
    store.key_for(TENDER)
    assert store.check() == ()
    assert store.status().keys == {"case": 1, "tender": 1}
    assert store.status().lacking == {}


def test_a_thousand_keys_open_at_once(house):
    store = house.open("ada")
    ids = [store.key_for(Subject("case", f"CH-{n}")).id for n in range(1000)]
    reader = house.open("bo")
    start = time.perf_counter()
    answers = reader.open(ids)
    assert time.perf_counter() - start < 5
    assert len(answers) == 1000 and all(isinstance(a, Identity) for a in answers.values())


def test_adding_a_key_writes_a_few_small_files_however_many_there_are(house):
    store = house.open("ada")
    for n in range(30):
        store.key_for(Subject("case", f"CH-{n}"))
    before = everything(house.folder)
    store.key_for(CASE)
    after = everything(house.folder)
    changed = {p.relative_to(house.folder).parts[0] for p in after if after[p] != before.get(p)}
    assert changed == {"keys", "index", "log.jsonl"}
    assert len([p for p in after if after[p] != before.get(p)]) == 3


def _make(base, identities, barrier, answers):
    house = House.__new__(House)
    house.folder, house.identities = base / "store", {"ada": pyrage.x25519.Identity.from_str(identities)}
    barrier.wait()
    answers.put([house.open("ada", timeout=30).key_for(Subject("case", f"CH-{n}")).id for n in range(20)])


def test_two_processes_that_make_a_subjects_key_get_one(house):
    context = multiprocessing.get_context("spawn")
    barrier, answers = context.Barrier(2), context.Queue()
    args = (house.base, str(house.identities["ada"]), barrier, answers)
    runs = [context.Process(target=_make, args=args) for _ in range(2)]
    for run in runs:
        run.start()
    first, second = answers.get(timeout=60), answers.get(timeout=60)
    for run in runs:
        run.join()
    assert first == second and len(set(first)) == 20
    assert house.open("ada").check() == ()


def test_a_store_in_which_somebody_writes_is_waited_for_and_then_refused(house):
    other = disk.make_lock(house.folder, 1)
    with disk.held(other):
        store = house.open("ada", timeout=0.1)
        with pytest.raises(StoreLocked, match="Try again"):
            store.key_for(CASE)
        assert store.find(CASE) == ()
    assert store.key_for(CASE)


# The log


def test_the_log_says_who_did_what_to_which_key_and_nothing_else(house):
    store = house.open("ada")
    made = store.key_for(CASE)
    store.log("unsealed", ["PL-2026-0001", made.id], "annual review")
    lines = [json.loads(line) for line in (house.folder / "log.jsonl").read_text().splitlines()]
    assert lines[-2] | {"at": ""} == {"at": "", "who": "ada", "did": "made a key", "what": [made.id]}
    assert lines[-1]["what"] == ["PL-2026-0001", made.id] and lines[-1]["why"] == "annual review"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", lines[-1]["at"])
    for content in (["He was hit by his father"], [""], ["a\nb"]):
        with pytest.raises(ValueError, match="ids only"):
            store.log("unsealed", content)
    with pytest.raises(ValueError, match="one line"):
        store.log("unsealed", [made.id], "x" * 300)
    assert len((house.folder / "log.jsonl").read_text().splitlines()) == len(lines)


def test_a_line_torn_by_a_crash_spoils_only_itself(house):
    path = house.folder / "log.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at": "2026-')
    house.open("ada").log("unsealed", ["X-1"])
    assert json.loads(path.read_bytes().splitlines()[-1])["did"] == "unsealed"
    assert path.read_bytes().startswith(whole)


# Readers


def test_a_new_reader_opens_old_keys_when_their_giver_could(house):
    store = house.open("ada")
    case, tender = store.key_for(CASE), store.key_for(TENDER)
    house.identities["eve"] = new_identity()
    done = store.add_reader(house.reader("eve", {"case", "tender"}))
    assert done.changed == 1 and done.lacking == {"eve": 1}
    answers = house.open("eve").open([case.id, tender.id])
    assert isinstance(answers[case.id], Identity)
    assert answers[tender.id].reason == "not_for_you" and "rewrap" in answers[tender.id].words
    assert store.status().lacking == {"eve": 1}
    again = house.open("cy").rewrap(store.readers())
    assert again.lacking == {}
    assert isinstance(house.open("eve").open([tender.id])[tender.id], Identity)


def test_a_removed_reader_opens_nothing_new_and_cannot_come_in(house):
    gone = house.open("bo")
    old = gone.key_for(CASE)
    done = house.open("ada").remove_reader("bo")
    assert done.changed == 1 and done.lacking == {}
    new = house.open("ada").key_for(OTHER)
    assert "bo" not in house.open("ada").room.entry(old.id).wraps
    with pytest.raises(WrongIdentity, match="no reader of this store any more"):
        gone.open([new.id])
    for path, content in everything(house.folder).items():
        if "keys" in path.parts:
            for wrap in json.loads(content)["wraps"].values():
                with pytest.raises(pyrage.DecryptError):
                    pyrage.decrypt(wrap["text"].encode(), [house.identities["bo"]])
    with pytest.raises(WrongIdentity):
        gone.key_for(Subject("case", "CH-new"))
    with pytest.raises(WrongIdentity):
        house.open("bo")


def test_narrowed_reads_take_keys_away_and_touch_no_key(house):
    store = house.open("ada")
    case, complaint = store.key_for(CASE), store.key_for(COMPLAINT)
    store.rewrap([house.reader("ada"), house.reader("bo", {"complaint"})])
    answers = house.open("bo").open([case.id, complaint.id])
    assert answers[case.id].reason == "not_for_you" and isinstance(answers[complaint.id], Identity)
    assert house.open("ada").find(CASE) == (case,)


def test_a_reader_with_a_new_key_opens_the_old_ones(house):
    store = house.open("ada")
    made = store.key_for(CASE)
    house.identities["bo"] = new_identity()
    store.rewrap([house.reader("ada"), house.reader("bo")])
    assert isinstance(house.open("bo").open([made.id])[made.id], Identity)


def test_the_last_wrap_of_a_key_is_never_taken_away(house):
    store = house.open("ada")
    tender = store.key_for(TENDER)
    with pytest.raises(NoReaders, match=r"cy is the last who reads what is sealed about a tender.*ccm keys add PERSON"):
        store.remove_reader("cy")
    done = store.rewrap([r for r in store.readers() if r.person != "cy"])
    assert done.kept_last == (tender.id,)
    assert store.room.entry(tender.id).wraps.keys() == {"cy"}
    store.add_reader(house.reader("cy"))
    store.add_reader(house.reader("eve"))
    with pytest.raises(NoReaders, match=r"last who can open a key of a tender.*Let cy run first: ccm keys rewrap"):
        store.remove_reader("cy")
    house.open("cy").rewrap(store.readers())
    assert store.remove_reader("cy").kept_last == ()
    with pytest.raises(NoReaders):
        store.rewrap([house.reader("ada", until=date(2026, 1, 2))])
    assert len(store.readers()) == 4


def test_readers_that_make_no_sense_are_refused(house):
    store = house.open("ada")
    with pytest.raises(BadReader, match=r"bo is a reader already.*run: ccm keys rewrap"):
        store.add_reader(house.reader("bo"))
    bo = house.reader("bo")
    with pytest.raises(BadReader, match=r"key of eve is the one of bo.*Have eve make one with: ccm keys identity"):
        store.add_reader(replace(house.reader("eve"), key=bo.key))
    with pytest.raises(BadReader, match="twice"):
        store.rewrap([bo, bo])
    with pytest.raises(BadReader, match="age public key"):
        store.rewrap([house.reader("ada"), house.reader("bo").__class__("x", "age1no", (), frozenset(), TODAY)])
    with pytest.raises(BadReader, match="no reader"):
        store.remove_reader("zoe")
    assert len(store.readers()) == 4


# What the system has against it


def test_a_store_that_the_system_keeps_from_one_is_told_with_a_mend(house, monkeypatch):
    real = Path.read_bytes

    def refused(path):
        if path.name == "store.json":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", refused)
    with pytest.raises(NotReadable, match=r"store\.json: you may not read it .*Have yourself given the right"):
        house.open("ada")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), r"cannot be written: No space left on device .*has room"),
        (PermissionError(errno.EACCES, "Permission denied"), r"cannot be written: Permission denied .*right to write"),
    ],
)
def test_a_store_that_cannot_be_written_is_told_with_a_mend(house, monkeypatch, error, words):
    store = house.open("ada")

    def full(*args, **more):
        raise error

    monkeypatch.setattr(disk, "write_file", full)
    with pytest.raises(NotWritable, match=words):
        store.key_for(CASE)
