"""All findings of a register: schema, references, rules; located, softened where a source left gaps, and in order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from ccm_site import register as registers
from ccm_site.checks.schema import schema_findings
from ccm_site.model import Finding, Location, Record, pointer_tokens
from ccm_site.register import Loaded
from ccm_site.rules import rule_findings
from ccm_site.source import Unreadable, locate, parse


def check(root: Path, today: date) -> tuple[Loaded, tuple[Finding, ...]]:
    """Load the register at ``root`` and find everything that is wrong with it. Raises as `register.load`."""
    loaded = registers.load(root)
    return loaded, check_loaded(loaded, today)


def check_loaded(loaded: Loaded, today: date) -> tuple[Finding, ...]:
    """All findings of a loaded register, ordered by file and line."""
    records = [*loaded.register, *loaded.misfits]
    found = [
        *loaded.findings,
        *schema_findings(records, loaded.kinds),
        *rule_findings(loaded.register, loaded.kinds, today),
    ]
    return located(loaded, soften(found, records))


def soften(findings: Iterable[Finding], records: Iterable[Record]) -> list[Finding]:
    """Turn what a carried-over record lacks, and names as a gap of its source, into a warning."""
    findings = list(findings)
    wanted = {f.at.path for f in findings}
    gaps = {}
    for record in records:
        legacy = record.data.get("legacy") if record.path in wanted else None
        if isinstance(legacy, dict) and isinstance(legacy.get("gaps"), list):
            gaps[record.path] = {str(g).partition(".")[0] for g in legacy["gaps"]}, record
    out = []
    for f in findings:
        named, record = gaps.get(f.at.path, (set(), None))
        tokens = pointer_tokens(f.at.pointer)
        if record and f.severity == "error" and tokens and tokens[0] in named and tokens[0] not in record.data:
            f = replace(f, severity="warning", message=f"{f.message} (its source did not have it)")
        out.append(f)
    return out


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
        cache: dict[str, Location] = {}
        for i, j in wanted:
            pointer = places[i][j].pointer
            if pointer not in cache:
                cache[pointer] = replace(locate(document, pointer), pointer=pointer)
            places[i][j] = cache[pointer]
    out = [replace(f, at=row[0], related=tuple(row[1:])) for f, row in zip(findings, places, strict=True)]
    return tuple(sorted(out, key=lambda f: f.order))
