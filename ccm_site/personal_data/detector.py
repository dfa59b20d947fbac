"""The one function that finds personal data in a text, whoever asks: checks, imports, proposals, built pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from ccm_site.case_reference import CASE_REFERENCE, is_case_reference
from ccm_site.model import Severity
from ccm_site.personal_data import numbers, words
from ccm_site.personal_data.names import NameList
from ccm_site.personal_data.plain import plain

RULES = {"chi": "R-PRV-2", "name": "R-PRV-4"}
"""Detectors with a rule of their own; all others are R-PRV-3."""
IN_ANY_TEXT = frozenset(
    {
        "chi",
        "ni_number",
        "birth_date",
        "postcode",
        "telephone",
        "email",
        "case_id",
        "name",
        "school_and_class",
        "case_reference",
    }
)
IN_FREE_TEXT = IN_ANY_TEXT | {"age", "recent_date", "capitalised"}
DETECTORS = IN_FREE_TEXT
WARNINGS = frozenset({"age", "recent_date", "capitalised", "school_and_class"})
MASKS = {
    "email": ("e-mail address", "[e-mail removed]"),
    "ni_number": ("National Insurance number", "[National Insurance number removed]"),
    "chi": ("CHI number", "[CHI number removed]"),
    "birth_date": ("date of birth", "[date of birth removed]"),
    "telephone": ("telephone number", "[telephone removed]"),
    "postcode": ("postcode", "[postcode removed]"),
    "case_id": ("number of the case system", "[case number removed]"),
    "name": ("name", "[name removed]"),
}
"""What an import takes out: the kind as people read it, and what it leaves in its place."""

_FIGURE = re.compile("[0-9]")
_TRIGGERS = ("year", "age", "turn", "month", "yo", "he ", "birthday")
_SPELT = ("dot", "at]", "at)", "at}")
_ELEMENT = re.compile(r"(?:[A-Za-z0-9 _/:#-]|\\d|\\[./-]|\[[A-Za-z0-9-]{1,40}\])(?:\?|\{(\d{1,2})(?:,(\d{1,2}))?\})?")
_CACHED_LENGTH = 4000


class BadPattern(ValueError):
    """A pattern for the numbers of a case system that is not safe to use: says which and what it may hold.

    ``index`` is its place among the entries of case_patterns.
    """

    def __init__(self, index: int, message: str) -> None:
        super().__init__(message)
        self.index = index


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found in a text: ``start`` and ``end`` count characters of it; ``masked`` says what it is, never the text itself."""

    detector: str
    rule: str
    severity: Severity
    start: int
    end: int
    masked: str


@dataclass(frozen=True)
class Allowance:
    """What policy/personal_data.yaml lets pass: one exact text, the paths of a pattern, or the message of one commit."""

    detector: str
    text: str = ""
    path: str = ""
    commit: str = ""
    effective_from: str = ""
    effective_to: str = ""

    def in_force(self, today: date | None) -> bool:
        day = today.isoformat() if today else ""
        return not day or (self.effective_from <= day and (not self.effective_to or day <= self.effective_to))


@dataclass(frozen=True)
class Detector:
    """Everything that decides what is found. Made once by `Detector.of`, used for any number of texts."""

    names: NameList | None = None
    mailbox_words: frozenset[str] = numbers.MAILBOX_WORDS
    mailbox_domains: frozenset[str] = frozenset()
    case_patterns: tuple[tuple[str, re.Pattern[str]], ...] = ()
    capitalised: bool = False
    known_words: frozenset[str] = frozenset()
    allowances: tuple[Allowance, ...] = ()
    _cache: dict[Any, tuple[Hit, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, table: Mapping[str, Any], names: NameList | None = None) -> Detector:
        """The detector that the data of policy/personal_data.yaml asks for; ``{}`` gives the usual one. Raises BadPattern."""
        mailboxes = table.get("functional_mailboxes") or {}
        return cls(
            names=names,
            mailbox_words=numbers.MAILBOX_WORDS | {str(w).lower() for w in mailboxes.get("words", ())},
            mailbox_domains=frozenset(str(d).lower() for d in mailboxes.get("domains", ())),
            case_patterns=tuple(
                (str(p.get("label", "case system")), case_pattern(str(p.get("pattern", "")), i))
                for i, p in enumerate(table.get("case_patterns", ()))
            ),
            capitalised=table.get("capitalised_pairs") == "warn",
            known_words=frozenset(w for t in table.get("known_capitals", ()) for w in str(t).lower().split()),
            allowances=tuple(
                Allowance(
                    *(
                        str(e.get(k, ""))
                        for k in ("detector", "text", "path", "commit", "effective_from", "effective_to")
                    )
                )
                for e in table.get("entries", ())
            ),
        )

    def find(
        self,
        text: str,
        *,
        free_text: bool = True,
        allow: frozenset[str] = frozenset(),
        today: date | None = None,
        only: frozenset[str] | None = None,
    ) -> tuple[Hit, ...]:
        """What a text holds of personal data, in the order of its place, no two overlapping.

        ``free_text`` adds what is only looked for in sentences (ages, recent dates, pairs of capitals); ``allow`` holds exact texts
        that are no hit; ``only`` narrows to some detectors. Without ``today`` no recent dates are looked for.
        """
        if only == _ONLY_CHI and text.isascii() and not numbers.may_hold_chi(text):
            return ()
        key = (text, free_text, allow, today, only)
        known = self._cache.get(key)
        if known is not None:
            return known
        wanted = (IN_FREE_TEXT if free_text else IN_ANY_TEXT) if only is None else only
        hits = self._hits(text, wanted, allow, today)
        if len(text) <= _CACHED_LENGTH:
            if len(self._cache) > 50_000:
                self._cache.clear()
            self._cache[key] = hits
        return hits

    def find_in_path(self, path: str, today: date | None = None) -> tuple[Hit, ...]:
        """What the name of a file, folder or branch holds, its hyphens and underscores read as spaces."""
        flat = path.translate(_PATH)
        only = IN_ANY_TEXT - {"postcode", "school_and_class"}
        hits = (*self.find(flat, only=only, today=today), *self.find(path, only=_ONLY_CASES))
        return tuple(h for h in hits if not self.allows(h.detector, path=path, today=today))

    def allows(self, detector: str, *, path: str = "", commit: str = "", today: date | None = None) -> bool:
        """Whether the table lets a detector's hits pass at a path of the register, or in a commit's message."""
        return any(
            a.detector == detector and a.in_force(today)
            and ((a.path and path and fnmatchcase(path, a.path)) or (a.commit and commit and _same_commit(a.commit, commit)))
            for a in self.allowances
        )  # fmt: skip

    def mask(self, text: str, reference: bool = False) -> tuple[str, tuple[str, ...]]:
        """The text without what looks like personal data, and the kind of each thing removed. For imports.

        Wider than `find`: every e-mail address, telephone numbers of any country, postcodes in any case. In a contract's own
        number (``reference``) only what is certain is removed.
        """
        p, offsets = plain(text)
        if not _FIGURE.search(p) and "@" not in p and self.names is None and not any(s in p.lower() for s in _SPELT):
            return text, ()
        wanted = frozenset({"email", "ni_number", "chi", "case_id"}) if reference else frozenset(MASKS)
        found = sorted(_apart(self._spans(p, wanted, None, wide=True)), key=lambda s: s[1])
        out, at, kinds = [], 0, []
        for detector, start, end, _ in found:
            start, end = _original(start, end, offsets)
            out += [text[at:start], MASKS[detector][1]]
            kinds.append(MASKS[detector][0])
            at = end
        return "".join([*out, text[at:]]), tuple(kinds)

    def _hits(self, text: str, wanted: frozenset[str], allow: frozenset[str], today: date | None) -> tuple[Hit, ...]:
        p, offsets = plain(text)
        if self.names is None and not self.capitalised and not _FIGURE.search(p) and "@" not in p:
            low = p.lower()
            if not any(t in low for t in _TRIGGERS) and not any(t in low for t in _SPELT) and "ch-" not in low:
                return ()
        out = []
        for detector, start, end, masked in _apart(self._spans(p, wanted, today)):
            start, end = _original(start, end, offsets)
            if text[start:end] in allow or self._text_allowed(detector, text[start:end], today):
                continue
            one_word = detector == "name" and masked.endswith("one word")
            severity: Severity = "warning" if detector in WARNINGS or one_word else "error"
            out.append(Hit(detector, RULES.get(detector, "R-PRV-3"), severity, start, end, masked))
        return tuple(sorted(out, key=lambda h: h.start))

    def _text_allowed(self, detector: str, text: str, today: date | None) -> bool:
        return any(a.text == text and a.detector == detector and a.in_force(today) for a in self.allowances if a.text)

    def _spans(
        self, p: str, wanted: frozenset[str], today: date | None, wide: bool = False
    ) -> Iterator[tuple[str, int, int, str]]:
        """Spans in the order of what wins where two overlap."""
        figures = _FIGURE.search(p) is not None
        long_runs = numbers.runs(p) if figures and wanted & {"chi", "telephone"} else []
        low = p.lower()
        spelt = any(s in low for s in _SPELT)
        make: dict[str, Callable[[], Iterable[numbers.Span]]] = {}
        if figures:
            make["chi"] = lambda: numbers.chi(p, long_runs)
            make["ni_number"] = lambda: numbers.national_insurance(p)
        if "@" in p or spelt:
            make["email"] = lambda: numbers.email(p, *((), ()) if wide else (self.mailbox_words, self.mailbox_domains))
        sentences = words.Sentences(p) if wanted & _PAIRED else None
        dated = words.dates(p, today) if figures and sentences and wanted & {"birth_date", "recent_date"} else []
        if (dated and sentences) or (figures and ("dob" in low or "d.o.b" in low or "birth" in low or "born" in low)):
            assert sentences is not None or not wanted & _PAIRED
            if sentences:
                make["birth_date"] = lambda: words.births(p, dated, sentences)
        if figures:
            make["case_id"] = lambda: self._case_ids(p)
            make["telephone"] = lambda: numbers.telephone(p, long_runs)
            make["postcode"] = lambda: numbers.postcode(p, wide)
            if sentences:
                make["school_and_class"] = lambda: (
                    c for c in words.classes(p, sentences) if c[2] == "a school with a class"
                )
        if "ch-" in low:
            make["case_reference"] = lambda: _case_references(p)
        if self.names is not None:
            make["name"] = lambda: self._names(p)
        if "age" in wanted:
            make["age"] = lambda: [*words.ages(p), *(words.classes(p, sentences) if sentences and figures else ())]
        if today is not None and dated and sentences:
            make["recent_date"] = lambda: words.recent_dates(p, dated, sentences, today)
        if self.capitalised:
            make["capitalised"] = lambda: words.capitalised_pairs(p, self.known_words)
        for detector, spans in make.items():
            if detector in wanted:
                for start, end, masked in spans():
                    yield detector, start, end, masked
                if wide and detector == "telephone":
                    for start, end, masked in numbers.telephone_abroad(p):
                        yield detector, start, end, masked

    def _case_ids(self, p: str) -> Iterator[numbers.Span]:
        for label, pattern in self.case_patterns:
            for match in pattern.finditer(p):
                yield *match.span(), f"a number of the {label}"

    def _names(self, p: str) -> Iterator[numbers.Span]:
        for start, end, size in self.names.find(p) if self.names else ():
            yield start, end, f"a listed name of {('one word', 'two words', 'three words')[size - 1]}"


def _case_references(p: str) -> Iterator[numbers.Span]:
    """References of cases outside the fields that are for them: those are sealed, other texts are not."""
    for match in CASE_REFERENCE.finditer(p.upper()):
        if is_case_reference(match[0]):
            yield *match.span(), "a case reference"


_ONLY_CHI = frozenset({"chi"})
_ONLY_CASES = frozenset({"case_reference"})
_PAIRED = frozenset({"birth_date", "recent_date", "school_and_class", "age"})
_PATH = str.maketrans("-_/.", "    ")


def _apart(spans: Iterable[tuple[str, int, int, str]]) -> list[tuple[str, int, int, str]]:
    """Those that do not overlap one that came before."""
    kept: list[tuple[str, int, int, str]] = []
    taken = bytearray()
    for span in spans:
        start, end = span[1], span[2]
        if len(taken) < end:
            taken.extend(bytes(end - len(taken)))
        if not any(taken[start:end]):
            taken[start:end] = b"\1" * (end - start)
            kept.append(span)
    return kept


def _original(start: int, end: int, offsets: list[int] | None) -> tuple[int, int]:
    return (start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1)


def _same_commit(one: str, other: str) -> bool:
    size = min(len(one), len(other))
    return size >= 7 and one[:size].lower() == other[:size].lower()


def case_pattern(pattern: str, index: int = 0) -> re.Pattern[str]:
    """A pattern for the numbers of a case system, compiled. Raises BadPattern for one that could be slow or match anything.

    It may hold letters, figures, space, ``- _ / : #``, an escaped point, ``\\d`` and classes such as ``[A-Z]``, each followed by ``?``,
    ``{n}`` or ``{m,n}``; it must ask for four characters or more.
    """
    what = f"the pattern {pattern[:40]!r}"
    if len(pattern) > 80:
        raise BadPattern(index, f"{what}… is longer than 80 characters")
    at, least, ways = 0, 0, 1
    while at < len(pattern):
        match = _ELEMENT.match(pattern, at)
        if match is None:
            raise BadPattern(
                index,
                f"{what} holds {pattern[at]!r} at character {at + 1}; it may hold letters, figures, space, - _ / : #, \\. \\d and [A-Z], "
                "each with ?, {n} or {m,n}",
            )
        low, high = match[1], match[2]
        optional = match[0].endswith("?")
        few = 0 if optional else int(low or 1)
        many = 1 if optional else int(high or low or 1)
        if few > many or many > 30:
            raise BadPattern(index, f"{what} repeats from {few} to {many} times; 30 at most, the smaller number first")
        least += few
        ways *= many - few + 1
        at = match.end()
    if least < 4:
        raise BadPattern(index, f"{what} asks for {least} characters; it must ask for 4 or more")
    if ways > 64:
        raise BadPattern(index, f"{what} can be read in {ways} ways; use fewer or narrower repeats (64 at most)")
    try:
        return re.compile(rf"(?<![A-Za-z0-9])(?:{pattern})(?![A-Za-z0-9])", re.IGNORECASE)
    except re.error as error:
        raise BadPattern(index, f"{what} is no pattern: {error}") from None
