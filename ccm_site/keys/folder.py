"""A key store in a folder: how it is made and opened, and how keys are made, found and opened in it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from ccm_site.keys import age, care, disk, erasure, escrow, making, readers, rewrap, wraps
from ccm_site.keys.care import Status
from ccm_site.keys.door import admit, refuse_near, staged
from ccm_site.keys.erasure import Erased, Request
from ccm_site.keys.interface import Shut, Subject, SubjectKey
from ccm_site.keys.readers import Reader
from ccm_site.keys.rewrap import Rewrapped
from ccm_site.keys.room import FORMAT, KEY_ID, Entry, Room, Tombstone, read_store
from ccm_site.keys.trouble import (
    Damaged,
    KeyTrouble,
    WrongIdentity,
    in_words,
)

TIMEOUT = 10.0
LOGGED_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/*~$=-]{0,99}\Z")
LOGGED_WORDS = 200


class FolderStore:
    """A key store in a folder of its own: ``create`` makes one, ``open`` opens one for a reader."""

    @staticmethod
    def create(folder: Path, first: Reader, identity: age.Identity, escrow_folder: Path, today: date) -> OpenFolder:
        """Make a store with its first reader, and its escrow folder, which must lie elsewhere.

        Raises FolderTaken, InsideGit, BadReader, NoReaders, WrongIdentity where the identity is not the reader's.
        """
        disk.refuse_git(folder, "a key store")
        disk.refuse_taken(folder, "a key store")
        refuse_near(folder, escrow_folder)
        escrow.refuse_escrow(escrow_folder)
        readers.check_readers([first], today, folder)
        if age.recipient_of(identity) != first.key:
            raise WrongIdentity(
                folder,
                f"the key of {first.person} is not the one of this identity",
                "give the public key of your identity",
            )
        store, secret = age.random_id("ST"), age.new_secret()
        with staged(folder) as new:
            held = wraps.to_json(wraps.wrap_for(secret, [first]))
            disk.write(new / "readers.json", readers.list_to_json([first], secret))
            disk.write(
                new / "store.json",
                {
                    "format": FORMAT,
                    "id": store,
                    "made_on": today.isoformat(),
                    "escrow": str(escrow_folder.resolve()),
                    "wraps": held,
                },
            )
        escrow.make_escrow(escrow_folder, store, today)
        opened = FolderStore.open(folder, identity, today)
        opened.room.log(first.person, "made the store", [store])
        return opened

    @staticmethod
    def open(folder: Path, identity: age.Identity, today: date, timeout: float = TIMEOUT) -> OpenFolder:
        """Open a store for the reader whose identity this is; ``timeout`` is how long to wait for others' writing, in seconds.

        Raises NoStore, WrongIdentity, ReaderNotYet, ReaderExpired, Damaged.
        """
        data = read_store(folder)
        reader, secret = admit(folder, data, identity, today)
        opened = OpenFolder(folder, reader, identity, secret, today, timeout)
        if opened.room.unfinished():
            # Somebody was cut short, or is writing just now: then they finish it themselves.
            with contextlib.suppress(KeyTrouble), opened.writing():
                pass
        return opened


class OpenFolder:
    """A store, opened by one reader on one day; see ``Keys``. Each change is made under the store's lock, and can be cut short anywhere.

    Two persons for an erasure are held to by this program. Whoever may write to the folder can remove files without it: guard the folder.
    """

    def __init__(
        self, folder: Path, reader: Reader, identity: age.Identity, secret: bytes, today: date, timeout: float
    ) -> None:
        self.folder = folder
        self.reader = reader
        self.identity = identity
        self.today = today
        self.room = Room(folder, secret)
        self._lock = disk.make_lock(folder, timeout)
        self._stones: tuple[tuple[int, int, int], Mapping[str, Tombstone]] = ((0, 0, 0), {})
        self._opened: dict[str, age.Identity] = {}
        self._readers_sign: tuple[int, int, int] | None = None

    # Keys

    def key_for(self, subject: Subject) -> SubjectKey:
        """The current key of a subject, made where there is none.

        Raises NoReaders where nobody in force reads ``subject.of``, Damaged where there is a key that cannot be trusted.
        """
        found = self._own_key(subject)
        if found:
            return found
        with self.writing():
            found = self._own_key(subject)
            if found:
                return found
            return making.make(self, subject)

    def renew(self, subject: Subject) -> SubjectKey:
        """A new key as the current one of a subject; the earlier ones belong to it still. Raises NoReaders."""
        with self.writing():
            return making.make(self, subject)

    def _own_key(self, subject: Subject) -> SubjectKey | None:
        tag = self.room.tag(subject)
        own = self.room.index(tag).own
        entry = self._entry_of(tag, own) if own else None
        return entry.key if entry else None

    def _entry_of(self, tag: str, key_id: str) -> Entry | None:
        """The entry that an index names, None where it is just being destroyed. Raises Damaged where it is lost, or of another subject."""
        path = self.room.entry_path(key_id)
        try:
            entry = self.room.entry(key_id)
        except FileNotFoundError:
            if key_id in self._tombstones():
                return None
            raise Damaged(
                path, "this key is lost: it was not destroyed, but its file is not here", disk.RESTORE
            ) from None
        if tag not in entry.tags:
            raise Damaged(path, "the store's index names it for a subject that it does not belong to", disk.RESTORE)
        return entry

    def find(self, subject: Subject) -> tuple[SubjectKey, ...]:
        """All keys alive that belong to a subject: its own, and those joined to it."""
        tag = self.room.tag(subject)
        entries = (self._entry_of(tag, key) for key in self.room.index(tag).keys)
        return tuple(entry.key for entry in entries if entry)

    def join(self, key_id: str, subject: Subject) -> None:
        """A key made for another subject belongs to this one too. Raises KeyTrouble where the key is not alive here."""
        with self.writing():
            shut = self._missing(key_id)
            if shut:
                raise KeyTrouble(
                    self.folder, f"{key_id} cannot be joined to another subject: {shut.words}", "seal the record anew"
                )
            entry = self.room.entry(key_id)
            tag = self.room.tag(subject)
            if tag in entry.tags and key_id in self.room.index(tag).keys:
                return
            plan = {"do": "index", "key": key_id, "tag": tag, "own": False}
            self.room.begin(plan)
            self.room.save(replace(entry, tags=tuple(dict.fromkeys((*entry.tags, tag)))))
            self.room.do_index(plan)
            self.room.end()
            self.room.log(self.reader.person, "joined a key to another subject", [key_id])

    def belongs_only(self, key_id: str, subjects: Collection[Subject]) -> bool:
        """Whether a key belongs to none but these subjects. False for one that is not here. Raises Damaged."""
        try:
            tags = self.room.entry(key_id).tags
        except FileNotFoundError:
            return False
        return set(tags) <= {self.room.tag(subject) for subject in subjects}

    def open(self, key_ids: Iterable[str]) -> Mapping[str, age.Identity | Shut]:
        """The secret half of each key, or why it stays shut; about 0.2 ms each, less for one that was opened before.

        Raises WrongIdentity where the reader was removed, or may read other things, since this store was opened.
        """
        self._still_reads()
        return {key_id: self._open_one(key_id) for key_id in dict.fromkeys(key_ids)}

    def _still_reads(self) -> None:
        """Look at the readers' list again when it has changed."""
        sign = disk.sign(self.folder / "readers.json")
        if sign != self._readers_sign:
            if words := self.ended(self.today):
                self._opened.clear()
                raise WrongIdentity(self.folder, words, "ask a reader, then open the store again")
            self._readers_sign = sign

    def _open_one(self, key_id: str) -> age.Identity | Shut:
        missing = self._missing(key_id)
        if missing:
            self._opened.pop(key_id, None)
            return missing
        if key_id in self._opened:
            return self._opened[key_id]
        try:
            entry = self.room.entry(key_id)
        except FileNotFoundError:
            return self._missing(key_id) or _lost(key_id)
        except Damaged as damaged:
            return Shut("unknown", str(damaged))
        if self.reader.person not in entry.wraps:
            if entry.of in self.reader.reads:
                words = f"its key was made before {self.reader.person} became its reader: have another reader run ccm keys rewrap"
            else:
                words = f"it is about a {entry.of.replace('_', ' ')}, which your posts do not read"
            return Shut("not_for_you", words)
        identity = self.secret_of(entry)
        if identity:
            self._opened[key_id] = identity
            return identity
        if entry.wraps[self.reader.person].to != self.reader.key:
            return Shut(
                "not_for_you",
                f"its key is wrapped for an earlier key of {self.reader.person}: have another reader run ccm keys rewrap",
            )
        return Shut(
            "unknown", str(Damaged(self.room.entry_path(key_id), "does not hold the key that it says", disk.RESTORE))
        )

    def secret_of(self, entry: Entry) -> age.Identity | None:
        """The secret half of a key, or None where this reader cannot open it, or it is not the half of this key."""
        text = wraps.open_own(entry.wraps, self.reader.person, self.identity)
        with contextlib.suppress(age.Unopened):
            identity = age.identity_of(text.decode("ascii", "replace")) if text else None
            if identity and age.recipient_of(identity) == entry.recipient:
                return identity
        return None

    def _tombstones(self) -> Mapping[str, Tombstone]:
        """What was destroyed until this moment; read again only when the file is another."""
        sign = disk.sign(self.folder / "destroyed.json")
        if sign is None:
            return {}
        if self._stones[0] != sign:
            self._stones = (sign, self.room.tombstones())
        return self._stones[1]

    def _missing(self, key_id: str) -> Shut | None:
        """Why there is no such key here, or None where there is one."""
        if not KEY_ID.match(key_id):
            return Shut("unknown", "a key's name is KY- and 16 letters and figures; the record names something else")
        stone = self._tombstones().get(key_id)
        if stone:
            on = f"on {in_words(date.fromisoformat(stone.day))}" if stone.day else "before this store was restored"
            return Shut(
                "destroyed",
                f"its key was destroyed {on}, and it can be read nowhere any more",
            )
        return None if self.room.entry_path(key_id).exists() else _lost(key_id)

    def log(self, did: str, what: Sequence[str], why: str = "") -> None:
        """One line in ``log.jsonl``. ``what`` are ids; ``did`` and ``why`` are one short line each. Raises ValueError."""
        if not all(LOGGED_ID.match(item) for item in what):
            raise ValueError("the log of keys takes ids only, never content")
        if any("\n" in words or len(words) > LOGGED_WORDS for words in (did, why)):
            raise ValueError(f"the log of keys takes one line of at most {LOGGED_WORDS} characters")
        self.room.log(self.reader.person, did, what, why)

    def ended(self, day: date) -> str:
        """Why this reader may read no more on a day; "" while he or she may."""
        try:
            now = next((r for r in self.readers() if r.key == self.reader.key), None)
        except KeyTrouble as trouble:
            return str(trouble)
        if now is None:
            return f"{self.reader.person} is no reader of this store any more"
        if now.reads != self.reader.reads:
            return f"what {self.reader.person} may read has changed"
        try:
            readers.check_dates(now, day, self.folder)
        except KeyTrouble as trouble:
            return trouble.what
        return ""

    def watched(self) -> tuple[Path, ...]:
        """The list of what was destroyed, and the list of readers."""
        return (self.folder / "destroyed.json", self.folder / "readers.json")

    # Erasure

    def request_erasure(self, subject: Subject, reason: str, rule: str, post: str) -> str:
        """Ask for the keys of a subject to be destroyed; gives the request's id ``ER-…``. Raises ErasureRefused."""
        with self.writing():
            return erasure.request(self, subject, reason, rule, post)

    def pending(self) -> tuple[Request, ...]:
        """The requests that wait for a second person."""
        return erasure.pending(self)

    def confirm_erasure(self, request: str, post: str) -> Erased:
        """As another person, with another post: destroy the keys that a request names. Raises ErasureRefused, EscrowAway."""
        with self.writing():
            return erasure.confirm(self, request, post)

    def destroyed(self) -> tuple[Tombstone, ...]:
        """What was ever destroyed here: the register's disposal records can be compared with it."""
        return tuple(self.room.tombstones().values())

    # Readers and care

    def readers(self) -> tuple[Reader, ...]:
        path = self.folder / "readers.json"
        try:
            return readers.list_from_json(disk.read(path), self.room.secret, path)
        except FileNotFoundError:
            raise Damaged(path, "is missing", disk.RESTORE) from None

    def add_reader(self, reader: Reader) -> Rewrapped:
        """One reader more. Raises BadReader where the person, or the key, is there already."""
        with self.writing():
            return rewrap.add(self, reader)

    def remove_reader(self, person: str) -> Rewrapped:
        """One reader less. Raises BadReader where there is no such person, NoReaders where nobody would be left."""
        with self.writing():
            return rewrap.remove(self, person)

    def rewrap(self, wanted: Sequence[Reader]) -> Rewrapped:
        """Make the store, its keys and its backups be for exactly these readers. Touches no record. Raises BadReader, NoReaders."""
        with self.writing():
            return rewrap.rewrap(self, wanted)

    def status(self) -> Status:
        """Counts of keys, and of those that a reader should open but cannot; reads every key's file."""
        return care.status(self)

    def check(self) -> tuple[str, ...]:
        """A sentence for each thing that is not as it should be; reads every key's file and opens one's own."""
        return care.check(self)

    # The escrow folder

    @property
    def store_id(self) -> str:
        return str(read_store(self.folder)["id"])

    @property
    def escrow_folder(self) -> Path:
        return Path(read_store(self.folder)["escrow"])

    def use_escrow(self, folder: Path) -> None:
        """Name another escrow folder: this store's own that was moved, or an empty one. Older backups open only with the one that has their keys.

        Raises FolderTaken, InsideGit, EscrowAway.
        """
        refuse_near(self.folder, folder)
        with self.writing():
            if not escrow.in_reach(folder, self.store_id):
                escrow.make_escrow(folder, self.store_id, self.today)
            disk.write(self.folder / "store.json", read_store(self.folder) | {"escrow": str(folder.resolve())})
            escrow.tell_destroyed(folder, self.room.tombstones())
            self.room.log(self.reader.person, "named another escrow folder", [self.store_id])

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Holds the store's lock; first finishes what was cut short, pays the escrow folder what it is owed, and lets old backups expire.

        Raises StoreLocked, WrongIdentity where the reader was removed meanwhile.
        """
        with disk.held(self._lock):
            if self.reader.key not in {reader.key for reader in self.readers()}:
                raise WrongIdentity(
                    self.folder, f"{self.reader.person} is no reader of this store any more", "ask a reader"
                )
            finished = self.room.finish()
            if finished:
                self.room.log(self.reader.person, "finished a change that was cut short", finished)
            if escrow.in_reach(self.escrow_folder, self.store_id):
                self.tell_escrow()
                expired = escrow.expire(self.escrow_folder, self.today)
                if expired:
                    self.room.log(self.reader.person, "let backups expire", expired)
            yield

    def tell_escrow(self) -> None:
        """Give the escrow folder the tombstones that it may not have yet."""
        if (self.folder / "owed.json").exists():
            escrow.tell_destroyed(self.escrow_folder, self.room.tombstones())
            disk.wipe(self.folder / "owed.json")


def _lost(key_id: str) -> Shut:
    return Shut(
        "unknown", f"its key {key_id} is not in this store: the record belongs to another register, or the key was lost"
    )
