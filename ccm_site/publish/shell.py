"""The shell of a site: what MkDocs or Zensical builds once, into which every generated page is poured.

The engine runs again only when the handbook, the navigation, the theme or a version changes; otherwise its last output
is read back from ``build/mkdocs/<audience>/``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from ccm_site.model import Audience, Register
from ccm_site.publish.engine_files import EngineFiles, Section, build_folder, engine_files, inherited, notices
from ccm_site.publish.outside import kept_inside, loads_of_css, loads_of_html
from ccm_site.publish.template import BadTheme, SearchForm, Template, cut, furnished, indexed, script_hashes

Engine = Literal["mkdocs", "zensical"]
_MADE = "made.json"
_PACKAGES = ("mkdocs", "mkdocs-material", "zensical", "pymdown-extensions", "Markdown", "ccm-site")
# What engines write that no page of ours asks for: maps of sources, their own search, lists of pages with dates.
_UNUSED = re.compile(
    r".*\.map|assets/javascripts/(lunr|workers)/.*|sitemap\.xml(\.gz)?|search(/.*|\.json)|objects\.inv"
)
_PLAIN = re.compile(r"\x1b\[[0-9;]*m")
_TIMEOUT = 300


class ShellFailed(Exception):
    """The engine could not build the handbook, or built something that may not be published."""


@dataclass(frozen=True)
class Shell:
    """The templates of a site, the pages of prose, and the engine's files. Paths and URLs are relative to the site."""

    generic: Mapping[int, Template]
    sections: Mapping[str, Template]
    prose: Mapping[str, str]
    files: Mapping[str, bytes]
    scripts: tuple[str, ...]
    """The theme's inline scripts, as sources of a content security policy."""
    warnings: tuple[str, ...]
    """What the engine found wrong with the prose, such as a link to a page that is not there."""

    def template(self, url: str) -> Template:
        """The template for a page: its section's own, or the one for its depth. Raises `BadTheme` where it is too deep."""
        own = self.sections.get(url)
        if own is not None:
            return own
        depth = url.count("/")
        if depth not in self.generic:
            raise BadTheme(f"the page {url} lies {depth} folders deep; pages are made for {max(self.generic)} at most")
        return self.generic[depth]


def make_shell(
    root: Path, register: Register, audience: Audience, sections: Iterable[Section], form: SearchForm, today: date,
    engine: Engine = "mkdocs",
) -> Shell:  # fmt: skip
    """Build the shell, or read it back where nothing that it is made from has changed.

    Raises `ShellFailed` where the engine fails or the prose would load something from outside, and `BadTheme` where the
    theme's pages are not as expected.
    """
    files = engine_files(root, register, audience, sections, engine)
    folder = build_folder(root, audience)
    mark = _fingerprint(root, files, engine)
    warnings = _made(folder, mark)
    if warnings is None:
        warnings = _run(folder, files, engine, today)
        (folder / _MADE).write_text(json.dumps({"fingerprint": mark, "warnings": warnings}), "utf-8")
    return _read(folder / "site", files, form, notices(register, audience), tuple(warnings))


def _fingerprint(root: Path, files: EngineFiles, engine: Engine) -> str:
    """What the engine's output depends on; the day is no part of it, since nothing dated is kept."""
    seen = sha256()
    parts = {"config": files.config, "inherited": inherited(root).read_bytes(), **files.docs}
    parts |= {f"version/{name}": _version(name).encode() for name in _PACKAGES}
    for name, content in (("engine", engine.encode()), *parts.items()):
        seen.update(f"{len(name)} {name} {len(content)} ".encode() + content)
    return seen.hexdigest()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _made(folder: Path, mark: str) -> list[str] | None:
    """The warnings of the last run where it was made from the same; None where the engine must run."""
    try:
        made = json.loads((folder / _MADE).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    same = isinstance(made, dict) and made.get("fingerprint") == mark and (folder / "site" / "index.html").is_file()
    return [str(w) for w in made.get("warnings", ())] if same else None


def _run(folder: Path, files: EngineFiles, engine: Engine, today: date) -> list[str]:
    """Write what the engine reads, run it, and return its warnings."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.docs.items():
        target = folder / "docs" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (folder / "mkdocs.yml").write_bytes(files.config)
    epoch = int(datetime(today.year, today.month, today.day, tzinfo=UTC).timestamp())
    quiet = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    env = os.environ | quiet | {"SOURCE_DATE_EPOCH": str(epoch)}
    command = [sys.executable, "-m", engine, "build", "--config-file", "mkdocs.yml", "--clean"]
    done = subprocess.run(
        command,
        cwd=folder,
        env=env,
        capture_output=True,
        check=False,
        timeout=_TIMEOUT,
        encoding="utf-8",
        errors="replace",
    )
    said = _PLAIN.sub("", f"{done.stdout}\n{done.stderr}")
    if done.returncode != 0:
        raise ShellFailed(f"{engine} could not build the handbook:\n{said.strip()}")
    return _warnings(said)


def _warnings(said: str) -> list[str]:
    """What an engine warned of, each in one line: MkDocs names the page in its text, Zensical on the line below."""
    mkdocs = [m[1] for m in re.finditer(r"^WARNING +- +(.*)$", said, re.MULTILINE)]
    zensical = [f"{m[2]}: {m[1]}" for m in re.finditer(r"^Warning: (.*)\n.*\[ (\S+) \]", said, re.MULTILINE)]
    return [*mkdocs, *zensical]


def _read(site: Path, files: EngineFiles, form: SearchForm, above: str, warnings: tuple[str, ...]) -> Shell:
    built = {p.relative_to(site).as_posix(): p for p in sorted(site.rglob("*")) if p.is_file()}
    generic, sections, prose, others = {}, {}, {}, {}
    scripts: set[str] = set()

    def placeholder(url: str) -> Template:
        path = f"{url}index.html"
        if path not in built:
            raise BadTheme(f"{path}: the engine did not build this page")
        html = furnished(built.pop(path).read_text("utf-8"), _base(path), form, above, path)
        scripts.update(script_hashes(html))
        return cut(html, path)

    for depth, url in files.generic.items():
        generic[depth] = placeholder(url)
    for url in files.sections:
        sections[url] = placeholder(url)
    for path, file in built.items():
        if path.endswith(".html"):
            html = furnished(file.read_text("utf-8"), _base(path), form, above, path)
            if path == "404.html":
                scripts.update(script_hashes(html))
            elif path.startswith(f"{files.prose}/"):
                html = indexed(html, files.prose.capitalize(), path)
            _refuse(loads_of_html(html), path)
            prose[path] = html
        elif not _UNUSED.fullmatch(path):
            others[path] = _inside(path, file.read_bytes())
    return Shell(generic, sections, prose, others, tuple(sorted(scripts)), warnings)


def _base(path: str) -> str:
    """The relative path from a page to the site's root. The page for what is not found may be shown at any depth: none."""
    if path == "404.html":
        return ""
    return "/".join([".."] * path.count("/")) or "."


def _inside(path: str, content: bytes) -> bytes:
    if path.endswith(".js"):
        return kept_inside(content.decode("utf-8")).encode()
    if path.endswith(".css"):
        _refuse(loads_of_css(content.decode("utf-8")), path)
    return content


def _refuse(loads: list[str], path: str) -> None:
    if loads:
        raise ShellFailed(f"{path} would load {loads[0]} from outside; keep the file beside the page and name it there")
