"""Characters that look like others are made plain first, so that a number cannot hide behind a no-break space."""

from __future__ import annotations

_SPACES = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\u2028\u2029\u0085"
)
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\u02d7\u058a"
_POINTS = "\u00b7\u2022\u2024\u2027\u22c5\u3002"
_STROKES = "\u2044\u2215"
_APOSTROPHES = "\u2018\u2019\u201b\u02bc\u2032\u00b4"
_GONE = "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufe0e\ufe0f\ufeff"
# The zero of each other script's figures, the rest following it.
_DIGITS = (
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450,
    0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x16A60, 0x16AC0, 0x16B50,
    0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E950, 0x1FBF0,
)  # fmt: skip

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
_ODD = frozenset(map(chr, _MAP))
_VANISHING = frozenset(_GONE)


def plain(text: str) -> tuple[str, list[int] | None]:
    """The text with lookalikes replaced, and for each of its characters the offset in the original.

    None for the offsets where they are unchanged.
    """
    if text.isascii() or not (odd := _ODD.intersection(text)):
        return text, None
    offsets = None
    if odd & _VANISHING:
        offsets = [i for i, c in enumerate(text) if c not in _VANISHING]
        offsets.append(len(text))
    return text.translate(_MAP), offsets
