"""What leaves the register as a file for others to fill in: one module each thing, found by being here.

A module that exports something has a function ``export_file(root, arguments, today) -> Exported``, and says in ``ARGUMENTS`` what it
wants to know. It is called by its name with hyphens: ``return_template.py`` is ``ccm export return-template``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from ccm_site.exports.result import CannotExport, Exported, UnknownExport

__all__ = ["CannotExport", "Exported", "Exporter", "UnknownExport", "exporters", "run"]

ExportFile = Callable[[Path, Mapping[str, str], date], Exported]


@dataclass(frozen=True)
class Exporter:
    """One export: its function, and the names of what it is told, in order; those in brackets may be left out."""

    function: ExportFile
    arguments: tuple[str, ...]


@cache
def exporters() -> Mapping[str, Exporter]:
    """Every export in this package by its name, in order."""
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        loaded = importlib.import_module(f"{__name__}.{module}")
        function = getattr(loaded, "export_file", None)
        if function is not None:
            found[module.replace("_", "-")] = Exporter(function, loaded.ARGUMENTS)
    return MappingProxyType(found)


def run(what: str, root: Path, given: Sequence[str], today: date) -> Exported:
    """Make the file that ``what`` names from the register at ``root``. Nothing is written.

    Raises `UnknownExport`, `CannotExport` where the arguments fit nothing, and as `register.load`.
    """
    exporter = exporters().get(what)
    if exporter is None:
        raise UnknownExport(f"there is no export of '{what[:40]}'. There are: {', '.join(exporters())}")
    needed = [a for a in exporter.arguments if not a.startswith("[")]
    if not len(needed) <= len(given) <= len(exporter.arguments):
        raise CannotExport(f"ccm export {what} needs: {' '.join(exporter.arguments)}")
    names = [a.strip("[]") for a in exporter.arguments]
    return exporter.function(root, dict(zip(names, given, strict=False)), today)
