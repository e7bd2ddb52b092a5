"""Taylor series in balls: against mpmath, closed forms, and differentiating again and again."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache

import pytest
from mpmath import mp

from hodiff.answers.question import Numbers
from hodiff.derivatives import gradient, nth
from hodiff.derivatives.taylor import Directional, Implicit
from hodiff.language.problem import Problem, read
from tests.asking import proven, proven_series

# Each function of the language in one variable, and points: ordinary, at 0, at edges.
ROWS = {
    "sqrt": (mp.sqrt, ["2", "1/9", "1e6"]),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), ["2", "-3", "1/27"]),
    "exp": (mp.exp, ["0", "-3", "1/3"]),
    "exp2": (lambda x: 2**x, ["0", "1/3"]),
    "expm1": (mp.expm1, ["0", "1/7"]),
    "log": (mp.log, ["1", "2/3", "1e5"]),
    "log2": (lambda x: mp.log(x, 2), ["1", "2/3"]),
    "log10": (mp.log10, ["1", "2/3"]),
    "log1p": (mp.log1p, ["0", "-1/2", "3"]),
    "sin": (mp.sin, ["0", "1", "-20"]),
    "cos": (mp.cos, ["0", "1", "-20"]),
    "tan": (mp.tan, ["0", "1", "-3/2"]),
    "sec": (mp.sec, ["0", "1"]),
    "csc": (mp.csc, ["1", "-2"]),
    "cot": (mp.cot, ["1", "-2"]),
    "asin": (mp.asin, ["0", "1/2", "-9/10"]),
    "acos": (mp.acos, ["0", "1/2", "-9/10"]),
    "atan": (mp.atan, ["0", "1", "-5"]),
    "sinh": (mp.sinh, ["0", "1", "-2"]),
    "cosh": (mp.cosh, ["0", "1", "-2"]),
    "tanh": (mp.tanh, ["0", "1", "-2"]),
    "sech": (mp.sech, ["0", "1"]),
    "csch": (mp.csch, ["1", "-2"]),
    "coth": (mp.coth, ["1", "-2"]),
    "asinh": (mp.asinh, ["0", "1", "-5"]),
    "acosh": (mp.acosh, ["2", "9/8"]),
    "atanh": (mp.atanh, ["0", "1/2"]),
    "asec": (mp.asec, ["2", "-9/8"]),
    "acot": (mp.acot, ["2", "-1/3"]),
    "asech": (mp.asech, ["1/2"]),
    "acsch": (mp.acsch, ["1", "-2"]),
    "acoth": (mp.acoth, ["2", "-9/8"]),
    "tand": (lambda x: mp.tan(x * mp.pi / 180), ["44", "-80"]),
    "logit": (lambda x: mp.log(x / (1 - x)), ["1/3", "7/8"]),
    "factorial": (mp.factorial, ["0", "3/2", "-3/2"]),
    "erf": (mp.erf, ["0", "1", "-2"]),
    "erfc": (mp.erfc, ["0", "3"]),
    "gamma": (mp.gamma, ["1", "5/2", "-1/2"]),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))), ["3", "1/2", "-3/2"]),
    "digamma": (mp.digamma, ["1", "5/2", "-1/2"]),
    "sinc": (mp.sinc, ["1", "-1/3", "7"]),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), ["0", "2", "-3"]),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), ["0", "2", "-3"]),
    "silu": (lambda x: x / (1 + mp.exp(-x)), ["0", "2"]),
    "gelu": (lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, ["0", "1"]),
    "abs": (abs, ["2", "-1/3"]),
    "relu": (lambda x: max(x, mp.mpf(0)), ["2", "-1/3"]),
    "floor": (mp.floor, ["5/2"]),
}
ORDER = 12

COMPOSED = {
    "binomial(x, 5/2)": lambda x: mp.binomial(x, mp.mpf(5) / 2),
    "binomial(7/2, x)": lambda x: mp.binomial(mp.mpf(7) / 2, x),
    "rising(x, 3/2)*falling(x, 1/3)": lambda x: mp.rf(x, 1.5) * mp.ff(x, mp.mpf(1) / 3),
    "factorial(x**2)*asec(2 + x)": lambda x: mp.factorial(x**2) * mp.asec(2 + x),
    "exp(sin(x))*log(1 + x**2)": lambda x: mp.exp(mp.sin(x)) * mp.log(1 + x**2),
    "x**x": lambda x: x**x,
    "x**2.5 + x**-3": lambda x: x ** mp.mpf("2.5") + x**-3,
    "x**7 - 3*x**2 + x/7": lambda x: x**7 - 3 * x**2 + x / 7,
    "atan2(x, 2)*hypot(x, 3)": lambda x: mp.atan2(x, 2) * mp.hypot(x, 3),
    "sinc(x**2)*gamma(1 + x)": lambda x: mp.sinc(x**2) * mp.gamma(1 + x),
    "lgamma(x)*gamma(x)": lambda x: mp.log(abs(mp.gamma(x))) * mp.gamma(x),
    "beta(x, 2*x)": lambda x: mp.beta(x, 2 * x),
    "polygamma(2, exp(x))": lambda x: mp.polygamma(2, mp.exp(x)),
    "max(x, x**2)*min(x, 1)": lambda x: max(x, x**2) * min(x, mp.mpf(1)),
    "where(x < 1, sin(x), cos(x))/(2 + cos(3*x))": lambda x: (
        (mp.sin(x) if x < 1 else mp.cos(x)) / (2 + mp.cos(3 * x))
    ),
    "clip(x, 0, 1)*x % 2": lambda x: min(max(x, mp.mpf(0)), mp.mpf(1)) * x % 2,
    "log(x, 3)*2**x": lambda x: mp.log(x, 3) * 2**x,
    "exp(-x**2/2)*cos(5*x)": lambda x: mp.exp(-(x**2) / 2) * mp.cos(5 * x),
    "log(cosh(x))/x": lambda x: mp.log(mp.cosh(x)) / x,
    "sqrt(1 + sqrt(1 + x))": lambda x: mp.sqrt(1 + mp.sqrt(1 + x)),
    "cbrt(x)*asinh(x**2)": lambda x: mp.cbrt(x) * mp.asinh(x**2),
    "erf(x)*erfc(x/2) + sigmoid(3*x)": lambda x: (
        mp.erf(x) * mp.erfc(x / 2) + 1 / (1 + mp.exp(-3 * x))
    ),
    "sec(x/3)*csc(x)*cot(x + 1)": lambda x: mp.sec(x / 3) * mp.csc(x) * mp.cot(x + 1),
    "atan(exp(-x))**2": lambda x: mp.atan(mp.exp(-x)) ** 2,
    "sin(sin(sin(x)))": lambda x: mp.sin(mp.sin(mp.sin(x))),
    "digamma(x)*lgamma(x + 1) - polygamma(1, x)": lambda x: (
        mp.digamma(x) * mp.loggamma(x + 1) - mp.polygamma(1, x)
    ),
    "(x**3 + 2)**-1.5*abs(x - 5)": lambda x: (x**3 + 2) ** mp.mpf("-1.5") * abs(x - 5),
    "softplus(x)*gelu(x - 1)": lambda x: (
        mp.log1p(mp.exp(x)) * (x - 1) * mp.erfc(-(x - 1) / mp.sqrt(2)) / 2
    ),
    "tanh(x/2)**3/sqrt(1 + x**2)": lambda x: mp.tanh(x / 2) ** 3 / mp.sqrt(1 + x**2),
}


def mpmath_derivatives(f, at, order):
    """From differences, which mpmath takes with as many digits more as they lose."""
    with mp.workdps(60):
        x = Fraction(at)
        return [float(v) for v in mp.diffs(f, mp.mpf(x.numerator) / x.denominator, order)]


def by_line(problem: Problem, order: int, digits: int | None = None) -> Numbers | None:
    """f and its derivatives in the one variable."""
    line = Directional(problem.f, {problem.inputs[0]: 1}, order)
    return proven_series(problem, line.derivatives, digits)


def by_series(text, at, order):
    found = by_line(read(text, [f"x={at}"]), order)
    assert found is not None, "no series"
    return [float(v) for v in found.values]


@pytest.mark.parametrize("name, at", [(n, at) for n, (_, points) in ROWS.items() for at in points])
def test_every_function(name: str, at: str) -> None:
    expected = mpmath_derivatives(ROWS[name][0], at, ORDER)
    assert by_series(f"{name}(x)", at, ORDER) == pytest.approx(expected, rel=1e-15, abs=1e-40)


@pytest.mark.parametrize("text", COMPOSED)
@pytest.mark.parametrize("at", ["2/3", "7/4"])
def test_compositions(text: str, at: str) -> None:
    expected = mpmath_derivatives(COMPOSED[text], at, 9)
    assert by_series(text, at, 9) == pytest.approx(expected, rel=1e-15, abs=1e-40)


@pytest.mark.parametrize("text", COMPOSED)
def test_the_answer_is_that_of_differentiating_again_and_again(text: str) -> None:
    problem = read(text, ["x=2/3"])
    nested = proven(problem, [problem.f, *nth(problem.f, problem.inputs[0], 5)], digits=30)
    series = by_line(problem, 5, digits=30)
    assert series is not None and series.values == nested.values


def test_polynomials_end() -> None:
    """Exactly 0 past the degree, also at a point that is no rational number."""
    for at in ("0", "2", "pi"):
        found = by_line(read("(x**3 - x)**2 + x**5", [f"x={at}"]), 12, digits=20)
        assert found is not None
        assert found.values[7:] == ["0"] * 6 and found.notes == []
        assert found.values[6] == "720"


@pytest.mark.parametrize("order", [40, 1000])
def test_high_orders_in_closed_form(order: int) -> None:
    assert by_series("exp(x)", "0", order) == [1.0] * (order + 1)
    geometric = by_line(read("1/(1-x)", ["x=0"]), order, digits=20)
    assert geometric is not None
    with localcontext(prec=20):
        assert Decimal(geometric.values[-1]) == +Decimal(math.factorial(order))
    assert by_series("sin(x)", "0", order) == [(0, 1, 0, -1)[n % 4] for n in range(order + 1)]


def test_an_order_that_nesting_does_not_reach() -> None:
    """The value that the project's issue gives, from mpmath."""
    assert by_series("exp(sin(x))*log(1+x**2)", "0.7", 40)[-1] == 4.629756801227993e42


@pytest.mark.parametrize(
    "text, at",
    [("abs(x)", "0"), ("sqrt(x)", "0"), ("x**2.5", "0"), ("floor(x)", "2"), ("log(x)", "-1"),
     ("x*abs(x)", "0"), ("abs(sin(x))", "pi"), ("1/sin(x)", "pi"),
     ("where(x < 1, x, 2*x)", "1")],
)  # fmt: skip
def test_where_there_is_none(text: str, at: str) -> None:
    assert by_line(read(text, [f"x={at}"]), 3) is None


def test_a_branch_that_is_not_taken_may_be_undefined() -> None:
    assert by_series("where(x > 0, x**2, log(x))", "1/2", 3) == [0.25, 1.0, 2.0, 0.0]
    assert by_series("where(x > 0, exp(x), sqrt(x))", "1/2", 3) == [math.exp(0.5)] * 4


# ------------------------------------------------------------------ families that FLINT has


@cache
def hurwitz(order: int, x: mp.mpf, digits: int) -> mp.mpf:
    """The derivative of digamma of an order from 1 on, by the Hurwitz zeta function."""
    return (-1) ** (order + 1) * mp.factorial(order) * mp.zeta(order + 1, x)


def psi_derivatives(x: mp.mpf, n: int) -> list[mp.mpf]:
    return [mp.digamma(x), *(hurwitz(k, x, mp.dps) for k in range(1, n))]


def gamma_derivatives(x: mp.mpf, n: int) -> list[mp.mpf]:
    """From gamma' = gamma*digamma, by Leibniz' rule."""
    psi, found = psi_derivatives(x, n), [mp.gamma(x)]
    for k in range(n - 1):
        found.append(mp.fsum(mp.binomial(k, j) * found[j] * psi[k - j] for j in range(k + 1)))
    return found


LONG = {
    "digamma(x)": psi_derivatives,
    "lgamma(x)": lambda x, n: [mp.log(abs(mp.gamma(x))), *psi_derivatives(x, n - 1)],
    "polygamma(3, x)": lambda x, n: psi_derivatives(x, n + 3)[3:],
    "gamma(x)": gamma_derivatives,
    "digamma(3*x)": lambda x, n: [3**k * y for k, y in enumerate(psi_derivatives(3 * x, n))],
}


@pytest.mark.parametrize("text", LONG)
@pytest.mark.parametrize("at, order", [("5/2", 320), ("-12/5", 60), ("1/100", 60), ("40", 60)])
def test_the_gamma_family_of_high_orders(text: str, at: str, order: int) -> None:
    """To thirty digits, every order."""
    found = by_line(read(text, [f"x={at}"]), order, digits=30)
    assert found is not None
    with mp.workdps(100 if order > 60 else 300):  # mpmath's zeta(61, 120) of 100 has but 26
        x = mp.mpf(Fraction(at).numerator) / Fraction(at).denominator
        expected = LONG[text](x, order + 1)
        for told, true in zip(found.values, expected, strict=True):
            assert abs(mp.mpf(told) - true) <= abs(true) * mp.mpf(10) ** -29


@pytest.mark.parametrize(
    "text, f",
    [
        ("gamma(x**2 + 1)", lambda x: mp.gamma(x**2 + 1)),
        ("gamma(sin(x) + 2)", lambda x: mp.gamma(mp.sin(x) + 2)),
        ("lgamma(exp(x)/2)*digamma(x)", lambda x: mp.loggamma(mp.exp(x) / 2) * mp.digamma(x)),
        ("gamma(gamma(x + 1))", lambda x: mp.gamma(mp.gamma(x + 1))),
        ("digamma(1 + lgamma(x)**2)", lambda x: mp.digamma(1 + mp.loggamma(x) ** 2)),
        ("polygamma(2, cos(x) + 2)/x", lambda x: mp.polygamma(2, mp.cos(x) + 2) / x),
        ("beta(x, 3)", lambda x: mp.beta(x, 3)),
        ("beta(x, 2*x)", lambda x: mp.beta(x, 2 * x)),
        ("erf(sin(x))", lambda x: mp.erf(mp.sin(x))),
        ("where(x < 2, lgamma(x), 0)**2", lambda x: mp.loggamma(x) ** 2),
    ],
)
def test_the_gamma_family_of_other_functions(text: str, f: Callable[..., mp.mpf]) -> None:
    """Where a series goes into a series, against Cauchy's integral around the point."""
    order, n = 30, 256
    found = by_line(read(text, ["x=4/3"]), order, digits=30)
    assert found is not None
    with mp.workdps(60):
        ring = [mp.expjpi(mp.mpf(2 * k) / n) for k in range(n)]
        half = [mp.mpmathify(f(mp.mpf(4) / 3 + z / 2)) for z in ring[: n // 2 + 1]]
        values = half + [y.conjugate() for y in half[-2:0:-1]]  # f is real on the real line
        for k, told in enumerate(found.values):
            mean = mp.fsum(y / z**k for y, z in zip(values, ring, strict=True)).real / n
            true = mean * mp.factorial(k) * 2**k
            assert abs(mp.mpf(told) - true) <= abs(true) * mp.mpf(10) ** -29


def test_families_along_an_implicit_function() -> None:
    """There coefficients come an order after the other: y = x along gamma(y) = gamma(x)."""
    f = read("gamma(y) - gamma(x)", ["x=5/2", "y=5/2"])
    x, y = f.inputs
    curve = Implicit(f.f, gradient(f.f, [y])[0], x, y, 12)
    found = proven_series(f, curve.derivatives)
    assert found is not None
    assert [float(v) for v in found.values] == [2.5, 1.0] + [0.0] * 11


def test_a_family_of_what_stands_still() -> None:
    """1 + x + 2 - x is 3 at every t, as is any argument at order 0."""
    for order in (0, 1, 5):
        found = by_line(read("lgamma((1 + x) + (2 - x)) + x", ["x=1/2"]), order)
        assert found is not None
        expected = [math.log(2) + 0.5, 1.0, *[0.0] * 4][: order + 1]
        assert [float(v) for v in found.values] == pytest.approx(expected, rel=1e-15)
