"""Reports as PDF: accessible, the same each time, and nothing said can break them."""

import io
import unicodedata
from dataclasses import replace
from datetime import date

import pikepdf
import pytest

from ccm_site.model import Key
from ccm_site.performance.periods import Period
from ccm_site.register import load
from ccm_site.starter import shipped
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.model import Chart, Facts, Points, Report, Said, Section, Table, Words
from ccm_site.views.reports.pdf import _PRINTED, LETTER, SIZE, WIDTH, Printer, _table, _text
from tests.registers import DEMO_DAY
from tests.views.sites import site

PERIOD = Period(date(2026, 1, 1), date(2026, 6, 30))
KEY = Key("contract", "C-2026-0001")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0l10 10" stroke="currentColor"/></svg>'


@pytest.fixture(scope="module")
def printer():
    return Printer()


@pytest.fixture(scope="module")
def desk():
    return Desk(replace(site(load(shipped()).register), today=DEMO_DAY))


def report(text):
    parts = (
        Words(text), Words(text, hint=True), Points((Said(text, (KEY,), "bad"),)), Facts(((text, Said(text)),)),
        Table(text, (text, text), ((Said(text), Said(text, (KEY,))),), (1,), note=text), Table(text, (text,), (), empty=text), Chart(text, SVG, text),
    )  # fmt: skip
    sections = (Section(text, parts, 2, (Said(text),)), Section(text, (Words(text),), 3, (), text))
    return Report("risk", "", "reports/risk/", text, text, PERIOD, sections, shown_to=text)


def test_it_is_tagged_titled_and_has_its_language_and_fonts(desk, printer):
    raw = printer.pdf(desk.site, report_kinds()["contract_monitoring"].report(desk, "C-2025-0002"))
    with pikepdf.open(io.BytesIO(raw)) as pdf:
        assert pdf.Root.MarkInfo.Marked is True and "/StructTreeRoot" in pdf.Root
        assert str(pdf.Root.Lang) == "en-GB"
        assert (
            str(pdf.docinfo["/Title"])
            == "Monitoring report: C-2025-0002 Supported lodgings for young people leaving care"
        )
        assert pdf.Root.ViewerPreferences.DisplayDocTitle is True
        with pdf.open_metadata() as told:
            assert told["pdfuaid:part"] == "1"
        fonts = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
        assert fonts and all(any(f"/FontFile{n}" in f for n in ("", "2", "3")) for f in fonts)


def test_the_same_report_gives_the_same_bytes(desk, printer):
    made = report("Words")
    assert printer.pdf(desk.site, made) == printer.pdf(desk.site, made) == Printer().pdf(desk.site, made)


def test_what_was_printed_before_is_taken_from_the_cache_and_what_is_old_goes(desk, tmp_path):
    first = Printer(tmp_path)
    raw = first.pdf(desk.site, report("One"))
    first.pdf(desk.site, report("Two"))
    assert len(list(tmp_path.glob("*.pdf"))) == 2
    [kept] = [p for p in tmp_path.glob("*.pdf") if p.read_bytes() == raw]
    second = Printer(tmp_path)
    assert second.pdf(desk.site, report("One")) == raw
    second.forget()
    assert list(tmp_path.glob("*.pdf")) == [kept]


@pytest.mark.parametrize("text", [
    "#set page(width: 1pt)", "$x$ *bold* _it_ `raw` <label> @ref = Heading", "\\", '"quote" // comment /* x */', "#read(\"/etc/passwd\")", "",
    "‮right to left", "日本語 العربية 👍🏻 ﷽", "a\0b\x07c", "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"), "x" * 5000, "﻿￾\u200b",
])  # fmt: skip
def test_nothing_said_can_become_markup_or_break_it(desk, printer, text):
    assert printer.pdf(desk.site, report(text)).startswith(b"%PDF-")


def test_every_character_that_it_says_it_can_print_is_printed(desk, printer):
    every = " ".join(chr(n) for low, high in _PRINTED for n in range(ord(low), ord(high) + 1))
    assert printer.pdf(desk.site, report(every)).startswith(b"%PDF-")
    assert _text(every) == unicodedata.normalize("NFC", every) and len(every) > 3000


def test_no_word_is_wider_than_its_column_however_many_columns_there_are():
    columns = tuple(f"Column {n}" for n in range(13))
    row = tuple(Said("Communicate") for _ in columns)
    for many in (3, 8, 13):
        laid = _table(Table("", columns[:many], (row[:many],)), 2)
        assert sum(laid["widths"]) <= WIDTH + 1
        assert all(w >= len("Communicate") * LETTER * laid["size"] / SIZE for w in laid["widths"])
    assert laid["size"] < SIZE
