"""What a walk builds: masks, and derivatives of random expressions, against mpmath."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf

from hodiff import derivatives
from hodiff.arithmetic.base import Arithmetic
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import OPERATIONS, Operation, Tensor, constant, variable
from tests.engine.test_operations import PIECEWISE, ROWS, mistakes
from tests.graphs import FUNCTION, cos, exp, log, sqrt, total, where

# Masks: the branch not taken is undefined or infinite there.

BRANCHES = {
    # name: (graph, the same in Python with numbers of mpmath, points)
    "scalar": (
        lambda x: where(x > 0, sqrt(x), x**3),
        lambda x: mp.sqrt(x[()]) if x > 0 else x[()] ** 3,
        [-2.0],
    ),
    "scalar, pole": (
        lambda x, y: where(x > 1, y / x, x * y * y),
        lambda x, y: x[()] * y[()] * y[()],
        [0.0, 3.0],
    ),
    "product of two": (
        lambda x: where(x < 1, x**3, log(x - 1)) * where(x < 1, cos(x), 1 / (x - 0.5)),
        lambda x: x[()] ** 3 * mp.cos(x[()]),
        [0.5],
    ),
    "nested": (
        lambda x, y: where(x > 0, where(y > 0, sqrt(x * y), x * y**2), where(y > 0, log(y - x), y)),
        lambda x, y: x[()] * y[()] ** 2,
        [2.0, -1.0],
    ),
    "nested in a branch not taken": (
        lambda x: where(x > 0, where(x > 1, log(x), sqrt(x)), x**3 + where(x > -1, 1 / x, x)),
        lambda x: x[()] ** 3 + x[()],
        [-2.0],
    ),
    "inside a function": (
        lambda x: exp(x * where(x > 0, log(x), x**2)) / (1 + where(x > 0, 1 / x, x) ** 2),
        lambda x: mp.exp(x[()] ** 3) / (1 + x[()] ** 2),
        [-0.5],
    ),
    "condition of a where": (
        lambda x: where(where(x > 0, 1 / x, x) < 0, x**3, sqrt(x)),
        lambda x: x[()] ** 3,
        [0.0 - 1.5],
    ),
    "vector": (
        lambda v: total(where(v > 0.25, sqrt(v), v**3)),
        lambda v: sum(mp.sqrt(x) if x > 0.25 else x**3 for x in v),
        [[2.0, -1.0, 0.0]],
    ),
    "vector, scalar branch": (
        lambda v, s: total(where(v > 1, log(v) * s, s**3)),
        lambda v, s: sum(mp.log(x) * s[()] if x > 1 else s[()] ** 3 for x in v),
        [[2.0, -1.0, 0.0], 1.5],
    ),
    "vector, scalar condition": (
        lambda v, s: total(where(s > 0, sqrt(v), v**2 * s)) ** 2,
        lambda v, s: sum(x**2 * s[()] for x in v) ** 2,
        [[-2.0, 1.0], -1.5],
    ),
    "scalar, vector condition": (
        lambda v, s: total(v * where(v > 0, 1 / (s - 1), s**3)),
        lambda v, s: sum(x * s[()] ** 3 for x in v),
        [[-2.0, -1.0], 1.0],
    ),
    "matrix, broadcast": (
        lambda m, v: total(where(m > v + 1, log(m - v), v**3 * m)),
        lambda m, v: sum(
            mp.log(m[i, j] - v[j]) if m[i, j] > v[j] + 1 else v[j] ** 3 * m[i, j]
            for i in range(2)
            for j in range(2)
        ),
        [[[2.0, -1.0], [0.5, 3.0]], [0.5, 0.25]],
    ),
    "two vectors of masks": (
        lambda v: total(where(v > 0, sqrt(v), v**2) * where(v < 0, 1 / (v - 2), v**3)),
        lambda v: sum(mp.sqrt(x) * x**3 if x > 0 else x**2 / (x - 2) for x in v),
        [[2.0, -1.0]],
    ),
    "norm of a masked vector": (
        lambda v: FUNCTION["norm"](where(v > 0, sqrt(v), v**2)),
        lambda v: mp.sqrt(sum(x if x > 0 else x**4 for x in v)),
        [[2.0, -1.0]],
    ),
    "product of a masked vector": (
        lambda v: FUNCTION["prod"](where(v > 0, log(v), v**2)),
        lambda v: mp.fprod(mp.log(x) if x > 0 else x**2 for x in v),
        [[2.0, -1.0, 0.5]],
    ),
    "masked matrix product": (
        lambda v: total((where(v > 0, sqrt(v), v**2) @ v) * v),
        lambda v: sum((mp.sqrt(x) if x > 0 else x**2) * x for x in v) * sum(v),
        [[2.0, -1.0]],
    ),
    "entries of a masked vector": (
        lambda v: where(v > 0, sqrt(v), v**3)[1] ** 2 * where(v > 0, 1 / v, v)[0],
        lambda v: v[1] ** 6 / v[0],
        [[2.0, -1.0]],
    ),
    "negated, added, divided": (
        lambda v: total(-where(v > 0, sqrt(v), v) / (3 - v) + 2 * where(v < 0, v**3, log(v))),
        lambda v: sum(
            -mp.sqrt(x) / (3 - x) + 2 * mp.log(x) if x > 0 else -x / (3 - x) + 2 * x**3 for x in v
        ),
        [[2.0, -1.0]],
    ),
    # A branch not taken as a whole, whose number comes from a vector with a pole in it.
    **{
        f"branch with {what}": (
            lambda v, s, f=f: where(s > 0, f(v), s**3) * total(v) + s,
            lambda v, s: s[()] ** 3 * sum(v) + s[()],
            [[0.0, 2.0], -1.5],
        )
        for what, f in {
            "a sum": lambda v: total(log(v)),
            "a mean": lambda v: FUNCTION["mean"](1 / v),
            "an entry": lambda v: log(v)[0],
            "entries": lambda v: total((1 / v)[::-1]),
            "a dot product": lambda v: FUNCTION["dot"](log(v), v),
            "@": lambda v: log(v) @ v,
            "a norm": lambda v: FUNCTION["norm"](1 / v),
            "a logsumexp": lambda v: FUNCTION["logsumexp"](log(v)),
            "a product": lambda v: FUNCTION["prod"](1 / v),
            "a stack": lambda v: total(OPERATIONS["stack"](log(v[0]), 1 / v[0])),
        }.items()
    },
    # A branch that is a vector, not taken in any entry.
    **{
        f"branch of {what}": (
            lambda v, s, f=f: total(where(v < -1, f(v, s), v**3 * (s + 2))),
            lambda v, s: sum(x**3 * (s[()] + 2) for x in v),
            [[0.0, 2.0], 0.0],
        )
        for what, f in {
            "a stack": lambda v, s: OPERATIONS["stack"](log(s), s),
            "a slice": lambda v, s: (1 / v)[::-1],
            "@": lambda v, s: OPERATIONS["stack"](log(v), v) @ v,
            "a broadcast scalar": lambda v, s: v / s,
            "an entry": lambda v, s: v * log(v)[0],
            "a norm": lambda v, s: v * FUNCTION["norm"](1 / v),
        }.items()
    },
}


@pytest.mark.parametrize("name", BRANCHES)
def test_the_branch_not_taken_contributes_nothing(name: str) -> None:
    build, formula, values = BRANCHES[name]
    assert mistakes(build, formula, values, order=3) == []


# Random expressions: the derivative's graph, run in mpmath, equals mpmath's derivative of the
# expression. With 40 digits on both sides there is no rounding to allow for.


class Digits(Arithmetic):
    """An arithmetic of mpmath's numbers; its functions are the references of the table's test."""

    table = MappingProxyType({
        **{row.name: row.f for row in reversed(ROWS)},
        **{name: python for name, (_, python) in PIECEWISE.items()},
        "pow": lambda a, b: a**b,
        "powers": lambda a, b, j, k: mp.diff(mp.power, (a, b), (j, k)),
        "betas": lambda a, b, j, k: mp.diff(mp.beta, (a, b), (j, k)),
        "sinc": lambda x, n: mp.diff(mp.sinc, x, n) if n else mp.sinc(x),
        "polygamma": lambda x, n: mp.psi(n, x),
        "pi": lambda: mp.pi,
    })  # fmt: skip

    def number(self, x: Any) -> Any:
        return x if isinstance(x, bool) else mpf(x.numerator) / x.denominator

    def function(self, operation: Operation) -> Callable[..., Any]:
        return self.table[operation.name]


def above(u: Tensor) -> Tensor:
    return u**2 + constant(1) / 2


def inside(u: Tensor) -> Tensor:
    return FUNCTION["tanh"](u) / 2


# What brings an argument into the domain; functions that are not here take any.
INTO = dict.fromkeys(
    ["sqrt", "cbrt", "log", "log2", "log10", "gamma", "lgamma", "digamma", "log1p"], above
)


INTO |= dict.fromkeys(["asin", "acos", "atanh", "tan", "sec"], inside)


INTO |= {"acosh": lambda u: 1 + above(u), "csc": above, "cot": above, "csch": above, "coth": above}


ANY = ["sin", "cos", "atan", "sinh", "cosh", "tanh", "sech", "asinh", "exp", "exp2", "expm1"]


ANY += ["erf", "erfc", "sigmoid", "softplus", "silu", "gelu", "sinc", "abs", "relu", "neg"]


ONE = {name: lambda u, name=name: FUNCTION.get(name, Tensor.__neg__)(INTO.get(name, _same)(u))
       for name in [*INTO, *ANY]}  # fmt: skip


TWO: dict[str, Callable[..., Tensor]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / above(b),
    "pow": lambda a, b: above(a) ** b,
    "hypot": lambda a, b: FUNCTION["hypot"](a, 1 + b),
    "atan2": lambda a, b: FUNCTION["atan2"](a, above(b)),
    "max": FUNCTION["max"],
    "min": FUNCTION["min"],
    "beta": lambda a, b: FUNCTION["beta"](above(a), above(b)),
    "square": lambda a, b: a**2 * b**3,
    "where": lambda a, b: where(a < b, a * b, a - b),
}


def _same(u: Tensor) -> Tensor:
    return u


X, Y = variable("x"), variable("y")


LEAVES = st.sampled_from([X, Y, X, Y, constant(2), constant(-1), constant(1) / 3])


def grow(inner: st.SearchStrategy[Tensor]) -> st.SearchStrategy[Tensor]:
    one = st.builds(lambda f, u: ONE[f](u), st.sampled_from(sorted(ONE)), inner)
    two = st.builds(lambda f, a, b: TWO[f](a, b), st.sampled_from(sorted(TWO)), inner, inner)
    return one | two


EXPRESSIONS = st.recursive(LEAVES, grow, max_leaves=5)


NUMBERS = st.integers(-12, 12).map(lambda n: (2 * n + 1) / 16)  # between the kinks at whole numbers


PROPERTY = settings(deadline=None, max_examples=80, derandomize=True)


def in_digits(outputs: list[Tensor], x: Any, y: Any) -> list[Any]:
    return evaluate(outputs, {X: mpf(x), Y: mpf(y)}, Digits())


def numerical(f: Tensor, x: float, y: float, *orders: tuple[int, int]) -> list[Any]:
    """mpmath's derivatives of f, where it is real and of a reasonable size."""

    def values(x: Any, y: Any) -> Any:
        return in_digits([f], x, y)[0]

    size = abs(values(x, y))
    assume(mpf("1e-20") < size < 1e20)
    return [mp.diff(values, (mpf(x), mpf(y)), n) if any(n) else values(x, y) for n in orders]


def near(found: list[Any], expected: list[Any]) -> bool:
    size = max(1, *map(abs, expected))
    assume(size < 1e25)
    return all(abs(a - b) <= size * mpf("1e-12") for a, b in zip(found, expected, strict=True))


@PROPERTY
@given(EXPRESSIONS, NUMBERS, NUMBERS)
def test_nested_derivatives_of_random_expressions(f: Tensor, x: float, y: float) -> None:
    """To third order in x and in y, mixed ones included."""
    assume(f.requires_grad)
    with mpmath.workdps(40):
        first, rows = derivatives.hessian(f, [X, Y])
        third = derivatives.gradient(rows[0][1], [X, Y])
        found = in_digits([*first, *rows[0], *rows[1], *third], x, y)
        orders = [(1, 0), (0, 1), (2, 0), (1, 1), (1, 1), (0, 2), (2, 1), (1, 2)]
        assert near(found, numerical(f, x, y, *orders))


@PROPERTY
@given(EXPRESSIONS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_hvp_is_the_hessian_times_v(f: Tensor, x: float, y: float, a: float, b: float) -> None:
    with mpmath.workdps(40):
        v = [constant(int(16 * a)) / 16, constant(int(16 * b)) / 16]
        _, rows = derivatives.hessian(f, [X, Y])
        _, product = derivatives.hvp(f, [X, Y], v)
        numerical(f, x, y)
        (p, q, r, s), found = in_digits([*rows[0], *rows[1]], x, y), in_digits(product, x, y)
        assert near(found, [p * a + q * b, r * a + s * b])
