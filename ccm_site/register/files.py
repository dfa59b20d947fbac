"""Where a register is, and which files in its folders are its own."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MARKER = "policy/register.yaml"
# Temporary files of this program and of editors, and folders of systems.
_LEFT_BEHIND = re.compile(r"\A\..*(\.tmp|\.sw[a-z]|\.lock)\Z|\A\.(#.*|DS_Store|git|~lock.*)\Z")


class NoRegister(Exception):
    """No register encloses the folder, or its schemas are missing."""


class Files(Protocol):
    """Where a register's files are read from: a work tree, or one commit."""

    def paths(self, folders: Iterable[str]) -> list[str]: ...

    def read(self, path: str) -> bytes: ...


@dataclass(frozen=True)
class WorkTree:
    """The files as they lie on disk below ``root``."""

    root: Path

    def paths(self, folders: Iterable[str]) -> list[str]:
        """Every file below the folders, relative, with forward slashes, in order. What programs leave beside files is left out."""
        return sorted(p for folder in folders for p in _walk(self.root / folder, folder))

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def leaves(self, path: str) -> bool:
        """Whether the path runs through a link to somewhere outside the register."""
        real = os.path.realpath(self.root / path)
        return os.path.commonpath([real, os.path.realpath(self.root)]) != os.path.realpath(self.root)


def _walk(folder: Path, name: str) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return
    for entry in entries:
        if entry.name == ".gitkeep" or _LEFT_BEHIND.search(entry.name):
            continue
        path = f"{name}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(Path(entry.path), path)
        else:
            yield path


def find_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` that is a register. Raises `NoRegister`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    raise NoRegister(f"{start} is in no register: no folder above it has {MARKER}. Make one with: ccm init DIR")
