"""The returns tracker: late, due, here, accepted; and how punctual each provider is."""

from datetime import date

from ccm_site.performance.periods import Period
from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, words

SHORT, AWAITED, PUNCTUAL = "In short", "Asked for and not here yet", "How punctual returns are"
BASE = (
    record("provider", "brae", name="Brae", status="active"), record("provider", "cove", name="Cove", status="active"),
    record("contract", "C-2026-0001", title="Bought", status="in_force", provider="brae", service_type="x"),
)  # fmt: skip


def sent(n, status, due=None, came=None, **more):
    return record("return", f"RT-2026-000{n}", **{"status": status, "contract": "C-2026-0001", "submitted_by": "provider", "due_on": due, "received_on": came, **more})  # fmt: skip


def test_a_return_is_late_from_the_day_after_its_day():
    made = report("returns_tracker", desk(*BASE, sent(1, "requested", "2026-11-23"), sent(2, "requested", "2026-11-24"), sent(3, "requested"), sent(4, "requested", "2026-11-01")))  # fmt: skip
    assert [(r[0], r[5]) for r in rows(made, AWAITED)] == [("RT-2026-0004", "✗ 23 days late"), ("RT-2026-0001", "✗ 1 day late"), ("RT-2026-0002", "not due yet"), ("RT-2026-0003", "not due yet")]  # fmt: skip
    assert "Late now: ✗ 2" in words(made, SHORT) and "Asked for and not due yet: 2" in words(made, SHORT)
    assert "Late now: ✓ none" in words(report("returns_tracker", desk(*BASE)), SHORT)


def test_what_is_here_waits_with_its_open_questions():
    asked = [{"asked_on": "2026-11-01", "question": "Why fewer?"}, {"asked_on": "2026-11-01", "question": "Done?", "answered_on": "2026-11-02", "answer": "Yes"}]  # fmt: skip
    made = report("returns_tracker", desk(*BASE, sent(1, "queried", "2026-10-20", "2026-10-25", queries=asked), sent(2, "submitted", "2026-11-20", "2026-11-20"), sent(3, "accepted", "2026-01-01", "2026-01-01")))  # fmt: skip
    assert [(r[0], r[4], r[6]) for r in rows(made, "Here and not accepted yet")] == [("RT-2026-0001", "30", "Why fewer?"), ("RT-2026-0002", "4", "–")]  # fmt: skip
    assert "Being looked at: 1" in words(made, SHORT) and "With a question to the provider: 1" in words(made, SHORT)


def test_punctuality_is_reckoned_on_what_was_due_in_the_period():
    found = (
        sent(1, "accepted", "2026-03-10", "2026-03-10"), sent(2, "accepted", "2026-04-10", "2026-04-14"), sent(3, "requested", "2026-11-14"), sent(4, "requested", "2026-12-01"),
        sent(5, "accepted", "2025-03-10", "2025-05-10"), sent(6, "accepted", "2026-05-01", "2026-05-01", provider="cove"), sent(7, "accepted", "2026-05-01", "2026-05-03", submitted_by="team"),
    )  # fmt: skip
    made = report("returns_tracker", desk(*BASE, *found))
    # Brae: three were due; one in time, one 4 and one 10 days late: 7 on average.
    assert sorted(rows(made, PUNCTUAL)) == [("Brae", "3", "1 of 3 (33%)", "7", "1"), ("Cove", "1", "1 of 1 (100%)", "–", "–"), ("Teams of the council", "1", "0 of 1 (0%)", "2", "–")]  # fmt: skip
    assert [k.id for k in cell(made, PUNCTUAL, "Brae", "Due").sources] == ["RT-2026-0001", "RT-2026-0002", "RT-2026-0003"]  # fmt: skip
    then = report("returns_tracker", desk(*BASE, *found, asked=Period(date(2025, 1, 1), date(2025, 12, 31))))
    assert rows(then, PUNCTUAL) == [("Brae", "1", "0 of 1 (0%)", "61", "–")]


def test_what_was_accepted_in_the_period_is_counted():
    made = report("returns_tracker", desk(*BASE, *(sent(n, "accepted", "2026-01-01", "2026-01-01", acceptance={"on": d}) for n, d in ((1, "2026-02-01"), (2, "2025-02-01")))))  # fmt: skip
    assert "Accepted in the period: 1" in words(made, SHORT)


def test_the_demonstration_awaits_two_of_which_one_is_late():
    made = report("returns_tracker", demonstration())
    assert [(r[0].split(",")[0], r[5]) for r in rows(made, AWAITED)] == [("RT-2026-0010", "✗ 125 days late"), ("RT-2026-0016", "not due yet")]  # fmt: skip
