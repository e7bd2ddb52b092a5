"""What makes whole numbers of whole numbers, and of conditions: in PyTorch's and numpy's dtypes."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from hodiff.engine.graph import CONSTANT, Inputs, Operation
from hodiff.engine.operations import elementary as el
from hodiff.engine.operations import piecewise as pw


class DividedByZero(ZeroDivisionError, RuntimeError):
    """A whole number divided by 0: Python's and PyTorch's errors in one."""


def in_whole_numbers(operation: Operation, inputs: Inputs) -> Any:
    """The value of an operation on arrays of whole numbers or conditions, or on those and exact
    numbers; None where it has other numbers: a float, whose dtype is another matter, is among the
    inputs, or would come."""
    compute = WHOLE.get(operation)
    if compute is None:
        return None
    values, conditions = [], True
    for x in inputs:
        value = x.attributes[0] if x.operation is CONSTANT else x.value
        if value is None or type(value) is float:
            return None
        kind = value.dtype.kind if hasattr(value, "dtype") else type(value).__name__[0]
        if kind not in "iub":
            return None
        conditions = conditions and kind == "b"
        values.append(value)
    if conditions and operation not in OF_CONDITIONS:  # a number: numpy and PyTorch have none
        return None
    found = compute(*values)
    return bool(found) if conditions and type(found) is int else found


def _not_by_zero(compute: Callable[..., Any]) -> Callable[..., Any]:
    def divided(a: Any, b: Any) -> Any:
        import numpy  # start-up: scalars need none

        if not numpy.all(b):
            raise DividedByZero("a whole number has no quotient by 0: make it a float first")
        return compute(a, b)

    return divided


def _power(a: Any, b: Any) -> Any:
    """a**b, unless that is a fraction, or too large for a whole number, which would come as
    another."""
    import numpy  # start-up: scalars need none

    if numpy.any(numpy.less(b, 0)):
        return None
    found = numpy.power(a, b)
    most = float(numpy.iinfo(found.dtype).max)
    with numpy.errstate(over="ignore"):
        large = numpy.abs(numpy.power(numpy.asarray(a, float), b)) >= most
    return None if large.any() else found


def _chosen(condition: Any, a: Any, b: Any) -> Any:
    import numpy  # start-up: scalars need none

    exact = not (hasattr(a, "dtype") or hasattr(b, "dtype"))  # two numbers, which have no dtype
    return None if exact else numpy.where(condition, a, b)


def _between(x: Any, low: Any, high: Any) -> Any:
    import numpy  # start-up: scalars need none

    return numpy.minimum(numpy.maximum(x, low), high)


WHOLE: dict[Operation, Callable[..., Any]] = {
    el.add: operator.add,
    el.sub: operator.sub,
    el.mul: operator.mul,
    el.pow: _power,
    pw.remainder: _not_by_zero(operator.mod),
    pw.whole_quotient: _not_by_zero(operator.floordiv),
    pw.where: _chosen,
    pw.clip: _between,
}
OF_CONDITIONS = {el.add, el.mul, pw.where}
