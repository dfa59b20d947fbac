"""`ccm erase`: asked for by one person, confirmed and carried out by another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import click

from ccm_site.cli.base import keys_option, main, needed_keys, root_option, stop
from ccm_site.custody import erasing
from ccm_site.keys import OpenFolder, Request
from ccm_site.register import Loaded, load


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
@click.option("--yes", is_flag=True, help="With --confirm: do not ask. For scripts.")
@keys_option
@root_option
def erase(
    subject_or_request: str | None, pending: bool, ground: str | None, rule: str | None, trigger_on: str, reason: str | None, post: str | None,
    confirm: bool, yes: bool, keys_at: Path | None, root: Path,
) -> None:  # fmt: skip
    """Erase what is sealed about a subject: a case (CH-…), or a complaint, tender or comment with a key of its own.

    It takes two people with two posts: one asks for it, with --ground, --rule and --reason; the other runs
    `ccm erase ER-… --confirm`, sees what would go, and says yes. Then the key is destroyed, in every copy nothing can be read any more, and the disposal is recorded.
    It cannot be undone.
    """
    today = date.today()
    store = needed_keys(root, keys_at, today)
    if pending:
        _show(store.pending())
        return
    if confirm and not str(subject_or_request).startswith("ER-"):
        raise click.UsageError(
            "--confirm goes with the number of an erasure (ER-…). Those that wait: ccm erase --pending"
        )
    if subject_or_request is None:
        raise click.UsageError("name a case (CH-…) or the number of a sealed record")
    loaded = load(root, store)
    try:
        mine = erasing.post_for(loaded.register, store.reader.person, post, today)
        if confirm:
            _confirm(root, loaded, store, subject_or_request, mine, today, yes)
        elif subject_or_request.startswith("ER-"):
            request = _waiting(store, subject_or_request)
            raise erasing.CannotErase(
                f"{request.id} is an erasure that was asked for. A second person carries it out with: "
                f"ccm erase {request.id} --confirm"
            )
        else:
            missing = [n for n, v in (("--ground", ground), ("--rule", rule), ("--reason", reason)) if not v]
            if missing:
                raise erasing.CannotErase(f"say why it is erased: {' and '.join(missing)}")
            why = erasing.Ground(str(ground), str(rule), str(reason), trigger_on)
            _ask(loaded, store, subject_or_request, why, mine, today)
    except erasing.CannotErase as error:
        stop(error)


def _ask(loaded: Loaded, store: OpenFolder, name: str, why: erasing.Ground, post: str, today: date) -> None:
    erasing.checked(loaded.register, why, today)
    subject = erasing.subject_named(loaded, name)
    records = erasing.sealed_with(loaded.register, store.find(subject))
    asked = store.request_erasure(subject, str(why), why.retention_rule, post)
    click.echo(
        f"{asked}: {_counted(len(records), 'record')} would become unreadable: {', '.join(r.id for r in records)}"
    )
    request = next(r for r in store.pending() if r.id == asked)
    until = request.expires.isoformat()
    click.echo(f"A second person with another post confirms it, until {until}: ccm erase {asked} --confirm")


def _waiting(store: OpenFolder, id: str) -> Request:
    """The erasure with this number, which waits for its second person. Raises `CannotErase`."""
    request = next((p for p in store.pending() if p.id == id), None)
    if request is None:
        raise erasing.CannotErase(f"no erasure {id} is waiting. Those that wait: ccm erase --pending")
    return request


def _confirm(root: Path, loaded: Loaded, store: OpenFolder, id: str, post: str, today: date, yes: bool) -> None:
    request = _waiting(store, id)
    erasing.may_confirm(loaded.register, store, request, post, today)
    records = erasing.sealed_with(loaded.register, store.find(request.subject))
    click.echo(
        f"{id} erases what is sealed about {request.subject.id}. {_counted(len(records), 'record')} can then be read nowhere any more:"
    )
    for r in records:
        click.echo(f"  {r.id} ({r.path})")
    if not yes and not click.confirm("This cannot be undone. Erase it?", default=False, err=True):
        raise erasing.CannotErase(f"nothing was erased. {id} waits until {request.expires.isoformat()}")
    erased, written = erasing.carry_out(root, loaded, store, request, post, today)
    for path in written:
        click.echo(f"{path}: the disposal. Save it in the register's history")
    until = erased.backups_until
    backups = f"Backups that may hold them end on {until.isoformat()}" if until else "No backup holds them"
    click.echo(f"{_counted(len(erased.keys), 'key')} destroyed. {backups}.")
    click.echo(
        "Stop servers of the restricted site, and start them again: they may still show what was erased.", err=True
    )


def _show(requests: Iterable[Request]) -> None:
    waiting = list(requests)
    for r in waiting:
        why = erasing.Ground.read(r.reason)
        click.echo(
            f"{r.id}: {r.subject.id}, asked for by {r.post} on {r.made_on.isoformat()} ({why.ground}, {why.retention_rule}: "
            f"{why.reason}), waits until {r.expires.isoformat()}"
        )
    if not waiting:
        click.echo("No erasure waits for a second person.")


def _counted(n: int, what: str) -> str:
    return f"{n} {what}{'s' * (n != 1)}"
