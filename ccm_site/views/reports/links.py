"""Which reports there are on a record, for its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ccm_site.model import Key
from ccm_site.views.context import Site
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.desk import Desk
from ccm_site.views.urls import report_on


def reports_on(site: Site, key: Key) -> list[tuple[str, str]]:
    """The reports on a record that this site has: what each is called there, and its place."""
    if ("reports", "") not in site.kept:
        desk, found = Desk(site), defaultdict(list)
        for kind in report_kinds().values():
            for subject in kind.of(desk) if kind.on and site.audience in kind.audiences else ():
                found[Key(kind.on, subject)].append((kind.link, report_on(kind.name, subject)))
        site.kept["reports", ""] = found
    known: Mapping[Key, list[tuple[str, str]]] = site.kept["reports", ""]
    return known.get(key, [])
