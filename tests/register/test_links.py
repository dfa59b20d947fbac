"""Links both ways, read off the schemas."""

from pathlib import Path

from ccm_site.kinds import PathTemplate
from ccm_site.model import Key
from ccm_site.register import find_root, load
from tests.registers import CONTRACT


def test_links_run_both_ways(small_register):
    register = load(small_register).register
    provider = Key("provider", "brae-fostering")
    contract = Key("contract", "C-2026-0001")
    assert {link.target for link in register.links[contract]} >= {
        provider,
        Key("specification", "S-2026-0001/v1"),
        Key("terms", "TC-2026-0001/v1"),
    }
    back = register.backlinks[provider]
    assert {(link.source, link.back) for link in back if link.source.kind == "contract"} == {
        (contract, "Contracts"), (Key("contract", "C-2026-0002"), "Contracts")}  # fmt: skip


def test_a_link_in_a_list_bears_the_lists_name(small_register):
    links = load(small_register).register.links[Key("contract", "C-2026-0001")]
    assert [(link.pointer, link.name) for link in links if link.target.kind == "service"] == [
        ("/services/0", "Services")
    ]


def test_the_blob_id_is_gits_own(small_register):
    import subprocess

    record = load(small_register).register.get("contract", "C-2026-0001")
    git = subprocess.run(
        ["git", "hash-object", CONTRACT], cwd=small_register, capture_output=True, text=True, check=True
    )
    assert record.blob == git.stdout.strip()


def test_the_enclosing_register_is_found(small_register):
    assert find_root(small_register / "contracts/2026") == small_register.resolve()


def test_a_path_is_made_of_the_records_own_fields():
    template = PathTemplate("contracts/{contract:year}/{contract}/returns/{id}.yaml")
    data = {"id": "RT-2026-0003", "contract": "C-2025-0001"}
    assert template.of(data) == "contracts/2025/C-2025-0001/returns/RT-2026-0003.yaml"
    assert template.regex.match(template.of(data))
    assert template.of({"id": "RT-2026-0003"}) is None


def test_no_field_leads_out_of_the_register():
    template = PathTemplate("providers/{provider}/services/{id}.yaml")
    for name in ("..", "a/b", "a\\b", "."):
        assert template.of({"id": "SV-2026-0001", "provider": name}) is None


def test_paths_have_forward_slashes_everywhere(small_register):
    assert all(
        "\\" not in record.path and not Path(record.path).is_absolute() for record in load(small_register).register
    )
