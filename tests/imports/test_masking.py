"""What looks like personal data is removed, and what only resembles it stays."""

import pytest

from ccm_site.imports.masking import mask, only_masks

FOUND = [
    ("ring 0131 200 2000 now", "ring [telephone removed] now", "telephone number"),
    ("tel: +44 (0)131 200 2000", "tel: [telephone removed]", "telephone number"),
    ("07700 900123", "[telephone removed]", "telephone number"),
    ("(01253) 477 477", "[telephone removed]", "telephone number"),
    ("02 6207 1234", "[telephone removed]", "telephone number"),
    ("(215) 686-1234", "[telephone removed]", "telephone number"),
    ("write to jo.bloggs@council.gov.uk.", "write to [e-mail removed].", "e-mail address"),
    ("at PR1 8XJ, Preston", "at [postcode removed], Preston", "postcode"),
    ("FY13AH", "[postcode removed]", "postcode"),
    ("fy1 3ah", "[postcode removed]", "postcode"),
    ("EC1A 1BB", "[postcode removed]", "postcode"),
    ("NI QQ 12 34 56 C", "NI QQ 12 34 56 C", ""),  # Q is no prefix
    ("NI AB 12 34 56 C", "NI [National Insurance number removed]", "National Insurance number"),
    ("CHI 0101011237", "CHI [CHI number removed]", "CHI number"),
    ("CHI 010101 1237", "CHI [CHI number removed]", "CHI number"),
    ("born on 3 May 2014", "born on [date of birth removed]", "date of birth"),
    ("DOB: 03/05/2014", "DOB: [date of birth removed]", "date of birth"),
]
KEPT = [
    "3101011231", "9901011237", "CS2003001234", "7c4dc2ea-3a1e-404d-acd1-3f23beb1469e", "LCC43108", "PO_26725",
    "Lot B1 2nd phase", "a1 2ab", "R4 5th", "GS3337362", "1 April 2026 to 31 March 2027", "01-02-2024 10:30", "177,216.75",
    "https://www.tenders.act.gov.au/contract/view?id=228088", "Up to 25 x 3.5t L3H2", "RM6280", "PICH0009993.122.01",
]  # fmt: skip


@pytest.mark.parametrize("text, masked, kind", FOUND)
def test_personal_data_is_removed_and_named(text, masked, kind):
    assert mask(text) == (masked, (kind,) if kind else ())


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_stays(text):
    assert mask(text) == (text, ())


def test_a_contract_s_own_number_keeps_what_only_resembles_a_telephone_number_or_postcode():
    assert mask("07700900123", reference=True) == ("07700900123", ())
    assert mask("PO1 2AB", reference=True) == ("PO1 2AB", ())
    assert mask("0101011237", reference=True) == ("[CHI number removed]", ("CHI number",))


def test_a_text_of_masks_alone_says_nothing():
    assert only_masks("[postcode removed]")
    assert only_masks("[e-mail removed], [telephone removed]")
    assert not only_masks("near [postcode removed]")
    assert not only_masks("")


def test_a_long_cell_takes_no_long_time():
    for text in ("0" * 20_000, "a@" * 10_000, "AB 1 " * 4_000, "+44 " * 5_000, "born " * 4_000):
        mask(text)
