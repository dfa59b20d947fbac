"""A whole site, whole at every moment, the same bytes for the same register, asking nobody for anything."""

import re
import shutil

import pytest

from ccm_site.model import Finding, Location
from ccm_site.publish.build import BUILT, OnlyServed, build
from ccm_site.publish.engine_settings import BadSettings
from ccm_site.publish.shell import ShellFailed
from tests.registers import CONTRACT, TODAY, write


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def site(root, audience="intranet"):
    return root / "build/site" / audience


def in_force(root):
    """The small register's contract as it would be published; what it still lacks for that does not matter here."""
    write(root, CONTRACT, (root / CONTRACT).read_text("utf-8").replace("status: draft", "status: in_force"))


def test_public_and_intranet_have_a_site_each(small_register):
    in_force(small_register)
    result = build(small_register, BUILT, TODAY, keep_going=True)
    assert [s.audience for s in result.sites] == ["public", "intranet"]
    for audience in BUILT:
        page = (site(small_register, audience) / "contracts/C-2026-0001/index.html").read_text("utf-8")
        assert "Foster care framework" in page and "CCMTITLE" not in page and "CCMCONTENT" not in page
        assert (site(small_register, audience) / "pagefind/pagefind.js").is_file()


def test_the_restricted_site_is_never_written(small_register):
    with pytest.raises(OnlyServed, match="ccm serve --audience restricted"):
        build(small_register, ["intranet", "restricted"], TODAY)
    assert not (small_register / "build").exists()


def test_what_an_earlier_version_wrote_of_it_is_deleted(small_register, tmp_path):
    for path in ("restricted/placements/index.html", ".restricted.new/x", "restricted.csp"):
        write(small_register, f"build/site/{path}", "about a child")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/kept").write_text("kept")
    (small_register / "build/site/.restricted.old").symlink_to(tmp_path / "elsewhere")
    write(small_register, CONTRACT, "kind: contract\n")
    result = build(small_register, ["intranet"], TODAY)
    assert result.errors, "also where the register has errors"
    assert {p.name for p in result.removed} == {"restricted", ".restricted.new", ".restricted.old", "restricted.csp"}
    assert list((small_register / "build/site").iterdir()) == []
    assert (tmp_path / "elsewhere/kept").is_file(), "a link is removed, not what it leads to"
    assert build(small_register, ["intranet"], TODAY).removed == ()


def test_what_may_not_be_published_keeps_every_site_back(small_register):
    in_force(small_register)
    build(small_register, BUILT, TODAY, keep_going=True)
    before = tree(small_register / "build/site")
    seen = {}

    def inspect(path, content):
        seen.setdefault(path, []).append(content)
        if b"Foster care framework" in content and path == "contracts/C-2026-0001/index.html":
            yield Finding("R-PRV-5", "error", "holds a secret", Location(path), "mend the record")

    text = (small_register / CONTRACT).read_text("utf-8").replace("400000.00", "500000.00")
    write(small_register, CONTRACT, text)
    result = build(small_register, BUILT, TODAY, inspect=inspect, keep_going=True)
    assert [f.message for f in result.errors if f.rule == "R-PRV-5"] == ["holds a secret"] * 2 and result.sites == ()
    assert tree(small_register / "build/site") == before
    assert len(seen["contracts/C-2026-0001/index.html"]) == 2, "one for each audience"
    assert any(path.endswith(".csv") for path in seen) and any(path.startswith("handbook/") for path in seen)


def test_a_warning_about_a_page_is_told_and_keeps_nothing_back(small_register):
    def inspect(path, content):
        if path == "contracts/index.html":
            yield Finding("R-PRV-5", "warning", "looks odd", Location(path), "look at it")

    result = build(small_register, ["intranet"], TODAY, inspect=inspect)
    assert result.sites and [f.message for f in result.findings if f.rule == "R-PRV-5"] == ["looks odd"]


def test_the_same_register_gives_the_same_bytes(small_register):
    build(small_register, ["intranet"], TODAY)
    first = tree(site(small_register))
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
    with pytest.raises(BadSettings, match=r"mkdocs\.yml:2: cannot be read"):
        build(small_register, ["intranet"], TODAY)
    write(small_register, "mkdocs.yml", "theme: {name: nonesuch}\n")
    with pytest.raises(ShellFailed, match="nonesuch"):
        build(small_register, ["intranet"], TODAY)


def test_zensical_makes_the_shell_as_well(small_register):
    result = build(small_register, ["intranet"], TODAY, engine="zensical")
    assert result.sites
    page = (site(small_register) / "contracts/C-2026-0001/index.html").read_text("utf-8")
    assert "Foster care framework" in page and 'role="search"' in page
    assert "CCMTITLE" not in page and "CCMCONTENT" not in page


def test_no_file_loads_anything_from_outside(small_register):
    build(small_register, BUILT, TODAY)
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


def test_reports_are_printed_where_asked_for_and_their_pages_lead_to_the_file(small_register):
    build(small_register, ["intranet"], TODAY)
    site = small_register / "build/site/intranet"
    assert not list(site.rglob("*.pdf")) and "Download as PDF" not in (site / "reports/risk/index.html").read_text(
        "utf-8"
    )
    build(small_register, BUILT, TODAY, printed=True)
    assert (site / "reports/risk/risk.pdf").read_bytes().startswith(b"%PDF-")
    assert 'href="risk.pdf"' in (site / "reports/risk/index.html").read_text("utf-8")
    assert not (site / "reports/dashboards/ccm/ccm.pdf").exists()
    assert not list((small_register / "build/site/public").rglob("*.pdf"))
    kept = {p.name: p.stat().st_mtime_ns for p in (small_register / "build/reports/intranet").iterdir()}
    build(small_register, ["intranet"], TODAY, printed=True)
    assert {p.name: p.stat().st_mtime_ns for p in (small_register / "build/reports/intranet").iterdir()} == kept
