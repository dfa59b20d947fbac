"""What looks like personal data is taken out on the way in, and only its kind is remembered (trace 5.4).

Rather one masked too many than one too few: a source's text is a copy, and the original stays with its publisher.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_AREA = (
    "AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EC EH EN EX FK FY GL GU GY "
    "HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR NW OL OX PA PE PH PL "
    "PO PR RG RH RM SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR WS WV YO ZE "
    "B E G L M N S W"
).replace(" ", "|")
_POSTCODE = rf"(?:{_AREA})\d[A-Z\d]?"
_INWARD = r"\d[ABD-HJLNP-UW-Z]{2}"

_EMAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NI = re.compile(
    r"(?<![\w/.-])(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?!\w)",
    re.IGNORECASE,
)
_CHI = re.compile(r"(?<![0-9A-Za-z/.-])(\d{2})[ -]?(\d{2})[ -]?(\d{2})[ -]?(\d{4})(?![0-9A-Za-z])")
_BIRTH = re.compile(
    r"\b(born(?: on)?|d\.?o\.?b\.?|date of birth|birthday)(\W{1,4}(?:is|was|on)?\W{0,3})"
    r"(\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}|\d{1,2}(?:st|nd|rd|th)?\W{1,3}[A-Za-z]{3,9}\W{1,3}\d{2,4})",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?<![\w/.=&-])(?:"
    r"\(?(?:\+|00)44\)?[ -]?(?:\(0\)|0)?[ -]?\d{2,5}\)?(?:[ -]?\d{2,8}){1,4}"  # +44 131 200 2000
    r"|\(?0[12378]\d{1,4}\)?[ -]?\d{2,8}(?:[ -]?\d{2,8}){0,3}"  # 0131 200 2000
    r"|\(?0[2-478]\)?[ ]\d{4}[ -]?\d{4}"  # 02 6207 1234
    r"|\+\d{1,3}(?:[ -]?\(?\d{2,5}\)?){2,5}"  # +61 2 6207 1234
    r"|\(\d{3}\)[ -]?\d{3}[ -]\d{4}|\d{3}-\d{3}-\d{4}"  # (215) 686 1234
    r")(?![\w])"
)
_DATE_LIKE = re.compile(r"\d{2}[-/. ]\d{2}[-/. ]\d{4}")
_UPPER_POSTCODE = re.compile(rf"(?<![\w/-])(?:{_POSTCODE}[ \u00a0]{{0,2}}{_INWARD})(?!\w)")
_ANY_POSTCODE = re.compile(rf"(?<![\w/-])(?:{_POSTCODE}[ \u00a0]{{1,2}}{_INWARD})(?!\w)", re.IGNORECASE)
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\Z")
_CANDIDATE = re.compile(r"\d|@")

_Test = Callable[[re.Match[str]], str | None]


def chi_valid(digits: str) -> bool:
    """Whether ten figures form a CHI number: a day and month first, and the modulus 11 check figure last."""
    day, month = int(digits[:2]), int(digits[2:4])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return False
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == (0 if check == 11 else check)


def _chi(match: re.Match[str]) -> str | None:
    return "[CHI number removed]" if chi_valid("".join(match.groups())) else None


def _phone(match: re.Match[str]) -> str | None:
    figures = sum(c.isdigit() for c in match[0])
    if not 10 <= figures <= 15 or _DATE_LIKE.match(match[0]):
        return None
    if match[0].startswith(("0", "(0")) and not match[0].startswith("00") and figures > 11:
        return None
    return "[telephone removed]"


def _postcode(match: re.Match[str]) -> str | None:
    return None if _ORDINAL.search(match[0]) else "[postcode removed]"


def _fixed(text: str) -> _Test:
    return lambda _match: text


_STRONG: tuple[tuple[str, re.Pattern[str], _Test], ...] = (
    ("e-mail address", _EMAIL, _fixed("[e-mail removed]")),
    ("National Insurance number", _NI, _fixed("[National Insurance number removed]")),
    ("CHI number", _CHI, _chi),
)
_ALL: tuple[tuple[str, re.Pattern[str], _Test], ...] = (
    *_STRONG,
    ("date of birth", _BIRTH, lambda m: f"{m[1]}{m[2]}[date of birth removed]"),
    ("telephone number", _PHONE, _phone),
    ("postcode", _UPPER_POSTCODE, _postcode),
    ("postcode", _ANY_POSTCODE, _postcode),
)
MASKS = frozenset({
    "[e-mail removed]", "[National Insurance number removed]", "[CHI number removed]", "[telephone removed]", "[postcode removed]",
    "[date of birth removed]",
})  # fmt: skip


@lru_cache(maxsize=20_000)
def mask(text: str, reference: bool = False) -> tuple[str, tuple[str, ...]]:
    """The text without what looks like personal data, and the kinds of what was removed, one for each place.

    In a contract's own number (``reference``) only what is certain is removed: figures and letters there are often like
    telephone numbers and postcodes, and a number must stay itself.
    """
    if not _CANDIDATE.search(text):
        return text, ()
    kinds: list[str] = []
    for kind, pattern, test in _STRONG if reference else _ALL:

        def replace(match: re.Match[str], kind: str = kind, test: _Test = test) -> str:
            put = test(match)
            if put is None:
                return match[0]
            kinds.append(kind)
            return put

        text = pattern.sub(replace, text)
    return text, tuple(kinds)


def only_masks(text: str) -> bool:
    """Whether nothing is left of a text but what stands in the place of personal data."""
    rest = text
    for put in MASKS:
        rest = rest.replace(put, "")
    return rest != text and not any(c.isalnum() for c in rest)
