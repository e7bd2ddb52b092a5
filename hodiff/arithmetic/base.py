"""What an arithmetic is, and the one loop that runs a graph on it."""

# start-up: annotations are evaluated here, not kept as text, which NamedTuple would compile.

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from hodiff.engine.graph import CONSTANT, VARIABLE, Operation, Tensor, topological, variable
from hodiff.engine.shapes import described

LARGE = 1 << 15  # entries of an array past which it is run in blocks of so many

Values: TypeAlias = dict[int, Any]
"""The value of each node, by its id."""


class UnknownError(ValueError):
    """A variable that no value was given for."""


class Ring(NamedTuple):
    """What series (hodiff.derivatives.series) compute with: take lets a value in; compose, where
    there is one, gives f(x(t)) from as many Taylor coefficients of f, at x(0), and of x."""

    take: Callable[[Any], Any]
    add: Callable[[Any, Any], Any]
    sub: Callable[[Any, Any], Any]
    mul: Callable[[Any, Any], Any]
    div: Callable[[Any, Any], Any]
    dot: Callable[[Sequence[Any], Sequence[Any]], Any]
    compose: Callable[[Sequence[Any], Sequence[Any]], list[Any]] | None = None


class Arithmetic:
    """Numbers to run a graph on: how exact ones come in, what computes each operation, and what
    can be decided about results.

    A new one is a subclass with _found. A decision is True, False, or None where more precision
    may tell; an undefined value is nan and a pole inf, as far as the arithmetic has these.
    """

    name = "numbers"
    doubles = False  # whether numbers are doubles, and run out of their range
    blockwise = True  # whether large arrays may run in blocks
    by_rows = False  # whether arrays' first axis is one of points; nan tells those without a value

    def __init__(self) -> None:
        self.resolved: dict[str, Callable[..., Any]] = {}

    def __repr__(self) -> str:
        return self.name

    def function(self, operation: Operation) -> Callable[..., Any]:
        """What computes the operation: by the arithmetic's own name for it, else as the row
        defines it in others. Raises NotImplementedError where there is neither."""
        found = self.resolved.get(operation.name)
        if found is None:
            compute = self._found(operation)
            if compute is None:
                compute = composed(operation, self)
            found = self.resolved[operation.name] = self._made(compute, operation)
        return found

    def unguarded(
        self, node: Tensor, whole: bool, doubles: bool
    ) -> tuple[Callable[..., Any], Sequence[Tensor]]:
        """What computes a node inside in_quiet(), and from which of its inputs. whole: they may be
        integers or conditions; doubles: all that isn't is float64."""
        return with_attributes(self.function(node.operation), node.attributes), node.inputs

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        """What the arithmetic itself has for an operation."""
        raise NotImplementedError

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        """compute as the loop calls it."""
        return compute

    # Numbers in.

    def number(self, x: Any) -> Any:
        """An exact constant: an int, a bool or a Fraction."""
        return x

    def data(self, x: Any) -> Any:
        """Floats and arrays of them."""
        return x

    def given(self, node: Tensor) -> Any:
        """The value of a node that has one."""
        return self.data(node.value)

    def result(self, x: Any) -> Any:
        """A value as tensors keep it."""
        return x

    # Computing.

    @property
    def pointwise(self) -> "Arithmetic":
        """The arithmetic of single entries: what decides about them."""
        return self

    def ring(self, shaped: bool) -> Ring:
        """What series compute with; shaped: on arrays."""
        raise NotImplementedError

    def taylor(
        self, operation: Operation, x: Sequence[Any], attributes: Any, n: int
    ) -> list[Any] | None:
        """The first n Taylor coefficients of a function at x, in the last of its inputs; None where
        there is no better way to them than derivative after derivative."""
        return None

    def in_quiet(self, compute: Callable[..., Any], *x: Any) -> Any:
        """compute(*x), without warnings."""
        return compute(*x)

    # Deciding about results. Entries of arrays are decided one by one, by pointwise.

    def finite(self, x: Any) -> bool:
        """Whether a number, or every entry of an array, has a value."""
        raise NotImplementedError

    def certain(self, x: Any) -> bool:
        """Whether more precision can't tell more about x."""
        return True

    def known(self, x: Any) -> bool:
        """Whether x came out exact."""
        return True

    def equal(self, a: Any, b: Any) -> bool | None:
        raise NotImplementedError

    def less(self, a: Any, b: Any) -> bool | None:
        raise NotImplementedError

    def less_equal(self, a: Any, b: Any) -> bool | None:
        below = self.less(b, a)
        return None if below is None else not below

    def integer(self, x: Any) -> bool | None:
        raise NotImplementedError

    def half(self, x: Any) -> bool | None:
        """Whether x is halfway between two integers."""
        raise NotImplementedError

    def divides(self, b: Any, a: Any) -> bool | None:
        raise NotImplementedError

    def every(self, *tests: bool | None) -> bool | None:
        return False if False in tests else None if None in tests else True

    def same(self, a: Any, b: Any) -> bool | None:
        """Whether numbers, or all entries of two arrays, are equal, rounding aside."""
        raise NotImplementedError

    def direction(self, slope: Any, terms: Sequence[Any]) -> int | None:
        """The sign of a slope, the sum of terms; None where it can't be told."""
        raise NotImplementedError

    # What rows say of the sides of a jump (hodiff.engine.operations.row.Jump).

    def add(self, a: Any, b: Any) -> Any:
        return a + b

    def sub(self, a: Any, b: Any) -> Any:
        return a - b

    def mul(self, a: Any, b: Any) -> Any:
        return a * b

    def div(self, a: Any, b: Any) -> Any:
        raise NotImplementedError

    def pi(self) -> Any:
        raise NotImplementedError


def with_attributes(compute: Callable[..., Any], attributes: tuple[Any, ...]) -> Any:
    """compute as a function of the inputs alone."""
    return (lambda *x: compute(*x, *attributes)) if attributes else compute


def run(
    order: Iterable[Tensor],
    arithmetic: Arithmetic,
    point: Mapping[Tensor, Any] | None = None,
    replaced: Mapping[int, Callable[..., Any]] | None = None,
    released: Mapping[int, Sequence[int]] | None = None,
    before: Values | None = None,
) -> Values:
    """The value of every node of order, which has inputs before users; point gives the variables'.

    replaced computes single nodes (by id) in another way; released gives the values (by id) that
    aren't kept after a node; before has those of nodes that are left out of order.
    """
    number, function, known = arithmetic.number, arithmetic.function, arithmetic.given
    values: Values = dict(before) if before else {}
    for node in order:
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
            value = known(node)
        else:  # pi, e
            value = function(operation)(*node.attributes)
        values[id(node)] = value
        if released:
            for key in released.get(id(node), ()):
                del values[key]
    return values


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


def taken(
    outputs: Iterable[Tensor],
    values: Mapping[int, Any],
    needs: Callable[[Tensor], Iterable[Tensor]] = lambda node: (),
) -> set[Tensor]:
    """The nodes that the outputs' values come from: of a where, those of the branch taken; of
    a and b, as in Python, not those of b where a is false. needs gives what a node stands for
    besides its inputs."""

    def true(test: Tensor) -> bool | None:
        value: Any = values.get(id(test))
        many = hasattr(value, "shape") and value.shape
        return None if value is None or many else bool(value)

    found: set[Tensor] = set()
    stack = list(outputs)
    while stack:
        node = stack.pop()
        if node in found:
            continue
        found.add(node)
        stack += needs(node)
        name, inputs = node.operation.name, node.inputs
        if name == "where" and (test := true(inputs[0])) is not None:
            stack += (inputs[0], inputs[1 if test else 2])
        elif name in ("and", "or"):
            # In a mask that a rule made, conditions may have changed places: any of them tells.
            first = inputs if node.derived else inputs[:1]
            stack += [x for x in first if true(x) is (name == "or")][:1] or inputs
        else:
            stack += inputs
    return found


def composed(
    operation: Operation, arithmetic: Arithmetic, definition: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """An operation by its definition in the table, or another one, for an arithmetic that has no
    name for it."""
    definition = definition or operation.definition
    if definition is None:
        raise NotImplementedError(f"{operation.name} has no form in {arithmetic}")
    arity = operation.arity or 0
    inputs = [variable(f"x{i}") for i in range(arity)]
    graphs: dict[tuple[Any, ...], tuple[Tensor, list[Tensor]]] = {}

    def compute(*values: Any) -> Any:
        attributes = values[arity:]
        if attributes not in graphs:
            y = definition(*inputs, *attributes)
            graphs[attributes] = y, topological([y], unknown=True)
        y, order = graphs[attributes]
        return run(order, arithmetic, dict(zip(inputs, values, strict=False)))[id(y)]

    return compute
