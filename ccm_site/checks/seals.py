"""R-PRV-9: a restricted part lies in the register only as ciphertext, for one key, and for no member of staff."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ccm_site.kinds import SEALED, Kinds
from ccm_site.model import Finding, Location, Record, Register
from ccm_site.sealing import NOT_ITS_KEY

_RULE = "R-PRV-9"


def seal_findings(register: Register, records: Iterable[Record], kinds: Kinds) -> Iterator[Finding]:
    """Fields in clear that are to be sealed, and sealed parts that are not what they should be.

    The invented demonstration in the program's own repository is the one register that may lie in clear.
    """
    in_clear_on_purpose = register.table("register").get("demonstration") == "source"
    told = False
    for record in records:
        kind = kinds.get(record.kind)
        if kind is None or not kind.seals:
            continue
        names = kinds.sealed_names(kind, record.data)
        clear = [n for n in (record.clear_names if record.seal else record.data) if n in names]
        if clear and in_clear_on_purpose and not told:
            told = True
            yield Finding(
                _RULE, "warning", "says that everything here is invented, so that restricted records may lie in clear",
                Location("policy/register.yaml", pointer="/demonstration"), "take the line out of a register of real children",
            )  # fmt: skip
        if clear and not in_clear_on_purpose:
            yield Finding(
                _RULE, "error", f"has {_listed(clear)} in clear, which may lie here only sealed",
                Location(record.path, pointer=f"/{clear[0]}"),
                "seal it with: ccm seal. What has been saved in clear stays in the history: tell the data protection officer",
            )  # fmt: skip
        if record.seal and record.seal.fault:
            yield Finding(
                _RULE, "error", record.seal.fault, Location(record.path, pointer=f"/{SEALED}"),
                "close it with its own key: ccm seal" if record.seal.fault == NOT_ITS_KEY
                else "take the sealed part back from an earlier state of the file, or enter the fields again and run: ccm seal",
            )  # fmt: skip


def _listed(names: list[str]) -> str:
    shown = names if len(names) <= 4 else [*names[:3], f"{len(names) - 3} more"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
