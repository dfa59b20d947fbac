"""Records that are kept sealed, on their way in: planned open in memory, sealed as they are written, and never quoted."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

from ccm_site import canonical
from ccm_site.custody.sealed_files import CannotSeal, Sealer
from ccm_site.imports.plan import Plan
from ccm_site.imports.pointers import applied
from ccm_site.imports.result import BadSource, FieldChange, Saved
from ccm_site.model import Record
from ccm_site.register import Loaded
from ccm_site.source import Document, parse

UNSAID = "(sealed)"


class SealedPlan(Plan):
    """As `Plan`, for records of which parts are sealed: its files are open until `sealed_files`, and its changes name fields only."""

    def change(
        self, held: Record, changes: Mapping[str, Any], label: str, rows: tuple[int, ...],
        files: MutableMapping[str, bytes] | None = None,
    ) -> Saved:  # fmt: skip
        told = tuple(
            FieldChange(p[1:].replace("/", "."), UNSAID, UNSAID) for p in changes if not p.startswith("/corrections")
        )
        saved = Saved(held.kind, held.id, held.path, label, rows, told)
        if not changes:
            self.unchanged.append(saved)
            return saved
        into = self.files if files is None else files
        into[held.path] = canonical.write(self.in_order(applied(held.data, changes)))
        self.changed.append(saved)
        return saved


def refuse_shut(loaded: Loaded, kind: str) -> None:
    """Whether a row is there already cannot be known while a record of the kind stays shut. Raises `BadSource`."""
    shut = [r for r in loaded.shut if r.kind == kind and not (r.seal and r.seal.erased)]
    if shut:
        why = shut[0].seal.shut if shut[0].seal else ""
        raise BadSource(
            f"{len(shut)} records of this kind stay shut for you, so nobody can say what is there already ({shut[0].id}: {why}). "
            "Let somebody import the file whose posts may read them"
        )


def sealed_files(sealer: Sealer, plan: Plan) -> dict[str, bytes]:
    """The planned files with everything sealed that is to be sealed. Raises `BadSource` where one cannot be."""
    out = {}
    for path, raw in plan.files.items():
        file = plan.root / path
        before = parse(file.read_bytes(), path) if file.exists() else None
        try:
            out[path] = sealer.seal(Document(path, raw, parse(raw, path).data), before)
        except CannotSeal as fault:
            raise BadSource(f"{path} {fault.finding.message}. Nothing was written. Mend: {fault.finding.fix}") from None
    return out
