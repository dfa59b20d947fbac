"""Messages, branch names and built pages are looked through as records are."""

import subprocess
from datetime import date

import pytest

from ccm_site.case_reference import new_case_reference
from ccm_site.gitrepo import names_and_messages, scrubbed_env
from ccm_site.personal_data import Detector, load_names, make_names, scan_page, scan_texts

TODAY = date(2026, 11, 25)
CHI = "0101011237"
PLAIN = Detector()


def git(root, *words):
    identity = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@x.example",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@x.example",
        "GIT_CONFIG_GLOBAL": "/dev/null",
    }
    return subprocess.run(
        ["git", *words], cwd=root, env=scrubbed_env() | identity, check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def history(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    assert names_and_messages(tmp_path) == []
    git(
        tmp_path,
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        f"Rate of {CHI}\n\nSecond – line",
        "-m",
        "Signed-off-by: Anna B <anna@gmail.com>",
    )
    git(tmp_path, "commit", "-q", "--allow-empty", "-m", "Harmless")
    git(tmp_path, "branch", f"rate-{CHI}")
    return tmp_path


def test_names_and_messages_come_from_one_pass(history, tmp_path_factory):
    found = names_and_messages(history)
    short = git(history, "rev-parse", "--short=8", "HEAD~1")
    assert found[:2] == [("branch name", "main"), ("branch name", f"rate-{CHI}")]
    assert [p for p, _ in found[2:]] == [f"commit {git(history, 'rev-parse', '--short=8', 'HEAD')}", f"commit {short}"]
    assert found[3][1].startswith(f"Rate of {CHI}\n\nSecond – line")
    assert names_and_messages(tmp_path_factory.mktemp("bare")) == []


def test_a_message_and_a_branch_name_are_refused_without_being_repeated(history):
    found = list(scan_texts(names_and_messages(history), PLAIN, TODAY))
    assert [(f.rule, f.severity, f.at.path.split(" ")[0]) for f in found] == [
        ("R-PRV-7", "error", "branch"),
        ("R-PRV-7", "error", "commit"),
    ]
    assert found[0].at.path == "branch name" and CHI not in str(found)
    assert "rename" in found[0].fix and "data protection officer" in found[1].fix


def test_a_commit_is_let_pass_with_a_reason_in_the_table(history):
    commit = git(history, "rev-parse", "HEAD~1")
    table = {"entries": [{"code": "a", "detector": "chi", "commit": commit, "effective_from": "2026-01-01"}]}
    found = list(scan_texts(names_and_messages(history), Detector.of(table), TODAY))
    assert [f.at.path for f in found] == ["branch name"]


def test_who_signed_is_no_finding_but_an_address_in_the_text_is():
    items = [("commit 1a2b3c4d", "Mail from anna@gmail.com\n\nReviewed-by: B <b.c@gmail.com>")]
    assert [f.message for f in scan_texts(items, PLAIN, TODAY)] == ["holds an e-mail address"]


def test_a_proposal_s_title_is_looked_through_too():
    assert [f.at.path for f in scan_texts([("title of the proposal", "a boy aged 7")], PLAIN, TODAY)] == [
        "title of the proposal"
    ]


@pytest.mark.parametrize(
    "html, what",
    [
        (f"<p>{CHI}</p>", "chi"), ("<p><b>0101</b><i>01</i> 1237</p>", "chi"), ("<p>010101&nbsp;1237</p>", "chi"), (f'<a href="x?n={CHI}">y</a>', "chi"), ("<td>AB 12 34 56 C</td>", "ni_number"),
        ("<li>born <time>3 May 2014</time></li>", "birth_date"), ("<p>DOB: 03/05/14</p>", "birth_date"),
    ],
)  # fmt: skip
def test_a_page_is_looked_through_with_its_tags_and_entities(html, what):
    assert [h.detector for h in scan_page(html, PLAIN)] == [what]


def test_a_case_reference_in_a_page_is_found_only_with_its_check_character():
    good = new_case_reference()
    bad = good[:-1] + next(c for c in "0123" if c != good[-1])
    assert [h.detector for h in scan_page(f"<p data-x='{good}'>{bad}</p>", PLAIN)] == ["case_reference"]


def test_listed_names_are_found_in_pages(tmp_path):
    import json

    key = bytes(range(32))
    (tmp_path / "n").write_text(json.dumps(make_names(["Jamie Smith"], key)), "utf-8")
    names = Detector.of({}, load_names(tmp_path / "n", key))
    assert [h.detector for h in scan_page("<p>of <b>Jamie</b> Smith</p>", names)] == ["name"]
    assert list(scan_page("<p>of James Smithson</p>", names)) == []


def test_what_an_office_publishes_is_no_finding_in_a_page():
    page = "<p>EH1 1BB, 0131 200 2000, info@x.example, CS2003001234, 2026-04-01, £10,010,112.37, a boy aged 7</p>"
    assert list(scan_page(page, PLAIN)) == []
