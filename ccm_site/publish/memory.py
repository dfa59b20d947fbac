"""A site that lies in this process's memory and nowhere else: read by name, gone with the process."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ccm_site.model import Audience
from ccm_site.publish.fresh import path_parts
from ccm_site.publish.template import Template

_LEVEL = 1  # records are pages of text, and a site is read by one person: little gain, no wait
_WORTH_IT = 512


@dataclass(frozen=True, slots=True)
class _Packed:
    content: bytes

    def read(self) -> bytes:
        return zlib.decompress(self.content)


@dataclass(frozen=True, slots=True)
class _Plain:
    content: bytes

    def read(self) -> bytes:
        return self.content


@dataclass(frozen=True, slots=True)
class _Poured:
    """A page, of which the shell is nine tenths and shared by all: it is poured each time that it is read."""

    template: Template
    title: str
    body: _Packed | _Plain

    def read(self) -> bytes:
        return self.template.pour(self.title, self.body.read().decode()).encode()


@dataclass(frozen=True, repr=False)
class MemorySite:
    """One audience's site. ``pages`` counts generated pages and pages of prose; ``warnings`` are about the prose."""

    audience: Audience
    pages: int
    warnings: tuple[str, ...]
    made_on: datetime
    """When it was made, in UTC."""
    _files: Mapping[str, _Packed | _Plain | _Poured]
    _policy: str

    @property
    def no_store(self) -> bool:
        """Whether a browser may keep no copy."""
        return self.audience == "restricted"

    def names(self) -> tuple[str, ...]:
        """The path of every file, with forward slashes, in order."""
        return tuple(sorted(self._files))

    def read(self, name: str) -> bytes | None:
        """A file of the site; None for whatever is not the exact name of one."""
        found = self._files.get(name)
        return None if found is None else found.read()

    def policy(self) -> str:
        """The content security policy of every page."""
        return self._policy

    def below(self, folder: str) -> dict[str, bytes]:
        """The files in a folder, by their path below it."""
        start = f"{folder}/"
        return {name[len(start) :]: found.read() for name, found in self._files.items() if name.startswith(start)}


class MemoryWriter:
    """Takes the files of a site, as `fresh.Writer`, and keeps them in memory."""

    def __init__(self) -> None:
        self._files: dict[str, _Packed | _Plain | _Poured] = {}
        self._taken: set[str] = set()

    def write(self, path: str, content: bytes) -> None:
        """Keep one file. ``path`` has forward slashes. Raises ValueError for a path that leaves the site or comes twice."""
        path_parts(path, self._taken)
        self._files[path] = _packed(content)

    def page(self, path: str, template: Template, title: str, body: str) -> None:
        """Keep one page, as `write`."""
        path_parts(path, self._taken)
        self._files[path] = _Poured(template, title, _packed(body.encode()))

    def pages(self) -> Iterator[tuple[str, str]]:
        """Every page with its HTML, in the order of their paths."""
        for path in sorted(self._files):
            if path.endswith(".html"):
                yield path, self._files[path].read().decode()

    def site(self, audience: Audience, pages: int, warnings: tuple[str, ...], policy: str) -> MemorySite:
        """The site as it is now."""
        return MemorySite(audience, pages, warnings, datetime.now(UTC), dict(self._files), policy)


def _packed(content: bytes) -> _Packed | _Plain:
    if len(content) < _WORTH_IT:
        return _Plain(content)
    small = zlib.compress(content, _LEVEL)
    return _Packed(small) if len(small) < len(content) else _Plain(content)
