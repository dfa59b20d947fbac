"""J-7 of the framework's trace: a service manager decides on additional monitoring against the model."""

from dataclasses import replace

from ccm_site.checks.schema import schema_findings
from ccm_site.register import load
from ccm_site.rules.example import applied
from ccm_site.rules.monitoring import ratings_follow_the_model
from ccm_site.starter import shipped
from ccm_site.views.exceptions import exceptions_page
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.words import in_words
from tests.registers import DEMO_DAY
from tests.views.sites import KINDS, site

WHOLE = load(shipped()).register
REASON = "The evening queue is one worker's leave; she is back on Monday."


def assessment():
    """The latest assessment of a contract that the model gives amber."""
    return next(
        r for r in sorted(WHOLE.of_kind("risk_assessment"), key=lambda r: r.id, reverse=True)
        if r.data["contract"] == "C-2025-0001" and r.data["computed_rating"] == r.data["rating"] == "amber"
    )  # fmt: skip


def changed(values):
    register, (record,), broken = applied(WHOLE, KINDS, {assessment().path: values})
    assert not broken
    found = [
        *schema_findings([record], KINDS),
        *(f for f in ratings_follow_the_model(register, KINDS, DEMO_DAY) if f.at.path == record.path),
    ]
    return register, record, found


def shown(register):
    made = replace(site(register), today=DEMO_DAY)
    report = report_kinds()["risk"].report(Desk(made), "")
    return in_words(report), str(exceptions_page(made).body)


def test_j7_an_override_needs_a_reason_the_manager_is_advised_and_it_shows_in_trend_and_audit():
    _, _, refused = changed({"/rating": "green"})
    assert [(f.rule, f.severity) for f in refused] == [("R-MON-3", "error")] and "reason" in refused[
        0
    ].message.lower() + refused[0].fix.lower()

    _, _, untold = changed({"/rating": "green", "/override_reason": REASON, "/advised_ccm_on": None})
    assert [(f.rule, f.severity) for f in untold] == [("R-MON-3", "error")] and "Contracts manager told on" in untold[
        0
    ].message

    register, record, passed = changed({"/rating": "green", "/override_reason": REASON})
    assert passed == []
    trend, audit = shown(register)
    [line] = [text for text in trend.splitlines() if "Ratings:" in text and "C-2025-0001" in text]
    assert line.endswith("green (departs from the model)")
    assert REASON in trend
    assert REASON.replace("'", "&#39;") in audit and record.id in audit
    before, _ = shown(WHOLE)
    assert REASON not in before
