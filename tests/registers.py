"""Small registers that tests are told on."""

import re
import shutil
from datetime import date
from pathlib import Path

from ccm_site.starter import shipped

TODAY = date(2026, 5, 4)
DEMO_DAY = date(2026, 11, 24)
"""The day on which the demonstration register is told."""
CONTRACT = "contracts/2026/C-2026-0001/contract.yaml"

GRADE = "psychologist_grade:\n  grade: Principal\n  adoption:\n    state: adopted\n    decided_by: committee\n    decided_on: 2024-02-27\n"

RECORDS = {
    "people/posts/service-manager.yaml": """kind: post
id: service-manager
title: Service Manager, Placements
from: 2020-01-01
""",
    "providers/brae-fostering/provider.yaml": """kind: provider
id: brae-fostering
name: Brae Fostering
status: prospective
organisation_kind: charity
""",
    "providers/brae-fostering/services/SV-2026-0001.yaml": """kind: service
id: SV-2026-0001
provider: brae-fostering
name: Brae Fostering Service
status: planned
service_type: foster_care
""",
    "specifications/2026/S-2026-0001/v1.yaml": """kind: specification
id: S-2026-0001
version: 1
title: Foster care
status: draft
service_type: foster_care
""",
    "policy/terms/TC-2026-0001/v1.yaml": """kind: terms
id: TC-2026-0001
version: 1
title: Model terms
status: proposed
origin: council
model: true
""",
    CONTRACT: """kind: contract
id: C-2026-0001
title: Foster care framework
status: draft
contract_type: framework
provider: brae-fostering
services:
- SV-2026-0001
service_type: foster_care
purchase_category: C
subject_matter: Foster care for children who are looked after
owner_post: service-manager
lead_professional: service-manager
route: tender
start_date: 2026-04-01
end_date: 2030-03-31
estimated_value:
  amount: "400000.00"
  currency: GBP
  vat_basis: exempt
terms: TC-2026-0001/v1
schedule_a: S-2026-0001/v1
schedule_b:
  price_basis: weekly
service_information:
  from_role: lead_professional
  on: 2026-01-12
review_cycle:
  biannual_months: 6
  annual_months: 12
signatures:
- party: council
  capacity: Commissioning and Contracts Manager
  date: 2026-03-20
  method: electronic
- party: provider
  capacity: Chief executive
  date: 2026-03-23
  method: wet_ink
""",
    "contracts/2026/C-2026-0002/contract.yaml": """kind: contract
id: C-2026-0002
title: Call-off from the foster care framework
status: draft
contract_type: call_off
provider: brae-fostering
framework: C-2026-0001
""",
}


def make_small(root: Path) -> Path:
    """Write the small register, with the shipped schemas, policy tables and handbook, and return its root."""
    root.mkdir(parents=True)
    for name in ("schemas", "docs"):
        shutil.copytree(shipped() / name, root / name)
    (root / "policy").mkdir()
    for table in (shipped() / "policy").glob("*.yaml"):
        shutil.copyfile(table, root / "policy" / table.name)
    roles = (root / "policy/roles.yaml").read_text("utf-8")
    write(root, "policy/roles.yaml", re.sub(r"^psychologist_grade:\n(  .*\n)+", GRADE, roles, flags=re.MULTILINE))
    shutil.copyfile(shipped() / "mkdocs.yml", root / "mkdocs.yml")
    for path, text in RECORDS.items():
        write(root, path, text)
    return root


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")
