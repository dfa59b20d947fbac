"""Personal data in comments, unreadable files, misfits and file names is found, and no finding repeats it."""

import pytest

from ccm_site.checks.report import as_json
from ccm_site.checks.run import check
from ccm_site.source import comments, parse
from tests.registers import TODAY, write

CHI = "0101011237"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("providers/loch/provider.yaml", f"kind: provider\nid: loch\nname: Loch\nstatus: active # {CHI}\norganisation_kind: charity\n", 4),
        ("providers/loch/provider.yaml", f"kind: provider\nid: loch\n# CHI {CHI}\nname: [\n", 3),
        ("providers/loch/provider.yaml", f"kind: nothing\nid: loch\nname: {CHI}\n", 3),
        ("providers/loch/provider.yaml", f"kind: provider\nid: brae-fostering\nname: {CHI} Care\nstatus: active\norganisation_kind: charity\n", 3),
        ("providers/loch/provider.yaml", f"kind: provider\nid: loch\nname: Loch\nstatus: CHI {CHI}\norganisation_kind: charity\n", 4),
        ("providers/loch/provider.yaml", f"kind: provider\nid: loch\nname: Loch\nstatus: active\norganisation_kind: charity\n{CHI}: yes\n", 1),
    ],
)  # fmt: skip
def test_it_is_found_wherever_it_stands_and_never_repeated(small_register, path, text, line):
    write(small_register, path, text)
    _, findings = check(small_register, TODAY)
    mine = [f for f in findings if f.at.path == path and f.severity == "error"]
    assert mine and CHI not in as_json(findings)
    if line > 1:
        assert any(f.rule == "R-PRV-2" and f.at.line == line for f in mine)


def test_a_file_name_is_not_repeated(small_register):
    write(small_register, f"providers/{CHI}/provider.yaml", f'kind: provider\nid: "{CHI}"\nname: Loch\n')
    _, findings = check(small_register, TODAY)
    assert any(f.rule == "R-PRV-2" for f in findings) and CHI not in as_json(findings)


def test_comments_are_told_from_text():
    text = "a: '# no'\nb: |\n  # no\n  x\nc: y # one\n# two\nd: >- # three\n  z\ne: a#b\n"
    assert comments(parse(text.encode(), "x")) == [(5, "# one"), (6, "# two"), (7, "# three")]
