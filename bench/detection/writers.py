"""People who write about children although they should not: lines that hold personal data.

All persons, numbers and addresses are drawn at random from a fixed seed. The writers know nothing of the detector's patterns: they write
as people do, with their separators, abbreviations and slips, so that what is missed shows.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

TODAY = date(2026, 11, 25)
SEED = 5_404

FORENAMES = (
    "Ailsa Arran Bethia Callum Ciara Daragh Eilidh Ewan Fergus Fiona Grace Hamish Hope Iona Isla Jamie Kirsty Lachlan Logan Mairi Mohammed "
    "Morag Niamh Olivia Rory Rose Ruaridh Saoirse Skye Struan Zara Zofia José Chloë Siân Łukasz"
).split()
SURNAMES = (
    "Abernethy Balfour Buchanan Carnegie Drummond Elphinstone Farquhar Galbraith Haldane Innes Johnstone Kinnaird Lockhart MacDonald "
    "McAllister Menzies Nisbet O'Brien O'Hara Petrie Ramsay Sinclair Tulloch Urquhart Wallace Young Brown Singh Nowak Smith-Jones"
).split()
SCHOOLS = ("Kinbrae", "St Ninian's", "Glenmoray", "Castle View", "Wester Strath", "Lochside")
MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True)
class Line:
    """One line of text; ``wanted`` is the detector that should fire, "" where none should."""

    text: str
    wanted: str
    source: str = ""


class Writer:
    """People who write about children although they should not."""

    def __init__(self, seed: int = SEED) -> None:
        self.r = random.Random(seed)
        self.listed = sorted({f"{self.pick(FORENAMES)} {self.pick(SURNAMES)}" for _ in range(400)})

    def pick(self, of: tuple[str, ...] | list[str]) -> str:
        return self.r.choice(of)

    def birth(self) -> date:
        return TODAY - timedelta(days=self.r.randint(1, 17 * 365))

    def chi(self) -> str:
        while True:
            nine = self.birth().strftime("%d%m%y") + f"{self.r.randint(0, 999):03}"
            check = 11 - sum(int(nine[i]) * (10 - i) for i in range(9)) % 11
            if check != 10:
                return nine + str(0 if check == 11 else check)

    def chi_line(self) -> str:
        n = self.chi()
        cut = self.pick(
            [
                "10",
                "10",
                "10",
                "6 4",
                "6 4",
                "2 2 2 4",
                "6 3 1",
                "3 3 4",
                "4 2 4",
                "5 5",
                "4 3 3",
                "4 6",
                "1 1 1 1 1 1 1 1 1 1",
                "2 2 2 2 2",
            ]
        )
        space = self.pick(
            [
                " ",
                " ",
                " ",
                "-",
                " - ",
                ".",
                "/",
                "\u00a0",
                "\u2009",
                "\u2011",
                "–",
                "  ",
                "\t",
                "_",
                "\u200b",
                "\u00ad",
                "\n",
                "\u202f",
            ]
        )
        parts, at = [], 0
        for size in map(int, cut.split()):
            parts.append(n[at : at + size])
            at += size
        written = space.join(parts)
        if self.r.random() < 0.04:
            written = "".join(chr(0xFEE0 + ord(c)) if c.isdigit() else c for c in written)
        return self.pick([
            "CHI {}", "CHI: {}", "chi no. {}", "CHI number {}.", "CHI{}", "Patient {} was seen in March.", "The number is {}, as agreed.", "({})",
            "Sibling placed last week, {}", "{}", "{} moved to the new house", "ref: {}; rate agreed", "no.{}", "see {}/health plan", "the child’s number [{}]",
            "Invoice for {} is queried", "“{}”", "health no={}", "two children: {} and another", "Care plan updated on 4 May 2026, {}",
        ]).format(written)  # fmt: skip

    def ni_line(self) -> str:
        r = self.r
        n = r.choice("ABCEGHJKLMNPRSTWXYZ") + r.choice("ABCEGHJKLMNPRSTWXYZ")
        if n in ("BG", "GB", "NK", "KN", "TN", "NT", "ZZ"):
            n = "JW"
        digits, last = f"{r.randint(0, 999999):06}", r.choice("ABCD")
        written = self.pick([
            f"{n}{digits}{last}", f"{n} {digits[:2]} {digits[2:4]} {digits[4:]} {last}", f"{n} {digits} {last}", f"{n.lower()}{digits}{last.lower()}",
            f"{n}-{digits[:2]}-{digits[2:4]}-{digits[4:]}-{last}", f"{n}{digits}", f"{n[0]} {n[1]} {digits} {last}", f"{n}\u00a0{digits[:2]}\u00a0{digits[2:4]}\u00a0{digits[4:]}\u00a0{last}",
        ])  # fmt: skip
        return self.pick([
            "NI number {}", "National Insurance: {}", "her NINO is {}", "{}", "Carer's payment set up, NI {}", "(NI no. {})", "paid under {} since May",
        ]).format(written)  # fmt: skip

    def written_date(self, d: date) -> str:
        day, month = d.day, MONTHS[d.month - 1]
        suffix = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
        return self.pick([
            f"{day:02}/{d.month:02}/{d.year}", f"{day}/{d.month}/{d.year % 100:02}", f"{day}.{d.month}.{d.year}", f"{day:02}-{d.month:02}-{d.year}",
            d.isoformat(), f"{day} {month} {d.year}", f"{day}{suffix} {month} {d.year}", f"{day}{suffix} of {month}, {d.year}", f"{month} {day}, {d.year}",
            f"{day} {month[:3]} {d.year}", f"{day} {month[:3]} {d.year % 100:02}", f"{day}-{month[:3]}-{d.year}", f"{day:02}{d.month:02}{d.year}",
            f"{day}\u00a0{month}\u00a0{d.year}", f"{day:02} {d.month:02} {d.year % 100:02}",
        ])  # fmt: skip

    def birth_line(self) -> str:
        return self.pick([
            "DOB {}", "DOB: {}", "d.o.b. {}", "D.O.B {}", "dob={}", "born {}", "Born on {}", "He was born on {} in Inverness.", "date of birth {}",
            "Date of birth is {}", "Her birthday is {}", "(b. {})", "{} (DOB)", "born at the hospital in Elgin on {}", "The younger one, born {}, needs a place.",
            "Date of Birth - {}", "birthdate: {}", "was born prematurely on {}", "DOB of the child {}", "Bday {}", "birth date given as {}",
        ]).format(self.written_date(self.birth()))  # fmt: skip

    def recent_line(self) -> str:
        return self.pick([
            "The child moved in on {}.", "She was admitted on {} after a long stay at home.", "The boy left the house on {} and has not been back.",
            "On {} her brother joined the placement.", "Hearing for the young person held {}.", "The pupil's first day was {}.", "He came into care {}.",
        ]).format(self.written_date(self.birth()))  # fmt: skip

    def age_line(self) -> str:
        age = self.r.randint(1, 17)
        word = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen".split()[
            age - 1
        ]
        return self.pick([
            f"a boy aged {age}", f"She is {age} years old.", f"a {age}-year-old girl", f"a {age} year old with complex needs", f"aged {word}", f"a {word}-year-old",
            f"He turned {age} last week.", f"The child (age {age}) needs one to one support.", f"Girl, {age}yo, needs a bed tonight", f"He is {age} and goes to college.",
            f"the baby is {age} months old", f"aged {age} months", f"Age: {age}", f"she will be {age} in May", f"an eleven and a {word} year old", f"{age} yrs old",
            f"the oldest is {age}, the youngest {max(1, age - 3)}", f"her {age}th birthday", f"{age}y/o boy",
        ])  # fmt: skip

    def class_line(self) -> str:
        stage = self.pick(["P1", "P2", "P3", "P4", "P5", "P6", "P7", "S1", "S2", "S3", "S4", "S5", "S6"])
        return self.pick([
            f"now in {stage}", f"a {stage} pupil", f"The child is in {stage}.", f"goes into {stage} after the summer", f"The boy ({stage}) is often late.", f"She repeats {stage}.",
        ])  # fmt: skip

    def school_line(self) -> str:
        stage = self.pick(["P1", "P3", "P4", "P7", "S1", "S2", "S4", "primary 5", "Primary 2"])
        school = (
            self.pick(SCHOOLS) + " " + self.pick(["Primary School", "Primary", "Academy", "High School", "Nursery"])
        )
        return self.pick([
            f"in {stage} at {school}", f"{school}, {stage}", f"The pupil attends {school} and is in {stage} now.", f"{stage}, {school}", f"moved from {school} ({stage})",
            f"is in class {stage} of {school}", f"{school} has her in {stage}",
        ])  # fmt: skip

    def postcode_line(self) -> str:
        r = self.r
        area = self.pick(
            [
                "EH",
                "G",
                "IV",
                "KW",
                "AB",
                "DD",
                "PH",
                "FK",
                "KY",
                "ML",
                "PA",
                "TD",
                "ZE",
                "HS",
                "KA",
                "DG",
                "M",
                "SW",
                "LS",
            ]
        )
        inward = f"{r.randint(0, 9)}{r.choice('ABDEFGHJLNPQRSTUWXYZ')}{r.choice('ABDEFGHJLNPQRSTUWXYZ')}"
        out = f"{area}{r.randint(1, 21)}"
        written = self.pick(
            [f"{out} {inward}"] * 6
            + [
                f"{out}{inward}",
                f"{out}\u00a0{inward}",
                f"{out.lower()} {inward.lower()}",
                f"{out}  {inward}",
                f"{out}",
                f"{out}-{inward}",
            ]
        )
        return self.pick([
            "lives at 12 High Street, {}", "The home is in {}", "collect from {}", "{}", "Family address: 4 Shore Road, Nairn {}", "postcode {}.", "(near {})", "moved to {} in June",
        ]).format(written)  # fmt: skip

    def telephone_line(self) -> str:
        r = self.r
        d = lambda n: "".join(str(r.randint(0, 9)) for _ in range(n))  # noqa: E731
        m, area, local = f"07{r.choice('4579')}{d(2)}", self.pick(["0131", "0141", "01224"]), ""
        local = d(7) if len(area) == 4 else d(6)
        six = d(6)
        written = self.pick([
            f"{m} {six}", f"{m}{six}", f"{m} {six[:3]} {six[3:]}", f"{area} {local[:3]} {local[3:]}", f"({area}) {local}", f"{area}-{local}", f"+44 {m[1:]} {six}",
            f"+44 (0){area[1:]} {local}", f"0044 {m[1:]}{six}", f"+44{m[1:]}{six}", f"{area}\u00a0{local[:3]}\u00a0{local[3:]}", f"{m}-{six}", f"{m[:3]} {m[3:]}{six[:2]} {six[2:]}",
            f"{m[1:]}{six}", f"{area}.{local[:3]}.{local[3:]}", f"020 7{d(3)} {d(4)}", local, f"44 {m[1:]} {six}",
        ])  # fmt: skip
        return self.pick([
            "ring {}", "Mum's mobile {}", "Tel: {}", "tel {}", "phone number is {}", "{}", "call her on {} after six", "T:{}", "(m) {}", "contact {} or the office",
        ]).format(written)  # fmt: skip

    def email_line(self) -> str:
        first, last = (
            self.pick(FORENAMES[:33]).lower(),
            self.pick(["abernethy", "balfour", "innes", "tulloch", "petrie"]),
        )
        local = self.pick(
            [
                f"{first}.{last}",
                f"{first[0]}{last}",
                f"{first}{self.r.randint(1, 99)}",
                f"{first}_{last}",
                f"{last}{first[0]}",
            ]
        )
        domain = self.pick(["gmail.com", "hotmail.co.uk", "outlook.com", "council.example", "btinternet.com"])
        written = self.pick(
            [f"{local}@{domain}"] * 6
            + [
                f"{local} [at] {domain}",
                f"{local}(at){domain}",
                f"{local} at {domain.replace('.', ' dot ')}",
                f"{local.title()}@{domain}",
                f"{local} @ {domain}",
            ]
        )
        return self.pick(
            ["write to {}", "{}", "Email: {}", "<{}>", "the aunt ({}) agrees", "mailto:{}", "cc {}; reply by Friday"]
        ).format(written)

    def case_line(self) -> str:
        n = f"{self.r.randint(0, 9_999_999):07}"
        written = self.pick([f"SWK{n}"] * 7 + [f"SWK {n}", f"swk{n}", f"SWK-{n}"])
        return self.pick(
            ["case {}", "{}", "see {} for the plan", "(case system: {})", "Number {}, reviewed in May"]
        ).format(written)

    def name_line(self) -> str:
        first, _, last = self.pick(self.listed).partition(" ")
        written = self.pick([
            f"{first} {last}", f"{first} {last}", f"{last}, {first}", f"{first.upper()} {last.upper()}", f"{first.lower()} {last.lower()}", f"{first} {last}'s", f"{last} {first}",
            f"{first[0]}. {last}", f"{first} {last.replace('Mc', 'Mac')}", f"{first} {last.replace(chr(39), chr(0x2019))}", f"{first}-{last}",
            f"{first.replace('é', 'e').replace('ë', 'e').replace('â', 'a').replace('Ł', 'L')} {last}", f"{first}", f"{first} {last[:-1]}",
        ])  # fmt: skip
        return self.pick([
            "Placement for {}", "{} moved in today", "review of {} held", "spoke with {} about the plan", "Meeting notes ({})", "complaint by {}", "the carers of {} ask for leave",
        ]).format(written)  # fmt: skip


def positives(seed: int = SEED, each: int = 240) -> Iterator[Line]:
    """Lines that hold personal data, ``each`` for every detector."""
    writer = Writer(seed)
    kinds: dict[str, Callable[[], str]] = {
        "chi": writer.chi_line, "ni_number": writer.ni_line, "birth_date": writer.birth_line, "recent_date": writer.recent_line, "age": writer.age_line,
        "postcode": writer.postcode_line, "telephone": writer.telephone_line, "email": writer.email_line, "case_id": writer.case_line, "name": writer.name_line,
        "school_and_class": writer.school_line,
    }  # fmt: skip
    for wanted, make in kinds.items():
        for i in range(each * 3 if wanted == "chi" else each):
            yield Line(writer.class_line() if wanted == "age" and i % 5 == 0 else make(), wanted)
