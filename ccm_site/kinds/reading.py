"""The schema documents of a register read as kinds."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator

from ccm_site.kinds.collection import Kinds
from ccm_site.kinds.types import SEALED, Field, Kind, LifeCycle, PathTemplate, Transition
from ccm_site.model import Audience

COMMON = "common.json"
META = "meta/kind.json"


class BadSchema(Exception):
    """A schema that does not describe a kind: names the file, the place and what is wrong."""


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
