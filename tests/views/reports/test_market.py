"""The market: the latest note of each type of service, its age, providers' views, and contact with providers."""

from tests.views.reports.registers import cell, demonstration, desk, limits, record, report, rows, table, words

TYPES = table("service_types", {"code": "a", "label": "Apples"}, {"code": "b", "label": "Berries"})


def note(n, on, kind="a", **more):
    return record("market_note", f"MN-2026-00{n:02}", **{"title": f"Note {n}", "service_type": kind, "on": on, **more})


def test_a_note_is_too_long_ago_by_the_council_s_limit():
    base = (TYPES, note(1, "2025-11-23", willingness="willing", capacity="partly"), note(2, "2025-11-24", "b"))
    made = report("market", desk(limits(market_note_age="12"), *base))
    assert [r[1] for r in rows(made, "Overview")] == ["≈ 23 November 2025: too long ago", "24 November 2025"]
    assert rows(made, "Overview")[0][2:4] == ("✓ Willing", "≈ Partly")
    assert rows(report("market", desk(*base)), "Overview")[0][1] == "23 November 2025", "no limit, no judgement"


def test_a_type_in_use_without_a_note_is_told():
    bought = record("contract", "C-2026-0001", title="c", status="in_force", service_type="b", provider="p")
    lodge = [record("service", f"SV-2026-000{n}", name="s", provider=p, status="active", service_type="b") for n, p in ((1, "p"), (2, "p"), (3, "q"))]  # fmt: skip
    made = report("market", desk(TYPES, bought, *lodge))
    assert rows(made, "Overview") == [("Berries", "✗ none", "–", "–", "2", "1")], "two providers with three services"


def test_notes_after_the_day_are_not_told():
    made = report("market", desk(TYPES, note(1, "2026-01-01", gaps=["Now."]), note(2, "2026-12-01", gaps=["Later."])))
    assert "Now." in words(made, "Apples") and "Later." not in words(made)


def test_an_older_note_stands_only_where_it_is_the_latest_about_its_provider():
    brae = record("provider", "brae", name="Brae", status="active", organisation_kind="charity")
    made = report("market", desk(TYPES, brae, note(1, "2024-01-01"), note(2, "2024-02-01"), note(3, "2024-01-15", provider="brae"), note(4, "2026-02-01", provider="brae")))  # fmt: skip
    assert [(r[0].split()[0], r[2]) for r in rows(made, "Apples")] == [("MN-2026-0004", "Brae"), ("MN-2026-0002", "the market")]  # fmt: skip


def test_what_providers_say_and_joint_buying_stand_with_their_note():
    told = note(1, "2026-02-01", provider_views=[{"on": "2026-01-15", "view": "Three years, please."}], joint_commissioning=[{"body": "Next council", "interest": "possible", "note": "A house."}])  # fmt: skip
    made = report("market", desk(TYPES, told))
    assert rows(made, "What providers say") == [("Several", "Apples", "15 January 2026", "Three years, please.")]
    assert [k.id for k in cell(made, "What providers say", "Several", "What it says").sources] == ["MN-2026-0001"]
    assert rows(made, "Buying together with others")[0][0] == "Next council"


def test_contact_is_too_long_ago_by_the_council_s_limit_and_in_house_needs_none():
    def provider(id, *days, **more):
        return record("provider", id, **{"name": id.title(), "status": "active", "organisation_kind": "charity", "engagement": [{"date": d, "kind": "meeting", "by_role": "ccm"} for d in days], **more})  # fmt: skip

    made = report("market", desk(limits(engagement_age="12"), provider("amble", "2024-01-01", "2026-10-01", "2026-12-24"), provider("brae", "2025-11-23"), provider("cove"), provider("own", organisation_kind="council_in_house"), provider("gone", status="former")))  # fmt: skip
    assert [(r[0], r[3], r[5]) for r in rows(made, "Contact with providers")] == [
        ("Amble", "1 October 2026", "2"), ("Brae", "≈ 23 November 2025: too long ago", "1"), ("Cove", "≈ none entered", "–"),
    ]  # fmt: skip


def test_the_demonstration_lacks_a_note_on_advocacy():
    made = report("market", demonstration())
    assert [r[0] for r in rows(made, "Overview") if r[1] == "✗ none"] == ["Advocacy"]
    assert cell(made, "Overview", "Community childminding", "Able").marked == "✗ Unable"
