"""Personal data in what a change's history keeps: names of files, and every version that a commit made, taken out again or not.

R-PRV-7 and 8. A version of a record is looked through as a record is, field by field; any other file line by line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ccm_site.checks.run import check_loaded
from ccm_site.gitrepo import Version
from ccm_site.model import Finding, Location
from ccm_site.personal_data import Detector
from ccm_site.register import Loaded, load_from

_MEND = (
    "write the proposal anew without it (what was taken out again stays in its history), or allow this text with a reason in "
    "policy/personal_data.yaml"
)
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico")
_UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def past_findings(base: Loaded, versions: Sequence[Version], detector: Detector, today: date) -> Iterator[Finding]:
    """What is found in the versions, once for each path and text. ``base`` has the forms and the council's settings."""
    told: set[tuple[str, str, str]] = set()
    for f in _all(base, versions, detector, today):
        mark = (f.rule, f.at.path, f.message.partition(" (in commit ")[0])
        if mark not in told:
            told.add(mark)
            yield f


def _all(base: Loaded, versions: Sequence[Version], detector: Detector, today: date) -> Iterator[Finding]:
    records: dict[str, list[Version]] = defaultdict(list)
    for v in versions:
        for hit in detector.find_in_path(v.path, today):
            yield _found(v, hit.rule, hit.severity, f"a file's name holds {hit.masked}", Location(v.path))
        if v.raw is None:
            continue
        if base.kinds.of_path(v.path) is not None:
            records[v.path].append(v)
            continue
        text = _text(v.raw)
        if text is None and not v.path.lower().endswith(_PICTURES):
            yield _found(
                v, "R-PRV-8", "error", "is no text, so nobody can see what is in it", Location(v.path),
                "keep documents in the file store and cite them by number and SHA-256",
            )  # fmt: skip
        yield from _in_text(v, text or "", detector, today)
    yield from _in_records(base, records, today)


def _in_text(v: Version, text: str, detector: Detector, today: date) -> Iterator[Finding]:
    for number, line in enumerate(text.splitlines(), 1):
        for hit in detector.find(line, free_text=False, today=today):
            if not detector.allows(hit.detector, path=v.path, today=today):
                yield _found(v, hit.rule, hit.severity, f"holds {hit.masked}", Location(v.path, number))


def _text(raw: bytes) -> str | None:
    """The text of a file in UTF-8 or UTF-16; None where it is none."""
    encoding = _UTF16.get(raw[:2]) or (
        "utf-8" if b"\0" not in raw else "utf-16-le" if raw[1:2] == b"\0" else "utf-16-be"
    )
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return None
    return text if encoding == "utf-8" or text.isprintable() or "\n" in text else None


@dataclass(frozen=True)
class _Layer:
    """Files as one moment of the history has them: the council's policy, and one version of some records."""

    content: Mapping[str, bytes]

    def paths(self, folders: Iterable[str]) -> list[str]:
        wanted = tuple(f"{f}/" for f in folders)
        return sorted(p for p in self.content if p.startswith(wanted))

    def read(self, path: str) -> bytes:
        return self.content[path]


def _in_records(base: Loaded, records: Mapping[str, Sequence[Version]], today: date) -> Iterator[Finding]:
    """The first versions of all records together, then the second ones, and so on."""
    policy = {r.path: base.files.read(r.path) for r in base.register if base.kinds[r.kind].is_policy}
    for n in range(max(map(len, records.values()), default=0)):
        layer = {path: v for path, several in records.items() if n < len(several) and (v := several[n])}
        content = {path: v.raw for path, v in layer.items() if v.raw is not None}
        for f in check_loaded(load_from(_Layer({**policy, **content}), base.kinds), today):
            if f.at.path in layer and f.rule.startswith("R-PRV-") and f.severity == "error":
                yield replace(_found(layer[f.at.path], f.rule, f.severity, f.message, f.at), related=f.related)


def _found(v: Version, rule: str, severity: str, message: str, at: Location, mend: str = _MEND) -> Finding:
    return Finding(rule, "error" if severity == "error" else "warning", f"{message} (in commit {v.commit})", at, mend)
