"""Every line of the big list of naughty strings in every free text of a contract and its provider: shown, never obeyed."""

import json

import pytest
from playwright.sync_api import expect

from ccm_site.canonical import write
from ccm_site.kinds import load_kinds
from ccm_site.publish.build import build
from ccm_site.source import Unreadable, parse
from ccm_site.starter import shipped
from tests.browser.conftest import serving
from tests.registers import TODAY, make_small
from tests.views import invented

KINDS = load_kinds(shipped() / "schemas")
FOREIGN = ", ".join(
    f".ccm-page {tag}" for tag in ("script", "iframe", "object", "embed", "img", "[onerror]", "[onload]", "style")
)
REGISTER_KINDS = ("contract", "provider")


@pytest.fixture(scope="module")
def lines(data):
    return json.loads((data / "hostile/blns.json").read_text("utf-8"))


def bundles(lines):
    return ["\n".join(lines[n : n + 8]) for n in range(0, len(lines), 8)]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory, lines):
    """A register of which every text field of every record holds a few of the lines, and its address. Alone each line is tried in
    tests/views; here a browser reads them all."""
    root = make_small(tmp_path_factory.mktemp("naughty") / "register")
    for number, line in enumerate(bundles(lines), 1):
        for name in REGISTER_KINDS:
            kind = KINDS[name]
            data = invented.record_data(KINDS, kind, number, lambda f, line=line: line)
            data.pop("placement_specific", None)
            path = next(p for t in kind.paths if (p := t.of(data)))
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(as_yaml(data, path))
    build(root, ["intranet"], TODAY, keep_going=True)
    with serving(root) as url:
        yield url


def as_yaml(data, path):
    """The record's bytes, quickly: JSON is YAML, but for characters that only the program's own writer escapes."""
    quick = json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        if parse(quick, path).data == data:
            return quick
    except Unreadable:
        pass
    raw = write(data)
    assert parse(raw, path).data == data, "the text is kept to the letter"
    return raw


@pytest.mark.data
def test_every_page_is_whole_and_no_script_runs(hostile, lines, visit):
    page = visit(f"{hostile}/contracts/C-2026-0001/")
    for number, line in enumerate(bundles(lines), 1):
        page.goto(f"{hostile}/contracts/C-2026-{number:04}/", wait_until="domcontentloaded")
        assert page.locator("main h1").count() == 1, line
        assert page.locator("footer").count() == 1, f"the page is cut short by {line!r}"
        assert page.locator(FOREIGN).count() == 0, line


@pytest.mark.data
def test_tables_and_search_show_them_as_text(hostile, visit):
    page = visit(f"{hostile}/contracts/")
    expect(page.get_by_role("table").locator("tbody tr").first).to_be_visible()
    assert page.locator(FOREIGN).count() == 0
    page.goto(f"{hostile}/search/?q=script")
    expect(page.get_by_role("main").locator("ol > li").first).to_be_visible()
    assert page.locator(FOREIGN).count() == 0
