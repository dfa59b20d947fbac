"""Needs: counted by state and type of service, and what became of each."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, table, words

HOW_MANY, BECAME, FIGURES = "How many needs, and how far they have come", "What became of each need", "Figures on need and on the use of services"  # fmt: skip


def need(n, status, *types, **more):
    return record("need", f"N-2026-000{n}", **{"title": f"Need {n}", "need_type": "population", "status": status, "service_types": list(types), "identified_on": f"2026-0{n}-01", **more})  # fmt: skip


BASE = (
    table("service_types", {"code": "a", "label": "Apples"}, {"code": "b", "label": "Berries"}),
    need(1, "identified", "a"), need(2, "tendering", "a", "b"), need(3, "contracted", "b"), need(4, "in_house", "b"),
    need(5, "not_progressed", "a", status_reason="No money."), need(6, "identified", "a", need_type="client"),
    record("sourcing_decision", "SD-2026-0001", title="Tender it", status="decided", need="N-2026-0002", further_needs=["N-2026-0003"], service_type="b"),
    record("sourcing_decision", "SD-2026-0002", title="Given up", status="withdrawn", need="N-2026-0001", service_type="a"),
    record("tender", "TN-2026-0001", title="The tender", status="planned", need="N-2026-0002", sourcing_decision="SD-2026-0001", service_type="b"),
    record("contract", "C-2026-0001", title="The contract", status="in_force", sourcing_decision="SD-2026-0001", service_type="b", provider="p"),
    record("contract", "C-2026-0002", title="Not this", status="withdrawn", sourcing_decision="SD-2026-0001", service_type="b", provider="p"),
)  # fmt: skip


def test_needs_are_counted_by_state_and_by_each_type_of_service():
    made = report("needs", desk(*BASE))
    assert rows(made, HOW_MANY, "By state") == [("Identified", "1"), ("Tendering", "1"), ("Met in-house", "1"), ("Contracted", "1"), ("Not taken further", "1")]  # fmt: skip
    assert rows(made, HOW_MANY, "By type of service") == [("Apples", "2", "–", "1"), ("Berries", "1", "2", "–")]
    assert [k.id for k in cell(made, HOW_MANY, "Berries", "Met", 1).sources] == ["N-2026-0003", "N-2026-0004"]


def test_a_client_s_need_is_on_the_restricted_site_only():
    assert "N-2026-0006" not in words(report("needs", desk(*BASE)))
    whole = report("needs", desk(*BASE, audience="restricted"))
    assert rows(whole, HOW_MANY, "By state")[0] == ("Identified", "2")


def test_what_became_of_a_need_is_its_decision_and_all_that_followed():
    made = report("needs", desk(*BASE))
    found = {r[0].split()[0]: r[4:] for r in rows(made, BECAME)}
    assert found["N-2026-0002"] == ("SD-2026-0001 Tender it", "TN-2026-0001 The tender; C-2026-0001 The contract")
    assert found["N-2026-0003"] == found["N-2026-0002"]
    assert found["N-2026-0001"] == ("–", "–") and found["N-2026-0005"] == ("–", "No money.")


def test_figures_are_those_of_needs_that_are_not_met_or_were_found_lately():
    figure = {"need_data": [{"measure": "Families waiting", "value": "22", "unit": "families", "period": {"from": "2026-01-01", "to": "2026-03-31"}, "source": "Team"}]}  # fmt: skip
    old_open = need(1, "identified", "a", identified_on="2020-01-01", **figure)
    old_met = need(2, "contracted", "a", identified_on="2020-01-01", **figure)
    new_met = need(3, "contracted", "a", **figure)
    made = report("needs", desk(BASE[0], old_open, old_met, new_met))
    assert [(r[0], r[1], r[2], r[4].split()[0]) for r in rows(made, FIGURES, "Need")] == [
        ("Families waiting", "22 families", "31 March 2026", "N-2026-0001"), ("Families waiting", "22 families", "31 March 2026", "N-2026-0003"),
    ]  # fmt: skip


def test_a_specification_of_need_leads_back_to_its_need_on_the_restricted_site():
    case = (
        record("placement", "P-2026-0001", status="active", contract="C-2026-0001"),
        record("need_specification", "NS-2026-0001", placement="P-2026-0001"),
    )
    whole = report("needs", desk(*BASE, *case, audience="restricted"))
    assert [r[2] for r in rows(whole, "Specifications of need")] == ["1", "1"], "both needs of the decision"
    assert "NS-2026-0001" not in words(report("needs", desk(*BASE, *case)))


def test_the_demonstration_has_nineteen_needs_of_more_than_one_child():
    made = report("needs", demonstration())
    assert sum(int(r[1]) for r in rows(made, HOW_MANY, "By state")) == 19
    assert sum(int(r[1]) for r in rows(report("needs", demonstration("restricted")), HOW_MANY, "By state")) == 23
