"""`ccm export return-template CONTRACT PERIOD`: the form for a provider's return, as a workbook (T-16, F-3B-f-1).

It asks for the measures of the contract's specification that are due, and shows what was answered last time. Only answer cells can
be written in. Last time's figures stand beside the answer, never in it: a figure that nobody typed is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ccm_site.exports import return_form as form
from ccm_site.exports.periods import read_period
from ccm_site.exports.result import CannotExport, Exported
from ccm_site.exports.return_facts import Asked, form_in_use, last_answers, measures, return_for
from ccm_site.exports.workbooks import answer, as_bytes, head, lock, put
from ccm_site.facts.contracts import providers_of, specification_on
from ccm_site.facts.records import cited
from ccm_site.facts.values import mappings
from ccm_site.kinds import Field, Kind
from ccm_site.model import Record
from ccm_site.register import load

ARGUMENTS = ("CONTRACT", "PERIOD", "[PROVIDER]")
_HOW = (
    "Write in the yellow cells only. Give figures for the period only.",
    "If a figure is not known, say why in the last column of the sheet Measures; do not write a nought.",
    "Never write a name, a date of birth or an address, and describe no child.",
    "Last time's figure stands beside the answer, so that you can compare. It is not taken as your answer.",
    "Send the file back as it is, as .xlsx.",
)


def export_file(root: Path, arguments: Mapping[str, str], today: date) -> Exported:
    """The form for one contract and period. See `ccm_site.exports.run`.

    Raises `CannotExport` for a contract that is not there or has no specification, a period that is none, or where no form for
    returns is issued.
    """
    first, last = read_period(arguments["PERIOD"])
    loaded = load(root)
    register = loaded.register
    contract = register.get("contract", arguments["CONTRACT"])
    if contract is None:
        raise CannotExport(
            f"there is no contract {arguments['CONTRACT'][:40]!r}. Write its number, for example C-2026-0001"
        )
    provider = _provider(contract, arguments.get("PROVIDER", ""))
    specification = specification_on(register, contract, last)
    if specification is None:
        raise CannotExport(
            f"{contract.id} names no specification, so nobody knows what to ask. Enter 'schedule_a:' first"
        )
    wanted = return_for(register, contract.id, provider, first, last)
    issued = cited(register, "monitoring_template", wanted.data.get("template")) if wanted else None
    issued = issued or form_in_use(register, contract, specification, today)
    if issued is None:
        raise CannotExport(
            f"no form for returns is issued that asks for the measures of {specification.key.id}. Issue one first "
            "(policy/monitoring-templates), or add the specification to the one in use"
        )
    asked = list(measures(register, contract, specification, provider, last))
    if not asked:
        raise CannotExport(f"{specification.key.id} has no measure that is collected by return")
    book = _Form(loaded.kinds["return"], last_answers(register, contract, provider, first))
    titles = [("Contract", f"{contract.id} {contract.data.get('title', '')}"), ("Period", f"{first} to {last}"),
              ("Specification", f"{specification.key.id} {specification.data.get('title', '')}"), ("Form", issued.key.id)]  # fmt: skip
    named = register.get("provider", provider or str(contract.data.get("provider", "")))
    titles.insert(1, ("Provider", str(named.data.get("name", named.id)) if named else ""))
    book.start(titles, str(issued.data.get("instructions", "")))
    book.measures(asked)
    book.service()
    book.outcomes(specification)
    book.quality()
    about = {
        "format": form.FORMAT, "contract": contract.id, "provider": provider, "specification": specification.key.id,
        "period_from": first.isoformat(), "period_to": last.isoformat(), "template": issued.key.id,
        "measures": " ".join(a.id for a in asked if a.due),
    }  # fmt: skip
    book.hidden(about)
    end = f"-{provider}" if provider else ""
    return Exported(f"return-{contract.id}-{first}-{last}{end}.xlsx", as_bytes(book.book))


def _provider(contract: Record, named: str) -> str:
    """Whose return it is, where the contract is with several; "" where it is with one."""
    all_of_them = providers_of(contract)
    if named and named not in all_of_them:
        raise CannotExport(f"{contract.id} is not with '{named[:60]}'. It is with: {', '.join(all_of_them)}")
    if len(all_of_them) > 1 and not named:
        raise CannotExport(
            f"{contract.id} is with several providers. Name one after the period: {', '.join(all_of_them)}"
        )
    return named if len(all_of_them) > 1 else ""


@dataclass
class _List:
    column: str
    length: int


class _Form:
    """The workbook while it is written."""

    def __init__(self, kind: Kind, last: Mapping[str, tuple[Any, date]]):
        self.book = Workbook()
        self.kind = kind
        self.last = last
        self._lists: dict[tuple[str, ...], _List] = {}
        self._words: Worksheet = self.book.create_sheet(form.LISTS)
        self._rules: dict[tuple[str, str], DataValidation] = {}

    def start(self, titles: list[tuple[str, str]], instructions: str) -> None:
        sheet = self.book.worksheets[0]
        sheet.title = "Start"
        put(sheet["A1"], "Monitoring return", bold=True)
        for row, (name, value) in enumerate(titles, 3):
            put(sheet.cell(row, 1), name, bold=True)
            put(sheet.cell(row, 2), value)
        for row, text in enumerate((*_HOW, *([instructions] if instructions else ())), 4 + len(titles)):
            put(sheet.cell(row, 2), text)
        lock(sheet, (16, 90))

    def measures(self, asked: list[Asked]) -> None:
        sheet = self._sheet(
            form.MEASURES, "Give the figure for the period, or say whether the test was met, or say why there is no answer.",
            ("Short name", "What is measured", "Unit", "Target", "Better", "Last time", "Value", "Out of", "Met", "Comment",
             "Why there is no answer"), (18, 55, 12, 18, 12, 20, 12, 10, 10, 40, 40),
        )  # fmt: skip
        fields = form.line_fields(self.kind, form.MEASURES)
        for row, a in enumerate(asked, form.FIRST_ROW):
            answers = fields["passed" if a.test else "value"]
            what = a.text if a.due else f"{a.text} (where it happened; not due at a fixed time)"
            for column, text in enumerate(
                (a.id, what, a.unit, a.target, a.better, self._last(f"values.{a.id}", answers)), 1
            ):
                put(sheet.cell(row, column), text)
            for name, letter in form.COLUMNS[form.MEASURES].items():
                if name not in (("value", "out_of") if a.test else ("passed",)):
                    self._answer(sheet, f"{letter}{row}", fields[name])

    def service(self) -> None:
        sheet = self._sheet(
            form.SERVICE, "Volume, staff, complaints, incidents, good practice and risks. Leave empty what does not apply.",
            ("Short name", "About", "Question", "Last time", "Answer", "How to answer"), (28, 22, 34, 20, 50, 60),
        )  # fmt: skip
        for row, q in enumerate(form.questions(self.kind), form.FIRST_ROW):
            texts = (q.key, q.group.title, q.label, self._last(q.key, q.field))
            for column, text in enumerate(texts, 1):
                put(sheet.cell(row, column), text)
            put(sheet.cell(row, 6), q.field.description)
            self._answer(sheet, f"E{row}", q.field)

    def outcomes(self, specification: Record) -> None:
        fields = form.line_fields(self.kind, form.OUTCOMES)
        names = form.COLUMNS[form.OUTCOMES]
        sheet = self._sheet(
            form.OUTCOMES, "For how many children each outcome was achieved, in your view. Figures only.",
            ("Short name", "Outcome", *(fields[n].title for n in names)), (28, 70, 12, 12, 14, 12),
        )  # fmt: skip
        for row, outcome in enumerate(mappings(specification.data.get("outcomes")), form.FIRST_ROW):
            put(sheet.cell(row, 1), str(outcome.get("id", "")))
            put(sheet.cell(row, 2), str(outcome.get("text", "")))
            for name, letter in names.items():
                self._answer(sheet, f"{letter}{row}", fields[name])

    def quality(self) -> None:
        fields = form.line_fields(self.kind, form.QUALITY)
        names = form.COLUMNS[form.QUALITY]
        sheet = self._sheet(
            form.QUALITY, "Your own quality work in the period, a row for each piece.",
            ("Row", *(fields[n].title for n in names)), (8, 26, 16, 90),
        )  # fmt: skip
        for i in range(form.QUALITY_ROWS):
            row = form.FIRST_ROW + i
            put(sheet.cell(row, 1), str(i + 1))
            for name, letter in names.items():
                self._answer(sheet, f"{letter}{row}", fields[name])

    def hidden(self, about: Mapping[str, str]) -> None:
        sheet = self.book.create_sheet(form.ABOUT)
        for row, (name, value) in enumerate(about.items(), 1):
            put(sheet.cell(row, 1), name)
            put(sheet.cell(row, 2), value)
        for each in (sheet, self._words):
            lock(each, (20, 60))
            each.sheet_state = "hidden"
        self.book.move_sheet(self._words, len(self.book.worksheets))

    def _last(self, key: str, field: Field) -> str:
        if key not in self.last:
            return ""
        value, end = self.last[key]
        return f"{field.label_of(value)} (to {end})"

    def _sheet(self, name: str, how: str, titles: tuple[str, ...], widths: tuple[int, ...]) -> Worksheet:
        sheet: Worksheet = self.book.create_sheet(name)
        put(sheet["A1"], name, bold=True)
        put(sheet["B2"], how)
        head(sheet, form.FIRST_ROW - 1, titles)
        sheet.freeze_panes = f"C{form.FIRST_ROW}"
        lock(sheet, widths)
        return sheet

    def _answer(self, sheet: Worksheet, ref: str, field: Field) -> None:
        answer(sheet[ref], text=_shape(field) == "text")
        key = (sheet.title, ".".join(field.path))
        if key not in self._rules:
            self._rules[key] = self._rule(field)
            sheet.add_data_validation(self._rules[key])
        self._rules[key].add(ref)

    def _rule(self, field: Field) -> DataValidation:
        """What a cell takes, and what is shown when it is entered."""
        options: dict[str, Any] = {"allow_blank": True, "showInputMessage": True, "showErrorMessage": True}
        match _shape(field):
            case "code":
                found = self._list(tuple(field.label_of(c) for c in field.schema["enum"]))
                where = f"{form.LISTS}!${found.column}$1:${found.column}${found.length}"
                rule, error = DataValidation("list", formula1=where, **options), "Choose one of the list."
            case "count":
                rule = DataValidation(
                    "whole", operator="between", formula1="0", formula2=str(field.schema["maximum"]), **options
                )
                error = "Write a whole number in figures, 0 for none."
            case "number":
                rule, error = (
                    DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", **options),
                    "Write a number in figures.",
                )
            case "date":
                rule = DataValidation("date", operator="greaterThan", formula1="36526", **options)
                error = "Write a day, for example 31/03/2026."
            case _:
                most = field.schema.get("maxLength", 500)
                rule = DataValidation("textLength", operator="lessThanOrEqual", formula1=str(most), **options)
                error = f"Write at most {most} characters."
        rule.promptTitle, rule.prompt = field.title[:32], field.description[:255]
        rule.errorTitle, rule.error = "Not taken", error
        return rule

    def _list(self, words: tuple[str, ...]) -> _List:
        if words not in self._lists:
            column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[len(self._lists)]
            for row, word in enumerate(words, 1):
                put(self._words[f"{column}{row}"], word)
            self._lists[words] = _List(column, len(words))
        return self._lists[words]


def _shape(field: Field) -> str:
    if "enum" in field.schema:
        return "code"
    if field.type == "integer":
        return "count"
    if field.schema.get("format") == "date":
        return "date"
    return "number" if form.is_figure(field) else "text"
