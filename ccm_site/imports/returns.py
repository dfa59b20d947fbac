"""`ccm import returns`: the form that `ccm export return-template` made, filled in by a provider (T-16, F-3B-p-M1, F-4-SM-5).

It completes the return that was asked for, or makes it. A form with a wrong cell is not taken in half: every wrong cell is told at
once, and all that was typed is kept in the file of rejects. A figure that changes after the return came is a correction in sight;
a return that was accepted is not changed by a file.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.exports import CannotExport
from ccm_site.exports.return_facts import return_for
from ccm_site.facts.contracts import providers_of, specification_on
from ccm_site.facts.values import mappings
from ccm_site.imports import saving
from ccm_site.imports.correcting import Difference, corrected, counts_people, differences
from ccm_site.imports.filled_form import Filled, read_form
from ccm_site.imports.plan import Plan, refuse_unreadable
from ccm_site.imports.result import BadSource, ImportResult, Reject
from ccm_site.model import Record
from ccm_site.register import load

TITLE = "Provider's return"
_STAYS = ("accepted", "assessed")
_OF_NO_PEOPLE = frozenset({"per_cent", "days", "hours", "score_1_to_5", "grade_1_to_6"})


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool) -> ImportResult:
    """Import one filled-in form. See `ccm_site.imports.run`. There is no mapping: the form says what its cells are for."""
    if mapping is not None:
        raise BadSource("a return's form needs no mapping: it says itself what its cells are for. Leave --mapping out")
    loaded = load(root)
    refuse_unreadable(loaded, ("return", "contract"))
    plan = Plan(root, loaded, TITLE, file, today)
    form = read_form(file, loaded)
    held = _held(plan, form)
    rejects = list(form.wrong)
    if not rejects:
        rejects += _take(plan, form, held)
    path = saving.rejects_path(file)
    raw = saving.form_csv(form.answers, rejects) if rejects else None
    written = () if dry_run else saving.save_all(root, plan.files if not rejects else {}, path, raw)
    return ImportResult(
        what="returns", mapping=f"form {form.about['format']}", title=TITLE, file=file.name, dry_run=dry_run, rows=len(form.answers),
        created=tuple(plan.created), changed=tuple(plan.changed), unchanged=tuple(plan.unchanged), merged=(),
        rejects=tuple(rejects), masked=form.masked, notes=_notes(plan, form), written=written,
        rejects_file=path if rejects and not dry_run else "", kind="return", called="returns", unit="answers",
    )  # fmt: skip


def _held(plan: Plan, form: Filled) -> Record | None:
    """The return that is there for the form's contract and period. Raises `BadSource` where the form is for another agreement."""
    contract = plan.register.get("contract", form.about["contract"])
    if contract is None or "voided" in contract.data:
        raise BadSource(f"the form is for the contract {form.about['contract'][:40]}, which is not in this register")
    provider, template = form.about["provider"], form.about["template"]
    if provider and provider not in providers_of(contract):
        raise BadSource(
            f"the form says that it is from '{provider[:60]}', who is no party to {contract.id}. Make the form again with ccm export return-template"
        )
    if plan.register.get("monitoring_template", template) is None:
        raise BadSource(
            f"the form says that it is on {template[:40]!r}, which this register never issued. Make the form again with ccm export return-template"
        )
    agreed = specification_on(plan.register, contract, form.last)
    if agreed is None or agreed.key.id != form.about["specification"]:
        raise BadSource(
            f"the form asks for the measures of {form.about['specification'][:40]}, but {contract.id} is on "
            f"{agreed.key.id if agreed else 'no specification'}. Make the form again with ccm export return-template, and have it filled in"
        )
    try:
        return return_for(plan.register, contract.id, form.about["provider"], form.first, form.last)
    except CannotExport as several:
        raise BadSource(str(several)) from None


def _take(plan: Plan, form: Filled, held: Record | None) -> list[Reject]:
    """Make, complete or correct the return. What stands in the way comes back."""
    label = f"{form.about['contract']}, {form.first} to {form.last}"
    rows = tuple(range(1, len(form.answers) + 1))
    if held is None:
        data = _new(plan, form)
        faults = plan.faults(data)
        plan.create(data, label, rows)
    elif held.data.get("status") == "requested":
        come = {
            "status": "submitted",
            "received_on": plan.today.isoformat(),
            "specification": form.about["specification"],
        }
        answers = {k: v for k, v in (come | dict(form.data)).items() if held.data.get(k) != v}
        faults = plan.faults({**held.data, **answers})
        plan.change(held, {f"/{k}": v for k, v in answers.items()}, label, rows)
    elif held.data.get("status") in _STAYS and (differ := differences(held.data, dict(form.data))):
        return [
            Reject(
                0, "", d.place, f"differs from {held.id}, which is {held.data['status']}: what was accepted is not changed by a file",
                "let the contract monitor decide: enter it by hand with a line under 'corrections:', or void the return and import again",
                d.place,
            )
            for d in differ
        ]  # fmt: skip
    else:
        changes = corrected(
            held.data, dict(form.data), plan.today, plan.source, unsaid=lambda d: _unsaid(plan, form, held, d)
        )
        faults = []
        plan.change(held, changes, label, rows)
    return [
        Reject(0, "", "", f"would make a return that its schema refuses: {f}", "mend the form", "the whole form")
        for f in faults
    ]


def _unsaid(plan: Plan, form: Filled, held: Record, d: Difference) -> bool:
    """Whether a correction tells the figure's name only: where it counts people. A share, hours or a grade, without its number of cases, does not."""
    place = d.place.split(".")
    if place[0] == "values" and place[-1] == "value" and form.units.get(place[1], "") in _OF_NO_PEOPLE:
        lines = (*mappings(held.data.get("values")), *mappings(form.data.get("values")))
        return any("out_of" in v for v in lines if v.get("measure") == place[1])
    return counts_people(plan.kinds["return"], d)


def _new(plan: Plan, form: Filled) -> dict[str, Any]:
    """A return that nobody had entered as asked for."""
    about = form.about
    return plan.in_order({
        "kind": "return", "id": plan.next_id("return", plan.today.year), "status": "submitted", "contract": about["contract"],
        "provider": about["provider"], "submitted_by": "provider", "template": about["template"],
        "specification": about["specification"], "period": {"from": about["period_from"], "to": about["period_to"]},
        "received_on": plan.today.isoformat(), **form.data, "retention_class": plan.retention("monitoring"),
    })  # fmt: skip


def _notes(plan: Plan, form: Filled) -> tuple[str, ...]:
    if any(s.changes for s in plan.changed) and not form.wrong:
        return ("a figure that was received before keeps its line under 'corrections:' of the return",)
    return ()
