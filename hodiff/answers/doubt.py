"""Which rows of a table doubles can't answer: a condition that is computed beside the numbers.

In doubtful rows a number isn't finite, or a piecewise operation sits on a tie: whether there is an
answer is then for hodiff.answers.solve to say. In all others doubles have one. What isn't finite in
an input or an output is seen there; the condition is for all else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import inf
from typing import Any

from hodiff.engine.graph import CONSTANT, ZERO, Tensor, tensor_of, topological
from hodiff.engine.operations import elementary as e
from hodiff.engine.operations.piecewise import (
    abs,
    both,
    either,
    eq,
    floor,
    le,
    lt,
    negation,
    remainder,
    where,
)

# What isn't finite in an input isn't in the result: of a quotient or a power in the first alone.
CARRYING = {e.add, e.sub, e.neg, e.mul, e.div, e.pow, e.sin, e.cos, e.tan, e.log, e.sqrt, e.sinh}


def doubtful(
    outputs: Sequence[Tensor], variables: Sequence[Tensor], refused: Callable[[Tensor], bool]
) -> Tensor | None:
    """Whether doubles can't answer though all variables and outputs are finite: a node over the
    same variables, None where they always can.

    What a where masks doesn't count, nor a tie in what isn't differentiated in. refused says which
    other ties count.

    cost: an operation or two for each tie, and for each operation that may lose its value where no
    output shows it
    """
    order = topological(outputs)
    varying = {id(x) for x in variables}
    for node in order:
        if any(id(x) in varying for x in node.inputs):
            varying.add(id(node))
    reached: dict[int, Tensor | None] = {id(y): None for y in outputs}  # None: in every row
    shown = {id(y) for y in outputs}  # what isn't finite in an output where it isn't itself
    terms: list[Tensor] = []
    ties: list[Tensor] = []
    for node in reversed(order):
        if id(node) not in varying:
            continue
        masked = reached[id(node)]
        for k, x in enumerate(node.inputs):
            taken = masked
            if node.operation is where and k:
                branch = node.inputs[0] if k == 1 else negation(node.inputs[0])
                taken = branch if masked is None else both(masked, branch)
            other = reached.get(id(x), taken)
            one = taken is None or other is None
            reached[id(x)] = None if one or taken is other else either(taken, other)
            if id(node) in shown and node.operation in CARRYING and _carries(node, k):
                shown.add(id(x))
        smooth = not any(x.requires_grad for x in node.inputs)
        if node.operation.jumps and not smooth and refused(node):
            tie = node.operation.jumps.ties(GRAPHS, *node.inputs)
            ties.append(tie if masked is None else both(masked, tie))
        if id(node) not in shown and _may_lose(node):
            terms.append(node if masked is None else where(masked, node, ZERO))
    found = ties
    if terms:
        found = [negation(lt(abs(reduce(e.add, terms)), tensor_of(inf))), *ties]
    return reduce(either, found) if found else None


def _carries(node: Tensor, k: int) -> bool:
    if node.operation is e.pow:
        exponent = node.inputs[1]
        return k == 0 and exponent.operation is CONSTANT and exponent.attributes[0] > 0
    return k == 0 or node.operation is not e.div


def _may_lose(node: Tensor) -> bool:
    """Whether a node may have no value where its inputs have."""
    row = node.operation
    if row is e.pow and _carries(node, 0) and isinstance(node.inputs[1].attributes[0], int):
        return False
    return row.pole is not None or row.domain is not None


class _Graphs:
    """What decides ties, as nodes."""

    @staticmethod
    def equal(a: Any, b: Any) -> Tensor:
        return eq(a, tensor_of(b))

    @staticmethod
    def less_equal(a: Any, b: Any) -> Tensor:
        return le(a, tensor_of(b))

    @staticmethod
    def integer(x: Tensor) -> Tensor:
        return eq(floor(x), x)

    @staticmethod
    def half(x: Tensor) -> Tensor:
        return eq(floor(x) + 0.5, x)

    @staticmethod
    def divides(b: Tensor, a: Tensor) -> Tensor:
        return eq(remainder(a, b), ZERO)

    @staticmethod
    def every(*conditions: Tensor) -> Tensor:
        return reduce(both, conditions)


GRAPHS = _Graphs()
