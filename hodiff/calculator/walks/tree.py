"""A graph in a terminal: a tree from each result down to the variables, shared nodes by number."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence

from rich.table import Table
from rich.text import Text

from hodiff.calculator.answer import Answer
from hodiff.calculator.tables import folded, sheet, shortened, shown
from hodiff.calculator.trees import Item, branching
from hodiff.views.diagram.description import Diagram, Node
from hodiff.views.diagram.look import counted, look, origin, origins, title
from hodiff.views.diagram.walks import Origin

MOST_LINES = 300  # of a tree
MOST_DEEP = 40  # branches that a line has room for
GAP = 3  # columns between trees
LONGEST = 60  # characters of a formula


def tree(answer: Answer, diagrams: Sequence[Diagram], values: Mapping[str, str], v: str) -> str:
    """The trees, side by side where the terminal is wide enough; v: the vector as text."""
    width = shutil.get_terminal_size().columns
    console, paper = sheet()
    console.print(Text(shortened(shown(answer.title), width), "bold"))
    if answer.reading is not None:
        console.print(Text(shortened(shown(f"= {answer.reading}"), width)))
    if v:
        for line in folded(shown(f"v = {v}"), width):
            console.print(Text(line))
    share = (width - GAP * (len(diagrams) - 1)) // len(diagrams)
    blocks = [list(_block(diagram, values, share, len(diagrams) > 1)) for diagram in diagrams]
    if all(len(line) <= share for block in blocks for line in block):
        grid = Table.grid(padding=(0, GAP))
        grid.add_row(*(Text("\n").join(block) for block in blocks))
        rows = blocks[0] if len(blocks) == 1 else [grid]
    else:
        blocks = [list(_block(diagram, values, width, len(diagrams) > 1)) for diagram in diagrams]
        rows = [line for block in blocks for line in block]
    for row in rows:
        console.print(row)
    for note in [*answer.notes, legend(diagrams)]:
        for line in folded(shown(note), width):
            console.print(Text(line, "dim"))
    lines = paper.getvalue().removesuffix("\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def _block(diagram: Diagram, values: Mapping[str, str], width: int, titled: bool) -> Iterator[Text]:
    if titled:
        yield Text(title(diagram), "bold underline")
    yield from branching(list(outline(diagram, values)), width)
    for line in folded(shown(counted(diagram)), width):
        yield Text(line)


def outline(diagram: Diagram, values: Mapping[str, str]) -> Iterator[Item]:
    """A line for each node under each result; of what is shared the first time alone what is
    below it."""
    nodes = {node.name: node for node in diagram.nodes}
    shared = {x.name: f"#{i}" for i, x in enumerate((x for x in nodes.values() if x.shared), 1)}
    seen: set[str] = set()
    count = 0
    roots = [node for node in nodes.values() if node.kind in ("result", "detached")]
    for root in roots:
        stack = [(root, 0)]
        while stack:
            node, depth = stack.pop()
            again = node.name in seen
            count += 1
            if count > MOST_LINES:
                left = len(nodes) - len(seen)
                yield Item(0, "", f"... and {left} more nodes: --format json has them all")
                return
            yield _line(node, depth, values, shared.get(node.name, ""), again, diagram)
            seen.add(node.name)
            if not again and node.inputs:
                if depth >= MOST_DEEP:
                    yield Item(depth + 1, "", "... deeper than a line: --format json has it")
                    continue
                stack += [(nodes[x], depth + 1) for x in reversed(node.inputs)]


def _line(
    node: Node, depth: int, values: Mapping[str, str], number: str, again: bool, diagram: Diagram
) -> Item:
    value = values.get(node.name)
    is_ = f" = {value}" if value is not None else ""
    head = f"{number} " if number else ""
    head += _name(node)
    style = look(node.walk).rich
    if again:
        return Item(depth, head, "above" if node.inputs else "", style)
    if node.kind in ("result", "detached"):
        return Item(0, node.label + is_, _said(node, diagram), "bold")
    formula = "" if node.kind == "variable" else shortened(node.formula, LONGEST)
    said = [formula + is_ if formula not in ("", value) else is_.removeprefix(" = ")]
    said += ["saved"] * node.saved
    return Item(depth, head, ", ".join(filter(None, said)), style)


def _name(node: Node) -> str:
    """A node in its brackets: ( ) for a variable, [ ] for what was written, < > for the first
    walk, << >> for the second ..., { } for the product with v."""
    if node.kind == "variable":
        return f"({node.name})"
    left, right = brackets(node.walk)
    return f"{left}{node.operation}{right} {node.name}"


def brackets(walk: Origin) -> tuple[str, str]:
    if isinstance(walk, str):
        return "{", "}"
    if walk == 0:
        return "[", "]"
    return ("<" * walk, ">" * walk) if walk < 4 else (f"<{walk}:", ">")


def _said(node: Node, diagram: Diagram) -> str:
    """What there is to say of a result."""
    if node.kind == "detached":
        return f"{shortened(node.formula, LONGEST)}, a value without a graph"
    flat = "" if node.inputs else f"{shortened(node.formula, LONGEST)}, a number"
    walk = "the product with v" if isinstance(node.walk, str) else f"walk {node.walk}"
    return "; ".join(filter(None, [walk if node.walk else "", flat]))


def legend(diagrams: Sequence[Diagram]) -> str:
    """What the signs mean that are there."""
    nodes = [node for diagram in diagrams for node in diagram.nodes]
    said = ["(x) variable"]
    for walk in origins(diagrams):
        left, right = brackets(walk)
        said.append(f"{left}op{right} {origin(walk)}")
    said += ["saved: a backward rule reads its value"] * any(node.saved for node in nodes)
    said += ["#1: used more than once"] * any(node.shared for node in nodes)
    freed = any(node.kind == "detached" for node in nodes)
    said += ["with create_graph=False the walk frees what was saved"] * freed
    return "; ".join(said)
