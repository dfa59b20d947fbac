"""The house as CONTRIBUTING.md describes it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("folder", ["ccm_site", "bench"])
def test_a_module_has_at_most_400_lines(folder):
    lengths = {
        p.relative_to(ROOT).as_posix(): len(p.read_text("utf-8").splitlines()) for p in (ROOT / folder).rglob("*.py")
    }
    assert lengths and {path: n for path, n in lengths.items() if n > 400} == {}


def test_every_module_has_a_row_in_the_table_of_the_house():
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rows = [
        line.split("|")[1]
        for line in page.partition("## The house")[2].partition("\n## ")[0].splitlines()
        if line.startswith("|")
    ]
    named = {cell.strip().strip("`") for row in rows for cell in row.split(",")}
    modules = {
        p.name + "/" * p.is_dir()
        for p in (ROOT / "ccm_site").iterdir()
        if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    aside = {"__init__.py", "__main__.py"}
    assert modules - aside <= named and {n for n in named if n.endswith((".py", "/"))} <= modules
