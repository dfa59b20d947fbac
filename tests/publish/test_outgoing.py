"""What leaves is looked through once more, whatever it begins with."""

from ccm_site.personal_data import Detector
from ccm_site.publish.outgoing import inspector

CHI = "0101011237"


def found(path, text):
    return [f.rule for f in inspector(Detector())(path, text.encode())]


def test_a_page_or_sheet_that_begins_like_a_pdf_is_looked_through_all_the_same():
    for path in ("contracts/C-2026-0001/index.html", "contracts/contracts.csv", "reports/risk/pdf"):
        assert found(path, f"%PDF-1.7 {CHI}") == ["R-PRV-5"]


def test_a_report_is_looked_through_as_its_page():
    assert (
        found("reports/risk/index.html", f"<p>{CHI}</p>") == ["R-PRV-5"]
        and found("reports/risk/risk.pdf", f"%PDF-1.7 {CHI}") == []
    )
