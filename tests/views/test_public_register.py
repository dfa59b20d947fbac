"""J-15: what contracts does the council have? Section 35 fields of all regulated contracts; nothing that singles a child out."""

import csv
import io

from ccm_site.model import Key, Record, Register
from ccm_site.register import load
from ccm_site.starter import shipped
from ccm_site.views.audience import project
from ccm_site.views.page import Extra, Page
from ccm_site.views.public_register import TITLES, public_register, public_register_pages
from ccm_site.views.site import Beside, site_pages
from tests.views.sites import KINDS, TODAY, site

MONEY = {"amount": "95000.00", "vat_basis": "exempt"}


def contract(n, **more):
    data = {"kind": "contract", "id": f"C-2026-{n:04}", "title": "Care", "status": "in_force", "provider": "brae", "subject_matter": "Care",
            "start_date": "2026-04-01", "end_date": "2030-03-31", "award_date": "2026-02-18", "estimated_value": MONEY, "route": "tender",
            "public_register": {"regulated": True}, **more}  # fmt: skip
    return Record(Key("contract", data["id"]), f"{n}.yaml", data, "")


def entries(*contracts):
    provider = Record(
        Key("provider", "brae"), "p.yaml", {"kind": "provider", "id": "brae", "name": "Brae <Fostering>"}, ""
    )
    register = Register({r.key: r for r in (provider, *contracts)})
    return {e.id: dict(zip(TITLES, e.cells, strict=True)) for e in public_register(register, KINDS)}


def test_what_the_law_asks_for():
    found = entries(
        contract(
            1, extensions=[{"months": 12}, {"months": 6}], public_register={"regulated": True, "award_notice": "MAR-1"}
        )
    )
    assert found["C-2026-0001"] == {
        "Contract": "C-2026-0001", "Title": "Care", "Contractor": "Brae <Fostering>", "Subject matter": "Care", "Date of award": "2026-02-18",
        "First day": "2026-04-01", "Last day, or how it ends": "2030-03-31", "May be extended by": "12 months and 6 months",
        "Estimated value": "£95,000.00 exempt from VAT", "How it was procured": "Tender", "Award notice": "MAR-1", "State": "In force", "Owner": "",
    }  # fmt: skip


def test_direct_awards_and_call_offs_are_in_and_others_are_not():
    found = entries(
        contract(1, route="non_tender"), contract(2, route="call_off"), contract(3, status="draft"), contract(4, voided={}),
        contract(5, public_register={"regulated": False}), contract(6, status="closed"), contract(7, public_register=None),
    )  # fmt: skip
    assert list(found) == ["C-2026-0001", "C-2026-0002", "C-2026-0006"]


def test_a_withheld_part_is_marked_with_its_ground():
    part = {
        "field": "estimated_value",
        "ground": "b",
        "reason": "Secret reason",
        "approved_by_role": "ccm",
        "review_on": "2027-01-01",
    }
    entry = entries(contract(1, public_register={"regulated": True, "withheld": [part]}))["C-2026-0001"]
    assert entry["Estimated value"] == "Withheld, section 35(6)(b)"
    assert "Secret reason" not in str(entry) and "95000" not in str(entry) and entry["First day"] == "2026-04-01"


def test_a_contract_for_one_placement_is_in_and_singles_nobody_out():
    told = {"title": "Boy with a hearing aid", "subject_matter": "For a boy of nine"}
    entry = entries(contract(1, placement_specific=True, end_date="2027-11-30", **told))["C-2026-0001"]
    text = str(entry)
    for secret in ("hearing", "nine", "2026-04-01", "2026-02-18", "2027-11-30", "95,000"):
        assert secret not in text
    assert entry["First day"].startswith("2026; the day withheld, section 35(6)(a)")
    assert entry["Title"].startswith("Care or education placement, spot purchase")


def test_the_page_and_its_sheet_escape_everything_and_say_when_and_on_what_licence():
    about = {
        "kind": "register",
        "id": "register",
        "licence": {"name": "OGL <3", "address": "https://licence.example/"},
        "contact": "a@b.example",
    }
    register = Register({Key("register", "register"): Record(Key("register", "register"), "r.yaml", about, "")})
    found = public_register(Register({r.key: r for r in [contract(1, title="=1+1 <script>")]}), KINDS)
    page, sheet = public_register_pages(site(register), found)
    assert isinstance(page, Page) and isinstance(sheet, Extra)
    assert (
        "<script>" not in page.body
        and "&lt;script&gt;" in page.body
        and "OGL &lt;3" in page.body
        and "https://licence.example/" in page.body
    )
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig"))))
    assert rows[0] == list(TITLES) and rows[1][1].startswith("'=1+1")


def test_the_demonstration_lists_its_regulated_contracts():
    register = load(shipped()).register
    listed = {e.id for e in public_register(register, KINDS)}
    regulated = {
        r.id for r in register.of_kind("contract")
        if (r.data.get("public_register") or {}).get("regulated") and r.data["status"] not in ("draft", "ready_for_issue", "withdrawn")
    }  # fmt: skip
    assert listed == regulated and len(listed) > 5
    names = [str(r.data["name"]) for r in register.of_kind("person")]
    text = str([e.cells for e in public_register(register, KINDS)])
    assert not any(n in text for n in names) and "CH-" not in text and "P-20" not in text


def test_a_contracts_own_public_page_says_what_is_withheld_and_why():
    part = {
        "field": "estimated_value",
        "ground": "b",
        "reason": "Secret reason",
        "approved_by_role": "ccm",
        "review_on": "2027-01-01",
    }
    register = Register({r.key: r for r in [contract(1, public_register={"regulated": True, "withheld": [part]})]})
    made = site_pages(
        project(register, KINDS, "public"),
        KINDS,
        {},
        "public",
        TODAY,
        Beside(published=public_register(register, KINDS)),
    )
    (page,) = [p for p in made if isinstance(p, Page) and p.url == "contracts/C-2026-0001/"]
    assert "Withheld, section 35(6)(b): commercial interests of a person" in page.body
    assert "Secret reason" not in page.body and "95,000" not in page.body
