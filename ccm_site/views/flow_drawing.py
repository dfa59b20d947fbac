"""The flow chart as a drawing: an extra for those who see it. What it says stands in the list, so it is hidden from readers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

WIDTH, HEIGHT = 800, 830
LINE = 15


@dataclass(frozen=True)
class Box:
    """A box with its middle at x, y (pixels of the drawing), its width, and its lines of text."""

    x: int
    y: int
    width: int
    lines: tuple[str, ...]

    @property
    def height(self) -> int:
        return len(self.lines) * LINE + 14

    @property
    def top(self) -> int:
        return self.y - self.height // 2

    @property
    def bottom(self) -> int:
        return self.top + self.height


BOXES = {
    "need": Box(400, 30, 300, ("Need for a contract is established",)),
    "question": Box(400, 90, 200, ("Is a tender needed?",)),
    "no": Box(200, 155, 260, ("No: justification without a tender",)),
    "yes": Box(600, 155, 260, ("Yes: tender",)),
    "created": Box(400, 225, 300, ("Contract is created",)),
    "a": Box(130, 305, 220, ("Category A: used at once,", "in-house or existing contract")),
    "b": Box(400, 305, 240, ("Category B: placed against a", "restricted community contract")),
    "c": Box(670, 305, 230, ("Category C: allocation group", "decides and asks for a contract")),
    "schedule": Box(670, 375, 230, ("Key worker: Schedule C",)),
    "issued": Box(670, 430, 230, ("Contract is issued",)),
    "signed": Box(670, 490, 230, ("Signed; key worker and", "Finance are told")),
    "monitoring": Box(330, 490, 260, ("Operational monitoring by teams",)),
    "intervention": Box(170, 560, 220, ("Intervention, if problems",)),
    "review": Box(480, 560, 240, ("Reviews: biannual and annual",)),
    "considered": Box(330, 635, 320, ("What monitoring showed is considered",)),
    "individual": Box(125, 710, 210, ("Action for", "individual placements")),
    "contract": Box(355, 710, 210, ("Action for the contract;", "more monitoring?")),
    "strategic": Box(580, 710, 200, ("Input to the", "strategic level")),
    "end": Box(670, 795, 230, ("Placement or contract ends",)),
}
ARROWS = (
    ("need", "question"), ("question", "no"), ("question", "yes"), ("no", "created"), ("yes", "created"),
    ("created", "a"), ("created", "b"), ("created", "c"), ("c", "schedule"), ("schedule", "issued"), ("issued", "signed"),
    ("a", "monitoring"), ("b", "monitoring"), ("monitoring", "intervention"), ("monitoring", "review"),
    ("intervention", "considered"), ("review", "considered"), ("considered", "individual"), ("considered", "contract"),
    ("considered", "strategic"),
)  # fmt: skip


def drawing() -> Markup:
    """The drawing as inline SVG, coloured by the style sheet."""
    signed, monitoring, strategic, end = (BOXES[n] for n in ("signed", "monitoring", "strategic", "end"))
    paths = [_path(BOXES[a], BOXES[b]) for a, b in ARROWS]
    paths.append(f"M{signed.x - signed.width // 2} {signed.y}H{monitoring.x + monitoring.width // 2 + 2}")
    paths.append(f"M{signed.x + 90} {signed.bottom}V{end.top - 2}")
    # from the strategic level back to the need, along the right edge
    paths.append(
        f"M{strategic.x + strategic.width // 2} {strategic.y}H794V30H{BOXES['need'].x + BOXES['need'].width // 2 + 2}"
    )
    arrows = Markup("").join(Markup('<path d="{}" marker-end="url(#ccm-tip)"/>').format(p) for p in paths)
    return Markup(
        '<svg class="ccm-drawing" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
        '<defs><marker id="ccm-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0L8 4L0 8z"/></marker></defs><g class="ccm-drawing__lines">{}</g>{}</svg>'
    ).format(WIDTH, HEIGHT, arrows, Markup("").join(_boxes()))


def _path(a: Box, b: Box) -> str:
    middle = (a.bottom + b.top) // 2
    if a.x == b.x:
        return f"M{a.x} {a.bottom}V{b.top - 2}"
    return f"M{a.x} {a.bottom}V{middle}H{b.x}V{b.top - 2}"


def _boxes() -> Iterator[Markup]:
    for box in BOXES.values():
        lines = Markup("").join(
            Markup('<tspan x="{}" y="{}">{}</tspan>').format(box.x, box.top + 18 + i * LINE, escape(line))
            for i, line in enumerate(box.lines)
        )
        yield Markup('<rect x="{}" y="{}" width="{}" height="{}" rx="4"/><text>{}</text>').format(
            box.x - box.width // 2, box.top, box.width, box.height, lines
        )
