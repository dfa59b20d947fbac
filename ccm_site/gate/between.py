"""`ccm gate`: the verdict on what lies between two commits, read from Git's objects."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from ccm_site.gate.judge import judge
from ccm_site.gate.verdict import Verdict
from ccm_site.gitrepo import CommitFiles, commit_files, messages_between, names_of, versions_between
from ccm_site.keys import Keys
from ccm_site.kinds import BadSchema, Kinds, kinds_of
from ccm_site.register import Loaded, load_from


def gate(root: Path, base: str, head: str, actor: str, today: date, keys: Keys | None = None) -> Verdict:
    """The verdict on the commits that ``head`` has and ``base`` has not. Raises `gitrepo.UnknownCommit`, `BadSchema`,
    `judge.UnknownActor`."""
    before, after = commit_files(root, base), commit_files(root, head)
    odd = {p: what for p, (what, leads) in after.odd.items() if before.odd.get(p) != (what, leads)}
    kinds = _kinds(before)
    others = [
        p
        for p in before.blobs.keys() | after.blobs.keys()
        if before.blobs.get(p) != after.blobs.get(p) and kinds.of_path(p) is None
    ]
    return judge(
        load_from(before.held(), kinds, keys),
        load_from(after.held(), kinds, keys),
        actor,
        today,
        [*messages_between(root, base, head), *(("branch name", name) for name in names_of(root, head))],
        others,
        odd,
        versions_between(root, base, head),
        _own_forms(after) if any(p.startswith("schemas/") for p in others) else None,
    )


def _own_forms(files: CommitFiles) -> Loaded | BadSchema:
    """The register at the end of a change by the forms that the change brings; what is wrong with them where they cannot be used."""
    try:
        return load_from(files.held(), _kinds(files))
    except BadSchema as error:
        return error


def _kinds(files: CommitFiles) -> Kinds:
    paths = [p for p in files.paths(["schemas"]) if p.endswith(".json")]
    documents = {}
    for path, raw in files.many(paths):
        try:
            documents[path.removeprefix("schemas/")] = json.loads(raw)
        except ValueError as error:
            raise BadSchema(f"{path}: cannot be read: {error}") from None
    return kinds_of(documents)
