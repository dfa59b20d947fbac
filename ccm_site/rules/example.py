"""Examples of a rule: a change to a sound register that the rule finds, and one like it that it lets pass.

Each rule has a file ``examples/<rule>.yaml`` with the lists ``fail`` and ``pass``. An example says ``why``, perhaps the day as ``today``,
and ``change``: for each path of a record the values put at JSON pointers (null takes one away); at the pointer "" stands a whole new
record. An example of a rule of
change may say ``before``, in the same form: what the register is before the change. Examples stand on the demonstration register, as of its last day.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Key, Record, Register, pointer_tokens
from ccm_site.register import linked
from ccm_site.source import parse

AS_OF = date(2026, 11, 24)
"""The demonstration register's last day."""


@dataclass(frozen=True)
class Example:
    """One example. ``change`` holds for each path what is put at which pointer."""

    rule: str
    passes: bool
    why: str
    change: Mapping[str, Mapping[str, Any]]
    before: Mapping[str, Mapping[str, Any]] | None = None
    today: date = AS_OF


@cache
def examples(rule: str) -> tuple[Example, ...]:
    """The examples of a row of the catalogue; none where it has no file."""
    file = files(__package__).joinpath("examples", f"{rule}.yaml")
    if not file.is_file():
        return ()
    data = parse(file.read_bytes(), f"{rule}.yaml").data
    return tuple(
        Example(
            e.get("rule", rule), passes, e["why"], e.get("change") or {}, e.get("before"),
            date.fromisoformat(e["today"]) if "today" in e else AS_OF,
        )
        for passes in (False, True)
        for e in data.get("pass" if passes else "fail") or ()
    )  # fmt: skip


def applied(
    register: Register, kinds: Kinds, change: Mapping[str, Mapping[str, Any]]
) -> tuple[Register, tuple[Record, ...], list[Finding]]:
    """The register with a change, the records that it changed, and the references that it breaks.

    A path whose pointer "" is null takes the record away.

    Raises KeyError where it changes a record, or a part of one, that is not there.
    """
    records: dict[Key, Record] = dict(register.records)
    paths = {r.path: r for r in records.values()}
    changed = []
    for path, values in change.items():
        if "" in values and values[""] is None:
            del records[paths[path].key]
            continue
        if "" in values:
            data = values[""]
            record = Record(kinds[data["kind"]].key_of(data), path, data, "")
        else:
            old = paths[path]
            data = deepcopy(dict(old.data))
            for pointer, value in values.items():
                put(data, pointer, value)
            del records[old.key]
            record = replace(old, key=kinds[old.kind].key_of(data), data=data)
        records[record.key] = record
        changed.append(record)
    whole, broken = linked(records, kinds)
    return whole, tuple(changed), broken


def put(data: Any, pointer: str, value: Any) -> None:
    """Put a value at a JSON pointer of a record's data, in place; None takes away what stands there, and at a list's length it is added.

    Raises KeyError or IndexError where the pointer leads nowhere.
    """
    *parents, last = pointer_tokens(pointer)
    for token in parents:
        data = data[int(token)] if isinstance(data, list) else data[token]
    if isinstance(data, list):
        if value is None:
            del data[int(last)]
        elif int(last) == len(data):
            data.append(value)
        else:
            data[int(last)] = value
    elif value is None:
        del data[last]
    else:
        data[last] = value
