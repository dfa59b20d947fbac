"""A register of N contracts to measure on, each with 4 placements and 2 complaints, made the same every time.

Written by templates, not by the program's own writer, so that making 72,000 files takes a minute; every file is canonical, and the
register checks without errors, as one that was carried over. Placements and complaints are sealed, each to a key of its own that is
thrown away: figures are for records without their keys at hand.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pyrage import x25519

from ccm_site.kinds import Kinds, load_kinds
from ccm_site.sealing import parted, seal_fields
from ccm_site.source import parse
from ccm_site.starter import shipped

PER_YEAR = 1000
PLACEMENTS, COMPLAINTS = 4, 2
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WORDS = [
    "Alder",
    "Birch",
    "Cairn",
    "Dunan",
    "Esk",
    "Fern",
    "Glen",
    "Heron",
    "Inver",
    "Juniper",
    "Kelp",
    "Linn",
    "Moss",
    "Ness",
    "Otter",
    "Pine",
    "Quarry",
    "Rowan",
    "Skerry",
    "Thistle",
]
_TYPES = (
    "residential_care",
    "foster_care",
    "specialist_education",
    "short_breaks",
    "family_support",
    "therapeutic_support",
)


def generate(target: Path, contracts: int, *, commit: bool = True, seed: int = 1) -> int:
    """Write the register into ``target`` (emptied first) and return the number of records."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    source = shipped()
    for name in ("schemas", "docs"):
        shutil.copytree(source / name, target / name)
    shutil.copytree(
        source / "policy", target / "policy", ignore=lambda d, names: [n for n in names if not n.endswith(".yaml")]
    )
    shutil.copyfile(source / "mkdocs.yml", target / "mkdocs.yml")
    (target / ".gitignore").write_text("/build/\n", "utf-8")
    count = 0
    kinds = load_kinds(target / "schemas")
    for path, text in records(contracts, random.Random(seed)):
        file = target / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(sealed(kinds, path, text), "utf-8", newline="\n")
        count += 1
    if commit:
        identity = ["-c", "user.name=Bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false"]
        for args in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "A register to measure on"]):
            subprocess.run(["git", *identity, *args], cwd=target, check=True)
    return count


def sealed(kinds: Kinds, path: str, text: str) -> str:
    """The record's text with its restricted fields sealed, as `ccm seal` would write it; other records as they are."""
    if not path.startswith(("placements/", "complaints/")):
        return text
    data = parse(text.encode(), path).data
    kind = kinds[data["kind"]]
    clear, fields = parted(kinds, kind, data)
    block = seal_fields(fields, str(x25519.Identity.generate().to_public()), kind.key_of(data))
    parts = re.split(r"^(?=[a-z_]+:)", text, flags=re.MULTILINE)
    kept = "".join(p for p in parts if p.partition(":")[0] in clear)
    lines = "".join(f"    {line}\n" for line in block.splitlines())
    key = "".join(random.choices(_CROCKFORD, k=16))
    return f"{kept}sealed:\n  key: KY-{key}\n  text: |\n{lines}"


def records(contracts: int, dice: random.Random) -> Iterator[tuple[str, str]]:
    """Every record as (path, canonical text)."""
    yield "people/posts/service-manager.yaml", _POST
    yield "policy/terms/TC-2020-0001/v1.yaml", _TERMS
    for n, service_type in enumerate(_TYPES, 1):
        yield f"specifications/2020/S-2020-{n:04}/v1.yaml", _SPECIFICATION.format(n=n, service_type=service_type)
    providers = max(1, contracts // 20)
    for n in range(providers):
        word = f"{_WORDS[n % len(_WORDS)]} {_WORDS[n // len(_WORDS) % len(_WORDS)]}"
        slug = f"provider-{n + 1:05}"
        year, number = _numbered(n)
        yield f"providers/{slug}/provider.yaml", _PROVIDER.format(slug=slug, name=f"{word} Care {n + 1}")
        yield (
            f"providers/{slug}/services/SV-{year}-{number}.yaml",
            _SERVICE.format(
                id=f"SV-{year}-{number}", slug=slug, name=f"{word} House {n + 1}", service_type=_TYPES[n % len(_TYPES)]
            ),
        )
    placement = complaint = 0
    for n in range(contracts):
        year, number = _numbered(n)
        provider = dice.randrange(providers)
        owner_year, owner_number = _numbered(provider)
        values = {
            "id": f"C-{year}-{number}", "slug": f"provider-{provider + 1:05}", "service": f"SV-{owner_year}-{owner_number}", "n": n + 1,
            "service_type": _TYPES[provider % len(_TYPES)], "spec": provider % len(_TYPES) + 1, "start": f"{year}-{dice.randrange(1, 13):02}-01",
            "end": f"{year + 3 + dice.randrange(4)}-03-31", "amount": dice.randrange(20_000, 2_000_000), "purchase_category": dice.choice("ABC"),
        }  # fmt: skip
        yield f"contracts/{year}/C-{year}-{number}/contract.yaml", _CONTRACT.format(**values)
        for _ in range(PLACEMENTS):
            y, m = _numbered(placement, PER_YEAR * PLACEMENTS)
            placement += 1
            child = _case(dice)
            yield (
                f"placements/{y}/P-{y}-{m}/placement.yaml",
                _PLACEMENT.format(placement=f"P-{y}-{m}", child=child, **values),
            )
        for _ in range(COMPLAINTS):
            y, m = _numbered(complaint, PER_YEAR * COMPLAINTS)
            complaint += 1
            yield f"complaints/{y}/K-{y}-{m}.yaml", _COMPLAINT.format(complaint=f"K-{y}-{m}", **values)


def _numbered(n: int, per_year: int = PER_YEAR) -> tuple[int, str]:
    return 2016 + n // per_year, f"{n % per_year + 1:04}"


def _case(dice: random.Random) -> str:
    """A case reference with its check character (Crockford's, modulo 37), drawn until that is a letter or figure."""
    while True:
        number = dice.randrange(32**7)
        if number % 37 < 32:
            body = "".join(_CROCKFORD[number >> 5 * place & 31] for place in range(6, -1, -1))
            return f"CH-{body}-{_CROCKFORD[number % 37]}"


_POST = """kind: post
id: service-manager
title: Service Manager, Placements
from: 2012-01-01
roles:
- role: ccm
  from: 2012-01-01
"""

_TERMS = """kind: terms
id: TC-2020-0001
version: 1
title: Model terms for care and education services
status: adopted
origin: council
model: true
owner_role: ccm
effective_from: 2015-01-01
adoption:
  by_role: ccm
  on: 2014-12-01
legal_advice:
  not_needed_reason: Made to measure on, not to sign.
clauses:
- number: "1"
  heading: Notice
  text: Either party may end the contract by three months' notice in writing.
"""

_SPECIFICATION = """kind: specification
id: S-2020-{n:04}
version: 1
title: Specification number {n}
status: draft
service_type: {service_type}
"""

_PROVIDER = """kind: provider
id: {slug}
name: {name}
status: active
organisation_kind: charity
"""

_SERVICE = """kind: service
id: {id}
provider: {slug}
name: {name}
status: active
service_type: {service_type}
"""

_CONTRACT = """kind: contract
id: {id}
title: Care and education of children, agreement number {n}
status: in_force
contract_type: block
provider: {slug}
services:
- {service}
service_type: {service_type}
purchase_category: {purchase_category}
subject_matter: Places for children who are looked after
owner_post: service-manager
lead_professional: service-manager
route: tender
start_date: {start}
end_date: {end}
estimated_value:
  amount: "{amount}.00"
  currency: GBP
  vat_basis: excluded
terms: TC-2020-0001/v1
schedule_b:
  price_basis: weekly
  rates:
  - name: Standard place
    unit: week
    rate:
      amount: "1234.50"
      currency: GBP
      vat_basis: exempt
service_information:
  from_role: lead_professional
  on: {start}
review_cycle:
  biannual_months: 6
  annual_months: 12
signatures:
- party: council
  capacity: Commissioning and Contracts Manager
  date: {start}
  method: electronic
- party: provider
  capacity: Chief executive
  date: {start}
  method: electronic
retention_class: contract_placement
legacy:
  migrated_on: 2026-01-05
  gaps:
  - schedule_a
  - award_date
"""

_PLACEMENT = """kind: placement
id: {placement}
status: proposed
child_ref: {child}
provider: {slug}
contract: {id}
service: {service}
"""

_COMPLAINT = """kind: complaint
id: {complaint}
status: logged
received_on: {start}
provider: {slug}
contract: {id}
source: carer
entry_type: information_only
category: communication
further_action_wanted: false
"""
