"""`ccm import inspections`: the regulator's own list of services, with their grades, becomes inspections of the services known here
(CARE-1 to CARE-4, F-3B-p-Q6, F-4-SM-6).

The list has every service of the country. A row is this register's business where a service has its registration number; all others
are counted, by why they were left out. One row tells of several inspections: those of the last years with what they required, and the
one that was graded last. A later list adds inspections; a grade that it says otherwise for the same inspection is a correction.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.facts.policy import entries
from ccm_site.facts.records import counting
from ccm_site.imports.correcting import corrected
from ccm_site.imports.form_cells import Typed, WrongCell, read
from ccm_site.imports.masking import mask
from ccm_site.imports.result import ImportResult, Masked
from ccm_site.imports.rows import Row
from ccm_site.imports.tables import Job, Refused, begin
from ccm_site.imports.values import clean, cut, line, read_date
from ccm_site.model import Record

UNKNOWN = "no service of this register has this registration number"
PROVIDER_ONLY = (
    "the provider is in this register, but not this service; enter the service with its number to have its grades"
)
NEVER = "the service is in this register, but has not been inspected"
_NUMBER = re.compile(r"CS\d{10}\Z", re.ASCII)
_ORDINAL = re.compile(
    r"(first|second|third|fourth|fifth|sixth|seventh|eighth)_(date|recs|reqs|case)_(\d{4})\Z", re.IGNORECASE
)
_UPHELD = re.compile(r"complaints_upheld_(\d\d)(\d\d)\Z", re.IGNORECASE)
_ENFORCED = re.compile(r"enforcements?_issued_\d{4}\Z", re.IGNORECASE)
_ITEM = re.compile(r"(?:^|\n)\s*\d{1,2}\.\s+")
_BY = re.compile(r"\bby[\s?]+(\d{1,2})(?:st|nd|rd|th)?[\s?]+([A-Z][a-z]+)[\s?,]+(\d{4})", re.IGNORECASE)
_LONGEST = 500


@dataclass
class _Seen:
    """One inspection of a row: its day, and what it required and recommended."""

    on: date | None
    requirements: list[dict[str, str]] = field(default_factory=list)
    areas: list[dict[str, str]] = field(default_factory=list)


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool) -> ImportResult:
    """Import a regulator's list. See `ccm_site.imports.run`."""
    job = begin("inspections", "inspection", ("service", "provider"), root, file, mapping, today)
    work = _Work(job)
    for _ in job.reader.rows(work.row):
        pass
    for why, number in work.left_out.items():
        job.left_out[why] = number
    if work.enforced:
        job.notes.append(
            f"the file says that formal steps were taken against {len(work.enforced)} services known here, without their days "
            f"({', '.join(work.enforced[:10])}): enter them from the reports"
        )
    return job.done(dry_run, "inspections")


class _Work:
    """The services that are known, and what has been found of them so far."""

    def __init__(self, job: Job):
        self.job = job
        self.kind = job.kind
        register = job.plan.register
        self.services: dict[str, list[Record]] = {}
        for service in counting(register, "service"):
            if isinstance(number := service.data.get("registration_number"), str):
                self.services.setdefault(number, []).append(service)
        self.providers = {p.data.get("registration_number") for p in counting(register, "provider")} - {None}
        self.held: dict[str, list[Record]] = {}
        for record in counting(register, "inspection"):
            self.held.setdefault(str(record.data.get("service")), []).append(record)
        self.left_out: Counter[str] = Counter()
        self.enforced: list[str] = []
        self._done: set[str] = set()
        columns = job.reader.table.columns
        self._ordinals = [
            (i, m[1].lower(), m[2].lower(), m[3]) for i, c in enumerate(columns) if (m := _ORDINAL.match(c))
        ]
        self._upheld = [(i, f"20{m[1]}-{m[2]}") for i, c in enumerate(columns) if (m := _UPHELD.match(c))]
        self._enforced = [i for i, c in enumerate(columns) if _ENFORCED.match(c)]
        job.reader.read_here = frozenset(c for c in columns for p in (_ORDINAL, _UPHELD, _ENFORCED) if p.match(c))
        item = self.kind.field("grades")
        assert item is not None and item.item is not None
        self._grade, self._items = item.item.by_name["grade"], item.item.by_name["item"].schema["enum"]
        self._graded = [n for n in job.reader.mapping.data["fields"] if n in self._items]
        self._scheme = str(job.reader.mapping.data.get("constants", {}).get("scheme", "key_questions"))
        self.bodies = [
            (str(e["code"]), e.get("effective_from", ""), e.get("effective_to", "9999"))
            for e in entries(register, "inspection_bodies") if e.get("service_number_prefix") == "CS"
        ]  # fmt: skip

    def row(self, row: Row) -> None:
        """Make, complete or correct the inspections that a row tells of. Raises `Refused`."""
        reader = self.job.reader
        number = "".join(reader.raw(row, "service").split()).upper()
        if not _NUMBER.match(number):
            raise Refused(
                "service", number, "it is no registration number of a service", "write it as CS2003000150", row
            )
        found = self.services.get(number, [])
        if not found:
            known = "".join(reader.raw(row, "provider").split()).upper() in self.providers
            self.left_out[PROVIDER_ONLY if known else UNKNOWN] += 1
            return
        if len(found) > 1:
            ids = ", ".join(s.id for s in found)
            raise Refused(
                "service", number, f"several services have this number ({ids})", "take it out of all but one", row
            )
        if number in self._done:
            raise Refused("service", number, "the service is in this file before", "leave one of the two rows", row)
        service = found[0]
        records = list(self._records(row, service))
        self._done.add(number)
        if not records:
            self.left_out[NEVER] += 1
        if any(row.cells[i].strip() not in ("", "0") for i in self._enforced):
            self.enforced.append(service.id)
        for data in records:
            self._keep(row, service, data)

    def _records(self, row: Row, service: Record) -> Iterator[dict[str, Any]]:
        """The inspections of a row, the earliest first."""
        published = self._date(row, "published_on")
        last = self._date(row, "inspected_on")
        grades = [
            {"scheme": self._scheme, "item": item, "grade": grade}
            for item in self._graded
            if (grade := self._grade_of(row, item)) is not None
        ]
        seen = self._seen(row)
        if last is not None:
            seen.setdefault(last, _Seen(last))
        before = [d for d in seen if published is not None and d <= published]
        graded = seen[max(before)] if before else _Seen(None)
        upheld = [
            {"year": year, "number": int(text)} for i, year in self._upheld if (text := clean(row.cells[i])).isdigit()
        ]
        all_of_them = [*([graded] if published and not before else []), *(seen[d] for d in sorted(seen))]
        for one in all_of_them:
            is_graded = published is not None and one is graded
            yield {
                "provider": str(service.data.get("provider")), "service": service.id, "body": self._body(one.on or published),
                "inspected_on": one.on.isoformat() if one.on else None,
                "published_on": published.isoformat() if is_graded and published else None,
                "grades": grades if is_graded else [], "requirements": one.requirements, "areas_for_improvement": one.areas,
                "upheld_complaints": upheld if one is all_of_them[-1] else [],
            }  # fmt: skip

    def _seen(self, row: Row) -> dict[date, _Seen]:
        """The inspections of the last years, by their days."""
        cells = {(ordinal, year, part): (i, clean(row.cells[i], True)) for i, ordinal, part, year in self._ordinals}
        out: dict[date, _Seen] = {}
        for (ordinal, year, part), (i, text) in cells.items():
            if part != "date" or not text:
                continue
            on = self._read_date(row, self.job.reader.names[i], text)
            one = out.setdefault(on, _Seen(on))
            for name, into in (("reqs", one.requirements), ("recs", one.areas)):
                at, said = cells.get((ordinal, year, name), (i, ""))
                into += [self._item(row, at, t, name == "reqs") for t in _ITEM.split(said) if t.strip()]
        return out

    def _item(self, row: Row, column: int, text: str, dated: bool) -> dict[str, str]:
        masked, found = mask(line(text))
        self.job.reader.masked += [Masked(row.number, self.job.reader.names[column], kind) for kind in found]
        item = {"text": cut(masked, _LONGEST)}
        if dated and (by := _BY.search(text)):
            with suppress(ValueError):  # then the words stand in the text only
                item["meet_by"] = read_date(f"{by[1]} {by[2]} {by[3]}", ("%d %B %Y", "%d %b %Y")).isoformat()
        return item

    def _keep(self, row: Row, service: Record, data: Mapping[str, Any]) -> None:
        plan = self.job.plan
        given = {k: v for k, v in data.items() if v not in (None, [])}
        label = str(service.data.get("name", service.id))
        held = self._held(given)
        if held is not None:
            changes = corrected(held.data, given, plan.today, plan.source, filling=True)
            plan.change(held, changes, label, (row.number,))
            return
        year = int(str(given.get("inspected_on", given.get("published_on")))[:4])
        plan.create(
            plan.in_order({
                "kind": "inspection", "id": plan.next_id("inspection", year), **given, "retention_class": plan.retention("monitoring"),
            }),
            label, (row.number,),
        )  # fmt: skip

    def _held(self, given: Mapping[str, Any]) -> Record | None:
        """The inspection that is there already: of the same day, else with a report published on the same day."""
        for name in ("inspected_on", "published_on"):
            for record in self.held.get(given["service"], ()):
                if name in given and record.data.get(name) == given[name] and record.data.get("body") == given["body"]:
                    return record
        return None

    def _grade_of(self, row: Row, item: str) -> int | None:
        text = self.job.reader.raw(row, item)
        try:
            grade, _ = read(self._grade, Typed(item, text))
        except WrongCell as wrong:
            raise Refused(
                item, text, f"the grade {wrong}", "write a grade from 1 to 6, or leave it empty", row
            ) from None
        if grade == 0:
            raise Refused(item, text, "there is no grade 0", "write a grade from 1 to 6, or leave it empty", row)
        return None if grade is None else int(grade)

    def _date(self, row: Row, name: str) -> date | None:
        text = self.job.reader.raw(row, name)
        return self._read_date(row, name, text) if text else None

    def _read_date(self, row: Row, name: str, text: str) -> date:
        try:
            return read_date(text, self.job.reader.mapping.date_formats)
        except ValueError as error:
            raise Refused(name, text, f"its date {error}", "write the date as 31/03/2026", row) from None

    def _body(self, on: date | None) -> str:
        day = on.isoformat() if on else ""
        return next((code for code, first, last in self.bodies if first <= day <= last), "care_inspectorate")
