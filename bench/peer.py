"""The peer: a plain MkDocs Material site, its own search on, with as many pages out of the navigation as ours has."""

from __future__ import annotations

from pathlib import Path

_CONFIG = "site_name: Peer\ntheme:\n  name: material\n  font: false\nplugins:\n- search\nnav:\n- Home: index.md\nvalidation:\n  omitted_files: ignore\n"


def mkdocs_pages(folder: Path, pages: int) -> None:
    """Write the peer's sources: an index and ``pages`` pages of some 40 lines, as a contract's page has."""
    docs = folder / "docs"
    docs.mkdir(parents=True, exist_ok=True)
    (folder / "mkdocs.yml").write_text(_CONFIG, "utf-8")
    (docs / "index.md").write_text("# Peer\n", "utf-8")
    rows = "\n".join(f"| Field {n} | The value of field number {n} |" for n in range(24))
    for n in range(pages):
        path = docs / f"contracts/{n // 1000}/c-{n:05}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"# C-{n:05} Care and education of children\n\n| Field | Value |\n|---|---|\n{rows}\n\n## Links\n\n- [Another](c-{n - n % 1000:05}.md)\n",
            "utf-8",
        )
