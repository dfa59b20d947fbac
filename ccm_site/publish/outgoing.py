"""R-PRV-5: what leaves for looser readers is looked through once more, as it will be published."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.model import Finding, Location
from ccm_site.personal_data import Detector, scan_page
from ccm_site.publish.pour import Inspect


def inspector(detector: Detector) -> Inspect:
    """Look through a page or file for what names a person: CHI and National Insurance numbers, dates of birth, listed names, cases.

    Addresses and telephone numbers of offices belong on pages; those of people are looked for in the records, where fields tell them apart.
    """

    def inspect(path: str, content: bytes) -> Iterator[Finding]:
        if path.endswith(".pdf"):
            return  # a report, whose text is packed; its page says the same, and is looked through
        for hit in scan_page(content.decode("utf-8", "replace"), detector):
            yield Finding(
                "R-PRV-5", hit.severity, f"would publish {hit.masked}", Location(path),
                "take it out of the record or handbook page that this was made from; nothing was published",
            )  # fmt: skip

    return inspect
