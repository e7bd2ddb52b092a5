"""Taylor series in doubles, arrays and balls, to order 12 and far past it, against mpmath."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from mpmath import mp

import hodiff
from hodiff.arithmetic import ball_numbers as balls
from hodiff.arithmetic.arrays import ARRAYS as arrays
from hodiff.arithmetic.balls import BALLS
from hodiff.arithmetic.floats import FLOATS as floats
from hodiff.arithmetic.program import Program
from hodiff.arithmetic.special import OF_NUMBERS
from hodiff.derivatives import gradient
from hodiff.derivatives import nth as nested
from hodiff.derivatives.series import NoSeries
from hodiff.derivatives.taylor import Component, Directional, Implicit, Partials
from hodiff.engine.graph import OPERATIONS, Tensor, variable
from hodiff.engine.operations import FUNCTIONS
from hodiff.language.problem import read
from tests import special_functions
from tests.derivatives import higher_series

ORDER = 12
DIGITS = 30  # of the reference
CLOSE = 1e-12  # relative, of a coefficient in doubles
ZERO = 1e-25  # what mpmath leaves of a coefficient that is 0


def relu(x: Any) -> Any:
    return max(x, mp.mpf(0))


def sigmoid(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def nearest(x: Any) -> Any:
    return mp.nint(x)


def smooth_sinc(x: Any) -> Any:
    return mp.sinc(x) if x else mp.mpf(1)


def psi_of(n: int) -> Callable[[Any], Any]:
    return lambda x: mp.polygamma(n, x)


# Each function of the language: how it is called, what it is, and where it moves: the point, and
# the direction of each variable.
One = list[str]
SINGLE: dict[str, tuple[Callable[[Any], Any], One]] = {
    "sqrt": (mp.sqrt, ["2", "1/9", "1e6", "1/1048576"]),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), ["2", "-3", "1/32"]),
    "exp": (mp.exp, ["0", "-3", "5/2", "-40"]),
    "exp2": (lambda x: mp.mpf(2) ** x, ["0", "1/4", "-7"]),
    "expm1": (mp.expm1, ["0", "1/8", "-30"]),
    "log2": (lambda x: mp.log(x, 2), ["1", "3/4", "100"]),
    "log10": (lambda x: mp.log(x, 10), ["1", "3/4", "1000"]),
    "log1p": (mp.log1p, ["0", "-1/2", "3", "-1023/1024"]),
    "ln": (mp.log, ["1", "3/4", "1e5"]),
    "sin": (mp.sin, ["0", "1", "-20"]),
    "cos": (mp.cos, ["0", "1", "-20"]),
    "tan": (mp.tan, ["0", "1", "-3/2"]),
    "sec": (mp.sec, ["0", "1", "-5/4"]),
    "csc": (mp.csc, ["1", "-2", "1/4"]),
    "cot": (mp.cot, ["1", "-2", "1/4"]),
    "asin": (mp.asin, ["0", "1/2", "-15/16"]),
    "arcsin": (mp.asin, ["-1/4"]),
    "acos": (mp.acos, ["0", "1/2", "-15/16"]),
    "arccos": (mp.acos, ["-1/4"]),
    "atan": (mp.atan, ["0", "1", "-5", "40"]),
    "arctan": (mp.atan, ["-1/4"]),
    "sinh": (mp.sinh, ["0", "1", "-2"]),
    "cosh": (mp.cosh, ["0", "1", "-2"]),
    "tanh": (mp.tanh, ["0", "1", "-2", "20"]),
    "sech": (mp.sech, ["0", "1", "-20"]),
    "csch": (mp.csch, ["1", "-2", "1/4"]),
    "coth": (mp.coth, ["1", "-2", "1/4"]),
    "asinh": (mp.asinh, ["0", "1", "-5"]),
    "arcsinh": (mp.asinh, ["1/4"]),
    "acosh": (mp.acosh, ["2", "9/8", "30"]),
    "arccosh": (mp.acosh, ["3/2"]),
    "atanh": (mp.atanh, ["0", "1/2", "-15/16"]),
    "arctanh": (mp.atanh, ["1/4"]),
    "erf": (mp.erf, ["0", "1", "-2"]),
    "erfc": (mp.erfc, ["0", "3", "-1"]),
    "gamma": (mp.gamma, ["1", "5/2", "-1/2"]),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))), ["3", "1", "-3/2"]),
    "digamma": (mp.digamma, ["1", "5/2", "-1/2"]),
    "trigamma": (psi_of(1), ["5/2"]),
    "sigmoid": (sigmoid, ["0", "2", "-3", "30"]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), ["0", "2", "-3"]),
    "silu": (lambda x: x * sigmoid(x), ["0", "2", "-3"]),
    "gelu": (lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, ["0", "1", "-2"]),
    "abs": (abs, ["2", "-1/4"]),
    "sign": (mp.sign, ["2", "-1/4"]),
    "relu": (relu, ["2", "-1/4"]),
    "floor": (mp.floor, ["5/2", "-1/4"]),
    "ceil": (mp.ceil, ["5/2", "-1/4"]),
    "round": (nearest, ["9/4", "-1/4"]),
    "sinc": (smooth_sinc, ["0", "1", "-1/4", "7"]),
    "asec": (mp.asec, ["2", "-3/2"]),
    "acsc": (mp.acsc, ["2", "-3/2"]),
    "acot": (mp.acot, ["2", "-1/4"]),
    "asech": (mp.asech, ["1/2", "1/8"]),
    "acsch": (mp.acsch, ["2", "-1/4"]),
    "acoth": (mp.acoth, ["2", "-3/2"]),
    "sind": (lambda x: mp.sin(x * mp.pi / 180), ["30", "-71"]),
    "cosd": (lambda x: mp.cos(x * mp.pi / 180), ["30", "-71"]),
    "tand": (lambda x: mp.tan(x * mp.pi / 180), ["0", "45", "-71"]),
    "asind": (lambda x: mp.degrees(mp.asin(x)), ["0", "1/2"]),
    "acosd": (lambda x: mp.degrees(mp.acos(x)), ["0", "1/2"]),
    "atand": (lambda x: mp.degrees(mp.atan(x)), ["0", "-2"]),
    "radians": (mp.radians, ["3"]),
    "degrees": (mp.degrees, ["3"]),
    "factorial": (mp.factorial, ["0", "3/2", "-3/2"]),
    "logit": (lambda x: mp.log(x / (1 - x)), ["1/2", "1/8", "15/16"]),
    "heaviside": (lambda x: (1 + mp.sign(x)) / 2, ["2", "-1/4"]),
}  # fmt: skip
# In several arguments: written in x, where x, and what y becomes of x there.
COMBINED: dict[str, list[tuple[str, Callable[[Any], Any], One]]] = {
    "log": [("log(x)", mp.log, ["2"]),
            ("log(x, 3)", lambda x: mp.log(x) / mp.log(3), ["2", "1/4"]),
            ("log(3, x)", lambda x: mp.log(3) / mp.log(x), ["2", "1/4"]),
            ("log(x, 2+x)", lambda x: mp.log(x) / mp.log(2 + x), ["2", "1/4"])],
    "atan2": [("atan2(x, 2)", lambda x: mp.atan2(x, 2), ["0", "1", "-3"]),
              ("atan2(2, x)", lambda x: mp.atan2(2, x), ["0", "1", "-3"]),
              ("atan2(x, -1)", lambda x: mp.atan2(x, -1), ["1", "-3"]),
              ("atan2(1 + x, 2 - 3*x)", lambda x: mp.atan2(1 + x, 2 - 3 * x), ["0", "2/3", "3"])],
    "arctan2": [("arctan2(x, x**2)", lambda x: mp.atan2(x, x**2), ["1", "-2"])],
    "hypot": [("hypot(x, 2)", lambda x: mp.hypot(x, 2), ["0", "1", "-3"]),
              ("hypot(3, x)", lambda x: mp.hypot(3, x), ["0", "1", "-3"]),
              ("hypot(1 + x, 2 - x)", lambda x: mp.hypot(1 + x, 2 - x), ["0", "2", "-1"]),
              ("hypot(x, x**2)", lambda x: mp.hypot(x, x**2), ["2", "-1"])],
    "max": [("max(x, 1 - x)", lambda x: max(x, 1 - x), ["0", "2"]),
            ("max(x, x**2, 3*x**3)", lambda x: max(x, x**2, 3 * x**3), ["1/2", "2", "-1/4"])],
    "min": [("min(x, 1 - x)", lambda x: min(x, 1 - x), ["0", "2"]),
            ("min(exp(x), 2, x + 3)", lambda x: min(mp.exp(x), 2, x + 3), ["0", "2", "-4"])],
    "mod": [("mod(x, 3)", lambda x: x - 3 * mp.floor(x / 3), ["2", "-1/4", "7"]),
            ("mod(7, x)", lambda x: 7 - x * mp.floor(7 / x), ["2", "3/2"]),
            ("mod(x**2, x + 1)", lambda x: x**2 - (x + 1) * mp.floor(x**2 / (x + 1)), ["2", "5"])],
    "where": [("where(x < 1, sin(x), x**2)", lambda x: mp.sin(x) if x < 1 else x**2, ["0", "2"]),
              ("where(x > 1, log(x), 1/(x - 3))",
               lambda x: mp.log(x) if x > 1 else 1 / (x - 3), ["1/2", "2"])],
    "clip": [("clip(x, -1, 1)", lambda x: min(max(x, mp.mpf(-1)), mp.mpf(1)), ["0", "2", "-3"]),
             ("clip(1, x, x**2)", lambda x: min(max(mp.mpf(1), x), x**2), ["2", "3/2"])],
    "beta": [("beta(x, 2)", lambda x: mp.beta(x, 2), ["1", "3/2", "-1/2"]),
             ("beta(3, x)", lambda x: mp.beta(3, x), ["1", "5/2"]),
             ("beta(x, 2*x)", lambda x: mp.beta(x, 2 * x), ["1", "3/4"]),
             ("beta(1 + x, 2 - x)", lambda x: mp.beta(1 + x, 2 - x), ["0", "1/2"])],
    "polygamma": [("polygamma(0, x)", psi_of(0), ["1", "5/2"]),
                  ("polygamma(1, x)", psi_of(1), ["1", "5/2", "-1/2"]),
                  ("polygamma(3, x)", psi_of(3), ["1", "5/2"])],
    "atan2d": [("atan2d(x, 2)", lambda x: mp.degrees(mp.atan2(x, 2)), ["1", "-3"])],
    # Others lose digits in doubles: see test_series.
    "binomial": [("binomial(x, 3)", lambda x: x * (x - 1) * (x - 2) / 6, ["0", "1", "-2"])],
    "rising": [("rising(x, 3)", lambda x: x * (x + 1) * (x + 2), ["0", "-1"])],
    "falling": [("falling(x, 3)", lambda x: x * (x - 1) * (x - 2), ["0", "4"])],
    "piecewise": [("piecewise(x < 0, -x, x < 2, x**2, exp(x))",
                   lambda x: -x if x < 0 else x**2 if x < 2 else mp.exp(x), ["-1", "1", "3"])],
    "softmax": [("softmax([x, 1, x**2])[0]",
                 lambda x: mp.exp(x) / (mp.exp(x) + mp.e + mp.exp(x**2)), ["0", "2"])],
    "logsoftmax": [("logsoftmax([x, 1, x**2])[0]",
                    lambda x: x - mp.log(mp.exp(x) + mp.e + mp.exp(x**2)), ["0", "2"])],
    "cross": [("cross([x, 1, x**2], [1, sin(x), 2])[2]", lambda x: x * mp.sin(x) - 1, ["0", "2"])],
    "det": [("det([[x, 1], [sin(x), x**2]])", lambda x: x**3 - mp.sin(x), ["0", "2"])],
    "inv": [("inv([[x, 1], [sin(x), x**2]])[0, 0]", lambda x: x**2 / (x**3 - mp.sin(x)), ["2"])],
    "trace": [("trace([[x, 1], [0, sin(x)]])", lambda x: x + mp.sin(x), ["0", "2"])],
    "sinc": [("sinc(x, 1)", lambda x: mp.cos(x) / x - mp.sin(x) / x**2, ["1", "-3"])],
    "sum": [("sum([x, x**2, sin(x)])", lambda x: x + x**2 + mp.sin(x), ["0", "2"])],
    "mean": [("mean([x, x**2, sin(x)])", lambda x: (x + x**2 + mp.sin(x)) / 3, ["0", "2"])],
    "prod": [("prod([x, x**2, sin(x)])", lambda x: x**3 * mp.sin(x), ["0", "2"])],
    "dot": [("dot([x, exp(x)], [x**2, sin(x)])", lambda x: x**3 + mp.exp(x) * mp.sin(x),
             ["0", "2"])],
    "norm": [("norm([x, 1 - x, x**2])", lambda x: mp.sqrt(x**2 + (1 - x) ** 2 + x**4),
              ["0", "2", "-1"])],
    "logsumexp": [("logsumexp([x, 1 - x, x**2])",
                   lambda x: mp.log(mp.exp(x) + mp.exp(1 - x) + mp.exp(x**2)), ["0", "2", "-1"])],
    # Operators.
    "pow": [("x**2.5", lambda x: x ** mp.mpf("2.5"), ["2", "1/4"]),
            ("x**-3", lambda x: x**-3, ["2", "-1/4"]),
            ("x**7", lambda x: x**7, ["0", "2", "-1/4"]),
            ("2**x", lambda x: mp.mpf(2) ** x, ["0", "2", "-3"]),
            ("x**x", lambda x: x**x, ["1", "2", "1/4"]),
            ("(1 + x)**(2 - x)", lambda x: (1 + x) ** (2 - x), ["0", "2", "-1/4"]),
            ("x**(1/3)", lambda x: x ** (mp.mpf(1) / 3), ["1", "8"])],
    "div": [("1/x", lambda x: 1 / x, ["2", "-1/4"]),
            ("x/(1 + x**2)", lambda x: x / (1 + x**2), ["0", "2", "-1/4"])],
    "mul": [("x*sin(x)*exp(x)", lambda x: x * mp.sin(x) * mp.exp(x), ["0", "2"])],
    "sub": [("1 - x - x**2", lambda x: 1 - x - x**2, ["0", "2"])],
    "add": [("x + x**2", lambda x: x + x**2, ["0", "2"])],
    "neg": [("-x**3", lambda x: -(x**3), ["0", "2"])],
    **{row.name: list(row.series) for row in special_functions.ROWS if row.series},
}  # fmt: skip
# Rows that only rules use, by what their comments say they are.
RULES: dict[str, tuple[Callable[..., Tensor], Callable[[Any], Any], One]] = {
    "one_minus_square": (lambda x: OPERATIONS["one_minus_square"](x), lambda x: 1 - x**2,
                         ["0", "2", "1"]),
    "turn": (lambda x: OPERATIONS["turn"](1 + x, 2 - x),
             lambda x: (1 + x) / ((1 + x) ** 2 + (2 - x) ** 2), ["0", "2", "-1"]),
    "asinh1": (lambda x: OPERATIONS["asinh1"](x), lambda x: 1 / mp.sqrt(1 + x**2), ["0", "2"]),
    "asinht": (lambda x: OPERATIONS["asinht"](x), lambda x: x / mp.sqrt(1 + x**2), ["0", "2"]),
    "acosh1": (lambda x: OPERATIONS["acosh1"](x), lambda x: 1 / mp.sqrt(x**2 - 1), ["3/2", "2"]),
    "acosht": (lambda x: OPERATIONS["acosht"](x), lambda x: x / mp.sqrt(x**2 - 1), ["3/2", "2"]),
    "unit": (lambda x: OPERATIONS["unit"](x, 1 + x),
             lambda x: x / mp.sqrt(x**2 + (1 + x) ** 2), ["0", "2", "-1"]),
    "over": (lambda x: OPERATIONS["over"](x, 1 + x**2), lambda x: x / (1 + x**2), ["0", "2"]),
    "logaddexp": (lambda x: OPERATIONS["logaddexp"](x, 1 - 2 * x),
                  lambda x: mp.log(mp.exp(x) + mp.exp(1 - 2 * x)), ["0", "2", "-1"]),
    "xlogy": (lambda x: OPERATIONS["xlogy"](x, 1 + x**2), lambda x: x * mp.log(1 + x**2),
              ["2", "-1", "1/4"]),
    "powers": (lambda x: OPERATIONS["powers"](x, 1 + x, 1, 0),
               lambda x: (1 + x) * x**x, ["2"]),
    "alias": (lambda x: mul(OPERATIONS["alias"](x), x), lambda x: x * x, ["0", "2"]),
    "flat": (lambda x: mul(OPERATIONS["flat"](x, x + 1), x), lambda x: x * x, ["0", "2"]),
}  # fmt: skip
mul = OPERATIONS["mul"]
FLAT = {"constant", "variable", "data", "pi", "e", "lt", "le", "gt", "ge", "eq", "ne", "and", "or",
        "not"}  # fmt: skip


@cache
def reference(key: str, at: str) -> list[Any]:
    return coefficients(FOUND[key][1], Fraction(at), ORDER + 1)


def coefficients(f: Callable[[Any], Any], at: Fraction | int, order: int) -> list[Any]:
    """The Taylor coefficients, from differences, which mpmath takes with as many digits more as
    they lose. It wants numbers near 1: t is counted in steps of x, f in f(x)."""
    with mp.workdps(DIGITS):
        step, size = abs(now(at)) or mp.mpf(1), abs(f(now(at))) or mp.mpf(1)

        def moved(s: Any) -> Any:
            return f(now(at) + (abs(now(at)) or 1) * s) / size

        found = mp.taylor(moved, 0, order)
        return [c * size / step**k if abs(c) > ZERO else 0 * c for k, c in enumerate(found)]


def now(q: Fraction | int) -> Any:
    """In mpmath's precision of the moment."""
    return mp.mpf(q.numerator) / q.denominator


def cases() -> dict[str, tuple[Callable[[Tensor], Tensor], Callable[[Any], Any], One]]:
    found: dict[str, Any] = {}
    for name, (f, at) in SINGLE.items():
        found[f"{name}(x)"] = (None, f, at)
    for forms in [*COMBINED.values(), *higher_series.tried()]:
        for text, f, at in forms:
            found[text] = (None, f, at)
    for name, (build, f, at) in RULES.items():
        found[name] = (build, f, at)
    return found


FOUND = cases()


@cache
def graph(key: str) -> tuple[Tensor, Tensor]:
    """f and its x."""
    build = FOUND[key][0]
    if build is not None:
        x = variable("x")
        return build(x), x
    problem = read(key, ["x=1"])
    return problem.f, problem.inputs[0]


@cache
def line(key: str, order: int = ORDER) -> tuple[Directional, Tensor]:
    f, x = graph(key)
    return Directional(f, {x: 1}, order), x


def sizes(expected: Sequence[Any]) -> list[float]:
    """How large each coefficient is, or would be without a chance cancellation: the mean of its
    neighbours."""
    c = [abs(float(e)) for e in expected]
    return [c[0]] + [max(b, math.sqrt(a * d)) for a, b, d in zip(c, c[1:], c[2:], strict=False)]


def assert_close(got: Sequence[Any], expected: Sequence[Any], rel: float = CLOSE) -> None:
    """Each coefficient of got; expected goes one further."""
    assert len(got) == len(expected) - 1
    for k, (c, e, size) in enumerate(zip(got, expected, sizes(expected), strict=False)):
        if abs(e) <= 1e-20 * size:
            assert abs(float(c)) <= rel * size, f"order {k}: {c!r} for 0"
        else:
            assert abs(float(c) - float(e)) <= rel * size, f"order {k}: {c!r} for {e}"


def test_every_row_has_a_reference() -> None:
    named = set(SINGLE) | set(COMBINED) | set(higher_series.CASES) | higher_series.PAIRED
    built = {f.build for name, f in FUNCTIONS.items() if name in named}
    assert {n for n, f in FUNCTIONS.items() if f.build not in built} == higher_series.NESTED
    elementwise = {n for n, o in OPERATIONS.items() if o.partials}
    elementwise -= {*OF_NUMBERS}
    assert elementwise - named - set(RULES) - FLAT == {
        *("betas", "binomials", "remainder", "floordiv", "unknown"),
        *(row.name for row in special_functions.ROWS if not row.series),
    }


def test_what_leads_ever_further_is_refused_at_once() -> None:
    x = variable("x")
    with pytest.raises(NoSeries):
        Directional(OPERATIONS["betas"](x, 2 + x, 1, 0), {x: 1}, ORDER).series  # noqa: B018


VAST = ("powers",)  # once is enough
POINTS = [(key, at) for key, (_, _, points) in FOUND.items() for at in points]


@pytest.mark.parametrize("key, at", POINTS)
def test_one_point(key: str, at: str) -> None:
    f, x = line(key)
    on = arrays if "[" in key else floats
    assert_close(f.coefficients({x: float(Fraction(at))}, on), reference(key, at))


@pytest.mark.parametrize("key", [k for k in FOUND if "[" not in k and k not in VAST])
def test_several_points_at_once(key: str) -> None:
    f, x = line(key)
    points = FOUND[key][2]
    found = f.coefficients({x: np.array([float(Fraction(at)) for at in points])}, arrays)
    for i, at in enumerate(points):
        assert_close([np.broadcast_to(c, len(points))[i] for c in found], reference(key, at))


@pytest.mark.parametrize("key, at", [p for p in POINTS if p[0] not in VAST])
def test_balls_hold_the_coefficient(key: str, at: str) -> None:
    f, x = line(key)
    with balls.precision(200):
        found = f.coefficients({x: rational(at)}, BALLS)
        assert_held(found, reference(key, at))


def rational(at: str) -> int | Fraction:
    """Exact, and an int where it can be, as the language has it."""
    x = Fraction(at)
    return x.numerator if x.denominator == 1 else x


def assert_held(found: Sequence[Any], expected: Sequence[Any], places: float = 1e-24) -> None:
    """Each ball contains the coefficient, of which mpmath gives some places, and is narrow."""
    for k, (c, e, size) in enumerate(
        zip(map(balls.ball, found), expected, sizes(expected), strict=False)
    ):
        with mp.workdps(60):
            mid, rad = (mp.mpf(v.str(55, radius=False)) for v in (c.mid(), c.rad()))
            assert abs(mid - e) <= rad + places * max(size, ZERO), f"order {k}: {c} for {e}"
            assert rad <= 1e-40 * max(size, ZERO), f"order {k}: {c}"


# Two arguments along lines.
DIRECTIONS = [(1, 0), (0, 1), (1, -2), (3, 2)]
TWO: dict[str, tuple[Callable[[Any, Any], Any], list[tuple[str, str]]]] = {
    "atan2(x, y)": (mp.atan2, [("1", "2"), ("-1", "-3"), ("0", "2"), ("3", "0")]),
    "hypot(x, y)": (mp.hypot, [("1", "2"), ("-1", "-3"), ("0", "2")]),
    "x**y": (lambda x, y: x**y, [("1", "2"), ("3/2", "-3/4"), ("2", "0")]),
    "beta(x, y)": (mp.beta, [("1", "2"), ("3/2", "1/4")]),
    "max(x, y)": (max, [("1", "2"), ("-1", "-3")]),
    "min(x, y, x*y)": (lambda x, y: min(x, y, x * y), [("1", "3"), ("-1", "-3"), ("-1", "2")]),
    "mod(x, y)": (lambda x, y: x - y * mp.floor(x / y), [("7", "3"), ("-7", "3/2"), ("5", "-3")]),
    "log(x, y)": (lambda x, y: mp.log(x) / mp.log(y), [("1", "2"), ("3", "1/4")]),
    "where(x < y, x*y, exp(x)/y)": (lambda x, y: x * y if x < y else mp.exp(x) / y,
                                    [("1", "2"), ("-1", "-3")]),
    "x/y": (lambda x, y: x / y, [("1", "2"), ("0", "-3")]),
    "x*y**2": (lambda x, y: x * y**2, [("1", "2"), ("0", "0")]),
    "clip(x, y, y + 1)": (lambda x, y: min(max(x, y), y + 1), [("1", "2"), ("-1", "-3/2")]),
    "polygamma(1, x + y)*gamma(x)": (lambda x, y: mp.polygamma(1, x + y) * mp.gamma(x),
                                     [("1", "2")]),
    "sinc(x*y)": (lambda x, y: smooth_sinc(x * y), [("1", "2"), ("0", "1")]),
}  # fmt: skip


@pytest.mark.parametrize("u, v", DIRECTIONS)
@pytest.mark.parametrize("key, x0, y0", [(k, *at) for k, (_, where) in TWO.items() for at in where])
def test_two_arguments_along_lines(key: str, x0: str, y0: str, u: int, v: int) -> None:
    problem = read(key, ["x=1", "y=1"])
    x, y = problem.inputs
    f = Directional(problem.f, {x: u, y: v}, 8)
    point = {x: rational(x0), y: rational(y0)}
    a, b = point.values()
    expected = coefficients(lambda t: TWO[key][0](now(a) + u * t, now(b) + v * t), 0, 9)
    assert_close(f.coefficients({w: float(n) for w, n in point.items()}, floats), expected)
    with balls.precision(200):
        assert_held(f.coefficients(point, BALLS), expected)


def test_a_line_in_a_direction_of_two_is_scaled() -> None:
    """f(x + 2*t) has the coefficients of f(x + t) times 2**k, to the last bit."""
    x = variable("x")
    for f in (OPERATIONS["exp"](x), OPERATIONS["gamma"](x), OPERATIONS["erf"](x)):
        once, twice = (Directional(f, {x: n}, 20).coefficients({x: 1.25}, floats) for n in (1, 2))
        assert twice == [c * 2**k for k, c in enumerate(once)]


# Functions of arrays along a direction: entry by entry.
A = [["2", "-1/2", "1"], ["1/4", "3", "-1"], ["1", "1/2", "4"]]
V = [["1", "1/4", "-1/2"], ["1/2", "-1", "1"], ["-1/4", "1", "1/2"]]
W = ["1/2", "-2", "5/4", "3"]
U = ["1", "-1/2", "2", "1/4"]


def symmetric(a: Any) -> Any:
    return a + a.T


def total(xs: Any) -> Any:
    return mp.fsum(xs)


def spread(xs: Any, lost: int) -> Any:
    m = total(xs) / len(xs)
    return total((x - m) ** 2 for x in xs) / (len(xs) - lost)


def entries(m: Any) -> list[Any]:
    return [m[i, j] for i in range(m.rows) for j in range(m.cols)]


def gone(xs: list[Any]) -> list[Any]:
    s = total(mp.exp(x) for x in xs)
    return [mp.exp(x) / s for x in xs]


def running(xs: list[Any], join: Callable[[Any, Any], Any]) -> list[Any]:
    found = xs[:1]
    for x in xs[1:]:
        found.append(join(found[-1], x))
    return found


Rule = tuple[Callable[[Tensor], Tensor], Callable[[Any], list[Any]]]
VECTORS: dict[str, Rule] = {
    "norm": (hodiff.norm, lambda x: [mp.sqrt(total(v**2 for v in x))]),
    "norm 1": (lambda x: hodiff.norm(x, 1), lambda x: [total(abs(v) for v in x)]),
    "norm 3": (
        lambda x: hodiff.norm(x, 3),
        lambda x: [total(abs(v) ** 3 for v in x) ** (mp.mpf(1) / 3)],
    ),
    "norm inf": (lambda x: hodiff.norm(x, math.inf), lambda x: [max(abs(v) for v in x)]),
    "logsumexp": (lambda x: hodiff.logsumexp(x, 0), lambda x: [mp.log(total(map(mp.exp, x)))]),
    "softmax": (lambda x: hodiff.softmax(x, 0), gone),
    "log_softmax": (lambda x: hodiff.log_softmax(x, 0), lambda x: [mp.log(p) for p in gone(x)]),
    "prod": (hodiff.prod, lambda x: [mp.fprod(x)]),
    "cumsum": (lambda x: hodiff.cumsum(x, 0), lambda x: running(x, lambda a, b: a + b)),
    "cumprod": (lambda x: hodiff.cumprod(x, 0), lambda x: running(x, lambda a, b: a * b)),
    "sort": (lambda x: hodiff.sort(x**3)[0], lambda x: sorted(v**3 for v in x)),
    "max": (lambda x: hodiff.max(x * x), lambda x: [max(v * v for v in x)]),
    "min": (lambda x: hodiff.min(x * x), lambda x: [min(v * v for v in x)]),
    "std": (hodiff.std, lambda x: [mp.sqrt(spread(x, 1))]),
    "var": (lambda x: hodiff.var(x, correction=0), lambda x: [spread(x, 0)]),
    "mean of exp": (lambda x: hodiff.exp(x).mean(), lambda x: [total(map(mp.exp, x)) / 4]),
    "slices": (
        lambda x: x[1:] * x[:-1] + x[0],
        lambda x: [b * a + x[0] for a, b in itertools.pairwise(x)],
    ),
    "outer": (
        lambda x: hodiff.outer(x, hodiff.sin(x)),
        lambda x: [a * mp.sin(b) for a in x for b in x],
    ),
    "where": (
        lambda x: hodiff.where(x > 0, hodiff.log(abs(x)), x**2),
        lambda x: [mp.log(v) if v > 0 else v**2 for v in x],
    ),
    "einsum": (
        lambda x: hodiff.einsum("i,j,i->j", x, x, x),
        lambda x: [total(v * v for v in x) * w for w in x],
    ),
    "a reshaped product": (
        lambda x: x.reshape(2, 2) @ hodiff.exp(x.reshape(2, 2)),
        lambda x: [
            x[0] * mp.exp(x[0]) + x[1] * mp.exp(x[2]),
            x[0] * mp.exp(x[1]) + x[1] * mp.exp(x[3]),
            x[2] * mp.exp(x[0]) + x[3] * mp.exp(x[2]),
            x[2] * mp.exp(x[1]) + x[3] * mp.exp(x[3]),
        ],
    ),
    "stack and concatenate": (
        lambda x: hodiff.cat([hodiff.stack([x[0], x[1] * x[2]]), x * x]),
        lambda x: [x[0], x[1] * x[2], *[v * v for v in x]],
    ),
    "roll and flip": (
        lambda x: hodiff.roll(x, 1) * hodiff.flip(x, (0,)),
        lambda x: [a * b for a, b in zip([x[3], *x[:3]], x[::-1], strict=True)],
    ),
    "gather": (
        lambda x: hodiff.take(x, hodiff.tensor([2, 0, 2])) ** 3,
        lambda x: [x[2] ** 3, x[0] ** 3, x[2] ** 3],
    ),
}
MATRICES: dict[str, Rule] = {
    "det": (hodiff.det, lambda a: [mp.det(a)]),
    "slogdet": (lambda a: hodiff.slogdet(a)[1], lambda a: [mp.log(abs(mp.det(a)))]),
    "sign of slogdet": (
        lambda a: hodiff.slogdet(a)[0] * a[0, 0],
        lambda a: [mp.sign(mp.det(a)) * a[0, 0]],
    ),
    "inv": (hodiff.inv, lambda a: entries(a**-1)),
    "solve": (lambda a: hodiff.solve(a, a.T @ a), lambda a: entries(a**-1 * (a.T * a))),
    "solve a vector": (lambda a: hodiff.solve(a, a[0]), lambda a: entries(a**-1 * a[0, :].T)),
    "cholesky": (lambda a: hodiff.cholesky(a @ a.T), lambda a: entries(mp.cholesky(a * a.T))),
    "matmul": (lambda a: a @ a @ a, lambda a: entries(a * a * a)),
    "matrix_power": (lambda a: hodiff.matrix_power(a, 4), lambda a: entries(a**4)),
    "einsum": (lambda a: hodiff.einsum("ij,kj,kl->il", a, a, a), lambda a: entries(a * a.T * a)),
    "trace": (lambda a: hodiff.trace(a @ a), lambda a: [sum((a * a)[i, i] for i in range(3))]),
    "max over an axis": (
        lambda a: hodiff.amax(a * a, 0),
        lambda a: [max(a[i, j] ** 2 for i in range(3)) for j in range(3)],
    ),
    "prod over an axis": (
        lambda a: hodiff.prod(a, 1),
        lambda a: [mp.fprod(a[i, j] for j in range(3)) for i in range(3)],
    ),
    "std over an axis": (
        lambda a: hodiff.std(a, 0),
        lambda a: [mp.sqrt(spread([a[i, j] for i in range(3)], 1)) for j in range(3)],
    ),
    "logsumexp over an axis": (
        lambda a: hodiff.logsumexp(a, 1),
        lambda a: [mp.log(total(mp.exp(a[i, j]) for j in range(3))) for i in range(3)],
    ),
    "norm over an axis": (
        lambda a: hodiff.norm(a, dim=0),
        lambda a: [mp.sqrt(total(a[i, j] ** 2 for i in range(3))) for j in range(3)],
    ),
    "softmax over an axis": (
        lambda a: hodiff.softmax(a, 1),
        lambda a: [v for i in range(3) for v in gone([a[i, j] for j in range(3)])],
    ),
    "a norm of a solution": (
        lambda a: hodiff.norm(hodiff.solve(a, hodiff.exp(a))),
        lambda a: [mp.norm(mp.matrix(entries(a**-1 * a.apply(mp.exp))), 2)],
    ),
    "kron": (
        lambda a: hodiff.kron(a[:2, :2], a[1:, 1:])[0],
        lambda a: [a[0, j] * a[1, k] for j in range(2) for k in (1, 2)],
    ),
    "diagonal and triangles": (
        lambda a: hodiff.tril(a) @ hodiff.diagonal(a),
        lambda a: [total(a[i, j] * a[j, j] for j in range(i + 1)) for i in range(3)],
    ),
}


def along(f: Callable[[Any], list[Any]], at: Any, v: Any, order: int) -> list[list[Any]]:
    """For each entry its coefficients."""
    rows = isinstance(at[0], list)

    @cache
    def computed(t: Any, _: int) -> list[Any]:
        def number(text: str) -> Any:
            return now(Fraction(text))

        if not rows:
            return f([number(a) + t * number(b) for a, b in zip(at, v, strict=True)])
        return f(
            mp.matrix(
                [
                    [number(a) + t * number(b) for a, b in zip(p, q, strict=True)]
                    for p, q in zip(at, v, strict=True)
                ]
            )
        )

    def moved(t: Any) -> list[Any]:
        return computed(t, mp.prec)

    return [
        coefficients(lambda t, i=i: moved(t)[i], 0, order) for i in range(len(moved(mp.mpf(0))))
    ]


@pytest.mark.parametrize("key", [*VECTORS, *(f"{k} of a matrix" for k in MATRICES)])
def test_functions_of_arrays(key: str) -> None:
    vector = key in VECTORS
    build, f = VECTORS[key] if vector else MATRICES[key.removesuffix(" of a matrix")]
    at, v = (W, U) if vector else (A, V)
    doubles = [np.vectorize(lambda q: float(Fraction(q)))(np.array(m)) for m in (at, v)]
    x = variable("x", doubles[0].shape)
    found = Directional(build(x), {x: hodiff.tensor(doubles[1])}, 5).coefficients(
        {x: doubles[0]}, arrays
    )
    expected = along(f, at, v, 6)
    shape = build(x).shape
    flat = [np.broadcast_to(c, shape).ravel() for c in found]
    assert len(expected) == len(flat[0])
    for i, entry in enumerate(expected):
        assert_close([c[i] for c in flat], entry)


@pytest.mark.parametrize("key", ["det", "inv", "solve", "solve a vector", "matmul"])
def test_functions_of_matrices_in_balls(key: str) -> None:
    build, f = MATRICES[key]
    x = variable("x", (3, 3))
    direction = hodiff.tensor([[float(Fraction(q)) for q in row] for row in V])
    exact = np.array([[rational(q) for q in row] for row in A], object)
    with balls.precision(200):
        found = Directional(build(x), {x: direction}, 5).coefficients({x: exact}, BALLS)
        flat = [np.broadcast_to(c, build(x).shape).ravel() for c in found]
        for i, entry in enumerate(along(f, A, V, 6)):
            assert_held([c[i] for c in flat], entry)


# Doubles far from 1.
def in_doubles(text: str, at: str, order: int, derivatives: bool = False) -> list[float] | None:
    """None where they are refused."""
    problem = read(text, ["x=1"])
    f = Directional(problem.f, {problem.inputs[0]: 1}, order)
    try:
        run = f.derivatives if derivatives else f.coefficients
        return list(run({problem.inputs[0]: float(at)}, floats))
    except NoSeries:
        return None


def odd(k: int, value: Callable[[int], Any]) -> Any:
    return value(k // 2) if k % 2 else 0


def tangent(m: int) -> Any:
    """Of x**(2*m + 1) in tan(x), by Bernoulli's numbers."""
    n = m + 1
    size = mp.mpf(4) ** n * (mp.mpf(4) ** n - 1) / mp.factorial(2 * n)
    return (-1) ** m * size * mp.bernoulli(2 * n)


# What, at, order, and its coefficients in closed form.
FAR: dict[str, tuple[str, int, Callable[[int], Any]]] = {
    "exp(-x/100)": (
        "1",
        300,
        lambda k: mp.exp(-mp.mpf(1) / 100) / mp.mpf(-100) ** k / mp.factorial(k),
    ),
    "exp(x)": ("0", 170, lambda k: 1 / mp.factorial(k)),
    "exp(1000*x)": ("0", 102, lambda k: mp.mpf(1000) ** k / mp.factorial(k)),
    "1/(1-x)": ("0.999", 60, lambda k: (1 - mp.mpf(0.999)) ** -(k + 1)),
    "1/x": ("0.001", 60, lambda k: (-1) ** k * mp.mpf(0.001) ** -(k + 1)),
    "log(x)": (
        "0.001",
        60,
        lambda k: (-1) ** (k + 1) * mp.mpf(0.001) ** -k / k if k else mp.log(mp.mpf(0.001)),
    ),
    "atan(x)": ("0", 150, lambda k: odd(k, lambda m: mp.mpf((-1) ** m) / k)),
    "atanh(x)": ("0", 150, lambda k: odd(k, lambda m: mp.mpf(1) / k)),
    "sin(x)": ("0", 150, lambda k: odd(k, lambda m: (-1) ** m / mp.factorial(k))),
    "sin(100*x)": (
        "0",
        80,
        lambda k: odd(k, lambda m: (-1) ** m * mp.mpf(100) ** k / mp.factorial(k)),
    ),
    "1/(1+x**2)": ("0", 150, lambda k: (-1) ** (k // 2) if k % 2 == 0 else 0),
    "1/(1-x**3)": ("0", 120, lambda k: int(k % 3 == 0)),
    "log1p(x)": ("0", 150, lambda k: mp.mpf((-1) ** (k + 1)) / k if k else 0),
    "erf(x)": (
        "0",
        120,
        lambda k: odd(k, lambda m: 2 / mp.sqrt(mp.pi) * (-1) ** m / (k * mp.factorial(m))),
    ),
    "sinc(x)": ("0", 100, lambda k: (-1) ** (k // 2) / mp.factorial(k + 1) if k % 2 == 0 else 0),
    "tan(x)": ("0", 100, lambda k: odd(k, tangent)),
    "(1+x)**40": ("0", 50, lambda k: math.comb(40, k)),
    "x**50": ("1", 60, lambda k: math.comb(50, k)),
    "x*1e-200": ("1", 5, lambda k: mp.mpf("1e-200") if k < 2 else 0),
    "exp(x*1e-10)": ("0", 40, lambda k: mp.mpf("1e-10") ** k / mp.factorial(k)),
    "exp(x) + 1e-250*x**3": ("0", 5, lambda k: 1 / mp.factorial(k)),
}


@pytest.mark.parametrize("derivatives", [False, True])
@pytest.mark.parametrize("text", FAR)
def test_high_orders_in_doubles(text: str, derivatives: bool) -> None:
    """A double's range holds all of them, so none is refused; and 0 is 0."""
    at, order, c = FAR[text]
    found = in_doubles(text, at, order, derivatives)
    assert found is not None, "refused"
    for k, got in enumerate(found):
        with mp.workdps(40):
            e = mp.mpf(c(k)) * (mp.factorial(k) if derivatives else 1)
            assert abs(e) < 1.7e308
            assert abs(got - e) <= 1e-12 * abs(e) + 5e-324, f"order {k}: {got} for {e}"
            assert e != 0 or got == 0


# Coefficients that pass a double's range, or what they are made of does.
EDGES = [
    ("exp(1000*x)", "0", 120), ("exp(1000*x)", "0.5", 60), ("exp(-1000*x)", "0.75", 8),
    ("1/(1-x)", "0.999", 120), ("1/x", "1e-100", 5), ("1/x", "1e100", 5), ("sqrt(x)", "1e-300", 3),
    ("exp(x)", "700", 5), ("exp(x)", "720", 5), ("exp(-x)", "700", 5), ("exp(-x)", "750", 5),
    ("exp(-x**2)", "27.5", 20), ("exp(-x**2)", "26", 8), ("exp(-x**2)", "30", 8),
    ("erfc(1000*x)", "0.0273", 10), ("erfc(x)", "30", 6), ("erf(x)", "30", 6),
    ("sech(1000*x)", "0.75", 6), ("tanh(x)", "400", 6), ("tanh(1000*x)", "0.375", 6),
    ("sigmoid(1000*x)", "-0.75", 6), ("sigmoid(x)", "800", 4), ("softplus(x)", "-745", 3),
    ("gamma(x)", "170", 5), ("gamma(x)", "180", 5), ("1/gamma(x)", "180", 3),
    ("x**300", "2", 300), ("x**300", "0", 300), ("1e200*x*1e-200", "1", 3),
    ("(x*1e-200)*(x*1e-200)*1e300", "0", 4), ("(x*1e-200)*(x*1e-200)*1e300", "1", 4),
    ("x*(x*1e-200)*(1e-200*x)*1e250", "0", 4), ("(1e200*x)**2*1e-300", "0", 4),
    ("1/(1+1e170*x**2)", "0", 4), ("1/(1+1e-170*x**2)", "0", 4), ("cosh(1e-170*x)", "0", 4),
    ("sin(1e30*x)*exp(x)", "0", 8), ("1e-300*sin(1e30*x)", "0", 11), ("exp(x)*1e-300", "0", 30),
    ("exp(x)*1e-310", "0", 6), ("x*1e-320", "3", 2), ("1e-320*x**2", "3", 3),
    ("exp(exp(x))", "6", 5), ("exp(-exp(x))", "6.6", 6), ("log(1+exp(x))", "700", 4),
    ("1e-200 + x*1e-300", "1", 4), ("exp(1000*x) + exp(x/1000)", "0", 40),
    ("where(x > 0, exp(-1000*x), x)", "0.75", 4),
]  # fmt: skip


@pytest.mark.parametrize("derivatives", [False, True])
@pytest.mark.parametrize("text, at, order", EDGES)
def test_out_of_range_is_refused_infinite_or_right(
    text: str, at: str, order: int, derivatives: bool
) -> None:
    """Balls at 400 bits, which tests above hold to mpmath, say what is right."""
    found = in_doubles(text, at, order, derivatives)
    if found is None:
        return
    problem = read(text, ["x=1"])
    f, q = Directional(problem.f, {problem.inputs[0]: 1}, order), Fraction(float(at))
    with balls.precision(400), mp.workdps(60):
        run = f.derivatives if derivatives else f.coefficients
        exact = run({problem.inputs[0]: q.numerator if q.denominator == 1 else q}, BALLS)
        expected = [mp.mpf(balls.ball(c).mid().str(50, radius=False)) for c in exact]
        for k, (got, e) in enumerate(zip(found, expected, strict=True)):
            assert not math.isnan(got), f"order {k}: nan for {e}"
            if abs(e) >= mp.mpf("1.8e308"):
                assert abs(got) == math.inf, f"order {k}: {got} for {e}"
            elif math.isfinite(got):
                assert abs(got - e) <= 1e-11 * abs(e) + 5e-324, f"order {k}: {got} for {e}"


@pytest.mark.parametrize("on", [floats, arrays, BALLS])
def test_polynomials_end_exactly(on: Any) -> None:
    at = np.array([0.5, -3.0, 0.0]) if on is arrays else 3.0 if on is floats else 3
    problem = read("(x**2 - 1)**3*(x + 2) + x**5/8", ["x=1"])
    f = Directional(problem.f, {problem.inputs[0]: 1}, 12)
    with balls.precision(100):
        found = f.coefficients({problem.inputs[0]: at}, on)
    assert all(np.all(np.asarray(c == 0)) for c in found[8:])
    assert np.all(np.asarray(found[7] == 1))


@pytest.mark.parametrize(
    "text", ["floor(x) + sign(x)", "x - x", "round(x)*2", "where(x > 0, 3, x)", "ceil(x)**2"]
)
def test_exactly_zero_derivatives(text: str) -> None:
    for at in ("0.25", "2.75"):
        found = in_doubles(text, at, 12)
        assert found is not None and found[1:] == [0.0] * 12


# A member that another's chain also holds.
@pytest.mark.parametrize(
    "text, f",
    [
        ("lgamma(x)*gamma(x)", lambda x: mp.log(abs(mp.gamma(x))) * mp.gamma(x)),
        ("digamma(x) + polygamma(1, x)", lambda x: mp.digamma(x) + mp.polygamma(1, x)),
        ("polygamma(1, x)*polygamma(3, x)", lambda x: mp.polygamma(1, x) * mp.polygamma(3, x)),
        ("digamma(x)*digamma(x + 1)", lambda x: mp.digamma(x) * mp.digamma(x + 1)),
        ("digamma(x)*digamma(2*x)*lgamma(x)",
         lambda x: mp.digamma(x) * mp.digamma(2 * x) * mp.log(abs(mp.gamma(x)))),
        ("sinc(x)*sinc(x, 2)",
         lambda x: mp.sinc(x) * (2 * mp.sin(x) / x**3 - 2 * mp.cos(x) / x**2 - mp.sin(x) / x)),
        ("sinc(sinc(x))", lambda x: mp.sinc(mp.sinc(x))),
        ("lgamma(lgamma(x + 4))", lambda x: mp.log(abs(mp.gamma(mp.log(mp.gamma(x + 4)))))),
    ],
)  # fmt: skip
def test_families_used_twice(text: str, f: Callable[[Any], Any]) -> None:
    expected = coefficients(f, Fraction(5, 2), 11)
    found = in_doubles(text, "2.5", 10)
    assert found is not None
    assert_close(found, expected)
    problem = read(text, ["x=1"])
    with balls.precision(200):
        line = Directional(problem.f, {problem.inputs[0]: 1}, 10)
        assert_held(line.coefficients({problem.inputs[0]: Fraction(5, 2)}, BALLS), expected)


# Published: the user guide of TaylorSeries.jl, "One independent variable", t of order 5. What it
# has Julia print, in closed form.
@pytest.mark.parametrize(
    "text, at, expected",
    [
        ("x*(3*x + 2.5)", "0", [0, 2.5, 3, 0, 0, 0]),
        ("1/(1 - x)", "0", [1, 1, 1, 1, 1, 1]),
        ("x*(x**2 - 4)/(x + 2)", "0", [0, -2, 1, 0, 0, 0]),
        ("(1 - x)**3.2", "0", [1, -3.2, 3.52, -1.408, 0.0704, 0.011264]),
        ("(1 + x)**x", "0", [1, 0, 1, -1 / 2, 5 / 6, -3 / 4]),
        ("x**6", "0", [0, 0, 0, 0, 0, 0]),
        ("exp(x)", "0", [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120]),
        ("log(1 - x)", "0", [0, -1, -1 / 2, -1 / 3, -1 / 4, -1 / 5]),
        ("log(1 + x)", "0", [0, 1, -1 / 2, 1 / 3, -1 / 4, 1 / 5]),
        ("sqrt(1 + x)", "0", [1, 1 / 2, -1 / 8, 1 / 16, -5 / 128, 7 / 256]),
        ("exp(x)", "1", [math.e / math.factorial(k) for k in range(6)]),
    ],
)
def test_the_examples_of_taylorseries_jl(text: str, at: str, expected: list[float]) -> None:
    assert in_doubles(text, at, 5) == pytest.approx(expected, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("text", ["1/x", "x**3.2", "abs(x)", "sqrt(x)", "log(x)"])
def test_what_taylorseries_jl_refuses(text: str) -> None:
    assert in_doubles(text, "0", 5) is None


@pytest.mark.parametrize(
    "text, index, expected",
    [
        ("exp(x + y)", (3, 5), 1.0),  # getcoeff(exy, (3, 5)) is 1//720, which is 1/(3! 5!)
        ("x**3 + 2*x**2*y - 7*x + 2", (2, 1), 4.0),
        ("x**3 + 2*x**2*y - 7*x + 2", (1, 1), 0.0),
    ],
)
def test_the_partials_of_taylorseries_jl(
    text: str, index: tuple[int, int], expected: float
) -> None:
    problem = read(text, ["x=1", "y=1"])
    partials = Partials(problem.f, [Component(v, 0) for v in problem.inputs], [index])
    point = {v: 0.0 for v in problem.inputs}
    assert partials.values(point, floats) == [pytest.approx(expected, rel=1e-12, abs=1e-12)]


def test_the_examples_of_mpmath() -> None:
    """Of its documentation on differentiation: taylor, diffs and diff."""
    assert in_doubles("sin(x)", "0", 5) == pytest.approx(
        [0.0, 1.0, 0.0, -0.166667, 0.0, 0.00833333], rel=1e-5
    )
    p = in_doubles("exp(x)", "2", 10)
    assert p is not None
    assert sum(c * 0.5**k for k, c in enumerate(p)) == pytest.approx(12.1824939606092, rel=1e-14)
    cos, sin = 0.54030230586814, 0.841470984807897
    assert in_doubles("cos(x)", "1", 5, derivatives=True) == pytest.approx(
        [cos, -sin, -cos, sin, cos, -sin], rel=1e-14
    )
    assert in_doubles("x**2 + x", "1", 3, derivatives=True) == [2.0, 3.0, 2.0, 0.0]
    assert in_doubles("exp(x)", "3", 4, derivatives=True) == pytest.approx([20.0855] * 5, rel=1e-5)


# Properties, in balls.
PIECES = ["exp(x)", "sin(x)", "log(x + 4)", "1/(3 + x)", "x**3 - 2*x", "atan(x)", "sqrt(5 + x)",
          "tanh(x)", "x"]  # fmt: skip
EIGHTHS = st.integers(-8, 8).map(lambda n: rational(f"{n}/8"))


def in_balls(text: str, at: Any, order: int) -> list[Any]:
    problem = read(text, ["x=1"])
    x = problem.inputs[0]
    return [
        balls.ball(c) for c in Directional(problem.f, {x: 1}, order).coefficients({x: at}, BALLS)
    ]


@settings(max_examples=25, deadline=None)
@given(f=st.sampled_from(PIECES), g=st.sampled_from(PIECES), at=EIGHTHS)
def test_products_and_quotients_are_those_of_the_series(f: str, g: str, at: Any) -> None:
    with balls.precision(160):
        a, b, c = (in_balls(t, at, 6) for t in (f, g, f"({f})*({g})"))
        divisor, quotient = (in_balls(t, at, 6) for t in (f"2 + ({g})**2", f"({f})/(2 + ({g})**2)"))
        for k in range(7):
            assert c[k].overlaps(sum(a[j] * b[k - j] for j in range(k + 1)))
            assert a[k].overlaps(sum(quotient[j] * divisor[k - j] for j in range(k + 1)))


@settings(max_examples=20, deadline=None)
@given(
    outer=st.sampled_from(["exp({})", "sin({})", "log({} + 4)", "1/(3 + {})", "({})**3 - 2*({})"]),
    inner=st.sampled_from(PIECES),
    at=EIGHTHS,
)
def test_compositions_are_differentiating_again_and_again(outer: str, inner: str, at: Any) -> None:
    text = outer.format(*[f"sin({inner})"] * 2)
    problem = read(text, ["x=1"])
    x = problem.inputs[0]
    graphs = [problem.f, *nested(problem.f, x, 5)]
    with balls.precision(160):
        values = Program(graphs, BALLS).values({x: at})
        for k, (c, y) in enumerate(zip(in_balls(text, at, 5), graphs, strict=True)):
            assert c.overlaps(balls.ball(values[id(y)]) / math.factorial(k))


@settings(max_examples=15, deadline=None)
@given(
    text=st.sampled_from(
        ["exp(x*y)", "sin(x + 2*y)*x", "x**2*y**3 - y", "log(3 + x*y)", "y/(2 + x)"]
    ),
    at=st.tuples(EIGHTHS, EIGHTHS),
    u=st.integers(-3, 3),
    v=st.integers(-3, 3),
)
def test_along_a_line_come_the_mixed_partials(
    text: str, at: tuple[Any, Any], u: int, v: int
) -> None:
    """Partials don't depend on the order of the components, and a derivative along (u, v) is a
    sum of them."""
    problem = read(text, ["x=1", "y=1"])
    x, y = problem.inputs
    point = dict(zip((x, y), at, strict=True))
    indices = [(k, 3 - k) for k in range(4)]
    there = Partials(problem.f, [Component(x, 0), Component(y, 0)], indices)
    back = Partials(problem.f, [Component(y, 0), Component(x, 0)], [i[::-1] for i in indices])
    with balls.precision(160):
        partials, swapped = ([balls.ball(c) for c in p.values(point, BALLS)] for p in (there, back))
        assert all(a.overlaps(b) for a, b in zip(partials, swapped, strict=True))
        third = balls.ball(Directional(problem.f, {x: u, y: v}, 3).derivatives(point, BALLS)[3])
        terms = [math.comb(3, k) * u**k * v ** (3 - k) * p for k, p in enumerate(partials)]
        assert third.overlaps(sum(terms))


def test_implicit_derivatives_of_a_circle_and_of_keplers_equation() -> None:
    """y = sqrt(1 - x**2); and y - sin(y)/2 = x, of which differences of a solution tell."""
    circle = read("x**2 + y**2 - 1", ["x=1", "y=1"])
    x, y = circle.inputs
    (slope,) = gradient(circle.f, [y])
    found = Implicit(circle.f, slope, x, y, 6).derivatives(
        {x: Fraction(3, 5), y: Fraction(4, 5)}, BALLS
    )
    expected = coefficients(lambda x: mp.sqrt(1 - x**2), Fraction(3, 5), 6)
    assert [float(balls.ball(c)) for c in found] == pytest.approx(
        [float(c * mp.factorial(k)) for k, c in enumerate(expected)], rel=1e-13
    )
    assert found[1] == Fraction(-3, 4)
    kepler = read("y - sin(y)/2 - x", ["x=1", "y=1"])
    x, y = sorted(kepler.inputs, key=lambda v: v.attributes[0])
    (slope,) = gradient(kepler.f, [y])
    found = Implicit(kepler.f, slope, x, y, 5, solve=True).derivatives({x: 1.0, y: 1.0}, floats)
    expected = coefficients(
        lambda x: mp.findroot(lambda y: y - mp.sin(y) / 2 - x, mp.mpf("1.5")), 1, 5
    )
    assert found == pytest.approx(
        [float(c * mp.factorial(k)) for k, c in enumerate(expected)], rel=1e-11
    )


@pytest.mark.parametrize("name, sign", [("struveh", -1), ("struvel", 1)])
@pytest.mark.parametrize("n, at", [(2, "3/2"), (0, "-5/2"), (3, "1/8"), (-1, "2"), (1.5, "9")])
def test_struve_functions_by_their_sum(name: str, sign: int, n: float, at: str) -> None:
    """Around a point the powers of DLMF 11.2.1 and 11.2.2 are binomial series."""
    order = 40
    with mp.workdps(120):
        x, nu = mp.mpf(Fraction(at).numerator) / Fraction(at).denominator, mp.mpf(n)
        terms = [
            (mp.mpf(sign) ** m * mp.rgamma(m + 1.5) * mp.rgamma(m + nu + 1.5), 2 * m + nu + 1)
            for m in range(120)
        ]
        right = [
            mp.fsum(c * mp.binomial(p, k) * x ** (p - k) / mp.mpf(2) ** p for c, p in terms)
            for k in range(order + 1)
        ]
    asked = f"{name}({Fraction(n)}, x)"
    found = hodiff.calculate("taylor", asked, at={"x": at}, order=order).to_dict()
    assert found["arithmetic"] == "ball"
    assert found["coefficients"] == [pytest.approx(float(y), rel=1e-15) for y in right]
