"""A graph as an SVG that needs nothing else: no script, no font, no network; light and dark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import hypot
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from hodiff.views.diagram.description import Diagram, Node
from hodiff.views.diagram.layout import Layout, Point, layout
from hodiff.views.diagram.look import (
    CLASSES,
    LOOKS,
    check,
    class_of,
    counted,
    legend,
    lines,
    marks,
    shape,
    title,
)
from hodiff.views.diagram.walks import Origin

MARGIN = 18.0
LETTER = 7.25  # points across of a letter of 12
SMALL = 6.1  # of 10
LINE = 15.0
ROOM = {
    "ellipse": (54.0, 24.0),
    "hexagon": (44.0, 15.0),
    "octagon": (34.0, 15.0),
    "parallelogram": (48.0, 15.0),
    "invtrapezium": (48.0, 15.0),
    "box": (30.0, 15.0),
    "sheet": (32.0, 15.0),
}
"""Of each shape, how much wider and higher it is than its text."""

ARROW = 7.0

STYLE = """
.hodiff-graph { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
.hodiff-graph .paper { fill: #ffffff; }
.hodiff-graph text { fill: #1a1a1a; text-anchor: middle; }
.hodiff-graph .head { font-weight: bold; }
.hodiff-graph .small { font-size: 10px; }
.hodiff-graph .left { text-anchor: start; }
.hodiff-graph .edge path { fill: none; stroke: #5f6670; stroke-width: 1.2; }
.hodiff-graph .edge polygon { fill: #5f6670; }
.hodiff-graph .frame { fill: none; stroke: #b8bec6; }
.hodiff-graph .node .shape { stroke-width: 1.3; }
.hodiff-graph .node .inner { fill: none; stroke-width: 1; }
.hodiff-graph .saved .shape { stroke-width: 3; }
.hodiff-graph .key .shape { stroke-width: 1.3; }
.hodiff-graph .detached .shape { stroke-dasharray: 5 4; }
"""
DARK = """
.hodiff-graph .paper { fill: #14171b; }
.hodiff-graph text { fill: #f0f2f4; }
.hodiff-graph .edge path { stroke: #a2abb6; }
.hodiff-graph .edge polygon { fill: #a2abb6; }
.hodiff-graph .frame { stroke: #565e68; }
"""


class Panel(NamedTuple):
    """A diagram with its layout, and how large it is with the lines over it."""

    diagram: Diagram
    layout: Layout
    head: Sequence[str]
    width: float
    height: float


def svg(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> str:
    """Diagrams side by side as one SVG, with a legend.

    Raises HodiffError for over MOST_DRAWN nodes, and where there is no layout.
    """
    check(diagrams)
    panels = [_panel(diagram, values, len(diagrams) > 1) for diagram in diagrams]
    return "\n".join(_written(panels, values, caption)) + "\n"


def _panel(diagram: Diagram, values: Mapping[str, str], titled: bool) -> Panel:
    sizes = {node.name: size(node, values) for node in diagram.nodes}
    found = layout(sizes, list(dict.fromkeys(diagram.edges())))
    head = [title(diagram)] if titled else []
    counts = counted(diagram).partition(": ")
    head += [counts[0], counts[2]]
    across = max([found.width, *(len(text) * LETTER for text in head)])
    return Panel(diagram, found, head, across, found.height + LINE * (len(head) + 1))


def size(node: Node, values: Mapping[str, str]) -> tuple[float, float]:
    """How large a node is drawn."""
    texts, mark = lines(node, values), marks(node)
    across = max(*(len(text) * LETTER for text in texts), len(mark) * SMALL)
    wide, high = ROOM[shape(node)]
    return max(across + wide, 56.0), LINE * (len(texts) + bool(mark)) + high


def style() -> str:
    """The colours of all kinds, on a light ground and on a dark one."""
    light, dark = [STYLE], [DARK]
    for name, look in zip(CLASSES, LOOKS, strict=True):
        light.append(f".hodiff-graph .{name} .shape {{ fill: {look.light}; }}")
        dark.append(f".hodiff-graph .{name} .shape {{ fill: {look.dark}; }}")
        light.append(
            f".hodiff-graph .{name} .shape, .hodiff-graph .{name} .inner"
            f" {{ stroke: {look.colour}; }}"
        )
    ground = "\n".join(dark)
    return "\n".join([*light, f"@media (prefers-color-scheme: dark) {{{ground}\n}}"])


def _written(panels: Sequence[Panel], values: Mapping[str, str], caption: str) -> Iterator[str]:
    keys = legend([panel.diagram for panel in panels])
    width = max(sum(p.width + 2 * MARGIN for p in panels), len(caption) * LETTER + 2 * MARGIN)
    width = max(width, *(_across([key]) + 2 * MARGIN for key in keys), len(THICK) * SMALL + MARGIN)
    rows = _rows(keys, width)
    top = 2 * LINE + MARGIN
    below = max(p.height for p in panels) + top + MARGIN
    height = below + LINE * (2 + 1.7 * len(rows)) + MARGIN
    about = f"{caption}. " + " ".join(f"{title(p.diagram)}: {counted(p.diagram)}." for p in panels)
    yield (
        '<svg xmlns="http://www.w3.org/2000/svg" class="hodiff-graph" role="img"'
        f' width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
        f" aria-label={_attribute(about)}>"
    )
    yield f"<title>{_text(caption)}</title>"
    yield f"<style>{style()}</style>"
    yield f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>'
    yield f'<text class="head" x="{width / 2:.1f}" y="{MARGIN + LINE:.1f}">{_text(caption)}</text>'
    gap = (width - sum(p.width for p in panels)) / (len(panels) + 1)
    left = gap
    for panel in panels:
        if len(panels) > 1:
            yield (
                f'<rect class="frame" x="{left - gap / 3:.1f}" y="{top:.1f}" rx="8"'
                f' width="{panel.width + gap * 2 / 3:.1f}" height="{below - top:.1f}"/>'
            )
        yield (
            f'<g class="diagram" data-create-graph="{panel.diagram.create_graph}"'
            f' transform="translate({left:.1f} {top:.1f})">'
        )
        yield from _panel_written(panel, values)
        yield "</g>"
        left += panel.width + gap
    yield from _legend(rows, below + LINE, width)
    yield "</svg>"


def _panel_written(panel: Panel, values: Mapping[str, str]) -> Iterator[str]:
    for i, text in enumerate(panel.head):
        kind = "head" if i == 0 and len(panel.head) == 3 else "small"
        yield (
            f'<text class="{kind}" x="{panel.width / 2:.1f}" y="{LINE * (i + 1):.1f}">'
            f"{_text(text)}</text>"
        )
    shift = (panel.width - panel.layout.width) / 2
    yield f'<g transform="translate({shift:.1f} {LINE * (len(panel.head) + 1):.1f})">'
    often = Counter(panel.diagram.edges())
    for (x, y), route in panel.layout.routes.items():
        yield from _edge(x, y, route, often[x, y])
    for node in panel.diagram.nodes:
        yield from _node(node, panel.layout.places[node.name], size(node, values), values)
    yield "</g>"


def _edge(x: str, y: str, route: Sequence[Point], often: int) -> Iterator[str]:
    """A line with its arrow, and how often it is there, where that is more than once."""
    (a, b), (c, d) = route[-2:]
    long = hypot(c - a, d - b) or 1.0
    u, v = (c - a) / long, (d - b) / long
    base = (c - u * ARROW, d - v * ARROW)
    points = [*route[:-1], base]
    first, *rest = [f"{p:.1f} {q:.1f}" for p, q in points]
    wings = [
        (c, d),
        (base[0] - v * ARROW * 0.45, base[1] + u * ARROW * 0.45),
        (base[0] + v * ARROW * 0.45, base[1] - u * ARROW * 0.45),
    ]
    yield f'<g class="edge" data-from={_attribute(x)} data-to={_attribute(y)}>'
    yield f'<path d="M{first} C{" ".join(rest)}"/>'
    yield f'<polygon points="{" ".join(f"{p:.1f},{q:.1f}" for p, q in wings)}"/>'
    if often > 1:
        yield f'<text class="small left" x="{c + 6:.1f}" y="{d - 8:.1f}">×{often}</text>'
    yield "</g>"


def _node(
    node: Node, place: Point, extent: tuple[float, float], values: Mapping[str, str]
) -> Iterator[str]:
    (x, y), (width, height) = place, extent
    classes = ["node", node.kind, class_of(node.walk)]
    classes += ["saved"] * node.saved + ["shared"] * node.shared
    yield f'<g class="{" ".join(classes)}" data-node={_attribute(node.name)}>'
    about = [f"{node.label}: {node.formula}"]
    about += [f"it is {values[node.name]}"] if node.name in values else []
    about += [f"its backward rule reads {', '.join(node.reads)}"] if node.reads else []
    yield f"<title>{_text('; '.join(about))}</title>"
    yield outline(shape(node), x, y, width, height, "shape")
    if node.shared:
        yield outline(shape(node), x, y, width - 8, height - 8, "inner")
    texts = lines(node, values)
    mark = marks(node)
    down = y - LINE * (len(texts) + bool(mark)) / 2 + LINE * 0.75
    for i, text in enumerate(texts):
        kind = ' class="head"' if i == 0 else ""
        yield f'<text{kind} x="{x:.1f}" y="{down + i * LINE:.1f}">{_text(text)}</text>'
    if mark:
        at = down + len(texts) * LINE - 1
        yield f'<text class="small mark" x="{x:.1f}" y="{at:.1f}">{_text(mark)}</text>'
    yield "</g>"


def outline(form: str, x: float, y: float, width: float, height: float, kind: str) -> str:
    """A shape around a point."""
    a, b = width / 2, height / 2
    if form == "ellipse":
        return f'<ellipse class="{kind}" cx="{x:.1f}" cy="{y:.1f}" rx="{a:.1f}" ry="{b:.1f}"/>'
    if form == "box":
        return (
            f'<rect class="{kind}" x="{x - a:.1f}" y="{y - b:.1f}" rx="7"'
            f' width="{width:.1f}" height="{height:.1f}"/>'
        )
    s = min(9.0, b / 2)
    corners: Sequence[Point] = {
        "hexagon": [(-a, 0), (-a + 12, -b), (a - 12, -b), (a, 0), (a - 12, b), (-a + 12, b)],
        "octagon": [(-a, s - b), (s - a, -b), (a - s, -b), (a, s - b), (a, b - s), (a - s, b),
                    (s - a, b), (-a, b - s)],
        "parallelogram": [(-a + 10, -b), (a, -b), (a - 10, b), (-a, b)],
        "invtrapezium": [(-a, -b), (a, -b), (a - 10, b), (-a + 10, b)],
    }.get(form, [(-a, -b), (a - s, -b), (a, s - b), (a, b), (-a, b)])  # fmt: skip
    points = " ".join(f"{x + p:.1f},{y + q:.1f}" for p, q in corners)
    return f'<polygon class="{kind}" points="{points}"/>'


# The legend.

Key = tuple[str, Origin, str]
THICK = "thick: saved, a backward rule reads it; double: used more than once"


def _across(keys: Sequence[Key]) -> float:
    return sum(len(text) * LETTER + 46 for _, _, text in keys)


def _rows(keys: Sequence[Key], width: float) -> list[list[Key]]:
    rows: list[list[Key]] = [[]]
    for key in keys:
        if rows[-1] and _across([*rows[-1], key]) > width - MARGIN:
            rows.append([])
        rows[-1].append(key)
    return rows


def _legend(rows: Sequence[Sequence[Key]], top: float, width: float) -> Iterator[str]:
    yield '<g class="legend">'
    for i, row in enumerate(rows):
        x, y = (width - _across(row)) / 2, top + LINE * (1 + 1.7 * i)
        for form, walk, text in row:
            dashed = " detached" if form == "detached" else ""
            yield f'<g class="key {class_of(walk)}{dashed}">'
            yield outline(form, x + 14, y - 4, 26, 15, "shape") + "</g>"
            yield f'<text class="left" x="{x + 33:.1f}" y="{y:.1f}">{_text(text)}</text>'
            x += len(text) * LETTER + 46
    at = top + LINE * (1 + 1.7 * len(rows))
    yield f'<text class="small" x="{width / 2:.1f}" y="{at:.1f}">{THICK}</text>'
    yield "</g>"


def _text(text: str) -> str:
    return escape(_clean(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Without what XML can't hold."""
    return "".join(c if c.isprintable() else " " for c in text)
