"""All findings of a register: schema, references, rules; located, softened where a source left gaps, and in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from ccm_site import register as registers
from ccm_site.checks.aside import aside_findings, detector_of, unspoken
from ccm_site.checks.discretion import discreet
from ccm_site.checks.schema import schema_findings
from ccm_site.checks.seals import seal_findings
from ccm_site.keys import Keys
from ccm_site.kinds import SEALED
from ccm_site.model import Finding, Location, Record, pointer_tokens
from ccm_site.register import Loaded
from ccm_site.rules import Unchecked, exceptable, rule_findings
from ccm_site.source import Unreadable, locate, parse, places_of

GAP = "(its source did not have it)"
"""What ends the message of a finding that is softened by a gap of a carried-over record."""
PENDING = "(an exception that waits for approval)"
"""What ends the message of a finding that is softened by an exception which nobody has approved yet."""


def check(
    root: Path, today: date, keys: Keys | None = None, without: str = registers.NO_KEYS
) -> tuple[Loaded, tuple[Finding, ...]]:
    """Load the register at ``root`` and find everything that is wrong with it. Raises as `register.load`.

    With ``keys`` the sealed parts that they open are checked too; ``Loaded.shut`` names those that stayed unchecked:
    where there are no keys, because of what ``without`` says.
    """
    loaded = registers.load(root, keys, without)
    return loaded, check_loaded(loaded, today)


def check_loaded(loaded: Loaded, today: date) -> tuple[Finding, ...]:
    """All findings of a loaded register, ordered by file and line."""
    records = [*loaded.register, *loaded.misfits]
    detector = detector_of(loaded.register)
    wrong = list(schema_findings(records, loaded.kinds))
    stopped: list[Unchecked] | None = [] if wrong else None
    found = [
        *loaded.findings,
        *wrong,
        *seal_findings(loaded.register, records, loaded.kinds),
        *rule_findings(loaded.register, loaded.kinds, today, stopped),
        *aside_findings(loaded, detector, today),
    ]
    found += [
        Finding(
            s.rule,
            "warning",
            "could not be looked at: a record is not as its form says",
            wrong[0].at,
            "mend the errors of form first",
        )
        for s in stopped or ()
    ]
    placed = located(loaded, discreet(soften(found, records), records))
    return tuple(sorted(unspoken(placed, detector, today), key=lambda f: f.order))


def soften(findings: Iterable[Finding], records: Iterable[Record]) -> list[Finding]:
    """Turn into warnings what a record may depart from.

    That is what a carried-over record lacks and names as a gap of its source (rules of completeness), and what breaks a rule that
    the catalogue lets pass by a recorded exception (``E†``), approved or still pending.
    """
    findings = list(findings)
    wanted = {f.at.path for f in findings if f.severity == "error"}
    by_path = {r.path: r for r in records if r.path in wanted}
    return [_softened(f, by_path[f.at.path]) if f.severity == "error" and f.at.path in by_path else f for f in findings]


def _softened(f: Finding, record: Record) -> Finding:
    tokens = pointer_tokens(f.at.pointer)
    if tokens and tokens[0] not in record.data and tokens[0] in _gaps(record):
        return replace(f, severity="warning", message=f"{f.message} {GAP}")
    exceptions = record.data.get("exceptions")
    if f.rule in exceptable() and isinstance(exceptions, list):
        for e in exceptions:
            if isinstance(e, dict) and e.get("rule") == f.rule.removesuffix("-a").removesuffix("-b"):
                state = "(an approved exception)" if e.get("approved_on") else PENDING
                return replace(f, severity="warning", message=f"{f.message} {state}")
    return f


def _gaps(record: Record) -> frozenset[str]:
    """The top-level fields that a carried-over record's source did not have."""
    legacy = record.data.get("legacy")
    gaps = legacy.get("gaps") if isinstance(legacy, dict) else None
    return frozenset(str(g).partition(".")[0] for g in gaps) if isinstance(gaps, list) else frozenset()


def located(loaded: Loaded, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Give every finding, and every place that it points to, its line and column."""
    by_path: dict[str, list[tuple[int, int]]] = defaultdict(list)
    findings = list(findings)
    places = [[f.at, *f.related] for f in findings]
    for i, row in enumerate(places):
        for j, place in enumerate(row):
            if place.line == 1 and place.column == 1:
                by_path[place.path].append((i, j))
    for path, wanted in by_path.items():
        if not any(places[i][j].pointer for i, j in wanted):
            continue
        try:
            document = parse(loaded.files.read(path), path)
        except (Unreadable, OSError):
            continue
        known = places_of(document)
        cache: dict[str, Location] = {}
        for i, j in wanted:
            pointer = places[i][j].pointer
            if pointer not in cache:
                top = pointer_tokens(pointer)[:1]
                at = f"/{SEALED}" if top and top[0] not in document.data and SEALED in document.data else pointer
                cache[pointer] = replace(locate(document, at, known), pointer=pointer)
            places[i][j] = cache[pointer]
    out = [replace(f, at=row[0], related=tuple(row[1:])) for f, row in zip(findings, places, strict=True)]
    return tuple(sorted(out, key=lambda f: f.order))
