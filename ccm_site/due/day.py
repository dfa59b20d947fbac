"""A day by which something is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from ccm_site.facts.policy import holidays
from ccm_site.model import Key, Register

PARTS = {
    "reviews": "Contract reviews",
    "returns": "Returns",
    "monitoring": "Monitoring",
    "actions": "Actions",
    "endings": "Endings and options",
    "assurances": "Assurances",
    "specifications": "Specifications and terms",
    "tenders": "Tenders",
    "placements": "Placements",
    "complaints": "Complaints",
    "policy": "Policy",
}
"""What the days are about, in the order in which they are offered."""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to be done. ``record`` and ``pointer`` are where the day comes from.

    ``by`` is the day that was set, which never moves; ``on`` the day for which it is planned, else the last working day up to
    ``by``. ``done`` is the day on which it was done. ``post`` is the id of the post whose it is, ``contract`` that of the
    contract that it belongs to, both "" where there is none.
    """

    by: date
    on: date
    what: str
    part: str
    record: Key
    pointer: str
    post: str
    contract: str
    done: date | None = None
    planned: bool = False
    moved: int = 0
    """How many times it was put off."""

    @property
    def uid(self) -> str:
        """The same for the same thing over all builds: a review keeps it when it gets its record, and when it moves."""
        if self.part == "reviews" and self.contract:
            return f"review.{self.contract}.{self.by.isoformat()}"
        return f"{self.part}.{self.record.kind}.{self.record.id}{self.pointer}".replace("/", ".")

    def late(self, today: date) -> bool:
        """Whether it should have been done by now."""
        return self.done is None and self.by < today


def last_working_day(register: Register, by: date) -> date:
    """The last day up to ``by`` that is neither a Saturday, a Sunday nor a holiday of policy/holidays.yaml."""
    off = holidays(register)
    current = by
    while (current.weekday() >= 5 or current.isoformat() in off) and current > date.min:
        current -= timedelta(days=1)
    return current
