"""The master list: what drafts lack, who has signed, where the master copy is, who has copies."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows

DRAFT, SIGNING, MASTER = "Being drafted: what is still missing", "Issued, and waiting for signatures", "Contracts in force and their master copies"  # fmt: skip


def contract(n, status, **more):
    return record("contract", f"C-2026-000{n}", **{"title": f"Contract {n}", "status": status, "contract_type": "block", "provider": "brae", **more})  # fmt: skip


def signed(party, on):
    return {"party": party, "capacity": "Head", "date": on, "method": "electronic"}


def test_a_draft_says_what_the_form_still_asks_for():
    made = report("master_contracts", desk(contract(1, "draft", start_date="2027-01-01", service_type="x")))
    lacks = cell(made, DRAFT, "C-2026-0001", "Still missing").text.split("; ")
    assert "Schedule A: specification" in lacks and "Schedule B: price and payment" in lacks and "Service information" in lacks  # fmt: skip
    assert "Start date" not in lacks and not any("_" in name for name in lacks)


def test_each_provider_signs_for_itself():
    made = report("master_contracts", desk(contract(1, "issued", further_providers=["cove"], start_date="2027-01-01", signatures=[signed("council", "2026-11-01"), signed("provider", "2026-11-02")]), contract(2, "issued", start_date="2026-11-23")))  # fmt: skip
    assert [r[3:] for r in rows(made, SIGNING)] == [("✓ 1 November 2026", "≈ 1 of 2", "✓ Yes"), ("≈ not yet", "≈ not yet", "✗ No: it began before it was signed")]  # fmt: skip


def test_a_contract_in_force_has_its_master_copy_and_was_signed_in_time():
    both = [signed("council", "2026-03-31"), signed("provider", "2026-04-02")]
    made = report("master_contracts", desk(contract(1, "in_force", start_date="2026-04-02", end_date="2027-03-31", signatures=both, master_copy={"holder_role": "ccm", "location_reference": "EDRMS/1"}), contract(2, "in_force", start_date="2026-04-01", signatures=both), contract(3, "in_force", placement_specific=True)))  # fmt: skip
    assert [r[2:] for r in rows(made, MASTER)] == [
        ("31 March 2027", "✓ 31 March 2026", "✓ 2 April 2026", "✓ Yes", "Commissioning and Contracts Manager, EDRMS/1"),
        ("–", "✓ 31 March 2026", "✓ 2 April 2026", "✗ No: it began before it was signed", "✗ not entered"),
    ]  # fmt: skip


def test_copies_are_told_with_the_notices_that_carried_them():
    copy = record("notice", "NO-2026-0001", status="sent", notice_kind="copy", contract="C-2026-0001", to_role="finance", sent_on="2026-04-05")  # fmt: skip
    other = record("notice", "NO-2026-0002", status="sent", notice_kind="signed", contract="C-2026-0001", to_role="finance", sent_on="2026-04-05")  # fmt: skip
    made = report("master_contracts", desk(contract(1, "in_force", copy_holders=["finance", "key_worker"]), contract(2, "in_force"), copy, other))  # fmt: skip
    assert [r[1:] for r in rows(made, "Who has copies")] == [("Finance, Key worker", "Finance, 5 April 2026"), ("✗ nobody named", "–")]  # fmt: skip
    assert [k.id for k in cell(made, "Who has copies", "C-2026-0001", "Copies sent to, and when").sources] == ["NO-2026-0001"]  # fmt: skip


def test_what_ended_early_stands_at_the_day_of_its_end():
    ending = record("contract_termination", "CT-2026-0001", status="terminated", contract="C-2026-0001", terminated_on="2026-06-30", notice={"effective_on": "2026-06-30"})  # fmt: skip
    made = report("master_contracts", desk(contract(1, "terminated", end_date="2028-03-31", status_reason="Notice."), contract(2, "expired", end_date="2025-11-24"), ending))  # fmt: skip
    assert rows(made, "Ended in the period looked back on") == [("C-2026-0001 Contract 1", "Terminated", "30 June 2026", "Notice.")]  # fmt: skip


def test_the_demonstration_s_bridge_lacks_two_things():
    made = report("master_contracts", demonstration())
    assert cell(made, DRAFT, "C-2026-0005", "Still missing").text == "Schedule B: price and payment; Service information"  # fmt: skip
    assert cell(made, DRAFT, "C-2026-0004", "Still missing").marked == "✓ nothing"
    assert sum(r[6] == "✗ not entered" for r in rows(made, MASTER)) == 6
