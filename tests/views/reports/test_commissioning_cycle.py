"""The commissioning cycle: where each type of service stands, each strategy's priorities and targets, and what was fed back."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, table, words

STANDS, FED, MADE = "Where each type of service stands", "What reviews fed back", "What strategic reports made of it"
TARGET = {"code": "t", "name": "Nights used", "baseline": "88", "target": "90", "unit": "per cent", "by": "2026-03-31", "progress": [{"on": "2025-03-31", "value": "80", "source": "A"}, {"on": "2026-03-31", "value": "71", "source": "B"}, {"on": "2027-03-31", "value": "99", "source": "C"}]}  # fmt: skip
STRATEGY = record("strategy", "ST-2024-0001", title="Plan", status="adopted", period={"from": "2024-04-01", "to": "2027-03-31"}, priorities=[{"code": "p", "name": "Breaks that happen", "plan": "Buy them.", "service_types": ["a"], "targets": [TARGET]}, {"code": "q", "name": "None yet", "service_types": ["c"]}])  # fmt: skip


def review(n, held, feed=None, kind="annual", **more):
    return record("review", f"RV-2026-000{n}", **{"status": "held", "contract": "C-2026-0001", "review_type": kind, "held_on": held, "due_by": held, "strategic_feed": feed, **more})  # fmt: skip


BASE = (
    table("service_types", {"code": "a", "label": "Apples"}, {"code": "b", "label": "Berries"}, {"code": "c", "label": "Currants"}), STRATEGY,
    record("need", "N-2026-0001", title="n", need_type="population", status="tendering", service_types=["a"], strategy_refs=["ST-2024-0001"]),
    record("need", "N-2026-0002", title="n", need_type="population", status="contracted", service_types=["a"], arises_from="SR-2026-0001"),
    record("sourcing_decision", "SD-2026-0001", title="d", status="decided", service_type="a", need="N-2026-0001"),
    record("tender", "TN-2026-0001", title="t", status="advertised", service_type="a", sourcing_decision="SD-2026-0001"),
    record("tender", "TN-2026-0002", title="t", status="awarded", service_type="a", sourcing_decision="SD-2026-0001"),
    record("non_tender", "NT-2026-0001", title="j", status="approved", service_type="a"),
    record("contract", "C-2026-0001", title="Bought", status="in_force", service_type="a", provider="p", strategy_refs=["ST-2024-0001"]),
    record("contract", "C-2026-0002", title="Beside", status="in_force", service_type="b", provider="p", strategy_refs=["ST-2024-0001"]),
    record("strategic_report", "SR-2026-0001", title="r", status="final", completed_on="2026-10-01", period={"from": "2025-10-01", "to": "2026-09-30"}, inputs=["RV-2026-0001"], sector_view=[{"service_type": "a", "recommendation": "shrink"}], needs_not_met=["Days in the holidays."]),
    review(1, "2026-03-31", {"sector": "Less by night."}), review(2, "2026-06-30", {"user_group": "Families"}), review(3, "2026-07-01", {"nothing_to_report": True}),
    review(4, "2026-08-01"), review(5, "2026-09-01", kind="biannual"), review(6, "2024-01-01"), review(7, "2026-12-01", {"sector": "To come"}),
)  # fmt: skip


def test_each_type_of_service_stands_in_one_row():
    made = report("commissioning_cycle", desk(*BASE))
    assert rows(made, STANDS)[0] == ("Apples", "1", "1", "1", "1", "2", "1", "1 September 2026", "Shrink")
    assert rows(made, STANDS)[1:] == [("Berries", *"–––––", "1", "–", "–"), ("Currants", "1", *"–––––", "–", "–")]
    assert [k.id for k in cell(made, STANDS, "Apples", "Purchases under way").sources] == ["TN-2026-0001", "NT-2026-0001"]  # fmt: skip


def test_contracts_stand_under_the_priorities_of_their_strategy():
    made = report("commissioning_cycle", desk(*BASE))
    found = rows(made, "ST-2024-0001 Plan", "Contracts by strategic priority")
    assert found == [("Breaks that happen", "Apples", "Buy them.", "1", "C-2026-0001 Bought"), ("None yet", "Currants", "–", "–", "–")]  # fmt: skip
    assert "none of its priorities' types of service: C-2026-0002 Beside" in words(made)


def test_progress_is_the_latest_entry_by_the_day():
    made = report("commissioning_cycle", desk(*BASE))
    assert rows(made, "ST-2024-0001 Plan", "Targets and progress") == [("Nights used", "88 per cent", "90 per cent", "31 March 2026", "71 per cent", "31 March 2026", "B")]  # fmt: skip


def test_an_annual_review_that_feeds_nothing_back_is_told_and_a_half_yearly_one_need_not():
    told = words(report("commissioning_cycle", desk(*BASE)), FED)
    assert "Reviews held: 5" in told and "With something for the strategy: 2" in told
    assert "With nothing to report: 1" in told and "Annual reviews that say neither: ≈ 1" in told


def test_what_was_fed_back_is_taken_up_by_a_final_report_that_names_the_review():
    made = report("commissioning_cycle", desk(*BASE))
    assert [(r[0].split(",")[0], r[6]) for r in rows(made, FED)] == [("RV-2026-0002", "≈ Not yet"), ("RV-2026-0001", "✓ Yes")]  # fmt: skip
    assert rows(made, MADE) == [("SR-2026-0001 r", "30 September 2026", "1 record", "Apples: shrink", "N-2026-0002 n")]
    assert "Days in the holidays." in words(made, MADE)


def test_the_demonstration_s_strategy_has_eight_targets():
    made = report("commissioning_cycle", demonstration())
    title = next(s.title for s in made.sections if s.title.startswith("ST-2024-0001"))
    assert len(rows(made, title, "Targets and progress")) == 8 and len(rows(made, title, "Contracts by strategic priority")) == 5  # fmt: skip
    assert next(r for r in rows(made, STANDS) if r[0] == "Short breaks")[-1] == "Shrink"
