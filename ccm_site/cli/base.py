"""What all commands share: the group, their options, how a command fails, and how it comes by the keys."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click

from ccm_site import __version__
from ccm_site.checks.report import FORMATS
from ccm_site.custody.places import open_store, store_at_hand
from ccm_site.custody.readers import NoReader
from ccm_site.custody.sealed_files import CannotSeal
from ccm_site.keys import KeyTrouble, OpenFolder
from ccm_site.kinds import BadSchema
from ccm_site.model import Finding
from ccm_site.register import NoRegister, find_root
from ccm_site.source import Unreadable


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


keys_option = click.option(
    "--keys", "keys_at", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="The key store's folder. Default: CCM_KEYS, or NAME.keys beside the register's folder.",
)  # fmt: skip


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
        except (NoRegister, BadSchema, KeyTrouble, NoReader) as error:
            raise click.UsageError(str(error)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="ccm")
def main() -> None:
    """A register of contracts for the care and education of children: check it, build its sites, serve it."""


def exit_for(findings: tuple[Finding, ...]) -> None:
    sys.exit(1 if any(f.severity == "error" for f in findings) else 0)


def inside(root: Path, path: Path) -> str:
    """The path relative to the register, whether it was named from the current folder or from the register's own."""
    full = next((p for p in (path.resolve(), (root / path).resolve()) if p.is_relative_to(root) and p.exists()), None)
    if full is None:
        raise click.UsageError(
            f"there is no {path} in the register {root}. Mend: name a file or folder of it, from the current folder or from the register's"
        )
    return full.relative_to(root).as_posix()


def inside_file(root: Path, path: Path) -> str:
    """As `inside`, for one file."""
    name = inside(root, path)
    if not (root / name).is_file():
        raise click.UsageError(f"{path} is a folder; name one record's file")
    return name


def progress() -> Callable[[str], None]:
    """Says what is being done where somebody is watching; says nothing into a pipe."""
    if sys.stderr.isatty():
        return lambda step: click.echo(f"… {step}", err=True)
    return lambda step: None


def ask_passphrase() -> str:
    """The passphrase of one's identity, from the terminal. Raises `click.UsageError` where nobody is there to ask."""
    if not sys.stdin.isatty():
        raise click.UsageError(
            "your identity is protected by a passphrase, and there is no terminal to ask for it. "
            "Run the command in a terminal, or name with CCM_IDENTITY an identity that has none"
        )
    return str(click.prompt("Passphrase of your identity", hide_input=True, err=True))


def keys_or_why(root: Path, keys_at: Path | None, today: date) -> tuple[OpenFolder | None, str]:
    """As `store_at_hand`; a passphrase that nobody is there to give is one reason more."""
    try:
        return store_at_hand(root, keys_at, today, ask_passphrase)
    except click.UsageError as error:
        return None, error.message


def stay_shut(why: str) -> None:
    """Say on standard error why sealed parts stay shut."""
    click.echo(f"Sealed parts stay shut: {why}", err=True)


def keys_at_hand(root: Path, keys_at: Path | None, today: date) -> OpenFolder | None:
    """The register's key store, opened, where it can be; else a line on standard error that says why not."""
    store, why = keys_or_why(root, keys_at, today)
    if why:
        stay_shut(why)
    return store


def needed_keys(root: Path, keys_at: Path | None, today: date) -> OpenFolder:
    """The register's key store, opened. Raises `KeyTrouble` where it cannot be."""
    return open_store(root, keys_at, today, ask_passphrase)


def show_faults(faults: tuple[Finding, ...]) -> None:
    for finding in faults:
        click.echo(FORMATS["text"]([finding]).splitlines()[0], err=True)


def stop(error: Exception) -> NoReturn:
    if isinstance(error, Unreadable):
        show_faults(error.findings)
    elif isinstance(error, CannotSeal):
        show_faults((error.finding,))
    else:
        click.echo(f"Error: {error}", err=True)
    sys.exit(1)
