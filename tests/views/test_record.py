"""The page of a record."""

import re

from tests.views import invented
from tests.views.sites import KINDS, pages


def contract(number=1, each=4, audience="intranet", **changes):
    register = invented.register(KINDS, each)
    record = next(r for r in register if r.id == f"C-2026-{number:04}")
    record.data.update(changes)
    return str(pages(register, audience)[f"contracts/{record.id}/"].body)


def text(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_an_issued_contract_says_that_it_does_not_bind_yet():
    assert "Issued, not yet binding" in text(contract(status="issued"))
    assert "binds nobody until every party has signed" in text(contract(status="issued"))


def test_it_says_what_may_happen_next_and_who_decides():
    words = text(contract(status="ready_for_issue"))
    assert "Issued, not yet binding : Commissioning and Contracts Manager or Delegate" in words
    assert "decides to issue the contract." in words
    assert "Commissioning and Contracts Manager records that every party has signed." in text(contract(status="issued"))
    assert '<h2 id="next">' not in contract(status="closed")


def test_a_void_record_says_so_and_nothing_comes_next():
    page = contract(status="draft", voided={"on": "2026-05-01", "by_role": "ccm", "reason": "Entered twice."})
    words = text(page)
    assert "Entered by mistake and voided on 1 May 2026 by Commissioning and Contracts Manager: Entered twice." in words
    assert words.count("✕ Void") >= 1
    assert '<h2 id="next">' not in page


def test_pending_exceptions_and_gaps_are_plain():
    words = text(contract(
        exceptions=[{"rule": "R-AUT-5", "reason": "Moved in an emergency."}],
        legacy={"migrated_on": "2026-01-01", "source": "Old register", "gaps": ["lead_professional"]},
    ))  # fmt: skip
    assert "Pending: nobody has approved it yet" in words
    assert "from Old register" in words and "Its source did not say: Lead professional" in words


def test_records_on_its_page_come_newest_first_folded_where_many():
    page = contract()
    ids = re.findall(r'<h3 id="(V-2026-\d+)"', page)
    assert ids == sorted(ids, reverse=True) and len(ids) == 4
    assert '<details class="ccm-child">' in page
    assert '<details class="ccm-child" open>' in contract(each=2)


def test_links_from_elsewhere_are_grouped_by_their_name_and_capped():
    register = invented.register(KINDS, 60, only=("contract",))
    page = text(str(pages(register)["providers/provider-1/"].body))
    assert "Contracts (60)" in page and "and 10 more, in the table" in page
    assert 'href="../../contracts/?provider=provider-1"' in str(pages(register)["providers/provider-1/"].body)


def test_long_pages_have_a_list_of_contents():
    assert 'aria-label="On this page"' in contract()


def test_the_search_can_narrow_by_kind_provider_status_and_year():
    page = contract(status="issued")
    for name, value in (
        ("Kind", "Contract"),
        ("Status", "Issued, not yet binding"),
        ("Year", "2026"),
        ("Provider", "Name in words"),
    ):
        assert f'data-pagefind-filter="{name}[data-value]" data-value="{value}' in page


def test_wide_tables_scroll_within_a_named_region():
    assert contract().count('class="ccm-scroll" tabindex="0" role="region" aria-label="') >= 3


def specification():
    register = invented.register(KINDS, 1)
    record = next(r for r in register if r.kind == "specification")
    record.data.update(
        outcomes=[{"id": "health", "text": "Good physical health"}],
        milestones=[{"id": "teeth", "text": "Free from dental decay", "supports": ["health"]}],
        measures=[
            {
                "id": "visits",
                "text": "Attends the dentist",
                "measure_type": "performance_indicator",
                "supports": ["teeth"],
            },
            {"id": "staff", "text": "Staff hours", "measure_type": "input", "supports": ["health"]},
        ],
    )
    return str(pages(register)["specifications/S-2026-0001/v1/"].body)


def test_a_specification_shows_its_chain_and_its_measures_by_type():
    words = text(specification())
    assert (
        "Outcome Good physical health Milestone Free from dental decay Performance indicator Attends the dentist"
        in words
    )
    assert re.search(
        r"<h3>Performance indicator</h3>.*Attends the dentist.*<h3>Input</h3>.*Staff hours", specification(), re.DOTALL
    )
