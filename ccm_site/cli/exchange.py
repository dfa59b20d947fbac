"""The commands by which data comes in and forms go out: import, export."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from ccm_site.cli.base import as_of_option, keys_option, keys_or_why, main, root_option


@main.command("import")
@click.argument("what")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--mapping", help="Name or file of the mapping. Default: found by the file's columns.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@keys_option
@root_option
@as_of_option
def import_(
    what: str, file: Path, mapping: str | None, dry_run: bool, keys_at: Path | None, root: Path, as_of: date | None
) -> None:  # fmt: skip
    """Bring a FILE into the register. WHAT is contracts, returns, payments, inspections, feedback, outcomes or experience.

    What is wrong is told row by row and cell by cell; where nothing of the file could go in, the command ends with 1. Importing a
    file again changes nothing.
    """
    from ccm_site import imports

    today = as_of or date.today()
    try:
        keys, why = keys_or_why(root, keys_at, today) if what in imports.sealing() else (None, "")
        result = imports.run(what, root, file, mapping, today, dry_run, keys, why)
    except (imports.BadSource, imports.UnknownImport) as error:
        raise click.UsageError(str(error)) from None
    click.echo(imports.as_text(result), nl=False)
    if result.rejects and not (result.created or result.changed or result.unchanged):
        sys.exit(1)


@main.command()
@click.argument("what")
@click.argument("arguments", nargs=-1)
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file. Default: named by what is in it."
)
@root_option
@as_of_option
def export(what: str, arguments: tuple[str, ...], output: Path | None, root: Path, as_of: date | None) -> None:
    """Make a file for others to fill in: ccm export return-template CONTRACT PERIOD [PROVIDER].

    PERIOD is 2026-07-01..2026-09-30, 2026-07, 2026-Q3 (July to September), 2026-H1 (January to June) or 2026.
    """
    from ccm_site import exports
    from ccm_site.files import write_file

    try:
        made = exports.run(what, root, arguments, as_of or date.today())
    except (exports.CannotExport, exports.UnknownExport) as error:
        raise click.UsageError(str(error)) from None
    file = output or Path(made.name)
    if file.exists() and file.read_bytes() != made.raw:
        raise click.UsageError(
            f"{file} is there already, perhaps filled in. Move it away, or name another file with --output"
        )
    try:
        write_file(file, made.raw)
    except OSError as error:
        raise click.UsageError(f"{file} cannot be written: {error.strerror}. Name another file with --output") from None
    click.echo(f"{file}: {len(made.raw):,} bytes")
    for note in made.notes:
        click.echo(f"note: {note}")
