"""Every row of the table of operations against mpmath: value and derivatives to third order.

The reference is never a rule of ours: mpmath differentiates its own function numerically, with
enough digits. A row or function of the language that has no entry here fails test_every_row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from importlib import import_module
from itertools import product
from operator import add, mul
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

from hodiff import derivatives
from hodiff.arithmetic.arrays import ARRAYS as arrays
from hodiff.arithmetic.floats import FLOATS as floats
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import OPERATIONS, Tensor, constant, variable
from hodiff.engine.operations import FUNCTIONS
from hodiff.engine.operations.structure import matmul, transpose
from hodiff.engine.sharing import sharing
from tests import special_functions
from tests.engine import bessel_rows, polynomial_rows

BOUND = 1e-13


class Row:
    """A smooth function: how the graph has it, how mpmath has it, and where they are compared.

    digits       of mpmath; far out, differences of 1 - 1e-260 need many
    conditioned  points at which one bit of x/sqrt(2) moves the result by more than the bound:
                 it is multiplied by the condition number there
    """

    def __init__(
        self,
        name: str,
        f: Callable[..., Any],
        *points: Any,
        build: Callable[..., Tensor] | None = None,
        order: int = 3,
        digits: int = 60,
        conditioned: tuple[Any, ...] = (),
    ) -> None:
        self.name, self.f, self.order, self.digits = name, f, order, digits
        self.build = build or (FUNCTIONS[name].build if name in FUNCTIONS else OPERATIONS[name])
        self.points = [_tuple(p) for p in points + conditioned]
        self.conditioned = {_tuple(p) for p in conditioned}
        self.arity = len(self.points[0])

    def orders(self) -> list[tuple[int, ...]]:
        """Every mixed partial to the order, as how often each input is differentiated in."""
        every = product(range(self.order + 1), repeat=self.arity)
        return [n for n in every if sum(n) <= self.order]

    def graph(self) -> tuple[list[Tensor], list[Tensor]]:
        """The inputs, and the derivative of each of orders()."""
        inputs = [variable(f"x{i}") for i in range(self.arity)]
        found: dict[tuple[int, ...], Tensor] = {}
        with sharing():
            for n in self.orders():
                last = max((i for i in range(self.arity) if n[i]), default=None)
                if last is None:
                    found[n] = self.build(*inputs)
                else:
                    before = found[(*n[:last], n[last] - 1, *n[last + 1 :])]
                    found[n] = derivatives.gradient(before, [inputs[last]])[0]
        return inputs, list(found.values())

    def reference(self, point: tuple[float, ...], n: tuple[int, ...]) -> tuple[Any, float]:
        """The derivative at point in mpmath, and the relative error that is allowed."""
        with mpmath.workdps(self.digits):
            value = self.scaled(point, n)
            if abs(value) <= mpf(10) ** (10 - self.digits) * abs(self.f(*map(mpf, point))):
                return mpf(0), BOUND
            condition = mpf(1)
            if point in self.conditioned:
                units = [tuple(int(i == j) for j in range(self.arity)) for i in range(self.arity)]
                slopes = [self.scaled(point, tuple(map(add, n, u))) for u in units]
                condition += sum(map(abs, slopes)) / abs(value)
            return value / _scale(point, n), float(BOUND * condition)

    def scaled(self, point: tuple[float, ...], n: tuple[int, ...]) -> Any:
        """The derivative in t of f(x1*t1, ...) where each t is 1: in t, a step has one size."""
        if not any(n):
            return self.f(*map(mpf, point))
        scales = [mpf(x or 1) for x in point]
        at = [mpf(bool(x)) for x in point]

        def f(*t: Any) -> Any:
            return self.f(*[s * u for s, u in zip(scales, t, strict=True)])

        return mp.diff(f, at if self.arity > 1 else at[0], n if self.arity > 1 else n[0])


def _scale(point: tuple[float, ...], n: tuple[int, ...]) -> Any:
    return mp.fprod(mpf(x or 1) ** k for x, k in zip(point, n, strict=True))


def _tuple(point: Any) -> tuple[float, ...]:
    return tuple(map(float, point)) if isinstance(point, tuple) else (float(point),)


def sinc(n: int) -> Callable[..., Any]:
    return lambda x: mp.diff(mp.sinc, x, n)


def softplus(x: Any) -> Any:
    return mp.log1p(mp.exp(x))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def gelu(x: Any) -> Any:
    return x * mp.erfc(-x / mp.sqrt(2)) / 2


def lgamma(x: Any) -> Any:
    return mp.log(abs(mp.gamma(x)))


def power(k: int) -> Callable[..., Any]:
    return lambda a, b: a**b * mp.log(a) ** k


def cbrt(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


def special_rows(row: special_functions.Special) -> Iterator[Row]:
    """In all inputs; or in those after the first, which are numbers."""
    f, operation, how = row.f, OPERATIONS[row.name], {
        "order": row.order, "digits": row.digits, "conditioned": row.conditioned
    }  # fmt: skip
    for first in row.first or [()]:
        exact = [mpf(Fraction(q).numerator) / Fraction(q).denominator for q in first]
        given = [constant(q) for q in first]
        for a in row.attributes or [()]:
            yield Row(row.name, lambda *x, a=a, exact=exact: f(*exact, *x, *a), *row.points, **how,
                      build=lambda *x, a=a, given=given: operation(*given, *x, *a))  # fmt: skip


EDGE = 1e-10
DEGREES = (0, 30, 45, -45.5, 60, 89.5, 90, 135, 180, -200, 275, 360, 719.25, 1e5 + 0.5, 1e-9)
FAR = (15, -15, 30, -30, 300, -300)
ANGLES = (0.5, -2.5, 4.0, EDGE, -EDGE)
QUADRANTS = ((2, 3), (2, -3), (-2, 3), (-2, -3), (EDGE, 3), (3, EDGE), (3, -EDGE))
GAMMA = (0.5, 1.25, 4.75, 20.3, EDGE, -EDGE, -0.3, -1.6, -3.75, -10.4, -30.7)

ROWS = [
    Row("add", lambda a, b: a + b, (1.5, -0.7)),
    Row("sub", lambda a, b: a - b, (1.5, -0.7)),
    Row("mul", lambda a, b: a * b, (1.5, -0.7)),
    Row("div", lambda a, b: a / b, (1.5, -0.7), (1e10, 3), (EDGE, -1e5)),
    Row("neg", lambda x: -x, 1.5),
    *[
        Row("powers" if k else "pow", power(k), (2.5, 1.75), (0.3, -2.5), (EDGE, 3.5),
            (1e5, 0.5), (2, 3), (3, -2),
            build=lambda a, b, k=k: OPERATIONS["powers"](a, b, 0, k) if k else a**b)
        for k in (0, 1, 2)
    ],
    Row("over", lambda a, b: a / b, (1.5, -0.7), (EDGE, 1e5)),
    Row("sqrt", mp.sqrt, 2, EDGE, 1e10, 1e100),
    Row("cbrt", cbrt, 2, -2, EDGE, -EDGE, 1e10, -1e100),
    Row("exp", mp.exp, 1.3, -1.3, EDGE, 300, -300),
    Row("exp2", lambda x: mpf(2) ** x, 1.3, -1.3, EDGE, 300.3, -300.7),
    Row("expm1", mp.expm1, 1.3, -1.3, 1e-12, -1e-12, 300, -300, digits=300),
    *[Row(name, mp.log, 2.5, 0.3, 1 + 1e-10, EDGE, 1e100) for name in ("log", "ln")],
    Row("log", lambda x, b: mp.log(x) / mp.log(b), (2.5, 3), (0.3, 7), (1e10, 0.5)),
    Row("log2", lambda x: mp.log(x) / mp.log(2), 2.5, 0.3, EDGE, 1e100),
    Row("log10", lambda x: mp.log(x) / mp.log(10), 2.5, 0.3, EDGE, 1e100),
    Row("log1p", mp.log1p, 2.5, -0.3, 1e-12, -1e-12, -1 + 1e-10, 1e100),
    Row("sin", mp.sin, *ANGLES, 1e5),
    Row("cos", mp.cos, *ANGLES, 1e5),
    Row("tan", mp.tan, *ANGLES, 1e5, math.pi / 2),
    Row("sec", mp.sec, *ANGLES, 1e5, math.pi / 2),
    Row("csc", mp.csc, *ANGLES, 1e5, math.pi),
    Row("cot", mp.cot, *ANGLES, 1e5, math.pi),
    *[Row(name, mp.asin, 0.5, -0.9, EDGE, 1 - EDGE, EDGE - 1) for name in ("asin", "arcsin")],
    *[Row(name, mp.acos, 0.5, -0.9, EDGE, 1 - EDGE, EDGE - 1) for name in ("acos", "arccos")],
    *[Row(name, mp.atan, 0.4, -2.5, EDGE, 1e5, -1e50, 1e90, digits=300)
      for name in ("atan", "arctan")],
    *[Row(name, mp.atan2, *QUADRANTS, (1e50, -2e50), (1e90, 3e90))
      for name in ("atan2", "arctan2")],
    *[Row(name, mp.asec, 2, -2.5, 1 + EDGE, -1 - EDGE, 1e5, -1e50, digits=300)
      for name in ("asec", "arcsec")],
    *[Row(name, mp.acsc, 2, -2.5, 1 + EDGE, -1 - EDGE, 1e5, -1e50, digits=300)
      for name in ("acsc", "arccsc")],
    *[Row(name, mp.acot, 0.4, -2.5, EDGE, -EDGE, 1e5, -1e50, 1e90, digits=300)
      for name in ("acot", "arccot")],
    *[Row(name, mp.asech, 0.5, EDGE, 1e-99, 1 - EDGE, digits=300) for name in ("asech", "arcsech")],
    *[Row(name, mp.acsch, 0.5, -2.5, EDGE, -1e-70, 1e5, -1e50, digits=300)
      for name in ("acsch", "arccsch")],
    *[Row(name, mp.acoth, 2, -2.5, 1 + EDGE, -1 - EDGE, 1e5, -1e50, digits=300)
      for name in ("acoth", "arccoth")],
    Row("sind", lambda x: mp.sinpi(x / 180), *DEGREES),
    Row("cosd", lambda x: mp.cospi(x / 180), *DEGREES),
    Row("tand", lambda x: mp.sinpi(x / 180) / mp.cospi(x / 180),
        *(x for x in DEGREES if x % 180 != 90)),
    Row("radians", lambda x: x * mp.pi / 180, 33.25),
    Row("deg2rad", lambda x: x * mp.pi / 180, 33.25),
    Row("degrees", lambda x: x * 180 / mp.pi, 0.25),
    Row("rad2deg", lambda x: x * 180 / mp.pi, 0.25),
    *[Row(name, lambda x: mp.degrees(mp.asin(x)), 0.5, -0.9, EDGE)
      for name in ("asind", "arcsind")],
    *[Row(name, lambda x: mp.degrees(mp.acos(x)), 0.5, -0.9, EDGE)
      for name in ("acosd", "arccosd")],
    *[Row(name, lambda x: mp.degrees(mp.atan(x)), 0.5, -7, EDGE)
      for name in ("atand", "arctand")],
    Row("atan2d", lambda y, x: mp.degrees(mp.atan2(y, x)), *QUADRANTS),
    Row("sinh", mp.sinh, 1.3, -1.3, EDGE, 300),
    Row("cosh", mp.cosh, 1.3, -1.3, EDGE, 300),
    Row("tanh", mp.tanh, 0.4, -1.3, EDGE, *FAR, digits=300),
    Row("sech", mp.sech, 0.4, -1.3, EDGE, *FAR),
    Row("csch", mp.csch, 0.4, -1.3, EDGE, *FAR),
    Row("coth", mp.coth, 0.4, -1.3, EDGE, *FAR, digits=300),
    *[Row(name, mp.asinh, 0.4, -2.5, EDGE, 1e5, -1e50, 1e110) for name in ("asinh", "arcsinh")],
    *[Row(name, mp.acosh, 2.5, 1 + EDGE, 1e5, 1e50, 1e110) for name in ("acosh", "arccosh")],
    *[Row(name, mp.atanh, 0.5, -0.9, EDGE, 1 - EDGE, EDGE - 1) for name in ("atanh", "arctanh")],
    Row("one_minus_square", lambda x: 1 - x * x, 0.5, -1.7, 1 - EDGE, EDGE - 1),
    Row("asinh1", lambda x: 1 / mp.sqrt(1 + x * x), 0.5, EDGE, -3, 1e50, 1e110, order=2),
    Row("asinht", lambda x: x / mp.sqrt(1 + x * x), 0.5, EDGE, -3, 1e50, order=2, digits=300),
    Row("acosh1", lambda x: 1 / mp.sqrt(x * x - 1), 1.5, 1 + EDGE, 1e50, 1e90, order=2),
    Row("acosht", lambda x: x / mp.sqrt(x * x - 1), 1.5, 1 + EDGE, 1e50, order=2, digits=300),
    Row("turn", lambda x, y: x / (x * x + y * y), *QUADRANTS, (1e90, 3e90), (1e-60, 2e-60),
        order=2),
    Row("hypot", mp.hypot, *QUADRANTS, (1e-99, -2e-99), (1e150, -2e150), (0, 3), (-3, 0)),
    Row("unit", lambda x, y: x / mp.hypot(x, y), *QUADRANTS, (1e-75, -2e-75), (1e150, -2e150),
        (0, 3)),
    Row("erf", mp.erf, 0.5, -1.3, EDGE, 5, -5),
    Row("erfc", mp.erfc, 0.5, -1.3, EDGE, 5, 10, 25, -5, digits=300),
    Row("factorial", mp.factorial, *(x for x in GAMMA if x != -30.7), 165.3, 1 + 1e-9, -1 + 1e-9),
    *[
        Row(name, mp.binomial, (5, 2), (2.5, 1.75), (-0.5, 3.25), (0.3, -1.6), (30.5, 12),
            (-2.5, 4.5), (9, EDGE), order=2)
        for name in ("binomial", "binom", "comb", "nchoosek")
    ],
    *[Row("binomial", lambda n, k=k: mp.binomial(n, k), 5.5, 2, -3, 0.25, 1e5,
          build=lambda n, k=k: FUNCTIONS["binomial"].build(n, constant(k))) for k in (0, 1, 2, 5)],
    Row("binomials", lambda n, k: mp.diff(mp.binomial, (n, k), (1, 1)), (2.5, 1.5), (4.25, 0.25),
        order=1, digits=80, build=lambda n, k: OPERATIONS["binomials"](n, k, 1, 1)),
    *[
        Row(name, mp.rf, (2.5, 1.75), (0.25, 3.5), (30.5, 0.25), order=2)
        for name in ("rising", "rf", "pochhammer", "poch")
    ],
    *[Row(name, mp.ff, (2.5, 1.75), (7.25, 3.5), order=2) for name in ("falling", "ff")],
    *[Row(name, f, 2.5, -1.25, 1e-5, -3.5,
          build=lambda x, name=name: FUNCTIONS[name].build(x, constant(4)))
      for name, f in (("rising", lambda x: mp.rf(x, 4)), ("falling", lambda x: mp.ff(x, 4)))],
    *[Row(name, f, 2.5, -1.25, 1e-5, -3.5,
          build=lambda x, name=name: FUNCTIONS[name].build(x, constant(-3)))
      for name, f in (("rising", lambda x: mp.rf(x, -3)), ("falling", lambda x: mp.ff(x, -3)))],
    Row("gamma", mp.gamma, *GAMMA, 100.5, 160.3, -100.6),
    Row("lgamma", lgamma, *GAMMA, 1 + 1e-10, 2 - 1e-10, 1e5, 1e50,
        conditioned=(-2.457024738220801,)),
    Row("digamma", mp.digamma, *GAMMA, 1.4616321449683622, -0.5040830082644554, 1e5, 1e50),
    *[
        Row("betas", lambda a, b, n=n: mp.diff(mp.beta, (a, b), (n, 1)), (2.5, 1.5), (3, 0.25),
            order=1, digits=80, build=lambda a, b, n=n: OPERATIONS["betas"](a, b, n, 1))
        for n in (0, 1)
    ],
    *[
        Row("polygamma", lambda x, n=n: mp.psi(n, x), *GAMMA, 1e5, order=2,
            build=lambda x, n=n: FUNCTIONS["polygamma"].build(constant(n), x))
        for n in (0, 1, 2, 5)
    ],
    Row("beta", mp.beta, (2.5, 1.75), (0.3, 0.2), (3, EDGE), (-0.4, 2.3), (30, 0.01), (1e5, 2)),
    *[
        Row("sinc", sinc(n), 0, 1e-5, 1, -3, 6.01, 20, 50.5, order=6 - n,
            build=lambda x, n=n: FUNCTIONS["sinc"].build(x, constant(n)))
        for n in (0, 2)
    ],
    *[Row(name, sigmoid, 0.4) for name in ("expit", "logistic")],
    Row("logit", lambda x: mp.log(x / (1 - x)), 0.3, 0.25, 0.5 + EDGE, 0.5 - EDGE, EDGE, 1 - EDGE,
        1e-99, digits=200),
    Row("sigmoid", sigmoid, 0.4, -1.3, EDGE, *FAR, digits=300),
    Row("softplus", softplus, 0.4, -1.3, EDGE, *FAR, digits=300),
    Row("silu", lambda x: x * sigmoid(x), 0.4, -1.3, EDGE, *FAR, digits=300),
    Row("gelu", gelu, 0.4, -1.3, EDGE, 15, -15, 30, 300, -300, digits=300, conditioned=(-30,)),
    Row("trigamma", lambda x: mp.psi(1, x), 0.5, -1.6),
    *(made for row in special_functions.ROWS for made in special_rows(row)),
]  # fmt: skip
ROWS += bessel_rows.rows(Row) + polynomial_rows.rows(Row)


def identity(row: Row) -> str:
    return row.name


def differing(row: Row, values: list[Any], point: tuple[float, ...]) -> Iterator[str]:
    """The derivatives at point that aren't right."""
    for n, value in zip(row.orders(), values, strict=True):
        expected, bound = row.reference(point, n)
        error = abs(mpf(float(value)) - expected)
        smallest = 1e-307 if abs(expected) < 1e-307 else 0.0  # under the doubles
        if not error <= max(bound * abs(expected), smallest):
            relative = mpmath.nstr(error / abs(expected), 2) if expected else "inf"
            yield f"{n} at {point}: {value!r}, not {mpmath.nstr(expected, 17)}: error {relative}"


@pytest.mark.parametrize("row", ROWS, ids=identity)
def test_row(row: Row) -> None:
    """In floats point by point, and in arrays all points at once."""
    inputs, outputs = row.graph()
    columns = [np.array(c) for c in zip(*row.points, strict=True)]
    together = evaluate(outputs, dict(zip(inputs, columns, strict=True)), arrays)
    together = [np.broadcast_to(y, len(row.points)) for y in together]
    wrong = []
    for i, point in enumerate(row.points):
        alone = evaluate(outputs, dict(zip(inputs, point, strict=True)), floats)
        wrong += [f"floats: {w}" for w in differing(row, alone, point)]
        wrong += [f"arrays: {w}" for w in differing(row, [y[i] for y in together], point)]
    assert not wrong, "\n".join(wrong)


# Powers where mpmath can't differentiate numerically: a**b*log(a)**k and its limits.
ENDS = [
    # a, b, k, {(times in a, times in b): derivative}
    (0, 3, 0, {(0, 0): 0, (1, 0): 0, (2, 0): 0, (3, 0): 6, (4, 0): 0, (0, 1): 0, (0, 2): 0,
               (0, 3): 0, (1, 1): 0, (1, 2): 0, (2, 1): 0}),
    (0, 2, 1, {(0, 0): 0, (1, 0): 0, (0, 1): 0, (0, 2): 0, (1, 1): 0}),
    (0, 0.5, 0, {(0, 0): 0, (0, 1): 0, (0, 2): 0, (1, 0): math.inf}),
    (0, 0, 0, {(0, 0): 1, (1, 0): 0}),
    (-2, 3, 0, {(0, 0): -8, (1, 0): 12, (2, 0): -12, (3, 0): 6, (4, 0): 0}),
    (-2, -3, 0, {(0, 0): -1 / 8, (1, 0): -3 / 16, (2, 0): -3 / 8, (3, 0): -15 / 16}),
    (-2, 0, 0, {(0, 0): 1, (1, 0): 0, (2, 0): 0}),
    (-2, 3, 0, {(0, 1): math.nan, (1, 1): math.nan}),
    (-2, 0.5, 0, {(0, 0): math.nan, (1, 0): math.nan}),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "k", "expected"), ENDS)
@pytest.mark.parametrize("arithmetic", [floats, arrays])
def test_power_at_its_ends(
    a: float, b: float, k: int, expected: dict[tuple[int, int], float], arithmetic: Any
) -> None:
    x, y = variable("x"), variable("y")
    for (m, n), value in expected.items():
        f = OPERATIONS["powers"](x, y, 0, k) if k else x**y
        for z in [x] * m + [y] * n:
            f = derivatives.gradient(f, [z])[0]
        (found,) = evaluate([f], {x: float(a), y: float(b)}, arithmetic)
        assert found == value or (math.isnan(found) and math.isnan(value)), (m, n)


# Piecewise operations: numbers are halves, exact in doubles, and Python's own functions the oracle.


def python_clip(x: float, lo: float, hi: float) -> float:
    return min(max(x, lo), hi)


NUMBERS = (-3.0, -2.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
MODULI = ("mod", "remainder", "floordiv")
PIECEWISE: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, abs),
    "sign": (1, lambda x: (x > 0) - (x < 0)),
    "floor": (1, math.floor),
    "ceil": (1, math.ceil),
    "round": (1, round),
    "relu": (1, lambda x: max(x, 0)),
    "heaviside": (1, lambda x: 0.5 if x == 0 else x > 0),
    "not": (1, lambda x: not x),
    "mod": (2, lambda a, b: a % b),
    "remainder": (2, lambda a, b: a % b),
    "floordiv": (2, lambda a, b: a // b),
    "max": (2, max),
    "min": (2, min),
    "clip": (3, python_clip),
    "where": (3, lambda test, a, b: a if test else b),
    "lt": (2, lambda a, b: a < b),
    "le": (2, lambda a, b: a <= b),
    "gt": (2, lambda a, b: a > b),
    "above": (2, lambda a, b: a > b),
    "ge": (2, lambda a, b: a >= b),
    "eq": (2, lambda a, b: a == b),
    "ne": (2, lambda a, b: a != b),
    "and": (2, lambda a, b: bool(a and b)),
    "or": (2, lambda a, b: bool(a or b)),
}


@pytest.mark.parametrize("name", PIECEWISE)
def test_piecewise(name: str) -> None:
    """Values as Python has them; first derivatives as a small step has them, away from ties;
    second and third derivatives are 0."""
    arity, python = PIECEWISE[name]
    inputs = [variable(f"x{i}") for i in range(arity)]
    f = OPERATIONS[name](*inputs)
    first, rows = derivatives.hessian(f, inputs)
    third = [s for row in rows for h in row for s in derivatives.gradient(h, inputs)]
    outputs = [f, *first, *[h for row in rows for h in row], *third]
    points = [p for p in product(NUMBERS, repeat=arity) if name not in MODULI or p[1]]
    columns = [np.array(c) for c in zip(*points, strict=True)]
    together = evaluate(outputs, dict(zip(inputs, columns, strict=True)), arrays)
    together = [np.broadcast_to(y, len(points)) for y in together]
    for j, point in enumerate(points):
        slopes = tangent(python, point)
        alone = evaluate(outputs, dict(zip(inputs, point, strict=True)), floats)
        for values in (alone, [y[j] for y in together]):
            assert values[0] == python(*point), point
            if slopes is not None:
                assert values[1 : arity + 1] == slopes, point
                assert not any(values[arity + 1 :]), point


def tangent(f: Callable[..., Any], point: tuple[float, ...]) -> list[float] | None:
    """The slopes of a function made of flat pieces; None where two of them meet."""
    x, h = [Fraction(a) for a in point], Fraction(1, 64)
    steps = [[h * (i == j) for j in range(len(x))] for i in range(len(x))]

    def rise(step: Sequence[Fraction]) -> Any:
        return f(*map(add, x, step)) - f(*x)

    slopes = [rise(step) / h for step in steps]
    corners = product((-h / 2, Fraction(0), h / 2), repeat=len(x))
    if any(rise(corner) != sum(map(mul, slopes, corner)) for corner in corners):
        return None
    return [float(s) for s in slopes]


# Vectors: mpmath differentiates the same formula in numpy arrays of mpmath's numbers.


def total(v: Any) -> Any:
    return np.sum(v)


def log_sum_exp(v: Any) -> Any:
    return mp.log(sum(mp.exp(x) for x in v.ravel()))


def length(v: Any) -> Any:
    return mp.sqrt(np.sum(v * v))


def weighted(v: Any) -> Any:
    """A number that depends on every entry of v, in another way on each."""
    v = v if isinstance(v, Tensor) else np.asarray(v)
    weights = np.arange(1.0, 1 + math.prod(v.shape)).reshape(v.shape)
    if isinstance(v, Tensor):
        product = v * weights * v
        return FUNCTIONS["sum"].build(product) if v.shape else product
    return np.sum(v * weights * v)


V3, V6 = [1.5, -0.5, 2.0], [1.5, -0.5, 2.0, 0.25, -3.0, 0.75]
M23, M32 = np.reshape(V6, (2, 3)), np.reshape(V6, (3, 2)) + 1

M33 = np.array([[2.0, -0.5, 1.0], [0.25, 1.5, -1.0], [0.5, 0.75, 3.0]])


def shares(v: Any) -> Any:
    weights = np.array([mp.exp(x) for x in v])
    return weights / sum(weights)


VECTOR_ROWS = {
    "sum": (FUNCTIONS["sum"].build, total, [M23]),
    "mean": (FUNCTIONS["mean"].build, lambda v: np.sum(v) / v.size, [M23]),
    "prod": (FUNCTIONS["prod"].build, np.prod, [V6[:5]]),
    "prod, one zero": (FUNCTIONS["prod"].build, np.prod, [[0.5, 0.0, 2.0, -3.0]]),
    "prod, two zeros": (FUNCTIONS["prod"].build, np.prod, [[0.0, 0.5, 0.0, 2.0]]),
    "prod, one entry": (FUNCTIONS["prod"].build, np.prod, [[0.5]]),
    "dot": (FUNCTIONS["dot"].build, np.dot, [V3, V6[3:]]),
    "norm": (FUNCTIONS["norm"].build, length, [V3]),
    "norm, zeros": (FUNCTIONS["norm"].build, length, [[3.0, 0.0]]),
    "norm, large": (FUNCTIONS["norm"].build, length, [[3e150, 4e150]]),
    "norm, small": (FUNCTIONS["norm"].build, length, [[3e-150, 4e-150]]),
    "logsumexp": (FUNCTIONS["logsumexp"].build, log_sum_exp, [V3]),
    "logsumexp, large": (FUNCTIONS["logsumexp"].build, log_sum_exp, [[1000.0, 1001.5, 999.25]]),
    "logsumexp, far": (FUNCTIONS["logsumexp"].build, log_sum_exp, [[30.0, 0.0]]),
    "logsumexp, one entry": (FUNCTIONS["logsumexp"].build, log_sum_exp, [[1000.0]]),
    "max": (FUNCTIONS["max"].build, np.max, [M23]),
    "min": (FUNCTIONS["min"].build, np.min, [V6]),
    "softmax": (lambda v: weighted(FUNCTIONS["softmax"].build(v)),
                lambda v: weighted(shares(v)), [V3]),
    "logsoftmax": (lambda v: weighted(FUNCTIONS["logsoftmax"].build(v)),
                   lambda v: weighted(v - log_sum_exp(v)), [V3]),
    "cross": (lambda a, b: weighted(FUNCTIONS["cross"].build(a, b)),
              lambda a, b: weighted(np.cross(a, b)), [V3, V6[3:]]),
    "det": (FUNCTIONS["det"].build, lambda m: mp.det(mp.matrix(m.tolist())), [M33]),
    "inv": (lambda m: weighted(FUNCTIONS["inv"].build(m)),
            lambda m: weighted(np.array((mp.matrix(m.tolist()) ** -1).tolist())), [M33]),
    "trace": (FUNCTIONS["trace"].build, np.trace, [M33]),
    "stack": (lambda a, b: weighted(OPERATIONS["stack"](a, b)),
              lambda a, b: weighted(np.array([a[()], b[()]])), [1.5, -0.5]),
    "transpose": (lambda v: weighted(transpose(v)), lambda v: weighted(v.T), [M23]),
    "broadcast": (lambda a, b: weighted(a * b), lambda a, b: weighted(a * b), [M23, V3]),
    "stretched": (lambda a, b: weighted(a + b * b), lambda a, b: weighted(a + b * b),
                  [[[1.5], [-0.5]], V3]),
    "scalar": (lambda a, b: weighted(a / b), lambda a, b: weighted(a / b), [V3, 0.7]),
    **{
        f"index {i}": (lambda v, i=i: weighted(v[i]), lambda v, i=i: weighted(v[i]), [x])
        for x, indices in (
            (V6, [0, -1, slice(None), slice(None, None, -1), slice(4, 1, -2), slice(-2, None),
                  slice(None, -7, -3), slice(5, None, -5)]),
            (M23, [1, (1, -1), (0, slice(None, None, -2)), (slice(None), 1),
                   (slice(None, None, -1), slice(2, 0, -1))]),
        )
        for i in indices
    },
    **{
        f"matmul {np.shape(a)} {np.shape(b)}": (lambda a, b: weighted(matmul(a, b)),
                                                lambda a, b: weighted(a @ b), [a, b])
        for a, b in ((V3, V6[3:]), (M23, V3), (V3, M32), (M23, M32), ([M23], V3),
                     ([M23, M23 + 1], M32))
    },
}  # fmt: skip


def mistakes(
    build: Callable[..., Tensor], formula: Callable[..., Any], values: list[Any], order: int = 2
) -> list[str]:
    """The partial derivatives, to an order, of a number that depends on vectors that are wrong.

    formula takes arrays of mpmath's numbers where build takes tensors.
    """
    points = [np.array(v, dtype=float) for v in values]
    inputs = [variable(f"x{i}", p.shape) for i, p in enumerate(points)]
    flat = tuple(float(x) for p in points for x in p.ravel())

    def reference(*entries: Any) -> Any:
        rest, arguments = list(entries), []
        for p in points:
            arguments.append(np.array(rest[: p.size], dtype=object).reshape(p.shape))
            del rest[: p.size]
        return formula(*arguments)

    units = [tuple(int(i == j) for j in range(len(flat))) for i in range(len(flat))]
    graphs, orders = [build(*inputs)], [(0,) * len(flat)]
    wrong, row = [], Row("sum", reference, flat)
    given = dict(zip(inputs, points, strict=True))
    with sharing():
        for _ in range(order + 1):
            found = evaluate(graphs, given, arrays)
            for n, value in zip(orders, found, strict=True):
                expected, bound = row.reference(flat, n)
                if not abs(mpf(float(value)) - expected) <= bound * abs(expected):
                    wrong.append(f"{n}: {value}, not {mpmath.nstr(expected, 17)}")
            slopes = [derivatives.gradient(g, inputs) for g in graphs]
            graphs = [c for gs in slopes for g in gs for c in derivatives.components(g)]
            orders = [tuple(map(add, n, u)) for n in orders for u in units]
    return wrong


@pytest.mark.parametrize("name", VECTOR_ROWS)
def test_vector_row(name: str) -> None:
    """Value, gradient and Hessian."""
    assert mistakes(*VECTOR_ROWS[name]) == []


@pytest.mark.parametrize("a", [(3,), (2, 3), (5, 2, 3), (1, 3), (4, 1, 2, 3)])
@pytest.mark.parametrize("b", [(3,), (3, 4), (5, 3, 2), (4,), (2, 3), (4, 5, 3, 1)])
def test_matmul_has_numpys_shapes(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    x, y = np.arange(math.prod(a)).reshape(a), np.arange(math.prod(b)).reshape(b)
    try:
        expected = x @ y
    except ValueError:
        with pytest.raises(ValueError):
            variable("a", a) @ variable("b", b)
        return
    u, v = variable("a", a), variable("b", b)
    product = u @ v
    (found,) = evaluate([product], {u: x, v: y}, arrays)
    assert product.shape == np.shape(found) == expected.shape
    assert (found == expected).all()


LEAVES = {"constant", "variable", "data", "pi", "e", "euler_gamma", "catalan", "golden_ratio"}
# By the vector rows' rules, and by tests/engine/test_norms.py.
ONLY_INSIDE = {"expand", "reshape", "place", "pick", "any", "matmul", "at_norm_zero", "unknown",
               "vanishes"}  # fmt: skip

# Rows of the library's own, which tests/library compares with PyTorch.
LIBRARY = {
    "alias", "amax", "amin", "argmax", "argmin", "argsort", "cast", "cholesky", "concatenate",
    "cumsum", "custom", "eigenvectors", "eigvalsh", "einsum", "flat", "gather",
    "logabsdet", "logaddexp", "permute", "pinv", "pnorm", "qr", "rest_of_basis", "scatter",
    "signdet", "singular_vectors", "solve", "solve_triangular",
    "spacing", "svdvals", "xlogy",
}  # fmt: skip


def test_every_row() -> None:
    """Every operation of the table and every function of the language has a test above."""
    import_module("hodiff.engine.operations.factors")
    tested = {row.name for row in ROWS} | set(PIECEWISE) | {n.split(",")[0] for n in VECTOR_ROWS}
    assert set(OPERATIONS) - tested == LEAVES | ONLY_INSIDE | LIBRARY
    built = {f.build for name, f in FUNCTIONS.items() if name in tested}
    assert {name for name, f in FUNCTIONS.items() if f.build not in built} <= {"piecewise"}
