"""The names list recognises names however they are written, and cannot be read."""

import json

import pytest

from ccm_site.personal_data import Detector, NamesTrouble, load_names, make_names, names_key, names_of

KEY = bytes(range(32))
LISTED = [
    "Jamie Smith",
    "O'Brien, Saoirse",
    "Ewan McAllister",
    "Zoë Alexandra Núñez-Brown",
    "Grace Young",
    "Łukasz Nowak",
    "Iona",
]


@pytest.fixture
def listed(tmp_path):
    path = tmp_path / "names.json"
    path.write_text(json.dumps(make_names(LISTED, KEY)), "utf-8")
    return load_names(path, KEY)


def hits(names, text):
    return [(text[h.start : h.end], h.severity) for h in Detector.of({}, names).find(text)]


@pytest.mark.parametrize(
    "text, found",
    [
        ("placed Jamie Smith today", "Jamie Smith"), ("JAMIE SMITH", "JAMIE SMITH"), ("jamie smith", "jamie smith"), ("Smith, Jamie", "Smith, Jamie"), ("jamie_smith.txt", "jamie_smith"),
        ("Jamie Smith's plan", "Jamie Smith"), ("Saoirse O’Brien", "Saoirse O’Brien"), ("Saoirse O'Brien", "Saoirse O'Brien"), ("Saoirse O Brien", "Saoirse O Brien"), ("Ewan MacAllister", "Ewan MacAllister"),
        ("Ewan Mac Allister", "Ewan Mac Allister"), ("Ewan Mc Allister", "Ewan Mc Allister"), ("Zoe Alexandra Nunez", "Zoe Alexandra Nunez"), ("Zoe\u0308 Brown", "Zoe\u0308 Brown"), ("Lukasz Nowak", "Lukasz Nowak"),
        ("Jamie\u00a0Smith", "Jamie\u00a0Smith"), ("Jam\u00adie Smith", "Jam\u00adie Smith"), ("Jamie\nSmith", "Jamie\nSmith"),
    ],
)  # fmt: skip
def test_a_listed_name_is_found_in_any_dress(listed, text, found):
    assert hits(listed, text) == [(found, "error")]


@pytest.mark.parametrize(
    "text",
    [
        "by Jamie. Smith said",
        "Jamie or Smith",
        "jamie",
        "hope and grace",
        "a brown house",
        "young people",
        "Young people",
        "Smithson Jamieson",
        "the May meeting",
    ],
)
def test_no_name_is_made_of_words_that_do_not_belong_together(listed, text):
    assert [h for h in hits(listed, text) if h[1] == "error"] == []


def test_one_word_alone_only_warns_and_only_with_a_capital(listed):
    assert hits(listed, "Grace said so") == [("Grace", "warning")]
    assert hits(listed, "Iona came") == [("Iona", "warning")]
    assert hits(listed, "by the grace of") == []
    assert hits(listed, "Young people came") == []


def test_names_are_found_where_singles_were_left_out(tmp_path):
    path = tmp_path / "names.json"
    path.write_text(json.dumps(make_names(LISTED, KEY, singles=False)), "utf-8")
    names = load_names(path, KEY)
    assert hits(names, "Grace said so") == []
    assert hits(names, "Grace Young said so") == [("Grace Young", "error")]
    assert hits(names, "Iona came") == [("Iona", "warning")]


def test_the_list_holds_no_name_and_another_key_gives_other_hashes():
    made = make_names(LISTED, KEY)
    text = json.dumps(made).lower()
    assert not [w for w in ("jamie", "smith", "brien", "grace", "iona") if w in text]
    other = make_names(LISTED, KEY[::-1])
    assert not set(made["hashes"]["2"]) & set(other["hashes"]["2"]) and made["key_id"] != other["key_id"]
    assert KEY.hex() not in text


def test_a_wrong_key_is_told_from_a_wrong_list(tmp_path):
    path = tmp_path / "names.json"
    path.write_text(json.dumps(make_names(LISTED, KEY)), "utf-8")
    with pytest.raises(NamesTrouble, match="was made with the key"):
        load_names(path, KEY[::-1])
    path.write_text("[]", "utf-8")
    with pytest.raises(NamesTrouble, match="is no names list of format 1"):
        load_names(path, KEY)
    path.write_text("{", "utf-8")
    with pytest.raises(NamesTrouble, match="is not JSON"):
        load_names(path, KEY)
    broken = make_names(LISTED, KEY)
    broken["hashes"]["2"] = ["short"]
    path.write_text(json.dumps(broken), "utf-8")
    with pytest.raises(NamesTrouble, match="lacks the hashes"):
        load_names(path, KEY)
    with pytest.raises(NamesTrouble, match="cannot be read"):
        load_names(tmp_path / "nowhere.json", KEY)
    with pytest.raises(NamesTrouble, match="16 or more"):
        make_names(LISTED, b"short")
    with pytest.raises(NamesTrouble, match="holds no name"):
        make_names(["", "  "], KEY)


def test_the_environment_names_list_and_key(tmp_path):
    path, key = tmp_path / "names.json", tmp_path / "key"
    path.write_text(json.dumps(make_names(LISTED, KEY)), "utf-8")
    key.write_text(KEY.hex() + "\n", "utf-8")
    assert names_of({}) is None
    assert (
        names_of({"CCM_NAMES": str(path), "CCM_NAMES_KEY": KEY.hex()}).key_id
        == names_of({"CCM_NAMES": str(path), "CCM_NAMES_KEY_FILE": str(key)}).key_id
    )
    for environment, why in [
        ({}, "needs its key"),
        ({"CCM_NAMES_KEY": "no hex"}, "is not hex"),
        ({"CCM_NAMES_KEY_FILE": str(tmp_path / "none")}, "cannot be read"),
    ]:
        with pytest.raises(NamesTrouble, match=why):
            names_key(environment)
    with pytest.raises(NamesTrouble, match="needs its key"):
        names_of({"CCM_NAMES": str(path)})


def test_an_import_takes_listed_names_out(listed):
    assert Detector.of({}, listed).mask("Placement of Jamie Smith") == ("Placement of [name removed]", ("name",))
