"""Nodes are looked up before they are made: how small nested derivatives stay."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import pytest

import hodiff
from hodiff import derivatives
from hodiff.engine.graph import Tensor, constant, variable
from hodiff.engine.sharing import sharing
from tests.graphs import exp, log, nodes, sin, total


def test_nested_derivatives_stay_small(x: Tensor) -> None:
    """PyTorch's graph of the 9th has 238 586 nodes (pytorch/pytorch#111563)."""
    orders = derivatives.nth(exp(sin(x)) * log(1 + x**2), x, 12)
    assert nodes(*orders[:9]) <= 3_300
    assert nodes(*orders) <= 16_000


def test_the_nodes_of_each_order_at_most_double(x: Tensor) -> None:
    counts = [nodes(d) for d in derivatives.nth(exp(sin(x)) * log(1 + x**2), x, 10)]
    assert all(after <= 2 * before for before, after in pairwise(counts[4:]))


@pytest.mark.parametrize("vector", [False, True])
def test_a_hessian_shares_its_rows(vector: bool) -> None:
    """Rosenbrock's function in 10 variables: DESIGN.md's figure for a 10x10 Hessian is 1 311."""
    if vector:
        w = variable("w", (10,))
        inputs, a, b = [w], w[:-1], w[1:]
        f = total(100 * (b - a**2) ** 2 + (1 - a) ** 2)
    else:
        inputs = [variable(f"w{i}") for i in range(10)]
        terms = [100 * (b - a**2) ** 2 + (1 - a) ** 2 for a, b in pairwise(inputs)]
        f = sum(terms, constant(0))
    first, rows = derivatives.hessian(f, inputs)
    entries = [h for row in rows for h in row]
    assert sum(math.prod(h.shape) for h in entries) == 100
    assert nodes(f, *first, *entries) <= (60 if vector else 400)


def test_an_hvp_costs_a_few_gradients() -> None:
    inputs = [variable(f"w{i}") for i in range(30)]
    terms = [sin(a * b) / (1 + a**2) for a in inputs for b in inputs]
    f = sum(terms, constant(0))
    first, product = derivatives.hvp(f, inputs, [constant(1)] * 30)
    assert nodes(*first, *product) <= 5 * nodes(*first)


def test_sums_equal_up_to_a_factor_are_one_node(x: Tensor) -> None:
    with sharing() as build:
        a, b = sin(x), exp(x)
        factor, found = build.total({a: 2, b: -4})
        assert (factor, hodiff.formula(found)) == (2, "sin(x) - 2*exp(x)")
        assert build.total({b: 6, a: -3}) == (-3, found)
        half = Fraction(1, 2)
        assert build.total({a: half, b: half}) == (half, a + b)
        assert build.total({a: 0, b: 0}) == (0, constant(1))


def test_two_walks_in_one_table_share(x: Tensor) -> None:
    """A derivative that is in the graph already is not made again."""
    first, rows = derivatives.hessian(exp(x), [x])
    assert rows[0][0] is first[0]
