"""The detector that a register asks for: its policy table, and the list of names that the environment gives."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ccm_site.personal_data.detector import Detector
from ccm_site.personal_data.names import NameList, names_of

_VARIABLES = ("CCM_NAMES", "CCM_NAMES_KEY", "CCM_NAMES_KEY_FILE")


def configured(table: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Detector:
    """The detector for the data of policy/personal_data.yaml ({} where there is none) and the names list of the environment.

    Kept while neither changes. Raises BadPattern and NamesTrouble.
    """
    given = tuple(environment.get(v, "") for v in _VARIABLES)
    return _made(json.dumps(table, sort_keys=True, default=str), _names(given, _stamps(given)))


def without_names(table: Mapping[str, Any]) -> Detector:
    """The detector for a table alone. Raises BadPattern."""
    return _made(json.dumps(table, sort_keys=True, default=str), None)


def _stamps(given: tuple[str, ...]) -> tuple[tuple[int, int], ...]:
    out = []
    for name in (given[0], given[2]):
        try:
            status = Path(name).stat() if name else None
        except OSError:
            status = None
        out.append((status.st_mtime_ns, status.st_size) if status else (0, 0))
    return tuple(out)


_kept_names: dict[tuple[Any, ...], NameList | None] = {}


def _names(given: tuple[str, ...], stamps: tuple[tuple[int, int], ...]) -> NameList | None:
    key = (given, stamps)
    if key not in _kept_names:
        found = names_of(dict(zip(_VARIABLES, given, strict=True)))
        _kept_names.clear()
        _kept_names[key] = found
    return _kept_names[key]


_kept: dict[tuple[str, int], Detector] = {}


def _made(table: str, names: NameList | None) -> Detector:
    key = (table, id(names))
    found = _kept.get(key)
    if found is None or found.names is not names:
        found = Detector.of(json.loads(table), names)
        if len(_kept) > 8:
            _kept.clear()
        _kept[key] = found
    return found
