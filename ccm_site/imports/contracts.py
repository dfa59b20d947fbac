"""`ccm import contracts`: a published contract register becomes contracts and providers.

Every row goes in, unless it has no reference, no title or no supplier, or its dates or amount cannot be read at all. A contract
keeps the source's number as an external reference; by it a later file finds the contract again, and changes only what it says
otherwise. Contracts that the later file no longer has stay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ccm_site.imports import building, providers, saving
from ccm_site.imports.entries import CODED, Entry, Reader
from ccm_site.imports.mapping import ColumnMap, find
from ccm_site.imports.matching import Draft, assign, drafts_of, references
from ccm_site.imports.plan import Plan, refuse_unreadable
from ccm_site.imports.pointers import applied
from ccm_site.imports.result import BadSource, ImportResult, Merged, Reject
from ccm_site.imports.rows import read_source
from ccm_site.imports.values import cut, header_key
from ccm_site.kinds import Kinds
from ccm_site.model import Record
from ccm_site.register import Loaded, load


def import_file(root: Path, file: Path, mapping: str | None, today: date, dry_run: bool) -> ImportResult:
    """Import a contract register. See `ccm_site.imports.run`."""
    loaded = load(root)
    refuse_unreadable(loaded, ("contract", "provider"))
    columns, table = find(read_source(file), mapping)
    _refuse_unknown_codes(columns, loaded.kinds)
    reader = Reader(columns, table, _codes(loaded))
    entries: list[Entry] = []
    rejects: list[Reject] = []
    for row in table.rows:
        found = reader.read(row)
        (entries if isinstance(found, Entry) else rejects).append(found)  # type: ignore[arg-type]
    drafts, merged = drafts_of(entries)
    plan = _Plan(root, loaded, columns, file, today)
    plan.settle(drafts)
    own = {i for f in columns.data["fields"] for i in map(header_key, columns.columns_of(f))}
    noted = {header_key(n) for names in columns.notes for n in names}
    own_names = frozenset(n for c, n in zip(table.columns, reader.names, strict=True) if header_key(c) in own - noted)
    for draft in drafts:
        plan.contract(draft, own_names)
    plan.parties()
    written, rejects_file = _write(root, file, plan, rejects, reader, dry_run)
    notes = [*table.notes, *_left_out(reader), *_summed(reader.remarks), *plan.notes(drafts)]
    return ImportResult(
        what="contracts", mapping=columns.name, title=columns.title, file=file.name, dry_run=dry_run, rows=len(table.rows),
        created=tuple(plan.created), changed=tuple(plan.changed), unchanged=tuple(plan.unchanged),
        merged=tuple(Merged(row, d.entry.row, plan.ids[id(d)]) for row, d in merged), rejects=tuple(rejects),
        masked=tuple(reader.masked), notes=tuple(notes), written=written, rejects_file=rejects_file,
    )  # fmt: skip


class _Plan(Plan):
    """The contracts of the file and their providers."""

    def __init__(self, root: Path, loaded: Loaded, columns: ColumnMap, file: Path, today: date):
        super().__init__(root, loaded, columns.title, file, today)
        self.columns = columns
        self.provider_files: dict[str, bytes] = {}
        self.ids: dict[int, str] = {}
        self.remarks: list[tuple[str, int]] = []
        self.contracts = loaded.register.of_kind("contract")
        self._numbers = _numbers(root, loaded)
        taken = [*_folders(root / "providers"), *(r.id for r in loaded.misfits)]
        self.book = providers.Book(loaded.register.of_kind("provider"), taken)

    def settle(self, drafts: Iterable[Draft]) -> None:
        """Find every draft's providers and its contract in the register."""
        drafts = list(drafts)
        self._parties = {
            id(d): list({id(p): p for p in (self.book.party(s) for s in d.suppliers)}.values()) for d in drafts
        }
        for draft in drafts:
            for spelling in draft.spellings:
                self.book.party(spelling).spellings[spelling] += 1
            for party in self._parties[id(draft)]:
                party.rows.append(draft.entry.row)
            for spelling, said in draft.said:
                for name, value in said.items():
                    self.book.party(spelling).said[name].add(value)
        self.all_parties = self.book.settle()
        assign(drafts, self.contracts, self.columns.source, self._keys_of)

    def _keys_of(self, record: Record) -> frozenset[str]:
        named = [record.data.get("provider"), *(record.data.get("further_providers") or ())]
        return frozenset(key for p in named for key in self.book.keys.get(str(p), ()))

    def contract(self, draft: Draft, own: frozenset[str]) -> None:
        """Make the draft's contract, or change the one that is there where the file says otherwise."""
        parties = self._parties[id(draft)]
        given = [p.id for p in parties]
        held = draft.held
        if held is None:
            id_ = self._next_id(draft)
            data = building.new_contract(draft, id_, given, self.columns.source, self.source, self.today, self.kinds)
            if wrong := building.faults_of(data, self.kinds)[1]:
                raise BadSource(
                    f"row {draft.entry.row} would make a contract that this register's schema refuses: {wrong[0]}"
                )
            self.create(data, draft.entry.title, tuple(draft.rows))
        else:
            changes = self._allowed(
                held, building.changes_of(draft, held, given, own, self.today, self.kinds), draft.entry.row
            )
            self.change(held, changes, draft.entry.title, tuple(draft.rows))
            data = applied(held.data, changes)
            if data.get("status") != building.status_of(data, self.today) and data.get("status") in building.BY_DATES:
                self.remarks.append(
                    ("the contract's status no longer fits its dates; record its end or beginning", draft.entry.row)
                )
        self.ids[id(draft)] = str(data["id"])
        if data.get("status") in {"in_force", "signed"}:
            for party in parties:
                party.buying = True

    def _allowed(self, held: Record, changes: dict[str, Any], row: int) -> dict[str, Any]:
        """A contract that is no copy of the source any more, or is void, is not the source's to change."""
        if changes and (
            "legacy" not in held.data or "voided" in held.data or held.data.get("status") not in building.BY_DATES
        ):
            self.remarks.append(
                ("the source says otherwise of a contract that is now kept here; it was left as it is", row)
            )
            return {}
        return changes

    def parties(self) -> None:
        """Make the new providers, and add to those that are there the spellings and numbers that they lack."""
        for party in self.all_parties:
            rows = tuple(sorted(set(party.rows)))
            if party.held is not None:
                self.change(party.held, providers.changes_of(party), party.name, rows, self.provider_files)
                continue
            bare = providers.new_provider(party, {})
            del bare["legacy"]
            data = building.with_legacy(bare, self.source, self.today, self.kinds)
            if wrong := building.faults_of(data, self.kinds)[1]:
                raise BadSource(
                    f"'{cut(party.name, 60)}' would make a provider that this register's schema refuses: {wrong[0]}"
                )
            self.create(data, party.name, rows, self.provider_files)

    def _next_id(self, draft: Draft) -> str:
        year = draft.entry.year if draft.entry.year is not None else self.today.year
        self._numbers[year] += 1
        return f"C-{year:04d}-{self._numbers[year]:04d}"

    def notes(self, drafts: Iterable[Draft]) -> list[str]:
        out = _summed(self.remarks)
        named = {d.held.id for d in drafts if d.held}
        absent = [r.id for r in self.contracts if r.id not in named and references(r, self.columns.source)]
        if absent:
            out.append(
                f"{len(absent):,} contracts that came from this source before are not in this file; they stay as they are"
            )
        for spelling, ids in sorted(self.book.ambiguous.items()):
            out.append(f"'{cut(spelling, 60)}' is a name of several providers ({', '.join(ids)}); {ids[0]} was taken")
        return out


def _write(
    root: Path, file: Path, plan: _Plan, rejects: list[Reject], reader: Reader, dry_run: bool
) -> tuple[tuple[str, ...], str]:  # fmt: skip
    if dry_run:
        return (), ""
    files = {**plan.provider_files, **plan.files}  # providers first: a contract never names one that is not there yet
    path = saving.rejects_path(file)
    raw = saving.rejects_csv(reader.names, rejects, reader.rejected) if rejects else None
    return saving.save_all(root, files, path, raw), path if rejects else ""


def _refuse_unknown_codes(columns: ColumnMap, kinds: Kinds) -> None:
    for name in CODED:
        f = kinds["contract"].field(name)
        allowed = f.schema.get("enum") if f else None
        given = {
            *columns.data.get("values", {}).get(name, {}).values(),
            columns.data.get("constants", {}).get(name),
        } - {None}
        wrong = sorted(given - set(allowed)) if allowed else []
        if wrong:
            raise BadSource(
                f"the mapping {columns.path}: {name} cannot be '{wrong[0]}'. Use one of: {', '.join(allowed or ())}"
            )


def _codes(loaded: Loaded) -> dict[str, frozenset[str]]:
    """For each field of a contract whose codes are in a policy table, the codes that the register has."""
    out = {}
    for name in CODED:
        f = loaded.kinds["contract"].field(name)
        if f and f.codes:
            entries = loaded.register.table(f.codes).get("entries")
            rows = entries if isinstance(entries, list) else []
            out[name] = frozenset(str(e["code"]) for e in rows if isinstance(e, Mapping) and "code" in e)
    return out


def _numbers(root: Path, loaded: Loaded) -> defaultdict[int, int]:
    """The highest contract number of each year, by the records and by the folders that are there."""
    highest: defaultdict[int, int] = defaultdict(int)
    ids = [r.id for r in (*loaded.register, *loaded.misfits) if r.kind == "contract"]
    ids += [name for year in _folders(root / "contracts") for name in _folders(root / "contracts" / year)]
    for name in ids:
        letter, _, rest = name.partition("-")
        year, _, number = rest.partition("-")
        if letter == "C" and year.isascii() and year.isdigit() and number.isascii() and number.isdigit():
            highest[int(year)] = max(highest[int(year)], int(number))
    return highest


def _folders(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []


def _left_out(reader: Reader) -> list[str]:
    names = reader.left_out()
    return [f"the mapping does not know these columns, which were left out: {', '.join(names)[:500]}"] if names else []


def _summed(remarks: Iterable[tuple[str, int]]) -> list[str]:
    """Remarks on rows, each said once, with how many rows and the first of them."""
    rows: dict[str, list[int]] = defaultdict(list)
    for text, row in remarks:
        rows[text].append(row)
    return [f"{text} ({len(r):,} {'row' if len(r) == 1 else 'rows'}, first row {r[0]})" for text, r in rows.items()]
