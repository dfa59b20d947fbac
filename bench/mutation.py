"""Put small faults into the rules, one at a time, and see whether a test fails; print a table, write it and the survivors as JSON.

    python -m bench.mutation                     # all modules of ccm_site/rules, about half an hour on 2 cores
    python -m bench.mutation review rights       # these only

Each fault is tried in a fork of one process in which the demonstration, all examples and what is found in them lie ready. A fault is
killed by the first thing that differs: what the rules find in the demonstration, whose warnings are pinned; an example of the rules that
reach the faulty place, their own first (the same verdict as in tests/rules/test_examples.py); and where those let it live, by the tests
that a module has besides. A fault that nothing can tell from the code as it is stands in ``bench/equivalent.yaml`` with its reason.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import json
import os
import platform
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import click
import pytest
import yaml

from bench.cases import Mark, World, holds, laid_out, new_findings
from bench.mutants import Mutant, defined, mutants
from ccm_site.rules import ChangeRule, Rule, all_change_rules, all_rules
from ccm_site.rules.example import AS_OF

PACKAGE = "ccm_site.rules"
BESIDES = {
    "": ("tests/rules/test_roles.py",),
    "__init__": ("tests/rules", "tests/views/test_rule_pages.py"),
    "authorisation": ("tests/rules/test_authorisation.py",),
    "complaint": ("tests/rules/test_complaint.py",),
    "config": ("tests/rules/test_config.py",),
    "contract": ("tests/rules/test_contract.py",),
    "contract_moves": ("tests/rules/test_contract_moves.py",),
    "distribution": ("tests/rules/test_distribution.py",),
    "example": ("tests/rules/test_examples.py", "tests/rules/test_roles.py"),
    "finance": ("tests/rules/test_finance.py",),
    "identity": ("tests/rules/test_identity.py", "tests/rules/test_roles.py"),
    "law": ("tests/rules/test_law.py",),
    "monitoring": ("tests/rules/test_monitoring.py",),
    "monitoring_evidence": ("tests/rules/test_monitoring_evidence.py",),
    "monitoring_reports": ("tests/rules/test_monitoring_reports.py",),
    "monitoring_returns": ("tests/rules/test_monitoring_returns.py",),
    "non_tender": ("tests/rules/test_non_tender.py",),
    "placement": ("tests/rules/test_placement.py",),
    "placement_cost": ("tests/rules/test_placement_cost.py",),
    "privacy": ("tests/rules/test_privacy.py", "tests/privacy/test_detection_rules.py"),
    "procurement_scale": ("tests/rules/test_procurement_scale.py",),
    "review": ("tests/rules/test_review.py",),
    "rights": ("tests/rules/test_rights.py", "tests/rules/test_authorisation.py", "tests/rules/test_roles.py"),
    "roles": ("tests/rules/test_who_decides.py", "tests/rules/test_roles.py", "tests/gate/test_judge.py"),
    "sourcing": ("tests/rules/test_sourcing.py",),
    "specification": ("tests/rules/test_specification.py",),
    "strategic": ("tests/rules/test_strategic.py",),
    "support": ("tests/rules/test_support.py",),
    "telling": ("tests/views/test_rule_pages.py",),
    "tender": ("tests/rules/test_tender.py", "tests/rules/test_tender_award.py"),
    "tender_award": ("tests/rules/test_tender_award.py",),
    "tender_evaluation": ("tests/rules/test_tender_evaluation.py",),
    "termination": ("tests/rules/test_termination.py",),
    "trace": ("tests/views/test_trace_page.py",),
}
"""The tests that a module has besides the examples; at "" those of any other module."""
PATIENCE = 300
"""Seconds that one fault may take; a fault that runs on for ever is noticed."""
EQUIVALENT = Path(__file__).with_name("equivalent.yaml")

Node = tuple[str, str]
"""A module of the package and a name at its top."""


# What reaches a place


def _trees() -> dict[str, tuple[ModuleType, str, ast.Module]]:
    folder = Path(importlib.import_module(PACKAGE).__file__ or "").parent
    out = {}
    for file in sorted(folder.glob("*.py")):
        module = importlib.import_module(PACKAGE if file.stem == "__init__" else f"{PACKAGE}.{file.stem}")
        source = file.read_text("utf-8")
        out[file.stem] = (module, source, ast.parse(source))
    return out


def _uses(trees: Mapping[str, tuple[ModuleType, str, ast.Module]]) -> dict[Node, set[Node]]:
    """For each name at the top of a module, the names that it speaks of; a method is spoken of by its name, wherever it hangs."""
    methods: dict[str, set[Node]] = {}
    homes: dict[str, dict[str, Node]] = {}
    for stem, (_, _, tree) in trees.items():
        homes[stem] = {n: (stem, n) for s in tree.body for n in defined(s)}
        for s in tree.body:
            if isinstance(s, ast.ImportFrom) and s.module and s.module.startswith(PACKAGE):
                at = s.module.removeprefix(PACKAGE).removeprefix(".") or "__init__"
                homes[stem] |= {a.asname or a.name: (at, a.name) for a in s.names}
            if isinstance(s, ast.ClassDef):
                for d in s.body:
                    if isinstance(d, ast.FunctionDef):
                        methods.setdefault(d.name, set()).add((stem, s.name))
    out: dict[Node, set[Node]] = {}
    for stem, (_, _, tree) in trees.items():
        for s in tree.body:
            used = {homes[stem][n.id] for n in ast.walk(s) if isinstance(n, ast.Name) and n.id in homes[stem]}
            for n in ast.walk(s):
                if isinstance(n, ast.Attribute):
                    used |= methods.get(n.attr, set())
            for name in defined(s):
                out[stem, name] = used - {(stem, name)}
    return out


def reaching(node: Node, uses: Mapping[Node, set[Node]]) -> list[Rule | ChangeRule]:
    """The rules whose function speaks of a place, itself or by what it calls."""
    users: dict[Node, set[Node]] = {}
    for user, used in uses.items():
        for u in used:
            users.setdefault(u, set()).add(user)
    seen, todo = {node}, [node]
    while todo:
        for user in users.get(todo.pop(), ()):
            if user not in seen:
                seen.add(user)
                todo.append(user)
    rules: list[Rule | ChangeRule] = [*all_rules(), *all_change_rules()]
    return [r for r in rules if (r.find.__module__.removeprefix(PACKAGE).removeprefix("."), r.find.__name__) in seen]


# One fault


def _put_in_place(module: ModuleType, tree: ast.Module, name: str) -> None:
    """Take the code of a name from a tree into the module that runs, so that all who hold it have it."""
    new: dict[str, Any] = {"__name__": module.__name__, "__package__": PACKAGE, "__file__": module.__file__}
    exec(compile(tree, str(module.__file__), "exec"), new)
    old, fresh = getattr(module, name), new[name]
    if isinstance(old, type):
        for part, value in vars(fresh).items():
            if part in vars(old):
                _take(vars(old)[part], value)
    elif not _take(old, fresh):
        for held in list(sys.modules.values()):
            if held.__name__.startswith("ccm_site"):
                for n, v in list(vars(held).items()):
                    if n in new and v is getattr(module, n, None) and not callable(v) and not isinstance(v, ModuleType):
                        setattr(held, n, new[n])
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


def _take(old: object, fresh: object) -> bool:
    if isinstance(old, property) and isinstance(fresh, property):
        old, fresh = old.fget, fresh.fget
    while hasattr(old, "__wrapped__") or isinstance(old, (classmethod, staticmethod)):
        old = getattr(old, "__wrapped__", None) or old.__func__  # type: ignore[attr-defined]
        fresh = getattr(fresh, "__wrapped__", None) or fresh.__func__  # type: ignore[attr-defined]
    if not isinstance(old, FunctionType) or not isinstance(fresh, FunctionType):
        return False
    old.__code__, old.__defaults__, old.__kwdefaults__ = fresh.__code__, fresh.__defaults__, fresh.__kwdefaults__
    return True


def killed_by(world: World, stem: str, rules: Sequence[Rule | ChangeRule]) -> str:
    """What notices the fault that now lies in the code; "" where nothing does."""
    for r in rules:
        if isinstance(r, Rule):
            found = Counter((f.rule, f.severity) for f in r.find(world.register, world.kinds, AS_OF))
            if found != world.known[r.id]:
                return "the demonstration"
    own, names = {r.row for r in rules}, {r.id for r in rules}
    before: dict[tuple[int, str, date], Counter[Mark]] = {}
    for case in sorted(world.cases, key=lambda c: c.row not in own) if rules else ():
        untouched = [f for id, found in case.found.items() if id not in names for f in found]
        if not holds(case, [*untouched, *new_findings(case, rules, world.kinds, before)]):
            return f"an example of {case.row}"
    files = [f for f in BESIDES.get(stem, BESIDES[""]) if Path(f).exists()]
    with (
        Path(os.devnull).open("w") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        failed = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", *files])
    return "a test of its own" if failed else ""


def _in_a_fork(work: Callable[[], str]) -> tuple[int, int]:
    """Do some work in a fork; its process and where its answer can be read."""
    out, into = os.pipe()
    child = os.fork()
    if child:
        os.close(into)
        return child, out
    os.close(out)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(PATIENCE)
    try:
        said = work()
    except BaseException as error:
        said = f"{type(error).__name__}"
        if os.environ.get("MUTATION_TRACE"):
            traceback.print_exc()
    os.write(into, f"={said}".encode())
    os._exit(0)


@dataclass(frozen=True)
class Outcome:
    """A fault and what killed it, "" where it lives."""

    module: str
    mutant: Mutant
    killer: str


def outcomes(world: World, only: Sequence[str], workers: int, wanted: frozenset[str] | None) -> Iterator[Outcome]:
    """Try every fault of some modules (all where none is named); of the ``wanted`` ids where they are given."""
    trees = _trees()
    uses = _uses(trees)
    running: dict[int, tuple[int, str, Mutant]] = {}
    for stem, (module, source, tree) in trees.items():
        if only and stem not in only:
            continue
        for mutant in mutants(tree, source):
            if wanted is not None and f"{stem}.{mutant.id}" not in wanted:
                continue
            if len(running) >= workers:
                yield from _finished(running)
            rules = reaching((stem, mutant.name), uses)

            def work(
                module: ModuleType = module, tree: ast.Module = tree, name: str = mutant.name, stem: str = stem,
                rules: Sequence[Rule | ChangeRule] = tuple(rules),
            ) -> str:  # fmt: skip
                _put_in_place(module, tree, name)
                return killed_by(world, stem, rules)

            child, out = _in_a_fork(work)
            running[out] = (child, stem, mutant)
    while running:
        yield from _finished(running)


def _finished(running: dict[int, tuple[int, str, Mutant]]) -> Iterator[Outcome]:
    for out in select.select(list(running), [], [])[0]:
        child, stem, mutant = running.pop(out)
        said = os.read(out, 4096).decode()
        os.close(out)
        os.waitpid(child, 0)
        yield Outcome(stem, mutant, said.removeprefix("=") if said else "time")


def table(found: Sequence[Outcome], equivalent: Mapping[str, str]) -> list[dict[str, Any]]:
    """For each module: mutants, killed, equivalent, survived, and the share killed of those that can be."""
    rows = []
    for stem in dict.fromkeys(o.module for o in found):
        mine = [o for o in found if o.module == stem]
        living = [o for o in mine if not o.killer]
        same = [o for o in living if f"{stem}.{o.mutant.id}" in equivalent]
        can = len(mine) - len(same)
        rows.append({
            "module": stem, "mutants": len(mine), "killed": len(mine) - len(living), "equivalent": len(same),
            "survived": len(living) - len(same), "share": round(100 * (len(mine) - len(living)) / can, 1) if can else 100.0,
        })  # fmt: skip
    return rows


@click.command()
@click.argument("modules", nargs=-1)
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="Faults tried at once.")
@click.option(
    "--again", type=click.Path(path_type=Path, exists=True), help="Try only the survivors in this file of results."
)
@click.option("--out", type=click.Path(path_type=Path), default=Path("bench/results"), show_default=True)
def main(modules: Sequence[str], workers: int, again: Path | None, out: Path) -> None:
    """Try the faults of MODULES of ccm_site/rules, of all where none is named."""
    started = time.perf_counter()
    equivalent = yaml.safe_load(EQUIVALENT.read_text("utf-8")) or {} if EQUIVALENT.exists() else {}
    wanted = None
    if again:
        wanted = frozenset(f"{s['module']}.{s['mutant']}" for s in json.loads(again.read_text("utf-8"))["survivors"])
    world = laid_out()
    click.echo(f"{len(world.cases)} examples lie ready after {time.perf_counter() - started:.0f} s", err=True)
    gc.collect()
    gc.freeze()
    found = []
    for o in outcomes(world, modules, workers, wanted):
        found.append(o)
        if not o.killer:
            click.echo(f"lives: {o.module}.py:{o.mutant.line} {o.mutant.id}", err=True)
    for what, n in Counter(o.killer.split(" of ")[0] for o in found).most_common():
        click.echo(f"{n} {what or 'live'}", err=True)
    found.sort(key=lambda o: (o.module, o.mutant.line))
    rows = table(found, equivalent)
    day = date.today().isoformat()
    machine = {
        "cores": os.cpu_count(), "machine": platform.machine(), "python": platform.python_version(), "day": day,
        "seconds": round(time.perf_counter() - started),
    }  # fmt: skip
    survivors = [
        {"module": o.module, "line": o.mutant.line, "mutant": o.mutant.id}
        | ({"equivalent": why} if (why := equivalent.get(f"{o.module}.{o.mutant.id}")) else {})
        for o in found if not o.killer
    ]  # fmt: skip
    out.mkdir(parents=True, exist_ok=True)
    (out / f"{day}-mutation.json").write_text(
        json.dumps({"machine": machine, "modules": rows, "survivors": survivors}, indent=1, ensure_ascii=False) + "\n",
        "utf-8",
    )
    click.echo("| module | mutants | killed | equivalent | survived | share |\n|---|---|---|---|---|---|")
    for r in rows:
        click.echo("| " + " | ".join(str(v) for v in r.values()) + " |")


if __name__ == "__main__":
    main()
