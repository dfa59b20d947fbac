"""The exceptions report and the questions for the council."""

from ccm_site.model import Key, Record, Register
from ccm_site.register import load
from ccm_site.rules.telling import rule_texts
from ccm_site.starter import shipped
from ccm_site.views.audience import project
from ccm_site.views.deciding import QUESTIONS, deciding_page
from ccm_site.views.exceptions import exceptions_page
from tests.views.sites import KINDS, site


def registered(*records):
    return Register(
        {Key(d["kind"], d["id"]): Record(Key(d["kind"], d["id"]), f"{d['id']}.yaml", d, "") for d in records}
    )


def contract(**more):
    return {"kind": "contract", "id": "C-2026-0001", "title": "Care", "status": "signed", "provider": "p", **more}


def test_each_departure_is_listed_with_its_reason_and_approval():
    register = registered(
        contract(
            exceptions=[{"rule": "R-CON-4", "reason": "<b>Late</b>", "approved_by_role": "ccm", "approved_on": "2026-05-01"}, {"rule": "R-SRC-1", "reason": "Waiting"}],
            start_date="2026-04-01", signatures=[{"party": "council", "date": "2026-03-01"}, {"party": "provider", "date": "2026-04-02"}],
            terms_departure_reason="Their own terms", route="tender", award_date="2026-02-01",
            public_register={"regulated": True, "withheld": [{"field": "estimated_value", "ground": "b", "reason": "Prices", "approved_by_role": "ccm", "review_on": "2027-01-01"}]},
        ),
        {"kind": "risk_assessment", "id": "RK-2026-0001", "status": "decided", "computed_rating": "red", "rating": "amber", "override_reason": "Mended since"},
    )  # fmt: skip
    body = str(exceptions_page(site(register), rule_texts(KINDS)).body)
    for told in (
        "&lt;b&gt;Late&lt;/b&gt;",
        "1 May 2026",
        "Waits for approval",
        "../rules/R-CON-4/",
        "Their own terms",
        "35(6)(b)",
        "Prices",
        "Mended since",
        "2 April 2026",
    ):
        assert told in body, told
    assert "<b>Late" not in body


def test_where_there_is_nothing_it_says_so():
    body = str(exceptions_page(site(registered(contract(status="draft")))).body)
    assert (
        "No exception is recorded." in body
        and "Nothing is withheld." in body
        and "No contract was signed after its first day." in body
    )


def test_what_is_restricted_is_not_in_the_intranets_report():
    whole = load(shipped()).register
    seen = str(exceptions_page(site(project(whole, KINDS, "intranet"))).body)
    all_of_it = str(exceptions_page(site(project(whole, KINDS, "restricted"), audience="restricted")).body)
    assert "R-AUT-4" in all_of_it and "R-AUT-4" not in seen and "A-2024-0006" not in seen


def test_the_council_sees_what_it_has_and_has_not_decided():
    body = str(deciding_page(site(load(shipped()).register)).body)
    assert len(QUESTIONS) == 12 and "1 of 12 are open" in body
    bare = str(deciding_page(site(registered(contract()))).body)
    assert "12 of 12 are open" in bare
