"""What the council wants to have seen of a provider before children are placed with it (V-1)."""

from __future__ import annotations

from ccm_site.facts.policy import entries
from ccm_site.facts.records import counting
from ccm_site.model import Register

CHECKLIST: tuple[str, ...] = (
    "care_inspectorate_registration",
    "public_liability_insurance",
    "employers_liability_insurance",
    "professional_indemnity_insurance",
    "abuse_insurance",
    "protecting_vulnerable_groups",
    "safeguarding_policy",
    "data_protection_terms",
    "financial_check",
    "business_continuity",
    "fair_work",
    "modern_slavery",
)
"""The kinds of assurance that the council wants of a provider (V-1)."""


def registered_providers(register: Register) -> frozenset[str]:
    """The providers with a service of a type that has to be registered: of them the registration is wanted too."""
    registered = {e.get("code") for e in entries(register, "service_types") if e.get("registered") is True}
    services = counting(register, "service")
    return frozenset(str(s.data.get("provider")) for s in services if s.data.get("service_type") in registered)
