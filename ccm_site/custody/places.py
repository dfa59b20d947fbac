"""Where a register's keys lie: outside it, and told apart from it by folder alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ccm_site.keys import FolderStore, InsideGit, KeyTrouble, OpenFolder, identity_path, load_identity


def keys_folder(root: Path, named: Path | None = None) -> Path:
    """The key store of a register: the one named, or ``CCM_KEYS``, or ``NAME.keys`` beside the register's folder."""
    given = named or os.environ.get("CCM_KEYS")
    return Path(given) if given else root.with_name(f"{root.name}.keys")


def escrow_folder(root: Path, named: Path | None = None) -> Path:
    """Where the keys of backups lie: the folder named, or ``CCM_ESCROW``, or ``NAME.escrow`` beside the register's folder.

    It belongs on another machine or share than the store and its backups.
    """
    given = named or os.environ.get("CCM_ESCROW")
    return Path(given) if given else root.with_name(f"{root.name}.escrow")


def refuse_inside(root: Path, place: Path, what: str, mend: str) -> None:
    """Raises `InsideGit` where a place of keys lies in the register, whose history would keep it for ever."""
    if place.resolve().is_relative_to(root.resolve()):
        raise InsideGit(place, f"{what} would lie in the register, and belongs outside it", mend)


def open_store(root: Path, named: Path | None, today: date, ask: Callable[[], str]) -> OpenFolder:
    """The register's key store, opened with one's own identity. Raises `KeyTrouble` in plain words."""
    folder = keys_folder(root, named)
    refuse_inside(root, folder, "the key store", "name another folder with --keys or CCM_KEYS")
    return FolderStore.open(folder, load_identity(identity_path(), ask), today)


def store_at_hand(root: Path, named: Path | None, today: date, ask: Callable[[], str]) -> tuple[OpenFolder | None, str]:
    """The store where one can be opened; else None and why not. "" where there is simply none, and none was asked for."""
    folder = keys_folder(root, named)
    if named is None and "CCM_KEYS" not in os.environ and not folder.exists():
        return None, ""
    try:
        return open_store(root, named, today, ask), ""
    except KeyTrouble as trouble:
        return None, str(trouble)
