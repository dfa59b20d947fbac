"""How three contracts of the demonstration do, against the figures worked out by hand in by_hand.md."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ccm_site.due.day import last_working_day
from ccm_site.facts.review_cycle import slots
from ccm_site.facts.values import day
from ccm_site.performance.concerns import concerns_of
from ccm_site.performance.inspections import inspected
from ccm_site.performance.measures import series
from ccm_site.performance.outcomes import evaluated
from ccm_site.performance.periods import Period, year_to
from ccm_site.performance.risk import risk_of
from ccm_site.performance.satisfaction import OTHERS, STAFF, USERS, gathered
from ccm_site.performance.volume import delivered, payments
from ccm_site.register import load
from ccm_site.starter import shipped
from tests.registers import DEMO_DAY

TEXT = Path(__file__).with_name("by_hand.md").read_text("utf-8")
CONTRACTS = ("C-2024-0001", "C-2025-0001", "C-2025-0002")
TOLERANCE = 2


def tables(heading):
    """The tables under a heading, each a list of rows by the names of its columns."""
    section = re.search(rf"^## {heading}[^\n]*\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)[1]
    out = []
    for block in re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE):
        names, _, *rows = ([c.strip() for c in line.strip("|\n").split("|")] for line in block.splitlines())
        assert all(len(r) == len(names) for r in rows), block
        out.append([dict(zip(names, r, strict=True)) for r in rows])
    return out


def rows_of(heading, contract, n=0):
    return [r for r in tables(heading)[n] if r["contract"] == contract]


def rounded(value):
    """A figure as it is written on paper: to two places, without zeros at the end."""
    return "" if value is None else f"{round(value, 2).normalize():f}".replace("-0", "0", value == 0)


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


@pytest.fixture(params=CONTRACTS)
def contract(request, demonstration):
    return demonstration.get("contract", request.param)


def as_written(reading):
    words = {"no_answer": "–", "just_missed": "just missed", "no_target": "no target"}.get(
        reading.verdict, reading.verdict
    )
    return f"{reading.shown} {words}".strip()


def test_results_against_targets(demonstration, contract):
    by_hand = {r["measure"]: r for r in tables(f"Results of {contract.id}")[0]}
    found = {}
    for s in series(demonstration, contract, DEMO_DAY):
        name = s.measure.id + (" (safety)" if s.measure.child_safety else "")
        target = f"{s.measure.target.comparison.replace('_', ' ')} {s.measure.target.value}" if s.measure.target else ""
        row = {r.period.last.isoformat(): as_written(r) for r in s.readings}
        found[name] = row | {
            "target": target,
            "running": str(s.missed_running),
            "trend": s.trend.replace("_", " "),
        }
    assert list(found) == list(by_hand), "every measure of the specification, in the order of a report"
    for name, row in by_hand.items():
        if row["target"] in ("none", "a test"):
            assert found[name].pop("target") == ""
            del row["target"]
        assert found[name] == {k: v for k, v in row.items() if v and k not in ("measure", "before")}, name


@pytest.mark.parametrize("id", CONTRACTS)
def test_the_means_of_the_document_are_those_of_its_own_numbers(id):
    for row in tables(f"Results of {id}")[0]:
        numbers = [
            Decimal(v.split(" ")[0]) for k, v in row.items() if re.match(r"\d{4}-", k) and re.match(r"[\d.]+ ", v)
        ]
        before = rounded(sum(numbers[-4:-1]) / 3) if len(numbers) > 3 else ""
        assert row["before"] == before, row["measure"]
        assert (row["trend"] == "too few") is (before == "")


def test_volume_and_payments(demonstration, contract):
    by_hand = rows_of("Volume and payments", contract.id)
    volumes = {d.period.last.isoformat(): d for d in delivered(demonstration, contract, DEMO_DAY)}
    paid = {p.period.last.isoformat(): p for p in payments(demonstration, contract, DEMO_DAY)}
    assert [r["period to"] for r in by_hand] == sorted(volumes | paid)
    for row in by_hand:
        told, sums = volumes.get(row["period to"]), paid[row["period to"]]
        assert (row["contracted"], row["delivered"], row["share"]) == (
            (rounded(told.contracted), rounded(told.delivered), rounded(told.share)) if told else ("", "", "")
        )
        assert sums.by == "the reconciliation"
        for name, value in (("paid", sums.paid), ("credited", sums.credited), ("expected", sums.expected)):
            assert Decimal(row[name]) == value, name
        assert Decimal(row["difference"]) == sums.difference == Decimal(row["paid"]) - Decimal(row["expected"])
        percentage = sums.difference * 100 / sums.expected
        assert row["per cent"] == rounded(percentage)
        assert (row["within"] == "yes") is sums.within is (abs(percentage) <= TOLERANCE)


def test_satisfaction(demonstration, contract):
    by_hand = rows_of("Satisfaction", contract.id)
    found = {
        (g.source.id, q.words): q
        for g in gathered(demonstration, contract, DEMO_DAY, USERS + STAFF + OTHERS)
        for q in g.questions
    }
    told = {k for k, q in found.items() if q.mean is not None}
    assert told == {(r["feedback"], r["question"]) for r in by_hand if r["mean"] != "not told"}
    for row in by_hand:
        asked = found[row["feedback"], row["question"]]
        if row["mean"] == "not told":
            assert (asked.mean, asked.answers) == (None, None)
        else:
            assert (rounded(asked.mean), str(asked.answers)) == (row["mean"], row["answers"])
            assert rounded(Decimal(row["scores"]) / int(row["answers"])) == row["mean"]


COLUMNS = [c for c in tables("Complaints and concerns")[0][0] if c != "figure"]


@pytest.mark.parametrize("column", COLUMNS)
def test_complaints_and_concerns(demonstration, column):
    by_hand = {r["figure"]: r[column] for r in tables("Complaints and concerns")[0]}
    id, _, last = column.split(" ")
    provider = demonstration.get("contract", id).data["provider"]
    period = year_to(date.fromisoformat(last))
    found = concerns_of(demonstration, provider, period)

    def listed(counts):
        return ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))

    assert {
        "total": str(found.total), "information only": str(found.information_only), "compliments": str(found.compliments),
        "open": str(found.open), "by category": listed(found.by_category), "by source": listed(found.by_source),
        "repeated": listed(found.repeated), "rate": rounded(found.rate),
    } == {k: v for k, v in by_hand.items() if k not in ("placed", "days placed")}  # fmt: skip
    days = {p: int(n) for p, n in (e.split(" ") for e in by_hand["placed"].split(", "))}
    assert sum(days.values()) == int(by_hand["days placed"])
    for placement, n in days.items():
        data = demonstration.get("placement", placement).data
        first, end = max(day(data["start_date"]), period.first), min(day(data.get("ended_on")) or DEMO_DAY, period.last)
        assert (data["provider"], (end - first).days + 1) == (provider, n), placement
    assert rounded(Decimal(found.total * 10 * period.days) / int(by_hand["days placed"])) == by_hand["rate"]


def test_inspections(demonstration, contract):
    assert [
        (i.source.id, str(i.lowest), str(i.requirements), str(i.open_requirements))
        for i in inspected(demonstration, contract, DEMO_DAY)
    ] == [
        (r["inspection"], r["lowest"], r["requirements"], r["open"]) for r in rows_of("Inspections", contract.id)
    ]  # fmt: skip


def test_outcomes_evaluated(demonstration, contract):
    period = Period(day(contract.data["start_date"]), DEMO_DAY)
    assert [
        (o.id, *(str(o.counts.get(r, 0)) for r in ("achieved", "partly", "not")), rounded(o.achieved_share), rounded(o.agreed))
        for o in evaluated(demonstration, contract, period)
    ] == [
        tuple(v for k, v in r.items() if k != "contract") for r in rows_of("Outcomes evaluated", contract.id)
    ]  # fmt: skip


def test_risk(demonstration, contract):
    *factors, total, rating, decided, differs, monitored = (
        (next(iter(r.values())), r[contract.id]) for r in tables("Risk")[0]
    )
    found = risk_of(demonstration, contract, DEMO_DAY)
    assert [
        (c.code, " ".join((f"{c.weight} × {c.score} = {c.points} {c.by}", *sorted(k.id for k in c.sources))))
        for c in found.contributions
    ] == factors
    assert sum(int(re.search(r"= (\d+)", words)[1]) for _, words in factors) == int(total[1])
    assert (str(found.total), found.rating, found.decided) == (total[1], rating[1], decided[1])
    assert found.differs is (differs[1] == "yes") is (rating[1] != decided[1])
    assert (found.monitored.id if found.monitored else "") == monitored[1]
    assert [(e.when, e.rating, " ".join(sorted(k.id for k in e.sources))) for e in found.events] == [
        (r["event"], r["at least"], r["source"]) for r in rows_of("Risk", contract.id, 1)
    ]
    assert found.unknown == ()


@pytest.mark.parametrize("id", ["C-2024-0001", "C-2025-0002"])
def test_reviews_over_the_life(demonstration, id):
    contract, by_hand = demonstration.get("contract", id), rows_of("Reviews", id)
    assert [(by.isoformat(), kind) for by, kind in slots(demonstration, contract, DEMO_DAY)] == [
        (r["due by"], r["type"]) for r in by_hand
    ]
    for row in by_hand:
        by = date.fromisoformat(row["due by"])
        assert by.strftime("%A") == row["weekday"]
        assert last_working_day(demonstration, by).isoformat() == row["working day"]
    served = {
        r.data["due_by"]: r.id for r in demonstration.of_kind("review")
        if r.data["contract"] == id and r.data["status"] != "cancelled" and r.data["review_type"] != "extra"
    }  # fmt: skip
    assert served == {r["due by"]: r["review"] for r in by_hand if r["review"]}


def test_every_table_of_the_document_is_read():
    assert TEXT.count("|---|") and len(re.findall(r"^\|(---\|)+$", TEXT, re.MULTILINE)) == 11
    assert {r["contract"] for r in tables("Volume and payments")[0]} == set(CONTRACTS)
