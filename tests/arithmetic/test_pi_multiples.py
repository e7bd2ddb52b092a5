"""Rational multiples of pi: sines and angles that are rational are exact, the others mpmath's."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import pytest
from mpmath import mp, mpf

from hodiff.arithmetic import ball_numbers as balls
from hodiff.arithmetic.balls import BALLS
from hodiff.engine.graph import OPERATIONS
from tests.printed import asked

TURN = {0: 0, 1: Fraction(1, 2), 3: 1, 5: Fraction(1, 2)}  # sin(k*pi/6), where it is rational


def sine(k: int) -> Fraction | int | None:
    found = TURN.get(k % 6)
    return found if found is None or k % 12 < 6 else -found


@pytest.mark.parametrize("k", range(-25, 26))
def test_sixths(k: int) -> None:
    for name, expected in (("sin", sine(k)), ("cos", sine(k + 3))):
        with balls.precision(128):
            found = BALLS.function(OPERATIONS[name])(balls.pi_times(Fraction(k, 6)))
        assert balls.rational(found) == (expected is not None)
        with mp.workdps(40):
            true = getattr(mp, name)(mpf(k) / 6 * mp.pi)
            assert abs(float(found) - true) < mpf(10) ** -15
        assert expected is None or found == expected


@pytest.mark.parametrize("k", range(-12, 13))
def test_tangents_of_quarters(k: int) -> None:
    found = asked("value", "tan(x)", "--at", f"x={k}*pi/4")
    if k % 4 == 2:
        assert found["error"]["kind"] == "pole"
    else:
        assert (found["value"], found["notes"]) == ((0, 1, None, -1)[k % 4], [])


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 6, 7, 12])
def test_angles_on_the_unit_circle(d: int) -> None:
    """No other multiple of pi has a rational sine (Niven): the ball holds mpmath's."""
    for n in range(2 * d):
        if gcd(n, d) != 1:
            continue
        for name in ("sin", "cos"):
            with mp.workdps(40), balls.precision(128):
                true = getattr(mp, name)(mpf(n) / d * mp.pi)
                found = BALLS.function(OPERATIONS[name])(balls.pi_times(Fraction(n, d)))
                rational = any(abs(true - mpf(v) / 2) < mpf(10) ** -30 for v in range(-2, 3))
            assert balls.rational(found) == rational
            assert abs(float(found) - true) < 1e-15


@pytest.mark.parametrize(("y", "x", "q"), [
    (0, 1, 0), (0, 5, 0), (1, 1, "1/4"), (3, 0, "1/2"), (2, -2, "3/4"), (0, -1, 1),
    (-7, 0, "-1/2"), (-1, 1, "-1/4"), (-4, -4, "-3/4"),
])  # fmt: skip
def test_atan2_on_axes_and_diagonals(y: int, x: int, q: str | int) -> None:
    found = BALLS.function(OPERATIONS["atan2"])(y, x)
    assert balls.equal(found, balls.pi_times(Fraction(q))) is True
    turned = asked("value", f"atan2({y},{x})/pi", "--at", "t=0")
    assert turned["value"] == float(Fraction(q))


@pytest.mark.parametrize(("text", "expected"), [
    ("asin(1)/pi", 0.5), ("acos(-1/2)*3/pi", 2), ("atan(-1)*4/pi", -1), ("floor(sin(pi))", 0),
    ("sin(pi) == 0", 1), ("cos(pi/3) == 1/2", 1), ("sin(2*pi/3)**2", 0.75), ("pi/pi", 1),
    ("floor(7*pi/pi)", 7), ("pi > 3", 1), ("3*pi - 2*pi - pi", 0), ("floor(x*pi)", 0),
    ("abs(pi*x)", 0), ("pi*x == 0", 1), ("sin(10**20*pi)", 0), ("cos(10**20*pi + pi)", -1),
])  # fmt: skip
def test_values(text: str, expected: float) -> None:
    """At x = 0."""
    found = asked("value", text, "--at", "x=0")
    assert abs(found["value"] - expected) <= 1e-16 and found["notes"] == []


def test_series_around_a_multiple_of_pi() -> None:
    """sin(pi + u) is -sin(u); the derivatives of x**2*sin(x) at pi: 0, -pi**2, -4*pi, pi**2 - 6."""
    found = asked("nth", "sin(x)", "--at", "x=pi", "--order", "6")["derivatives"]
    assert found == [-1, 0, 1, 0, -1, 0]
    found = asked("nth", "x**2*sin(x)", "--at", "x=pi", "--order", "3")
    with mp.workdps(40):
        true = [0, -(mp.pi**2), -4 * mp.pi, mp.pi**2 - 6]
        for got, expected in zip([found["value"], *found["derivatives"]], true, strict=True):
            assert abs(mpf(got) - expected) <= mpf(2) ** -52 * abs(expected)
