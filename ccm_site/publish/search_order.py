"""The same bytes for the same pages: Pagefind writes its filters in an order that differs from run to run; here they are sorted.

The files are gzipped CBOR behind the mark ``pagefind_dcd``. A filter's file holds ``[name, [[value, pages], …]]`` and is named after
its content; the index's head lists filters by name and file, and is named after its content in ``pagefind-entry.json``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import cbor2

_ENTRY = "pagefind-entry.json"
_MARK = b"pagefind_dcd"
_FILTERS = 3  # where the list of filters stands in an index's head


def settled(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """A Pagefind index, its files by name, with the filters sorted and the files named after what they now hold.

    Raises ValueError, KeyError or IndexError where the index is not in the form that is known here.
    """
    out = dict(files)
    entry = json.loads(out[_ENTRY])
    for language, about in entry["languages"].items():
        content = _read(out, f"pagefind.{about['hash']}.pf_meta")
        content[_FILTERS] = sorted([name, _filter(out, old, language)] for name, old in content[_FILTERS])
        raw = _MARK + cbor2.dumps(content)
        about["hash"] = f"{language}_{sha256(raw).hexdigest()[:10]}"
        out[f"pagefind.{about['hash']}.pf_meta"] = gzip.compress(raw, 9, mtime=0)
    out[_ENTRY] = json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return dict(sorted(out.items()))


def _filter(files: dict[str, bytes], old: str, language: str) -> str:
    name, values = _read(files, f"filter/{old}.pf_filter")
    raw = _MARK + cbor2.dumps([name, sorted(values)])
    new = f"{language}_{sha256(raw).hexdigest()[:10]}"
    files[f"filter/{new}.pf_filter"] = gzip.compress(raw, 9, mtime=0)
    return new


def _read(files: dict[str, bytes], name: str) -> Any:
    """What an index's file holds, which is taken out of ``files``: it goes back under another name."""
    raw = gzip.decompress(files.pop(name))
    if not raw.startswith(_MARK):
        raise ValueError(f"{name} is no part of a Pagefind index in the form that is known here")
    return cbor2.loads(raw[len(_MARK) :])
