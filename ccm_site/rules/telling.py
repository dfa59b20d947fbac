"""A rule in words, for its page and for `ccm rule`: from the catalogue, its function's docstring or `in_schemas.yaml`, and its examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ccm_site.canonical import write
from ccm_site.kinds import Kinds
from ccm_site.model import RuleExample, RuleText, pointer_tokens
from ccm_site.personal_data import Detector
from ccm_site.rules import Words, all_change_rules, all_rules, catalogue, in_words
from ccm_site.rules.example import Example, examples
from ccm_site.source import parse

SEVERITIES = {"E": "Error", "W": "Warning", "E†": "Error; a recorded and approved exception lets it pass"}
TIMES = {
    "R": "Whenever a record is checked", "X": "Whenever the register is checked, across its records",
    "T": "When a record is changed", "C": "By today's date; it only ever warns",
}  # fmt: skip


def rule_texts(kinds: Kinds) -> tuple[RuleText, ...]:
    """Every row of the catalogue in words, in the catalogue's order."""
    tagged = _tags(kinds)
    return tuple(_text(row, tagged.get(row, ())) for row in catalogue())


def rule_text(row: str, kinds: Kinds) -> RuleText | None:
    """One row of the catalogue in words, by its id or that of one of its checks; None where there is none."""
    row = row.upper().removesuffix("-A").removesuffix("-B")
    return _text(row, _tags(kinds).get(row, ())) if row in catalogue() else None


def _text(row: str, kinds: tuple[str, ...]) -> RuleText:
    entry = catalogue()[row]
    says, why, mend = _docs(row)
    return RuleText(
        id=row, statement=entry.statement.replace("`", ""), severity=SEVERITIES[entry.severity], when=TIMES[entry.when],
        clauses=entry.clauses, says=says, why=why, mend=mend, kinds=kinds,
        fails=tuple(_example(e) for e in examples(row) if not e.passes), passes=tuple(_example(e) for e in examples(row) if e.passes),
    )  # fmt: skip


def _docs(row: str) -> tuple[str, str, str]:
    """What the docstrings of a row's functions say, why, and how to mend; each check's own, one after the other. Of a row that has no
    function it stands in ``in_schemas.yaml``."""
    ids = {r.id for r in all_rules() if r.row == row} | {r.id for r in all_change_rules() if r.row == row}
    said = [in_words(id) for id in sorted(ids)] or [w for r, w in words_in_schemas().items() if r == row]
    says, why, mend = (" ".join(dict.fromkeys(w[n] for w in said if w[n])) for n in range(3))
    return says, why, mend


@cache
def words_in_schemas() -> Mapping[str, Words]:
    """The words of the rules that no function tells of, by their row."""
    data = parse(files(__package__).joinpath("in_schemas.yaml").read_bytes(), "in_schemas.yaml").data
    return {row: Words(said["says"], said["why"], said["mend"]) for row, said in data.items()}


def _example(example: Example) -> RuleExample:
    return RuleExample(example.why, tuple((path, _lines(values)) for path, values in example.change.items()))


def _lines(values: Mapping[str, Any]) -> str:
    """A change to one record as YAML, each place named by its path of fields."""
    if "" in values:
        return _discreet(write(values[""]).decode().rstrip()) if values[""] else "(the record is taken away)"
    out = []
    for pointer, value in values.items():
        name = ".".join(pointer_tokens(pointer))
        out.append(f"{name}: (taken away)" if value is None else write({name: value}).decode().rstrip())
    return _discreet("\n".join(out))


def _discreet(text: str) -> str:
    """An example may hold what a rule forbids. Its page may not."""
    for hit in sorted(
        Detector().find(text, only=frozenset({"chi", "ni_number", "birth_date", "case_reference"})),
        key=lambda h: -h.start,
    ):
        text = f"{text[: hit.start]}({hit.masked}){text[hit.end :]}"
    return text


def _tags(kinds: Kinds) -> Mapping[str, tuple[str, ...]]:
    """The kinds whose schemas carry a rule, by its row."""
    found: dict[str, dict[str, None]] = {}
    for kind in kinds:
        for tag in _rules_in(kind.schema):
            found.setdefault(tag, {}).setdefault(kind.name)
        for field in kind.all_fields:
            if field.rule:
                found.setdefault(field.rule, {}).setdefault(kind.name)
    return {tag.removesuffix("-a").removesuffix("-b"): tuple(names) for tag, names in found.items()}


def _rules_in(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        x = schema.get("x-ccm")
        if isinstance(x, Mapping) and isinstance(x.get("rule"), str):
            yield x["rule"]
        for value in schema.values():
            yield from _rules_in(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _rules_in(value)
