"""The files of a key store: private, written whole, and overwritten before they go.

Overwriting reaches the file's own blocks. Snapshots, journals and wear levelling of a disk may keep older ones: they hold age texts only,
and the disk under a store should be encrypted and without snapshots.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from filelock import FileLock, Timeout

from ccm_site.files import write_file
from ccm_site.keys.trouble import Damaged, FolderTaken, InsideGit, NotReadable, NotWritable, StoreLocked

POSIX = os.name == "posix"
RESTORE = "restore a backup with: ccm keys restore FILE"


@contextlib.contextmanager
def saving(path: Path, what: str = "cannot be written") -> Iterator[None]:
    """Says in plain words what the system has against writing at a path. Raises NotWritable for an OSError."""
    try:
        yield
    except OSError as error:
        mend = "have yourself given the right to write there"
        if not isinstance(error, PermissionError):
            mend = "look whether its folder is there and has room, or choose another place"
        raise NotWritable(path, f"{what}: {error.strerror or type(error).__name__}", mend) from None


def try_writing(folder: Path) -> None:
    """Raises NotWritable where no file can be made in a folder; one that is missing is made."""
    with saving(folder):
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, for the owner only."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        sync_folder(folder.parent)


def sign(path: Path) -> tuple[int, int, int] | None:
    """What tells one state of a file from the next; None where there is no file."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def refuse_git(path: Path, what: str) -> None:
    """Raises InsideGit where the path lies in a working folder of Git, unless in one of its folders that ``.gitignore`` names: ``/build/``."""
    full = path.resolve()
    for above in (full, *full.parents):
        if (above / ".git").exists() and not _ignored(full, above):
            raise InsideGit(
                path, f"{what} must not lie in {above}, which Git keeps for ever", "choose a folder outside it"
            )


def _ignored(full: Path, above: Path) -> bool:
    inner = full.relative_to(above).parts
    try:
        lines = (above / ".gitignore").read_text("utf-8", "replace").splitlines()
    except OSError:
        return False
    return bool(inner) and f"/{inner[0]}/" in [line.strip() for line in lines]


def refuse_taken(folder: Path, what: str) -> None:
    """Raises FolderTaken unless the folder is missing or empty."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTaken(
            folder,
            f"{what} is to be made here, but something is here already",
            "choose an empty folder; nothing was changed",
        )


def read(path: Path) -> Any:
    """The JSON of a file. Raises FileNotFoundError, NotReadable, and Damaged for anything else than an object."""
    for _ in range(3):
        # Whoever replaces a file blanks the old one: a reader who had just opened that reads again.
        try:
            data = json.loads(path.read_bytes())
        except ValueError:
            continue
        except PermissionError:
            raise NotReadable(path, "you may not read it", "have yourself given the right to read there") from None
        if isinstance(data, dict):
            return data
    raise Damaged(path, "cannot be read as what the store wrote", RESTORE)


def write(path: Path, data: Any) -> None:
    """Write JSON privately and whole, then blank the bytes that it replaces. Raises NotWritable."""
    content = (json.dumps(data, indent=1, sort_keys=True) + "\n").encode()
    with saving(path):
        make_folder(path.parent)
        # Windows cannot replace a file that is held open, so there the old bytes are only given up.
        old = path.open("r+b", buffering=0) if POSIX and path.exists() else None
        try:
            write_file(path, content, private=True)
            sync_folder(path.parent)
            if old:
                _blank(old)
        finally:
            if old:
                old.close()


def wipe(path: Path) -> None:
    """Overwrite a file with zeros and remove it, each down to the disk. A file that is not there is well.

    First it loses its name, so that nobody meets it half gone, and that ``sweep`` ends what a crash cut short.
    """
    if not path.exists():
        return
    with saving(path, "cannot be removed"):
        if not (path.name.startswith(".") and path.name.endswith(".tmp")):
            path = path.replace(path.with_name(f".{path.name}.tmp"))
        with path.open("r+b", buffering=0) as old:
            _blank(old)
        path.unlink()
        sync_folder(path.parent)


def _blank(file: IO[bytes]) -> None:
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    file.write(bytes(size))
    os.fsync(file.fileno())


def append(path: Path, line: str) -> None:
    """Add one line to a file, down to the disk; a line torn by a crash before is left alone on its own. Raises NotWritable."""
    with saving(path, "cannot be written, and nothing is done unlogged"):
        handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "r+b", buffering=0) as out:
            end = os.fstat(handle).st_size
            torn = False
            if end:
                out.seek(end - 1)
                torn = out.read(1) != b"\n"
            out.write((b"\n" if torn else b"") + line.encode() + b"\n")
            os.fsync(handle)


def sync_folder(folder: Path) -> None:
    if POSIX:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path, deep: bool = False) -> None:
    """Remove files that a crash left half-written. Only for whoever holds the lock."""
    for path in list(folder.rglob(".*.tmp") if deep else folder.glob(".*.tmp")):
        wipe(path)


def make_lock(folder: Path, timeout: float) -> FileLock:
    return FileLock(folder / ".lock", timeout=timeout, mode=0o600)


@contextlib.contextmanager
def held(lock: FileLock) -> Iterator[None]:
    """Holds a lock. Raises StoreLocked when its time is over, NotWritable where it cannot be taken at all."""
    with saving(Path(lock.lock_file)):
        try:
            lock.acquire()
        except Timeout:
            raise StoreLocked(
                Path(lock.lock_file).parent,
                f"somebody else has been writing for more than {lock.timeout:g} seconds",
                "try again in a minute; nothing was changed",
            ) from None
    try:
        yield
    finally:
        lock.release()
