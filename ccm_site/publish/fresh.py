"""Writing a site into a fresh folder and putting it in place of the old one, so that a reader never meets half a site."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccm_site.publish.template import Template

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


def path_parts(path: str, taken: set[str]) -> list[str]:
    """The parts of a path with forward slashes inside a site, which joins those ``taken``.

    Raises ValueError for a path that leaves the site or is taken, upper and lower case being the same.
    """
    parts = path.split("/")
    if any(p in {"", ".", ".."} or "\\" in p or ":" in p or "\0" in p for p in parts):
        raise ValueError(f"{path!r} is no path inside the site")
    if path.casefold() in taken:
        raise ValueError(f"two pages or files of the site would lie at {path}")
    taken.add(path.casefold())
    return parts


class Writer:
    """Writes files below a folder. No path may leave it, and none is written twice."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: set[str] = set()
        self._made: set[Path] = set()

    def page(self, path: str, template: Template, title: str, body: str) -> None:
        """Write one page, as `write`."""
        self.write(path, template.pour(title, body).encode())

    def write(self, path: str, content: bytes) -> None:
        """Write one file. ``path`` has forward slashes. Raises ValueError for a path that leaves the folder or comes twice."""
        parts = path_parts(path, self._written)
        file = self.folder.joinpath(*parts)
        if file.parent not in self._made:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(file.parent)
        file.write_bytes(content)


@contextmanager
def fresh(target: Path) -> Iterator[Path]:
    """An empty folder to write into; when all went well it takes the place of ``target``, else it is thrown away."""
    new = target.with_name(f".{target.name}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    recover(target)
    _remove(new)
    new.mkdir(mode=0o755)
    try:
        yield new
        _put(new, target)
    except BaseException:
        _remove(new)
        raise


def recover(target: Path) -> None:
    """Bring back the old site where a crash fell between taking it away and putting the new one in its place."""
    old = _old(target)
    if old.exists():
        if target.exists():
            _remove(old)
        else:
            old.rename(target)


def _put(new: Path, target: Path) -> None:
    old = _old(target)
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    _remove(old)


def _old(target: Path) -> Path:
    return target.with_name(f".{target.name}.old")


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


@contextmanager
def one_at_a_time(build: Path) -> Iterator[None]:
    """Waits until no other process builds into the same folder. The lock goes with the process that holds it."""
    build.mkdir(parents=True, exist_ok=True)
    with (build / ".lock").open("a+b") as file:
        if sys.platform == "win32":
            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
