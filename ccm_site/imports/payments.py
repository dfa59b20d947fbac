"""`ccm import payments`: what Finance paid on contracts in a period becomes payment summaries (F-3B-p-Q1, F-3B-p-M1, V-9).

The rows of one contract and period are one summary: a row without an item gives the whole, rows with items are its lines. A summary is
taken whole or not at all. A figure that a later file says otherwise is a correction; the comparison with the returns is to be done again.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from ccm_site.exports import CannotExport
from ccm_site.exports.periods import read_period
from ccm_site.facts.contracts import providers_of
from ccm_site.facts.records import counting
from ccm_site.facts.values import amount
from ccm_site.imports.contract_of import Contracts
from ccm_site.imports.correcting import corrected
from ccm_site.imports.result import ImportResult
from ccm_site.imports.rows import Row
from ccm_site.imports.tables import Job, Refused, agreed, begin, take_together
from ccm_site.kinds import Field
from ccm_site.model import Record


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool) -> ImportResult:
    """Import payments. See `ccm_site.imports.run`."""
    job = begin("payments", "payment_summary", ("contract", "provider"), root, file, mapping, today)
    work = _Work(job)
    take_together(job.reader, work.key, work.take)
    return job.done(dry_run, "payment summaries")


class _Work:
    """The contracts that are paid on, and the summaries that are there."""

    def __init__(self, job: Job):
        self.job = job
        self.contracts = Contracts(job.plan.register, job.reader)
        self.held: dict[tuple[str, str, str, str], Record] = {}
        for record in counting(job.plan.register, "payment_summary"):
            period = record.data.get("period", {})
            contract, provider = str(record.data.get("contract")), str(record.data.get("provider", ""))
            self.held[contract, provider, str(period.get("from")), str(period.get("to"))] = record

    def key(self, row: Row) -> tuple[str, str, str, str]:
        """Which summary a row belongs to: contract, provider where the contract is with several, first and last day."""
        first, last = self._period(row)
        contract, provider = self.contracts.of(row, first, last)
        several = len(providers_of(contract)) > 1
        return contract.id, provider if several else "", first.isoformat(), last.isoformat()

    def take(self, rows: list[Row]) -> None:
        """Make or correct the summary that the rows are. Raises `Refused`."""
        plan, reader = self.job.plan, self.job.reader
        contract, provider, first, last = self.key(rows[0])
        given: dict[str, Any] = {
            n: reader.money(agreed(reader, rows, n), n, self._field(n)) for n in ("credited", "accrued")
        }
        # In a row with an item and no amount for the line, what was paid is the line's.
        wholes = [r for r in rows if not reader.raw(r, "item") or reader.raw(r, "line_paid")]
        given["paid"] = reader.money(agreed(reader, wholes, "paid"), "paid", self._field("paid")) if wholes else None
        for name in ("invoices", "finance_reference", "final_payment_confirmed_on"):
            given[name] = reader.value(agreed(reader, rows, name), name, self._field(name))
        given["lines"] = [self._line(r) for r in rows if reader.raw(r, "item") or reader.raw(r, "line_paid")]
        given["paid"] = self._paid(rows, given)
        given = {k: v for k, v in given.items() if v not in (None, [])}
        numbers = tuple(r.number for r in rows)
        label = f"{contract}, {first} to {last}"
        held = self.held.get((contract, provider, first, last)) or (
            None
            if provider
            else next((r for k, r in self.held.items() if (k[0], *k[2:]) == (contract, first, last)), None)
        )
        if held is not None:
            changes = corrected(held.data, given, plan.today, plan.source)
            if changes and "reconciliation" in held.data:
                self.job.notes.append(f"{held.id} was set against the returns before; do it again with the new figures")
            plan.change(held, changes, label, numbers)
            return
        data = plan.in_order({
            "kind": "payment_summary", "id": plan.next_id("payment_summary", int(last[:4])), "contract": contract, "provider": provider,
            "period": {"from": first, "to": last}, "source": "finance_system", "received_on": plan.today.isoformat(),
            "prepared_by": "finance", **given, "retention_class": plan.retention("monitoring"),
        })  # fmt: skip
        if faults := plan.faults(data):
            raise Refused("", "", f"it would make a summary that its schema refuses: {faults[0]}", "mend the row")
        plan.create(data, label, numbers)

    def _paid(self, rows: list[Row], given: dict[str, Any]) -> dict[str, str]:
        """What was paid in all; the sum of the lines where no row says it. Where both are there they must agree."""
        lines = [amount(line["paid"]) or Decimal(0) for line in given["lines"]]
        if given["paid"] is None:
            if not lines:
                raise Refused(
                    "paid", "", "it does not say what was paid", "fill in the amount, 0.00 for nothing", rows[0]
                )
            whole: dict[str, str] = {**given["lines"][0]["paid"], "amount": f"{sum(lines):.2f}"}
            return whole
        if lines and sum(lines) != amount(given["paid"]):
            raise Refused(
                "paid", given["paid"]["amount"], f"the lines make {sum(lines):.2f}, which is not what was paid in all",
                "mend the lines or the whole", rows[0],
            )  # fmt: skip
        found: dict[str, str] = given["paid"]
        return found

    def _line(self, row: Row) -> dict[str, Any]:
        reader, item = self.job.reader, self._field("lines").item
        assert item is not None
        fields = item.by_name
        name = "line_paid" if reader.raw(row, "line_paid") else "paid"
        paid = reader.money(row, name, fields["paid"])
        if paid is None:
            raise Refused("line_paid", "", "the line does not say what was paid", "fill in the amount", row)
        line = {
            "item": reader.needed(row, "item", fields["item"]), "unit": reader.value(row, "unit", fields["unit"]),
            "quantity": reader.value(row, "quantity", fields["quantity"]), "rate": reader.money(row, "rate", fields["rate"]), "paid": paid,
        }  # fmt: skip
        return {k: v for k, v in line.items() if v is not None}

    def _period(self, row: Row) -> tuple[date, date]:
        reader = self.job.reader
        if text := reader.raw(row, "period"):
            try:
                return read_period(text)
            except CannotExport as error:
                raise Refused("period", text, "the period cannot be read", str(error).partition(". ")[2], row) from None
        part = self._field("period").by_name
        first, last = (date.fromisoformat(reader.needed(row, n, part[n])) for n in ("from", "to"))
        if last < first:
            raise Refused("to", last.isoformat(), "the period ends before it begins", "mend the days", row)
        return first, last

    def _field(self, name: str) -> Field:
        found = self.job.kind.field(name)
        assert found is not None
        return found
