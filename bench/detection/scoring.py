"""What the detector finds of the lines that hold personal data, and what it fires on among the others."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bench.detection.writers import SEED, TODAY, Line, Writer
from ccm_site.personal_data import Detector, Hit, load_names, make_names

KEY = bytes(range(32))
TABLE = {
    "case_patterns": [
        {"code": "swk", "label": "case system", "pattern": r"SWK ?-?\d{7}", "effective_from": "2024-04-01"}
    ]
}
LABELS = {
    "chi": "CHI number", "ni_number": "National Insurance number", "birth_date": "Date of birth", "recent_date": "Date about a person", "age": "Age or class",
    "postcode": "Postcode", "telephone": "Telephone number", "email": "Person's e-mail address", "case_id": "Number of the case system", "name": "Listed name", "one_word": "Of the names not found, warned of for one word",
    "school_and_class": "School with class",
}  # fmt: skip


@dataclass(frozen=True)
class Score:
    """What one detector did: lines found of those that hold it, and harmless lines on which it fired."""

    detector: str
    lines: int
    found: int
    false: int

    @property
    def recall(self) -> float:
        return self.found / self.lines if self.lines else 0.0


def detector(folder: Path, seed: int = SEED) -> Detector:
    """The detector that is measured: the usual one, with a made-up names list and one form of case number. ``folder`` is for the list."""
    path = folder / "names.json"
    path.write_text(json.dumps(make_names(Writer(seed).listed, KEY)), "utf-8")
    return Detector.of(TABLE, load_names(path, KEY))


def scores(found: Detector, lines: list[Line], quiet: list[Line]) -> list[Score]:
    """For each detector its recall on ``lines`` and its false alarms on ``quiet``, every line read as free text."""
    total: dict[str, int] = {}
    hit: dict[str, int] = {}
    false: dict[str, int] = {}
    for line in lines:
        total[line.wanted] = total.get(line.wanted, 0) + 1
        kinds = {_counted(h) for h in found.find(line.text, today=TODAY)}
        if line.wanted in kinds:
            hit[line.wanted] = hit.get(line.wanted, 0) + 1
        elif line.wanted == "name" and "one_word" in kinds:
            hit["one_word"] = hit.get("one_word", 0) + 1
    total["one_word"] = total.get("name", 0) - hit.get("name", 0)
    for line in quiet:
        for kind in {_counted(h) for h in found.find(line.text, today=TODAY)}:
            false[kind] = false.get(kind, 0) + 1
    return [Score(k, total.get(k, 0), hit.get(k, 0), false.get(k, 0)) for k in LABELS]


def _counted(hit: Hit) -> str:
    """A listed name of one word only warns, and is counted apart."""
    return "one_word" if hit.detector == "name" and hit.severity == "warning" else hit.detector


def as_markdown(made: list[Score], in_real: list[Score], quiet: int, cells: int) -> str:
    """The table of docs/handbook/detection.md."""
    other = {s.detector: s.false for s in in_real}
    head = [
        f"| What | Lines that hold it | Found | False alarms in {quiet:,} made-up harmless lines | Alarms in {cells:,} cells of real public registers |",
        "|---|---|---|---|---|",
    ]
    rows = [
        f"| {LABELS[s.detector]} | {s.lines or '–'} | {f'{s.found:,} ({100 * s.recall:.1f} %)' if s.lines else '–'} | {s.false:,} | {other.get(s.detector, 0):,} |"
        for s in made
    ]
    return "\n".join([*head, *rows])
