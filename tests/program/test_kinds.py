"""Every kind says all that forms, pages, tables and exports are derived from, in words that a social worker understands."""

import json
import re

import pytest
from jsonschema import Draft202012Validator

from ccm_site.kinds import BadSchema, kinds_of, load_kinds
from ccm_site.starter import shipped

SCHEMAS = shipped() / "schemas"
KINDS = load_kinds(SCHEMAS)
NAMES = sorted(KINDS.by_name)
DESIGNED = [
    "contract",
    "variation",
    "monitoring_plan",
    "return",
    "payment_summary",
    "feedback",
    "review",
    "risk_assessment",
    "operational_report",
    "intervention",
    "action",
    "contract_termination",
    "notice",
    "placement",
    "authorisation",
    "need_specification",
    "outcome_evaluation",
    "placement_termination",
    "complaint",
    "specification",
    "provider",
    "service",
    "inspection",
    "peer_experience",
    "strategy",
    "need",
    "sourcing_decision",
    "market_note",
    "tender",
    "non_tender",
    "opportunity_risk",
    "strategic_report",
    "terms",
    "monitoring_template",
    "post",
    "person",
    "delegation",
    "disposal",
    "thresholds",
    "resource_types",
    "complaint_categories",
    "risk_model",
    "monitoring_policy",
    "review_cycle",
    "retention",
    "distribution",
    "decision_rights",
    "audiences",
    "holidays",
    "right_of_reply",
]


def test_every_kind_of_the_design_is_there():
    assert set(DESIGNED) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_schema_is_sound(name):
    Draft202012Validator.check_schema(KINDS[name].schema)
    assert KINDS[name].schema["$id"] == f"{name}.json"


@pytest.mark.parametrize("name", NAMES)
def test_every_field_has_a_label_and_a_hint(name):
    for f in KINDS[name].all_fields:
        assert f.title and f.title != f.name, f"{name}{f.pointer} has no title"
        assert f.description, f"{name}{f.pointer} has no description"
        assert "schema" not in f.description.lower() and "yaml" not in f.description.lower(), f"{name}{f.pointer}"


@pytest.mark.parametrize("name", NAMES)
def test_its_annotations_name_what_there_is(name):
    kind = KINDS[name]
    for path in (*kind.list_columns, *(f.partition(":")[0] for f in kind.filters), *kind.label_fields, *kind.page_on):
        assert kind.field(path), f"{name}: there is no field {path}"
    for f in kind.refs:
        assert f.backlink, f"{name}{f.pointer}: the other end has no name for this link"
    if kind.subject:
        assert kind.field(kind.subject)
    for template in kind.paths:
        for part in template.parts[1::2]:
            assert kind.field(part.strip("{}").partition(":")[0]), f"{name}: {template.text}"


@pytest.mark.parametrize("name", [n for n in NAMES if KINDS[n].life_cycle])
def test_its_life_cycle_is_its_status(name):
    kind = KINDS[name]
    cycle = kind.life_cycle
    states = kind.field(cycle.field).schema["enum"]
    assert list(cycle.states) == states
    reached = set(cycle.initial)
    for t in cycle.transitions:
        assert t.from_ in states and t.to in states
    while more := {t.to for t in cycle.transitions if t.from_ in reached} - reached:
        reached |= more
    assert reached == set(states), f"{name}: {set(states) - reached} cannot be reached"
    roles = json.loads((SCHEMAS / "common.json").read_text("utf-8"))["$defs"]["role"]["enum"]
    assert {role for t in cycle.transitions for role in t.by} <= set(roles)


def test_the_token_of_two_meanings_is_nowhere():
    """R-CFG-8: the short form for both the group and the rating is no name, value or address."""
    for path in SCHEMAS.rglob("*.json"):
        assert not re.search(r"(?<![a-z])r[a]g(?![a-z])", path.read_text("utf-8"), re.IGNORECASE), path


def test_no_stricter_field_is_public():
    for kind in KINDS:
        for f in kind.all_fields:
            assert not (f.sealed and f.audience == "public"), f"{kind.name}{f.pointer}"
            assert not (kind.audience == "restricted" and f.audience != "restricted" and f.sealed), (
                f"{kind.name}{f.pointer}"
            )


def test_a_schema_that_says_nothing_of_itself_is_refused():
    documents = dict(KINDS.documents) | {"odd.json": {"title": "Odd"}}
    with pytest.raises(BadSchema, match=r"schemas/odd\.json"):
        kinds_of(documents)


def test_adding_a_kind_is_adding_a_file():
    """The recipe of CONTRIBUTING: one schema, and the kind is checked, listed and linked."""
    odd = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "visit.json", "title": "Visit", "description": "A visit.",
        "type": "object", "additionalProperties": False, "required": ["kind", "id"],
        "x-ccm": {"kind": "visit", "plural": "Visits", "id_pattern": "^VI-\\d{4}-\\d{4}$", "paths": ["visits/{id:year}/{id}.yaml"],
                  "audience": "intranet", "page": "own", "lane": "record", "list": ["id"], "area": "monitoring", "clauses": []},
        "properties": {"kind": {"const": "visit", "title": "Kind of record", "description": "Always visit."},
                       "id": {"type": "string", "title": "Number", "description": "Its number."}},
    }  # fmt: skip
    kinds = kinds_of(dict(KINDS.documents) | {"visit.json": odd})
    assert kinds.of_path("visits/2026/VI-2026-0001.yaml") is kinds["visit"]
    assert "visits" in kinds.folders
