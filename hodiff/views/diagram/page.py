"""A graph as a page of its own: its drawings, and its nodes as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hodiff.views.diagram.description import Diagram
from hodiff.views.diagram.look import counted, title
from hodiff.views.diagram.svg import svg
from hodiff.views.html import Html, element, joined, picture, table
from hodiff.views.html import page as whole

MOST_NARROW = 40  # nodes; a larger graph is scrolled, not shrunk
HEAD = ["node", "operation", "formula", "value", "walk", "its rule reads", "uses"]


def nodes(diagram: Diagram, values: Mapping[str, str]) -> Html:
    """Its nodes as a table."""
    rows = [
        [
            node.label, node.operation or node.kind, node.formula, values.get(node.name, ""),
            node.walk or "written", ", ".join(node.reads), node.uses,
        ]
        for node in diagram.nodes
    ]  # fmt: skip
    return table(HEAD, rows, f"The nodes with {title(diagram)}")


def page(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> str:
    """The whole page."""
    parts = []
    for diagram in diagrams:
        drawn = svg([diagram], values, f"{title(diagram)}: {caption}")
        about = f"{title(diagram)}: {counted(diagram)}"
        parts += [
            element("h2", title(diagram)),
            picture(drawn, about, "full" if len(diagram.nodes) > MOST_NARROW else ""),
        ]
    tables = joined((nodes(diagram, values) for diagram in diagrams), "\n")
    return whole(
        caption,
        element("h1", "The graph of ", element("code", caption)),
        element("main", joined(parts, "\n")),
        element("details", element("summary", "The nodes as a table"), tables),
    )
