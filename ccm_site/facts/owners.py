"""Whose a record is: the post that owns it, or the contract that it belongs to."""

from __future__ import annotations

from ccm_site.model import Record, Register

_UP = ("contract", "placement", "specification", "tender", "need")
_DEPTH = 4


def owner_of(register: Register, record: Record) -> str:
    """The post that owns a record: its own ``owner_post``, or that of the contract (or placement, …) that it names. "" where none does."""
    for _ in range(_DEPTH):
        post = record.data.get("owner_post")
        if isinstance(post, str):
            return post
        above = next((r for n in _UP if isinstance(v := record.data.get(n), str) and (r := register.get(n, v))), None)
        if above is None:
            return ""
        record = above
    return ""
