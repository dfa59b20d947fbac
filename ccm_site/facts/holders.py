"""Who holds which role and post on a day: posts with their roles and cover, people, and delegations by their dates.

Cover gives the roles of the post that is covered, but not what was delegated to it: a delegation is to a post by name.
"""

from __future__ import annotations

import weakref
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ccm_site.facts.records import counting
from ccm_site.facts.values import day, in_force, mappings
from ccm_site.model import Record, Register

DELEGATED = frozenset({"ccm_delegate", "budget_holder"})
"""Roles that exist only by a delegation: whoever acts in them needs one that covers the decision."""
UNLIMITED = "ccm"
"""The role that needs no delegation where a decision has to be within a limit."""

Span = Mapping[str, object]


@dataclass(frozen=True)
class RolesHeld:
    """Which posts hold which roles, and which people hold which posts, by dates. Made by `RolesHeld.of`.

    A delegation in force gives its post the role; a narrower role counts as the wider one that the table of roles names (``acts_as``); a
    post that covers another has its roles too.
    """

    by_role: Mapping[str, tuple[tuple[str, Span], ...]]
    covers: Mapping[str, tuple[tuple[str, Span], ...]]
    people: Mapping[str, tuple[tuple[str, Span], ...]]
    delegations: Mapping[tuple[str, str], tuple[Record, ...]]
    """Delegations that were granted, by post and role."""

    @classmethod
    def of(cls, register: Register) -> RolesHeld:
        """What a register says; made once for each register."""
        global _last
        if _last is not None and _last[0]() is register:
            return _last[1]
        made = cls._made(register)
        _last = (weakref.ref(register), made)
        return made

    @classmethod
    def _made(cls, register: Register) -> RolesHeld:
        by_role: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        covers: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        people: dict[str, list[tuple[str, Span]]] = defaultdict(list)
        given: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for post in counting(register, "post"):
            life = {"from": post.data.get("from"), "to": post.data.get("to")}
            for held in mappings(post.data.get("roles")):
                span = {"from": held.get("from") or life["from"], "to": _sooner(held.get("to"), life["to"])}
                by_role[str(held.get("role"))].append((post.id, span))
            for cover in mappings(post.data.get("cover")):
                covers[post.id].append((str(cover.get("post")), cover))
        for d in counting(register, "delegation", "active", "ended"):
            role, holder = str(d.data.get("role")), str(d.data.get("post"))
            by_role[role].append(
                (holder, {"from": d.data.get("from"), "to": _sooner(d.data.get("to"), d.data.get("ended_on"))})
            )
            given[holder, role].append(d)
        for e in mappings(register.table("roles").get("entries")):
            if "acts_as" in e:
                by_role[str(e["acts_as"])].extend(by_role.get(str(e.get("code")), ()))
        for person in counting(register, "person"):
            for held in mappings(person.data.get("posts")):
                people[str(held.get("post"))].append((person.id, held))
        return cls(_frozen(by_role), _frozen(covers), _frozen(people), {k: tuple(v) for k, v in given.items()})

    def posts_with(self, role: str, on: date, *, cover: bool = True) -> frozenset[str]:
        """The ids of the posts that hold a role on a day; with ``cover`` those that cover one too."""
        held = {post for post, span in self.by_role.get(role, ()) if in_force(span, on)}
        also = {by for post in held for by, span in self.covers.get(post, ()) if in_force(span, on)} if cover else set()
        return frozenset(held | also)

    def holders(self, post: str, on: date) -> frozenset[str]:
        """The ids of the people who hold a post on a day."""
        return frozenset(person for person, span in self.people.get(post, ()) if in_force(span, on))

    def people_with(self, roles: Iterable[str], on: date) -> frozenset[str]:
        """The ids of the people who hold a post with one of the roles on a day, or cover one."""
        posts = {post for role in roles for post in self.posts_with(role, on)}
        return frozenset(person for post in posts for person in self.holders(post, on))


_last: tuple[weakref.ref[Register], RolesHeld] | None = None


def _frozen(lists: Mapping[str, list[tuple[str, Span]]]) -> dict[str, tuple[tuple[str, Span], ...]]:
    return {k: tuple(v) for k, v in lists.items()}


def _sooner(one: object, other: object) -> object:
    days = [d for d in (one, other) if isinstance(d, str)]
    return min(days) if days else None


def held_on(delegation: Record, on: date) -> bool:
    """Whether a delegation was granted and stands on a day: its dates, and the day on which it ended early."""
    ended = day(delegation.data.get("ended_on"))
    granted = "voided" not in delegation.data and delegation.data.get("status") in ("active", "ended")
    return granted and in_force(delegation.data, on) and (ended is None or on <= ended)
