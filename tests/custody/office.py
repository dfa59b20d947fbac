"""A register with staff who hold keys: the contracts manager and the data protection officer, and a placement to seal."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from click.testing import CliRunner

from ccm_site.cli import main
from ccm_site.custody.readers import reader_of
from ccm_site.keys import FolderStore, load_identity, make_identity
from ccm_site.register import load
from tests.registers import make_small, write

TODAY = date(2026, 5, 4)
CASE = "CH-B028XZA-T"
PLACEMENT = "placements/2026/P-2026-0001/placement.yaml"
COMPLAINT = "complaints/2026/K-2026-0001.yaml"

STAFF = {
    "people/posts/manager.yaml": "kind: post\nid: manager\ntitle: Contracts manager\nfrom: 2020-01-01\nroles:\n- role: ccm\n  from: 2020-01-01\n",
    "people/posts/dpo.yaml": "kind: post\nid: dpo\ntitle: Data protection officer\nfrom: 2020-01-01\nroles:\n- role: dpo\n  from: 2020-01-01\n",
    "people/posts/finance.yaml": "kind: post\nid: finance\ntitle: Finance\nfrom: 2020-01-01\nroles:\n- role: finance\n  from: 2020-01-01\n",
    "people/persons/s1.yaml": "kind: person\nid: s1\nposts:\n- post: manager\n  from: 2020-01-01\n",
    "people/persons/s2.yaml": "kind: person\nid: s2\nposts:\n- post: dpo\n  from: 2020-01-01\n",
    "people/persons/s3.yaml": "kind: person\nid: s3\nposts:\n- post: finance\n  from: 2020-01-01\n  to: 2026-12-31\n",
}

CLEAR = {
    PLACEMENT: f"""kind: placement
id: P-2026-0001
status: proposed
child_ref: {CASE}
provider: brae-fostering
contract: C-2026-0001
service: SV-2026-0001
resource_type: purchased_fostering
purchase_category: C
lead_professional: service-manager
key_worker: service-manager
reviewing_officer: service-manager
start_date: 2026-04-20
anticipated_end_month: 2027-04
status_reason: Moved here because the first house was full.
""",
    COMPLAINT: """kind: complaint
id: K-2026-0001
status: logged
received_on: 2026-04-28
provider: brae-fostering
contract: C-2026-0001
source: carer
entry_type: information_only
about: quality_of_service
category: communication
further_action_wanted: false
narrative: Nobody answered the telephone for a week.
""",
}


@dataclass
class Office:
    root: Path
    folder: Path
    escrow: Path
    identities: dict[str, Path]

    def store(self, person="s1", today=TODAY):
        return FolderStore.open(self.folder, load_identity(self.identities[person], str), today)

    def env(self, person="s1"):
        return {
            "CCM_KEYS": str(self.folder),
            "CCM_ESCROW": str(self.escrow),
            "CCM_IDENTITY": str(self.identities[person]),
        }


def make_office(folder: Path, today=TODAY, source=False) -> Office:
    root = make_small(folder / "register")
    register = root / "policy/register.yaml"
    if not source:
        write(
            root,
            "policy/register.yaml",
            register.read_text("utf-8").replace("demonstration: source", "demonstration: copy"),
        )
    for path, text in {**STAFF, **CLEAR}.items():
        write(root, path, text)
    office = Office(root, folder / "keys", folder / "escrow", {p: folder / f"home/{p}.txt" for p in ("s1", "s2", "s3")})
    public = {person: make_identity(path, None) for person, path in office.identities.items()}
    for person, key in public.items():
        path = f"people/persons/{person}.yaml"
        write(root, path, f"{STAFF[path]}reading_keys:\n- key: {key}\n  from: 2020-01-01\n")
    loaded = load(root)
    readers = [reader_of(loaded.register, loaded.kinds, p, today) for p in ("s1", "s2", "s3")]
    store = FolderStore.create(
        office.folder, readers[0], load_identity(office.identities["s1"], str), office.escrow, today
    )
    for reader in readers[1:]:
        store.add_reader(reader)
    return office


def ccm(office, *args, person="s1", stdin=None, **env):
    """A command in this process; its output is what stands on both streams."""
    here = office.env(person) | {name: str(value) for name, value in env.items()}
    return CliRunner().invoke(main, [*map(str, args), "--root", str(office.root)], env=here, input=stdin)


def environment(office, person="s1"):
    return os.environ | office.env(person)
