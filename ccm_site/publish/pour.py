"""Everything of a site but its search index, given to whatever keeps it: a folder, or this process's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from ccm_site.model import Finding
from ccm_site.publish.engine_files import ASSETS_AT, asset_files
from ccm_site.publish.shell import Shell
from ccm_site.publish.template import Template
from ccm_site.views.page import Extra, Page

Inspect = Callable[[str, bytes], Iterable[Finding]]
"""Looks at what is about to be published: a path in the site and its content. An error keeps the whole site back."""


class Target(Protocol):
    """What a site is given to: `fresh.Writer` or `memory.MemoryWriter`."""

    def write(self, path: str, content: bytes) -> None: ...

    def page(self, path: str, template: Template, title: str, body: str) -> None: ...


@dataclass(frozen=True)
class Poured:
    """How many pages there are, a mark that stands for all their text, and what was found in them."""

    pages: int
    mark: str
    findings: tuple[Finding, ...]


def pour(target: Target, shell: Shell, items: Iterable[Page | Extra], inspect: Inspect | None = None) -> Poured:
    """Give the shell's files, our assets, the prose, and all pages and files of records to ``target``.

    ``inspect`` sees the title and body of every page of records, every file of records, and every page of prose whole.
    """
    seen = sha256()
    findings: list[Finding] = []

    def look(path: str, content: bytes) -> None:
        if inspect is not None:
            findings.extend(inspect(path, content))

    for part in (*shell.generic.values(), *shell.sections.values()):
        seen.update(part.head.encode() + part.tail.encode())
    for path, content in shell.files.items():
        target.write(path, content)
    for path, file in asset_files().items():
        target.write(f"{ASSETS_AT}/{path}", file.read_bytes())
    pages = 0
    for path, html in shell.prose.items():
        raw = html.encode()
        look(path, raw)
        target.write(path, raw)
        seen.update(raw)
        pages += 1
    for item in items:
        if isinstance(item, Page):
            path = f"{item.url}index.html"
            look(path, f"{item.title}\n{item.body}".encode())
            target.page(path, shell.template(item.url), item.title, item.body)
            seen.update(f"{item.url}\n{item.title}\n{item.body}".encode())
            pages += 1
        else:
            look(item.path, item.content)
            target.write(item.path, item.content)
    return Poured(pages, seen.hexdigest(), tuple(findings))
