"""Factorials, degrees, inverse secants, steps and vectors' functions: exact where they can be, and
what is said at their edges."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from mpmath import mp

import hodiff
from hodiff import calculate
from hodiff.errors import HodiffError

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "x", "value", "slope"),
    [
        ("binomial(5, 2)*x", 1, 10, 10),
        ("binomial(1000, 998)*x", 1, 499500, 499500),
        ("binomial(3, 5) + x", 0, 0, 1),
        ("binomial(-3, 2)*x", 1, 6, 6),
        ("binomial(x, 2)", 5, 10, Fraction(9, 2)),
        ("binomial(x, 2)", -1, 1, Fraction(-3, 2)),
        ("rising(x, 3)", 0, 0, 2),
        ("falling(x, 3)", 2, 0, 2),
        ("20!*x", 1, math.factorial(20), math.factorial(20)),
        ("sind(30)*x", 1, HALF, HALF),
        ("x*sind(-30) + cosd(120)*x", 1, -1, -1),
        ("tand(225)*x", 1, 1, 1),
        ("atan2d(x, x)/45", 1, 1, 0),
        ("radians(degrees(x))", 2, 2, 1),
        ("asind(x)*0 + x", HALF, HALF, 1),
        ("heaviside(x) + x", 3, 4, 1),
        ("sgn(x)*x", -3, 3, -1),
        ("max([x, 2, x**2])", 3, 9, 6),
        ("min([x, 2, x**2])", 3, 2, 0),
        ("det([[x, 1], [2, x]])", 3, 7, 6),
        ("trace(inv([[x, 0], [0, 2]]))", 2, 1, Fraction(-1, 4)),
        ("cross([x, 1, 0], [0, x, 1])[2]", 3, 9, 6),
    ],
)
def test_exact(text: str, x: Any, value: Any, slope: Any) -> None:
    found = calculate("grad", text, at={"x": str(x)}, exact=True)
    assert (found.value, found.gradient) == (value, {"x": slope})


@pytest.mark.parametrize(
    ("text", "x", "kind", "said"),
    [
        ("factorial(x)", "-2", "pole", "it needs x other than -1, -2, ..., not -2"),
        ("x!", "-1", "pole", "it needs x other than -1, -2, ..., not -1"),
        ("tand(x)", "90", "pole", "it needs x other than 90, 270, ..., not 90"),
        ("asec(x)", "0.5", "domain", "it needs x >= 1 or x <= -1, not 0.5"),
        ("asec(x)", "1", "pole", "no finite derivative"),
        ("acsch(x)", "0", "pole", "it needs x other than 0"),
        ("acoth(x)", "-1", "pole", "it needs x > 1 or x < -1"),
        ("acoth(x)", "0", "domain", "it needs x > 1 or x < -1"),
        ("asech(x)", "-1", "domain", "it needs 0 < x <= 1"),
        ("logit(x)", "1", "pole", "it needs 0 < x < 1"),
        ("logit(x)", "2", "domain", "it needs 0 < x < 1"),
        ("heaviside(x)", "0", "kink", "'heaviside(x)' jumps exactly at this point"),
        ("acot(x)", "0", "kink", "'acot(x)' jumps exactly at this point"),
        ("max([x, 1])", "1", "kink", "slope"),
        ("det([x, 1])", "1", "syntax", "det needs a square matrix, as in det([[a, b], [c, d]])"),
        ("inv([[x, 1]])", "1", "syntax", "inv needs a square matrix"),
        ("trace(x)", "1", "syntax", "trace needs a square matrix"),
        ("cross([x, 1], [1, 2])", "1", "syntax", "cross needs two vectors of 3 numbers"),
        ("softmax(x)", "1", "syntax", "softmax needs a vector, as in softmax([a, b])"),
    ],
)
def test_edges(text: str, x: str, kind: str, said: str) -> None:
    with pytest.raises(HodiffError) as fault:
        calculate("grad", text, at={"x": x})
    assert (fault.value.kind, said in fault.value.message) == (kind, True), fault.value.message


def test_conventions_at_jumps() -> None:
    steps = calculate("grad", "heaviside(x) + acot(x)", at={"x": 0}, subgradient=True)
    assert steps.value == pytest.approx(0.5 + math.pi / 2)
    assert calculate("value", "heaviside(x, 3/4)", at={"x": 0}).value == 0.75


@pytest.mark.parametrize(
    ("text", "f", "x"),
    [
        ("factorial(x)", mp.factorial, "1000.5"),
        ("factorial(x)", mp.factorial, "1e10"),
        ("binomial(x, 1/3)", lambda x: mp.binomial(x, mp.mpf(1) / 3), "1e6"),
        ("asec(x)", mp.asec, "1e300"),
        ("acoth(x)", mp.acoth, "1.0000000000000001"),
        ("asech(x)", mp.asech, "1e-300"),
        ("sind(x)", lambda x: mp.sinpi(x / 180), "1e15"),
        ("logit(x)", lambda x: mp.log(x / (1 - x)), "0.50000000000000000001"),
    ],
)
def test_far_out_and_near_edges(text: str, f: Any, x: str) -> None:
    """Value and slope to 30 digits."""
    found = calculate("grad", text, at={"x": x}, digits=30)
    with mp.workdps(400):
        value, slope = f(mp.mpf(x)), mp.diff(f, mp.mpf(x), h=mp.mpf(x) * mp.mpf(10) ** -120)
        for told, true in ((found.value, value), (found.gradient["x"], slope)):
            assert abs(mp.mpf(told) - true) <= abs(true) * mp.mpf(10) ** -29


def test_rows_are_right_in_doubles() -> None:
    """On arrays, against mpmath at the doubles themselves."""
    x = np.array([0.3, 1.5, 2.25, 30.0, 89.875, 720.5])
    texts = {
        "factorial(x/8)": lambda x: mp.factorial(x / 8),
        "binomial(x, 2.5)": lambda x: mp.binomial(x, mp.mpf(5) / 2),
        "sind(x)": lambda x: mp.sinpi(x / 180),
        "tand(x)": lambda x: mp.sinpi(x / 180) / mp.cospi(x / 180),
        "acsch(x)": mp.acsch,
        "acot(x)": mp.acot,
        "asec(1 + x)": lambda x: mp.asec(1 + x),
        "piecewise((x < 1, x**2), (x < 50, log(x)), -x)": (
            lambda x: x**2 if x < 1 else mp.log(x) if x < 50 else -x
        ),
    }
    for text, f in texts.items():
        found = hodiff.compile(text)(x)
        with mpmath.workdps(50):
            expected = [[float(f(mp.mpf(v))), float(mp.diff(f, mp.mpf(v)))] for v in x.tolist()]
        got = np.stack([found["f"], found["df_dx"]], axis=1)
        np.testing.assert_allclose(got, expected, rtol=1e-13, err_msg=text)


def test_latex() -> None:
    text = calculate("grad", "binomial(n, k) + n! + heaviside(n) + sind(n)").text("latex")
    for part in (r"\binom{n}{k}", "n !", r"\mathrm{H}(n)", r"\sin(n^{\circ})"):
        assert part in text
