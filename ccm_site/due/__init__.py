"""What is to be done by when: pure functions of a register and a day, for the calendar, its files and `ccm due`.

A module of this package that has a function ``due(register, kinds, today)`` is a source of such days, found by being there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from ccm_site.due.day import Due
from ccm_site.kinds import Kinds
from ccm_site.model import Register

__all__ = ["Due", "all_due", "still_to_do"]


def all_due(register: Register, kinds: Kinds, today: date) -> tuple[Due, ...]:
    """Every day by which something is, or was, to be done: by day, then by what it is.

    What is done stays with the day on which it was done. What is overdue stays until it is done.
    """
    found = (d for source in _sources() for d in source(register, kinds, today))
    return tuple(sorted(found, key=lambda d: (d.on, d.by, d.part, d.record, d.pointer)))


def still_to_do(days: Iterable[Due]) -> tuple[Due, ...]:
    """Those that are not done yet, in the same order."""
    return tuple(d for d in days if d.done is None)


Source = Callable[[Register, Kinds, date], Iterator[Due]]


@cache
def _sources() -> tuple[Source, ...]:
    modules = (import_module(f"{__name__}.{m.name}") for m in iter_modules(__path__))
    return tuple(m.due for m in modules if hasattr(m, "due"))
