"""A graph as text for Graphviz."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from hodiff.views.diagram.description import Diagram, Node
from hodiff.views.diagram.look import counted, lines, look, marks, shape, title

SHAPES = {"sheet": "note"}
FONT = "monospace"


def dot(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> str:
    """Diagrams beside each other in one graph, each in a cluster of its own where there are two."""
    return "\n".join(_written(diagrams, values, caption)) + "\n"


def quoted(text: str) -> str:
    """Text in quotes: nothing in it is an escape or ends it."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _label(texts: Sequence[str]) -> str:
    return '"' + "\\n".join(quoted(text)[1:-1] for text in texts) + '"'


def _written(diagrams: Sequence[Diagram], values: Mapping[str, str], caption: str) -> Iterator[str]:
    yield "digraph hodiff {"
    yield f"  graph [label={quoted(caption)}, labelloc=t, fontname={FONT}, rankdir=TB];"
    yield f"  node [fontname={FONT}, fontsize=11, style=filled];"
    yield f"  edge [color={quoted('#666666')}, arrowsize=0.7];"
    for k, diagram in enumerate(diagrams):
        names = {node.name: f"g{k}_{node.name}" for node in diagram.nodes}
        alone = len(diagrams) == 1
        if not alone:
            yield f"  subgraph cluster_{k} {{"
            head = [title(diagram), *counted(diagram).split(": ", 1)]
            yield f"    label={_label(head)}; style=rounded; color={quoted('#999999')};"
        for node in diagram.nodes:
            fields = ", ".join(f"{key}={text}" for key, text in _fields(node, values).items())
            yield f"    {quoted(names[node.name])} [{fields}];"
        for (x, y), n in Counter(diagram.edges()).items():
            more = f" [label={quoted(f'{n}x')}]" if n > 1 else ""
            yield f"    {quoted(names[x])} -> {quoted(names[y])}{more};"
        if not alone:
            yield "  }"
    yield "}"


def _fields(node: Node, values: Mapping[str, str]) -> dict[str, str]:
    style = look(node.walk)
    form = shape(node)
    texts = [*lines(node, values), *filter(None, [marks(node)])]
    drawn = ["filled", *(["rounded"] if form == "box" else [])]
    drawn += ["dashed"] * (node.kind == "detached")
    return {
        "label": _label(texts),
        "shape": SHAPES.get(form, form),
        "style": quoted(",".join(drawn)),
        "color": quoted(style.colour),
        "fillcolor": quoted(style.light),
        "fontcolor": quoted("#1A1A1A"),
        **({"penwidth": "2.6"} if node.saved else {}),
        **({"peripheries": "2"} if node.shared and form != "sheet" else {}),
    }
