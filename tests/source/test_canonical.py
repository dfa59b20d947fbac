"""One canonical form: idempotent, comments kept, no value changed, readable alike by any YAML reader."""

import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_site.canonical import edit, format_bytes, write, write_slowly
from ccm_site.source import parse

COMMENTED = b"""# The contract with Brae
kind: contract   # always
id: "C-2026-0001"
answer: no
rate: 1.10
start: 2026-01-01

# what is bought
capacity: {unit: places, quantity: 4}
notes:
    - text: |
        two
        lines
    # the second one
    - text: '12'
# the end
"""


def test_formatting_keeps_comments_and_values():
    document = parse(COMMENTED, "x.yaml")
    out = format_bytes(document)
    assert parse(out, "x.yaml").data == document.data
    for comment in ("# The contract with Brae", "# always", "# what is bought", "# the second one", "# the end"):
        assert comment in out.decode()
    assert b'answer: "no"' in out and b'rate: "1.10"' in out and b"start: 2026-01-01" in out


def test_formatting_twice_changes_nothing():
    once = format_bytes(parse(COMMENTED, "x.yaml"))
    assert format_bytes(parse(once, "x.yaml")) == once


def test_an_edit_changes_only_its_lines():
    before = format_bytes(parse(COMMENTED, "x.yaml"))
    after = edit(parse(before, "x.yaml"), {"/capacity/quantity": 5, "/notes/1/text": "13"})
    changed = [(b, a) for b, a in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]
    assert changed == [(b"  quantity: 4", b"  quantity: 5"), (b'- text: "12"', b'- text: "13"')]


def test_an_edit_adds_and_removes():
    document = parse(b"kind: x\nid: z9\nold: 1\n", "x.yaml")
    assert edit(document, {"/old": None, "/new": ["a"]}) == b"kind: x\nid: z9\nnew:\n- a\n"


def test_an_edit_of_nowhere_is_refused():
    with pytest.raises(KeyError):
        edit(parse(b"kind: x\n", "x.yaml"), {"/absent/field": 1})


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40).filter(
    lambda t: all(c.isprintable() or c in "\n\t" for c in t)
)
tricky = st.sampled_from(
    [
        "no",
        "Yes",
        "null",
        "~",
        "1.10",
        "2026-01-01",
        "- x",
        "a: b",
        "# c",
        "'",
        '"',
        "*a",
        "&a",
        "!t",
        "%",
        "@",
        "`",
        "{",
        "[",
        "",
        " x ",
        "a #b",
        "|",
        ">",
        "a\n",
        "\na",
        "a\n\nb",
        "a \nb",
        "=1",
        "012",
        "1e3",
        "0x1",
        "12:30:00",
    ]
)


def field_name(text):
    """Names of fields are never empty, and '<<' is refused by the reader as a merge."""
    return text not in ("", "<<")


values = st.recursive(
    st.one_of(texts, tricky, st.booleans(), st.integers(-(10**17), 10**17), st.none()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(texts.filter(field_name), tricky.filter(field_name)), inner, max_size=4),
    ),
    max_leaves=12,
)
records = st.dictionaries(st.text(string.ascii_lowercase, min_size=1, max_size=8), values, min_size=1, max_size=6)


@given(records)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_reads_back_and_is_canonical(data):
    raw = write(data)
    document = parse(raw, "x.yaml")
    assert document.data == data
    assert format_bytes(document) == raw == write_slowly(data)
    assert format_bytes(parse(b"# Remark\n" + raw, "x.yaml")) == b"# Remark\n" + raw


@given(st.lists(st.one_of(texts, tricky), min_size=1, max_size=6))
@settings(max_examples=100, deadline=None)
def test_another_yaml_reader_misreads_no_text(values):
    """Values only: the names of fields are the schemas', and the program reads every one of them as text."""
    other = yaml.safe_load(write({f"field_{n}": value for n, value in enumerate(values)}))
    for n, value in enumerate(values):
        assert str(other[f"field_{n}"]) == value, "only dates may become another type elsewhere"
