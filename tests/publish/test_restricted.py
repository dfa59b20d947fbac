"""`ccm serve --audience restricted`: shown from memory, kept nowhere, and for as long as its reader may read."""

import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
import waitress.buffers

from ccm_site.checks.run import check
from ccm_site.demo import lay
from ccm_site.keys import FolderStore, load_identity
from ccm_site.keys.trouble import in_words
from ccm_site.model import Finding, Location
from ccm_site.publish.build import MemoryResult, NeedsKeys, build_in_memory
from ccm_site.starter import shipped
from ccm_site.web import serve as serving
from ccm_site.web.restricted import Shown, close_when_over, over
from ccm_site.web.serve import listening, renewed, serve, stamp, watched_paths
from ccm_site.web.site import create_app
from tests.custody.office import TODAY as OFFICE_DAY
from tests.custody.office import make_office
from tests.registers import CONTRACT, DEMO_DAY, TODAY, make_small, write

HOME = "http://127.0.0.1:8000/"
CANARY = "Canarykeptinmemory"
PLACEMENT = "placements/2026/P-2026-0001/placement.yaml"
PERSON = "people/persons/staff-1.yaml"
SECRETS = f"""kind: person
id: staff-1
name: {CANARY}
posts:
- post: service-manager
  from: 2024-01-01
"""


def reader(until=None):
    """The keys of somebody who may read until a day."""

    def ended(day):
        return "" if until is None or day <= until else f"staff-1 may read until {in_words(until)}"

    return SimpleNamespace(ended=ended, watched=lambda: ())


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return build_in_memory(make_small(tmp_path_factory.mktemp("restricted") / "register"), "restricted", TODAY).site


@pytest.fixture
def shown(site):
    shown = Shown()
    shown.swap(site)
    return shown


@pytest.fixture
def client(shown):
    return create_app(shown, shown.closed).test_client()


def test_a_browser_keeps_no_copy(client):
    for path in ("/", "/contracts/C-2026-0001/", "/pagefind/pagefind.js", "/nowhere/", "/contracts"):
        headers = client.get(path, base_url=HOME).headers
        assert headers["Cache-Control"] == "no-store" and "ETag" not in headers and "Last-Modified" not in headers, path
    assert "script-src 'self'" in client.get("/", base_url=HOME).headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/%2e%2e/secret",
        "//etc/passwd",
        "/%00",
        "/contracts/..%5c..%5c",
        "/contracts/../index.html/",
        "/.git/config",
    ],
)
def test_nothing_but_the_site(client, path):
    assert client.get(path, base_url=HOME).status_code == 404


def test_pages_folders_and_types(client):
    assert b"Foster care framework" in client.get("/contracts/C-2026-0001/", base_url=HOME).data
    assert client.get("/contracts/C-2026-0001", base_url=HOME).status_code == 308
    assert client.get("/pagefind/pagefind.js", base_url=HOME).mimetype == "text/javascript"
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_a_reader_reads_to_the_end_of_the_last_day():
    last = date(2026, 11, 30)
    assert over(reader(last), last) == "" and over(reader(None), date(2999, 1, 1)) == "" and over(None, last) == ""
    assert "until 30 November 2026" in over(reader(last), date(2026, 12, 1))


def test_when_the_readers_time_is_over_nothing_is_shown(client, shown, site):
    keys, stop, days = reader(date(2026, 11, 30)), threading.Event(), [date(2026, 11, 30)]
    thread = threading.Thread(
        target=close_when_over, args=(shown, keys, stop), kwargs={"every": 0.02, "day": lambda: days[-1]}
    )
    thread.start()
    time.sleep(0.1)
    assert client.get("/", base_url=HOME).status_code == 200 and not stop.is_set()
    days.append(date(2026, 12, 1))
    thread.join(5)
    assert stop.is_set(), "it is built no more"
    for path in ("/", "/contracts/C-2026-0001/", "/pagefind/pagefind.js", "/nowhere"):
        answer = client.get(path, base_url=HOME)
        assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (403, "text/plain", "no-store")
        assert "until 30 November 2026" in answer.text and "Foster care" not in answer.text
    shown.swap(site)  # a build that had begun before
    assert shown.site is None and client.get("/", base_url=HOME).status_code == 403


def test_a_reader_who_was_removed_is_noticed_and_an_erased_key_makes_it_anew(tmp_path):
    office = make_office(tmp_path)
    keys = office.store("s3", OFFICE_DAY)
    assert over(keys, OFFICE_DAY) == "" and "until 31 December 2026" in over(keys, date(2027, 1, 1))
    before = stamp(watched_paths(office.root, keys.watched()))
    office.store("s1").remove_reader("s3")
    assert "s3 is no reader of this store any more" in over(keys, OFFICE_DAY)
    assert stamp(watched_paths(office.root, keys.watched())) != before


def test_a_reader_whose_time_is_over_does_not_start_it(small_register, capsys):
    with pytest.raises(SystemExit):
        serve(small_register, "restricted", 0, TODAY, False, reader(date(2020, 1, 31)))
    out, err = capsys.readouterr()
    assert out == "" and "until 31 January 2020" in err


def test_a_fault_leaves_the_site_as_it_was_and_no_value_is_said(small_register, shown, site, monkeypatch):
    said = []
    at = Location(PLACEMENT, 3, 1, "/reason")
    found = Finding("R-PRV-3", "error", f"holds {CANARY}", at, f"take {CANARY} out")
    monkeypatch.setattr(serving, "build_in_memory", lambda *a, **k: MemoryResult((found,), {}, ()))
    assert not renewed(small_register, TODAY, None, shown, said.append)
    assert shown.site is site
    assert said[0] == f"{PLACEMENT}:3:1: an error under R-PRV-3" and CANARY not in "".join(said)


def test_without_keys_to_sealed_records_it_says_how_to_come_by_them(small_register, monkeypatch, capsys):
    def refuse(*_args, **_more):
        raise NeedsKeys("3 records are sealed: ccm keys --help")

    monkeypatch.setattr(serving, "build_in_memory", refuse)
    with pytest.raises(SystemExit):
        serve(small_register, "restricted", 0, TODAY, False, None)
    out, err = capsys.readouterr()
    assert out == "" and "3 records are sealed: ccm keys --help" in err


@pytest.mark.parametrize("spools", [False, True])
def test_a_slow_browser_makes_the_server_write_nothing(monkeypatch, spools):
    """A server may put what a browser is slow to take into a temporary file. With the limit that it has by itself it does."""
    if spools:
        monkeypatch.setattr(serving, "_NEVER_SPOOL", 1 << 20)
    written = []
    real = waitress.buffers.TempfileBasedBuffer.newfile
    monkeypatch.setattr(
        waitress.buffers.TempfileBasedBuffer, "newfile", lambda self: (written.append(1), real(self))[1]
    )
    big = SimpleNamespace(read=lambda name: b"x" * (12 << 20), policy=lambda: "default-src 'none'", no_store=True)
    server = listening(create_app(big), 0)
    threading.Thread(target=server.run, daemon=True).start()
    try:
        with socket.create_connection(("127.0.0.1", server.effective_port), 10) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            time.sleep(0.5)
            got = 0
            while chunk := slow.recv(1 << 20):
                got += len(chunk)
        assert got > 12 << 20
        assert bool(written) is spools
    finally:
        server.close()


@contextmanager
def served(root, temp):
    env = os.environ | {"TMPDIR": str(temp), "HOME": str(temp)}
    code = f"serve(Path({str(root)!r}), 'restricted', 0, date.fromisoformat('{TODAY}'))"
    process = subprocess.Popen(
        [sys.executable, "-c", f"from datetime import date; from pathlib import Path; from ccm_site.web.serve import serve; {code}"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env, cwd=temp,
    )  # fmt: skip
    try:
        line = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", line), (line, process.stderr.read() if not line else "")
        yield urllib.parse.urlsplit(line).port, process
    finally:
        process.terminate()
        process.wait(10)


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().read()


def holding(folders, words):
    """Every file in the folders that holds the words, in any case, in its name or its bytes."""
    found = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            raw = path.read_bytes() if path.is_file() else b""
            if words.lower() in path.name.lower() or words.lower().encode() in raw.lower():
                found.append(path.relative_to(folder).as_posix())
    return found


def test_no_restricted_text_comes_to_lie_on_the_disk(small_register, tmp_path):
    """The records themselves lie there in clear in this invented register; nothing else may, at no time while it is served."""
    temp = tmp_path / "temp"
    temp.mkdir()
    write(small_register, PERSON, SECRETS)
    write(small_register, "build/site/restricted/index.html", CANARY)
    places, seen, done = (small_register, temp), set(), threading.Event()

    def look():
        while not done.is_set():
            with suppress(OSError):  # gone while it was looked at
                seen.update(holding(places, CANARY))
            time.sleep(0.05)

    with served(small_register, temp) as (port, process):
        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            assert CANARY.encode() in ask(port, "/people/staff-1/"), "it is shown"
            text = (small_register / CONTRACT).read_text("utf-8")
            write(small_register, CONTRACT, text.replace("Foster care framework", "Foster care, four years"))
            until = time.monotonic() + 60
            while b"Foster care, four years" not in ask(port, "/contracts/C-2026-0001/"):
                assert time.monotonic() < until, "the site was not made again"
                time.sleep(0.3)
            with suppress(OSError):  # no Linux; or not root, who alone may look into a process that is not to be dumped
                open_files = [str(f.readlink()) for f in Path(f"/proc/{process.pid}/fd").iterdir()]
                assert [f for f in open_files if f.endswith("(deleted)")] == [], "nothing lies in a file without a name"
        finally:
            done.set()
            watcher.join()
        seen.update(holding(places, CANARY))
    assert seen == {PERSON}
    assert holding(places, CANARY) == [PERSON]
    assert not (small_register / "build/site/restricted").exists()
    assert (small_register / "build/mkdocs/restricted/site").is_dir(), "the shell may lie there"


def test_what_is_sealed_is_in_the_memory_and_nowhere_else(tmp_path, monkeypatch):
    """The demonstration, sealed: with a reader's keys its site shows what no file here holds."""
    root, temp = tmp_path / "register", tmp_path / "temp"
    temp.mkdir()
    monkeypatch.setenv("TMPDIR", str(temp))
    monkeypatch.setattr(tempfile, "tempdir", None)
    lay(shipped(), root)
    with pytest.raises(NeedsKeys):
        build_in_memory(root, "restricted", DEMO_DAY)
    identity = load_identity(tmp_path / "register.identities/s1001.txt", str)
    keys = FolderStore.open(tmp_path / "register.keys", identity, date.today())
    result = build_in_memory(root, "restricted", DEMO_DAY, keys)
    assert not result.errors
    loaded, _ = check(root, DEMO_DAY, keys)
    opened = [r for r in loaded.register.of_kind("placement") if r.seal and not r.seal.shut]
    references = {r.data["child_ref"] for r in opened}
    site = b"".join(result.site.read(name) for name in result.site.names() if name.endswith(".html"))
    assert references and all(reference.encode() in site for reference in references)
    files = [p for p in tmp_path.rglob("*") if p.is_file() and "docs" not in p.parts and ".git" not in p.parts]
    assert any("mkdocs" in p.parts for p in files)
    assert [(p.name, r) for p in files for r in references if r.encode() in p.read_bytes()] == []


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")
def test_a_crash_leaves_no_image_of_the_memory():
    code = (
        "import ctypes, resource; from ccm_site.web.restricted import no_core_dumps; no_core_dumps(); "
        "print(resource.getrlimit(resource.RLIMIT_CORE)[0], ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0 0\n"
