"""`ccm gate`: what a change decides, who may approve it, what stands in its way."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from ccm_site.checks.report import FORMATS
from ccm_site.cli.base import as_of_option, keys_at_hand, keys_option, main, root_option


@main.command()
@click.argument("base")
@click.argument("head")
@click.option("--actor", default="", help="The staff id of the person who proposes the change.")
@click.option("--format", "format_", type=click.Choice(sorted(FORMATS)), default="text", show_default=True)
@keys_option
@root_option
@as_of_option
def gate(base: str, head: str, actor: str, format_: str, keys_at: Path | None, root: Path, as_of: date | None) -> None:
    """Judge what HEAD changes against BASE: two commits, branches or tags. Nothing is checked out.

    Forms and policy are BASE's: no change rewrites its own judge. Exit status 0 where it may go ahead, at once or when approved; 1 where
    something stands in its way; 2 where the command could not run.
    """
    from ccm_site.gate.between import gate as judge
    from ccm_site.gate.judge import UnknownActor
    from ccm_site.gate.verdict import verdict_json, verdict_text
    from ccm_site.gitrepo import UnknownCommit

    try:
        verdict = judge(root, base, head, actor, as_of or date.today(), keys_at_hand(root, keys_at, date.today()))
    except (UnknownCommit, UnknownActor) as error:
        raise click.UsageError(str(error)) from None
    if format_ in ("text", "json"):
        click.echo((verdict_json if format_ == "json" else verdict_text)(verdict), nl=False)
    else:
        click.echo(FORMATS[format_]((*verdict.blocks, *verdict.warnings)), nl=False)
    sys.exit(0 if verdict.passes else 1)
