"""Reports: one module each, found by being here, shown as a page and as an accessible PDF.

A module that is a report has ``TITLE``, ``LEAD`` (what it answers, in one sentence), a function ``subjects(desk)`` with what there is one of
each ("" for the only one), and ``report(desk, subject)``, which makes a `model.Report` at the place `urls.report_on`. Where its subjects are
records of a kind, ``ON`` names the kind and ``LINK`` what the record's page calls it. ``PRINTED = False`` where nobody wants it on paper. The other modules here are its helpers.
Nothing else is touched when one is added.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from ccm_site.model import Audience
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.model import Report

_FIT = re.compile(r"[A-Za-z0-9_-]{0,80}")


@dataclass(frozen=True)
class Kind:
    """A kind of report: its module's name, title and one sentence, the audiences whose site has it."""

    name: str
    title: str
    lead: str
    subjects: Callable[[Desk], Iterator[str]]
    report: Callable[[Desk, str], Report]
    audiences: tuple[Audience, ...]
    on: str
    link: str
    printed: bool
    """Whether it is also had as a PDF."""

    def of(self, desk: Desk) -> list[str]:
        """What there is one of each, as far as it is fit for an address: text from records may be anything."""
        return [s for s in self.subjects(desk) if _FIT.fullmatch(s)]


@cache
def report_kinds() -> Mapping[str, Kind]:
    """Every kind of report of this package by its name, in order."""
    found = {}
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__)):
        made = importlib.import_module(f"{__name__}.{module}")
        if hasattr(made, "report") and hasattr(made, "subjects"):
            audiences: tuple[Audience, ...] = getattr(made, "AUDIENCES", ("intranet", "restricted"))
            found[module] = Kind(
                module,
                made.TITLE,
                made.LEAD,
                made.subjects,
                made.report,
                audiences,
                getattr(made, "ON", ""),
                getattr(made, "LINK", ""),
                getattr(made, "PRINTED", True),
            )
    return MappingProxyType(found)


def reports(desk: Desk) -> Iterator[Report]:
    """All reports of a site, by kind."""
    for kind in report_kinds().values():
        if desk.site.audience in kind.audiences:
            for subject in kind.of(desk):
                yield kind.report(desk, subject)
