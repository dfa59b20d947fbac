"""The authority matrix: who can decide on the day, by roles, cover, delegations with their limits; and decisions that nobody can take."""

from datetime import date

from tests.views.reports.registers import cell, demonstration, desk, record, report, rows, table, words

MATRIX = "Decisions"


def rights(*entries):
    return table("decision_rights", *({"code": f"d{n}", **e} for n, e in enumerate(entries)), no_self_approval=True)


def asked(*roles, within=False):
    return {"any_of": list(roles), **({"within_limit": True} if within else {})}


MANAGER = record("post", "manager", title="Manager", from_="2020-01-01", roles=[{"role": "ccm"}], cover=[{"post": "depute", "from": "2026-12-21", "to": "2027-01-04"}])  # fmt: skip
DEPUTE = record("post", "depute", title="Depute", from_="2020-01-01")
GIVEN = record("delegation", "D-2026-0001", title="Up to a hundred", status="active", post="depute", role="ccm_delegate", limit={"amount": "100.00", "vat_basis": "excluded"}, from_="2026-01-01", to="2026-12-31", granted_by={"by_role": "chief_officer", "on": "2025-12-01"})  # fmt: skip
ISSUE = {"label": "Issue a contract", "applies_to": "contract", "to_status": "issued", "approvals": [asked("ccm", "ccm_delegate", within=True)]}  # fmt: skip


def can(made, decision):
    return cell(made, MATRIX, decision, "Which posts can, on this day").text


def test_a_delegate_can_within_the_limit_while_the_delegation_stands():
    base = (rights(ISSUE), MANAGER, DEPUTE, GIVEN)
    assert can(report("authority_matrix", desk(*base)), "Issue") == "Manager; Depute (D-2026-0001, up to £100.00 excluding VAT)"  # fmt: skip
    assert can(report("authority_matrix", desk(*base, on=date(2027, 1, 1))), "Issue") == "Manager; Depute (covering)"
    assert can(report("authority_matrix", desk(*base, on=date(2027, 1, 5))), "Issue") == "Manager"


def test_a_delegation_for_other_decisions_does_not_reach():
    other = record("delegation", "D-2026-0001", **{**GIVEN.data, "scope": {"decisions": ["d9"]}})
    assert can(report("authority_matrix", desk(rights(ISSUE), MANAGER, DEPUTE, other)), "Issue") == "Manager"
    for_b = record("delegation", "D-2026-0001", **{**GIVEN.data, "scope": {"purchase_categories": ["B"]}})
    category = rights({**ISSUE, "purchase_category": "C", "value_from": "5.00"})
    assert rows(report("authority_matrix", desk(category)), MATRIX)[0][1] == "category C, from £5.00"
    assert can(report("authority_matrix", desk(category, MANAGER, DEPUTE, for_b)), "Issue") == "Manager"


def test_what_nobody_can_decide_is_said():
    both = {"label": "Erase", "applies_to": "disposal", "approvals": [asked("ccm"), asked("dpo")]}
    made = report("authority_matrix", desk(rights(both), MANAGER))
    assert cell(made, MATRIX, "Erase", "Which posts can, on this day").marked == "✗ Manager; and nobody"
    assert "On this day nobody can give an approval that is needed to: Erase." in words(made)
    assert "Roles that decide and that no post has on this day: Data protection officer." in words(made)


def test_an_amount_ends_where_the_next_entry_begins():
    award = {"label": "Award", "applies_to": "tender", "to_status": "authorised", "approvals": [asked("ccm")]}
    made = report("authority_matrix", desk(rights(award, {**award, "label": "High award", "value_from": "500.00"}, {**award, "label": "Other", "to_status": "awarded"}), MANAGER))  # fmt: skip
    assert [r[1] for r in rows(made, MATRIX)] == ["below £500.00", "from £500.00", "all"]


def test_entries_and_delegations_hold_by_their_dates():
    later = {**ISSUE, "label": "Later", "effective_from": "2027-01-01"}
    ended = record("delegation", "D-2025-0001", **{**GIVEN.data, "status": "ended", "to": "2026-06-30", "from": "2025-01-01"})  # fmt: skip
    waiting = record("delegation", "D-2026-0002", **{**GIVEN.data, "status": "proposed", "from": "2027-01-01", "to": "2027-12-31", "granted_by": None})  # fmt: skip
    made = report("authority_matrix", desk(rights(ISSUE, later), MANAGER, DEPUTE, GIVEN, ended, waiting))
    assert len(rows(made, MATRIX)) == 1
    assert [[r[0].split()[0] for r in rows(made, "Delegations", n)] for n in range(3)] == [["D-2026-0001"], ["D-2026-0002"], ["D-2025-0001"]]  # fmt: skip
    assert rows(made, "Delegations", 1)[0][-1] == "not granted yet"


def test_who_holds_a_post_is_on_the_restricted_site_only():
    holder = record("person", "s1001", name="Isla Drummond", posts=[{"post": "manager", "from": "2020-01-01"}])
    seen = report("authority_matrix", desk(MANAGER, DEPUTE, holder))
    title = "Posts, their roles and their cover"
    assert "s1001" not in words(seen) and "Isla" not in words(seen)
    assert cell(seen, title, "Manager", "Cover to come").text == "Depute, 21 December 2026 to 4 January 2027"
    whole = report("authority_matrix", desk(MANAGER, DEPUTE, holder, audience="restricted"))
    assert [k.id for k in cell(whole, title, "Manager", "Held by").sources] == ["s1001"]
    assert cell(whole, title, "Depute", "Held by").marked == "✗ nobody"


def test_the_demonstration_s_committee_awards_from_half_a_million():
    made = report("authority_matrix", demonstration())
    assert cell(made, MATRIX, "Authorise an award of high value", "Applies to").text == "from £500,000.00"
    assert can(made, "Authorise a category B").endswith("Service Manager, Disability (D-2025-0003, up to £50,000.00 excluding VAT)")  # fmt: skip
    assert cell(made, "Purchase categories", "Category C", "Who authorises a purchase").text == "Resource Allocation Group"  # fmt: skip
