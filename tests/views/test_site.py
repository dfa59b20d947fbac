"""A whole site: everything that is linked is there, the same every time, and nothing of a stricter audience."""

import re
from html.parser import HTMLParser
from posixpath import normpath

import pytest

from ccm_site.model import AUDIENCES, Change
from ccm_site.views.page import Page
from ccm_site.views.site import sections
from tests.views import invented
from tests.views.sites import KINDS, files, items, pages

REGISTER = invented.register(KINDS, 3)


class Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.ids = [], []

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.links += [v for n in ("href", "action") if (v := found.get(n))]
        self.ids += [found["id"]] if "id" in found else []


def read(page):
    links = Links()
    links.feed(page.body)
    return links


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_link_leads_somewhere(audience):
    found = {p.url: p for p in items(REGISTER, audience) if isinstance(p, Page)}
    extras = {x.path for x in items(REGISTER, audience) if not isinstance(x, Page)}
    ids = {url: set(read(p).ids) for url, p in found.items()}
    for url, page in found.items():
        for link in read(page).links:
            if link.startswith(("http", "mailto:")):
                continue
            path, _, anchor = link.partition("#")
            path = path.partition("?")[0]
            target = normpath(url + path) if path else url.rstrip("/") or "."
            assert not target.startswith(".."), f"{url}: {link}"
            place = "" if target == "." else f"{target}/"
            if target in extras or place == "handbook/":
                continue
            assert place in found, f"{url}: {link}"
            assert not anchor or anchor in ids[place], f"{url}: {link}"


@pytest.mark.parametrize("audience", AUDIENCES)
def test_no_page_says_an_id_twice(audience):
    for url, page in pages(REGISTER, audience).items():
        ids = read(page).ids
        assert len(set(ids)) == len(ids), url


@pytest.mark.parametrize("audience", AUDIENCES)
def test_every_entry_of_the_navigation_has_its_page(audience):
    def urls(entries):
        for entry in entries:
            yield entry.url
            yield from urls(entry.children)

    found = pages(REGISTER, audience)
    named = list(urls(sections(KINDS, audience)))
    assert set(named) <= set(found)
    assert len(set(named)) == len(named)


def test_no_two_pages_or_files_have_one_place():
    for audience in AUDIENCES:
        places = [x.url + "index.html" if isinstance(x, Page) else x.path for x in items(REGISTER, audience)]
        assert len(set(places)) == len(places)


def test_the_same_register_gives_the_same_bytes_whatever_order_it_is_read_in():
    turned = invented.linked(KINDS, dict(reversed(REGISTER.records.items())))
    for audience in AUDIENCES:
        assert items(REGISTER, audience) == items(turned, audience)


def test_stricter_kinds_have_no_trace_in_looser_sites():
    found = pages(REGISTER, "intranet")
    assert "placements/" not in found and "complaints-and-concerns/" not in found
    assert not any("CH-" in p.body for p in pages(REGISTER, "public").values())
    assert "placements/" in pages(REGISTER, "restricted")


def test_the_public_table_has_only_public_columns():
    table = str(pages(REGISTER, "public")["contracts/"].body)
    assert "Purchase category" not in table
    assert b"Purchase category" not in files(REGISTER, "public")["contracts/contract.csv"]
    assert b"purchase_category" not in files(REGISTER, "public")["contracts/rows.json"]


def test_who_changed_a_record_is_told_to_staff_alone():
    changes = {r.path: Change("2026-05-01", "Morag Contracts") for r in REGISTER}
    assert "Morag Contracts" in pages(REGISTER, "intranet", changes)["contracts/C-2026-0001/"].body
    public = pages(REGISTER, "public", changes)
    assert not any("Morag Contracts" in p.body for p in public.values())


def test_words_of_the_machinery_are_never_shown():
    """``commit`` is left out: to commit the council's money is what a delegation is about."""
    for url, page in pages(REGISTER, "restricted").items():
        words = re.sub(r"<[^>]*>", " ", str(page.body)).lower()
        assert not re.search(r"\b(branch|merge|slug|yaml)\b", words.replace(".yaml", "")), url
