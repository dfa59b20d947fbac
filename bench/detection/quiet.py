"""Lines that hold no personal data: made-up ones of contract administration, and the cells of real public registers."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.detection.writers import SEED, Line, Writer


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
