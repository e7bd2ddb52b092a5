"""The walks through a graph: the first from its result, each later one from what came of that, or
from its product with a vector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from hodiff.engine.backward import Visit, walk
from hodiff.engine.graph import ONE, ZERO, Tensor, building, topological, written
from hodiff.engine.operations.structure import expand_to, total
from hodiff.engine.sharing import NodeTable, sharing

MOST_NODES = 5_000  # that a walk may add
PRODUCT = "product"

Origin: TypeAlias = int | str
"""Where a node comes from: 0 for what was written, k for the k-th walk, PRODUCT for the product of
the first walk's gradient and v."""


class Walk(NamedTuple):
    """One reverse walk, as grad(y, x, create_graph=...) does it.

    order         which one: the first walk through y is 1
    start         what it started at
    slopes        the derivative of start in each variable, by its name
    create_graph  whether what it computed stays a part of the graph
    visits        what it did, node by node
    multiplied    whether start is the product of the gradient and v
    """

    order: int
    start: Tensor
    slopes: Mapping[str, Tensor]
    create_graph: bool
    visits: Sequence[Visit] = ()
    multiplied: bool = False


def walks(
    y: Tensor,
    inputs: Mapping[str, Tensor],
    order: int,
    create_graph: bool = True,
    v: Sequence[Tensor] | None = None,
) -> list[Walk]:
    """The walks up to an order. Those before the last keep their graph, for the next one goes
    through it; create_graph is the last one's. Over order 1 there is one input; or v, a vector for
    each, in its shape, and the order is 2: the second walk starts at the gradient times v, so that
    its slopes are the Hessian times v.

    Raises MemoryError where one adds over MOST_NODES.

    >>> from hodiff.engine.graph import constant, variable
    >>> x = variable("x")
    >>> [w.slopes["x"] for w in walks(x**3, {"x": x}, 2)]
    [tensor(3*x**2), tensor(6*x)]
    >>> [w.slopes["x"] for w in walks(x**3, {"x": x}, 2, v=[constant(2)])]
    [tensor(3*x**2), tensor(12*x)]
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
        multiplied = v is not None and n > 1
        found.append(Walk(n, start, named, n < order or create_graph, visits, multiplied))
        start = slopes[0] if v is None else _product(through, v)
    return found


def _product(slopes: Sequence[Tensor | None], v: Sequence[Tensor]) -> Tensor:
    """The gradient times v, as one writes it: a product for each input, and their sum; of a slope
    that is 0 everywhere none."""
    found: Tensor | None = None
    with building(written):
        for slope, factor in zip(slopes, v, strict=True):
            if slope is not None and slope is not ZERO:
                term = factor * slope
                term = total(term) if term.shape else term
                found = term if found is None else found + term
    return ZERO if found is None else found


def _walked(y: Tensor, inputs: Sequence[Tensor], visits: list[Visit]) -> list[Tensor | None]:
    return walk([y], [ONE], inputs, visits=visits) if y.requires_grad else [None] * len(inputs)


def added(walks: Sequence[Walk], y: Tensor) -> dict[Origin, list[Tensor]]:
    """The nodes of y, and those that each walk and the product with v added, in order."""
    outputs: dict[Origin, list[Tensor]] = {0: [y]}
    for one in walks:
        if one.multiplied:
            outputs[PRODUCT] = [one.start]
        outputs[one.order] = [*one.slopes.values()]
    seen: set[Tensor] = set()
    found: dict[Origin, list[Tensor]] = {}
    for origin, ends in outputs.items():
        found[origin] = [x for x in topological(ends) if x not in seen]
        seen.update(found[origin])
    return found
