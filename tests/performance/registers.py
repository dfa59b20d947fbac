"""Registers of a few records, made in memory: a contract of a provider, with what is told of it."""

from datetime import date

from ccm_site.model import Key, Link, Record, Register, Seal
from ccm_site.performance.periods import Period

DAY = date(2026, 11, 24)
REFERENCES = ("contract", "provider", "placement", "service")
QUARTERS = [("2025-10-01", "2025-12-31"), ("2026-01-01", "2026-03-31"), ("2026-04-01", "2026-06-30"), ("2026-07-01", "2026-09-30")]  # fmt: skip


def record(kind, id, shut=False, **data):
    seal = Seal("1", "", shut="no key" if shut else "") if shut else None
    return Record(Key(kind, id), f"{kind}/{id}.yaml", {"kind": kind, "id": id, **data}, "", seal)


def register(*records, **limits):
    """The records with the links between them. ``limits`` are those of policy/thresholds.yaml, each a figure or its entries."""
    if limits:
        records = (*records, table("thresholds", limits=[e for code, v in limits.items() for e in _limit(code, v)]))
    back = {}
    for r in records:
        for name in REFERENCES:
            if isinstance(r.data.get(name), str):
                target = Key(name, r.data[name])
                back.setdefault(target, []).append(Link(r.key, f"/{name}", target, name, name))
    return Register({r.key: r for r in records}, {}, {k: tuple(v) for k, v in back.items()})


def _limit(code, value):
    entries = value if isinstance(value, list) else [{"value": value}]
    return [{"code": code, "effective_from": "2008-01-01", **e} for e in entries]


def table(name, **data):
    return record(name, name, **data)


def provider(id="larch", **data):
    return record("provider", id, **data)


def contract(id="C-1", **data):
    return record("contract", id, **{"provider": "larch", "schedule_a": "S-1/v1", "status": "in_force", **data})


def specification(id="S-1/v1", standards=(), measures=(), **data):
    return record("specification", id, standards=list(standards), measures=list(measures), **data)


def standard(id="talk", comparison="at_least", value="95", **data):
    target = {"target": {"comparison": comparison, "value": value, "unit": "per_cent"}} if value else {}
    return {"id": id, "text": id, **target, **data}


def sent(id, period=QUARTERS[0], answers=(), /, **data):
    """A return that was received. ``answers`` by measure: a value, None for no answer, or the fields of one."""
    values = [{"measure": m, **_answer(a)} for m, a in dict(answers).items()]
    told = {"contract": "C-1", "period": span(*period), "received_on": period[1], "values": values}
    return record("return", id, **{k: v for k, v in (told | data).items() if v is not None})


def _answer(answer):
    if isinstance(answer, dict):
        return answer
    return {"not_answered_reason": "Nobody asked."} if answer is None else {"value": answer}


def quarters(*results, measure="talk", **data):
    """One return for each quarter with the result of one measure."""
    return [sent(f"RT-{n}", QUARTERS[n], {measure: r}, **data) for n, r in enumerate(results)]


def span(first, last):
    return {"from": first, "to": last}


def period(first, last):
    return Period(date.fromisoformat(first), date.fromisoformat(last))


def money(amount):
    return {"amount": amount, "vat_basis": "exempt"}
