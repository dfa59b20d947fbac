"""What a change brings besides records: links, its own forms, and other files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ccm_site.model import Finding, Location


def odd_findings(odd: Mapping[str, str]) -> Iterator[Finding]:
    """Links and other repositories: what they lead to is not what was judged."""
    for path, what in sorted(odd.items()):
        yield Finding(
            "R-ID-1", "error", f"is {what} and no file of its own", Location(path),
            "put a plain file there; documents of others are cited by their number and SHA-256",
        )  # fmt: skip
