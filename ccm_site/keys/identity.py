"""A reader's own identity: one file, for its owner only, with a passphrase or without."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ccm_site.keys import age
from ccm_site.keys.disk import POSIX, make_folder, refuse_git, saving, sync_folder
from ccm_site.keys.trouble import FolderTaken, KeyTrouble, NoIdentity, OpenToOthers, WrongPassphrase

MAKE = "make one with: ccm keys identity, or set CCM_IDENTITY to where yours is"


def identity_path() -> Path:
    """Where this person's identity lies: CCM_IDENTITY, else ``.config/ccm/identity.txt`` in their home."""
    given = os.environ.get("CCM_IDENTITY")
    return Path(given) if given else Path.home() / ".config" / "ccm" / "identity.txt"


def make_identity(path: Path, passphrase: str | None) -> str:
    """Make a new identity file (mode 0600, its folder 0700 where it is made); gives its public key, ``age1…``.

    Raises FolderTaken for an existing file, InsideGit, NotWritable, and KeyTrouble for an empty passphrase.
    """
    refuse_git(path.parent, "an identity")
    if passphrase is not None and not passphrase.strip():
        raise KeyTrouble(path, "the passphrase is empty", "give some words, or say that you want none")
    identity = age.new_identity()
    recipient = age.recipient_of(identity)
    content = f"# public key: {recipient}\n{identity}\n".encode()
    if passphrase is not None:
        content = age.wrap_with_words(content, passphrase)
    with saving(path):
        make_folder(path.parent)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        except FileExistsError:
            raise FolderTaken(
                path, "there is an identity already", "keep it, or choose another name; nothing was changed"
            ) from None
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(handle)
        sync_folder(path.parent)
    return recipient


def load_identity(path: Path, ask: Callable[[], str]) -> age.Identity:
    """The identity in a file; ``ask`` is called for the passphrase only where there is one.

    Raises NoIdentity, OpenToOthers (not on Windows), WrongPassphrase.
    """
    try:
        content = path.read_bytes()
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise NoIdentity(path, "there is no identity here", MAKE) from None
    except PermissionError:
        raise NoIdentity(path, "you may not read this identity", "use your own") from None
    if POSIX and mode & 0o077:
        raise OpenToOthers(path, "others on this machine can read this identity", f"shut it with: chmod 600 {path}")
    if content.lstrip().startswith(age.ARMOUR):
        try:
            content = age.unwrap_with_words(content, ask())
        except age.Unopened:
            raise WrongPassphrase(
                path, "this passphrase does not open it", "try again; without the passphrase the identity is lost"
            ) from None
    lines = [line.strip() for line in content.decode("utf-8", "replace").splitlines()]
    secrets = [line for line in lines if line and not line.startswith("#")]
    try:
        if len(secrets) != 1:
            raise age.Unopened
        return age.identity_of(secrets[0])
    except age.Unopened:
        raise NoIdentity(path, "holds no identity (one line AGE-SECRET-KEY-1…)", MAKE) from None
