"""R-PLC: what a placement stands on, on its first and last days: contract, service, team, hold, Schedule C, request, and one home."""

from dataclasses import replace

import pytest

from ccm_site.model import Seal
from tests.rules.registers import but, findings, record, shut, table, told, told_of_change

CONTRACT = record(
    "contract", "C-1", status="in_force", provider="PR-1", services=["SV-1"], service_type="residential",
    start_date="2026-01-01", end_date="2026-12-31",
)  # fmt: skip
SERVICE = record("service", "SV-1", provider="PR-1", service_type="residential", resource_types=["home"])
TYPES = table(
    "resource_types",
    {"code": "home", "service_type": "residential", "full_time": True}, {"code": "school", "service_type": "education"},
    {"code": "own", "in_house": True, "full_time": True}, {"code": "flat", "service_type": "residential", "full_time": True},
)  # fmt: skip


def placement(id="P-1", **data):
    return record(
        "placement", id,
        **{"status": "active", "contract": "C-1", "service": "SV-1", "provider": "PR-1", "resource_type": "home", "start_date": "2026-05-01", **data},
    )  # fmt: skip


def outside(*, contract=(), service=(), beside=(), **data):
    """Where the placement stands outside its contract."""
    records = but(CONTRACT, **dict(contract)), but(SERVICE, **dict(service)), TYPES, *beside
    lines = told("R-PLC-1", placement(**data), *records)
    assert all(line.startswith("error P-1/") for line in lines)
    return [line.removeprefix("error P-1/") for line in lines]


@pytest.mark.parametrize("status", ["proposed", "authorised", "contracted", "active", "ended", "closed"])
def test_it_is_asked_of_a_placement_that_has_begun(status):
    expected = ["provider"] if status not in ("proposed", "authorised") else []
    assert outside(status=status, contract={"provider": "PR-2", "services": None}) == expected


@pytest.mark.parametrize(
    ("status", "binds"),
    [("draft", False), ("ready_for_issue", False), ("issued", False), ("signed", True), ("in_force", True), ("expired", True), ("terminated", True), ("closed", True)],
)  # fmt: skip
def test_a_contract_binds_once_it_is_signed(status, binds):
    assert outside(contract={"status": status}) == ([] if binds else ["contract"])
    late = outside(contract={"status": status}, start_date="2027-01-01")
    assert late == (["start_date"] if binds else ["contract"]), "of one that binds nobody the days are not looked at"


def option(months, **more):
    return {"months": months, **more}


@pytest.mark.parametrize(
    ("start", "data", "covered"),
    [
        ("2025-12-31", {}, False), ("2026-01-01", {}, True), ("2026-12-31", {}, True), ("2027-01-01", {}, False),
        ("2030-01-01", {"end_date": None}, True), ("2020-01-01", {"start_date": None}, True),
        ("2027-12-31", {"extensions": [option(12, used_on="2026-12-01")]}, True), ("2028-01-01", {"extensions": [option(12, used_on="2026-12-01")]}, False),
        ("2027-01-01", {"extensions": [option(12)]}, False), ("2027-01-01", {"extensions": [option(None, used_on="2026-12-01")]}, False),
        ("2027-03-31", {"extensions": [option(1, used_on="2026-12-01"), option(2, used_on="2027-01-01"), option(9)]}, True),
        ("2027-04-01", {"extensions": [option(1, used_on="2026-12-01"), option(2, used_on="2027-01-01"), option(9)]}, False),
        ("2026-03-31", {"end_date": "2026-02-28", "extensions": [option(1, used_on="2026-02-01")]}, True),
    ],
    ids=str,
)  # fmt: skip
def test_the_first_and_last_day_of_its_contract_used_options_included(start, data, covered):
    assert outside(start_date=start, contract=data) == ([] if covered else ["start_date"])


@pytest.mark.parametrize("status", ["terminated", "closed"])
@pytest.mark.parametrize(
    ("ending", "last"),
    [
        ({"terminated_on": "2026-04-30"}, "2026-04-30"), ({"notice": {"effective_on": "2026-04-30"}}, "2026-04-30"),
        ({"terminated_on": "2026-05-01", "notice": {"effective_on": "2026-04-01"}}, "2026-05-01"), ({}, "2026-12-31"),
        ({"terminated_on": "2026-04-30", "status": "running_off"}, "2026-12-31"), ({"terminated_on": "2026-04-30", "voided": {}}, "2026-12-31"),
        ({"terminated_on": "2026-04-30", "contract": "C-2"}, "2026-12-31"), ({"terminated_on": "2027-04-30"}, "2026-12-31"),
    ],
    ids=str,
)  # fmt: skip
def test_a_contract_that_was_ended_early_covers_until_that_day(ending, last, status):
    done = record("contract_termination", "CT-1", **{"contract": "C-1", "status": "terminated", **ending})

    def covered(day, **more):
        return outside(start_date=day, contract={"status": status, **more}, beside=[done]) == []

    days = ["2026-04-30", "2026-05-01", "2026-05-02", "2026-12-31", "2027-01-01"]
    assert [covered(d) for d in days] == [d <= last for d in days]
    open_end = last if last != "2026-12-31" else "2027-04-30" if "2027-04-30" in str(ending) else "9999-12-31"
    assert [covered(d, end_date=None) for d in days] == [d <= open_end for d in days]
    in_force = outside(start_date="2026-12-31", beside=[done])
    assert in_force == [], "while the contract is in force its last day is its own"


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({}, []),
        ({"contract": {"provider": "PR-2"}}, ["provider"]), ({"contract": {"provider": "PR-2", "further_providers": ["PR-1"]}}, []),
        ({"contract": {"services": ["SV-2"]}}, ["service"]), ({"contract": {"services": ["SV-2", "SV-1"]}}, []), ({"contract": {"services": None}}, []),
        ({"service": {"provider": "PR-2"}}, ["service"]), ({"provider": None, "service": {"provider": "PR-2"}}, ["provider"]),
        ({"resource_type": "flat"}, []), ({"resource_type": "school"}, ["resource_type"]), ({"resource_type": "unknown"}, []),
        ({"resource_type": "school", "service": {"resource_types": ["school"]}}, []), ({"resource_type": "school", "service": {"service_type": "education"}}, []),
        ({"resource_type": "school", "contract": {"service_type": "education"}}, []),
        ({"resource_type": "school", "contract": {"service_type": None}}, ["resource_type"]),
        ({"resource_type": "school", "contract": {"service_type": None}, "service": {"service_type": None}}, []),
        ({"resource_type": "own"}, ["resource_type"]),
    ],
    ids=str,
)  # fmt: skip
def test_provider_service_and_type_of_resource_are_the_contracts(case, expected):
    assert outside(**case) == expected


@pytest.mark.parametrize(
    ("allowed", "team", "expected"),
    [
        (["North"], "South", ["placing_team"]), (["North"], "North", []), (["North"], None, []), ([], "South", []),
        (["North", "East"], "South", ["placing_team"]), (["North", "whoever asks"], "South", []),
    ],
)  # fmt: skip
def test_only_the_teams_that_a_contract_names_place_under_it(allowed, team, expected):
    beside = record("post", "a", team="North"), placement("P-2", placing_team="East", status="proposed")
    assert outside(placing_team=team, contract={"restricted_to": allowed}, beside=beside) == expected


HOLDS = [
    ({"from": "2026-05-01"}, True), ({"from": "2026-05-02"}, False), ({"from": "2026-04-01", "until": "2026-05-01"}, True),
    ({"from": "2026-04-01", "until": "2026-04-30"}, False), ({"until": "2026-06-01"}, False), ({}, False), ("since May", False),
]  # fmt: skip


@pytest.mark.parametrize(("hold", "held"), HOLDS, ids=str)
def test_nobody_new_is_placed_during_a_hold(hold, held):
    expected = ["start_date"] if held else []
    assert outside(contract={"hold": hold}) == outside(service={"placement_hold": hold}) == expected
    assert outside(service={"earlier_holds": [{}, hold]}) == expected
    assert outside(service={"placement_hold": hold, "earlier_holds": [hold, hold]}) == expected, "it is told once"


@pytest.mark.parametrize("place", ["placement_hold", "earlier_holds"])
def test_the_hold_is_shown_where_it_is_written(place):
    hold = {"from": "2026-05-01"}
    given = but(SERVICE, **{place: hold if place == "placement_hold" else [hold]})
    [f] = findings("R-PLC-1", placement(), CONTRACT, given, TYPES)
    assert [r.pointer for r in f.related] == [f"/{place}"]


def test_what_cannot_be_seen_or_has_no_day_is_not_looked_at_and_what_came_before_only_warns():
    other = but(CONTRACT, provider="PR-2")
    assert told("R-PLC-1", shut("placement", "P-1", **placement().data), other, SERVICE) == []
    assert told("R-PLC-1", placement(start_date=None), other, SERVICE) == []
    assert told("R-PLC-1", placement(voided={}), other, SERVICE) == []
    assert told("R-PLC-1", placement(contract=None), other, SERVICE) == []
    assert told("R-PLC-1", placement(legacy={"migrated_on": "2026-05-01"}), other, SERVICE) == ["warning P-1/provider"]
    assert told("R-PLC-1", placement(legacy={"migrated_on": "2026-04-30"}), other, SERVICE) == ["error P-1/provider"]


ISSUED = record("contract", "C-1", status="issued", purchase_category="C")
FOR_ONE = placement(purchase_category="C")


@pytest.mark.parametrize(
    ("records", "refused"),
    [
        ([ISSUED], False), ([ISSUED, FOR_ONE], True), ([but(ISSUED, purchase_category=None), FOR_ONE], True),
        ([but(ISSUED, purchase_category="B"), FOR_ONE], False), ([but(ISSUED, voided={}), FOR_ONE], False), ([but(ISSUED, status="draft"), FOR_ONE], False),
        ([ISSUED, but(FOR_ONE, purchase_category="B")], False), ([ISSUED, but(FOR_ONE, voided={})], False),
        ([ISSUED, shut("placement", "P-1", **FOR_ONE.data)], False),
        ([ISSUED, but(FOR_ONE, contract=None)], False),
        ([but(ISSUED, contract_request="A-1"), but(FOR_ONE, contract=None), record("authorisation", "A-1", placement="P-1")], True),
        ([but(ISSUED, contract_request="A-1"), but(FOR_ONE, contract=None), record("authorisation", "A-1")], False),
        ([ISSUED, FOR_ONE, record("need_specification", "N-1", placement="P-1")], True),
        ([ISSUED, FOR_ONE, record("need_specification", "N-1", placement="P-1", provided_on="2026-04-01")], False),
        ([ISSUED, FOR_ONE, record("need_specification", "N-1", placement="P-2", provided_on="2026-04-01")], True),
        ([ISSUED, FOR_ONE, shut("need_specification", "N-1", placement="P-1")], False),
    ],
)  # fmt: skip
def test_schedule_c_is_handed_in_before_the_contract_is_issued(records, refused):
    before = [but(records[0], status="draft"), *records[1:]]
    assert told_of_change("R-PLC-2", before, records) == (["error C-1/status"] if refused else [])


ASKED = record("authorisation", "A-1", placement="P-1", contract_request={"on": "2026-04-01"})
NOTICE = record("notice", "NO-1", placement="P-1", notice_kind="placement_against_contract")
C = {"purchase_category": "C"}


@pytest.mark.parametrize(
    ("data", "beside", "told_of"),
    [
        (C, [], True), (C, [ASKED], False), (C, [NOTICE], False), (C, [but(ASKED, contract_request=None)], True), (C, [but(NOTICE, notice_kind="other")], True),
        (C, [but(ASKED, placement="P-2"), but(NOTICE, placement="P-2")], True), (C, [but(NOTICE, voided={})], True),
        (C, [but(ASKED, contract_request=None), shut("authorisation", "A-2", placement="P-1")], False),
        ({}, [], False), ({"purchase_category": "B"}, [], False), ({**C, "resource_type": "own"}, [], False), ({**C, "start_date": None}, [], False),
        ({**C, "status": "proposed"}, [], False), ({**C, "status": "authorised"}, [], True), ({**C, "voided": {}}, [], False),
    ],
    ids=str,
)  # fmt: skip
def test_the_manager_was_asked_for_a_contract_or_told_of_one_in_place(data, beside, told_of):
    assert told("R-PLC-4", placement(**data), TYPES, *beside) == (["error P-1/contract"] if told_of else [])
    assert told("R-PLC-4", shut("placement", "P-1", **placement(**data).data), TYPES, *beside) == []


def home(id, start, end=None, **data):
    return placement(id, **{"child_ref": "CH-1", "full_time": True, "start_date": start, "ended_on": end, **data})


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (home("P-1", "2026-01-01", "2026-05-01"), home("P-2", "2026-05-01"), False),
        (home("P-1", "2026-01-01", "2026-05-02"), home("P-2", "2026-05-01"), True),
        (home("P-1", "2026-01-01"), home("P-2", "2026-05-01"), True),
        (home("P-1", "2026-01-01", anticipated_end="2026-04-30"), home("P-2", "2026-05-01"), False),
        (home("P-1", "2026-01-01", review_by="2026-04-30"), home("P-2", "2026-05-01"), True),
        (home("P-1", "2026-01-01", child_ref="CH-2"), home("P-2", "2026-05-01"), False),
        (home("P-1", "2026-01-01", full_time=False), home("P-2", "2026-05-01"), False),
        (home("P-1", "2026-01-01", status="proposed"), home("P-2", "2026-05-01"), False),
        (home("P-1", "2026-01-01", resource_type="school"), home("P-2", "2026-05-01"), False),
        (home("P-1", "2026-01-01", resource_type="school"), home("P-2", "2026-05-01", resource_type="school"), True),
        (home("P-1", "2026-01-01", resource_type="own"), home("P-2", "2026-05-01", resource_type="home"), True),
        (home("P-1", "2026-01-01", resource_type="unknown"), home("P-2", "2026-05-01"), True),
        (home("P-1", None), home("P-2", "2026-05-01"), False), (home("P-1", "2026-01-01", child_ref=None), home("P-2", "2026-05-01", child_ref=None), False),
    ],
)  # fmt: skip
def test_a_case_has_one_home_at_a_time(one, other, overlap):
    assert told("R-PLC-5", one, other, TYPES) == (["warning P-2/start_date"] if overlap else [])
    assert told("R-PLC-5", shut("placement", "P-1", **one.data), other, TYPES) == []


def test_the_one_that_runs_longest_is_held_against_the_next():
    long, short, last = home("P-1", "2026-01-01", "2026-09-01"), home("P-2", "2026-02-01", "2026-03-01"), home("P-3", "2026-08-01")  # fmt: skip
    by = {f.at.path: f.message for f in findings("R-PLC-5", long, short, last, TYPES)}
    assert by.keys() == {"P-2.yaml", "P-3.yaml"} and "P-1" in by["P-3.yaml"]
    assert told("R-PLC-5", home("P-1", "2026-01-01", "2026-03-01"), home("P-2", "2026-02-01", "2026-09-01"), last) == ["warning P-2/start_date", "warning P-3/start_date"]  # fmt: skip


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (True, True), (False, False)])
def test_that_two_placements_are_one_childs_is_not_told_where_it_is_sealed(first, second):
    one, other = (
        replace(r, seal=Seal("K-1", "-")) if sealed else r
        for r, sealed in ((home("P-1", "2026-01-01"), first), (home("P-2", "2026-05-01"), second))
    )
    one, other = (replace(r, clear_names=tuple(r.data)) for r in (one, other))
    [f] = findings("R-PLC-5", one, other, TYPES)
    assert [("P-1" in f.message), bool(f.related)] == [not (first or second)] * 2
