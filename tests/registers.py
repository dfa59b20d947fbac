"""Small registers that tests are told on."""

from datetime import date
from pathlib import Path

TODAY = date(2026, 5, 4)
CONTRACT = "contracts/2026/C-2026-0001/contract.yaml"


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, "utf-8")
