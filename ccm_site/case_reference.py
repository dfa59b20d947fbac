"""A child's case reference: ``CH-``, seven random characters and a check character. It is derived from nothing."""

from __future__ import annotations

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: the figures, and the letters without I, L, O and U."""
CHECK_SYMBOLS = ALPHABET + "*~$=U"
CASE_REFERENCE = re.compile(rf"CH-([{ALPHABET}]{{7}})-([{ALPHABET}])")
"""The shape of a case reference anywhere in a text; whether its check character is right is another question."""


def check_character(seven: str) -> str:
    """The check character of seven characters: their value in base 32, modulo 37 (Crockford). Raises ValueError."""
    value = 0
    for character in seven:
        figure = ALPHABET.find(character)
        if figure < 0:
            raise ValueError("a case reference holds figures and capital letters other than I, L, O and U")
        value = value * 32 + figure
    return CHECK_SYMBOLS[value % 37]


def is_case_reference(text: str) -> bool:
    """Whether a text is exactly a case reference, its check character right."""
    match = CASE_REFERENCE.fullmatch(text)
    return match is not None and check_character(match[1]) == match[2]


def new_case_reference() -> str:
    """A new case reference from the system's random source.

    About one draw in seven has a check symbol that people cannot easily read out; it is thrown away.
    """
    while True:
        seven = "".join(secrets.choice(ALPHABET) for _ in range(7))
        check = check_character(seven)
        if check in ALPHABET:
            return f"CH-{seven}-{check}"
