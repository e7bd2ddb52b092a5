"""The identities of what a walk adds; what was written, poles included, stays."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

import hodiff
from hodiff import derivatives
from hodiff.arithmetic.program import evaluate
from hodiff.engine.graph import Tensor, topological
from hodiff.engine.sharing import sharing
from hodiff.errors import HodiffError
from hodiff.language.problem import read
from tests.asking import answer
from tests.graphs import nodes


@pytest.mark.parametrize(
    "expression",
    ["0*log(x)", "x + 0", "1*x", "-(-x)", "x**1", "x**0", "x - x", "x*x**-1", "where(1<2, x, 1/x)"],
)
def test_what_a_user_wrote_is_kept(expression: str) -> None:
    assert nodes(read(expression).f) > 1
    assert read(expression).f.operation.name != "variable"


@pytest.mark.parametrize(
    ("expression", "at"),
    [
        ("0*log(x)", -1),
        ("0/x", 0),
        ("x/x", 0),
        ("x**2/x", 0),
        ("x**2*x**-1", 0),
        ("x**3*x**-3", 0),
        ("x*(1/x)", 0),
        ("(1/x)**-1", 0),
        ("(x**-1)**0", 0),
        ("1/x - 1/x", 0),
        ("log(x) - log(x)", -1),
        ("log(x)*0 + x", 0),
        ("sqrt(x)**2", -1),
        ("exp(log(x))", -1),
        ("(x**2)**0.5", 0),
        ("sin(x)/x", 0),
    ],
)
@pytest.mark.parametrize("order", [1, 2])
def test_no_identity_removes_a_singularity(expression: str, at: int, order: int) -> None:
    problem = read(expression, at=[f"x={at}"])
    orders = derivatives.nth(problem.f, problem.inputs[0], order)
    with pytest.raises(HodiffError) as refused:
        answer(problem, [problem.f, *orders])
    assert refused.value.kind in ("domain", "pole")


@pytest.mark.parametrize(
    "build",
    [
        lambda x: x * x**-1,
        lambda x: x**3 * x**-3,
        lambda x: x**-2 * x**3,
        lambda x: (x**-1) ** -1,
        lambda x: (x**-2) ** -3 * x,
        lambda x: 1 / (1 / x),
        lambda x: x / x + x,
    ],
)
def test_a_walk_keeps_poles(build: Callable[[Tensor], Tensor], x: Tensor) -> None:
    with sharing():
        f = build(x)
    assert not all(map(math.isfinite, evaluate(topological([f]), {x: 0.0})))


@pytest.mark.parametrize(
    ("expression", "order", "formula"),
    [
        ("x**3", 3, "6"),
        ("x**3", 4, "0"),
        ("x**2 + x**2", 1, "4*x"),
        ("sin(x) - sin(x)", 1, "0"),
        ("3*x + 2*x", 1, "5"),
        ("-(-x)", 1, "1"),
        ("0.1*x + 0.2*x", 1, "3/10"),
    ],
)
def test_what_grad_adds_is_tidied(expression: str, order: int, formula: str) -> None:
    problem = read(expression)
    derivative = derivatives.nth(problem.f, problem.inputs[0], order)[-1]
    assert hodiff.formula(derivative) == formula
