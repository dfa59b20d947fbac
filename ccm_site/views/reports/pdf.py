"""A report as an accessible PDF (PDF/UA-1) by typst: what it says is passed as data, so that nothing said can become markup.

The same report gives the same bytes: the fonts are typst's own, which are embedded, and the date is the report's.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst

from ccm_site.files import write_file
from ccm_site.views.context import Site
from ccm_site.views.reports.desk import span
from ccm_site.views.reports.model import Chart, Facts, Points, Report, Said, Section, Table, Words
from ccm_site.views.text import day

NARROW = 6
"""Beyond so many columns a cell has no room to name its records; a row or the first column does."""
WIDTH, SIZE, SMALLEST = 493.0, 8.0, 5.0
"""The width of the page's text and the size of a table's letters, in points; and the smallest that a table of many columns may have."""
LETTER, INSET = 4.6, 8.0
"""About as wide as a letter is at that size, and the space on both sides of a cell."""


_PRINTED = (
    ("!", "~"), ("\xa1", "\xac"), ("\xae", "\u024f"), ("\u0384", "\u038a"), ("\u038e", "\u03a1"), ("\u03a3", "\u0482"), ("\u048a", "\u04ff"),
    ("\u1e00", "\u1eff"), ("\u2010", "\u2027"), ("\u2030", "\u2040"), ("\u20a0", "\u20bf"), ("\u2190", "\u22ff"), ("\u25a0", "\u25ff"),
    ("\u270c", "\u2714"), ("\u2717", "\u2726"),
)  # fmt: skip
"""What typst's own fonts can show: Latin, Greek, Cyrillic, punctuation, currencies and signs. For anything else PDF/UA fails."""


class Printer:
    """Prints reports, some tenths of a second each.

    With a ``cache`` folder what was printed of the same words before is taken from there. It must hold nothing restricted.
    """

    def __init__(self, cache: Path | None = None) -> None:
        template = Path(__file__).parents[2] / "templates/report.typ"
        self._compiler = typst.Compiler(template, root=template.parent, ignore_system_fonts=True)
        self._made_by = version("typst").encode() + template.read_bytes()
        self._cache = cache
        self._used: set[Path] = set()

    def pdf(self, site: Site, report: Report) -> bytes:
        """The report's PDF. Raises typst.TypstError where the template is at fault, never for what a report says."""
        data = json.dumps(_report(site, report), ensure_ascii=False)
        kept = self._cache / f"{hashlib.sha256(self._made_by + data.encode()).hexdigest()}.pdf" if self._cache else None
        if kept is not None:
            self._used.add(kept)
            if kept.is_file():
                return kept.read_bytes()
        out: Any = self._compiler.compile(format="pdf", sys_inputs={"report": data}, pdf_standards=["ua-1"])
        if kept is not None:
            write_file(kept, bytes(out))
        return bytes(out)

    def forget(self) -> None:
        """Delete from the cache what was not asked for this time."""
        for old in self._cache.glob("*.pdf") if self._cache else ():
            if old not in self._used:
                old.unlink()


def _report(site: Site, report: Report) -> dict[str, Any]:
    council = str(site.register.table("register").get("council", "") or "Contracts register")
    return {
        "title": _text(report.title, "Report"), "author": _text(council), "lead": _text(report.lead),
        "day": [site.today.year, site.today.month, site.today.day],
        "looks_back": f"As of {day(site.today.isoformat())}; it looks back on {span(report.period)}. Numbers in brackets name the records that a figure comes from.",
        "footer": _text(f"{council}: {report.title}"), "shown_to": _text(report.shown_to),
        "sections": [_section(s) for s in report.sections],
    }  # fmt: skip


def _section(section: Section) -> dict[str, Any]:
    evidence = "; ".join(_said(e, False) for e in section.evidence or ())
    return {
        "title": _text(section.title, "–"), "level": section.level, "evidence": f"{evidence}." if evidence else None,
        "missing": _text(section.missing) if section.evidence == () else "",
        "parts": _parts(section),
    }  # fmt: skip


def _parts(section: Section) -> list[dict[str, Any]]:
    """The parts of a section; charts that follow each other stand side by side."""
    out: list[dict[str, Any]] = []
    for part in section.parts:
        if not isinstance(part, Chart):
            out.append(_part(part, section.level))
            continue
        drawn = {"svg": str(part.svg), "words": _text(part.words, "Chart")}
        if out and out[-1]["kind"] == "charts":
            out[-1]["charts"].append(drawn)
        else:
            out.append({"kind": "charts", "charts": [drawn]})
    return out


def _part(part: Words | Points | Facts | Table, level: int) -> dict[str, Any]:
    if isinstance(part, Words):
        return {"kind": "words", "text": _text(part.text), "hint": part.hint}
    if isinstance(part, Points):
        return {"kind": "points", "items": [_said(i) for i in part.items]}
    if isinstance(part, Facts):
        return {"kind": "facts", "pairs": [[_text(label), _said(value)] for label, value in part.pairs]}
    return _table(part, level)


def _table(table: Table, level: int) -> dict[str, Any]:
    wide = len(table.columns) > NARROW
    rows = [[_said(c, not wide or n == 0) for n, c in enumerate(row)] for row in table.rows]
    widths, size = _widths([_text(c) for c in table.columns], rows)
    return {
        "kind": "table", "title": _text(table.title), "level": level + 1, "note": _text(table.note), "empty": _text(table.empty),
        "columns": [_text(c) for c in table.columns], "rows": rows, "figures": list(table.figures),
        "widths": widths, "size": size,
    }  # fmt: skip


def _widths(columns: list[str], rows: list[list[str]]) -> tuple[list[float], float]:
    """How wide each column is, in points, and the size of the letters: no word is wider than its column, and much text gets more room."""
    cells = [[c, *(r[n] for r in rows)] for n, c in enumerate(columns)]
    least = [
        max((len(w) for text in cells[n] for w in text.split()), default=1) * LETTER + INSET
        for n in range(len(columns))
    ]
    size = SIZE if sum(least) <= WIDTH else max(SMALLEST, SIZE * WIDTH / sum(least))
    least = [w * size / SIZE for w in least]
    wish = [min(10, max(3, len(c) / 3, max(map(len, cells[n])) / 5)) for n, c in enumerate(columns)]
    rest = max(0.0, WIDTH - sum(least))
    return [round(w + rest * share / sum(wish), 1) for w, share in zip(least, wish, strict=True)], round(size, 2)


def _said(value: Said, sources: bool = True) -> str:
    # A table of policy has no number: it bears the name of its kind, which is nothing to read.
    told = (k.id for k in value.sources if k.id != k.kind and k.id not in value.text)
    named = ", ".join(told) if sources else ""
    return _text(f"{value.marked} ({named})" if named and value.text else value.marked or named)


def _text(text: str, instead: str = "") -> str:
    """The text in characters that the fonts have. Others, which the page of the same report shows, become □; what only steers is dropped."""
    return "".join(_printed(c) for c in unicodedata.normalize("NFC", text)).strip() or instead


def _printed(c: str) -> str:
    if c in "\n\t " or any(low <= c <= high for low, high in _PRINTED):
        return c
    kind = unicodedata.category(c)[0]
    return " " if kind == "Z" else "" if kind in "CM" else "□"
