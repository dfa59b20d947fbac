"""`ccm report`: a report for any day and period, as words on screen or as an accessible PDF."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import click

from ccm_site.cli.base import as_of_option, keys_option, keys_or_why, main, root_option
from ccm_site.files import write_file
from ccm_site.performance.periods import Period
from ccm_site.register import load
from ccm_site.views.audience import project
from ccm_site.views.context import Site
from ccm_site.views.counts import published_counts
from ccm_site.views.reports import report_kinds
from ccm_site.views.reports.desk import Desk
from ccm_site.views.reports.pdf import Printer
from ccm_site.views.reports.words import in_words


def _period(ctx: click.Context, param: click.Parameter, value: str | None) -> Period | None:
    if value is None:
        return None
    first, _, last = value.partition("..")
    try:
        found = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no period; write its first and last day, for example 2026-04-01..2026-09-30"
        ) from None
    if found.first > found.last:
        raise click.BadParameter(f"{value!r} ends before it begins; write the first day first")
    return found


@main.command("report")
@click.argument("name", required=False)
@click.argument("subject", required=False)
@click.option(
    "--period",
    callback=_period,
    help="What it looks back on, for example 2026-04-01..2026-09-30. Default: the twelve months to the day.",
)
@click.option(
    "--audience",
    type=click.Choice(["intranet", "restricted"]),
    default="intranet",
    show_default=True,
    help="For whom it is made.",
)
@click.option(
    "--pdf",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write an accessible PDF there. Otherwise it is shown as words.",
)
@keys_option
@root_option
@as_of_option
def report_(
    name: str | None, subject: str | None, period: Period | None, audience: Literal["intranet", "restricted"], pdf: Path | None,
    keys_at: Path | None, root: Path, as_of: date | None,
) -> None:  # fmt: skip
    """Make a report: NAME says which, SUBJECT on what. Without them the reports, or what there is one of, are listed.

    A report for the audience "restricted" holds what is sealed, where your keys are at hand: keep the PDF where only they who may read it can.
    """
    kinds = report_kinds()
    if name is None:
        for kind in kinds.values():
            click.echo(f"{kind.name.replace('_', '-')}: {kind.lead}")
        return
    found = kinds.get(name.replace("-", "_"))
    if found is None:
        near = get_close_matches(name.replace("-", "_"), kinds, 1)
        hint = f"; did you mean {near[0].replace('_', '-')}?" if near else "."
        raise click.UsageError(f"there is no report {name!r}{hint} See them with: ccm report")
    if audience not in found.audiences:
        raise click.UsageError(f"{name} is not made for {audience}; give --audience {found.audiences[0]}")
    today = as_of or date.today()
    keys, why = keys_or_why(root, keys_at, date.today()) if audience == "restricted" else (None, "")
    loaded = load(root, keys)
    if audience == "restricted" and keys is None and loaded.shut:
        raise click.UsageError(
            f"{len(loaded.shut)} records are sealed, and without keys every figure would be too small: {why or 'no key store is at hand'}. "
            "Bring your keys (--keys, CCM_IDENTITY), or give --audience intranet"
        )
    site = Site(project(loaded.register, loaded.kinds, audience), loaded.kinds, {}, audience, today)
    desk = Desk(site, published_counts(loaded.register, loaded.kinds, audience, today), period)
    subjects = found.of(desk)
    if subject is None and subjects != [""]:
        click.echo("\n".join(subjects) if subjects else f"There is nothing to report on: no {found.title.lower()}.")
        return
    if (subject or "") not in subjects:
        near = get_close_matches(subject or "", subjects, 3)
        raise click.UsageError(
            f"there is no {name} on {subject!r}"
            + (
                f"; did you mean {' or '.join(near)}?"
                if near
                else f". See on what there is one with: ccm report {name}"
            )
        )
    made = found.report(desk, subject or "")
    if pdf is None:
        click.echo(in_words(made), nl=False)
        return
    write_file(pdf, Printer().pdf(site, made), private=audience == "restricted")
    click.echo(f"{pdf}: {made.title}")
