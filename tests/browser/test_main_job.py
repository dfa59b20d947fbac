"""The main job on real input: a council's published register comes in, checks, builds, and a supplier of it is found by name."""

import pytest

from ccm_site import imports
from ccm_site.checks.run import check
from ccm_site.publish.build import build
from ccm_site.starter import start
from tests.browser.conftest import serving
from tests.registers import DEMO_DAY

REGISTERS = {
    "registers/professional-services_FY-2020-Q3.csv": "CliftonLarsonAllen",
    "registers/professional-services_FY-2020-Q4.csv": "CliftonLarsonAllen",
    "registers/act_contracts_2025.csv": "Worldstrides",
    "registers/lancashire_cc_procurement.json": "Beever and Struthers",
    "registers/blackpool_procurement.json": "Critiqom",
}


@pytest.mark.data
@pytest.mark.parametrize(("file", "supplier"), REGISTERS.items(), ids=[f.rpartition("/")[2] for f in REGISTERS])
def test_a_published_register_is_searched_by_supplier(tmp_path, data, visit, file, supplier):
    root = tmp_path / "register"
    start(root, "Some Council", DEMO_DAY)
    result = imports.run("contracts", root, data / file, None, DEMO_DAY, False)
    assert result.created
    _, findings = check(root, DEMO_DAY)
    assert [f for f in findings if f.severity == "error"] == []
    built = build(root, ["intranet"], DEMO_DAY)
    assert not built.errors
    with serving(root) as url:
        page = visit(f"{url}/search/?q={supplier}&Kind=Provider")
        hit = page.get_by_role("main").get_by_role("link", name=supplier)
        hit.first.wait_for()
        hit.first.click()
        page.wait_for_load_state()
        assert supplier in page.get_by_role("heading", level=1).inner_text()
