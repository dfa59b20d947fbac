"""When what a provider has to hold runs out: registration, insurance, accounts. Source: trace V-1, R-LAW-8."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from ccm_site.due.day import Due, last_working_day
from ccm_site.facts.contracts import providers_of
from ccm_site.facts.owners import owner_of
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, mappings
from ccm_site.kinds import Kinds
from ccm_site.model import Record, Register


def due(register: Register, kinds: Kinds, today: date) -> Iterator[Due]:
    """The last day of the newest of each kind, for providers with a contract that is signed or in force: the owner's of the first one."""
    kind = kinds.get("provider")
    label = kind.field("assurances.*.kind") if kind else None
    owned: dict[str, list[Record]] = defaultdict(list)
    for contract in counting(register, "contract", "signed", "in_force"):
        for id in providers_of(contract):
            owned[id].append(contract)
    for provider in counting(register, "provider"):
        contracts = owned[provider.id]
        newest: dict[str, tuple[date, int]] = {}
        for n, held in enumerate(mappings(provider.data.get("assurances"))):
            if until := day(held.get("valid_to")):
                name = str(held.get("kind"))
                newest[name] = max(newest.get(name, (date.min, 0)), (until, n))
        for name, (until, n) in newest.items() if contracts else ():
            yield Due(
                until, last_working_day(register, until), f"Runs out: {label.label_of(name) if label else name}", "assurances",
                provider.key, f"/assurances/{n}/valid_to", owner_of(register, contracts[0]), "",
            )  # fmt: skip
