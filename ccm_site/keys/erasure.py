"""Erasing: one person asks, another with another post confirms, and the keys of a subject are destroyed."""

from __future__ import annotations

import contextlib
import hmac
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccm_site.keys import age, disk, escrow
from ccm_site.keys.interface import Subject, SubjectKey
from ccm_site.keys.room import REQUEST_ID, backups_until
from ccm_site.keys.trouble import Damaged, ErasureRefused, in_words

if TYPE_CHECKING:
    from ccm_site.keys.folder import OpenFolder

DAYS = 14
"""How long a request waits for a second person."""
TWO = "another person with another post confirms it, with: ccm erase --confirm"


@dataclass(frozen=True)
class Request:
    """A request for erasure, and who confirmed it if that was begun."""

    id: str
    subject: Subject
    reason: str
    rule: str
    person: str
    post: str
    made_on: date
    expires: date
    confirmed_by: tuple[str, str] | None = None


@dataclass(frozen=True)
class Erased:
    """What was destroyed, for the register's disposal record. ``posts`` and ``persons`` are who asked, who confirmed.

    ``backups_until`` is the last day on which a backup that still holds the keys can be opened, None where there is none. Only this answer names the subject.
    """

    subject: Subject
    keys: tuple[SubjectKey, ...]
    request: str
    reason: str
    rule: str
    posts: tuple[str, str]
    persons: tuple[str, str]
    backups_until: date | None


def request(store: OpenFolder, subject: Subject, reason: str, rule: str, post: str) -> str:
    """Under the store's lock."""
    _own_post(store, post)
    if not reason.strip() or not rule.strip():
        raise ErasureRefused(store.folder, "an erasure needs a reason and a rule", "say why, and by which rule")
    keys = _keys_of(store, subject)
    if not keys:
        raise ErasureRefused(
            store.folder,
            f"no key of this {subject.of.replace('_', ' ')} is in this store: nothing about it is sealed, or it was erased before",
            "look at the reference, and at the disposals in policy/disposals",
        )
    for waiting in _all(store):
        if waiting.expires < store.today or not _keys_of(store, waiting.subject):
            disk.wipe(_path(store, waiting.id))
        elif waiting.subject == subject:
            raise ErasureRefused(
                store.folder,
                f"{waiting.id} asks for this already: by {waiting.post} on {in_words(waiting.made_on)}, waiting until {in_words(waiting.expires)}",
                f"have another person with another post confirm it: ccm erase {waiting.id} --confirm",
            )
    made = Request(
        age.random_id("ER"),
        subject,
        reason,
        rule,
        store.reader.person,
        post,
        store.today,
        store.today + timedelta(days=DAYS),
    )
    _save(store, made)
    store.room.log(store.reader.person, "asked for an erasure", [made.id, *keys], rule)
    return made.id


def pending(store: OpenFolder) -> tuple[Request, ...]:
    """Those in time whose subject was not erased meanwhile by another."""
    return tuple(r for r in _all(store) if r.expires >= store.today and _keys_of(store, r.subject))


def confirm(store: OpenFolder, id: str, post: str) -> Erased:
    """Under the store's lock."""
    asked = _load(store, id)
    _own_post(store, post)
    if asked.expires < store.today:
        disk.wipe(_path(store, id))
        raise ErasureRefused(
            store.folder, f"{id} waited until {in_words(asked.expires)} only", "ask again with: ccm erase"
        )
    if not _keys_of(store, asked.subject):
        disk.wipe(_path(store, id))
        raise ErasureRefused(
            store.folder, f"what {id} asks for was erased already", "nothing is left to do: look at policy/disposals"
        )
    if asked.person == store.reader.person:
        raise ErasureRefused(store.folder, f"{id} was asked for by yourself", TWO)
    if asked.post == post:
        raise ErasureRefused(store.folder, f"{id} was asked for by the same post, {post}", TWO)
    if not any(reader.person == asked.person and reader.in_force(store.today) for reader in store.readers()):
        raise ErasureRefused(
            store.folder, f"{asked.person}, who asked for {id}, is no reader any more", "ask again with: ccm erase"
        )
    escrow.check_escrow(store.escrow_folder, store.store_id)
    _save(store, Request(**{**asked.__dict__, "confirmed_by": (store.reader.person, post)}))
    store.room.log(store.reader.person, "confirmed an erasure", [id], asked.rule)
    until = backups_until(store.folder, store.today)
    keys = destroy(store, asked.subject, id)
    return Erased(
        asked.subject, keys, id, asked.reason, asked.rule, (asked.post, post), (asked.person, store.reader.person), until
    )  # fmt: skip


def destroy(store: OpenFolder, subject: Subject, id: str) -> tuple[SubjectKey, ...]:
    """Under the store's lock. Before the first byte goes, the escrow folder must be in reach: else a backup could bring a key back."""
    asked = _load(store, id)
    if asked.subject != subject:
        raise ErasureRefused(
            store.folder, f"{id} asks for another subject to be erased", "ask for this one with: ccm erase"
        )
    if asked.confirmed_by is None or asked.confirmed_by[0] == asked.person or asked.confirmed_by[1] == asked.post:
        raise ErasureRefused(store.folder, f"nobody has confirmed {id} yet", TWO)
    escrow.check_escrow(store.escrow_folder, store.store_id)
    room, tag = store.room, store.room.tag(subject)
    items: list[dict[str, Any]] = []
    for key_id in _keys_of(store, subject):
        try:
            entry = room.entry(key_id)
            items.append({"key": key_id, "recipient": entry.recipient, "tags": sorted({tag, *entry.tags})})
        except (FileNotFoundError, Damaged):
            # What cannot be read must be destroyed all the same.
            items.append({"key": key_id, "recipient": "", "tags": [tag]})
    plan = {"do": "destroy", "keys": items, "day": store.today.isoformat(), "request": id}
    room.begin(plan)
    room.do_destroy(plan)
    store.tell_escrow()
    room.log(store.reader.person, "destroyed keys", [id, *(item["key"] for item in items)], asked.rule)
    room.end()
    return tuple(SubjectKey(item["key"], item["recipient"]) for item in items)


def _keys_of(store: OpenFolder, subject: Subject) -> tuple[str, ...]:
    """The ids of a subject's keys, also of those that cannot be read."""
    return store.room.index(store.room.tag(subject)).keys


def _own_post(store: OpenFolder, post: str) -> None:
    if post not in store.reader.posts:
        raise ErasureRefused(
            store.folder,
            f"{store.reader.person} does not hold the post {post}",
            f"name one of: {', '.join(store.reader.posts)}",
        )


def _path(store: OpenFolder, id: str) -> Path:
    return store.folder / "pending" / f"{id}.json"


def _save(store: OpenFolder, made: Request) -> None:
    """What is asked lies there for the readers only, with a code that only a reader can make."""
    content = {
        "of": made.subject.of, "id": made.subject.id, "reason": made.reason, "rule": made.rule,
        "person": made.person, "post": made.post, "confirmed_by": made.confirmed_by,
    }  # fmt: skip
    recipients = [reader.key for reader in store.readers() if reader.in_force(store.today)]
    text = age.wrap(json.dumps(content).encode(), recipients).decode()
    dates = made.made_on.isoformat(), made.expires.isoformat()
    disk.write(
        _path(store, made.id),
        {
            "id": made.id,
            "made_on": dates[0],
            "expires": dates[1],
            "text": text,
            "mac": store.room.mac("request", made.id, *dates, text),
        },
    )


def _load(store: OpenFolder, id: str) -> Request:
    """Raises ErasureRefused where there is no such request, or it was made before one became a reader; Damaged."""
    path = _path(store, id)
    try:
        if not REQUEST_ID.match(id):
            raise FileNotFoundError
        data = disk.read(path)
        dates = str(data["made_on"]), str(data["expires"])
        if not hmac.compare_digest(str(data["mac"]), store.room.mac("request", id, *dates, data["text"])):
            raise KeyError("mac")
        content = json.loads(age.unwrap(data["text"].encode(), store.identity))
        by = content["confirmed_by"]
        return Request(
            id, Subject(content["of"], content["id"]), content["reason"], content["rule"], content["person"], content["post"],
            date.fromisoformat(dates[0]), date.fromisoformat(dates[1]), (str(by[0]), str(by[1])) if by else None,
        )  # fmt: skip
    except FileNotFoundError:
        raise ErasureRefused(
            store.folder, f"no erasure {id[:40]!r} is waiting", "look at those that wait with: ccm erase --pending"
        ) from None
    except age.Unopened:
        raise ErasureRefused(
            store.folder,
            f"{id} was asked for before you became a reader",
            "have another reader confirm it, or ask again",
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Damaged(
            path, "is no request that a reader of this store wrote", "remove the file, and ask again with: ccm erase"
        ) from None


def _all(store: OpenFolder) -> list[Request]:
    found = []
    for path in sorted(store.folder.glob("pending/ER-*.json")):
        with contextlib.suppress(ErasureRefused, Damaged):
            found.append(_load(store, path.stem))
    return found
