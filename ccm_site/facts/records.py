"""Which records count, what they name, and what names them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from ccm_site.facts.values import day, part_of
from ccm_site.model import Record, Register

SENT = ("sent", "acknowledged")
"""The states of a notice that has gone out."""


def counting(register: Register, kind: str, *states: str) -> Iterator[Record]:
    """The records of a kind that count: not voided, and in one of the states where any is named."""
    for record in register.of_kind(kind):
        if "voided" not in record.data and (not states or record.data.get("status") in states):
            yield record


def open_to_check(record: Record) -> bool:
    """Whether all of a record can be seen. A rule that reads fields which may be sealed asks this first."""
    return record.seal is None or not record.seal.shut


def cited(register: Register, kind: str, value: Any) -> Record | None:
    """The record of a kind that a reference names; None where there is none, which R-ID-2 tells."""
    return register.get(kind, value) if isinstance(value, str) else None


def citing(register: Register, record: Record, kind: str) -> tuple[Record, ...]:
    """The records of a kind that point to a record, not voided, in the order of their ids."""
    keys = {link.source for link in register.backlinks.get(record.key, ()) if link.source.kind == kind}
    return tuple(r for k in sorted(keys) if "voided" not in (r := register.records[k]).data)


def gathered(register: Register, kind: str, field: str) -> defaultdict[str, list[Record]]:
    """The records of a kind that count, by what they name in a field; in one pass, for a rule that asks for many. [] for any other."""
    out: defaultdict[str, list[Record]] = defaultdict(list)
    for record in counting(register, kind):
        if isinstance(value := record.data.get(field), str):
            out[value].append(record)
    return out


_ARRIVES = {
    "return": "received_on", "payment_summary": "received_on", "complaint": "received_on", "peer_experience": "received_on",
    "feedback": "sent_to_ccm_on", "inspection": "published_on", "outcome_evaluation": "evaluated_on", "risk_assessment": "assessed_on",
}  # fmt: skip
"""The day on which the council came to know what a record says."""


def known_by(register: Register, on: date) -> Register:
    """The register without what came to be known only after a day. What has no such day stays."""
    later = {
        r.key for kind, field in _ARRIVES.items() for r in register.of_kind(kind) if (d := day(r.data.get(field))) is not None and d > on
    }  # fmt: skip
    if not later:
        return register
    links = {
        k: tuple(x for x in found if x.target not in later) for k, found in register.links.items() if k not in later
    }
    back = {
        k: tuple(x for x in found if x.source not in later) for k, found in register.backlinks.items() if k not in later
    }
    return Register({k: r for k, r in register.records.items() if k not in later}, links, back)


def carried_over_on(record: Record) -> date | None:
    """The day on which a record was carried over from another register; None where it was not, or that day is not known."""
    return day(part_of(record.data, "legacy").get("migrated_on"))
