"""R-SRC-5 tells that there is too little, never how many children are expected."""

import re

from ccm_site.kinds import load_kinds
from ccm_site.register import load
from ccm_site.rules import all_rules
from ccm_site.rules.example import applied
from ccm_site.starter import shipped
from tests.registers import DEMO_DAY


def test_no_number_of_a_forecast_is_told():
    kinds, register = load_kinds(shipped() / "schemas"), load(shipped()).register
    needs = [r for r in register.of_kind("need") if "forecast" in r.data]
    register = applied(register, kinds, {r.path: {"/forecast/0/quantity": "987654"} for r in needs})[0]
    (rule,) = [r for r in all_rules() if r.row == "R-SRC-5"]
    told = [f.message + f.fix for f in rule.find(register, kinds, DEMO_DAY) if "forecast" in f.message]
    assert told and not any(re.search(r"\d", t) for t in told)
