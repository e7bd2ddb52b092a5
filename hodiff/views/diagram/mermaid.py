"""A graph as text for Mermaid, which GitHub and many notebooks draw."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hodiff.views.diagram.description import Diagram, Node
from hodiff.views.diagram.look import class_of, lines, look, marks, shape, title

SHAPES = {
    "ellipse": ("([", "])"),
    "box": ("(", ")"),
    "hexagon": ("{{", "}}"),
    "octagon": ("[/", "\\]"),
    "parallelogram": ("[/", "/]"),
    "invtrapezium": ("[\\", "/]"),
    "sheet": ("[", "]"),
}


def mermaid(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> str:
    """Diagrams beside each other in one flowchart, each in a subgraph where there are two."""
    return "\n".join(_written(diagrams, values, caption)) + "\n"


def escaped(text: str) -> str:
    """Text in which nothing is markup: letters, digits and what no grammar has, the rest as
    character codes."""
    return "".join(c if c.isalnum() or c in " .,_" else f"#{ord(c)};" for c in text)


def _written(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> Iterator[str]:
    yield "flowchart TB" if len(diagrams) == 1 else "flowchart LR"
    yield f"  %% {''.join(c for c in caption if c.isprintable() and c not in '{}%')}"
    for k, diagram in enumerate(diagrams):
        ids = {node.name: f"g{k}n{i}" for i, node in enumerate(diagram.nodes)}
        if len(diagrams) > 1:
            yield f'  subgraph g{k}["{escaped(title(diagram))}"]'
            yield "    direction TB"
        for node in diagram.nodes:
            yield f"    {ids[node.name]}{_node(node, values)}:::{_class(node)}"
        for (x, y), n in Counter(diagram.edges()).items():
            yield f"    {ids[x]} -->{f'|{n}x|' if n > 1 else ''} {ids[y]}"
        if len(diagrams) > 1:
            yield "  end"
            yield f"  style g{k} fill:none,stroke:#999999"
    yield from (f"  g{k} ~~~ g{k + 1}" for k in range(len(diagrams) - 1))  # in this order
    kinds = {_class(node): node for diagram in diagrams for node in diagram.nodes}
    for name, node in sorted(kinds.items()):
        style = look(node.walk)
        more = ",stroke-width:3px" if node.saved else ""
        more += ",stroke-dasharray:5 4" if node.kind == "detached" else ""
        yield f"  classDef {name} fill:{style.light},stroke:{style.colour},color:#1A1A1A{more}"


def _class(node: Node) -> str:
    kind = "Detached" if node.kind == "detached" else ""
    return f"{class_of(node.walk)}{kind}{'Saved' if node.saved else ''}"


def _node(node: Node, values: Mapping[str, str]) -> str:
    left, right = SHAPES[shape(node)]
    texts = [*lines(node, values), *filter(None, [marks(node)])]
    return f'{left}"{"<br>".join(map(escaped, texts))}"{right}'
