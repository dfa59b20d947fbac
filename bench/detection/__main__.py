"""Measure the detection of personal data, and write the table of its page:

    python -m bench.detection [--write docs/handbook/detection.md] [--data ../shared/data]

Where the folder of ``--data`` is not there, nothing is said of real registers.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from bench.detection import detector, harmless, positives, real, scores
from bench.detection.scoring import as_markdown
from bench.detection.writers import TODAY

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@click.command()
@click.option(
    "--write",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Put the table between the marks of this page.",
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("../shared/data"), show_default=True
)
@click.option("--show", default="", help="Print what this detector missed, and what it fired on wrongly.")
def main(write: Path | None, data: Path, show: str) -> None:
    """Measure what the detection finds and what it takes for personal data."""
    with tempfile.TemporaryDirectory() as folder:
        found = detector(Path(folder))
    lines, quiet, cells = list(positives()), list(harmless()), list(real(data))
    made = scores(found, lines, quiet)
    in_real = scores(found, lines, cells)
    table = as_markdown(made, in_real, len(quiet), len(cells))
    click.echo(table)
    if show:
        for line in lines:
            if line.wanted == show and show not in {h.detector for h in found.find(line.text, today=TODAY)}:
                click.echo(f"missed  {line.text!r}")
        for line in [*quiet, *cells]:
            for h in found.find(line.text, today=TODAY):
                if h.detector == show:
                    click.echo(f"wrong   {line.text[max(0, h.start - 30) : h.end + 20]!r} ({line.source})")
    if write is not None:
        page = write.read_text("utf-8")
        before, rest = page.split(BEGIN)
        _, after = rest.split(END)
        write.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
