"""Every kind of page: whole, readable on a phone, fit for a screen reader, and asking nobody else for anything."""

import pytest

from tests.browser.conftest import PHONE, WIDE

PAGES = {
    "home": "", "a contract": "contracts/C-2024-0001/", "a provider": "providers/larchfield-homes/", "a service": "services/SV-2024-0001/",
    "a specification": "specifications/S-2025-0001/v1/", "a tender": "tenders/TN-2025-0001/", "a need": "needs/N-2025-0001/",
    "a post": "posts/commissioning-contracts-manager/", "register of contracts": "contracts/", "returns": "monitoring-returns/",
    "search": "search/?q=Larchfield", "data dictionary": "dictionary/", "dictionary of contracts": "dictionary/contract/",
    "flow chart": "how-it-fits-together/", "policy": "policy/", "thresholds": "policy/thresholds/", "handbook": "handbook/",
    "a role's page": "handbook/key-worker/", "what needs a role": "reports/dashboards/ccm/",
    "a contract's report": "reports/contract-monitoring/C-2025-0001/", "risk": "reports/risk/",
}  # fmt: skip


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", PAGES.values(), ids=list(PAGES))
def test_page(demo, visit, serious_faults, path, viewport):
    page = visit(f"{demo}/{path}", viewport)
    if path.startswith("search"):
        page.get_by_role("main").get_by_role("link", name="Larchfield").first.wait_for()
    assert page.get_by_role("heading", level=1).count() == 1
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"the page is {overflow} pixels wider than the screen"
    assert serious_faults(page) == []


def test_in_the_dark_too(demo, visit, serious_faults):
    page = visit(f"{demo}/contracts/C-2024-0001/", color_scheme="dark")
    assert page.evaluate("document.body.dataset.mdColorScheme") == "slate"
    assert serious_faults(page) == []


def test_without_javascript_everything_can_be_read(demo, visit):
    page = visit(f"{demo}/contracts/", java_script_enabled=False)
    page.get_by_role("link", name="C-2024-0001").first.click()
    assert "Larchfield" in page.get_by_role("heading", level=1).inner_text()


def test_an_issued_contract_says_that_it_binds_nobody_yet(demo, visit):
    assert visit(f"{demo}/contracts/C-2026-0003/").get_by_text("Issued, not yet binding").first.is_visible()


def test_links_run_both_ways(demo, visit):
    page = visit(f"{demo}/contracts/C-2026-0001/")
    page.get_by_role("link", name="Brae Fostering", exact=True).first.click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Brae Fostering")
    assert page.get_by_role("link", name="C-2026-0001").count() > 0


def test_the_restricted_site_says_so(restricted, visit, serious_faults):
    page = visit(f"{restricted}/placements/P-2026-0010/")
    assert page.get_by_text("restricted", exact=False).first.is_visible()
    assert serious_faults(page) == []


def test_the_public_site_lists_contracts_and_no_placement(demo_root, visit, serious_faults):
    from tests.browser.conftest import serving

    with serving(demo_root, "public") as url:
        page = visit(f"{url}/contracts/")
        assert page.get_by_role("link", name="C-2024-0001").count() == 1
        assert page.get_by_text("C-2026-0002").count() == 0, "a contract for one placement would single the child out"
        assert serious_faults(page) == []
        assert visit_status(page, f"{url}/placements/") == 404
        page.evaluate("0")


def visit_status(page, url):
    return page.request.get(url).status
