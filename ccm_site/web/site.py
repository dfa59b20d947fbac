"""A site as a web application: its pages and files, read afresh at every request, and nothing but those."""

from __future__ import annotations

import mimetypes
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from flask import Flask, Response, abort, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.security import safe_join
from werkzeug.wrappers import Response as AnyResponse

from ccm_site.publish.build import policy_file
from ccm_site.publish.security import HEADERS, policy

_LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.IGNORECASE)
_TYPES = {".wasm": "application/wasm", ".pagefind": "application/wasm", ".js": "text/javascript", ".mjs": "text/javascript",
          ".css": "text/css", ".json": "application/json", ".svg": "image/svg+xml", ".csv": "text/csv", ".ics": "text/calendar",
          ".html": "text/html", ".txt": "text/plain", ".webp": "image/webp", ".woff2": "font/woff2"}  # fmt: skip
_BINARY_INDEX = re.compile(r"\.pf_(meta|index|fragment|filter|sort)\Z")
_PATIENCE = 2.0


class Pages(Protocol):
    """A site that can be shown."""

    @property
    def no_store(self) -> bool:
        """Whether a browser may keep no copy, not even until it is closed."""

    def read(self, name: str) -> bytes | None:
        """A file of the site, by its path with forward slashes; None for whatever is none of its files."""

    def policy(self) -> str:
        """The content security policy of every page."""


def never_closed() -> str:
    """For a site that is shown to whoever asks, for as long as the server runs."""
    return ""


def create_app(pages: Pages, closed: Callable[[], str] = never_closed) -> Flask:
    """An application that shows a site, to this machine only.

    ``closed`` is asked at each request: a sentence for people why the site is shown no longer (403), else "".
    """
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def only_from_here() -> None:
        """A page of some other site, whose name was made to lead here, must not read ours (DNS rebinding)."""
        if not _LOOPBACK.fullmatch(request.headers.get("Host", "")):
            abort(403, "This address is not one of this machine's own.")
        if words := closed():
            abort(403, words)

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def show(path: str) -> AnyResponse:
        return _shown(pages, path)

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> AnyResponse:
        page = pages.read("404.html") if error.code == 404 else None
        if page is not None:
            return Response(page, 404, mimetype="text/html")
        return Response(f"{error.description}\n", error.code or 500, mimetype="text/plain")

    @app.after_request
    def guarded(response: AnyResponse) -> AnyResponse:
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = pages.policy()
        response.headers["Cache-Control"] = "no-store" if pages.no_store else "no-cache"
        return response

    return app


def _shown(pages: Pages, path: str) -> AnyResponse:
    name = f"{path}index.html" if not path or path.endswith("/") else path
    content = pages.read(name)
    if content is None:
        if not path.endswith("/") and pages.read(f"{path}/index.html") is not None:
            query = f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
            return redirect(f"./{quote(path.rsplit('/', 1)[-1])}/{query}", 308)
        abort(404)
    response = Response(content, mimetype=_type(name))
    if pages.no_store:
        return response
    response.add_etag()
    return response.make_conditional(request)


class FolderPages:
    """The site in a folder: its files as they are just now, and nothing to which a name or a link would lead outside."""

    no_store = False

    def __init__(self, site: Path) -> None:
        self._site = site

    def read(self, name: str) -> bytes | None:
        """A file of the site; None where there is none, or where the name or a link would lead out of the site."""
        site = self._site
        full = safe_join(str(site), name)
        if full is None or "\0" in name or any(part.startswith(".") for part in name.split("/")):
            return None
        deadline = time.monotonic() + _PATIENCE
        while True:
            before = _identity(site)
            try:
                real = Path(full).resolve(strict=True)
                return real.read_bytes() if real.is_relative_to(site.resolve()) else None
            except OSError:
                # Nothing is missing from a site until a new one is just taking its place: then look again.
                if (before is not None and before == _identity(site)) or time.monotonic() > deadline:
                    return None
                time.sleep(0.01)

    def policy(self) -> str:
        """The policy that stands beside the folder, or the strictest."""
        try:
            return policy_file(self._site).read_text("utf-8").strip()
        except OSError:
            return policy()


def _identity(site: Path) -> tuple[int, int] | None:
    """Which folder stands there just now; its number alone may be given to the next one."""
    try:
        found = site.stat()
    except OSError:
        return None
    return found.st_ino, found.st_ctime_ns


def _type(name: str) -> str:
    if _BINARY_INDEX.search(name):
        return "application/octet-stream"
    suffix = Path(name).suffix.lower()
    return _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
