"""What rules say of a record they say in words: labels for codes, pounds for amounts. What is to be written is told as it is written."""

import re

import pytest

from ccm_site.kinds import load_kinds
from ccm_site.register import load
from ccm_site.rules import Changes, all_change_rules, all_rules, catalogue
from ccm_site.rules.example import applied, examples
from ccm_site.rules.support import called, label
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
ROWS = [row for row in catalogue() if any(not e.passes for e in examples(row))]


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


@pytest.fixture(scope="module")
def codes(demonstration):
    """Codes of tables, states and roles that are not also the name of a field, which a message may give."""
    known = {e["code"] for kind in KINDS if kind.has_codes for e in demonstration.table(kind.name).get("entries", ())}
    states = {state for kind in KINDS if kind.life_cycle for state in kind.life_cycle.states}
    roles = set(KINDS["delegation"].field("role").schema["enum"])
    return (known | states | roles) - {f.name for kind in KINDS for f in kind.all_fields}


@pytest.fixture(scope="module")
def names(demonstration):
    """The short names of posts and providers."""
    return {r.id for kind in ("post", "provider") for r in demonstration.of_kind(kind)}


def findings(row, demonstration):
    for example in examples(row):
        if not example.passes:
            base = applied(demonstration, KINDS, example.before)[0] if example.before else demonstration
            register = applied(base, KINDS, example.change)[0]
            changes = Changes.between(base, register)
            for rule in all_rules():
                if rule.row == row:
                    yield from rule.find(register, KINDS, example.today)
            for change in all_change_rules():
                if change.row == row:
                    yield from change.find(changes, KINDS, example.today)


@pytest.mark.parametrize("row", ROWS)
def test_a_message_says_what_a_code_means_and_gives_amounts_in_pounds(demonstration, codes, names, row):
    for message in (f.message for f in findings(row, demonstration)):
        quoted = set(re.findall(r"'([^' ]+)'", message))
        bare = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\bccm\b|\bcrg\b", message))
        assert not (codes | names) & quoted and not codes & bare, message
        assert not re.search(r"(?<![£\d,.])\d{3,}\.\d\d\b|£\d{4,}", message), message


def test_codes_to_choose_from_are_told_with_their_labels(demonstration):
    for row, choice in (
        ("R-LAW-9", "contract_placement (Contract used for placements); contract_standard (Contract)"),
        ("R-MON-2", "rating_amber (Rated amber); rating_red (Rated red)"),
    ):
        assert any(choice in f.fix for f in findings(row, demonstration)), row


def test_a_value_is_called_by_its_state_label_table_or_record(demonstration):
    for kind, field, value, told in (
        ("contract", "status", "ready_for_issue", "Ready for issue"),
        ("contract_termination", "decision.by_role", "ccm", "Commissioning and Contracts Manager"),
        ("provider", "assurances.*.kind", "abuse_insurance", "Insurance that covers abuse"),
        ("placement", "resource_type", "voluntary_high_cost", "Voluntary organisation, high-cost support"),
        ("authorisation", "budget_holder", "service-manager-disability", "Service Manager, Disability"),
        ("authorisation", "budget_holder", "nobody", "nobody"),
        ("contract", "no_such_field", "as it is", "as it is"),
    ):
        assert called(demonstration, KINDS, kind, field, value) == told


def test_a_code_is_called_by_its_latest_label(demonstration):
    change = {
        "policy/service_types.yaml": {"/entries/0/label": "What it was called", "/entries/0/effective_to": "2026-03-31"}
    }
    code = demonstration.table("service_types")["entries"][0]["code"]
    again = {"code": code, "label": "What it is called", "effective_from": "2026-04-01"}
    change["policy/service_types.yaml"]["/entries/" + str(len(demonstration.table("service_types")["entries"]))] = again
    register = applied(demonstration, KINDS, change)[0]
    assert label(register, "service_types", code) == "What it is called"
    assert label(register, "service_types", "unheard_of") == "unheard_of"
