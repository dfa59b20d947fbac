"""The authority matrix: who may decide what on the day, up to which amount, by the table of decision rights, delegations, posts and cover.

Who holds which post stands in the register of people, which is for the restricted site only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ccm_site.facts.holders import DELEGATED, UNLIMITED, RolesHeld, held_on
from ccm_site.facts.policy import applies, entries
from ccm_site.facts.records import counting
from ccm_site.facts.values import in_force, mappings, number, part_of, texts
from ccm_site.model import Key, Record
from ccm_site.views.reports.desk import Desk, on, pounds
from ccm_site.views.reports.model import Part, Report, Said, Section, Table, Words
from ccm_site.views.text import money
from ccm_site.views.urls import report_on

TITLE = "Authority matrix"
LEAD = "Who may decide what on this day, and up to which amount: decision rights, delegations, and who holds and covers each post."
RIGHTS = Key("decision_rights", "decision_rights")


def subjects(desk: Desk) -> Iterator[str]:
    yield ""


def report(desk: Desk, subject: str) -> Report:
    return Report(
        "authority_matrix", "", report_on("authority_matrix", ""), TITLE, LEAD, desk.period,
        (
            Section("Decisions", tuple(_decisions(desk))),
            Section("Purchase categories", tuple(_categories(desk))),
            Section("Delegations", tuple(_delegations(desk))),
            Section("Groups and bodies", tuple(_bodies(desk))),
            Section("Posts, their roles and their cover", tuple(_posts(desk))),
        ),
        None, desk.shown_to("decision_rights", "delegation", "post"),
    )  # fmt: skip


def role_names(desk: Desk, codes: list[str], word: str = " or ") -> str:
    return word.join(desk.site.roles.get(c, c) for c in codes)


def _decisions(desk: Desk) -> Iterator[Part]:
    if not entries(desk.register, "decision_rights", desk.today):
        yield Words("The council has not set down its decision rights. Each record's own life cycle says who may bring it to a state.")  # fmt: skip
        return
    rows, nobody = [], []
    known = entries(desk.register, "decision_rights", desk.today)
    for e in known:
        approvals = mappings(e.get("approvals"))
        may = [_may(desk, e, a) for a in approvals]
        rows.append(
            (Said(str(e.get("label", "")), (RIGHTS,)), Said(_scope_of(e, known)),
             Said("; and ".join(_asked(desk, a) for a in approvals) or "–"), Said("; and ".join(m or "nobody" for m in may) or "–", (), "" if all(may) else "bad"),
             Said(role_names(desk, texts(e.get("on_request_of"))) or "–"), Said(role_names(desk, texts(e.get("consulted")), ", ") or "–"))
        )  # fmt: skip
        nobody += [str(e.get("label", "")) for m in may if not m]
    yield Table(
        "", ("Decision", "Applies to", "Who approves", "Which posts can, on this day", "At the request of", "Consulted"), tuple(rows),
        note="Where several approvals are asked for, each is given by itself. Within a limit: by a delegation in force whose limit covers the amount.",
        sheet="authority-matrix",
    )  # fmt: skip
    if nobody:
        yield Words(f"On this day nobody can give an approval that is needed to: {'; '.join(dict.fromkeys(nobody))}.", sources=(RIGHTS,))  # fmt: skip
    rule = desk.register.table("decision_rights").get("no_self_approval")
    if rule is not None:
        yield Words("Nobody approves what they prepared themselves." if rule is True else str(rule))


def _scope_of(entry: Mapping[str, Any], known: list[Mapping[str, Any]]) -> str:
    """To which purchases an entry applies, from and below which amounts: it ends where the next one for the same decision begins."""
    same = ("applies_to", "to_status", "purchase_category")
    own = number(entry.get("value_from"))
    starts = [v for e in known if all(e.get(n) == entry.get(n) for n in same) and (v := number(e.get("value_from")))]
    until = min((v for v in starts if v > (own or 0)), default=None)
    told = [f"category {entry['purchase_category']}"] if "purchase_category" in entry else []
    told += [f"from {pounds(own)}"] if own else []
    return ", ".join(told + ([f"below {pounds(until)}"] if until else [])) or "all"


def _asked(desk: Desk, approval: Mapping[str, Any]) -> str:
    within = ", within a limit" if approval.get("within_limit") is True else ""
    return f"{role_names(desk, texts(approval.get('any_of')))}{within}"


def _may(desk: Desk, entry: Mapping[str, Any], approval: Mapping[str, Any]) -> str:
    """The posts, or bodies, whose holders may give an approval on the day; of those that act by delegation with the limit."""
    held = RolesHeld.of(desk.register)
    out: dict[str, None] = {}
    for role in texts(approval.get("any_of")):
        if body := [b for b in entries(desk.register, "bodies", desk.today) if b.get("role") == role]:
            out |= dict.fromkeys(str(b.get("label", "")) for b in body)
        delegated = role in DELEGATED or (approval.get("within_limit") is True and role != UNLIMITED)
        own: frozenset[str] = held.posts_with(role, desk.today, cover=False)
        for post in sorted(held.posts_with(role, desk.today, cover=not delegated), key=lambda p: (p not in own, p)):
            name = desk.site.label(Key("post", post))
            if not delegated:
                out[name if post in own else f"{name} (covering)"] = None
                continue
            for d in held.delegations.get((post, role), ()):
                if held_on(d, desk.today) and _covers(d, entry):
                    out[f"{name} ({d.id}, {_limit(d)})"] = None
    return "; ".join(out)


def _covers(delegation: Record, entry: Mapping[str, Any]) -> bool:
    """Whether a delegation's scope can take in a decision of this entry: by its code, and the purchase category where it has one."""
    scope = part_of(delegation.data, "scope")
    decisions, categories = texts(scope.get("decisions")), texts(scope.get("purchase_categories"))
    category = entry.get("purchase_category")
    return (not decisions or entry.get("code") in decisions) and (
        not categories or category is None or category in categories
    )


def _limit(delegation: Record) -> str:
    limit = part_of(delegation.data, "limit")
    return f"up to {money(limit)}" if limit else "no amount set"


def _categories(desk: Desk) -> Iterator[Part]:
    table = Key("resource_types", "resource_types")
    known = entries(desk.register, "resource_types", desk.today)
    rows = []
    for category in ("A", "B", "C"):
        own = [
            e for e in entries(desk.register, "decision_rights", desk.today) if e.get("purchase_category") == category
        ]
        who = "; ".join("; and ".join(_asked(desk, a) for a in mappings(e.get("approvals"))) for e in own)
        what = "; ".join(
            f"{e.get('label', '')}{' (in-house)' if e.get('in_house') is True else ''}" for e in known if e.get("purchase_category") == category
        )  # fmt: skip
        rows.append((Said(desk.words("contract", "purchase_category", category), (table,)), Said(what or "–"), Said(who or "No approval of its own: as for any decision of its kind")))  # fmt: skip
    yield Table("", ("Category", "What belongs to it", "Who authorises a purchase"), tuple(rows))


def _delegations(desk: Desk) -> Iterator[Part]:
    found = sorted(counting(desk.register, "delegation"), key=lambda d: (str(d.data.get("from", "")), d.id))
    now = [d for d in found if held_on(d, desk.today)]
    to_come = [d for d in found if d not in now and d.data.get("status") in ("proposed", "active") and str(d.data.get("to", "9")) >= desk.today.isoformat()]  # fmt: skip
    past = [d for d in found if d not in now and d not in to_come]
    yield _listed(desk, "In force", now, "No delegation is in force.")
    yield _listed(desk, "Proposed, or to begin later", to_come, "None.")
    recent = [d for d in past if str(d.data.get("ended_on") or d.data.get("to", "")) >= desk.period.first.isoformat()]
    yield _listed(desk, "Ended or refused in the period looked back on", recent, "None.")


def _listed(desk: Desk, title: str, found: list[Record], empty: str) -> Table:
    return Table(
        title, ("Delegation", "To", "As", "Up to", "Only for", "From", "To the end of", "Granted by"),
        tuple(
            (desk.name(d.key), desk.names("post", texts([d.data.get("post")])), Said(role_names(desk, texts([d.data.get("role")]))),
             Said(money(part_of(d.data, "limit")) if "limit" in d.data else "no amount set"), Said(_scope(desk, d) or "no bounds"), Said(desk.shown(d, "from")),
             Said(desk.shown(d, "ended_on") or desk.shown(d, "to") or "–"), Said(_granted(desk, d)))
            for d in found
        ), (3,), empty,
    )  # fmt: skip


def _granted(desk: Desk, delegation: Record) -> str:
    by = part_of(delegation.data, "granted_by")
    return f"{role_names(desk, texts([by.get('by_role')]))}, {on(str(by.get('on', '')))}" if by else "not granted yet"


def _scope(desk: Desk, delegation: Record) -> str:
    names = ("decisions", "purchase_categories", "service_types", "cost_centres", "contracts")
    told = ((n, desk.shown(delegation, f"scope.{n}")) for n in names)
    titles = {"decisions": "decisions", "purchase_categories": "categories", "service_types": "types of service", "cost_centres": "cost centres", "contracts": "contracts"}  # fmt: skip
    return "; ".join(f"{titles[n]}: {text}" for n, text in told if text)


def _bodies(desk: Desk) -> Iterator[Part]:
    table = Key("bodies", "bodies")
    rows = []
    for b in entries(desk.register, "bodies", desk.today):
        members = [str(m.get("post")) for m in mappings(b.get("members")) if in_force(m, desk.today)]
        who = desk.names("post", members).text if members else role_names(desk, texts(b.get("member_roles")), ", ")
        rows.append(
            (Said(str(b.get("label", "")), (table,)), Said(role_names(desk, texts(b.get("chaired_by")))), Said(who or "–"), Said(str(b.get("quorum", "–"))), Said(str(b.get("meets", "–"))))
        )  # fmt: skip
    yield Table("", ("Body", "Chaired by", "Members", "Quorum", "Meets"), tuple(rows), (3,), "The council has not set down its bodies.")  # fmt: skip


def _posts(desk: Desk) -> Iterator[Part]:
    held = RolesHeld.of(desk.register)
    posts = [
        p
        for p in sorted(counting(desk.register, "post"), key=lambda p: (desk.site.label(p.key), p.id))
        if in_force(p.data, desk.today)
    ]
    columns = ("Post", "Team", "Roles", "Covered now by", "Cover to come", *(("Held by",) if desk.whole else ()))
    rows = []
    for post in posts:
        cover = [(c, texts([c.get("post")])) for c in mappings(post.data.get("cover"))]
        now = [i for c, ids in cover if in_force(c, desk.today) for i in ids]
        later = [f"{desk.names('post', ids).text}, {on(str(c.get('from', '')))} to {on(str(c.get('to', '')))}" for c, ids in cover if str(c.get("from", "")) > desk.today.isoformat()]  # fmt: skip
        roles = [str(r.get("role")) for r in mappings(post.data.get("roles")) if in_force(r, desk.today)]
        row = [
            desk.name(post.key), Said(desk.shown(post, "team") or "–"), Said(role_names(desk, roles, ", ") or "–"),
            desk.names("post", now) if now else Said("–"), Said("; ".join(later) or "–"),
        ]  # fmt: skip
        if desk.whole:
            people = sorted(held.holders(post.id, desk.today))
            row.append(desk.names("person", people) if people else Said("nobody", (), "bad" if not now else "near"))
        rows.append(tuple(row))
    yield Table("", columns, tuple(rows), (), "No posts are entered.", "Cover gives the roles of the post that is covered, but not what was delegated to it: a delegation is to a post by name.")  # fmt: skip
    if not desk.whole:
        yield Words("Who holds each post stands on the restricted site.", hint=True)
    known = {str(e.get("code")) for e in mappings(desk.register.table("roles").get("entries")) if applies(e, desk.today)}  # fmt: skip
    bodies = {str(b.get("role")) for b in entries(desk.register, "bodies", desk.today)}
    needed = {r for e in entries(desk.register, "decision_rights", desk.today) for a in mappings(e.get("approvals")) for r in texts(a.get("any_of"))}  # fmt: skip
    vacant = sorted(r for r in needed & (known or needed) if r not in bodies and not held.posts_with(r, desk.today))
    if vacant:
        yield Words(f"Roles that decide and that no post has on this day: {role_names(desk, vacant, '; ')}.")
