"""The pages that explain: home, flow chart, data dictionary, policy, search."""

import re
from datetime import date

from ccm_site.views.flow import STEPS
from ccm_site.views.search import search_form
from tests.views import invented
from tests.views.sites import KINDS, TODAY, pages

REGISTER = invented.register(KINDS, 3)


def steps(found):
    for step in found:
        yield step
        yield from steps(step.steps)


def test_the_flow_chart_knows_only_kinds_and_states_that_there_are():
    for step in steps(STEPS):
        for name, states in step.now:
            cycle = KINDS[name].life_cycle
            assert set(states) <= set(cycle.states if cycle else ()), f"{step.id}: {name}"


def test_every_step_of_the_chart_says_who_takes_it_and_has_its_place():
    page = str(pages(REGISTER)["how-it-fits-together/"].body)
    for step in steps(STEPS):
        assert f'id="{step.id}"' in page and step.who
    assert "AM-23" in page and "leaves Category A out" in page
    assert 'aria-hidden="true"' in page[page.index("<svg") :]


def test_the_chart_counts_what_is_there_and_links_to_it():
    register = invented.register(KINDS, 1)
    next(r for r in register if r.kind == "contract").data["status"] = "issued"
    page = str(pages(register)["how-it-fits-together/"].body)
    assert '<a href="../contracts/?status=issued">Contracts, issued, not yet binding: 1</a>' in page


def test_the_dictionary_has_every_field_of_every_kind():
    found = pages(REGISTER)
    for kind in KINDS:
        page = str(found[f"dictionary/{kind.name.replace('_', '-')}/"].body)
        fields = [f for f in kind.all_fields if f.name != "*"]
        assert page.count('<th scope="row"') == len(fields), kind.name
        assert all(f"<code>{f.name}" in page or f".{f.name}" in page for f in fields), kind.name


def test_the_public_dictionary_has_only_public_fields():
    page = str(pages(REGISTER, "public")["dictionary/contract/"].body)
    assert "Estimated value" in page and "Purchase category" not in page
    assert "dictionary/placement/" not in pages(REGISTER, "public")


def test_home_tells_what_ends_soon():
    register = invented.register(KINDS, 3)
    contracts = [r for r in register if r.kind == "contract"]
    for record, end in zip(contracts, ("2026-05-04", "2026-10-31", "2026-11-01"), strict=True):
        record.data.update(status="in_force", end_date=end)
    home = str(pages(register)[""].body)
    assert date(2026, 5, 4) == TODAY
    assert "C-2026-0001" in home and "C-2026-0002" in home and "C-2026-0003" not in home


def test_home_has_the_search_and_the_handbook_for_staff_alone():
    assert 'href="handbook/"' in pages(REGISTER)[""].body
    assert 'href="handbook/"' not in pages(REGISTER, "public")[""].body
    assert 'action="search/"' in pages(REGISTER, "public")[""].body


def test_a_decision_that_the_council_has_not_set_down_has_a_page_that_says_so():
    register = invented.linked(KINDS, {})
    assert "not set this down yet" in pages(register)["policy/thresholds/"].body
    assert "Not set down yet" in pages(register)["policy/"].body


def test_the_search_works_as_a_plain_form_from_any_depth():
    form = str(search_form("../.."))
    assert 'action="../../search/"' in form and 'method="get"' in form and 'name="q"' in form and "<label" in form
    assert 'action="/search/"' in search_form("")
    assert not re.search(r"\son\w+=|<script|style=", form)
