"""Balls contain the true value: every row of the table, at points and over balls, and random
expressions with their gradients, against mpmath and exact fractions."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff import derivatives
from hodiff.arithmetic import ball_numbers as balls
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.program import Program
from hodiff.arithmetic.special import OF_NUMBERS
from hodiff.engine.graph import OPERATIONS, Kind
from hodiff.language.problem import read
from tests import lengths
from tests.lengths import examples
from tests.special_functions import ROWS as SPECIAL

DIGITS = 120  # of mpmath; more near singularities and far out
MANY = 700
BITS = 128
ARB = type(balls.ball(0))
CONDITIONS = {name for name, row in OPERATIONS.items() if row.kind is Kind.CONDITION}
UNDEFINED = (ValueError, ZeroDivisionError, OverflowError, TypeError, mpmath.libmp.ComplexResult)


def number(x: Any) -> Any:
    """A rational in mpmath."""
    x = Fraction(x)
    return mpf(x.numerator) / x.denominator


def ends(x: Any) -> tuple[Any, Any]:
    """The ends of a ball in mpmath, at its present precision."""
    if balls.rational(x):
        return number(x), number(x)
    parts = [tuple(map(int, part.man_exp())) for part in (x.mid(), x.rad())]
    with mpmath.workdps(3000):
        middle, radius = (mpmath.ldexp(mpf(m), e) for m, e in parts)
        return middle - radius, middle + radius


def outside(x: Any, expected: Any, slack: Any = None) -> bool:
    """Whether expected, rounded by mpmath itself, lies outside a ball."""
    below, above = ends(x)
    slack = abs(expected) * mpf(10) ** -(mp.dps // 2) if slack is None else slack
    return not below - slack <= expected <= above + slack


def computed(name: str, *values: Any, attributes: tuple[Any, ...] = (), bits: int = BITS) -> Any:
    with balls.precision(bits):
        found = BALLS.function(OPERATIONS[name])(*values, *attributes)
        return balls.ball(found) if isinstance(found, balls.PiMultiple) else found


def finite(x: Any) -> bool:
    return x is not None and balls.finite(x)


def true_value(f: Callable[..., Any], values: Sequence[Any]) -> Any:
    """What mpmath says; None where f has no real value."""
    try:
        found = f(*map(number, values))
    except UNDEFINED:
        return None
    return None if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found) else mpf(found)


def cbrt(x: Any) -> Any:
    return mp.sign(x) * mp.cbrt(abs(x))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def power(a: Any, b: Any) -> Any:
    if a == 0 and b < 0:
        raise ZeroDivisionError
    return a**b


def powers(a: Any, b: Any, j: int, k: int) -> Any:
    """a**b, j times in a and k times in b, by a sum that mpmath's numbers are put into."""
    total = mpf(0)
    for m in range(k + 1):  # Leibniz: m times the falling factorial, the rest a**(b - j)
        total += (
            math.comb(k, m)
            * taylor(lambda t: mp.fprod(t - i for i in range(j)), b, m)
            * a ** (b - j)
            * mp.log(a) ** (k - m)
        )
    return total


def taylor(f: Callable[..., Any], x: Any, n: int) -> Any:
    return f(x) if n == 0 else mp.diff(f, x, n)


def sinc(x: Any, n: int) -> Any:
    """The n-th derivative of sin(x)/x, by its series: at most 40 away from 0."""
    total, k = mpf(0), (n + 1) // 2
    while True:
        term = (-1) ** k * x ** (2 * k - n) / ((2 * k + 1) * mp.factorial(2 * k - n))
        total += term
        k += 1
        if abs(term) < mpf(10) ** -(mp.dps + 40) and k > abs(x) + n:
            return total


def gamma_at(x: Any) -> None:
    if x <= 0 and x == mp.floor(x):
        raise ZeroDivisionError


def gamma(x: Any) -> Any:
    gamma_at(x)
    return mp.gamma(x)


def lgamma(x: Any) -> Any:
    gamma_at(x)
    return mp.log(abs(mp.gamma(x))) if abs(x) < 1e6 else mp.re(mp.loggamma(x))


def psi(x: Any, n: int) -> Any:
    gamma_at(x)
    return mp.psi(n, x)


def beta(a: Any, b: Any) -> Any:
    gamma_at(a)
    gamma_at(b)
    return mp.gammaprod([a, b], [a + b])


def pole_at_zero(f: Callable[..., Any]) -> Callable[..., Any]:
    def checked(x: Any) -> Any:
        if x == 0:
            raise ZeroDivisionError
        return f(x)

    return checked


def within(low: Any, high: Any, f: Callable[..., Any]) -> Callable[..., Any]:
    """f where low <= x <= high; mpmath goes on in complex numbers, or to the limit."""

    def checked(x: Any) -> Any:
        if not low <= x <= high:
            raise ValueError
        return f(x)

    return checked


def positive(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: within(0, mp.inf, pole_at_zero(f))(x)


F = Fraction
TINY, SMALL, BIG, HUGE = F(10) ** -300, F(10) ** -40, F(10) ** 25, F(10) ** 300
MODERATE = [F(1, 3), F(-7, 5), 2, -3, F(5, 2), F(-11, 2), F(1, 10), 0, 1, -1, F(333, 7)]
FAR = [TINY, -TINY, SMALL, -SMALL, BIG, -BIG]
NEAR_ONE = [1 - SMALL, 1 + SMALL, SMALL - 1, -1 - SMALL]
POLES = [-2 + SMALL, -2 - SMALL, -1, -2, F(-5, 2), F(1, 2), F(99, 2), -F(99, 2)]
PAIRS = [
    (F(1, 3), F(5, 2)), (F(-1, 3), F(5, 2)), (F(1, 3), F(-5, 2)), (F(-1, 3), F(-5, 2)),
    (2, 3), (2, -3), (-2, 3), (-2, -3), (0, 2), (0, -2), (2, 0), (-2, 0), (0, 0), (1, 1),
    (SMALL, 3), (3, SMALL), (-SMALL, -3), (BIG, F(1, 7)), (BIG, BIG), (SMALL, BIG), (SMALL, -BIG),
]  # fmt: skip
OUTER = [*MODERATE, *FAR, *NEAR_ONE, 2, -2, F(-7, 3), -1 - SMALL]
DEGREES = [*MODERATE, *FAR, 30, 45, -60, 90, 135, 180, 330, 36000 + F(1, 7), HUGE]


def beyond_one(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """f where |x| >= 1."""
    return lambda x: f(x) if abs(x) >= 1 else mpf("nan")


def binomial(n: Any, k: Any) -> Any:
    return mp.binomial(n, k)


UNIT = within(-1, 1, lambda x: x)

ROWS: dict[str, tuple[Callable[..., Any], list[Any]]] = {
    "add": (operator.add, PAIRS),
    "sub": (operator.sub, PAIRS),
    "mul": (operator.mul, PAIRS),
    "div": (operator.truediv, PAIRS),
    "neg": (operator.neg, MODERATE + FAR),
    "pow": (power, [*PAIRS, (-2, 5), (-2, -5), (F(3, 7), 40), (F(3, 7), 5000), (-3, 2001),
                    (F(9, 4), F(1, 2)), (1 + SMALL, F(10) ** 41), (2, F(1, 3)), (0, F(1, 2))]),
    "over": (lambda x, y: x / y if x or y else mpf(0), PAIRS),
    "sqrt": (within(0, mp.inf, mp.sqrt), MODERATE + FAR + [HUGE]),
    "cbrt": (cbrt, [*MODERATE, *FAR, HUGE, 27, -27]),
    "exp": (mp.exp, [*MODERATE, TINY, SMALL, -SMALL, 10**6, -(10**6)]),
    "exp2": (lambda x: mpf(2) ** x, [*MODERATE, TINY, -SMALL, 10**6 + 1, F(-(10**6), 3)]),
    "expm1": (mp.expm1, [*MODERATE, *FAR[:4], 10**6, -(10**6)]),
    "log": (positive(mp.log), MODERATE + FAR + NEAR_ONE + [HUGE]),
    "log2": (positive(lambda x: mp.log(x) / mp.log(2)), [*MODERATE, *FAR, *NEAR_ONE, 8]),
    "log10": (positive(lambda x: mp.log(x) / mp.log(10)), [*MODERATE, *FAR, *NEAR_ONE, 1000]),
    "log1p": (lambda x: positive(mp.log)(1 + x), MODERATE + FAR + NEAR_ONE),
    "sin": (mp.sin, MODERATE + FAR + [HUGE]),
    "cos": (mp.cos, MODERATE + FAR + [HUGE]),
    "tan": (mp.tan, MODERATE + FAR + [HUGE]),
    "sec": (mp.sec, MODERATE + FAR),
    "csc": (pole_at_zero(mp.csc), MODERATE + FAR),
    "cot": (pole_at_zero(mp.cot), MODERATE + FAR),
    "one_minus_square": (lambda x: 1 - x * x, MODERATE + FAR + NEAR_ONE),
    "asin": (within(-1, 1, mp.asin), MODERATE + FAR + NEAR_ONE),
    "acos": (within(-1, 1, mp.acos), MODERATE + FAR + NEAR_ONE),
    "atan": (mp.atan, MODERATE + FAR + [HUGE]),
    "atan2": (lambda y, x: mp.atan2(y, x) if x or y else mpf(0), PAIRS),
    "turn": (lambda x, y: x / (x * x + y * y), PAIRS),
    "sinh": (mp.sinh, [*MODERATE, *FAR[:4], 10**6]),
    "cosh": (mp.cosh, [*MODERATE, *FAR[:4], 10**6]),
    "tanh": (mp.tanh, [*MODERATE, *FAR[:4], 100, -100]),
    "sech": (mp.sech, [*MODERATE, *FAR[:4], 10**6]),
    "csch": (pole_at_zero(mp.csch), [*MODERATE, *FAR[:4], 10**6]),
    "coth": (pole_at_zero(mp.coth), [*MODERATE, *FAR[:4], 100]),
    "asinh": (mp.asinh, MODERATE + FAR),
    "acosh": (within(1, mp.inf, mp.acosh), MODERATE + FAR + NEAR_ONE),
    "atanh": (lambda x: mp.log((1 + x) / (1 - x)) / 2 if abs(x) < 1 else mpf("nan"),
              MODERATE + FAR + NEAR_ONE),
    "asec": (beyond_one(mp.asec), OUTER),
    "acsc": (beyond_one(mp.acsc), OUTER),
    "acoth": (beyond_one(lambda x: mp.log((x + 1) / (x - 1)) / 2), OUTER),
    "acot": (lambda x: mp.atan(1 / x) if x else mp.pi / 2, MODERATE + FAR + [HUGE]),
    "asech": (lambda x: mp.log((1 + mp.sqrt(1 - x * x)) / x) if 0 < x <= 1 else mpf("nan"),
              MODERATE + FAR + NEAR_ONE),
    "acsch": (pole_at_zero(lambda x: mp.asinh(1 / x)), MODERATE + FAR),
    "sind": (lambda x: mp.sinpi(x / 180), DEGREES),
    "cosd": (lambda x: mp.cospi(x / 180), DEGREES),
    "tand": (lambda x: mp.sinpi(x / 180) / mp.cospi(x / 180) if x % 180 != 90 else mpf("nan"),
             DEGREES),
    "factorial": (lambda x: gamma(x + 1), [*MODERATE, *FAR[:4], *POLES, 100, F(401, 2), 1000]),
    "binomial": (binomial, [(5, 2), (3, 5), (F(1, 2), 3), (-F(5, 2), F(9, 2)), (4, F(1, 3)),
                            (2, -1), (F(7, 2), F(11, 2)), (60, 30), (1000, F(1001, 2)), (-3, 2)]),
    "logit": (lambda x: mp.log(x / (1 - x)) if 0 < x < 1 else mpf("nan"),
              [*MODERATE, SMALL, F(1, 2), F(1, 2) + SMALL, 1 - SMALL, F(1, 4)]),
    "asinh1": (lambda x: 1 / mp.sqrt(1 + x * x), MODERATE + FAR),
    "asinht": (lambda x: x / mp.sqrt(1 + x * x), MODERATE + FAR),
    "acosh1": (lambda x: 1 / mp.sqrt(x * x - 1) if x > 1 else mpf("nan"), MODERATE + NEAR_ONE),
    "acosht": (lambda x: x / mp.sqrt(x * x - 1) if x > 1 else mpf("nan"), MODERATE + NEAR_ONE),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), PAIRS),
    "unit": (lambda x, y: x / mp.sqrt(x * x + y * y) if x or y else mpf(0), PAIRS),
    "erf": (mp.erf, [*MODERATE[:-1], *FAR[:4], 30]),
    "erfc": (mp.erfc, [*MODERATE[:-1], *FAR[:4], 30, 300]),
    "gamma": (gamma, MODERATE + FAR[:4] + POLES),
    "lgamma": (lgamma, [*MODERATE, *FAR[:4], *POLES, 1 + SMALL, 2 - SMALL, BIG]),
    "digamma": (lambda x: psi(x, 0), MODERATE + FAR[:4] + POLES),
    "beta": (beta, [p for p in PAIRS if BIG not in map(abs, p)] + [(F(-5, 2), F(1, 2))]),
    "sigmoid": (sigmoid, [*MODERATE, *FAR[:4], 500, -(10**6)]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), [*MODERATE, *FAR[:4], 30, -40]),
    "xlogy": (lambda a, b: a * mp.log(b) if a else mpf(0),
              [(F(1, 2), 2), (-3, F(1, 3)), (0, 2), (10**10, F(1, 10**300)), (2, 1)]),
    "logaddexp": (lambda a, b: mp.log(mp.exp(a) + mp.exp(b)),
                  [(1, 2), (F(1, 3), F(1, 3)), (1000, 1000), (50, -40), (-500, -501)]),
    "silu": (lambda x: x * sigmoid(x), [*MODERATE, *FAR[:4], -(10**6)]),
    "gelu": (lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, [*MODERATE, *FAR[:4], -30]),
    **{row.name: (row.f, list(row.exact)) for row in SPECIAL if not row.attributes},
}  # fmt: skip

FAMILIES: dict[str, tuple[Callable[..., Any], list[tuple[Any, ...]], list[Any]]] = {
    # name: (of the inputs and the attributes, attributes, points)
    "powers": (powers, [(j, k) for j in range(4) for k in range(3)],
               [(F(5, 2), F(7, 4)), (F(1, 3), -2), (2, 3), (SMALL, F(7, 2)), (10**20, F(1, 2))]),
    "sinc": (sinc, [(0,), (1,), (2,), (7,), (40,)],
             [0, F(1, 3), -2, SMALL, -TINY, F(39, 2), F(1, 10**6)]),
    "polygamma": (psi, [(1,), (2,), (9,)], [F(1, 3), 2, F(-5, 2), F(99, 2), SMALL, -2 + SMALL, -1]),
    "betas": (lambda a, b, j, k: mp.diff(beta, (a, b), (j, k)),
              [(1, 0), (0, 1), (1, 1), (2, 1)], [(F(5, 2), F(7, 4)), (3, F(1, 4))]),
    **{row.name: (row.f, list(row.attributes), list(row.exact)) for row in SPECIAL
       if row.attributes},
    "binomials": (lambda n, k, i, j: mp.diff(mp.binomial, (n, k), (i, j)),
                  [(1, 0), (0, 1), (1, 1), (2, 1)],
                  [(F(5, 2), F(7, 4)), (3, F(1, 4)), (F(-1, 3), F(5, 2))]),
}  # fmt: skip


def python_mod(a: Fraction, b: Fraction) -> Fraction:
    return a % b


EXACT: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "sign": lambda x: (x > 0) - (x < 0),
    "heaviside": lambda x: F(1, 2) if x == 0 else int(x > 0),
    "vanishes": lambda x: x == 0,
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "relu": lambda x: max(x, 0),
    "mod": python_mod,
    "max": max,
    "min": min,
    "clip": lambda x, lo, hi: min(max(x, lo), hi),
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "above": operator.gt,
    "ge": operator.ge,
    "eq": operator.eq,
    "ne": operator.ne,
}
LOGIC = {"and": lambda a, b: a and b, "or": lambda a, b: a or b, "not": lambda a: not a}
ARITHMETIC = {"add": operator.add, "sub": operator.sub, "mul": operator.mul, "neg": operator.neg,
              "div": operator.truediv, "pow": operator.pow}  # fmt: skip


def arity(name: str) -> int:
    return OPERATIONS[name].arity or 0


def test_every_row() -> None:
    scalar = {n for n, row in OPERATIONS.items() if row.partials} | CONDITIONS | {"where"}
    scalar -= {"alias", "flat"}  # their first input, as it is
    scalar -= {"remainder", "floordiv"}  # the library's, of doubles
    scalar -= {"unknown"}  # which has no value but 0: tests/engine/test_norms.py
    scalar -= {*OF_NUMBERS}  # test_special_in_balls
    assert scalar == {*ROWS, *FAMILIES, *EXACT, *LOGIC, "where"}


def arguments(point: Any) -> tuple[Any, ...]:
    return point if isinstance(point, tuple) else (point,)


def check_point(
    name: str, f: Callable[..., Any], point: tuple[Any, ...], attributes: tuple[Any, ...] = ()
) -> str | None:
    """What is wrong with a row at an exact point, at a low and at a high precision."""
    digits = MANY if any(0 < abs(abs(F(x)) - n) <= SMALL for x in point for n in (0, 1, 2)) or any(
        abs(F(x)) >= BIG for x in point) else DIGITS  # fmt: skip
    with mpmath.workdps(digits):
        expected = true_value(lambda *x: f(*x, *attributes), point)
        for bits in (BITS, 4000):
            found = computed(name, *point, attributes=attributes, bits=bits)
            if expected is None:
                if finite(found):
                    return f"{name}{attributes}{point} is undefined, not {found}"
            elif not finite(found):
                if bits > BITS:
                    return f"{name}{attributes}{point} has no bounds"
            elif outside(found, expected):
                return f"{name}{attributes}{point} is {mpmath.nstr(expected, 30)}, not {found}"
            elif bits > BITS:
                below, above = ends(found)
                if above - below > abs(expected) * mpf(10) ** -25:
                    return f"{name}{attributes}{point} is no better than {found}"
    return None


@pytest.mark.parametrize("name", ROWS)
def test_a_row_at_points(name: str) -> None:
    """The ball contains the true value, and is narrow at 4000 bits; no value, no bounds."""
    f, points = ROWS[name]
    wrong = [check_point(name, f, arguments(point)) for point in points]
    assert not any(wrong), "\n".join(filter(None, wrong))


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_at_points(name: str) -> None:
    f, every, points = FAMILIES[name]
    wrong = [check_point(name, f, arguments(point), a) for point in points for a in every]
    assert not any(wrong), "\n".join(filter(None, wrong))


@pytest.mark.parametrize("name", sorted({*EXACT, *ARITHMETIC}))
def test_exact_inputs_give_exact_outputs(name: str) -> None:
    """Of rationals, what is rational is the int or the Fraction that Python has."""
    python = EXACT.get(name) or ARITHMETIC[name]
    values = [0, 1, -1, 2, F(1, 2), F(-1, 2), F(5, 2), F(-7, 3), F(3, 10), 10**30, F(1, 10**30)]
    wrong = []
    for first in values:
        for second in values if arity(name) > 1 else [0]:
            point = (first, second, 2)[: arity(name)]
            if name == "pow" and not (F(second).denominator == 1 and abs(second) < 9):
                continue
            try:
                expected = python(*map(F, point)) if name != "pow" else F(first) ** int(second)
            except ZeroDivisionError:
                continue
            found = computed(name, *point)
            if not balls.rational(found) or found != expected:
                wrong.append(f"{name}{point} is {expected}, not {found!r}")
    assert not wrong, "\n".join(wrong)


# Balls as inputs: the result contains the value at each point of them.


def sampled(middle: Fraction, radius: Fraction) -> list[Fraction]:
    return [middle + radius * F(k, 4) for k in range(-4, 5)]


def wide(middle: Fraction, radius: Fraction) -> Any:
    """A ball that contains middle ± radius."""
    with balls.precision(200):
        return balls.ball(middle) + ARB(0, 1) * balls.ball(radius)


WIDE = [
    (F(0), F(1, 2)), (F(0), F(1, 10**20)), (F(1), F(1, 4)), (F(1), F(1)), (F(-1), F(1, 2)),
    (F(5, 2), F(1, 8)), (F(5, 2), F(1, 2)), (F(-5, 2), F(1, 100)), (F(7, 3), F(1, 5)),
    (F(-2), F(1, 10**9)), (F(3), F(4)), (F(22, 7), F(1, 50)), (F(20), F(1, 3)), (F(1, 10**9), F(1)),
]  # fmt: skip
NARROW = [w for w in WIDE if w[1] <= F(1, 2)]
WIDE_PAIRS = [(a, b) for a in WIDE[::2] for b in WIDE]


def check_wide(
    name: str, f: Callable[..., Any], spans: Sequence[tuple[Fraction, Fraction]],
    attributes: tuple[Any, ...] = (),
) -> str | None:  # fmt: skip
    """What is wrong with a row over balls."""
    found = computed(name, *[wide(*span) for span in spans], attributes=attributes)
    if not finite(found):
        return None
    corners = [sampled(*span) for span in spans]
    if len(spans) == 1:
        points = [(x,) for x in corners[0]]
    else:
        points = list(itertools.product(*[corner[::2] for corner in corners]))
    with mpmath.workdps(50):
        for point in points:
            expected = true_value(lambda *x: f(*x, *attributes), point)
            if expected is None:
                return f"{name}{attributes} over {spans} is {found}, but undefined at {point}"
            if outside(found, expected, abs(expected) * mpf(10) ** -30 + mpf(10) ** -40):
                return f"{name}{attributes} over {spans} is {found}, not {expected} at {point}"
    return None


ENTIRE = [
    "sin", "cos", "exp", "exp2", "expm1", "atan", "sinh", "cosh", "tanh", "sech", "asinh", "erf",
    "erfc", "sigmoid", "softplus", "silu", "gelu", "one_minus_square", "asinh1", "asinht", "neg",
    "abs", "cbrt", "relu", "add", "sub", "mul", "hypot", "max", "min", "logaddexp",
]  # fmt: skip


@pytest.mark.parametrize("name", ENTIRE)
def test_what_is_finite_everywhere_has_bounds_over_balls(name: str) -> None:
    for w in NARROW:
        found = computed(name, *[wide(*w)] * arity(name))
        assert finite(found), f"{name} over {w}"


@pytest.mark.parametrize("n", [0, 1, 2, 3, 8])
def test_powers_and_sinc_have_bounds_over_balls(n: int) -> None:
    for w in NARROW:
        assert finite(computed("pow", wide(*w), n)), f"**{n} over {w}"
        assert finite(computed("sinc", wide(*w), attributes=(n,))), f"sinc {n} over {w}"


# A ball that straddles the jump of over and unit is asked about first: see hodiff.arithmetic.kinks.
@pytest.mark.parametrize("name", [name for name in ROWS if name not in ("over", "unit")])
def test_a_row_over_balls(name: str) -> None:
    """Contains every value; has no bounds where part of the ball lies outside the domain."""
    f, _ = ROWS[name]
    spans: list[Any] = [(w,) for w in WIDE] if arity(name) == 1 else WIDE_PAIRS
    if OPERATIONS[name].special:  # mpmath takes its time
        spans = spans[:: 1 if lengths.LONG else 4 if arity(name) == 1 else 30]
    if arity(name) == 3:
        spans = [(*pair, (F(1, 2), F(1, 10))) for pair in WIDE_PAIRS[:: 5 if lengths.LONG else 15]]
    wrong = [check_wide(name, f, span) for span in spans]
    assert not any(wrong), "\n".join(filter(None, wrong))


@pytest.mark.parametrize("name", ["powers", "sinc", "polygamma"])
def test_a_family_over_balls(name: str) -> None:
    f, every, _ = FAMILIES[name]
    spans = [(w,) for w in WIDE] if arity(name) == 1 else WIDE_PAIRS[::3]
    every = every[:3] if name == "powers" else every
    wrong = [check_wide(name, f, span, a) for span in spans for a in every]
    assert not any(wrong), "\n".join(filter(None, wrong))


@pytest.mark.parametrize("name", EXACT)
def test_a_piecewise_row_over_balls(name: str) -> None:
    """Where it is decided, it is that at every point of the balls; else None, or no bounds."""
    n, python = arity(name), EXACT[name]
    spans = [(w,) for w in WIDE] if n == 1 else WIDE_PAIRS
    if n == 3:
        spans = [(*pair, (F(2), F(1, 7))) for pair in spans]
    wrong = []
    for span in spans:
        found = computed(name, *[wide(*s) for s in span])
        if found is None or not finite(found):
            continue
        corners = [sampled(*s)[:: 1 if n == 1 else 4] for s in span]
        points = [()]
        for corner in corners:
            points = [(*p, x) for p in points for x in corner]
        for point in points:
            try:
                expected = python(*point)
            except ZeroDivisionError:
                wrong.append(f"{name} over {span} is {found}, but undefined at {point}")
                continue
            if isinstance(expected, bool):
                if found is not expected:
                    wrong.append(f"{name} over {span} is {found}, not {expected} at {point}")
            elif outside(found, number(expected), mpf(10) ** -30):
                wrong.append(f"{name} over {span} is {found}, not {expected} at {point}")
    assert not wrong, "\n".join(wrong[:10])


def test_disjoint_balls_are_decided() -> None:
    one, two = wide(F(1), F(1, 10)), wide(F(2), F(1, 10))
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        for pair, points in (((one, two), (1, 2)), ((two, one), (2, 1)), ((one, 2), (1, 2))):
            assert computed(name, *pair) is EXACT[name](*points), name


def test_touching_and_overlapping_balls_are_left_open() -> None:
    one, near = wide(F(1), F(1, 10)), wide(F(11, 10), F(1, 10))
    for name in ("lt", "le", "gt", "ge", "eq", "ne"):
        for pair in ((one, near), (one, wide(F(1), F(1, 10))), (one, 1), (1, one)):
            assert computed(name, *pair) is None, name
        # The same ball twice is one node's number, whatever that is.
        assert computed(name, one, one) is (name in ("le", "ge", "eq")), name


def test_logic_of_what_is_open() -> None:
    """None stands for either; a result that both give is told."""
    for name, python in LOGIC.items():
        pairs = [(a, b) for a in (True, False, None) for b in (True, False, None)]
        for pair in pairs if arity(name) == 2 else [(a,) for a in (True, False, None)]:
            can_be = {
                bool(python(*choice))
                for choice in [
                    tuple(c[: len(pair)])
                    for c in [(a, b) for a in (True, False) for b in (True, False)]
                ]
                if all(p is None or p is c for p, c in zip(pair, choice, strict=True))
            }
            expected = can_be.pop() if len(can_be) == 1 else None
            assert computed(name, *pair) is expected, (name, pair)


def test_where_with_an_open_condition_has_no_bounds() -> None:
    assert computed("where", True, 1, 2) == 1
    assert computed("where", False, 1, 2) == 2
    assert not finite(computed("where", None, 1, 2))


def test_zero_times_what_is_no_number_is_none() -> None:
    nan = balls.nan()
    infinite = ARB("inf")
    for bad in (nan, infinite, ARB(0, "inf")):
        assert not finite(computed("mul", 0, bad))
        assert not finite(computed("mul", bad, 0))
        assert not finite(computed("div", 0, bad)) or bad is infinite
    assert not finite(computed("div", 0, wide(F(0), F(1))))


@pytest.mark.parametrize(("j", "k", "b", "expected"), [
    (0, 0, 3, 0), (1, 0, 3, 0), (2, 0, 3, 0), (3, 0, 3, 6), (4, 0, 3, 0), (1, 0, 1, 1),
    (0, 1, 2, 0), (0, 2, 2, 0), (1, 1, 2, 0), (0, 0, 0, 1), (1, 0, 0, 0), (0, 0, F(1, 2), 0),
    (1, 0, F(1, 2), None), (0, 1, 0, None), (1, 1, 1, None), (0, 0, -1, None),
])  # fmt: skip
def test_powers_of_zero(j: int, k: int, b: Any, expected: int | None) -> None:
    """Their limit from the right: x**b*log(x)**k goes to 0 for b > 0."""
    found = computed("powers", 0, b, attributes=(j, k)) if j + k else computed("pow", 0, b)
    if expected is None:
        assert not finite(found)
    else:
        assert finite(found) and not outside(found, mpf(expected))


@pytest.mark.parametrize("build", ["x**40*x**40*x**40", "(x*x*x*x)**30", "x**4000/x**3990"])
def test_exact_numbers_may_grow(build: str) -> None:
    problem = read(build, ["x=1/3"])
    with balls.precision(BITS):
        point = {problem.variables["x"]: F(1, 3)}
        (found,) = Program([problem.f], BALLS).results(point)
    exponents = {"x**40*x**40*x**40": 120, "(x*x*x*x)**30": 120, "x**4000/x**3990": 10}
    assert not outside(found, number(F(1, 3) ** exponents[build]))


def test_products_of_products_stay_bounded() -> None:
    """Each squares the one before: of x**(2**15) no digit is needed past the precision."""
    squares = "".join(f"a{i} = a{i - 1}*a{i - 1}; " for i in range(1, 16))
    problem = read(f"a0 = x; {squares}a15", ["x=1.1"])
    with balls.precision(BITS):
        (found,) = Program([problem.f], BALLS).results({problem.variables["x"]: F(11, 10)})
        size = found.numerator.bit_length() if balls.rational(found) else 0
    assert size < 20_000
    with mpmath.workdps(60):
        assert not outside(found, mpf("1.1") ** (2**15))


# Vectors.


def vector_value(text: str, **vectors: Any) -> Any:
    """EXPR at vectors given as exact numbers."""
    rows = {name: f"[{', '.join(map(str, v))}]" for name, v in vectors.items()}
    problem = read(text, [f"{name}={row}" for name, row in rows.items()])
    point = {problem.variables[n]: np.array([F(x) for x in v], object) for n, v in vectors.items()}
    with balls.precision(BITS):
        outputs = [problem.f, *derivatives.gradient(problem.f, problem.inputs)]
        return Program(outputs, BALLS).results(point)


VECTORS: dict[str, Callable[..., Any]] = {
    "sum(v)": mp.fsum,
    "mean(v)": lambda v: mp.fsum(v) / len(v),
    "prod(v)": mp.fprod,
    "norm(v)": lambda v: mp.sqrt(mp.fsum(x * x for x in v)),
    "logsumexp(v)": lambda v: mp.log(mp.fsum(map(mp.exp, v))),
    "dot(v, v)/2": lambda v: mp.fsum(x * x for x in v) / 2,
    "sum(exp(v)*v)": lambda v: mp.fsum(x * mp.exp(x) for x in v),
    "v[0]*v[-1] + v[1]**3": lambda v: v[0] * v[-1] + v[1] ** 3,
    "dot([[1, 2], [3, 1/3]] @ v[:2], v[1:3])":
        lambda v: (v[0] + 2 * v[1]) * v[1] + (3 * v[0] + v[1] / 3) * v[2],
}  # fmt: skip


@pytest.mark.parametrize("text", VECTORS)
@pytest.mark.parametrize("v", [
    [F(1, 3), F(-5, 2), 2], [1000, 1001, 999], [F(1, 10**30), 3, F(-1, 7)], [-1000, 1, 1000],
])  # fmt: skip
def test_vectors(text: str, v: list[Any]) -> None:
    """The value and the gradient."""
    with mpmath.workdps(1200):
        f, at = VECTORS[text], [number(x) for x in v]
        value, slopes = vector_value(text, v=v)
        assert not outside(value, f(at))
        for i, slope in enumerate(slopes):
            expected = mp.diff(lambda t, i=i: f([*at[:i], t, *at[i + 1 :]]), at[i])
            assert not outside(slope, expected, abs(expected) * mpf(10) ** -200), i


# Random expressions.

ONE = {
    "sin": mp.sin, "cos": mp.cos, "tan": mp.tan, "exp": mp.exp, "log": mp.log, "sqrt": mp.sqrt,
    "atan": mp.atan, "tanh": mp.tanh, "sinh": mp.sinh, "cosh": mp.cosh, "asinh": mp.asinh,
    "asin": mp.asin, "acosh": mp.acosh, "atanh": mp.atanh, "log1p": mp.log1p, "expm1": mp.expm1,
    "erf": mp.erf, "sigmoid": sigmoid, "cbrt": cbrt, "abs": abs, "sinc": mp.sinc,
    "softplus": lambda x: mp.log1p(mp.exp(x)), "relu": lambda x: max(x, mpf(0)),
    "silu": lambda x: x * sigmoid(x), "digamma": mp.digamma,
}  # fmt: skip
TWO = {
    "max": max, "min": min, "atan2": mp.atan2, "hypot": mp.hypot,
    "log": lambda x, b: mp.log(x) / mp.log(b),
}  # fmt: skip
INFIX = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}

Expression = tuple[str, Callable[[Any, Any], Any]]  # the text, and what mpmath computes of x, y


def real(f: Callable[..., Any], *values: Any) -> Any:
    found = f(*values)
    if isinstance(found, mpmath.mpc) or not mpmath.isfinite(found) or abs(found) > mpf(10) ** 300:
        raise ValueError
    return found


def called(name: str, a: Expression) -> Expression:
    return f"{name}({a[0]})", lambda x, y: real(ONE[name], a[1](x, y))


def called_on_two(name: str, a: Expression, b: Expression) -> Expression:
    return f"{name}({a[0]}, {b[0]})", lambda x, y: real(TWO[name], a[1](x, y), b[1](x, y))


def joined(sign: str, a: Expression, b: Expression) -> Expression:
    return f"({a[0]} {sign} {b[0]})", lambda x, y: real(INFIX[sign], a[1](x, y), b[1](x, y))


def raised(a: Expression, n: Fraction) -> Expression:
    """a**n, of a > 0 where n is no integer: mpmath would go on in complex numbers."""
    power_ = int(n) if n.denominator == 1 else n

    def f(x: Any, y: Any) -> Any:
        return real(lambda v: v ** (power_ if n.denominator == 1 else number(n)), a[1](x, y))

    return f"({a[0]})**({n})", f


LEAVES = st.one_of(
    st.just(("x", lambda x, y: x)),
    st.just(("y", lambda x, y: y)),
    st.fractions(-5, 5, max_denominator=20).map(lambda c: (f"({c})", lambda x, y: number(c))),
)
EXPONENTS = st.sampled_from([F(2), F(3), F(-1), F(-2), F(1, 2), F(-3, 2), F(1, 3)])
EXPRESSIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(called, st.sampled_from(sorted(ONE)), inner),
        st.builds(called_on_two, st.sampled_from(sorted(TWO)), inner, inner),
        st.builds(joined, st.sampled_from(sorted(INFIX)), inner, inner),
        st.builds(raised, inner, EXPONENTS),
    ),
    max_leaves=7,
)
POINTS = st.fractions(-4, 4, max_denominator=30)


def on_a_tie(node: Any, values: dict[int, Any]) -> bool:
    """Whether a piecewise operation may sit between its pieces, as kinks.py would ask."""
    inputs = [values[id(x)] for x in node.inputs]
    return not all(map(finite, inputs)) or node.operation.jumps.ties(BALLS, *inputs) is not False


@given(expression=EXPRESSIONS, x=POINTS, y=POINTS)
@settings(max_examples=examples(300), deadline=None)
def test_random_expressions(expression: Expression, x: Fraction, y: Fraction) -> None:
    """The value and both slopes lie in their balls."""
    text, f = expression
    problem = read(text, [f"x={x}", f"y={y}"])
    with mpmath.workdps(60):
        at = number(x), number(y)
        try:
            expected = mpf(f(*at))
        except UNDEFINED:
            expected = None
        outputs = [problem.f, *derivatives.gradient(problem.f, problem.inputs)]
        point = {problem.variables["x"]: x, problem.variables["y"]: y}
        program = Program(outputs, BALLS)
        with balls.precision(150):
            values = program.values(point)
            tied = any(node.operation.jumps and on_a_tie(node, values) for node in program.order)
        value, *slopes = [values[id(y)] for y in outputs]
        if expected is None:
            return
        if finite(value):
            assert not outside(value, expected, abs(expected) * mpf(10) ** -25 + mpf(10) ** -40)
        for i, slope in enumerate(slopes):
            if tied or not finite(slope):
                continue

            def along(t: Any, i: int = i) -> Any:
                return f(t, at[1]) if i == 0 else f(at[0], t)

            try:
                two = [mp.diff(along, at[i], direction=side) for side in (-1, 1)]
            except UNDEFINED:
                continue
            rough = max(map(abs, two)) * mpf(10) ** -15 + mpf(10) ** -30
            assume(abs(two[0] - two[1]) <= rough)  # a pole nearby
            assert not outside(slope, two[0], 2 * rough), f"d/d{'xy'[i]}"
