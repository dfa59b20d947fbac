"""What the commands on sealed records tell: what is left wrong, why something stays shut, and what to do about it."""

import re
import sys

import pytest
from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.custody.sealed_files import seal_files
from ccm_site.keys import make_identity
from ccm_site.keys.age import ARMOUR
from tests.custody.office import COMPLAINT, PLACEMENT, ccm, make_office
from tests.registers import write

NO_READER = "is no reader of this store (R-PRV-9). Use the identity that you were made a reader with, or have a reader run: ccm keys add PERSON"


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


ROLELESS = "kind: post\nid: clerk\ntitle: Clerk\nfrom: 2020-01-01\n"
CLERK = (
    "kind: person\nid: s4\nposts:\n- post: clerk\n  from: 2020-01-01\nreading_keys:\n- key: {key}\n  from: 2020-01-01\n"
)
IDLE = "kind: person\nid: s5\nposts:\n- post: manager\n  from: 2020-01-01\n  to: 2020-12-31\nreading_keys:\n- key: {key}\n  from: 2020-01-01\n"
KEYLESS = "kind: person\nid: s6\nposts:\n- post: manager\n  from: 2020-01-01\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """An office with a backup, a damaged one, another store with its escrow folder, and people who may not read."""
    base = tmp_path_factory.mktemp("telling")
    office = make_office(base)
    seal_files(office.root, office.store())
    assert ccm(office, "keys", "backup", base / "good").exit_code == 0
    (base / "bad").write_bytes((base / "good").read_bytes()[:-40])
    env = {"CCM_KEYS": base / "other", "CCM_ESCROW": base / "others-escrow"}
    for path in (PLACEMENT, COMPLAINT):
        (office.root / path).rename(base / path.replace("/", "."))
    assert ccm(office, "keys", "init", "s1", **env).exit_code == 0
    for path in (PLACEMENT, COMPLAINT):
        (base / path.replace("/", ".")).rename(office.root / path)
    write(office.root, "people/posts/clerk.yaml", ROLELESS)
    for person, text in (("s4", CLERK), ("s5", IDLE), ("s6", KEYLESS)):
        key = make_identity(base / f"home/{person}.txt", None)
        write(office.root, f"people/persons/{person}.yaml", text.format(key=key))
    return base, office


@pytest.mark.parametrize(
    ("command", "env", "words"),
    [
        ("add s2", "", "s2 is a reader already .* run: ccm keys rewrap"),
        ("add s9", "", r"no person 's9' in the register\. Enter people/persons/s9\.yaml first"),
        ("add s4", "", r"no role of clerk stands in .*Where that is wrong, give the post a role of such an entry"),
        ("add s5", "", r"s5 holds no post on .*Enter the post in people/persons/s5\.yaml first"),
        ("add s6", "", r"Enter under reading_keys in people/persons/s6\.yaml what 'ccm keys identity' printed"),
        ("add s4", "CCM_KEYS=@none", "Make one with: ccm keys init, or restore a backup with: ccm keys restore FILE"),
        ("add s4", "CCM_KEYS=@register/k", "would lie in the register.*Name another folder with --keys or CCM_KEYS"),
        ("add s4", "CCM_IDENTITY=@home/s4.txt", "no reader of this store.*have a reader run: ccm keys add PERSON"),
        ("backup @good", "", "there is something already.*Choose another name"),
        ("backup @", "", "there is something already.*Choose another name"),
        ("backup @good/b", "", "good: cannot be written: .*choose another place"),
        ("backup @register/b", "", "would lie in the register.*Choose another machine or share"),
        ("backup @keys/b", "", "must not lie in the key store.*Choose another machine or share"),
        ("restore @good", "", "something is here already.*Choose an empty folder"),
        ("restore @none", "CCM_KEYS=@new", "there is no such file.*Name a backup of the key store"),
        ("restore @home", "CCM_KEYS=@new", "cannot be read: Is a directory.*Name a file that ccm keys backup made"),
        ("restore @home/s1.txt", "CCM_KEYS=@new", "is no backup.*Name a file that ccm keys backup made"),
        ("restore @bad", "CCM_KEYS=@new", "damaged or was changed.*Use another backup"),
        ("restore @good", "CCM_KEYS=@register/k", "key store would lie in the register.*with --keys or CCM_KEYS"),
        ("restore @good", "CCM_KEYS=@new CCM_ESCROW=@register/e", "escrow folder would lie in .*with --escrow or CCM"),
        ("restore @good", "CCM_KEYS=@escrow/k", "lie within each other.*Choose another machine or share"),
        ("restore @good", "CCM_KEYS=@good/k", "cannot be written: .*choose another place"),
        ("restore @good", "CCM_KEYS=@new CCM_ESCROW=@none", "cannot be reached.*own escrow folder with --escrow or CCM"),
        ("restore @good", "CCM_KEYS=@new CCM_ESCROW=@others-escrow", "Name the escrow folder of ST-.* with --escrow or"),
        ("restore @good", "CCM_KEYS=@new CCM_IDENTITY=@home/s4.txt", "have it restored by one of: s1, s2, s3"),
        ("escrow @keys/e", "", "lie within each other.*Choose another machine or share"),
        ("escrow @register/e", "", "would lie in the register.*Choose another machine or share"),
        ("escrow @good", "", "something is here already.*Choose an empty folder"),
        ("escrow @good/e", "", "cannot be written: .*choose another place"),
        ("escrow @others-escrow", "", "something is here already.*Choose an empty folder"),
    ],
)  # fmt: skip
def test_every_refusal_about_keys_has_a_mend_and_changes_nothing(world, command, env, words):
    base, office = world
    settings = dict(item.replace("@", f"{base}/").split("=") for item in env.split())
    before = {p: p.read_bytes() for p in base.rglob("*") if p.is_file()}
    done = ccm(office, "keys", *command.replace("@", f"{base}/").split(), **settings)
    assert done.exit_code == 2 and re.search(words, done.output, re.IGNORECASE), done.output
    after = {p: p.read_bytes() for p in base.rglob("*") if p.is_file()}
    assert {p for p in before.keys() ^ after.keys() if p.name != ".lock"} == set()
    assert {p.name for p in before if after[p] != before[p]} <= {"log.jsonl"}
