"""Backups that end: one file, encrypted to a key whose secret lies in the escrow folder only, and is destroyed there on its day."""

from __future__ import annotations

import io
import json
import os
import re
import tarfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ccm_site.files import write_file
from ccm_site.keys import age, disk, wraps
from ccm_site.keys import escrow as escrows
from ccm_site.keys.door import admit, refuse_near, staged
from ccm_site.keys.escrow import expire
from ccm_site.keys.folder import FolderStore, OpenFolder
from ccm_site.keys.room import Room, Tombstone, read_backups, read_store, write_tombstones
from ccm_site.keys.trouble import (
    BackupExpired,
    Damaged,
    FolderTaken,
    ForeignBackup,
    KeyTrouble,
    WrongIdentity,
    in_words,
)

__all__ = ["Restored", "backup", "expire", "restore"]

KIND = "ccm key store backup"
HEADER = 2000
MEMBER = re.compile(
    r"(store|readers|destroyed|backups)\.json|owed\.json|log\.jsonl|keys/[0-9A-Z]{2}/KY-[0-9A-Z]{16}\.json|index/[0-9a-f]{2}/[0-9a-f]{64}\.json"
)
ANOTHER = "use another backup; nothing was changed"


@dataclass(frozen=True)
class Restored:
    """``keys``: how many are alive in the restored store; ``left_out``: those destroyed since; ``made_on``: the backup's day."""

    keys: int
    left_out: tuple[str, ...]
    made_on: date
    expires: date


def backup(store: OpenFolder, file: Path, today: date, days: int) -> date:
    """Write a backup that opens until ``days`` days from now, that day included, and never again; gives that day.

    Requests that wait for a second person are not in it. Raises FolderTaken for an existing file, EscrowAway, NotWritable, KeyTrouble for days below 1.
    """
    if days < 1:
        raise KeyTrouble(
            file, f"a backup cannot last {days} days", "give 1 day or more, and fewer than were promised for an erasure"
        )
    if file.exists():
        raise FolderTaken(file, "there is something already", "choose another name; nothing was changed")
    if {store.escrow_folder.resolve(), store.folder.resolve()} & set(file.resolve().parents):
        raise FolderTaken(
            file,
            "a backup must not lie in the key store, or in the escrow folder that has its key",
            "choose another machine or share",
        )
    disk.try_writing(file.parent)
    expires = today + timedelta(days=days)
    with store.writing():
        escrows.check_escrow(store.escrow_folder, store.store_id)
        listed = [reader for reader in store.readers() if reader.in_force(today)]
        custody = escrows.add_custody(store.escrow_folder, store.store_id, listed, today, expires)
        public = {
            "id": custody.id,
            "recipient": custody.recipient,
            "made_on": today.isoformat(),
            "expires": expires.isoformat(),
        }
        known = [item for item in read_backups(store.folder) if item["expires"] >= today.isoformat()]
        disk.write(store.folder / "backups.json", {"backups": [*known, public]})
        header = json.dumps({"kind": KIND, "format": 1, "store": store.store_id} | public).encode() + b"\n"
        content = age.wrap(header + _pack(store.folder), [custody.recipient], armoured=False)
        with disk.saving(file):
            write_file(file, header + content, private=True)
        store.room.log(store.reader.person, "made a backup", [custody.id], f"until {expires.isoformat()}")
    return expires


def _pack(folder: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as tar:
        for path in sorted(folder.rglob("*.json*")):
            name = path.relative_to(folder).as_posix()
            if MEMBER.fullmatch(name):
                content = path.read_bytes()
                member = tarfile.TarInfo(name)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def restore(
    file: Path, folder: Path, escrow: Path, identity: age.Identity, today: date, also_destroyed: Collection[str] = ()
) -> Restored:
    """Restore a backup into a folder that holds nothing; keys that were destroyed since are left out.

    ``also_destroyed`` are fingerprints (SHA-256 of the recipient's text, in hex) from the register's disposal records.
    The readers are those of the backup's day: make them agree with the register afterwards (``rewrap``).
    Raises FolderTaken, InsideGit, EscrowAway, BackupExpired, ForeignBackup, Damaged, WrongIdentity, ReaderNotYet, ReaderExpired.
    """
    disk.refuse_git(folder, "a key store")
    disk.refuse_taken(folder, "a key store")
    refuse_near(folder, escrow)
    header, content = _read(file)
    expire(escrow, today)
    escrow_store = escrows.store_of(escrow)
    if escrow_store != header["store"]:
        raise ForeignBackup(
            file,
            f"this is a backup of the store {header['store']}; the escrow folder {escrow} is of {escrow_store}",
            f"name the escrow folder of {header['store']} with --escrow or CCM_ESCROW",
        )
    expires = date.fromisoformat(header["expires"])
    if expires < today:
        raise BackupExpired(
            file,
            f"this backup could be opened until {in_words(expires)}; its key is destroyed",
            "use a younger one; nothing was changed",
        )
    custody = escrows.custody_of(escrow, header["id"])
    if custody is None:
        raise ForeignBackup(
            file, f"the escrow folder {escrow} does not hold the key of {header['id']}, or no more", ANOTHER
        )
    packed = _decrypt(file, header, content, custody, identity)
    with staged(folder) as new:
        _unpack(packed, new, file)
        data = read_store(new)
        reader, secret = admit(new, data, identity, today)
        disk.write(new / "store.json", data | {"escrow": str(escrow.resolve())})
        left_out = _leave_out(Room(new, secret), escrows.destroyed_in(escrow), frozenset(also_destroyed))
        disk.write(new / "owed.json", {"tombstones": True})
        keys = sum(1 for _ in Room(new, secret).key_ids())
        if disk.POSIX:
            os.sync()
    opened = FolderStore.open(folder, identity, today)
    with opened.writing():
        opened.room.log(reader.person, "restored a backup", [header["id"], *left_out], f"made on {header['made_on']}")
    return Restored(keys, left_out, date.fromisoformat(header["made_on"]), expires)


def _read(file: Path) -> tuple[dict[str, Any], bytes]:
    """A backup's header, which is not secret and not yet to be trusted, and what is encrypted. Raises Damaged."""
    try:
        head, _, content = file.read_bytes().partition(b"\n")
        header = json.loads(head) if len(head) < HEADER else {}
        date.fromisoformat(header["made_on"]), date.fromisoformat(header["expires"])
        if (
            (header["kind"], header["format"]) == (KIND, 1)
            and isinstance(header["store"], str)
            and re.fullmatch(r"BK-[0-9A-Z]{16}", header["id"])
        ):
            return header, content
    except FileNotFoundError:
        raise Damaged(file, "there is no such file", "name a backup of the key store") from None
    except OSError as error:
        raise Damaged(
            file, f"cannot be read: {error.strerror}", "name a file that ccm keys backup made, and that you may read"
        ) from None
    except (KeyError, TypeError, ValueError):
        pass
    raise Damaged(file, "is no backup of a key store", "name a file that ccm keys backup made")


def _decrypt(
    file: Path, header: dict[str, Any], content: bytes, custody: escrows.Custody, identity: age.Identity
) -> bytes:
    """The archive within. Its person is found by the public key: who they are is known only when the store is read."""
    recipient = age.recipient_of(identity)
    person = next((person for person, own in custody.wraps.items() if own.to == recipient), "")
    secret = wraps.open_own(custody.wraps, person, identity)
    if secret is None:
        raise WrongIdentity(
            file,
            f"the identity with the public key {recipient[:12]}… may not open this backup",
            f"have it restored by one of: {', '.join(sorted(custody.wraps))}",
        )
    try:
        inner, _, packed = age.unwrap(content, age.identity_of(secret.decode("ascii", "replace"))).partition(b"\n")
        if json.loads(inner) == header:
            return packed
    except (age.Unopened, ValueError):
        pass
    raise Damaged(file, "the backup is damaged or was changed", ANOTHER)


def _unpack(packed: bytes, folder: Path, file: Path) -> None:
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() and MEMBER.fullmatch(member.name) else None
                if content is None:
                    raise Damaged(file, f"holds what no backup holds: {member.name[:60]!r}", ANOTHER)
                path = folder / member.name
                disk.make_folder(path.parent)
                with os.fdopen(
                    os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600), "wb"
                ) as out:
                    out.write(content.read())
    except (tarfile.TarError, OSError, EOFError) as error:
        raise Damaged(file, f"the archive in the backup cannot be read ({type(error).__name__})", ANOTHER) from None


def _leave_out(room: Room, told: dict[str, Tombstone], also: frozenset[str]) -> tuple[str, ...]:
    """Remove what was destroyed since the backup from the restored folder, and note it there; gives the keys' ids."""
    stones = {**told, **room.tombstones()}
    dead = {stone.fingerprint for stone in stones.values() if stone.fingerprint} | also
    gone: list[dict[str, Any]] = []
    for key_id in list(room.key_ids()):
        try:
            entry = room.entry(key_id)
        except Damaged:
            if key_id not in stones:
                raise
            gone.append({"key": key_id, "recipient": "", "tags": []})
            continue
        found = age.fingerprint(entry.recipient)
        if key_id in stones or found in dead:
            gone.append({"key": key_id, "recipient": entry.recipient, "tags": list(entry.tags)})
            stones.setdefault(key_id, Tombstone(key_id, found, "", "in the register"))
    write_tombstones(room.folder / "destroyed.json", stones)
    room.forget(gone)
    return tuple(item["key"] for item in gone)
