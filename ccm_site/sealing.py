"""A record's sealed part: its restricted fields, age-encrypted in its own file to the one key of its subject.

What links and states need stays clear. The payload is JSON (``{"of": "placement/P-2026-0001", "fields": {…}}``), padded so that
its length tells little, encrypted to the subject's key and to nobody else: whoever destroys that key erases the text from every
copy (framework trace 5.5, option B; R-PRV-9). The ``of`` holds a sealed text to its record.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from typing import Any

from ccm_site.keys import Identity, Keys, Subject
from ccm_site.keys.age import Unopened, unwrap, wrap
from ccm_site.kinds import SEALED, Kind, Kinds
from ccm_site.model import Key, Seal

KEY_ID = re.compile(r"KY-[0-9A-HJKMNP-TV-Z]{16}\Z")
NOT_ITS_KEY = (
    "its sealed part is closed with a key that does not belong to what it is about, or belongs to another case too"
)
_BLOCK = 256
_ARMOUR = re.compile(
    r"-----BEGIN AGE ENCRYPTED FILE-----\n((?:[A-Za-z0-9+/=]{1,64}\n)+)-----END AGE ENCRYPTED FILE-----\n?\Z"
)
_STANZA = re.compile(rb"^-> (\S+)", re.MULTILINE)


class BadSeal(Exception):
    """A sealed part that cannot be what it says it is. The message is a plain sentence, without content."""


def seal_of(data: Mapping[str, Any]) -> Seal | None:
    """The sealed part of a record's data as it lies in the file. None where there is none, or none in its form."""
    found = data.get(SEALED)
    if isinstance(found, Mapping) and isinstance(found.get("key"), str) and isinstance(found.get("text"), str):
        return Seal(found["key"], found["text"])
    return None


def seal_fields(fields: Mapping[str, Any], recipient: str, key: Key) -> str:
    """The armoured age text of a record's sealed fields, for the holder of one key alone. Different every time."""
    text = json.dumps({"of": "/".join(key), "fields": fields}, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _BLOCK)
    return wrap(text, [recipient]).decode("ascii")


def open_fields(text: str, identity: Identity, key: Key, sealable: Collection[str] | None = None) -> dict[str, Any]:
    """The sealed fields of a record. Raises `BadSeal` where the text is damaged, or was sealed for another key or record.

    ``sealable`` are the fields that may be sealed in its kind; another one in it would take the place of a clear field.
    """
    try:
        payload = json.loads(unwrap(_body(text), identity))
    except (Unopened, ValueError, RecursionError):
        raise BadSeal(
            "its sealed part does not open with the key that it names: it is damaged, or was swapped"
        ) from None
    if (
        not isinstance(payload, dict)
        or payload.get("of") != "/".join(key)
        or not isinstance(payload.get("fields"), dict)
    ):
        raise BadSeal("its sealed part was made for another record")
    fields: dict[str, Any] = payload["fields"]
    if sealable is not None and not fields.keys() <= set(sealable):
        raise BadSeal("its sealed part holds fields that are not sealed in this kind of record")
    return fields


def fault_of(block: Mapping[str, Any]) -> str:
    """What is wrong with a sealed part as far as can be seen without its key: "" where nothing is.

    It holds a key's number and a text, and nothing else that could lie here in clear. The text must be encrypted to exactly one
    X25519 key. With a second recipient, a member of staff say, destroying the subject's key would erase nothing.
    """
    if set(block) != {"key", "text"}:
        return "its sealed part holds something besides its key's number and its text"
    if not KEY_ID.match(str(block["key"])):
        return "its sealed part names no key: a key's number is KY- and 16 letters and figures"
    try:
        head, mark, _ = _body(str(block["text"])).partition(b"\n---")
    except BadSeal as fault:
        return str(fault)
    if not head.startswith(b"age-encryption.org/v1\n") or not mark:
        return "its sealed part is no age text"
    found = _STANZA.findall(head)
    kinds = [k for k in found if not k.endswith(b"-grease")]
    if kinds != [b"X25519"]:
        return f"its sealed part is encrypted to {len(kinds)} recipients instead of the one key of its subject"
    return "its sealed part has more padding than the program gives it" if len(found) > 2 else ""


def _body(text: str) -> bytes:
    match = _ARMOUR.match(text)
    if not match:
        raise BadSeal("its sealed part is no age text")
    lines = match[1].replace("\n", "")
    try:
        body = base64.b64decode(lines, validate=True)
    except binascii.Error:
        raise BadSeal("its sealed part is no age text") from None
    if base64.b64encode(body).decode() != lines:
        raise BadSeal("its sealed part holds something that is not sealed")
    return body


def case_of(data: Mapping[str, Any], placement: Mapping[str, Any] | None = None) -> Subject | None:
    """The case that a record is about: the one that it names, or that its placement is of. ``placement`` is that one's opened data."""
    for source in (data, placement or {}):
        if isinstance(source.get("child_ref"), str):
            return Subject("case", source["child_ref"])
    return None


def subject_of(kind: Kind, data: Mapping[str, Any], placement: Mapping[str, Any] | None = None) -> Subject:
    """Whose key seals a record: the case that it is about, where its kind is sealed by case; else the record itself.

    A record with a key of its own that is about a case (a complaint) belongs to that case too: its key goes when the case is erased.
    """
    case = case_of(data, placement) if kind.subject == "child_ref" else None
    return case or Subject(kind.name, str(data.get("id", "")))


def is_key_of(keys: Keys, key_id: str, subjects: Collection[Subject]) -> bool:
    """Whether a key belongs to each of these subjects and to no other: else erasing one would reach too little, or too much."""
    return all(key_id in {k.id for k in keys.find(s)} for s in subjects) and keys.belongs_only(key_id, subjects)


def parted(kinds: Kinds, kind: Kind, data: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record's data in two: what stays clear, and what is sealed. Both in the order of ``data``."""
    names = frozenset(kinds.sealed_names(kind, data))
    clear = {n: v for n, v in data.items() if n not in names and not (kind.seals and n == SEALED)}
    return clear, {n: v for n, v in data.items() if n in names}


def joined(kind: Kind, clear: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """A record's data made whole again, in the order of its schema."""
    order = {f.name: i for i, f in enumerate(kind.fields)}
    both = {**clear, **fields}
    both.pop(SEALED, None)
    return {n: both[n] for n in sorted(both, key=lambda n: order.get(n, len(order)))}
