"""What a kind of record is: its fields, its ids and paths, who reads it, how it moves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from ccm_site.model import Audience, Key, Record

SEALED = "sealed"
"""The property that holds a record's sealed fields, encrypted. It is no field of its own: nobody fills it in."""


@dataclass(frozen=True)
class Field:
    """One property of a kind, its ``$ref`` to the common parts resolved. ``path`` holds property names, ``*`` for list items."""

    name: str
    path: tuple[str, ...]
    title: str
    description: str
    schema: Mapping[str, Any]
    audience: Audience
    sealed: bool
    """Whether its value is kept encrypted, to the key of the record's subject."""
    clear: bool = False
    """Whether it stays clear even on a record of which all else is sealed."""
    own_audience: bool = False
    """Whether the property itself says who may see it, or only inherits it."""
    ref: tuple[str, ...] = ()
    backlink: str = ""
    codes: str = ""
    rule: str = ""
    clause: str = ""
    free_text: bool = False
    people: bool = False
    """Whether it counts people, or is a figure made of such a count beside it."""
    form: str = ""
    required: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    due: Mapping[str, Any] = field(default_factory=dict)
    """What is to be done by this day, as meta/kind.json describes it; empty where it is no such day."""
    fields: tuple[Field, ...] = ()

    @property
    def type(self) -> str:
        """``object``, ``array``, ``string``, ``integer`` or ``boolean``; ``string`` for a constant."""
        found = self.schema.get("type")
        return found if isinstance(found, str) else "string"

    @property
    def pointer(self) -> str:
        return "".join(f"/{p}" for p in self.path)

    @property
    def item(self) -> Field | None:
        """What a list holds; None where this is no list."""
        return self.fields[0] if self.type == "array" and self.fields else None

    def label_of(self, value: Any) -> str:
        """How a coded value reads on a page: its own label, or the code in plain words."""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        text = str(value)
        if text in self.labels:
            return self.labels[text]
        if "enum" in self.schema or "const" in self.schema:
            return text.replace("_", " ").capitalize() if text.islower() else text
        return text

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields of a group by their names."""
        return {f.name: f for f in self.fields}

    def walk(self) -> Iterator[Field]:
        yield self
        for child in self.fields:
            yield from child.walk()


@dataclass(frozen=True)
class Transition:
    from_: str
    to: str
    by: tuple[str, ...]
    decides: str
    rules: tuple[str, ...]
    lane: Literal["record", "decide"]


@dataclass(frozen=True)
class LifeCycle:
    field: str
    initial: tuple[str, ...]
    states: Mapping[str, Mapping[str, Any]]
    transitions: tuple[Transition, ...]

    def next(self, state: str) -> tuple[Transition, ...]:
        return tuple(t for t in self.transitions if t.from_ == state)


@dataclass(frozen=True)
class PathTemplate:
    """Where a kind's files lie, for example ``contracts/{contract:year}/{contract}/returns/{id}.yaml``."""

    text: str

    @cached_property
    def parts(self) -> list[str]:
        return re.split(r"(\{[a-z_]+(?::year)?\})", self.text)

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile("".join("[^/]+" if p.startswith("{") else re.escape(p) for p in self.parts) + r"\Z")

    @cached_property
    def folder(self) -> str:
        """The fixed first part of the path, for example ``contracts``."""
        return self.text.split("{")[0].rpartition("/")[0].split("/")[0]

    def of(self, data: Mapping[str, Any]) -> str | None:
        """The path that a record with this data belongs at; None where a field that it needs is absent."""
        out = []
        for part in self.parts:
            if not part.startswith("{"):
                out.append(part)
                continue
            name, _, modifier = part[1:-1].partition(":")
            value = data.get(name)
            if not isinstance(value, (str, int)) or isinstance(value, bool) or value == "":
                return None
            text = str(value)
            if modifier == "year":
                year = re.match(r"[A-Z]+-(\d{4})-", text)
                if not year:
                    return None
                text = year[1]
            if "/" in text or "\\" in text or text in {".", ".."}:
                return None
            out.append(text)
        return "".join(out)


@dataclass(frozen=True)
class Kind:
    """One kind of record, all of it read from its schema file."""

    name: str
    title: str
    plural: str
    description: str
    schema: Mapping[str, Any]
    fields: tuple[Field, ...]
    id_pattern: re.Pattern[str]
    id_prefix: str
    versioned: bool
    paths: tuple[PathTemplate, ...]
    audience: Audience
    page_on: tuple[str, ...]
    lane: Literal["record", "decide"]
    label_fields: tuple[str, ...]
    list_columns: tuple[str, ...]
    filters: tuple[str, ...]
    area: str
    clauses: tuple[str, ...]
    templates: tuple[str, ...]
    subject: str
    public_when: Mapping[str, Any] | None
    has_codes: bool
    life_cycle: LifeCycle | None

    @property
    def own_page(self) -> bool:
        return not self.page_on

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        return tuple(f for top in self.fields for f in top.walk())

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by their names, those within groups left out."""
        return {f.name: f for f in self.fields}

    def link_name(self, f: Field) -> str:
        """What a reference's field is called where it leads from: a list's own title for its items."""
        parent = self.field(".".join(f.path[:-1])) if f.path[-1] == "*" else None
        return parent.title if parent else f.title

    @cached_property
    def refs(self) -> tuple[Field, ...]:
        return tuple(f for f in self.all_fields if f.ref)

    @cached_property
    def coded(self) -> tuple[Field, ...]:
        return tuple(f for f in self.all_fields if f.codes)

    @cached_property
    def seals(self) -> bool:
        """Whether its records can have a sealed part."""
        return SEALED in self.schema["properties"]

    @cached_property
    def is_policy(self) -> bool:
        """Whether there is exactly one record of this kind: a table of ``policy/``."""
        return "{" not in self.paths[0].text

    def field(self, path: str) -> Field | None:
        """The field at a dotted path, for example ``estimated_value.amount``; None where there is none."""
        found: Field | None = None
        fields = self.fields
        for name in path.split("."):
            found = next((f for f in fields if f.name == name), None)
            if found is None:
                return None
            fields = found.fields
        return found

    def key_of(self, data: Mapping[str, Any]) -> Key:
        id = str(data.get("id", ""))
        return Key(self.name, f"{id}/v{data.get('version', '')}" if self.versioned else id)

    def label_of(self, record: Record) -> str:
        """The record's name in links and headings, in plain text."""
        parts = [
            self.by_name[f].label_of(record.data[f]) if f in self.by_name else str(record.data[f])
            for f in self.label_fields if isinstance(record.data.get(f), (str, int))
        ]  # fmt: skip
        if self.versioned and "version" not in self.label_fields:
            parts.append(f"version {record.data.get('version', '?')}")
        return " ".join(parts) or record.id
