"""Measure check and build at several sizes, beside plain MkDocs Material on as many pages; print a table, write it as JSON.

    python -m bench --sizes 1000,10000 --out bench/results

Times are whole processes' wall seconds, memory the peak of the largest process, one run each for the long ones (``--runs`` for
more, then medians): compare ratios of one run, not seconds of two machines.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import click

from bench.generate import generate
from bench.peer import mkdocs_pages

AS_OF = "2026-11-24"


@dataclass(frozen=True)
class Figure:
    """One measured command: median wall seconds and the peak memory of its largest process, in MB."""

    contracts: int
    what: str
    seconds: float
    peak_mb: float


def measured(command: Sequence[str], runs: int, cwd: Path) -> tuple[float, float]:
    """Median wall seconds and peak MB of a command. Raises RuntimeError where it fails."""
    seconds, peak = [], 0.0
    for _ in range(runs):
        started = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read() if process.stderr else b""
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - started)
        if os.waitstatus_to_exitcode(status) != 0:
            raise RuntimeError(f"{' '.join(command)}: {said.decode('utf-8', 'replace')[-2000:]}")
        peak = max(peak, usage.ru_maxrss / 1024)
    return statistics.median(seconds), peak


def figures(size: int, folder: Path, runs: int) -> list[Figure]:
    root = folder / f"register-{size}"
    records = generate(root, size)
    click.echo(f"{size} contracts: {records} records in {root}", err=True)
    ccm = [sys.executable, "-m", "ccm_site.cli"]
    out = []

    def take(what: str, command: Sequence[str], times: int = runs) -> None:
        seconds, peak = measured(command, times, root)
        out.append(Figure(size, what, round(seconds, 2), round(peak)))
        click.echo(f"  {what}: {seconds:.1f} s, {peak:.0f} MB", err=True)

    check = [*ccm, "check", "--root", str(root), "--as-of", AS_OF]
    build = [*ccm, "build", "--root", str(root), "--as-of", AS_OF, "--audience", "intranet"]
    take("check, cold", check, 1)
    take("check, warm", check)
    _touch(root)
    take("check, one record changed", check, 1)
    take("build of the intranet site, cold", build, 1)
    take("build of the intranet site, warm", build)
    _touch(root)
    take("build of the intranet site, one record changed", build, 1)
    pages = sum(1 for _ in (root / "build/site/intranet").rglob("*.html"))
    peer = folder / f"mkdocs-{size}"
    mkdocs_pages(peer, pages)
    take(
        f"plain MkDocs Material with its own search, {pages} pages",
        [sys.executable, "-m", "mkdocs", "build", "-q", "-f", str(peer / "mkdocs.yml")],
        1,
    )
    return out


def _touch(root: Path) -> None:
    path = next(iter(sorted((root / "contracts").rglob("contract.yaml"))))
    text = path.read_text("utf-8")
    path.write_text(text.replace("Care and education", "The care and education", 1), "utf-8", newline="\n")


@click.command()
@click.option("--sizes", default="1000,10000", show_default=True, help="Numbers of contracts.")
@click.option("--runs", default=3, show_default=True, help="Runs of the short commands; medians are told.")
@click.option("--folder", type=click.Path(path_type=Path), default=Path("build/bench"), show_default=True)
@click.option("--out", type=click.Path(path_type=Path), default=Path("bench/results"), show_default=True)
def main(sizes: str, runs: int, folder: Path, out: Path) -> None:
    """Run the measurements and write them under --out, named after the day."""
    found = [f for size in sizes.split(",") for f in figures(int(size), folder.resolve(), runs)]
    out.mkdir(parents=True, exist_ok=True)
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "day": date.today().isoformat(),
    }
    (out / f"{machine['day']}.json").write_text(
        json.dumps({"machine": machine, "figures": [asdict(f) for f in found]}, indent=1) + "\n", "utf-8"
    )
    click.echo("| contracts | what | seconds | peak MB |\n|---|---|---|---|")
    for f in found:
        click.echo(f"| {f.contracts:,} | {f.what} | {f.seconds:.1f} | {f.peak_mb:.0f} |")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
