"""The shell: built by either engine, whole at every depth, made again only when something that it is made from changes."""

import re
from datetime import date

import pytest

from ccm_site.checks.run import check
from ccm_site.publish import shell as shells
from ccm_site.publish.engine_files import DEPTHS, site_name
from ccm_site.publish.shell import ShellFailed, make_shell
from ccm_site.publish.template import CONTENT, TITLE, BadTheme, cut, script_hashes
from ccm_site.views.site import sections
from tests.registers import TODAY, write


def form(base):
    return f'<form role="search" action="{base}/search/"></form>'


def make(root, audience="intranet", engine="mkdocs", today=TODAY):
    loaded, _ = check(root, today)
    return make_shell(root, loaded.register, audience, sections(loaded.kinds, audience), form, today, engine)


@pytest.fixture
def runs(monkeypatch):
    """How often an engine has run."""
    seen = []
    real = shells._run
    monkeypatch.setattr(shells, "_run", lambda *args: (seen.append(1), real(*args))[1])
    return seen


@pytest.mark.parametrize("engine", ["mkdocs", "zensical"])
def test_a_page_is_whole_at_every_depth(small_register, engine):
    shell = make(small_register, engine=engine)
    for url in ("", "contracts/", "nowhere/", *("/".join("abcd"[:depth]) + "/" for depth in DEPTHS)):
        page = shell.template(url).pour("A <title>", "<p>The body</p>")
        base = "/".join([".."] * url.count("/")) or "."
        assert "<title>A &lt;title&gt; - " in page and "<h1>A &lt;title&gt;</h1>\n<p>The body</p>" in page
        assert TITLE not in page and CONTENT not in page
        assert page.count(f'action="{base}/search/"') == 1 and f'"base":"{base}"' in page.replace(" ", "")
        assert re.search(rf'href="({re.escape(base)}/|{"" if base == "." else "never"})assets/ccm/ccm.css"', page)
        assert "Skip to" in page and 'data-md-component="search"' not in page
    assert not any(name.endswith((".map", ".gz", "search.json")) or "lunr" in name for name in shell.files)
    assert 'data-pagefind-filter="Kind:Handbook"' in shell.prose["handbook/index.html"]


def test_what_people_wrote_is_never_taken_for_a_marker():
    template = cut(f"<title>{TITLE}</title><div><h1>{TITLE}</h1>\n{CONTENT}\n</div>", "here")
    page = template.pour(CONTENT, f"<p>{TITLE} {CONTENT}</p>")
    assert page == f"<title>{CONTENT}</title><div><h1>{CONTENT}</h1>\n<p>{TITLE} {CONTENT}</p>\n</div>"
    assert template.pour("x", "<h1>Own</h1>").count("<h1") == 1


@pytest.mark.parametrize(
    "html",
    ["<p>nothing</p>", f"<h1>{TITLE}</h1> {CONTENT}", f"<title>{TITLE}</title>" + f"<h1>{TITLE}</h1> {CONTENT}" * 2],
)
def test_a_theme_that_breaks_a_marker_is_refused(html):
    with pytest.raises(BadTheme):
        cut(html, "here")


def test_too_deep_a_page_is_refused(small_register):
    with pytest.raises(BadTheme, match="5 folders deep"):
        make(small_register).template("a/b/c/d/e/")


def test_the_engine_runs_again_only_when_it_must(small_register, runs):
    make(small_register)
    make(small_register, today=date(2027, 1, 1))
    assert len(runs) == 1
    write(small_register, "docs/handbook/new.md", "# New\n")
    assert "handbook/new/index.html" in make(small_register).prose
    assert len(runs) == 2
    look = (small_register / "mkdocs.yml").read_text("utf-8")
    write(small_register, "mkdocs.yml", look.replace("blue grey", "teal"))
    make(small_register)
    assert len(runs) == 3


def test_the_handbook_is_for_staff(small_register):
    assert not any(path.startswith("handbook/") for path in make(small_register, "public").prose)
    assert any(path.startswith("handbook/") for path in make(small_register, "restricted").prose)


def test_a_restricted_site_cannot_be_mistaken(small_register):
    loaded, _ = check(small_register, TODAY)
    assert site_name(loaded.register, "restricted").endswith(" (restricted)")
    restricted, intranet = (make(small_register, a).template("x/").pour("x", "x") for a in ("restricted", "intranet"))
    assert "<strong>Restricted.</strong>" in restricted and "<strong>Restricted.</strong>" not in intranet
    assert 'data-md-color-primary="red"' in restricted and 'data-md-color-primary="red"' not in intranet


def test_prose_that_loads_from_outside_is_refused(small_register):
    write(small_register, "docs/handbook/picture.md", "# Picture\n\n![map](https://tiles.example/1.png)\n")
    with pytest.raises(ShellFailed, match=r"handbook/picture/.*https://tiles\.example/1\.png"):
        make(small_register)


def test_a_script_in_the_handbook_is_not_among_those_that_may_run(small_register):
    before = make(small_register).scripts
    write(small_register, "docs/handbook/script.md", "# Script\n\n<script>alert(1)</script>\n")
    assert make(small_register).scripts == before and before


@pytest.mark.parametrize("engine", ["mkdocs", "zensical"])
def test_a_dead_link_in_the_handbook_is_a_warning(small_register, engine):
    assert make(small_register, engine=engine).warnings == ()
    write(small_register, "docs/handbook/link.md", "# Link\n\n[gone](gone.md)\n")
    warnings = make(small_register, engine=engine).warnings
    assert any("handbook/link.md" in line for line in warnings)
    assert make(small_register, engine=engine).warnings == warnings, "also when the engine did not run again"


def test_hashes_are_of_scripts_that_run():
    assert script_hashes('<script src="a.js"></script><script type="application/json">{}</script>') == set()
    # Known from the standard: the hash of alert('Hello, world.');
    assert script_hashes("<script>alert('Hello, world.');</script>") == {
        "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    }
