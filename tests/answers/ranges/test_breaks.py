"""Breaks of functions: where mathematics has them, what they are, and that nothing is missed."""

import math

import mpmath
import numpy as np
import pytest

from hodiff import parse
from hodiff.answers.ranges import breaks
from hodiff.answers.ranges.breaks import broken
from hodiff.answers.ranges.curve import curve
from hodiff.answers.ranges.isolate import Work
from hodiff.derivatives import gradient
from tests import lengths

INF = math.inf


def found(expression, low=-3.0, high=3.0, order=0):
    f, variables = parse(expression)
    (x,) = variables.values()
    before = None
    for _ in range(order):
        before = broken(f, x, low, high, Work(10**7), before)
        (f,) = gradient(f, [x])
    return broken(f, x, low, high, Work(10**7), before)


def told(expression, *more, **named):
    """(kind, place, limit from the left, from the right) of each break."""
    return [
        (b.kind, b.at, b.left.value, b.right.value)
        for b in found(expression, *more, **named).breaks
    ]


ROOT2, DOTTIE = math.sqrt(2), float(mpmath.findroot(lambda x: mpmath.cos(x) - x, 0.7))


@pytest.mark.parametrize(
    "expression, places",
    [
        ("tan(x)", [("pole", -math.pi / 2, INF, -INF), ("pole", math.pi / 2, INF, -INF)]),
        ("1/x", [("pole", 0, -INF, INF)]),
        ("1/x**2", [("pole", 0, INF, INF)]),
        ("1/(x**2 - 2)", [("pole", -ROOT2, INF, -INF), ("pole", ROOT2, -INF, INF)]),
        ("1/(cos(x) - x)", [("pole", DOTTIE, INF, -INF)]),
        ("csc(x/2 + 1)", [("pole", -2, -INF, INF)]),
        ("abs(x)", [("kink", 0, 0, 0)]),
        ("max(x, cos(x))", [("kink", DOTTIE, DOTTIE, DOTTIE)]),
        ("cbrt(x)", [("steep", 0, 0, 0)]),
        ("floor(x)", [("jump", n, n - 1, n) for n in range(-2, 4)]),
        ("x % 1", [("jump", n, 1, 0) for n in range(-2, 4)]),
        ("floor(exp(x))", [("jump", math.log(n), n - 1, n) for n in range(1, 21)]),
        ("where(x < 1, x, x**2 + 1)", [("jump", 1, 1, 2)]),
        ("atan(1/x)", [("jump", 0, -math.pi / 2, math.pi / 2)]),
        ("sqrt(x)", [("end", 0, None, 0)]),
        ("sqrt(cos(x) - x)", [("end", DOTTIE, 0, None)]),
        ("asin(x)", [("end", -1, None, -math.pi / 2), ("end", 1, math.pi / 2, None)]),
        ("log(x)", [("pole", 0, None, -INF)]),
        ("x*log(x)", [("end", 0, None, 0)]),
        ("sin(x)/x", [("hole", 0, 1, 1)]),
        ("sin(x**2 - 2)/(x**2 - 2)", [("hole", -ROOT2, 1, 1), ("hole", ROOT2, 1, 1)]),
        ("exp(-1/x**2)", [("hole", 0, 0, 0)]),
        ("gamma(x)", [("pole", n, -INF if n % 2 == 0 else INF, INF if n % 2 == 0 else -INF)
                      for n in range(-3, 1)]),
        ("where(x == 1, 5, x)", [("jump", 1, 1, 1)]),
        ("x**3 - x", []),
        ("abs(x)**3", []),
        ("sqrt(x**4 + 1)", []),
    ],
)  # fmt: skip
def test_where_mathematics_has_them(expression, places):
    listed = told(expression)
    if expression == "gamma(x)":  # -3 is the end of the range: the left side isn't in it
        listed[0] = (*listed[0][:2], places[0][2], listed[0][3])
    if expression in ("floor(x)", "x % 1"):  # and so is 3
        listed[-1] = (*listed[-1][:3], places[-1][3])
    assert [kind for kind, *_ in listed] == [kind for kind, *_ in places]
    for (_, *numbers), (_, *expected) in zip(listed, places, strict=True):
        for number, wanted in zip(numbers, expected, strict=True):
            assert number == wanted or number == pytest.approx(wanted, abs=1e-15, rel=1e-15)


def test_what_is_proven_and_what_is_a_guess():
    assert all(b.proven for b in found("tan(x)").breaks)
    assert not any(b.proven for b in found("log(x)").breaks)


@pytest.mark.parametrize("expression", ["sin(1/x)", "sin(pi/x)", "sin(1/x)/x", "cos(1/x)/x**2"])
def test_what_has_no_limit_stays_open(expression):
    """Along 1/2, 1/4, 1/8 ... sin(pi/x) is 0 all the time."""
    (b,) = found(expression).breaks
    assert (b.kind, b.at, b.proven) == ("open", 0, False)
    assert b.left.low <= -1 and b.left.high >= 1


def test_a_slope_beside_a_jump_at_no_simple_number():
    """Of floor(exp(x)) + x*round(x) beside log(2), where round(x) is 1: there it has no value."""
    assert told("floor(exp(x)) + x*round(x)", 0.6, 0.9, order=1) == [
        ("hole", pytest.approx(math.log(2), rel=1e-15), 1, 1)
    ]


def test_what_may_be_smooth_is_no_kink():
    """It is, with all derivatives 0, but no series shows that."""
    (b,) = found("where(x == 0, 0, exp(-1/x**2))").breaks
    assert (b.kind, b.left.value, b.right.value, b.value) == ("open", 0, 0, 0)


def test_a_derivative_breaks_where_the_function_does():
    """The rules give 0 for the slope of floor, everywhere."""
    assert told("floor(x)", order=1) == [("hole", n, 0, 0) for n in range(-2, 3)]
    assert told("log(x)", order=1) == [("pole", 0, None, INF)]
    assert found("log(x)", order=1).smooth[0][0] > 0  # 1/x has values below 0, too
    assert found("log(-1 - x**2)", order=1).smooth == []
    assert told("abs(x)", order=1) == [("jump", 0, -1, 1)]
    assert told("abs(x)", order=2) == [("hole", 0, 0, 0)]


def test_so_many_breaks_that_they_cant_be_told_apart(monkeypatch):
    if not lengths.LONG:
        monkeypatch.setattr(breaks, "MOST_PENDING", 512)
        monkeypatch.setattr(breaks, "MOST_TOLD", 44)
    result = found("tan(1/x)")
    assert len(result.breaks) < 5000 and any(x.box[0][0] < 0 < x.box[0][1] for x in result.open)
    told_ = [b for b in result.breaks if b.kind == "pole"]
    assert len(told_) > 40
    for b in told_:  # at 1/((k + 1/2)*pi)
        k = 1 / (b.at * math.pi) - 0.5
        assert abs(k - round(k)) < 1e-9


@pytest.mark.parametrize(
    "expression, function",
    [("x*sin(5*x)", lambda x: x * np.sin(5 * x)), ("exp(-1e8*(x - 0.123)**2)",
     lambda x: np.exp(-1e8 * (x - 0.123) ** 2)), ("1/x", lambda x: 1 / x),
     ("sqrt(x)", np.sqrt), ("sin(1/x)", lambda x: np.sin(1 / x))],
)  # fmt: skip
def test_bounds_hold_between_the_points(expression, function):
    f, variables = parse(expression)
    (x,) = variables.values()
    drawn = curve(f, x, -3.0, 3.0, Work(10**7))
    assert drawn.points <= 3000
    for piece in drawn.pieces:
        for share in (0.001, 0.37, 0.5, 0.83):
            at = piece.x[:-1] + share * np.diff(piece.x)
            at = np.clip(at, piece.x[:-1], piece.x[1:])
            values = function(at)
            slack = 1e-7 * (1 + abs(values))
            known = ~np.isnan(piece.low)
            assert np.all((piece.low - slack <= values) & (values <= piece.high + slack) | ~known)


def test_a_spike_between_the_first_points_is_found():
    f, variables = parse("exp(-1e12*(x - 0.123)**2)")
    drawn = curve(f, variables["x"], -3.0, 3.0, Work(10**7))
    highest = max(float(piece.y.max()) for piece in drawn.pieces)
    assert highest > 0.99 and not drawn.unresolved


def test_the_window_beside_poles():
    f, variables = parse("tan(x)")
    low, high = curve(f, variables["x"], -3.0, 3.0, Work(10**7)).window
    assert -20 < low < -3 and 3 < high < 20
    f, variables = parse("x**2")
    assert curve(f, variables["x"], -3.0, 3.0, Work(10**7)).window == (0, 9)


@pytest.mark.parametrize(
    ("expression", "places"),
    [("sum(log([x - 1, 5]))", [1]), ("sum(abs([x, x - 2]))", [0, 2]), ("e1(norm([x, x]))", [0])],
)
def test_breaks_of_operations_on_arrays_lie_in_what_is_told(expression, places):
    listed = found(expression, -1, 4).breaks
    assert [any(b.low <= x <= b.high for b in listed) for x in places] == [True] * len(places)
    assert len(listed) == len(places)
