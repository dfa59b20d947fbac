"""What a complaint or concern is about."""

from __future__ import annotations

from ccm_site.facts.records import cited
from ccm_site.model import Record, Register


def provider_of(register: Register, complaint: Record) -> str | None:
    """The provider that a complaint or concern is about: as it says, else that of its service, contract or placement."""
    for name in ("provider", "service", "contract", "placement"):
        value = complaint.data.get(name)
        if name != "provider":
            other = cited(register, name, value)
            value = other.data.get("provider") if other else None
            if value is None and other is not None and other.kind == "placement":
                contract = cited(register, "contract", other.data.get("contract"))
                value = contract.data.get("provider") if contract else None
        if isinstance(value, str):
            return value
    return None
