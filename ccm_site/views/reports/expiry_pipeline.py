"""The expiry pipeline: which contracts end when, by when it is to be decided what follows, and whether it is (trace V-7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from ccm_site.facts.contracts import final_day, is_followed, open_decisions
from ccm_site.facts.policy import limit
from ccm_site.facts.records import cited, citing, counting
from ccm_site.facts.values import day, days_after, mappings, months_after, part_of
from ccm_site.model import Key, Record
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.reports.paying import contracts_of, last_day, notice_of
from ccm_site.views.reports.sums import in_words, total
from ccm_site.views.text import day as in_day
from ccm_site.views.urls import report_on

TITLE = "Contracts that come to an end"
LEAD = "Which contracts end when, by when it has to be decided what follows, and whether it is."
AHEAD, NOTICE = "expiry_ahead", "renewal_notice"
"""The limits of policy/thresholds.yaml: how many months ahead it looks, how many days before the end it is to be decided."""
COLUMNS = (
    "Contract", "Provider", "Last day", "Options not used yet", "What follows is to be decided by", "What follows", "Value", "Owner",
    "Sourcing took last time", "Begin sourcing by",
)  # fmt: skip


@dataclass(frozen=True)
class Ending:
    """A contract and its last day. ``decide_by`` is None where nothing has to be decided; ``lead`` how many days sourcing took."""

    contract: Record
    last: date
    decide_by: date | None
    follows: Said
    decided: bool
    lead: int | None
    lead_of: tuple[Key, ...]


def subjects(desk: Desk) -> Iterator[str]:
    """There is one."""
    yield ""


def report(desk: Desk, subject: str = "") -> Report:
    ahead = limit(desk.register, AHEAD, desk.until)
    until = months_after(desk.until, int(ahead)) if ahead is not None else date.max
    found = [e for e in endings(desk) if e.last <= until]
    over, coming = [e for e in found if e.last < desk.until], [e for e in found if e.last >= desk.until]
    without = [c for c in contracts_of(desk, "signed", "in_force") if last_day(desk, c) is None]
    reach = f"from {on(desk.until)} to {on(until)}" if ahead is not None else "as far as it is known"
    sections = [
        Section("Past their last day and still in force", (_table(desk, "", over, "past-their-last-day", "None."),)),
        Section("Month by month", tuple(_months(desk, coming, until if ahead is not None else None))),
        Section(f"Contracts that end {reach}", tuple(_ending(desk, coming))),
    ]
    if without:
        names = tuple((desk.name(c.key), Said(desk.shown(c, "owner_post"))) for c in without)
        sections.append(Section("No last day is entered", (Table("", ("Contract", "Owner"), names),)))
    return Report(
        "expiry_pipeline", "", report_on("expiry_pipeline", ""), TITLE, LEAD, desk.period, tuple(sections), None, desk.shown_to("contract")
    )  # fmt: skip


@dataclass(frozen=True)
class Known:
    """What is asked of every contract, found once: contracts by type of service, the latest first; decisions from which no contract came."""

    of_type: Mapping[str, list[Record]]
    decisions: Mapping[str, list[Record]]


def known(desk: Desk) -> Known:
    of_type: dict[str, list[Record]] = {}
    for c in contracts_of(desk):
        of_type.setdefault(str(c.data.get("service_type", "")), []).append(c)
    for found in of_type.values():
        found.sort(key=lambda c: (str(c.data.get("start_date", "")), c.id), reverse=True)
    spent = {
        c.data.get("sourcing_decision")
        for c in counting(desk.register, "contract")
        if c.data.get("status") != "withdrawn"
    }
    decisions: dict[str, list[Record]] = {}
    for d in counting(desk.register, "sourcing_decision", "decided"):
        if d.id not in spent:
            decisions.setdefault(str(d.data.get("service_type", "")), []).append(d)
    return Known(of_type, decisions)


def endings(desk: Desk) -> list[Ending]:
    """The contracts that are signed or in force with a last day, by that day."""
    notice = limit(desk.register, NOTICE, desk.until)
    decided, all_known = open_decisions(desk.register), known(desk)
    out = []
    for contract in contracts_of(desk, "signed", "in_force"):
        last = last_day(desk, contract)
        if last is None:
            continue
        done = is_followed(desk.register, contract, decided)
        ends_alone = contract.data.get("placement_specific") is True or notice_of(desk, contract) is not None
        by = days_after(last, -int(notice)) if notice is not None and not ends_alone else None
        lead, lead_of = _lead(desk, contract, all_known)
        out.append(
            Ending(contract, last, by, _follows(desk, contract, done, by, all_known), done or ends_alone, lead, lead_of)
        )
    return sorted(out, key=lambda e: (e.last, e.contract.id))


def _months(desk: Desk, coming: Iterable[Ending], until: date | None) -> Iterator[Part]:
    """What ends and is due in each month, those in which nothing is included; where no limit is set only those in which something is."""
    found = list(coming)
    ends = {m: [e for e in found if _month(e.last) == m] for m in {_month(e.last) for e in found}}
    by = [(e, e.decide_by) for e in found if not e.decided and e.decide_by and e.decide_by >= desk.until.replace(day=1)]
    due = Counter(_month(day_) for _, day_ in by)
    options = Counter(
        _month(last) for e in found for o in mappings(e.contract.data.get("extensions"))
        if "used_on" not in o and (last := day(o.get("notice_by"))) and last >= desk.until.replace(day=1)
    )  # fmt: skip
    months = sorted({*ends, *due, *options}) if until is None else _all_months(desk.until, until)
    rows = []
    for m in months:
        here = ends.get(m, [])
        value = in_words(total((e.contract.data.get("estimated_value") for e in here), desk.site.currency))
        rows.append((
            Said(in_day(m)), Said(str(len(here))), Said(str(sum(not e.decided for e in here))), Said(value), Said(str(due[m])), Said(str(options[m])),
        ))  # fmt: skip
    late = sum(not e.decided and e.decide_by is not None and e.decide_by < desk.until for e in found)
    if late:
        contracts = "one of the contracts" if late == 1 else f"{late} of the contracts"
        yield Words(
            f"For {contracts} that end in this time the day by which it was to be decided what follows has passed."
        )
    yield Table(
        "", ("Month", "Contracts that end", "Of these undecided what follows", "Value over their whole life", "Decisions due", "Last days to use an option"),
        tuple(rows), (1, 2, 4, 5), sheet="contracts-that-end-by-month",
    )  # fmt: skip


def _month(of: date) -> str:
    return of.isoformat()[:7]


def _all_months(first: date, last: date) -> list[str]:
    return [
        _month(months_after(first.replace(day=1), n))
        for n in range((last.year - first.year) * 12 + last.month - first.month + 1)
    ]


def _ending(desk: Desk, coming: list[Ending]) -> Iterator[Part]:
    notice = limit(desk.register, NOTICE, desk.until)
    if notice is None:
        yield Words("The council has not set by when it is to be decided what follows a contract.", hint=True)
    else:
        yield Words(
            f"What follows is to be decided {notice} days before the last day. The last day includes the options to extend that were used. "
            "Sourcing is counted from the first step of the procurement to the first day of the contract; where that is not known of a contract, "
            "it is as long as it was for the latest contract for the same type of service.",
            hint=True,
        )
    yield _table(desk, "", coming, "contracts-that-end", "No contract ends in this time.")


def _table(desk: Desk, title: str, found: Iterable[Ending], sheet: str, empty: str) -> Table:
    return Table(title, COLUMNS, tuple(_row(desk, e) for e in found), (), empty, "", sheet)


def _row(desk: Desk, e: Ending) -> tuple[Said, ...]:
    late = not e.decided and e.decide_by is not None and e.decide_by < desk.until
    begin = days_after(e.last, 1 - e.lead) if e.lead is not None and not e.decided else None
    missed = begin is not None and begin < desk.until
    return (
        desk.name(e.contract.key), Said(desk.shown(e.contract, "provider")), Said(on(e.last), (), "bad" if e.last < desk.until else ""),
        Said(_options(e.contract)), Said(on(e.decide_by), (), "bad" if late else ""), e.follows,
        Said(desk.shown(e.contract, "estimated_value") or "–"), Said(desk.shown(e.contract, "owner_post") or "–"),
        Said(f"{e.lead} days" if e.lead is not None else "–", e.lead_of), Said(on(begin), (), "near" if missed else ""),
    )  # fmt: skip


def _options(contract: Record) -> str:
    """The options to extend that are not used yet, and until when the contract could run with all of them."""
    said = []
    for o in mappings(contract.data.get("extensions")):
        if "used_on" not in o:
            by = day(o.get("notice_by"))
            said.append(f"{o.get('months')} months{f', notice by {on(by)}' if by else ''}")
    longest = final_day(contract, all_options=True)
    return f"{'; '.join(said)}; with all of them until {on(longest)}" if said else "None"


def _follows(desk: Desk, contract: Record, done: bool, by: date | None, all_known: Known) -> Said:
    """What is known of what follows, with the records that say so."""
    if ending := notice_of(desk, contract):
        return Said("Ends early, by notice", (ending.key,))
    after = [
        c for c in citing(desk.register, contract, "contract")
        if c.data.get("successor_of") == contract.id and c.data.get("status") != "withdrawn" and (desk.whole or c.data.get("placement_specific") is not True)
    ]  # fmt: skip
    if after:
        return Said(
            f"Decided: another contract, {desk.shown(after[0], 'status').lower()}", tuple(c.key for c in after), "good"
        )
    if contract.data.get("placement_specific") is True:
        return Said("Ends with the placement")
    if done:
        decisions = _decisions(contract, all_known)
        tenders = [t for d in decisions for t in citing(desk.register, d, "tender") if "voided" not in t.data]
        state = f"; tender {desk.shown(tenders[-1], 'status').lower()}" if tenders else ""
        route = desk.shown(decisions[-1], "route").lower() if decisions else ""
        words = f"Decided{f': {route}' if route else ''}{state}"
        return Said(words, tuple(r.key for r in (*decisions, *tenders)), "good")
    late = by is not None and by < desk.until
    return Said("Not decided, and overdue" if late else "Not decided yet", (), "bad" if late else "near")


def _decisions(contract: Record, all_known: Known) -> list[Record]:
    """The decisions on its type of service taken since it began from which no contract has come yet."""
    start, kind = day(contract.data.get("start_date")), contract.data.get("service_type")
    return [
        d for d in (all_known.decisions.get(kind, ()) if isinstance(kind, str) else ())
        if (taken := day(part_of(d.data, "decision").get("on"))) and (start is None or taken > start)
    ]  # fmt: skip


def _lead(desk: Desk, contract: Record, all_known: Known) -> tuple[int | None, tuple[Key, ...]]:
    """How many days its sourcing took, else that of the latest contract for the same type of service of which it is known."""
    kind = contract.data.get("service_type")
    others = all_known.of_type.get(kind, ()) if isinstance(kind, str) else ()
    for c in (contract, *(o for o in others if o.key != contract.key)):
        began, start = _began(desk, c), day(c.data.get("start_date"))
        if began is not None and start is not None and began[0] <= start and (c is contract or start <= desk.until):
            return (start - began[0]).days, began[1]
    return None, ()


def _began(desk: Desk, contract: Record) -> tuple[date, tuple[Key, ...]] | None:
    """The day on which its procurement began, and where that stands: with its tender, else with itself, else with the decision."""
    tender = cited(desk.register, "tender", contract.data.get("tender"))
    for record in (tender, contract):
        if record is not None and (began := day(record.data.get("procurement_commenced"))):
            return began, (record.key,)
    decision = cited(desk.register, "sourcing_decision", contract.data.get("sourcing_decision"))
    if decision is not None and (began := day(part_of(decision.data, "decision").get("on"))):
        return began, (decision.key,)
    return None
