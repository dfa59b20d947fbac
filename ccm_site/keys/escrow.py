"""The escrow folder: the secrets that open backups, until they expire; and what was destroyed, so that no backup brings it back.

It lies elsewhere than the store and its backups, on another machine or share, and is itself never copied: the secret of a backup that lies
here only, and is destroyed here on its day, is what makes the backup unreadable from then on for everybody, whatever keys they hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

from ccm_site.keys import age, disk, wraps
from ccm_site.keys.readers import Reader
from ccm_site.keys.room import FORMAT, Tombstone, read_tombstones, write_tombstones
from ccm_site.keys.trouble import Damaged, EscrowAway, KeyTrouble

NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-(BK-[0-9A-HJKMNP-TV-Z]{16})\.json\Z")
TIMEOUT = 10.0
AWAY = "connect the share, or name another escrow folder with: ccm keys escrow FOLDER"
UNNAMED = "connect the share, or name the store's own escrow folder with --escrow or CCM_ESCROW"


@dataclass(frozen=True)
class Custody:
    """The key of one backup: its id ``BK-…``, its public half, its last day (the day is in the file's name too), and the secret for each reader."""

    id: str
    store: str
    recipient: str
    made_on: date
    expires: date
    wraps: wraps.Wraps


def refuse_escrow(folder: Path) -> None:
    """Raises FolderTaken or InsideGit where no escrow folder can be made."""
    disk.refuse_git(folder, "an escrow folder")
    disk.refuse_taken(folder, "an escrow folder")


def make_escrow(folder: Path, store: str, today: date) -> None:
    """Make an empty escrow folder. Raises FolderTaken, InsideGit."""
    refuse_escrow(folder)
    disk.write(folder / "escrow.json", {"format": FORMAT, "store": store, "made_on": today.isoformat()})


def store_of(folder: Path, mend: str = UNNAMED) -> str:
    """The id of the store that an escrow folder belongs to. Raises EscrowAway, with this mend, where it cannot be reached."""
    try:
        return str(disk.read(folder / "escrow.json")["store"])
    except (OSError, KeyError):
        raise EscrowAway(folder, "the escrow folder cannot be reached", mend) from None


def check_escrow(folder: Path, store: str) -> None:
    """Raises EscrowAway unless the folder can be reached and belongs to this store."""
    if store_of(folder, AWAY) != store:
        raise EscrowAway(folder, "this is the escrow folder of another key store", AWAY)


def in_reach(folder: Path, store: str) -> bool:
    try:
        check_escrow(folder, store)
    except KeyTrouble:
        return False
    return True


def add_custody(folder: Path, store: str, readers: Sequence[Reader], today: date, expires: date) -> Custody:
    """A new backup key, its secret half only here."""
    identity = age.new_identity()
    held = wraps.wrap_for(str(identity).encode(), readers)
    custody = Custody(age.random_id("BK"), store, age.recipient_of(identity), today, expires, held)
    with disk.held(disk.make_lock(folder, TIMEOUT)):
        _save(folder, custody)
    return custody


def _path(folder: Path, expires: date, id: str) -> Path:
    return folder / "custody" / f"{expires.isoformat()}-{id}.json"


def _save(folder: Path, custody: Custody) -> None:
    disk.write(
        _path(folder, custody.expires, custody.id),
        {
            "format": FORMAT, "id": custody.id, "store": custody.store, "recipient": custody.recipient,
            "made_on": custody.made_on.isoformat(), "expires": custody.expires.isoformat(), "wraps": wraps.to_json(custody.wraps),
        },
    )  # fmt: skip


def custody_of(folder: Path, id: str) -> Custody | None:
    """The custody of a backup, or None where it is not here, or no more. Raises Damaged."""
    for path in folder.glob(f"custody/*-{id}.json"):
        data = disk.read(path)
        try:
            custody = Custody(
                str(data["id"]), str(data["store"]), str(data["recipient"]), date.fromisoformat(data["made_on"]),
                date.fromisoformat(data["expires"]), wraps.from_json(data["wraps"]),
            )  # fmt: skip
        except (KeyError, TypeError, AttributeError, ValueError):
            raise Damaged(path, "is no custody of a backup", "this backup cannot be opened: use another one") from None
        if path == _path(folder, custody.expires, id):
            return custody
    return None


def rewrap_custody(folder: Path, readers: Sequence[Reader], opener: Reader, identity: age.Identity) -> tuple[str, ...]:
    """Backups are for exactly these readers; gives the ids of those that the opener may not hand on."""
    left = []
    with disk.held(disk.make_lock(folder, TIMEOUT)):
        for path in sorted(folder.glob("custody/*.json")):
            name = NAME.match(path.name)
            custody = custody_of(folder, name[2]) if name else None
            if custody is None:
                continue
            held = custody.wraps
            agreed = wraps.agree(held, readers, partial(wraps.open_own, held, opener.person, identity))
            if agreed.wraps != held:
                _save(
                    folder,
                    Custody(
                        custody.id, custody.store, custody.recipient, custody.made_on, custody.expires, agreed.wraps
                    ),
                )
            if agreed.lacking or agreed.kept_last:
                left.append(custody.id)
    return tuple(left)


def expire(escrow: Path, today: date) -> tuple[str, ...]:
    """Destroy the secrets of backups whose last day is before today; gives their ids. Raises EscrowAway.

    From then on no copy of such a backup opens, whatever keys one has.
    """
    store_of(escrow)
    gone = []
    with disk.held(disk.make_lock(escrow, TIMEOUT)):
        disk.sweep(escrow)
        disk.sweep(escrow / "custody")
        for path in sorted(escrow.glob("custody/*.json")):
            name = NAME.match(path.name)
            if name and date.fromisoformat(name[1]) < today:
                disk.wipe(path)
                gone.append(name[2])
    return tuple(gone)


def tell_destroyed(folder: Path, stones: Mapping[str, Tombstone]) -> None:
    """Add tombstones to the escrow folder's own."""
    with disk.held(disk.make_lock(folder, TIMEOUT)):
        known = destroyed_in(folder)
        if stones.keys() - known.keys():
            write_tombstones(folder / "destroyed.json", {**stones, **known})


def destroyed_in(folder: Path) -> dict[str, Tombstone]:
    return read_tombstones(folder / "destroyed.json")


def lies_within(folder: Path, others: Iterable[Path]) -> bool:
    """Whether one of the folders is the other, or within it."""
    here = folder.resolve()
    return any(
        here == there or here in there.parents or there in here.parents
        for there in (other.resolve() for other in others)
    )
