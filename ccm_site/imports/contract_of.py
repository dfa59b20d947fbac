"""Which contract a row is about: by its number here, by its number in another register, or by its supplier where that leaves one."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ccm_site.facts.contracts import over_on, providers_of
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, mappings
from ccm_site.imports.rows import Row
from ccm_site.imports.suppliers import name_key
from ccm_site.imports.tables import Reader, Refused
from ccm_site.model import Record, Register


class Contracts:
    """The contracts and providers of a register, by all that rows call them."""

    def __init__(self, register: Register, reader: Reader):
        self.register, self.reader = register, reader
        self._references: dict[str, list[Record]] = defaultdict(list)
        self._of: dict[str, list[Record]] = defaultdict(list)
        for contract in counting(register, "contract"):
            for known in mappings(contract.data.get("external_references")):
                self._references[str(known.get("reference"))].append(contract)
            for provider in providers_of(contract):
                self._of[provider].append(contract)
        self._suppliers: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        for provider_record in counting(register, "provider"):
            if number := provider_record.data.get("supplier_number"):
                self._suppliers[str(number).lstrip("0")].append(provider_record.id)
            for name in (provider_record.data.get("name", ""), *(provider_record.data.get("aliases") or ())):
                self._names[name_key(str(name))].append(provider_record.id)

    def of(self, row: Row, first: date, last: date) -> tuple[Record, str]:
        """The contract of a row that speaks of the days from ``first`` to ``last``, and its provider. Raises `Refused`."""
        named, supplier = self.reader.raw(row, "contract"), self.reader.raw(row, "supplier")
        provider = self._provider(row, supplier) if supplier else ""
        if not named:
            return self._only(row, provider, supplier, first, last)
        contract = self.named(row, named)
        if provider and provider not in providers_of(contract):
            raise Refused(
                "supplier",
                supplier,
                f"{contract.id} is not with this supplier",
                "mend the supplier or the contract",
                row,
            )
        if not provider and len(providers_of(contract)) > 1:
            raise Refused(
                "supplier", "", f"{contract.id} is with several providers", "fill in the supplier number", row
            )
        return contract, provider or providers_of(contract)[0]

    def named(self, row: Row, text: str) -> Record:
        """The contract of that number, here or in another register. Raises `Refused`."""
        contract = self.register.get("contract", text)
        found = [contract] if contract else self._references.get(text, [])
        if len(found) == 1 and "voided" not in found[0].data:
            return found[0]
        why = (
            f"is the number of several contracts ({', '.join(c.id for c in found)})"
            if len(found) > 1
            else "is no contract of this register"
        )
        raise Refused("contract", text, f"this {why}", "write the contract's number here, for example C-2026-0001", row)

    def provider(self, row: Row, name: str) -> str:
        """The provider that a cell names, by its short name here, its supplier number or any spelling of its name. Raises `Refused`."""
        text = self.reader.raw(row, name)
        if self.register.get("provider", text):
            return text
        found = sorted(set(self._suppliers.get(text.lstrip("0"), []) or self._names.get(name_key(text), [])))
        if len(found) == 1:
            return found[0]
        why = (
            f"several providers are called so ({', '.join(found)})"
            if found
            else "no provider of this register is called so"
        )
        raise Refused(name, text, why, "write its short name here, as in the address of its page", row)

    def service(self, row: Row, name: str, provider: str) -> str:
        """The service that a cell names, by its number or name, of a provider; "" where the cell is empty. Raises `Refused`."""
        text = self.reader.raw(row, name)
        if not text:
            return ""
        found = [
            s.id
            for s in counting(self.register, "service")
            if s.data.get("provider") == provider
            and (
                s.id == text
                or name_key(text)
                in {name_key(str(n)) for n in (s.data.get("name", ""), *(s.data.get("aliases") or ()))}
            )
        ]
        if len(found) == 1:
            return found[0]
        why = (
            f"several services are called so ({', '.join(found)})"
            if found
            else "the provider has no service that is called so"
        )
        raise Refused(name, text, why, "write the service's number here, for example SV-2026-0001", row)

    def _provider(self, row: Row, number: str) -> str:
        found = self._suppliers.get(number.lstrip("0"), [])
        if len(found) == 1:
            return found[0]
        why = "several providers have this supplier number" if found else "no provider has this supplier number"
        raise Refused(
            "supplier",
            number,
            why,
            "enter the number with the provider ('supplier_number:'), or name the contract",
            row,
        )

    def _only(self, row: Row, provider: str, number: str, first: date, last: date) -> tuple[Record, str]:
        running = [c for c in self._of.get(provider, []) if self._runs(c, first, last)]
        if len(running) == 1:
            return running[0], provider
        if not number:
            raise Refused("contract", "", "it names neither contract nor supplier", "fill in one of them", row)
        why = f"the supplier has {len(running)} contracts in this period" + (
            f" ({', '.join(c.id for c in running)})" if running else ""
        )
        raise Refused("supplier", number, why, "name the contract", row)

    def _runs(self, contract: Record, first: date, last: date) -> bool:
        start, end = day(contract.data.get("start_date")), over_on(self.register, contract)
        return (start is None or start <= last) and (end is None or end >= first)
