"""A reader's own identity file."""

import os
import stat
from pathlib import Path

import pytest

from ccm_site.keys import (
    FolderTaken,
    InsideGit,
    KeyTrouble,
    NoIdentity,
    OpenToOthers,
    WrongPassphrase,
    identity_path,
    load_identity,
    make_identity,
    recipient_of,
)


def never():
    raise AssertionError("asked for a passphrase that there is not")


def test_an_identity_is_made_once_and_for_its_owner(tmp_path):
    path = tmp_path / "ccm" / "identity.txt"
    recipient = make_identity(path, None)
    assert recipient_of(load_identity(path, never)) == recipient
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    before = path.read_bytes()
    with pytest.raises(FolderTaken):
        make_identity(path, None)
    assert path.read_bytes() == before


def test_a_passphrase_is_asked_for_and_must_be_right(tmp_path):
    path = tmp_path / "identity.txt"
    recipient = make_identity(path, "four words of mine")
    assert b"AGE-SECRET-KEY" not in path.read_bytes()
    assert recipient_of(load_identity(path, lambda: "four words of mine")) == recipient
    with pytest.raises(WrongPassphrase):
        load_identity(path, lambda: "other words")


def test_what_is_no_identity_is_refused_with_a_mend(tmp_path):
    with pytest.raises(NoIdentity, match="CCM_IDENTITY"):
        load_identity(tmp_path / "none.txt", never)
    (tmp_path / "bad.txt").write_text("hello\n")
    (tmp_path / "bad.txt").chmod(0o600)
    with pytest.raises(NoIdentity, match="AGE-SECRET-KEY"):
        load_identity(tmp_path / "bad.txt", never)
    with pytest.raises(KeyTrouble, match="empty"):
        make_identity(tmp_path / "x.txt", " ")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    with pytest.raises(InsideGit):
        make_identity(tmp_path / "repo" / "identity.txt", None)


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_an_identity_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "identity.txt"
    make_identity(path, None)
    path.chmod(0o640)
    with pytest.raises(OpenToOthers, match="chmod 600"):
        load_identity(path, never)


def test_where_an_identity_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("CCM_IDENTITY", str(tmp_path / "mine.txt"))
    assert identity_path() == tmp_path / "mine.txt"
    monkeypatch.delenv("CCM_IDENTITY")
    assert identity_path() == Path.home() / ".config" / "ccm" / "identity.txt"
