"""Records and life cycles that nobody thought of: no generated record stops a rule, and steps that life cycles allow never lead astray."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from ccm_site.checks.schema import schema_findings
from ccm_site.kinds import load_kinds
from ccm_site.model import Key, Register
from ccm_site.register import linked, load
from ccm_site.rules import Changes, Unchecked, all_change_rules, change_findings, rule_findings
from ccm_site.rules.example import AS_OF
from ccm_site.rules.roles import DECISIONS
from ccm_site.starter import shipped

KINDS = load_kinds(shipped() / "schemas")
REGISTER = load(shipped()).register
RECORDED = [k.name for k in KINDS if REGISTER.of_kind(k.name)]
WITH_STATES = [k.name for k in KINDS if k.life_cycle]
TEXT = st.sampled_from(["x", "Åse’s “own” words", "0", "-", "£1,000", "2026-02-30", "null", "=1+1", "a" * 300])


def values_of(f, depth=0):
    """Values that a field's schema lets pass, and a few that it does not."""
    schema = f.schema
    if "const" in schema:
        return st.just(schema["const"])
    if schema.get("enum"):
        return st.sampled_from(schema["enum"])
    if f.ref:
        return st.sampled_from([r.id for k in f.ref for r in REGISTER.of_kind(k)[:9]] or ["none"])
    if f.codes:
        codes = [e["code"] for e in REGISTER.table(f.codes).get("entries", ()) if "code" in e]
        return st.sampled_from(codes or ["none"])
    if schema.get("format") == "date":
        return st.dates().map(str)
    if f.type == "boolean":
        return st.booleans()
    if f.type == "integer":
        return st.integers(schema.get("minimum", 0), schema.get("maximum", 10**6))
    if f.type == "array" and f.item:
        return st.lists(values_of(f.item, depth + 1), min_size=schema.get("minItems", 0), max_size=3)
    if f.type == "object" and depth < 4:
        asked = {c.name: values_of(c, depth + 1) for c in f.fields if c.required}
        may = {c.name: values_of(c, depth + 1) for c in f.fields if not c.required}
        return st.fixed_dictionaries(asked, optional=may)
    if "pattern" in schema and re.match(schema["pattern"], "1.00"):
        return st.decimals(0, 10**9, places=2).map(str)
    return TEXT


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_generated_record_stops_a_rule(data):
    """Six records at a time. A rule may give up on a record only where its schema finds something in one of them."""
    records, changed = dict(REGISTER.records), []
    for name in data.draw(st.lists(st.sampled_from(RECORDED), min_size=6, max_size=6)):
        kind = KINDS[name]
        old = data.draw(st.sampled_from(REGISTER.of_kind(name)[:20]))
        fields = [f for f in kind.fields if f.name not in ("kind", "id", "version")]
        chosen = data.draw(st.lists(st.sampled_from(fields), min_size=1, max_size=4, unique_by=lambda f: f.name))
        new = replace(old, data={**old.data, **{f.name: data.draw(values_of(f)) for f in chosen}})
        fits = not list(schema_findings([new], KINDS))
        if fits or data.draw(st.booleans()):
            records[new.key] = new
            changed.append(fits)
    register = linked(records, KINDS)[0]
    stopped: list[Unchecked] | None = None if all(changed) else []
    changes = Changes.between(REGISTER, register)
    found = [
        *rule_findings(register, KINDS, AS_OF, stopped), *change_findings(changes, KINDS, AS_OF, stopped),
    ]  # fmt: skip
    assert all(f.message and f.severity in ("error", "warning") and f.at.path for f in found)


class Steps(RuleBasedStateMachine):
    """One record of a kind with a life cycle, brought from state to state."""

    @initialize(kind=st.sampled_from(WITH_STATES), data=st.data())
    def enters(self, kind, data):
        self.kind = KINDS[kind]
        self.cycle = self.kind.life_cycle
        record = data.draw(st.sampled_from(REGISTER.of_kind(kind)))
        clear = {n: v for n, v in record.data.items() if n not in (*DECISIONS, "legacy", "voided")}
        self.record = replace(record, key=Key(kind, "new"), data=clear)
        begins = data.draw(st.sampled_from(self.cycle.initial))
        self.record, found = self.put(begins, None)
        assert found == [], "a record may begin in every initial state"

    def put(self, state, role):
        """The record in a state, with the role that decided, and what the rules of steps and roles find in that."""
        data = {**self.record.data, self.cycle.field: state}
        if role:
            data["decision"] = {"by_role": role, "on": "2026-11-24"}
        new = replace(self.record, data=data)
        tables = {k: r for k, r in REGISTER.records.items() if k.kind in ("roles", "decision_rights", "person", "post")}
        was = {self.record.key: self.record} if getattr(self, "state", None) else {}
        changes = Changes.between(Register({**tables, **was}), Register({**tables, new.key: new}))
        rules = [r for r in all_change_rules() if r.id in ("R-ID-3", "R-ROL-1")]
        found = [f for r in rules for f in r.find(changes, KINDS, AS_OF)]
        if not found:
            self.state = state
        return new, found

    def reached(self):
        """The states to which the record may come in one change: by one step, or by several that only record."""
        recorded, todo = set(), [self.state]
        while todo:
            new = {t.to for t in self.cycle.next(todo.pop()) if t.lane == "record"} - recorded
            recorded |= new
            todo += new
        return recorded | {t.to for t in self.cycle.next(self.state)}

    @rule(data=st.data())
    def takes_a_step(self, data):
        """Every step that the life cycle declares is let pass, decided by any of the roles that may."""
        steps = self.cycle.next(self.state)
        if steps:
            step = data.draw(st.sampled_from(steps))
            self.record, found = self.put(step.to, data.draw(st.sampled_from(step.by)))
            assert found == [], (self.kind.name, step, found)

    @rule(data=st.data())
    def tries_what_is_no_step(self, data):
        """Any other change of state is refused."""
        others = sorted(set(self.cycle.states) - self.reached() - {self.state})
        if others:
            state, found = self.state, self.put(data.draw(st.sampled_from(others)), None)[1]
            assert [f.rule for f in found] == ["R-ID-3"] and self.state == state

    @rule(data=st.data())
    def is_decided_by_whom_it_may_not(self, data):
        """A role that no step, no table and no body names decides nothing."""
        steps = [t for t in self.cycle.next(self.state) if t.lane == "decide"]
        if steps:
            state, found = self.state, self.put(data.draw(st.sampled_from(steps)).to, "visitor")[1]
            assert [(f.rule, f.at.pointer) for f in found] == [("R-ROL-1", "/decision/by_role")] and self.state == state

    @invariant()
    def an_end_is_an_end(self):
        """A final state is never left, and every other one can be."""
        if getattr(self, "state", None):
            final = self.cycle.states[self.state].get("final", False)
            assert bool(final) is not bool(self.cycle.next(self.state)), (self.kind.name, self.state)


def test_allowed_steps_never_lead_astray():
    limits = settings(max_examples=150, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Steps, settings=limits)


@pytest.mark.parametrize("kind", WITH_STATES)
def test_every_state_is_reached_from_the_first(kind):
    cycle = KINDS[kind].life_cycle
    reached, todo = set(cycle.initial), list(cycle.initial)
    while todo:
        new = {t.to for t in cycle.next(todo.pop())} - reached
        reached |= new
        todo += new
    assert reached == set(cycle.states)
