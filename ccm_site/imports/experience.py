"""`ccm import experience`: what other authorities told of a provider (T-21, F-3B-p-Q6, F-3B-p-M6, F-4-SM-9). Kept sealed.

An answer is known by provider, authority and the day on which it was asked for, or where nobody asked, the day on which it came. An
answer to a question that is there fills it in; what a later file says otherwise is a correction, sealed with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.facts.records import counting
from ccm_site.facts.values import mappings
from ccm_site.imports.contract_of import Contracts
from ccm_site.imports.correcting import corrected
from ccm_site.imports.result import ImportResult
from ccm_site.imports.rows import Row
from ccm_site.imports.suppliers import name_key
from ccm_site.imports.tables import Job, Refused, begin
from ccm_site.keys import Keys
from ccm_site.model import Record

SEALS = True
_PLAIN = (
    "how_it_came", "asked_on", "received_on", "authority", "method", "summary", "rating", "note", "share_permission",
    "asked_by_role", "file_reference",
)  # fmt: skip


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool, keys: Keys) -> ImportResult:
    """Import answers of other authorities into sealed records. See `ccm_site.imports.run`."""
    job = begin("experience", "peer_experience", ("provider", "service", "contract"), root, file, mapping, today, keys)
    work = _Work(job)
    for _ in job.reader.rows(work.row):
        pass
    return job.done(dry_run, "experiences of other authorities")


class _Work:
    def __init__(self, job: Job):
        self.job = job
        self.contracts = Contracts(job.plan.register, job.reader)
        self.held: dict[tuple[str, str, str], Record] = {
            _key_of(r.data): r for r in counting(job.plan.register, "peer_experience")
        }
        self._seen: dict[tuple[str, str, str], int] = {}

    def row(self, row: Row) -> None:
        """Make, fill in or correct the record of a row. Raises `Refused`."""
        plan, reader, kind = self.job.plan, self.job.reader, self.job.kind
        provider = self.contracts.provider(row, "provider")
        named = reader.raw(row, "contract")
        subjects = kind.field("subjects")
        assert subjects is not None and subjects.item is not None
        table = mappings(plan.register.table(subjects.item.codes).get("entries"))
        given: dict[str, Any] = {
            "provider": provider, "service": self.contracts.service(row, "service", provider),
            "contract": self.contracts.named(row, named).id if named else "",
            **{n: reader.value(row, n, kind.by_name[n]) for n in _PLAIN},
            "subjects": reader.codes(row, "subjects", subjects.item, table),
        }  # fmt: skip
        given = {k: v for k, v in given.items() if v not in (None, "", [])}
        if not {"asked_on", "received_on"} & given.keys():
            raise Refused(
                "asked_on", "", "it says neither when you asked nor when they told", "fill in one of the days", row
            )
        key = _key_of(given)
        if key in self._seen:
            raise Refused(
                "authority", "", f"row {self._seen[key]} tells of the same answer", "leave one of the two rows", row
            )
        data = plan.in_order({"kind": "peer_experience", "id": "PX-0000-0000", **given})
        held = self.held.get(key)
        if faults := plan.faults({**held.data, **data} if held else data):
            raise Refused(
                "",
                "",
                f"it would make a record that its schema refuses: {faults[0].partition(':')[0]}",
                "fill in what it lacks",
                row,
            )
        self._seen[key] = row.number
        if held is not None:
            plan.change(
                held, corrected(held.data, given, plan.today, plan.source, filling=True), held.id, (row.number,)
            )
            return
        id = plan.next_id("peer_experience", int(str(given.get("asked_on", given.get("received_on")))[:4]))
        plan.create(
            plan.in_order({**data, "id": id, "retention_class": plan.retention("monitoring")}), id, (row.number,)
        )


def _key_of(data: Mapping[str, Any]) -> tuple[str, str, str]:
    day = data.get("asked_on") or data.get("received_on")
    return str(data.get("provider")), name_key(str(data.get("authority", ""))), str(day)
