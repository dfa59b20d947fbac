"""What a browser is told it may do with a page of ours: load from the site alone, and run no script but the theme's and ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def policy(scripts: Iterable[str] = ()) -> str:
    """The content security policy. ``scripts`` are the theme's inline scripts as ``'sha256-…'``.

    Pagefind compiles its WebAssembly (``'wasm-unsafe-eval'``); the theme draws its icons from ``data:`` images.
    """
    parts = {
        "default-src": "'none'",
        "script-src": " ".join(["'self'", "'wasm-unsafe-eval'", *scripts]),
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "worker-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in parts.items())
