"""The walks through a graph: the first from its result, each later one from what came of that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from hodiff.engine.backward import Visit, walk
from hodiff.engine.graph import ONE, ZERO, Tensor, topological
from hodiff.engine.operations.structure import expand_to
from hodiff.engine.sharing import NodeTable, sharing

MOST_NODES = 5_000  # that a walk may add


class Walk(NamedTuple):
    """One reverse walk, as grad(y, x, create_graph=...) does it.

    order         which one: the first walk through y is 1
    start         what it started at
    slopes        the derivative of start in each variable, by its name
    create_graph  whether what it computed stays a part of the graph
    visits        what it did, node by node
    """

    order: int
    start: Tensor
    slopes: Mapping[str, Tensor]
    create_graph: bool
    visits: Sequence[Visit] = ()


def walks(
    y: Tensor, inputs: Mapping[str, Tensor], order: int, create_graph: bool = True
) -> list[Walk]:
    """The walks up to an order. Those before the last keep their graph, for the next one goes
    through it; create_graph is the last one's. Over order 1 there is one input.

    Raises MemoryError where one adds over MOST_NODES.

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> [w.slopes["x"] for w in walks(x**3, {"x": x}, 2)]
    [tensor(3*x**2), tensor(6*x)]
    """
    found = []
    start = y
    for n in range(1, order + 1):
        visits: list[Visit] = []
        with sharing(NodeTable(MOST_NODES)):
            through = _walked(start, list(inputs.values()), visits)
        slopes = [
            expand_to(ZERO, x.shape) if slope is None or slope is ZERO else slope
            for x, slope in zip(inputs.values(), through, strict=True)
        ]
        named = dict(zip(inputs, slopes, strict=True))
        found.append(Walk(n, start, named, n < order or create_graph, visits))
        start = slopes[0]
    return found


def _walked(y: Tensor, inputs: Sequence[Tensor], visits: list[Visit]) -> list[Tensor | None]:
    return walk([y], [ONE], inputs, visits=visits) if y.requires_grad else [None] * len(inputs)


def added(walks: Sequence[Walk], y: Tensor) -> list[list[Tensor]]:
    """The nodes of y, and those that each walk added to the graph, in order."""
    seen: set[Tensor] = set()
    stages = []
    for outputs in ([y], *(list(w.slopes.values()) for w in walks)):
        new = [x for x in topological(outputs) if x not in seen]
        seen.update(new)
        stages.append(new)
    return stages
