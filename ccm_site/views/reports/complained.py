"""Complaints and concerns in a report: the analysis by agreed categories. Only where restricted records are at hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ccm_site.performance.concerns import Concerns
from ccm_site.views.reports.desk import Desk, figure
from ccm_site.views.reports.model import Facts, Part, Points, Said, Table, Words

OVERVIEW = (("category", "By category", "category"), ("source", "By who told us", "source"), ("type", "By kind", "entry_type"), ("result", "By result", "resolution.result"))  # fmt: skip


def concern_tables(desk: Desk, found: Concerns) -> Iterator[Part]:
    """The figures of a period: how many, what about, from whom, with what result; what came up more than once."""
    if found.shut:
        yield Words(
            f"{found.shut} complaints and concerns of the register are sealed and cannot be read here. They are in none of the figures."
        )
    rate = (
        f"{figure(found.rate)} for each ten children placed all the time"
        if found.rate is not None
        else "cannot be said: nobody was placed, or placements are sealed here"
    )
    yield Facts((
        ("Complaints and concerns", Said(str(found.total), found.sources[:12])), ("Of these for information only", Said(str(found.information_only))),
        ("Still open", Said(str(found.open))), ("Compliments, counted apart", Said(str(found.compliments))), ("Rate", Said(rate)),
    ))  # fmt: skip
    for name, title, path in OVERVIEW:
        counts: Mapping[str, int] = getattr(found, f"by_{name}")
        if counts:
            yield Table(
                title, (title.removeprefix("By ").capitalize(), "How many"),
                tuple((Said(desk.words("complaint", path, code) or "Not entered"), Said(str(n))) for code, n in counts.items()), (1,),
            )  # fmt: skip
    if found.repeated:
        yield Points(tuple(
            Said(f"{desk.words('complaint', 'category', code) or 'No category'} came up {n} times.") for code, n in found.repeated.items()
        ))  # fmt: skip
