"""A canary in every sealed and restricted field of every kind: in no byte of Git, looser sites, logs, indexes, caches, temporary files.

What stays clear on purpose cannot carry one: ids, states, links, retention classes; of staff the posts, dates and public keys.
"""

import gzip
import os
import subprocess
import sys
import zlib
from datetime import timedelta

import pytest

from ccm_site.canonical import write
from ccm_site.custody.sealed_files import Sealer, seal_files
from ccm_site.keys import Subject, backup
from ccm_site.kinds import load_kinds
from ccm_site.publish.build import BUILT, build, build_in_memory
from ccm_site.source import parse
from ccm_site.starter import shipped
from tests.custody.office import TODAY, environment, make_office
from tests.views import invented

KINDS = load_kinds(shipped() / "schemas")
# Told apart from anything that the register, the theme or a program says by itself.
WORD = "Quokka"
DATE = "1987-11-23"
AMOUNT = "918273645.19"


def canary(f):
    if f.schema.get("format") == "date":
        return DATE
    if f.name == "amount":
        return AMOUNT
    letters = "".join(c for c in "".join(f.path).title() if c.isalpha())
    return f"{WORD}{letters}"


def planted(kind, number, sealed_names):
    """A record of a kind; each restricted or sealed text, date and amount in it is a canary."""
    data = invented.record_data(KINDS, kind, number, lambda f: "plain words")
    if void := kind.field("voided"):
        data["voided"] = invented.value(KINDS, void, lambda f: "plain words")
    out = {}
    for f in kind.fields:
        if f.name in data:
            out[f.name] = _marked(f, data[f.name], f.name in sealed_names(data))
    return out | ({"version": data["version"]} if kind.versioned else {})


def _marked(f, value, sealed):
    if isinstance(value, dict):
        return {c.name: _marked(c, value[c.name], sealed) for c in f.fields if c.name in value}
    if isinstance(value, list):
        return [_marked(f.item, v, sealed) for v in value]
    free = isinstance(value, str) and not (f.ref or f.codes or "enum" in f.schema or "const" in f.schema)
    return canary(f) if free and sealed else value


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("canary")
    office = make_office(folder)
    fields = set()
    for kind in KINDS:
        if not kind.seals or kind.name == "person":
            continue
        for number in (1, 2):
            data = planted(kind, number, lambda d, kind=kind: KINDS.sealed_names(kind, d))
            path = next(p for t in kind.paths if (p := t.of(data)))
            (office.root / path).parent.mkdir(parents=True, exist_ok=True)
            (office.root / path).write_bytes(write(data))
            fields |= {f"{kind.name}.{n}" for n in data if WORD in str(data[n]) or DATE in str(data[n])}
    person = office.root / "people/persons/s1.yaml"
    person.write_text(person.read_text("utf-8") + f"name: {WORD}Name\nsign_in: {WORD}Signin\n", "utf-8")
    assert seal_files(office.root, office.store()).faults == ()
    temporary = folder / "tmp"
    temporary.mkdir()
    old = {k: os.environ.get(k) for k in ("TMPDIR", *office.env())}
    os.environ |= {"TMPDIR": str(temporary), **office.env()}
    try:
        yield office, fields, temporary
    finally:
        for k, v in old.items():
            if v is None:
                os.environ.pop(k, None)
            else:
                os.environ[k] = v


def git(root, *args, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    identity = ["-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *identity, *args], cwd=root, env=env, check=True, capture_output=True, **more).stdout


def ccm(office, *args, person="s1"):
    command = [sys.executable, "-m", "ccm_site.cli", *args]
    done = subprocess.run(command, cwd=office.root, env=environment(office, person), capture_output=True, timeout=300)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout + done.stderr


def sings(raw):
    return [mark for mark in (WORD, DATE, AMOUNT) if mark.lower().encode() in raw.lower()]


def loud_files(*folders):
    """Every file below the folders that has a canary, compressed files opened."""
    loud = []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                raw = path.read_bytes()
                texts = [raw]
                if raw[:2] == b"\x1f\x8b":
                    texts.append(gzip.decompress(raw))
                elif path.parent.parent.name == "objects" and len(path.parent.name) == 2:
                    texts.append(zlib.decompress(raw))
                if any(sings(t) for t in texts) or sings(path.name.encode()):
                    loud.append(str(path))
    return loud


def test_every_restricted_field_was_planted(world):
    _, fields, _ = world
    for kind in KINDS:
        if kind.seals and kind.name != "person":
            sealed = {f.name for f in kind.fields if f.sealed and any(_may_carry(x) for x in f.walk())}
            assert {f"{kind.name}.{n}" for n in sealed} <= fields


def _may_carry(f):
    return not f.fields and f.type == "string" and not (f.ref or f.codes or "enum" in f.schema or "const" in f.schema)


def test_what_is_restricted_is_sealed_or_is_no_more_than_a_link_or_a_state():
    """A field that is restricted and not sealed: only what links and states need, and of staff posts, dates and public keys."""
    clear = []
    for kind in KINDS:
        for f in kind.all_fields:
            if (
                f.audience != "restricted"
                or f.sealed
                or f.fields
                or f.ref
                or f.codes
                or "enum" in f.schema
                or "const" in f.schema
            ):
                continue
            clear.append(f"{kind.name}{f.pointer}")
    staff = {c for c in clear if c.startswith(("person/posts/", "person/signing_keys/", "person/reading_keys/"))}
    ids = {c for c in clear if c.endswith("/id")}
    assert set(clear) - staff - ids == {"disposal/records/*/kind"}


def test_nothing_in_the_register_its_history_or_the_key_store(world, tmp_path):
    office, _, _ = world
    git(office.root, "init", "-q", "-b", "main")
    git(office.root, "add", "-A")
    git(office.root, "commit", "-q", "-m", "Sealed")
    git(office.root, "repack", "-adq")
    objects = git(office.root, "cat-file", "--batch-all-objects", "--batch")
    assert b"AGE ENCRYPTED FILE" in objects and sings(objects) == []
    store = office.store()
    backup(store, tmp_path / "keys.backup", TODAY, 14)
    assert loud_files(office.root, office.folder, office.escrow, tmp_path) == []


def test_nothing_in_what_the_commands_say_or_leave_behind(world):
    office, _, temporary = world
    said = b"".join((
        ccm(office, "check", "--as-of", "2026-05-04"), ccm(office, "check", "--format", "json"), ccm(office, "fmt", "--check"),
        ccm(office, "seal"), ccm(office, "keys", "status"), ccm(office, "keys", "check"), ccm(office, "check", person="s3"),
    ))  # fmt: skip
    assert sings(said) == []
    assert loud_files(office.root, office.folder, temporary) == []


def test_nothing_in_looser_sites_indexes_and_caches(world):
    office, _, temporary = world
    build(office.root, BUILT, TODAY, keep_going=True)
    assert (office.root / "build/site/intranet/index.html").is_file()
    site = build_in_memory(office.root, "restricted", TODAY, office.store(), keep_going=True).site
    assert loud_files(office.root, office.folder, temporary) == []
    restricted = b"\n".join(site.read(name) for name in site.names())
    assert sings(restricted)[:1] == [WORD], "the test can fail: with keys, the canaries sing in memory"


def test_nothing_after_changing_editing_and_erasing(world):
    office, _, temporary = world
    store = office.store()
    sealer = Sealer(office.root, KINDS, store)
    path = "placements/2026/P-2026-0001/placement.yaml"
    before = parse((office.root / path).read_bytes(), path)
    data = sealer.open(before)
    changed = sealer.seal(parse(write(data | {"status_reason": f"{WORD} again"}), path), before)
    assert sings(changed) == []
    sealer.keep_draft(before, f"half a thought about {WORD}: [".encode())
    assert sealer.draft(before) == f"half a thought about {WORD}: [".encode()
    child = next(k for k in data if k == "child_ref")
    store.request_erasure(
        Subject("case", data[child]), "erasure_request\nplacement_ref\n\nasked", "placement_ref", "manager"
    )
    office.store("s2", TODAY + timedelta(days=1)).pending()
    assert loud_files(office.root, office.folder, office.escrow, temporary) == []
