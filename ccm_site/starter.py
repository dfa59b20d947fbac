"""`ccm init`: a new register from what the installed program carries, with no copy of the program itself."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from datetime import date
from pathlib import Path

from git import Repo
from git.exc import GitError

from ccm_site import __version__
from ccm_site.canonical import edit, write
from ccm_site.files import write_file
from ccm_site.gitrepo import repository
from ccm_site.kinds import Kinds, load_kinds
from ccm_site.source import parse

# Tables of law and of the calendar hold for every council; the others are suggestions until it adopts them.
_OF_LAW = frozenset({"thresholds", "holidays", "inspection_bodies"})


class NotEmpty(Exception):
    """The folder for the new register already holds something."""


def shipped() -> Path:
    """The folder with the schemas, policy, handbook and mkdocs.yml that the program ships: in the wheel, or its repository."""
    packaged = Path(__file__).parent / "starter"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent


def start(folder: Path, council: str, today: date) -> list[str]:
    """Write a new register and return the paths of its files. Raises `NotEmpty`."""
    if folder.exists() and any(p.name != ".git" for p in folder.iterdir()):
        raise NotEmpty(f"{folder} is not empty; name a new folder")
    source = shipped()
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("schemas", "docs/handbook", "docs/public"):
        if (source / name).is_dir():
            shutil.copytree(source / name, folder / name)
    shutil.copyfile(source / "mkdocs.yml", folder / "mkdocs.yml")
    kinds = load_kinds(folder / "schemas")
    for path in sorted((source / "policy").glob("*.yaml")):
        write_file(folder / "policy" / path.name, _suggestion(path, council))
    for name in kinds.folders:
        _write_text(folder / name / "README.md", _folder_readme(name, kinds))
    for name, text in _files(council, kinds).items():
        _write_text(folder / name, text)
    if repository(folder) is None:
        with suppress(
            GitError, OSError
        ):  # a register can be written before Git is installed; history begins when it is
            Repo.init(folder, initial_branch="main")
    return sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and ".git/" not in f"{p.as_posix()}/"
    )


def _suggestion(path: Path, council: str) -> bytes:
    """A shipped policy table as a suggestion: this council has not adopted it yet, and its addresses are to be filled in."""
    document = parse(path.read_bytes().replace(b"strathmarnoch.example", b"council.example"), path.name)
    if path.stem == "register":
        new = {"council": council, "short_name": council, "demonstration": "none", "program": _pin()}
        return write({**document.data, **new, "adoption": {"state": "not_yet_adopted"}})
    if "adoption" in document.data and path.stem not in _OF_LAW:
        return edit(document, {"/adoption": {"state": "not_yet_adopted"}})
    return document.raw


def _pin() -> str:
    major, minor, _ = __version__.split(".")
    return f">={__version__},<{major}.{int(minor) + 1}"


def _write_text(path: Path, text: str) -> None:
    write_file(path, text.encode("utf-8"))


def _folder_readme(name: str, kinds: Kinds) -> str:
    here = [k for k in kinds if any(t.folder == name for t in k.paths)]
    rows = "\n".join(f"- **{k.title}** (`{k.paths[0].text}`): {k.description}" for k in here)
    return f"# {name}\n\nRecords that lie here:\n\n{rows}\n"


def _files(council: str, kinds: Kinds) -> dict[str, str]:
    return {
        "README.md": _README.format(council=council, version=__version__),
        "requirements.txt": f"ccm-site{_pin()}\n",
        ".gitignore": "/build/\n/.venv/\n",
        ".gitattributes": "*.yaml text eol=lf\n*.json text eol=lf\n",
        ".editorconfig": "root = true\n\n[*]\ncharset = utf-8\nend_of_line = lf\ninsert_final_newline = true\n\n"
        "[*.{yaml,json}]\nindent_style = space\nindent_size = 2\n",
        ".vscode/settings.json": _vscode(kinds),
        ".vscode/extensions.json": json.dumps({"recommendations": ["redhat.vscode-yaml"]}, indent=2) + "\n",
        ".github/workflows/check.yml": _GITHUB,
        ".gitlab-ci.yml": _GITLAB,
        ".pre-commit-config.yaml": _PRE_COMMIT,
    }


def _vscode(kinds: Kinds) -> str:
    """Editor completion: which schema describes the files of which folder."""
    mapping = {}
    for kind in kinds:
        globs = ["".join("*" if part.startswith("{") else part for part in t.parts) for t in kind.paths]
        mapping[f"./schemas/{kind.name}.json"] = globs
    return json.dumps({"yaml.schemas": mapping, "files.eol": "\n", "editor.tabSize": 2}, indent=2) + "\n"


_README = """# Contract register of {council}

Every contract, specification, provider, placement and complaint is a file here. `ccm` (version {version} or a later one of the
same series, see requirements.txt) checks them and makes the sites that staff and the public read.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/ccm check
    .venv/bin/ccm serve

The tables in `policy/` are suggestions until the council adopts them: each says so in its `adoption` field.
"""

_GITHUB = """name: Check the register
on:
  push:
    branches: [main]
  pull_request:
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
      - run: pip install -r requirements.txt
      - run: ccm check --format github
      - run: ccm build
"""

_GITLAB = """check:
  image: python:3.11
  script:
    - pip install -r requirements.txt
    - ccm check --format gitlab > findings.json
    - ccm build
  artifacts:
    when: always
    reports:
      codequality: findings.json
"""

_PRE_COMMIT = """repos:
  - repo: local
    hooks:
      - id: ccm-fmt
        name: Put records into canonical form
        entry: ccm fmt
        language: system
        files: \\.yaml$
      - id: ccm-check
        name: Check the register
        entry: ccm check
        language: system
        pass_filenames: false
"""
