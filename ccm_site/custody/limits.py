"""How long a backup of keys may live: less than what was promised of an erasure (``policy/thresholds.yaml``)."""

from __future__ import annotations

from datetime import date

from ccm_site.facts.policy import limit
from ccm_site.model import Register

BACKUP = "key_backup"
ERASURE = "erasure_promise"


class NoLimit(Exception):
    """A limit that the council has not set, or that contradicts another; the message says which."""


def backup_days(register: Register, today: date) -> int:
    """For how many days a backup of the key store may be opened. Raises `NoLimit`.

    It is less than the days within which an erasure is promised: else an erased text could come back after that day.
    """
    backup, promise = _days(register, BACKUP, today), _days(register, ERASURE, today)
    if backup >= promise:
        raise NoLimit(
            f"policy/thresholds.yaml lets a backup of the keys live {backup} days, but an erasure is promised within {promise}. "
            f"Make the limit {BACKUP} smaller than {ERASURE}"
        )
    return backup


def _days(register: Register, code: str, today: date) -> int:
    found = limit(register, code, today)
    if found is None or found != int(found):
        raise NoLimit(f"policy/thresholds.yaml has no limit '{code}' of whole days that is in force. Add one")
    return int(found)
