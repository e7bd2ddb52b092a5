"""How the parts of a graph look in every drawing: what each walk added by its colour and by its
shape, so that it is told apart without colour, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hodiff.errors import HodiffError
from hodiff.views.diagram.description import Diagram, Node
from hodiff.views.diagram.walks import PRODUCT, Origin

MOST_DRAWN = 250  # nodes; more are no picture any more
LONGEST = 26  # characters of a line in a node
MOST_FOLDED = 4  # lines of a value


class Look(NamedTuple):
    """The shape and the colours of the nodes that one walk added: Okabe and Ito's, which all eyes
    tell apart; as paper and as ink, on a light ground and on a dark one."""

    shape: str
    colour: str
    light: str
    dark: str
    rich: str  # in a terminal


LOOKS: Sequence[Look] = (
    Look("box", "#0072B2", "#E6F1F8", "#0B2C41", "bold blue"),
    Look("hexagon", "#D55E00", "#FCEBDD", "#452003", "bold yellow"),
    Look("octagon", "#009E73", "#DFF4EC", "#063B2D", "bold green"),
    Look("parallelogram", "#CC79A7", "#F9EAF2", "#47233A", "bold magenta"),
    Look("invtrapezium", "#4D4D4D", "#EFEFEF", "#2E3238", "bold cyan"),
)
"""What was written, the first walk, the second, all from the third on; the product with v."""
CLASSES = ("walk0", "walk1", "walk2", "walk3", PRODUCT)
"""What each is called in a drawing that has classes."""


def _number(walk: Origin) -> int:
    return len(LOOKS) - 1 if isinstance(walk, str) else min(walk, len(LOOKS) - 2)


def look(walk: Origin) -> Look:
    return LOOKS[_number(walk)]


def class_of(walk: Origin) -> str:
    return CLASSES[_number(walk)]


def origin(walk: Origin) -> str:
    """Where a node comes from, in words."""
    if isinstance(walk, str):
        return "of the product with v"
    return f"added by walk {walk}" if walk else "written"


def shape(node: Node) -> str:
    """The shape of a node: an ellipse for a variable, a sheet for a result."""
    return {"variable": "ellipse", "operation": look(node.walk).shape}.get(node.kind, "sheet")


def cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def lines(node: Node, values: Mapping[str, str]) -> list[str]:
    """What stands in a node: what it is, its formula, its value, and how it is marked."""
    value = values.get(node.name)
    found = [node.operation or node.label]
    if node.kind == "operation":
        found.append(f"{node.name} = {node.formula}")
    elif node.kind in ("result", "detached") and not node.inputs and value is None:
        found.append(f"= {node.formula}")
    return [*map(cut, dict.fromkeys(found)), *_folded(value)]


def _folded(value: str | None) -> list[str]:
    """A value in lines: no digit is left out, for an exponent may follow."""
    if value is None:
        return []
    text = f"= {value}"
    if len(text) > MOST_FOLDED * LONGEST:
        return [f"= ({len(value)} characters)"]
    return [text[i : i + LONGEST] for i in range(0, len(text), LONGEST)]


def marks(node: Node) -> str:
    """saved, and by how many edges it is shared; "" for neither."""
    found = ["saved"] * node.saved + [f"{node.uses} uses"] * node.shared
    if node.kind == "detached":
        found.append("no graph")
    return " · ".join(found)


def origins(diagrams: Sequence[Diagram]) -> list[Origin]:
    """Where operations come from, in order."""
    nodes = (node for diagram in diagrams for node in diagram.nodes)
    return list(dict.fromkeys(node.walk for node in nodes if node.kind == "operation"))


def legend(diagrams: Sequence[Diagram]) -> list[tuple[str, Origin, str]]:
    """The shapes that are there: each with the walk whose colours it has, and what it means."""
    found: list[tuple[str, Origin, str]] = [("ellipse", 0, "variable")]
    found += [(look(walk).shape, walk, origin(walk)) for walk in origins(diagrams)]
    found.append(("sheet", 0, "result"))
    nodes = [node for diagram in diagrams for node in diagram.nodes]
    detached = [node.walk for node in nodes if node.kind == "detached"]
    return [*found, *(("detached", walk, "detached result") for walk in detached[:1])]


def title(diagram: Diagram) -> str:
    """What a drawing is of, where there are two."""
    if diagram.create_graph is None:
        return "forward"
    last = f"walk {diagram.order}: " if diagram.order > 1 else ""
    return f"{last}create_graph={diagram.create_graph}"


def counted(diagram: Diagram) -> str:
    """How large it is, in a line."""
    counts = diagram.counts()
    added = zip(diagram.origins, counts["added"], strict=True)
    parts = [f"{n or 'none'} {origin(walk)}" for walk, n in added]
    detached = sum(node.kind == "detached" for node in diagram.nodes)
    if detached:
        parts.append(f"{detached} detached")
    edges = counts["edges"]
    return (
        f"{counts['nodes']} node{'s' * (counts['nodes'] != 1)}, {edges} edge{'s' * (edges != 1)},"
        f" depth {counts['depth']}: {', '.join(parts)}"
    )


def check(diagrams: Sequence[Diagram]) -> None:
    """Raise HodiffError for what is no picture any more."""
    n = max(len(diagram.nodes) for diagram in diagrams)
    if n > MOST_DRAWN:
        raise HodiffError(
            "limit",
            f"the graph has {n} nodes, and a picture {MOST_DRAWN} at most: take a lower --order,"
            " or --format json, which has them all",
            source="EXPR",
        )
