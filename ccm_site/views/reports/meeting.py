"""A review as a meeting: when, who is to be there, what became of what was agreed before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.records import citing
from ccm_site.facts.values import day, mappings, texts
from ccm_site.model import Record
from ccm_site.views.reports.desk import Desk, on
from ccm_site.views.reports.model import Facts, Part, Said, Table, Words

HELD = ("held", "minutes_agreed", "closed")
MANAGER = ("ccm", "ccm_delegate")


def meeting_day(review: Record) -> date | None:
    """The day on which a review was held, else for which it is planned, else by which it is due."""
    return next((d for n in ("held_on", "planned_on", "due_by") if (d := day(review.data.get(n)))), None)


def meeting_parts(desk: Desk, review: Record, contract: Record) -> Iterator[Part]:
    pairs = [("Review", Said(review.id, (review.key,))), ("Contract", desk.name(contract.key))]
    for title, record, path in (
        ("Provider", contract, "provider"), ("Type of service", contract, "service_type"), ("Kind of review", review, "review_type"), ("State", review, "status"),
        ("Held on", review, "held_on"), ("Planned for", review, "planned_on"), ("Due by", review, "due_by"), ("In the chair", review, "chair_post"),
    ):  # fmt: skip
        if shown := desk.shown(record, path):
            pairs.append((title, Said(shown)))
    last = last_held(desk, review, contract)
    pairs.append(
        (
            "The review before",
            Said(f"{desk.shown(last, 'review_type')}, {on(meeting_day(last))}", (last.key,))
            if last
            else Said("There was none"),
        )
    )
    yield Facts(tuple(pairs))
    for put_off in mappings(review.data.get("postponements")):
        to = on(str(put_off["to"])) if "to" in put_off else "no day yet"
        yield Words(
            f"Put off from {on(str(put_off.get('from')))} to {to}: {put_off.get('reason', '')}", sources=(review.key,)
        )
    due = day(review.data.get("due_by"))
    if review.data.get("status") not in HELD and due is not None and due < desk.until:
        yield Words(f"It was due by {on(due)} and has not been held.")


def attendance(desk: Desk, review: Record) -> Iterator[Part]:
    """Who has to be there, whether they are or were; then everybody who is entered."""
    entered = mappings(review.data.get("attendance"))
    held = review.data.get("status") in HELD
    there = {str(a.get("role")) for a in entered if a.get("attended") == "attended"}
    chairs = texts(desk.register.table("review_cycle").get("chairs"))
    chair = str(review.data.get("chair_role") or "")
    rows = []
    names = ", ".join(_role(desk, r).lower() for r in chairs)
    if chair:
        wrong = bool(chairs) and chair not in chairs
        post = desk.shown(review, "chair_post")
        state = Said(
            f"{_role(desk, chair)}{f' ({post})' if post else ''}{': may not take the chair' if wrong else ''}",
            (),
            "bad" if wrong else "good",
        )
    else:
        state = Said("Nobody is named yet", (), "bad" if held else "near")
    rows.append(
        (
            Said("Chair"),
            Said(
                f"A lead professional{f': one of {names}' if names else ''}; never the Commissioning and Contracts Manager"
            ),
            state,
        )
    )
    if _manager_needed(desk, review):
        came = bool(there & set(MANAGER))
        state = (
            Said("Was there", (), "good")
            if came
            else Said("Was not there", (), "bad")
            if held
            else Said("To be invited, or a delegate")
        )
        rows.append(
            (
                Said("Commissioning and Contracts Manager, or a delegate"),
                Said("Has to be at every review" if _all(desk) else "Has to be at every annual review"),
                state,
            )
        )
    else:
        state = Said("Was there", (), "good") if there & set(MANAGER) else Said("May come")
        rows.append(
            (
                Said("Commissioning and Contracts Manager, or a delegate"),
                Said("May come to a review that is not an annual one"),
                state,
            )
        )
    invited = desk.shown(review, "provider_invited_on")
    rows.append((
        Said("Provider"), Said("Is invited to every review"), Said(f"Invited {invited}", (), "good") if invited else Said("Not invited yet", (), "bad" if held else "near"),
    ))  # fmt: skip
    yield Table("", ("Who", "Why", "State"), tuple(rows))
    yield Table(
        "Attendance and apologies", ("Role", "Organisation", "Attendance"),
        tuple((Said(_role(desk, str(a.get("role")))), Said(str(a.get("organisation") or "–")), _came(desk, str(a.get("attended")))) for a in entered),
        (), "Nothing is entered yet.",
    )  # fmt: skip
    if not held:
        yield Words(
            "It can be entered as held only with its chair, the attendance, the evidence, the conclusions and the three decisions"
            + (
                ", and with the Commissioning and Contracts Manager or a delegate there."
                if _manager_needed(desk, review)
                else "."
            ),
            hint=True,
        )


def _came(desk: Desk, code: str) -> Said:
    words = desk.words("review", "attendance.*.attended", code)
    return Said(words, (), "good" if code == "attended" else "near" if code == "apologies" else "bad")


def _all(desk: Desk) -> bool:
    return desk.register.table("review_cycle").get("manager_attends") == "all"


def _manager_needed(desk: Desk, review: Record) -> bool:
    """Annual reviews always; biannual ones where the council's table of review cycles says all."""
    kind = review.data.get("review_type")
    return kind == "annual" or (kind == "biannual" and _all(desk))


def _role(desk: Desk, code: str) -> str:
    return desk.site.roles.get(code, code.replace("_", " ").capitalize())


def last_held(desk: Desk, review: Record, contract: Record) -> Record | None:
    """The contract's review that was held last before this one."""
    before = meeting_day(review) or date.max
    held = [
        (on_day, r.id, r) for r in citing(desk.register, contract, "review")
        if r.key != review.key and r.data.get("status") in HELD and (on_day := day(r.data.get("held_on"))) and on_day < before
    ]  # fmt: skip
    return max(held)[2] if held else None


def actions_before(desk: Desk, review: Record, contract: Record) -> Iterator[Part]:
    """The actions that the last review agreed or carried forward, and how far each is on the day; then others that are still open."""
    last = last_held(desk, review, contract)
    if last is None:
        yield Words("There was no review before this one.")
        mine = []
    else:
        agreed = [a for a in citing(desk.register, last, "action") if last.id in texts(a.data.get("arises_from"))]
        carried = [
            a
            for n in texts(last.data.get("carried_forward"))
            if (a := desk.register.get("action", n)) is not None and a not in agreed
        ]
        mine = [*agreed, *carried]
        reason = str(last.data.get("no_actions_reason") or "")
        yield Table(
            f"Agreed on {on(meeting_day(last))}", ("What", "Who", "By", "How far it is", "What came of it"), tuple(_action(desk, a) for a in mine), (),
            f"No action was agreed{f': {reason}' if reason else '.'}",
        )  # fmt: skip
    others = [
        a
        for a in citing(desk.register, contract, "action")
        if _open(desk, a) and a not in mine and review.id not in texts(a.data.get("arises_from"))
    ]
    if others:
        yield Table(
            "Others that are still open",
            ("What", "Who", "By", "How far it is", "What came of it"),
            tuple(_action(desk, a) for a in others),
        )
    if said := str(review.data.get("last_actions") or ""):
        yield Words(f"At the review: {said}", sources=(review.key,))


def _open(desk: Desk, action: Record) -> bool:
    """Whether it was open on the day looked at."""
    done = day(action.data.get("done_on"))
    return action.data.get("status") == "open" or (done is not None and done > desk.until)


def _action(desk: Desk, action: Record) -> tuple[Said, ...]:
    due, done = day(action.data.get("due_on")), day(action.data.get("done_on"))
    if _open(desk, action):
        late = due is not None and due < desk.until
        state = Said("Open and overdue", (), "bad") if late else Said("Open")
        result = ""
    elif action.data.get("status") == "dropped":
        state, result = Said("Dropped", (), "near"), desk.shown(action, "status_reason")
    else:
        state, result = Said(f"Done {on(done)}", (), "good"), str(action.data.get("result") or "")
    who = desk.shown(action, "owner_post") or desk.shown(action, "owner_role")
    return Said(str(action.data.get("what") or action.id), (action.key,)), Said(who), Said(on(due)), state, Said(result)
