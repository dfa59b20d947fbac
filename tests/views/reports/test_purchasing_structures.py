"""Purchasing structures: contracts by kind, route and category, frameworks with their call-offs, what is provided in-house."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, table, words


def contract(id, kind, **more):
    return record("contract", id, **{"title": id, "status": "in_force", "contract_type": kind, "provider": "brae", "service_type": "foster_care", "purchase_category": "C", "route": "tender", **more})  # fmt: skip


def worth(amount, vat="exempt"):
    return {"amount": amount, "vat_basis": vat}


BASE = (
    table("service_types", {"code": "foster_care", "label": "Foster care"}, {"code": "short_breaks", "label": "Short breaks"}),
    table("resource_types", {"code": "in_house_fostering", "label": "Own fostering", "purchase_category": "C", "in_house": True, "referral_route": "group"}),
    record("provider", "brae", name="Brae", status="active", organisation_kind="charity"), record("provider", "council", name="Council", status="active", organisation_kind="council_in_house"),
    contract("C-2026-0001", "framework", end_date="2030-03-31", estimated_value=worth("1000.00")),
    contract("C-2026-0002", "call_off", framework="C-2026-0001", route="call_off", estimated_value=worth("200.50")),
    contract("C-2026-0003", "call_off", framework="C-2026-0001", route="call_off", estimated_value=worth("99.50"), status="expired"),
    contract("C-2026-0004", "spot", purchase_category="B", service_type="short_breaks", route="non_tender", non_tender="NT-2026-0001", estimated_value=worth("10.00", "excluded")),
    contract("C-2026-0005", "spot", purchase_category="B", estimated_value=worth("5.00"), route="non_tender"),
    contract("C-2026-0006", "block", status="draft"), contract("C-2026-0007", "spot", placement_specific=True),
    contract("C-2026-0008", "call_off", framework_owner="Scotland Excel", framework_reference="SXL 0121", route="call_off"),
    record("non_tender", "NT-2026-0001", title="Why", status="approved", reason_code="urgency"),
    record("service", "SV-2026-0001", name="Own carers", provider="council", status="active", service_type="foster_care", resource_types=["in_house_fostering"]),
    record("service", "SV-2026-0002", name="Lodge", provider="brae", status="active", service_type="short_breaks"),
    record("sourcing_decision", "SD-2026-0001", title="Ourselves", status="decided", route="in_house", service_type="foster_care", rationale="Near home.", decision={"on": "2026-02-10"}),
)  # fmt: skip


def test_contracts_in_force_stand_by_type_of_service_and_kind():
    made = report("purchasing_structures", desk(*BASE))
    title = "Kinds of contract by type of service"
    # Columns: framework, call-off, spot. The draft, the expired one and the one for one placement are not counted.
    assert rows(made, title) == [("Foster care", "1", "2", "1"), ("Short breaks", "–", "–", "1")]
    assert [k.id for k in cell(made, title, "Foster", "Call-off").sources] == ["C-2026-0002", "C-2026-0008"]


def test_amounts_on_different_vat_bases_are_not_added():
    made = report("purchasing_structures", desk(*BASE))
    spot = next(r for r in rows(made, "Kinds of contract by type of service", 1) if r[0].startswith("Spot"))
    assert spot == (spot[0], "2", "£10.00 excluding VAT; £5.00 exempt from VAT")
    assert rows(made, "Purchase categories")[0][:3] == ("Category B", "2", "£10.00 excluding VAT; £5.00 exempt from VAT")  # fmt: skip


def test_a_framework_names_its_call_offs_and_what_they_are_worth():
    made = report("purchasing_structures", desk(*BASE))
    [own] = rows(made, "Frameworks and their call-offs")
    assert own[0].startswith("C-2026-0001") and own[3] == "31 March 2030" and own[5] == "£300.00 exempt from VAT"
    assert "C-2026-0002" in own[4] and "C-2026-0003" in own[4] and "C-2026-0008" not in own[4]
    [other] = rows(made, "Frameworks and their call-offs", 1)
    assert other[1:3] == ("Scotland Excel", "SXL 0121")


def test_what_was_bought_without_a_tender_has_its_reason_or_lacks_it():
    made = report("purchasing_structures", desk(*BASE))
    assert [r[1] for r in rows(made, "How providers were chosen", 1)] == ["NT-2026-0001 Why", "≈ none entered"]


def test_in_house_stands_against_external():
    made = report("purchasing_structures", desk(*BASE))
    title = "Bought, and provided by the council itself"
    assert rows(made, title) == [("Foster care", "1", "–", "4"), ("Short breaks", "–", "1", "1")]
    assert "Near home." in words(made, title)
    assert cell(made, "Purchase categories", "Own fostering", "Provided by", 1).text == "The council itself"
    assert cell(made, "Purchase categories", "Own fostering", "Services that offer it", 1).text.endswith("Own carers")


def test_the_demonstration_has_two_blocks_and_one_framework():
    made = report("purchasing_structures", demonstration())
    found = {r[0]: r[1] for r in rows(made, "Kinds of contract by type of service", "What they are worth")}
    assert found == {"Block": "2", "Framework": "1", "Spot": "1", "Service level agreement": "7"}
