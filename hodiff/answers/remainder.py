"""What a Taylor polynomial leaves: a proven bound of the remainder up to a distance."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce
from heapq import heappop, heappush
from itertools import count
from math import inf
from typing import Any

from hodiff.answers import digits
from hodiff.answers.intervals import BITS, hull, middle
from hodiff.answers.point import point_in
from hodiff.answers.question import Question
from hodiff.arithmetic.ball_numbers import ball, precision
from hodiff.arithmetic.balls import BALLS, ROUNDED
from hodiff.derivatives.plan import NoSeries, Open
from hodiff.derivatives.taylor import Directional
from hodiff.errors import HodiffError

MOST_SPLITS = 300  # of the interval that a remainder is bounded on


def remainder_bound(
    question: Question,
    line: Directional,
    radius: Fraction,
    rounded: Sequence[Sequence[Fraction]],
) -> float | str:
    """A bound of |f(x + t*v) - p(t)| for |t| <= radius, where p is the Taylor polynomial, and also
    where it is one of those given, with its coefficients rounded; line has one coefficient more.

    Around the middle of each of some pieces the difference has a Taylor polynomial itself, whose
    remainder is at most the next coefficient anywhere in the piece, times a power of its radius
    (Lagrange). Pieces are split until the bound is a hundredth above a difference that is there.
    Raises HodiffError undecided where there is no bound.
    """
    unbounded = HodiffError(
        "undecided",
        "there is no bound of the remainder that far from the point: f may have no value, or a"
        " kink, on the way",
        source="--within",
    )
    length = len(rounded[0])
    longest = max(c.denominator.bit_length() for p in rounded for c in p)
    cancelled = max(0, length * (radius.denominator // radius.numerator).bit_length())
    with precision(BITS + longest + cancelled):
        point = point_in(question, BALLS)

        def expanded(t: Any) -> list[Any] | None:
            """The coefficients around t, or around any t in a ball; None for no bound."""
            try:
                found = line.coefficients(line.moved(point, t, BALLS), ROUNDED)
            except (NoSeries, Open):
                return None
            return found if all(map(BALLS.finite, found)) else None

        serial = count()
        pieces: list[tuple[float, int, Any, Any, Any]] = []
        taken = ball(0)  # of the differences that are there

        def difference(t: Any) -> list[Any] | None:
            """The coefficients of f - p around t, up to p's degree."""
            nonlocal taken
            found = expanded(t)
            if found is None:
                return None
            rows = zip(found, *[_shifted(p, t) for p in polynomials], strict=False)
            sizes = [_largest(*(abs(c - p) for p in row)) for c, *row in rows]
            taken = taken.max(sizes[0].lower())
            return sizes

        def add(low: Any, high: Any) -> None:
            centre, bound = middle(low, high), None
            sizes, around = difference(centre), expanded(hull(low, high))
            if sizes is not None and around is not None:
                r = abs(high - centre).max(abs(centre - low))
                bound = _evaluated([*sizes, abs(ball(around[-1]))], r)
            height = -inf if bound is None else -float(bound.upper())
            heappush(pieces, (height, next(serial), bound, low, high))

        own = expanded(ball(0))
        if own is None:
            raise unbounded
        polynomials = [
            list(map(ball, own[:length])),
            *(list(map(ball, p)) for p in rounded),
        ]
        ends = -ball(radius), ball(radius)
        for end in ends:
            difference(end)
        add(*ends)
        for _ in range(max(10, MOST_SPLITS // (1 + length**2 // 500))):
            bound = pieces[0][2]
            if bound is not None and bound <= taken * ball(1.01):
                break
            _, _, _, low, high = heappop(pieces)
            centre = middle(low, high)
            add(low, centre)
            add(centre, high)
        bounds = [bound for _, _, bound, _, _ in pieces]
        if None in bounds:
            raise unbounded
        return digits.outward(_largest(*bounds), 1)


def _largest(*x: Any) -> Any:
    return reduce(lambda a, b: a.max(b), x)


def _shifted(p: Sequence[Any], t: Any) -> list[Any]:
    """The coefficients of a polynomial around t, by Horner's scheme."""
    found = list(p)
    for k in range(len(found)):
        for j in range(len(found) - 2, k - 1, -1):
            found[j] = found[j] + t * found[j + 1]
    return found


def _evaluated(p: Sequence[Any], t: Any) -> Any:
    total = ball(0)
    for c in reversed(p):
        total = total * t + c
    return total
