"""What is said to be 0 by an identity is 0 wherever it has a value: mpmath says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hodiff.language.problem import read
from hodiff.views.identity import vanishing

IDENTITIES = """
    sin(x)**2 + cos(x)**2 = 1
    sin(2*x) = 2*sin(x)*cos(x)
    cos(2*x) = 1 - 2*sin(x)**2
    sin(3*x) = 3*sin(x) - 4*sin(x)**3
    1 + tan(x)**2 = sec(x)**2
    tan(x/2) = sin(x)/(1 + cos(x))
    cot(x) = csc(x)*cos(x)
    sin(x + y) = sin(x)*cos(y) + cos(x)*sin(y)
    sin(x)*cos(y) = (sin(x + y) + sin(x - y))/2
    sin(x + pi/2) = cos(x)
    cos(pi/6) = sqrt(3)/2
    cosh(x)**2 - sinh(x)**2 = 1
    tanh(x) = (exp(2*x) - 1)/(exp(2*x) + 1)
    sech(x) = 2/(exp(x) + exp(-x))
    exp(x + y) = exp(x)*exp(y)
    e**(x + 1) = e*exp(x)
    4**x = 2**(2*x)
    12**x = 3**x*exp(2*x*log(2))
    x**x = exp(x*log(x))
    x**n*x = x**(n + 1)
    x**n*exp(-n*log(x)) = 1
    log(2*x) = log(2) + log(x)
    log(x**3) = 3*log(x)
    log(x*y) = log(x) + log(y)
    log10(x) = log(x)/log(10)
    log(sqrt(x)) = log(x)/2
    log(exp(x)) = x
    exp(2*log(x)) = x**2
    sqrt(x - 1)*sqrt(x + 1) = sqrt(x**2 - 1)
    sqrt(x/(1 + x**2)) = sqrt(x)/sqrt(1 + x**2)
    sqrt(8*x) = 2*sqrt(2)*sqrt(x)
    sqrt(exp(x)) = exp(x/2)
    sqrt(x**2) = abs(x)
    x**(1/3)*x**(1/6) = sqrt(x)
    1/(1 + sqrt(x)) = (1 - sqrt(x))/(1 - x)
    x**(1/3) = cbrt(x)
    cbrt(x)**3 = x
    x*sign(x) = abs(x)
    x/abs(x) = sign(x)
    abs(-2*x*y) = 2*abs(x)*abs(y)
    abs(x)*sqrt(x) = x*sqrt(x)
    max(x, y) + min(x, y) = x + y
    acos(x) = pi/2 - asin(x)
    atan(-x) = -atan(x)
    atanh(x) = (log(1 + x) - log(1 - x))/2
    erfc(x) = 1 - erf(x)
    sigmoid(x) = 1/(1 + exp(-x))
    logit(x) = log(x/(1 - x))
    asec(x) = acos(1/x)
    acsc(x) = pi/2 - asec(x)
    acoth(x) = atanh(1/x)
    acsch(x) = asinh(1/x)
    sind(x) = sin(pi*x/180)
    sind(x)**2 + cosd(x)**2 = 1
    tand(2*x) = sind(2*x)/cosd(2*x)
    heaviside(x) = (1 + sign(x))/2
    factorial(x) = gamma(x + 1)
    factorial(x - 1 + x) = gamma(2*x)
    golden_ratio**2 = golden_ratio + 1
    euler_gamma*x - catalan = x*euler_gamma - catalan
    softplus(x) = log(1 + exp(x))
    sinc(x) = sin(x)/x
    sinc(x, 2) = -sin(x)/x - 2*cos(x)/x**2 + 2*sin(x)/x**3
    hypot(x, y)**2 = x**2 + y**2
    gamma(x + x) = gamma(2*x)
    relu(x)*where(x > 0, 1, 0) = relu(x)
    where(x >= y, 1, where(x == y, 5, 0)) = 1 - where(x < y, 1, 0)
    (x + y)**1000 = (y + x)**1000
"""

NONE = """
    sqrt(x**2) = x
    (x**2)**(1/2) = x
    (x**2)**(n/2) = x**n
    log(x**2) = 2*log(abs(x)) + x
    sign(x)**2 = 1
    abs(x)*sign(x) = 1
    cbrt(x**3) = abs(x)
    sqrt((x - 1)**2) = x - 1
    asin(sin(x)) = x
    acot(-x) = -acot(x)
    factorial(x) = x*factorial(x - 1) + 1
    euler_gamma = catalan
    where(x > 0, sqrt(x), 0)**2 + sqrt(x**2) = where(x > 0, sqrt(x), 0)**2 + x
    where(x > 0, 1/x, 0) + sign(x)**2 = where(x > 0, 1/x, 0) + 1
    sqrt(x)*sqrt(x*(y - 1)) + sqrt((y - 1)**2) = sqrt(x)*sqrt(x*(y - 1)) + y - 1
    sqrt(abs(x)**3*sign(x) + 5)**2*sign(x)**4 - 5*sign(x)**4 = x**3*sign(x)**3
    1/(sin(x)**2 + cos(x)**2 - 1) = 1/(cosh(x)**2 - sinh(x)**2 - 1)
    sin(x) = x
    2**(x + y) = 2**x + 2**y
    floor(x)*2 = floor(2*x)
    where(x >= 0, 1, 0) = where(x > 0, 1, 0)
    where(x > 0, log(x), log(x)) = log(x)
"""


def sides(text: str) -> list[tuple[str, str]]:
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        left, right = line.split(" = ")
        found.append((left, right))
    return found


def equal(left: str, right: str) -> bool:
    f = read(f"({left}) - ({right})").f
    return vanishing(f, [f])[0]


@pytest.mark.parametrize("left, right", sides(IDENTITIES))
def test_identities(left: str, right: str) -> None:
    assert equal(left, right)


@pytest.mark.parametrize("left, right", sides(NONE))
def test_no_identities(left: str, right: str) -> None:
    assert not equal(left, right)


def test_what_the_function_needs_is_known() -> None:
    """log(x) has a value for x > 0 alone, and so its derivative is asked for there alone."""
    f, difference = read("[log(x), 1/sqrt(x**2) - 1/x]").f.inputs
    assert vanishing(f, [difference]) == [True]
    assert vanishing(difference, [difference]) == [False]


# ------------------------------------------------------------------ 40 digits, real numbers alone


class Real:
    """A real number of mpmath, nan where there is none; powers are as the language has them."""

    def __init__(self, x: Any) -> None:
        self.x = mpmath.nan if isinstance(x, mpmath.mpc) or not mpmath.isfinite(x) else +x

    def __add__(self, other: Real) -> Real:
        return Real(self.x + other.x)

    def __sub__(self, other: Real) -> Real:
        return Real(self.x - other.x)

    def __mul__(self, other: Real) -> Real:
        return Real(self.x * other.x)

    def __truediv__(self, other: Real) -> Real:
        return Real(self.x / other.x if other.x else mpmath.nan)

    def __neg__(self) -> Real:
        return Real(-self.x)

    def __pow__(self, other: Real) -> Real:
        a, b = self.x, other.x
        if mpmath.isnan(a) or mpmath.isnan(b) or (a == 0 and b < 0):
            return Real(mpmath.nan)
        if a == 0:
            return Real(mpmath.mpf(b == 0))
        return Real(a ** int(b) if mpmath.isint(b) else a**b)

    def __gt__(self, other: Real) -> bool:
        return bool(self.x > other.x)


def of_numbers(function: Callable[..., Any]) -> Callable[..., Real]:
    def called(*xs: Real) -> Real:
        if any(mpmath.isnan(x.x) for x in xs):
            return Real(mpmath.nan)
        try:
            return Real(function(*(x.x for x in xs)))
        except ValueError:
            return Real(mpmath.nan)

    return called


NAMES = {
    **{
        name: of_numbers(getattr(mpmath, name))
        for name in ("sin", "cos", "tan", "sqrt", "exp", "log", "sinh", "sign", "atan", "hypot")
    },
    "abs": of_numbers(abs),
    "cbrt": of_numbers(lambda x: mpmath.sign(x) * mpmath.root(abs(x), 3)),
    "max": of_numbers(max),
    "relu": of_numbers(lambda x: max(x, mpmath.mpf(0))),
    "where": lambda test, a, b: a if test else b,
    "N": lambda n: Real(mpmath.mpf(n)),
}


def tokens(text: str) -> list[str]:
    return re.findall(r"[A-Za-z_]\w*|\d+|\*\*|.", text)


def compiled(text: str) -> Any:
    return compile("".join(f"N({t})" if t.isdigit() else t for t in tokens(text)), text, "eval")


TEMPTING = """
    sqrt(A**2) = A
    sqrt(A*B) = sqrt(A)*sqrt(B)
    sqrt(A/B) = sqrt(A)/sqrt(B)
    log(A*B) = log(A) + log(B)
    log(A/B) = log(A) - log(B)
    log(A**2) = 2*log(A)
    log(A**B) = B*log(A)
    (A**2)**(1/2) = A
    (A**B)**C = A**(B*C)
    A**(B*C) = (A**B)**C
    A**B*A**C = A**(B + C)
    (A*B)**C = A**C*B**C
    exp(log(A)) = A
    exp(B*log(A)) = A**B
    log(exp(A)) = A
    sign(A)*A = abs(A)
    sign(A)**2 = 1
    sign(A*B) = sign(A)*sign(B)
    abs(A)/A = sign(A)
    abs(A)**2 = A**2
    abs(A*B) = abs(A)*abs(B)
    1/(1/A) = A
    A/A = 1
    A**0 = 1
    A**B/A = A**(B - 1)
    cbrt(A**3) = A
    A**(1/3) = cbrt(A)
    cbrt(A)*cbrt(B) = cbrt(A*B)
    sqrt(A)**2 = A
    log(abs(A)) = log(A)
    log(sqrt(A)) = log(A)/2
    atan(tan(A)) = A
    tan(A) = sin(A)/cos(A)
    sin(A + B) = sin(A)*cos(B) + cos(A)*sin(B)
    cos(2*A) = 2*cos(A)**2 - 1
    max(A, B) = (A + B + abs(A - B))/2
    max(A, B)*C = max(A*C, B*C)
    relu(A) = A
    relu(A)*relu(B) = relu(A*B)
    hypot(A, B) = sqrt(A**2 + B**2)
    hypot(A, 0) = A
    sinh(A) = (exp(A) - exp(-A))/2
    where(A > 0, sqrt(A), B) = sqrt(A)
    where(A > 0, B, B) = B
"""

PARTS = """x, y, n, (-x), (x-1), (x**2), (x*y), 2, (x+y), sqrt(x), where(x>0,x,y), abs(x), exp(x),
    sin(x), (x-y), (1/2), (1/x), (x**n), sign(x), (-2), (y**2), log(x), sqrt(1+x**2), cbrt(x),
    (x**(3/2)), 3, (x**2-1), (-x**2), (x**2*y), (sin(x)-cos(x)), tan(x), max(x,y), (x/y)"""
CONTEXTS = """{}, {}*x, {}+sqrt(x), sqrt({}), ({})**2, x/({}), ({})*where(x>0,sqrt(x),y), exp({}),
    abs({}), {}+sqrt(x*y), ({})**n, sin({}), ({})*sign(x), log({}), x**({}), {}+log(y)"""
parts, contexts = (
    st.sampled_from(re.split(r",\s+", text.replace("\n", " "))) for text in (PARTS, CONTEXTS)
)

GRID = [-2, -1, -0.5, 0, 0.5, 1, 3, 1.7]
POINTS = list(product(GRID, GRID, [-1, 2, 0.5, 3]))[::7]


@given(st.sampled_from(sides(TEMPTING)), parts, parts, parts, contexts, contexts)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_nothing_is_an_identity_that_fails_at_a_point(
    rule: tuple[str, str], a: str, b: str, c: str, inner: str, outer: str
) -> None:
    made = []
    for side in rule:
        text = "".join(
            {"A": f"({a})", "B": f"({b})", "C": f"({c})"}.get(t, t) for t in tokens(side)
        )
        made.append(outer.format(f"({inner.format(f'({text})')})"))
    assume(equal(*made))
    with mpmath.workdps(40):
        one, other = map(compiled, made)
        for point in POINTS:
            names = NAMES | {x: Real(mpmath.mpf(v)) for x, v in zip("xyn", point, strict=True)}
            try:
                left, right = eval(one, names).x, eval(other, names).x
            except OverflowError:
                continue
            if not mpmath.isnan(left + right) and max(abs(left), abs(right)) < 1e100:
                assert abs(left - right) < 1e-25 * (1 + abs(left)), (made, point)
