"""hodiff.evaluate: the values of a graph, in doubles or with proven digits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any, TypeAlias, overload

from hodiff.answers.point import in_balls
from hodiff.answers.question import How, Question
from hodiff.arithmetic.program import Program
from hodiff.derivatives.vmap import vmapped
from hodiff.engine.exact import rational
from hodiff.engine.graph import CONSTANT, VARIABLE, Tensor, constant, data, make, topological
from hodiff.engine.operations.structure import reshape_to, stack
from hodiff.engine.passes import rebuilt
from hodiff.engine.shapes import broadcast, described
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError

Point: TypeAlias = Mapping[Tensor, Any] | Mapping[str, Any]


@overload
def evaluate(
    outputs: Tensor,
    point: Point | None = ...,
    *,
    arithmetic: str = ...,
    digits: int | None = ...,
    exact_floats: bool = ...,
) -> Any: ...
@overload
def evaluate(
    outputs: Sequence[Tensor],
    point: Point | None = ...,
    *,
    arithmetic: str = ...,
    digits: int | None = ...,
    exact_floats: bool = ...,
) -> list[Any]: ...
def evaluate(
    outputs: Tensor | Sequence[Tensor],
    point: Point | None = None,
    *,
    arithmetic: str = "float",
    digits: int | None = None,
    exact_floats: bool = False,
) -> Any:
    """The value of a tensor, or those of a sequence of them, at a point.

    point         the value of each variable, by itself or by its name: a number or an array of its
                  shape; axes of points may come before that shape, and then before the results'
    arithmetic    "float": doubles, nan and inf included; "ball": the double nearest to the true
                  value, proven; lists for arrays, text where a double has not the range
    digits        so many proven significant digits, as text
    exact_floats  take floats that came in (0.1 is 0.1000000000000000055...) as the numbers that
                  they are. Without it a proof refuses them: write Fraction(1, 10)

    One run of the graph; with proofs one or a few, on balls, about 100 times slower.

    Raises ValueError for a variable without a value or with one of another shape, for a rounded
    float in a proof; HodiffError where there is no value that can be proven.

    >>> from fractions import Fraction
    >>> import hodiff
    >>> x = hodiff.variable("x")
    >>> (slope,) = hodiff.grad(hodiff.exp(x) / x, x, create_graph=True)
    >>> hodiff.evaluate(slope, {x: 2.0})
    1.8472640247326626
    >>> hodiff.evaluate(slope, {x: 2}, digits=40)
    '1.847264024732662556807606865143751953295'
    >>> hodiff.evaluate([x**2, x**3], {"x": Fraction(1, 10)}, arithmetic="ball")
    [0.01, 0.001]
    >>> hodiff.evaluate(x**2, {"x": [1.0, 2.0, 3.0]})
    array([1., 4., 9.])
    """
    if isinstance(outputs, Tensor):
        settings = {"arithmetic": arithmetic, "digits": digits, "exact_floats": exact_floats}
        return evaluate([outputs], point, **settings)[0]  # type: ignore[call-overload]
    if arithmetic not in ("float", "ball"):
        raise ValueError(f"arithmetic is 'float' or 'ball', not {arithmetic!r}")
    if digits is not None and digits < 1:
        raise ValueError(f"digits is a whole number from 1 on, not {digits}")
    given = _by_variable(outputs, point or {})
    ys, rest, shape = _on_points(outputs, given)
    if arithmetic == "float" and digits is None:
        found = Program(ys).results(rest)
        return found if shape is None else [y.reshape(shape + y.shape[1:]) for y in found]
    ys = _unrounded(ys)
    for node in topological(ys):
        if node.value is not None and node.operation is not CONSTANT:
            _check_floats(node.value, exact_floats)
    for value in rest.values():
        _check_floats(value, exact_floats)
    if shape is not None:
        ys = [reshape_to(y, shape + y.shape[1:]) for y in ys]
    at = {x: _exactly(value) for x, value in rest.items()}
    if not ys:
        return []
    question = Question(ys[0], (), ys, at, smooth=False, how=How("ball", digits))
    try:
        return in_balls(question, ys).values
    except NotImplementedError as fault:
        raise HodiffError("usage", f"digits can't be proven here: {fault}") from None


def _unrounded(outputs: Sequence[Tensor]) -> list[Tensor]:
    """outputs without the values that a run in doubles left on their nodes, leaves aside."""
    order = topological(outputs)

    def computed_anew(node: Tensor, inputs: list[Tensor]) -> Tensor:
        same = all(a is b for a, b in zip(inputs, node.inputs, strict=True))
        if not inputs or (node.value is None and same):
            return node
        copy = make(node.operation, tuple(inputs), node.attributes, node.shape)
        copy.span, copy.derived = node.span, node.derived
        return copy

    copies = rebuilt(order, computed_anew)
    return [copies[y] for y in outputs]


def _by_variable(outputs: Iterable[Tensor], point: Point) -> dict[Tensor, Any]:
    """The values of the variables of outputs, and of those that point knows by themselves: a slope
    may have none left. Numbers, and arrays where there are more."""
    variables = [node for node in topological(outputs) if node.operation is VARIABLE]
    variables += [x for x in point if isinstance(x, Tensor) and x.operation is VARIABLE]
    found: dict[Tensor, Any] = {}
    for x in variables:
        value: Any = point.get(x, point.get(x.attributes[0]))  # type: ignore[call-overload]
        if isinstance(value, Tensor):
            value = value.computed()
        elif isinstance(value, (list, tuple)):
            import numpy  # start-up: one point needs none

            value = numpy.asarray(value)
        if type(value) is complex or getattr(getattr(value, "dtype", None), "kind", "") == "c":
            data(value)  # which says what is wrong with it
        if value is not None:
            found[x] = value.item() if getattr(value, "shape", None) == () else value
    return found


def _on_points(
    outputs: Sequence[Tensor], given: Mapping[Tensor, Any]
) -> tuple[list[Tensor], dict[Tensor, Any], tuple[int, ...] | None]:
    """outputs with one axis of points in front, those of the values with axes of points; the
    other variables' values; and the shape of the points, None for one point."""
    leading = {x: value.shape[: value.ndim - len(x.shape)]
               for x, value in given.items()
               if getattr(value, "ndim", 0) > len(x.shape)}  # fmt: skip
    if not leading:
        return list(outputs), dict(given), None
    import numpy  # start-up: one point needs none

    shape = broadcast(list(leading.values()))
    batch = {}
    for x in leading:
        own = given[x].shape[len(leading[x]) :]
        if own != x.shape:
            name, shape = x.attributes[0], given[x].shape
            message = f"the variable {name} is {described(x.shape)}, not {described(shape)}"
            raise ValueError(message)
        whole = numpy.broadcast_to(given[x], shape + x.shape)
        flat = whole.reshape(prod(shape), *x.shape)
        batch[x] = _rationals(flat) if flat.dtype.kind == "O" else data(flat)
    with sharing():
        ys = vmapped(outputs, batch)
    return ys, {x: value for x, value in given.items() if x not in batch}, shape


def _check_floats(x: Any, exact_floats: bool) -> None:
    """Raise ValueError for a rounded float in a proof, unless it is wanted."""
    if exact_floats or (rational(x) and not hasattr(x, "dtype")):
        return
    import numpy  # start-up: exact numbers need none

    array = numpy.asarray(x)
    if array.dtype.kind == "O":
        for entry in array.flat:
            _check_floats(entry, exact_floats)
    elif array.dtype.kind == "f":
        rounded = array[array != numpy.floor(array)]
        if rounded.size:
            raise ValueError(
                f"{float(rounded.flat[0])!r} came in as a float, which may be rounded: pass"
                " exact_floats=True to take it as the number that it is, or a Fraction"
            )


def _exactly(x: Any) -> Tensor:
    """A value as a graph without variables."""
    if rational(x) and not hasattr(x, "dtype"):
        return constant(x)
    return _rationals(x) if getattr(getattr(x, "dtype", None), "kind", "") == "O" else data(x)


def _rationals(array: Any) -> Tensor:
    """An array of exact numbers as a graph."""
    return stack(*map(_rationals, array)) if getattr(array, "shape", ()) else _exactly(array)
