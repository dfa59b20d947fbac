"""`ccm erase` and `ccm subject` as two people use them: what is refused, in which post one acts, and what is shown afterwards."""

import json

import pytest

from ccm_site.custody.sealed_files import seal_files
from tests.custody.office import CASE, COMPLAINT, PLACEMENT, ccm
from tests.registers import write

WHY = ("--ground", "erasure_request", "--rule", "placement_ref", "--reason", "By letter")
SECOND_POST = "- post: manager\n  from: 2020-01-01\n"


@pytest.fixture
def sealed(office):
    seal_files(office.root, office.store())
    return office


def ask(office, what=CASE, **more):
    asked = ccm(office, "erase", what, *WHY, **more)
    assert asked.exit_code == 0, asked.output
    return asked.output.partition(":")[0]


def untouched(office, *waiting):
    store = office.store()
    assert [r.id for r in store.pending()] == list(waiting) and store.destroyed() == ()
    assert not list((office.root / "policy/disposals").glob("*")) and CASE in ccm(office, "unseal", PLACEMENT).output


def test_the_number_of_an_erasure_alone_erases_nothing_and_says_how(sealed):
    number = ask(sealed)
    for more in ((), ("--yes",), WHY):
        done = ccm(sealed, "erase", number, *more, person="s2", stdin="y\n")
        assert (
            done.exit_code == 1 and f"A second person carries it out with: ccm erase {number} --confirm" in done.output
        )
    untouched(sealed, number)


@pytest.mark.parametrize("more", [(), ("--confirm",), ("--confirm", "--yes")])
def test_an_erasure_that_nobody_asked_for_is_not_spoken_of_as_asked_for(sealed, more):
    done = ccm(sealed, "erase", "ER-0123456789ABCDEF", *more, person="s2")
    assert done.exit_code == 1 and "no erasure ER-0123456789ABCDEF is waiting" in done.output
    assert "ccm erase --pending" in done.output and "was asked for" not in done.output


@pytest.mark.parametrize("named", [(CASE,), ("K-2026-0001",), ("er-1",), ()])
def test_confirm_goes_with_the_number_of_an_erasure_only(sealed, named):
    number = ask(sealed)
    done = ccm(sealed, "erase", *named, "--confirm", "--yes", person="s2")
    assert done.exit_code == 2 and "--confirm goes with the number of an erasure (ER-…)" in done.output
    assert "Those that wait: ccm erase --pending" in done.output
    untouched(sealed, number)


def test_who_holds_several_posts_says_in_which_one_acts(sealed):
    write(
        sealed.root,
        "people/persons/s2.yaml",
        (sealed.root / "people/persons/s2.yaml")
        .read_text("utf-8")
        .replace("reading_keys", SECOND_POST + "reading_keys"),
    )
    number = ask(sealed)
    unsaid = ccm(sealed, "erase", number, "--confirm", "--yes", person="s2")
    assert (
        unsaid.exit_code == 1
        and "s2 holds more than one post. Say in which you act, with --post: dpo or manager" in unsaid.output
    )
    same = ccm(sealed, "erase", number, "--confirm", "--yes", "--post", "manager", person="s2")
    assert (
        same.exit_code == 1
        and "manager and manager together may not dispose of records: it takes one of" in same.output
    )
    none = ccm(sealed, "erase", number, "--confirm", "--yes", "--post", "finance", person="s2")
    assert (
        none.exit_code == 1
        and "s2 does not hold the post 'finance'. Give one that is held, with --post: dpo or manager" in none.output
    )
    untouched(sealed, number)
    done = ccm(sealed, "erase", number, "--confirm", "--yes", "--post", "dpo", person="s2")
    assert done.exit_code == 0 and "1 key destroyed." in done.output, done.output
    (disposal,) = (sealed.root / "policy/disposals").glob("*.yaml")
    assert "carried_out_by:\n- manager\n- dpo\n" in disposal.read_text("utf-8")


def test_who_asks_in_several_posts_says_in_which_one(sealed):
    write(
        sealed.root,
        "people/persons/s1.yaml",
        (sealed.root / "people/persons/s1.yaml")
        .read_text("utf-8")
        .replace("reading_keys", "- post: finance\n  from: 2020-01-01\nreading_keys"),
    )
    unsaid = ccm(sealed, "erase", CASE, *WHY)
    assert unsaid.exit_code == 1 and "with --post: manager or finance" in unsaid.output
    untouched(sealed)
    number = ask(sealed, "K-2026-0001", person="s2")
    assert "asked for by dpo" in ccm(sealed, "erase", "--pending").output
    assert ccm(sealed, "erase", number, "--confirm", "--yes", "--post", "manager").exit_code == 0


def test_yes_is_the_answer_and_without_it_silence_is_no(sealed):
    number = ask(sealed)
    silent = ccm(sealed, "erase", number, "--confirm", person="s2", stdin="")
    assert silent.exit_code == 1 and "This cannot be undone. Erase it?" in silent.output
    untouched(sealed, number)
    done = ccm(sealed, "erase", number, "--confirm", "--yes", person="s2", stdin="")
    assert done.exit_code == 0 and "Erase it?" not in done.output and f"P-2026-0001 ({PLACEMENT})" in done.output


def test_subject_after_the_erasure_of_a_case_says_that_nothing_is_left_of_it(sealed):
    assert f"child_ref: {CASE}" in ccm(sealed, "subject", CASE).output
    ccm(sealed, "erase", ask(sealed), "--confirm", "--yes", person="s2")
    told = ccm(sealed, "subject", CASE)
    assert told.exit_code == 0 and f"Everything held about {CASE}: 0 records." in told.output
    assert "or it was erased" in told.output and "policy/disposals" in told.output and "P-2026-0001" not in told.output
    empty = json.loads(ccm(sealed, "subject", CASE, "--format", "json").output)
    assert empty == {"subject": CASE, "records": [], "cited_by": [], "disposals": []}


@pytest.mark.parametrize(
    ("id", "path", "gone"), [("K-2026-0001", COMPLAINT, "telephone"), ("P-2026-0001", PLACEMENT, "first house")]
)
def test_subject_after_an_erasure_shows_what_is_left_of_a_record_and_its_disposal(sealed, id, path, gone):
    ccm(sealed, "erase", ask(sealed, CASE if id.startswith("P") else id), "--confirm", "--yes", person="s2")
    told = ccm(sealed, "subject", id)
    assert told.exit_code == 0, told.output
    assert "It was erased: of its record only what is in clear is left. The disposal: DI-" in told.output
    assert f"{id} ({path})" in told.output and "its key was destroyed on" in told.output and gone not in told.output
    shown = json.loads(ccm(sealed, "subject", id, "--format", "json").output)
    assert [(r["id"], r["opened"], r["erased"]) for r in shown["records"]] == [(id, False, True)]
    assert len(shown["disposals"]) == 1 and "narrative" not in shown["records"][0]["data"]
    again = ccm(sealed, "erase", id, *WHY)
    assert again.exit_code == 1 and f"{id} was erased already" in again.output and f"ccm subject {id}" in again.output


def test_a_record_that_one_may_not_read_is_refused_with_a_mend(sealed):
    for command in (("subject", "K-2026-0001"), ("erase", "K-2026-0001", *WHY)):
        done = ccm(sealed, *command, person="s3")
        assert done.exit_code == 1 and "your posts do not read. Ask somebody whose posts may read it" in done.output
