"""The restricted site while it is shown: in this process's memory, for as long as its reader may read, and then no longer."""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

from ccm_site.publish.memory import MemorySite
from ccm_site.publish.security import policy

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from ccm_site.keys import Keys

_ASK_EVERY = 60.0  # seconds
_PR_SET_DUMPABLE = 4


class Shown:
    """The site that is shown just now. Swapped whole; once closed, it is let go of and no other takes its place."""

    no_store = True

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._closed = ""
        self.site: MemorySite | None = None

    def swap(self, site: MemorySite) -> None:
        """Show another site from the next request on."""
        with self._lock:
            if not self._closed:
                self.site = site

    def close(self, words: str) -> None:
        """Show nothing any more, and say why."""
        with self._lock:
            self._closed, self.site = words, None

    def closed(self) -> str:
        """Why nothing is shown any more; "" while the site is shown."""
        return self._closed

    def read(self, name: str) -> bytes | None:
        site = self.site
        return site.read(name) if site else None

    def policy(self) -> str:
        site = self.site
        return site.policy() if site else policy()


def over(keys: Keys | None, day: date) -> str:
    """Why the reader may not read on ``day``; "" where they may. A register in clear has no readers, and is never over."""
    words = keys.ended(day) if keys is not None else ""
    return (
        f"The restricted site is not shown any more: {words}. If you still need it, ask for your post or its date to be put right; "
        "then start ccm serve again."
        if words
        else ""
    )


def close_when_over(
    shown: Shown,
    keys: Keys | None,
    stop: threading.Event,
    *,
    every: float = _ASK_EVERY,
    day: Callable[[], date] = date.today,
) -> None:
    """Ask once a minute whether the reader may still read; when that is over close the site and stop building it again.

    The day is the calendar's, whatever day the register is shown as of.
    """
    while not stop.is_set():
        if words := over(keys, day()):
            shown.close(words)
            stop.set()
        stop.wait(every)


def no_core_dumps() -> None:
    """Keep the system from writing this process's memory to a disk should it crash, and Pagefind's, which it starts.

    Where the system does not offer this, nothing is done; Windows is told so by its administrator.
    """
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        with suppress(
            OSError, AttributeError
        ):  # the limit does not bind a system that pipes dumps to a program of its own
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
