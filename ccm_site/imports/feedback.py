"""`ccm import feedback`: results of surveys and interviews as counts, a row for each question (T-19, F-3B-p-Q4, F-3B-p-Q5, F-3B-p-M2).

The rows of one group of people, one service and one time are one record. Only counts come in: what people wrote is never read, so that
no child's words can lie in the register. A count that a later file says otherwise is a correction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from ccm_site.facts.records import counting
from ccm_site.imports.contract_of import Contracts
from ccm_site.imports.correcting import corrected, counts_people
from ccm_site.imports.result import ImportResult
from ccm_site.imports.rows import Row
from ccm_site.imports.tables import Job, Refused, agreed, begin, take_together
from ccm_site.kinds import Field
from ccm_site.model import Record

_SCORES = ("one", "two", "three", "four", "five")
_ALIKE = ("mode", "evidence_kind", "gathered_by", "asked", "answered")
Key = tuple[str, str, str, str, str, str, str]


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool) -> ImportResult:
    """Import results of surveys. See `ccm_site.imports.run`."""
    job = begin("feedback", "feedback", ("contract", "provider", "service"), root, file, mapping, today)
    work = _Work(job)
    take_together(job.reader, work.key, work.take)
    return job.done(dry_run, "records of feedback")


class _Work:
    """What feedback can be about, and what is there already."""

    def __init__(self, job: Job):
        self.job = job
        self.contracts = Contracts(job.plan.register, job.reader)
        self.held: dict[Key, Record] = {_key_of(r.data): r for r in counting(job.plan.register, "feedback")}

    def key(self, row: Row) -> Key:
        """Which record a row belongs to: contract or provider, service, who was asked and how, first and last day."""
        reader = self.job.reader
        about, provider = self._about(row)
        period = self._field("period").by_name
        data = {
            **about, "service": self._service(row, provider),
            "respondent": reader.needed(row, "respondent", self._field("respondent")),
            "method": reader.needed(row, "method", self._field("method")),
            "period": {n: reader.needed(row, n, period[n]) for n in ("from", "to")},
        }  # fmt: skip
        if data["period"]["to"] < data["period"]["from"]:
            raise Refused("to", data["period"]["to"], "the last day is before the first", "mend the days", row)
        return _key_of(data)

    def take(self, rows: list[Row]) -> None:
        """Make or correct the record that the rows are. Raises `Refused`."""
        plan, reader = self.job.plan, self.job.reader
        key = self.key(rows[0])
        contract, provider, service, respondent, method, first, last = key
        given: dict[str, Any] = {n: reader.value(agreed(reader, rows, n), n, self._field(n)) for n in _ALIKE}
        given["childrens_version"] = reader.yes_or_no(agreed(reader, rows, "childrens_version"), "childrens_version")
        if given["asked"] is not None and (given["answered"] or 0) > given["asked"]:
            raise Refused(
                "answered", str(given["answered"]), "more people answered than were asked", "mend the numbers", rows[0]
            )
        given["questions"] = [self._question(r, given["answered"]) for r in rows]
        names = [q["question"] for q in given["questions"]]
        for row, name in zip(rows, names, strict=True):
            if names.index(name) != rows.index(row):
                raise Refused("question", name, "the question is there before", "leave one of the two rows", row)
        given = {k: v for k, v in given.items() if v is not None}
        numbers, label = tuple(r.number for r in rows), f"{contract or provider}, {respondent}, {first} to {last}"
        if held := self.held.get(key):
            changes = corrected(
                held.data, given, plan.today, plan.source, unsaid=lambda d: counts_people(self.job.kind, d)
            )
            plan.change(held, changes, label, numbers)
            return
        about = {"contract": contract} if contract else {"provider": provider}
        data = plan.in_order({
            "kind": "feedback", "id": plan.next_id("feedback", int(last[:4])), **about, "service": service, "respondent": respondent,
            "method": method, "period": {"from": first, "to": last}, **given, "retention_class": plan.retention("monitoring"),
        })  # fmt: skip
        if faults := plan.faults(data):
            raise Refused(
                "", "", f"it would make a record that its schema refuses: {faults[0]}", "mend the row", rows[0]
            )
        plan.create(data, label, numbers)

    def _question(self, row: Row, answered: int | None) -> dict[str, Any]:
        reader, item = self.job.reader, self._field("questions").item
        assert item is not None
        fields = item.by_name
        counts = {n: reader.value(row, n, fields["answers"].by_name[n]) for n in (*_SCORES, "none")}
        counts = {n: c for n, c in counts.items() if c is not None}
        if not counts:
            raise Refused("one", "", "it has no counts", "fill in how many gave each score from 1 to 5", row)
        scored = sum(counts.get(n, 0) for n in _SCORES)
        if answered is not None and scored > answered:
            raise Refused(
                "answered",
                str(answered),
                f"{scored} scores are more than the people who answered",
                "mend the counts",
                row,
            )
        question = {
            "question": reader.needed(row, "question", fields["question"]), "text": reader.value(row, "text", fields["text"]),
            "measure": reader.value(row, "measure", fields["measure"]), "answers": counts,
            "average": _average(counts, scored) if scored else None,
        }  # fmt: skip
        return {k: v for k, v in question.items() if v is not None}

    def _about(self, row: Row) -> tuple[dict[str, str], str]:
        """The contract, else the provider, that a row is about; and the provider whose services may be named."""
        if named := self.job.reader.raw(row, "contract"):
            contract = self.contracts.named(row, named)
            return {"contract": contract.id}, str(contract.data.get("provider"))
        provider = self.contracts.provider(row, "provider")
        return {"provider": provider}, provider

    def _service(self, row: Row, provider: str) -> str:
        return self.contracts.service(row, "service", provider)

    def _field(self, name: str) -> Field:
        found = self.job.kind.field(name)
        assert found is not None
        return found


def _key_of(data: Mapping[str, Any]) -> Key:
    period = data.get("period") or {}
    parts = (
        *(data.get(n) for n in ("contract", "provider", "service", "respondent", "method")),
        period.get("from"),
        period.get("to"),
    )
    contract, provider, service, respondent, method, first, last = (str(p or "") for p in parts)
    return contract, provider, service, respondent, method, first, last


def _average(counts: Mapping[str, int], scored: int) -> str:
    whole = sum(score * counts.get(name, 0) for score, name in enumerate(_SCORES, 1))
    found = (Decimal(whole) / scored).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return f"{found:f}".removesuffix(".0")
