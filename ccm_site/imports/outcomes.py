"""`ccm import outcomes`: the council's own judgement of the outcomes of placements (T-17, F-3B-p-Q2, F-3B-p-Q7, V-12). Kept sealed.

A row for each outcome; the rows of one placement and day are one evaluation, taken whole or not at all. The case and the contract are
those of the placement, which must be open to who imports. A result that a later file says otherwise is a correction, sealed with it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.facts.contracts import specification_on
from ccm_site.facts.records import counting, open_to_check
from ccm_site.facts.values import mappings
from ccm_site.imports.correcting import corrected
from ccm_site.imports.result import ImportResult
from ccm_site.imports.rows import Row
from ccm_site.imports.tables import Job, Refused, agreed, begin, take_together
from ccm_site.keys import Keys
from ccm_site.model import Record

SEALS = True
_ALIKE = ("evaluated_by_role", "occasion", "child_took_part", "case_system_reference")


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool, keys: Keys) -> ImportResult:
    """Import outcome evaluations into sealed records. See `ccm_site.imports.run`."""
    job = begin(
        "outcomes", "outcome_evaluation", ("placement", "contract", "specification"), root, file, mapping, today, keys
    )
    work = _Work(job)
    take_together(job.reader, work.key, work.take)
    return job.done(dry_run, "outcome evaluations")


class _Work:
    def __init__(self, job: Job):
        self.job = job
        self.held: dict[tuple[str, str], Record] = {
            (str(r.data.get("placement")), str(r.data.get("evaluated_on"))): r
            for r in counting(job.plan.register, "outcome_evaluation")
        }

    def key(self, row: Row) -> tuple[str, str]:
        """Which evaluation a row belongs to: placement and day."""
        reader = self.job.reader
        placement = reader.raw(row, "placement")
        found = self.job.plan.register.get("placement", placement)
        if found is None:
            raise Refused(
                "placement", placement, "there is no such placement", "write its number, for example P-2026-0001", row
            )
        if not open_to_check(found) or "child_ref" not in found.data:
            raise Refused(
                "placement",
                placement,
                "the placement is not open to you",
                "let somebody import it whose posts may read it",
                row,
            )
        day = reader.needed(row, "evaluated_on", self.job.kind.by_name["evaluated_on"])
        if day > self.job.plan.today.isoformat():
            raise Refused("evaluated_on", day, "the day has not come yet", "mend the day", row)
        return placement, day

    def take(self, rows: list[Row]) -> None:
        """Make or correct the evaluation that the rows are. Raises `Refused`."""
        plan, reader, kind = self.job.plan, self.job.reader, self.job.kind
        id, day = self.key(rows[0])
        placement = plan.register.get("placement", id)
        assert placement is not None
        contract = plan.register.get("contract", str(placement.data.get("contract", "")))
        specification = specification_on(plan.register, contract, date.fromisoformat(day)) if contract else None
        if specification is None:
            raise Refused(
                "placement",
                id,
                "its contract has no specification with outcomes",
                "enter Schedule A of the contract first",
                rows[0],
            )
        known = {str(o.get("id")) for o in mappings(specification.data.get("outcomes"))}
        period = kind.by_name["period"].by_name
        given: dict[str, Any] = {n: reader.value(agreed(reader, rows, n), n, kind.by_name[n]) for n in _ALIKE}
        given["advocacy_offered"] = reader.yes_or_no(agreed(reader, rows, "advocacy_offered"), "advocacy_offered")
        days = {n: reader.value(agreed(reader, rows, n), n, period[n]) for n in ("from", "to")}
        given["period"] = days if all(days.values()) else None
        given["specification"] = specification.key.id
        given["results"] = [self._result(r, known, specification) for r in rows]
        names = [r["outcome"] for r in given["results"]]
        if len(set(names)) < len(names):
            raise Refused("outcome", "", "an outcome is there twice for this day", "leave one of the rows", rows[-1])
        given = {k: v for k, v in given.items() if v is not None}
        numbers = tuple(r.number for r in rows)
        if held := self.held.get((id, day)):
            plan.change(held, corrected(held.data, given, plan.today, plan.source), held.id, numbers)
            return
        data = plan.in_order({
            "kind": "outcome_evaluation", "id": "OE-0000-0000", "placement": id, "contract": contract.id if contract else None,
            "child_ref": placement.data["child_ref"], "evaluated_on": day, **given, "retention_class": plan.retention("placement_ref"),
        })  # fmt: skip
        if faults := plan.faults(data):
            raise Refused(
                "",
                "",
                f"it would make a record that its schema refuses: {faults[0].partition(':')[0]}",
                "fill in what it lacks",
                rows[0],
            )
        new = plan.next_id("outcome_evaluation", int(day[:4]))
        plan.create({**data, "id": new}, new, numbers)

    def _result(self, row: Row, known: set[str], specification: Record) -> dict[str, Any]:
        reader, item = self.job.reader, self.job.kind.by_name["results"].item
        assert item is not None
        fields = item.by_name
        evidence = fields["evidence"].item
        assert evidence is not None
        outcome = reader.needed(row, "outcome", fields["outcome"])
        if outcome not in known:
            raise Refused(
                "outcome",
                outcome,
                f"{specification.key.id} has no such outcome",
                f"use one of: {', '.join(sorted(known))}",
                row,
            )
        line = {
            "outcome": outcome, "result": reader.needed(row, "result", fields["result"]),
            "evidence": reader.codes(row, "evidence", evidence),
            "providers_contribution": reader.value(row, "providers_contribution", fields["providers_contribution"]),
            "provider_says": reader.value(row, "provider_says", fields["provider_says"]),
        }  # fmt: skip
        return {k: v for k, v in line.items() if v not in (None, [])}
