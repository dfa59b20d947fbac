"""Files that calendar programs read (RFC 5545): contract reviews only, since such a program cannot sign in. No child is in them."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256

from icalendar import Alarm, Calendar, Event

from ccm_site.due import Due
from ccm_site.model import Key
from ccm_site.views.context import Site
from ccm_site.views.urls import hyphened

ALARMS = (42, 7)
"""How many days before a review a calendar program reminds of it."""


def feed_name(secret: bytes, post: str) -> str:
    """The part of a post's address that nobody can guess: 43 letters and figures made from a secret that is not in the register."""
    return hmac.new(secret, f"calendar of {post}".encode(), sha256).hexdigest()[:43]


def calendar_file(site: Site, name: str, days: Iterable[Due]) -> bytes:
    """The days as all-day events. The same thing keeps its ``UID`` over all builds; where it was moved its ``SEQUENCE`` grows."""
    council = str(site.register.table("register").get("council", ""))
    out = Calendar()
    out.add("prodid", "-//ccm-site//Contract reviews//EN")
    out.add("version", "2.0")
    out.add("method", "PUBLISH")
    out.add("x-wr-calname", _line(f"{name}, {council}" if council else name))
    stamp = datetime.combine(site.today, time(), UTC)
    for d in days:
        out.add_component(_event(site, d, hyphened(council) or "register", stamp))
    content: bytes = out.to_ical()
    return content


def _event(site: Site, d: Due, council: str, stamp: datetime) -> Event:
    title = _title(site, d.contract)
    event = Event()
    event.add("uid", f"{d.uid}@{council}.ccm-site")
    event.add("dtstamp", stamp)
    event.add("dtstart", d.on)
    event.add("dtend", d.on + timedelta(days=1))
    event.add("summary", _line(f"{d.what}: {title}"))
    event.add("description", _line(_described(site, d)))
    event.add("sequence", d.moved)
    event.add("status", "CONFIRMED" if d.planned or d.done else "TENTATIVE")
    event.add("transp", "TRANSPARENT")
    for days in ALARMS if d.done is None else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", _line(f"In {days} days: {d.what}, {d.contract}"))
        alarm.add("trigger", -timedelta(days=days))
        event.add_component(alarm)
    return event


def _title(site: Site, contract: str) -> str:
    """A contract's name; of one for a single placement its number alone, since who reads such a file need not have signed in."""
    record = site.register.get("contract", contract)
    alone = record is not None and record.data.get("placement_specific") is True
    return contract if alone else site.label(Key("contract", contract))


def _described(site: Site, d: Due) -> str:
    if d.done:
        return f"Held on {d.done.isoformat()}; due by {d.by.isoformat()}."
    chair = f" In the chair: {site.label(Key('post', d.post))}." if d.post else ""
    if d.planned:
        return f"Planned for {d.on.isoformat()}; due by {d.by.isoformat()}.{chair}"
    return f"Due by {d.by.isoformat()}; no day is set yet.{chair}"


def _line(text: str) -> str:
    """A text without line breaks and other control characters: a file of events is made of lines."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
