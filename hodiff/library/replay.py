"""Walks remembered: of a small graph of scalars that is built and differentiated over and over.

A training loop, a root finder or a time step makes the same graph again with other numbers. Its
gradient is the same graph too: the first walks build it, the next ones run it. Nothing is
remembered but structure: operations, attributes, which node is whose input.
"""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Sequence
from typing import Any, NamedTuple

from hodiff.arithmetic.floats import FLOATS
from hodiff.arithmetic.program import Program
from hodiff.engine.backward import walk
from hodiff.engine.graph import (
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
from hodiff.engine.passes import rebuilt

MOST_NODES = 200  # of a graph that is remembered
MOST_REPLAYS = 256


class Replay(NamedTuple):
    """The gradient of a graph with variables for its leaves."""

    program: Program
    leaves: list[tuple[int, Tensor]]  # where a leaf is in the graph's order, and its variable
    gradients: list[Tensor | None]
    freed: list[int]  # where the nodes are that the walk went through


REPLAYS: dict[Any, Replay | None] = {}  # None for a graph that was met once


def replayed(
    ys: Sequence[Tensor], xs: Sequence[Tensor], free: bool
) -> tuple[list[Tensor | None], list[Tensor]] | None:
    """The gradients of the sum of ys in xs, with their values, and the nodes of ys in order; None
    where the graph is not (yet) remembered."""
    order = topological(ys)
    if len(order) > MOST_NODES:
        return None
    key = _key(order, ys, xs)
    if key is None:
        return None
    replay = REPLAYS.get(key)
    if replay is None:
        if key not in REPLAYS:
            if len(REPLAYS) >= MOST_REPLAYS:
                REPLAYS.clear()
            REPLAYS[key] = None
            return None
        replay = REPLAYS[key] = _recorded(order, ys, xs)
    values = replay.program.values({x: order[i].value for i, x in replay.leaves})
    found = [None if g is None else held(float(values[id(g)])) for g in replay.gradients]
    if free:
        for i in replay.freed:
            if not order[i].borrowed:
                order[i].freed = True
    return found, order


def _key(order: Sequence[Tensor], ys: Sequence[Tensor], xs: Sequence[Tensor]) -> Any:
    """The structure of a graph; None where it has what isn't remembered."""
    places = {node: i for i, node in enumerate(order)}
    parts: list[Any] = []
    for node in order:
        operation = node.operation
        if node.shape or node.freed or node.hooks or operation is VARIABLE:
            return None
        if operation.arrays_only:
            return None
        if node.inputs:
            parts.append(
                (
                    *(operation, node.attributes, node.requires_grad, node.opaque),
                    *[places[x] for x in node.inputs],
                )
            )
        elif operation is CONSTANT:
            parts.append((type(node.attributes[0]), node.attributes))
        elif operation is not DATA:  # pi, e
            parts.append(operation)
        elif type(node.value) is float:
            parts.append(node.requires_grad)
        else:
            return None
    return tuple(parts), tuple(places[y] for y in ys), tuple(places.get(x, -1) for x in xs)


def _recorded(order: Sequence[Tensor], ys: Sequence[Tensor], xs: Sequence[Tensor]) -> Replay:
    leaves: list[tuple[int, Tensor]] = []
    places = {node: i for i, node in enumerate(order)}

    def copied(node: Tensor, inputs: list[Tensor]) -> Tensor:
        if node.inputs:
            copy = make(node.operation, tuple(inputs), node.attributes, ())
            copy.requires_grad, copy.opaque = node.requires_grad, node.opaque
            return copy
        if node.operation is not DATA:
            return node
        place = places[node]
        leaves.append((place, variable(f"x{place}", (), node.requires_grad)))
        return leaves[-1][1]

    copies = rebuilt(order, copied)
    inputs = tuple(copies.get(x, x) for x in xs)
    gradients = walk([copies[y] for y in ys], [ONE] * len(ys), inputs, True)
    freed = [i for i, node in enumerate(order) if copies[node].freed]
    for copy in copies.values():
        copy.freed = copy.spent = False
    asked = [g for g in gradients if g is not None]
    return Replay(Program(asked, FLOATS), leaves, gradients, freed)
