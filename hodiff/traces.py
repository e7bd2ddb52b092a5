"""Walks remembered: of a small graph of scalars that is built and differentiated over and over.

A training loop, a root finder or a time step makes the same graph again with other numbers. Its
gradient is the same graph too: the first walks build it, the next ones run it. Nothing is
remembered but structure: operations, attributes, which node is whose input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from hodiff.arithmetic import floats
from hodiff.arithmetic.program import ARRAYS_ALONE, Program
from hodiff.graph import (
    CONSTANT,
    DATA,
    ONE,
    VARIABLE,
    Tensor,
    held,
    make,
    topological,
    variable,
)

MOST_NODES = 200  # of a graph that is remembered
MOST_TRACES = 256

Walk = Callable[[Sequence[Tensor], Sequence[Tensor], Sequence[Tensor], bool], list[Tensor | None]]


class Trace(NamedTuple):
    """The gradient of a graph with variables for its leaves."""

    program: Program
    leaves: list[tuple[int, Tensor]]  # where a leaf is in the graph's order, and its variable
    gradients: list[Tensor | None]
    freed: list[int]  # where the nodes are that the walk went through


TRACES: dict[Any, Trace | None] = {}  # None for a graph that was met once


def replayed(
    ys: Sequence[Tensor], xs: Sequence[Tensor], walk: Walk, free: bool
) -> tuple[list[Tensor | None], list[Tensor]] | None:
    """The gradients of the sum of ys in xs, with their values, and the nodes of ys in order; None
    where the graph is not (yet) remembered."""
    order = topological(ys)
    if len(order) > MOST_NODES:
        return None
    key = _key(order, ys, xs)
    if key is None:
        return None
    trace = TRACES.get(key)
    if trace is None:
        if key not in TRACES:
            if len(TRACES) >= MOST_TRACES:
                TRACES.clear()
            TRACES[key] = None
            return None
        trace = TRACES[key] = _traced(order, ys, xs, walk)
    values = trace.program.values({x: order[i].value for i, x in trace.leaves})
    found = [None if g is None else held(float(values[id(g)])) for g in trace.gradients]
    if free:
        for i in trace.freed:
            if not order[i].borrowed:
                order[i].freed = True
    return found, order


def _key(order: Sequence[Tensor], ys: Sequence[Tensor], xs: Sequence[Tensor]) -> Any:
    """The structure of a graph; None where it has what isn't remembered."""
    at = {node: i for i, node in enumerate(order)}
    parts: list[Any] = []
    for node in order:
        operation = node.operation
        if node.shape or node.freed or node.hooks or operation is VARIABLE:
            return None
        if operation.name in ARRAYS_ALONE:
            return None
        if node.inputs:
            parts.append(
                (operation, node.attributes, node.requires_grad, *[at[x] for x in node.inputs])
            )
        elif operation is CONSTANT:
            parts.append((type(node.attributes[0]), node.attributes))
        elif operation is not DATA:  # pi, e
            parts.append(operation)
        elif type(node.value) is float:
            parts.append(node.requires_grad)
        else:
            return None
    return (*parts, *[at[y] for y in ys], *[at.get(x, -1) for x in xs])


def _traced(
    order: Sequence[Tensor], ys: Sequence[Tensor], xs: Sequence[Tensor], walk: Walk
) -> Trace:
    copies: dict[Tensor, Tensor] = {}
    leaves: list[tuple[int, Tensor]] = []
    for i, node in enumerate(order):
        if node.inputs:
            inputs = tuple(copies[x] for x in node.inputs)
            copy = make(node.operation, inputs, node.attributes, ())
            copy.requires_grad = node.requires_grad
        elif node.operation is DATA:
            copy = variable(f"x{i}", (), node.requires_grad)
            leaves.append((i, copy))
        else:
            copy = node
        copies[node] = copy
    inputs = tuple(copies.get(x, x) for x in xs)
    gradients = walk([copies[y] for y in ys], [ONE] * len(ys), inputs, True)
    freed = [i for i, node in enumerate(order) if copies[node].freed]
    for copy in copies.values():
        copy.freed = copy.spent = False
    asked = [g for g in gradients if g is not None]
    return Trace(Program(asked, floats), leaves, gradients, freed)
