"""The commands on a whole register: check, rule, fmt, build, serve, init."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from ccm_site.checks.aside import detector_of
from ccm_site.checks.owners import as_lines, by_owner
from ccm_site.checks.report import FORMATS, as_text
from ccm_site.checks.run import check as run_check
from ccm_site.cli.base import (
    as_of_option,
    exit_for,
    inside,
    keys_at_hand,
    keys_option,
    keys_or_why,
    main,
    progress,
    root_option,
    stay_shut,
)
from ccm_site.gitrepo import names_and_messages
from ccm_site.model import AUDIENCES, Audience
from ccm_site.personal_data import BadPattern, Detector, NamesTrouble, configured, scan_texts
from ccm_site.register import NO_KEYS
from ccm_site.source import Unreadable, parse

if TYPE_CHECKING:
    from ccm_site.publish.pour import Inspect

PERSONAL_DATA = "policy/personal_data.yaml"
NO_STORE = f"{NO_KEYS}; who reads from one names its folder with --keys or CCM_KEYS"


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
@keys_option
@root_option
@as_of_option
def check(paths: tuple[Path, ...], format_: str, keys_at: Path | None, root: Path, as_of: date | None) -> None:
    """Find everything that is wrong in the register, or in PATHS of it.

    Names of branches and notes of changes are looked through for personal data too. Where your keys are at hand, sealed parts are checked too; what could not be is named as "sealed, not checked", with the reason.
    Exit status 0 where there is no error, 1 where there is one, 2 where the command could not run.
    """
    today = as_of or date.today()
    store, why = keys_or_why(root, keys_at, date.today())
    loaded, findings = run_check(root, today, store, why.removesuffix(".") or NO_STORE)
    shut = loaded.shut
    if not paths:
        said = scan_texts(names_and_messages(root), detector_of(loaded.register), today)
        findings = tuple(sorted((*findings, *said), key=lambda f: f.order))
    else:
        wanted = [inside(root, p) for p in paths]
        findings = tuple(f for f in findings if _below(f.at.path, wanted))
        shut = tuple(r for r in shut if _below(r.path, wanted))
    if why and not shut:
        stay_shut(why)
    if format_ == "text":
        click.echo(as_text(findings, shut, as_lines(by_owner(findings, loaded.register))), nl=False)
    else:
        click.echo(FORMATS[format_](findings, shut), nl=False)
    exit_for(findings)


@main.command()
@click.argument("id")
@root_option
def rule(id: str, root: Path) -> None:
    """Say what a rule asks, why, and how to put right what breaks it. ID is, for example, R-CON-7."""
    from difflib import get_close_matches

    from ccm_site.kinds import load_kinds
    from ccm_site.rules import catalogue
    from ccm_site.rules.telling import rule_text

    told = rule_text(id, load_kinds(root / "schemas"))
    if told is None:
        near = get_close_matches(id.upper(), catalogue(), 3, 0.5)
        raise click.UsageError(f"there is no rule {id}" + (f". Did you mean {' or '.join(near)}?" if near else ""))
    click.echo(f"{told.id}: {told.says or told.statement}")
    for title, text in (
        ("Severity", told.severity), ("Looked at", told.when), ("Why", told.why), ("Mend", told.mend),
        ("Clauses", ", ".join(told.clauses)),
        ("Held by the form of", ", ".join(told.kinds) if len(told.kinds) <= 12 else f"{len(told.kinds)} kinds of record"),
    ):  # fmt: skip
        if text:
            click.echo(f"{title}: {text}")
    for title, found in (("Finds, for example", told.fails), ("Lets pass", told.passes)):
        for example in found:
            click.echo(f"\n{title}: {example.why}")
            for path, change in example.change:
                click.echo(f"  {path}")
                click.echo("".join(f"    {line}\n" for line in change.splitlines()), nl=False)


@main.command("trace")
@click.option("--open", "only_open", is_flag=True, help="Only what nothing carries yet.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@root_option
def trace_(only_open: bool, format_: str, root: Path) -> None:
    """Show for every requirement of the framework which records, rules, pages, documents and tests carry it.

    Exit status 1 while an obligation has none.
    """
    import json
    from dataclasses import asdict, replace

    from ccm_site.kinds import load_kinds
    from ccm_site.rules.trace import open_rows, trace
    from ccm_site.views.trace import carrying_pages
    from ccm_site.views.urls import folder

    kinds = load_kinds(root / "schemas")
    rows = trace(kinds, carrying_pages())
    open_ones = open_rows(rows)
    shown = [
        replace(row, pages=tuple(dict.fromkeys([*(folder(kinds[k]) for k in row.kinds), *row.pages])))
        for row in (open_ones if only_open else rows)
    ]
    if format_ == "json":
        click.echo(json.dumps([asdict(row) for row in shown], indent=1, ensure_ascii=False))
    for row in shown if format_ == "text" else ():
        carried = f"{', '.join(row.kinds) or 'no record'}; {', '.join(row.rules) or 'no rule'}; {', '.join(row.pages) or 'no page'}"
        tests = f"; {len(row.tests)} tests" if row.tests else ""
        waits = ", ".join((*row.missing, *row.documents))
        click.echo(
            f"{row.id} ({row.lines}, {row.duty}): {carried}{tests}{f'; still to come: {waits}' if waits else ''}"
        )
    duties = [r for r in rows if r.duty == "O"]
    click.echo(
        f"{len(duties) - len(open_ones)} of {len(duties)} obligations are carried; {len(rows)} rows in all.", err=True
    )
    sys.exit(1 if open_ones else 0)


def _below(path: str, wanted: list[str]) -> bool:
    return any(path == w or path.startswith(f"{w}/") or w == "." for w in wanted)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--check", "only_check", is_flag=True, help="Change nothing; exit 1 where a file is not in canonical form."
)
@root_option
def fmt(paths: tuple[Path, ...], only_check: bool, root: Path) -> None:
    """Put records into canonical form: the one way to write them, so that a difference shows only what changed."""
    from ccm_site.formatting import format_files

    result = format_files(root, [inside(root, p) for p in paths], write=not only_check)
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
@click.option(
    "--pdf/--no-pdf", "printed", default=True, show_default=True, help="Whether each report is made a PDF too."
)
@root_option
@as_of_option
def build(
    audiences: tuple[Audience, ...],
    engine: Literal["mkdocs", "zensical"],
    printed: bool,
    root: Path,
    as_of: date | None,
) -> None:
    """Check the register and make the whole public and intranet sites under build/site/.

    The restricted site is never written to a disk: `ccm serve --audience restricted` shows it.
    """
    from ccm_site.publish.build import BUILT, OnlyServed
    from ccm_site.publish.build import build as run_build
    from ccm_site.publish.engine_settings import BadSettings
    from ccm_site.publish.feeds import BadSecret

    try:
        result = run_build(
            root, audiences or BUILT, as_of or date.today(), engine=engine, progress=progress(), inspect=_inspector(root),
            printed=printed,
        )  # fmt: skip
    except (OnlyServed, BadSecret, BadSettings) as error:
        raise click.UsageError(str(error)) from None
    for path in result.removed:
        click.echo(f"{path}: removed. The restricted site is kept in memory only.", err=True)
    if result.errors:
        click.echo(FORMATS["text"](result.errors), nl=False)
        click.echo("Nothing was built: mend the errors first.", err=True)
        sys.exit(1)
    for site in result.sites:
        click.echo(f"{site.folder}: {site.pages} pages")
    for step, seconds in result.seconds.items():
        click.echo(f"  {step}: {seconds:.1f} s", err=True)


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes any free port.")
@click.option(
    "--audience", type=click.Choice(AUDIENCES), default="intranet", show_default=True, help="Whose site is shown."
)
@click.option("--no-rebuild", is_flag=True, help="Do not watch for changed files.")
@keys_option
@root_option
@as_of_option
def serve(
    port: int, audience: Audience, no_rebuild: bool, keys_at: Path | None, root: Path, as_of: date | None
) -> None:  # fmt: skip
    """Show the site on this machine, and build it again when a file changes.

    The restricted site is made in memory with your keys, shown as long as you may read, and never written to a disk.
    """
    from ccm_site.web.serve import serve as run_serve

    keys = keys_at_hand(root, keys_at, date.today()) if audience == "restricted" else None
    run_serve(root, audience, port, as_of, rebuild=not no_rebuild, keys=keys, inspect=_inspector(root))


def _inspector(root: Path) -> Inspect:
    """What looks through a site before it leaves, by the council's own settings where these can be read."""
    from ccm_site.publish.outgoing import inspector

    try:
        table = parse((root / PERSONAL_DATA).read_bytes(), PERSONAL_DATA).data
        return inspector(configured(table))
    except (OSError, Unreadable, BadPattern, NamesTrouble):  # told by the check
        return inspector(Detector())


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
