"""A whole site, whole at every moment, the same bytes for the same register, asking nobody for anything."""

import re
import stat
import sys

import pytest

from ccm_site.model import AUDIENCES
from ccm_site.publish.build import build
from ccm_site.publish.shell import ShellFailed
from tests.registers import CONTRACT, TODAY, write


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def site(root, audience="intranet"):
    return root / "build/site" / audience


def test_every_audience_has_a_site_of_its_own(small_register):
    result = build(small_register, AUDIENCES, TODAY)
    assert [s.audience for s in result.sites] == list(AUDIENCES)
    for audience in AUDIENCES:
        page = (site(small_register, audience) / "contracts/C-2026-0001/index.html").read_text("utf-8")
        assert "Foster care framework" in page and "CCMTITLE" not in page and "CCMCONTENT" not in page
        assert (site(small_register, audience) / "pagefind/pagefind.js").is_file()
    if sys.platform != "win32":
        assert stat.S_IMODE(site(small_register, "restricted").stat().st_mode) == 0o700


def test_the_same_register_gives_the_same_bytes(small_register):
    build(small_register, ["intranet"], TODAY)
    first = tree(site(small_register))
    import shutil

    shutil.rmtree(small_register / "build")
    build(small_register, ["intranet"], TODAY)
    again = tree(site(small_register))
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []


def test_warm_is_as_cold(small_register):
    build(small_register, ["intranet"], TODAY)
    text = (small_register / CONTRACT).read_text("utf-8").replace("Foster care framework", "Foster care, four years")
    write(small_register, CONTRACT, text)
    build(small_register, ["intranet"], TODAY)
    warm = tree(site(small_register))
    build(small_register, ["intranet"], TODAY, out=small_register / "elsewhere")
    cold = tree(small_register / "elsewhere/intranet")
    assert warm == cold


def test_with_errors_nothing_is_built_and_the_old_site_stays(small_register):
    build(small_register, ["intranet"], TODAY)
    before = tree(site(small_register))
    write(small_register, CONTRACT, "kind: contract\nid: C-2026-0001\n")
    result = build(small_register, ["intranet"], TODAY)
    assert result.errors and not result.sites
    assert tree(site(small_register)) == before


def test_a_failure_half_way_leaves_the_old_site(small_register, monkeypatch):
    build(small_register, ["intranet"], TODAY)
    before = tree(site(small_register))

    def fail(*_args):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("ccm_site.publish.build.make_index", fail)
    with pytest.raises(RuntimeError):
        build(small_register, ["intranet"], TODAY)
    assert tree(site(small_register)) == before
    assert [p.name for p in (small_register / "build/site").iterdir() if p.is_dir()] == ["intranet"]


def test_a_broken_handbook_says_what_is_wrong(small_register):
    write(small_register, "mkdocs.yml", "theme: [\n")
    with pytest.raises(ShellFailed):
        build(small_register, ["intranet"], TODAY)


def test_zensical_makes_the_shell_as_well(small_register):
    result = build(small_register, ["intranet"], TODAY, engine="zensical")
    assert result.sites
    page = (site(small_register) / "contracts/C-2026-0001/index.html").read_text("utf-8")
    assert "Foster care framework" in page and 'role="search"' in page
    assert "CCMTITLE" not in page and "CCMCONTENT" not in page


def test_no_file_loads_anything_from_outside(small_register):
    build(small_register, AUDIENCES, TODAY)
    loads = re.compile(
        r"""(?:\bsrc\s*=\s*|<link\b[^>]*\bhref\s*=\s*|url\(\s*|@import\s+|srcset\s*=\s*)["']?(?:https?:)?//[^"'\s)>]+""",
        re.IGNORECASE,
    )
    found = []
    for path in (small_register / "build/site").rglob("*"):
        if path.suffix in {".html", ".css", ".svg"}:
            for hit in loads.findall(path.read_text("utf-8")):
                if 'rel="canonical"' not in hit and "rel=canonical" not in hit:
                    found.append((path.name, hit))
    assert found == []


def test_record_pages_stay_out_of_the_navigation(small_register):
    build(small_register, ["intranet"], TODAY)
    navigation = re.search(
        r"<nav[^>]*md-nav--primary.*?</nav>\s*</div>",
        (site(small_register) / "index.html").read_text("utf-8"),
        re.DOTALL,
    )
    assert navigation and "C-2026-0001" not in navigation[0] and "Contracts" in navigation[0]
