"""Searches that are done at once: each finds what it finds alone, to the last bit."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from hodiff.answers.question import How
from hodiff.calculator.compiled import Compiled
from hodiff.engine.graph import constant
from hodiff.errors import HodiffError

WAYS: list[tuple[str, str, dict[str, Any]]] = [
    ("roots", "x*tan(x) = a", {"over": ["x=0:5"]}),
    ("roots", "tan(x)*tan(2*x) - a - 1", {"over": ["x=1/2:3/2"], "first": 1}),
    ("roots", "tan(x)^4 - a*cot(x) - 1", {"over": ["x=1:3/2"], "first": 2}),
    ("roots", "exp(x)/a - x - a", {"over": ["x=-3:4"]}),
    ("roots", "sqrt(a*x) - cos(x)", {"over": ["x=0:5"]}),
    ("roots", "x^(5/2) - cos(a*x) + a/x^3", {"over": ["x=1/10:5"]}),
    ("roots", "2^x + exp(a)*x - 3", {"over": ["x=-2:b"]}),
    ("roots", "sin(1000000*a*x) - x/b", {"over": ["x=0:1/100000"]}),
    ("roots", "abs(x - a) - cos(b*x)", {"over": ["x=-4:4"]}),
    ("roots", "mod(x, 1/3) - a*exp(-x)", {"over": ["x=1/2:3/4"]}),
    ("roots", "besselj(1, a*x) - b*x/20", {"over": ["x=1/2:3"]}),
    ("roots", "sin(a*x) - b*x", {"over": ["x=0:20"], "first": 2}),
    ("roots", "[sin(x) - a*y, cos(y) - b*x]", {"over": ["x=-2:2,y=-2:2"]}),
    ("extrema", "x*sin(a*x) - b*x", {"over": ["x=0:6"]}),
    ("extrema", "(x - a)^2*exp(-b*x)", {"over": ["x=-1:3"], "order": 2}),
    ("extrema", "x^2 + a*y^2 - b*x*y + exp(x)", {"over": ["x=-1:1,y=0:1"]}),
]
"""Graphs with poles, whole and broken powers, and operations that take a number as it is."""


def drawn(seed: int, n: int) -> list[dict[str, Any]]:
    """Numbers of all kinds: 0, whole, doubles and not."""
    draw = np.random.default_rng(seed)
    kinds = [
        lambda: Fraction(int(draw.integers(0, 3))),
        lambda: Fraction(int(draw.integers(-20, 20)), 8),
        lambda: Fraction(repr(round(float(draw.uniform(0.1, 3)), 3))),
    ]
    rows = []
    for k in range(n):
        a, b = (kinds[min((k + i) % 5, 2)]() for i in range(2))
        rows.append({"a": constant(_short(a)), "b": constant(_short(b))})
    return rows


def _short(q: Fraction) -> int | Fraction:
    return q.numerator if q.denominator == 1 else q


def answers(searches: Compiled, rows: list[dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    for row in rows:
        try:
            found.append(searches.columns.at(row, How()))
        except HodiffError as error:
            found.append(error.message)
    return found


@pytest.mark.parametrize("what, expression, own", WAYS)
def test_together_as_alone(what: str, expression: str, own: dict[str, Any]) -> None:
    searches = Compiled(expression, what, None, (), own)
    rows = [{name: row[name] for name in searches.inputs} for row in drawn(len(expression), 7)]
    alone = answers(searches, rows)
    searches.columns.prepare(rows)
    assert searches.columns.ahead.known.__self__.found
    assert answers(searches, rows) == alone
