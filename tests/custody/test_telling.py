"""What the commands on sealed records tell: what is left wrong, why something stays shut, and what to do about it."""

import sys

import pytest
from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.custody.sealed_files import seal_files
from ccm_site.keys import make_identity
from ccm_site.keys.age import ARMOUR
from tests.custody.office import COMPLAINT, PLACEMENT

NO_READER = "is no reader of this store (R-PRV-9). Use the identity that you were made a reader with, or have a reader run: ccm keys add PERSON"


def ccm(office, *args, person="s1", **env):
    """A command in this process; its output is what stands on both streams."""
    here = office.env(person) | {name: str(value) for name, value in env.items()}
    return CliRunner().invoke(main, [*map(str, args), "--root", str(office.root)], env=here)


@pytest.fixture
def sealed(office):
    seal_files(office.root, office.store())
    return office


def typing(tmp_path, old, new):
    """An editor in which somebody puts one text for another."""
    script = tmp_path / "editor.py"
    script.write_text(
        f"import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\nfile.write_text(file.read_text().replace({old!r}, {new!r}))\n",
        "utf-8",
    )
    return {"EDITOR": f"{sys.executable} {script}", "VISUAL": ""}


def test_edit_shows_what_it_leaves_wrong(sealed, tmp_path):
    done = ccm(sealed, "edit", PLACEMENT, **typing(tmp_path, "start_date: 2026-04-20", "start_date: 2026-14-20"))
    assert done.exit_code == 0 and f"{PLACEMENT}: changed and sealed" in done.output
    told = done.output.partition("sealed\n")[2]
    assert (
        "error: start_date is a sealed value, which is no calendar date" in told
        and "Mend: " in told
        and "1 error, 0 warnings." in told
    ), told
    assert "2026-14-20" not in told, "what is sealed is not repeated"
    mended = ccm(sealed, "edit", PLACEMENT, **typing(tmp_path, "2026-14-20", "2026-04-21"))
    assert mended.output.endswith("changed and sealed\nNothing to mend.\n")


def test_edit_shows_what_points_to_the_record_and_nothing_of_others(sealed, tmp_path):
    other = sealed.root / COMPLAINT.replace("0001", "0002")
    other.write_text("kind: complaint\nid: K-2026-0002\nno_such_field: 1\n", "utf-8")
    twin = sealed.root / PLACEMENT.replace("0001", "0003")
    twin.parent.mkdir()
    twin.write_bytes((sealed.root / PLACEMENT).read_bytes())
    done = ccm(sealed, "edit", PLACEMENT, **typing(tmp_path, "first house", "second house"))
    assert f"{PLACEMENT.replace('0001', '0003')}:2:1: error: has the id P-2026-0001" in done.output, done.output
    assert "K-2026-0002" not in done.output and "no_such_field" not in done.output
    assert ccm(sealed, "check").output.count("no_such_field") == 1


def test_a_record_looked_at_and_left_alone_is_not_checked(sealed, tmp_path):
    assert ccm(sealed, "edit", PLACEMENT, **typing(tmp_path, "zzz", "")).output == f"{PLACEMENT}: not changed\n"


def test_sealed_and_not_checked_says_why(sealed, tmp_path):
    stranger = tmp_path / "stranger.txt"
    make_identity(stranger, None)
    told = ccm(sealed, "check", CCM_IDENTITY=stranger).output
    assert f"Sealed, not checked: 2 records: {sealed.folder}: the identity with the public key age1" in told
    assert NO_READER in told and told.count("is no reader") == 1 and ".." not in told
    shut = ccm(sealed, "check", person="s3").output
    assert f"Sealed, not checked: {COMPLAINT}: it is about a complaint, which your posts do not read." in shut
    sealed.folder.rename(tmp_path / "away")
    gone = ccm(sealed, "check").output
    assert f"Sealed, not checked: 2 records: {sealed.folder}: there is no key store here" in gone
    none = CliRunner().invoke(main, ["check", "--root", str(sealed.root)], env={"CCM_KEYS": None})
    assert (
        "Sealed, not checked: 2 records: no key store is at hand; who reads from one names its folder with --keys or CCM_KEYS."
        in none.output
    )


def test_a_passphrase_that_nobody_can_give_is_the_reason(sealed, tmp_path):
    locked = tmp_path / "locked.txt"
    locked.write_bytes(ARMOUR)
    locked.chmod(0o600)
    told = ccm(sealed, "check", CCM_IDENTITY=locked).output
    assert "Sealed, not checked: 2 records: your identity is protected by a passphrase" in told
    assert "Run the command in a terminal, or name with CCM_IDENTITY an identity that has none." in told


def test_a_store_that_does_not_open_is_named_where_nothing_is_shut(office):
    told = ccm(office, "check", "contracts", CCM_IDENTITY="/nowhere").output
    assert "Sealed parts stay shut: /nowhere: there is no identity here" in told and "Sealed, not checked" not in told
