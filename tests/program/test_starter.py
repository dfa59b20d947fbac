"""A new register from the installed wheel, away from this repository: it checks clean and builds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ccm_site.register import load
from ccm_site.starter import NotEmpty, start
from tests.registers import TODAY


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The wheel, built and laid into a folder of its own: the environment to run it with."""
    folder = tmp_path_factory.mktemp("wheel")
    repository = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, repository],
        check=True,
        capture_output=True,
    )
    wheel = next(folder.glob("*.whl"))
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", folder / "site", wheel], check=True
    )
    return os.environ | {"PYTHONPATH": str(folder / "site")}


def ccm(env, cwd, *args):
    return subprocess.run(
        [sys.executable, "-m", "ccm_site.cli", *args], cwd=cwd, env=env, capture_output=True, text=True, timeout=120
    )


def test_from_the_wheel_a_new_register_checks_and_builds(installed, tmp_path):
    said = ccm(installed, tmp_path, "init", "register", "--council", "Glen Council")
    assert said.returncode == 0, said.stderr
    root = tmp_path / "register"
    where = subprocess.run(
        [sys.executable, "-c", "import ccm_site; print(ccm_site.__file__)"],
        cwd=root,
        env=installed,
        capture_output=True,
        text=True,
    )
    assert installed["PYTHONPATH"] in where.stdout, "it ran from the wheel, not from this repository"
    checked = ccm(installed, root, "check")
    assert checked.returncode == 0 and checked.stdout.endswith("0 errors, 1 warning.\n")
    assert "[R-CFG-7]" in checked.stdout, "what the framework leaves to the council is not decided in a new register"
    assert ccm(installed, root, "fmt", "--check").returncode == 0
    built = ccm(installed, root, "build", "--audience", "intranet")
    assert built.returncode == 0, built.stdout + built.stderr
    assert "Glen Council" in (root / "build/site/intranet/index.html").read_text("utf-8")
    assert not (root / "ccm_site").exists()


def test_a_new_register_has_adopted_nothing_but_the_law(tmp_path):
    start(tmp_path / "new", "Glen Council", TODAY)
    adopted = {p.stem for p in (tmp_path / "new/policy").glob("*.yaml") if "state: adopted" in p.read_text("utf-8")}
    assert adopted <= {"thresholds", "holidays", "inspection_bodies"}
    register = load(tmp_path / "new").register.table("register")
    assert (register["council"], register["demonstration"]) == ("Glen Council", "none")
    assert all(b"strathmarnoch" not in p.read_bytes().lower() for p in (tmp_path / "new/policy").rglob("*.yaml"))


def test_the_editor_finds_each_schema(tmp_path):
    start(tmp_path / "new", "Glen Council", TODAY)
    mapping = json.loads((tmp_path / "new/.vscode/settings.json").read_text("utf-8"))["yaml.schemas"]
    assert mapping["./schemas/contract.json"] == ["contracts/*/*/contract.yaml"]
    assert all((tmp_path / "new" / name).is_file() for name in mapping)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    with pytest.raises(NotEmpty, match="not empty"):
        start(tmp_path, "Glen Council", TODAY)
