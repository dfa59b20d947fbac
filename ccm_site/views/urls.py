"""Where things stand in a site: every page and file has one place below the site's root, and links between them are relative."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote, urlencode

from ccm_site.kinds import Kind

POLICY = "policy/"  # the page of the area, and the folder of its tables
CALENDAR = "calendar/"
CALENDAR_FILE = "calendar/contract-reviews.ics"
FEEDS = "feeds/"
DICTIONARY = "dictionary/"
FLOW = "how-it-fits-together/"
NUMBERS = "in-numbers/"
REPORTS = "reports/"
PUBLIC_REGISTER = "contracts-register/"
DECIDING = "deciding-questions/"
EXCEPTIONS = "exceptions-report/"
RULES = "rules/"
TO_LOOK_AT = "to-look-at/"
TRACE = "framework/"
SEARCH = "search/"
HANDBOOK = "handbook/"


def folder(kind: Kind) -> str:
    """The place of a kind's table: ``contracts/``, or ``policy/service-types/`` for a policy table."""
    if kind.is_policy:
        return f"{POLICY}{kind.name.replace('_', '-')}/"
    return hyphened(kind.plural) + "/"


def hyphened(text: str) -> str:
    """A text as part of an address: small letters and figures, with hyphens between."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def calendar_month(day: date) -> str:
    return f"{CALENDAR}{day:%Y-%m}/"


def calendar_post(post: str) -> str:
    return f"{CALENDAR}posts/{post}/"


def calendar_contract(contract: str) -> str:
    return f"{CALENDAR}contracts/{contract}.ics"


def report_list(name: str) -> str:
    """The place of the list of a kind's reports."""
    return f"{REPORTS}{name.replace('_', '-')}/"


def report_on(name: str, subject: str) -> str:
    """The place of a report, below the list of its kind; of the only one of its kind where ``subject`` is ""."""
    return f"{report_list(name)}{subject}/" if subject else report_list(name)


def dictionary_url(kind: Kind) -> str:
    return f"{DICTIONARY}{kind.name.replace('_', '-')}/"


def filtered(url: str, **choices: str) -> str:
    """The place of a table that shows only some of its rows, for example ``contracts/?status=draft``."""
    return f"{url}?{urlencode(choices)}"


def relative(from_url: str, to_url: str) -> str:
    """The link from one place in the site to another, for use in ``href``. Works below any path.

    Places are relative to the site's root and unquoted: ``""`` (home), ``contracts/C-2026-0001/``, ``contracts/rows.json``.
    ``to_url`` may end in ``?query`` or ``#anchor``, which are taken as they are.
    """
    split = re.search(r"[?#]", to_url)
    path, rest = (to_url[: split.start()], to_url[split.start() :]) if split else (to_url, "")
    here, there = from_url.split("/")[:-1], path.split("/")
    same = 0
    while same < len(here) and same < len(there) - 1 and here[same] == there[same]:
        same += 1
    steps = [".."] * (len(here) - same) + [quote(part, safe="") for part in there[same:]]
    link = "/".join(steps)
    if link == "" and rest.startswith("#"):
        return rest
    return (link or "./") + rest
