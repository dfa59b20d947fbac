"""What counts as a request to the outside."""

from pathlib import Path

import pytest

from ccm_site.publish.build import BUILT, build, build_in_memory
from ccm_site.publish.outside import kept_inside, loads_of_css, loads_of_html, loads_of_script
from tests.registers import TODAY


@pytest.mark.parametrize("html", [
    '<script src="https://cdn.example/x.js"></script>',
    "<script src=//cdn.example/x.js></script>",
    '<SCRIPT SRC="HTTPS://cdn.example/x.js"></SCRIPT>',
    '<img src="/\\cdn.example/x.png">',
    '<img srcset="a.png 1x, https://cdn.example/b.png 2x">',
    '<link rel="stylesheet" href="https://fonts.example/css">',
    '<link rel="preconnect" href="https://fonts.example">',
    '<iframe src="https://video.example/"></iframe>',
    '<form action="https://elsewhere.example/"></form>',
    '<svg><image xlink:href="https://cdn.example/x.png"/></svg>',
    '<svg><use href="https://cdn.example/x.svg#a"/></svg>',
    '<p style="background: url(https://cdn.example/x.png)">x</p>',
    "<style>@import 'https://cdn.example/x.css';</style>",
    '<meta http-equiv="refresh" content="0; url=https://elsewhere.example/">',
])  # fmt: skip
def test_it_loads(html):
    assert loads_of_html(html)


@pytest.mark.parametrize("html", [
    '<a href="https://www.legislation.gov.uk/">The Act</a>',
    '<link rel="canonical" href="https://council.example/">',
    '<svg xmlns="http://www.w3.org/2000/svg"></svg>',
    '<img src="../x.png"><script src="../../x.js"></script>',
    "<p>&lt;script src=https://cdn.example/x.js&gt;</p>",
    '<form action="../search/"></form>',
])  # fmt: skip
def test_it_loads_nothing(html):
    assert loads_of_html(html) == []


def test_style_sheets():
    assert loads_of_css("@import url(https://a.example/x.css); b{background:url('//c.example/d')}") == [
        "https://a.example/x.css", "//c.example/d",
    ]  # fmt: skip
    assert (
        loads_of_css("a{mask:url('data:image/svg+xml;charset=utf-8,<svg xmlns=\"http://www.w3.org/2000/svg\"/>')}")
        == []
    )


def test_scripts_of_the_engine_are_kept_inside():
    script = 'load("https://unpkg.com/mermaid@11/dist/mermaid.min.js")'
    assert loads_of_script(script)
    assert kept_inside(script) == 'load("about:blank#unpkg.com/mermaid@11/dist/mermaid.min.js")'
    assert loads_of_script(kept_inside(script)) == []


@pytest.mark.parametrize("engine", ["mkdocs", "zensical"])
def test_no_page_style_or_script_of_a_site_reaches_outside(small_register, engine):
    build(small_register, BUILT, TODAY, engine=engine)
    restricted = build_in_memory(small_register, "restricted", TODAY, engine=engine).site
    how = {".html": loads_of_html, ".svg": loads_of_html, ".css": loads_of_css, ".js": loads_of_script}
    files = [p for p in (small_register / "build/site").rglob("*") if p.suffix in how]
    assert {p.suffix for p in files} >= {".html", ".css", ".js"}
    texts = [(p.as_posix(), p.read_text("utf-8")) for p in files]
    texts += [(name, restricted.read(name).decode()) for name in restricted.names() if Path(name).suffix in how]
    assert len(texts) > len(files)
    assert [(name, load) for name, text in texts for load in how[Path(name).suffix](text)] == []
