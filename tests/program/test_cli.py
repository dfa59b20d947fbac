"""The commands as a person runs them: what they print, and with which exit status."""

import json

import pytest
from click.testing import CliRunner

from ccm_site.cli import main
from tests.registers import CONTRACT, write


@pytest.fixture
def ccm(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def run(*args):
        return CliRunner().invoke(main, [str(a) for a in args])

    return run


def test_check_of_a_sound_register_exits_0(ccm, small_register):
    result = ccm("check", "--root", small_register)
    assert (result.exit_code, result.output) == (0, "Nothing to mend.\n")


def test_check_with_an_error_exits_1(ccm, small_register):
    write(small_register, CONTRACT, "kind: contract\nid: C-2026-0001\n")
    result = ccm("check", "--root", small_register)
    assert result.exit_code == 1
    assert f"{CONTRACT}:1:1: error: lacks title" in result.output


def test_check_of_one_path_tells_only_of_it(ccm, small_register):
    write(small_register, CONTRACT, "kind: contract\nid: C-2026-0001\n")
    write(small_register, "complaints/2026/K-2026-0001.yaml", "kind: complaint\n")
    result = ccm("check", "complaints", "--root", small_register, "--format", "json")
    assert {f["file"] for f in json.loads(result.output)["findings"]} == {"complaints/2026/K-2026-0001.yaml"}


def test_outside_a_register_it_says_how_to_make_one(ccm, tmp_path):
    result = ccm("check")
    assert result.exit_code == 2 and "ccm init DIR" in result.output


@pytest.mark.parametrize("path", ["nowhere.yaml", "/etc/passwd", "../.."])
def test_a_path_outside_or_nowhere_is_refused(ccm, small_register, path):
    result = ccm("check", path, "--root", small_register)
    assert result.exit_code == 2 and path.rpartition("/")[2] in result.output


def test_a_wrong_day_is_refused_with_an_example(ccm, small_register):
    result = ccm("check", "--root", small_register, "--as-of", "1.4.2026")
    assert result.exit_code == 2 and "2026-04-01" in result.output


def test_a_broken_schema_is_named(ccm, small_register):
    write(small_register, "schemas/contract.json", "{")
    result = ccm("check", "--root", small_register)
    assert result.exit_code == 2 and "contract.json" in result.output


def test_fmt_mends_once_and_then_has_nothing_to_do(ccm, small_register):
    messy = (
        (small_register / CONTRACT)
        .read_text("utf-8")
        .replace("provider: brae-fostering", "provider:   'brae-fostering'  # theirs")
    )
    write(small_register, CONTRACT, messy)
    first = ccm("fmt", "--check", "--root", small_register)
    assert first.exit_code == 1 and CONTRACT in first.output
    assert (small_register / CONTRACT).read_text("utf-8") == messy, "--check changes nothing"
    assert ccm("fmt", "--root", small_register).exit_code == 0
    line = next(
        line for line in (small_register / CONTRACT).read_text("utf-8").splitlines() if line.startswith("provider:")
    )
    assert line.split() == ["provider:", "brae-fostering", "#", "theirs"]
    again = ccm("fmt", "--check", "--root", small_register)
    assert again.exit_code == 0 and "0 of" in again.output


def test_fmt_leaves_an_unreadable_file_and_says_so(ccm, small_register):
    write(small_register, CONTRACT, "a: [\n")
    result = ccm("fmt", "--root", small_register)
    assert result.exit_code == 1 and CONTRACT in result.output
    assert (small_register / CONTRACT).read_text("utf-8") == "a: [\n"
