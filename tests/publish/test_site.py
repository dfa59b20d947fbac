"""The application that shows a built site: its files, nothing else, to this machine only."""

import threading
from urllib.parse import urljoin

import pytest

from ccm_site.publish.fresh import fresh
from ccm_site.web.site import FolderPages, create_app

HOME = "http://127.0.0.1:8000/"


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    for path, text in {
        "index.html": "home", "404.html": "nothing here", "contracts/C 1/index.html": "one", "contracts/c.csv": "a,b",
        "pagefind/wasm.en.pagefind": "w", "pagefind/index/x.pf_index": "i", "pagefind/pagefind.js": "j", ".hidden": "h",
    }.items():  # fmt: skip
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
def client(site):
    return create_app(FolderPages(site)).test_client()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000", "LOCALHOST", "[::1]:8000"])
def test_names_of_this_machine(client, host):
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example:80",
        "10.0.0.1",
        "evil@127.0.0.1",
        "",
        "127.0.0.1:80:80",
    ],
)
def test_other_names(client, host):
    answer = client.get("/", headers={"Host": host})
    assert answer.status_code in (400, 403) and b"home" not in answer.data


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/contracts/%2e%2e/%2e%2e/secret.txt",
        "/.hidden",
        "/link.txt",
        "/%5c..%5csecret.txt",
        "//secret.txt",
        "/contracts/",
    ],
)
def test_only_files_of_the_site(client, path):
    answer = client.get(path, base_url=HOME)
    assert answer.status_code in (308, 404) and b"secret" not in answer.data
    assert answer.status_code == 404 or "secret" not in answer.location or answer.location.startswith(HOME[:-1])


def test_what_is_not_there_has_the_sites_own_page(client):
    answer = client.get("/nowhere/", base_url=HOME)
    assert (answer.status_code, answer.data, answer.mimetype) == (404, b"nothing here", "text/html")


def test_a_folder_without_its_slash(client):
    answer = client.get("/contracts/C%201?x=1", base_url=HOME)
    assert answer.status_code == 308
    there = urljoin(f"{HOME}contracts/C%201?x=1", answer.headers["Location"])
    assert there == f"{HOME}contracts/C%201/?x=1"
    assert client.get(there.removeprefix(HOME[:-1]), base_url=HOME).data == b"one"


@pytest.mark.parametrize(("path", "mimetype"), [
    ("pagefind/wasm.en.pagefind", "application/wasm"), ("pagefind/index/x.pf_index", "application/octet-stream"),
    ("pagefind/pagefind.js", "text/javascript"), ("contracts/c.csv", "text/csv"), ("", "text/html"),
])  # fmt: skip
def test_types(client, path, mimetype):
    answer = client.get(f"/{path}", base_url=HOME)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (200, mimetype, "no-cache")
    assert client.get(f"/{path}", base_url=HOME, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_only_scripts_of_the_site_and_the_theme_may_run(client, site):
    site.with_name("site.csp").write_text("script-src 'self' 'sha256-x'")
    assert client.get("/", base_url=HOME).headers["Content-Security-Policy"] == "script-src 'self' 'sha256-x'"
    site.with_name("site.csp").unlink()
    policy = client.get("/", base_url=HOME).headers["Content-Security-Policy"]
    assert (
        "script-src 'self' 'wasm-unsafe-eval';" in policy
        and "unsafe-inline" not in policy
        and "'unsafe-eval'" not in policy
    )


def test_no_request_meets_a_swap(client, site):
    done = threading.Event()

    def swap():
        for _ in range(60):
            with fresh(site) as folder:
                (folder / "index.html").write_text("home")
        done.set()

    thread = threading.Thread(target=swap)
    thread.start()
    seen = set()
    while not done.is_set():
        seen.add(client.get("/", base_url=HOME).status_code)
    thread.join()
    assert seen == {200}
