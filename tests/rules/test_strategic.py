"""R-SRP: when a strategic report is due, and what a final one holds."""

import pytest

from ccm_site.model import Key, Link, Register
from ccm_site.rules.strategic import strategic_report_is_made
from tests.rules.registers import DAY, but, findings, kinds, limits, record, short, told

YEAR = limits({"code": "other", "value": 1}, {"code": "strategic_report_age", "value": 24, "effective_to": "2025-12-31"}, {"code": "strategic_report_age", "value": 12, "effective_from": "2026-01-01"})  # fmt: skip
CONTRACT = record("contract", "C-1", status="in_force", start_date="2025-11-23")
WHOLE = record(
    "strategic_report", "SR-1", status="final", completed_on="2026-05-01", sector_view=[{"service_type": "foster"}, {"recommendation": "grow"}], market={"strengths": "x"},
)  # fmt: skip


def told_of(report, *cited, on=DAY, beside=(YEAR,)):
    """What is found where a report names these records among its inputs."""
    links = tuple(Link(report.key, f"/inputs/{n}", Key(kind, "X"), "", "") for n, kind in enumerate(cited))
    whole = Register({r.key: r for r in (report, *beside)}, {report.key: links}, {})
    return [short(f) for f in strategic_report_is_made(whole, kinds(), on)]


BOTH = ("review", "market_note")


@pytest.mark.parametrize(
    ("data", "cited", "lacks"),
    [
        ({}, BOTH, []), ({}, ("review",), ["/inputs"]), ({}, ("market_note",), ["/inputs"]), ({}, (), ["/inputs", "/inputs"]), ({"sector_view": [{"service_type": "foster"}]}, BOTH, ["/sector_view"]),
        ({"sector_view": None}, BOTH, ["/sector_view"]), ({"market": None}, BOTH, ["/market"]), ({"market": {}}, BOTH, ["/market"]),
    ],
)  # fmt: skip
def test_what_a_final_report_rests_on(data, cited, lacks):
    assert told_of(but(WHOLE, **data), *cited) == [f"warning SR-1{p}" for p in lacks]
    assert told_of(but(WHOLE, status="draft", **data), *cited) == told_of(but(WHOLE, voided={}, **data), *cited) == []


def test_what_is_named_elsewhere_is_no_input():
    links = tuple(Link(WHOLE.key, "/market/notes", Key(kind, "X"), "", "") for kind in BOTH)
    whole = Register({WHOLE.key: WHOLE}, {WHOLE.key: links}, {})
    assert [short(f) for f in strategic_report_is_made(whole, kinds(), DAY)] == ["warning SR-1/inputs"] * 2


@pytest.mark.parametrize(
    ("done", "late"), [("2025-11-24", False), ("2025-11-23", True), ("2026-11-24", False), (None, False)]
)
def test_a_report_is_completed_within_the_months(done, late):
    assert told_of(but(WHOLE, completed_on=done), *BOTH) == (["warning SR-1/completed_on"] if late else [])
    assert told_of(but(WHOLE, completed_on=done), *BOTH, beside=()) == []
    assert told_of(but(WHOLE, completed_on=done), *BOTH, beside=(YEAR, CONTRACT)) == (["warning SR-1/completed_on"] if late else [])  # fmt: skip
    older = record("strategic_report", "SR-2", **{**WHOLE.data, "completed_on": "2024-01-01"})
    found = told_of(but(WHOLE, completed_on=done), *BOTH, beside=(YEAR, older))
    latest = [f for f in found if f.endswith("/completed_on")]
    assert latest == (["warning SR-1/completed_on"] if late else [] if done else ["warning SR-2/completed_on"])


@pytest.mark.parametrize(
    ("data", "due"),
    [
        ({}, True), ({"start_date": "2025-11-24"}, False), ({"start_date": None}, False), ({"status": "expired"}, False), ({"voided": {}}, False), ({"legacy": {"migrated_on": "2025-11-24"}}, False),
        ({"legacy": {"migrated_on": "2025-11-23"}}, True),
    ],
    ids=str,
)  # fmt: skip
def test_the_first_report_is_due_once_a_contract_has_run_so_long(data, due):
    draft = but(WHOLE, status="draft")
    found = findings("R-SRP-1", but(CONTRACT, **data), YEAR, draft)
    assert [(f.severity, f.at.path, f.at.pointer) for f in found] == ([("warning", "policy/thresholds.yaml", "/limits/2")] if due else [])  # fmt: skip
    assert [r.path for f in found for r in f.related] == (["SR-1.yaml"] if due else [])
    assert findings("R-SRP-1", but(CONTRACT, **data)) == []


@pytest.mark.parametrize("name", ["common_issues", "good_practice"])
def test_a_final_report_says_what_is_common_and_what_is_good(name):
    other = {"common_issues": "good_practice", "good_practice": "common_issues"}[name]
    lacks = but(WHOLE, **{other: "Much."})
    assert told("R-SRP-2", lacks) == [f"warning SR-1/{name}"]
    for data in ({name: "Much."}, {f"no_{name}_reason": "None was found."}, {"status": "draft"}, {"voided": {}}):
        assert told("R-SRP-2", but(lacks, **data)) == []
    assert told("R-SRP-2", but(lacks, **{name: ""})) == [f"warning SR-1/{name}"]
