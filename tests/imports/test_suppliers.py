"""The rule by which names are one provider, where a cell is parted, and the short names of folders."""

from pathlib import Path

import pytest

from ccm_site.imports.mapping import SHIPPED, ColumnMap, Words, load_mapping
from ccm_site.imports.suppliers import Splitter, name_key, principal, slug, split_commas

SAME = [
    ("Ford Motor Co. Ltd", "FORD MOTOR COMPANY LIMITED"),
    ("Boden & Davies Limited", "Boden and Davies Ltd."),
    ("J.D. Macadam", "JD Macadam"),
    ("Smith, Inc.", "SMITH INC"),
    ("Egis Consulting", "EGIS Consulting Pty Ltd"),
    ("WN Vtech T/A Mellor Coachcraft", "WN Vtech"),
    ("Critiqom Limited trading as Mail Metrics", "Critiqom Ltd"),
    ("National Mentor Healthcare, LLC.  D/B/A Pennsylvania Mentor", "National Mentor Healthcare"),
    ("Children’s Aid PLC", "Children's Aid plc"),
    ("Community Partners CIC", "Community  Partners"),
]
DIFFERENT = [
    ("Brake Bros Limited", "Brakes Bros Limited"),
    ("Inspira", "Inspira Cumbria Ltd"),
    ("Care (North) Ltd", "Care (South) Ltd"),
    ("Growth Company", "Growth"),
    ("Limited", "Ltd Group"),
]


@pytest.mark.parametrize("one, other", SAME)
def test_two_spellings_of_one_provider(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize("one, other", DIFFERENT)
def test_nothing_is_guessed_from_likeness(one, other):
    assert name_key(one) != name_key(other)


def test_a_name_is_what_stands_before_trading_as():
    assert principal("WN Vtech T/A Mellor Coachcraft") == "WN Vtech"
    assert principal("trading as Mellor") == "trading as Mellor"


@pytest.mark.parametrize(
    "name, taken, expected",
    [
        ("Barnardo's", (), "barnardos"), ("Café & Crèche Ltd", (), "cafe-and-creche-ltd"), ("A" * 80, (), "a" * 60),
        ("CON", (), "con-provider"), ("lpt1", (), "lpt1-provider"), ("東京", (), "provider"), ("東京", {"provider"}, "provider-2"),
        ("../../etc/passwd", (), "etc-passwd"), ("x", {"x", "x-2"}, "x-3"), ("-- --", (), "provider"),
        ("The Association of Directors of Social Work Services in Scotland", (), "the-association-of-directors-of-social-work-services-in"),
    ],
)  # fmt: skip
def test_the_short_name_is_safe_for_files(name, taken, expected):
    assert slug(name, taken) == expected


def test_a_long_short_name_stays_within_bounds_where_it_is_taken():
    assert slug("b" * 80, {"b" * 60}) == "b" * 58 + "-2"


@pytest.mark.parametrize(
    "cell, names",
    [
        ("Dunsters Farm Ltd,Sysco GB Limited", ["Dunsters Farm Ltd", "Sysco GB Limited"]),
        ("UpToDate,INC", ["UpToDate,INC"]),
        ("LRW Solutions Group, Inc.", ["LRW Solutions Group, Inc."]),
        ("BAKER, LOMAX & SHACKLEY LIMITED", ["BAKER, LOMAX & SHACKLEY LIMITED"]),
        (
            "HW Audio Ltd, The Music Cellar, & Rimmers Music Ltd",
            ["HW Audio Ltd", "The Music Cellar", "Rimmers Music Ltd"],
        ),
        ("Alpha Ltd, Beta LLP, Gamma", ["Alpha Ltd", "Beta LLP", "Gamma"]),
        ("1,000 Voices", ["1,000 Voices"]),
    ],
)
def test_commas_part_names_but_not_a_firm_from_its_legal_form(cell, names):
    assert [n.strip() for n in split_commas(cell)] == names


def splitter(name):
    return Splitter(load_mapping(SHIPPED / f"{name}.yaml"))


@pytest.mark.parametrize(
    "mapping, cell, names",
    [
        ("act_contracts", "18fifty3 Group Pty Ltd (PITC0007473.01)\nBaseline Gardening (PITC0007473.02)",
         ("18fifty3 Group Pty Ltd", "Baseline Gardening")),
        ("act_contracts", "Securitas Australia Electronic Security (ACT) (PICH0009993.113.06)",
         ("Securitas Australia Electronic Security (ACT)",)),
        ("contracts_finder_notices", "Lot 1 - East Lancashire - Global Ardour Recycling Limited,Lot 4 - North Lancashire - No Award",
         ("Global Ardour Recycling Limited",)),
        ("contracts_finder_notices", "N/A EVENT DAY", ()),
        ("contracts_finder_notices", "Multiple suppliers - see attached spreadsheet", ()),
        ("contracts_finder_notices", "National Childbirth Trust", ("National Childbirth Trust",)),
        ("contracts_finder_notices", "N. Anderson & Sons", ("N. Anderson & Sons",)),
        ("generic", "Alpha Ltd; Beta Ltd ;; Alpha Ltd", ("Alpha Ltd", "Beta Ltd")),
        ("generic", "Various", ()),
        ("generic", "Framework Suppliers", ()),
        ("generic", "???", ()),
        ("generic", "[e-mail removed]", ()),
    ],
)  # fmt: skip
def test_a_cell_names_its_suppliers(mapping, cell, names):
    assert splitter(mapping).names(cell) == names


def test_a_cell_without_separators_is_one_name():
    plain = Splitter(ColumnMap({"suppliers": {}}, Path("x")))
    assert plain.names("A; B, C") == ("A; B, C",)


def test_a_star_stands_for_any_rest():
    words = Words(["n/a", "n/a *", "multiple supplier*", "-"])
    assert all(w in words for w in ("N/A", "na", "N/A event day", "Multiple Suppliers: see list", "-"))
    assert not any(w in words for w in ("National Trust", "N. Abel", "multiple", "--", ""))
