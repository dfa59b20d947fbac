"""Measure the detection of personal data: what is found of made-up personal data, and what harmless text is taken for it.

    python -m bench.detection [--write docs/handbook/detection.md] [--data ../shared/data]

All persons, numbers and addresses are drawn at random from a fixed seed. The writers below know nothing of the detector's patterns:
they write as people do, with their separators, abbreviations and slips, so that what is missed shows.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click

from ccm_site.personal_data import Detector, Hit, load_names, make_names

TODAY = date(2026, 11, 25)
SEED = 5_404
KEY = bytes(range(32))
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
TABLE = {
    "case_patterns": [
        {"code": "swk", "label": "case system", "pattern": r"SWK ?-?\d{7}", "effective_from": "2024-04-01"}
    ]
}

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


@dataclass(frozen=True)
class Score:
    """What one detector did: lines found of those that hold it, and harmless lines on which it fired."""

    detector: str
    lines: int
    found: int
    false: int

    @property
    def recall(self) -> float:
        return self.found / self.lines if self.lines else 0.0


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


def harmless(seed: int = SEED, count: int = 6000) -> Iterator[Line]:
    """Lines of contract administration, none about a person."""
    w = Writer(seed + 1)
    r = w.r

    def money() -> str:
        n = r.randint(100, 99_999_999)
        return w.pick(
            [f"£{n:,}.{r.randint(0, 99):02}", f"{n}.{r.randint(0, 99):02}", f"£{n / 1e6:.1f}m", f"£{n:,}", f"GBP {n}"]
        )

    def business_date() -> str:
        return w.written_date(date(2016, 1, 1) + timedelta(days=r.randint(0, 15 * 365))).replace("\u00a0", " ")

    def care() -> str:
        n = f"20{r.randint(3, 26):02}{r.randint(0, 400_000):06}"
        return w.pick(["CS", "SP"]) + w.pick(["", "", " ", "-", " no. ", " number ", ": "]) + n

    firms = (
        "Brae Fostering Ltd",
        "Kinbrae Care (Scotland) LLP",
        "Harbour Throughcare",
        "Mercat & Sons",
        "Glen Support CIC",
        "North Star Education Ltd",
    )
    makers: list[Callable[[], str]] = [
        lambda: f"Registered with the Care Inspectorate as {care()}",
        care,
        lambda: (
            f"{w.pick(firms)}, company SC{r.randint(0, 999999):06}, VAT GB {r.randint(100, 999)} {r.randint(1000, 9999)} {r.randint(10, 99)}"
        ),
        lambda: f"Charity SC{r.randint(0, 99999):06} holds cover of {money()} until {business_date()}",
        lambda: f"CPV {r.randint(10_000_000, 99_999_999)}-{r.randint(0, 9)} and {r.randint(10_000_000, 99_999_999)}",
        lambda: (
            f"Contract C-{r.randint(2018, 2026)}-{r.randint(1, 9999):04} runs from {business_date()} to {business_date()}"
        ),
        lambda: f"Weekly rate {money()}; {r.randint(1, 52)} weeks; total {money()}",
        lambda: (
            f"Review meeting of the contract on {business_date()} at {r.randint(9, 16)}:{r.choice(['00', '15', '30'])}"
        ),
        lambda: (
            f"Purchase order PO{r.randint(1_000_000, 9_999_999)}, invoice INV-{r.randint(10**7, 10**8)}, file CE/{r.randint(10, 99)}/{r.randint(1000, 9999)}/{r.randint(1, 9)}"
        ),
        lambda: (
            f"File LG{r.randint(100, 999)}.{r.randint(10, 99)}/{r.randint(1, 40)} (part {r.randint(1, 9)}), ledger {r.randint(10000, 99999)}-{r.randint(1000, 9999)}-{r.randint(100, 999)}"
        ),
        lambda: f"Foster care for children aged {r.randint(0, 8)} to {r.randint(9, 18)}",
        lambda: (
            f"Residential care, ages {r.randint(5, 10)}-{r.randint(11, 18)}, {r.randint(2, 8)} beds, aged {r.randint(12, 16)} and over"
        ),
        lambda: f"For pupils of P{r.randint(1, 3)} to P7 and S1-S{r.randint(3, 6)}",
        lambda: (
            f"Lot {r.randint(1, 9)}: {w.pick(['short breaks', 'day care', 'school transport', 'residential school'])}, route {r.choice('ABCDEPS')}{r.randint(1, 60)}"
        ),
        lambda: f"A {r.randint(2, 10)}-year framework with {r.randint(1, 4)} extensions of {r.randint(6, 24)} months",
        lambda: (
            f"Notice {r.choice(['JAN', 'MAY', 'OCT'])}{r.randint(100000, 999999)} on Public Contracts Scotland, ref {r.randint(100000, 9999999)}"
        ),
        lambda: (
            f"Product {r.choice('ABCEGHJ')}{r.choice('KLMNPRS')}-{r.randint(1000, 9999)}-{r.choice('EFGHJ')}, unit {r.randint(1, 99)}B, version {r.randint(1, 9)}.{r.randint(0, 9)}.{r.randint(0, 20)}"
        ),
        lambda: (
            f"Write to {w.pick(['info', 'contracts', 'fostering.team', 'procurement', 'placements', 'dpo'])}@{w.pick(['brae.example', 'council.example', 'nhs.example'])} by {business_date()}"
        ),
        lambda: f"UPRN {r.randint(10**11, 10**12 - 1)}, sort code masked, account ending {r.randint(1000, 9999)}",
        lambda: f"Bank holiday dates: {business_date()}, {business_date()} and {business_date()}",
        lambda: (
            f"The provider employs {r.randint(20, 400)} staff in {r.randint(1, 9)} homes; {r.randint(50, 100)}.{r.randint(0, 9)} per cent hold a qualification"
        ),
        lambda: (
            f"{w.pick(firms)} answered {r.randint(1, 30)} of {r.randint(31, 60)} questions, scored {r.randint(1, 99)}.{r.randint(10, 99)}"
        ),
        lambda: f"sha256 {r.getrandbits(256):064x}",
        lambda: f"ocds-h6vhtk-{r.getrandbits(24):06x} {r.getrandbits(128):032x}",
        lambda: (
            f"Hours {r.randint(10, 99)} {r.randint(10, 99)} {r.randint(10, 99)} {r.randint(10, 99)} in the four quarters of {r.randint(2019, 2026)}"
        ),
        lambda: (
            f"Minute {r.randint(1, 60)}/{r.randint(20, 26)} of the committee, {business_date()}, item {r.randint(1, 20)}.{r.randint(1, 9)}"
        ),
        lambda: f"Transaction {r.randint(10**9, 10**10 - 1)}",
        lambda: f"Births, deaths and marriages: printing of certificates, {money()} a year from {business_date()}",
        lambda: "The young person’s views are asked for at each review, and the review is held within six weeks.",
        lambda: (
            "Grace periods may apply; hope is expressed that the rose garden will be open to all children by summer."
        ),
    ]
    for i in range(count):
        yield Line(makers[i % len(makers)](), "", "made up")


def real(folder: Path) -> Iterator[Line]:
    """Every different cell of the real registers, notices and payments; none if the folder is not there."""
    cells: dict[str, str] = {}

    def take(value: object, source: str) -> None:
        if isinstance(value, str):
            cells.setdefault(value, source)
        elif isinstance(value, dict):
            for one in value.values():
                take(one, source)
        elif isinstance(value, list):
            for one in value:
                take(one, source)

    for path in sorted([*folder.glob("registers/*"), *folder.glob("spend/*.csv"), *folder.glob("inspections/*.csv")]):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
                for row in csv.reader(lines):
                    take(row, path.parent.name)
        else:
            take(json.loads(path.read_text("utf-8-sig")), path.parent.name)
    for text, source in cells.items():
        yield Line(text, "", source)


def detector(folder: Path, seed: int = SEED) -> Detector:
    """The detector that is measured: the usual one, with a made-up names list and one form of case number. ``folder`` is for the list."""
    path = folder / "names.json"
    path.write_text(json.dumps(make_names(Writer(seed).listed, KEY)), "utf-8")
    return Detector.of(TABLE, load_names(path, KEY))


def scores(found: Detector, lines: list[Line], quiet: list[Line]) -> list[Score]:
    """For each detector its recall on ``lines`` and its false alarms on ``quiet``, every line read as free text."""
    total: dict[str, int] = {}
    hit: dict[str, int] = {}
    false: dict[str, int] = {}
    for line in lines:
        total[line.wanted] = total.get(line.wanted, 0) + 1
        kinds = {_counted(h) for h in found.find(line.text, today=TODAY)}
        if line.wanted in kinds:
            hit[line.wanted] = hit.get(line.wanted, 0) + 1
        elif line.wanted == "name" and "one_word" in kinds:
            hit["one_word"] = hit.get("one_word", 0) + 1
    total["one_word"] = total.get("name", 0) - hit.get("name", 0)
    for line in quiet:
        for kind in {_counted(h) for h in found.find(line.text, today=TODAY)}:
            false[kind] = false.get(kind, 0) + 1
    return [Score(k, total.get(k, 0), hit.get(k, 0), false.get(k, 0)) for k in LABELS]


def _counted(hit: Hit) -> str:
    """A listed name of one word only warns, and is counted apart."""
    return "one_word" if hit.detector == "name" and hit.severity == "warning" else hit.detector


LABELS = {
    "chi": "CHI number", "ni_number": "National Insurance number", "birth_date": "Date of birth", "recent_date": "Date about a person", "age": "Age or class",
    "postcode": "Postcode", "telephone": "Telephone number", "email": "Person's e-mail address", "case_id": "Number of the case system", "name": "Listed name", "one_word": "Of the names not found, warned of for one word",
    "school_and_class": "School with class",
}  # fmt: skip


def as_markdown(made: list[Score], in_real: list[Score], quiet: int, cells: int) -> str:
    """The table of docs/handbook/detection.md."""
    other = {s.detector: s.false for s in in_real}
    head = [
        f"| What | Lines that hold it | Found | False alarms in {quiet:,} made-up harmless lines | Alarms in {cells:,} cells of real public registers |",
        "|---|---|---|---|---|",
    ]
    rows = [
        f"| {LABELS[s.detector]} | {s.lines or '–'} | {f'{s.found:,} ({100 * s.recall:.1f} %)' if s.lines else '–'} | {s.false:,} | {other.get(s.detector, 0):,} |"
        for s in made
    ]
    return "\n".join([*head, *rows])


@click.command()
@click.option(
    "--write",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Put the table between the marks of this page.",
)
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=Path("../shared/data"), show_default=True
)
@click.option("--show", default="", help="Print what this detector missed, and what it fired on wrongly.")
def main(write: Path | None, data: Path, show: str) -> None:
    """Measure what the detection finds and what it takes for personal data."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        found = detector(Path(folder))
    lines, quiet, cells = list(positives()), list(harmless()), list(real(data))
    made = scores(found, lines, quiet)
    in_real = scores(found, lines, cells)
    table = as_markdown(made, in_real, len(quiet), len(cells))
    click.echo(table)
    if show:
        for line in lines:
            if line.wanted == show and show not in {h.detector for h in found.find(line.text, today=TODAY)}:
                click.echo(f"missed  {line.text!r}")
        for line in [*quiet, *cells]:
            for h in found.find(line.text, today=TODAY):
                if h.detector == show:
                    click.echo(f"wrong   {line.text[max(0, h.start - 30) : h.end + 20]!r} ({line.source})")
    if write is not None:
        page = write.read_text("utf-8")
        before, rest = page.split(BEGIN)
        _, after = rest.split(END)
        write.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
