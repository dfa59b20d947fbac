"""The returns tracker (F-4-SM-5): what was asked for, what is due or late, what has come, and what was accepted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from ccm_site.facts.values import day, mappings, part_of
from ccm_site.model import Key, Record
from ccm_site.performance.periods import period_of
from ccm_site.views.reports.chain import count, left_out, listed
from ccm_site.views.reports.desk import Desk, figure, on, span
from ccm_site.views.reports.model import Facts, Look, Part, Report, Said, Section, Table
from ccm_site.views.urls import report_on

TITLE = "Returns tracker"
LEAD = "Which returns are late, due, being looked at or accepted, and how punctual each provider is."


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    returns = listed(desk, "return")
    return Report(
        "returns_tracker", "", report_on("returns_tracker", ""), TITLE, LEAD, desk.period,
        (
            Section("In short", (*left_out(desk), *_short(desk, returns))),
            Section("Asked for and not here yet", tuple(_awaited(desk, returns))),
            Section("Here and not accepted yet", tuple(_waiting(desk, returns))),
            Section("How punctual returns are", tuple(_punctual(desk, returns))),
            Section("Returns due in the period looked back on", tuple(_all(desk, returns))),
        ),
        None, desk.shown_to("return"),
    )  # fmt: skip


def _due(sent: Record) -> date | None:
    return day(sent.data.get("due_on"))


def _here(desk: Desk, sent: Record) -> date | None:
    """The day on which a return came, where that is by the day."""
    received = day(sent.data.get("received_on"))
    return received if received and received <= desk.today else None


def days_late(desk: Desk, sent: Record) -> int | None:
    """How many days after its day a return came, or is late now; 0 for in time; None where no day is set, or it is not due yet."""
    due, received = _due(sent), _here(desk, sent)
    if due is None or (received is None and due >= desk.today):
        return None
    return max(0, ((received or desk.today) - due).days)


def _is_awaited(desk: Desk, sent: Record) -> bool:
    return _here(desk, sent) is None and sent.data.get("status") == "requested"


def _short(desk: Desk, returns: tuple[Record, ...]) -> Iterator[Part]:
    awaited = [r for r in returns if _is_awaited(desk, r)]
    late = [r for r in awaited if days_late(desk, r)]
    looked = [r for r in returns if r.data.get("status") in ("submitted", "queried")]
    yield Facts((
        ("Late now", Said(str(len(late)) if late else "none", tuple(r.key for r in late), "bad" if late else "good")), ("Asked for and not due yet", count(r for r in awaited if r not in late)),
        ("Being looked at", count(r for r in looked if r.data.get("status") == "submitted")), ("With a question to the provider", count(r for r in looked if r.data.get("status") == "queried")),
        ("Accepted in the period", count(r for r in returns if (d := day(part_of(r.data, "acceptance").get("on"))) and desk.period.first <= d <= desk.until)),
    ))  # fmt: skip


def _about(desk: Desk, sent: Record) -> tuple[Said, Said, Said]:
    period = period_of(sent.data)
    return Said(f"{sent.id}{f', {span(period)}' if period else ''}", (sent.key,)), desk.name(Key("contract", str(sent.data.get("contract", "")))), _who(desk, _from(desk, sent))  # fmt: skip


def _from(desk: Desk, sent: Record) -> str:
    """The provider that a return is from: its own, else its contract's; "" for a return of the council's teams."""
    if sent.data.get("submitted_by") == "team":
        return ""
    contract = desk.register.get("contract", str(sent.data.get("contract", "")))
    return str(sent.data.get("provider") or (contract.data.get("provider", "") if contract else ""))


def _who(desk: Desk, provider: str) -> Said:
    return desk.name(Key("provider", provider)) if provider else Said("Teams of the council")


def _late(days: int | None) -> Said:
    if days is None:
        return Said("–")
    look: Look = "bad" if days else "good"
    return Said(f"{days} day{'' if days == 1 else 's'} late" if days else "in time", (), look)


def _awaited(desk: Desk, returns: tuple[Record, ...]) -> Iterator[Part]:
    found = sorted((r for r in returns if _is_awaited(desk, r)), key=lambda r: (str(r.data.get("due_on", "9")), r.id))
    yield Table(
        "", ("Return", "Contract", "From", "Asked for", "Due", "Late", "For the review"),
        tuple(
            (*_about(desk, r), Said(desk.shown(r, "requested_on") or "–"), Said(desk.shown(r, "due_on") or "no day set"), _late(days) if (days := days_late(desk, r)) else Said("not due yet"),
             _review(desk, r))
            for r in found
        ), (), "Nothing is awaited.",
    )  # fmt: skip


def _review(desk: Desk, sent: Record) -> Said:
    review = desk.register.get("review", str(sent.data.get("for_review", "")))
    return Said(f"{review.id}, {desk.shown(review, 'planned_on') or desk.shown(review, 'due_by')}", (review.key,)) if review else Said("–")  # fmt: skip


def _waiting(desk: Desk, returns: tuple[Record, ...]) -> Iterator[Part]:
    found = sorted((r for r in returns if r.data.get("status") in ("submitted", "queried")), key=lambda r: (str(r.data.get("received_on", "")), r.id))  # fmt: skip
    yield Table(
        "", ("Return", "Contract", "From", "Came on", "For how many days here", "State", "Questions not answered"),
        tuple(
            (*_about(desk, r), Said(desk.shown(r, "received_on") or "–"), Said(str((desk.today - d).days) if (d := _here(desk, r)) else "–"), Said(desk.shown(r, "status")), Said(_asked(r) or "–"))
            for r in found
        ), (4,), "Nothing waits to be looked at.",
    )  # fmt: skip


def _asked(sent: Record) -> str:
    return "; ".join(str(q.get("question", "")) for q in mappings(sent.data.get("queries")) if "answered_on" not in q)


def _punctual(desk: Desk, returns: tuple[Record, ...]) -> Iterator[Part]:
    """By provider, of the returns that were due in the period and by the day: how many came in time, and by how much the others were late."""
    by: dict[str, list[Record]] = {}
    for r in returns:
        due = _due(r)
        if due and desk.period.first <= due <= desk.until and days_late(desk, r) is not None:
            by.setdefault(_from(desk, r), []).append(r)
    rows = []
    for provider, found in sorted(by.items(), key=lambda e: desk.site.label(Key("provider", e[0]))):
        late = [d for r in found if (d := days_late(desk, r))]
        share = (len(found) - len(late)) * 100 // len(found)
        rows.append(
            (_who(desk, provider), count(found), Said(f"{len(found) - len(late)} of {len(found)} ({share}%)"),
             Said(_average(late)), count(r for r in found if _here(desk, r) is None))
        )  # fmt: skip
    yield Table("", ("Provider", "Due", "In time", "The others, days late on average", "Not here yet"), tuple(rows), (1, 2, 3, 4), "No return was due.")  # fmt: skip


def _average(late: list[int]) -> str:
    return figure(Decimal(sum(late)) / len(late)) if late else "–"


def _all(desk: Desk, returns: tuple[Record, ...]) -> Iterator[Part]:
    found = [r for r in returns if (d := _due(r)) and desk.period.first <= d <= desk.period.last]
    yield Table(
        "", ("Return", "Contract", "From", "Due", "Came on", "Late", "State", "Accepted"),
        tuple(
            (*_about(desk, r), Said(desk.shown(r, "due_on")), Said(on(_here(desk, r))), _late(days_late(desk, r)), Said(desk.shown(r, "status")), Said(on(str(part_of(r.data, "acceptance").get("on", "")))))
            for r in sorted(found, key=lambda r: (str(r.data.get("due_on")), r.id), reverse=True)
        ), (), "None.", sheet="returns",
    )  # fmt: skip
