"""A built page cut where title and body go, so that thousands of pages are poured by joining texts, never by parsing."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from html import escape

TITLE = "CCMTITLE"
CONTENT = "CCMCONTENT"
MAIN = "ccm-main"

PLACEHOLDER = f"""---
title: {TITLE}
hide: [toc]
---

<div class="ccm-page" id="{MAIN}" tabindex="-1" data-pagefind-body>
<h1>{TITLE}</h1>
{CONTENT}
</div>
"""
"""The Markdown page from which an engine builds a template. Raw HTML, so that no extension of Markdown touches it."""

_CUT = re.compile(rf"<h1>{TITLE}</h1>\s*{CONTENT}")
_BLANK = re.compile(r"\n\s*\n")
_ARTICLE = '<article class="md-content__inner md-typeset"'
_HEADER = '<nav class="md-header__inner'
_ANNOUNCE = re.compile(r'(<div data-md-component="announce">)\s*(</div>)')
_SKIP = re.compile(r'(<div data-md-component="skip">)\s*(</div>)')
_ENGINE_SEARCH = re.compile(
    r'<label [^>]*for="__search">(?:(?!</label>).)*</label>\s*<div class="md-search" .*?\n</div>', re.DOTALL
)
_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\btype=\"?application/json)[^>]*>(.*?)</script>", re.DOTALL)

SearchForm = Callable[[str], str]
"""From the relative path to the site's root (``..``) to the HTML of the search form in the header."""


class BadTheme(Exception):
    """The engine's page is not built as expected: a place to write into is missing, or a marker broken."""


@dataclass(frozen=True, slots=True)
class Template:
    """The HTML before the heading, with the title still marked in it, and the HTML after the body."""

    head: str
    tail: str

    def pour(self, title: str, body: str) -> str:
        """A whole page. ``title`` is plain text; ``body`` is safe HTML, and may bring its own ``<h1>``."""
        safe = escape(title)
        heading = "" if "<h1" in body else f"<h1>{safe}</h1>\n"
        return f"{self.head.replace(TITLE, safe)}{heading}{body}{self.tail}"


def cut(html: str, where: str) -> Template:
    """Cut a built placeholder into a template. Raises `BadTheme` where a marker is missing, doubled or altered."""
    html = _BLANK.sub("\n", html)
    parts = _CUT.split(html)
    if len(parts) != 2:
        raise BadTheme(
            f"{where}: the heading and body stand {len(parts) - 1} times in the page that the theme made, not once"
        )
    head, tail = parts
    if TITLE not in head or TITLE in tail or CONTENT in head + tail:
        raise BadTheme(f"{where}: the theme writes the title or the body in an unexpected place")
    return Template(head, tail)


def furnished(html: str, base: str, form: SearchForm, notices: str, where: str) -> str:
    """A page of the engine with our search form in the header, the notices above it and a link to skip to the text.

    ``base`` is the relative path to the site's root: ``.``, ``..``, ``../..``; empty where paths are absolute.
    """
    html = _ENGINE_SEARCH.sub("", html)
    start = html.find(_HEADER)
    end = html.find("</nav>", start)
    if start < 0 or end < 0:
        raise BadTheme(f"{where}: the theme's header is not where it was")
    html = f"{html[:end]}{form(base)}{html[end:]}"
    if notices:
        html, count = _ANNOUNCE.subn(lambda m: f"{m[1]}{notices}{m[2]}", html, count=1)
        if not count:
            raise BadTheme(f"{where}: the theme has no place for notices above the header")
    return _SKIP.sub(rf'\1<a href="#{MAIN}" class="md-skip">Skip to the text</a>\2', html, count=1)


def indexed(html: str, kind: str, where: str) -> str:
    """A page of prose, marked for the search index and as the place to skip to. ``kind`` is what the search filters it by."""
    if html.count(_ARTICLE) != 1:
        raise BadTheme(f"{where}: the theme's article is not where it was")
    marks = f' id="{MAIN}" tabindex="-1" data-pagefind-body data-pagefind-filter="Kind:{escape(kind)}"'
    return html.replace(_ARTICLE, _ARTICLE + marks)


def script_hashes(html: str) -> set[str]:
    """The inline scripts of a page as sources of a content security policy: ``'sha256-…'``. Data blocks are left out."""
    return {f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in _SCRIPT.findall(html)}
