"""The search index of a site, by Pagefind: small pieces that the browser fetches as somebody types."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from ccm_site.publish.search_order import settle

FOLDER = "pagefind"
# Pagefind's own search boxes: the site has its own page, and needs only the search itself.
_BOXES = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight")
_MADE_FROM = "made-from.txt"
_TIMEOUT = 900


class IndexFailed(Exception):
    """Pagefind could not index the site."""


def make_index(site: Path, mark: str, last: Path) -> bool:
    """Index the pages of ``site`` that are marked for it, into ``site/pagefind``. False where the last index still holds.

    ``mark`` stands for the text of every indexed page; the index of the ``last`` site, which says what it was made from, is
    taken over where that is the same. The same pages give the same bytes. Raises `IndexFailed`.
    """
    mark = f"{mark} pagefind {version('pagefind')}"
    if _made_from(last / FOLDER) == mark:
        shutil.copytree(last / FOLDER, site / FOLDER)
        return False
    command = [sys.executable, "-m", "pagefind", "--site", str(site), "--output-subdir", FOLDER, "--quiet"]
    done = subprocess.run(
        command, capture_output=True, check=False, timeout=_TIMEOUT, encoding="utf-8", errors="replace"
    )
    if done.returncode != 0 or not (site / FOLDER / "pagefind.js").is_file():
        raise IndexFailed(f"the search index could not be made:\n{(done.stdout + done.stderr).strip()}")
    try:
        settle(site / FOLDER)
    except (OSError, ValueError, KeyError, IndexError) as error:
        raise IndexFailed(f"the search index is not in the form that this program knows: {error}") from None
    for path in (site / FOLDER).iterdir():
        if path.is_file() and path.name.startswith(_BOXES):
            path.unlink()
    (site / FOLDER / _MADE_FROM).write_text(mark, "utf-8")
    return True


def _made_from(folder: Path) -> str:
    try:
        return (folder / _MADE_FROM).read_text("utf-8")
    except (OSError, ValueError):
        return ""
