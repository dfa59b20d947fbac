"""Reports of the demonstration register: every question answered, every figure with its records, nothing mixed that stands apart."""

import re
from dataclasses import replace
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from ccm_site.facts.records import counting
from ccm_site.model import Key, Record, Register
from ccm_site.performance.measures import EFFECTIVENESS, QUALITY, TYPES
from ccm_site.performance.periods import Period
from ccm_site.register import load
from ccm_site.starter import shipped
from ccm_site.views.audience import project
from ccm_site.views.context import Place
from ccm_site.views.counts import published_counts
from ccm_site.views.reports import report_kinds, reports
from ccm_site.views.reports.answers import QUESTIONS
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.model import Chart, Facts, Points, Table, Words
from ccm_site.views.reports.pages import _with_numbers, page
from ccm_site.views.reports.words import in_words
from ccm_site.views.text import At
from tests.registers import DEMO_DAY
from tests.views.sites import KINDS, site

WHOLE = load(shipped()).register
EIGHT = list(QUESTIONS.values())


def desk_for(audience, asked=None):
    made = replace(site(WHOLE, audience), today=DEMO_DAY)
    return Desk(made, published_counts(WHOLE, KINDS, audience, DEMO_DAY), asked)


@pytest.fixture(scope="module", params=["intranet", "restricted"])
def desk(request):
    return desk_for(request.param)


def contract_report(desk, contract):
    return report_kinds()["contract_monitoring"].report(desk, contract)


def section(report, title):
    return next(s for s in report.sections if s.title == title)


def said(part):
    """Every value of a part."""
    if isinstance(part, Points):
        yield from part.items
    elif isinstance(part, Facts):
        yield from (v for _, v in part.pairs)
    elif isinstance(part, Table):
        yield from (c for row in part.rows for c in row)


def test_the_eight_questions_are_answered_on_every_contract_in_force(desk):
    running = [
        c.id
        for c in counting(desk.register, "contract", "in_force")
        if desk.whole or not c.data.get("placement_specific")
    ]
    assert len(running) >= 10
    for contract in running:
        report = contract_report(desk, contract)
        assert [s.title for s in report.sections if s.title in EIGHT] == EIGHT
        for s in (s for s in report.sections if s.title in EIGHT):
            assert s.parts and s.evidence is not None
            assert s.evidence or s.missing.startswith("No evidence since 24 November 2025")


def test_evidence_is_named_newest_first_and_each_record_once(desk):
    named = [e for e in section(contract_report(desk, "C-2025-0001"), EIGHT[0]).evidence if e.sources]
    assert named and len({e.sources for e in named}) == len(named)


def test_quality_and_effectiveness_stand_apart_and_nothing_that_was_put_in_is_an_outcome(desk):
    report = contract_report(desk, "C-2026-0001")
    titles = {s.title: [p.title for p in s.parts if isinstance(p, Table)] for s in report.sections}
    outcomes = {TYPES[k] for k in EFFECTIVENESS}
    quality = {TYPES[k] for k in QUALITY} | {TYPES["input"], TYPES["throughput"]}
    assert outcomes & set(titles[EIGHT[6]]) and not quality & set(titles[EIGHT[6]])
    assert quality & set(titles[EIGHT[1]]) and not outcomes & set(titles[EIGHT[1]])


def test_every_figure_of_a_result_leads_to_its_record(desk):
    for contract in ("C-2024-0001", "C-2025-0001"):
        for s in contract_report(desk, contract).sections:
            for table in (p for p in s.parts if isinstance(p, Table) and p.title in TYPES.values()):
                for row in table.rows:
                    assert row[2].text == "–" or row[2].sources, (contract, table.title, row)


def test_every_source_is_a_record_that_the_site_holds(desk):
    for report in reports(desk):
        for s in report.sections:
            for value in (*(s.evidence or ()), *(v for p in s.parts for v in said(p))):
                for key in value.sources:
                    assert key in desk.register.records, (report.url, value)


def test_what_a_child_s_case_says_is_on_the_restricted_site_only():
    cases = {
        r.id
        for kind in ("placement", "complaint", "outcome_evaluation", "peer_experience")
        for r in WHOLE.of_kind(kind)
    }
    words = {
        audience: "".join(in_words(r) for r in reports(desk_for(audience))) for audience in ("intranet", "restricted")
    }
    pages = "".join(str(page(d, r, False).body) for d in [desk_for("intranet")] for r in reports(d))
    shown = set(re.findall(r"\b[A-Z]{1,2}-\d{4}-\d{4,6}\b", words["intranet"] + pages))
    assert shown and not cases & shown
    assert (
        "Evaluations of single cases" in words["restricted"] and "Evaluations of single cases" not in words["intranet"]
    )


def test_another_day_and_period_is_told_as_it_was_then():
    then = desk_for("intranet", Period(date(2025, 1, 1), date(2025, 6, 30)))
    report = contract_report(then, "C-2024-0001")
    [table] = [
        p for p in section(report, EIGHT[0]).parts if isinstance(p, Table) and p.title.startswith("Volume delivered")
    ]
    assert table.rows[-1][0].text == "1 April 2025 to 30 June 2025"
    assert "Risk: green" in [i.text for p in section(report, "In short").parts for i in p.items]
    now = contract_report(desk_for("intranet"), "C-2024-0001")
    assert "Risk: red" in [i.text for p in section(now, "In short").parts for i in p.items]


def test_a_past_day_is_told_as_it_was_known_then():
    """The return to 30 June 2025 came on 22 July: nobody knew it on the 10th."""
    [sent] = [
        r
        for r in WHOLE.of_kind("return")
        if r.data["contract"] == "C-2024-0001" and r.data["period"]["to"] == "2025-06-30"
    ]
    came = date.fromisoformat(sent.data["received_on"])

    def last_period(on):
        desk = Desk(replace(site(WHOLE), today=on))
        [table] = [
            p
            for p in section(contract_report(desk, "C-2024-0001"), EIGHT[0]).parts
            if isinstance(p, Table) and p.title.startswith("Volume")
        ]
        return table.rows[-1][0].text

    assert last_period(came) == "1 April 2025 to 30 June 2025"
    assert last_period(came - timedelta(days=1)) == "1 January 2025 to 31 March 2025"


def test_charts_are_whole_drawings_with_words(desk):
    charts = [p for s in contract_report(desk, "C-2024-0001").sections for p in s.parts if isinstance(p, Chart)]
    assert len(charts) >= 10
    for chart in charts:
        assert ElementTree.fromstring(chart.svg).tag == "{http://www.w3.org/2000/svg}svg"
        assert chart.title in chart.words and "period to" in chart.words


def test_a_shared_outcome_says_for_what_the_provider_answers(desk):
    [table] = [
        p for p in section(contract_report(desk, "C-2026-0001"), EIGHT[6]).parts
        if isinstance(p, Table) and p.title == "As the provider's latest return counts them"
    ]  # fmt: skip
    assert any(row[-1].text.startswith("Shared with") for row in table.rows)


def test_the_provider_s_comment_stands_beside_the_assessment(desk):
    commented = next(
        r
        for r in desk.register.of_kind("operational_report")
        if r.data.get("provider_comment", {}).get("accuracy_comment")
    )
    report = contract_report(
        desk_for(desk.site.audience, Period(date(2024, 1, 1), date.fromisoformat(commented.data["period"]["to"]))),
        commented.data["contract"],
    )
    told = section(report, "The assessment, and what the provider says to it")
    assert any(
        isinstance(p, Words) and commented.data["provider_comment"]["accuracy_comment"] in p.text for p in told.parts
    )


def test_no_concerns_are_not_called_good(desk):
    for contract in ("C-2024-0004", "C-2024-0007"):
        parts = section(contract_report(desk, contract), EIGHT[2]).parts
        assert any(isinstance(p, Words) and "do not mean that the service is good" in p.text for p in parts)
        assert not any(v.look == "good" for p in parts for v in said(p))


def test_numbers_of_records_lead_to_them_within_what_is_said():
    told = _with_numbers(At(desk_for("intranet").site, "reports/risk/"), "See C-2024-0002 <b> & more", {
        "C-2024-0002": Place("contracts/C-2024-0002/"), "RT-2024-0001": Place("contracts/C-2024-0001/", "RT-2024-0001"),
    })  # fmt: skip
    assert told == (
        'See <a href="../../contracts/C-2024-0002/">C-2024-0002</a> &lt;b&gt; &amp; more <small class="ccm-sources">'
        '(<a href="../../contracts/C-2024-0001/#RT-2024-0001">RT-2024-0001</a>)</small>'
    )


def test_small_figures_of_a_need_are_not_shown_to_all_staff():
    need = {
        "kind": "need",
        "id": "N-2026-0001",
        "need_data": [{"measure": "Children waiting", "value": "3"}, {"measure": "All children", "value": "40"}],
    }
    record = Record(Key("need", "N-2026-0001"), "sourcing/needs/2026/N-2026-0001.yaml", need, "")
    shown = {
        a: project(Register({record.key: record}), KINDS, a).get("need", "N-2026-0001").data["need_data"]
        for a in ("intranet", "restricted")
    }
    assert [f["value"] for f in shown["intranet"]] == ["not shown", "40"] and [
        f["value"] for f in shown["restricted"]
    ] == ["3", "40"]
