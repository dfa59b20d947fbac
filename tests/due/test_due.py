"""J-4 and what else a calendar must not lose: moved reviews keep their day, overdue ones stay, done ones go."""

import re
from dataclasses import replace
from datetime import date

import pytest
import vobject

from ccm_site.cli import main
from ccm_site.due import all_due, still_to_do
from ccm_site.kinds import load_kinds
from ccm_site.register import load
from ccm_site.rules.example import applied
from ccm_site.starter import shipped
from ccm_site.views.audience import project
from ccm_site.views.calendar import SHOWN, calendar_pages
from ccm_site.views.context import Site
from ccm_site.views.page import Extra, Page
from tests.due.test_by_hand import fresh_contract
from tests.registers import DEMO_DAY

KINDS = load_kinds(shipped() / "schemas")
SECRET = b"a secret of thirty-two characters"
REVIEW = "contracts/2024/C-2024-0003/reviews/RV-2027-0001.yaml"
PLANNED = {
    "kind": "review", "id": "RV-2027-0001", "status": "scheduled", "contract": "C-2024-0003", "review_type": "biannual",
    "due_by": "2027-10-10", "planned_on": "2027-10-06", "chair_post": "service-manager-disability",
}  # fmt: skip


@pytest.fixture(scope="module")
def demonstration():
    return load(shipped()).register


def items(register, secret=SECRET, today=DEMO_DAY, audience="intranet"):
    site = Site(project(register, KINDS, audience), KINDS, {}, audience, today)
    made = list(calendar_pages(site, secret))
    return {p.url: p for p in made if isinstance(p, Page)}, {
        x.path: x.content.decode() for x in made if isinstance(x, Extra)
    }


def events(text):
    """The events of a calendar file by their UID, as another program reads them."""
    return {str(e.uid.value): e for e in vobject.readOne(text).vevent_list}


def reviews(register, today=DEMO_DAY):
    return [d for d in all_due(register, KINDS, today) if d.part == "reviews" and d.contract == "C-2024-0003"]


def test_j4_reviews_of_a_whole_life_on_page_and_in_file(demonstration):
    """Given a contract goes in force on 10 Apr 2027, its reviews appear in page and file for its whole life."""
    register, days = fresh_contract(demonstration, "2027-04-10", "2029-04-09")
    assert [d.by.isoformat() for d in days] == ["2027-10-10", "2028-04-10", "2028-10-10", "2029-04-10"]
    pages, files = items(register)
    assert 'datetime="2027-10-10"' in pages["calendar/2027-10/"].body
    assert 'datetime="2028-04-10"' in pages["calendar/2028-04/"].body
    read = events(files["calendar/contracts/C-2024-0003.ics"])
    assert [e.dtstart.value for e in read.values()] == [
        date(2027, 10, 8),
        date(2028, 4, 10),
        date(2028, 10, 10),
        date(2029, 4, 10),
    ]


def test_j4_moving_a_review_keeps_the_day_by_which_it_was_due(demonstration):
    register, before = fresh_contract(demonstration, "2027-04-10", "2029-04-09")
    register = applied(register, KINDS, {REVIEW: {"": PLANNED}})[0]
    first = events(items(register)[1]["calendar/contracts/C-2024-0003.ics"])
    moved = {
        "/planned_on": "2027-11-17",
        "/postponements": [{"from": "2027-10-06", "to": "2027-11-17", "reason": "The chair is ill."}],
    }
    register = applied(register, KINDS, {REVIEW: moved})[0]
    (due,) = [d for d in reviews(register) if d.record.id == "RV-2027-0001"]
    assert (due.by, due.on) == (date(2027, 10, 10), date(2027, 11, 17))
    second = events(items(register)[1]["calendar/contracts/C-2024-0003.ics"])
    assert list(first) != [] and set(first) == set(second) == {
        f"{d.uid}@strathmarnoch-council.ccm-site" for d in before
    }
    (uid,) = [u for u in first if "2027-10-10" in u]
    assert [e.dtstart.value for e in (first[uid], second[uid])] == [date(2027, 10, 6), date(2027, 11, 17)]
    assert [e.sequence.value for e in (first[uid], second[uid])] == ["0", "1"]
    assert "due by 2027-10-10" in second[uid].description.value


def test_what_is_overdue_stays_until_it_is_done(demonstration):
    register, _ = fresh_contract(demonstration, "2027-04-10", "2029-04-09")
    register = applied(register, KINDS, {REVIEW: {"": PLANNED}})[0]
    later = date(2028, 1, 10)
    assert [d.record.id for d in still_to_do(reviews(register, later)) if d.late(later)] == ["RV-2027-0001"]
    assert "92 days late" in items(register, today=later)[0]["calendar/"].body
    held = applied(register, KINDS, {REVIEW: {"/status": "held", "/held_on": "2028-01-10"}})[0]
    assert [d for d in still_to_do(reviews(held, later)) if d.late(later)] == []
    (done,) = [d for d in reviews(held, later) if d.done]
    assert (done.on, done.uid) == (date(2028, 1, 10), "review.C-2024-0003.2027-10-10")
    cancelled = applied(register, KINDS, {REVIEW: {"/status": "cancelled"}})[0]
    assert "RV-2027-0001" not in {d.record.id for d in reviews(cancelled, later)}


def test_each_thing_has_one_lasting_number(demonstration):
    days = all_due(demonstration, KINDS, DEMO_DAY)
    assert len({d.uid for d in days}) == len(days)
    assert {d.uid for d in all_due(demonstration, KINDS, date(2026, 11, 26))} >= {
        d.uid for d in days if d.part == "reviews"
    }


def test_every_part_of_the_calendar_has_something_in_the_demonstration(demonstration):
    parts = {d.part for d in all_due(demonstration, KINDS, DEMO_DAY)}
    assert parts >= {
        "reviews",
        "returns",
        "monitoring",
        "actions",
        "endings",
        "assurances",
        "specifications",
        "tenders",
        "policy",
    }


@pytest.mark.parametrize(
    ("path", "change", "uid"),
    [
        ("contracts/2024/C-2024-0002/contract.yaml", {"/extensions/0/used_on": "2026-11-20"}, "endings.contract.C-2024-0002.extensions.0.notice_by"),
        ("contracts/2024/C-2024-0002/actions/AC-2026-0020.yaml", {"/status": "dropped"}, "actions.action.AC-2026-0020.due_on"),
        ("contracts/2024/C-2024-0003/contract.yaml", {"/status": "terminated"}, "endings.contract.C-2024-0003.end_date"),
    ],
)  # fmt: skip
def test_what_there_is_no_more_to_do_about_goes(demonstration, path, change, uid):
    assert uid in {d.uid for d in all_due(demonstration, KINDS, DEMO_DAY)}
    after = applied(demonstration, KINDS, {path: change})[0]
    assert uid not in {d.uid for d in still_to_do(all_due(after, KINDS, DEMO_DAY))}


def test_an_option_that_was_used_moves_the_end_and_adds_reviews(demonstration):
    used = {"contracts/2024/C-2024-0002/contract.yaml": {"/extensions/0/used_on": "2026-11-20"}}
    after = [d for d in all_due(applied(demonstration, KINDS, used)[0], KINDS, DEMO_DAY) if d.contract == "C-2024-0002"]
    assert date(2028, 7, 31) in {d.by for d in after if d.what == "Contract ends"}
    assert {date(2028, 2, 1), date(2028, 8, 1)} <= {d.by for d in after if d.part == "reviews"}


def test_a_plan_asks_for_returns_up_to_the_contracts_end(demonstration):
    asked = [
        d.by
        for d in all_due(demonstration, KINDS, DEMO_DAY)
        if d.part == "returns" and d.contract == "C-2024-0003" and d.done is None
    ]
    assert asked == [date(2026, 12, 31), date(2027, 3, 31)], "every three months from 1 April 2024, until 31 March 2027"


def test_a_looser_site_shows_no_day_of_a_stricter_record(demonstration):
    looser, _ = items(demonstration)
    stricter, _ = items(demonstration, audience="restricted")
    assert "Placement: anticipated end" in stricter["calendar/"].body
    assert not any(re.search(r"Placement:|\bP-20", p.body) for p in looser.values())


def test_a_post_has_a_file_at_an_address_that_cannot_be_guessed(demonstration):
    pages, files = items(demonstration)
    feeds = {p: t for p, t in files.items() if p.startswith("feeds/")}
    assert feeds and all(len(p.removeprefix("feeds/").removesuffix(".ics")) == 43 for p in feeds)
    assert all(u.startswith("review.") for text in feeds.values() for u in events(text)), "contract reviews only"
    assert any(p in pages["calendar/posts/service-manager-disability/"].body for p in feeds)
    assert not set(feeds) & set(items(demonstration, b"another secret, of the same length")[1])
    without = items(demonstration, None)
    assert (
        not any(p.startswith("feeds/") for p in without[1])
        and "feeds/" not in without[0]["calendar/posts/service-manager-disability/"].body
    )


def test_a_contract_for_one_placement_is_named_by_its_number_alone(demonstration):
    contract = next(
        r
        for r in demonstration.of_kind("contract")
        if r.data.get("placement_specific") and r.data["status"] == "signed"
    )
    _, files = items(demonstration)
    told = [t for p, t in files.items() if contract.id in t]
    assert told and not any(contract.data["title"][:20] in " ".join(t.split()) for t in told)


def test_a_contracts_page_leads_to_its_calendar(demonstration):
    from ccm_site.views.record import record_page

    site = Site(project(demonstration, KINDS, "intranet"), KINDS, {}, "intranet", DEMO_DAY)
    _, files = items(demonstration)
    contracts = list(demonstration.of_kind("contract"))
    linked = {
        r.id
        for r in contracts
        if f"calendar/contracts/{r.id}.ics" in record_page(site, site.register.records[r.key]).body
    }
    assert linked == {r.id for r in contracts if f"calendar/contracts/{r.id}.ics" in files} and linked


def test_hostile_text_stays_text(demonstration):
    nasty = '<script>alert(1)</script>\r\nBEGIN:VEVENT\nUID:x;,\\" {{ 7*7 }}'
    records = {
        k: replace(r, data={**r.data, "title": nasty}) if k.kind in ("contract", "post") else r
        for k, r in demonstration.records.items()
    }
    pages, files = items(replace(demonstration, records=records))
    assert not any("<script>alert" in p.body for p in pages.values())
    for path, text in files.items():
        assert {u.endswith("@strathmarnoch-council.ccm-site") for u in events(text)} <= {True}, path


@pytest.mark.parametrize(
    "junk", [[], {}, 7, -1, "junk", ["junk"], [{"x": 1}], {"x": [1]}, True, "9999-12-31", "0001-01-01"], ids=repr
)
def test_no_malformed_record_stops_it(demonstration, junk):
    names = sorted({n for r in demonstration for n in r.data} - {"kind", "id"})
    for some in (set(names[n::15]) for n in range(15)):
        records = {
            k: replace(r, data={n: junk if n in some else v for n, v in r.data.items()})
            for k, r in demonstration.records.items()
        }
        all_due(replace(demonstration, records=records), KINDS, DEMO_DAY)


def test_long_lists_are_cut_and_say_so(demonstration):
    copies = {}
    for k, r in demonstration.records.items():
        if k.id == "AC-2026-0020":
            for n in range(SHOWN + 5):
                id = f"AC-2026-{5000 + n}"
                copies[k._replace(id=id)] = replace(
                    r,
                    key=k._replace(id=id),
                    path=r.path.replace(r.id, id),
                    data={**r.data, "id": id, "due_on": "2026-01-05"},
                )
    pages, _ = items(replace(demonstration, records={**demonstration.records, **copies}))
    assert pages["calendar/"].body.count(">AC-2026-5") < SHOWN + 5 and "more" in pages["calendar/"].body


def run(*args):
    from click.testing import CliRunner

    return CliRunner().invoke(main, ["due", "--root", str(shipped()), "--as-of", "2026-11-24", *args])


def test_the_command_tells_whose_and_refuses_who_is_unknown():
    mine = run("--for", "service-manager-placements")
    assert mine.exit_code == 0 and "AC-2026-0028" in mine.output and "AC-2026-0020" not in mine.output
    holder = next(
        p.id
        for p in load(shipped()).register.of_kind("person")
        if any(h["post"] == "service-manager-placements" and "to" not in h for h in p.data["posts"])
    )
    assert "AC-2026-0028" in run("--for", holder).output
    unknown = run("--for", "service-manager-placement")
    assert unknown.exit_code == 2 and "did you mean service-manager-placements" in unknown.output
    assert run("--contract", "C-2024-9999").exit_code == 2


def test_the_command_gives_json():
    import json

    rows = json.loads(run("--format", "json", "--part", "reviews", "--days", "400").output)
    assert {"on", "by", "what", "part", "kind", "id", "pointer", "contract", "post", "planned", "late", "uid"} == set(
        rows[0]
    )
    assert {r["part"] for r in rows} == {"reviews"} and rows == sorted(rows, key=lambda r: r["on"])
