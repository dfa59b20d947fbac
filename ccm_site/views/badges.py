"""States and ratings as words with a symbol, so that colour is never all that tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from ccm_site.kinds import Field
from ccm_site.model import Record
from ccm_site.views.context import Site

RATINGS = {"green": "●", "amber": "▲", "red": "■"}


@dataclass(frozen=True)
class Badge:
    """``code`` is the value in the record, ``look`` the style's name."""

    code: str
    words: str
    look: str
    symbol: str

    def __html__(self) -> str:
        symbol = f'<span aria-hidden="true" data-pagefind-ignore>{escape(self.symbol)}</span>'
        return f'<span class="ccm-badge ccm-badge--{escape(self.look)}">{symbol} {escape(self.words)}</span>'


def state_badge(site: Site, record: Record) -> Badge | None:
    """How far the record has got in its life cycle; None where its kind has none. A voided record is only ever void."""
    if "voided" in record.data:
        return Badge("voided", "Void", "void", "✕")
    cycle = site.kinds[record.kind].life_cycle
    state = site.state(record)
    if cycle is None or not state:
        return None
    told = cycle.states.get(state, {})
    look, symbol = ("begun", "○") if state in cycle.initial else ("over", "■") if told.get("final") else ("going", "◆")
    return Badge(state, str(told.get("title", state)), look, symbol)


def badge(site: Site, record: Record) -> Markup:
    found = state_badge(site, record)
    return Markup(found.__html__()) if found else Markup("")


def rating_badge(f: Field, value: Any) -> Badge | None:
    """Green, amber or red with its symbol; None where the field is no such rating."""
    if value in RATINGS and set(f.schema.get("enum", ())) == set(RATINGS):
        return Badge(str(value), f.label_of(value), str(value), RATINGS[value])
    return None
