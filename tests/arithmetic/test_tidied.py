"""Graphs with fewer passes: the numbers stay what they are, edges included. Held to numpy."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import hodiff

EDGES = [0.0, -0.0, 1.0, -1.0, 3.0, 0.1, -7.7, np.inf, -np.inf, np.nan]
EDGES += [5e-324, 1e-308, 1e-160, 1e-103, 1e-78, 1e70, 1e103, -1e154, 1e308]
TIDY: dict[str, Callable[..., Any]] = {
    "x - y": lambda x, y: x - y,
    "-(x - y)": lambda x, y: -(x - y),
    "x + -y": lambda x, y: x + -y,
    "-x + y": lambda x, y: -x + y,
    "-x - -y": lambda x, y: -x - -y,
    "-(-x)": lambda x, y: x,
    "-(3*x)": lambda x, y: -(3 * x),
    "3*(-x)": lambda x, y: 3 * -x,
    "(-x)*y": lambda x, y: -x * y,
    "x*(-y)": lambda x, y: x * -y,
    "(-x)*(-y)": lambda x, y: x * y,
    "x*y**-1": lambda x, y: x / y,
    "y**-1*x*x": lambda x, y: x / y * x,
    "x**-1 + 1/x": lambda x, y: 2 / x,
    "2": lambda x, y: 2,
}
POWERS = ["2", "3", "4", "1/2", "3/2", "-1", "-2", "-3", "-4", "-1/2", "-3/2"]


@pytest.mark.parametrize("text", TIDY)
def test_sums_and_products(text: str) -> None:
    x, y = (part.ravel() for part in np.meshgrid(EDGES, EDGES))
    compiled = hodiff.compile(text, "value")
    found = compiled(**{name: {"x": x, "y": y}[name] for name in compiled.inputs})["f"]
    with np.errstate(all="ignore"):
        right = TIDY[text](x, y)
    np.testing.assert_allclose(found, np.broadcast_to(right, found.shape), rtol=5e-16, atol=0)


@pytest.mark.parametrize("power", POWERS)
def test_powers(power: str) -> None:
    """Below 1e-307 numbers have fewer digits anyway. C has (-inf)**1.5 as inf."""
    edges = [x for x in EDGES if "/" not in power or x != -np.inf]
    x = np.array([*edges, *np.geomspace(1e-300, 1e300, 999)])
    found = hodiff.compile(f"x**({power})", "value")(x)["f"]
    with np.errstate(all="ignore"):
        right = np.power(x, float(Fraction(power)))
    np.testing.assert_allclose(found, right, rtol=5e-16, atol=1e-307)


def test_what_has_other_users_stays_one_number() -> None:
    x, y = np.array(EDGES[2:7]), np.array([0.3, 2.0, -5.0, 1.0, 8.0])
    f = hodiff.compile("(1/y)*x + (1/y) + sin(-x)*(-x) + exp(-x)*(-x)", "value")(x=x, y=y)["f"]
    np.testing.assert_allclose(f, x / y + 1 / y + np.sin(-x) * -x + np.exp(-x) * -x, rtol=1e-15)
