"""The commands as people run them: a terminal or a pipe, never a file in clear."""

import contextlib
import json
import re
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from ccm_site.case_reference import is_case_reference
from ccm_site.cli import main
from tests.custody.office import CASE, CLEAR, COMPLAINT, PLACEMENT, STAFF, environment


@dataclass
class Done:
    returncode: int
    stdout: str
    stderr: str


def ccm(office, *args, person="s1", stdin="", **env):
    """A command run in the register's folder, in this process."""
    with contextlib.chdir(office.root):
        done = CliRunner().invoke(main, args, input=stdin, env=office.env(person) | env)
    return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def sealed(office):
    done = ccm(office, "seal")
    assert done.returncode == 0, done.stderr
    assert f"{PLACEMENT}: sealed" in done.stdout
    return office


def test_case_new(office):
    done = ccm(office, "case", "new", "--count", "40")
    references = done.stdout.split()
    assert len(set(references)) == 40 and all(is_case_reference(r) for r in references)


def test_check_names_what_it_could_not_see(sealed):
    done = ccm(sealed, "check", "--as-of", "2026-05-04", CCM_IDENTITY=str(sealed.root / "nowhere.txt"))
    assert (
        done.returncode == 0
        and f"Sealed, not checked: 2 records: {sealed.root / 'nowhere.txt'}: there is no identity here" in done.stdout
        and "Make one with: ccm keys identity" in done.stdout
    )
    told = json.loads(ccm(sealed, "check", "--format", "json", CCM_IDENTITY="/nowhere").stdout)
    assert [r["file"] for r in told["sealed_not_checked"]] == [COMPLAINT, PLACEMENT]
    assert {r["why"].partition(" (")[0] for r in told["sealed_not_checked"]} == {"/nowhere: there is no identity here"}
    assert "Sealed" not in ccm(sealed, "check").stdout
    one = ccm(sealed, "check", PLACEMENT, CCM_IDENTITY="/nowhere")
    assert f"Sealed, not checked: {PLACEMENT}: /nowhere: there is no identity here" in one.stdout
    assert "::notice" in ccm(sealed, "check", "--format", "github", CCM_IDENTITY="/nowhere").stdout
    assert '"info"' in ccm(sealed, "check", "--format", "gitlab", CCM_IDENTITY="/nowhere").stdout


def test_seal_check_says_what_is_to_be_sealed(office):
    done = ccm(office, "seal", "--check")
    assert done.returncode == 1 and f"{PLACEMENT}: has something to seal" in done.stdout
    assert "child_ref" in (office.root / PLACEMENT).read_text("utf-8")


def test_unseal_into_a_pipe_but_not_into_a_file(sealed, tmp_path):
    assert f"child_ref: {CASE}" in ccm(sealed, "unseal", PLACEMENT).stdout
    with (tmp_path / "clear.yaml").open("w") as out:
        command = [sys.executable, "-m", "ccm_site.cli", "unseal", PLACEMENT]
        done = subprocess.run(
            command, cwd=sealed.root, env=environment(sealed), stdout=out, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 2 and "never into a file" in done.stderr and (tmp_path / "clear.yaml").read_text() == ""


def test_unseal_without_the_store_or_as_the_wrong_reader(sealed, tmp_path):
    lost = ccm(sealed, "unseal", PLACEMENT, CCM_KEYS=str(tmp_path / "gone"))
    assert lost.returncode == 2 and "ccm keys restore" in lost.stderr and not (tmp_path / "gone").exists()
    wrong = ccm(sealed, "unseal", COMPLAINT, person="s3")
    assert wrong.returncode == 1 and "your posts do not read" in wrong.stderr


def editor(tmp_path, body):
    script = tmp_path / "editor.py"
    script.write_text(f"import sys, pathlib, os\nfile = pathlib.Path(sys.argv[1])\n{body}\n", "utf-8")
    return f"{sys.executable} {script}"


def test_edit_seals_what_was_typed_and_leaves_nothing_on_a_disk(sealed, tmp_path):
    notes = tmp_path / "where"
    change = (
        f"pathlib.Path({str(notes)!r}).write_text(f'{{file}} {{oct(file.stat().st_mode)}} {{os.environ[\"TMPDIR\"]}}')\n"
        "(file.parent / (file.name + '~')).write_text(file.read_text())\n"
        "file.write_text(file.read_text().replace('2026-04-20', '2026-04-22'))"
    )
    done = ccm(sealed, "edit", PLACEMENT, EDITOR=editor(tmp_path, change), VISUAL="")
    assert done.returncode == 0 and "changed and sealed" in done.stderr, done.stderr
    shown, mode, temporary = notes.read_text().split()
    assert shown.startswith(("/dev/shm/", "/run/")) and not Path(shown).parent.exists() and shown.startswith(temporary)
    assert stat.S_IMODE(int(mode, 8)) == 0o600
    assert "start_date: 2026-04-22" in ccm(sealed, "unseal", PLACEMENT).stdout
    before = (sealed.root / PLACEMENT).read_bytes()
    assert "not changed" in ccm(sealed, "edit", PLACEMENT, EDITOR=editor(tmp_path, "pass"), VISUAL="").stderr
    assert (sealed.root / PLACEMENT).read_bytes() == before


def test_edit_keeps_what_was_typed_when_it_is_refused(sealed, tmp_path):
    broken = editor(tmp_path, "file.write_text(file.read_text() + 'oh: [no\\n')")
    done = ccm(sealed, "edit", PLACEMENT, EDITOR=broken, VISUAL="")
    assert done.returncode == 1 and "What you typed is kept, sealed" in done.stderr
    drafts = list((sealed.root / "build/drafts").iterdir())
    assert len(drafts) == 1 and CASE.encode() not in drafts[0].read_bytes()
    mended = editor(
        tmp_path,
        "text = file.read_text()\nassert 'oh: [no' in text\nfile.write_text(text.replace('oh: [no\\n', '').replace('04-20', '04-23'))",
    )
    assert ccm(sealed, "edit", PLACEMENT, EDITOR=mended, VISUAL="").returncode == 0
    assert not list((sealed.root / "build/drafts").iterdir())
    assert "start_date: 2026-04-23" in ccm(sealed, "unseal", PLACEMENT).stdout


def test_an_editor_that_fails_changes_nothing(sealed, tmp_path):
    before = (sealed.root / PLACEMENT).read_bytes()
    for command, words in ((editor(tmp_path, "sys.exit(3)"), "status 3"), ("/no/such/editor", "cannot be started")):
        done = ccm(sealed, "edit", PLACEMENT, EDITOR=command, VISUAL="")
        assert done.returncode == 1 and words in done.stderr and (sealed.root / PLACEMENT).read_bytes() == before


def test_erase_from_asking_to_disposal(sealed):
    asked = ccm(
        sealed, "erase", CASE, "--ground", "erasure_request", "--rule", "placement_ref", "--reason", "By letter"
    )
    assert asked.returncode == 0, asked.stderr
    assert "1 record would become unreadable: P-2026-0001" in asked.stdout
    request = asked.stdout.split(":")[0]
    assert request in ccm(sealed, "erase", "--pending", person="s2").stdout
    assert "asks for this already" in ccm(
        sealed, "erase", CASE, "--ground", "erasure_request", "--rule", "placement_ref", "--reason", "By letter"
    ).stderr  # fmt: skip
    assert "yourself" in ccm(sealed, "erase", request, "--confirm").stderr
    assert f"ccm erase {request} --confirm" in ccm(sealed, "erase", request, person="s2").stderr
    assert (
        "s2 does not hold the post 'manager'"
        in ccm(sealed, "erase", request, "--confirm", "--post", "manager", person="s2").stderr
    )
    for answer in ("n\n", ""):
        asked = ccm(sealed, "erase", request, "--confirm", person="s2", stdin=answer)
        assert (
            asked.returncode == 1 and f"P-2026-0001 ({PLACEMENT})" in asked.stdout and "destroyed" not in asked.stdout
        )
    assert CASE in ccm(sealed, "unseal", PLACEMENT).stdout
    done = ccm(sealed, "erase", request, "--confirm", person="s2", stdin="y\n")
    assert done.returncode == 0 and "1 key" in done.stdout and "policy/disposals/DI-" in done.stdout
    assert "No backup holds them." in done.stdout
    assert "or it was erased" in ccm(sealed, "subject", CASE).stdout
    assert "destroyed" in ccm(sealed, "unseal", PLACEMENT).stderr
    checked = ccm(sealed, "check")
    assert checked.returncode == 0 and "Erased, not checked" in checked.stdout


def test_erase_asks_for_what_is_missing(sealed):
    done = ccm(sealed, "erase", CASE)
    assert done.returncode == 1 and "--ground and --rule and --reason" in done.stderr
    assert "no erasure ER-1 is waiting" in ccm(sealed, "erase", "ER-1", "--confirm").stderr


def test_subject(sealed):
    done = ccm(sealed, "subject", CASE)
    assert done.returncode == 0 and "Placement P-2026-0001" in done.stdout and "house was full" in done.stdout
    assert (
        json.loads(ccm(sealed, "subject", CASE, "--format", "json").stdout)["records"][0]["data"]["child_ref"] == CASE
    )


def test_keys_status_add_remove_rewrap_and_check(sealed, tmp_path):
    assert ccm(sealed, "keys", "check").returncode == 0
    listed = ccm(sealed, "keys", "status").stdout
    assert "s3 (finance) reads, from 2020-01-01 until 2026-12-31: action, case" in listed and "1 of a case" in listed
    new = tmp_path / "new.txt"
    public = ccm(sealed, "keys", "identity", "--no-passphrase", CCM_IDENTITY=str(new)).stdout.strip()
    assert public.startswith("age1") and stat.S_IMODE(new.stat().st_mode) == 0o600
    before = (sealed.root / PLACEMENT).read_bytes()
    assert "reads no more" in ccm(sealed, "keys", "remove", "s3").stdout
    gone = ccm(sealed, "unseal", PLACEMENT, person="s3")
    assert gone.returncode == 2 and "no reader of this store" in gone.stderr
    record = sealed.root / "people/persons/s3.yaml"
    record.write_text(re.sub(r"age1\w+", public, record.read_text("utf-8")), "utf-8")
    assert ccm(sealed, "keys", "add", "s3").returncode == 0
    assert f"child_ref: {CASE}" in ccm(sealed, "unseal", PLACEMENT, person="s3", CCM_IDENTITY=str(new)).stdout
    record.write_text(record.read_text("utf-8").replace("2026-12-31", "2026-03-31"), "utf-8")
    assert "s3 reads no more: s3 holds no post" in ccm(sealed, "keys", "rewrap").stdout
    assert ccm(sealed, "unseal", PLACEMENT, person="s3", CCM_IDENTITY=str(new)).returncode == 2
    assert (sealed.root / PLACEMENT).read_bytes() == before, "no record was touched"


def test_keys_init_makes_no_second_store_for_a_sealed_register(sealed, tmp_path):
    done = ccm(sealed, "keys", "init", "s1", CCM_KEYS=str(tmp_path / "other"))
    assert done.returncode == 2 and "sealed with another store" in done.stderr and not (tmp_path / "other").exists()


def test_a_new_register_gets_a_store(office, tmp_path):
    for path in (PLACEMENT, COMPLAINT):
        (office.root / path).write_text(CLEAR[path], "utf-8")
    env = {"CCM_KEYS": str(tmp_path / "k"), "CCM_ESCROW": str(tmp_path / "e")}
    done = ccm(office, "keys", "init", "s1", **env)
    assert done.returncode == 0 and "a new key store" in done.stdout, done.stderr
    (office.root / "people/persons/s4.yaml").write_text(STAFF["people/persons/s3.yaml"].replace("s3", "s4"), "utf-8")
    refused = ccm(office, "keys", "init", "s4", CCM_KEYS=str(tmp_path / "k2"), CCM_ESCROW=str(tmp_path / "e2"))
    assert refused.returncode == 2 and "no reading key in force" in refused.stderr


def test_backup_and_restore(sealed, tmp_path):
    file = tmp_path / "keys.backup"
    made = ccm(sealed, "keys", "backup", str(file))
    assert made.returncode == 0 and "can be restored until" in made.stdout
    sealed.folder.rename(tmp_path / "lost")
    assert ccm(sealed, "unseal", PLACEMENT).returncode == 2
    done = ccm(sealed, "keys", "restore", str(file))
    assert done.returncode == 0 and "2 keys restored" in done.stdout, done.stderr
    assert f"child_ref: {CASE}" in ccm(sealed, "unseal", PLACEMENT).stdout
    assert ccm(sealed, "keys", "restore", str(file)).returncode == 2, "a store is never overwritten"
    assert "0 backups ended" in ccm(sealed, "keys", "expire").stdout


def test_a_list_of_names_is_written_outside_the_register_only(office, tmp_path, monkeypatch):
    monkeypatch.setenv("CCM_NAMES_KEY", "00" * 32)
    names = tmp_path / "names.txt"
    names.write_text("Jamie Smith\n", "utf-8")
    for place, words in (
        (office.root / "docs/new/names.json", "would lie in the register"),
        (tmp_path / "none/names.json", "there is no folder"),
    ):
        done = CliRunner().invoke(main, ["names", str(names), str(place)])
        assert done.exit_code == 2 and words in done.output and not place.parent.exists()
    good = tmp_path / "names.json"
    assert CliRunner().invoke(main, ["names", str(names), str(good)]).exit_code == 0 and "Smith" not in good.read_text(
        "utf-8"
    )
    names.write_text("\n", "utf-8")
    done = CliRunner().invoke(main, ["names", str(names), str(good)])
    assert done.exit_code == 1 and f"{names}: holds no name" in done.output
