"""`ccm serve`: on loopback, for this machine alone, and fresh when a file changes."""

import http.client
import re
import subprocess
import sys
import time
import urllib.parse

import pytest

from ccm_site.publish.build import build
from ccm_site.web.site import FolderPages, create_app
from tests.registers import CONTRACT, TODAY, write


@pytest.fixture
def served(small_register):
    command = [
        sys.executable,
        "-m",
        "ccm_site.cli",
        "serve",
        "--root",
        small_register,
        "--port",
        "0",
        "--as-of",
        TODAY.isoformat(),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line), line
        yield urllib.parse.urlsplit(line).port
    finally:
        process.terminate()
        process.wait(10)


def ask(port, path, host=None, method="GET"):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest(method, path, skip_host=host is not None)
    if host is not None:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_it_serves_and_refuses(served):
    status, headers, body = ask(served, "/contracts/C-2026-0001/")
    assert status == 200 and b"Foster care framework" in body
    assert "script-src" in headers["Content-Security-Policy"] and headers["X-Content-Type-Options"] == "nosniff"
    for path in (
        "/../../policy/register.yaml",
        "/%2e%2e/%2e%2e/policy/register.yaml",
        "/contracts/..%5c..%5c",
        "//etc/passwd",
        "/%00",
    ):
        assert ask(served, path)[0] in (400, 404), path
    assert ask(served, "/", host="evil.example")[0] in (400, 403, 421), (
        "a name that was pointed at loopback is not ours"
    )
    assert ask(served, "/", method="POST")[0] == 405


def test_a_changed_record_is_shown_without_asking(served, small_register):
    text = (small_register / CONTRACT).read_text("utf-8")
    write(small_register, CONTRACT, text.replace("Foster care framework", "Foster care, four years"))
    until = time.monotonic() + 60
    while b"Foster care, four years" not in ask(served, "/contracts/C-2026-0001/")[2]:
        assert time.monotonic() < until, "the site was not built again"
        time.sleep(0.3)


def test_a_fault_leaves_the_site_as_it_was(served, small_register):
    write(small_register, CONTRACT, "kind: contract\n")
    time.sleep(4)
    assert b"Foster care framework" in ask(served, "/contracts/C-2026-0001/")[2]


def test_files_have_their_types(small_register):
    build(small_register, ["intranet"], TODAY)
    client = create_app(FolderPages(small_register / "build/site/intranet")).test_client()
    base = "http://127.0.0.1/"
    assert client.get("/contracts/contracts.csv", base_url=base).status_code in (200, 404)
    wasm = next((small_register / "build/site/intranet/pagefind").glob("*.pagefind"), None)
    assert wasm is not None
    assert client.get("/pagefind/pagefind.js", base_url=base).mimetype in ("text/javascript", "application/javascript")
    first = client.get("/", base_url=base)
    assert client.get("/", base_url=base, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_port_that_is_taken_is_told_with_the_one_that_serves(small_register, capsys):
    from ccm_site.web.serve import listening

    build(small_register, ["intranet"], TODAY)
    app = create_app(FolderPages(small_register / "build/site/intranet"))
    first = listening(app, 0)
    second = listening(app, first.effective_port)
    try:
        told = capsys.readouterr().err
        assert f"Port {first.effective_port} cannot be had" in told and f"on port {second.effective_port};" in told
    finally:
        first.close()
        second.close()
