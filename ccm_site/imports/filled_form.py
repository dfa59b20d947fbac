"""A filled-in form for a return, read cell by cell: what it is for, what was answered, and every cell that cannot be taken."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ccm_site.exports import return_form as form
from ccm_site.exports.return_facts import units
from ccm_site.imports.form_cells import Typed, WrongCell, read
from ccm_site.imports.masking import mask
from ccm_site.imports.result import BadSource, Masked, Reject
from ccm_site.imports.values import clean, cut, line
from ccm_site.imports.workbook import UNREADABLE, refuse_bombs
from ccm_site.kinds import Field, Kind
from ccm_site.register import Loaded

MAX_FORM = 4_000_000
MAX_CELLS = 40_000
_AGAIN = "Make it again with ccm export return-template"
_NEEDS = ("format", "contract", "provider", "specification", "period_from", "period_to", "template", "measures")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it was typed, masked: its cell, what was asked, and the text."""

    cell: str
    asked: str
    text: str


@dataclass(frozen=True)
class Filled:
    """One form as it came back. ``data`` has the fields of a return that were answered; ``wrong`` what cannot be taken."""

    about: Mapping[str, str]
    first: date
    last: date
    data: Mapping[str, Any]
    answers: tuple[Answer, ...]
    wrong: tuple[Reject, ...]
    masked: tuple[Masked, ...]
    units: Mapping[str, str]
    """The unit of each measure."""


def read_form(file: Path, loaded: Loaded) -> Filled:
    """Read a form. Raises `BadSource` where the file is no workbook, or none that was made for this."""
    values, formulas = _books(file)
    about = _about(values, file.name)
    try:
        first, last = date.fromisoformat(about["period_from"]), date.fromisoformat(about["period_to"])
    except ValueError:
        raise BadSource(f"{file.name} does not say for which period it is. {_AGAIN}") from None
    specification = loaded.register.get("specification", about["specification"])
    reader = _Reader(loaded.kinds["return"], values, formulas, units(specification) if specification else {})
    data = reader.all(about["measures"].split())
    return Filled(
        about, first, last, data, tuple(reader.answers), tuple(reader.wrong), tuple(reader.masked), reader.units
    )


def _books(file: Path) -> tuple[Workbook, Workbook]:
    """The workbook with the results of its formulas, and with the formulas themselves."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise BadSource(f"{file} cannot be read: {error.strerror}. Check the path") from None
    if len(raw) > MAX_FORM or raw[:4] != b"PK\x03\x04":
        raise BadSource(f"{file.name} is no form for a return. It must be sent back as it is, as .xlsx. {_AGAIN}")
    refuse_bombs(raw, file.name)
    try:
        books = [load_workbook(io.BytesIO(raw), data_only=d, keep_links=False) for d in (True, False)]
        size = sum(s.max_row * s.max_column for s in books[0].worksheets)
    except UNREADABLE as error:
        raise BadSource(f"{file.name} is no workbook that can be read ({type(error).__name__}). {_AGAIN}") from None
    if size > MAX_CELLS:
        raise BadSource(f"{file.name} has cells far outside the form. Remove what stands there, or {_AGAIN.lower()}")
    return books[0], books[1]


def _about(book: Workbook, name: str) -> dict[str, str]:
    sheet = book[form.ABOUT] if form.ABOUT in book.sheetnames else None
    rows = (
        {}
        if not isinstance(sheet, Worksheet)
        else {str(r[0]): str(r[1] or "") for r in sheet.iter_rows(max_col=2, values_only=True)}
    )
    lacks = [n for n in _NEEDS if n not in rows]
    if lacks:
        raise BadSource(f"{name} is no form that this program made: it does not say what it is for. {_AGAIN}")
    if rows["format"] != form.FORMAT:
        raise BadSource(
            f"{name} is a form of the format {rows['format'][:10]}; this program reads {form.FORMAT}. {_AGAIN}"
        )
    absent = [s for s in form.COLUMNS if s not in book.sheetnames]
    if absent:
        raise BadSource(f"{name} lacks the sheet {', '.join(absent)}. {_AGAIN}")
    return rows


@dataclass
class _Reader:
    kind: Kind
    values: Workbook
    formulas: Workbook
    units: Mapping[str, str]
    answers: list[Answer] = field(default_factory=list)
    wrong: list[Reject] = field(default_factory=list)
    masked: list[Masked] = field(default_factory=list)

    def all(self, due: list[str]) -> dict[str, Any]:
        """Everything that was answered, by the fields of a return."""
        data: dict[str, Any] = {"values": self._measures(due)}
        data |= self._service()
        data["outcomes"] = [o for _, o in self._lines(form.OUTCOMES, "outcome") if len(o) > 1]
        data["qa_activity"] = self._quality()
        for sheet in form.COLUMNS:
            self._outside(sheet)
        return {k: v for k, v in data.items() if v not in ([], {})}

    def _measures(self, due: list[str]) -> list[dict[str, Any]]:
        out = []
        missing = dict.fromkeys(due)
        for row, given in self._lines(form.MEASURES, "measure"):
            missing.pop(given["measure"], None)
            told = any(r.cell.startswith(f"{form.MEASURES}!") and r.row == row for r in self.wrong)
            if {"value", "passed", "not_answered_reason"} & given.keys():
                out.append(given)
            elif (given["measure"] in due or len(given) > 1) and not told:
                test = "passed" in self._cells(form.MEASURES, row)
                column = form.COLUMNS[form.MEASURES]["passed" if test else "value"]
                mend = "write the figure, or say in the last column why there is none"
                self._reject(form.MEASURES, f"{column}{row}", given["measure"], "", "has no answer", mend)
        for gone in missing:
            mend = "put its row back, or fill in the form anew"
            self._reject(form.MEASURES, "A1", gone, "", "is not in the form any more", mend)
        return out

    def _cells(self, sheet: str, row: int) -> set[str]:
        """The answers that a row asks for: those that are not locked."""
        page = self.values[sheet]
        return {n for n, c in form.COLUMNS[sheet].items() if not page[f"{c}{row}"].protection.locked}

    def _service(self) -> dict[str, Any]:
        page, out = self.values[form.SERVICE], defaultdict[str, Any](dict)
        column = form.COLUMNS[form.SERVICE][""]
        known = {q.key: q for q in form.questions(self.kind)}
        places: dict[str, str] = {}
        for row in range(form.FIRST_ROW, page.max_row + 1):
            question = known.get(str(page[f"A{row}"].value or ""))
            if question is None:
                continue
            places[question.key] = f"{column}{row}"
            value = self._read(form.SERVICE, f"{column}{row}", question.label, question.field)
            if value is None:
                continue
            group, _, name = question.key.partition(".")
            if group == "incidents":
                out.setdefault(group, []).append({"kind": name, "number": value})
            elif not name:
                out[group] = value
            elif question.group.type == "array":
                out.setdefault(group, []).append(value)
            else:
                out[group][name] = value
        self._complete(out, known, places)
        return dict(out)

    def _complete(self, out: Mapping[str, Any], known: Mapping[str, form.Question], places: Mapping[str, str]) -> None:
        """Where a group is answered in part, what it cannot do without is asked for."""
        wrong = {r.cell for r in self.wrong}
        for group, answers in out.items():
            whole = self.kind.field(group)
            for name in whole.schema.get("required", ()) if whole and isinstance(answers, dict) else ():
                key = f"{group}.{name}"
                place = places.get(key, "A1")
                if name not in answers and f"{form.SERVICE}!{place}" not in wrong:
                    self._reject(form.SERVICE, place, known[key].label, "", f"is empty, and the rest of '{whole.title}' needs it" if whole else "",
                                 "write it, or leave the others empty too")  # fmt: skip

    def _quality(self) -> list[dict[str, Any]]:
        out = []
        for row, given in self._lines(form.QUALITY, ""):
            told = any(r.cell == f"{form.QUALITY}!B{row}" for r in self.wrong)
            if given and "kind" not in given and not told:
                self._reject(form.QUALITY, f"B{row}", "What", "", "is empty", "choose what was done from the list")
            if given:
                out.append(given)
        return out

    def _lines(self, sheet: str, key: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each row of a sheet that has a short name, with its answers."""
        page, fields = self.values[sheet], form.line_fields(self.kind, sheet)
        for row in range(form.FIRST_ROW, page.max_row + 1):
            name = str(page[f"A{row}"].value or "")
            if not name:
                continue
            answers: dict[str, Any] = {key: name} if key else {}
            for part, column in form.COLUMNS[sheet].items():
                asked = f"{name}: {fields[part].title}" if key else fields[part].title
                value = self._read(
                    sheet, f"{column}{row}", asked, fields[part], self.units.get(name, "") if part == "value" else ""
                )
                if value is not None:
                    answers[part] = value
            yield row, answers

    def _read(self, sheet: str, ref: str, asked: str, into: Field, unit: str = "") -> Any:
        cell, behind = self.values[sheet][ref], self.formulas[sheet][ref]
        typed = Typed(f"{sheet}!{ref}", cell.value, str(cell.number_format), behind.data_type == "f")
        shown = mask(clean(typed.text))[0]
        if shown:
            self.answers.append(Answer(typed.ref, asked, shown))
        try:
            value, found = read(into, typed, unit)
        except WrongCell as wrong:
            self._reject(sheet, ref, asked, shown or "(formula)", str(wrong), wrong.mend)
            return None
        self.masked += [Masked(cell.row, typed.ref, kind) for kind in found]
        return value

    def _outside(self, sheet: str) -> None:
        """What was written where no answer belongs is not lost, and not guessed at."""
        page = self.values[sheet]
        last = max(form.COLUMNS[sheet].values())
        beyond = "F" if sheet == form.SERVICE else last
        for row in page.iter_rows(min_row=form.FIRST_ROW):
            for cell in row:
                named = bool(page[f"A{cell.row}"].value)
                if cell.value is not None and (not named or cell.column_letter > beyond or len(cell.column_letter) > 1):
                    text = mask(clean(str(cell.value)))[0]
                    self.answers.append(Answer(f"{sheet}!{cell.coordinate}", "", text))
                    self._reject(
                        sheet,
                        cell.coordinate,
                        "",
                        text,
                        "stands outside the answer cells",
                        "move it into a comment, or remove it",
                    )

    def _reject(self, sheet: str, ref: str, asked: str, text: str, why: str, mend: str) -> None:
        row = int("".join(c for c in ref if c.isdigit()))
        self.wrong.append(Reject(row, cut(line(asked), 80), cut(line(text), 60), why, mend, f"{sheet}!{ref}"))
