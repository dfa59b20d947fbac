"""All kinds of a register together: which of them a path or a name means, what they seal, and what checks their records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from ccm_site.kinds.relaxing import relaxed
from ccm_site.kinds.types import Kind


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
        softer = {k.name: replace(k, schema=relaxed(k.schema, frozenset(self.sealable(k)))) for k in self if k.seals}
        return Kinds({**self.by_name, **softer}, self.documents)

    @cached_property
    def thorough(self) -> Mapping[str, Draft202012Validator]:
        registry: Registry[Any] = Registry().with_resources(
            [(name, Resource.from_contents(doc)) for name, doc in self.documents.items()]
        )
        checker = Draft202012Validator.FORMAT_CHECKER
        return {k.name: Draft202012Validator(k.schema, registry=registry, format_checker=checker) for k in self}
