"""R-CFG: the council's tables with dates: amounts, categories and templates, of which one counts on any day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ccm_site.facts.policy import applies
from ccm_site.facts.values import day, days_after, mappings
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Key, Record, Register
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.support import found, label


class _Span(NamedTuple):
    place: int
    start: date
    end: date

    @property
    def ends(self) -> bool:
        """Whether it has a last day."""
        return self.end != date.max


def _spans(listed: Any) -> dict[str, list[_Span]]:
    """The spans of time of a table's entries, by their code, in the order of their first days."""
    out: dict[str, list[_Span]] = {}
    for place, entry in enumerate(listed if isinstance(listed, list) else ()):
        start = day(entry.get("effective_from")) if isinstance(entry, Mapping) else None
        if start is not None and isinstance(entry.get("code"), str):
            out.setdefault(entry["code"], []).append(_Span(place, start, day(entry.get("effective_to")) or date.max))
    return {code: sorted(spans, key=lambda s: (s.start, s.place)) for code, spans in out.items()}


def _neighbours(spans: Sequence[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Each span but the first, after the one of those before it that ends last."""
    last = spans[0]
    for span in spans[1:]:
        yield last, span
        last = max(last, span, key=lambda s: s.end)


def _named(table: Record, name: str, span: _Span) -> str:
    entry = table.data[name][span.place]
    return f"'{entry.get('label') or entry['code']}'"


def _between(end: date, start: date) -> str:
    first, last = days_after(end, 1), days_after(start, -1)
    return f"on {first}" if first == last else f"from {first} to {last}"


def _overlaps(id: str, table: Record, name: str, spans: Sequence[_Span]) -> Iterator[Finding]:
    for one, other in _neighbours(spans):
        if one.end >= other.start:
            until = f"until {one.end}" if one.ends else "with no end"
            yield found(
                id, "error", table, f"/{name}/{other.place}/effective_from",
                f"{_named(table, name, other)} has two entries from {other.start}: the earlier one runs {until}",
                f"end the earlier one on {days_after(other.start, -1)}, or correct the date",
                (table, f"/{name}/{one.place}/effective_from"),
            )  # fmt: skip


def _gaps(id: str, table: Record, name: str, spans: Sequence[_Span]) -> Iterator[Finding]:
    for one, other in _neighbours(spans):
        if one.ends and days_after(one.end, 1) < other.start:
            yield found(
                id, "error", table, f"/{name}/{other.place}/effective_from",
                f"{_named(table, name, other)} has no entry {_between(one.end, other.start)}",
                "let the later one begin on the day after the earlier one ends, or add what applied between",
                (table, f"/{name}/{one.place}/effective_to"),
            )  # fmt: skip


@rule("R-CFG-1", "F-3A-iv-1")
def one_value_on_any_day(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Of each threshold and limit exactly one value applies on any day from its first one.

    Why: with two values a check would pick one of them, with none it would find nothing. Mend: end the older entry on the day before the
    newer one begins; a new amount is a new entry.
    """
    table = register.get("thresholds", "thresholds")
    if table is not None:
        for name in ("entries", "limits"):
            for spans in _spans(table.data.get(name)).values():
                yield from _overlaps("R-CFG-1", table, name, spans)
                yield from _gaps("R-CFG-1", table, name, spans)
                last = max(spans, key=lambda s: s.end)
                if last.ends:
                    yield found(
                        "R-CFG-1", "error", table, f"/{name}/{last.place}/effective_to",
                        f"{_named(table, name, last)} has no value after {last.end}", "add the entry that follows it, or take effective_to away",
                    )  # fmt: skip


@rule("R-CFG-4")
def thresholds_are_looked_at_again(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A threshold in force has been looked at again by the day that was set.

    Why: amounts change by order and every two years, and every check goes by them. Mend: compare it with its source; enter the new amount
    as a new entry, or move review_by on.
    """
    table = register.get("thresholds", "thresholds")
    for index, entry in enumerate(mappings(table.data.get("entries")) if table else ()):
        due = day(entry.get("review_by"))
        if table and due is not None and due < today and applies(entry, today):
            yield found(
                "R-CFG-4", "warning", table, f"/entries/{index}/review_by",
                f"'{entry.get('label') or entry.get('code')}' was to be looked at again by {due}",
                "compare it with its source, then add the new amount as an entry or move review_by on",
            )  # fmt: skip


@rule("R-CFG-5", "F-3A-v-0", "F-3A-v-A-3", "F-3A-v-B-3", "F-3A-v-C-2")
def one_category_on_any_day(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A resource type belongs to exactly one purchase category on any day.

    Why: the category says who may authorise the purchase. Mend: end the older entry on the day before the newer one begins.
    """
    table = register.get("resource_types", "resource_types")
    if table is not None:
        for spans in _spans(table.data.get("entries")).values():
            yield from _overlaps("R-CFG-5", table, "entries", spans)
            yield from _gaps("R-CFG-5", table, "entries", spans)


@change_rule("R-CFG-5", "F-3A-v-0")
def categories_are_dated(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A change of purchase category is a new entry with its own dates; the old entry stays.

    Why: what was bought under the old category was authorised under it. Mend: put the old category back, end that entry, and add another
    with the same code.
    """
    key = Key("resource_types", "resource_types")
    for before, after in changes.moves:
        if before is None or after is None or after.key != key:
            continue
        now = {(e.get("code"), e.get("effective_from")): i for i, e in enumerate(_listed(after))}
        for old in _listed(before):
            code, start = old.get("code"), old.get("effective_from")
            index = now.get((code, start))
            if index is None:
                yield found(
                    "R-CFG-5", "error", after, "/entries", f"the entry of '{label(changes.base, 'resource_types', code)}' from {start} is gone",
                    "put it back, and give it effective_to if it no longer applies",
                )  # fmt: skip
            elif (new := _listed(after)[index].get("purchase_category")) != (was := old.get("purchase_category")):
                yield found(
                    "R-CFG-5", "error", after, f"/entries/{index}/purchase_category",
                    f"the category of '{label(changes.base, 'resource_types', code)}' from {start} was {was} and is now {new}",
                    f"put {was} back, end that entry, and add one with the same code from the day of the change",
                )  # fmt: skip


def _listed(table: Record) -> list[Mapping[str, Any]]:
    return mappings(table.data.get("entries"))


@rule("R-CFG-9", "F-0-1", "F-4-TC-1", "F-4-TM-4")
def every_template_is_listed(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Every template of the framework is in the table of templates, and only one version of it is in force on any day.

    Why: contracts, returns and endings are made from them, and Internal Audit asks which version was used. Mend: add the entry with its
    version, owner and first day.
    """
    table, kind = register.get("documents", "documents"), kinds.get("documents")
    if table is None or kind is None:
        return
    listed = mappings(table.data.get("entries"))
    have = {e.get("template") for e in listed}
    for template in kind.templates:
        if template not in have:
            yield found(
                "R-CFG-9", "error", table, "/entries", f"does not list the template {template}",
                "add it with its version, owner_role and effective_from",
            )  # fmt: skip
    for spans in _spans(list(listed)).values():
        yield from _overlaps("R-CFG-9", table, "entries", spans)
