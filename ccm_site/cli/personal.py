"""The commands on personal data: case, seal, unseal, edit, subject, names."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path

import click

from ccm_site.cli.base import inside, inside_file, keys_option, main, needed_keys, root_option, show_faults, stop
from ccm_site.custody.erasing import CannotErase
from ccm_site.custody.sealed_files import CannotSeal
from ccm_site.register import NoRegister, find_root
from ccm_site.source import Unreadable


@main.group()
def case() -> None:
    """References by which a case is known here."""


@case.command("new")
@click.option("--count", type=click.IntRange(1, 1000), default=1, show_default=True, help="How many.")
def case_new(count: int) -> None:
    """Make a new case reference: drawn at random, with a check character, and made from nothing about a person.

    Enter it in the case system beside the case. Nothing else says which child it stands for.
    """
    from ccm_site.case_reference import new_case_reference

    for _ in range(count):
        click.echo(new_case_reference())


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit 1 where a file has something to seal.")
@keys_option
@root_option
def seal(paths: tuple[Path, ...], only_check: bool, keys_at: Path | None, root: Path) -> None:
    """Seal what may lie here only sealed, in every record or in those of PATHS.

    What has not changed keeps its sealed text.
    """
    from ccm_site.custody.sealed_files import seal_files

    store = needed_keys(root, keys_at, date.today())
    result = seal_files(root, store, [inside(root, p) for p in paths], write_them=not only_check)
    for path in result.changed:
        click.echo(f"{path}: {'has something to seal. Mend: ccm seal' if only_check else 'sealed'}")
    show_faults(result.faults)
    click.echo(f"{len(result.changed)} of {result.seen} files {'need it' if only_check else 'sealed'}.", err=True)
    sys.exit(1 if result.faults or (only_check and result.changed) else 0)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@keys_option
@root_option
def unseal(file: Path, keys_at: Path | None, root: Path) -> None:
    """Show a record with its sealed part open, on the terminal or into a pipe; never into a file."""
    from ccm_site.custody.sealed_files import opened_text

    _not_into_a_file()
    path = inside_file(root, file)
    store = needed_keys(root, keys_at, date.today())
    try:
        click.echo(opened_text(root, store, path), nl=False)
    except (CannotSeal, Unreadable, OSError) as error:
        stop(error)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@keys_option
@root_option
def edit(file: Path, keys_at: Path | None, root: Path) -> None:
    """Change a sealed record by hand, in the editor that VISUAL or EDITOR names. No clear text lies on a disk meanwhile.

    What is then still wrong in the record, or points to it, is shown; it is saved all the same.
    """
    from ccm_site.checks.report import as_text
    from ccm_site.checks.run import check
    from ccm_site.custody.editing import EditorFailed, NoMemoryFolder, edit_sealed
    from ccm_site.custody.sealed_files import Sealer
    from ccm_site.kinds import load_kinds

    path = inside_file(root, file)
    store = needed_keys(root, keys_at, date.today())
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"

    def again(fault: str) -> bool:
        click.echo(f"{path}: {fault}", err=True)
        return sys.stdin.isatty() and click.confirm("Open it again as you typed it?", default=True, err=True)

    try:
        changed = edit_sealed(Sealer(root, load_kinds(root / "schemas"), store), path, editor, again)
    except (CannotSeal, Unreadable, EditorFailed, NoMemoryFolder, OSError) as error:
        stop(error)
    click.echo(f"{path}: {'changed and sealed' if changed else 'not changed'}", err=True)
    if changed:
        _, findings = check(root, date.today(), store)
        left = [f for f in findings if path in {f.at.path, *(r.path for r in f.related)}]
        click.echo(as_text(left), nl=False, err=True)


@main.command()
@click.argument("subject")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@keys_option
@root_option
def subject(subject: str, format_: str, keys_at: Path | None, root: Path) -> None:
    """Show everything that the register holds about a case (CH-…) or a record with a key of its own, for a request for access.

    Of an erased record it shows what is left, and its disposal.

    On the terminal or into a pipe; never into a file.
    """
    from ccm_site.custody.subject import as_json, as_text, asked_about, held_about
    from ccm_site.register import load

    _not_into_a_file()
    store = needed_keys(root, keys_at, date.today())
    loaded = load(root, store)
    try:
        held = held_about(loaded.register, store, asked_about(loaded, subject))
    except CannotErase as error:
        stop(error)
    click.echo((as_json if format_ == "json" else as_text)(held, loaded.kinds), nl=False)


@main.command()
@click.argument("names_file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.argument("hashes_file", type=click.Path(path_type=Path, dir_okay=False))
def names(names_file: Path, hashes_file: Path) -> None:
    """Turn a list of names (one a line) into keyed hashes, by which texts are looked through for those names.

    The key is the one of CCM_NAMES_KEY or CCM_NAMES_KEY_FILE. Both files belong outside the register.
    """
    import json

    from ccm_site.files import write_file
    from ccm_site.personal_data import NamesTrouble, make_names, names_key

    _beside_the_register(hashes_file)
    try:
        key = names_key()
        lines = names_file.read_text("utf-8").splitlines()
    except (NamesTrouble, OSError) as error:
        stop(error)
    except UnicodeDecodeError:
        stop(NamesTrouble(f"{names_file}: is not UTF-8. Save it as UTF-8 text, one full name a line"))
    try:
        made = make_names(lines, key)
    except NamesTrouble as error:
        stop(NamesTrouble(f"{names_file}: {error}"))
    write_file(hashes_file, json.dumps(made).encode(), private=True)
    click.echo(f"{hashes_file}: {sum(len(v) for v in made['hashes'].values())} hashes. Set CCM_NAMES to it.")


def _beside_the_register(file: Path) -> None:
    """Refuse a place within a register, where Git would keep the file for ever, and one whose folder there is not."""
    folder = file.resolve().parent
    with suppress(NoRegister):
        raise click.UsageError(
            f"{file} would lie in the register {find_root(folder)}. Name a file outside it, for example beside the key of the list"
        )
    if not folder.is_dir():
        raise click.UsageError(
            f"there is no folder {folder}. Make it first, readable by those only who look texts through"
        )


def _not_into_a_file() -> None:
    """Refuse where standard output is a file on a disk: what is shown would lie there in clear."""
    try:
        mode = os.fstat(sys.stdout.fileno()).st_mode
    except (OSError, ValueError):
        return
    if stat.S_ISREG(mode):
        raise click.UsageError(
            "what is sealed is shown on the terminal or into a pipe, never into a file, where it would lie in clear. "
            "To keep it, encrypt it on the way: … | age -r RECIPIENT > FILE.age"
        )
