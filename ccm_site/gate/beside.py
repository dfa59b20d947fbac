"""What a change brings besides records: other files and their names, links, and versions that its history keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from ccm_site.model import Finding, Location
from ccm_site.personal_data import Detector

Version = tuple[str, str, bytes]
"""A version of a file: its path, the id of its blob, and its bytes."""

_ARMOUR = ("-----BEGIN AGE ENCRYPTED FILE-----", "-----END AGE ENCRYPTED FILE-----")
_IN_HISTORY = (
    "write the proposal anew without it (what was taken out again stays in its history), or allow this text with a reason in "
    "policy/personal_data.yaml"
)


def odd_findings(odd: Mapping[str, str]) -> Iterator[Finding]:
    """Links and other repositories: what they lead to is not what was judged."""
    for path, what in sorted(odd.items()):
        yield Finding(
            "R-ID-1", "error", f"is {what} and no file of its own", Location(path),
            "put a plain file there; documents of others are cited by their number and SHA-256",
        )  # fmt: skip


def version_findings(
    versions: Iterable[Version], seen: Mapping[str, str], detector: Detector, today: date
) -> Iterator[Finding]:
    """R-PRV-7: personal data in names and texts of every version that a change brings. ``seen`` are the blobs of the records that stand at
    the end, by path: these are looked through field by field by the rules."""
    told: set[tuple[str, str]] = set()
    for path, blob, raw in versions:
        for hit in detector.find_in_path(path, today):
            if ("name", path) not in told:
                told.add(("name", path))
                yield Finding(hit.rule, hit.severity, f"a file's name holds {hit.masked}", Location(path), _IN_HISTORY)
        if seen.get(path) == blob:
            continue
        for line, words in _lines(raw.decode("utf-8", "replace")):
            for hit in detector.find(words, free_text=False, today=today):
                if (path, hit.masked) in told or detector.allows(hit.detector, path=path, today=today):
                    continue
                told.add((path, hit.masked))
                yield Finding(
                    hit.rule,
                    hit.severity,
                    f"a version of this file holds {hit.masked}",
                    Location(path, line),
                    _IN_HISTORY,
                )


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, without what is encrypted."""
    shut = False
    for number, line in enumerate(text.splitlines(), 1):
        shut = shut or _ARMOUR[0] in line
        if not shut:
            yield number, line
        shut = shut and _ARMOUR[1] not in line
