"""Making whole sites: on a disk for `ccm build`, in memory for whoever serves the restricted one.

The register is checked first. The same register, history and day give the same bytes, wherever and however often it is built.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from ccm_site.checks.run import check
from ccm_site.facts.owners import owner_of
from ccm_site.gitrepo import last_changes
from ccm_site.model import Audience, Change, Finding, Register
from ccm_site.publish.feeds import feed_secret
from ccm_site.publish.fresh import Writer, fresh, one_at_a_time
from ccm_site.publish.memory import MemorySite, MemoryWriter
from ccm_site.publish.pour import Inspect, Poured, Target, pour
from ccm_site.publish.search_index import FOLDER, make_index
from ccm_site.publish.security import policy
from ccm_site.publish.shell import Engine, Shell, make_shell
from ccm_site.register import Loaded
from ccm_site.rules.telling import rule_texts
from ccm_site.rules.trace import trace
from ccm_site.views.audience import project
from ccm_site.views.counts import published_counts
from ccm_site.views.public_register import public_register
from ccm_site.views.reports.pdf import Printer
from ccm_site.views.search import search_form
from ccm_site.views.site import Beside, sections, site_pages
from ccm_site.views.to_look_at import Warned
from ccm_site.views.trace import carrying_pages

if TYPE_CHECKING:
    from ccm_site.keys import Keys

BUILT: tuple[Audience, ...] = ("public", "intranet")
"""The audiences whose sites are written to a disk."""

Progress = Callable[[str], None]


class OnlyServed(Exception):
    """A site was to be written that never lies on a disk."""

    def __init__(self) -> None:
        super().__init__(
            "The restricted site is never written to a disk. Show it with: ccm serve --audience restricted"
        )


class NeedsKeys(Exception):
    """The restricted site was asked for without the keys to what is in it."""


@dataclass(frozen=True)
class BuiltSite:
    """One audience's site. ``pages`` counts generated pages and pages of prose; ``warnings`` are about the prose."""

    audience: Audience
    folder: Path
    pages: int
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Result:
    findings: tuple[Finding, ...]
    seconds: Mapping[str, float]
    """How long each step took."""
    removed: tuple[Path, ...]
    """What an earlier version had left of a restricted site on the disk."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity == "error")


@dataclass(frozen=True)
class BuildResult(_Result):
    """The sites that were built; none where ``errors`` stood in the way."""

    sites: tuple[BuiltSite, ...] = ()


@dataclass(frozen=True)
class MemoryResult(_Result):
    """The site that was made in memory; None where ``errors`` stood in the way."""

    site: MemorySite | None = None


def silent(step: str) -> None:
    """A progress report that nobody reads."""


def site_folder(root: Path, audience: Audience) -> Path:
    """Where an audience's site stands unless another place is asked for."""
    return root / "build" / "site" / audience


def policy_file(site: Path) -> Path:
    """Where a site's content security policy stands, for whichever web server shows it: ``build/site/intranet.csp``."""
    return site.with_name(f"{site.name}.csp")


def build(
    root: Path, audiences: Sequence[Audience], today: date, *, engine: Engine = "mkdocs", out: Path | None = None,
    keep_going: bool = False, progress: Progress = silent, inspect: Inspect | None = None, printed: bool = False,
) -> BuildResult:  # fmt: skip
    """Build the sites of ``audiences`` into ``out`` (default ``build/site``), swapped in whole when all of them are ready.

    With errors in the register nothing is built, unless ``keep_going``: then the records that could be read are shown. Where
    ``inspect`` finds an error in what would be published nothing is swapped in either. ``printed`` makes each report a PDF too, which
    takes longest the first time: what was printed of the same words before is kept under ``build/reports``. Raises `OnlyServed` for the restricted
    site, and `ShellFailed`, `BadTheme`, `BadSecret` or `IndexFailed` where a site cannot be made; the old ones then stay.
    """
    if not set(audiences) <= set(BUILT):
        raise OnlyServed
    steps = _Steps(progress)
    with one_at_a_time(root / "build"):
        removed = forget_restricted(root)
        with steps.timed("check"):
            loaded, findings = check(root, today)
        if not keep_going and _any_error(findings):
            return BuildResult(findings, steps.seconds, removed)
        with steps.timed("history"):
            changes = last_changes(root)
        sites: list[BuiltSite] = []
        policies: dict[Path, str] = {}
        inspected: list[Finding] = []
        try:
            with ExitStack() as swaps:
                for audience in audiences:
                    target = out / audience if out else site_folder(root, audience)
                    writer = Writer(swaps.enter_context(fresh(target)))
                    shell, poured = _poured(
                        writer, root, loaded, findings, changes, audience, today, engine, inspect, steps, printed
                    )
                    inspected += poured.findings
                    if not _any_error(inspected):
                        with steps.timed(f"{audience}: search"):
                            _index_on_disk(writer, poured.mark, target)
                    policies[policy_file(target)] = policy(shell.scripts)
                    sites.append(BuiltSite(audience, target, poured.pages, shell.warnings))
                if _any_error(inspected):
                    raise _HeldBack
        except _HeldBack:
            sites.clear()
        else:
            for file, text in policies.items():
                file.write_text(f"{text}\n", "utf-8")
    return BuildResult((*findings, *inspected), steps.seconds, removed, tuple(sites))


def build_in_memory(
    root: Path, audience: Audience, today: date, keys: Keys | None = None, *, engine: Engine = "mkdocs",
    keep_going: bool = False, progress: Progress = silent, last: MemorySite | None = None,
) -> MemoryResult:  # fmt: skip
    """Make one audience's site in this process's memory. With ``keys`` the sealed parts that they open are in it.

    Only the shell, in which there is no text of any record, is built on the disk. ``last`` is the site that this one follows:
    its search index is taken over where no text has changed. Raises `NeedsKeys` where the restricted site is to be made of
    sealed records without keys, and what `build` raises where it cannot be made.
    """
    steps = _Steps(progress)
    with one_at_a_time(root / "build"):
        removed = forget_restricted(root)
        with steps.timed("check"):
            loaded, findings = check(root, today, keys)
        if audience == "restricted" and keys is None and loaded.shut:
            raise NeedsKeys(_needs_keys(loaded))
        if not keep_going and _any_error(findings):
            return MemoryResult(findings, steps.seconds, removed)
        with steps.timed("history"):
            changes = last_changes(root)
        writer = MemoryWriter()
        shell, poured = _poured(writer, root, loaded, findings, changes, audience, today, engine, None, steps)
    with steps.timed(f"{audience}: search"):
        index = make_index(writer.pages(), poured.mark, last.below(FOLDER) if last else {})
        for name, content in index.items():
            writer.write(f"{FOLDER}/{name}", content)
    site = writer.site(audience, poured.pages, shell.warnings, policy(shell.scripts))
    return MemoryResult(findings, steps.seconds, removed, site)


def forget_restricted(root: Path) -> tuple[Path, ...]:
    """Delete what an earlier version wrote of a restricted site, and say what that was."""
    site = site_folder(root, "restricted")
    found = [site, *(site.with_name(f".{site.name}.{state}") for state in ("new", "old")), policy_file(site)]
    removed = tuple(path for path in found if path.is_symlink() or path.exists())
    for path in removed:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return removed


def _poured(
    target: Target, root: Path, loaded: Loaded, findings: Sequence[Finding], changes: Mapping[str, Change], audience: Audience, today: date, engine: Engine,
    inspect: Inspect | None, steps: _Steps, printed: bool = False,
) -> tuple[Shell, Poured]:  # fmt: skip
    with steps.timed(f"{audience}: handbook and shell"):
        settings = _settings_alone(loaded.register)
        shell = make_shell(root, settings, audience, sections(loaded.kinds, audience), search_form, today, engine)
    with steps.timed(f"{audience}: pages"):
        projected = project(loaded.register, loaded.kinds, audience)
        printer = Printer(root / "build/reports" / audience) if printed and audience == "intranet" else None
        beside = Beside(
            published_counts(loaded.register, loaded.kinds, audience, today), rule_texts(loaded.kinds),
            public_register(loaded.register, loaded.kinds), _warned(loaded.register, findings), trace(loaded.kinds, carrying_pages()), feed_secret(root), printer,
        )  # fmt: skip
        items = site_pages(projected, loaded.kinds, changes, audience, today, beside)
        poured = pour(target, shell, items, inspect)
        if printer is not None:
            printer.forget()
        return shell, poured


def _warned(register: Register, findings: Sequence[Finding]) -> tuple[Warned, ...]:
    """The warnings of a check, each with whose it is."""
    by_path = {r.path: r for r in register}
    return tuple(
        Warned(owner_of(register, record), f.rule, record.key, f.at.pointer)
        for f in findings
        if f.severity == "warning" and (record := by_path.get(f.at.path))
    )


def _settings_alone(register: Register) -> Register:
    """The register's own settings and no other record: all that a shell, which lies on the disk, may be made from."""
    return Register({key: record for key, record in register.records.items() if key.kind == "register"})


def _index_on_disk(writer: Writer, mark: str, last: Path) -> None:
    """Index the pages that were written, or take over the index of the ``last`` site."""
    for name, content in make_index(_pages_on_disk(writer.folder), mark, _Folder(last / FOLDER)).items():
        writer.write(f"{FOLDER}/{name}", content)


def _pages_on_disk(folder: Path) -> Iterator[tuple[str, str]]:
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    return ((path, (folder / path).read_text("utf-8")) for path in paths)


class _Folder(Mapping[str, bytes]):
    """The files of a folder, read when they are asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return (p.relative_to(self._folder).as_posix() for p in sorted(self._folder.rglob("*")) if p.is_file())

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _needs_keys(loaded: Loaded) -> str:
    first = loaded.shut[0].path
    count = len(loaded.shut)
    records = f"{count} records are" if count > 1 else "One record is"
    return (
        f"{records} sealed ({first}{' and others' if count > 1 else ''}), and the restricted site shows what is in them (R-PRV-9). "
        "It takes the register's key store and your own key file: name the store with --keys FOLDER or CCM_KEYS, and your file "
        "with CCM_IDENTITY. Whoever has no key file yet makes one, and a reader of the store lets them in: ccm keys --help"
    )


def _any_error(findings: Iterable[Finding]) -> bool:
    return any(f.severity == "error" for f in findings)


class _HeldBack(Exception):
    """Something was found in the pages that may not be published."""


class _Steps:
    """Says which step has begun, and how long each took."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._progress = progress

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        self._progress(step)
        began = perf_counter()
        try:
            yield
        finally:
            self.seconds[step] += perf_counter() - began
