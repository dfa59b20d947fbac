"""All Git access. Reading a register never needs its history; a page that shows who changed what reads it in one pass."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from git import Repo
from git.exc import InvalidGitRepositoryError, NoSuchPathError

from ccm_site.model import Change


def repository(root: Path) -> Repo | None:
    """The repository that holds ``root``, or None where there is none."""
    try:
        return Repo(root, search_parent_directories=True)
    except (InvalidGitRepositoryError, NoSuchPathError):
        return None


def scrubbed_env() -> dict[str, str]:
    """The environment without variables by which an outer git (a hook, a rebase) would redirect ours."""
    keep = {"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_EXEC_PATH"}
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in keep}
    return env | {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8"}


def last_changes(root: Path) -> Mapping[str, Change]:
    """For each path below ``root``, its last change, from one pass over the history. Empty outside a repository.

    Merges count through their parents, so that the person who wrote a change is named, not the one who merged it.
    """
    repo = repository(root)
    if repo is None or repo.working_tree_dir is None or not repo.head.is_valid():
        return {}
    prefix = Path(os.path.relpath(root.resolve(), Path(repo.working_tree_dir).resolve())).as_posix()
    command = ["git", "-c", "core.quotePath=false", "log", "--format=%x01%cs%x02%an", "--name-only", "-z", "--", prefix]
    done = subprocess.run(command, cwd=repo.working_tree_dir, env=scrubbed_env(), capture_output=True, check=False)
    if done.returncode != 0:
        return {}
    changes: dict[str, Change] = {}
    current = Change()
    strip = "" if prefix == "." else prefix + "/"
    for token in done.stdout.decode("utf-8", "replace").split("\0"):
        token = token.lstrip("\n")
        if token.startswith("\x01"):
            on, _, by = token[1:].partition("\x02")
            by, _, first = by.partition("\n")
            current = Change(on, by)
            token = first.lstrip("\n")
        if token and token.startswith(strip):
            changes.setdefault(token[len(strip):], current)  # fmt: skip
    return changes


def names_and_messages(root: Path) -> list[tuple[str, str]]:
    """Pairs of place and text: each local branch's and tag's name, and ``commit 1a2b3c4d`` with each message and note that they lead to.

    One pass over the history. Empty outside a repository; without messages where nothing is recorded yet.
    """
    repo = repository(root)
    if repo is None:
        return []
    folder, env = repo.working_tree_dir or repo.git_dir, scrubbed_env()
    names = subprocess.run(
        ["git", "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags"],
        cwd=folder,
        env=env,
        capture_output=True,
        check=False,
    )
    out = [
        ("branch name" if name.startswith("refs/heads/") else "tag name", name.split("/", 2)[-1])
        for name in names.stdout.decode("utf-8", "replace").splitlines()
    ]
    command = [
        "git",
        "-c",
        "core.abbrev=8",
        "-c",
        "i18n.logOutputEncoding=UTF-8",
        "log",
        "-z",
        "--no-show-signature",
        "--format=%h%x01%B%N",
        "HEAD",
        "--branches",
        "--tags",
    ]
    log = subprocess.run(command, cwd=folder, env=env, capture_output=True, check=False)
    if log.returncode == 0:
        for entry in log.stdout.decode("utf-8", "replace").split("\0"):
            commit, mark, message = entry.partition("\x01")
            if mark:
                out.append((f"commit {commit.strip()}", message))
    return out
