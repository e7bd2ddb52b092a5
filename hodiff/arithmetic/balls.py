"""Balls as one arithmetic: numbers, and numpy's arrays of them (imported with the first array)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hodiff.arithmetic import ball_numbers as numbers
from hodiff.arithmetic.base import Arithmetic, Ring
from hodiff.engine.exact import exactly, rational
from hodiff.engine.graph import Operation

LONGEST = 1 << 14  # bits of an exact coefficient of a series


class Balls(Arithmetic):
    """What is rational exactly, the rest in balls. Raises NotImplementedError for an operation
    that has no form in balls."""

    name = "balls"

    def data(self, x: Any) -> Any:
        """Doubles as the numbers that they are."""
        if isinstance(x, (bool, int, float)):
            return numbers.double(x)
        import numpy  # start-up: one point needs none

        if x.dtype.kind not in "fiub":
            raise NotImplementedError(f"balls hold real numbers, not {x.dtype}")
        return numpy.frompyfunc(numbers.double, 1, 1)(x.astype(object))

    def _found(self, operation: Operation) -> Callable[..., Any] | None:
        if operation.name in numbers.FUNCTIONS:
            return numbers.FUNCTIONS[operation.name]
        if operation.special:
            from hodiff.arithmetic import special  # start-up: few graphs have one

            return special.in_balls(operation.name)
        if operation.partials:
            return numbers.method(operation.name)
        from hodiff.arithmetic import ball_arrays  # start-up: brings numpy

        return ball_arrays.function(operation, self.function)

    def _made(self, compute: Callable[..., Any], operation: Operation) -> Callable[..., Any]:
        """Exactly where the inputs are rational and it can be; entry by entry on arrays."""
        arity = operation.arity
        if operation.name not in numbers.FUNCTIONS and not operation.partials:
            return compute
        assert arity is not None

        def called(*x: Any) -> Any:
            values, attributes = x[:arity], x[arity:]
            if all(map(rational, values)):
                value = exactly(operation.name, values, attributes)
                return numbers.exact(compute(*x)) if value is None else value
            return compute(*x)

        return spread(called, arity)

    def ring(self, shaped: bool) -> Ring:
        if shaped:
            from hodiff.arithmetic import ball_arrays  # start-up: brings numpy

            return ball_arrays.RING
        rows = (numbers.add, numbers.sub, numbers.mul, numbers.div, numbers.dot)
        add, sub, mul, div, dot = (partial(row, most=LONGEST) for row in rows)
        return Ring(lambda x: x, add, sub, mul, div, dot, _composed)

    def taylor(
        self, operation: Operation, x: Sequence[Any], attributes: Any, n: int
    ) -> list[Any] | None:
        if operation.name == "sinc":
            return numbers.sinc_taylor(x[0], n, *attributes)
        if not operation.special:
            return None
        from hodiff.arithmetic import special  # start-up: few graphs have one

        found = special.TAYLOR.get(operation.name)
        return None if found is None else found(*x, n, *attributes)

    # Decisions: see Arithmetic.

    def finite(self, x: Any) -> bool:
        return numbers.finite(x)

    def certain(self, x: Any) -> bool:
        return numbers.certain(x)

    def known(self, x: Any) -> bool:
        return numbers.known(x)

    def equal(self, a: Any, b: Any) -> bool | None:
        return numbers.equal(a, b)

    def less(self, a: Any, b: Any) -> bool | None:
        return numbers.less(a, b)

    def integer(self, x: Any) -> bool | None:
        return numbers.integer(x)

    def half(self, x: Any) -> bool | None:
        return numbers.half(x)

    def divides(self, b: Any, a: Any) -> bool | None:
        return numbers.divides(b, a)

    def same(self, a: Any, b: Any) -> bool | None:
        return numbers.same(a, b)

    def direction(self, slope: Any, terms: Sequence[Any]) -> int | None:
        return numbers.direction(slope)

    def add(self, a: Any, b: Any) -> Any:
        return numbers.add(a, b)

    def sub(self, a: Any, b: Any) -> Any:
        return numbers.sub(a, b)

    def mul(self, a: Any, b: Any) -> Any:
        return numbers.mul(a, b)

    def div(self, a: Any, b: Any) -> Any:
        return numbers.div(a, b)

    def pi(self) -> Any:
        return numbers.pi()


class Rounded(Balls):
    """Balls whose series round what is rational, too: sooner done where exact numbers grow."""

    def ring(self, shaped: bool) -> Ring:
        if shaped:
            return super().ring(shaped)
        take = lambda x: x if isinstance(x, bool) else numbers.ball(x)  # noqa: E731
        return Ring(
            take, operator.add, operator.sub, operator.mul, operator.truediv, _dot, _composed
        )


def _dot(xs: Sequence[Any], ys: Sequence[Any]) -> Any:
    return sum(map(operator.mul, xs, ys))


def _composed(outer: Sequence[Any], inner: Sequence[Any]) -> list[Any]:
    from hodiff.arithmetic import power_series  # start-up: brings FLINT

    return power_series.composed(*(list(map(numbers.ball, series)) for series in (outer, inner)))


def spread(compute: Callable[..., Any], arity: int) -> Callable[..., Any]:
    """compute entry by entry where one of its first arity arguments is an array."""

    def each(*x: Any) -> Any:
        if not any(hasattr(v, "shape") for v in x[:arity]):
            return compute(*x)
        import numpy  # start-up: one point needs none

        attributes = x[arity:]
        return numpy.frompyfunc(lambda *v: compute(*v, *attributes), arity, 1)(*x[:arity])

    return each


BALLS = Balls()
ROUNDED = Rounded()
