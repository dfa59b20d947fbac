"""Who may hold which keys: by the posts that a person holds on a day, the roles of those posts, and the table of audiences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ccm_site.facts.policy import entries
from ccm_site.facts.values import day, in_force, mappings, texts
from ccm_site.keys import Reader
from ccm_site.kinds import Kinds
from ccm_site.model import Record, Register

CASE = "case"


class NoReader(Exception):
    """A person who by the register may hold no key; the message says why, and what to change."""


def roles_of(register: Register, post: str, today: date) -> frozenset[str]:
    """The roles that a post holds on a day."""
    return frozenset(str(r.get("role")) for r in _roles(register, post, today))


def _roles(register: Register, post: str, today: date) -> list[Mapping[str, Any]]:
    record = register.get("post", post)
    return [r for r in mappings(record.data.get("roles") if record else None) if in_force(r, today)]


def _person(register: Register, person: str) -> Record:
    record = register.get("person", person)
    if record is None:
        raise NoReader(
            f"there is no person '{person}' in the register. Enter people/persons/{person}.yaml first, with the posts held"
        )
    return record


def posts_of(register: Register, person: str, today: date) -> tuple[Mapping[str, Any], ...]:
    """The posts that a person holds on a day, each with ``post``, ``from`` and perhaps ``to``. Raises `NoReader`."""
    record = _person(register, person)
    found = tuple(p for p in mappings(record.data.get("posts")) if in_force(p, today))
    if not found:
        raise NoReader(f"{person} holds no post on {today.isoformat()}. Enter the post in {record.path} first")
    return found


def subjects_by_role(register: Register, kinds: Kinds, today: date) -> Mapping[str, frozenset[str]]:
    """For each role, whose keys it may hold: ``case``, or a kind of record that has keys of its own.

    It follows from the restricted entries of ``policy/audiences.yaml``. The key of a case is held by those who may see a kind of
    record that is always about a case. Sealed parts of kinds that no restricted entry names go with the cases.
    """
    restricted = [e for e in entries(register, "audiences", today) if e.get("audience") == "restricted"]
    named = {k for e in restricted for k in texts(e.get("kinds"))}
    of_cases = {k.name for k in kinds if k.subject == "child_ref" and (f := k.field("child_ref")) and f.required}
    unnamed = {k.name for k in kinds if k.seals} - named
    out: dict[str, set[str]] = {}
    for e in restricted:
        here = set(texts(e.get("kinds")))
        subjects = here - of_cases
        if here & of_cases:
            subjects |= {CASE, *unnamed}
        for role in (*texts(e.get("automatic_to")), *texts(e.get("may_use"))):
            out.setdefault(role, set()).update(subjects)
    return {role: frozenset(subjects) for role, subjects in out.items()}


def _reading_key(register: Register, person: str, today: date) -> Mapping[str, Any]:
    """The ``key`` with which a person reads on a day, as the register has it, with ``from`` and perhaps ``to``. Raises `NoReader`.

    It stands in the register so that letting somebody read is approved like every change there, and not up to who holds the store.
    """
    record = _person(register, person)
    found = [k for k in mappings(record.data.get("reading_keys")) if in_force(k, today)]
    if not found:
        raise NoReader(
            f"{person} has no reading key in force on {today.isoformat()}. Enter under reading_keys in {record.path} what "
            "'ccm keys identity' printed for him or her"
        )
    return found[-1]


def reader_of(register: Register, kinds: Kinds, person: str, today: date) -> Reader:
    """A person as a reader on a day, until the first of what makes him or her one comes to an end: a post, a role of it, the key.

    After that day the reader is looked at again (``ccm keys rewrap``). Raises `NoReader`.
    """
    may = subjects_by_role(register, kinds, today)
    key = _reading_key(register, person, today)
    posts, reads, starts = [], set(), []
    ends = [end] if (end := day(key.get("to"))) else []
    for held in posts_of(register, person, today):
        post = str(held.get("post"))
        used = [r for r in _roles(register, post, today) if may.get(str(r.get("role")))]
        if used:
            posts.append(post)
            reads |= {s for r in used for s in may[str(r.get("role"))]}
            starts.append(day(held.get("from")) or today)
            ends += [end for e in (held, *used) if (end := day(e.get("to")))]
    if not reads:
        named = ", ".join(str(p.get("post")) for p in posts_of(register, person, today))
        raise NoReader(
            f"{person} may read nothing that is sealed: no role of {named} stands in a restricted entry of policy/audiences.yaml. "
            "Where that is wrong, give the post a role of such an entry, or name its role there"
        )
    return Reader(person, str(key.get("key")), tuple(posts), frozenset(reads), min(starts), min(ends, default=None))
