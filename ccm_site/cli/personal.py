"""The commands on personal data: case, seal, unseal, edit, erase, subject, names."""

from __future__ import annotations

import os
import stat
import sys
from datetime import date
from pathlib import Path
from typing import NoReturn

import click

from ccm_site.checks.report import FORMATS
from ccm_site.cli.base import as_of_option, inside, keys_option, main, needed_keys, root_option
from ccm_site.custody.erasing import CannotErase
from ccm_site.custody.sealed_files import CannotSeal
from ccm_site.model import Finding
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
    _show_faults(result.faults)
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
    path = inside(root, file)
    store = needed_keys(root, keys_at, date.today())
    try:
        click.echo(opened_text(root, store, path), nl=False)
    except (CannotSeal, Unreadable, OSError) as error:
        _stop(error)


@main.command()
@click.argument("file", type=click.Path(path_type=Path))
@keys_option
@root_option
def edit(file: Path, keys_at: Path | None, root: Path) -> None:
    """Change a sealed record by hand, in the editor that VISUAL or EDITOR names. No clear text lies on a disk meanwhile."""
    from ccm_site.custody.editing import EditorFailed, NoMemoryFolder, edit_sealed
    from ccm_site.custody.sealed_files import Sealer
    from ccm_site.kinds import load_kinds

    path = inside(root, file)
    store = needed_keys(root, keys_at, date.today())
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"

    def again(fault: str) -> bool:
        click.echo(f"{path}: {fault}", err=True)
        return sys.stdin.isatty() and click.confirm("Open it again as you typed it?", default=True, err=True)

    try:
        changed = edit_sealed(Sealer(root, load_kinds(root / "schemas"), store), path, editor, again)
    except (CannotSeal, Unreadable, EditorFailed, NoMemoryFolder, OSError) as error:
        _stop(error)
    click.echo(f"{path}: {'changed and sealed' if changed else 'not changed'}", err=True)


@main.command()
@click.argument("subject_or_request", required=False)
@click.option("--pending", is_flag=True, help="Show the erasures that wait for a second person.")
@click.option("--ground", help="retention_ended, erasure_request, rectification, entered_by_accident or court_order.")
@click.option("--rule", help="The entry of the retention schedule that applies.")
@click.option("--from", "trigger_on", default="", help="With retention_ended: the day from which the time to keep ran.")
@click.option("--reason", help="Why, in a sentence. Say nothing of what is erased.")
@click.option("--post", help="The post in which you act, where you hold more than one.")
@click.option(
    "--confirm", is_flag=True, help="Confirm an erasure (ER-…) that another post asked for, and carry it out."
)
@keys_option
@root_option
def erase(
    subject_or_request: str | None, pending: bool, ground: str | None, rule: str | None, trigger_on: str, reason: str | None, post: str | None,
    confirm: bool, keys_at: Path | None, root: Path,
) -> None:  # fmt: skip
    """Erase what is sealed about a subject: a case (CH-…), or a complaint, tender or comment with a key of its own.

    It takes two people with two posts: one asks for it, with --ground, --rule and --reason; the other runs
    `ccm erase ER-… --confirm`. Then the key is destroyed, in every copy nothing can be read any more, and the disposal is recorded.
    It cannot be undone.
    """
    from ccm_site.custody import erasing
    from ccm_site.register import load

    today = date.today()
    store = needed_keys(root, keys_at, today)
    if pending:
        for waiting in store.pending():
            why = erasing.Ground.read(waiting.reason)
            click.echo(
                f"{waiting.id}: {waiting.subject.id}, asked for by {waiting.post} on {waiting.made_on.isoformat()} "
                f"({why.ground}, {why.retention_rule}: {why.reason}), waits until {waiting.expires.isoformat()}"
            )
        return
    if subject_or_request is None:
        raise click.UsageError("name a case (CH-…) or the number of a sealed record")
    loaded = load(root, store)
    me = store.reader.person
    try:
        mine = erasing.post_for(loaded.register, me, post, today)
        if not confirm:
            missing = [n for n, v in (("--ground", ground), ("--rule", rule), ("--reason", reason)) if not v]
            if missing:
                raise CannotErase(f"say why it is erased: {' and '.join(missing)}")
            why = erasing.Ground(str(ground), str(rule), str(reason), trigger_on)
            erasing.checked(loaded.register, loaded.kinds, why, today)
            subject = erasing.subject_named(loaded, subject_or_request)
            records = erasing.sealed_with(loaded.register, store.find(subject))
            asked = store.request_erasure(subject, str(why), why.retention_rule, mine)
            click.echo(f"{asked}: {len(records)} records would become unreadable: {', '.join(r.id for r in records)}")
            click.echo(f"A second person with another post confirms it within 14 days: ccm erase {asked} --confirm")
            return
        request = next((p for p in store.pending() if p.id == subject_or_request), None)
        if request is None:
            raise CannotErase(f"no erasure {subject_or_request} is waiting. Those that wait: ccm erase --pending")
        erased, written = erasing.carry_out(root, loaded, store, request, mine, today)
    except CannotErase as error:
        _stop(error)
    for path in written:
        click.echo(f"{path}: the disposal. Save it in the register's history")
    click.echo(f"{len(erased.keys)} keys destroyed. Backups that hold them end on {erased.backups_until.isoformat()}.")
    click.echo("Sites and copies made before still hold what was read from them: build again.", err=True)


@main.command()
@click.argument("subject")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@keys_option
@root_option
@as_of_option
def subject(subject: str, format_: str, keys_at: Path | None, root: Path, as_of: date | None) -> None:
    """Show everything that the register holds about a case (CH-…), for a request for access.

    On the terminal or into a pipe; never into a file.
    """
    from ccm_site.custody import erasing
    from ccm_site.custody.subject import as_json, as_text, held_about
    from ccm_site.register import load

    _not_into_a_file()
    store = needed_keys(root, keys_at, as_of or date.today())
    loaded = load(root, store)
    try:
        held = held_about(loaded.register, store, erasing.subject_named(loaded, subject))
    except CannotErase as error:
        _stop(error)
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

    try:
        made = make_names(names_file.read_text("utf-8").splitlines(), names_key())
    except (NamesTrouble, OSError, UnicodeDecodeError) as error:
        _stop(error)
    write_file(hashes_file, json.dumps(made).encode(), private=True)
    click.echo(f"{hashes_file}: {sum(len(v) for v in made['hashes'].values())} hashes. Set CCM_NAMES to it.")


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


def _show_faults(faults: tuple[Finding, ...]) -> None:
    for finding in faults:
        click.echo(FORMATS["text"]([finding]).splitlines()[0], err=True)


def _stop(error: Exception) -> NoReturn:
    if isinstance(error, Unreadable):
        _show_faults(error.findings)
    elif isinstance(error, CannotSeal):
        _show_faults((error.finding,))
    else:
        click.echo(f"Error: {error}", err=True)
    sys.exit(1)
