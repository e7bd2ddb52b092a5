"""Parts as nodes of a graph again: reading.py the other way round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from hodiff.engine.graph import OPERATIONS, Tensor, constant, data
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.structure import matmul, pick, stack
from hodiff.views.parts import Part
from hodiff.views.reading import COMPARISONS

ROWS = {sign: row for row, sign in COMPARISONS.items()}


def node(part: Part, inputs: list[Tensor], variables: Mapping[str, Tensor]) -> Tensor | None:
    """A part as a node, its own parts being inputs; None for what is no function of the language.

    >>> from hodiff.engine.graph import variable
    >>> from hodiff.views.parts import call, name
    >>> x = variable("x")
    >>> node(call("sin", name("x")), [x], {}).operation.name
    'sin'
    """
    if part.kind == "name" and part.data in variables:
        return variables[part.data]
    if part.kind == "call" and part.data not in FUNCTIONS:
        return None
    try:
        return NODES[part.kind](part.data, inputs)
    except (ValueError, TypeError, IndexError):  # a vector where reading saw through a shape
        return None


def _sum(signs: tuple[bool, ...], xs: list[Tensor]) -> Tensor:
    found = -xs[0] if signs[0] else xs[0]
    for x, minus in zip(xs[1:], signs[1:], strict=True):
        found = found - x if minus else found + x
    return found


def _product(middle: int, xs: list[Tensor]) -> Tensor:
    above = reduce(lambda a, b: a * b, xs[:middle])
    return above / reduce(lambda a, b: a * b, xs[middle:]) if xs[middle:] else above


NODES: dict[str, Callable[[Any, list[Tensor]], Tensor]] = {
    "number": lambda x, xs: constant(x),
    "float": lambda x, xs: data(x),
    "name": lambda text, xs: OPERATIONS[text](),
    "sum": _sum,
    "negation": lambda _, xs: -xs[0],
    "product": _product,
    "power": lambda _, xs: xs[0] ** xs[1],
    "call": lambda function, xs: FUNCTIONS[function].build(*xs),
    "comparison": lambda sign, xs: OPERATIONS[ROWS[sign]](*xs),
    "logic": lambda row, xs: OPERATIONS[row](*xs),
    "not": lambda _, xs: OPERATIONS["not"](*xs),
    "vector": lambda _, xs: stack(*xs),
    "entry": lambda items, xs: pick(xs[0], items),
    "matmul": lambda _, xs: matmul(*xs),
}
"""For each kind of part (parts.KINDS): data and inputs -> the node."""
