"""All Git access. Reading a register never needs its history; a page that shows who changed what reads it in one pass."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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


def private_folder(root: Path) -> Path | None:
    """A folder of ours beside the repository's own files, which no clone and no push takes along; None outside a repository."""
    repo = repository(root)
    return None if repo is None else Path(repo.common_dir) / "ccm"


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


class UnknownCommit(Exception):
    """A name that no commit of the repository has."""


_ODD = {"120000": "a link", "160000": "another repository"}


@dataclass(frozen=True)
class CommitFiles:
    """The files of one commit below a folder of the repository, read from its objects; nothing is checked out."""

    folder: Path
    blobs: Mapping[str, str]
    """Path, relative to the folder, with forward slashes, to the id of its blob."""
    kept: dict[str, bytes] = field(default_factory=dict)
    """What was read ahead."""
    odd: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """What is no plain file, by its path: ``a link`` (it may lead out of the register) or ``another repository``, and what it leads to."""

    def paths(self, folders: Iterable[str]) -> list[str]:
        """Every file below the folders, in order."""
        wanted = tuple(f"{f}/" for f in folders)
        return sorted(p for p in self.blobs if p.startswith(wanted))

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError."""
        if path in self.kept:
            return self.kept[path]
        if path not in self.blobs:
            raise FileNotFoundError(path)
        return _git(self.folder, "cat-file", "blob", self.blobs[path])

    def held(self) -> CommitFiles:
        """The same with every record's file read in one pass."""
        wanted = [p for p in self.blobs if p.endswith((".yaml", "README.md"))]
        return CommitFiles(self.folder, self.blobs, dict(self.many(wanted)), self.odd)

    def many(self, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Several files in one pass."""
        asked = "".join(f"{self.blobs[p]}\n" for p in paths).encode()
        out = _git(self.folder, "cat-file", "--batch", stdin=asked)
        at = 0
        for path in paths:
            end = out.index(b"\n", at)
            size = int(out[at:end].split()[-1])
            yield path, out[end + 1 : end + 1 + size]
            at = end + 2 + size


def commit_files(root: Path, name: str) -> CommitFiles:
    """The files of a commit below ``root``. Raises `UnknownCommit`."""
    try:
        commit = (
            _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").decode().strip()
        )
        listed = _git(root, "ls-tree", "-r", "-z", commit, "--", ".")
    except subprocess.CalledProcessError:
        raise UnknownCommit(
            f"there is no state '{name}' in the history of {root}. Mend: name a commit, a branch or a tag; git fetch brings those of others"
        ) from None
    blobs, odd = {}, {}
    for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
        head, _, path = entry.partition("\t")
        if not path:
            continue
        mode, _, blob = head.split()
        if mode in _ODD:
            odd[path] = (_ODD[mode], blob)
        else:
            blobs[path] = blob
    return CommitFiles(root, blobs, odd=odd)


@dataclass(frozen=True)
class Version:
    """A file as one commit made it: the commit's short id, the file's path, and the bytes; None where it is no plain file."""

    commit: str
    path: str
    raw: bytes | None


def versions_between(root: Path, base: str, head: str) -> list[Version]:
    """Every version of a file that a commit made which ``head`` has and ``base`` has not, in the order of the history.

    Also what was taken out again before ``head``, on whichever branch; and what a merge made that is in none of its parents.
    """
    out = _git(
        root, "-c", "core.abbrev=8", "log", "--reverse", "--raw", "-z", "-c", "--no-abbrev", "--no-renames", "--full-history", "--relative",
        "--no-show-signature", "--format=%x01%h", "--end-of-options", f"{base}..{head}", "--", ".",
    ).decode("utf-8", "surrogateescape")  # fmt: skip
    found: list[tuple[str, str, str, str]] = []
    commit, words = "", iter(out.split("\0"))
    for word in words:
        text = word.lstrip("\n")
        if text.startswith("\x01"):
            commit, text = text[1:].strip(), ""
        if text.startswith(":"):
            parts = text.lstrip(":").split(" ")
            parents = len(text) - len(text.lstrip(":"))
            mode, blob = parts[parents], parts[2 * parents + 1]
            path = next(words)
            if mode != "000000":
                found.append((commit, mode, blob, path))
    ids = list(dict.fromkeys(blob for _, mode, blob, _ in found if mode not in _ODD))
    read = dict(CommitFiles(root, {id: id for id in ids}).many(ids))
    return [Version(commit, path, read.get(blob) if mode not in _ODD else None) for commit, mode, blob, path in found]


def names_of(root: Path, commit: str) -> list[str]:
    """The names of branches by which a state is meant: the one that was given, or those that stand at it."""
    ref = _git(root, "rev-parse", "--symbolic-full-name", "--end-of-options", commit).decode("utf-8", "replace").split()
    given = [line for line in ref if line.startswith("refs/")]
    at = (
        given
        or _git(root, "for-each-ref", f"--points-at={commit}", "--format=%(refname)", "refs/heads")
        .decode("utf-8", "replace")
        .split()
    )
    return [name.split("/", 2)[-1] for name in at]


def messages_between(root: Path, base: str, head: str) -> list[tuple[str, str]]:
    """Pairs of place and text: the message of each commit that ``head`` has and ``base`` has not."""
    out = _git(
        root,
        "-c",
        "core.abbrev=8",
        "log",
        "-z",
        "--no-show-signature",
        "--format=%h%x01%B",
        "--end-of-options",
        f"{base}..{head}",
    )
    found = []
    for entry in out.decode("utf-8", "replace").split("\0"):
        commit, mark, message = entry.partition("\x01")
        if mark:
            found.append((f"commit {commit.strip()}", message))
    return found


def _git(folder: Path, *args: str, stdin: bytes | None = None) -> bytes:
    command = ["git", "-c", "core.quotePath=false", *args]
    return subprocess.run(command, cwd=folder, env=scrubbed_env(), input=stdin, capture_output=True, check=True).stdout


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
