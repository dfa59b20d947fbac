"""`ccm gate` between two commits of a sealed register: nothing is checked out, and what is sealed is not decided blindly."""

import os
import re
import shlex
import subprocess
import sys

import pytest

from ccm_site.gitrepo import UnknownCommit, commit_files


def git(root, *args):
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    identity = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *identity, *args], cwd=root, env=env, check=True, capture_output=True)


def gate(root, *args, keys=True):
    identity = root.with_name(f"{root.name}.identities") / "s1001.txt" if keys else root / "nowhere"
    env = os.environ | {"CCM_IDENTITY": str(identity)}
    command = [sys.executable, "-m", "ccm_site.cli", "gate", *args, "--root", str(root), "--as-of", "2026-11-24"]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120)


def proposal(root, name, path, old, new, message="A change"):
    git(root, "switch", "-q", "-C", name, "main")
    file = root / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    git(root, "commit", "-qam", message)
    git(root, "switch", "-q", "main")


def test_a_small_change_may_go_ahead_and_the_work_tree_is_left_alone(repository):
    proposal(repository, "phone", "people/posts/contracts-officer.yaml", "team: ", "team: The ")
    before = (repository / "people/posts/contracts-officer.yaml").read_bytes()
    done = gate(repository, "main", "phone", "--actor", "s1003")
    assert done.returncode == 0 and "contracts-officer: Post changes in Team" in done.stdout, done.stdout + done.stderr
    assert (repository / "people/posts/contracts-officer.yaml").read_bytes() == before


def test_a_message_with_a_number_of_a_person_stands_in_the_way(repository):
    proposal(repository, "message", "people/posts/contracts-officer.yaml", "team: ", "team: Our ", "For CHI 0101011237")
    done = gate(repository, "main", "message")
    assert done.returncode == 1 and "R-PRV-7" in done.stdout and "0101011237" not in done.stdout


def test_what_is_sealed_is_not_decided_without_the_keys(repository):
    path = "placements/2026/P-2026-0007/placement.yaml"
    text = (repository / path).read_text("utf-8")
    status = next(line for line in text.splitlines() if line.startswith("status: "))
    proposal(repository, "sealed", path, status, "status: authorised")
    blind = gate(repository, "main", "sealed", keys=False)
    assert (
        blind.returncode == 1
        and "Sealed, not checked: 1 records" in blind.stdout
        and "sealed part is not open" in blind.stdout
    )
    assert "sealed part is not open" not in gate(repository, "main", "sealed").stdout


def test_json_and_forge_formats(repository):
    proposal(repository, "phone", "people/posts/contracts-officer.yaml", "team: ", "team: The ")
    proposal(repository, "message", "people/posts/contracts-officer.yaml", "team: ", "team: Our ", "For CHI 0101011237")
    assert '"passes": true' in gate(repository, "main", "phone", "--format", "json").stdout
    assert "::error" in gate(repository, "main", "message", "--format", "github").stdout


def test_an_unknown_state_is_a_plain_refusal(repository):
    done = gate(repository, "main", "no-such-branch")
    assert done.returncode == 2 and "there is no state 'no-such-branch'" in done.stderr
    for hostile in ("--output=/tmp/x", "-x", "main^{tree}", ""):
        with pytest.raises(UnknownCommit):
            commit_files(repository, hostile)


def test_a_commits_files_are_what_was_committed(repository):
    files = commit_files(repository, "main")
    held = files.held()
    paths = held.paths(["contracts", "people"])
    assert len(paths) > 100 and all(held.read(p) == (repository / p).read_bytes() for p in paths if p.endswith(".yaml"))
    with pytest.raises(FileNotFoundError):
        files.read("nowhere.yaml")


def edited(root, path, *editor):
    """Change what is sealed as somebody with the keys does, in an editor that `ccm edit` calls."""
    identity = root.with_name(f"{root.name}.identities") / "s1001.txt"
    env = {k: v for k, v in os.environ.items() if k != "VISUAL"} | {
        "CCM_IDENTITY": str(identity),
        "EDITOR": shlex.join(editor),
    }
    command = [sys.executable, "-m", "ccm_site.cli", "edit", path, "--root", str(root)]
    done = subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_j2_between_two_commits_the_manager_is_stopped_from_issuing_wrongly(repository):
    """Authorised the day after it began: R-AUT-5 stands in the way; with an exception it waits for the group's approval."""
    folder = "placements/2026/P-2026-0001"
    git(repository, "switch", "-q", "-C", "late", "main")
    edited(
        repository,
        f"{folder}/authorisations/A-2026-0001.yaml",
        "sed",
        "-i",
        "-E",
        "s/^decided_on:.*/decided_on: 2026-04-02/",
    )
    git(repository, "commit", "-qam", "Decided later than entered")
    refused = gate(repository, "main", "late", "--actor", "s1003")
    said = refused.stdout
    assert (
        refused.returncode == 1 and "start_date is sealed and does not keep the rule" in said and "[R-AUT-5]" in said
    ), said
    assert "2026-04-02" not in said, "what is sealed is not told"
    excuse = (
        "exceptions:", "- rule: R-AUT-5", "  reason: The group met a day late because of snow.", "  approved_by_role: resource_allocation_group",
        "  approved_on: 2026-04-03",
    )  # fmt: skip
    edited(repository, f"{folder}/placement.yaml", "sed", "-i", *(a for line in excuse for a in ("-e", f"$a\\{line}")))
    git(repository, "commit", "-qam", "An exception, with its reason")
    git(repository, "switch", "-q", "main")
    excused = gate(repository, "main", "late", "--actor", "s1003")
    assert excused.returncode == 0 and "exception from R-AUT-5" in excused.stdout, excused.stdout + excused.stderr
    assert "Resource Allocation Group" in excused.stdout


def test_j17_between_two_commits_two_limits_on_one_day_are_refused(repository):
    path = "policy/thresholds.yaml"
    entry = re.search(r"^- code: advertising\n(?:  .*\n)*", (repository / path).read_text("utf-8"), re.MULTILINE)[0]
    new = re.sub(
        r'amount: "[\d.]+"', 'amount: "40000.00"', re.sub(r"effective_from: \S+", "effective_from: 2027-04-01", entry)
    )
    assert new != entry
    proposal(repository, "twice", path, entry, entry + new)
    refused = gate(repository, "main", "twice", "--actor", "s1003")
    assert refused.returncode == 1 and "R-CFG-1" in refused.stdout
    proposal(repository, "law", path, entry, entry.rstrip("\n") + "\n  effective_to: 2027-03-31\n" + new)
    allowed = gate(repository, "main", "law", "--actor", "s1003")
    assert allowed.returncode == 0 and "R-CFG-1" not in allowed.stdout and "Thresholds" in allowed.stdout, (
        allowed.stdout + allowed.stderr
    )
