"""Running a graph: one loop, and an arithmetic to run it on.

An arithmetic is a module with two functions: number(constant) takes an exact constant in, and
function(operation) gives what computes an operation on the arithmetic's values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from hodiff.graph import CONSTANT, VARIABLE, Operation, Tensor, topological, variable

Values = dict[int, Any]


class Arithmetic(Protocol):
    """What a module of hodiff.arithmetic offers."""

    def number(self, x: Any) -> Any: ...
    def function(self, operation: Operation) -> Callable[..., Any]: ...


def suited(nodes: Sequence[Tensor]) -> Arithmetic:
    """Python floats where every node is a scalar in float64, numpy arrays otherwise."""
    if any(node.shape or not (node.value is None or type(node.value) is float) for node in nodes):
        from hodiff.arithmetic import arrays

        return arrays
    from hodiff.arithmetic import floats

    return floats


class Program:
    """A graph made ready to run: its nodes in order, and how each is computed.

    values(point) is a dict from the id of a node to its value; point gives the variables'.
    """

    def __init__(self, outputs: Sequence[Tensor], arithmetic: Arithmetic | None = None) -> None:
        self.outputs = list(outputs)
        self.order = topological(outputs, unknown=True)
        self.arithmetic = arithmetic or suited(self.order)

    def values(
        self,
        point: Mapping[Tensor, Any] | None = None,
        replaced: Mapping[int, Callable[..., Any]] | None = None,
    ) -> Values:
        """Every node's value. replaced computes single nodes (by id) in another way."""
        number, function = self.arithmetic.number, self.arithmetic.function
        values: Values = {}
        for node in self.order:
            operation = node.operation
            if operation is CONSTANT:
                value = number(node.attributes[0])
            elif operation is VARIABLE:
                if point is None or node not in point:
                    raise ValueError(f"the variable {node.attributes[0]} has no value")
                value = point[node]
            elif node.value is not None:
                value = node.value
            else:
                compute = function(operation)
                if replaced and id(node) in replaced:
                    compute = replaced[id(node)]
                value = compute(*[values[id(x)] for x in node.inputs], *node.attributes)
            values[id(node)] = value
        return values


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
    values = Program(outputs, arithmetic).values(point)
    return [values[id(y)] for y in outputs]


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
