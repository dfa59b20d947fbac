"""`schemas/` to kinds: what a record of each kind holds, where it lies, who reads it, how it moves. The schema is the kind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from ccm_site.model import Audience, Key, Record

COMMON = "common.json"
META = "meta/kind.json"
SEALED = "sealed"
"""The property that holds a record's sealed fields, encrypted. It is no field of its own: nobody fills it in."""


class BadSchema(Exception):
    """A schema that does not describe a kind: names the file, the place and what is wrong."""


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
        parts = [str(record.data[f]) for f in self.label_fields if isinstance(record.data.get(f), (str, int))]
        if self.versioned and "version" not in self.label_fields:
            parts.append(f"version {record.data.get('version', '?')}")
        return " ".join(parts) or record.id


@dataclass(frozen=True)
class Kinds:
    """All kinds of a register, and the validators of their schemas."""

    by_name: Mapping[str, Kind]
    documents: Mapping[str, Any]

    def __iter__(self) -> Iterator[Kind]:
        return iter(self.by_name.values())

    def __getitem__(self, name: str) -> Kind:
        return self.by_name[name]

    def get(self, name: str) -> Kind | None:
        return self.by_name.get(name)

    def of_path(self, path: str) -> Kind | None:
        """The kind whose files lie at such a path; None where no kind's do."""
        for kind in self:
            if any(t.regex.match(path) for t in kind.paths):
                return kind
        return None

    def sealed_names(self, kind: Kind, data: Mapping[str, Any]) -> tuple[str, ...]:
        """The fields of a record that are kept sealed, of those that it can have.

        They are the ones marked so; and on a record that is shown on the page of a restricted one (an action or a notice for one
        placement) all but what links and states need.
        """
        parent = next((f for n in kind.page_on if n in data and (f := kind.field(n))), None)
        wide = parent is not None and any(self.by_name[name].audience == "restricted" for name in parent.ref)
        return self.sealable(kind) if wide else tuple(f.name for f in kind.fields if f.sealed)

    def sealable(self, kind: Kind) -> tuple[str, ...]:
        """Every field that can be sealed in some record of the kind."""
        parents = (f for n in kind.page_on if (f := kind.field(n)))
        wide = any(self.by_name[name].audience == "restricted" for f in parents for name in f.ref)
        state = kind.life_cycle.field if kind.life_cycle else "status"
        stays = {"kind", "id", "version", "retention_class", state}
        return tuple(
            f.name for f in kind.fields
            if f.sealed or (wide and not (f.clear or f.ref or (f.item and f.item.ref) or f.name in stays))
        )  # fmt: skip

    @cached_property
    def folders(self) -> tuple[str, ...]:
        """The top-level folders that hold records."""
        return tuple(sorted({t.folder for k in self for t in k.paths}))

    @cached_property
    def fast(self) -> Mapping[str, jsonschema_rs.Validator]:
        registry = jsonschema_rs.Registry([(name, doc) for name, doc in self.documents.items()])
        return {
            kind.name: jsonschema_rs.Draft202012Validator(dict(kind.schema), registry=registry, validate_formats=True)
            for kind in self
        }

    @cached_property
    def shut(self) -> Kinds:
        """The same kinds for records whose sealed part is not open: what may be sealed is not asked for."""
        relaxed = {k.name: replace(k, schema=_relaxed(k.schema, frozenset(self.sealable(k)))) for k in self if k.seals}
        return Kinds({**self.by_name, **relaxed}, self.documents)

    @cached_property
    def thorough(self) -> Mapping[str, Draft202012Validator]:
        registry: Registry[Any] = Registry().with_resources(
            [(name, Resource.from_contents(doc)) for name, doc in self.documents.items()]
        )
        checker = Draft202012Validator.FORMAT_CHECKER
        return {k.name: Draft202012Validator(k.schema, registry=registry, format_checker=checker) for k in self}


def load_kinds(folder: Path) -> Kinds:
    """The kinds described in a register's ``schemas/`` folder. Raises `BadSchema`."""
    documents: dict[str, Any] = {}
    for path in sorted(folder.rglob("*.json")):
        name = path.relative_to(folder).as_posix()
        try:
            documents[name] = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise BadSchema(f"{path}: cannot be read: {error}") from None
    return kinds_of(documents)


def kinds_of(documents: Mapping[str, Any]) -> Kinds:
    """The kinds in a set of schema documents, by file name. Raises `BadSchema` naming the file."""
    if META not in documents or COMMON not in documents:
        raise BadSchema(f"the schemas lack {COMMON} or {META}")
    meta = Draft202012Validator(documents[META])
    kinds = {}
    for name, document in documents.items():
        if name in (META, COMMON):
            continue
        for error in meta.iter_errors(document):
            raise BadSchema(f"schemas/{name}: {error.json_path}: {error.message}")
        kind = _kind(document, documents)
        if f"{kind.name}.json" != name:
            raise BadSchema(f"schemas/{name}: describes the kind {kind.name}; name the file {kind.name}.json")
        kinds[kind.name] = kind
    for kind in kinds.values():
        _fits_sealing(kind)
        for f in kind.all_fields:
            for target in f.ref:
                if target not in kinds:
                    raise BadSchema(
                        f"schemas/{kind.name}.json: {f.pointer} points to the kind {target}, which has no schema"
                    )
            if f.codes and not (f.codes in kinds and kinds[f.codes].has_codes):
                raise BadSchema(f"schemas/{kind.name}.json: {f.pointer} takes codes from {f.codes}, which has none")
    return Kinds(kinds, documents)


def _fits_sealing(kind: Kind) -> None:
    """Whole fields are sealed, so that a record's clear part never has to be put together again by position."""
    sealed = [f for f in kind.all_fields if f.sealed]
    if any(f.sealed and not kind.fields[[t.name for t in kind.fields].index(f.path[0])].sealed for f in sealed):
        raise BadSchema(f"schemas/{kind.name}.json: seals a part of a field; seal the whole top-level field")
    if sealed and not (kind.seals and kind.subject):
        raise BadSchema(
            f"schemas/{kind.name}.json: seals fields but has no property '{SEALED}' or no x-ccm subject to whose key it is sealed"
        )


def _relaxed(schema: Any, names: frozenset[str]) -> Any:
    """A record's schema that asks for nothing about the named fields: neither that they are there nor, by them, for others."""
    if not isinstance(schema, dict):
        return schema
    if "if" in schema and _mentions(schema["if"], names):
        schema = {k: v for k, v in schema.items() if k not in {"if", "then", "else"}}
    out = {}
    for keyword, value in schema.items():
        if keyword == "required":
            value = [n for n in value if n not in names]
        elif keyword in {"allOf", "anyOf", "oneOf"}:
            value = [_relaxed(s, names) for s in value]
            if keyword == "oneOf" and any(_mentions(s, names) for s in schema[keyword]):
                continue
        elif keyword in {"then", "else"}:
            value = _relaxed(value, names)
        elif keyword == "not" and _mentions(value, names):
            continue
        elif keyword == "dependentRequired":
            value = {n: [m for m in needs if m not in names] for n, needs in value.items() if n not in names}
        out[keyword] = value
    return out


def _mentions(schema: Any, names: frozenset[str]) -> bool:
    if isinstance(schema, dict):
        return any(n in names for n in schema.get("required", ())) or any(
            (k == "properties" and any(n in names for n in v)) or (k != "properties" and _mentions(v, names))
            for k, v in schema.items()
        )
    return isinstance(schema, list) and any(_mentions(s, names) for s in schema)


def _kind(document: Mapping[str, Any], documents: Mapping[str, Any]) -> Kind:
    x = document["x-ccm"]
    required = set(document["required"])
    fields = tuple(
        _field(name, (name,), sub, document, documents, x["audience"], False, name in required)
        for name, sub in document["properties"].items()
        if name != SEALED
    )
    cycle = x.get("life_cycle")
    names = set(document["properties"])
    label = x.get("label") or next(([n] for n in ("title", "name") if n in names), ["id"])
    return Kind(
        name=x["kind"],
        title=document["title"],
        plural=x["plural"],
        description=document["description"],
        schema=document,
        fields=fields,
        id_pattern=re.compile(x["id_pattern"].removesuffix("$") + r"\Z"),
        id_prefix=x.get("id_prefix", ""),
        versioned=x.get("versioned", False),
        paths=tuple(PathTemplate(p) for p in x["paths"]),
        audience=x["audience"],
        page_on=() if x["page"] == "own" else tuple(x["page"]["on"]),
        lane=x["lane"],
        label_fields=tuple(label),
        list_columns=tuple(x["list"]),
        filters=tuple(x.get("filters", ())),
        area=x["area"],
        clauses=tuple(x["clauses"]),
        templates=tuple(x.get("templates", ())),
        subject=x.get("subject", ""),
        public_when=x.get("public_when"),
        has_codes="codes" in x,
        life_cycle=_life_cycle(cycle, x["lane"]) if cycle else None,
    )


def _life_cycle(cycle: Mapping[str, Any], lane: Literal["record", "decide"]) -> LifeCycle:
    return LifeCycle(
        cycle["field"],
        tuple(cycle["initial"]),
        cycle["states"],
        tuple(
            Transition(t["from"], t["to"], tuple(t["by"]), t["decides"], tuple(t.get("rules", ())), t.get("lane", lane))
            for t in cycle["transitions"]
        ),
    )


def _field(
    name: str, path: tuple[str, ...], schema: Mapping[str, Any], root: Mapping[str, Any],
    documents: Mapping[str, Any], audience: Audience, sealed: bool, required: bool,
) -> Field:  # fmt: skip
    schema, root = _resolved(schema, root, documents)
    x = schema.get("x-ccm", {})
    audience = x.get("audience", audience)
    sealed = x.get("sealed", sealed)
    children: list[Field] = []
    if schema.get("type") == "object":
        needed = set(schema.get("required", ()))
        children = [
            _field(n, (*path, n), s, root, documents, audience, sealed, n in needed)
            for n, s in schema.get("properties", {}).items()
        ]
    elif schema.get("type") == "array":
        children = [_field("*", (*path, "*"), schema.get("items", {}), root, documents, audience, sealed, True)]
    return Field(
        name=name, path=path, title=schema.get("title", name), description=schema.get("description", ""),
        schema=schema, audience=audience, sealed=sealed, clear=x.get("sealed") is False, own_audience="audience" in x, ref=tuple(x.get("ref", ())), backlink=x.get("backlink", ""),
        codes=x.get("codes", ""), rule=x.get("rule", ""), clause=x.get("clause", ""),
        free_text=x.get("free_text", False), people=x.get("people", False), form=x.get("form", ""), required=required,
        labels=x.get("labels", {}), due=x.get("due", {}), fields=tuple(children),
    )  # fmt: skip


def _resolved(
    schema: Mapping[str, Any], root: Mapping[str, Any], documents: Mapping[str, Any]
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Follow ``$ref``, what stands beside it winning; x-ccm of both are joined. The root changes with the document."""
    if "$ref" not in schema:
        return schema, root
    name, _, pointer = schema["$ref"].partition("#")
    target_root = documents[name] if name else root
    target: Any = target_root
    for token in pointer.split("/")[1:]:
        target = target[token]
    target, target_root = _resolved(target, target_root, documents)
    x = {**target.get("x-ccm", {}), **schema.get("x-ccm", {})}
    return {**target, **{k: v for k, v in schema.items() if k != "$ref"}, **({"x-ccm": x} if x else {})}, target_root
