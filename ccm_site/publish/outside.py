"""What a page or file would fetch from outside. Nothing may be: no font, script, style, image or frame from another host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

_LOADS = {
    "script": ("src", "href", "xlink:href"), "link": ("href", "imagesrcset"), "img": ("src", "srcset"), "source": ("src", "srcset"),
    "iframe": ("src",), "frame": ("src",), "embed": ("src",), "object": ("data",), "video": ("src", "poster"), "audio": ("src",),
    "track": ("src",), "input": ("src",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"),
    "feimage": ("href", "xlink:href"), "body": ("background",), "form": ("action",), "base": ("href",),
}  # fmt: skip
_OUTSIDE = re.compile(r"\s*(?:https?:|wss?:|ftp:)?[/\\]{2}", re.IGNORECASE)
_NOT_FETCHED = {"canonical", "alternate", "license", "author", "prev", "next"}
_CSS = re.compile(r"""(?:url\(\s*|@import\s+)["']?\s*((?:https?:)?//[^"')\s;]+)""", re.IGNORECASE)
# Addresses from which the engines' own script would fetch Mermaid and the like, if a page asked for them.
_SCRIPT = re.compile(
    r"""(["'`])https?://(?=(?:unpkg\.com|cdn\.jsdelivr\.net|cdnjs\.cloudflare\.com|api\.github\.com|gitlab\.com/api)/)"""
)


def loads_of_html(html: str) -> list[str]:
    """Every address outside the site that a browser would fetch of its own accord to show this page."""
    parser = _Loads()
    parser.feed(html)
    parser.close()
    return parser.found


def loads_of_css(css: str) -> list[str]:
    """Every address outside the site from which a style sheet loads something."""
    return _CSS.findall(css)


def loads_of_script(script: str) -> list[str]:
    """Addresses of known outside hosts that a script holds as texts, and so could fetch."""
    return [script[m.start() : m.start() + 60] for m in _SCRIPT.finditer(script)]


def kept_inside(script: str) -> str:
    """A script of the engine with those addresses made to lead nowhere."""
    return _SCRIPT.sub(r"\1about:blank#", script)


class _Loads(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        values = {name: value or "" for name, value in attrs}
        if tag == "link" and set(values.get("rel", "").lower().split()) <= _NOT_FETCHED and values.get("rel"):
            return
        if tag == "meta" and values.get("http-equiv", "").lower() == "refresh":
            target = values.get("content", "").partition("=")[2].strip("'\" ")
            self.found += [target] if _OUTSIDE.match(target) else []
        for name in _LOADS.get(tag, ()):
            self.found += [address for address in _addresses(name, values.get(name, "")) if _OUTSIDE.match(address)]
        self.found += loads_of_css(values.get("style", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in_style = False

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.found += loads_of_css(data)


def _addresses(name: str, value: str) -> Iterator[str]:
    if name.endswith("srcset"):
        yield from (part.strip().partition(" ")[0] for part in value.split(","))
    else:
        yield value
