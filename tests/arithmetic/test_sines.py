"""Sine and cosine in sums and products, held to mpmath."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import hodiff
from hodiff.arithmetic.rows import ROWS, Plan
from hodiff.arithmetic.sines import FAR


def together(text: str) -> Any:
    """An expression and its slope as a plan of numpy's that takes sine and cosine together, as
    plans for machine code do."""
    plan = hodiff.compile(text)._plan
    near = Plan(plan.given, plan.variables, far=plan)
    assert len(near.program.stages) > len(plan.program.stages) + 20
    return lambda x: dict(zip(("f", "df_dx"), near([x]), strict=True))


WAVES = together("sin(x)")


def units(found: float, right: mpmath.mpf) -> float:
    """How far a double is off, in units in the last place."""
    return float(abs(mpmath.mpf(found) - right) / np.spacing(abs(float(right))))


@pytest.mark.parametrize("most", [1e-300, 0.5, 2, 30, 1e4, FAR])
def test_to_a_unit_in_the_last_place(most: float) -> None:
    """Drawn numbers, and those where one of the two vanishes or they change places."""
    random = np.random.default_rng(1)
    turns = np.round(random.uniform(-most, most, 300) / np.pi * 4) * np.pi / 4
    x = np.concatenate([random.uniform(-most, most, 300), turns, np.nextafter(turns, most)])
    x = x[np.abs(x) < most]
    found = WAVES(x)
    with mpmath.workprec(200):
        for name, function in (("f", mpmath.sin), ("df_dx", mpmath.cos)):
            right = [function(mpmath.mpf(float(v))) for v in x]
            assert max(map(units, found[name].tolist(), right)) < 1


def test_far_out_and_without_a_value() -> None:
    """A block that has such numbers, among others that have none."""
    x = np.linspace(-5, 5, 9 * ROWS)
    x[5] = np.nan
    x[[7, -9]] = 1e22, np.inf
    found = WAVES(x)
    with np.errstate(invalid="ignore"):
        np.testing.assert_allclose(found["f"], np.sin(x), rtol=3e-16, atol=1e-300)
        np.testing.assert_allclose(found["df_dx"], np.cos(x), rtol=3e-16, atol=1e-300)
    assert found["f"][7] == float(mpmath.sin(mpmath.mpf(10) ** 22))


def test_of_what_is_computed() -> None:
    x = np.linspace(-3, 3, 100)
    found = together("sin(cos(x**2)) + sin(1e5*x)")(x)["df_dx"]
    right = -2 * x * np.sin(x**2) * np.cos(np.cos(x**2)) + 1e5 * np.cos(1e5 * x)
    np.testing.assert_allclose(found, right, rtol=1e-13, atol=1e-10)
