"""One point and arrays say the same, at zeros, poles and far out: the signs of inf and 0, too."""

from __future__ import annotations

import math
import warnings
from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest

from hodiff.arithmetic.arrays import ARRAYS
from hodiff.arithmetic.floats import FLOATS
from hodiff.engine.graph import OPERATIONS, Kind, Operation
from hodiff.engine.operations.row import CLOSED
from tests import special_functions

inf, nan = math.inf, math.nan
SPECIAL = (
    0.0, 1.0, 2.0, 3.0, 0.5, 36.0, 172.0, 709.0, 1000.0, 1e-150, 1e-310, 5e-324, 1e10, 1e200,
    1e308, math.pi, math.pi / 2, inf,
)  # fmt: skip
QUICK = ("add", "sub", "mul", "div", "pow", "mod", "remainder", "floordiv", "hypot", "atan2")
FEW = (0.0, -0.0, 1.0, -2.0, inf, nan)
ATTRIBUTES = {
    "powers": [(1, 0), (0, 1), (2, 1)],
    "betas": [(1, 0), (0, 1), (2, 1)],
    "binomials": [(1, 0), (0, 1), (2, 1)],
    "polygamma": [(1,), (4,)],
    "sinc": [(0,), (1,), (2,)],
    "elliptics": [(1, -1), (2, 1)],
    "carlsons": [(1, 0, 1)],
    "carlsonps": [(1, 0, 0, 1)],
    **{row.name: [(1,), (3,)] for row in CLOSED if not row.names and row.name != "elliptics"},
    **{row.name: row.attributes for row in special_functions.ROWS if row.attributes},
}
# The larger of 0 and -0 is either; scipy's inverses have a 0 as it comes.
ZEROS_APART = {"max", "min", "clip", "relu", "erfinv", "erfcinv"}
ENTRYWISE = [
    row
    for row in OPERATIONS.values()
    if row.kind in (Kind.ENTRYWISE, Kind.CONDITION) and not row.arrays_only
]


def same(a: float, b: float, zeros_apart: bool) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    if math.isinf(a) or math.isinf(b):
        return a == b
    if abs(a) < 1e-307 and abs(b) < 1e-307:  # a number that is nearly none, or none
        return a * b != 0 or zeros_apart or math.copysign(1, a) == math.copysign(1, b) or a != b
    return abs(a - b) <= 4e-14 * max(abs(a), abs(b))


@pytest.mark.parametrize("row", ENTRYWISE, ids=lambda row: row.name)
def test_a_point_and_arrays_agree(row: Operation) -> None:
    one = row.arity in (None, 1) or row.name in QUICK
    points = [*SPECIAL, *(-x for x in SPECIAL), nan] if one else FEW
    if row.name == "logaddexp":  # near its zero numpy has fewer digits
        points = [x for x in points if x not in (0.5, -0.5)]
    for attributes in ATTRIBUTES.get(row.name, [()]):
        for at in product(points, repeat=row.arity or 1):
            alone = FLOATS.function(row)(*at, *attributes)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                many = ARRAYS.function(row)(*[np.array([x]) for x in at], *attributes)
            found = float(np.asarray(many).item())
            assert same(float(alone), found, row.name in ZEROS_APART), (at, attributes, alone)


def alone_and_in_an_array(name: str, *x: Any) -> tuple[float, float]:
    row = OPERATIONS[name]
    arrays = [np.array([v]) if isinstance(v, float) else v for v in x]
    return FLOATS.function(row)(*x), ARRAYS.function(row)(*arrays).item()


@pytest.mark.parametrize(
    ("name", "x", "value"),
    [
        # C's and numpy's poles; those of gamma's family by the one-sided limits, nan where these
        # differ: scipy's and PyTorch's.
        ("log", (0.0,), -inf), ("log2", (0.0,), -inf), ("log10", (-0.0,), -inf),
        ("log1p", (-1.0,), -inf), ("atanh", (1.0,), inf), ("atanh", (-1.0,), -inf),
        ("sinh", (-1000.0,), -inf), ("cosh", (-1000.0,), inf), ("exp", (1000.0,), inf),
        ("div", (1.0, -0.0), -inf), ("div", (-1.0, 0.0), -inf), ("div", (0.0, 0.0), nan),
        ("pow", (0.0, -3.0), inf), ("pow", (-0.0, -3.0), -inf), ("pow", (-0.0, -2.0), inf),
        ("pow", (-1e200, 3.0), -inf), ("pow", (-1e200, 2.0), inf), ("pow", (-1e-200, -3.0), -inf),
        ("tan", (inf,), nan), ("csc", (-0.0,), -inf), ("cot", (-0.0,), -inf),
        ("gamma", (0.0,), inf), ("gamma", (-0.0,), -inf), ("gamma", (-2.0,), nan),
        ("gamma", (-1e-310,), -inf), ("gamma", (-inf,), nan), ("gamma", (180.0,), inf),
        ("lgamma", (0.0,), inf), ("lgamma", (-0.0,), inf), ("lgamma", (-2.0,), inf),
        ("digamma", (0.0,), -inf), ("digamma", (-0.0,), inf), ("digamma", (-1.0,), nan),
        ("digamma", (1e-310,), -inf), ("digamma", (-1e-310,), inf), ("digamma", (inf,), inf),
        ("polygamma", (0.0, 1), inf), ("polygamma", (-0.0, 1), inf), ("polygamma", (-2.0, 1), inf),
        ("polygamma", (0.0, 2), -inf), ("polygamma", (-0.0, 2), inf), ("polygamma", (-2.0, 2), nan),
        ("polygamma", (1e-150, 2), -inf), ("polygamma", (-1e-150, 2), inf),
        ("polygamma", (1e-150, 3), inf), ("polygamma", (inf, 2), 0.0),
        ("floordiv", (1.0, 0.1), 9.0), ("floordiv", (0.3, 0.1), 2.0), ("floordiv", (1.0, 0.0), inf),
    ],
)  # fmt: skip
def test_infinite_values_have_their_sign(name: str, x: Any, value: float) -> None:
    np.testing.assert_array_equal(alone_and_in_an_array(name, *x), [value, value])


@pytest.mark.parametrize("x", [-1 + 1e-15, -3 - 1e-14, -0.5, -170.5, 1e-300, 1.5])
def test_digamma_keeps_its_digits(x: float) -> None:
    """Beside its poles scipy's is off in the second digit."""
    expected = float(mpmath.digamma(mpmath.mpf(x)))
    np.testing.assert_allclose(alone_and_in_an_array("digamma", x), expected, rtol=1e-13)
