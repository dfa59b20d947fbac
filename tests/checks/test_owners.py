"""A finding belongs to the post that owns the record, or the contract that the record belongs to."""

from collections import Counter

from ccm_site.checks.owners import as_lines, by_owner, owner_of
from ccm_site.model import Finding, Key, Location, Record, Register


def record(kind, id, **data):
    return Record(Key(kind, id), f"{id}.yaml", {"kind": kind, "id": id, **data}, "")


REGISTER = Register({
    r.key: r for r in (
        record("contract", "C-1", owner_post="officer"), record("review", "RV-1", contract="C-1"), record("placement", "P-1", contract="C-1"),
        record("notice", "NO-1", placement="P-1"), record("provider", "brae"), record("action", "AC-1", contract="AC-1", owner_post="worker"),
        record("return", "RT-1", contract="nowhere"), record("placement", "P-2", placement="P-2"),
    )
})  # fmt: skip


def owner(kind, id):
    return owner_of(REGISTER, REGISTER.get(kind, id))


def test_whose_a_record_is():
    assert (
        owner("contract", "C-1")
        == owner("review", "RV-1")
        == owner("placement", "P-1")
        == owner("notice", "NO-1")
        == "officer"
    )
    assert owner("action", "AC-1") == "worker", "its own post first"
    assert owner("provider", "brae") == owner("return", "RT-1") == owner("placement", "P-2") == "", (
        "nobody's, or a circle"
    )


def test_counts_by_post_and_rule():
    findings = [Finding(r, "warning", "m", Location(p), "f") for r, p in
                (("R-A-1", "C-1.yaml"), ("R-A-1", "RV-1.yaml"), ("R-B-1", "NO-1.yaml"), ("R-B-1", "brae.yaml"), ("R-C-1", "unknown.yaml"))]  # fmt: skip
    counts = by_owner(findings, REGISTER)
    assert counts == {"officer": Counter({"R-A-1": 2, "R-B-1": 1}), "": Counter({"R-B-1": 1, "R-C-1": 1})}
    assert as_lines(counts) == ["officer: 3 (R-A-1 2 times, R-B-1)", "No post: 2 (R-B-1, R-C-1)"]
