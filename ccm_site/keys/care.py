"""How a store is: what it holds, who lacks what, and what is not as it should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ccm_site.keys import disk, erasure, escrow
from ccm_site.keys.room import Entry, Index, backups_until
from ccm_site.keys.trouble import Damaged, KeyTrouble

if TYPE_CHECKING:
    from ccm_site.keys.folder import OpenFolder


@dataclass(frozen=True)
class Status:
    """``keys``: what a key is for (a case, a tender …) to how many are alive; ``lacking``: person to the keys they should open but cannot.

    ``backups_until``: the last day on which a backup opens, None where there is none.
    """

    keys: Mapping[str, int]
    lacking: Mapping[str, int]
    damaged: int
    destroyed: int
    pending: int
    backups_until: date | None
    escrow: Path
    escrow_in_reach: bool


def status(store: OpenFolder) -> Status:
    keys, lacking, damaged = Counter[str](), Counter[str](), 0
    listed = [reader for reader in store.readers() if reader.in_force(store.today)]
    for key_id in store.room.key_ids():
        try:
            entry = store.room.entry(key_id)
        except Damaged:
            damaged += 1
            continue
        keys[entry.of] += 1
        for reader in listed:
            own = entry.wraps.get(reader.person)
            if entry.of in reader.reads and (own is None or own.to != reader.key):
                lacking[reader.person] += 1
    return Status(
        dict(keys), dict(lacking), damaged, len(store.destroyed()), len(erasure.pending(store)),
        backups_until(store.folder, store.today), store.escrow_folder, escrow.in_reach(store.escrow_folder, store.store_id),
    )  # fmt: skip


def check(store: OpenFolder) -> tuple[str, ...]:
    """One sentence each, with the place and the mend. Touches nothing."""
    return tuple(_check(store))


def _check(store: OpenFolder) -> Iterator[str]:
    room = store.room
    if room.unfinished():
        yield _words(store.folder / "unfinished.json", "a change was cut short", "the next change finishes it")
    stones = room.tombstones()
    if not escrow.in_reach(store.escrow_folder, store.store_id):
        yield _words(store.escrow_folder, "the escrow folder cannot be reached", escrow.AWAY)
    elif room.tombstones().keys() - escrow.destroyed_in(store.escrow_folder).keys():
        yield _words(store.escrow_folder, "does not know all destroyed keys", "the next change tells it")
    alive = set()
    for key_id in room.key_ids():
        alive.add(key_id)
        path = room.entry_path(key_id)
        if key_id in stones:
            yield _words(path, "is destroyed, but its file is here", "remove the file")
        try:
            entry = room.entry(key_id)
            yield from _check_entry(store, entry, path)
        except Damaged as damaged:
            yield str(damaged)
        except FileNotFoundError:
            continue
    for path in sorted(store.folder.glob("index/*/*.json")):
        try:
            index = room.index(path.stem)
        except KeyTrouble as trouble:
            yield str(trouble)
            continue
        for key_id in index.keys:
            if key_id not in alive:
                yield _words(path, f"names {key_id}, which is not here", disk.RESTORE)
    if disk.POSIX:
        for path in (store.folder, store.folder / "store.json", store.folder / "log.jsonl"):
            if path.exists() and path.stat().st_mode & 0o077:
                yield _words(path, "others on this machine can read it", f"shut it with: chmod -R go= {store.folder}")


def _check_entry(store: OpenFolder, entry: Entry, path: Path) -> Iterator[str]:
    if not entry.wraps:
        yield _words(path, "is wrapped for nobody", disk.RESTORE)
    if store.reader.person in entry.wraps and store.secret_of(entry) is None:
        yield _words(path, f"does not open for {store.reader.person}", "have another reader run: ccm keys rewrap")
    for tag in entry.tags:
        index = _index(store, tag)
        if index is not None and entry.id not in index.keys:
            yield _words(path, "is missing in the index of its subject", disk.RESTORE)


def _index(store: OpenFolder, tag: str) -> Index | None:
    try:
        return store.room.index(tag)
    except KeyTrouble:
        return None


def _words(path: Path, what: str, mend: str) -> str:
    return str(KeyTrouble(path, what, mend))
