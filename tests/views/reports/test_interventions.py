"""The intervention log: what is under way and next, what is still to be done, and each provider's history on the ladder."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, table, words

NOW = "Under way"


def step(n, status, provider="brae", **more):
    return record("intervention", f"IN-2026-000{n}", **{"status": status, "provider": provider, "contract": "C-2026-0001", "intervention_kind": "enforce", "request": {"on": f"2026-0{n}-01", "by_role": "team_leader", "reason": f"Reason {n}"}, **more})  # fmt: skip


BASE = (
    table("intervention_ladder", {"code": "advise", "label": "Advise", "order": 1}, {"code": "plan", "label": "Plan", "order": 2, "may_skip_to": True}),
    record("provider", "brae", name="Brae", status="active"), record("provider", "cove", name="Cove", status="active"),
    record("contract", "C-2026-0001", title="Bought", status="in_force", provider="brae", service_type="x"),
)  # fmt: skip


def test_what_is_next_follows_from_the_state():
    made = report("interventions", desk(*BASE, step(1, "requested"), step(2, "agreed"), step(3, "under_way", letter={"sent_on": "2026-03-02"}, required_by="2026-12-01"), step(4, "under_way", required_by="2026-11-23"), step(5, "under_way"), step(6, "resolved")))  # fmt: skip
    assert [(r[0].split(",")[0], r[6]) for r in rows(made, NOW)] == [
        ("IN-2026-0005", "≈ No day is set by which the provider must act"), ("IN-2026-0004", "✗ Overdue since 23 November 2026: take the next step or close it"),
        ("IN-2026-0003", "The provider is to act by 1 December 2026"), ("IN-2026-0002", "The provider is told"), ("IN-2026-0001", "The manager decides whether to intervene"),
    ]  # fmt: skip


def test_what_is_still_to_do_stands_by_its_day_and_says_what_is_late():
    wanted = [{"what": "Later", "by": "2026-12-24"}, {"what": "Late", "by": "2026-11-23"}, {"what": "Done", "by": "2026-10-01", "met_on": "2026-09-01"}]  # fmt: skip
    over = step(2, "resolved", required=[{"what": "Over", "by": "2026-01-01"}])
    made = report("interventions", desk(*BASE, step(1, "under_way", required=wanted), over))
    assert [(r[0], r[2]) for r in rows(made, "What providers are still to do")] == [("Late", "✗ 23 November 2026: late"), ("Later", "24 December 2026")]  # fmt: skip


def test_each_provider_has_its_history_and_the_ladder_says_how_often_each_step_was_taken():
    made = report("interventions", desk(*BASE, step(1, "escalated", step="advise"), step(2, "under_way", step="plan"), step(3, "declined", "cove")))  # fmt: skip
    assert [r[:6] for r in rows(made, "By provider")] == [("Brae", "2", "1", "–", "1", "–"), ("Cove", "1", "–", "–", "–", "1")]  # fmt: skip
    assert cell(made, "By provider", "Brae", "Latest step").text == "Plan"
    assert [r[0].split(",")[0] for r in rows(made, "Brae")] == ["IN-2026-0002", "IN-2026-0001"]
    assert [(r[0], r[4]) for r in rows(made, "The steps")] == [("Advise", "1"), ("Plan", "1")]
    assert "without the steps before: Plan." in words(made, "The steps")


def test_what_triggered_it_is_its_source_and_a_complaint_only_where_it_may_be_known():
    review = record("review", "RV-2026-0001", status="held", contract="C-2026-0001", review_type="annual")
    concern = record("complaint", "K-2026-0001", status="logged", provider="brae")
    made = report("interventions", desk(*BASE, review, concern, step(1, "agreed", triggers=["RV-2026-0001"], complaints=["K-2026-0001"])))  # fmt: skip
    assert [k.id for k in cell(made, "Brae", "IN-", "Why").sources] == ["RV-2026-0001"]
    assert "K-2026-0001" not in words(made)


def test_an_intervention_without_a_provider_stands_under_its_contract_s():
    made = report("interventions", desk(*BASE, step(1, "agreed", None)))
    assert rows(made, "By provider")[0][0] == "Brae"


def test_the_demonstration_climbed_the_ladder_once():
    made = report("interventions", demonstration())
    assert len(rows(made, NOW)) == 3
    assert next(r for r in rows(made, "By provider") if r[0].startswith("Larchfield"))[1:] == ("4", "–", "–", "4", "–", "Terminate")  # fmt: skip
