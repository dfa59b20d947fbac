"""`ccm due`: what is to be done and by when."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import click

from ccm_site.cli.base import as_of_option, keys_at_hand, keys_option, main, root_option
from ccm_site.due import Due, all_due, still_to_do
from ccm_site.due.day import PARTS
from ccm_site.model import Key, Register
from ccm_site.register import load


@main.command("due")
@click.option(
    "--for", "whose", help="Only what is due from this person, by the posts held on the day, or from this post."
)
@click.option("--contract", help="Only what belongs to this contract.")
@click.option("--part", type=click.Choice(sorted(PARTS)), help="Only this part, for example reviews.")
@click.option("--days", type=click.IntRange(0), default=90, show_default=True, help="How many days ahead.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@keys_option
@root_option
@as_of_option
def due_(
    whose: str | None, contract: str | None, part: str | None, days: int, format_: Literal["text", "json"], keys_at: Path | None,
    root: Path, as_of: date | None,
) -> None:  # fmt: skip
    """Show reviews, returns, notice and decision dates and whatever else is due. What is overdue stays until it is done.

    Sealed days are shown where your keys are at hand.
    """
    today = as_of or date.today()
    loaded = load(root, keys_at_hand(root, keys_at, date.today()))
    register = loaded.register
    posts = _posts(register, whose, today) if whose else None
    if contract and Key("contract", contract) not in register.records:
        near = get_close_matches(contract, [k.id for k in register.records if k.kind == "contract"], 3)
        raise click.UsageError(
            f"there is no contract {contract!r}" + (f"; did you mean {' or '.join(near)}?" if near else "")
        )
    shown = [
        d for d in still_to_do(all_due(register, loaded.kinds, today))
        if d.on <= today + timedelta(days=days) and (posts is None or d.post in posts)
        and contract in (None, d.contract) and part in (None, d.part)
    ]  # fmt: skip
    click.echo(_as_json(shown, today) if format_ == "json" else _as_text(shown, today), nl=False)


def _posts(register: Register, whose: str, today: date) -> frozenset[str]:
    """The posts that are meant: the one named, or those that the person named holds on the day. Raises `click.UsageError`."""
    from ccm_site.facts.holders import RolesHeld

    if Key("post", whose) in register.records:
        return frozenset({whose})
    if Key("person", whose) in register.records:
        held = RolesHeld.of(register)
        return frozenset(p for p in held.people if whose in held.holders(p, today))
    near = get_close_matches(whose, [k.id for k in register.records if k.kind in ("post", "person")], 3)
    raise click.UsageError(
        f"there is no person and no post {whose!r}"
        + (f"; did you mean {' or '.join(near)}?" if near else ". Mend: name one of people/")
    )


def _as_text(shown: Sequence[Due], today: date) -> str:
    late, ahead = [d for d in shown if d.late(today)], [d for d in shown if not d.late(today)]
    out = [f"Overdue ({len(late)})"] + [_line(d, f"{(today - d.by).days} days late") for d in late]
    out += [f"To come ({len(ahead)})"] + [_line(d, f"due by {d.by}" if d.by != d.on else "") for d in ahead]
    return "\n".join(out) + "\n"


def _line(d: Due, note: str) -> str:
    where = d.record.id if d.contract in ("", d.record.id) else f"{d.record.id} ({d.contract})"
    return "  ".join(t for t in (f"  {d.on}", d.what, where, d.post, note) if t)


def _as_json(shown: Sequence[Due], today: date) -> str:
    rows = [
        {
            "on": d.on.isoformat(), "by": d.by.isoformat(), "what": d.what, "part": d.part, "kind": d.record.kind, "id": d.record.id,
            "pointer": d.pointer, "contract": d.contract, "post": d.post, "planned": d.planned, "late": d.late(today), "uid": d.uid,
        }
        for d in shown
    ]  # fmt: skip
    return json.dumps(rows, indent=2, ensure_ascii=False) + "\n"
