"""Numbers and addresses that lead to one person: CHI, National Insurance, telephone, postcode, e-mail.

Each function takes plain text and yields spans ``(start, end, shape)``, where the shape says what was found without saying it.
No pattern repeats within a repetition over the same characters, so that none takes long on a hostile text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

Span = tuple[int, int, str]

AREAS = (
    "AB AL BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY EC EH EN EX FK FY GL GU GY "
    "HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY LA LD LE LL LN LS LU ME MK ML NE NG NN NP NR NW OL OX PA PE PH PL "
    "PO PR RG RH RM SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB WA WC WD WF WN WR WS WV YO ZE "
    "B E G L M N S W"
).split()
_AREA = "|".join(AREAS)
_TWO_LETTERS = "|".join(a for a in AREAS if len(a) == 2)
_INWARD = "[0-9][ABD-HJLNP-UW-Z]{2}"

_RUN = re.compile(r"(?<![0-9])[0-9](?:[ \t\r\n./:|()+_-]{0,3}[0-9]){8,}")
_FIGURES = re.compile(r"[0-9]+")
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_CHI_SHAPES = frozenset({
    (10,), (6, 4), (2, 2, 2, 4), (3, 3, 4), (4, 2, 4), (2, 4, 4), (4, 6), (5, 5), (4, 4, 2), (6, 3, 1), (6, 2, 2), (9, 1),
    (2, 2, 2, 3, 1), (1,) * 10,
})  # fmt: skip
_DATE_SHAPES = frozenset({(2, 2, 4), (1, 2, 4), (2, 1, 4), (1, 1, 4), (4, 2, 2), (4, 1, 2), (4, 2, 1), (4, 1, 1)})
_CHI_WORD = re.compile(r"(?<![A-Za-z])(?:chi|community health index)(?![A-Za-z])[^0-9]{0,30}\Z", re.IGNORECASE)
_GLUED = re.compile(r"([A-Za-z]{1,12})[./_-]{0,2}\Z")
_GLUED_WORDS = frozenset(
    "chi no nr num number nhs patient child boy girl baby pupil sibling client person subject mum dad brother sister".split()
)
_SENTENCE_END = re.compile(r"[A-Za-z]?[a-z]{2,}[.]\Z")
_CARE_SERVICE = re.compile(r"(?<![A-Za-z])(?:CS|SP)(?:[\s.:#/-]|no(?![a-z])|number|num(?![a-z])){0,6}\Z", re.IGNORECASE)

_NI_CORE = (
    "(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z] ?[A-CEGHJ-NPR-TW-Z]"
    "[ ./_-]{0,2}[0-9]{2}[ ./_-]{0,2}[0-9]{2}[ ./_-]{0,2}[0-9]{2}"
)
_NI = re.compile(rf"(?<![\w/.-]){_NI_CORE}[ ./_-]{{0,2}}[A-D](?!\w)", re.IGNORECASE)
_NI_WORD = re.compile(
    r"(?<![A-Za-z])(?:NI|NINO|N\.I\.?|national insurance)(?:[\s:.#=()-]|no(?![a-z])|num(?![a-z])|number|is|was){0,8}"
    rf"({_NI_CORE}(?:[ ./_-]{{0,2}}[A-D])?)(?!\w)",
    re.IGNORECASE,
)

_NATIONAL = re.compile(
    r"7[1-57-9][0-9]{8}|1[1-9][0-9]{7,8}|2[03489][0-9]{8}|3[03467][0-9]{8}|8(?:00|08|4[2345]|7[0123])[0-9]{6,7}"
)
_TELEPHONE_WORD = re.compile(
    r"(?<![A-Za-z])(?:telephone|tel|phone|mobile|mob|fax)(?![A-Za-z])[\s.:#=-]{0,4}(?:(?:no|number|num|is|on)(?![a-z])[\s.:#=-]{0,4}){0,2}"
    r"(\+?\(?[0-9](?:[ ().-]{0,3}[0-9]){5,14})(?![0-9A-Za-z])",
    re.IGNORECASE,
)
_DATE_LIKE = re.compile(
    r"[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ](?:19|20)?[0-9]{2}(?![0-9])|(?:19|20)[0-9]{2}[-/. ][0-9]{1,2}[-/. ][0-9]{1,2}(?![0-9])"
)
_TELEPHONE_GLUED = frozenset("tel t m mob mobile phone ph fax".split())
_ABROAD = re.compile(
    r"(?<![\w/.=&-])(?:\(?0[2-478]\)?[ ][0-9]{4}[ -]?[0-9]{4}"  # 02 6207 1234
    r"|(?:\+|00)[1-9][0-9]{0,2}(?:[ -]?\(?[0-9]{2,5}\)?){2,5}"  # +61 2 6207 1234
    r"|\([0-9]{3}\)[ -]?[0-9]{3}[ -][0-9]{4}|[0-9]{3}-[0-9]{3}-[0-9]{4}"  # (215) 686 1234
    r"|\(?0[12378][0-9]{1,4}\)?[ -]?[0-9]{2,8}(?:[ -]?[0-9]{2,8}){0,3})(?!\w)"  # 0131 200 2000
)

_POSTCODE = re.compile(rf"(?<![\w/-])(?:{_AREA})[0-9][A-Z0-9]?[ \n-]{{0,2}}{_INWARD}(?!\w)")
_POSTCODE_LOW = re.compile(
    rf"(?<![\w/-])(?:{_TWO_LETTERS}|G)[0-9]{{1,2}}[ ]{{1,2}}{_INWARD}(?![\w-])".replace("A-Z", "a-z"), re.IGNORECASE
)
_POSTCODE_ANY = re.compile(rf"(?<![\w/-])(?:{_AREA})[0-9][A-Z0-9]?[ ]{{1,2}}{_INWARD}(?!\w)", re.IGNORECASE)
_ORDINAL = re.compile(r"[0-9](?:st|nd|rd|th)\Z")

_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_EMAIL_SPACED = re.compile(
    r"(?<![\w.+%'-])([\w.+%'-]{1,64}) ?@ ?([\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.[A-Za-z]{2,24})(?![\w])"
)
_EMAIL_SPELT = re.compile(
    r"(?<![\w.+-])([\w.+-]{1,64})(?: ?[\[({] ?at ?[\])}] ?| at )([\w-]{1,63}(?:(?:\.| ?[\[({] ?dot ?[\])}] ?| dot )[\w-]{2,63}){1,5})",
    re.IGNORECASE,
)
_DOT = re.compile(r"\bdot\b", re.IGNORECASE)
_RECORD_NUMBER = re.compile(r"[a-z]{1,3}-[0-9]{4}-[0-9]{4,6}\Z")
_SPLIT = re.compile(r"[.+_%'-]|[0-9]+")
MAILBOX_WORDS = frozenset(
    "accounts admin adoption all advice board bookings business careers carers ccm children childrens childrensservices cic clerk "
    "commissioning committee communications complaints compliance contact contactus contract contracts corporate council "
    "customer customerservices dataprotection dpo education email enquiries enquiry feedback finance foi fostering general "
    "governance grants hello help helpdesk housing hr info information intake invoices invoicing jobs legal mail mailbox "
    "manager media monitoring newsletter no noreply notices office officer ops operations payments payroll performance "
    "placements planning policy post postmaster press privacy procurement purchasing quality reception records recruitment "
    "referral referrals register registrar resources reviews risk safeguarding sales school secretary security sen senior "
    "service services socialwork sourcing staff supplier suppliers support team tender tendering tenders training transport web "
    "webmaster welfare workforce".split()
)
"""First words of mailboxes that belong to a team or post. A register adds its own in policy/personal_data.yaml."""


def chi_valid(digits: str) -> bool:
    """Whether ten figures form a CHI number: a day and month first, and the modulus 11 check figure last."""
    day, month = int(digits[:2]), int(digits[2:4])
    if not (1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]):
        return False
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return int(digits[9]) == (0 if check == 11 else check)


def _day_and_month(digits: str) -> bool:
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def may_hold_chi(text: str) -> bool:
    """Whether nine figures stand near enough to each other. Quick, and never wrong where it says no."""
    return _RUN.search(text) is not None


def runs(text: str) -> list[list[tuple[int, int]]]:
    """Each stretch of nine or more figures with little between them, as the spans of its groups of figures."""
    return [[m.span() for m in _FIGURES.finditer(text, *run.span())] for run in _RUN.finditer(text)]


def chi(text: str, found: list[list[tuple[int, int]]]) -> Iterator[Span]:
    """CHI numbers in the runs of a text, however their ten figures are grouped.

    Ten figures alone must pass the check figure. After the word CHI a valid day and month are enough, for a mistyped number tells
    as much; so are nine figures, whose zero a spreadsheet took.
    """
    for groups in found:
        whole = sum(end - start for start, end in groups)
        i = 0
        while i < len(groups):
            j = _window(groups, i, 10)
            if j is not None and _is_chi(text, groups, i, j, whole == 10):
                yield groups[i][0], groups[j - 1][1], "a CHI number of 10 figures"
                i = j
                continue
            j = _window(groups, i, 9)
            if j is not None and j == len(groups) and _named_chi(text, groups[i][0]):
                digits = "0" + _joined(text, groups, i, j)
                if chi_valid(digits):
                    yield groups[i][0], groups[j - 1][1], "a CHI number of 9 figures, its first 0 left out"
                    i = j
                    continue
            i += 1


def _window(groups: list[tuple[int, int]], i: int, size: int) -> int | None:
    total = 0
    for j in range(i, len(groups)):
        total += groups[j][1] - groups[j][0]
        if total >= size:
            return j + 1 if total == size else None
    return None


def _joined(text: str, groups: list[tuple[int, int]], i: int, j: int) -> str:
    return "".join(text[start:end] for start, end in groups[i:j])


def _named_chi(text: str, start: int) -> bool:
    return _CHI_WORD.search(text[max(0, start - 60) : start]) is not None


def _is_chi(text: str, groups: list[tuple[int, int]], i: int, j: int, alone: bool) -> bool:
    digits = _joined(text, groups, i, j)
    if not _day_and_month(digits):
        return False
    start, end = groups[i][0], groups[j - 1][1]
    if _named_chi(text, start):
        return True
    if not chi_valid(digits):
        return False
    shape = tuple(e - s for s, e in groups[i:j])
    if (shape not in _CHI_SHAPES and not (alone and len(shape) <= 5)) or shape[:3] in _DATE_SHAPES:
        return False
    if shape == (8, 2) and text[groups[i][1]] == ".":  # pounds and pence
        return False
    if text[end : end + 1].isalnum() or not _free_on_the_left(text, start, i > 0, _GLUED_WORDS):
        return False
    return not (digits.startswith("20") and _CARE_SERVICE.search(text[max(0, start - 24) : start]))


def _free_on_the_left(text: str, start: int, inside: bool, glued: Collection[str]) -> bool:
    """Whether a number begins here, rather than being the tail of a longer code or web address."""
    if start == 0:
        return True
    before = text[start - 1]
    if not before.isalnum() and (before not in "/.-" or not text[max(0, start - 2) : start - 1].isalnum()):
        return True
    if inside and not before.isalnum():
        return False
    near = text[max(0, start - 16) : start]
    word = _GLUED.search(near)
    return (word is not None and word[1].lower() in glued) or _SENTENCE_END.search(near) is not None


def national_insurance(text: str) -> Iterator[Span]:
    """National Insurance numbers, in any grouping; without the last letter only after the words."""
    for match in _NI.finditer(text):
        yield *match.span(), "a National Insurance number"
    for match in _NI_WORD.finditer(text):
        yield *match.span(1), "a National Insurance number"


def telephone(text: str, found: list[list[tuple[int, int]]]) -> Iterator[Span]:
    """Telephone numbers of the United Kingdom; after a word such as *tel* any number of six figures or more."""
    for groups in found:
        i = 0
        while i < len(groups):
            j = _telephone_at(text, groups, i)
            if j is None:
                i += 1
                continue
            start = groups[i][0]
            while start and text[start - 1] in "(+":
                start -= 1
            figures = sum(e - s for s, e in groups[i:j])
            yield start, groups[j - 1][1], f"a telephone number of {figures} figures"
            i = j
    for match in _TELEPHONE_WORD.finditer(text):
        if not _DATE_LIKE.match(match[1]):
            yield *match.span(1), f"a telephone number of {sum(c.isdigit() for c in match[1])} figures"


def _telephone_at(text: str, groups: list[tuple[int, int]], i: int) -> int | None:
    start = groups[i][0]
    first = text[start : groups[i][1]]
    plus = start > 0 and text[start - 1] == "+"
    if plus and first.startswith("44"):
        prefix = 2
    elif first.startswith("0044"):
        prefix = 4
    elif first.startswith("44") and len(first) in (2, 12):
        prefix = 2
    elif first.startswith("0") and not first.startswith("00") and len(first) >= 3:
        prefix = 1
    else:
        return None
    begin = start - 1 if start and text[start - 1] in "(+" else start
    if not _free_on_the_left(text, begin, i > 0, _TELEPHONE_GLUED) or (begin and text[begin - 1] in "=&"):
        return None
    digits = ""
    best = None
    for j in range(i, min(i + 8, len(groups))):
        if j > i and set(text[groups[j - 1][1] : groups[j][0]]) - set(" .-()"):
            break
        digits += text[groups[j][0] : groups[j][1]]
        national = digits[prefix:]
        if prefix > 1:
            national = national.removeprefix("0")
        if len(national) > 10:
            break
        long_enough = len(national) == 10 or (len(national) == 9 and j > i)
        if long_enough and _NATIONAL.fullmatch(national) and not text[groups[j][1] : groups[j][1] + 1].isalnum():
            if first.startswith("44") and not plus and not national.startswith("7"):
                continue
            best = j + 1
    return best


def telephone_abroad(text: str) -> Iterator[Span]:
    """What looks like a telephone number of any country. For imports, where one masked too many does no harm."""
    for match in _ABROAD.finditer(text):
        figures = sum(c.isdigit() for c in match[0])
        national = match[0].startswith(("0", "(0")) and not match[0].startswith("00")
        if 10 <= figures <= (11 if national else 15) and not _DATE_LIKE.match(match[0]):
            yield *match.span(), f"a telephone number of {figures} figures"


def postcode(text: str, any_case: bool = False) -> Iterator[Span]:
    """Postcodes in capitals, and in small letters where area and space leave little doubt; ``any_case`` takes all."""
    for pattern in (_POSTCODE, _POSTCODE_ANY if any_case else _POSTCODE_LOW):
        for match in pattern.finditer(text):
            if not _ORDINAL.search(match[0]):
                area = "".join(c for c in match[0][:2] if c.isalpha()).upper()
                yield *match.span(), f"a postcode ({area}…)"


def email(text: str, words: Collection[str], domains: Collection[str]) -> Iterator[Span]:
    """E-mail addresses that are not a team's or post's: see `functional`."""
    if "@" in text:
        for match in _EMAIL.finditer(text):
            local, _, domain = match[0].partition("@")
            if not functional(local, domain, words, domains):
                yield *match.span(), "an e-mail address"
    if " @" in text or "@ " in text:
        for match in _EMAIL_SPACED.finditer(text):
            if not functional(match[1], match[2], words, domains):
                yield *match.span(), "an e-mail address"
    for match in _EMAIL_SPELT.finditer(text):
        spelt = match[0].lower()
        if " at " in spelt and not _DOT.search(spelt):
            continue
        if not functional(match[1], "", words, domains):
            yield *match.span(), "an e-mail address"


def functional(local: str, domain: str, words: Collection[str], domains: Collection[str]) -> bool:
    """Whether an address is a shared mailbox: its first word, its domain, or a record's number in front of the @."""
    local, domain = local.lower(), domain.lower()
    if domain in domains or _RECORD_NUMBER.match(local):
        return True
    first = next((part for part in _SPLIT.split(local) if part), "")
    return first in words or local in words
