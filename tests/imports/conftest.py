"""An empty register to import into, and files made on the spot."""

import csv
import io
import shutil
from datetime import date

import pytest

from ccm_site import imports
from ccm_site.checks.run import check
from ccm_site.source import parse
from ccm_site.starter import shipped, start

TODAY = date(2026, 11, 24)
COUNCIL = "Reference,Title,Supplier,Start Date,End Date,Contract Value\n"


class Desk:
    """A register and the person who imports into it."""

    def __init__(self, folder):
        self.folder = folder
        self.root = folder / "register"
        start(self.root, "Test Council", TODAY)

    def file(self, name, content):
        """A file to import: text, bytes, or rows (lists of cells) to be written as CSV."""
        path = self.folder / name
        if isinstance(content, list):
            out = io.StringIO(newline="")
            csv.writer(out).writerows(content)
            content = out.getvalue()
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return path

    def run(self, file, mapping=None, today=TODAY, dry_run=False):
        result = imports.run("contracts", self.root, file, mapping, today, dry_run)
        contracts = sum(result.count("contract", w) for w in ("created", "changed", "unchanged"))
        assert result.rows == contracts + len(result.merged) + len(result.rejects)  # nothing is silently dropped
        return result

    def read(self, content, **options):
        """Import rows under the usual columns of a council's register, and say what came of it."""
        content = COUNCIL + content if isinstance(content, str) else content
        return self.run(self.file("register.csv", content), **options)

    def records(self, kind):
        pattern = {"contract": "contracts/*/*/contract.yaml", "provider": "providers/*/provider.yaml"}[kind]
        return [parse(p.read_bytes(), str(p)).data for p in sorted(self.root.glob(pattern))]

    def contract(self, number=0):
        return self.records("contract")[number]

    def path(self, result, number=0):
        return self.root / result.created[number].path

    def errors(self, today=TODAY):
        return [f"{f.at}: {f.message}" for f in check(self.root, today)[1] if f.severity == "error"]

    def files(self):
        """Every file of the register with its bytes, what is derived left out."""
        skip = {".git", "build"}
        paths = [p for p in self.root.rglob("*") if p.is_file() and not skip & set(p.relative_to(self.root).parts)]
        return {p.relative_to(self.root).as_posix(): p.read_bytes() for p in paths}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def demonstration(tmp_path):
    """A copy of a part of the demonstration register to write in: one short breaks contract and what it stands on."""
    root = tmp_path / "demonstration"
    parts = ("schemas", "policy", "specifications", "contracts/2024/C-2024-0003", "providers/rowan-short-breaks")
    for name in parts:
        shutil.copytree(shipped() / name, root / name)
    return root
