"""`ccm keys`: the key store, who reads from it, and its backups."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import click

from ccm_site.cli.base import ask_passphrase, keys_option, main, needed_keys, root_option
from ccm_site.custody.limits import NoLimit, backup_days
from ccm_site.custody.places import escrow_folder, keys_folder, refuse_inside
from ccm_site.custody.readers import NoReader, reader_of
from ccm_site.keys import (
    FolderStore,
    NoStore,
    OpenFolder,
    Reader,
    Rewrapped,
    backup,
    expire,
    identity_path,
    load_identity,
    make_identity,
    restore,
)
from ccm_site.register import load

escrow_option = click.option(
    "--escrow", "escrow_at", type=click.Path(path_type=Path, file_okay=False), default=None,
    help="Where the keys of backups lie: on another machine or share. Default: CCM_ESCROW, or NAME.escrow beside the register.",
)  # fmt: skip


@main.group()
def keys() -> None:
    """The keys of sealed records: where they lie, who holds them, their backups."""


@keys.command("identity")
@click.option("--passphrase/--no-passphrase", default=True, show_default=True, help="Protect it with a passphrase.")
def identity(passphrase: bool) -> None:
    """Make your own identity: the file by which keys are yours. Its public half, which is printed, goes into the person's record."""
    words = None
    if passphrase:
        words = click.prompt("A passphrase for it", hide_input=True, confirmation_prompt=True, err=True)
    click.echo(make_identity(identity_path(), words))
    click.echo(
        f"{identity_path()}: your identity. Show it to nobody; keep a copy where only you can reach it.", err=True
    )


@keys.command("init")
@click.argument("person")
@keys_option
@escrow_option
@root_option
def init(person: str, keys_at: Path | None, escrow_at: Path | None, root: Path) -> None:
    """Make a key store for this register, with PERSON (a staff id), whose identity this is, as the first reader."""
    today = date.today()
    folder, escrow_at = keys_folder(root, keys_at), escrow_folder(root, escrow_at)
    _outside(root, folder, escrow_at)
    loaded = load(root)
    held = [r for r in loaded.register if r.seal]
    if held:
        raise NoStore(
            folder, f"the register holds {len(held)} records that were sealed with another store",
            "restore its backup with: ccm keys restore FILE, or name it with --keys",
        )  # fmt: skip
    mine = load_identity(identity_path(), ask_passphrase)
    first = reader_of(loaded.register, loaded.kinds, person, today)
    store = FolderStore.create(folder, first, mine, escrow_at, today)
    click.echo(f"{store.folder}: a new key store. {_reads(first)}")
    click.echo("Next: ccm keys add for each other reader, then ccm seal, then ccm keys backup.", err=True)


@keys.command("add")
@click.argument("person")
@keys_option
@root_option
def add(person: str, keys_at: Path | None, root: Path) -> None:
    """Let PERSON (a staff id) read, as far as the posts held allow, with the reading key that stands in the person's record."""
    store = needed_keys(root, keys_at, date.today())
    loaded = load(root, store)
    reader = reader_of(loaded.register, loaded.kinds, person, date.today())
    _tell(store.add_reader(reader))
    click.echo(_reads(reader))


@keys.command("remove")
@click.argument("person")
@keys_option
@root_option
def remove(person: str, keys_at: Path | None, root: Path) -> None:
    """Take the keys from PERSON. Records stay as they are; what was read, or copied with the store, is not taken back."""
    store = needed_keys(root, keys_at, date.today())
    _tell(store.remove_reader(person))
    click.echo(f"{person} reads no more.")


@keys.command("rewrap")
@keys_option
@root_option
def rewrap(keys_at: Path | None, root: Path) -> None:
    """Make the readers agree with the posts that they hold today: who moved on loses what no post allows any more."""
    today = date.today()
    store = needed_keys(root, keys_at, today)
    _agree(store, root, today)


def _agree(store: OpenFolder, root: Path, today: date) -> None:
    """Make the store's readers those whose posts say so today."""
    loaded = load(root, store)
    kept, gone = [], []
    for reader in store.readers():
        try:
            kept.append(reader_of(loaded.register, loaded.kinds, reader.person, today))
        except NoReader as why:
            gone.append(f"{reader.person} reads no more: {why}")
    _tell(store.rewrap(kept))
    for line in (*gone, *(_reads(r) for r in kept)):
        click.echo(line)


@keys.command("escrow")
@click.argument("folder", type=click.Path(path_type=Path))
@keys_option
@root_option
def escrow(folder: Path, keys_at: Path | None, root: Path) -> None:
    """Name another FOLDER as the escrow folder: this store's own that was moved, or an empty one for the backups to come."""
    refuse_inside(root, folder, "the escrow folder", "choose another machine or share")
    needed_keys(root, keys_at, date.today()).use_escrow(folder)
    click.echo(f"{folder}: the escrow folder from now on.")


@keys.command("status")
@keys_option
@root_option
def status(keys_at: Path | None, root: Path) -> None:
    """Who reads what, until when; and how many keys there are."""
    store = needed_keys(root, keys_at, date.today())
    for reader in store.readers():
        click.echo(_reads(reader))
    state = store.status()
    counts = ", ".join(f"{n} of a {of.replace('_', ' ')}" for of, n in sorted(state.keys.items()))
    click.echo(f"Keys: {counts or 'none yet'}. Destroyed: {state.destroyed}. Erasures that wait: {state.pending}.")
    click.echo(
        f"Backups open until {state.backups_until.isoformat()}." if state.backups_until else "There is no backup."
    )
    for person, n in state.lacking.items():
        click.echo(f"{person} lacks {n} keys: run ccm keys rewrap")
    if not state.escrow_in_reach:
        click.echo(
            f"The escrow folder {state.escrow} cannot be reached from here. Connect the share, or name another with: ccm keys escrow FOLDER"
        )


@keys.command("check")
@keys_option
@root_option
def check(keys_at: Path | None, root: Path) -> None:
    """Look through the whole store, and see that the register's sealed records have their keys. Exit status 1 where not."""
    store = needed_keys(root, keys_at, date.today())
    troubles = list(store.check())
    loaded = load(root, store)
    troubles += [f"{r.path}: {r.seal.shut}" for r in loaded.shut if r.seal and not r.seal.erased]
    for line in troubles:
        click.echo(line)
    click.echo(f"{len(troubles)} to look at." if troubles else "All is well.", err=True)
    sys.exit(1 if troubles else 0)


@keys.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@keys_option
@root_option
def backup_(file: Path, keys_at: Path | None, root: Path) -> None:
    """Copy the store into FILE, which nothing opens after its last day: sooner than an erasure is promised."""
    today = date.today()
    refuse_inside(root, file, "a backup of keys", "choose another machine or share")
    store = needed_keys(root, keys_at, today)
    try:
        until = backup(store, file, today, backup_days(load(root).register, today))
    except NoLimit as error:
        raise click.UsageError(str(error)) from None
    click.echo(f"{file}: can be restored until {until.isoformat()}, with the escrow folder and a reader's identity.")


@keys.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@keys_option
@escrow_option
@root_option
def restore_(file: Path, keys_at: Path | None, escrow_at: Path | None, root: Path) -> None:
    """Bring a lost store back from a backup. A store that is there is never overwritten; what was erased stays erased."""
    folder, escrow_at = keys_folder(root, keys_at), escrow_folder(root, escrow_at)
    _outside(root, folder, escrow_at)
    erased = [
        str(r.data["key_fingerprint"]) for r in load(root).register.of_kind("disposal") if "key_fingerprint" in r.data
    ]
    mine = load_identity(identity_path(), ask_passphrase)
    today = date.today()
    done = restore(file, folder, escrow_at, mine, today, also_destroyed=erased)
    click.echo(
        f"{done.keys} keys restored as of {done.made_on.isoformat()}; {len(done.left_out)} left out, since they were destroyed."
    )
    _agree(FolderStore.open(folder, mine, today), root, today)


@keys.command("expire")
@escrow_option
@root_option
def expire_(escrow_at: Path | None, root: Path) -> None:
    """Destroy the keys of backups whose time is over. Run it every day."""
    click.echo(f"{len(expire(escrow_folder(root, escrow_at), date.today()))} backups ended.")


def _outside(root: Path, store: Path, escrow_at: Path) -> None:
    refuse_inside(root, store, "the key store", "name another folder with --keys or CCM_KEYS")
    refuse_inside(root, escrow_at, "the escrow folder", "name another one with --escrow or CCM_ESCROW")


def _reads(reader: Reader) -> str:
    until = f" until {reader.until.isoformat()}" if reader.until else ""
    what = ", ".join(sorted(s.replace("_", " ") for s in reader.reads))
    return f"{reader.person} ({', '.join(reader.posts)}) reads, from {reader.from_.isoformat()}{until}: {what}"


def _tell(done: Rewrapped) -> None:
    """What could not be done when the readers were changed."""
    for person, n in done.lacking.items():
        click.echo(
            f"{person} still lacks {n} keys, which you cannot hand on: have a reader who may read them run ccm keys rewrap",
            err=True,
        )
    for key in done.kept_last:
        click.echo(
            f"{key} would be wrapped for nobody: it was left as it is. Let a person in whose posts read it: ccm keys add PERSON",
            err=True,
        )
    for key in done.damaged:
        click.echo(f"{key} cannot be read: run ccm keys check", err=True)
    if done.backups or done.escrow_away:
        click.echo(
            "Backups made before are still for the earlier readers: make a new one with ccm keys backup", err=True
        )
