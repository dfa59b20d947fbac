"""R-CFG: names, words and open questions. `config_tables` has what is dated, `config_posts` roles and mailboxes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from ccm_site.facts.policy import entries
from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import day, mappings, part_of, texts
from ccm_site.kinds import Field, Kind, Kinds
from ccm_site.model import Finding, Location, Record, Register, pointer_of
from ccm_site.register import values_at
from ccm_site.rules import Changes, change_rule, rule
from ccm_site.rules.support import called, found, label

_TOKENS = re.compile(r"[^a-z0-9]+")
_COLOURS = "rag"
_LINE = r"^[^\r\n]*$"


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
                "R-CFG-6-b", "error", record, "/body", f"names '{label(register, 'inspection_bodies', body)}', which did not inspect under that name on {on}",
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
    if part_of(part_of(table.data, "psychologist_grade"), "adoption").get("state") != "adopted":
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
                    f"is '{called(register, kinds, name, 'status', record.data['status'])}' although the council has not decided: {asks}",
                    f"have it adopted in {', '.join(f'policy/{t.id}.yaml' for t in tables) or 'policy/'}, or leave this open until then",
                    *((t, "/adoption") for t in tables),
                )  # fmt: skip


def _adopted(table: Mapping[str, Any]) -> bool:
    adoption = part_of(table, "adoption")
    return adoption.get("state") == "adopted" and bool(adoption.get("decided_by") and adoption.get("decided_on"))
