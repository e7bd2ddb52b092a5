"""Which rows doubles are not trusted in."""

from __future__ import annotations

import numpy as np
import pytest

from hodiff.answers.doubt import doubtful
from hodiff.arithmetic.arrays import ARRAYS
from hodiff.arithmetic.program import Program
from hodiff.derivatives import gradient
from hodiff.language.problem import read


@pytest.mark.parametrize(
    ("text", "sure", "doubted"),
    [
        ("where(x > 0, log(x), x**2)", [-2.0, -1.0, 3.0], [0.0]),
        ("where(x > 0, abs(x + 2), x)", [-2.0, 5.0], [0.0]),
        ("where(x > 0, where(x > 1, sqrt(x - 1), x), 1/(x + 3))", [-2.0, 0.5, 2.0], [-3.0, 0.0]),
        ("where(x > 0, log(x), 0) + 0*log(x + 1)", [-0.5, 1.0], [0.0]),
    ],
)
def test_what_a_where_masks_raises_no_doubt(
    text: str, sure: list[float], doubted: list[float]
) -> None:
    problem = read(text)
    x, f = problem.variables["x"], problem.f
    found = doubtful([f, *gradient(f, [x])], [x], lambda node: True, [f])
    with np.errstate(all="ignore"):
        (rows,) = Program([found], ARRAYS).results({x: np.array(sure + doubted)})
    assert rows.tolist() == [False] * len(sure) + [True] * len(doubted)
