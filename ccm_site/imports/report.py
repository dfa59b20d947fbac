"""The result of an import in words, for the command line: counts first, then what needs a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from ccm_site.imports.result import FieldChange, ImportResult, Saved

_SHOWN = 20


def as_text(result: ImportResult) -> str:
    """The result as lines of text, with a line break at the end."""
    return "\n".join(_lines(result)) + "\n"


def _lines(r: ImportResult) -> Iterator[str]:
    how = "" if r.unit == "answers" else "mapping "
    yield f"{r.file}: {r.title} ({how}{r.mapping})" + (". Nothing is written: a dry run" if r.dry_run else "")
    merged = f"{len(r.merged):,} merged, " if r.kind == "contract" else ""
    yield f"{r.rows:,} {r.unit}: {r.count(r.kind):,} new {r.called}, {r.count(r.kind, 'changed'):,} changed, " \
          f"{r.count(r.kind, 'unchanged'):,} unchanged, {merged}{len(r.rejects):,} rejected"  # fmt: skip
    if r.kind == "contract":
        yield f"providers: {r.count('provider'):,} new, {r.count('provider', 'changed'):,} changed, " \
              f"{r.count('provider', 'unchanged'):,} as they were"  # fmt: skip
    yield from (f"left out: {number:,} × {why}" for why, number in r.left_out)
    yield from _some([_changed(s) for s in r.changed if s.kind == r.kind], "changed")
    yield from _some(
        [f"row {x.row} says again, or adds a supplier to, row {x.into} ({x.id})" for x in r.merged], "merged"
    )
    for (kind, column), found in sorted(_grouped((m.kind, m.column, m.row) for m in r.masked).items()):
        yield f"masked: {len(found):,} × {kind} in column {column} (rows {_rows(found)})"
    for x in (x for x in r.rejects if x.cell):
        asked, value = f" ({x.column})" if x.column else "", f" '{x.value}'" if x.value else ""
        yield f"rejected: {x.cell}{asked}:{value} {x.reason}. Mend: {x.mend}"
    in_rows = [x for x in r.rejects if not x.cell]
    for (reason, column), found in sorted(_grouped((x.reason, x.column, x.row) for x in in_rows).items()):
        same = [x for x in in_rows if (x.reason, x.column) == (reason, column)]
        where = f" (column {column}; rows {_rows(found)})" if column else f" (rows {_rows(found)})"
        value = next((f", for example '{x.value}'" for x in same if x.value), "")
        yield f"rejected: {len(found):,} × {reason}{where}{value}. Mend: {same[0].mend}"
    if r.rejects_file:
        yield f"rejected rows are in {r.rejects_file}"
    yield from (f"note: {n}" for n in r.notes)


def _grouped(found: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], list[int]]:
    out: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one, other, row in found:
        out[one, other].append(row)
    return out


def _rows(rows: list[int]) -> str:
    shown = ", ".join(str(r) for r in dict.fromkeys(rows[:12]))
    return f"{shown} and more" if len(rows) > 12 else shown


def _changed(saved: Saved) -> str:
    return f"{saved.id}: " + "; ".join(f"{c.field} {_value(c, True)} → {_value(c, False)}" for c in saved.changes)


def _value(change: FieldChange, before: bool) -> str:
    value = change.before if before else change.after
    text = (
        "nothing" if value is None else ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    )
    return text if len(text) <= 60 else text[:57] + "…"


def _some(lines: list[str], what: str) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  and {len(lines) - _SHOWN:,} more {what}"
