"""Strict reading: what YAML would guess stays as written, and what it would hide is refused with its line."""

import pytest

from ccm_site.source import MAX_BYTES, Unreadable, locate, parse

KEPT = {
    "no": "no", "on": "on", "NO": "NO", "yes": "yes", "1.10": "1.10", "2026-01-01": "2026-01-01", "007": "007", "0x1F": "0x1F",
    "1_000": "1_000", "12:30": "12:30", "1e3": "1e3", ".inf": ".inf", "True": "True", "Null": "Null", "-0": "-0",
    "true": True, "false": False, "null": None, "~": None, "12": 12, "-3": -3, "'12'": "12", '"true"': "true",
    "1234567890123456789012": "1234567890123456789012",
}  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), KEPT.items())
def test_a_value_keeps_its_text(written, meant):
    value = parse(f"a: {written}\n".encode(), "x.yaml").data["a"]
    assert value == meant and type(value) is type(meant)


REFUSED = {
    "duplicate key": ("a: 1\nb: 2\na: 3\n", 3, 1, "has the key 'a' twice (first in line 1)"),
    "duplicate key, nested": ("a:\n  b: 1\n  b: 2\n", 3, 3, "has the key 'b' twice (first in line 2)"),
    "anchor": ("a: &x 1\n", 1, 4, "anchor '&x'"),
    "alias": ("a: &x 1\nb: *x\n", 2, 4, "alias '*x'"),
    "tag": ("a: !!python/object:os.system x\n", 1, 4, "has the tag"),
    "local tag": ("a: !secret x\n", 1, 4, "has the tag"),
    "merge key": ("a:\n  <<: {b: 1}\n", 2, 3, "merges another mapping"),
    "second document": ("a: 1\n---\nb: 2\n", 2, 1, "a second document"),
    "directive": ("%YAML 1.1\n---\na: 1\n", 1, 1, "a '%' directive"),
    "key that is a list": ("? [1]\n: 2\n", 1, 3, "a list or mapping as a key"),
    "empty": ("", 1, 1, "is empty"),
    "only a list": ("- a\n", 1, 1, "does not begin with a field"),
    "tab": ("a:\n\tb: 1\n", 2, 1, "is no valid YAML"),
    "colon in text": ("a: b: c\n", 1, 5, "mapping values are not allowed"),
    "control character": ("a: \x01\n", 1, 4, "U+0001"),
    "over-deep blocks": ("- " * 3000 + "a\n", 1, 49, "levels deep"),
    "over-deep flow": ("a: " + "[" * 100_000, 1, 1003, "levels deep"),
}


@pytest.mark.parametrize(("text", "line", "column", "message"), REFUSED.values(), ids=list(REFUSED))
def test_a_surprise_is_refused_where_it_stands(text, line, column, message):
    with pytest.raises(Unreadable) as caught:
        parse(text.encode(), "contracts/x.yaml")
    hit = next(f for f in caught.value.findings if message in f.message)
    assert (hit.at.path, hit.at.line, hit.at.column) == ("contracts/x.yaml", line, column)
    assert hit.rule == "R-ID-5" and hit.fix


@pytest.mark.parametrize("raw", [b"a: \xff\n", "a: é".encode("utf-16"), "a: é".encode("latin-1")])
def test_only_utf8_is_read(raw):
    with pytest.raises(Unreadable, match="UTF-8"):
        parse(raw, "x.yaml")


def test_a_file_over_the_limit_is_refused():
    with pytest.raises(Unreadable, match="1,000,000"):
        parse(b"a: " + b"x" * MAX_BYTES, "x.yaml")


def test_all_faults_of_a_file_are_told_at_once():
    with pytest.raises(Unreadable) as caught:
        parse(b"a: 1\na: 2\nb: &x 1\nc: !!str d\n", "x.yaml")
    assert [f.at.line for f in caught.value.findings] == [2, 3, 4]


def test_every_value_has_its_line():
    document = parse("kind: x\nlist:\n- a: 1\n  b:\n    c: 2\n- é: 3\nm: {q: [1, 2]}\n".encode(), "x.yaml")
    places = {
        p: (locate(document, p).line, locate(document, p).column) for p in ("", "/list/0/b/c", "/list/1/é", "/m/q/1")
    }
    assert places == {"": (1, 1), "/list/0/b/c": (5, 5), "/list/1/é": (6, 3), "/m/q/1": (7, 12)}
    assert locate(document, "/m/absent").line == 7, "what is missing is shown at the nearest thing that holds it"
