"""The figures that a risk model may test are those that its form offers."""

from ccm_site.kinds import load_kinds
from ccm_site.performance.figures import FIGURES
from ccm_site.starter import shipped


def test_the_form_offers_every_figure_and_no_other():
    offered = load_kinds(shipped() / "schemas").documents["common.json"]["$defs"]["risk_test"]["properties"]["figure"]
    assert set(offered["enum"]) == set(FIGURES) == set(offered["x-ccm"]["labels"])
