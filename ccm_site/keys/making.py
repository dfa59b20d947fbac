"""A subject's key is made: for every reader in force who reads what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccm_site.keys import age, wraps
from ccm_site.keys.interface import Subject, SubjectKey
from ccm_site.keys.room import Entry
from ccm_site.keys.trouble import NoReaders, in_words

if TYPE_CHECKING:
    from ccm_site.keys.folder import OpenFolder


def make(store: OpenFolder, subject: Subject) -> SubjectKey:
    """Under the store's lock. From now on the subject's current key. Raises NoReaders where nobody could open it."""
    allowed = [reader for reader in store.readers() if reader.may_read(subject.of, store.today)]
    if not allowed:
        raise NoReaders(
            store.folder, f"no reader in force on {in_words(store.today)} reads records about a {subject.of}, so nobody could open them",
            "let the register name a post that does, then run: ccm keys rewrap",
        )  # fmt: skip
    identity, tag = age.new_identity(), store.room.tag(subject)
    held = wraps.wrap_for(str(identity).encode(), allowed)
    entry = Entry(age.random_id("KY"), subject.of, store.today.isoformat(), age.recipient_of(identity), (tag,), held)
    plan = {"do": "index", "key": entry.id, "tag": tag, "own": True}
    store.room.begin(plan)
    store.room.save(entry)
    store.room.do_index(plan)
    store.room.end()
    store.room.log(store.reader.person, "made a key", [entry.id])
    return entry.key
