"""What other registers hold becomes records: one module each thing, found by being here.

A module that imports something has a function ``import_file(root, file, mapping, today, dry_run) -> ImportResult`` and is
called by its name: ``contracts.py`` is ``ccm import contracts``. One whose records are sealed has ``SEALS = True``, and takes an
opened key store as ``keys``. The other modules here are its helpers.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ccm_site.imports.report import as_text
from ccm_site.imports.result import (
    BadSource,
    FieldChange,
    ImportResult,
    Masked,
    Merged,
    Reject,
    Saved,
    UnknownImport,
)
from ccm_site.keys import OpenFolder

__all__ = [
    "BadSource", "FieldChange", "ImportResult", "Masked", "Merged", "Reject", "Saved", "UnknownImport",
    "as_text", "importers", "run", "sealing",
]  # fmt: skip

ImportFile = Callable[..., ImportResult]


@cache
def importers() -> Mapping[str, ImportFile]:
    """Every import in this package by its name, in order."""
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        function = getattr(importlib.import_module(f"{__name__}.{module}"), "import_file", None)
        if function is not None:
            found[module] = function
    return MappingProxyType(found)


@cache
def sealing() -> frozenset[str]:
    """The imports whose records are sealed, which need the key store."""
    return frozenset(n for n in importers() if getattr(importlib.import_module(f"{__name__}.{n}"), "SEALS", False))


def run(
    what: str, root: Path, file: Path, mapping: str | None, today: date, dry_run: bool,
    keys: OpenFolder | None = None, why: str = "",
) -> ImportResult:  # fmt: skip
    """Import ``file`` as ``what`` into the register at ``root``. With ``dry_run`` nothing is written.

    ``mapping`` is the name of a mapping of this package or the path of one; None finds it by the file's columns.
    An import whose records are sealed needs ``keys``; ``why`` says why there are none.
    Raises `UnknownImport`, `BadSource` where the file or the mapping cannot be used, and as `register.load`.
    """
    function = importers().get(what)
    if function is None:
        raise UnknownImport(f"there is no import of '{what[:40]}'. There are: {', '.join(importers())}")
    if what not in sealing():
        return function(root, file, mapping, today, dry_run)
    if keys is None:
        raise BadSource(
            f"what this file says is kept sealed, and the key store is not open{f': {why}' if why else ''}. "
            "Name it with --keys or CCM_KEYS, and your identity with CCM_IDENTITY; ccm keys --help says how one is made"
        )
    return function(root, file, mapping, today, dry_run, keys)
