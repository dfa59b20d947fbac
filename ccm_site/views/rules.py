"""The rules in words: an index by family, and a page for each with what it asks, why, how to mend, and examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ccm_site.model import RuleText
from ccm_site.views.context import Site
from ccm_site.views.page import Page
from ccm_site.views.templates import render
from ccm_site.views.text import At
from ccm_site.views.urls import RULES, dictionary_url

FAMILIES = {
    "ID": "Records", "CFG": "Policy and settings", "NEED": "Need", "SRC": "Sourcing", "MKT": "Market", "PRO": "Providers",
    "SPEC": "Specifications", "TND": "Tenders", "NTJ": "Contracts without a tender", "AUT": "Authorisation", "CON": "Contracts",
    "DST": "Copies and notices", "PLC": "Placements", "FIN": "Finance", "MON": "Monitoring", "CNC": "Complaints and concerns",
    "REV": "Reviews", "SRP": "Strategic reports", "TRM": "Endings", "ROL": "Roles", "PRV": "Personal data", "LAW": "Law",
}  # fmt: skip


def rule_url(id: str) -> str:
    return f"{RULES}{id}/"


def rule_pages(site: Site, rules: Sequence[RuleText]) -> Iterator[Page]:
    """``rules/`` and ``rules/R-CON-7/``, in the order of the catalogue."""
    at = At(site, RULES)
    families: dict[str, list[tuple[str, str, str, str]]] = {}
    for rule in rules:
        family = rule.id.split("-")[1]
        families.setdefault(FAMILIES.get(family, family), []).append(
            (rule.id, at.href(rule_url(rule.id)), rule.says or rule.statement, rule.severity.split(";")[0])
        )
    yield Page(RULES, "Rules", render("rules.html", home=at.href(""), families=families))
    for rule in rules:
        yield _rule_page(site, rule)


def _rule_page(site: Site, rule: RuleText) -> Page:
    at = At(site, rule_url(rule.id))
    kinds = [
        (site.kinds[name].title, at.href(dictionary_url(site.kinds[name])))
        for name in rule.kinds
        if site.kinds.get(name)
    ]
    body = render("rule.html", home=at.href(""), index=at.href(RULES), rule=rule, kinds=kinds)
    return Page(at.url, f"Rule {rule.id}", body)
