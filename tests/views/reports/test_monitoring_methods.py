"""Methods of monitoring: which of the six areas each contract's active plan uses, and why not; where monitoring is additional."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, table, words

USED, ADDED = "What is used for each contract", "Additional monitoring"
CONTRACT = record("contract", "C-2026-0001", title="Bought", status="in_force", provider="p", service_type="x")


def plan(n, *methods, **more):
    return record("monitoring_plan", f"MP-2026-000{n}", **{"status": "active", "contract": "C-2026-0001", "level": "standard", "start_date": "2026-01-01", "methods": list(methods), **more})  # fmt: skip


def method(area, *how, **more):
    return {"area": area, **({"how": list(how)} if how else {}), **more}


def test_each_area_is_used_has_a_reason_or_is_missing():
    made = report("monitoring_methods", desk(CONTRACT, plan(1, method("volume_and_costs", "routine_return", "site_visit"), method("inspection_reports", not_used_reason="Nobody inspects it."))))  # fmt: skip
    assert rows(made, USED) == [("C-2026-0001 Bought", "routine return, site visit", *["✗ not in the plan"] * 3, "≈ not used, with a reason", "✗ not in the plan")]  # fmt: skip
    assert [k.id for k in cell(made, USED, "C-2026", "Volume, referrals, turnover and costs").sources] == ["MP-2026-0001"]  # fmt: skip
    assert [(r[1], r[2]) for r in rows(made, "What is not used, and why")] == [("C-2026-0001 Bought", "Nobody inspects it.")]  # fmt: skip


def test_only_a_plan_that_is_active_on_the_day_counts():
    wanted = method("volume_and_costs", "routine_return")
    for n, plans in enumerate(([], [plan(1, wanted, status="ended")], [plan(1, wanted, end_date="2026-11-23")], [plan(1, wanted, start_date="2026-11-25")])):  # fmt: skip
        made = report("monitoring_methods", desk(CONTRACT, *plans))
        assert rows(made, USED)[0][1] == "✗ no plan", n
        assert "1 of 1 contracts in force have no plan" in words(made, USED)
    last = report("monitoring_methods", desk(CONTRACT, plan(1, wanted, end_date="2026-11-24")))
    assert rows(last, USED)[0][1] == "routine return"


def test_an_additional_plan_adds_its_methods_and_its_review_can_be_overdue():
    policy = table("monitoring_policy", {"code": "amber", "label": "Amber twice", "part": "trigger"})
    more = plan(2, method("volume_and_costs", "site_visit"), level="additional", trigger={"code": "amber", "met_on": "2026-05-01", "note": "Twice."}, additional_work=[{"what": "Call", "how_often": "weekly", "by_role": "ccm"}], review_on="2026-11-23", exit_test="Two good months.")  # fmt: skip
    made = report("monitoring_methods", desk(policy, CONTRACT, plan(1, method("volume_and_costs", "routine_return")), more))  # fmt: skip
    assert rows(made, USED)[0][1] == "routine return, site visit"
    assert rows(made, ADDED) == [("C-2026-0001 Bought", "1 January 2026", "Amber twice: Twice.", "Call (weekly)", "✗ 23 November 2026: overdue", "Two good months.")]  # fmt: skip
    due = record("monitoring_plan", more.id, **{**more.data, "review_on": "2026-11-24"})
    assert rows(report("monitoring_methods", desk(CONTRACT, due)), ADDED)[0][4] == "24 November 2026"


def test_involvement_and_the_council_s_methods_are_told():
    policy = table("monitoring_policy", {"code": "m", "label": "Visits", "part": "method", "description": "Seeing it."}, {"code": "t", "label": "Not a method", "part": "trigger"})  # fmt: skip
    made = report("monitoring_methods", desk(policy, CONTRACT, plan(1, involvement=[{"stage": "report", "who": ["service_user"], "how": "They read it."}])))  # fmt: skip
    assert rows(made, "Who is involved")[0][2:] == ("Service user", "They read it.")
    assert [r[0] for r in rows(made, "Methods that the council has set down")] == ["Visits"]


def test_five_of_the_demonstration_s_contracts_have_a_plan():
    made = report("monitoring_methods", demonstration())
    assert "6 of 11 contracts in force have no plan" in words(made, USED)
    assert sum(r[1] != "✗ no plan" for r in rows(made, USED)) == 5
    assert rows(made, ADDED)[0][0].startswith("C-2025-0001")
