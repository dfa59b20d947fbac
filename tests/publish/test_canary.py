"""No stricter value reaches a looser site: a canary in every field of every kind, looked for in every byte that is written."""

import gzip

import pytest

from ccm_site.canonical import write
from ccm_site.kinds import load_kinds
from ccm_site.model import AUDIENCES
from ccm_site.publish.build import BUILT, build, build_in_memory
from ccm_site.starter import shipped
from tests.registers import TODAY, make_small
from tests.views import invented

KINDS = load_kinds(shipped() / "schemas")


def canary(kind, f):
    """A text that says where it was planted; letters only, so that no search index or formatter takes it apart."""
    letters = "".join(c for c in f"{kind}{''.join(f.path)}".title() if c.isalpha())
    return f"Canary{f.audience.title()}{letters}End"


def planted_in(kind, fields):
    """For each planted leaf of a kind its canary and its audience."""
    for f in fields:
        if f.fields:
            yield from planted_in(kind, f.fields)
        elif not (f.ref or f.codes or f.type in ("integer", "boolean") or f.name == "amount" or f.schema.get("format") == "date"
                  or "enum" in f.schema or "const" in f.schema):  # fmt: skip
            yield canary(kind, f), f.audience


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """A register with one record of every kind (two where there may be), every text a canary, built for every audience."""
    root = make_small(tmp_path_factory.mktemp("canary") / "register")
    for kind in KINDS:
        if kind.is_policy:
            continue
        for number in (1, 2):
            data = invented.record_data(KINDS, kind, number, lambda f, kind=kind: canary(kind.name, f))
            path = next(p for t in kind.paths if (p := t.of(data)))
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(write(data))
    build(root, BUILT, TODAY, keep_going=True)
    restricted = build_in_memory(root, "restricted", TODAY, keep_going=True).site
    sites = {audience: files(root / "build/site" / audience) for audience in BUILT}
    return sites | {"restricted": [(name, restricted.read(name)) for name in restricted.names()]}


def files(folder):
    """Every file and folder of a site by its name, with its bytes."""
    return [
        (path.relative_to(folder).as_posix(), path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    ]


def everything(site):
    """Every byte of a site, compressed files opened, and every file name, in lower case."""
    parts = []
    for name, raw in site:
        parts += [name.encode(), gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw]
    return b"\n".join(parts).lower()


@pytest.mark.parametrize("audience", ["public", "intranet"])
def test_no_stricter_canary_is_in_any_byte(planted, audience):
    site = everything(planted[audience])
    stricter_audiences = AUDIENCES[AUDIENCES.index(audience) + 1 :]
    leaked = [
        mark for kind in KINDS for mark, whose in planted_in(kind.name, kind.fields)
        if whose in stricter_audiences and mark.lower().encode() in site
    ]  # fmt: skip
    assert leaked == []
    for whose in stricter_audiences:
        assert f"canary{whose}".encode() not in site


def test_the_canaries_sing_where_they_may(planted):
    """The test can fail: what an audience may see is there."""
    public, intranet, restricted = (everything(planted[a]) for a in AUDIENCES)
    assert b"canarypublic" in public and b"canaryintranet" in intranet and b"canaryrestricted" in restricted
    assert b"canarypublicprovidernameend" in public and b"canarypubliccontracttitleend" not in public, (
        "the one contract is for one placement"
    )


def test_a_record_on_a_stricter_records_page_is_as_strict(small_register):
    from ccm_site.model import Key, Record
    from ccm_site.views.audience import project

    child = {"kind": "placement", "id": "P-2026-0001", "status": "proposed", "child_ref": "CH-0000000-0"}
    for_it = {"kind": "notice", "id": "NO-2026-0001", "placement": "P-2026-0001", "status": "prepared"}
    other = {"kind": "notice", "id": "NO-2026-0002", "contract": "C-2026-0001", "status": "prepared"}
    records = {
        Key(d["kind"], d["id"]): Record(Key(d["kind"], d["id"]), "x.yaml", d, "") for d in (child, for_it, other)
    }
    seen = project(invented.linked(KINDS, records), KINDS, "intranet")
    assert [key.id for key in seen.records] == ["NO-2026-0002"]


def test_a_contract_for_one_placement_is_not_in_the_public_site():
    from ccm_site.model import Key, Record
    from ccm_site.views.audience import project

    def contract(number, **more):
        data = {
            "kind": "contract",
            "id": f"C-2026-000{number}",
            "title": "x",
            "status": "in_force",
            "provider": "p",
            **more,
        }
        return Key("contract", data["id"]), Record(Key("contract", data["id"]), "x.yaml", data, "")

    withheld = {"withheld": [{"field": "estimated_value", "ground": "b"}]}
    money = {"amount": "1.00", "vat_basis": "exempt"}
    records = dict([contract(1), contract(2, placement_specific=True), contract(3, status="draft"), contract(4, voided={}),
                    contract(5, estimated_value=money, public_register=withheld), contract(6, estimated_value=money)])  # fmt: skip
    seen = project(invented.linked(KINDS, records), KINDS, "public")
    assert [key.id for key in seen.records] == ["C-2026-0001", "C-2026-0005", "C-2026-0006"]
    assert ["estimated_value" in r.data for r in seen] == [False, False, True]
