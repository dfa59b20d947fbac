import pytest

from ccm_site.views.urls import filtered, hyphened, relative


@pytest.mark.parametrize(("here", "there", "link"), [
    ("", "", "./"),
    ("", "contracts/", "contracts/"),
    ("contracts/", "", "../"),
    ("contracts/", "contracts/", "./"),
    ("contracts/", "contracts/rows.json", "rows.json"),
    ("contracts/C-2026-0001/", "contracts/", "../"),
    ("contracts/C-2026-0001/", "contracts/C-2026-0002/", "../C-2026-0002/"),
    ("contracts/C-2026-0001/", "providers/rowan/", "../../providers/rowan/"),
    ("specifications/S-2026-0001/v1/", "contracts/C-2026-0001/#RT-2026-0003", "../../../contracts/C-2026-0001/#RT-2026-0003"),
    ("contracts/C-2026-0001/", "contracts/C-2026-0001/#RT-2026-0003", "#RT-2026-0003"),
    ("contracts/page/2/", "contracts/?status=draft", "../../?status=draft"),
    ("", "a b/?x=1#y", "a%20b/?x=1#y"),
])  # fmt: skip
def test_links_are_relative_and_work_below_any_path(here, there, link):
    assert relative(here, there) == link


def test_folders_and_filters_are_addresses():
    assert hyphened("Complaints and concerns") == "complaints-and-concerns"
    assert filtered("contracts/", provider="a&b c") == "contracts/?provider=a%26b+c"
