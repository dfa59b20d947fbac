"""Due diligence: each assurance as it stands on the day, by the entry that holds longest."""

from ccm_site.facts.assurances import CHECKLIST
from tests.views.reports.registers import cell, demonstration, desk, limits, record, report, rows, table

FIRE = "public_liability_insurance"
ASK, OUT = "To be asked for", "Running out, the next ones first"


def provider(*assurances, id="brae", **more):
    return record("provider", id, **{"name": id.title(), "status": "active", "organisation_kind": "charity", "assurances": list(assurances), **more})  # fmt: skip


def seen(kind=FIRE, until=None, result="satisfactory"):
    return {"kind": kind, "checked_on": "2026-01-01", "checked_by_role": "contracts_officer", "result": result, **({"valid_to": until} if until else {})}  # fmt: skip


def state(*entries, **more):
    made = report("due_diligence", desk(limits(renewal_notice="30"), provider(*entries, **more)))
    return cell(made, "Brae", "Public liability", "How it stands").marked


def test_an_assurance_holds_on_its_last_day_and_has_run_out_on_the_next():
    assert state(seen(until="2026-11-24")) == "≈ Runs out soon" and state(seen(until="2026-11-23")) == "✗ Has run out"


def test_soon_is_within_the_limit_of_policy_and_without_one_nothing_is_soon():
    # 30 days from 24 November is 24 December.
    assert state(seen(until="2026-12-24")) == "≈ Runs out soon" and state(seen(until="2026-12-25")) == "✓ Holds"
    made = report("due_diligence", desk(provider(seen(until="2026-11-25"))))
    assert cell(made, "Brae", "Public liability", "How it stands").marked == "✓ Holds"


def test_the_entry_that_holds_longest_counts():
    assert state(seen(until="2026-01-01"), seen(until="2028-01-01")) == "✓ Holds"
    assert state(seen(until="2028-01-01"), seen(until="2026-01-01", result="not_satisfactory")) == "✓ Holds"
    assert state(seen(result="conditions")) == "≈ Holds with conditions"
    assert state(seen(until="2028-01-01", result="not_satisfactory")) == "✗ Not satisfactory"
    assert state() == "✗ Not seen"


def test_registration_is_wanted_only_of_a_provider_with_a_registered_service():
    types = table("service_types", {"code": "a", "label": "Apples", "registered": True}, {"code": "b", "label": "Berries", "registered": False})  # fmt: skip

    def missing(kind):
        lodge = record("service", "SV-2026-0001", name="s", provider="brae", status="active", service_type=kind)
        return rows(report("due_diligence", desk(types, provider(), lodge)), "Overview")[0][-1]

    assert (missing("a"), missing("b")) == (str(len(CHECKLIST)), str(len(CHECKLIST) - 1)) == ("12", "11")


def test_the_council_s_own_services_and_former_providers_are_not_asked():
    made = report("due_diligence", desk(provider(), provider(id="own", organisation_kind="council_in_house"), provider(id="gone", status="former")))  # fmt: skip
    assert [r[0] for r in rows(made, "Overview")] == ["Brae"]


def test_what_is_to_be_asked_for_is_told_worst_first_and_what_runs_out_by_its_day():
    made = report("due_diligence", desk(limits(renewal_notice="30"), provider(seen(until="2027-06-01"), seen("fair_work", "2026-12-01"), seen("modern_slavery", "2026-01-01"), seen("financial_check", result="not_satisfactory"), seen("abuse_insurance", result="conditions"))))  # fmt: skip
    told = [r[2] for r in rows(made, ASK)]
    assert told == ["✗ Not satisfactory", "✗ Has run out", *["✗ Not seen"] * 6, "≈ Holds with conditions"]
    assert [(r[2], r[3]) for r in rows(made, OUT)] == [("≈ 1 December 2026", "7"), ("1 June 2027", "189")]


def test_the_demonstration_s_larchfield_lacks_four_and_five_have_run_out():
    made = report("due_diligence", demonstration())
    row = next(r for r in rows(made, "Overview") if r[0].startswith("Larchfield"))
    assert row[1:] == ("Suspended", "1", "–", "2", "5", "–", "4")
