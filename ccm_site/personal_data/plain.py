"""Characters that look like others are made plain first, so that a number cannot hide behind a no-break space."""

from __future__ import annotations

import re

_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2029\u0085"
)
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\u02d7\u058a"
_POINTS = "\u00b7\u2022\u2024\u2027\u22c5\u3002"
_STROKES = "\u2044\u2215"
_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u2032\u00b4"
_GONE = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
_DIGITS = (0x660, 0x6F0, 0x966)

_MAP: dict[int, str | None] = {
    **{ord(c): " " for c in _SPACES},
    **{ord(c): "-" for c in _HYPHENS},
    **{ord(c): "." for c in _POINTS},
    **{ord(c): "/" for c in _STROKES},
    **{ord(c): "'" for c in _APOSTROPHES},
    **{zero + n: str(n) for zero in _DIGITS for n in range(10)},
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **{ord(c): None for c in _GONE},
}
_PUT = {chr(c): put or "" for c, put in _MAP.items()}
_ODD = re.compile("[" + "".join(re.escape(chr(c)) for c in _MAP) + "]")
_VANISHING = re.compile(f"[{_GONE}]")


def plain(text: str) -> tuple[str, list[int] | None]:
    """The text with lookalikes replaced, and for each of its characters the offset in the original.

    None for the offsets where they are unchanged.
    """
    if text.isascii() or not _ODD.search(text):
        return text, None
    offsets = None
    if _VANISHING.search(text):
        offsets = [i for i, c in enumerate(text) if _PUT.get(c, c)]
        offsets.append(len(text))
    return _ODD.sub(lambda m: _PUT[m[0]], text), offsets
