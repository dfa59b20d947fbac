"""R-CFG: that a role which decided was held by somebody, and that mail goes to roles, not to people."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from ccm_site.facts.holders import RolesHeld
from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import day, mappings, part_of, texts
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Record, Register
from ccm_site.personal_data.numbers import MAILBOX_WORDS, functional
from ccm_site.rules import rule
from ccm_site.rules.roles import DECISIONS, before_migration
from ccm_site.rules.support import called, found

# A first name or its letter, a dot or underscore, and a surname.
_NAME_LIKE = re.compile(r"([a-z]+)[._]([a-z]{2,})[0-9]{0,3}\Z")


@rule("R-CFG-2-a")
def somebody_holds_the_role(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The role that took a decision was bound to at least one post on that day.

    Why: otherwise nobody can tell who answers for it. Mend: enter the role, with its dates, on the post that held it; or correct the role.
    """
    posts = RolesHeld.of(register)
    for record, pointer, role, on in _decisions(register, kinds):
        if not posts.posts_with(role, on):
            yield found(
                "R-CFG-2-a", "error", record, pointer,
                f"says that '{called(register, kinds, 'delegation', 'role', role)}' decided on {on}, but no post held that role on that day",
                "enter the role on the post that held it, with its dates; or correct the role or the day",
            )  # fmt: skip


@rule("R-CFG-2-b")
def somebody_holds_the_post(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """When a role took a decision, a post that holds it was filled, covered, or had a delegate.

    Why: a decision in the name of a vacant post was taken by somebody else. Mend: enter who held the post, or which post covered it.
    """
    posts = RolesHeld.of(register)
    if not posts.people:
        return
    for record, pointer, role, on in _decisions(register, kinds):
        if posts.posts_with(role, on) and not posts.people_with((role,), on):
            yield found(
                "R-CFG-2-b", "warning", record, pointer,
                f"says that '{called(register, kinds, 'delegation', 'role', role)}' decided on {on}, when every post with that role was vacant "
                "and nobody covered it",
                "enter who held the post, or the cover, with the dates; or correct the role or the day",
            )  # fmt: skip


def _decisions(register: Register, kinds: Kinds) -> Iterator[tuple[Record, str, str, date]]:
    """Every recorded decision: its record, the pointer of the role that decided, the role and the day.

    What was decided before a record was carried over is left out, since posts of that time may not be known.
    """
    for kind in kinds:
        names = [f.name for f in kind.fields if f.name in DECISIONS]
        for record in counting(register, kind.name) if names else ():
            for name in names:
                group = part_of(record.data, name)
                role, on = group.get("by_role"), day(group.get("on"))
                if isinstance(role, str) and on is not None and not before_migration(record, on):
                    yield record, f"/{name}/by_role", role, on


@rule("R-CFG-3", "F-4-IS-6")
def no_mailbox_of_one_person(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Notices and copies go to roles, posts and shared mailboxes, never to what looks like one person's own address.

    Why: a person leaves, and what is sent is then read by the wrong one or by nobody. Mend: give the post, or the mailbox of its team; a
    shared mailbox that looks like a name is entered under functional_mailboxes in policy/personal_data.yaml.
    """
    shared = register.table("personal_data").get("functional_mailboxes")
    shared = shared if isinstance(shared, Mapping) else {}
    words = MAILBOX_WORDS | {w.lower() for w in texts(shared.get("words"))}
    domains = frozenset(d.lower() for d in texts(shared.get("domains")))
    staff = {p.id for p in register.of_kind("person")}
    for record, pointer, value in _mailboxes(register):
        local, _, domain = value.lower().partition("@")
        name = _NAME_LIKE.match(local)
        like_a_name = name is not None and not (set(name.groups()) & words)
        if (like_a_name or local in staff) and not functional(local, domain, words, domains):
            yield found(
                "R-CFG-3", "error", record, pointer, f"is a mailbox at {domain} that looks like one person's own",
                "give the post, or the shared mailbox of its team",
            )  # fmt: skip


def _mailboxes(register: Register) -> Iterator[tuple[Record, str, str]]:
    table = register.get("distribution", "distribution")
    for index, entry in enumerate(mappings(table.data.get("entries")) if table else ()):
        if table and isinstance(entry.get("to_mailbox"), str):
            yield table, f"/entries/{index}/to_mailbox", entry["to_mailbox"]
    for post in counting(register, "post"):
        if isinstance(post.data.get("mailbox"), str):
            yield post, "/mailbox", post.data["mailbox"]
    for notice in counting(register, "notice", "prepared"):
        if open_to_check(notice) and isinstance(notice.data.get("to_mailbox"), str):
            yield notice, "/to_mailbox", notice.data["to_mailbox"]
