"""Who comes into a store, and how a new one appears: whole, or not at all."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.keys import age, disk, escrow, readers, wraps
from ccm_site.keys.readers import Reader
from ccm_site.keys.trouble import Damaged, EscrowAway, WrongIdentity


def admit(folder: Path, data: Mapping[str, Any], identity: age.Identity, today: date) -> tuple[Reader, bytes]:
    """The reader whose identity this is, and the index secret. Raises WrongIdentity, ReaderNotYet, ReaderExpired, Damaged."""
    path = folder / "readers.json"
    recipient = age.recipient_of(identity)
    try:
        listed = disk.read(path)
        mine = [r for r in readers.list_from_json(listed, None, path) if r.key == recipient]
        secret = wraps.open_own(wraps.from_json(data["wraps"]), mine[0].person, identity) if mine else None
    except (FileNotFoundError, KeyError, TypeError, AttributeError):
        raise Damaged(folder, "its lists of readers are missing or cannot be read", disk.RESTORE) from None
    if mine:
        readers.check_dates(mine[0], today, folder)
    if not mine or secret is None:
        raise WrongIdentity(
            folder, f"the identity with the public key {recipient[:12]}… is no reader of this store",
            "use the identity that you were made a reader with, or have a reader run: ccm keys add PERSON, or for the new key of one who "
            "reads already: ccm keys rewrap",
        )  # fmt: skip
    readers.list_from_json(listed, secret, path)
    return mine[0], secret


@contextlib.contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A new folder that appears under its name only when all is in it; what an earlier crash left beside it is removed."""
    new = folder.with_name(f".{folder.name}.new")
    with disk.saving(folder):
        shutil.rmtree(new, ignore_errors=True)
        disk.make_folder(new)
    try:
        yield new
        with disk.saving(folder):
            if folder.exists():
                folder.rmdir()
            new.replace(folder)
            disk.sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def refuse_near(folder: Path, escrow_folder: Path) -> None:
    """Raises EscrowAway where the escrow folder is not elsewhere."""
    if escrow.lies_within(escrow_folder, [folder]):
        raise EscrowAway(
            escrow_folder,
            f"the escrow folder and the key store {folder} lie within each other",
            "choose another machine or share",
        )
