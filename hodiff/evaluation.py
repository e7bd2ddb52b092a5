"""hodiff.evaluate: the values of a graph, in doubles or with proven digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

from hodiff.arithmetic.program import Program
from hodiff.graph import CONSTANT, Tensor


@overload
def evaluate(
    outputs: Tensor,
    point: Mapping[Tensor, Any] | None = ...,
    *,
    arithmetic: str = ...,
    digits: int | None = ...,
    exact_floats: bool = ...,
) -> Any: ...
@overload
def evaluate(
    outputs: Sequence[Tensor],
    point: Mapping[Tensor, Any] | None = ...,
    *,
    arithmetic: str = ...,
    digits: int | None = ...,
    exact_floats: bool = ...,
) -> list[Any]: ...
def evaluate(
    outputs: Tensor | Sequence[Tensor],
    point: Mapping[Tensor, Any] | None = None,
    *,
    arithmetic: str = "float",
    digits: int | None = None,
    exact_floats: bool = False,
) -> Any:
    """The value of a tensor, or those of a sequence of them, at a point.

    point         the value of each variable: a number or an array of its shape; in float
                  arithmetic axes of points may come before it
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
    >>> hodiff.evaluate([x**2, x**3], {x: Fraction(1, 10)}, arithmetic="ball")
    [0.01, 0.001]
    """
    if isinstance(outputs, Tensor):
        settings = {"arithmetic": arithmetic, "digits": digits, "exact_floats": exact_floats}
        return evaluate([outputs], point, **settings)[0]  # type: ignore[call-overload]
    if arithmetic not in ("float", "ball"):
        raise ValueError(f"arithmetic is 'float' or 'ball', not {arithmetic!r}")
    if digits is not None and digits < 1:
        raise ValueError(f"digits is a whole number from 1 on, not {digits}")
    if arithmetic == "float" and digits is None:
        return Program(outputs).results(point)
    from hodiff import faults, proofs
    from hodiff.arithmetic import balls

    program = Program(outputs, balls)
    exact = {x: _taken(value, exact_floats) for x, value in (point or {}).items()}
    for node in program.order:
        if node.value is not None and node.operation is not CONSTANT:
            _taken(node.value, exact_floats)

    def run() -> list[Any]:
        values = program.values(exact)
        every = {id(node) for node in program.order}
        fault = faults.fault(program, values, every, {}, balls)
        if fault is not None and not all(balls.finite(values[id(y)]) for y in program.outputs):
            error, certain = fault
            raise error if certain else proofs.Unproven(error)
        return [values[id(y)] for y in program.outputs]

    return proofs.determined(run, digits)[0]


def _taken(x: Any, exact_floats: bool) -> Any:
    """A value as balls have it. Raises ValueError for a rounded float, unless it is wanted."""
    from hodiff.arithmetic import balls
    from hodiff.arithmetic.exact import rational

    if isinstance(x, Tensor):
        x = x.computed()
    if rational(x) and not hasattr(x, "dtype"):
        return x
    import numpy

    array = numpy.asarray(x)
    if array.dtype == object:
        return x
    if not exact_floats and array.dtype.kind == "f":
        rounded = array[array != numpy.floor(array)]
        if rounded.size:
            raise ValueError(
                f"{float(rounded.flat[0])!r} came in as a float, which may be rounded: pass"
                " exact_floats=True to take it as the number that it is, or a Fraction"
            )
    return balls.data(array if array.shape else array.item())
