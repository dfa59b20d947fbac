"""What a spreadsheet program could take for a formula never reaches it as one."""

import csv
import io

import pytest

from ccm_site.views.sheets import cell, sheet
from tests.views import invented
from tests.views.sites import KINDS, site


@pytest.mark.parametrize("text", [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "  =1", "\t=1", "\r=1", '"=1', "'=1", "＝1", "＋1", "－1", "＠A", "−1+1", "\u200b=1", "\ufeff=1",
    "=cmd|' /C calc'!A0", "x\n=1", "x\r\n@A", "x;=1", "x\t=1", 'x;"=1', "x|=1", "\x00=1", "\u00a0=1",
])  # fmt: skip
def test_formulas_are_neutralised(text):
    assert cell(text).startswith("'")
    assert not any(
        part.lstrip().startswith(("=", "+", "-", "@")) for part in cell(text).replace(";", "\n").splitlines()
    )


@pytest.mark.parametrize(
    "text", ["-12.50", "34000.00", "2026-04-01", "2026-04", "Rowan - House", "a@b.example", "1 - 2", "", "£5"]
)
def test_numbers_dates_and_words_stay(text):
    assert cell(text) == text


def test_the_known_injections_are_neutralised(data):
    for line in (data / "hostile/csv-payload.txt").read_text("utf-8").splitlines():
        # the first is dangerous only behind a sign, which it has not
        assert cell(line).startswith(("'", "DDE"))


def test_a_sheet_has_a_mark_a_row_for_each_record_and_money_in_three_columns():
    raw = sheet(site(invented.register(KINDS, 2)), KINDS["contract"])
    assert raw.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    assert len(rows) == 2
    first = dict(zip(head, rows[0], strict=True))
    assert first["Contract number"] == "C-2026-0001"
    assert first["Starts on"] == "2026-08-01"
    assert first["Provider: number"] == "provider-1"
    assert first["Estimated value: Amount"] == "34000.00"
    assert first["Estimated value: VAT"] == "Excluding VAT"
    assert len(set(head)) == len(head)
