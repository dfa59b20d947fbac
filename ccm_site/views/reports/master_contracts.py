"""The master list of contracts (F-3A-vi-2, F-4-IS-1): who has signed, who holds the master copy and copies, and what drafts still lack (F-4-TC-2)."""

from __future__ import annotations

from collections.abc import Iterator

from ccm_site.facts.contracts import final_day, over_on, providers_of, signed_on
from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, part_of, texts
from ccm_site.model import Record
from ccm_site.views.reports.chain import left_out, listed
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Part, Report, Said, Section, Table
from ccm_site.views.urls import report_on

TITLE = "Master list of contracts"
LEAD = "Which contracts are signed by whom, where each master copy is kept and who has copies, and what is still to be done before others can be issued."
PARTIES = ("council", "provider")


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "master_contracts", "", report_on("master_contracts", ""), TITLE, LEAD, desk.period,
        (
            Section("Being drafted: what is still missing", (*left_out(desk), *_drafts(desk))),
            Section("Issued, and waiting for signatures", tuple(_signing(desk))),
            Section("Contracts in force and their master copies", tuple(_masters(desk))),
            Section("Who has copies", tuple(_copies(desk))),
            Section("Ended in the period looked back on", tuple(_ended(desk))),
        ),
        None, desk.shown_to("contract"),
    )  # fmt: skip


def missing(desk: Desk, contract: Record) -> list[str]:
    """What the schema asks for before a contract can be issued and a draft has not, by the names that its form uses."""
    kind = desk.site.kinds["contract"]
    asked = {**contract.data, "status": "ready_for_issue"}
    names = (e.message.partition(" is a required property")[0].strip('"') for e in desk.site.kinds.fast["contract"].iter_errors(asked) if "is a required property" in e.message and not list(e.instance_path))  # fmt: skip
    return [f.title if (f := kind.field(n)) else n for n in dict.fromkeys(names)]


def _drafts(desk: Desk) -> Iterator[Part]:
    rows = []
    for c in listed(desk, "contract", "draft", "ready_for_issue"):
        lacks = missing(desk, c)
        rows.append(
            (desk.name(c.key), Said(desk.shown(c, "status")), Said(desk.shown(c, "start_date") or "–"), Said("; ".join(lacks) or "nothing", (), "near" if lacks else "good"), Said(_advice(desk, c)))
        )  # fmt: skip
    yield Table("", ("Contract", "State", "To begin", "Still missing", "Legal advice"), tuple(rows), (), "No contract is being drafted.")  # fmt: skip


def _advice(desk: Desk, contract: Record) -> str:
    advice = part_of(contract.data, "legal_advice")
    if "obtained_on" in advice:
        return f"had on {on(str(advice['obtained_on']))}"
    return f"not needed: {advice['not_needed_reason']}" if "not_needed_reason" in advice else "not entered"


def _signatures(contract: Record, party: str) -> list[str]:
    return sorted(str(s.get("date", "")) for s in mappings(contract.data.get("signatures")) if s.get("party") == party)


def _party(contract: Record, party: str) -> Said:
    """Whether a party has signed: the council once, each provider for itself."""
    dates, wanted = _signatures(contract, party), 1 if party == "council" else len(providers_of(contract))
    if len(dates) >= wanted:
        return Said(on(dates[-1]) if dates else "–", (), "good" if dates else "")
    return Said(f"{len(dates)} of {wanted}" if dates else "not yet", (), "near")


def _signing(desk: Desk) -> Iterator[Part]:
    yield Table(
        "", ("Contract", "Provider", "To begin", "Council signed", "Provider signed", "In time"),
        tuple(
            (desk.name(c.key), desk.names("provider", providers_of(c)), Said(desk.shown(c, "start_date") or "–"), *(_party(c, p) for p in PARTIES), _in_time(desk, c))
            for c in listed(desk, "contract", "issued")
        ), (), "None.", "Until every party has signed, a contract binds nobody.",
    )  # fmt: skip


def _in_time(desk: Desk, contract: Record) -> Said:
    start, signed = day(contract.data.get("start_date")), signed_on(contract)
    if start is None:
        return Said("–")
    last = max(signed, default=desk.today) if contract.data.get("status") != "issued" else desk.today
    return Said("No: it began before it was signed", (), "bad") if start < last else Said("Yes", (), "good")


def _masters(desk: Desk) -> Iterator[Part]:
    rows = []
    for c in listed(desk, "contract", "signed", "in_force"):
        master = part_of(c.data, "master_copy")
        holder = desk.site.roles.get(str(master.get("holder_role")), "") if master else ""
        where = str(master.get("location_reference", "")) if master else ""
        kept = Said(f"{holder or 'holder not entered'}{f', {where}' if where else ''}") if master else Said("not entered", (), "bad")  # fmt: skip
        rows.append(
            (desk.name(c.key), desk.names("provider", providers_of(c)), Said(on(final_day(c))), _party(c, "council"), _party(c, "provider"), _in_time(desk, c), kept)
        )  # fmt: skip
    yield Table(
        "", ("Contract", "Provider", "Ends", "Council signed", "Provider signed", "Signed before it began", "Master copy"), tuple(rows), (),
        "No contract is signed or in force.", sheet="master-list",
    )  # fmt: skip


def _copies(desk: Desk) -> Iterator[Part]:
    rows = []
    for c in listed(desk, "contract", "issued", "signed", "in_force"):
        holders = texts(c.data.get("copy_holders"))
        sent = [n for n in citing(desk.register, c, "notice") if n.data.get("notice_kind") == "copy" and "sent_on" in n.data]  # fmt: skip
        told = "; ".join(f"{desk.site.roles.get(str(n.data.get('to_role')), '–')}, {on(str(n.data['sent_on']))}" for n in sent)  # fmt: skip
        rows.append(
            (desk.name(c.key), Said(", ".join(desk.site.roles.get(h, h) for h in holders)) if holders else Said("nobody named", (), "bad"), Said(told or "–", tuple(n.key for n in sent)))
        )  # fmt: skip
    yield Table("", ("Contract", "Hold an electronic copy", "Copies sent to, and when"), tuple(rows), (), "No contract is issued.")  # fmt: skip


def _ended(desk: Desk) -> Iterator[Part]:
    found = []
    for c in listed(desk, "contract", "expired", "terminated", "closed", "withdrawn"):
        last = over_on(desk.register, c)
        if last and desk.period.first <= last <= desk.until:
            found.append((last, c.id, (desk.name(c.key), Said(desk.shown(c, "status")), Said(on(last)), Said(str(c.data.get("status_reason", "")) or "–"))))  # fmt: skip
    yield Table("", ("Contract", "State", "Last day", "Why"), tuple(r for *_, r in sorted(found, key=lambda f: f[:2], reverse=True)), (), "None.")  # fmt: skip
