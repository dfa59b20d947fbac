"""Findings as text for people, as JSON for programs, and as the annotations of two forges."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ccm_site.model import Finding, Location, Record


def as_text(findings: Iterable[Finding], shut: Sequence[Record] = (), whose: Sequence[str] = ()) -> str:
    """One line a finding, ``file:line:column: severity: message [rule]. Mend: …``, and a closing count.

    ``shut`` are the records whose sealed part could not be checked: one line for each cause, or for the record where it is one.
    ``whose`` are lines that say which post has how many.
    """
    findings = list(findings)
    lines = []
    for f in findings:
        also = f" (see {', '.join(one_line(str(r)) for r in f.related)})" if f.related else ""
        lines.append(
            f"{one_line(str(f.at))}: {f.severity}: {one_line(f.message)}{also} [{f.rule}]. Mend: {one_line(f.fix)}"
        )
    lines += [f"{what}: {one_line(why)}." for what, why in _not_checked(shut)]
    if whose:
        lines += ["Whose they are:", *(f"  {line}" for line in whose)]
    lines.append(_count(findings))
    return "\n".join(lines) + "\n"


def as_json(findings: Iterable[Finding], shut: Sequence[Record] = ()) -> str:
    """``{"findings": [...], "errors": n, "warnings": n, "sealed_not_checked": [...]}``; each finding with rule, severity, message,
    fix, file, line, column, pointer, related. Lines and columns count from 1. Each record that was not checked with file, kind,
    id, why and erased."""
    findings = list(findings)
    rows = [
        {"rule": f.rule, "severity": f.severity, "message": f.message, "fix": f.fix, **_place(f.at),
         "related": [_place(r) for r in f.related]}
        for f in findings
    ]  # fmt: skip
    errors = sum(f.severity == "error" for f in findings)
    unchecked = [
        {"file": r.path, "kind": r.kind, "id": r.id, "why": r.seal.shut, "erased": r.seal.erased}
        for r in shut
        if r.seal
    ]
    out = {"findings": rows, "errors": errors, "warnings": len(rows) - errors, "sealed_not_checked": unchecked}
    return json.dumps(out, ensure_ascii=False, indent=1) + "\n"


def as_github(findings: Iterable[Finding], shut: Sequence[Record] = ()) -> str:
    """Workflow commands that GitHub and Gitea show beside the changed line; one notice for what was not checked."""
    out = []
    for f in findings:
        place = f"file={_property(f.at.path)},line={f.at.line},col={f.at.column},title={_property(f.rule)}"
        out.append(f"::{f.severity} {place}::{_data(f'{f.message}. Mend: {f.fix}')}")
    out += [f"::notice title={_property(what)}::{_data(why)}" for what, why in _not_checked(shut)]
    return "".join(line + "\n" for line in out)


def as_gitlab(findings: Iterable[Finding], shut: Sequence[Record] = ()) -> str:
    """A Code Quality report: a JSON list with description, check_name, fingerprint, severity and location.

    What was not checked has the severity ``info``.
    """
    rows = [
        {"description": f"Sealed, not checked: {r.seal.shut}", "check_name": "R-PRV-9",
         "fingerprint": hashlib.sha256(f"sealed\0{r.path}\0{r.seal.shut}".encode()).hexdigest(), "severity": "info",
         "location": {"path": r.path, "lines": {"begin": 1}}}
        for r in shut if r.seal
    ]  # fmt: skip
    for f in findings:
        mark = hashlib.sha256(
            "\0".join((f.rule, f.at.path, f.at.pointer, f.message)).encode("utf-8", "replace")
        ).hexdigest()
        rows.append({
            "description": f"{f.message}. Mend: {f.fix}", "check_name": f.rule, "fingerprint": mark,
            "severity": "major" if f.severity == "error" else "minor",
            "location": {"path": f.at.path, "lines": {"begin": f.at.line}},
        })  # fmt: skip
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


class Format(Protocol):
    def __call__(self, findings: Iterable[Finding], shut: Sequence[Record] = ()) -> str: ...


FORMATS: Mapping[str, Format] = {
    "text": as_text, "json": as_json, "github": as_github, "gitlab": as_gitlab,
}  # fmt: skip


def _place(at: Location) -> dict[str, Any]:
    return {"file": at.path, "line": at.line, "column": at.column, "pointer": at.pointer}


def _not_checked(shut: Sequence[Record]) -> list[tuple[str, str]]:
    """What could not be checked, by its cause: a title and a sentence for each."""
    causes: dict[tuple[bool, str], list[str]] = defaultdict(list)
    for r in shut:
        if r.seal:
            causes[r.seal.erased, r.seal.shut].append(r.path)
    out = []
    for (erased, why), paths in causes.items():
        which = paths[0] if len(paths) == 1 else f"{len(paths)} records"
        out.append((f"{'Erased' if erased else 'Sealed'}, not checked", f"{which}: {why}"))
    return out


def _count(findings: list[Finding]) -> str:
    errors = sum(f.severity == "error" for f in findings)
    warnings = len(findings) - errors
    if not findings:
        return "Nothing to mend."
    return f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}."


def one_line(text: str, keep: str = "") -> str:
    """Line breaks and control characters shown as escapes, so that no record writes its own lines into a log; but those to ``keep``."""
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode("ascii") for c in text)


def _data(text: str) -> str:
    return one_line(text, "\r\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
