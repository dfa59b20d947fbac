"""What is sealed, what stays clear, and that only what changed is sealed again."""

import pytest

from ccm_site.canonical import write
from ccm_site.checks.run import check, check_loaded
from ccm_site.custody.sealed_files import CannotSeal, Sealer, opened_text, seal_files
from ccm_site.formatting import format_files
from ccm_site.keys import Subject
from ccm_site.keys.age import wrap
from ccm_site.kinds import load_kinds
from ccm_site.model import Key
from ccm_site.register import load
from ccm_site.sealing import NOT_ITS_KEY, BadSeal, fault_of, open_fields, seal_fields
from ccm_site.source import parse
from tests.custody.office import CASE, CLEAR, COMPLAINT, PLACEMENT, TODAY

OTHER = "CH-PM5058H-N"


def sealed(office, **keys):
    seal_files(office.root, office.store(**keys))
    return office


def read(office, path):
    return parse((office.root / path).read_bytes(), path)


def rules(findings):
    return sorted({f.rule for f in findings if f.severity == "error"})


def test_in_clear_it_is_refused(office):
    _, findings = check(office.root, TODAY)
    assert rules(findings) == ["R-PRV-9"]
    fault = next(f for f in findings if f.at.path == PLACEMENT and f.rule == "R-PRV-9")
    assert "child_ref" in fault.message and "ccm seal" in fault.fix and fault.at.line == 4


def test_sealing_leaves_what_links_and_states_need(office):
    sealed(office)
    clear = read(office, PLACEMENT).data
    assert set(clear) == {"kind", "id", "status", "provider", "contract", "sealed"}
    raw = (office.root / PLACEMENT).read_text("utf-8")
    assert CASE not in raw and "house was full" not in raw
    assert rules(check(office.root, TODAY)[1]) == []


def test_with_keys_a_record_is_whole_and_checked(office):
    sealed(office)
    loaded, findings = check(office.root, TODAY, office.store())
    assert loaded.register.get("placement", "P-2026-0001").data == parse(CLEAR[PLACEMENT].encode(), "x").data
    assert rules(findings) == [] and loaded.shut == ()


def test_without_keys_it_says_sealed_not_checked(office):
    sealed(office)
    loaded, _ = check(office.root, TODAY)
    assert [r.path for r in loaded.shut] == [COMPLAINT, PLACEMENT]
    assert {r.seal.shut for r in loaded.shut} == {"no key store is at hand"}


def test_a_fault_in_a_sealed_field_is_found_and_not_repeated(office):
    bad = CLEAR[PLACEMENT].replace("resource_type: purchased_fostering", "resource_type: Blue-Wellington")
    (office.root / PLACEMENT).write_text(bad, "utf-8")
    sealed(office)
    assert rules(check(office.root, TODAY)[1]) == []
    _, findings = check(office.root, TODAY, office.store())
    assert rules(findings) == ["R-ID-2"] or rules(findings) == ["R-ID-5"] or "R-AUT-1" in rules(findings)
    fault = next(f for f in findings if f.severity == "error")
    assert "Blue-Wellington" not in fault.message + fault.fix
    assert fault.at.line == read(office, PLACEMENT).raw.decode().splitlines().index("sealed:") + 1


def test_saving_again_makes_no_difference(office):
    before = {p: (sealed(office).root / p).read_bytes() for p in (PLACEMENT, COMPLAINT)}
    assert seal_files(office.root, office.store()).changed == ()
    assert format_files(office.root, write=False).changed == ()
    sealer = Sealer(office.root, load_kinds(office.root / "schemas"), office.store("s2"))
    for path, raw in before.items():
        typed = parse(opened_text(office.root, office.store("s2"), path), path)
        assert "sealed" not in typed.data and sealer.seal(typed, read(office, path)) == raw


def test_a_changed_field_seals_again_and_keeps_the_key(office):
    sealed(office)
    old = read(office, PLACEMENT).data["sealed"]
    text = opened_text(office.root, office.store(), PLACEMENT).replace(b"2026-04-20", b"2026-04-21")
    (office.root / PLACEMENT).write_bytes(
        Sealer(office.root, load_kinds(office.root / "schemas"), office.store()).seal(
            parse(text, PLACEMENT), read(office, PLACEMENT)
        )
    )
    new = read(office, PLACEMENT).data["sealed"]
    assert new["key"] == old["key"] and new["text"] != old["text"]
    assert b"2026-04-21" in opened_text(office.root, office.store(), PLACEMENT)


def test_a_field_written_into_a_sealed_record_joins_the_sealed_ones(office):
    sealed(office)
    path = office.root / PLACEMENT
    path.write_text(
        path.read_text("utf-8").replace("status: proposed\n", "status: proposed\nemergency: true\n"), "utf-8"
    )
    assert rules(check(office.root, TODAY, office.store())[1]) == ["R-PRV-9"]
    sealed(office)
    assert "emergency" not in read(office, PLACEMENT).data
    data = load(office.root, office.store()).register.get("placement", "P-2026-0001").data
    assert data["emergency"] is True and data["child_ref"] == CASE


def test_records_of_one_case_share_its_key_and_others_have_their_own(office):
    notice = "placements/2026/P-2026-0001/notices/NO-2026-0001.yaml"
    (office.root / notice).parent.mkdir(parents=True)
    (office.root / notice).write_text(
        "kind: notice\nid: NO-2026-0001\nstatus: prepared\nnotice_kind: placement_against_contract\nplacement: P-2026-0001\n"
        "to_role: ccm\nmethod: e_mail\nprepared_on: 2026-04-21\n", "utf-8",
    )  # fmt: skip
    sealed(office)
    store = office.store()
    keys = {p: read(office, p).data["sealed"]["key"] for p in (PLACEMENT, COMPLAINT, notice)}
    assert keys[PLACEMENT] == keys[notice] == store.find(Subject("case", CASE))[0].id
    assert keys[COMPLAINT] == store.find(Subject("complaint", "K-2026-0001"))[0].id != keys[PLACEMENT]
    assert set(read(office, notice).data) == {"kind", "id", "status", "notice_kind", "placement", "sealed"}
    assert rules(check(office.root, TODAY)[1]) == rules(check(office.root, TODAY, store)[1]) == []


def case_keys(office, case=CASE):
    return {k.id for k in office.store().find(Subject("case", case))}


def change(office, path, old, new):
    """Open a record, change its text, and seal it again."""
    text = opened_text(office.root, office.store(), path)
    assert old in text
    sealer = Sealer(office.root, load_kinds(office.root / "schemas"), office.store())
    (office.root / path).write_bytes(sealer.seal(parse(text.replace(old, new), path), read(office, path)))


def test_a_complaint_that_turns_out_to_be_about_a_case_goes_with_it(office):
    """It keeps its own key, which those who read complaints hold; the key belongs to the case as long as the complaint does."""
    sealed(office)
    own = read(office, COMPLAINT).data["sealed"]["key"]
    assert own not in case_keys(office)
    change(office, COMPLAINT, b"source: carer\n", f"source: carer\nchild_ref: {CASE}\n".encode())
    assert read(office, COMPLAINT).data["sealed"]["key"] == own and own in case_keys(office)


def test_a_record_moved_to_another_case_leaves_its_key_with_the_first(office):
    """Its old text, in the history, is the first child's; its new one is the second's. Either goes with its own case only."""
    sealed(office)
    change(office, COMPLAINT, b"source: carer\n", f"source: carer\nchild_ref: {CASE}\n".encode())
    first = read(office, COMPLAINT).data["sealed"]["key"]
    change(office, COMPLAINT, CASE.encode(), OTHER.encode())
    second = read(office, COMPLAINT).data["sealed"]["key"]
    assert first in case_keys(office) and second not in case_keys(office) and case_keys(office, OTHER) == {second}
    complaint = {k.id for k in office.store().find(Subject("complaint", "K-2026-0001"))}
    assert complaint == {first, second}, "who erases the complaint erases both"
    change(office, COMPLAINT, OTHER.encode(), CASE.encode())
    assert read(office, COMPLAINT).data["sealed"]["key"] == first, "moved back, it needs no third key"
    change(office, COMPLAINT, f"child_ref: {CASE}\n".encode(), b"")
    assert read(office, COMPLAINT).data["sealed"]["key"] not in case_keys(office) | case_keys(office, OTHER)
    assert rules(check(office.root, TODAY, office.store())[1]) == []


def test_a_link_to_a_case_changed_by_hand_is_found_and_sealed_with_a_key_of_its_own(office):
    other = "placements/2026/P-2026-0002/placement.yaml"
    (office.root / other).parent.mkdir()
    (office.root / other).write_text(
        CLEAR[PLACEMENT].replace("P-2026-0001", "P-2026-0002").replace(CASE, OTHER), "utf-8"
    )
    path = office.root / COMPLAINT
    path.write_text(CLEAR[COMPLAINT].replace("contract: ", "placement: P-2026-0001\ncontract: "), "utf-8")
    sealed(office)
    first = read(office, COMPLAINT).data["sealed"]["key"]
    for old, new in (("P-2026-0001", "P-2026-0002"), ("placement: P-2026-0002\n", "")):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
        fault = next(f for f in check(office.root, TODAY, office.store())[1] if f.severity == "error")
        assert fault.message == NOT_ITS_KEY and fault.fix == "close it with its own key: ccm seal"
        assert seal_files(office.root, office.store()).changed == (COMPLAINT,)
        assert first in case_keys(office) and read(office, COMPLAINT).data["sealed"]["key"] != first
        assert rules(check(office.root, TODAY, office.store())[1]) == []


def test_who_cannot_open_the_placement_leaves_a_complaint_with_its_case(office, monkeypatch):
    path = office.root / COMPLAINT
    path.write_text(CLEAR[COMPLAINT].replace("contract: ", "placement: P-2026-0001\ncontract: "), "utf-8")
    sealed(office)
    own = read(office, COMPLAINT).data["sealed"]["key"]
    assert own in case_keys(office)
    monkeypatch.setattr(Sealer, "_placement", lambda *_: None)
    assert seal_files(office.root, office.store()).changed == ()
    change(office, COMPLAINT, b"for a week", b"for a month")
    assert read(office, COMPLAINT).data["sealed"]["key"] == own and own in case_keys(office)


def test_a_complaint_typed_anew_with_its_case_keeps_the_key_of_its_old_text(office):
    sealed(office)
    own = read(office, COMPLAINT).data["sealed"]["key"]
    (office.root / COMPLAINT).write_text(f"{CLEAR[COMPLAINT]}child_ref: {CASE}\n", "utf-8")
    sealed(office)
    assert read(office, COMPLAINT).data["sealed"]["key"] == own and own in case_keys(office)


def test_a_seal_that_is_not_its_subjects_is_found_and_mended(office):
    """Somebody adds by hand, in clear, the placement that a sealed complaint is about."""
    sealed(office)
    path = office.root / COMPLAINT
    path.write_text(path.read_text("utf-8").replace("contract: ", "placement: P-2026-0001\ncontract: "), "utf-8")
    faults = [f.message for f in check(office.root, TODAY, office.store())[1] if f.severity == "error"]
    assert faults == [NOT_ITS_KEY]
    assert seal_files(office.root, office.store()).changed == (COMPLAINT,)
    assert read(office, COMPLAINT).data["sealed"]["key"] in case_keys(office)
    assert rules(check(office.root, TODAY, office.store())[1]) == []


def test_a_comment_would_stay_in_clear_so_it_is_refused(office):
    for text in ("status: proposed # with her aunt\n", "status: proposed\n# with her aunt\n"):
        (office.root / PLACEMENT).write_text(CLEAR[PLACEMENT].replace("status: proposed\n", text), "utf-8")
        faults = seal_files(office.root, office.store(), [PLACEMENT]).faults
        assert [f.message for f in faults] == ["has a comment, which would stay in clear"] and "aunt" not in str(faults)
        assert any("comment" in f.message for f in check(office.root, TODAY)[1])


def test_a_sharp_sign_in_a_text_is_no_comment(office):
    (office.root / PLACEMENT).write_text(
        CLEAR[PLACEMENT]
        .replace("Moved here because", '"Flat #3 is where'.replace('"', ""))
        .replace("status_reason: ", "status_reason: |\n  # not a comment: "),
        "utf-8",
    )
    assert seal_files(office.root, office.store(), [PLACEMENT]).faults == ()


def test_a_sealed_text_belongs_to_its_record_and_to_one_key(office):
    store = office.store()
    key = store.key_for(Subject("case", CASE))
    identity = store.open([key.id])[key.id]
    text = seal_fields({"child_ref": CASE}, key.recipient, Key("placement", "P-2026-0001"))
    assert open_fields(text, identity, Key("placement", "P-2026-0001")) == {"child_ref": CASE}
    with pytest.raises(BadSeal, match="another record"):
        open_fields(text, identity, Key("placement", "P-2026-0002"))
    with pytest.raises(BadSeal, match="damaged"):
        open_fields(text.replace(text[80:84], "AAAA"), identity, Key("placement", "P-2026-0001"))
    assert fault_of({"key": key.id, "text": text}) == ""
    assert "besides" in fault_of({"key": key.id, "text": text, "note": "with her aunt"})
    assert "names no key" in fault_of({"key": "with her aunt", "text": text})
    end = text.index("-----END")
    for smuggled in (text[:end] + "WithHerAunt=\n" + text[end:], text[: end - 1] + "\nWithHerAunt\n" + text[end:]):
        assert fault_of({"key": key.id, "text": smuggled}) != ""
    with pytest.raises(BadSeal, match="not sealed in this kind"):
        wrong = seal_fields({"contract": "C-2026-0002"}, key.recipient, Key("placement", "P-2026-0001"))
        open_fields(wrong, identity, Key("placement", "P-2026-0001"), ("child_ref",))
    deep = wrap(b"[" * 50_000, [key.recipient]).decode()
    with pytest.raises(BadSeal):
        open_fields(deep, identity, Key("placement", "P-2026-0001"))


def test_a_second_recipient_is_refused(office):
    import pyrage

    key = office.store().key_for(Subject("case", CASE))
    staff = office.store("s2").reader.key
    both = pyrage.encrypt(
        b"{}", [pyrage.x25519.Recipient.from_str(r) for r in (key.recipient, staff)], armored=True
    ).decode()
    data = {
        "kind": "placement",
        "id": "P-2026-0001",
        "status": "proposed",
        "provider": "brae-fostering",
        "contract": "C-2026-0001",
    }
    (office.root / PLACEMENT).write_bytes(write(data | {"sealed": {"key": key.id, "text": both}}))
    fault = next(f for f in check(office.root, TODAY)[1] if f.rule == "R-PRV-9" and f.at.path == PLACEMENT)
    assert "2 recipients" in fault.message
    for nothing in ("", "-----BEGIN AGE ENCRYPTED FILE-----\nAAAA\n-----END AGE ENCRYPTED FILE-----\n"):
        (office.root / PLACEMENT).write_bytes(write(data | {"sealed": {"key": key.id, "text": nothing or "x"}}))
        assert any(f.rule == "R-PRV-9" and f.at.path == PLACEMENT for f in check(office.root, TODAY)[1])


def test_what_is_swapped_between_records_is_found(office):
    (office.root / "placements/2026/P-2026-0002").mkdir()
    other = "placements/2026/P-2026-0002/placement.yaml"
    (office.root / other).write_text(CLEAR[PLACEMENT].replace("P-2026-0001", "P-2026-0002"), "utf-8")
    sealed(office)
    one, two = read(office, PLACEMENT).data, read(office, other).data
    (office.root / other).write_bytes(write({**two, "sealed": one["sealed"]}))
    _, findings = check(office.root, TODAY, office.store())
    assert [f.message for f in findings if f.severity == "error" and f.at.path == other] == [
        "its sealed part was made for another record"
    ]


def test_a_reader_without_the_post_for_it_cannot_open(office):
    sealed(office)
    finance = office.store("s3")
    loaded = load(office.root, finance)
    shut = {r.id: r.seal.shut for r in loaded.shut}
    assert "P-2026-0001" not in shut and "your posts do not read" in shut["K-2026-0001"]
    with pytest.raises(CannotSeal, match="posts do not read"):
        opened_text(office.root, finance, COMPLAINT)


def test_a_value_that_cannot_be_sealed_twice_stays_the_same_record(office):
    """The order of fields and their YAML style do not matter, only their values."""
    sealed(office)
    raw = (office.root / PLACEMENT).read_bytes()
    lines = CLEAR[PLACEMENT].splitlines()
    shuffled = "\n".join([*lines[:3], *reversed(lines[3:])]) + "\n"
    sealer = Sealer(office.root, load_kinds(office.root / "schemas"), office.store())
    again = parse(sealer.seal(parse(shuffled.encode(), PLACEMENT), parse(raw, PLACEMENT)), PLACEMENT).data
    assert again["sealed"] == parse(raw, PLACEMENT).data["sealed"]


def test_opening_is_logged_without_content(office):
    sealed(office)
    check_loaded(load(office.root, office.store("s2")), TODAY)
    opened_text(office.root, office.store(), PLACEMENT)
    log = (office.folder / "log.jsonl").read_text("utf-8")
    assert '"s2"' in log and "P-2026-0001" in log and "unsealed" in log and CASE not in log and "house" not in log


def test_git_merges_a_clear_change_with_a_sealed_one(office):
    """One side changes a sealed field, the other a clear one: both stand, and nothing had to be opened."""
    from tests.custody.test_erasure import git

    sealed(office)
    git(office.root, "init", "-q", "-b", "main")
    git(office.root, "add", "-A")
    git(office.root, "commit", "-q", "-m", "Sealed")
    git(office.root, "switch", "-q", "-c", "other")
    path = office.root / PLACEMENT
    path.write_text(path.read_text("utf-8").replace("status: proposed", "status: ended"), "utf-8")
    git(office.root, "commit", "-qam", "Ended")
    git(office.root, "switch", "-q", "main")
    sealer = Sealer(office.root, load_kinds(office.root / "schemas"), office.store())
    text = opened_text(office.root, office.store(), PLACEMENT).replace(b"2026-04-20", b"2026-04-21")
    path.write_bytes(sealer.seal(parse(text, PLACEMENT), read(office, PLACEMENT)))
    git(office.root, "commit", "-qam", "Another day")
    git(office.root, "merge", "-q", "--no-edit", "other")
    data = load(office.root, office.store()).register.get("placement", "P-2026-0001").data
    assert (data["status"], data["start_date"]) == ("ended", "2026-04-21")
    assert format_files(office.root, write=False).changed == ()
