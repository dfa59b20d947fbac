"""`ccm serve`: a site on this machine, made again when a file of the register changes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from waitress.server import create_server
from watchfiles import DefaultFilter, watch

from ccm_site.checks.report import as_text
from ccm_site.keys import KeyTrouble
from ccm_site.kinds import BadSchema, load_kinds
from ccm_site.model import Audience
from ccm_site.publish.build import NeedsKeys, build, build_in_memory, site_folder
from ccm_site.publish.fresh import recover
from ccm_site.publish.pour import Inspect
from ccm_site.publish.search_index import IndexFailed
from ccm_site.publish.shell import ShellFailed
from ccm_site.publish.template import BadTheme
from ccm_site.register import NoRegister
from ccm_site.web.restricted import Shown, close_when_over, no_core_dumps, over
from ccm_site.web.site import FolderPages, create_app

if TYPE_CHECKING:
    from ccm_site.keys import Keys

HOST = "127.0.0.1"
_THREADS = 8
_NEVER_SPOOL = 1 << 40  # bytes; from there on waitress would put a slow reader's page into a temporary file
_SETTLED_MS = 400
_LOOK_AGAIN_MS = 3000
_FAILURES = (ShellFailed, BadTheme, IndexFailed, NeedsKeys, KeyTrouble, NoRegister, BadSchema, OSError, ValueError)

Say = Callable[[str], None]
Again = Callable[[], bool]


def serve(
    root: Path, audience: Audience, port: int, today: date | None = None, rebuild: bool = True, keys: Keys | None = None,
    inspect: Inspect | None = None,
) -> None:  # fmt: skip
    """Show an audience's site on loopback until Ctrl-C. ``today`` None means the day on which each build is made.

    Prints ``http://127.0.0.1:PORT`` and nothing else to standard output, as soon as a page can be asked for; what is wrong
    with the register goes to standard error. Port 0 takes a free one, as does a port that is taken.

    The restricted site is made in memory, at every start. ``keys`` open what is sealed; when their reader's time is over, the
    site is shown no longer. The other sites lie in their folders; ``inspect`` is as in `publish.build.build`.
    """
    stop = threading.Event()
    watched = partial(watched_paths, root, keys.watched() if keys else ())
    seen = stamp(watched()) if rebuild else (0, 0)
    if audience == "restricted":
        app, again = _in_memory(root, today, keys, stop)
    else:
        app, again = _from_folder(root, audience, today, rebuild, inspect)
    if rebuild:
        threading.Thread(target=keep_fresh, args=(watched, again, stop, seen, _to_stderr), daemon=True).start()
    server = listening(app, port)
    print(f"http://{HOST}:{server.effective_port}", flush=True)
    try:
        server.run()
    finally:
        stop.set()


def _from_folder(
    root: Path, audience: Audience, today: date | None, rebuild: bool, inspect: Inspect | None
) -> tuple[Flask, Again]:
    site = site_folder(root, audience)
    recover(site)
    again = partial(rebuilt, root, audience, today, _to_stderr, inspect)
    if rebuild or not site.is_dir():
        again()
    if not site.is_dir():
        _to_stderr("There is no site to show yet: mend what is wrong first.")
        sys.exit(1)
    return create_app(FolderPages(site)), again


def _in_memory(root: Path, today: date | None, keys: Keys | None, stop: threading.Event) -> tuple[Flask, Again]:
    if words := over(keys, date.today()):
        _to_stderr(words)
        sys.exit(1)
    no_core_dumps()
    shown = Shown()
    again = partial(renewed, root, today, keys, shown, _to_stderr)
    if not again():
        _to_stderr("There is no site to show: mend what is wrong first.")
        sys.exit(1)
    threading.Thread(target=close_when_over, args=(shown, keys, stop), daemon=True).start()
    return create_app(shown, shown.closed), again


def listening(app: Flask, port: int):  # type: ignore[no-untyped-def]  # waitress has no types
    """A server that already takes connections, on ``port`` or, where that is taken, on a free one."""
    options = {
        "host": HOST,
        "threads": _THREADS,
        "ident": None,
        "outbuf_overflow": _NEVER_SPOOL,
        "inbuf_overflow": _NEVER_SPOOL,
    }
    try:
        return create_server(app, port=port, **options)  # type: ignore[arg-type]
    except OSError as error:
        server: Any = create_server(app, port=0, **options)  # type: ignore[arg-type]
        _to_stderr(
            f"Port {port} cannot be had: {error.strerror or error}. The site is on port {server.effective_port}; to choose another: --port N"
        )
        return server


def rebuilt(root: Path, audience: Audience, today: date | None, say: Say, inspect: Inspect | None = None) -> bool:
    """Build the site; where that fails, say why and leave the old site as it was."""
    try:
        result = build(root, [audience], today or date.today(), inspect=inspect, printed=True)
    except _FAILURES as error:
        say(f"The site was not built: {error}")
        return False
    _say_removed(result.removed, say)
    if result.errors:
        say(as_text(result.errors).rstrip())
        say("The site was not built. It shows the register as it was before.")
        return False
    _say_warnings(result.sites[0].warnings, say)
    return True


def renewed(root: Path, today: date | None, keys: Keys | None, shown: Shown, say: Say) -> bool:
    """Make the restricted site in memory and show it; where that fails, say why and go on showing the old one.

    Errors are told by place and rule alone: what is said here may be kept in a log, and may not hold what was sealed.
    """
    try:
        result = build_in_memory(root, "restricted", today or date.today(), keys, last=shown.site)
    except _FAILURES as error:
        say(f"The restricted site was not made: {error}")
        return False
    _say_removed(result.removed, say)
    if result.site is None:
        for finding in result.errors:
            say(f"{finding.at}: an error under {finding.rule}")
        say("The restricted site was not made. To read what is wrong: ccm check")
        return False
    shown.swap(result.site)
    _say_warnings(result.site.warnings, say)
    return True


def _say_removed(removed: Iterable[Path], say: Say) -> None:
    for path in removed:
        say(f"Deleted {path}, which an earlier version had written: the restricted site is kept in memory only.")


def _say_warnings(warnings: Iterable[str], say: Say) -> None:
    for line in warnings:
        say(f"In the handbook: {line}")


def keep_fresh(
    watch_for: Callable[[], tuple[Path, ...]], again: Again, stop: threading.Event, seen: tuple[int, int], say: Say
) -> None:  # fmt: skip
    """Make the site ``again`` whenever what is watched for has changed and is still for a moment, until ``stop`` is set.

    ``seen`` is the `stamp` of the files that the shown site was made from: what changed before the watch began is noticed by it.
    """
    watched = watch_for()
    first = True
    while not stop.is_set():
        changes = watch(
            *watched, watch_filter=_Records(), debounce=_SETTLED_MS, step=100, stop_event=stop, rust_timeout=_LOOK_AGAIN_MS,
            yield_on_timeout=True, raise_interrupt=False,
        )  # fmt: skip
        for changed in changes:
            now = watch_for()
            missed = first and stamp(now) != seen
            first = False
            if changed or missed or now != watched:
                say("Something changed. Building the site again.")
                if again():
                    say("The site is up to date.")
            if now != watched:
                watched = now
                break


def stamp(paths: tuple[Path, ...]) -> tuple[int, int]:
    """How many files there are at or below the paths, and when one was last changed (nanoseconds)."""
    times = [path.stat().st_mtime_ns for path in paths if path.is_file()]
    for path in paths:
        for folder, _, names in os.walk(path):
            for name in names:
                with suppress(OSError):  # gone again meanwhile
                    times.append(Path(folder, name).stat().st_mtime_ns)
    return len(times), max(times, default=0)


def watched_paths(root: Path, also: tuple[Path, ...] = ()) -> tuple[Path, ...]:
    """Everything that a site is made from and that exists: records, schemas, prose, look, the history's last entry; and ``also``."""
    try:
        folders = load_kinds(root / "schemas").folders
    except BadSchema:
        folders = ()
    names = (*folders, "schemas", "docs", "templates", "mkdocs.yml", ".git/logs/HEAD")
    return tuple(path for path in (*(root / name for name in dict.fromkeys(names)), *also) if path.exists())


class _Records(DefaultFilter):
    """Leaves out what editors write beside a file while it is edited."""

    def __call__(self, change: object, path: str) -> bool:
        name = Path(path).name
        if path.replace("\\", "/").endswith(".git/logs/HEAD"):
            return True
        return not name.startswith((".", "#", "~")) and not name.endswith(("~", ".tmp", ".swp", ".swx"))


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
