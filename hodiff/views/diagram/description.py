"""A graph as plain data: its nodes with what each is, does and reads, and what is on which edge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from hodiff.engine.graph import VARIABLE, Tensor, topological
from hodiff.engine.passes import depending
from hodiff.views.diagram.alone import Alone, said
from hodiff.views.diagram.walks import Origin, Walk, added

LETTERS = "vabcdhklmnpqrsuwz"  # v1, v2 ... for what was written, a1 ... for the first walk
PRODUCTS = "p"


class Node(NamedTuple):
    """One node of a picture.

    name       what others call it: x, v1, a1, y, dy_dx
    kind       variable, operation, result: what the graph is for; detached: a result that is a
               value alone, without a graph
    operation  the name of its row in the table; "" for others
    formula    what it is, in the names of its inputs; of what is detached the whole
    walk       0 for what was written, k for what the k-th walk added, PRODUCT for the product
               with v
    inputs     the names of what it hangs on, in order; one may come twice
    reads      of what its backward rule reads the names, its own among them
    saved      whether a backward rule reads it
    uses       how many edges leave it; from 2 on it is shared
    label      its name for people: dy/dx
    """

    name: str
    kind: str
    operation: str
    formula: str
    walk: Origin
    inputs: tuple[str, ...]
    reads: tuple[str, ...]
    saved: bool
    uses: int
    label: str

    @property
    def shared(self) -> bool:
        return self.uses > 1


class Diagram(NamedTuple):
    """A graph as it is drawn: nodes, each after its inputs.

    create_graph  what the last walk was asked for; None where there was no walk
    tensors       what the nodes are in the engine, by name; of results what they are the result of
    origins       where nodes can come from, in order: 0, 1 ..., the walks
    """

    nodes: Sequence[Node]
    order: int
    create_graph: bool | None
    tensors: Mapping[str, Tensor]
    origins: Sequence[Origin]

    def edges(self) -> Iterator[tuple[str, str]]:
        """From an input to the node that it is an input of; twice where it is so twice."""
        return ((x, node.name) for node in self.nodes for x in node.inputs)

    def adds(self) -> list[int]:
        """How many nodes each origin added; results count."""
        found = dict.fromkeys(self.origins, 0)
        for node in self.nodes:
            found[node.walk] += node.kind != "detached"
        return list(found.values())

    def depth(self) -> int:
        """The edges on the longest way through it."""
        deep: dict[str, int] = {}
        for node in self.nodes:
            deep[node.name] = max((deep[x] + 1 for x in node.inputs), default=0)
        return max(deep.values(), default=0)

    def counts(self) -> dict[str, Any]:
        return {
            "nodes": len(self.nodes),
            "edges": sum(len(node.inputs) for node in self.nodes),
            "depth": self.depth(),
            "added": self.adds(),
        }


Label = Callable[[str, int], tuple[str, str]]
"""A variable and an order -> the name and the label of that derivative."""


def describe(
    y: Tensor,
    walks: Sequence[Walk],
    inputs: Mapping[str, Tensor],
    result: str,
    label: Label,
    formula: Callable[[Tensor], str] = said,
    product: tuple[str, str] = ("grad_v", "∇y·v"),
) -> Diagram:
    """The graph of y and of what walks added to it.

    inputs    the variables that are differentiated in, by name
    result    the name of y
    label     the names of derivatives
    formula   how a derivative that is detached is written
    product   the name and the label of the product with v

    Cost: each node's rules are built once.
    """
    stages = added(walks, y)
    if walks and not walks[-1].create_graph:
        stages[walks[-1].order] = []
    names = named(stages, [result, *inputs])
    order = [x for stage in stages.values() for x in stage]
    tracked = depending(order, [x for x in inputs.values() if x in names])
    found: list[Node] = []
    tensors: dict[str, Tensor] = {}

    def add(name: str, kind: str, walk: Origin, formula: str, **more: Any) -> None:
        fields: dict[str, Any] = {"operation": "", "inputs": (), "reads": (), "label": name}
        found.append(Node(name=name, kind=kind, walk=walk, formula=formula, saved=False, uses=0,
                          **{**fields, **more}))  # fmt: skip

    def of(x: Tensor) -> tuple[str, tuple[str, ...]]:
        return (names[x], (names[x],)) if x in names else (said(x), ())

    steps = {walk.order: walk for walk in walks}
    for k, stage in stages.items():
        for x in stage:
            if x not in names:
                continue
            tensors[names[x]] = x
            if _is_leaf(x):
                add(names[x], "variable", k, names[x])
                continue
            alone = Alone(x, names)
            through = [i for i, z in enumerate(x.inputs) if z in tracked] if x in tracked else []
            add(
                names[x], "operation", k, alone.formula(), operation=x.operation.name,
                inputs=tuple(names[z] for z in x.inputs if z in names),
                reads=tuple(_reads(alone, through)),
            )  # fmt: skip
        if k == 0:
            text, source = of(y)
            add(result, "result", 0, text, inputs=source)
            tensors[result] = y
            continue
        if isinstance(k, str):
            start = walks[-1].start
            text, source = of(start)
            add(product[0], "result", k, text, inputs=source, label=product[1])
            tensors[product[0]] = start
            continue
        walk = steps[k]
        for variable, slope in walk.slopes.items():
            name, shown = label(variable, k)
            tensors[name] = slope
            if walk.create_graph:
                text, source = of(slope)
                add(name, "result", k, text, inputs=source, label=shown)
            else:
                add(name, "detached", k, formula(slope), label=shown)
    kept = walks[-1].create_graph if walks else None
    return Diagram(_marked(found), len(walks), kept, tensors, list(stages))


def behind(y: Tensor) -> Diagram:
    """The graph of a tensor alone: what walks added to it has the looks of the first."""
    leaves = [x for x in topological([y]) if _is_leaf(x)]
    found = describe(y, [], {f"leaf{i}": x for i, x in enumerate(leaves)}, "y", _unlabelled)
    derived = {name for name, x in found.tensors.items() if x.derived}
    nodes = [x._replace(walk=1) if x.name in derived else x for x in found.nodes]
    order = int(bool(derived))
    return found._replace(nodes=nodes, order=order, origins=range(order + 1))


def _unlabelled(x: str, order: int) -> tuple[str, str]:
    return f"d{order}y_d{x}", f"d{order}y/d{x}"


def _is_leaf(x: Tensor) -> bool:
    """Whether it is drawn as a variable: it has a name, or a gradient of its own."""
    return x.operation is VARIABLE or (x.requires_grad and not x.inputs)


def _reads(alone: Alone, through: Sequence[int]) -> list[str]:
    try:
        return alone.reads(through)
    except Exception:  # a rule of a user's own, which wants values
        return list(alone.sources.values())


def _marked(nodes: list[Node]) -> list[Node]:
    """Nodes with what only their users tell."""
    uses: dict[str, int] = {}
    saved: set[str] = set()
    for node in nodes:
        saved.update(node.reads)
        for x in node.inputs:
            uses[x] = uses.get(x, 0) + 1
    return [x._replace(saved=x.name in saved, uses=uses.get(x.name, 0)) for x in nodes]


def named(stages: Mapping[Origin, Sequence[Tensor]], taken: Sequence[str]) -> dict[Tensor, str]:
    """A name for each variable and each operation: v1, v2 ... for what was written, a1 ... for the
    first walk; numbers have none."""
    leaves = [x for stage in stages.values() for x in stage if _is_leaf(x)]
    names = {x: x.attributes[0] for x in leaves if x.operation is VARIABLE}
    used = {*taken, *names.values()}
    unnamed = (text for i in count(1) if (text := f"leaf{i}") not in names.values())
    names |= {x: next(unnamed) for x in leaves if x not in names}
    for k, stage in stages.items():
        letter = PRODUCTS if isinstance(k, str) else LETTERS[k] if k < len(LETTERS) else f"w{k}_"
        while any(x.startswith(letter) and x[len(letter) :].isdigit() for x in used):
            letter += "_"
        number = count(1)
        for x in stage:
            if x.inputs:
                names[x] = f"{letter}{next(number)}"
    return names
