"""A report as plain words, for a terminal or an e-mail."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.views.reports.desk import span
from ccm_site.views.reports.model import Chart, Facts, Part, Points, Report, Said, Words


def in_words(report: Report) -> str:
    """The report as lines of text; control characters are left out."""
    lines = [
        report.title,
        "=" * min(79, len(report.title)),
        report.lead,
        f"It looks back on {span(report.period)}.",
        "",
    ]
    for section in report.sections:
        lines += ["", section.title, "-" * min(79, len(section.title))]
        if section.evidence:
            lines.append(f"Evidence: {'; '.join(e.text for e in section.evidence)}.")
        elif section.missing and section.evidence is not None:
            lines.append(section.missing)
        for part in section.parts:
            lines += _lines(part)
    text = "\n".join(lines)
    return "".join(c for c in text if c == "\n" or c.isprintable()) + "\n"


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, Words):
        yield part.text.replace("\n", " ")
    elif isinstance(part, Points):
        yield from (f"  - {_said(i)}" for i in part.items)
    elif isinstance(part, Facts):
        yield from (f"  {label}: {_said(value)}" for label, value in part.pairs)
    elif isinstance(part, Chart):
        return  # its figures stand in a table
    else:
        yield f"  {part.title}" if part.title else ""
        if not part.rows:
            yield f"  {part.empty}"
        for row in part.rows:
            yield "  - " + "; ".join(
                f"{c}: {_said(v)}" if n else _said(v)
                for n, (c, v) in enumerate(zip(part.columns, row, strict=True))
                if v.text
            )


def _said(value: Said) -> str:
    return value.marked.replace("\n", " ")
