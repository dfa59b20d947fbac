"""Supply against demand, worked out by hand: what is contracted, used, empty, forecast, and what is left."""

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, words

BY_TYPE = "By type of service"
TYPES = [
    record("service_types", "service_types", entries=[{"code": c, "label": label} for c, label in (("foster_care", "Foster care"), ("short_breaks", "Short breaks"))])
]  # fmt: skip
COUNCIL = record("provider", "council", name="Council", organisation_kind="council_in_house", status="active")
BRAE = record("provider", "brae", name="Brae", organisation_kind="charity", status="active")


def contract(id, quantity, unit="places", kind="foster_care", **more):
    return record("contract", id, **{"title": id, "status": "in_force", "contract_type": "block", "provider": "brae", "service_type": kind, "capacity": {"unit": unit, "quantity": quantity}, **more})  # fmt: skip


def sent(id, contract, delivered, contracted=None, unit="places", first="2026-07-01", last="2026-09-30"):
    volume = {"unit": unit, "delivered": delivered, **({"contracted": contracted} if contracted else {})}
    return record("return", id, contract=contract, status="accepted", received_on="2026-10-05", period={"from": first, "to": last}, volume=volume)  # fmt: skip


def need(id, quantity, unit="places", kind="foster_care", **more):
    forecast = [{"service_type": kind, "quantity": quantity, "unit": unit}]
    return record("need", id, **{"title": id, "need_type": "population", "status": "routed", "service_types": [kind], "forecast": forecast, **more})  # fmt: skip


BASE = (
    *TYPES, COUNCIL, BRAE,
    contract("C-2026-0001", 10), sent("RT-2026-0001", "C-2026-0001", "6", "10", first="2026-04-01", last="2026-06-30"), sent("RT-2026-0002", "C-2026-0001", "8", "10"),
    # Two providers of a framework report on the same period: 5 and 6 of 10 each, so 11 of 20.
    contract("C-2026-0002", 20, contract_type="framework"), sent("RT-2026-0003", "C-2026-0002", "5", "10"), sent("RT-2026-0004", "C-2026-0002", "6", "10"),
    contract("C-2026-0003", 5, contract_type="call_off", framework="C-2026-0002"), contract("C-2026-0004", 9, status="expired"), contract("C-2026-0005", 1, placement_specific=True),
    record("service", "SV-2026-0001", name="Own carers", provider="council", status="active", service_type="foster_care", area="Town", capacity={"unit": "places", "quantity": 6, "as_at": "2026-04-01"}),
    record("service", "SV-2026-0002", name="Brae carers", provider="brae", status="active", service_type="foster_care", area="Glen", capacity={"unit": "places", "quantity": 40}),
    record("service", "SV-2026-0003", name="Closed", provider="council", status="closed", service_type="foster_care", area="Town", capacity={"unit": "places", "quantity": 8}),
    need("N-2026-0001", 7), need("N-2026-0002", 6), need("N-2026-0003", 50, status="contracted"),
)  # fmt: skip


def test_what_is_empty_less_what_is_forecast_is_left():
    made = report("supply_and_demand", desk(*BASE))
    # 10 + 20 contracted; 8 + 11 in use; 11 empty; 6 of the council's own; 7 + 6 forecast; 11 − 13.
    assert rows(made, BY_TYPE) == [("Foster care", "Places", "30", "19", "11", "6", "13", "✗ −2: a gap")]
    assert [k.id for k in cell(made, BY_TYPE, "Foster", "In use").sources] == ["RT-2026-0002", "RT-2026-0003", "RT-2026-0004"]  # fmt: skip
    assert [k.id for k in cell(made, BY_TYPE, "Foster", "Contracted").sources] == ["C-2026-0001", "C-2026-0002"]
    assert [k.id for k in cell(made, BY_TYPE, "Foster", "Forecast").sources] == ["N-2026-0001", "N-2026-0002"]


def test_a_contract_for_one_placement_counts_where_restricted_records_are_at_hand():
    made = report("supply_and_demand", desk(*BASE, audience="restricted"))
    # 31 contracted, but nobody says how much of the one place is used.
    assert rows(made, BY_TYPE) == [("Foster care", "Places", "31", "not known of all", "–", "6", "13", "–")]


def test_nights_of_a_quarter_are_held_against_a_quarter_of_the_year_s():
    made = report("supply_and_demand", desk(*TYPES, BRAE, contract("C-2026-0001", 1000, "nights_a_year", "short_breaks"), sent("RT-2026-0001", "C-2026-0001", "200", "250", "nights_a_year")))  # fmt: skip
    assert rows(made, BY_TYPE) == [("Short breaks", "Nights a year", "1,000", "800", "200", "–", "–", "✓ 200")]
    unsaid = report("supply_and_demand", desk(*TYPES, BRAE, contract("C-2026-0001", 1000, "nights_a_year", "short_breaks"), sent("RT-2026-0001", "C-2026-0001", "200", None, "nights_a_year")))  # fmt: skip
    assert rows(unsaid, BY_TYPE)[0][3:5] == ("not known of all", "–")


def test_a_small_number_of_children_is_added_to_nothing_outside_the_restricted_site():
    few = (*TYPES, need("N-2026-0001", 3), need("N-2026-0002", 20))
    assert rows(report("supply_and_demand", desk(*few)), BY_TYPE)[0][6:] == ("not known of all", "–")
    assert rows(report("supply_and_demand", desk(*few, audience="restricted")), BY_TYPE)[0][6:] == ("23", "✗ −23: a gap")  # fmt: skip
    assert "<5 places" in words(report("supply_and_demand", desk(*few)), "What is forecast")


def test_more_in_use_than_contracted_is_told():
    made = report("supply_and_demand", desk(*TYPES, BRAE, contract("C-2026-0001", 10), sent("RT-2026-0001", "C-2026-0001", "12", "10")))  # fmt: skip
    assert rows(made, "Contracted capacity and its use")[0][2:5] == ("10 places", "12", "−2")


def test_services_stand_by_place_and_a_hold_is_told():
    held = record("service", "SV-2026-0004", name="Held", provider="brae", status="active", service_type="foster_care", placement_hold={"from": "2026-03-09", "reason_code": "staffing"})  # fmt: skip
    made = report("supply_and_demand", desk(*BASE, held))
    assert rows(made, "Services and where they are", "By place") == [("Glen", "Foster care", "Places", "40"), ("Town", "Foster care", "Places", "6")]  # fmt: skip
    assert cell(made, "Services and where they are", "Held", "New placements").marked.startswith("✗ Held since 9 March 2026")  # fmt: skip
    assert cell(made, "Services and where they are", "Own", "New placements").text == "Open"


def test_gaps_are_those_of_needs_not_met_and_of_the_latest_market_note():
    notes = [record("market_note", f"MN-2026-000{n}", title="t", service_type="foster_care", on=f"2026-0{n}-01", gaps=[gap]) for n, gap in ((1, "Old gap."), (2, "New gap."))]  # fmt: skip
    made = report("supply_and_demand", desk(*BASE, *notes, need("N-2026-0009", 1, gap="Two more.", kind="short_breaks", unit="cases")))  # fmt: skip
    told = words(made, "Gaps")
    assert "Two more." in told and "New gap." in told and "Old gap." not in told
    assert "no contracted or own capacity entered: Short breaks" in told


def test_the_demonstration_s_short_breaks():
    # 268 of 365 nights in the quarter: 804 of 1,095; Rowan's block is the only one.
    made = report("supply_and_demand", demonstration())
    found = next(r for r in rows(made, BY_TYPE) if r[0] == "Short breaks" and r[1] == "Nights a year")
    assert found == ("Short breaks", "Nights a year", "1,095", "804", "291", "–", "1,095", "✗ −804: a gap")
