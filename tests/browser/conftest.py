"""A real browser on real sites: Debian's Chromium, driven by Playwright, on loopback."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from ccm_site.demo import lay
from ccm_site.publish.build import BUILT, build
from ccm_site.starter import shipped
from tests.conftest import leave_out
from tests.registers import DEMO_DAY

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


def pytest_itemcollected(item):
    item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium")
    if not path:
        leave_out("there is no Chromium; install it with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def serving(root, audience="intranet", today=DEMO_DAY):
    """`ccm serve` as a process of its own, on a free port; its address. The restricted site is made as it starts."""
    command = [
        sys.executable,
        "-m",
        "ccm_site.cli",
        "serve",
        "--root",
        root,
        "--audience",
        audience,
        "--port",
        "0",
        "--no-rebuild",
        "--as-of",
        today.isoformat(),
    ]
    identity = root.with_name(f"{root.name}.identities") / "s1001.txt"  # as the demonstration has it
    env = os.environ | ({"CCM_IDENTITY": str(identity)} if audience == "restricted" else {})
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)
    try:
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found, "ccm serve did not say where it answers"
        yield found[0]
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def demo_root(tmp_path_factory):
    root = tmp_path_factory.mktemp("demo") / "register"
    lay(shipped(), root)
    result = build(root, BUILT, DEMO_DAY)
    assert not result.errors
    return root


@pytest.fixture(scope="session")
def demo(demo_root):
    """The address of the demonstration register's intranet site."""
    with serving(demo_root) as url:
        yield url


@pytest.fixture(scope="session")
def restricted(demo_root):
    """The address of the demonstration register's restricted site, which is in the memory of its server and nowhere else."""
    with serving(demo_root, "restricted") as url:
        yield url
        assert not (demo_root / "build/site/restricted").exists()


@pytest.fixture
def visit(chromium):
    """Open pages; afterwards there was no script error, no fault on the console and no request to another host."""
    contexts = []
    seen = SimpleNamespace(errors=[], hosts=set())

    def open_page(url, viewport=WIDE, **options):
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda e: seen.errors.append(f"{page.url}: {e}"))
        page.on("console", lambda m: seen.errors.append(f"{page.url}: {m.text}") if m.type == "error" else None)
        page.on("request", lambda r: seen.hosts.add(re.sub(r"^(\w+://[^/]*).*", r"\1", r.url)))
        page.on("dialog", lambda d: (seen.errors.append(f"{page.url}: a dialog: {d.message}"), d.dismiss()))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert seen.errors == []
    assert {h for h in seen.hosts if not h.startswith(("http://127.0.0.1", "data:", "blob:"))} == set()


@pytest.fixture(scope="session")
def serious_faults():
    """What axe-core finds serious or critical on a page, in words."""
    axe = Axe()

    def look(page):
        found = axe.run(page).response["violations"]
        return [
            f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}"
            for v in found
            if v["impact"] in ("serious", "critical")
        ]

    return look
