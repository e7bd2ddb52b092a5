"""Taylor series in doubles, at one point.

Series run in doubles are scaled: t is counted in steps of a power of 2 for which no coefficient on
the way is so large or small that a product passes a double's range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import copysign, inf, isfinite, log2
from typing import Any

from hodiff.arithmetic.base import Arithmetic
from hodiff.arithmetic.floats import FLOATS
from hodiff.derivatives.plan import NoSeries
from hodiff.derivatives.series import Series, Start
from hodiff.derivatives.sweep import Coefficients, Paths
from hodiff.engine.graph import CONSTANT, Tensor
from hodiff.engine.operations.elementary import div, mul, pow

VANISHED = 1e-290  # what a product of doubles below this may have lost is too much
LARGEST = 1e140  # whose square is in a double's range
NORMAL = 2.0**-1022  # the smallest double with all its digits


def in_doubles(
    series: Series,
    start: Start,
    paths: Paths,
    arithmetic: Arithmetic,
    factors: Sequence[int],
) -> list[Any]:
    """The first output's coefficients in doubles, times factors.

    t is counted in steps of 2**bits, so that coefficients neither overflow nor vanish that count.
    Raises NoSeries where no such step is found.
    """

    def run(bits: int) -> tuple[Coefficients, float, bool]:
        """The coefficients, the largest on the way, and whether nothing that vanished there shows
        in them."""
        try:
            steps = {
                x: [c * 2.0 ** (bits * k) for k, c in enumerate(path, 1)]
                for x, path in paths.items()
            }
        except OverflowError:
            raise NoSeries from None
        found = series.run(start, steps, arithmetic)
        largest = max((size for c in found.values() for x in c for size in _sizes(x)), default=0.0)
        result = found[series.f[0]]
        result += [0] * (series.length - len(result))
        if not largest < LARGEST:
            return result, largest, False
        least = VANISHED * max(1.0, largest) ** 2
        return result, largest, all(least < size for c in result for size in _sizes(c))

    values, needed = start
    if any(_any(vanished(node, values)) for node in series.order if node in needed):
        raise NoSeries
    bits = 0
    result, largest, right = run(bits)
    if not right:
        bits = _step(result)
        result, largest, right = run(bits)
        if not right:
            raise NoSeries
    # What is 0 may have vanished: in larger steps a coefficient that counts would not.
    room = 2 * log2(max(1.0, largest))
    pending = {
        k: int(-(-(log2(factors[k]) + room) // k)) for k, c in enumerate(result) if k and _zeros(c)
    }
    pending = {k: enough for k, enough in pending.items() if enough > bits}
    while pending:
        bits_again = max(pending.values())
        again, _, _ = run(bits_again)
        open_ = {k: n for k, n in pending.items() if _zeros(result[k]) != _zeros(again[k])}
        for k, enough in open_.items():
            if enough == bits_again or FLOATS.finite(again[k]):
                raise NoSeries
        pending = open_
    return [
        _rounded(c, n / Fraction(2) ** (bits * k))
        for k, (c, n) in enumerate(zip(result, factors, strict=True))
    ]


def vanished(node: Tensor, values: Mapping[int, Any]) -> Any:
    """Whether a value is 0, or has lost digits, for it is below a double's range: of an array,
    which entries."""
    small = abs(values.get(id(node), 1)) < NORMAL
    if not _any(small):
        return False
    row = node.operation
    if row in (mul, div, pow):
        given = [values[id(x)] != 0 for x in node.inputs]
        small = small & (given[0] & given[1] if row is mul else given[0])
    elif row is CONSTANT:
        small = node.attributes[0] != 0
    elif not row.never_zero:
        return False
    return small


def _any(test: Any) -> bool:
    return bool(test.any() if hasattr(test, "any") else test)


def _sizes(c: Any) -> Sequence[float]:
    """The smallest and the largest absolute value of a coefficient, zeros aside."""
    if not getattr(c, "shape", ()):
        return (abs(c),) if c else ()
    sizes = abs(c[c != 0])
    return (sizes.min(), sizes.max()) if sizes.size else ()


def _zeros(c: Any) -> int:
    """How many zeros there are in a coefficient."""
    return int((c == 0).sum()) if getattr(c, "shape", ()) else int(c == 0)


def _step(result: Coefficients) -> int:
    """The power of 2 by which coefficients shrink from one to the next, as a rule."""
    for k in range(len(result) - 1, 0, -1):
        sizes = _sizes(result[k])
        if sizes and min(sizes) > 0 and max(sizes) < inf:
            return round(-log2(max(sizes)) / k)
    return 0


def _rounded(c: Any, factor: Fraction) -> Any:
    """A double times an exact factor, rounded once; for an array, entry by entry."""
    if getattr(c, "shape", ()):
        import numpy  # start-up

        return numpy.vectorize(lambda entry: _rounded(entry, factor), otypes=[float])(c)
    if not isfinite(c):
        return float(c)
    try:
        return float(Fraction(float(c)) * factor)
    except OverflowError:
        return copysign(inf, c)
