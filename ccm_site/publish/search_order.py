"""The same bytes for the same pages: Pagefind writes its filters in an order that differs from run to run; here they are sorted.

The files are gzipped CBOR behind the mark ``pagefind_dcd``. A filter's file holds ``[name, [[value, pages], …]]`` and is named after
its content; the index's head lists filters by name and file, and is named after its content in ``pagefind-entry.json``.
"""

from __future__ import annotations

import gzip
import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2

_MARK = b"pagefind_dcd"
_FILTERS = 3  # where the list of filters stands in an index's head


def settle(folder: Path) -> None:
    """Sort the filters of a Pagefind index in place and name their files after what they now hold.

    Raises ValueError where the index is not in the form that is known here.
    """
    entry = json.loads((folder / "pagefind-entry.json").read_text("utf-8"))
    for language, about in entry["languages"].items():
        head = folder / f"pagefind.{about['hash']}.pf_meta"
        content = _read(head)
        content[_FILTERS] = sorted([name, _settled(folder, old, language)] for name, old in content[_FILTERS])
        raw = _MARK + cbor2.dumps(content)
        about["hash"] = f"{language}_{sha256(raw).hexdigest()[:10]}"
        head.unlink()
        _write(folder / f"pagefind.{about['hash']}.pf_meta", raw)
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    (folder / "pagefind-entry.json").write_text(text, "utf-8", newline="\n")


def _settled(folder: Path, old: str, language: str) -> str:
    path = folder / "filter" / f"{old}.pf_filter"
    name, values = _read(path)
    raw = _MARK + cbor2.dumps([name, sorted(values)])
    new = f"{language}_{sha256(raw).hexdigest()[:10]}"
    path.unlink()
    _write(folder / "filter" / f"{new}.pf_filter", raw)
    return new


def _read(path: Path) -> Any:
    raw = gzip.decompress(path.read_bytes())
    if not raw.startswith(_MARK):
        raise ValueError(f"{path} is no part of a Pagefind index in the form that is known here")
    return cbor2.loads(raw[len(_MARK) :])


def _write(path: Path, raw: bytes) -> None:
    path.write_bytes(gzip.compress(raw, 9, mtime=0))
