"""Nodes: what a constant keeps, and graphs as deep as memory."""

from __future__ import annotations

import math

import hodiff
from hodiff import derivatives
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import variable
from hodiff.language.problem import read
from tests.graphs import log, sin


def test_no_recursion() -> None:
    x, y = variable("x"), variable("y")
    f = x
    for i in range(100_000):
        f = sin(f) if i % 2 else f + y
    slopes = derivatives.gradient(f, [x, y])
    assert all(map(math.isfinite, evaluate([f, *slopes], {x: 0.5, y: 0.25})))


def test_asking_for_the_value_of_a_constant_leaves_it_exact():
    """Constants are shared by all graphs: a value kept with one would make others floats."""
    assert hodiff.constant(-1).item() == -1.0
    assert read("0.1*3 - 0.3 + log(-1)*0*x", ["x=1"]).f.inputs
    assert not log(hodiff.constant(-1)).value
    assert log(hodiff.constant(-1)).inputs
