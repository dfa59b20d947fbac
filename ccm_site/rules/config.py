"""R-CFG: the council's own tables: amounts, categories, names, templates and the questions that it has to decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import Finding, Key, Location, Record, Register, pointer_of
from ccm_site.personal_data.numbers import MAILBOX_WORDS, functional
from ccm_site.register import values_at
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.roles import DECISIONS, RolesHeld, before_migration
from ccm_site.rules.support import counting, day, days_after, entries, found, in_force, mappings, open_to_check, texts

# A first name or its letter, a dot or underscore, and a surname.
_NAME_LIKE = re.compile(r"([a-z]+)[._]([a-z]{2,})[0-9]{0,3}\Z")
_TOKENS = re.compile(r"[^a-z0-9]+")
_COLOURS = "rag"
_LINE = r"^[^\r\n]*$"


class _Span(NamedTuple):
    place: int
    start: date
    end: date

    @property
    def ends(self) -> bool:
        """Whether it has a last day."""
        return self.end != date.max


@rule("R-CFG-1", "F-3A-iv-1")
def one_value_on_any_day(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Of each threshold and limit exactly one value applies on any day from its first one.

    Why: with two values a check would pick one of them, with none it would find nothing. Mend: end the older entry on the day before the
    newer one begins; a new amount is a new entry.
    """
    table = register.get("thresholds", "thresholds")
    if table is not None:
        for name in ("entries", "limits"):
            for code, spans in _spans(table.data.get(name)).items():
                yield from _overlaps("R-CFG-1", table, name, code, spans)
                yield from _gaps("R-CFG-1", table, name, code, spans)
                last = max(spans, key=lambda s: s.end)
                if last.ends:
                    yield found(
                        "R-CFG-1", "error", table, f"/{name}/{last.place}/effective_to",
                        f"{code} has no value after {last.end}", "add the entry that follows it, or take effective_to away",
                    )  # fmt: skip


def _spans(listed: Any) -> dict[str, list[_Span]]:
    """The spans of time of a table's entries, by their code, in the order of their first days."""
    out: dict[str, list[_Span]] = {}
    for place, entry in enumerate(listed if isinstance(listed, list) else ()):
        start = day(entry.get("effective_from")) if isinstance(entry, Mapping) else None
        if start is not None and isinstance(entry.get("code"), str):
            out.setdefault(entry["code"], []).append(_Span(place, start, day(entry.get("effective_to")) or date.max))
    return {code: sorted(spans, key=lambda s: (s.start, s.place)) for code, spans in out.items()}


def _neighbours(spans: Sequence[_Span]) -> Iterator[tuple[_Span, _Span]]:
    """Each span but the first, after the one of those before it that ends last."""
    last = spans[0]
    for span in spans[1:]:
        yield last, span
        last = max(last, span, key=lambda s: s.end)


def _overlaps(id: str, table: Record, name: str, code: str, spans: Sequence[_Span]) -> Iterator[Finding]:
    for one, other in _neighbours(spans):
        if one.end >= other.start:
            until = f"until {one.end}" if one.ends else "with no end"
            yield found(
                id, "error", table, f"/{name}/{other.place}/effective_from",
                f"{code} has two entries from {other.start}: the earlier one runs {until}",
                f"end the earlier one on {days_after(other.start, -1)}, or correct the date",
                (table, f"/{name}/{one.place}/effective_from"),
            )  # fmt: skip


def _gaps(id: str, table: Record, name: str, code: str, spans: Sequence[_Span]) -> Iterator[Finding]:
    for one, other in _neighbours(spans):
        if one.ends and days_after(one.end, 1) < other.start:
            yield found(
                id, "error", table, f"/{name}/{other.place}/effective_from",
                f"{code} has no entry from {days_after(one.end, 1)} to {days_after(other.start, -1)}",
                "let the later one begin on the day after the earlier one ends, or add what applied between",
                (table, f"/{name}/{one.place}/effective_to"),
            )  # fmt: skip


@rule("R-CFG-2-a")
def somebody_holds_the_role(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The role that took a decision was bound to at least one post on that day.

    Why: otherwise nobody can tell who answers for it. Mend: enter the role, with its dates, on the post that held it; or correct the role.
    """
    posts = RolesHeld.of(register)
    for record, pointer, role, on in _decisions(register, kinds):
        if not posts.posts_with(role, on):
            yield found(
                "R-CFG-2-a", "error", record, pointer, f"says that {role} decided on {on}, but no post held that role on that day",
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
                f"says that {role} decided on {on}, when every post with that role was vacant and nobody covered it",
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
                group = record.data.get(name)
                if not isinstance(group, Mapping):
                    continue
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


@rule("R-CFG-4")
def thresholds_are_looked_at_again(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A threshold in force has been looked at again by the day that was set.

    Why: amounts change by order and every two years, and every check goes by them. Mend: compare it with its source; enter the new amount
    as a new entry, or move review_by on.
    """
    table = register.get("thresholds", "thresholds")
    for index, entry in enumerate(mappings(table.data.get("entries")) if table else ()):
        due = day(entry.get("review_by"))
        if table and due is not None and due < today and in_force(entry, today, "effective_from", "effective_to"):
            yield found(
                "R-CFG-4", "warning", table, f"/entries/{index}/review_by",
                f"{entry.get('code')} was to be looked at again by {due}",
                "compare it with its source, then add the new amount as an entry or move review_by on",
            )  # fmt: skip


@rule("R-CFG-5", "F-3A-v-0", "F-3A-v-A-3", "F-3A-v-B-3", "F-3A-v-C-2")
def one_category_on_any_day(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A resource type belongs to exactly one purchase category on any day.

    Why: the category says who may authorise the purchase. Mend: end the older entry on the day before the newer one begins.
    """
    table = register.get("resource_types", "resource_types")
    if table is not None:
        for code, spans in _spans(table.data.get("entries")).items():
            yield from _overlaps("R-CFG-5", table, "entries", code, spans)
            yield from _gaps("R-CFG-5", table, "entries", code, spans)


@change_rule("R-CFG-5", "F-3A-v-0")
def categories_are_dated(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A change of purchase category is a new entry with its own dates; the old entry stays.

    Why: what was bought under the old category was authorised under it. Mend: put the old category back, end that entry, and add another
    with the same code.
    """
    key = Key("resource_types", "resource_types")
    for before, after in changes.moves:
        if before is None or after is None or after.key != key:
            continue
        now = {(e.get("code"), e.get("effective_from")): i for i, e in enumerate(_listed(after))}
        for old in _listed(before):
            code, start = old.get("code"), old.get("effective_from")
            index = now.get((code, start))
            if index is None:
                yield found(
                    "R-CFG-5", "error", after, "/entries", f"the entry of {code} from {start} is gone",
                    "put it back, and give it effective_to if it no longer applies",
                )  # fmt: skip
            elif (new := _listed(after)[index].get("purchase_category")) != (was := old.get("purchase_category")):
                yield found(
                    "R-CFG-5", "error", after, f"/entries/{index}/purchase_category",
                    f"the category of {code} from {start} was {was} and is now {new}",
                    f"put {was} back, end that entry, and add one with the same code from the day of the change",
                )  # fmt: skip


def _listed(table: Record) -> list[Mapping[str, Any]]:
    return mappings(table.data.get("entries"))


@change_rule("R-CFG-6-a")
def todays_names(changes: Changes, kinds: Kinds, today: date) -> Iterator[Finding]:
    """New text calls bodies by the names that they have now, as the table of roles lists them.

    Why: who reads an old name looks for a body that is gone. Mend: write the name of the successor. Text that is already there, and what
    was carried over from an older register, may stay as it is.
    """
    names = [
        (_matcher(name), name, e.get("successor"))
        for e in mappings(changes.head.table("roles").get("superseded_names"))
        if isinstance(name := e.get("name"), str) and ((since := day(e.get("changed_on"))) is None or since <= today)
    ]
    for before, after in changes.moves:
        kind = kinds.get(after.kind) if after else None
        if not names or after is None or kind is None or after.kind in ("roles", "inspection_bodies"):
            continue
        if "legacy" in after.data or "voided" in after.data or not open_to_check(after):
            continue
        old = {value for _, value in _prose(before, kind)} if before else set()
        for pointer, value in _prose(after, kind):
            for matcher, name, successor in names if value not in old else ():
                if matcher.search(value):
                    yield found(
                        "R-CFG-6-a", "warning", after, pointer, f"says '{name}', a name that is out of date",
                        f"write '{successor}'",
                    )  # fmt: skip


def _matcher(name: str) -> re.Pattern[str]:
    """Capitals as such, since short words in capitals are words too; other names in any case."""
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", 0 if name.isupper() else re.IGNORECASE)


def _prose(record: Record, kind: Kind) -> Iterator[tuple[str, str]]:
    """The pointers and values of the texts of a record that people word themselves."""
    for f in kind.all_fields:
        if f.type == "string" and not (f.ref or f.codes) and (f.free_text or f.schema.get("pattern") == _LINE):
            for at, value in values_at(record.data, f.path):
                if isinstance(value, str):
                    yield pointer_of(at), value


@rule("R-CFG-6-b")
def body_of_its_day(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """An inspection was made by a body that existed under that name on the day.

    Why: grades of an earlier body stand on another scale. Mend: choose the entry of inspection bodies for that day, or correct the day.
    """
    for record in counting(register, "inspection"):
        body, on = record.data.get("body"), day(record.data.get("inspected_on"))
        if not isinstance(body, str) or on is None or not entries(register, "inspection_bodies", code=body):
            continue
        if not entries(register, "inspection_bodies", on, body):
            yield found(
                "R-CFG-6-b", "error", record, "/body", f"names {body}, which did not inspect under that name on {on}",
                "choose the body of that day from policy/inspection_bodies.yaml, or correct inspected_on",
            )  # fmt: skip


@rule("R-CFG-7", "F-4-0")
def level_of_psychologist(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """The council has decided from which grade a psychologist may be lead professional.

    Why: the framework leaves it open, and a lead professional decides on risk and chairs reviews. Mend: enter the grade, who decided and
    when.
    """
    table = register.get("roles", "roles")
    if table is None or "psychologist_grade" not in table.data:
        return
    grade = table.data["psychologist_grade"]
    adoption = grade.get("adoption") if isinstance(grade, Mapping) else None
    if not (isinstance(adoption, Mapping) and adoption.get("state") == "adopted"):
        yield found(
            "R-CFG-7", "warning", table, "/psychologist_grade", "leaves open from which grade a psychologist may lead",
            "when it is decided, enter the grade and the adoption with who decided and when",
        )  # fmt: skip


@rule("R-CFG-8", "F-3B-ii-9")
def ratings_are_words(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """No kind, field, value, code or address is called by the initials of the three colours.

    Why: the same three letters mean the Resource Allocation Group in the framework. Mend: call it risk_rating, or the group by its name.
    """
    for kind in kinds:
        for what in _called(kind):
            yield Finding(
                "R-CFG-8", "error", f"the kind {kind.name} has {what}, which holds the word '{_COLOURS}'",
                Location(f"schemas/{kind.name}.json"), "call it risk_rating, or the group by its whole name",
            )  # fmt: skip
        if kind.has_codes and (table := register.get(kind.name, kind.name)):
            for index, entry in enumerate(mappings(table.data.get("entries"))):
                if _holds(entry.get("code")):
                    yield _short(table, f"/entries/{index}/code", "its code")
        # A provider's id follows its name, which it chose itself.
        if not kind.id_prefix and not kind.is_policy and kind.name != "provider":
            for record in register.of_kind(kind.name):
                if _holds(record.id):
                    yield _short(record, "/id", "its id, and so its address,")


def _short(record: Record, pointer: str, what: str) -> Finding:
    return found(
        "R-CFG-8", "error", record, pointer, f"{what} holds the word '{_COLOURS}'",
        "say risk rating, or name the group whole; another name will do where it is neither",
    )  # fmt: skip


def _holds(text: Any) -> bool:
    return isinstance(text, str) and _COLOURS in text.lower() and _COLOURS in _TOKENS.split(text.lower())


def _called(kind: Kind) -> Iterator[str]:
    for text in (kind.name, *(t.text for t in kind.paths)):
        if _holds(text):
            yield f"the name or path {text}"
    for f in kind.all_fields:
        if _holds(f.name):
            yield f"the field {'.'.join(f.path)}"
        yield from (f"the value {v} of {'.'.join(f.path)}" for v in _values(f) if _holds(v))


def _values(field: Field) -> tuple[Any, ...]:
    listed = field.schema.get("enum")
    return (*(listed if isinstance(listed, list) else ()), field.schema.get("const"))


@rule("R-CFG-9", "F-0-1", "F-4-TC-1", "F-4-TM-4")
def every_template_is_listed(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Every template of the framework is in the table of templates, and only one version of it is in force on any day.

    Why: contracts, returns and endings are made from them, and Internal Audit asks which version was used. Mend: add the entry with its
    version, owner and first day.
    """
    table, kind = register.get("documents", "documents"), kinds.get("documents")
    if table is None or kind is None:
        return
    listed = mappings(table.data.get("entries"))
    have = {e.get("template") for e in listed}
    for template in kind.templates:
        if template not in have:
            yield found(
                "R-CFG-9", "error", table, "/entries", f"does not list the template {template}",
                "add it with its version, owner_role and effective_from",
            )  # fmt: skip
    for code, spans in _spans(list(listed)).items():
        yield from _overlaps("R-CFG-9", table, "entries", code, spans)


class _Question(NamedTuple):
    asks: str
    table: str
    answered: Callable[[Mapping[str, Any]], bool]


def _of_part(table: Mapping[str, Any], *parts: str) -> bool:
    return set(parts) <= {e.get("part") for e in mappings(table.get("entries"))}


def _names(table: Mapping[str, Any], field: str, *kinds: str) -> bool:
    named = {
        k for e in mappings(table.get("entries")) for k in (*texts(e.get(field)), e.get(field)) if isinstance(k, str)
    }
    return set(kinds) <= named


QUESTIONS = (
    _Question(
        "what unsatisfactory performance is", "risk_model", lambda t: bool(t.get("bands") and t.get("performance_levels"))
    ),
    _Question("what monitoring all providers get", "monitoring_policy", lambda t: _of_part(t, "standard")),
    _Question(
        "what monitoring some get besides, and what decides it", "monitoring_policy", lambda t: _of_part(t, "additional", "trigger")
    ),
    _Question("by which steps a contract is ended", "intervention_ladder", lambda t: bool(mappings(t.get("entries")))),
    _Question("who decides to end one", "decision_rights", lambda t: _names(t, "applies_to", "contract_termination")),
    _Question(
        "who sees results, and why", "audiences", lambda t: _names(t, "kinds", "operational_report", "risk_assessment")
    ),
    _Question("how a provider may comment", "right_of_reply", lambda t: _names(t, "applies_to", "operational_report")),
    _Question(
        "what each team answers for, and by which values", "monitoring_policy",
        lambda t: bool(t.get("responsibilities") and t.get("core_values")),
    ),
)  # fmt: skip
"""What the framework tells the council to decide ("Deciding…", 3(B)ii), with the table that holds the answer."""
_FINAL = {
    "risk_assessment": ("decided",),
    "operational_report": ("final",),
    "strategic_report": ("final",),
    "contract_termination": ("decided", "notice_issued", "running_off", "terminated"),
}


@rule("R-CFG-10", "F-3B-ii-6", "F-3B-ii-7", "F-3B-ii-8", "F-3B-ii-11", "F-3B-ii-12", "F-3B-ii-13", "F-3B-ii-14")
def questions_are_answered_first(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """Risk, reports and endings are final only once the council has answered the questions that the framework leaves to it.

    Why: a rating or an ending without an adopted yardstick can be challenged. Mend: have the table adopted, and enter who decided and when;
    until then leave the record as a draft.
    """
    open_questions = [
        q for q in QUESTIONS if not _adopted(register.table(q.table)) or not q.answered(register.table(q.table))
    ]
    if not open_questions:
        return
    tables = [t for name in dict.fromkeys(q.table for q in open_questions) if (t := register.get(name, name))]
    asks = "; ".join(q.asks for q in open_questions)
    for name, states in _FINAL.items():
        for record in counting(register, name, *states):
            if "legacy" not in record.data:
                yield found(
                    "R-CFG-10", "error", record, "/status",
                    f"is {record.data['status']} although the council has not decided: {asks}",
                    f"have it adopted in {', '.join(f'policy/{t.id}.yaml' for t in tables) or 'policy/'}, or leave this open until then",
                    *((t, "/adoption") for t in tables),
                )  # fmt: skip


def _adopted(table: Mapping[str, Any]) -> bool:
    adoption = table.get("adoption")
    return (
        isinstance(adoption, Mapping)
        and adoption.get("state") == "adopted"
        and bool(adoption.get("decided_by") and adoption.get("decided_on"))
    )
