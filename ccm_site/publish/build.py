"""`ccm build`: check the register, then make a whole site for each audience. The same register, history and day give the
same bytes, wherever and however often it is built."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from time import perf_counter

from ccm_site.checks.run import check
from ccm_site.gitrepo import last_changes
from ccm_site.model import Audience, Finding
from ccm_site.publish.engine_files import ASSETS_AT, asset_files
from ccm_site.publish.fresh import Writer, fresh, one_at_a_time
from ccm_site.publish.search_index import make_index
from ccm_site.publish.security import policy
from ccm_site.publish.shell import Engine, Shell, make_shell
from ccm_site.views.audience import project
from ccm_site.views.page import Extra, Page
from ccm_site.views.search import search_form
from ccm_site.views.site import sections, site_pages

Progress = Callable[[str], None]


@dataclass(frozen=True)
class BuiltSite:
    """One audience's site. ``pages`` counts generated pages and pages of prose; ``warnings`` are about the prose."""

    audience: Audience
    folder: Path
    pages: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class BuildResult:
    """What was built; nothing where ``errors`` stood in the way. ``seconds`` says how long each step took."""

    sites: tuple[BuiltSite, ...]
    findings: tuple[Finding, ...]
    seconds: Mapping[str, float]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "error")


def silent(step: str) -> None:
    """A progress report that nobody reads."""


def site_folder(root: Path, audience: Audience) -> Path:
    """Where an audience's site stands unless another place is asked for."""
    return root / "build" / "site" / audience


def build(
    root: Path, audiences: Sequence[Audience], today: date, *, engine: Engine = "mkdocs", out: Path | None = None,
    keep_going: bool = False, progress: Progress = silent,
) -> BuildResult:  # fmt: skip
    """Build the sites of ``audiences`` into ``out`` (default ``build/site``), each swapped in whole when it is ready.

    With errors in the register nothing is built, unless ``keep_going``: then the records that could be read are shown.
    Raises `ShellFailed`, `BadTheme` or `IndexFailed` where a site cannot be made; the old one then stays.
    """
    times: dict[str, float] = defaultdict(float)
    with one_at_a_time(root / "build"):
        with _timed(times, "check", progress):
            loaded, findings = check(root, today)
        if not keep_going and any(f.severity == "error" for f in findings):
            return BuildResult((), findings, dict(times))
        with _timed(times, "history", progress):
            changes = last_changes(root)
        sites = []
        for audience in audiences:
            target = out / audience if out else site_folder(root, audience)
            with fresh(target, private=audience == "restricted") as folder:
                with _timed(times, f"{audience}: handbook and shell", progress):
                    shell = make_shell(
                        root, loaded.register, audience, sections(loaded.kinds, audience), search_form, today, engine
                    )
                with _timed(times, f"{audience}: pages", progress):
                    projected = project(loaded.register, loaded.kinds, audience)
                    items = site_pages(projected, loaded.kinds, changes, audience, today)
                    pages, mark = _write(folder, shell, items)
                with _timed(times, f"{audience}: search", progress):
                    make_index(folder, mark, target)
            policy_file(target).write_text(policy(shell.scripts) + "\n", "utf-8")
            sites.append(BuiltSite(audience, target, pages, shell.warnings))
    return BuildResult(tuple(sites), findings, dict(times))


def policy_file(site: Path) -> Path:
    """Where a site's content security policy stands, for whichever web server shows it: ``build/site/intranet.csp``."""
    return site.with_name(f"{site.name}.csp")


def _write(folder: Path, shell: Shell, items: Iterable[Page | Extra]) -> tuple[int, str]:
    """Write everything but the search index. Returns the number of pages, and a mark that stands for all their text."""
    writer = Writer(folder)
    seen = sha256()
    for part in (*shell.generic.values(), *shell.sections.values()):
        seen.update(part.head.encode() + part.tail.encode())
    for path, content in shell.files.items():
        writer.write(path, content)
    for path, file in asset_files().items():
        writer.write(f"{ASSETS_AT}/{path}", file.read_bytes())
    pages = 0
    for path, html in shell.prose.items():
        writer.write(path, html.encode())
        seen.update(html.encode())
        pages += 1
    for item in items:
        if isinstance(item, Page):
            html = shell.template(item.url).pour(item.title, item.body)
            writer.write(f"{item.url}index.html", html.encode())
            seen.update(f"{item.url}\n{item.title}\n{item.body}".encode())
            pages += 1
        else:
            writer.write(item.path, item.content)
    return pages, seen.hexdigest()


@contextmanager
def _timed(times: dict[str, float], step: str, progress: Progress) -> Iterator[None]:
    progress(step)
    began = perf_counter()
    try:
        yield
    finally:
        times[step] += perf_counter() - began
