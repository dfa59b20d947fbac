"""Measure all reports in one `ccm build`: contracts with 16 quarterly returns and summaries of payments each, at two sizes.

    python -m bench.reports --sizes 250,1000 --out bench/results

The question is whether time grows at most with the number of contracts: compare the seconds for each contract of one run.
"""

from __future__ import annotations

import json
import platform
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import click

from bench.__main__ import AS_OF, Figure, measured
from bench.generate import generate

PERIODS = 16
FIRST = date(2022, 10, 1)
_MEASURES = ("in-time", "staff-stay", "visits", "plans", "attendance")

_SPECIFICATION = """kind: specification
id: S-2019-0001
version: 1
title: A specification to measure on
status: draft
service_type: foster_care
standards:
"""
_STANDARD = """- id: {id}
  text: A standard of the service, number {n}.
  measure: Share of cases in which {id} was kept
  target:
    comparison: at_least
    value: "{target}"
    unit: per_cent
  frequency: quarterly
  collection_method: provider_return
"""
_RETURN = """kind: return
id: RT-{year}-{number:04}
status: accepted
contract: {contract}
submitted_by: provider
specification: S-2019-0001/v1
period:
  from: {first}
  to: {last}
received_on: {received}
volume:
  unit: places
  contracted: "20"
  delivered: "{delivered}"
values:
"""
_VALUE = """- measure: {id}
  value: "{value}"
"""
_ACCEPTED = """acceptance:
  by_role: ccm
  on: {received}
retention_class: monitoring
legacy:
  migrated_on: 2026-01-05
  gaps:
  - requested_on
  - template
"""
_PAYMENT = """kind: payment_summary
id: PY-{year}-{number:04}
contract: {contract}
period:
  from: {first}
  to: {last}
received_on: {received}
paid:
  amount: "{paid}.00"
  vat_basis: exempt
lines:
- item: Places
  unit: week
  quantity: "{weeks}"
  rate:
    amount: "1234.00"
    vat_basis: exempt
  paid:
    amount: "{paid}.00"
    vat_basis: exempt
retention_class: monitoring
"""


def monitored(root: Path, contracts: int) -> int:
    """Write a register with returns and payments into ``root``; return the number of records."""
    count = generate(root, contracts, commit=False)
    dice = random.Random(2)
    for path, text in _records(root, dice):
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8", newline="\n")
        count += 1
    return count


def _records(root: Path, dice: random.Random) -> Iterator[tuple[str, str]]:
    standards = "".join(_STANDARD.format(id=m, n=n, target=80 + n) for n, m in enumerate(_MEASURES, 1))
    yield "specifications/2019/S-2019-0001/v1.yaml", _SPECIFICATION + standards
    numbers = {}
    for folder in sorted((root / "contracts").glob("*/*")):
        contract = folder.name
        for n in range(PERIODS):
            first = _quarter(n)
            last = _quarter(n + 1) - timedelta(days=1)
            year = last.year
            numbers[year] = numbers.get(year, 0) + 1
            weeks = dice.randrange(150, 260)
            values = {
                "year": year, "number": numbers[year], "contract": contract, "first": first, "last": last, "received": last + timedelta(days=20),
                "delivered": f"{dice.uniform(12, 20):.1f}", "weeks": weeks, "paid": weeks * 1234,
            }  # fmt: skip
            told = "".join(_VALUE.format(id=m, value=f"{dice.uniform(70, 100):.1f}") for m in _MEASURES)
            base = folder.relative_to(root).as_posix()
            yield (
                f"{base}/returns/RT-{year}-{numbers[year]:04}.yaml",
                _RETURN.format(**values) + told + _ACCEPTED.format(**values),
            )
            yield f"{base}/payment-summaries/PY-{year}-{numbers[year]:04}.yaml", _PAYMENT.format(**values)


def _quarter(n: int) -> date:
    months = FIRST.month - 1 + 3 * n
    return date(FIRST.year + months // 12, months % 12 + 1, 1)


@click.command()
@click.option("--sizes", default="250,1000", show_default=True, help="Numbers of contracts.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("build/bench-reports"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("bench/results"), show_default=True)
def main(sizes: str, folder: Path, out: Path) -> None:
    """Build registers with returns and payments, and tell the seconds for each contract."""
    found = []
    for size in map(int, sizes.split(",")):
        root = folder.resolve() / f"register-{size}"
        records = monitored(root, size)
        click.echo(f"{size} contracts: {records} records", err=True)
        ccm = [sys.executable, "-m", "ccm_site.cli"]
        for what, command in (
            ("check", [*ccm, "check", "--root", str(root), "--as-of", AS_OF]),
            (
                "build with all reports, cold",
                [*ccm, "build", "--root", str(root), "--as-of", AS_OF, "--audience", "intranet"],
            ),
            (
                "build with all reports, PDFs at hand",
                [*ccm, "build", "--root", str(root), "--as-of", AS_OF, "--audience", "intranet"],
            ),
        ):
            seconds, peak = measured(command, 1, root)
            found.append(Figure(size, what, round(seconds, 2), round(peak)))
            click.echo(f"  {what}: {seconds:.1f} s, {seconds * 1000 / size:.0f} ms a contract, {peak:.0f} MB", err=True)
    out.mkdir(parents=True, exist_ok=True)
    day = date.today().isoformat()
    told = {"python": platform.python_version(), "day": day, "periods": PERIODS, "figures": [asdict(f) for f in found]}
    (out / f"{day}-reports.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
