"""Tables: pages of 200 rows, and the same rows as data."""

import json
from functools import cache

from ccm_site.views.page import Page
from tests.views import invented
from tests.views.sites import KINDS, files, items, pages


@cache
def made():
    """The site of a register with 401 contracts and variations, made once."""
    return items(invented.register(KINDS, 401, only=("contract", "variation")))


def all_pages():
    return {p.url: p for p in made() if isinstance(p, Page)}


def all_files():
    return {x.path: x.content for x in made() if not isinstance(x, Page)}


def test_a_table_has_pages_of_200_rows_that_need_no_script():
    found = all_pages()
    assert [str(found[u].body).count("<tr>") - 1 for u in ("contracts/", "contracts/page/2/", "contracts/page/3/")] == [
        200,
        200,
        1,
    ]
    assert "contracts/page/4/" not in found
    assert 'href="../3/"' in found["contracts/page/2/"].body and 'href="../../"' in found["contracts/page/2/"].body
    assert 'data-rows="../../rows.json"' in found["contracts/page/2/"].body


def test_the_newest_stand_first_and_link_to_their_pages():
    table = str(all_pages()["contracts/"].body)
    assert table.index("C-2026-0401") < table.index("C-2026-0400")
    assert '<a href="C-2026-0401/">C-2026-0401</a>' in table
    assert '<a href="../contracts/C-2026-0001/#V-2026-0401">V-2026-0401</a>' in all_pages()["variations/"].body


def test_rows_cite_repeated_values_by_place():
    data = json.loads(all_files()["contracts/rows.json"])
    names = [c["name"] for c in data["columns"]]
    row = data["rows"][0]
    assert row[0] == "C-2026-0401/" and row[1 + names.index("id")] == "C-2026-0401"
    provider = data["columns"][names.index("provider")]
    assert (
        provider["values"] == [["provider-1", "Name in words", "../providers/provider-1/"]]
        and row[1 + names.index("provider")] == 0
    )
    assert row[1 + names.index("start_date")] == "2026-08-01"
    status = {v[0]: v for v in data["columns"][names.index("status")]["values"]}
    assert status["issued"] == ["issued", "Issued, not yet binding", "", "going", "◆"]
    assert {f["name"] for f in data["filters"]} >= {
        "provider",
        "service_type",
        "purchase_category",
        "status",
        "end_date",
    }


def test_an_empty_table_says_so():
    register = invented.linked(KINDS, {})
    assert "None yet" in pages(register)["contracts/"].body
    assert json.loads(files(register)["contracts/rows.json"])["rows"] == []
