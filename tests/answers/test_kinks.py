"""Kinks and jumps. The mathematics is the oracle: a wrong number is the worst that can happen, a
refusal where there is a derivative the second worst."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from fractions import Fraction
from functools import total_ordering
from itertools import chain, zip_longest
from operator import add, mul, neg, sub
from types import MappingProxyType
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hodiff import calculate
from hodiff import derivatives as graphs
from hodiff.arithmetic.base import Arithmetic
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import Operation
from hodiff.errors import HodiffError
from hodiff.language.problem import Problem, read
from tests.asking import answer, proven
from tests.engine.test_operations import PIECEWISE
from tests.lengths import examples
from tests.printed import asked

ARITHMETIC: ContextVar[str] = ContextVar("arithmetic", default="float")


def derivatives(
    expression: str,
    at: str,
    order: int = 1,
    subgradient: bool = False,
    let: tuple[str, ...] = (),
    wrt: str | None = None,
) -> list[float]:
    """All derivatives to an order: f', f'', ... in one variable, gradient and Hessian in more."""
    problem = read(expression, at=[at], let=let, wrt=wrt)
    x = problem.inputs
    if len(x) == 1 and not x[0].shape:
        outputs = graphs.nth(problem.f, x[0], order)
    else:
        first, rows = graphs.hessian(problem.f, x)
        outputs = first if order == 1 else [*first, *[h for row in rows for h in row]]
    if ARITHMETIC.get() == "ball":
        numbers = proven(problem, [problem.f, *outputs], subgradient).values[1:]
    else:
        numbers = answer(problem, [problem.f, *outputs], subgradient)[1:]
    return np.concatenate([np.ravel(np.array(v, dtype=float)) for v in numbers]).tolist()


@pytest.fixture(autouse=True, params=["float", "ball"])
def arithmetic(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every test runs in both."""
    token = ARITHMETIC.set(request.param)
    yield
    ARITHMETIC.reset(token)


def refused(*arguments: Any, **options: Any) -> HodiffError:
    with pytest.raises(HodiffError) as error:
        pytest.fail(f"{arguments}: {derivatives(*arguments, **options)}")
    return error.value


# Differentiable, though an operation is exactly between two of its pieces.

SMOOTH = [
    ("x*abs(x)", "x=0", [0]),
    ("abs(x)**2", "x=0", [0, 2, 0]),
    ("abs(x)*abs(x)", "x=0", [0, 2]),
    ("abs(x)**3", "x=0", [0, 0]),
    ("abs(x)**1.5", "x=0", [0]),
    ("cos(abs(x))", "x=0", [0, -1, 0, 1]),
    ("sinc(abs(x))", "x=0", [0, -1 / 3]),
    ("log(1 + abs(x)) - abs(x)", "x=0", [0, -1]),
    ("abs(x) - abs(x)", "x=0", [0]),
    ("relu(x)*x", "x=0", [0]),
    ("relu(x) + min(x, 0)", "x=0", [1, 0]),
    ("max(x, 0) + min(x, 0)", "x=0", [1, 0]),
    ("max(x**3, 0)", "x=0", [0, 0]),
    ("max(x, x)", "x=2", [1, 0]),
    ("max(2*x, x + x)", "x=2", [2, 0]),
    ("max(x**2, x**3, x**4)", "x=0", [0]),
    ("min(abs(x), 0)", "x=0", [0]),
    ("clip(x, 0, 1)*(x - 1)", "x=1", [1]),
    ("clip(x, 1, 1)", "x=1", [0, 0]),
    ("x**2*sign(x)", "x=0", [0]),
    ("(x - 1)**2*floor(x)", "x=1", [0]),
    ("(x - 1)**2*ceil(x)", "x=1", [0]),
    ("(x - 0.5)**3*round(x)", "x=0.5", [0, 0]),
    ("floor(x)*0", "x=2", [0, 0]),
    ("round(x)", "x=1", [0, 0]),
    ("(x%1)*(x - 1)**2", "x=1", [0]),
    ("where(x<1, x**2, 2*x - 1)", "x=1", [2]),
    ("where(x<=1, x**2, 2*x - 1)", "x=1", [2]),
    ("where(x==1, 1, x**2)", "x=1", [2, 2]),
    ("where(x!=1, x**2, 3*x - 2)", "x=1", [2, 2]),
    ("where(not (x<0) and not (x>0), 0, x)", "x=0", [1, 0]),
    ("where(x<0 or x>=0, x, x**2)", "x=0", [1, 0]),
    ("where(x<1, where(x<1, x**2, 77*x), 2*x - 1)", "x=1", [2]),
    ("where(x<1, x**2, where(1>x, 77*x, 2*x - 1))", "x=1", [2]),
    ("where(x<1, 1, 0) + where(x>=1, 1, 0)", "x=1", [0, 0]),
    ("where(x, x**2, x)", "x=0", [0]),
    ("(x<1)*(x - 1)**2", "x=1", [0]),
    # No tie where the branch is not taken.
    ("where(x>0, x, abs(x - 2))", "x=2", [1, 0]),
    ("where(x>0 and x>1, x, abs(x - 2))", "x=2", [1, 0]),
    ("where(x<0, floor(x), where(x>1, x**2, abs(x - 2)))", "x=2", [4, 2]),
    # A function that is smooth there, behind a quantity that stays equal or never changes sign.
    ("where(x + 0 == x, x**2, 4)", "x=2", [4, 2]),
    ("where(x - x == 0, x**2, 4)", "x=2", [4, 2]),
    ("where(x + 0 >= x, x**2, 5)", "x=2", [4, 2]),
    ("where(max(x, 0)==0, x**2, 4)", "x=-2", [-4, 2]),
    ("where(floor(x)==2, x**2, 6.25)", "x=2.5", [5, 2]),
    ("where(floor(x)==2, x**2, 0)", "x=2.5", [5, 2]),
    ("where(floor(x)<=2, x**2, 0)", "x=2.5", [5, 2]),
    ("where(sign(x)>=1, x**2, 0)", "x=3", [6, 2]),
    ("where(x**2 >= 0, x**2, 0)", "x=0", [0, 2]),
    ("abs(x**2)", "x=0", [0, 2]),
    ("relu(x**2)", "x=0", [0, 2]),
    ("max(x**2, -x**2)", "x=0", [0, 2]),
    ("max(x**2, x**3, x**4)", "x=0", [0, 2]),
    ("floor(x*x)", "x=0", [0, 0]),
    # Kinks that undo each other.
    ("relu(x) - relu(-x)", "x=0", [1, 0]),
    ("abs(x) - abs(-x)", "x=0", [0]),
    ("abs(x) - max(x, -x)", "x=0", [0]),
    ("floor(x) + x%1", "x=2", [1, 0]),
    ("where(x<100, 1, 0) + where(x>=100, 1, 0)", "x=100", [0, 0]),
    # Beside what is irrational there: in balls no two numbers of it are known to be equal.
    ("x*abs(x) + exp(x)", "x=0", [1]),
    ("abs(x)*x + sin(1)*x", "x=0", [math.sin(1)]),
    ("x**2*relu(x) + sin(x)", "x=0", [1, 0]),
    ("max(x, x) + exp(x)", "x=1", [1 + math.e, math.e]),
    ("max(x, x)**(1/3)", "x=3/2", [1.5 ** (-2 / 3) / 3]),
    ("u=sqrt(x); max(u, u)", "x=2", [0.5**1.5]),
    ("where(x==x, exp(x), 0)", "x=1", [math.e, math.e]),
    # A condition of a branch that isn't taken may be undefined.
    ("where(x>0, where(log(x)>1, 1, x), x**2)", "x=-1", [-2, 2]),
    ("where(x<=0, x**2, where(log(x)>1 and log(x)<2, 1, x))", "x=-1", [-2, 2]),
]

SMOOTH_IN_MORE = [
    # expression, point, gradient, Hessian
    ("where(x>0 and y>0, x*y, 0)", "x=0,y=0", [0, 0], None),
    ("where(x>0 and y>0, x, 0)", "x=0,y=-1", [0, 0], None),
    ("where(x==0, y, sinc(x)*y)", "x=0,y=2", [0, 1], None),
    ("y*abs(x)", "x=0,y=0", [0, 0], None),
    ("y*y*floor(x)", "x=0,y=0", [0, 0], None),
    ("(x*y - 3)**2*floor(x*y)", "x=2,y=1.5", [0, 0], None),
    ("max(x, y)*min(x, y)", "x=1,y=1", [1, 1], [[0, 1], [1, 0]]),
    ("max(x, y)**2 + min(x, y)**2", "x=1,y=1", [2, 2], [[2, 0], [0, 2]]),
    ("x%y", "x=3,y=2", [1, -1], None),
    ("atan2(y, x)", "y=0,x=1", [1, 0], None),
    ("sum(abs(v)**2)", "v=[0, 3, 0]", [0, 6, 0], [[2, 0, 0], [0, 2, 0], [0, 0, 2]]),
    ("sum(relu(v)*v)", "v=[0, 3, -1]", [0, 6, 0], None),
    ("norm([x, y])*0", "x=0,y=0", [0, 0], None),
    ("sum(where(v>0, v**2, abs(v - 1)))", "v=[1, -2]", [2, -1], None),
    ("norm([x, y])**2", "x=0,y=0", [0, 0], None),
    ("hypot(x, y)**2", "x=0,y=0", [0, 0], None),
    ("x*norm([x, y])", "x=0,y=0", [0, 0], None),
    ("x*abs(x) + exp(y)", "x=0,y=1", [0, math.e], None),
    ("max(x, x)*sin(y)", "x=1,y=0", [0, 1], [[0, 1], [1, 0]]),
    ("x*abs(x)*exp(y) + x*exp(y)", "x=0,y=0", [1, 0], None),
    ("where(x>0, where(log(x)==y, 1, x), y**2)", "x=-1,y=1", [0, 2], [[0, 0], [0, 2]]),
]


@pytest.mark.parametrize(("expression", "at", "expected"), SMOOTH)
def test_a_derivative_that_exists(expression: str, at: str, expected: list[float]) -> None:
    found = derivatives(expression, at, len(expected))
    assert found == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize(("expression", "at", "gradient", "hessian"), SMOOTH_IN_MORE)
def test_a_gradient_that_exists(
    expression: str, at: str, gradient: list[float], hessian: list[list[float]] | None
) -> None:
    assert derivatives(expression, at) == gradient
    if hessian:
        assert derivatives(expression, at, 2) == [*gradient, *chain(*hessian)]


KINKS = [
    ("abs(x)", "x=0", 1),
    ("abs(x) + abs(-x)", "x=0", 1),
    ("abs(abs(x) - 1)", "x=0", 1),
    ("abs(abs(x) - 1)", "x=1", 1),
    ("x*abs(x)", "x=0", 2),
    ("abs(x)**3", "x=0", 3),
    ("log(1 + abs(x)) - abs(x)", "x=0", 3),
    ("exp(-abs(x))", "x=0", 1),
    ("relu(x)", "x=0", 1),
    ("relu(x)**2", "x=0", 2),
    ("max(x, -x)", "x=0", 1),
    ("max(x, y)", "x=1,y=1", 1),
    ("max(abs(x), abs(y))", "x=1,y=1", 1),
    ("max(x, 2*x, 3*x)", "x=0", 1),
    ("min(x, 2)", "x=2", 1),
    ("max(x**3, 0)", "x=0", 3),
    ("clip(x, 0, 1)", "x=1", 1),
    ("clip(x, 0, 1)", "x=0", 1),
    ("clip(x, lo, hi)", "x=0,lo=1,hi=1", 1),
    ("sign(x)", "x=0", 1),
    ("x*sign(x)", "x=0", 1),
    ("sign(x)**2", "x=0", 1),
    ("floor(x)", "x=2", 1),
    ("x - floor(x)", "x=2", 1),
    ("floor(x*y)", "x=2,y=1.5", 1),
    ("x//2", "x=4", 1),
    ("(x - 1)**2*floor(x)", "x=1", 2),
    ("ceil(x)", "x=-1", 1),
    ("ceil(x) - floor(x)", "x=1", 1),
    ("round(x)", "x=0.5", 1),
    ("round(x)", "x=1.5", 1),
    ("x%1", "x=2", 1),
    ("x%y", "x=4,y=2", 1),
    ("x%y", "x=0,y=-2", 1),
    ("norm([x, y])", "x=0,y=0", 1),
    ("norm(v)", "v=[0, 0]", 1),
    ("hypot(x, y)", "x=0,y=0", 1),
    ("hypot(x, 0)", "x=0", 1),
    ("sum(abs(v))", "v=[1, 0]", 1),
    ("y*abs(x)", "x=0,y=0", 2),
    ("y*floor(x)", "x=0,y=0", 1),
    ("abs(x - y)", "x=1,y=1", 1),
    ("where(x<1, x**2, 2*x - 1)", "x=1", 2),
    ("where(x<1, x, 2*x)", "x=1", 1),
    ("where(x==1, 2, x**2)", "x=1", 1),
    ("where(x, 5, x)", "x=0", 1),
    ("where(0<=x<1, x, 0)", "x=0", 1),
    ("where(x>0 and y>0, x + y, 0)", "x=0,y=0", 1),
    ("where(x>0 and y>0, x, 0)", "x=0,y=1", 1),
    ("where(x>0 or y>0, x, 0)", "x=0,y=-1", 1),
    ("where(not x>0, x, 2*x)", "x=0", 1),
    ("(x<1)*abs(x - 1)", "x=1", 1),
    # The branch that is not taken at the point is taken next to it.
    ("where((x<1) == (0<1), abs(x - 1), 0)", "x=1", 1),
    ("where((x<1) != (0<1), 0, abs(x - 1))", "x=1", 1),
    ("where(where(x<1, 1, 2) < 1.5, abs(x - 1), 0)", "x=1", 1),
    ("where(sign(x) < -0.5, abs(2*x), 0)", "x=0", 1),
    ("where(floor(x) < -0.5, abs(2*x), 0)", "x=0", 1),
    ("where(x%1 > 0.5, abs(x - 1), 0)", "x=1", 1),
    ("where((x<1)*1, abs(x - 1), 0)", "x=1", 1),
    ("where((x<1) - 1, 0, abs(x - 1))", "x=1", 1),
    # Another tie, which is there only on one side of the first.
    ("abs(x%1 - 1)*(x%1)**2", "x=1", 1),
    ("max(0, abs(x) + ceil(x - 1))", "x=0", 1),
    ("where(x%1 <= x*x, 1, 0.5)", "x=1", 1),
    ("q = where(x<1, x, x + 2); where(q<2, abs(q - 1), 0)", "x=1", 1),
    ("y = floor(x + where(x<1, 5.5, 1)); (x - 1)*(y - 6.5)*(y - 5.5)*(y - 2)*(y - 1)", "x=1", 1),
    # Along the line x = 0 the function is neither side's.
    ("where(x==0, y, 0)", "x=0,y=0", 1),
    ("where(x<0 or x>0, 0, y)", "x=0,y=0", 1),
    ("y*sign(x)**2", "x=0,y=0", 1),
    # The cut of atan2.
    ("atan2(y, x)", "y=0,x=-1", 1),
    ("atan2(y, -3)", "y=0", 1),
]


@pytest.mark.parametrize(("expression", "at", "order"), KINKS)
def test_no_derivative(expression: str, at: str, order: int) -> None:
    fault = refused(expression, at, order)
    assert fault.kind == "kink"
    assert fault.start is not None
    assert fault.exit_code == 1


@pytest.mark.parametrize(
    ("expression", "at", "kind"),
    [
        ("log(abs(x))", "x=0", "pole"),
        ("1/abs(x)", "x=0", "pole"),
        ("max(1/x, 2)", "x=0", "pole"),
        ("abs(y)*log(x)", "x=-1,y=0", "domain"),
        ("abs(x)/x", "x=0", "domain"),
    ],
)
def test_a_point_outside_the_domain_is_no_kink(expression: str, at: str, kind: str) -> None:
    assert refused(expression, at).kind == kind


def test_the_bounds_of_clip_the_wrong_way_round() -> None:
    """min(max(x, lo), hi) is hi there, wherever x is."""
    for x in (0, 1.5, 5):
        assert derivatives("clip(x, lo, hi)", f"x={x},lo=2,hi=1") == [0, 0, 1]


def test_a_tie_between_constants_is_none() -> None:
    assert derivatives("abs(a)*x + floor(a)", "x=2", let=("a=0",)) == [0]
    assert derivatives("where(a<1, x, 2*x)", "x=2", let=("a=1",)) == [2]
    assert derivatives("abs(x)*y + floor(x)", "x=0,y=3", wrt="y") == [0]
    assert derivatives("max(a, b)*x", "x=2", let=("a=1", "b=a")) == [1]


def test_a_value_has_no_kinks() -> None:
    problem = read("floor(x) + abs(x) + where(x<0, 5, 7)", at=["x=0"])
    assert answer(problem, [problem.f], differentiated=False) == [7]


# What PyTorch documents: torch.abs, relu and linalg.vector_norm 0, maximum and minimum half each,
# clamp 1 at its bounds, sign, floor, ceil, round 0, remainder 1.
CONVENTIONS = [
    ("abs(x)", "x=0", [0]),
    ("relu(x)", "x=0", [0]),
    ("max(x, 2*x)", "x=0", [1.5]),
    ("min(x, 2*x)", "x=0", [1.5]),
    ("max(x, y)", "x=1,y=1", [0.5, 0.5]),
    ("min(x, y)", "x=1,y=1", [0.5, 0.5]),
    ("clip(x, 0, 1)", "x=0", [1]),
    ("clip(x, 0, 1)", "x=1", [1]),
    ("sign(x)", "x=0", [0]),
    ("floor(x)", "x=2", [0]),
    ("ceil(x)", "x=2", [0]),
    ("round(x)", "x=0.5", [0]),
    ("x%1", "x=2", [1]),
    ("norm([x, y])", "x=0,y=0", [0, 0]),
    ("norm(v)", "v=[0, 0]", [0, 0]),
    ("hypot(x, y)", "x=0,y=0", [0, 0]),
    ("sum(abs(v))", "v=[0, 2, 0]", [0, 1, 0]),
    ("x*abs(x)", "x=0", [0]),
    ("exp(3*x)*relu(x + 1)", "x=-1", [0]),
]


@pytest.mark.parametrize(("expression", "at", "expected"), CONVENTIONS)
def test_subgradient(expression: str, at: str, expected: list[float]) -> None:
    assert derivatives(expression, at, subgradient=True) == expected


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ("where(x<1, x, 2*x)", "x=1"),
        ("sqrt(x**2 + y**2)", "x=0,y=0"),
        ("1/abs(x)", "x=0"),
        ("sqrt(x)", "x=0"),
    ],
)
def test_subgradient_has_no_convention_for_these(expression: str, at: str) -> None:
    refused(expression, at, subgradient=True)


SQUARED = [  # a slope of hypot(x, x), sqrt(2) or -sqrt(2), comes in squared
    (("nth", "hypot(x,x)**2", "--at", "x=0", "--order", "2"), "derivative", 4),
    (("nth", "cos(hypot(x,x))", "--at", "x=0", "--order", "2"), "derivative", -2),
    *[(("tensor", f, "--at", "x=0,y=0", "--order", "3"), "tensor",
       [{"indices": i, "value": v} for i, v in (([0, 0, 0], 0), ([0, 0, 1], 4), ([0, 1, 1], 0),
                                                ([1, 1, 1], 0))])
      for f in ("hypot(x,x)**2*y", "hypot(x,x)*hypot(x,x)*y")],
]  # fmt: skip


@pytest.mark.parametrize(("command", "field", "expected"), SQUARED, ids=str)
def test_runs_that_agree_at_the_ends_are_no_proof(
    command: tuple[str, ...], field: str, expected: Any
) -> None:
    for arithmetic in ("ball", "float"):
        found = asked(*command, "--arithmetic", arithmetic)
        assert found.get(field, expected) == expected
        assert field in found or found["error"]["kind"] == "kink"


def test_what_vanishes_times_a_wild_slope_is_told() -> None:
    """The Hessian of r**4 and r**3 is 0 at the origin, and of r**2*z there, whatever the slopes."""
    for text in ("norm([x,y])**4", "norm([x,y])**3", "hypot(x,x)*x*y", "hypot(x,x)**2*y"):
        assert asked("hessian", text, "--at", "x=0,y=0")["hessian"] == [[0, 0], [0, 0]]


def test_the_mend_for_a_square_root_of_squares() -> None:
    for subgradient in (False, True):
        fault = refused("sqrt(x**2+y**2)", "x=0,y=0", subgradient=subgradient)
        assert "norm([x, y])" in fault.message


SLOPES = r"the slope(?: in (\w+))? is (\S+) from the left and (\S+) from the right"


@pytest.mark.parametrize(
    ("expression", "at", "slopes"),
    [
        ("abs(x)", "x=0", (None, -1, 1)),
        ("abs(2 - x)", "x=2", (None, -1, 1)),
        ("max(x, 3*x)", "x=0", (None, 1, 3)),
        ("min(1 - x, x - 1)", "x=1", (None, 1, -1)),
        ("where(x<1, x, x**3)", "x=1", (None, 1, 3)),
        ("where(1<=x, x**3, x)", "x=1", (None, 1, 3)),
        ("clip(x, 0, 1)", "x=1", (None, 1, 0)),
        ("y*abs(x)", "x=0,y=3", ("x", -3, 3)),
        ("abs(x - y)", "x=1,y=1", ("x", -1, 1)),
    ],
)
def test_the_slopes_on_both_sides(expression: str, at: str, slopes: tuple[Any, ...]) -> None:
    found = re.search(SLOPES, refused(expression, at).message)
    assert found is not None
    assert (found[1], float(found[2]), float(found[3])) == slopes


# Random piecewise polynomials. Next to a point the truth is arithmetic with an infinitesimal.


@total_ordering
class Near:
    """a + b*h + c*h**2 ... for a positive h smaller than any number, in exact fractions."""

    def __init__(self, *coefficients: Any) -> None:
        self.coefficients = [Fraction(c) for c in coefficients]

    def __add__(self, other: Any) -> Near:
        return Near(*map(sum, zip_longest(self.coefficients, near(other), fillvalue=0)))

    def __mul__(self, other: Any) -> Near:
        product = [Fraction(0)] * (len(self.coefficients) + len(near(other)))
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(near(other)):
                product[i + j] += a * b
        return Near(*product)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self) -> Near:
        return self * -1

    def __sub__(self, other: Any) -> Near:
        return self + other * Fraction(-1)

    def __rsub__(self, other: Any) -> Near:
        return -self + other

    def __pow__(self, n: Fraction) -> Near:
        return math.prod([self] * int(n), start=Near(1))

    def __eq__(self, other: object) -> bool:
        return not any((self - other).coefficients)

    def __lt__(self, other: Any) -> bool:
        return next((c < 0 for c in (self - other).coefficients if c), False)

    def __bool__(self) -> bool:
        return self != 0

    def __abs__(self) -> Near:
        return -self if self < 0 else self

    def __floor__(self) -> int:
        n = math.floor(self.coefficients[0])
        return n - 1 if self < n else n

    def __ceil__(self) -> int:
        return -math.floor(-self)

    def __round__(self) -> int:
        n = math.floor(self + Fraction(1, 2))
        return n - 1 if n % 2 and self + Fraction(1, 2) == n else n

    def __mod__(self, other: Fraction) -> Near:
        return self - other * math.floor(self * (1 / other))


def near(x: Any) -> list[Fraction]:
    """The coefficients of a number."""
    return x.coefficients if isinstance(x, Near) else [Fraction(x)]


class Exact(Arithmetic):
    """An arithmetic of fractions, infinitesimals included."""

    table = MappingProxyType({
        **{name: python for name, (_, python) in PIECEWISE.items()},
        "add": add, "sub": sub, "mul": mul, "neg": neg, "pow": lambda a, b: a**b,
    })  # fmt: skip

    def number(self, x: Any) -> Any:
        return x if isinstance(x, bool) else Fraction(x)

    def function(self, operation: Operation) -> Callable[..., Any]:
        return self.table[operation.name]


def truth(problem: Problem, x: int, side: int, order: int) -> list[float]:
    """f and its derivatives just beside x; at x itself where side is 0."""
    (variable,) = problem.inputs
    (value,) = evaluate([problem.f], {variable: Near(x, side)}, Exact())
    taylor = [*near(value), *[Fraction(0)] * order][: order + 1]
    return [float(c * math.factorial(k) * side**k) for k, c in enumerate(taylor)]


@st.composite
def numbers(draw: st.DrawFn, depth: int = 3) -> str:
    """The text of a piecewise polynomial."""
    kind = draw(st.integers(0, 9)) if depth else 0
    if kind == 0:
        return draw(st.sampled_from(["x", "x", "(x - 1)", "(x - 1)", "2", "-1", "(1/2)"]))
    a, b = draw(numbers(depth - 1)), draw(numbers(depth - 1)) if kind > 5 else ""
    if kind <= 2:
        functions = ["abs", "relu", "sign", "floor", "ceil", "round"]
        return f"{draw(st.sampled_from(functions))}({a})"
    if kind <= 4:
        return f"({a} % {draw(st.sampled_from('12'))})"
    if kind == 5:
        return f"({a})**2"
    if kind == 6:
        return f"{draw(st.sampled_from(['max', 'min']))}({a}, {b})"
    if kind <= 8:
        return f"({a} {draw(st.sampled_from('*+-'))} {b})"
    return f"where({draw(conditions(depth - 1))}, {a}, {b})"


@st.composite
def conditions(draw: st.DrawFn, depth: int) -> str:
    kind = draw(st.integers(0, 3)) if depth else 0
    if kind == 0:
        a, b = draw(numbers(max(depth - 1, 0))), draw(numbers(max(depth - 1, 0)))
        return f"{a} {draw(st.sampled_from(['<', '<=', '>', '>=', '==', '!=']))} {b}"
    if kind == 1:
        return f"(not {draw(conditions(depth - 1))})"
    word = draw(st.sampled_from(["and", "or", "=="]))
    return f"(({draw(conditions(depth - 1))}) {word} ({draw(conditions(depth - 1))}))"


@pytest.mark.parametrize(
    ("text", "smooth", "at"),
    [
        ("where(x < 1, x**2*exp(y), (2*x - 1)*exp(y))", "x**2*exp(y)", (1, 0.3)),
        ("where(x < 1, x**2, 2*x - 1)*norm([y, 1])", "x**2*sqrt(y**2 + 1)", (1, 0.3)),
        ("max(sin(x), x)*norm([y, 1])", "x*sqrt(y**2 + 1)", (0, 3)),
        ("where(x < y, log(x) + 1, log(y) + x/y)", "log(y) + x/y", (3, 3)),
        ("piecewise(x < 1, log(x), x - 1)*log(exp(y) + e)", "(x - 1)*log(exp(y) + e)", (1, 2)),
        ("(max(x, y) + min(x, y))*exp(y)", "(x + y)*exp(y)", (1, 1)),
    ],
)
def test_pieces_that_meet_in_numbers_that_are_not_rational(
    text: str, smooth: str, at: tuple[float, float]
) -> None:
    """No ball tells that e + e is 2*e: an identity does."""
    scope = {name: getattr(mpmath, name) for name in ("sin", "log", "exp", "sqrt", "e")}
    f = eval(f"lambda x, y: {smooth}", scope)
    found = calculate("grad", text, at=dict(zip("xy", at, strict=True)))
    with mpmath.workdps(40):
        point = [mpmath.mpf(str(x)) for x in at]
        slopes = [float(mpmath.diff(f, point, n)) for n in ((1, 0), (0, 1))]
        assert [found.value, *found.gradient.values()] == [float(f(*point)), *slopes]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("where(x < 1, x**2*exp(y), (2*x - 1)*exp(y) + (x - 1)*1e-2000)", "undecided"),
        ("where(x < 1, x**2*exp(y), (2*x - 1)*exp(y) + (x - 1)*1e-300)", "kink"),
        ("where(x < y, sin(x)*y, sin(y)*x)", "kink"),
    ],
)
def test_pieces_that_nearly_meet(text: str, kind: str) -> None:
    with pytest.raises(HodiffError) as found:
        calculate("grad", text, at={"x": 1, "y": 1})
    assert found.value.kind == kind


@settings(deadline=None, max_examples=examples(400), derandomize=True)
@given(numbers(), st.integers(-1, 2), st.integers(1, 2))
def test_never_a_wrong_number(expression: str, x: int, order: int) -> None:
    problem = read(expression, at=[f"x={x}"])
    here, left, right = (truth(problem, x, side, order) for side in (0, -1, 1))
    try:
        found = derivatives(expression, f"x={x}", order)
    except HodiffError as fault:
        said = re.search(SLOPES, fault.message)
        if said:
            assert [float(said[2]), float(said[3])] == [left[1], right[1]]
        return
    assert left == right == [here[0], *found]
