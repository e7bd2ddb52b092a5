"""A graph made ready to run: which arithmetic, what is let go of when, and what runs in blocks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod
from operator import attrgetter
from typing import Any

from hodiff.arithmetic.base import LARGE, Arithmetic, Values, is_leaf, run
from hodiff.arithmetic.floats import FLOATS
from hodiff.engine.graph import CONSTANT, VARIABLE, Tensor, topological


def suited(nodes: Sequence[Tensor]) -> Arithmetic:
    """Python floats where every node is a scalar in float64, numpy arrays otherwise."""
    shaped = any(map(attrgetter("shape"), nodes))
    kinds = set(map(type, map(attrgetter("value"), nodes)))
    rows = set(map(attrgetter("operation"), nodes))
    if shaped or not kinds <= {float, type(None)} or any(row.arrays_only for row in rows):
        found: Arithmetic = mixed().arrays_for(nodes, rows)
        return found
    return FLOATS


@cache
def mixed() -> Any:
    """The module that tells which arithmetic of arrays serves."""
    from hodiff.arithmetic import mixed  # start-up: brings numpy

    return mixed


class Program:
    """A graph made ready to run: its nodes in order, and how each is computed."""

    def __init__(self, outputs: Sequence[Tensor], arithmetic: Arithmetic | None = None) -> None:
        self.outputs = list(outputs)
        self.order = topological(outputs, unknown=True)
        self.arithmetic = arithmetic or suited(self.order)

    @property
    def variables(self) -> list[Tensor]:
        """The named leaves that a run needs values for."""
        return [node for node in self.order if node.operation is VARIABLE]

    def values(
        self,
        point: Mapping[Tensor, Any] | None = None,
        replaced: Mapping[int, Callable[..., Any]] | None = None,
        released: Mapping[int, Sequence[int]] | None = None,
    ) -> Values:
        """Every node's value: see hodiff.arithmetic.base.run."""
        return run(self.order, self.arithmetic, point, replaced, released)

    def results(self, point: Mapping[Tensor, Any] | None = None) -> list[Any]:
        """The values of the outputs alone: arrays are released after their last use."""
        released = None
        for node in self.order:
            if node.shape:
                if self._large(point):
                    from hodiff.arithmetic import blocks  # start-up: brings numpy

                    return blocks.evaluate(self.order, self.outputs, point)
                released = self._last_uses()
                break
        values = self.values(point, None, released)
        return [self.arithmetic.result(values[id(y)]) for y in self.outputs]

    def _last_uses(self) -> dict[int, list[int]]:
        """For a node (by id) the values that none needs after it, outputs aside."""
        kept = {id(y) for y in self.outputs}
        computed = [node for node in self.order if not is_leaf(node)]
        last = {id(x): id(node) for node in computed for x in node.inputs}
        found: dict[int, list[int]] = {}
        for key, user in last.items():
            if key not in kept:
                found.setdefault(user, []).append(key)
        return found

    def _large(self, point: Mapping[Tensor, Any] | None) -> bool:
        """Whether arrays are worth running in blocks, and have the shapes that nodes say."""
        if all(prod(node.shape) <= LARGE for node in self.order):
            return False
        if self.arithmetic.pointwise is not FLOATS or not self.arithmetic.blockwise:
            return False
        return all(getattr(x, "shape", ()) == node.shape for node, x in (point or {}).items())


def apart(node: Tensor) -> Any:
    """The value of one node, from its inputs', which are computed first where they have none."""
    operation, values, scalars = node.operation, [], not node.shape
    dtypes = set()
    for x in node.inputs:
        value = x.value
        if value is None:
            exact = x.operation is CONSTANT
            value = FLOATS.number(x.attributes[0]) if exact else evaluate([x])[0]
        if type(value) is not float:
            scalars = False
            dtypes.add(getattr(value, "dtype", bool))
        values.append(value)
    if scalars and not operation.arrays_only:
        return FLOATS.function(operation)(*values, *node.attributes)
    if dtypes == mixed().DOUBLES:
        return mixed().ARRAYS.of_doubles(operation)(*values, *node.attributes)
    arithmetic = mixed().suited_to(node, values)
    if not arithmetic.blockwise:
        return Program([node], arithmetic).results()[0]
    return arithmetic.function(operation)(*values, *node.attributes)


def evaluate(
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any] | None = None,
    arithmetic: Arithmetic | None = None,
) -> list[Any]:
    """The values of outputs at point, as the arithmetic has them (nan and inf included).

    >>> from hodiff.engine.graph import variable
    >>> x = variable("x")
    >>> evaluate([x**2 + 1], {x: 3.0})
    [10.0]
    """
    return Program(outputs, arithmetic).results(point)
