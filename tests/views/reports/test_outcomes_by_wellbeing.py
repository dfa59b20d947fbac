"""Outcomes by wellbeing indicator: what specifications ask for, and results as each site may show them."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, words

OUTCOMES = [{"id": f"o{n}", "text": f"Outcome {n}", "attribution": "shared", "wellbeing_indicators": i} for n, i in ((1, ["safe", "healthy"]), (2, ["safe"]), (3, []))]  # fmt: skip
SPEC = record("specification", "S-2026-0001/v1", title="Homes", status="approved", service_type="x", outcomes=OUTCOMES)
TOLD = "As providers' latest returns count them"


def contract(n, **more):
    return record("contract", f"C-2026-000{n}", **{"title": f"Contract {n}", "status": "in_force", "provider": "p", "service_type": "x", "schedule_a": "S-2026-0001/v1", **more})  # fmt: skip


def sent(n, last, *counts):
    outcomes = [{"outcome": o, "achieved": a, "partly": p, "not_achieved": x, "too_early": e} for o, a, p, x, e in counts]  # fmt: skip
    return record("return", f"RT-2026-000{n}", contract="C-2026-0001", status="accepted", received_on=last, period={"from": f"{last[:8]}01", "to": last}, outcomes=outcomes)  # fmt: skip


def case(n, result, on="2026-06-01", placement="P-2026-0001"):
    return record("outcome_evaluation", f"OE-2026-000{n}", placement=placement, evaluated_on=on, results=[{"outcome": "o1", "result": result, "provider_says": "achieved"}])  # fmt: skip


BASE = (SPEC, contract(1), contract(2), sent(1, "2026-03-31", ("o1", 50, 5, 5, 5)), sent(2, "2026-06-30", ("o1", 20, 8, 6, 0), ("o2", 3, 1, 0, 0)))  # fmt: skip


def test_each_indicator_counts_outcomes_contracts_and_what_is_reported():
    made = report("outcomes_by_wellbeing", desk(*BASE))
    found = {r[0]: r[1:] for r in rows(made, "Overview")}
    assert found["Safe"] == ("2", "2", "2") and found["Healthy"] == ("1", "2", "1") and found["Active"] == ("≈ none", "–", "–")  # fmt: skip
    assert {k.id for k in cell(made, "Overview", "Safe", "Contracts in force").sources} == {"C-2026-0001", "C-2026-0002"}  # fmt: skip
    assert [r[0] for r in rows(made, "Under no indicator", TOLD)] == ["Outcome 3", "Outcome 3"]


def test_the_latest_return_counts_and_small_numbers_stay_veiled_outside_the_restricted_site():
    found = {(r[0], r[1][:11]): r[3:] for r in rows(report("outcomes_by_wellbeing", desk(*BASE)), "Safe", TOLD)}
    assert found["Outcome 1", "C-2026-0001"] == ("20", "8", "6", "0")
    assert "3" not in found["Outcome 2", "C-2026-0001"] and "1" not in found["Outcome 2", "C-2026-0001"]
    assert found["Outcome 1", "C-2026-0002"] == ("–", "–", "–", "–")
    whole = {(r[0], r[1][:11]): r[3:] for r in rows(report("outcomes_by_wellbeing", desk(*BASE, audience="restricted")), "Safe", TOLD)}  # fmt: skip
    assert whole["Outcome 2", "C-2026-0001"] == ("3", "1", "0", "0")


def test_single_cases_are_added_up_on_the_restricted_site_only():
    cases = (record("placement", "P-2026-0001", status="active", contract="C-2026-0001"), record("placement", "P-2026-0002", status="active", contract="C-2026-0002"))  # fmt: skip
    cases += (case(1, "achieved"), case(2, "partly"), case(3, "not"), case(4, "achieved", "2024-01-01"), case(5, "achieved", placement="P-2026-0002"))  # fmt: skip
    seen = report("outcomes_by_wellbeing", desk(*BASE, *cases))
    assert "OE-2026" not in words(seen) and all(p.title == TOLD for s in seen.sections[1:] for p in s.parts)
    whole = report("outcomes_by_wellbeing", desk(*BASE, *cases, audience="restricted"))
    # In the period: one each of three for the first contract, and one achieved for the second.
    assert [r[2:] for r in rows(whole, "Healthy", 1)] == [("1", "1", "1", "0", "33%", "33%"), ("1", "0", "0", "0", "100%", "100%")]  # fmt: skip
    assert "Together: 2 achieved, 1 partly, 1 not achieved, 0 too early to say." in words(whole, "Healthy")


def test_a_contract_for_one_placement_is_left_out():
    made = report("outcomes_by_wellbeing", desk(SPEC, contract(1, placement_specific=True)))
    assert {r[1] for r in rows(made, "Overview")} == {"≈ none"}


def test_every_indicator_has_an_outcome_in_the_demonstration():
    made = report("outcomes_by_wellbeing", demonstration())
    assert [r[1] for r in rows(made, "Overview")] == ["4", "2", "6", "5", "4", "2", "3", "5"]
