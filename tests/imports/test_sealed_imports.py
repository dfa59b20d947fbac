"""What is kept sealed comes in sealed: with the key store only, quoted nowhere, and found again by what is in it."""

from datetime import date

import pytest
from click.testing import CliRunner

from ccm_site import imports
from ccm_site.checks.run import check
from ccm_site.cli import main
from ccm_site.imports import BadSource, as_text
from ccm_site.register import load
from ccm_site.source import parse
from tests.custody.office import make_office

TODAY = date(2026, 10, 12)
TOLD = "Provider,Service,Contract,Authority,How It Came,Asked On,Received On,Method,Summary,Rating,Subjects,Note,May Be Shared"
ANSWER = "Brae Fostering,SV-2026-0001,C-2026-0001,Lorne Firth Council,We asked,01/09/2026,14/09/2026,E-mail,Some problems,Amber,Staffing;safety,Many changes of carers,Within the council"
JUDGED = (
    "Placement,Evaluated On,Judged By,Occasion,Outcome,Result,Evidence,Provider Says,Child's Views,Advocacy Offered"
)
RESULT = "P-2026-0001,02/10/2026,Reviewing officer,The child's review,secure,Partly achieved,Observation;School report,achieved,Told us directly,yes"


@pytest.fixture
def office(tmp_path):
    office = make_office(tmp_path)
    path = office.root / "specifications/2026/S-2026-0001/v1.yaml"
    path.write_text(
        path.read_text() + "outcomes:\n- id: secure\n  text: Feels secure\n- id: learns\n  text: Learns well\n"
    )
    return office


def run(office, what, header, *rows, keys=True, dry_run=False, person="s1"):
    file = office.root.parent / f"{what}.csv"
    file.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    store = office.store(person, TODAY) if keys else None
    return imports.run(what, office.root, file, None, TODAY, dry_run, store, "" if keys else "no store")


def opened(office, kind, id):
    return load(office.root, office.store("s1", TODAY)).register.get(kind, id).data


def test_an_answer_comes_in_sealed(office):
    result = run(office, "experience", TOLD, ANSWER)
    [saved] = result.created
    raw = parse((office.root / saved.path).read_bytes(), saved.path).data
    assert set(raw) == {"kind", "id", "provider", "service", "contract", "retention_class", "sealed"}
    assert opened(office, "peer_experience", saved.id) == {
        "kind": "peer_experience", "id": "PX-2026-0001", "provider": "brae-fostering", "service": "SV-2026-0001", "contract": "C-2026-0001",
        "how_it_came": "we_asked", "asked_on": "2026-09-01", "received_on": "2026-09-14", "authority": "Lorne Firth Council",
        "method": "email", "summary": "some_problems", "rating": "amber", "subjects": ["staffing", "safety"], "note": "Many changes of carers",
        "share_permission": "within_the_council", "asked_by_role": "ccm", "retention_class": "monitoring",
    }  # fmt: skip
    assert [
        f
        for f in check(office.root, TODAY, office.store("s1", TODAY))[1]
        if "PX-" in f.at.path and f.severity == "error"
    ] == []
    assert run(office, "experience", TOLD, ANSWER).written == ()


def test_a_question_is_filled_in_and_a_changed_answer_corrected_under_the_seal(office):
    asked = "Brae Fostering,,,Lorne Firth Council,We asked,01/09/2026,,E-mail,,,,,"
    [saved] = run(office, "experience", TOLD, asked).created
    assert [s.id for s in run(office, "experience", TOLD, ANSWER).changed] == [saved.id]
    assert "corrections" not in opened(office, "peer_experience", saved.id)
    result = run(office, "experience", TOLD, ANSWER.replace("Some problems", "Serious problems"))
    assert "serious" not in as_text(result).lower() and "summary (sealed)" in as_text(result)
    data = opened(office, "peer_experience", saved.id)
    assert (data["summary"], data["corrections"][0]["before"]) == ("serious_problems", "some_problems")
    assert b"problems" not in (office.root / saved.path).read_bytes()


def test_without_keys_nothing_is_taken_in(office):
    for what, header, row in [("experience", TOLD, ANSWER), ("outcomes", JUDGED, RESULT)]:
        with pytest.raises(BadSource, match="the key store is not open: no store"):
            run(office, what, header, row, keys=False)


def test_a_dry_run_makes_no_key_and_no_file(office):
    def state():
        return {
            p: p.read_bytes()
            for f in (office.root, office.folder)
            for p in f.rglob("*")
            if p.is_file() and p.suffix != ".log"
        }

    before = state()
    assert len(run(office, "experience", TOLD, ANSWER, dry_run=True).created) == 1
    assert {p for p in state() if p not in before} == set()


def test_what_cannot_go_in_is_told_without_its_words(office):
    result = run(office, "experience", TOLD, ANSWER.replace("Some problems", "Dreadful place"), ANSWER.replace("Brae Fostering,", "Nobody,"),
                 ANSWER.replace("Staffing;safety", "Cakes"), ANSWER.replace("Within the council", ""),
                 ANSWER.replace("01/09/2026,14/09/2026", ","))  # fmt: skip
    assert [r.reason for r in result.rejects] == [
        "the in short is none of the words of the list", "no provider of this register is called so",
        "a word of it is none of the council's list", "it would make a record that its schema refuses: it lacks share_permission",
        "it says neither when you asked nor when they told",
    ]  # fmt: skip
    kept = (office.root / result.rejects_file).read_text("utf-8-sig") + as_text(result)
    assert not [w for w in ("Dreadful", "Lorne", "Cakes", "carers") if w in kept]


def test_an_evaluation_comes_in_sealed_with_the_case_of_its_placement(office):
    learns = RESULT.replace("secure,Partly achieved", "learns,Achieved")
    [saved] = run(office, "outcomes", JUDGED, RESULT, learns).created
    data = opened(office, "outcome_evaluation", saved.id)
    assert data == {
        "kind": "outcome_evaluation", "id": "OE-2026-0001", "placement": "P-2026-0001", "contract": "C-2026-0001", "child_ref": "CH-B028XZA-T",
        "evaluated_on": "2026-10-02", "evaluated_by_role": "reviewing_officer", "occasion": "childs_review", "specification": "S-2026-0001/v1",
        "results": [
            {"outcome": "secure", "result": "partly", "evidence": ["observation", "school_report"], "provider_says": "achieved"},
            {"outcome": "learns", "result": "achieved", "evidence": ["observation", "school_report"], "provider_says": "achieved"},
        ],
        "child_took_part": "told_us_directly", "advocacy_offered": True, "retention_class": "placement_ref",
    }  # fmt: skip
    raw = (office.root / saved.path).read_bytes()
    assert b"CH-B028XZA-T" not in raw and b"secure" not in raw
    assert run(office, "outcomes", JUDGED, RESULT, learns).written == ()
    run(office, "outcomes", JUDGED, RESULT.replace("Partly achieved", "Achieved"), learns)
    assert opened(office, "outcome_evaluation", saved.id)["corrections"][0] == {
        "on": "2026-10-12", "field": "results.secure.result", "before": "partly", "after": "achieved",
        "source": "Outcome evaluations (outcomes.csv)",
    }  # fmt: skip


@pytest.mark.parametrize(
    "change, column, reason",
    [
        (("P-2026-0001", "P-2026-0009"), "Placement", "there is no such placement"),
        (("secure", "happy"), "Outcome", "S-2026-0001/v1 has no such outcome"),
        (("02/10/2026", "02/11/2026"), "Evaluated On", "the day has not come yet"),
        (("Partly achieved", "so so"), "Result", "the result is none of the words of the list"),
        ((",yes", ",perhaps"), "Advocacy Offered", "it is neither yes nor no"),
        (("Observation;", "Rumour;"), "Evidence", "a word of it is none of the words of the list"),
    ],
)
def test_a_wrong_evaluation_is_told(office, change, column, reason):
    result = run(office, "outcomes", JUDGED, RESULT.replace(*change))
    [reject] = result.rejects
    assert (reject.column, reject.reason, reject.value) == (column, reason, "") and result.created == ()


def test_an_evaluation_is_not_taken_in_half(office):
    result = run(office, "outcomes", JUDGED, RESULT, RESULT.replace("secure", "happy"))
    assert result.rejects[0].reason == "it belongs together with row 3, which is wrong" and result.created == ()


def test_who_may_not_read_what_is_there_cannot_import(office):
    run(office, "experience", TOLD, ANSWER)
    with pytest.raises(BadSource, match="stay shut for you"):
        run(office, "experience", TOLD, ANSWER, person="s3")


def test_the_command_takes_the_keys(office):
    file = office.root.parent / "told.csv"
    file.write_text(f"{TOLD}\n{ANSWER}\n", "utf-8")
    command = ["import", "experience", str(file), "--root", str(office.root), "--as-of", "2026-10-12"]
    done = CliRunner().invoke(main, command, env=office.env())
    assert done.exit_code == 0 and "1 new experiences of other authorities" in done.output
    shut = CliRunner().invoke(main, command, env={"CCM_KEYS": "", "CCM_IDENTITY": ""})
    assert shut.exit_code == 2 and "kept sealed" in shut.output
