"""What the form for a return needs to know of a contract: its specification on a day, the form in use, what is due, what was answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ccm_site.exports.result import CannotExport
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, days_after, mappings, months_after, part_of, period_end, texts
from ccm_site.model import Record, Register
from ccm_site.rules.monitoring_returns import MONTHS

RECEIVED = ("submitted", "queried", "accepted", "assessed")
_BETTER = {"at_least": "Higher", "at_most": "Lower", "exactly": "As near as can be"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One measure or standard of a specification that is collected by return."""

    id: str
    text: str
    unit: str
    target: str
    better: str
    test: bool
    """Whether it is a test that is met or not, without a figure."""
    due: bool
    """Whether it is due in the period; else it is asked where it happened."""


def form_in_use(register: Register, contract: Record, specification: Record, today: date) -> Record | None:
    """The latest issued form for providers' returns that asks for the measures of a specification; None where there is none."""
    fitting = []
    for form in counting(register, "monitoring_template", "issued"):
        issued = day(form.data.get("issued_on"))
        types, versions = texts(form.data.get("service_types")), texts(form.data.get("specifications"))
        if form.data.get("purpose") != "provider_return" or issued is None or issued > today:
            continue
        if (versions and specification.key.id not in versions) or (
            types and not versions and contract.data.get("service_type") not in types
        ):
            continue
        fitting.append((bool(versions), issued, form.key.id, form))
    return max(fitting, key=lambda f: f[:3])[3] if fitting else None


def returns_of(register: Register, contract: str, provider: str) -> list[Record]:
    """The returns of a provider on a contract that count, by the days on which their periods end."""
    found = [
        r for r in counting(register, "return")
        if r.data.get("contract") == contract and r.data.get("submitted_by") != "team"
        and (not provider or r.data.get("provider") == provider)
    ]  # fmt: skip
    return sorted(found, key=lambda r: (day(period_end(r.data)) or date.min, r.id))


def return_for(register: Register, contract: str, provider: str, first: date, last: date) -> Record | None:
    """The return that is there for a contract and exactly that period. Raises `CannotExport` where there are several."""
    wanted = {"from": first.isoformat(), "to": last.isoformat()}
    found = [r for r in returns_of(register, contract, provider) if r.data.get("period") == wanted]
    if len(found) > 1:
        raise CannotExport(
            f"there are several returns for {contract} and this period: {', '.join(r.id for r in found)}. Void what is too many"
        )
    return found[0] if found else None


def measures(register: Register, contract: Record, specification: Record, provider: str, last: date) -> Iterator[Asked]:
    """What is collected by return, in the order of the specification: due by the last day, or at no fixed time (R-MON-5)."""
    answered: dict[str, date] = {}
    for sent in returns_of(register, contract.id, provider):
        end = day(period_end(sent.data))
        if end is not None and end < last and sent.data.get("status") in RECEIVED:
            answered |= {str(v.get("measure")): end for v in mappings(sent.data.get("values"))}
    start = day(contract.data.get("start_date"))
    for entry in (*mappings(specification.data.get("standards")), *mappings(specification.data.get("measures"))):
        if entry.get("collection_method") != "provider_return":
            continue
        months = MONTHS.get(str(entry.get("frequency")))
        since = days_after(answered[str(entry["id"])], 1) if str(entry.get("id")) in answered else start
        if months is not None and since is not None and days_after(months_after(since, months), -1) > last:
            continue
        yield _asked(entry, months is not None)


def _asked(entry: Mapping[str, Any], due: bool) -> Asked:
    target = part_of(entry, "target")
    unit = str(target.get("unit", "")).replace("_", " ")
    comparison = str(target.get("comparison", ""))
    words = f"{comparison.replace('_', ' ').capitalize()} {target.get('value', '')}" if target else ""
    test = not target and "pass_test" in entry
    text = str(entry.get("measure") or entry.get("text", ""))
    if test:
        text = f"{text}: {entry['pass_test']}"
    return Asked(str(entry.get("id", "")), text, unit, words, _BETTER.get(comparison, ""), test, due)


def units(specification: Record) -> Mapping[str, str]:
    """The unit of each measure and standard of a specification, "" where it has no target."""
    entries = (*mappings(specification.data.get("standards")), *mappings(specification.data.get("measures")))
    return {str(e.get("id")): str(part_of(e, "target").get("unit", "")) for e in entries}


def last_answers(register: Register, contract: Record, provider: str, first: date) -> Mapping[str, tuple[Any, date]]:
    """What was last answered before a day, by the form's short names, with the day on which that period ended."""
    out: dict[str, tuple[Any, date]] = {}
    for sent in returns_of(register, contract.id, provider):
        end = day(period_end(sent.data))
        if end is None or end >= first or sent.data.get("status") not in RECEIVED:
            continue
        found = {
            f"values.{v.get('measure')}": v.get("value", v.get("passed")) for v in mappings(sent.data.get("values"))
        }
        for group in ("volume", "invoiced", "staffing", "complaints_received"):
            found |= {
                f"{group}.{k}": v for k, v in part_of(sent.data, group).items() if k not in ("comment", "learning")
            }
        found |= {f"incidents.{i.get('kind')}": i.get("number") for i in mappings(sent.data.get("incidents"))}
        out |= {key: (value, end) for key, value in found.items() if value is not None}
    return out
