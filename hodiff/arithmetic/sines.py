"""Sine and cosine of the same number in sums and products, which run on many numbers at a time.

numpy has each by itself, and one number at a time. The reduction by pi/2 and the polynomials are
those of fdlibm (Sun Microsystems, 1993); below FAR both are right to a unit in the last place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from hodiff.engine.graph import Tensor, data

FAR = 1e6  # from here on pi/2 in three parts isn't enough

TURNS = data(0.63661977236758138)  # 2/pi
# pi/2 in parts, of which two have 33 bits: their products by a number of turns are exact.
FIRST, SECOND, THIRD = map(
    data, (1.57079632673412561417, 6.07710050630396597660e-11, 2.02226624879595063154e-21)
)
SINE = [
    data(x)
    for x in (
        1.58969099521155010221e-10,
        -2.50507602534068634195e-08,
        2.75573137070700676789e-06,
        -1.98412698298579493134e-04,
        8.33333333332248946124e-03,
        -1.66666666666666324348e-01,
    )
]
COSINE = [
    data(x)
    for x in (
        -1.13596475577881948265e-11,
        2.08757232129817482790e-09,
        -2.75573143513906633035e-07,
        2.48015872894767294178e-05,
        -1.38888888888741095749e-03,
        4.16666666666666019037e-02,
    )
]
FOURTH, HALF, ONE, TWO, FOUR = map(data, (0.25, 0.5, 1.0, 2.0, 4.0))


def sines(x: Tensor, make: Callable[..., Tensor]) -> tuple[Tensor, Tensor]:
    """The sine and the cosine of x, nodes that make(name, *inputs) makes."""

    def add(a: Tensor, b: Tensor) -> Tensor:
        return make("add", a, b)

    def sub(a: Tensor, b: Tensor) -> Tensor:
        return make("sub", a, b)

    def mul(a: Tensor, b: Tensor) -> Tensor:
        return make("mul", a, b)

    def polynomial(coefficients: Sequence[Tensor], z: Tensor) -> Tensor:
        return reduce(lambda y, c: add(mul(y, z), c), coefficients)

    turns = make("floor", add(mul(x, TURNS), HALF))
    whole, step = sub(x, mul(turns, FIRST)), mul(turns, SECOND)  # exact, both
    high = sub(whole, step)
    low = sub(sub(sub(whole, high), step), mul(turns, THIRD))
    r = add(high, low)
    tail = add(sub(high, r), low)  # what r was rounded by
    z = mul(r, r)
    sine = add(r, add(mul(mul(z, r), polynomial(SINE, z)), tail))
    half = mul(z, HALF)
    most = sub(ONE, half)
    lost = sub(sub(ONE, most), half)
    rest = sub(mul(mul(z, z), polynomial(COSINE, z)), mul(r, tail))
    cosine = add(most, add(lost, rest))
    # The sine and cosine of that many quarter turns, 0 or 1 or -1, from what is left of 4 of them.
    fours = mul(turns, FOURTH)
    left = mul(sub(fours, make("floor", fours)), FOUR)
    s = sub(ONE, make("abs", sub(left, ONE)))
    c = sub(make("abs", sub(left, TWO)), ONE)
    return add(mul(c, sine), mul(s, cosine)), sub(mul(c, cosine), mul(s, sine))
