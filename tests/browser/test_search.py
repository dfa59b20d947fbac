"""Finding something: by the header's search, by the search page's filters, and by the tables'."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import PHONE


def test_the_header_finds_a_provider_by_name(demo, visit):
    page = visit(demo)
    page.locator("header").get_by_role("searchbox", name="Search").fill("Larchfield")
    hit = page.locator("header").get_by_role("link", name=re.compile("Larchfield Children.s Homes Ltd")).first
    expect(hit).to_be_visible()
    hit.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Larchfield Children.s Homes Ltd"))


def test_the_header_narrows_by_kind(demo, visit, serious_faults):
    page = visit(demo)
    header = page.locator("header")
    header.get_by_role("searchbox", name="Search").fill("Larchfield")
    header.get_by_text("Narrow the search").click()
    header.get_by_label("Kind", exact=True).select_option("Service")
    hits = header.locator(".ccm-find__panel li")
    expect(hits.filter(has_not_text="Service")).to_have_count(0)
    expect(hits.first).to_contain_text("Larchfield House")
    assert serious_faults(page) == []
    header.get_by_role("link", name=re.compile("All results")).click()
    expect(page).to_have_url(re.compile("Kind=Service"))


def test_by_keyboard_only(demo, visit):
    page = visit(demo)
    box = page.locator("header").get_by_role("searchbox", name="Search")
    box.focus()
    page.keyboard.type("C-2024-0001")
    expect(page.locator("header").get_by_role("link", name=re.compile("C-2024-0001")).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("header").get_by_role("link", name=re.compile("C-2024-0001"))).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/search/\?q=C-2024-0001"))


def test_the_search_page_narrows_by_kind(demo, visit):
    page = visit(f"{demo}/search/?q=Larchfield")
    results = page.get_by_role("main").locator("ol > li")
    expect(results.first).to_be_visible()
    page.get_by_label("Kind", exact=True).select_option("Contract")
    expect(results.first).to_contain_text("C-2024-0001")
    expect(page).to_have_url(re.compile("Kind=Contract"))


def test_a_supplier_is_found_on_a_phone(demo, visit):
    page = visit(demo, PHONE)
    page.locator("header").get_by_role("link", name="Search", exact=True).click()
    page.locator("header").get_by_role("searchbox", name="Search").fill("Kestrel")
    expect(page.locator("header").get_by_role("link", name=re.compile("Kestrel School Trust")).first).to_be_visible()


def test_the_table_filters_sorts_and_remembers(demo, visit):
    page = visit(f"{demo}/contracts/")
    rows = page.get_by_role("table").locator("tbody tr")
    every = rows.count()
    page.get_by_label("Status", exact=True).select_option("In force")
    expect(rows.filter(has_not_text="In force")).to_have_count(0)
    assert 0 < rows.count() < every
    page.get_by_role("button", name=re.compile("Ends on")).click()
    ends = [cell.get_attribute("datetime") for cell in page.locator("tbody tr td time:last-of-type").all()]
    assert ends
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    page.reload()
    expect(rows.filter(has_not_text="In force")).to_have_count(0)


def test_the_sheet_opens_as_the_table(demo, visit):
    page = visit(f"{demo}/contracts/")
    with page.expect_download() as got:
        page.get_by_role("link", name=re.compile("Download")).click()
    text = got.value.path().read_text("utf-8-sig")
    assert text.splitlines()[0].startswith('"Contract number"') and "C-2024-0001" in text


def test_the_restricted_site_is_searched_in_memory(restricted, visit):
    page = visit(restricted)
    page.locator("header").get_by_role("searchbox", name="Search").fill("P-2026-0010")
    expect(page.locator("header").get_by_role("link", name=re.compile("P-2026-0010")).first).to_be_visible()
    page.goto(f"{restricted}/search/?q=Larchfield&Kind=Placement")
    hits = page.get_by_role("main").locator("ol > li")
    expect(hits.first).to_be_visible()
    expect(hits.filter(has_not_text="Placement")).to_have_count(0)
    hits.first.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(r"P-\d{4}-\d{4}"))


def test_the_restricted_table_filters_and_its_sheet_opens(restricted, visit):
    page = visit(f"{restricted}/placements/")
    rows = page.get_by_role("table").locator("tbody tr")
    every = rows.count()
    page.get_by_label("Status", exact=True).select_option(index=1)
    expect(rows).not_to_have_count(every)
    with page.expect_download() as got:
        page.get_by_role("link", name=re.compile("Download")).click()
    assert "P-2026-0010" in got.value.path().read_text("utf-8-sig")
