"""A mapping is found by the columns, or named; a file that fits none, or two equally, is refused with what to do."""

import json

import pytest

from ccm_site.imports import BadSource, UnknownImport, run
from ccm_site.imports.mapping import SHIPPED, find, load_mapping, shipped
from ccm_site.imports.rows import read_source
from tests.imports.conftest import COUNCIL, TODAY

LGTC = "ContractReference,ContractTitle,OrganisationalUnit,SupplierName,ContractValue,StartDate,EndDate"
OWN = """name: own
title: Our register
what: contracts
source: Our register
recognised_by: [Nr, Subject, Firm]
fields: {reference: Nr, title: Subject, provider: Firm}
"""


def found(tmp_path, text, named=None, name="x.csv"):
    (tmp_path / name).write_text(text, "utf-8")
    mapping, table = find(read_source(tmp_path / name), named)
    return mapping.name, table


@pytest.mark.parametrize(
    "header, name",
    [
        (LGTC, "transparency_code"),
        (LGTC.upper().replace("CONTRACTREFERENCE", "contract_reference"), "transparency_code"),
        ("Contract Reference number / ID,Title of the Agreement,Local authority directorate/service responsible,Supplier name,"
         "Contract value,Contract start date,End date", "transparency_code"),
        (COUNCIL, "generic"),
        ("Contract Reference,Title,Local Authority Department Responsible,Contract Start Date,Final End Date,Review Date,Contract Value,"
         "Supplier Name,Supplier Type,Pre-contractual Process Used,Irrecoverable VAT Amount", "generic"),
        ("Contract Ref,Contract Title,Vendor,Starts,Ends,Contract value (ex vat)", "generic"),
        ("Reference No,Title,Awarded Supplier,Commencement Date,Expiry Date,Total contract value (incl vat)", "generic"),
        ("Contract Number,Title,Contractor,Start,End,Value", "generic"),
    ],
)  # fmt: skip
def test_the_mapping_is_found_by_the_columns(tmp_path, header, name):
    assert found(tmp_path, header.strip() + "\n" + ",".join("x" * 7) + "\n")[0] == name


def test_the_header_may_stand_below_a_title(tmp_path):
    name, table = found(tmp_path, f"Our contracts,,\n\nas of May,,\n{COUNCIL}1,a,b,,,\n")
    assert name == "generic"
    assert [r.number for r in table.rows] == [5]
    assert any("column names are in row 4" in n for n in table.notes)


def test_columns_that_no_mapping_knows_are_named_with_what_to_do(tmp_path):
    with pytest.raises(
        BadSource,
        match=r"no mapping knows .* It has: colour, size\. To import it, copy .*generic\.yaml.* --mapping FILE",
    ):
        found(tmp_path, "colour,size\nred,2\n")
    with pytest.raises(BadSource, match="It has: a, b"):
        found(tmp_path, json.dumps({"meta": 1, "list": [{"a": 1, "b": 2}]}), name="x.json")
    with pytest.raises(BadSource, match="no rows with named columns"):
        found(tmp_path, json.dumps({"meta": 1}), name="x.json")


def test_a_file_without_header_does_not_show_whom_it_names(tmp_path):
    with pytest.raises(BadSource) as error:
        found(tmp_path, "jo@example.org,PR1 8XJ\n")
    assert "jo@" not in str(error.value) and "PR1" not in str(error.value)


def test_two_that_fit_equally_are_both_named(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(OWN.replace("name: own", f"name: {name}"))
    monkeypatch.setattr("ccm_site.imports.mapping.SHIPPED", tmp_path)
    with pytest.raises(BadSource, match=r"several mappings equally: one and two\. Choose one by --mapping NAME"):
        found(tmp_path, "Nr,Subject,Firm\n1,a,b\n")


def test_a_mapping_is_named_or_given_as_a_file(tmp_path):
    (tmp_path / "own.yaml").write_text(OWN)
    assert found(tmp_path, "Nr,Subject,Firm\n1,a,b\n", str(tmp_path / "own.yaml"))[0] == "own"
    assert found(tmp_path, f"{LGTC}\n1,a,b,c,,,\n", "generic")[0] == "generic"
    with pytest.raises(BadSource, match=r"lacks columns that the mapping own needs: Nr; Firm\. It has: Subject"):
        found(tmp_path, "Subject\n1\n", str(tmp_path / "own.yaml"))
    with pytest.raises(BadSource, match=r"there is no mapping 'nowhere'.*act_contracts"):
        found(tmp_path, "Subject\n1\n", "nowhere")


@pytest.mark.parametrize(
    "change, message",
    [
        (("what: contracts\n", ""), "'what' is a required property"),
        (("title: Our register", "title: Our register\ncolour: red"), "colour"),
        (("fields: {reference: Nr, ", "fields: {"), "reference"),
        (("source:", "suppliers: {remove: ['(']}\nsource:"), "no regular expression"),
        (("source:", "dates: {formats: [dd/mm/yyyy]}\nsource:"), "no date format"),
        (("name: own", "name: own\nname: other"), "twice"),
        (("name: own", "name: !x own"), "tag"),
    ],
)
def test_a_mapping_that_is_none_says_what_is_wrong(tmp_path, change, message):
    path = tmp_path / "own.yaml"
    path.write_text(OWN.replace(*change))
    with pytest.raises(BadSource, match=message):
        load_mapping(path)


def test_a_mapping_s_codes_are_those_of_the_register(desk):
    path = desk.file("own.yaml", OWN + "constants: {contract_type: lease}\n")
    with pytest.raises(BadSource, match=r"contract_type cannot be 'lease'. Use one of: block"):
        desk.run(desk.file("x.csv", "Nr,Subject,Firm\n1,a,b\n"), mapping=str(path))


def test_every_shipped_mapping_is_sound_and_none_shadows_another():
    names = [m.name for m in shipped()]
    assert names == sorted(set(names)) and [f"{n}.yaml" for n in names] == sorted(
        p.name for p in SHIPPED.glob("*.yaml")
    )
    assert len({m.source for m in shipped()}) == len(names)


def test_an_import_that_there_is_not(desk):
    with pytest.raises(UnknownImport, match="There are: contracts"):
        run("houses", desk.root, desk.folder / "x", None, TODAY, False)


@pytest.mark.data
def test_the_official_columns_of_the_transparency_code_are_all_known(data):
    fields = json.loads((data / "standards/Contracts_Contracts.json").read_bytes().decode("utf-16-le"))["fields"]
    mapping = load_mapping(SHIPPED / "transparency_code.yaml")
    for key in ("name", "title"):
        columns = [f[key] for f in fields]
        assert mapping.missing(columns) == []
        from ccm_site.imports.values import header_key

        unknown = [c for c in columns if header_key(c) not in mapping.known]
        assert unknown in ([], ["CPVURI"]), unknown
