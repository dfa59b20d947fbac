"""The command line: thin callers of the functions that do the work, and the only place but `web` that prints."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from ccm_site import __version__
from ccm_site.checks.report import FORMATS
from ccm_site.checks.run import check as run_check
from ccm_site.kinds import BadSchema
from ccm_site.model import AUDIENCES, Audience, Finding
from ccm_site.register import NoRegister, find_root


class Day(click.ParamType[date]):
    """A calendar day, 2026-04-01."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date; write year, month and day, for example 2026-04-01", param, ctx)


def _root(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path:
    try:
        return find_root(value or Path.cwd()) if value is None else _named_root(value)
    except NoRegister as error:
        raise click.UsageError(str(error), ctx) from None


def _named_root(value: Path) -> Path:
    root = find_root(value)
    if root != value.resolve():
        raise NoRegister(f"{value} is no register: it has no policy/register.yaml. Make one with: ccm init DIR")
    return root


root_option = click.option(
    "--root", type=click.Path(path_type=Path, file_okay=False), callback=_root,
    help="The register's folder. Default: the one that encloses the current folder.",
)  # fmt: skip
as_of_option = click.option(
    "--as-of", type=Day(), default=None, help="The day to take as today, for example 2026-04-01."
)


class Commands(click.Group):
    """Expected failures are one plain line and exit status 2; a bug shows its trace and exits 3; Ctrl-C exits 130."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except KeyboardInterrupt:
            sys.exit(130)
        except Exception:
            traceback.print_exc()
            click.echo("This is a fault of the program, not of the register.", err=True)
            sys.exit(3)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (NoRegister, BadSchema) as error:
            raise click.UsageError(str(error)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="ccm")
def main() -> None:
    """A register of contracts for the care and education of children: check it, build its sites, serve it."""


def _exit_for(findings: tuple[Finding, ...]) -> None:
    sys.exit(1 if any(f.severity == "error" for f in findings) else 0)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "format_",
    type=click.Choice(sorted(FORMATS)),
    default="text",
    show_default=True,
    help="How findings are written.",
)
@root_option
@as_of_option
def check(paths: tuple[Path, ...], format_: str, root: Path, as_of: date | None) -> None:
    """Find everything that is wrong in the register, or in PATHS of it.

    Exit status 0 where there is no error, 1 where there is one, 2 where the command could not run.
    """
    _, findings = run_check(root, as_of or date.today())
    if paths:
        wanted = [_inside(root, p) for p in paths]
        findings = tuple(
            f for f in findings if any(f.at.path == w or f.at.path.startswith(f"{w}/") or w == "." for w in wanted)
        )
    click.echo(FORMATS[format_](findings), nl=False)
    _exit_for(findings)


def _inside(root: Path, path: Path) -> str:
    """The path relative to the register, whether it was named from the current folder or from the register's own."""
    full = next((p for p in (path.resolve(), (root / path).resolve()) if p.is_relative_to(root) and p.exists()), None)
    if full is None:
        raise click.UsageError(f"there is no {path} in the register {root}")
    return full.relative_to(root).as_posix()


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 where a file is not in canonical form."
)
@root_option
def fmt(paths: tuple[Path, ...], only_check: bool, root: Path) -> None:
    """Put records into canonical form: the one way to write them, so that a difference shows only what changed."""
    from ccm_site.formatting import format_files

    result = format_files(root, [_inside(root, p) for p in paths], write=not only_check)
    for path in result.changed:
        click.echo(f"{path}: {'is not in canonical form. Mend: ccm fmt' if only_check else 'put into canonical form'}")
    for finding in result.faults:
        click.echo(FORMATS["text"]([finding]).splitlines()[0], err=True)
    click.echo(f"{len(result.changed)} of {result.seen} files {'need it' if only_check else 'changed'}.", err=True)
    sys.exit(1 if result.faults or (only_check and result.changed) else 0)


@main.command()
@click.option(
    "--audience", "audiences", type=click.Choice(AUDIENCES), multiple=True, help="Only this site; may be given again."
)
@click.option(
    "--engine",
    type=click.Choice(["mkdocs", "zensical"]),
    default="mkdocs",
    show_default=True,
    help="What builds the handbook and the shell.",
)
@root_option
@as_of_option
def build(
    audiences: tuple[Audience, ...], engine: Literal["mkdocs", "zensical"], root: Path, as_of: date | None
) -> None:
    """Check the register and make a whole site for each audience under build/site/."""
    from ccm_site.publish.build import build as run_build

    result = run_build(root, audiences or AUDIENCES, as_of or date.today(), engine=engine, progress=_progress())
    if result.errors:
        click.echo(FORMATS["text"](result.errors), nl=False)
        click.echo("Nothing was built: mend the errors first.", err=True)
        sys.exit(1)
    for site in result.sites:
        click.echo(f"{site.folder}: {site.pages} pages")
    for step, seconds in result.seconds.items():
        click.echo(f"  {step}: {seconds:.1f} s", err=True)


def _progress() -> Callable[[str], None]:
    """Says what is being done where somebody is watching; says nothing into a pipe."""
    if sys.stderr.isatty():
        return lambda step: click.echo(f"… {step}", err=True)
    return lambda step: None


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
@click.option(
    "--audience", type=click.Choice(AUDIENCES), default="intranet", show_default=True, help="Whose site is shown."
)
@click.option("--no-rebuild", is_flag=True, help="Do not watch for changed files.")
@root_option
@as_of_option
def serve(port: int, audience: Audience, no_rebuild: bool, root: Path, as_of: date | None) -> None:
    """Show the site on this machine, and build it again when a file changes."""
    from ccm_site.web.serve import serve as run_serve

    run_serve(root, audience, port, as_of, rebuild=not no_rebuild)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--council", default="Your Council", show_default=True, help="The council's name.")
def init(folder: Path, council: str) -> None:
    """Make a new register in FOLDER: folders, schemas, policy, handbook and the files that an editor and a forge need."""
    from ccm_site.starter import NotEmpty, start

    try:
        written = start(folder, council, date.today())
    except NotEmpty as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{folder}: a new register with {len(written)} files. Next: cd {folder}, then ccm check and ccm serve")


@main.command("import")
@click.argument("what")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--mapping", help="Name or file of the mapping. Default: found by the file's columns.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@root_option
@as_of_option
def import_(what: str, file: Path, mapping: str | None, dry_run: bool, root: Path, as_of: date | None) -> None:
    """Bring the rows of a spreadsheet FILE into the register. WHAT is, for example, contracts."""
    from ccm_site import imports

    try:
        result = imports.run(what, root, file, mapping, as_of or date.today(), dry_run)
    except (imports.BadSource, imports.UnknownImport) as error:
        raise click.UsageError(str(error)) from None
    click.echo(imports.as_text(result), nl=False)


if __name__ == "__main__":
    main()
