"""Derivatives of any order at a point, from Taylor series along lines.

Each class here is made of a graph once and then computes at a point, in the arithmetic it is
given, what the name says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from functools import cache
from itertools import product
from math import comb, factorial, prod
from typing import Any, NamedTuple, TypeAlias

from hodiff.arithmetic.base import Arithmetic
from hodiff.arithmetic.program import Program
from hodiff.derivatives.doubles import in_doubles
from hodiff.derivatives.nested import Index, symmetric_indices
from hodiff.derivatives.plan import NoSeries
from hodiff.derivatives.series import Point, Series, Start
from hodiff.derivatives.sweep import Coefficients, Paths
from hodiff.engine.graph import Tensor, tensor_of
from hodiff.errors import HodiffError

MOST_STEPS = 100  # of Newton's method


class Component(NamedTuple):
    """A number to differentiate in: an entry of a variable, counted with the last axis fastest; of
    a batch None, for every row has its own."""

    variable: Tensor
    entry: int | None


class Directional:
    """The coefficients c_0 ... c_order of f(x + t*v) in t; f may be of any shape.

    v: for each variable that moves a graph without variables, of its shape, or a number.
    """

    def __init__(self, f: Tensor, v: Mapping[Tensor, Tensor | int], order: int) -> None:
        self.v = {x: tensor_of(direction) for x, direction in v.items()}
        self.found: Series | None = None
        with suppress(NoSeries):  # told when it is asked for: nested derivatives may serve
            self.found = Series([f], list(v), order + 1)

    @property
    def series(self) -> Series:
        """Raises NoSeries where a rule leads ever further."""
        if self.found is None:
            raise NoSeries
        return self.found

    def moved(self, point: Point, t: Any, arithmetic: Arithmetic) -> Point:
        """The point at t."""
        moved = dict(point)
        for x, (v,) in _values(self.v, arithmetic).items():
            ring = arithmetic.ring(bool(x.shape))
            moved[x] = ring.add(point[x], ring.mul(v, t))
        return moved

    def coefficients(self, point: Point, arithmetic: Arithmetic) -> list[Any]:
        """Raises NoSeries and Open as Series does."""
        start = self.series.start(point, arithmetic)
        return _along(self.series, start, _values(self.v, arithmetic), arithmetic)

    def derivatives(self, point: Point, arithmetic: Arithmetic) -> list[Any]:
        """The derivatives in t at 0: the coefficients times factorials."""
        start = self.series.start(point, arithmetic)
        paths = _values(self.v, arithmetic)
        return _along(self.series, start, paths, arithmetic, derivatives=True)


class Partials:
    """The partial derivatives of a scalar f in some components: as many as there are indices, all
    of one order.

    Each is a sum of Taylor coefficients along lines whose directions have whole numbers as their
    components. Griewank, Utke and Walther 2000, Evaluating higher derivative tensors by forward
    propagation of univariate Taylor series, Mathematics of Computation 69 (231), theorem 4.1.

    directions  as many as there are ways to share out the order to the components that occur
    cost        in steps of a series: directions times nodes times order**2 / 2, and the weights
    """

    def __init__(
        self, f: Tensor, components: Sequence[Component], indices: Sequence[Index]
    ) -> None:
        self.components, self.indices = list(components), list(indices)
        self.order = sum(indices[0])
        occurring = dict.fromkeys(tuple(map(bool, i)) for i in indices)  # many share theirs
        ways = (j for i in occurring for j in _within(i, self.order))
        self.directions = list(dict.fromkeys(ways))
        moving = list({c.variable: None for c in components})
        self.series = Series([f], moving, self.order + 1)

    @property
    def cost(self) -> int:
        sweeps = len(self.directions) * len(self.series.order) * (self.order + 1) ** 2 // 2
        shares = [[n for n in i if n] for i in self.indices]
        weights = sum(
            prod(n + 1 for n in s) * comb(len(s) + self.order - 1, self.order) for s in shares
        )
        return sweeps + 20 * weights

    def values(self, point: Point, arithmetic: Arithmetic) -> list[Any]:
        """The derivatives, in the order of the indices. Raises NoSeries and Open."""
        start, found = self.series.start(point, arithmetic), {}
        for j in self.directions:
            along = _along(self.series, start, self._paths(j, arithmetic), arithmetic)
            found[j] = along[self.order]
        return [self._interpolated(i, found, arithmetic) for i in self.indices]

    def _interpolated(self, i: Index, found: Mapping[Index, Any], arithmetic: Arithmetic) -> Any:
        ring = arithmetic.ring(False)
        total = ring.take(arithmetic.number(0))
        for j in _within(i, self.order):
            total = ring.add(total, _times(_weight(i, j), found[j], arithmetic))
        return total

    def _paths(self, j: Index, arithmetic: Arithmetic) -> Paths:
        """The direction whose component k is j[k]."""
        entries: dict[Tensor, dict[int | None, int]] = {}
        for (x, entry), n in zip(self.components, j, strict=True):
            entries.setdefault(x, {})[entry] = n
        paths = {}
        for x, numbers in entries.items():
            if not x.shape or None in numbers:
                (n,) = numbers.values()
                paths[x] = [arithmetic.number(n)]
                continue
            import numpy  # start-up: numbers need none

            kind = float if arithmetic.doubles else object
            flat = numpy.full(prod(x.shape), arithmetic.number(0), kind)
            for k, n in numbers.items():
                flat[k] = arithmetic.number(n)
            paths[x] = [flat.reshape(x.shape)]
        return paths


class Implicit:
    """The derivatives of the y(x) that an equation f(x, y) = 0 defines, up to order.

    Newton's method on power series, an order a step. f_y, the slope of f in y, must not be 0.
    solve: y at the point is only where Newton's method starts from.
    """

    def __init__(
        self, f: Tensor, f_y: Tensor, x: Tensor, y: Tensor, order: int, solve: bool = False
    ) -> None:
        self.x, self.y, self.solve = x, y, solve
        self.equation = [f, f_y]
        self.series = Series([f, f_y, y], [x, y], order + 1)

    def derivatives(self, point: Point, arithmetic: Arithmetic) -> list[Any]:
        """y, y', y'' ... at point. Raises NoSeries and Open, and HodiffError where there is no
        solution to be found."""
        if self.solve:
            exactly = arithmetic
            if arithmetic.by_rows:  # what is off on purpose finds no root to all digits
                from hodiff.derivatives.on_rows import ON_ROWS  # start-up: brings numpy

                exactly = ON_ROWS
            program = Program(self.equation, exactly)

            def solved_at(y: Any) -> list[Any]:
                values = program.values({**point, self.y: y})
                return [values[id(node)] for node in self.equation]

            point = {**point, self.y: solution(solved_at, point[self.y], arithmetic)}
        start = self.series.start(point, arithmetic)
        if arithmetic.by_rows:
            from hodiff.derivatives.on_rows import in_rows  # start-up: brings numpy

            factors = [factorial(k) for k in range(self.series.length)]
            return in_rows(self.series, start, {self.x: [1]}, arithmetic, factors, self.y)
        found = self.series.run(start, {self.x: [1]}, arithmetic, unknown=self.y)
        coefficients = found[self.y]
        return [_times(factorial(k), c, arithmetic) for k, c in enumerate(coefficients)]


Equation: TypeAlias = Callable[[Any], Sequence[Any]]
"""f and its slope at a y."""


def solution(equation: Equation, start: Any, arithmetic: Arithmetic) -> Any:
    """A y with f(y) = 0, by Newton's method from start.

    In balls the one y in a neighbourhood, with proof: the ball of y - f(y)/f'(Y) lies within Y
    (Moore, Kearfott and Cloud 2009, Introduction to interval analysis, chapter 8).
    """
    if arithmetic.by_rows:
        from hodiff.derivatives.on_rows import RowArrays, roots_in_rows  # start-up: brings numpy

        assert isinstance(arithmetic, RowArrays)
        return roots_in_rows(equation, start, arithmetic, MOST_STEPS)
    found = (_root_in_doubles if arithmetic.doubles else _root_in_balls)(
        equation, start, arithmetic
    )
    if found is None:
        raise HodiffError(
            "undecided",
            "Newton's method finds no solution of the equation from there: start closer to one",
            source="--at",
        )
    return found


def _root_in_doubles(equation: Equation, y: Any, arithmetic: Arithmetic) -> Any:
    for _ in range(MOST_STEPS):
        step = _step_to_root(equation, y, arithmetic)
        if step is None:
            return None
        y = y - step
        if abs(step) <= 4e-16 * abs(y):
            return y
    return None


def _root_in_balls(equation: Equation, start: Any, arithmetic: Arithmetic) -> Any:
    from hodiff.arithmetic.ball_numbers import ball  # start-up: brings FLINT

    y = ball(start).mid()
    for _ in range(MOST_STEPS):
        step = _step_to_root(equation, y, arithmetic)
        if step is None:
            return None
        y = arithmetic.sub(y, step).mid()
        proven = _proven_root(equation, y, abs(step), arithmetic)
        if proven is not None:
            return proven
    return None


def _step_to_root(equation: Equation, y: Any, arithmetic: Arithmetic) -> Any:
    """f/f' at y; None where there is none."""
    f, slope = equation(y)
    if not (arithmetic.finite(f) and arithmetic.finite(slope)):
        return None
    return arithmetic.div(f, slope) if arithmetic.equal(slope, 0) is False else None


def _proven_root(equation: Equation, y: Any, step: Any, arithmetic: Arithmetic) -> Any:
    """The ball of the one root near y; None where there is no proof, or digits are left to find."""
    from hodiff.arithmetic.ball_numbers import FLINT, ball, small  # start-up: brings FLINT

    f, _ = equation(y)
    for radius in (step, small(y)):
        around = y + type(y)(0, radius.upper()) if radius > 0 else y
        _, slope = equation(around)
        if not arithmetic.finite(slope) or arithmetic.equal(slope, 0) is not False:
            continue
        found = y - ball(arithmetic.div(f, slope))
        if around.contains_interior(found) and found.rel_accuracy_bits() >= FLINT.bits // 2:
            return found
    return None


def _along(
    series: Series, start: Start, paths: Paths, arithmetic: Arithmetic, derivatives: bool = False
) -> Coefficients:
    """The coefficients of the first output, or its derivatives in t."""
    factors = [factorial(k) if derivatives else 1 for k in range(series.length)]
    if arithmetic.by_rows:
        from hodiff.derivatives.on_rows import in_rows  # start-up: brings numpy

        return in_rows(series, start, paths, arithmetic, factors)
    if arithmetic.doubles:
        return in_doubles(series, start, paths, arithmetic, factors)
    found = series.run(start, paths, arithmetic)[series.f[0]]
    found = found + [0] * (series.length - len(found))
    return [_times(n, c, arithmetic) if n > 1 else c for n, c in zip(factors, found, strict=True)]


def _times(factor: Any, c: Any, arithmetic: Arithmetic) -> Any:
    """An exact number times a coefficient."""
    ring = arithmetic.ring(hasattr(c, "shape"))
    return ring.mul(ring.take(arithmetic.number(factor)), ring.take(c))


def _values(v: Mapping[Tensor, Tensor], arithmetic: Arithmetic) -> Paths:
    values = Program(list(v.values()), arithmetic).values()
    return {x: [values[id(y)]] for x, y in v.items()}


def _within(i: Index, order: int) -> Iterator[Index]:
    """Every way to share out the order of a derivative to the components that it is taken in."""
    support = [k for k, n in enumerate(i) if n]
    for _, often in symmetric_indices(len(support), order):
        shares = dict(zip(support, often, strict=True))
        yield tuple(shares.get(k, 0) for k in range(len(i)))


def _weight(i: Index, j: Index) -> Fraction:
    """How much of the coefficient along j there is in the derivative i."""
    return _interpolation(tuple(sorted((n, m) for n, m in zip(i, j, strict=True) if n)))


@cache
def _interpolation(pairs: tuple[tuple[int, int], ...]) -> Fraction:
    order = sum(n for n, _ in pairs)
    total = Fraction(0)
    for ks in product(*[range(n + 1) for n, _ in pairs]):
        size = sum(ks)
        if size:
            term = Fraction((-1) ** (order - size)) * Fraction(size, order) ** order
            for k, (n, m) in zip(ks, pairs, strict=True):
                term *= comb(n, k) * _binomial(order * k, size, m)
            total += term
    return total


@cache
def _binomial(p: int, q: int, m: int) -> Fraction:
    """p/q over m."""
    return Fraction(prod(p - k * q for k in range(m)), q**m * factorial(m))
