"""`ccm report`: any report for any day and period, its refusals, and what it never gives away."""

import os
import stat
import subprocess
import sys

import pytest

from ccm_site.demo import lay
from ccm_site.starter import shipped

DAY = ("--as-of", "2026-11-24")


def report(*args, root=None, **env):
    command = [sys.executable, "-m", "ccm_site.cli", "report", *args, "--root", str(root or shipped())]
    return subprocess.run(command, env=os.environ | env, capture_output=True, text=True, timeout=120)


def test_without_a_name_the_reports_are_listed_and_without_a_subject_what_there_is_one_of():
    names = report().stdout
    assert "contract-monitoring: How one contract does" in names and "finance: " in names
    assert "C-2025-0002" in report("contract-monitoring", *DAY).stdout.splitlines()


def test_it_is_made_for_a_day_and_a_period():
    done = report("contract-monitoring", "C-2024-0001", *DAY, "--period", "2025-01-01..2025-06-30")
    assert done.returncode == 0 and "It looks back on 1 January 2025 to 30 June 2025." in done.stdout
    assert "Risk: green" in done.stdout


def test_it_is_printed(tmp_path):
    file = tmp_path / "risk.pdf"
    assert report("risk", *DAY, "--pdf", str(file)).returncode == 0
    assert file.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize(("args", "said"), [
    (["contract-monitorin"], "did you mean contract-monitoring?"), (["nothing"], "there is no report 'nothing'. See them with: ccm report"),
    (["contract-monitoring", "C-2025-0009"], "did you mean"), (["risk", "x"], "there is no risk on 'x'"), (["complaints-log"], "give --audience restricted"),
    (["risk", "--period", "2025"], "write its first and last day, for example 2026-04-01..2026-09-30"), (["risk", "--period", "2026-02-01..2026-01-01"], "ends before it begins"),
])  # fmt: skip
def test_a_refusal_says_what_is_wrong_and_how_to_mend_it(args, said):
    done = report(*args)
    assert done.returncode == 2 and said in done.stderr, done.stderr


def test_restricted_figures_need_the_keys_since_without_them_they_would_be_too_small(tmp_path):
    root = tmp_path / "register"
    lay(shipped(), root)
    asked = ("complaints-log", "--audience", "restricted", *DAY)
    done = report(*asked, root=root, CCM_IDENTITY=str(tmp_path / "none"))
    assert (
        done.returncode == 2
        and "without keys every figure would be too small" in done.stderr
        and "--audience intranet" in done.stderr
    )
    with_keys = report(*asked, root=root, CCM_IDENTITY=str(tmp_path / "register.identities/s1001.txt"))
    assert with_keys.returncode == 0 and with_keys.stdout == report(*asked).stdout


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_a_restricted_pdf_is_for_its_maker_alone(tmp_path):
    file = tmp_path / "log.pdf"
    assert report("complaints-log", *DAY, "--audience", "restricted", "--pdf", str(file)).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
