"""Users' jobs J-2 and J-17 of the framework's trace, from the change to what people read."""

import re
from dataclasses import replace

from ccm_site.checks.run import check_loaded
from ccm_site.gate.judge import judge
from ccm_site.gate.verdict import verdict_text
from ccm_site.model import Key
from ccm_site.rules.example import applied
from ccm_site.views.audience import project
from ccm_site.views.context import Site
from ccm_site.views.exceptions import exceptions_page
from tests.gate.test_judge import DAY

PLACEMENT = "placements/2026/P-2026-0001/placement.yaml"
AUTHORISATION = "placements/2026/P-2026-0001/authorisations/A-2026-0001.yaml"
SMALL = "sourcing/non-tenders/2025/NT-2025-0002.yaml"


def with_change(loaded, change):
    return replace(loaded, register=applied(loaded.register, loaded.kinds, change)[0])


def test_j2_the_manager_is_stopped_from_issuing_wrongly(base):
    """Authorised after it began: refused by R-AUT-5 with the field and the mend; with an approved exception it passes, and is reported."""
    late = {AUTHORISATION: {"/decided_on": "2026-04-02"}}
    refused = judge(base, with_change(base, late), "s1003", DAY)
    (finding,) = refused.blocks
    assert finding.rule == "R-AUT-5" and (finding.at.path, finding.at.pointer) == (PLACEMENT, "/start_date")
    text = verdict_text(refused)
    assert "R-AUT-5" in text and "2026-04-02" in text and "exception" in finding.fix and "It cannot go ahead" in text
    place = finding.at.path
    exception = {
        "rule": "R-AUT-5", "reason": "The group met a day late because of snow.", "approved_by_role": "resource_allocation_group",
        "approved_on": "2026-04-03",
    }  # fmt: skip
    excused = with_change(base, {**late, place: {**late.get(place, {}), "/exceptions": [exception]}})
    passed = judge(base, excused, "s1003", DAY)
    (excuse,) = [d for d in passed.waits if "exception from R-AUT-5" in d.words]
    assert excuse.approvals[0].roles == ("resource_allocation_group",), "whoever writes it down, the group approves it"
    assert passed.passes and any(f.rule == "R-AUT-5" and "an approved exception" in f.message for f in passed.warnings)
    site = Site(project(excused.register, base.kinds, "restricted"), base.kinds, {}, "restricted", DAY)
    rows = re.findall(r"<tr>.*?</tr>", exceptions_page(site).body, re.DOTALL)
    assert any("R-AUT-5" in row and "because of snow" in row for row in rows)


def test_j17_a_change_of_law_leaves_old_contracts_their_result(base):
    """A threshold from 1 April 2027: what began before is judged by the old one, what begins after by the new one; no two on one day."""
    old = next(e for e in base.register.table("thresholds")["entries"] if e["code"] == "advertising")
    entries = list(base.register.table("thresholds")["entries"])
    n = entries.index(old)
    new = {**old, "amount": "40000.00", "effective_from": "2027-04-01"}
    law = {"policy/thresholds.yaml": {f"/entries/{n}/effective_to": "2027-03-31", f"/entries/{len(entries)}": new}}

    def found(began, change):
        bought = {
            SMALL: {"/estimated_value/amount": "30000.00", "/opportunity_risk": None, "/procurement_commenced": began}
        }
        return {f.rule for f in check_loaded(with_change(base, {**bought, **change}), DAY) if f.at.path == SMALL}

    assert "R-NTJ-2" not in found("2025-11-03", {}) | found("2025-11-03", law), "over £20,000, then and now"
    assert "R-NTJ-2" not in found("2027-05-03", {})
    assert "R-NTJ-2" in found("2027-05-03", law), "not over £40,000: a risk assessment is needed"

    before = [f for f in check_loaded(base, DAY) if f.severity == "error"]
    after = [f for f in check_loaded(with_change(base, law), DAY) if f.severity == "error"]
    assert before == after == []
    twice = with_change(base, {"policy/thresholds.yaml": {f"/entries/{len(entries)}": new}})
    refused = judge(base, twice, "s1003", DAY)
    assert {f.rule for f in refused.blocks} == {"R-CFG-1"} and not refused.passes
    allowed = judge(base, with_change(base, law), "s1003", DAY)
    assert allowed.passes and {d.id for d in allowed.waits} == {"thresholds"}
    assert base.register.records[Key("thresholds", "thresholds")].path == refused.blocks[0].at.path
