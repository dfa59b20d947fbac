"""A sealed record in the editor of one's choice, without its clear text ever lying on a disk.

The text is put into a folder that exists only in memory (tmpfs), readable by its owner only, and with it goes what editors like to
write beside a file. Where the machine has no such folder nothing is opened.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ccm_site.canonical import format_bytes, write
from ccm_site.custody.sealed_files import CannotSeal, Sealer
from ccm_site.files import write_file
from ccm_site.source import Document, Unreadable, parse

_IN_MEMORY = frozenset({"tmpfs", "ramfs"})
_MOUNTS = Path("/proc/self/mounts")
# Vim and Neovim would else put a swap file, a backup and a history of what was typed elsewhere.
_QUIET = "set noswapfile nobackup nowritebackup noundofile viminfo= | silent! set shada="


class NoMemoryFolder(Exception):
    """The machine has no folder that lies in memory only."""


class EditorFailed(Exception):
    """The editor did not end well; nothing was changed."""


def edit_sealed(
    sealer: Sealer, path: str, editor: str, again: Callable[[str], bool]
) -> bool:  # fmt: skip
    """Open a record in an editor, and seal what comes back. True where it changed.

    ``again`` is asked, with what is wrong, whether the editor is to be opened once more with the text as typed. Where the answer is
    no, the typed text is kept sealed in ``build/drafts/`` and offered the next time. Raises `NoMemoryFolder`, `EditorFailed`,
    `CannotSeal`, `Unreadable` or OSError.
    """
    file = sealer.root / path
    before = parse(file.read_bytes(), path)
    data = sealer.open(before)
    shown = before.raw if data == before.data else write(data)
    typed = sealer.draft(before) or shown
    with memory_folder() as folder:
        while True:
            typed = _in_editor(folder / Path(path).name, typed, editor, folder)
            if typed == shown:
                sealer.drop_draft(before)
                return False
            try:
                document = parse(typed, path)
                sealed = sealer.seal(Document(path, format_bytes(document), document.data), before)
            except (Unreadable, CannotSeal, ValueError) as fault:
                if not again(str(fault)):
                    sealer.keep_draft(before, typed)
                    raise EditorFailed(
                        f"{path} was not changed. What you typed is kept, sealed: run the command again to go on with it"
                    ) from None
                continue
            write_file(file, sealed)
            sealer.drop_draft(before)
            return sealed != before.raw


@contextmanager
def memory_folder() -> Iterator[Path]:
    """A folder in memory, for its owner only, emptied and removed at the end. Raises `NoMemoryFolder`."""
    base = next((p for p in _candidates() if _lies_in_memory(p)), None)
    if base is None:
        raise NoMemoryFolder(
            "this machine has no folder that lies in memory only (/dev/shm or XDG_RUNTIME_DIR on tmpfs), so nothing was opened. "
            "Change the record by its form, or on a machine with Linux"
        )
    _sweep(base)
    folder = Path(tempfile.mkdtemp(prefix=f"ccm-edit-{os.getpid()}-", dir=base))
    try:
        with _ended_in_order():
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(base: Path) -> None:
    """Remove what a killed program of one's own left behind."""
    for folder in base.glob("ccm-edit-*"):
        number = folder.name.split("-")[2]
        with suppress(OSError):
            if number.isdigit() and folder.stat().st_uid == os.getuid() and not Path(f"/proc/{number}").exists():
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """A closed terminal or a request to end leads through the clean-up, as Ctrl-C does."""

    def end(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {n: signal.signal(n, end) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _candidates() -> Iterator[Path]:
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime)
    yield Path("/dev/shm")


def _lies_in_memory(folder: Path) -> bool:
    """Whether the file system below which the folder lies is one of memory."""
    try:
        real = folder.resolve(strict=True)
        lines = _MOUNTS.read_text("utf-8").splitlines()
    except OSError:
        return False
    best, kind = "", ""
    for line in lines:
        parts = line.split(" ")
        if len(parts) > 2 and real.is_relative_to(parts[1]) and len(parts[1]) >= len(best):
            best, kind = parts[1], parts[2]
    return kind in _IN_MEMORY and os.access(real, os.W_OK)


def _in_editor(file: Path, text: bytes, editor: str, folder: Path) -> bytes:
    write_file(file, text, private=True)
    env = os.environ | {
        "TMPDIR": str(folder),
        "TMP": str(folder),
        "TEMP": str(folder),
        "VIMINIT": _QUIET,
        "NVIM_LOG_FILE": os.devnull,
    }
    try:
        done = subprocess.run([*shlex.split(editor), str(file)], env=env, cwd=folder, check=False)
    except OSError as error:
        raise EditorFailed(
            f"the editor '{editor}' cannot be started ({error.strerror}). Set EDITOR to another one"
        ) from None
    if done.returncode != 0:
        raise EditorFailed(f"the editor '{editor}' ended with status {done.returncode}; nothing was changed")
    try:
        return file.read_bytes()
    except OSError:
        raise EditorFailed(f"the editor '{editor}' left no file behind; nothing was changed") from None
