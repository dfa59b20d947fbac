"""Erasing needs two persons with two posts, and is for ever, wherever it is cut short."""

import json
import os
from datetime import date, timedelta

import pytest

from ccm_site.keys import (
    Damaged,
    ErasureRefused,
    EscrowAway,
    FolderStore,
    Identity,
    StoreLocked,
    backup,
    disk,
    erasure,
    fingerprint,
    restore,
)
from ccm_site.keys.escrow import destroyed_in
from tests.keys.stores import CASE, COMPLAINT, OTHER, TODAY


def test_an_erasure_destroys_own_and_joined_keys_and_no_other(house):
    store = house.open("ada")
    own, joined, other = store.key_for(CASE), store.key_for(COMPLAINT), store.key_for(OTHER)
    store.join(joined.id, CASE)
    assert all(isinstance(a, Identity) for a in store.open([own.id, joined.id]).values())
    erased = house.erase(CASE)
    assert set(erased.keys) == {own, joined} and erased.subject == CASE
    assert erased.posts == ("post-ada", "post-di") and erased.persons == ("ada", "di")
    assert (erased.reason, erased.rule, erased.backups_until) == ("they asked for it", "R-PRV-9", None)
    # The session that had opened them before is shut out as well.
    answers = store.open([own.id, joined.id, other.id])
    assert answers[own.id].reason == answers[joined.id].reason == "destroyed"
    assert "25 November 2026" in answers[own.id].words and isinstance(answers[other.id], Identity)
    assert store.find(CASE) == () == store.find(COMPLAINT)
    assert store.key_for(CASE).id != own.id
    assert store.check() == ()


def test_an_erasure_is_asked_for_once_and_no_request_outlives_what_it_asks_for(house):
    store = house.open("ada")
    store.key_for(CASE)
    store.join(store.key_for(COMPLAINT).id, CASE)
    first = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    with pytest.raises(ErasureRefused, match=f"{first} asks for this already: by post-ada on 25 November 2026"):
        house.open("bo").request_erasure(CASE, "asked", "R-PRV-9", "post-bo")
    other = store.request_erasure(COMPLAINT, "asked", "R-PRV-9", "post-ada")
    house.open("di").confirm_erasure(first, "post-di")
    assert store.pending() == ()
    with pytest.raises(ErasureRefused, match="was erased already"):
        house.open("di").confirm_erasure(other, "post-di")
    assert list(house.folder.glob("pending/*")) == []


def test_what_is_left_says_nothing_of_the_subject(house):
    key = house.open("ada").key_for(CASE)
    erased = house.erase(CASE)
    left = json.loads((house.folder / "destroyed.json").read_text())
    assert left == {key.id: {"fingerprint": fingerprint(key.recipient), "day": "2026-11-25", "request": erased.request}}
    assert destroyed_in(house.escrow).keys() == {key.id}
    assert house.open("ada").pending() == () and list(house.folder.glob("pending/*")) == []
    tag = house.open("ada").room.tag(CASE)
    assert not any(tag in p.name or tag.encode() in p.read_bytes() for p in house.base.rglob("*") if p.is_file())


def test_the_bytes_are_overwritten_before_they_go(house, monkeypatch):
    key = house.open("ada").key_for(CASE)
    path = house.open("ada").room.entry_path(key.id)
    watched = path.open("rb")
    size = path.stat().st_size
    house.erase(CASE)
    assert watched.read() == bytes(size)


@pytest.mark.skipif(os.name != "posix", reason="Windows cannot replace a file that is held open")
def test_an_older_version_of_a_key_is_overwritten_too(house):
    key = house.open("ada").key_for(CASE)
    watched = house.open("ada").room.entry_path(key.id).open("rb")
    house.open("ada").remove_reader("bo")
    assert set(watched.read()) == {0}


def test_one_person_cannot_erase(house):
    store = house.open("ada")
    key = store.key_for(CASE)
    request = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    with pytest.raises(ErasureRefused, match="by yourself"):
        store.confirm_erasure(request, "post-ada")
    with pytest.raises(ErasureRefused, match="nobody has confirmed"):
        erasure.destroy(store, CASE, request)
    with pytest.raises(ErasureRefused, match="does not hold the post"):
        house.open("di").confirm_erasure(request, "post-ada")
    with pytest.raises(ErasureRefused, match="does not hold the post"):
        store.request_erasure(CASE, "asked", "R-PRV-9", "post-bo")
    assert isinstance(house.open("ada").open([key.id])[key.id], Identity)


def test_one_post_cannot_erase(house):
    store = house.open("ada")
    store.key_for(CASE)
    store.rewrap([house.reader("ada"), house.reader("di", post="post-ada")])
    request = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    with pytest.raises(ErasureRefused, match="same post"):
        house.open("di").confirm_erasure(request, "post-ada")
    assert len(store.find(CASE)) == 1


def test_a_request_waits_a_fortnight_for_readers_of_its_day(house):
    store = house.open("ada")
    store.key_for(CASE)
    request = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    assert [p.subject for p in house.open("di").pending()] == [CASE]
    late = TODAY + timedelta(days=15)
    assert house.open("di", late).pending() == ()
    with pytest.raises(ErasureRefused, match="9 December 2026"):
        house.open("di", late).confirm_erasure(request, "post-di")
    with pytest.raises(ErasureRefused, match="waiting"):
        house.open("di").confirm_erasure(request, "post-di")
    assert len(store.find(CASE)) == 1


def test_who_asked_must_still_be_a_reader(house):
    store = house.open("ada")
    store.key_for(CASE)
    request = house.open("bo").request_erasure(CASE, "asked", "R-PRV-9", "post-bo")
    store.remove_reader("bo")
    with pytest.raises(ErasureRefused, match="no reader any more"):
        house.open("di").confirm_erasure(request, "post-di")


def test_a_request_that_no_reader_wrote_is_not_followed(house):
    store = house.open("ada")
    store.key_for(CASE)
    request = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    path = house.folder / "pending" / f"{request}.json"
    path.write_text(path.read_text().replace("2026-12-09", "2027-12-09"))
    with pytest.raises(Damaged):
        house.open("di").confirm_erasure(request, "post-di")
    with pytest.raises(ErasureRefused):
        house.open("di").confirm_erasure("../store", "post-di")


def test_nothing_to_erase_and_another_subject_are_refused(house):
    store = house.open("ada")
    with pytest.raises(ErasureRefused, match="nothing about it is sealed"):
        store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    store.key_for(CASE)
    with pytest.raises(ErasureRefused, match="reason"):
        store.request_erasure(CASE, " ", "R-PRV-9", "post-ada")
    request = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    with pytest.raises(ErasureRefused, match="another subject"):
        erasure.destroy(house.open("di"), OTHER, request)


def test_without_the_escrow_folder_nothing_is_destroyed(house):
    store = house.open("ada")
    key = store.key_for(CASE)
    request = store.request_erasure(CASE, "asked", "R-PRV-9", "post-ada")
    away = house.escrow.with_name("away")
    house.escrow.rename(away)
    with pytest.raises(EscrowAway, match="ccm keys escrow"):
        house.open("di").confirm_erasure(request, "post-di")
    assert isinstance(house.open("ada").open([key.id])[key.id], Identity)
    store.key_for(OTHER)
    house.open("ada").use_escrow(away)
    house.open("di").confirm_erasure(request, "post-di")
    assert destroyed_in(away).keys() == {key.id}


def test_a_lost_escrow_folder_is_replaced_by_one_that_knows_what_is_destroyed(house, tmp_path):
    key = house.open("ada").key_for(CASE)
    house.erase(CASE)
    house.open("ada").use_escrow(tmp_path / "new")
    assert destroyed_in(tmp_path / "new").keys() == {key.id}


def test_a_key_that_cannot_be_read_is_destroyed_all_the_same(house):
    store = house.open("ada")
    key = store.key_for(CASE)
    store.room.entry_path(key.id).write_bytes(b"\0\0\0")
    erased = house.erase(CASE)
    assert [k.id for k in erased.keys] == [key.id]
    assert not store.room.entry_path(key.id).exists()
    assert store.open([key.id])[key.id].reason == "destroyed"


def test_both_persons_are_in_the_log_and_the_reason_is_not(house):
    house.open("ada").key_for(CASE)
    house.erase(CASE)
    log = (house.folder / "log.jsonl").read_text()
    did = [(line["who"], line["did"]) for line in map(json.loads, log.splitlines())]
    assert did[-3:] == [("ada", "asked for an erasure"), ("di", "confirmed an erasure"), ("di", "destroyed keys")]
    assert "they asked for it" not in log


# Killed at every step


class Killer:
    """Ends this process, as kill -9 does, at the n-th time that something goes down to the disk."""

    def __init__(self, at):
        self.left = at

    def arm(self):
        for name in ("fsync", "replace", "unlink"):
            setattr(os, name, self.before(getattr(os, name)))

    def before(self, real):
        def step(*args, **kwargs):
            if self.left == 0:
                os._exit(9)
            self.left -= 1
            return real(*args, **kwargs)

        return step


def killed_at(step, action):
    """Whether the action was killed before its end, in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            Killer(step).arm()
            action()
        except BaseException:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 9), "the action failed by itself"
    return code == 9


posix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def steps(action_at):
    """Kill at step 0, 1, 2 … until the action comes to its end; gives how many steps it has."""
    step = 0
    while action_at(step):
        step += 1
        assert step < 400
    return step


def halves(house):
    return list(house.base.rglob(".*.tmp"))


@posix
def test_making_a_key_can_be_killed_anywhere(house):
    number = iter(range(1000))

    def killed(step):
        subject = CASE._replace(id=f"CH-{next(number)}")
        cut = killed_at(step, lambda: house.open("ada").key_for(subject))
        before = house.open("bo").find(subject)
        store = house.open("ada")
        made = store.key_for(subject)
        assert not before or before == (made,)
        store.log("looked", [made.id])
        store.key_for(subject._replace(id="CH-last-" + str(step)))
        assert isinstance(store.open([made.id])[made.id], Identity)
        assert store.check() == () and halves(house) == []
        return cut

    assert steps(killed) > 8


@posix
def test_joining_can_be_killed_anywhere(house):
    number = iter(range(1000))

    def killed(step):
        store = house.open("ada")
        case = CASE._replace(id=f"CH-{next(number)}")
        key = store.key_for(COMPLAINT)
        cut = killed_at(step, lambda: house.open("ada").join(key.id, case))
        house.open("ada").join(key.id, case)
        assert house.open("ada").find(case) == (key,)
        assert house.open("ada").check() == () and halves(house) == []
        return cut

    assert steps(killed) > 6


@posix
def test_erasing_can_be_killed_anywhere_and_a_dead_key_stays_dead(house):
    number = iter(range(1000))
    ends = set()

    def killed(step):
        store = house.open("ada")
        subject = CASE._replace(id=f"CH-{next(number)}")
        keys = {store.key_for(subject).id, store.key_for(COMPLAINT).id}
        store.join(store.key_for(COMPLAINT).id, subject)
        request = store.request_erasure(subject, "asked", "R-PRV-9", "post-ada")
        cut = killed_at(step, lambda: house.open("di").confirm_erasure(request, "post-di"))
        dead = {k for k, a in house.open("bo").open(keys).items() if not isinstance(a, Identity)}
        ends.add(len(dead))
        if not dead:
            # Killed before it was decided: the request still waits, and is confirmed again.
            assert {k.id for k in house.open("di").confirm_erasure(request, "post-di").keys} == keys
        store.key_for(OTHER)
        store = house.open("ada")
        store.rewrap(store.readers())
        assert {a.reason for a in store.open(keys).values()} == {"destroyed"}
        assert not any(store.room.entry_path(k).exists() for k in keys)
        assert keys <= destroyed_in(house.escrow).keys()
        assert store.find(subject) == () and store.pending() == ()
        assert store.check() == () and halves(house) == []
        return cut

    assert steps(killed) > 20
    assert ends == {0, 2}


@posix
def test_rewrapping_can_be_killed_anywhere(house):
    store = house.open("ada")
    keys = [store.key_for(CASE).id, store.key_for(OTHER).id]
    backup(store, house.base / "b.age", TODAY, 30)
    both, one = [house.reader(n) for n in ("ada", "bo", "di")], [house.reader(n) for n in ("ada", "di")]
    wanted = iter([one, both] * 400)

    def killed(step):
        goal = next(wanted)
        cut = killed_at(step, lambda: house.open("ada").rewrap(goal))
        assert all(isinstance(a, Identity) for a in house.open("ada").open(keys).values())
        house.open("ada").rewrap(goal)
        names = {"ada", "bo"} if goal is both else {"ada"}
        assert all(house.open("ada").room.entry(k).wraps.keys() == names for k in keys)
        assert house.open("ada").check() == () and halves(house) == []
        return cut

    assert steps(killed) > 15


@posix
def test_making_a_store_or_restoring_one_can_be_killed_anywhere(house, tmp_path):
    keys = [house.open("ada").key_for(CASE).id]
    file = tmp_path / "b.age"
    backup(house.open("ada"), file, TODAY, 30)
    number = iter(range(1000))

    def killed(step):
        folder = tmp_path / "restored" / str(next(number))
        identity = house.identities["ada"]
        cut = killed_at(step, lambda: restore(file, folder, house.escrow, identity, TODAY))
        if not folder.exists():
            restore(file, folder, house.escrow, identity, TODAY)
        store = house.open("ada", folder=folder)
        assert all(isinstance(a, Identity) for a in store.open(keys).values())
        assert [p.name for p in folder.parent.glob(".*")] == []
        return cut

    assert steps(killed) > 5

    def killed_making(step):
        folder, escrow = tmp_path / "made" / str(step), tmp_path / "escrows" / str(step)
        ada, identity = house.reader("ada"), house.identities["ada"]
        cut = killed_at(step, lambda: FolderStore.create(folder, ada, identity, escrow, TODAY))
        if not folder.exists():
            FolderStore.create(folder, ada, identity, escrow, TODAY)
        store = house.open("ada", folder=folder)
        if not (escrow / "escrow.json").exists():
            store.use_escrow(tmp_path / "escrows" / f"{step}-again")
        store.key_for(CASE.__class__("case", "CH-1"))
        assert store.check() == ()
        return cut

    assert steps(killed_making) > 5


def test_a_cut_short_change_waits_while_somebody_else_writes(house):
    store = house.open("ada")
    key = store.key_for(CASE)
    store.room.begin({"do": "sweep"})
    with disk.held(disk.make_lock(house.folder, 1)):
        other = house.open("bo", timeout=0.1)
        assert isinstance(other.open([key.id])[key.id], Identity)
        with pytest.raises(StoreLocked):
            other.key_for(OTHER)
    assert house.open("bo").check() == ()


def test_a_plan_that_the_store_did_not_make_is_not_followed(house):
    store = house.open("ada")
    store.key_for(CASE)
    plan = {
        "do": "destroy",
        "keys": [{"key": "KY-../../../x", "recipient": "", "tags": []}],
        "day": str(date.min),
        "request": "x",
    }
    store.room.begin(plan)
    with pytest.raises(Damaged, match="unfinished"):
        store.key_for(OTHER)
    assert len(store.find(CASE)) == 1
