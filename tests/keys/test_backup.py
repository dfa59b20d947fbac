"""Backups end: after their last day nobody opens them, whatever keys they hold; and none brings back what was destroyed."""

import json
from datetime import date, timedelta

import pyrage
import pytest

from ccm_site.keys import (
    BackupExpired,
    Damaged,
    EscrowAway,
    FolderTaken,
    ForeignBackup,
    Identity,
    KeyTrouble,
    NotWritable,
    WrongIdentity,
    backup,
    expire,
    fingerprint,
    restore,
)
from ccm_site.keys.age import new_identity
from tests.keys.stores import CASE, OTHER, TENDER, TODAY, House

LAST = TODAY + timedelta(days=30)


@pytest.fixture
def file(house, tmp_path):
    """A backup of a store with three keys, that opens until 25 December."""
    for subject in (CASE, OTHER, TENDER):
        house.open("ada").key_for(subject)
    assert backup(house.open("ada"), tmp_path / "monday.age", TODAY, 30) == LAST
    return tmp_path / "monday.age"


def secrets_in(folder):
    """Every age text that lies anywhere in a folder's files."""
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes().decode("latin-1").replace("\\n", "\n")
            for part in content.split("-----BEGIN AGE ENCRYPTED FILE-----")[1:]:
                body = part.split("-----END AGE ENCRYPTED FILE-----")[0]
                yield f"-----BEGIN AGE ENCRYPTED FILE-----{body}-----END AGE ENCRYPTED FILE-----\n".encode()


def all_keys_within_reach(folders, identities):
    """Every identity that can be got at from these folders with these identities, however deep."""
    held, new = list(identities), list(identities)
    texts = [t for folder in folders for t in secrets_in(folder)]
    while new:
        found = []
        for text in texts:
            for identity in new:
                try:
                    plain = pyrage.decrypt(text, [identity]).decode()
                except pyrage.DecryptError:
                    continue
                if plain.startswith("AGE-SECRET-KEY"):
                    found.append(pyrage.x25519.Identity.from_str(plain))
        held += found
        new = found
    return held


def opens(file, identities):
    body = file.read_bytes().partition(b"\n")[2]
    try:
        return bool(pyrage.decrypt(body, identities))
    except pyrage.DecryptError:
        return False


def test_a_backup_is_restored(house, file, tmp_path):
    keys = {s: house.open("ada").key_for(s) for s in (CASE, OTHER, TENDER)}
    made_later = house.open("ada").key_for(CASE._replace(id="CH-later"))
    done = restore(file, tmp_path / "again", house.escrow, house.identities["cy"], LAST)
    assert (done.keys, done.left_out, done.made_on, done.expires) == (3, (), TODAY, LAST)
    store = house.open("bo", LAST, tmp_path / "again")
    assert store.find(CASE) == (keys[CASE],)
    answers = store.open([keys[CASE].id, keys[TENDER].id, made_later.id])
    assert isinstance(answers[keys[CASE].id], Identity)
    assert [answers[k.id].reason for k in (keys[TENDER], made_later)] == ["not_for_you", "unknown"]
    assert store.check() == ()


def test_after_its_last_day_nothing_opens_a_backup(house, file):
    everybody = list(house.identities.values())
    # As long as it lasts it does open, so that the next line can fail.
    assert opens(file, all_keys_within_reach([house.folder, house.escrow], everybody))
    assert expire(house.escrow, LAST) == ()
    assert opens(file, all_keys_within_reach([house.folder, house.escrow], everybody))
    assert len(expire(house.escrow, LAST + timedelta(days=1))) == 1
    assert not opens(file, all_keys_within_reach([house.folder, house.escrow], everybody))
    with pytest.raises(ForeignBackup, match="or no more"):
        restore(file, house.base / "x", house.escrow, house.identities["ada"], TODAY)
    with pytest.raises(BackupExpired, match="25 December 2026"):
        restore(file, house.base / "x", house.escrow, house.identities["ada"], LAST + timedelta(days=1))
    assert not (house.base / "x").exists()


def test_the_store_alone_never_opens_a_backup(house, file):
    assert not opens(file, all_keys_within_reach([house.folder], list(house.identities.values())))


def test_the_secret_of_an_expired_backup_is_overwritten(house, file):
    path = next(house.escrow.glob("custody/*.json"))
    watched = path.open("rb")
    (house.escrow / "custody" / ".half.tmp").write_bytes(path.read_bytes())
    expire(house.escrow, LAST + timedelta(days=1))
    assert set(watched.read()) == {0}
    assert list((house.escrow / "custody").iterdir()) == []


def test_each_writing_lets_old_backups_expire(house, file):
    house.open("ada", LAST + timedelta(days=1)).key_for(CASE._replace(id="CH-new"))
    assert list(house.escrow.glob("custody/*")) == []
    assert "let backups expire" in (house.folder / "log.jsonl").read_text()


def test_restoring_on_a_later_day_destroys_the_key_even_if_nobody_did_before(house, file):
    with pytest.raises(BackupExpired):
        restore(file, house.base / "x", house.escrow, house.identities["ada"], LAST + timedelta(days=1))
    assert list(house.escrow.glob("custody/*")) == []


def test_a_changed_date_in_the_header_helps_nobody(house, file):
    file.write_bytes(file.read_bytes().replace(b'"expires": "2026-12-25"', b'"expires": "2027-12-25"', 1))
    with pytest.raises(Damaged, match="changed"):
        restore(file, house.base / "x", house.escrow, house.identities["ada"], TODAY)
    with pytest.raises(ForeignBackup):
        restore(file, house.base / "x", house.escrow, house.identities["ada"], LAST + timedelta(days=1))


def test_destroyed_keys_stay_dead(house, file, tmp_path):
    case, other = house.open("ada").key_for(CASE), house.open("ada").key_for(OTHER)
    erased = house.erase(CASE)
    assert erased.backups_until == LAST
    done = restore(file, tmp_path / "a", house.escrow, house.identities["ada"], TODAY)
    assert (done.keys, done.left_out) == (2, (case.id,))
    store = house.open("ada", folder=tmp_path / "a")
    assert store.find(CASE) == () and store.open([case.id])[case.id].reason == "destroyed"
    assert "25 November 2026" in store.open([case.id])[case.id].words
    assert not any(case.recipient.encode() in p.read_bytes() for p in (tmp_path / "a").rglob("*.json"))
    assert isinstance(store.open([other.id])[other.id], Identity)
    assert store.check() == ()


def test_the_registers_disposal_records_count_too(house, file, tmp_path):
    other = house.open("ada").key_for(OTHER)
    dead = {fingerprint(other.recipient)}
    done = restore(file, tmp_path / "a", house.escrow, house.identities["ada"], TODAY, also_destroyed=dead)
    assert done.left_out == (other.id,)
    store = house.open("ada", folder=tmp_path / "a")
    assert store.open([other.id])[other.id].reason == "destroyed"
    assert store.find(OTHER) == () and store.check() == ()
    # The next restoring knows it without being told.
    assert restore(file, tmp_path / "b", house.escrow, house.identities["ada"], TODAY).left_out == (other.id,)


def test_nothing_is_restored_over_anything(house, file):
    before = {p: p.read_bytes() for p in house.folder.rglob("*") if p.is_file()}
    with pytest.raises(FolderTaken):
        restore(file, house.folder, house.escrow, house.identities["ada"], TODAY)
    with pytest.raises(FolderTaken):
        backup(house.open("ada"), file, TODAY, 3)
    assert {p: p.read_bytes() for p in house.folder.rglob("*") if p.is_file()} == before


def test_a_lost_store_comes_back(house, file):
    key = house.open("ada").key_for(CASE)
    house.folder.rename(house.base / "lost")
    restore(file, house.folder, house.escrow, house.identities["ada"], TODAY)
    assert isinstance(house.open("bo").open([key.id])[key.id], Identity)


def test_strangers_and_other_stores_are_refused(house, file, tmp_path):
    with pytest.raises(WrongIdentity, match="ada, bo, cy, di"):
        restore(file, tmp_path / "x", house.escrow, new_identity(), TODAY)
    other = House(tmp_path / "other")
    other.create("ada")
    with pytest.raises(ForeignBackup, match="of the store"):
        restore(file, tmp_path / "x", other.escrow, house.identities["ada"], TODAY)
    with pytest.raises(EscrowAway):
        restore(file, tmp_path / "x", tmp_path / "nowhere", house.identities["ada"], TODAY)
    assert not (tmp_path / "x").exists()


def test_a_removed_reader_opens_no_backup(house, file, tmp_path):
    house.open("ada").remove_reader("bo")
    with pytest.raises(WrongIdentity):
        restore(file, tmp_path / "x", house.escrow, house.identities["bo"], TODAY)
    assert not opens(file, all_keys_within_reach([house.folder, house.escrow], [house.identities["bo"]]))


@pytest.mark.parametrize(
    "spoil", [lambda b: b[:-10], lambda b: b[:500] + b"x" + b[501:], lambda b: b"hello", lambda b: b""]
)
def test_a_damaged_backup_is_refused(house, file, tmp_path, spoil):
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(Damaged):
        restore(file, tmp_path / "x", house.escrow, house.identities["ada"], TODAY)
    assert not (tmp_path / "x").exists()
    with pytest.raises(Damaged, match="no such file"):
        restore(tmp_path / "none.age", tmp_path / "x", house.escrow, house.identities["ada"], TODAY)


def test_where_and_how_long(house, tmp_path):
    store = house.open("ada")
    with pytest.raises(KeyTrouble, match="0 days"):
        backup(store, tmp_path / "b.age", TODAY, 0)
    for folder in (house.escrow, house.folder):
        with pytest.raises(FolderTaken):
            backup(store, folder / "b.age", TODAY, 3)
    house.escrow.rename(house.escrow.with_name("away"))
    with pytest.raises(EscrowAway):
        backup(store, tmp_path / "b.age", TODAY, 3)
    assert not (tmp_path / "b.age").exists()


def test_a_backup_that_cannot_be_written_leaves_no_key_of_it(house, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(NotWritable, match=r"file: cannot be written: .*choose another place"):
        backup(house.open("ada"), tmp_path / "file" / "b.age", TODAY, 3)
    assert not list(house.escrow.glob("custody/*")) and not (house.folder / "backups.json").exists()


def test_a_store_is_not_restored_where_its_backups_keys_lie(house, file, tmp_path):
    with pytest.raises(EscrowAway, match="lie within each other"):
        restore(file, house.escrow / "store", house.escrow, house.identities["ada"], TODAY)
    with pytest.raises(NotWritable, match="cannot be written"):
        restore(file, file / "store", house.escrow, house.identities["ada"], TODAY)
    with pytest.raises(Damaged, match=r"cannot be read: Is a directory.*ccm keys backup made"):
        restore(tmp_path, tmp_path / "x", house.escrow, house.identities["ada"], TODAY)


def test_a_backup_holds_no_waiting_request_and_the_store_no_secret_of_it(house, tmp_path):
    store = house.open("ada")
    store.key_for(CASE)
    store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    backup(store, tmp_path / "b.age", TODAY, 3)
    restore(tmp_path / "b.age", tmp_path / "a", house.escrow, house.identities["di"], TODAY)
    assert house.open("di", folder=tmp_path / "a").pending() == ()
    known = json.loads((house.folder / "backups.json").read_text())["backups"]
    assert [sorted(b) for b in known] == [["expires", "id", "made_on", "recipient"]]
    assert store.status().backups_until == date(2026, 11, 28)
