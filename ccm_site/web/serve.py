"""`ccm serve`: the site on this machine, built again when a file of the register changes."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

from flask import Flask
from waitress.server import create_server
from watchfiles import DefaultFilter, watch

from ccm_site.checks.report import as_text
from ccm_site.kinds import BadSchema, load_kinds
from ccm_site.model import Audience
from ccm_site.publish.build import build, site_folder
from ccm_site.publish.fresh import recover
from ccm_site.publish.search_index import IndexFailed
from ccm_site.publish.shell import ShellFailed
from ccm_site.publish.template import BadTheme
from ccm_site.register import NoRegister
from ccm_site.web.site import create_app

HOST = "127.0.0.1"
_THREADS = 8
_SETTLED_MS = 400
_LOOK_AGAIN_MS = 3000
_FAILURES = (ShellFailed, BadTheme, IndexFailed, NoRegister, BadSchema, OSError, ValueError)

Say = Callable[[str], None]


def serve(root: Path, audience: Audience, port: int, today: date | None = None, rebuild: bool = True) -> None:
    """Show an audience's site on loopback until Ctrl-C. ``today`` None means the day on which each build is made.

    Prints ``http://127.0.0.1:PORT`` and nothing else to standard output, as soon as a page can be asked for; what is wrong
    with the register goes to standard error. Port 0 takes a free one, as does a port that is taken.
    """
    site = site_folder(root, audience)
    recover(site)
    seen = stamp(watched_paths(root)) if rebuild else (0, 0)
    if rebuild or not site.is_dir():
        rebuilt(root, audience, today, _to_stderr)
    if not site.is_dir():
        _to_stderr("There is no site to show yet: mend what is wrong first.")
        sys.exit(1)
    stop = threading.Event()
    if rebuild:
        threading.Thread(target=keep_fresh, args=(root, audience, today, stop, seen, _to_stderr), daemon=True).start()
    server = listening(create_app(site), port)
    print(f"http://{HOST}:{server.effective_port}", flush=True)
    try:
        server.run()
    finally:
        stop.set()


def listening(app: Flask, port: int):  # type: ignore[no-untyped-def]  # waitress has no types
    """A server that already takes connections, on ``port`` or, where that is taken, on a free one."""
    try:
        return create_server(app, host=HOST, port=port, threads=_THREADS, ident=None)
    except OSError:
        return create_server(app, host=HOST, port=0, threads=_THREADS, ident=None)


def rebuilt(root: Path, audience: Audience, today: date | None, say: Say) -> bool:
    """Build the site; where that fails, say why and leave the old site as it was."""
    try:
        result = build(root, [audience], today or date.today())
    except _FAILURES as error:
        say(f"The site was not built: {error}")
        return False
    if result.errors:
        say(as_text(result.errors).rstrip())
        say("The site was not built. It shows the register as it was before.")
        return False
    for line in result.sites[0].warnings:
        say(f"In the handbook: {line}")
    return True


def keep_fresh(
    root: Path, audience: Audience, today: date | None, stop: threading.Event, seen: tuple[int, int], say: Say
) -> None:
    """Build again whenever files of the register have changed and are still for a moment, until ``stop`` is set.

    ``seen`` is the `stamp` of the files that the shown site was made from: what changed before the watch began is noticed by it.
    """
    watched = watched_paths(root)
    first = True
    while not stop.is_set():
        changes = watch(
            *watched, watch_filter=_Records(), debounce=_SETTLED_MS, step=100, stop_event=stop, rust_timeout=_LOOK_AGAIN_MS,
            yield_on_timeout=True, raise_interrupt=False,
        )  # fmt: skip
        for changed in changes:
            now = watched_paths(root)
            missed = first and stamp(now) != seen
            first = False
            if changed or missed or now != watched:
                say("Something changed. Building the site again.")
                if rebuilt(root, audience, today, say):
                    say("The site is up to date.")
            if now != watched:
                watched = now
                break


def stamp(paths: tuple[Path, ...]) -> tuple[int, int]:
    """How many files there are below the paths, and when one was last changed (nanoseconds)."""
    times = []
    for path in paths:
        for folder, _, names in os.walk(path):
            for name in names:
                with suppress(OSError):  # gone again meanwhile
                    times.append(Path(folder, name).stat().st_mtime_ns)
    return len(times), max(times, default=0)


def watched_paths(root: Path) -> tuple[Path, ...]:
    """Everything that a site is made from and that exists: records, schemas, prose, look, and the history's last entry."""
    try:
        folders = load_kinds(root / "schemas").folders
    except BadSchema:
        folders = ()
    names = (*folders, "schemas", "docs", "templates", "mkdocs.yml", ".git/logs/HEAD")
    return tuple(path for name in dict.fromkeys(names) if (path := root / name).exists())


class _Records(DefaultFilter):
    """Leaves out what editors write beside a file while it is edited."""

    def __call__(self, change: object, path: str) -> bool:
        name = Path(path).name
        if path.replace("\\", "/").endswith(".git/logs/HEAD"):
            return True
        return not name.startswith((".", "#", "~")) and not name.endswith(("~", ".tmp", ".swp", ".swx"))


def _to_stderr(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
