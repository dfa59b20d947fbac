"""The secret behind the addresses of posts' calendars: beside the repository's own files, never in the register nor in `build/`."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from ccm_site.files import write_file
from ccm_site.gitrepo import private_folder

SETTING = "CCM_CALENDAR_SECRET"
"""Names a file with a secret of a council's own, which keeps the addresses the same where several machines build the site."""


class BadSecret(ValueError):
    """The file that `SETTING` names cannot be read, or holds too little."""


def feed_secret(root: Path) -> bytes | None:
    """The secret of this register's clone, made when it is first wanted; None outside Git, where posts then have no calendar file.

    Raises `BadSecret`.
    """
    if named := os.environ.get(SETTING):
        return _read(Path(named))
    folder = private_folder(root)
    if folder is None:
        return None
    path = folder / "calendar-secret"
    if not path.exists():
        folder.mkdir(exist_ok=True)
        write_file(path, secrets.token_hex(32).encode(), private=True)
    return path.read_bytes()


def _read(path: Path) -> bytes:
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise BadSecret(
            f"{SETTING} names {path}, which cannot be read: {error.strerror}. Mend: name a file that holds the secret"
        ) from None
    if len(secret) < 32:
        raise BadSecret(
            f"{SETTING} names {path}, which holds {len(secret)} characters. Mend: put at least 32 random ones there"
        )
    return secret
