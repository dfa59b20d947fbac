"""Dates, amounts and texts as other registers write them."""

import time

import pytest

from ccm_site.imports.values import clean, cut, header_key, line, read_amount, read_date

UK = ("%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%d-%b-%y", "serial")


@pytest.mark.parametrize(
    "text, formats, expected",
    [
        ("9/18/2019", ("%m/%d/%Y",), "2019-09-18"),
        ("03/04/2026", UK, "2026-04-03"),
        ("3/4/2026", UK, "2026-04-03"),
        ("2026-04-03", UK, "2026-04-03"),
        ("2026-04-03T00:00:00Z", UK, "2026-04-03"),
        ("2026-04-03 00:00:00", UK, "2026-04-03"),
        ("03/04/2026 12:30 PM", UK, "2026-04-03"),
        ("3  April 2026", UK, "2026-04-03"),
        ("03-Apr-26", UK, "2026-04-03"),
        ("46115", UK, "2026-04-03"),
    ],
)
def test_a_date_is_read_by_the_first_format_that_fits(text, formats, expected):
    assert read_date(text, formats).isoformat() == expected


@pytest.mark.parametrize("text", ["31/02/2026", "soon", "04/2026", "0026-04-03", "3/4", "99999999", "x" * 10_000])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match="cannot be read as a date"):
        read_date(text, UK)


@pytest.mark.parametrize(
    "text, expected",
    [
        ("34,000.00", "34000.00"), ("£1,234", "1234.00"), ("0", "0.00"), ("0.0", "0.00"), ("58665.0", "58665.00"), ("£1.2m", "1200000.00"),
        ("£2.5 million", "2500000.00"), ("75k", "75000.00"), ("GBP 100", "100.00"), ("191422317.29", "191422317.29"),
        ("1e6", "1000000.00"), ("1600549.1800000002", "1600549.18"), ("1250.005", "1250.01"), (".5", "0.50"), ("$ 12", "12.00"),
    ],
)  # fmt: skip
def test_an_amount_is_read(text, expected):
    assert read_amount(text).text == expected


def test_other_separators_are_the_mapping_s_to_say():
    assert read_amount("1.234,50", ",", ".").text == "1234.50"


@pytest.mark.parametrize("text", ["-5", "(500.00)", "£-12", "9999999999999"])
def test_an_amount_that_no_record_can_hold_is_read_but_has_no_text(text):
    assert read_amount(text).text == ""


@pytest.mark.parametrize("text", ["tbc", "10,000 - 20,000", "£10 to £20", "1.2.3", "", "9" * 60, "1e999", "=1+1"])
def test_what_is_no_one_amount_is_refused(text):
    with pytest.raises(ValueError, match="cannot be read as an amount"):
        read_amount(text)


def test_text_is_clean():
    assert clean(" a\x00b\x07\r\nc\u202ed \ud800\ufeff\u2028e ") == "ab\ncd\ne"
    assert clean("Bread &amp;amp; Meat &#039;x&#039; &lt;b&gt;", entities=True) == "Bread & Meat 'x' <b>"
    assert clean("AT&T &amp; Co") == "AT&T &amp; Co"
    assert line(" a\n  b\t c ") == "a b c"


def test_a_text_is_cut_between_words():
    assert cut("one two three", 13) == "one two three"
    assert cut("one two three", 12) == "one two…"
    assert cut("x" * 300, 200) == "x" * 199 + "…"


def test_headers_are_compared_without_capitals_and_punctuation():
    assert header_key("Contract_Reference (No.)") == header_key("contractreference no")


def test_a_megabyte_takes_no_long_time():
    begin = time.perf_counter()
    for text in ("&amp;" * 200_000, " " * 1_000_000, "\r" * 1_000_000, "<" * 1_000_000):
        clean(text, entities=True)
    assert time.perf_counter() - begin < 2
