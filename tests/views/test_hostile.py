"""Naughty strings in every text of every kind: none becomes HTML, none breaks a page, none becomes a formula."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest

from ccm_site.views.page import Page
from tests.views import invented
from tests.views.sites import KINDS, items

TAGS = (
    "a br button caption code dd details div dl dt form h1 h2 h3 h4 h5 input label li mark nav noscript ol option p section select small span "
    "strong summary table tbody td th thead time tr ul svg defs marker path g rect text tspan"
)
ALLOWED = set(TAGS.split())


class Tags(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_comment(self, data):
        self.seen.append(("!--", {}))

    def handle_decl(self, decl):
        self.seen.append(("!", {}))


def naughty(strings):
    """A text for each field in turn; kinds without end, so every string stands in many places."""
    state = {"at": 0}

    def text(f):
        state["at"] += 1
        return strings[state["at"] % len(strings)]

    return text


@pytest.fixture(scope="module")
def built(data):
    strings = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    register = invented.register(KINDS, 6, naughty(strings))
    return {audience: items(register, audience) for audience in ("intranet", "restricted")}


def test_every_string_is_used(data):
    strings = json.loads((data / "hostile/blns.json").read_text("utf-8"))
    register = invented.register(KINDS, 6, naughty(strings))
    everything = json.dumps([r.data for r in register], ensure_ascii=False)
    assert all(json.dumps(s, ensure_ascii=False)[1:-1] in everything for s in strings)


def test_no_text_becomes_html(built):
    for page in (p for found in built.values() for p in found if isinstance(p, Page)):
        tags = Tags()
        tags.feed(page.body)
        tags.close()
        for tag, attributes in tags.seen:
            assert tag in ALLOWED, f"{page.url}: <{tag}>"
            assert not any(name.startswith("on") or name == "style" for name in attributes), (
                f"{page.url}: {tag} {attributes}"
            )
            for name in ("href", "action"):
                address = attributes.get(name) or "./"
                start = address.split(":")[0].lower() if ":" in address.split("/")[0] else ""
                assert start in {"", "http", "https", "mailto"}, f"{page.url}: {address}"


def test_no_cell_becomes_a_formula(built):
    for extra in (x for found in built.values() for x in found if not isinstance(x, Page) and x.path.endswith(".csv")):
        for row in csv.reader(io.StringIO(extra.content.decode("utf-8-sig"), newline="")):
            for text in row:
                bare = text.strip('\ufeff\u200b\u00a0 "`')
                number = bare.removeprefix("-").replace(".", "", 1).isdigit()
                assert number or not bare.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")), (
                    extra.path,
                    text,
                )


def test_rows_are_sound_data(built):
    for extra in (x for found in built.values() for x in found if not isinstance(x, Page) and x.path.endswith(".json")):
        data = json.loads(extra.content)
        assert all(len(row) == len(data["columns"]) + 1 for row in data["rows"])


def test_a_record_with_a_dangerous_id_has_no_page():
    register = invented.register(KINDS, 1)
    key, record = next((k, r) for k, r in register.records.items() if k.kind == "provider")
    record.data["id"] = "../../x"
    assert not any(".." in p.url for p in items(register) if isinstance(p, Page))
    assert not any(isinstance(p, Page) and p.url == f"providers/{key.id}/" for p in items(register))
