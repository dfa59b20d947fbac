"""`make demo`: the demonstration register's records, laid into a repository of their own with a history of their own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date
from pathlib import Path

from ccm_site.canonical import edit
from ccm_site.custody.readers import reader_of
from ccm_site.custody.sealed_files import Sealer
from ccm_site.files import write_file
from ccm_site.gitrepo import scrubbed_env
from ccm_site.keys import FolderStore, OpenFolder, load_identity, make_identity
from ccm_site.kinds import load_kinds
from ccm_site.model import Key, Register
from ccm_site.register import MARKER, WorkTree, load
from ccm_site.source import parse
from ccm_site.starter import shipped

_DAY = re.compile(rb"(?<![\d-])20\d{2}-\d{2}-\d{2}(?!\d)")
_AUTHOR = ("Contracts officer", "contracts-officer@strathmarnoch.example")
_LAST = "2026-11-24"
_READERS = ("s1001", "s1021")
"""The invented staff who hold keys of the demonstration: the contracts manager and the data protection officer."""


def lay(source: Path, target: Path) -> int:
    """Copy the demonstration register's records from the program's repository to ``target`` and enter them month by month.

    Returns the number of records. What is restricted is sealed on the way, with keys beside the copy (``NAME.keys``, ``NAME.escrow``,
    ``NAME.identities``). A repository that is there already is brought up to date by one more entry, dated last.
    """
    kinds = load_kinds(source / "schemas")
    files = WorkTree(source)
    fresh = not (target / ".git").exists()
    target.mkdir(parents=True, exist_ok=True)
    for name in ("schemas", "docs"):
        shutil.copytree(source / name, target / name, dirs_exist_ok=True)
    shutil.copyfile(source / "mkdocs.yml", target / "mkdocs.yml")
    write_file(target / ".gitignore", b"/build/\n")
    months: dict[str, list[str]] = defaultdict(list)
    paths = [p for p in files.paths(kinds.folders) if p.endswith(".yaml")]
    store, public = _store(source, target)
    sealer = Sealer(target, kinds, store)
    for path in sorted(
        paths, key=lambda p: (not p.endswith("/placement.yaml"), p)
    ):  # a notice is sealed with its placement's key
        raw = files.read(path)
        if path == MARKER:
            raw = edit(parse(raw, path), {"/demonstration": "copy"})
        if path in public:
            raw = edit(parse(raw, path), {"/reading_keys": public[path]})
        there = parse((target / path).read_bytes(), path) if (target / path).exists() else None
        write_file(target / path, sealer.seal(parse(raw, path), there))
        days = [d for d in (m.decode() for m in _DAY.findall(raw)) if d <= _LAST]
        months[max(days, default="2024-01-01")[:7]].append(path)
    for stale in set(WorkTree(target).paths(kinds.folders)) - set(paths):
        (target / stale).unlink()
    if fresh:
        _git(target, "init", "--quiet", "--initial-branch=main")
        _enter(
            target,
            "2024-01-01",
            "Schemas, handbook and policy",
            ["schemas", "docs", "mkdocs.yml", ".gitignore", "policy"],
        )
        for month in sorted(months):
            _enter(target, f"{month}-28" if month < _LAST[:7] else _LAST, f"Records of {month}", months[month])
    _enter(target, _LAST, "Brought up to date", ["."])
    return len(paths)


def _store(source: Path, target: Path) -> tuple[OpenFolder, dict[str, list[dict[str, str]]]]:
    """The demonstration's key store, made where there is none; and by the paths of their records the readers' public keys."""
    folder, people = target.with_name(f"{target.name}.keys"), target.with_name(f"{target.name}.identities")
    today, files = date.today(), {person: people / f"{person}.txt" for person in _READERS}
    keys = {
        person: str(load_identity(file, str).to_public()) if file.exists() else make_identity(file, None)
        for person, file in files.items()
    }
    loaded = load(source)
    records, public = dict(loaded.register.records), {}
    for person, key in keys.items():
        record = records[Key("person", person)]
        public[record.path] = [{"key": key, "from": "2024-01-01"}]
        records[record.key] = replace(record, data={**record.data, "reading_keys": public[record.path]})
    first = load_identity(files[_READERS[0]], str)
    if not folder.exists():
        readers = [reader_of(Register(records), loaded.kinds, person, today) for person in _READERS]
        FolderStore.create(folder, readers[0], first, target.with_name(f"{target.name}.escrow"), today).rewrap(readers)
    return FolderStore.open(folder, first, today), public


def _enter(target: Path, day: str, message: str, paths: list[str]) -> None:
    _git(target, "add", "--all", "--pathspec-from-file=-", stdin="\n".join(paths))
    if _git(target, "diff", "--cached", "--quiet", check=False).returncode == 0:
        return
    _git(target, "commit", "--quiet", "--no-gpg-sign", "--no-verify", "-m", message, day=f"{day}T12:00:00+00:00")


def _git(
    target: Path, *args: str, stdin: str = "", day: str = "", check: bool = True
) -> subprocess.CompletedProcess[str]:
    env = scrubbed_env() | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    for role in ("AUTHOR", "COMMITTER"):
        env |= {f"GIT_{role}_NAME": _AUTHOR[0], f"GIT_{role}_EMAIL": _AUTHOR[1]} | (
            {f"GIT_{role}_DATE": day} if day else {}
        )
    return subprocess.run(
        ["git", "-c", "core.autocrlf=false", *args],
        cwd=target,
        env=env,
        input=stdin,
        text=True,
        check=check,
        capture_output=not check,
    )


if __name__ == "__main__":
    to = Path(sys.argv[1])
    print(f"{to}: the demonstration register, {lay(shipped(), to)} records")
