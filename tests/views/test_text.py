import pytest

from ccm_site.model import Key, Record, Register
from ccm_site.views.text import At, day, html, money, paragraphs, plain
from tests.views.sites import KINDS, site

CONTRACT = KINDS["contract"]
PROVIDER = KINDS["provider"]
AT = At(site(Register({})), "contracts/C-2026-0001/")


def shown(path, value, kind=CONTRACT, at=AT):
    return str(html(at, kind, kind.field(path), value))


@pytest.mark.parametrize(("data", "words"), [
    ({"amount": "34000.00", "vat_basis": "excluded"}, "£34,000.00 excluding VAT"),
    ({"amount": "0.50", "currency": "EUR", "vat_basis": "included"}, "EUR 0.50 including VAT"),
    ({"amount": "1234567.00", "vat_basis": "exempt"}, "£1,234,567.00 exempt from VAT"),
    ({"amount": "about 5", "vat_basis": "excluded"}, "£about 5 excluding VAT"),
])  # fmt: skip
def test_money_says_currency_and_vat(data, words):
    assert money(data) == words


@pytest.mark.parametrize(("text", "words"), [
    ("2026-04-01", "1 April 2026"), ("2026-12", "December 2026"), ("2026-02-30", "2026-02-30"), ("soon", "soon"),
])  # fmt: skip
def test_days_read_as_people_say_them(text, words):
    assert day(text) == words


def test_a_date_carries_its_machine_readable_form():
    assert shown("start_date", "2026-04-01") == '<time datetime="2026-04-01">1 April 2026</time>'


def test_values_read_as_words():
    assert shown("contract_type", "call_off") == "Call-off"
    assert shown("status", "issued") == "Issued, not yet binding"
    assert shown("placement_specific", True) == "Yes"
    assert shown("capacity", {"unit": "places", "quantity": 6}) == "6 places"
    assert shown("copy_holders", ["finance", "key_worker"]) == "<ul><li>Finance</li><li>Key worker</li></ul>"
    assert shown("copy_holders", [None, "finance"]) == "Finance"


def test_a_code_reads_by_its_latest_label_in_the_policy_table():
    entries = [
        {"code": "short_breaks", "label": "Short breaks", "effective_from": "2026-01-01"},
        {"code": "short_breaks", "label": "Respite", "effective_from": "2020-01-01"},
    ]
    key = Key("service_types", "service_types")
    at = At(
        site(
            Register({key: Record(key, "policy/service_types.yaml", {"id": "service_types", "entries": entries}, "")})
        ),
        "",
    )
    assert shown("service_type", "short_breaks", at=at) == "Short breaks"
    assert shown("service_type", "foster_care") == "Foster care"


def test_a_reference_links_to_its_target_and_is_plain_where_the_site_has_none():
    key = Key("provider", "rowan")
    held = site(Register({key: Record(key, "p.yaml", {"kind": "provider", "id": "rowan", "name": "Rowan & Sons"}, "")}))
    assert (
        shown("provider", "rowan", at=At(held, "contracts/C-2026-0001/"))
        == '<a href="../../providers/rowan/">Rowan &amp; Sons</a>'
    )
    assert shown("provider", "rowan") == "rowan"


def test_lines_become_paragraphs():
    assert paragraphs("one") == "one"
    assert paragraphs("one\ntwo\r\n\r\nthree <b>") == "<p>one<br>two</p><p>three &lt;b&gt;</p>"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "http://[", "//elsewhere.example", "vbscript:x"]
)
def test_only_web_addresses_become_links(address):
    web = next(f for k in KINDS for f in k.all_fields if str(f.schema.get("pattern", "")).startswith("^https?"))
    assert "<a" not in html(AT, CONTRACT, web, address)


def test_a_web_address_is_linked_without_telling_where_it_was_found():
    web = next(f for k in KINDS for f in k.all_fields if str(f.schema.get("pattern", "")).startswith("^https?"))
    link = html(AT, CONTRACT, web, 'https://council.example/"x')
    assert link == (
        '<a href="https://council.example/&#34;x" rel="noopener noreferrer external">https://council.example/&#34;x</a>'
    )


def test_a_mailbox_cannot_carry_a_subject():
    mail = next(f for k in KINDS for f in k.all_fields if f.schema.get("format") == "email")
    assert "<a" not in html(AT, PROVIDER, mail, "a@b.example?subject=x")
    assert "mailto:a@b.example" in html(AT, PROVIDER, mail, "a@b.example")


def test_plain_words_join_lists():
    assert (
        plain(AT.site, CONTRACT, CONTRACT.field("copy_holders"), ["finance", "ccm"])
        == "Finance; Commissioning and Contracts Manager"
    )
