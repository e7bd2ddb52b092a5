"""Running a graph: one loop, and an arithmetic to run it on.

An arithmetic is a module with two functions: number(constant) takes an exact constant in, and
function(operation) gives what computes an operation on the arithmetic's values. Where it has
data(value), that takes floats and arrays in, which else go as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

from hodiff.graph import CONSTANT, VARIABLE, Operation, Tensor, described, topological, variable

Values = dict[int, Any]

ARRAYS_ALONE = ("cast", "einsum")  # which a scalar may go through too
LARGE = 1 << 15  # entries of an array past which it is run in blocks of so many


class UnknownError(ValueError):
    """A variable that no value was given for."""


class Arithmetic(Protocol):
    """What a module of hodiff.arithmetic offers."""

    def number(self, x: Any) -> Any: ...
    def function(self, operation: Operation) -> Callable[..., Any]: ...


def suited(nodes: Sequence[Tensor]) -> Arithmetic:
    """Python floats where every node is a scalar in float64, numpy arrays otherwise."""
    shaped = any(map(attrgetter("shape"), nodes))
    kinds = set(map(type, map(attrgetter("value"), nodes)))
    names = {operation.name for operation in set(map(attrgetter("operation"), nodes))}
    if shaped or not kinds <= {float, type(None)} or not names.isdisjoint(ARRAYS_ALONE):
        from hodiff.arithmetic import arrays

        return arrays
    from hodiff.arithmetic import floats

    return floats


class Ring(NamedTuple):
    """What series (hodiff.arithmetic.series) compute with: take lets a value in."""

    take: Callable[[Any], Any]
    add: Callable[[Any, Any], Any]
    sub: Callable[[Any, Any], Any]
    mul: Callable[[Any, Any], Any]
    div: Callable[[Any, Any], Any]
    dot: Callable[[Sequence[Any], Sequence[Any]], Any]


class Program:
    """A graph made ready to run: its nodes in order, and how each is computed.

    values(point) is a dict from the id of a node to its value; point gives the variables'.
    """

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
        """Every node's value. replaced computes single nodes (by id) in another way; released
        gives the values (by id) that aren't kept after a node."""
        number, function = self.arithmetic.number, self.arithmetic.function
        data = getattr(self.arithmetic, "data", None)
        values: Values = {}
        for node in self.order:
            operation, inputs = node.operation, node.inputs
            if inputs and node.value is None:
                compute = function(operation)
                if replaced and id(node) in replaced:
                    compute = replaced[id(node)]
                if len(inputs) == 2 and not node.attributes:  # most are sums and products
                    value = compute(values[id(inputs[0])], values[id(inputs[1])])
                else:
                    value = compute(*[values[id(x)] for x in inputs], *node.attributes)
            elif operation is CONSTANT:
                value = number(node.attributes[0])
            elif operation is VARIABLE:
                if point is None or node not in point:
                    raise UnknownError(f"the variable {node.attributes[0]} has no value")
                value = _fitting(point[node], node)
            elif node.value is not None:
                value = data(node.value) if data else node.value
            else:  # pi, e
                value = function(operation)(*node.attributes)
            values[id(node)] = value
            if released:
                for key in released.get(id(node), ()):
                    del values[key]
        return values

    def results(self, point: Mapping[Tensor, Any] | None = None) -> list[Any]:
        """The values of the outputs alone: arrays are released after their last use."""
        released = None
        for node in self.order:
            if node.shape:
                if self._large(point):
                    from hodiff.arithmetic import blocks

                    return blocks.evaluate(self.order, self.outputs, point)
                released = self._last_uses()
                break
        values = self.values(point, None, released)
        return [values[id(y)] for y in self.outputs]

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
        from hodiff.arithmetic import arrays

        if self.arithmetic is not arrays:
            return False
        return all(getattr(x, "shape", ()) == node.shape for node, x in (point or {}).items())


def _fitting(x: Any, node: Tensor) -> Any:
    """A variable's value: of its shape, axes of points before it."""
    shape = getattr(x, "shape", ())
    if shape[len(shape) - len(node.shape) :] != node.shape:
        name = node.attributes[0]
        raise ValueError(f"the variable {name} is {described(node.shape)}, not {described(shape)}")
    return x


def is_leaf(node: Tensor) -> bool:
    """Whether a node's value is given, not computed."""
    return node.value is not None or node.operation is CONSTANT or node.operation is VARIABLE


def evaluate(
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any] | None = None,
    arithmetic: Arithmetic | None = None,
) -> list[Any]:
    """The values of outputs at point, as the arithmetic has them (nan and inf included).

    >>> from hodiff.graph import variable
    >>> x = variable("x")
    >>> evaluate([x**2 + 1], {x: 3.0})
    [10.0]
    """
    return Program(outputs, arithmetic).results(point)


def composed(operation: Operation, arithmetic: Arithmetic) -> Callable[..., Any]:
    """An operation by its definition in the table, for an arithmetic that has no name for it."""
    if operation.definition is None:
        raise NotImplementedError(f"{operation.name} has no form in {arithmetic}")
    arity = operation.arity or 0
    inputs = [variable(f"x{i}") for i in range(arity)]
    programs: dict[tuple[Any, ...], Program] = {}

    def compute(*values: Any) -> Any:
        attributes = values[arity:]
        if attributes not in programs:
            assert operation.definition is not None
            programs[attributes] = Program([operation.definition(*inputs, *attributes)], arithmetic)
        program = programs[attributes]
        return program.values(dict(zip(inputs, values, strict=False)))[id(program.outputs[0])]

    return compute
