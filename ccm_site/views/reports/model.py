"""What a report is before it is a page or a PDF: sections of words, facts, tables and charts, each figure with its records. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ccm_site.model import Key
from ccm_site.performance.periods import Period

Look = Literal["", "good", "near", "bad", "green", "amber", "red"]
"""How a value is marked: always by a symbol and its words, colour comes on top."""
SYMBOLS = {"good": "✓", "near": "≈", "bad": "✗", "green": "●", "amber": "▲", "red": "■"}


@dataclass(frozen=True, slots=True)
class Said:
    """A value in plain text, with the records that it comes from."""

    text: str
    sources: tuple[Key, ...] = ()
    look: Look = ""

    @property
    def marked(self) -> str:
        return f"{SYMBOLS[self.look]} {self.text}" if self.look else self.text


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph. A ``hint`` explains how something is to be read."""

    text: str
    hint: bool = False
    sources: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Points:
    """A list of things said."""

    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is so, as pairs of a label and a value."""

    pairs: tuple[tuple[str, Said], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table. The first cell of a row is its heading; ``figures`` are the columns of numbers; ``empty`` stands where there are no rows."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Said, ...], ...]
    figures: tuple[int, ...] = ()
    empty: str = "None."
    note: str = ""
    sheet: str = ""
    """The name of a file with the rows as CSV, "" for none."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing whose figures stand in a table beside it. ``words`` say what it shows."""

    title: str
    svg: str
    words: str


Part = Words | Points | Facts | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under a heading, ``level`` 2 or 3. ``evidence`` is what it rests on; None where nothing has to be named."""

    title: str
    parts: tuple[Part, ...]
    level: int = 2
    evidence: tuple[Said, ...] | None = None
    missing: str = ""
    """Said where there is no evidence: since when."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report on something, for a period, as of a day. ``name`` is its module's, ``subject`` what of that module's it is about.

    ``shown_to`` says who gets it and who may use it, and why (F-3B-ii-12).
    """

    name: str
    subject: str
    url: str
    title: str
    lead: str
    period: Period
    sections: tuple[Section, ...]
    about: Key | None = None
    shown_to: str = ""
    further: tuple[tuple[str, str], ...] = field(default=())
    """Other pages that belong to it: titles and places in the site."""

    @property
    def file(self) -> str:
        """The place of its PDF."""
        return f"{self.url}{self.subject or self.name.replace('_', '-')}.pdf"
