"""What the pages of a site are before they are poured: plain data between the views and the writer."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its place in the site (``contracts/C-2026-0001/``), its title in plain text, and its body as safe HTML."""

    url: str
    title: str
    body: Markup


@dataclass(frozen=True, slots=True)
class Extra:
    """A file beside the pages: a table as CSV, rows as JSON. ``path`` is relative to the site."""

    path: str
    content: bytes
