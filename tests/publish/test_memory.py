"""A site in memory: byte for byte the one that would lie on a disk, and nothing of it lies there."""

import json
import logging
import os
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ccm_site.checks.run import check
from ccm_site.model import Seal
from ccm_site.publish import build as builds
from ccm_site.publish import search_index
from ccm_site.publish.build import NeedsKeys, build, build_in_memory
from ccm_site.publish.memory import MemoryWriter
from ccm_site.publish.search_index import IndexFailed, make_index
from ccm_site.publish.template import Template
from tests.registers import CONTRACT, TODAY, write

PAGE = '<html lang="en"><body><article><div data-pagefind-body><h1>{0}</h1><p>{0}</p></div></article></body></html>'
PLACEMENT = "placements/2026/P-2026-0001/placement.yaml"


def contents(site):
    return {name: site.read(name) for name in site.names()}


def tree(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_it_is_the_site_that_would_lie_on_a_disk(small_register):
    folder = build(small_register, ["intranet"], TODAY).sites[0]
    site = build_in_memory(small_register, "intranet", TODAY).site
    assert contents(site) == tree(folder.folder)
    assert site.policy() == folder.folder.with_name("intranet.csp").read_text().strip()
    assert (site.pages, site.audience, site.no_store) == (folder.pages, "intranet", False)


def test_the_same_register_gives_the_same_bytes(small_register):
    first = contents(build_in_memory(small_register, "restricted", TODAY).site)
    shutil.rmtree(small_register / "build")
    again = contents(build_in_memory(small_register, "restricted", TODAY).site)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []


def test_warm_is_as_cold_and_the_index_is_made_again_only_when_it_must(small_register, monkeypatch):
    first = build_in_memory(small_register, "restricted", TODAY).site
    runs = []
    real = search_index._served
    monkeypatch.setattr(search_index, "_served", lambda pages: (runs.append(1), real(pages))[1])
    again = build_in_memory(small_register, "restricted", TODAY, last=first).site
    assert runs == [] and contents(again) == contents(first)
    text = (small_register / CONTRACT).read_text("utf-8").replace("Foster care framework", "Foster care, four years")
    write(small_register, CONTRACT, text)
    warm = build_in_memory(small_register, "restricted", TODAY, last=first).site
    assert runs == [1]
    assert contents(warm) == contents(build_in_memory(small_register, "restricted", TODAY).site) != contents(first)


def test_only_exact_names_are_read(small_register):
    site = build_in_memory(small_register, "restricted", TODAY).site
    assert site.read("contracts/C-2026-0001/index.html").lstrip().startswith(b"<!doctype html>")
    for name in (
        "",
        "/",
        "contracts/",
        "/index.html",
        "./index.html",
        "contracts/../index.html",
        "INDEX.HTML",
        "/etc/passwd",
        "\0",
    ):
        assert site.read(name) is None, name


def test_it_keeps_bytes_small_and_to_the_letter():
    writer = MemoryWriter()
    shell = Template("<html><title>CCMTITLE</title>", "</html>")
    noise = os.urandom(5000)
    long = "ä" * 100_000
    writer.page("a/index.html", shell, "A & B", f"<p>{long}</p>")
    writer.write("noise", noise)
    writer.write("long", long.encode())
    with pytest.raises(ValueError, match="two pages"):
        writer.write("A/Index.html", b"")
    with pytest.raises(ValueError, match="no path inside"):
        writer.page("../x", shell, "x", "x")
    site = writer.site("restricted", 1, (), "default-src 'none'")
    assert site.names() == ("a/index.html", "long", "noise") and site.no_store
    assert (
        site.read("a/index.html").decode() == f"<html><title>A &amp; B</title><h1>A &amp; B</h1>\n<p>{long}</p></html>"
    )
    assert (site.read("noise"), site.read("long")) == (noise, long.encode())
    assert len(site._files["long"].content) < 2000
    assert long[:50] not in repr(site) and "A & B" not in repr(site), "it is never printed by accident"


def test_the_shell_which_lies_on_the_disk_is_made_from_no_record(small_register, monkeypatch):
    given = []
    real = builds.make_shell
    monkeypatch.setattr(
        builds, "make_shell", lambda root, register, *rest: (given.append(register), real(root, register, *rest))[1]
    )
    build_in_memory(small_register, "restricted", TODAY)
    assert [key.kind for register in given for key in register.records] == ["register"]
    first = tree(small_register / "build/mkdocs/restricted/site")
    assert first
    write(small_register, PLACEMENT, "kind: placement\nid: P-2026-0001\nstatus: proposed\nchild_ref: CH-7K2M9QX-4\n")
    (small_register / CONTRACT).unlink()
    shutil.rmtree(small_register / "build")
    build_in_memory(small_register, "restricted", TODAY, keep_going=True)
    assert tree(small_register / "build/mkdocs/restricted/site") == first


def test_with_errors_there_is_no_site(small_register):
    write(small_register, CONTRACT, "kind: contract\nid: C-2026-0001\n")
    result = build_in_memory(small_register, "restricted", TODAY)
    assert result.errors and result.site is None
    assert build_in_memory(small_register, "restricted", TODAY, keep_going=True).site


@pytest.fixture
def shut_register(small_register, monkeypatch):
    """The small register with one contract whose sealed part is shut where no keys are given."""

    def sealed(root, today, keys=None):
        loaded, findings = check(root, today)
        key, record = next((k, r) for k, r in loaded.register.records.items() if r.path == CONTRACT)
        shut = replace(record, seal=Seal("KY-0000000000000000", "x", shut="" if keys else "no key store is at hand"))
        register = replace(loaded.register, records={**loaded.register.records, key: shut})
        return replace(loaded, register=register), findings

    monkeypatch.setattr(builds, "check", sealed)
    return small_register


def test_sealed_records_need_keys(shut_register):
    with pytest.raises(
        NeedsKeys, match=rf"One record is sealed \({CONTRACT}\).*--keys FOLDER.*CCM_IDENTITY.*ccm keys --help"
    ):
        build_in_memory(shut_register, "restricted", TODAY)
    assert build_in_memory(shut_register, "restricted", TODAY, SimpleNamespace(reader=None)).site
    assert build(shut_register, ["intranet"], TODAY).sites, "the other sites need none"


def test_an_old_site_on_the_disk_is_deleted(small_register):
    write(small_register, "build/site/restricted/index.html", "about a child")
    result = build_in_memory(small_register, "restricted", TODAY)
    assert [p.name for p in result.removed] == ["restricted"]
    assert not (small_register / "build/site/restricted").exists()


def test_neither_we_nor_pagefind_write_anything(tmp_path, monkeypatch):
    """Also where settings of Pagefind's lie about, or the environment holds some."""
    here, temp, home = (tmp_path / name for name in ("here", "temp", "home"))
    for folder in (here, temp, home):
        folder.mkdir()
    (here / "pagefind.yml").write_text(f"verbose: true\nlogfile: {temp / 'yml.log'}\nforce_language: de\n")
    monkeypatch.chdir(here)
    for name, value in {"TMPDIR": temp, "HOME": home, "PAGEFIND_LOGFILE": temp / "env.log"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setattr(tempfile, "tempdir", None)
    ours = Path(search_index.__file__).parent
    before = tree(ours)
    files = make_index([(f"{n}/index.html", PAGE.format(f"word{n}")) for n in range(300)], "mark", {})
    assert sum(name.startswith("fragment/en_") for name in files) == 300
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["pagefind.yml"]
    assert {name for name in tree(ours) if "__pycache__" not in name} == {n for n in before if "__pycache__" not in n}


def test_an_index_is_larger_than_any_pipe(caplog):
    """Its files come in one answer of some megabytes; the library of Pagefind would stop at two."""
    caplog.set_level(logging.DEBUG)
    files = make_index([(f"{n}/index.html", PAGE.format(os.urandom(3000).hex())) for n in range(700)], "mark", {})
    assert sum(len(content) for content in files.values()) > 2**21
    assert not any("html" in record.getMessage() for record in caplog.records), "nothing of the pages is logged"


def test_what_is_not_marked_is_not_indexed():
    pages = [("a/index.html", PAGE.format("found")), ("404.html", "<html><body><p>lost</p></body></html>")]
    entry = json.loads(make_index(pages, "mark", {})["pagefind-entry.json"])
    assert entry["languages"]["en"]["page_count"] == 1


def test_a_page_that_cannot_be_read_ends_the_work():
    def pages():
        yield "a/index.html", PAGE.format("a")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        make_index(pages(), "mark", {})


def test_a_pagefind_that_dies_is_said(tmp_path, monkeypatch):
    program = tmp_path / "pagefind"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(search_index, "get_executable", lambda: program)
    with pytest.raises(IndexFailed, match="ended before it was done"):
        make_index([(f"{n}/index.html", PAGE.format("x" * 10000)) for n in range(100)], "mark", {})
    monkeypatch.setattr(search_index, "get_executable", lambda: None)
    with pytest.raises(IndexFailed, match=re.escape("pip install 'pagefind[bin]'")):
        make_index([], "mark", {})


def test_what_pagefind_quotes_of_a_page_is_not_repeated():
    answer = {"payload": {"type": "Error", "message": "no such index", "original_message": "about a child"}}
    with pytest.raises(IndexFailed) as failed:
        search_index._files_of([answer])
    assert "no such index" in str(failed.value) and "child" not in str(failed.value)
