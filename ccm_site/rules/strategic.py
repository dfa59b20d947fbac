"""R-SRP: strategic reports, in which what contracts teach comes back into planning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ccm_site.facts.contracts import monitored_since
from ccm_site.facts.policy import applies, limit
from ccm_site.facts.records import counting
from ccm_site.facts.values import day, mappings, months_after
from ccm_site.kinds import Kinds
from ccm_site.model import Finding, Location, Record, Register
from ccm_site.rules import rule
from ccm_site.rules.support import found

_CODE = "strategic_report_age"


@rule(
    "R-SRP-1", "F-2-2", "F-3B-i-5", "F-3B-ii-15", "F-4-SM-10", "F-4-SM-11", "F-4-SM-12", "F-4-SM-13"
)  # fmt: skip
def strategic_report_is_made(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A strategic report is completed at least once in the time that the council's limits set, and draws on reviews and market notes.

    It says for each type of service whether to grow, hold, shrink or decommission it, and what is known of the market. A
    register whose contracts in force are all younger than that time needs none yet; carried-over ones count from that day.

    Why: contracts are renewed as they were where nobody feeds back what they taught. Mend: complete the report that is due, or add what
    it rests on.
    """
    final = list(counting(register, "strategic_report", "final"))
    yield from _none_of_late(register, final, today)
    for report in final:
        cited = {link.target.kind for link in register.links.get(report.key, ()) if link.pointer.startswith("/inputs")}
        for kind, words in (("review", "contract review"), ("market_note", "market note")):
            if kind not in cited:
                yield found(
                    "R-SRP-1", "warning", report, "/inputs", f"is final and draws on no {words}",
                    f"add a {words} to inputs",
                )  # fmt: skip
        if not any(v.get("recommendation") for v in mappings(report.data.get("sector_view"))):
            yield found(
                "R-SRP-1", "warning", report, "/sector_view", "is final and recommends nothing for any type of service",
                "add 'sector_view:' with each type of service and grow, hold, shrink or decommission",
            )  # fmt: skip
        if not report.data.get("market"):
            yield found(
                "R-SRP-1", "warning", report, "/market", "is final and says nothing of the market",
                "add 'market:' with what the market notes say of strengths, weaknesses, gaps and providers",
            )  # fmt: skip


def _none_of_late(register: Register, final: list[Record], today: date) -> Iterator[Finding]:
    months = limit(register, _CODE, today)
    if months is None:
        return
    latest = max(final, key=lambda r: str(r.data.get("completed_on", "")), default=None)
    if latest is not None:
        done = day(latest.data.get("completed_on"))
        if done and months_after(done, int(months)) < today:
            yield found(
                "R-SRP-1", "warning", latest, "/completed_on",
                f"was completed on {done}, and no strategic report in the {months} months since",
                "complete the strategic report for the time since then",
            )  # fmt: skip
        return
    before = months_after(today, -int(months))
    if any((since := monitored_since(c)) and since < before for c in counting(register, "contract", "in_force")):
        yield Finding(
            "R-SRP-1", "warning", f"no strategic report is final, and contracts have run for more than {months} months",
            _limit_at(register, today), "complete a strategic report on what the contracts have shown",
            tuple(Location(r.path, pointer="/status") for r in counting(register, "strategic_report", "draft")),
        )  # fmt: skip


def _limit_at(register: Register, on: date) -> Location:
    for n, entry in enumerate(mappings(register.table("thresholds").get("limits"))):
        if entry.get("code") == _CODE and applies(entry, on):
            return Location("policy/thresholds.yaml", pointer=f"/limits/{n}")
    return Location("policy/thresholds.yaml")


@rule("R-SRP-2", "F-3B-i-4", "F-3B-i-6")
def report_says_what_is_common(register: Register, kinds: Kinds, today: date) -> Iterator[Finding]:
    """A final strategic report has a section on common issues and one on good practice, or says why it has none.

    Why: help for all providers, and what others can learn, are seen only across contracts. Mend: add the section, or the reason.
    """
    for report in counting(register, "strategic_report", "final"):
        for name, words in (("common_issues", "common issues"), ("good_practice", "good practice")):
            if not report.data.get(name) and not report.data.get(f"no_{name}_reason"):
                yield found(
                    "R-SRP-2", "warning", report, f"/{name}", f"is final and has no section on {words}",
                    f"add '{name}:', or say under no_{name}_reason how that was looked for",
                )  # fmt: skip
