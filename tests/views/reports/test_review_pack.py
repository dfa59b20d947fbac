"""The review pack: one meeting's papers in the order of its agenda; job J-6 as it is written."""

from datetime import date

import pytest

from ccm_site.checks.schema import schema_findings
from ccm_site.rules import Changes, change_findings
from ccm_site.rules.example import applied
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.links import reports_on
from ccm_site.views.reports.model import Table
from tests.registers import DEMO_DAY
from tests.rules.registers import kinds, limits, record
from tests.rules.registers import table as policy
from tests.views.reports.told import (
    all_output,
    betrays,
    demo,
    demonstration,
    desk,
    made,
    money,
    planted,
    post,
    provider,
    section,
    table,
)

ON = date(2026, 11, 24)
LIMITS = limits(evidence_age="12")
CYCLE = policy(
    "review_cycle",
    chairs=["service_manager", "team_leader", "psychologist"],
    manager_attends="annual",
    prepare_days=42,
    returns_days=21,
)
PREPARING, HELD = "RV-2026-0037", "RV-2026-0039"
AGENDA = [
    "The meeting", "Who has to be there, and apologies", "What evidence is missing", "Actions of the last review", "Volume and payments",
    "Standards and agreed indicators", "Effectiveness: outcomes for each child", "Quality and satisfaction", "Complaints and concerns",
    "Inspections and other organisations", "What staff say", "Smooth running", "Value for money", "Risk, and why", "The provider's comment",
    "Changes to the specification and the terms", "The three decisions", "What follows",
]  # fmt: skip


def contract(**data):
    given = {
        "status": "in_force",
        "title": "Foster care",
        "provider": "brae",
        "start_date": "2025-04-01",
        "end_date": "2028-03-31",
        "contract_type": "block",
    }
    return record("contract", "C-2025-0001", **{**given, **data})


def review(id="RV-2026-0002", **data):
    given = {
        "status": "preparing",
        "contract": "C-2025-0001",
        "review_type": "annual",
        "due_by": "2026-12-31",
        "planned_on": "2026-12-10",
    }
    return record("review", id, **{**given, **data})


def held(id="RV-2026-0001", **data):
    given = {
        "status": "closed",
        "review_type": "biannual",
        "due_by": "2026-06-30",
        "planned_on": "2026-06-20",
        "held_on": "2026-06-20",
    }
    return review(id, **{**given, **data})


def action(id="AC-2026-0001", **data):
    given = {
        "status": "open",
        "target": "contract",
        "contract": "C-2025-0001",
        "what": "Mend the roof",
        "owner_role": "provider",
        "due_on": "2026-11-30",
        "arises_from": ["RV-2026-0001"],
    }
    return record("action", id, **{**given, **data})


def pack(*records, of="RV-2026-0002", audience="intranet", on=ON):
    return made(
        desk(contract(), *records, LIMITS, CYCLE, provider(), post(), audience=audience, on=on), "review_pack", of
    )


def part(report, title):
    n = AGENDA.index(title) + 1
    return section(report, f"{n}. {title}")


def rows(report, title, nth=0):
    return table(report, f"{AGENDA.index(title) + 1}. {title}", nth)


def words(section):
    return " ".join(str(p) for p in section.parts)


def refused(change, review_at="contracts/2025/C-2025-0002/reviews/RV-2026-0037.yaml"):
    """The rules that refuse a change to the annual review in preparation of the demonstration, of those about reviews."""
    base = demonstration()
    register, changed, broken = applied(base, kinds(), {review_at: {p: v for p, v in change.items() if v is not None}})
    found = [
        *schema_findings(changed, kinds()),
        *broken,
        *change_findings(Changes.between(base, register), kinds(), DEMO_DAY),
    ]
    return {f.rule.removesuffix("-a") for f in found if f.severity == "error"}


WHOLE = {
    "/status": "held", "/held_on": "2026-11-24", "/attendance": [{"role": "team_leader", "attended": "attended"}, {"role": "ccm", "attended": "attended"}],
    "/evidence": [{"record": "RT-2026-0008", "question": "outcomes"}], "/quality": {"rating": "good", "conclusion": "It is."},
    "/effectiveness": {"rating": "good", "conclusion": "It is."}, "/value_for_money": {"judgement": "good", "conclusion": "It is."}, "/risk_rating": "green",
    "/decisions": {
        "individual_placements": {"action_needed": False}, "contract": {"decision": "continue", "additional_monitoring": False, "reason": "All well."},
        "strategic": {"input_given": False},
    },
    "/no_actions_reason": "Nothing is to be done.", "/strategic_feed": {"nothing_to_report": True},
}  # fmt: skip


def test_j_6_a_chair_has_one_pack_and_cannot_hold_the_review_without_the_three_decisions_and_the_manager():
    """Given returns, concerns, inspections, payments and feedback exist, when I open the pack, then satisfaction and effectiveness are on
    separate panels, missing evidence is named, and I cannot mark it held without the three decisions and CCM attendance."""
    report = made(demo("restricted"), "review_pack", PREPARING)
    quality, effectiveness = (
        part(report, "Quality and satisfaction"),
        part(report, "Effectiveness: outcomes for each child"),
    )
    assert "Interviews" in words(quality) and "Answers, from 1 to 5" in words(quality)
    assert "Outcome" in words(effectiveness) and "Answers, from 1 to 5" not in words(effectiveness)
    assert "Achieved" not in words(quality)
    missing = words(part(report, "What evidence is missing"))
    assert "RT-2026-0016, wanted by 26 November 2026" in missing and "provider's comment" in missing
    for title in (
        "Volume and payments",
        "Complaints and concerns",
        "Inspections and other organisations",
        "Smooth running",
    ):
        assert any(isinstance(p, Table) and p.rows for p in part(report, title).parts), title

    assert refused(WHOLE) == set(), "with all of it the review is held"
    for left_out in ("individual_placements", "contract", "strategic"):
        assert refused({**WHOLE, "/decisions": {n: d for n, d in WHOLE["/decisions"].items() if n != left_out}}) == {
            "R-REV-7"
        }
    assert "R-REV-4" in refused({**WHOLE, "/decisions": None})
    assert refused(
        {
            **WHOLE,
            "/attendance": [{"role": "team_leader", "attended": "attended"}, {"role": "ccm", "attended": "apologies"}],
        }
    ) == {"R-REV-3"}
    assert (
        refused(
            {
                **WHOLE,
                "/attendance": [
                    {"role": "team_leader", "attended": "attended"},
                    {"role": "ccm_delegate", "attended": "attended"},
                ],
            }
        )
        == set()
    )


@pytest.mark.parametrize(
    "missing", ["held_on", "attendance", "evidence", "quality", "value_for_money", "no_actions_reason"]
)
def test_held_needs_the_rest_too(missing):
    assert "R-REV-4" in refused({**WHOLE, f"/{missing}": None})


def test_the_agenda_is_whole_and_in_order():
    report = pack(review())
    assert [s.title for s in report.sections] == [f"{n}. {title}" for n, title in enumerate(AGENDA, 1)]
    assert report.title == "Review pack: C-2025-0001 Foster care, annual review of 10 December 2026"


def test_there_is_one_of_the_next_review_and_of_the_last_that_was_held_within_the_year():
    reviews = [
        review("RV-2026-0003", planned_on="2027-05-01"), review("RV-2026-0004", status="scheduled", planned_on="2026-12-01"),
        review("RV-2026-0005", status="cancelled", planned_on="2026-11-30"), held("RV-2025-0001", held_on="2025-11-25"),
        held("RV-2026-0006", held_on="2026-05-01", status="minutes_agreed"), held("RV-2026-0007", held_on="2026-11-25"),
    ]  # fmt: skip
    found = report_kinds()["review_pack"].subjects
    assert list(found(desk(contract(), *reviews))) == ["RV-2026-0004", "RV-2026-0006"]
    assert list(found(desk(contract(), held("RV-2025-0001", held_on="2025-11-25")))) == ["RV-2025-0001"]
    assert list(found(desk(contract(), held("RV-2025-0002", held_on="2025-11-24")))) == []


def test_a_review_of_a_contract_for_one_placement_has_a_pack_on_the_restricted_site_only():
    records = (contract(placement_specific=True), review())
    assert list(report_kinds()["review_pack"].subjects(desk(*records))) == []
    assert list(report_kinds()["review_pack"].subjects(desk(*records, audience="restricted"))) == ["RV-2026-0002"]


@pytest.mark.parametrize(
    ("change", "who", "state"),
    [
        ({}, "Chair", "Nobody is named yet"),
        ({"chair_role": "team_leader"}, "Chair", "Team leader"),
        ({"chair_role": "ccm"}, "Chair", "Commissioning and Contracts Manager: may not take the chair"),
        ({}, "Commissioning", "To be invited, or a delegate"),
        ({"review_type": "biannual"}, "Commissioning", "May come"),
        (
            {
                "attendance": [{"role": "ccm_delegate", "attended": "attended"}],
                "status": "held",
                "held_on": "2026-11-20",
            },
            "Commissioning",
            "Was there",
        ),
        (
            {"attendance": [{"role": "ccm", "attended": "apologies"}], "status": "held", "held_on": "2026-11-20"},
            "Commissioning",
            "Was not there",
        ),
        ({"provider_invited_on": "2026-11-02"}, "Provider", "Invited 2 November 2026"),
        ({}, "Provider", "Not invited yet"),
    ],
)
def test_who_has_to_be_there(change, who, state):
    found = rows(pack(review(**change)), "Who has to be there, and apologies")
    assert [r["State"] for r in found if r["Who"].startswith(who)] == [state]


def test_the_manager_is_at_every_review_where_the_council_says_so():
    everywhere = policy("review_cycle", chairs=["team_leader"], manager_attends="all", returns_days=21)
    report = made(desk(contract(), review(review_type="biannual"), everywhere), "review_pack", "RV-2026-0002")
    assert "Has to be at every review" in words(part(report, "Who has to be there, and apologies"))


def test_apologies_are_named():
    found = rows(
        pack(review(attendance=[{"role": "finance", "organisation": "Council", "attended": "apologies"}])),
        "Who has to be there, and apologies",
        1,
    )
    assert found == [{"Role": "Finance", "Organisation": "Council", "Attendance": "Sent apologies"}] or found[0][
        "Attendance"
    ].endswith("pologies")


def test_actions_of_the_last_review_and_how_far_they_are():
    report = pack(
        review(), held(carried_forward=["AC-2026-0005"]), held("RV-2025-0009", held_on="2025-12-01"),
        action(), action("AC-2026-0002", due_on="2026-11-23"), action("AC-2026-0003", status="done", done_on="2026-09-01", result="Mended"),
        action("AC-2026-0004", status="dropped", status_reason="No need"), action("AC-2026-0005", arises_from=["RV-2025-0009"]),
        action("AC-2026-0006", arises_from=["OR-2026-0001"]), action("AC-2026-0007", arises_from=["RV-2025-0009"], status="done", done_on="2026-01-01"),
    )  # fmt: skip
    found = rows(report, "Actions of the last review")
    assert [r["How far it is"] for r in found] == [
        "Open",
        "Open and overdue",
        "Done 1 September 2026",
        "Dropped",
        "Open",
    ]
    assert [r["What came of it"] for r in found] == ["", "", "Mended", "No need", ""]
    assert len(rows(report, "Actions of the last review", 1)) == 1, "another is still open, and one was done before"


def test_a_review_that_was_held_shows_what_was_known_then():
    report = pack(
        held(),
        held("RV-2025-0009", held_on="2025-12-01"),
        action("AC-2026-0003", arises_from=["RV-2025-0009"], status="done", done_on="2026-09-01"),
        of="RV-2026-0001",
    )
    assert [r["How far it is"] for r in rows(report, "Actions of the last review")] == ["Open"], (
        "it was done after the review"
    )
    assert report.period.last == date(2026, 6, 20)


def feedback(on, id="FB-2026-0001"):
    return record(
        "feedback",
        id,
        contract="C-2025-0001",
        respondent="service_user",
        method="interview",
        evidence_kind="proactive",
        sent_to_ccm_on=on,
    )


@pytest.mark.parametrize(("on", "missing"), [("2025-11-24", False), ("2025-11-23", True)])
def test_missing_evidence_is_named_with_since_when(on, missing):
    found = {r["Question"]: r for r in rows(pack(review(), feedback(on)), "What evidence is missing")}
    assert ("Quality: how satisfied are those who use the service?" in found) is missing
    assert (
        found["Outcomes: how well are the agreed outcomes for each child achieved?"]["Latest evidence"] == "None ever"
    )
    assert len(found) == 8 if missing else 7


def test_a_reason_for_missing_evidence_stands_beside_it():
    given = review(missing_evidence=[{"question": "operation", "reason": "The team was away."}])
    found = {r["Question"]: r["Why it is missing"] for r in rows(pack(given), "What evidence is missing")}
    assert found["Operation: are there significant or lasting concerns about smooth running?"] == "The team was away."
    assert found["Quality: what complaints and concerns are there?"] == "No reason is given"


def test_returns_and_reports_that_have_not_come_are_named():
    asked = record(
        "return",
        "RT-2026-0001",
        status="requested",
        contract="C-2025-0001",
        for_review="RV-2026-0002",
        period={"from": "2026-04-01", "to": "2026-09-30"},
    )
    missing = words(part(pack(review(), asked), "What evidence is missing"))
    assert "Return RT-2026-0001, wanted by 19 November 2026" in missing, "21 days before"
    assert "An operational monitoring report" in missing and "An assessment of risk" in missing
    assert "No return has been asked for this review" in words(part(pack(review()), "What evidence is missing"))


def test_decisions_are_open_until_they_are_taken():
    report = pack(review())
    assert [r["Decided"] for r in rows(report, "The three decisions")] == ["Still open"] * 3
    taken = {
        "individual_placements": {"action_needed": True, "note": "Two visits."}, "contract": {"decision": "enforce", "additional_monitoring": True, "reason": "Missed twice."},
        "strategic": {"input_given": False},
    }  # fmt: skip
    report = pack(
        review(status="held", held_on="2026-11-20", decisions=taken, strategic_feed={"sector": "Too few places."})
    )
    assert [r["Decided"] for r in rows(report, "The three decisions")] == [
        "Action is needed: Two visits.", "Enforce the terms; additional monitoring. Missed twice.", "Nothing goes to the strategic level",
    ]  # fmt: skip
    assert "Too few places." in words(part(report, "The three decisions"))
    offered = rows(report, "The three decisions")[1]["What is to be decided"]
    assert offered.startswith(
        "Continue as it is, Continue with additional monitoring, Enforce the terms, Renegotiate, End it early."
    )


def test_what_was_paid_for_a_place_in_a_week():
    months = {"from": "2026-04-01", "to": "2026-06-30"}  # 91 days, 13 weeks
    got = record(
        "return",
        "RT-2026-0001",
        status="accepted",
        contract="C-2025-0001",
        period=months,
        received_on="2026-07-10",
        volume={"unit": "places", "contracted": "10", "delivered": "8"},
    )
    paid = record(
        "payment_summary",
        "PY-2026-0001",
        contract="C-2025-0001",
        period=months,
        paid=money("10500.00"),
        credited=money("100.00"),
    )
    (row,) = rows(pack(review(), got, paid), "Value for money")
    assert row["Paid for a place in a week"] == "£100.00", "10,400 for 8 places in 13 weeks"
    assert row["Paid, less credits"] == "£10,400.00" and row["Share of what was contracted"] == "80%"


def test_changes_since_the_last_review():
    def change(n, **data):
        given = {
            "status": "signed",
            "contract": "C-2025-0001",
            "effective_date": "2026-09-01",
            "reason_code": "volume",
            "changes": [{"part": "volume", "after": "More"}],
        }
        return record("variation", f"V-2026-000{n}", **{**given, "title": f"Change {n}", **data})

    found = rows(pack(review(), held(), change(1), change(2, effective_date="2026-06-20"), change(3, status="draft", effective_date=None), change(4, status="withdrawn")),
                 "Changes to the specification and the terms")  # fmt: skip
    assert [r["Variation"] for r in found] == ["Change 1", "Change 3"]


def test_the_demonstration_has_its_packs_and_record_pages_lead_to_them():
    of = demo()
    found = list(report_kinds()["review_pack"].subjects(of))
    assert PREPARING in found and HELD in found
    assert ("Review pack", f"reports/review-pack/{PREPARING}/") in reports_on(
        of.site, of.register.get("review", PREPARING).key
    )
    report = made(of, "review_pack", HELD)
    assert "renegotiate" in words(part(report, "The three decisions")).lower()
    assert HELD not in words(part(report, "Volume and payments")).replace("At the review", "") or all(
        HELD not in e.text for s in report.sections for e in s.evidence or ()
    )


def test_every_pack_of_the_demonstration_can_be_made():
    for audience in ("intranet", "restricted"):
        of = demo(audience)
        for subject in report_kinds()["review_pack"].subjects(of):
            report = made(of, "review_pack", subject)
            assert len(report.sections) == len(AGENDA)
            assert all(
                len(row) == len(p.columns)
                for s in report.sections
                for p in s.parts
                if isinstance(p, Table)
                for row in p.rows
            )


def test_nothing_of_a_placement_or_a_complaint_is_on_the_intranet():
    whole = planted()
    of = demo(whole=whole)
    for subject in (PREPARING, HELD):
        out = all_output(of, "review_pack", subject)
        assert not betrays(out)


def test_what_records_say_stays_text():
    out = all_output(
        desk(contract(title="<script>alert(1)</script>"), review(last_actions="<img src=x>"), LIMITS, CYCLE),
        "review_pack",
        "RV-2026-0002",
    )
    body = out.split("Review pack: C-2025-0001 <script>")[0]
    assert "<script>alert" not in body and "<img src=x>" not in body and "&lt;img src=x&gt;" in body
