"""A site is swapped in whole, written only inside its folder, and built by one process at a time."""

import subprocess
import sys
import time

import pytest

from ccm_site.publish.fresh import Writer, fresh, one_at_a_time, recover


@pytest.mark.parametrize("path", ["../out", "a/../../out", "/etc/x", "a//b", "a\\b", "C:x", "a/./b", "a\0b", ""])
def test_no_path_leaves_the_site(tmp_path, path):
    with pytest.raises(ValueError):
        Writer(tmp_path / "site").write(path, b"x")
    assert list(tmp_path.rglob("*")) == []


def test_nothing_is_written_over(tmp_path):
    writer = Writer(tmp_path)
    writer.write("a/Index.html", b"1")
    with pytest.raises(ValueError, match="two pages"):
        writer.write("a/index.html", b"2")  # the same file on Windows and macOS
    assert (tmp_path / "a/Index.html").read_bytes() == b"1"


def test_the_old_site_stands_until_the_new_one_is_whole(tmp_path):
    target = tmp_path / "site"
    with fresh(target) as folder:
        (folder / "page").write_text("old")
    with pytest.raises(RuntimeError), fresh(target) as folder:
        (folder / "page").write_text("half")
        assert (target / "page").read_text() == "old"
        raise RuntimeError
    assert (target / "page").read_text() == "old"
    with fresh(target) as folder:
        (folder / "page").write_text("new")
    assert (target / "page").read_text() == "new"
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_a_crash_in_the_swap_is_mended(tmp_path):
    (tmp_path / ".site.old").mkdir()
    (tmp_path / ".site.old/page").write_text("old")
    recover(tmp_path / "site")
    assert (tmp_path / "site/page").read_text() == "old"
    (tmp_path / ".site.old").mkdir()
    recover(tmp_path / "site")
    assert [p.name for p in tmp_path.iterdir()] == ["site"]


def test_two_builds_wait_for_each_other(tmp_path):
    code = (
        "import sys, time; from pathlib import Path; from ccm_site.publish.fresh import one_at_a_time\n"
        "with one_at_a_time(Path(sys.argv[1])):\n print('in', flush=True); time.sleep(1)"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert other.stdout.readline() == "in\n"
    began = time.monotonic()
    with one_at_a_time(tmp_path):
        assert time.monotonic() - began > 0.5
    assert other.wait(10) == 0
