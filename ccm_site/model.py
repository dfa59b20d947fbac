"""The frozen types that flow through the program: plain data that knows nothing of Git, HTML or rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Audience = Literal["public", "intranet", "restricted"]
AUDIENCES: tuple[Audience, ...] = ("public", "intranet", "restricted")
Severity = Literal["error", "warning"]


def stricter(one: Audience, other: Audience) -> Audience:
    """The stricter of two audiences: ``public`` < ``intranet`` < ``restricted``."""
    return max(one, other, key=AUDIENCES.index)


class Key(NamedTuple):
    """What names a record in the whole register: its kind, and its id (``S-2026-0001/v2`` where versioned)."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a file. Lines and columns count from 1; ``pointer`` is a JSON pointer, "" for the whole record."""

    path: str
    line: int = 1
    column: int = 1
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where, under which rule, and how to mend it."""

    rule: str
    severity: Severity
    message: str
    at: Location
    fix: str
    related: tuple[Location, ...] = ()

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        return (self.at.path, self.at.line, self.at.column, self.rule, self.message)


@dataclass(frozen=True, slots=True)
class RuleExample:
    """An example of a rule: why it fails or passes, and for each record's path what is changed there, as YAML."""

    why: str
    change: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule in words. ``kinds`` are those whose schemas carry it; ``says``, ``why`` and ``mend`` are "" where only a schema does."""

    id: str
    statement: str
    severity: str
    when: str
    clauses: tuple[str, ...]
    says: str
    why: str
    mend: str
    kinds: tuple[str, ...]
    fails: tuple[RuleExample, ...]
    passes: tuple[RuleExample, ...]


@dataclass(frozen=True, slots=True)
class TraceRow:
    """A row of the framework and its carriers. ``duty``: O obligation, W would be good, D definition, X outside the register.

    ``rules`` are built; ``missing`` are kinds, rules and pages that should carry it and do not; ``to_come`` says whether what it produces is a
    ``document``, ``form`` or ``message`` that is not made yet, "" where nothing is. ``pages`` are addresses of generated pages beside those of the kinds; ``documents`` the templates that wait to be made; ``tests`` what fails when a
    carrier is taken away.
    """

    id: str
    lines: str
    duty: str
    requirement: str
    kinds: tuple[str, ...]
    rules: tuple[str, ...]
    missing: tuple[str, ...]
    output: str
    to_come: str
    pages: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """Who changed a file last, and when (ISO date). Empty texts where nothing is recorded yet."""

    on: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Seal:
    """A record's sealed part: the number of its key, the armoured text, and why it could not be opened ("" where it was).

    ``erased`` where it never can be again, since its key was destroyed. ``fault`` says in what it is not as it should be.
    """

    key: str
    text: str
    shut: str = ""
    erased: bool = False
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as it stands in one file. ``path`` is relative to the register, with forward slashes.

    ``blob`` is the Git blob id of the file's bytes (SHA-1, 40 hex digits), computed without Git. ``data`` holds the sealed fields
    too where the part could be opened; ``clear_names`` are the fields that lie in the file for all to read.
    """

    key: Key
    path: str
    data: Mapping[str, Any]
    blob: str
    seal: Seal | None = None
    clear_names: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        return self.key.kind

    @property
    def id(self) -> str:
        return self.key.id

    def hides(self, name: str) -> bool:
        """Whether a field of it lies sealed, so that what it says is for those with the key only, also where it was opened."""
        return self.seal is not None and name not in self.clear_names


class Link(NamedTuple):
    """A reference from ``source`` at ``pointer`` to ``target``. ``name`` is the field's title, ``back`` the other end's."""

    source: Key
    pointer: str
    target: Key
    name: str
    back: str


@dataclass(frozen=True)
class Register:
    """All records of one work tree or commit, with the links between them both ways."""

    records: Mapping[Key, Record]
    links: Mapping[Key, tuple[Link, ...]] = field(default_factory=lambda: MappingProxyType({}))
    backlinks: Mapping[Key, tuple[Link, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __iter__(self) -> Iterator[Record]:
        return iter(self.records.values())

    def __len__(self) -> int:
        return len(self.records)

    def get(self, kind: str, id: str) -> Record | None:
        return self.records.get(Key(kind, id))

    def of_kind(self, kind: str) -> tuple[Record, ...]:
        """All records of a kind, in the order of their ids."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Record, ...]]:
        found: dict[str, list[Record]] = {}
        for record in self:
            found.setdefault(record.kind, []).append(record)
        return {kind: tuple(sorted(records, key=lambda r: r.id)) for kind, records in found.items()}

    def table(self, name: str) -> Mapping[str, Any]:
        """The data of a policy table, or an empty mapping where the register has none."""
        record = self.get(name, name)
        return record.data if record else {}


def at_pointer(data: Any, pointer: str) -> Any:
    """The value that a JSON pointer points to; KeyError, IndexError or ValueError where there is none."""
    for token in pointer_tokens(pointer):
        data = data[int(token)] if isinstance(data, list) else data[token]
    return data


def pointer_tokens(pointer: str) -> list[str]:
    return [t.replace("~1", "/").replace("~0", "~") for t in pointer.split("/")[1:]]


def pointer_of(tokens: Iterator[str | int] | list[str | int] | tuple[str | int, ...]) -> str:
    return "".join("/" + str(t).replace("~", "~0").replace("/", "~1") for t in tokens)
