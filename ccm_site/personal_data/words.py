"""What words tell of a person: dates of birth, ages, classes, schools. Whatever is paired is paired within one sentence."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ccm_site.personal_data.numbers import Span

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?"
    "|dec(?:ember)?)(?![a-z])"
)
_DATE = re.compile(
    r"(?:(?<![0-9A-Za-z£$€])|(?<=dob)|(?<=born))(?<![0-9][./-])(?:"
    r"(?P<y1>(?:19|20)[0-9]{2})[./-](?P<m1>[0-9]{1,2})[./-](?P<d1>[0-9]{1,2})"
    r"|(?P<d2>[0-9]{1,2}) ?[./ -] ?(?P<m2>[0-9]{1,2}) ?[./ -] ?(?P<y2>(?:19|20)[0-9]{2}|[0-9]{2})"
    rf"|(?P<d3>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: day)?(?: of)?[ ,.-]{{0,3}}(?P<m3>{_MONTH})\.?(?:[ ,.'-]{{0,3}}(?P<y3>(?:19|20)[0-9]{{2}}|[0-9]{{2}}))?"
    rf"|(?P<m4>{_MONTH})\.? (?P<d4>[0-9]{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<y4>(?:19|20)[0-9]{{2}}))?"
    rf"|(?P<m5>{_MONTH})\.?[ ,'-]{{1,3}}(?P<y5>(?:19|20)[0-9]{{2}})"
    r")(?![0-9A-Za-z])(?![./-][0-9])",
    re.IGNORECASE,
)
_BIRTH = re.compile(
    r"(?<![A-Za-z])(?:born|birth(?:day|date)?|b-?day|d\.? ?o\.? ?b\.?(?![a-z])|(?<=\()b\.?(?= ?[0-9])"
    r"|turn(?:s|ed|ing)? (?:[0-9]{1,2}|[a-z]{3,9}) (?:on|in))(?!s)",
    re.IGNORECASE,
)
_COMPACT = re.compile(
    r"(?<![A-Za-z])(?:d\.?o\.?b\.?|date of birth|birth ?date|birthday|born(?: on)?)[\s:.#=-]{0,4}(?:is |was |given as )?([0-9]{8}|[0-9]{6})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_OTHER_MATTER = re.compile(
    r"(?<![a-z])(?:by|remov|eras|delet|before|until|since|after|not|never|no|review|due|sent|check|ask|contract|agree|sign|meeting|cohort|rate)",
    re.IGNORECASE,
)
_DEADLINE = re.compile(r"(?<![a-z])(?:by|until|before|from|since)\s{1,3}(?:the )?\Z", re.IGNORECASE)
_BACK = re.compile(r"[\s(,:=-]*(?:(?:is|was|the|his|her|their|child's|date of|of)\s+){0,3}\Z", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?;](?=\s+[A-Z\"'(])|\n\s*\n|\n(?=\s*[-*])")
_ABBREVIATED = re.compile(r"\b(?:b|dob|d\.o\.b|no|st|mr|mrs|ms|dr|tel)\Z", re.IGNORECASE)
_PERSON = re.compile(
    r"(?<![a-z])(?:child|boy|girl|he|she|him|his|her|pupil|baby|toddler|teenager|youngster|son|daughter|brother|sister|sibling|twin"
    r"|young person|young man|young woman|mum|mother|dad|father)(?![a-z])(?!'s (?:rights|services|plan|house|home|hearing))",
    re.IGNORECASE,
)

_NUMBERS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_NUM = "(?:[0-9]{1,2}(?:½|1/2|\\.5)?|" + "|".join(reversed(_NUMBERS.split())) + "|twenty)"
_UNIT = "(?:years?|yrs?|yr|months?|mths?|weeks?|wks?)"
_AGE = re.compile(
    rf"(?<![A-Za-z0-9])(?:"
    rf"(?:aged|age)(?: of| is| was|d)?[ :=]{{1,2}}{_NUM}(?: ?{_UNIT})?"
    rf"|{_NUM}[ -]{{0,2}}{_UNIT}[ -]{{1,2}}(?:old|of age)"
    rf"|{_NUM} ?(?:yo|y/o|y\.o\.?|yrs? old)"
    rf"|turn(?:s|ed|ing) {_NUM}"
    rf"|(?P<who>he|she|oldest|eldest|youngest|twins|child|boy|girl|baby|son|daughter|brother|sister)"
    rf"(?:'s| is| are| was| will be| has just turned| has turned)(?: only| just| now| nearly| almost| about)? {_NUM}(?: (?:now|today|in|on|next))?"
    rf"|(?:his|her|(?-i:[A-Z])[a-z]{{1,20}}'s) {_NUM}(?:st|nd|rd|th)? birthday"
    rf")(?![A-Za-z0-9%])(?!\.[0-9])",
    re.IGNORECASE,
)
_RANGE_AFTER = re.compile(
    r"\s{0,2}(?:\+|-\s?[0-9]|-?plus\b|(?:to|and|or|until|up)\s+(?:[0-9]|over|above|under|below|older|younger|up|upwards|less|more)|years? (?:and|or) )",
    re.IGNORECASE,
)
_RANGE_BEFORE = re.compile(
    r"(?:between|under|over|above|below|to|and|or|up to|from|least|than|beyond|until|reach|reaches|reaching|minimum|maximum"
    r"|[0-9] ?-|children|people|persons|pupils|all|those|anyone) ?(?:the )?\Z",
    re.IGNORECASE,
)
_THING_AFTER = re.compile(
    r"[ -]{1,2}(?:contract|agreement|framework|building|vehicle|van|minibus|company|system|policy|house|boiler|lease|strategy|plan|children|people)",
    re.IGNORECASE,
)
_NOT_YEARS_AFTER = re.compile(
    r" ?(?:%|per|hours?|days?|miles?|minutes?|weeks?|pounds?|of the|sessions?|places?|beds?)", re.IGNORECASE
)
_CLASS = re.compile(
    r"(?<![A-Za-z0-9./-])(?:(?:P[1-7]|S[1-6])[abcABC]?|(?:[Pp]rimary|[Ss]econdary) [1-7])(?![A-Za-z0-9])(?![./-] ?[A-Za-z0-9])"
)
_CLASS_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:in|into|is|now|a|an|class|start|started|starting|starts|entering|enters|repeating|year|from|to) |\()\Z",
    re.IGNORECASE,
)
_CLASS_AFTER = re.compile(r" (?:pupil|class|child|boy|girl|student|teacher)", re.IGNORECASE)
_CLASS_RANGE = re.compile(r" ?(?:-|to|and|or|,|/) ?(?:P[1-7]|S[1-6])", re.IGNORECASE)
_CLASS_RANGE_BEFORE = re.compile(r"(?:P[1-7]|S[1-6]),? ?(?:-|to|and|or|/|,) ?\Z", re.IGNORECASE)
_SCHOOL = re.compile(
    r"(?<![\w'.-])[A-Z][\w'.-]{1,30} (?:[A-Z][\w'.-]{1,30} ){0,3}(?:Primary|Academy|High|Secondary|Grammar|Nursery|School|College|PS|HS)(?!\w)"
)
_CAPITALISED = re.compile(
    r"(?<![\w'.-])[A-Z][a-z]{1,30}(?:[-'][A-Z][a-z]{1,30})? [A-Z](?:'[A-Z]|c[A-Z]|ac[A-Z])?[a-z]{1,30}(?:-[A-Z][a-z]{1,30})?(?![\w])"
)


@dataclass(frozen=True)
class Dated:
    """A date as it is written: its span, and the day where day, month and year are all given."""

    start: int
    end: int
    day: date | None
    month_only: bool = False


class Sentences:
    """Where the sentences of a text end."""

    def __init__(self, text: str) -> None:
        self.ends = [
            m.start() for m in _SENTENCE.finditer(text)
            if m[0] != "." or not _ABBREVIATED.search(text[max(0, m.start() - 8) : m.start()])
        ]  # fmt: skip

    def of(self, at: int) -> int:
        return bisect_right(self.ends, at)


def dates(text: str, today: date | None) -> list[Dated]:
    """Every date in a text. A year of two figures is the last such year that is not after ``today``."""
    out = []
    for m in _DATE.finditer(text):
        year = m["y1"] or m["y2"] or m["y3"] or m["y4"] or m["y5"]
        month = m["m1"] or m["m2"] or m["m3"] or m["m4"] or m["m5"]
        day = m["d1"] or m["d2"] or m["d3"] or m["d4"]
        number = int(month) if month.isdigit() else 1 + _MONTHS.index(month[:3].lower())
        if day is None:
            out.append(Dated(*m.span(), None, True))
            continue
        if not 1 <= int(day) <= 31 or not 1 <= number <= 31:
            continue
        if year is None:
            out.append(Dated(*m.span(), None))
            continue
        figures = int(year)
        if figures < 100:
            figures += 2000 if figures <= (today.year % 100 if today else 40) else 1900
        try:
            out.append(Dated(*m.span(), date(figures, number, int(day))))
        except ValueError:
            continue
    return out


def births(text: str, found: list[Dated], sentences: Sentences) -> Iterator[Span]:
    """Dates near a word of birth: up to 40 characters after it, or just before it."""
    words = list(_BIRTH.finditer(text))
    for m in _COMPACT.finditer(text):
        yield *m.span(1), "a date of birth"
    at = 0
    for d in found:
        while at < len(words) and words[at].end() <= d.start:
            at += 1
        before = words[at - 1] if at else None
        if before is not None and d.start - before.end() <= 40 and sentences.of(before.end()) == sentences.of(d.start):
            gap = text[before.end() : d.start]
            if not _OTHER_MATTER.search(gap) and not any(c.isdigit() for c in gap):
                yield d.start, d.end, "a date of birth"
                continue
        after = words[at] if at < len(words) else None
        if (
            after is not None
            and not d.month_only
            and after.start() - d.end <= 30
            and _BACK.match(text[d.end : after.start()])
        ):
            yield d.start, d.end, "a date of birth"


def recent_dates(text: str, found: list[Dated], sentences: Sentences, today: date) -> Iterator[Span]:
    """Days from 0 to 26 years before today, in a sentence that speaks of one child or young person."""
    near = [d for d in found if d.day is not None and 0 <= (today - d.day).days <= 26 * 365.25]
    if not near:
        return
    people = {sentences.of(m.start()) for m in _PERSON.finditer(text)}
    for d in near:
        if sentences.of(d.start) in people and not _DEADLINE.search(text[max(0, d.start - 12) : d.start]):
            yield d.start, d.end, "a date in a sentence about a person"


def ages(text: str) -> Iterator[Span]:
    """The age of somebody, rather than the ages that a service is for or the age of a thing."""
    for m in _AGE.finditer(text):
        before, after = text[max(0, m.start() - 14) : m.start()], text[m.end() : m.end() + 24]
        if _RANGE_AFTER.match(after) or _RANGE_BEFORE.search(before) or _THING_AFTER.match(after):
            continue
        if m["who"] and _NOT_YEARS_AFTER.match(after):
            continue
        yield *m.span(), "an age"


def classes(text: str, sentences: Sentences) -> Iterator[Span]:
    """A school class; *with a school* where the sentence names one too."""
    found = []
    for m in _CLASS.finditer(text):
        before, after = text[max(0, m.start() - 12) : m.start()], text[m.end() : m.end() + 12]
        if not _CLASS_RANGE.match(after) and not _CLASS_RANGE_BEFORE.search(before):
            found.append((m, bool(_CLASS_BEFORE.search(before)) or bool(_CLASS_AFTER.match(after))))
    if not found:
        return
    schools = {sentences.of(m.start()) for m in _SCHOOL.finditer(text)}
    people = {sentences.of(m.start()) for m in _PERSON.finditer(text)}
    for m, plain_context in found:
        sentence = sentences.of(m.start())
        if sentence in schools:
            yield *m.span(), "a school with a class"
        elif plain_context or sentence in people:
            yield *m.span(), "a class at school"


def capitalised_pairs(text: str, known: frozenset[str]) -> Iterator[Span]:
    """Two words with capitals that may be a name; neither of them in ``known`` (small letters)."""
    for m in _CAPITALISED.finditer(text):
        if not known.intersection(m[0].lower().split()):
            yield *m.span(), "two words with capitals, perhaps a name"
