"""Who can open what: the store, its keys and its backups are made to agree with a list of readers, and no record is touched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ccm_site.keys import disk, escrow, readers, wraps
from ccm_site.keys.readers import Reader
from ccm_site.keys.room import Entry, read_store
from ccm_site.keys.trouble import BadReader, Damaged, NoReaders

if TYPE_CHECKING:
    from ccm_site.keys.folder import OpenFolder


@dataclass(frozen=True)
class Rewrapped:
    """How many keys changed, and what could not be done.

    ``lacking``: person to the number of keys that they should open but cannot, because this reader cannot hand them on.
    ``kept_last``: keys whose wraps stayed as they were, because none would be left. ``damaged``: keys that cannot be read.
    ``backups``: the ids of backups that this reader cannot hand on; ``escrow_away``: they were not reached at all.
    """

    changed: int
    lacking: Mapping[str, int]
    kept_last: tuple[str, ...]
    damaged: tuple[str, ...]
    backups: tuple[str, ...]
    escrow_away: bool


def add(store: OpenFolder, reader: Reader) -> Rewrapped:
    """Under the store's lock. Raises BadReader where the person, or the key, is there already."""
    listed = store.readers()
    for known in listed:
        if known.person == reader.person:
            mend = "where the reading key or the posts are others now, run: ccm keys rewrap"
            raise BadReader(store.folder, f"{reader.person} is a reader already", mend)
        if known.key == reader.key:
            what = f"the reading key of {reader.person} is the one of {known.person}"
            mend = f"have {reader.person} make one with: ccm keys identity, and enter that in the person's record"
            raise BadReader(store.folder, what, mend)
    return rewrap(store, (*listed, reader))


def remove(store: OpenFolder, person: str) -> Rewrapped:
    listed = store.readers()
    left = [reader for reader in listed if reader.person != person]
    if len(left) == len(listed):
        raise BadReader(store.folder, f"{person} is no reader", "look at the list with: ccm keys status")
    _refuse_last(store, person, left)
    return rewrap(store, left)


def _refuse_last(store: OpenFolder, person: str, left: Sequence[Reader]) -> None:
    """Raises NoReaders where a key would be open to nobody: its wrap would have to stay, and the person read on."""
    for key_id in store.room.key_ids():
        try:
            entry = store.room.entry(key_id)
        except Damaged:
            continue
        others = [r for r in left if r.may_read(entry.of, store.today)]
        held = any(r.person in entry.wraps and entry.wraps[r.person].to == r.key for r in others)
        if person not in entry.wraps or held or (others and store.secret_of(entry)):
            continue
        about = entry.of.replace("_", " ")
        if others:
            what, mend = (
                f"{person} is the last who can open a key of a {about}",
                f"let {person} run first: ccm keys rewrap",
            )
        else:
            what = f"{person} is the last who reads what is sealed about a {about}"
            mend = "let another person in first whose posts read it: ccm keys add PERSON"
        raise NoReaders(store.folder, f"{what}; nobody was removed", mend)


def rewrap(store: OpenFolder, wanted: Sequence[Reader]) -> Rewrapped:
    """Under the store's lock. A reader who goes keeps what they copied before; they open no key that is made from now on."""
    readers.check_readers(wanted, store.today, store.folder)
    allowed = [reader for reader in wanted if reader.in_force(store.today)]
    room = store.room
    # Files half-written by a crash in here may lie anywhere: this says that they are to be swept up.
    room.begin({"do": "sweep"})
    data = read_store(store.folder)
    index = wraps.agree(wraps.from_json(data["wraps"]), allowed, lambda: room.secret)
    disk.write(store.folder / "store.json", data | {"wraps": wraps.to_json(index.wraps)})
    disk.write(store.folder / "readers.json", readers.list_to_json(wanted, room.secret))
    changed, lacking, kept_last, damaged = 0, Counter[str](), [], []
    for key_id in room.key_ids():
        try:
            entry = room.entry(key_id)
        except Damaged:
            damaged.append(key_id)
            continue
        agreed = wraps.agree(entry.wraps, [r for r in allowed if entry.of in r.reads], partial(_secret, store, entry))
        lacking.update(agreed.lacking)
        if agreed.kept_last:
            kept_last.append(key_id)
        elif agreed.wraps != entry.wraps:
            room.save(replace(entry, wraps=agreed.wraps))
            changed += 1
    reached = escrow.in_reach(store.escrow_folder, store.store_id)
    backups = escrow.rewrap_custody(store.escrow_folder, allowed, store.reader, store.identity) if reached else ()
    room.end()
    room.log(store.reader.person, "made keys agree with the readers", sorted(reader.person for reader in allowed))
    return Rewrapped(changed, dict(lacking), tuple(kept_last), tuple(damaged), backups, not reached)


def _secret(store: OpenFolder, entry: Entry) -> bytes | None:
    identity = store.secret_of(entry)
    return str(identity).encode() if identity else None
