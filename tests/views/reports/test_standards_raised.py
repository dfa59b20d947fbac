"""Standards raised: the log, results before and since, and what strategic reports asked for."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows

LOG, SINCE, ASKED = "The log", "What results did since", "Asked for by strategic reports"


def spec(version, target, **more):
    standard = {"id": "turnover", "measure": "Staff who left", "target": {"comparison": "at_most", "value": target, "unit": "per_cent"}}  # fmt: skip
    return record("specification", f"S-2026-0001/v{version}", **{"title": "Homes", "status": "approved", "service_type": "residential_care", "standards": [standard], **more})  # fmt: skip


def sent(n, last, value, version):
    return record("return", f"RT-2026-000{n}", contract="C-2026-0001", status="accepted", received_on=last, specification=f"S-2026-0001/v{version}", period={"from": f"{last[:8]}01", "to": last}, values=[{"measure": "turnover", "value": value}])  # fmt: skip


ONE = spec(1, "25", status="superseded", effective_from="2024-01-01")
TWO = spec(2, "20", effective_from="2026-03-01", standards_raised=[{"of": "turnover", "from": "25 per cent", "to": "20 per cent", "reason": "Most reach it."}])  # fmt: skip
CONTRACT = record("contract", "C-2026-0001", title="Home", status="in_force", provider="x", service_type="residential_care", schedule_a="S-2026-0001/v2")  # fmt: skip
RETURNS = (sent(1, "2026-01-31", "24", 1), sent(2, "2026-02-28", "30", 1), sent(3, "2026-04-30", "22", 2), sent(4, "2026-05-31", "19", 2), sent(5, "2026-06-30", "18", 2))  # fmt: skip


def test_the_log_says_from_what_to_what_and_why():
    made = report("standards_raised", desk(ONE, TWO))
    assert rows(made, LOG) == [("Staff who left", "Homes", "2", "1 March 2026", "25 per cent", "20 per cent", "Most reach it.")]  # fmt: skip


def test_a_version_that_is_not_in_force_yet_or_only_a_draft_is_not_in_the_log():
    later = record("specification", "S-2026-0001/v2", **{**TWO.data, "effective_from": "2027-01-01"})
    draft = record("specification", "S-2026-0001/v2", **{**TWO.data, "status": "with_ccm"})
    assert rows(report("standards_raised", desk(later)), LOG) == rows(report("standards_raised", desk(draft)), LOG) == []  # fmt: skip


def test_each_result_counts_against_the_target_of_its_own_version():
    made = report("standards_raised", desk(ONE, TWO, CONTRACT, *RETURNS))
    [row] = rows(made, SINCE)
    # Before: 24 of 25 met, 30 missed. Since: 22 missed, 19 and 18 of 20 met.
    assert row[2:4] == ("1 of 2", "2 of 3") and row[4] == "✓ 18%, 30 June 2026"
    assert [k.id for k in cell(made, SINCE, "Staff", "Met since").sources] == ["RT-2026-0003", "RT-2026-0004", "RT-2026-0005"]  # fmt: skip


def test_a_contract_on_the_version_before_says_so():
    old = record("contract", "C-2026-0001", **{**CONTRACT.data, "schedule_a": "S-2026-0001/v1"})
    assert "(still on an earlier version)" in rows(report("standards_raised", desk(ONE, TWO, old, *RETURNS)), SINCE)[0][1]  # fmt: skip


def test_what_a_strategic_report_asked_for_is_done_by_a_later_version_of_that_standard_only():
    wanted = [{"specification": "S-2026-0001/v1", "standard": "turnover: lower", "reason": "R"}, {"specification": "S-2026-0001/v1", "standard": "visits: more", "reason": "R"}]  # fmt: skip
    told = record("strategic_report", "SR-2025-0001", title="t", status="final", completed_on="2025-12-03", standards_to_raise=wanted)  # fmt: skip
    made = report("standards_raised", desk(ONE, TWO, told))
    assert [r[4] for r in rows(made, ASKED)] == ["✓ Raised by version 2, in force from 1 March 2026", "≈ Not raised yet"]  # fmt: skip


def test_the_demonstration_s_turnover():
    made = report("standards_raised", demonstration())
    [row] = rows(made, LOG)
    assert row[4:6] == ("at most 25 per cent a year", "at most 20 per cent a year")
    assert rows(made, ASKED)[0][4].startswith("✓ Raised by version 2")
