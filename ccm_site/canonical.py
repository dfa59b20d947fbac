"""The one canonical form of a record's YAML: written new, re-formatted, or edited with comments and order kept.

Two spaces a level, list items under their key, no line folding, block style throughout, quotes only where a YAML 1.1
reader would misread a value (names of fields are never quoted), LF, one final line break. `format_bytes` is idempotent and never changes a value.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.resolver import BaseResolver
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString
from ruamel.yaml.tag import Tag
from yaml._yaml import CEmitter

from ccm_site.model import pointer_tokens
from ccm_site.source import Document, parse, plain_value

# A text that needs no quotes for any YAML reader: begins with a letter, holds nothing that YAML could take for syntax.
_SAFE = re.compile(
    r"[A-Za-zÀ-ɏ£€(/](?:[^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff:#]|:(?! |\Z)|(?<! )#)*\Z"
)
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?\Z")
_OLD_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "none", "nan", "inf"])
_FIELD = re.compile(r"(?!(?:null|true|false)\Z)[A-Za-z_][A-Za-z0-9_]*\Z")
_LITERAL = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]+\Z")


class _Resolver(BaseResolver):
    """Resolves a plain scalar as `source.plain_value` does, so that both readers agree."""

    def __init__(self, version: Any = None, loader: Any = None, loadumper: Any = None) -> None:
        super().__init__(loader or loadumper)

    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        if kind is ScalarNode and implicit[0]:
            meaning = plain_value(value)
            name = {bool: "bool", int: "int", type(None): "null"}.get(type(meaning), "str")
        else:
            name = {ScalarNode: "str", MappingNode: "map", SequenceNode: "seq"}[kind]
        return Tag(suffix=f"tag:yaml.org,2002:{name}")

    @property
    def processing_version(self) -> tuple[int, int]:
        return (1, 2)


def _engine() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.Resolver = _Resolver
    yaml.preserve_quotes = False
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.allow_unicode = True
    return yaml


def is_plain(text: str) -> bool:
    """Whether a text may stand without quotes in the canonical form."""
    if _DATE.match(text):
        return True
    if not _SAFE.match(text) or text.endswith(" "):
        return False
    return text.lower() not in _OLD_WORDS


def _scalar(text: str) -> str:
    if is_plain(text):
        return str(text)
    if (
        "\n" in text
        and _LITERAL.match(text)
        and text.strip()
        and not text[0].isspace()
        and not re.search(r"[ \t]\n|[ \t]\Z", text)
    ):
        literal: str = LiteralScalarString(text)
        return literal
    quoted: str = DoubleQuotedScalarString(text)
    return quoted


def _canonical(value: Any) -> Any:
    """Set every scalar's style and turn flow collections into blocks, in place where comments hang on them."""
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, Mapping):
        target = value if isinstance(value, CommentedMap) else CommentedMap()
        for key, item in list(value.items()):
            target[key] = _canonical(item)
        if isinstance(target, CommentedMap) and target:
            target.fa.set_block_style()
        return target
    if isinstance(value, list):
        items = value if isinstance(value, CommentedSeq) else CommentedSeq(value)
        for index, item in enumerate(list(items)):
            items[index] = _canonical(item)
        if items:
            items.fa.set_block_style()
        return items
    return value


class _Emitter(CEmitter):
    """libyaml's writer, which takes styles as they are given: a scalar without quotes is one that needs none."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        return _TAGS[kind]

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Nothing hangs on where a scalar stands."""

    def ascend_resolver(self) -> None:
        """As above."""


_STYLES = {LiteralScalarString: "|", DoubleQuotedScalarString: '"'}
_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}


def _node(value: Any) -> yaml.Node | None:
    """The value as a node for libyaml, or None where libyaml would write it otherwise than ruamel.yaml does."""
    if isinstance(value, str):
        if value and max(value) > "\uffff":
            return None
        return yaml.ScalarNode(_TAGS[yaml.ScalarNode], value, style=_STYLES.get(type(_scalar(value))))
    if isinstance(value, Mapping):
        pairs = [(yaml.ScalarNode(_TAGS[yaml.ScalarNode], key), _node(item)) for key, item in value.items()]
        if not all(_FIELD.match(key) for key in value) or any(item is None for _, item in pairs):
            return None
        return yaml.MappingNode(_TAGS[yaml.MappingNode], pairs, flow_style=not pairs)
    if isinstance(value, list):
        items = [None if item is None else _node(item) for item in value]
        return None if None in items else yaml.SequenceNode(_TAGS[yaml.SequenceNode], items, flow_style=not items)
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return yaml.ScalarNode(_TAGS[yaml.ScalarNode], text)


def write(data: Mapping[str, Any]) -> bytes:
    """A new record's canonical bytes. ``data`` is plain: mappings with text keys, lists, texts, whole numbers, booleans.

    Nearly all records go through libyaml, some twenty times as fast; `write_slowly` gives the same bytes for every record.
    """
    node = _node(data)
    if node is None:
        return write_slowly(data)
    out = io.BytesIO()
    emitter = _Emitter(out, width=-1, encoding="utf-8", allow_unicode=True)
    try:
        emitter.open()
        emitter.serialize(node)
        emitter.close()
    finally:
        emitter.dispose()
    return out.getvalue()


def write_slowly(data: Mapping[str, Any]) -> bytes:
    """What `write` gives, by the writer that also keeps comments."""
    return _dump(_canonical(data))


def format_bytes(document: Document) -> bytes:
    """The same record in canonical form, comments kept.

    Raises ValueError where re-writing would change a value: then the file is left alone.
    """
    if isinstance(document.data, Mapping) and write(document.data) == document.raw:
        return document.raw
    out = document.raw
    for _ in range(4):  # a misplaced comment may need a second pass until nothing moves
        again = _dump(_canonical(_engine().load(out.decode("utf-8-sig"))))
        if again == out:
            break
        out = again
    if parse(out, document.path).data != document.data:
        raise ValueError(f"{document.path}: the canonical form would change a value; it is left as it is")
    return out


def edit(document: Document, changes: Mapping[str, Any]) -> bytes:
    """The record with the values at some JSON pointers replaced or added (None removes), the rest as it was.

    Raises KeyError where the parent of a pointer does not exist.
    """
    tree = _engine().load(document.raw.decode("utf-8-sig"))
    for pointer, value in changes.items():
        *parents, last = pointer_tokens(pointer)
        node = tree
        for token in parents:
            node = node[int(token)] if isinstance(node, list) else node[token]
        key: Any = int(last) if isinstance(node, list) else last
        if value is None:
            del node[key]
        elif isinstance(node, list) and key == len(node):
            node.append(_canonical(value))
        else:
            node[key] = _canonical(value)
    raw = _dump(_canonical(tree))
    return format_bytes(parse(raw, document.path))


def _dump(tree: Any) -> bytes:
    out = io.BytesIO()
    _engine().dump(tree, out)
    return out.getvalue()
