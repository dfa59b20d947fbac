"""The calendar: what is overdue and what comes, as a list, month by month and post by post, each with files for calendar programs.

Made from the register that the site's audience may see, so that it says no more than the rest of the site.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from ccm_site.due import Due, all_due, still_to_do
from ccm_site.due.day import PARTS
from ccm_site.facts.policy import holidays
from ccm_site.facts.values import months_after
from ccm_site.model import Key
from ccm_site.views.calendar_files import calendar_file, feed_name
from ccm_site.views.context import Site
from ccm_site.views.page import Extra, Page
from ccm_site.views.templates import render
from ccm_site.views.text import MONTHS, At, linked, time
from ccm_site.views.urls import CALENDAR, CALENDAR_FILE, FEEDS, calendar_contract, calendar_month, calendar_post

AHEAD = 24
"""For how many months there is a page of the month."""
SHOWN = 200
"""How many lines a list has at most; a post's page and `ccm due` have them all."""
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Line:
    """One thing to do as a page shows it. ``by`` is "" where it is planned for the very day by which it is due."""

    on: Markup
    by: Markup | str
    late: str
    what: str
    part: str
    record: Markup
    href: str
    id: str
    contract: Markup | str
    post: Markup | str


@dataclass(frozen=True)
class Cell:
    """A day of a month's page: its number, the holiday that it is, and what is to be done."""

    day: int
    holiday: str
    lines: Sequence[Line]


def due_days(site: Site) -> tuple[Due, ...]:
    """Everything that this site's audience may know to be due; found once for all pages."""
    if ("due", "") not in site.kept:
        site.kept["due", ""] = all_due(site.register, site.kinds, site.today)
    found: tuple[Due, ...] = site.kept["due", ""]
    return found


def has_reviews(site: Site, contract: str) -> bool:
    """Whether a contract has a calendar file of its own."""
    if ("reviewed", "") not in site.kept:
        site.kept["reviewed", ""] = frozenset(d.contract for d in due_days(site) if d.part == "reviews")
    known: frozenset[str] = site.kept["reviewed", ""]
    return contract in known


def calendar_pages(site: Site, secret: bytes | None) -> Iterator[Page | Extra]:
    """``calendar/`` and below, with the ``.ics`` files. With a ``secret`` each post has a file at an address that cannot be guessed."""
    days = due_days(site)
    todo = still_to_do(days)
    posts: dict[str, list[Due]] = defaultdict(list)
    for d in todo:
        posts[d.post].append(d)
    yield _overview(site, todo, posts)
    for month in _months(site.today):
        yield _month(site, month, todo)
    for post in sorted(p for p in posts if Key("post", p) in site.register.records):
        yield _post(site, post, posts[post], secret)
    reviews = [d for d in days if d.part == "reviews"]
    yield Extra(CALENDAR_FILE, calendar_file(site, "Contract reviews", reviews))
    for contract, own in _by(lambda d: d.contract, reviews).items():
        yield Extra(calendar_contract(contract), calendar_file(site, f"Reviews of {contract}", own))
    if secret:
        for post, own in _by(lambda d: d.post, reviews).items():
            yield Extra(_feed(secret, post), calendar_file(site, f"Contract reviews: {_title(site, post)}", own))


def _feed(secret: bytes, post: str) -> str:
    return f"{FEEDS}{feed_name(secret, post)}.ics"


def _overview(site: Site, todo: Sequence[Due], posts: Mapping[str, Sequence[Due]]) -> Page:
    at = At(site, CALENDAR)
    late = [d for d in todo if d.late(site.today)]
    ahead = [d for d in todo if not d.late(site.today) and d.on < months_after(site.today, 12)]
    by_month: dict[date, list[Due]] = defaultdict(list)
    for d in ahead:
        by_month[max(d.on, site.today).replace(day=1)].append(d)
    months = [
        (_name(m), at.href(calendar_month(m)), _lines(at, found[:SHOWN]), len(found))
        for m, found in sorted(by_month.items())
    ]
    known = [
        (linked(at, Key("post", p)), at.href(calendar_post(p)), *_split(site, found))
        for p, found in _shown_posts(site, posts)
    ]
    parts = [(PARTS[p], n) for p in PARTS if (n := sum(d.part == p for d in (*late, *ahead)))]
    body = render(
        "calendar.html", home=at.href(""), today=time(site.today.isoformat()), late=_lines(at, late[:SHOWN]), more=max(0, len(late) - SHOWN), overdue=len(late), months=months, posts=known,
        parts_of=parts, file=at.href(CALENDAR_FILE), first=at.href(calendar_month(site.today)),
    )  # fmt: skip
    return Page(CALENDAR, "Calendar", body)


def _shown_posts(site: Site, posts: Mapping[str, Sequence[Due]]) -> list[tuple[str, Sequence[Due]]]:
    shown = [(p, found) for p, found in posts.items() if Key("post", p) in site.register.records]
    return sorted(shown, key=lambda item: (-_split(site, item[1])[0], item[0]))


def _split(site: Site, found: Sequence[Due]) -> tuple[int, int]:
    late = sum(d.late(site.today) for d in found)
    return late, len(found) - late


def _post(site: Site, post: str, found: Sequence[Due], secret: bytes | None) -> Page:
    at = At(site, calendar_post(post))
    title = _title(site, post)
    body = render(
        "calendar_post.html", home=at.href(""), calendar=at.href(CALENDAR), title=title, post=linked(at, Key("post", post)),
        late=_lines(at, [d for d in found if d.late(site.today)]), ahead=_lines(at, [d for d in found if not d.late(site.today)]),
        feed=at.href(_feed(secret, post)) if secret and any(d.part == "reviews" for d in found) else "",
    )  # fmt: skip
    return Page(at.url, f"Calendar: {title}", body)


def _month(site: Site, first: date, todo: Sequence[Due]) -> Page:
    at = At(site, calendar_month(first))
    found: dict[int, list[Due]] = defaultdict(list)
    for d in todo:
        if (d.on.year, d.on.month) == (first.year, first.month):
            found[d.on.day].append(d)
    off = holidays(site.register)
    weeks = [
        [
            Cell(n, off.get(first.replace(day=n).isoformat(), ""), _lines(at, found.get(n, ()))) if n else None
            for n in week
        ]
        for week in calendar.Calendar().monthdayscalendar(first.year, first.month)
    ]
    around = [months_after(first, -1), months_after(first, 1)]
    before, after = ((_name(m), at.href(calendar_month(m))) if m in _months(site.today) else None for m in around)
    body = render(
        "calendar_month.html", home=at.href(""), calendar=at.href(CALENDAR), title=_name(first), weekdays=WEEKDAYS, weeks=weeks,
        before=before, after=after, lines=_lines(at, [d for n in sorted(found) for d in found[n]]),
    )  # fmt: skip
    return Page(at.url, f"Calendar: {_name(first)}", body)


def _months(today: date) -> list[date]:
    first = today.replace(day=1)
    return [months_after(first, n) for n in range(AHEAD + 1)]


def _name(month: date) -> str:
    return f"{MONTHS[month.month - 1]} {month.year}"


def _title(site: Site, post: str) -> str:
    return site.label(Key("post", post))


def _lines(at: At, days: Iterable[Due]) -> list[Line]:
    site = at.site
    lines = []
    for d in days:
        contract = Key("contract", d.contract)
        late = (site.today - d.by).days if d.late(site.today) else 0
        lines.append(Line(
            on=time(d.on.isoformat()), by=time(d.by.isoformat()) if d.by != d.on else "",
            late=f"{late:,} day{'s' if late > 1 else ''} late" if late else "", what=d.what, part=PARTS[d.part],
            record=linked(at, d.record), href=at.href(place) if (place := site.place(d.record)) else "", id=d.record.id, contract=linked(at, contract) if d.contract and contract != d.record else "",
            post=linked(at, Key("post", d.post)) if d.post else "",
        ))  # fmt: skip
    return lines


def _by(name: Callable[[Due], str], days: Iterable[Due]) -> Mapping[str, list[Due]]:
    """The days by the post or the contract that they name; those that name none are left out."""
    found: dict[str, list[Due]] = defaultdict(list)
    for d in days:
        if name(d):
            found[name(d)].append(d)
    return dict(sorted(found.items()))
