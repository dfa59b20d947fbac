"""What lies where in a store's folder, and how a change that touches several files survives a crash.

``store.json`` (format, id, escrow folder, the index secret for each reader), ``readers.json``, ``keys/<2>/<KY-…>.json`` (one key each),
``index/<2>/<tag>.json`` (which keys a subject has), ``destroyed.json``, ``backups.json``, ``log.jsonl``, ``pending/``, ``unfinished.json``.
A subject's name is nowhere: its tag is a keyed hash, and the key of the hash, the index secret, only readers can open.
Each key and each subject has a file of its own, so that the size of a store does not slow a change down.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ccm_site.keys import disk, wraps
from ccm_site.keys.age import fingerprint
from ccm_site.keys.interface import Subject, SubjectKey
from ccm_site.keys.trouble import Damaged, NoStore

FORMAT = 1
KEY_ID = re.compile(r"KY-[0-9A-HJKMNP-TV-Z]{16}\Z")
REQUEST_ID = re.compile(r"ER-[0-9A-HJKMNP-TV-Z]{16}\Z")
BACKUP = ("id", "recipient", "made_on", "expires")
TAG = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Entry:
    """One key: what it is for (never whom), its public half, the tags of its subjects, and its secret half for each reader."""

    id: str
    of: str
    made_on: str
    recipient: str
    tags: tuple[str, ...]
    wraps: wraps.Wraps

    @property
    def key(self) -> SubjectKey:
        return SubjectKey(self.id, self.recipient)


@dataclass(frozen=True)
class Index:
    """The keys of a subject: its own, if it has one, and all."""

    own: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Tombstone:
    """What is left of a destroyed key. ``day`` is an ISO date, or empty where only the register knows it."""

    key: str
    fingerprint: str
    day: str
    request: str


@dataclass(frozen=True)
class Room:
    """A store's folder, with the index secret; empty bytes where it is not known, and then no code is tried."""

    folder: Path
    secret: bytes

    def tag(self, subject: Subject) -> str:
        return hmac.new(self.secret, f"{subject.of}\0{subject.id}".encode(), hashlib.sha256).hexdigest()

    def mac(self, *parts: Any) -> str:
        """A code over parts that only a reader of this store can make."""
        return hmac.new(self.secret, b"\0" + json.dumps(parts).encode(), hashlib.sha256).hexdigest()

    def entry_path(self, key_id: str) -> Path:
        return self.folder / "keys" / key_id[3:5] / f"{key_id}.json"

    def index_path(self, tag: str) -> Path:
        return self.folder / "index" / tag[:2] / f"{tag}.json"

    def key_ids(self) -> Iterator[str]:
        """All keys alive, in order."""
        for path in sorted(self.folder.glob("keys/*/KY-*.json")):
            yield path.stem

    def entry(self, key_id: str) -> Entry:
        """Raises FileNotFoundError, and Damaged for what no reader of this store wrote."""
        path = self.entry_path(key_id)
        data = disk.read(path)
        try:
            entry = Entry(
                str(data["id"]), str(data["of"]), str(data["made_on"]), str(data["recipient"]),
                tuple(map(str, data["tags"])), wraps.from_json(data["wraps"]),
            )  # fmt: skip
            sound = entry.id == key_id and (
                not self.secret or hmac.compare_digest(str(data["mac"]), self._entry_mac(entry))
            )
        except (KeyError, TypeError, AttributeError):
            sound = False
        if not sound:
            raise Damaged(path, "was not written by a reader of this store", disk.RESTORE)
        return entry

    def save(self, entry: Entry) -> None:
        disk.write(
            self.entry_path(entry.id),
            {
                "id": entry.id, "of": entry.of, "made_on": entry.made_on, "recipient": entry.recipient, "tags": list(entry.tags),
                "wraps": wraps.to_json(entry.wraps), "mac": self._entry_mac(entry),
            },
        )  # fmt: skip

    def _entry_mac(self, entry: Entry) -> str:
        return self.mac("entry", entry.id, entry.of, entry.made_on, entry.recipient, list(entry.tags))

    def index(self, tag: str) -> Index:
        """The keys of a tag; none where nothing is known of it. Raises Damaged."""
        path = self.index_path(tag)
        try:
            data = disk.read(path)
            index = Index(data["own"], tuple(data["keys"]))
            sound = all(KEY_ID.match(key) for key in index.keys) and (index.own is None or index.own in index.keys)
        except FileNotFoundError:
            return Index(None, ())
        except (KeyError, TypeError):
            sound = False
        if not sound:
            raise Damaged(path, "is no list of a subject's keys", disk.RESTORE)
        return index

    def save_index(self, tag: str, index: Index) -> None:
        if index.keys:
            disk.write(self.index_path(tag), {"own": index.own, "keys": list(index.keys)})
        else:
            disk.wipe(self.index_path(tag))

    def tombstones(self) -> dict[str, Tombstone]:
        """Key id to what is left of it."""
        return read_tombstones(self.folder / "destroyed.json")

    def log(self, person: str, did: str, what: Any, why: str = "") -> None:
        line = {"at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "who": person, "did": did, "what": list(what)}
        disk.append(self.folder / "log.jsonl", json.dumps(line | ({"why": why} if why else {}), ensure_ascii=False))

    # A change of several files: what is to be done is written down first, and done again from there if it was cut short.

    def begin(self, plan: Mapping[str, Any]) -> None:
        disk.write(self.folder / "unfinished.json", plan)

    def end(self) -> None:
        # Not down to the disk: should a power cut bring the plan back, doing it again does no harm.
        (self.folder / "unfinished.json").unlink(missing_ok=True)

    def unfinished(self) -> bool:
        return (self.folder / "unfinished.json").exists()

    def finish(self) -> tuple[str, ...]:
        """Do what an interrupted change still has to do; gives the ids of the keys concerned. Only for whoever holds the lock; doing it twice does no harm."""
        disk.sweep(self.folder)
        disk.sweep(self.folder / "pending")
        try:
            plan = disk.read(self.folder / "unfinished.json")
        except FileNotFoundError:
            return ()
        if not _sound_plan(plan):
            raise Damaged(self.folder / "unfinished.json", "is no change that the store began", disk.RESTORE)
        for name in ("keys", "index"):
            disk.sweep(self.folder / name, deep=True)
        if plan["do"] == "index":
            self.do_index(plan)
        elif plan["do"] == "destroy":
            self.do_destroy(plan)
        self.end()
        return (plan["key"],) if plan["do"] == "index" else tuple(item["key"] for item in plan.get("keys", ()))

    def do_index(self, plan: Mapping[str, Any]) -> None:
        """Enter a key under a tag, if the key carries it."""
        key, tag = plan["key"], plan["tag"]
        try:
            carries = tag in self.entry(key).tags
        except FileNotFoundError:
            return
        index = self.index(tag)
        if carries and key not in index.keys:
            self.save_index(tag, Index(key if plan["own"] else index.own, (*index.keys, key)))

    def do_destroy(self, plan: Mapping[str, Any]) -> None:
        """Destroy keys: first the tombstone, from which on they are dead, then the bytes, then what points to them."""
        stones = {
            item["key"]: Tombstone(item["key"], _fingerprint(item["recipient"]), plan["day"], plan["request"])
            for item in plan["keys"]
        }
        # The escrow folder is owed these tombstones; whoever writes next and reaches it pays.
        disk.write(self.folder / "owed.json", {"tombstones": True})
        write_tombstones(self.folder / "destroyed.json", stones | self.tombstones())
        self.forget(plan["keys"])
        disk.wipe(self.folder / "pending" / f"{plan['request']}.json")

    def forget(self, items: Sequence[Mapping[str, Any]]) -> None:
        """Remove keys, each given as its ``key`` and ``tags``, and what points to them."""
        gone = {item["key"] for item in items}
        for item in items:
            disk.wipe(self.entry_path(item["key"]))
            for tag in item["tags"]:
                index = self.index(tag)
                keys = tuple(key for key in index.keys if key not in gone)
                if keys != index.keys:
                    self.save_index(tag, Index(index.own if index.own in keys else None, keys))


def _fingerprint(recipient: str) -> str:
    return fingerprint(recipient) if recipient else ""


def _sound_plan(plan: Mapping[str, Any]) -> bool:
    """Whether a plan names only what can be a key, a tag or a request, so that it cannot reach another file."""
    try:
        if plan["do"] == "index":
            return bool(KEY_ID.match(plan["key"]) and TAG.match(plan["tag"]))
        if plan["do"] == "destroy":
            keys = all(KEY_ID.match(item["key"]) and all(map(TAG.match, item["tags"])) for item in plan["keys"])
            return keys and bool(REQUEST_ID.match(plan["request"]) and date.fromisoformat(plan["day"]))
        return bool(plan["do"] == "sweep")
    except (KeyError, TypeError, ValueError):
        return False


def read_tombstones(path: Path) -> dict[str, Tombstone]:
    """Key id to tombstone; none where the file is missing. Raises Damaged."""
    try:
        data = disk.read(path)
        return {
            key: Tombstone(key, str(item["fingerprint"]), str(item["day"]), str(item["request"]))
            for key, item in data.items()
        }
    except FileNotFoundError:
        return {}
    except (KeyError, TypeError):
        raise Damaged(path, "is no list of destroyed keys", disk.RESTORE) from None


def write_tombstones(path: Path, stones: Mapping[str, Tombstone]) -> None:
    disk.write(
        path, {s.key: {"fingerprint": s.fingerprint, "day": s.day, "request": s.request} for s in stones.values()}
    )


def read_backups(folder: Path) -> list[dict[str, str]]:
    """The public side of all backups: id, recipient, made_on, expires (ISO dates)."""
    try:
        return [{name: str(item[name]) for name in BACKUP} for item in disk.read(folder / "backups.json")["backups"]]
    except FileNotFoundError:
        return []
    except (KeyError, TypeError):
        raise Damaged(folder / "backups.json", "is no list of backups", disk.RESTORE) from None


def backups_until(folder: Path, today: date) -> date | None:
    """The last day on which some backup made until now can be opened; None where there is none that still can."""
    days = (date.fromisoformat(item["expires"]) for item in read_backups(folder))
    return max((day for day in days if day >= today), default=None)


def read_store(folder: Path) -> dict[str, Any]:
    """``store.json``. Raises NoStore, and Damaged for one of another format."""
    path = folder / "store.json"
    try:
        data: dict[str, Any] = disk.read(path)
    except (FileNotFoundError, NotADirectoryError):
        raise NoStore(
            folder,
            "there is no key store here",
            "make one with: ccm keys init, or restore a backup with: ccm keys restore FILE",
        ) from None
    if data.get("format") != FORMAT or not {"id", "made_on", "escrow", "wraps"} <= data.keys():
        raise Damaged(
            path,
            f"is of format {data.get('format')!r}, not {FORMAT}",
            "use the version of ccm that made it, or " + disk.RESTORE,
        )
    return data
